#pragma once

#include "foxtail/cli/commands.hpp"
#include "foxtail/cli/fake_terminal_testing.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace foxtail::cli {

/// A folder of its own, gone with the test.
struct TestFolder {
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "foxtail-cli-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string operator/(const std::string& name) const { return path + "/" + name; }
    std::string path;
};

/// One command line as the program would take it.
struct CommandLine {
    FakeTerminal fake;
    int status = 0;

    int run(std::vector<std::string> words) {
        fake.out.str({});
        fake.err.str({});
        status = 0;
        CLI::App app{"foxtail"};
        app.require_subcommand(1);
        add_client_commands(app, status, fake.terminal);
        std::reverse(words.begin(), words.end());  // as CLI11 wants them
        try {
            app.parse(words);
        } catch (const CLI::ParseError& error) {
            return app.exit(error, fake.out, fake.err) == 0 ? 0 : 2;
        }
        return status;
    }
    [[nodiscard]] std::string out() const { return fake.out.str(); }
    [[nodiscard]] std::string err() const { return fake.err.str(); }
};

}  // namespace foxtail::cli
