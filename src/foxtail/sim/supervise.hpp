#pragma once

#include <string>
#include <vector>

namespace foxtail::sim {

/// Starts `program` once for each list of arguments and keeps all of them running: one that ends is
/// started again, after a wait that doubles from half a second to half a minute while it keeps
/// failing. TERM or INT stops all of them, with KILL after three seconds. Children get TERM when
/// this process dies. Gives the exit status.
int supervise(const std::string& program, const std::vector<std::vector<std::string>>& commands);

}  // namespace foxtail::sim
