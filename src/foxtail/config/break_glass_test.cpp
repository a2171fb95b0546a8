#include "foxtail/config/configuration.hpp"

#include <gmock/gmock.h>

namespace foxtail {
namespace {

using ::testing::HasSubstr;

ConfigurationRead read_glasses(const std::string& list) {
    return read_configuration("break_glass: " + list + "\n", "foxtail.yaml");
}

TEST(BreakGlassConfiguration, there_is_none_unless_it_is_prepared_and_it_opens_for_an_hour) {
    EXPECT_TRUE(read_configuration("", "foxtail.yaml").configuration.break_glass.empty());
    const auto read =
        read_glasses("[{name: fire-brigade, title: Fire brigade}, {name: carer, open_for: 4h}]");
    ASSERT_TRUE(read.mistakes.empty()) << read.mistakes[0].message;
    const auto& glasses = read.configuration.break_glass;
    ASSERT_EQ(glasses.size(), 2U);
    EXPECT_EQ(glasses[0], (GlassConfig{"fire-brigade", "Fire brigade", minutes(60)}));
    EXPECT_EQ(glasses[1], (GlassConfig{"carer", "carer", hours(4)}));
}

TEST(BreakGlassConfiguration, mistakes_say_what_would_be_right) {
    const auto mistake = [](const std::string& list) {
        const auto read = read_glasses(list);
        return read.mistakes.size() == 1 ? read.mistakes[0].message : "not one mistake";
    };
    EXPECT_THAT(mistake("[{title: x}]"), HasSubstr("a glass needs 'name'"));
    EXPECT_THAT(mistake("[{name: 'a/b'}]"), HasSubstr("e.g. fire-brigade"));
    EXPECT_THAT(mistake("[{name: a}, {name: a}]"), HasSubstr("stands there twice"));
    EXPECT_THAT(mistake("[{name: a, open_for: 30s}]"), HasSubstr("1m to 12h"));
    EXPECT_THAT(mistake("[{name: a, open_for: 13h}]"), HasSubstr("1m to 12h"));
    EXPECT_THAT(mistake("[{name: a, for: 1h}]"), HasSubstr("for"));
}

}  // namespace
}  // namespace foxtail
