#include "foxtail/hub/usage.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

constexpr Time noon{1'790'000'000'000'000};

std::uint64_t recent_reads(const Usage& usage, Seq grant) {
    std::uint64_t sum = 0;
    usage.each_recent(
        [&](Seq of, const Usage::Told& told) { sum += of == grant ? told.reads : 0; });
    return sum;
}

TEST(Usage, adds_up_by_grant_and_begins_anew_with_the_month) {
    Usage usage;
    usage.apply(100, noon, {7, 2, 30});
    usage.apply(100, noon + minutes(1), {7, 1, 5});
    usage.apply(100, noon, {8, 1, 1});
    EXPECT_EQ(usage.in_month(7, 100), 35U);
    EXPECT_EQ(usage.in_month(8, 100), 1U);
    EXPECT_EQ(usage.in_month(9, 100), 0U);
    EXPECT_EQ(usage.in_month(7, 101), 0U) << "nothing yet in the next one";
    EXPECT_EQ(usage.in_month(7, 99), 35U) << "a clock set back gives nothing";
    EXPECT_EQ(usage.in_month(7, 0), 35U) << "nor one in doubt";
    usage.apply(0, noon, {7, 1, 1});
    EXPECT_EQ(usage.in_month(7, 100), 36U);
    usage.apply(101, noon + days(20), {7, 1, 4});
    EXPECT_EQ(usage.in_month(7, 101), 4U);
    usage.end(7);
    EXPECT_EQ(usage.in_month(7, 101), 0U);
}

TEST(Usage, remembers_the_reads_of_an_hour_and_no_more) {
    Usage usage;
    for (int minute = 0; minute < 300; ++minute) usage.apply(1, noon + minutes(minute), {7, 1, 1});
    EXPECT_GE(recent_reads(usage, 7), 61U);
    EXPECT_LE(recent_reads(usage, 7), 63U);
}

TEST(Usage, is_the_same_after_a_snapshot) {
    Usage usage;
    usage.apply(100, noon, {7, 2, 30});
    usage.apply(100, noon, {9, 0, 30});
    std::string bytes;
    ByteWriter out(bytes);
    usage.save(out);
    Usage again;
    ByteReader in(bytes);
    ASSERT_TRUE(again.load(in));
    EXPECT_TRUE(in.at_end());
    EXPECT_EQ(again.in_month(7, 100), 30U);
    EXPECT_EQ(recent_reads(again, 7), 2U);
    std::string same;
    ByteWriter out_again(same);
    again.save(out_again);
    EXPECT_EQ(same, bytes);
}

TEST(Usage, a_month_is_counted_through_and_begins_on_its_first) {
    EXPECT_EQ(month_of(time_from({2026, 12, 31, 23, 59, 59})) + 1,
              month_of(time_from({2027, 1, 1})));
    EXPECT_EQ(month_of(time_from({2026, 2, 1})), month_of(time_from({2026, 2, 28})));
}

}  // namespace
}  // namespace foxtail
