#include "foxtail/twin/twin.hpp"

#include "foxtail/model/bytes.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

constexpr PropertyId charge{0};

Reading said(double value, Time source = {}) {
    return {charge, Quality::good, source, value};
}

struct TwinTest : ::testing::Test {
    Twin twin;
    PropertySpec spec;
    void SetUp() override {
        twin.start(1);
        twin.grow(1);
        spec.max_age = seconds(60);
    }
};

TEST_F(TwinTest, believes_the_newest_report_whatever_order_they_arrive_in) {
    ASSERT_TRUE(twin.apply(said(61, Time{20'000'000}), 1, Time{30'000'000}, 0));
    EXPECT_FALSE(twin.apply(said(60, Time{10'000'000}), 2, Time{31'000'000}, 0))
        << "an older report is not a change";
    EXPECT_EQ(twin.belief(charge).value, Value{61.0});
    EXPECT_EQ(twin.belief(charge).seq, 1U);
}

TEST_F(TwinTest, takes_a_report_without_a_source_time_even_when_the_clock_went_back) {
    ASSERT_TRUE(twin.apply(said(61), 1, Time{7'200'000'000}, 0));
    EXPECT_TRUE(twin.apply(said(62), 2, Time{3'600'000'000}, 0));
    EXPECT_EQ(twin.belief(charge).value, Value{62.0});
}

TEST_F(TwinTest, forgets_what_was_heard_up_to_a_record_and_within_a_time) {
    ASSERT_TRUE(twin.apply(said(61), 5, Time{20'000'000}, 0));
    twin.want(charge, 80.0, 6);
    twin.forget(charge, 5, {}, {});
    EXPECT_EQ(twin.belief(charge).value, Value{61.0}) << "it was said after that";
    twin.forget(charge, 9, Time{20'000'001}, {});
    EXPECT_EQ(twin.belief(charge).value, Value{61.0}) << "it was said before that time";
    twin.forget(charge, 9, Time{10'000'000}, Time{20'000'001});
    EXPECT_EQ(twin.belief(charge).value, Value{});
    EXPECT_EQ(twin.belief(charge).seq, 0U);
    EXPECT_FALSE(twin.belief(charge).receipt_time.known());
    const auto next = twin.apply(said(3), 10, Time{30'000'000}, 0);
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->first);
}

TEST_F(TwinTest, forgets_what_was_wished_with_all_that_was_said) {
    twin.want(charge, 80.0, 6);
    twin.forget(charge, 9, {}, {});
    EXPECT_EQ(twin.belief(charge).wanted, Value{});
    EXPECT_EQ(twin.belief(charge).wanted_by, 0U);
}

TEST_F(TwinTest, tells_first_changed_and_repeated_apart) {
    const auto first = twin.apply(said(1), 1, Time{1'000'000}, 0);
    const auto same = twin.apply(said(1), 2, Time{2'000'000}, 0);
    const auto other = twin.apply(said(2), 3, Time{3'000'000}, 0);
    EXPECT_TRUE(first->first && first->changed);
    EXPECT_TRUE(!same->first && !same->changed);
    EXPECT_TRUE(!other->first && other->changed);
    EXPECT_EQ(other->before, Value{1.0});
}

TEST_F(TwinTest, a_reading_goes_stale_with_age_and_unconfirmed_with_a_restart) {
    ASSERT_TRUE(twin.apply(said(1), 1, Time{1'000'000}, 0));
    EXPECT_EQ(twin.quality(charge, spec, Time{61'000'000}), Quality::good);
    EXPECT_EQ(twin.quality(charge, spec, Time{61'000'001}), Quality::stale);
    twin.start(2);
    EXPECT_EQ(twin.quality(charge, spec, Time{2'000'000}), Quality::unconfirmed);
    ASSERT_TRUE(twin.apply(said(1), 2, Time{3'000'000}, 0));
    EXPECT_EQ(twin.quality(charge, spec, Time{3'000'000}), Quality::good);
}

TEST_F(TwinTest, a_reading_that_does_not_fit_leaves_the_value_and_makes_it_bad) {
    twin.refuse(charge, 1);
    EXPECT_EQ(twin.quality(charge, spec, Time{1'000'000}), Quality::bad) << "nothing fitted yet";
    ASSERT_TRUE(twin.apply(said(61), 2, Time{1'000'000}, 0));
    EXPECT_EQ(twin.quality(charge, spec, Time{2'000'000}), Quality::good);
    EXPECT_EQ(twin.belief(charge).told_by(), 2U);
    twin.refuse(charge, 3);
    EXPECT_EQ(twin.belief(charge).value, Value{61.0});
    EXPECT_EQ(twin.belief(charge).told_by(), 3U);
    EXPECT_EQ(twin.quality(charge, spec, Time{200'000'000}), Quality::bad) << "and not just stale";
    EXPECT_FALSE(twin.apply(said(60, Time{500'000}), 4, Time{3'000'000}, 0));
    EXPECT_EQ(twin.quality(charge, spec, Time{3'000'000}), Quality::bad)
        << "what is late is no newer word";
    const auto same = twin.apply(said(61), 5, Time{4'000'000}, 0);
    ASSERT_TRUE(same);
    EXPECT_FALSE(same->changed) << "it is as it was believed to be";
    EXPECT_EQ(twin.quality(charge, spec, Time{4'000'000}), Quality::good);
    twin.refuse(charge, 6);
    twin.start(2);
    EXPECT_EQ(twin.quality(charge, spec, Time{4'000'000}), Quality::unconfirmed);
    twin.refuse(charge, 8);
    twin.forget(charge, 9, Time{5'000'000}, Time{6'000'000});
    EXPECT_EQ(twin.belief(charge).refused, 0U) << "when it was said is not kept: it goes with all";
    EXPECT_EQ(twin.belief(charge).value, Value{61.0});
}

TEST_F(TwinTest, loads_what_it_saved_and_refuses_a_torn_copy) {
    ASSERT_TRUE(twin.apply(said(1.5, Time{5}), 7, Time{1'000'000}, 3, SubjectId{4}));
    twin.want(charge, true, 9);
    twin.refuse(charge, 10);
    std::string bytes;
    ByteWriter out(bytes);
    twin.save(out);
    Twin copy;
    ByteReader in(bytes);
    ASSERT_TRUE(copy.load(in, 7).has_value());
    EXPECT_EQ(copy.belief(charge).refused, 10U);
    std::string again;
    ByteWriter out_again(again);
    copy.save(out_again);
    EXPECT_EQ(again, bytes);
    ByteReader whole(bytes);
    ASSERT_TRUE(copy.load(whole, 7).has_value());
    EXPECT_EQ(copy.belief(charge).agent, SubjectId{4});
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        ByteReader torn(std::string_view(bytes).substr(0, cut));
        EXPECT_FALSE(Twin{}.load(torn, 7).has_value()) << cut;
    }
}

TEST_F(TwinTest, loads_a_snapshot_from_before_agents_hands_were_known) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(3);  // boot
    out.u64(1);  // properties
    out.u64(7);
    write(out, Value{1.5});
    out.i64(5);
    out.i64(1'000'000);
    out.u8(static_cast<std::uint8_t>(Quality::estimated));
    out.u8(2);
    out.u64(3);
    out.u64(0);   // wished by nobody
    out.u64(10);  // refused
    ByteReader in(bytes);
    Twin older;
    ASSERT_TRUE(older.load(in, 6).has_value());
    EXPECT_TRUE(in.at_end());
    const Belief& belief = older.belief({0});
    EXPECT_EQ(belief.value, Value{1.5});
    EXPECT_EQ(belief.depth, 2);
    EXPECT_EQ(belief.boot, 3U);
    EXPECT_EQ(belief.refused, 10U);
    EXPECT_EQ(belief.agent, SubjectId{}) << "none had";
}

}  // namespace
}  // namespace foxtail
