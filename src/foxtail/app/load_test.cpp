#include "foxtail/app/load.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

namespace foxtail {
namespace {

/// A folder with a configuration, which goes with the test.
struct Folder {
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        return (path / name).string();
    }
    std::filesystem::path path = std::filesystem::path(::testing::TempDir()) /
                                 ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST(Load, a_rule_by_the_sun_needs_to_know_where_the_house_stands) {
    const Folder folder;
    (void)folder.write("rules.yaml",
                       "rules:\n  - id: dusk\n    when: [{sun: sunset, offset: -30m}]\n"
                       "    then: [{notify: it gets dark}]\n");
    const auto load = [&](const std::string& household) {
        return load_configuration(
            folder.write("foxtail.yaml", "household: {" + household + "}\nrules: [rules.yaml]\n"));
    };
    const Loaded nowhere = load("name: Test");
    ASSERT_EQ(nowhere.mistakes.size(), 1U);
    EXPECT_THAT(nowhere.mistakes[0].message, ::testing::HasSubstr("'latitude' and 'longitude'"));
    const Loaded placed = load("name: Test, latitude: 47.66, longitude: 9.18");
    EXPECT_TRUE(placed.mistakes.empty())
        << (placed.mistakes.empty() ? "" : placed.mistakes[0].message);
    ASSERT_EQ(placed.rules.size(), 1U);
    const auto* sun = std::get_if<AtSun>(&placed.rules[0].triggers.at(0));
    ASSERT_NE(sun, nullptr);
    EXPECT_EQ(sun->place, (Position{47.66, 9.18}));
    EXPECT_EQ(sun->offset, Duration{} - minutes(30));
}

}  // namespace
}  // namespace foxtail
