#include "foxtail/connectors/mqtt/subscriptions.hpp"

#include "foxtail/connectors/mqtt/topic.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

std::multiset<SubscriberId> matching(const Subscriptions& all, std::string_view topic) {
    std::vector<Subscription> out;
    all.match(topic, out);
    std::multiset<SubscriberId> ids;
    for (const auto& each : out) ids.insert(each.subscriber);
    return ids;
}

TEST(Subscriptions, wildcards_and_dollar_topics_follow_the_standard) {
    Subscriptions all;
    all.add("#", {.subscriber = 1});
    all.add("+/x", {.subscriber = 2});
    all.add("$SYS/#", {.subscriber = 3});
    all.add("a/#", {.subscriber = 4});
    all.add("a/+/c", {.subscriber = 5});
    EXPECT_EQ(matching(all, "$SYS/x"), (std::multiset<SubscriberId>{3}));
    EXPECT_EQ(matching(all, "$SYS"), (std::multiset<SubscriberId>{3}));
    EXPECT_EQ(matching(all, "a"), (std::multiset<SubscriberId>{1, 4}));
    EXPECT_EQ(matching(all, "a/x"), (std::multiset<SubscriberId>{1, 2, 4}));
    EXPECT_EQ(matching(all, "a//c"), (std::multiset<SubscriberId>{1, 4, 5}));
}

TEST(Subscriptions, the_same_filter_again_replaces_and_removal_frees_everything) {
    Subscriptions all;
    EXPECT_TRUE(all.add("a/b", {.subscriber = 1, .qos = 0}));
    EXPECT_FALSE(all.add("a/b", {.subscriber = 1, .qos = 1}));
    EXPECT_TRUE(all.add("a/b", {.subscriber = 2}));
    std::vector<Subscription> out;
    all.match("a/b", out);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[0].qos, 1);
    EXPECT_FALSE(all.remove("a/c", 1));
    EXPECT_FALSE(all.remove("a/b", 3));
    EXPECT_TRUE(all.remove("a/b", 1));
    EXPECT_TRUE(all.remove("a/b", 2));
    EXPECT_EQ(all.size(), 0U);
    EXPECT_EQ(all.nodes(), 1U);
}

TEST(Subscriptions, the_deepest_filter_allowed_is_matched) {
    Subscriptions all;
    const std::string deep(topic_levels_max - 1, '/');
    all.add(deep + "a", {.subscriber = 7});
    EXPECT_EQ(matching(all, deep + "a"), (std::multiset<SubscriberId>{7}));
    EXPECT_TRUE(matching(all, deep + "b").empty());
}

TEST(Subscriptions, agrees_with_the_plain_matcher_on_random_filters_and_topics) {
    std::mt19937 random(20'261'122);
    const auto pick = [&](std::initializer_list<const char*> from) {
        return std::string(*(from.begin() + static_cast<std::ptrdiff_t>(random() % from.size())));
    };
    for (int round = 0; round < 200; ++round) {
        Subscriptions all;
        std::map<std::pair<std::string, SubscriberId>, bool> plain;
        for (int step = 0; step < 60; ++step) {
            std::string filter = pick({"a", "b", "+", "$x", ""});
            for (auto n = random() % 4; n > 0; --n) filter += "/" + pick({"a", "b", "+", ""});
            if (random() % 4 == 0) filter += "/#";
            if (!valid_filter(filter)) continue;
            const auto subscriber = static_cast<SubscriberId>(random() % 5);
            if (random() % 4 == 0) {
                EXPECT_EQ(all.remove(filter, subscriber), plain.erase({filter, subscriber}) == 1);
            } else {
                EXPECT_EQ(all.add(filter, {.subscriber = subscriber}),
                          plain.emplace(std::pair(filter, subscriber), true).second);
            }
            std::string topic = pick({"a", "b", "$x", ""});
            for (auto n = random() % 4; n > 0; --n) topic += "/" + pick({"a", "b", ""});
            std::multiset<SubscriberId> expected;
            for (const auto& [key, unused] : plain) {
                if (matches(key.first, topic)) expected.insert(key.second);
            }
            ASSERT_EQ(matching(all, topic), expected) << "round " << round << " topic " << topic;
        }
        EXPECT_EQ(all.size(), plain.size());
    }
}

}  // namespace
}  // namespace foxtail::mqtt
