#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "story.hpp"
#include <gtest/gtest.h>

namespace foxtail::scenario {
namespace {

/// One scenario is one test case. What went wrong is told with the scenario's file and line.
class Scenario : public ::testing::Test {
public:
    explicit Scenario(std::filesystem::path file) : file_(std::move(file)) {}
    void TestBody() override {
        std::ifstream in(file_);
        std::ostringstream text;
        text << in.rdbuf();
        for (const Mistake& mistake : tell(text.str())) {
            const auto shown = "tests/scenarios/" + file_.filename().string();
            ADD_FAILURE_AT(shown.c_str(), mistake.line) << mistake.what;
        }
    }

private:
    std::filesystem::path file_;
};

void find_scenarios() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(FOX_SCENARIOS)) {
        if (entry.path().extension() == ".house") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        const auto name = file.stem().string();
        ::testing::RegisterTest("Scenario", name.c_str(), nullptr, nullptr, file.c_str(), 1,
                                [file]() -> ::testing::Test* { return new Scenario(file); });
    }
}

// The runner must be able to fail: each of these is wrong in one way, at the line and with the
// words given.
struct Wrong {
    const char* text;
    int line;
    const char* says;
};
class ScenarioRunner : public ::testing::TestWithParam<Wrong> {};

TEST_P(ScenarioRunner, tells_what_is_wrong_and_where) {
    const auto mistakes = tell(GetParam().text);
    ASSERT_EQ(mistakes.size(), 1U) << GetParam().text;
    EXPECT_EQ(mistakes.front().line, GetParam().line);
    EXPECT_NE(mistakes.front().what.find(GetParam().says), std::string::npos)
        << mistakes.front().what;
}

constexpr const char* lamp = "thing lamp\n    on: boolean, settable\n";

std::string with_lamp(const char* rest) {
    return std::string(lamp) + rest;
}

TEST(ScenarioRunner, fails_when_an_expectation_is_not_met) {
    for (const char* rest :
         {"at 08:00 ask owner:anna lamp/on = true\nexpect lamp/on = false\n",
          "at 08:00 ask owner:anna lamp/on = true\nexpect no command lamp/on\n",
          "at 08:00 ask owner:anna lamp/on = true\nexpect command lamp/on = true timed out\n",
          "at 08:00 ask owner:anna lamp/on = true\nexpect sent lamp/on = true twice\n",
          "at 08:00 ask owner:anna lamp/on = true\nexpect answer denied\n",
          "at 08:00 ask owner:anna lamp/on = true\nexpect external lamp/on\n",
          "at 08:00 ask owner:anna lamp/on = true\nexpect why lamp/on: reading <- rule x\n",
          "at 08:00 reading lamp/on = true\nexpect reading refused\n",
          "at 08:00 reading lamp/on = true\nexpect quality lamp/on stale\n",
          "at 08:00 reading lamp/on = true\nexpect 2 reading records\n",
          "at 08:00 reading lamp/on = true\nexpect notice \"x\"\n",
          "at 08:00 reading lamp/on = true\nexpect rule x ran\n",
          "at 08:00 reading lamp/on = true\nexpect read-only\n",
          "at 08:00 reading lamp/on = true\nexpect guest:ann sees lamp/on = true\n"}) {
        const auto mistakes = tell(with_lamp(rest));
        ASSERT_EQ(mistakes.size(), 1U) << rest;
        EXPECT_EQ(mistakes.front().line, 4) << rest;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, ScenarioRunner,
    ::testing::Values(
        Wrong{"hello\n", 1, "no such statement"}, Wrong{"at 25:00\n", 1, "no time of day"},
        Wrong{"at 08:00\nat 07:00\n", 2, "next day"},
        Wrong{"thing lamp\n    on: bool\n", 2, "'bool'"},
        Wrong{"reading lamp/on = true\n", 1, "no property 'lamp/on'"},
        Wrong{"ask nobody lamp/on = true\n", 1, "no subject"},
        Wrong{"rule x\n    when:\n      - evry: 5m\n    then:\n      - notify: hi\n", 3, "every"},
        Wrong{"crash now\n", 1, "'now'"}, Wrong{"# nothing\n", 1, "expects nothing"}));

}  // namespace
}  // namespace foxtail::scenario

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    foxtail::scenario::find_scenarios();
    return RUN_ALL_TESTS();
}
