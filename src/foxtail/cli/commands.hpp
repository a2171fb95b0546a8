#pragma once

#include "foxtail/cli/terminal.hpp"

namespace CLI {
class App;
}

namespace foxtail {

/// The commands that ask a running hub or work on a household's files. `status` gets the exit
/// status of the one that runs: 0 done, 1 failed, 2 misused. `app` and `status` must outlive
/// parsing.
void add_client_commands(CLI::App& app, int& status);
/// The same on a terminal of the caller's, which must outlive parsing.
void add_client_commands(CLI::App& app, int& status, const cli::Terminal& terminal);

}  // namespace foxtail
