#pragma once

#include "foxtail/cli/command_line_testing.hpp"
#include "foxtail/cli/fake_hub_testing.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::cli {

/// Commands that ask a hub, which answers what the test says.
struct AskingCli : ::testing::Test {
    AskingCli() { line.fake.environment["FOXTAIL_TOKEN"] = FakeHub::token; }
    int run(std::vector<std::string> words) {
        words.push_back("--url");
        words.push_back(hub.url());
        return line.run(std::move(words));
    }
    FakeHub hub;
    CommandLine line;
};

}  // namespace foxtail::cli
