#include "foxtail/connectors/mqtt/topic.hpp"

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

TEST(Topic, filters_match_as_the_standard_says) {
    struct Case {
        const char* filter;
        const char* topic;
        bool match;
    };
    const Case table[] = {
        {"a", "a", true},          {"a", "b", false},        {"a", "a/b", false},
        {"a/b", "a", false},       {"a/b", "a/b", true},     {"#", "a", true},
        {"#", "a/b/c", true},      {"#", "/", true},         {"a/#", "a", true},
        {"a/#", "a/", true},       {"a/#", "a/b/c", true},   {"a/#", "ab", false},
        {"+", "a", true},          {"+", "a/b", false},      {"+", "/a", false},
        {"+/+", "/a", true},       {"/+", "/a", true},       {"a/+", "a", false},
        {"a/+", "a/", true},       {"a/+/c", "a/b/c", true}, {"a/+/c", "a/b/d", false},
        {"a/+/#", "a", false},     {"a/+/#", "a/b", true},   {"a/+/#", "a/b/c/d", true},
        {"a//c", "a//c", true},    {"a/+/c", "a//c", true},  {"$SYS/#", "$SYS/x", true},
        {"#", "$SYS/x", false},    {"+/x", "$SYS/x", false}, {"$SYS/+", "$SYS/x", true},
        {"+", "$a", false},        {"a/$b", "a/$b", true},   {"a/+", "a/$b", true},
        {"+/+", "a", false},       {"A", "a", false},        {"a/b/#", "a/b", true},
        {"a/b/+/#", "a/b", false}, {"+/b/#", "a/b", true},   {"#", "", true},
    };
    for (const auto& each : table) {
        EXPECT_EQ(matches(each.filter, each.topic), each.match)
            << each.filter << " and " << each.topic;
    }
}

TEST(Topic, wildcards_stand_alone_in_their_level_and_hash_in_the_last) {
    for (const auto* good :
         {"a", "/", "+", "#", "a/#", "+/+", "/+/#", "a/+/b", "$share/g/a", "a b/ä"}) {
        EXPECT_TRUE(valid_filter(good)) << good;
    }
    for (const auto* bad :
         {"", "a#", "#a", "#/a", "a+", "+a", "a/b+/c", "a/#/c", "##", "++", "a/+#"}) {
        EXPECT_FALSE(valid_filter(bad)) << bad;
    }
    EXPECT_TRUE(valid_topic("a/b"));
    for (const auto* bad : {"", "a/+", "#", "a#b"}) EXPECT_FALSE(valid_topic(bad)) << bad;
}

TEST(Topic, the_literal_prefix_begins_every_match) {
    EXPECT_EQ(literal_prefix("a/b/#"), "a/b");
    EXPECT_EQ(literal_prefix("a/+/c"), "a/");
    EXPECT_EQ(literal_prefix("#"), "");
    EXPECT_EQ(literal_prefix("+/a"), "");
    EXPECT_EQ(literal_prefix("/#"), "");
    EXPECT_EQ(literal_prefix("a/b"), "a/b");
}

}  // namespace
}  // namespace foxtail::mqtt
