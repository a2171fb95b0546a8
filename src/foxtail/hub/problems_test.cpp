#include "foxtail/hub/problems.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

constexpr Moment at(Duration mono) {
    return {Time{1'000'000'000} + mono, seconds(1000) + mono};
}

TEST(Problems, record_a_new_one_at_once_and_then_once_a_minute_with_the_count) {
    Problems problems;
    EXPECT_EQ(problems.note("mqtt", "a/b", "{", "not JSON", at(seconds(0))), 1U);
    EXPECT_EQ(problems.note("mqtt", "a/b", "[", "not JSON", at(seconds(10))), 0U);
    EXPECT_EQ(problems.note("mqtt", "a/b", "(", "not JSON", at(seconds(59))), 0U);
    EXPECT_EQ(problems.note("mqtt", "a/b", "<", "not JSON", at(seconds(60))), 3U)
        << "the ones since the last record";
    ASSERT_EQ(problems.all().size(), 1U);
    EXPECT_EQ(problems.all().front().count, 4U);
    EXPECT_EQ(problems.all().front().sample, "<") << "the newest sample is shown";
    EXPECT_EQ(problems.total(), 4U);
}

TEST(Problems, whoever_makes_up_topics_cannot_fill_the_disk) {
    Problems problems;
    std::uint64_t records = 0;
    for (int i = 0; i < 1000; ++i) {
        if (problems.note("mqtt", "topic/" + std::to_string(i), "x", "no", at(milliseconds(i))) > 0)
            ++records;
    }
    EXPECT_EQ(records, static_cast<std::uint64_t>(Problems::records_per_minute_max));
    EXPECT_EQ(problems.all().size(), Problems::entries_max);
    EXPECT_EQ(problems.all().front().topic, "topic/999") << "newest first";
    EXPECT_EQ(problems.total(), 1000U);
    EXPECT_GT(problems.note("mqtt", "another", "x", "no", at(minutes(2))), 0U)
        << "a new minute has its own measure";
}

TEST(Problems, seen_again_come_to_the_front) {
    Problems problems;
    (void)problems.note("a", "1", "", "no", at(seconds(0)));
    (void)problems.note("a", "2", "", "no", at(seconds(1)));
    (void)problems.note("a", "1", "", "no", at(seconds(2)));
    EXPECT_EQ(problems.all().front().topic, "1");
    EXPECT_EQ(problems.all().front().time, at(seconds(2)).wall);
    EXPECT_EQ(problems.all().size(), 2U);
}

TEST(Problems, keep_short_and_printable_what_outsiders_send) {
    Problems problems;
    (void)problems.note(std::string(1000, 's'), std::string(1000, 't'),
                        "\x01\xff" + std::string(1000, 'x'), "no", at({}));
    const auto& problem = problems.all().front();
    EXPECT_LE(problem.source.size(), 103U) << "the limit and three dots";
    EXPECT_LE(problem.topic.size(), 203U);
    EXPECT_LE(problem.sample.size(), 203U);
    EXPECT_EQ(problem.sample.substr(0, 2), "??");
}

}  // namespace
}  // namespace foxtail
