#include "foxtail/app/glass.hpp"

#include <gmock/gmock.h>

namespace foxtail {
namespace {

using ::testing::HasSubstr;
using State = Glass::State;

constexpr Moment noon{Time{1'790'000'000'000'000}, seconds(1000)};

Moment later(Duration by, Duration jump = {}) {
    return {noon.wall + by + jump, noon.mono + by};
}

Glass broken() {
    Glass glass(hours(1));
    EXPECT_TRUE(glass.open("participant:fire", "smoke in the kitchen", noon));
    return glass;
}

TEST(Glass, opens_for_its_time_and_has_to_be_sealed_anew) {
    Glass glass = broken();
    EXPECT_EQ(glass.state(), State::open);
    EXPECT_EQ(glass.by(), "participant:fire");
    EXPECT_EQ(glass.reason(), "smoke in the kitchen");
    EXPECT_EQ(glass.until(), noon.wall + hours(1));
    EXPECT_FALSE(glass.expire(later(hours(1) - Duration{1})));
    EXPECT_TRUE(glass.expire(later(hours(1))));
    EXPECT_FALSE(glass.expire(later(hours(2)))) << "once";
    EXPECT_EQ(glass.state(), State::used);
    const auto again = glass.open("participant:fire", "once more", later(hours(2)));
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().message, HasSubstr("sealed anew"));
    EXPECT_TRUE(glass.seal());
    EXPECT_EQ(glass.reason(), "");
    EXPECT_TRUE(glass.open("participant:fire", "once more", later(hours(3))));
}

TEST(Glass, needs_a_reason_and_opens_once) {
    Glass glass(hours(1));
    for (const char* none : {"", " ", "\n\t"})
        EXPECT_EQ(glass.open("guest:oma", none, noon).error().code, Code::invalid_input);
    EXPECT_EQ(glass.state(), State::sealed);
    EXPECT_TRUE(glass.open("guest:oma", "I fell", noon));
    EXPECT_EQ(glass.open("guest:oma", "again", later(minutes(59))).error().code, Code::conflict);
    EXPECT_TRUE(glass.expire(later(hours(1)))) << "asking again makes it no longer";
}

TEST(Glass, is_ended_before_its_time_and_not_sealed_while_it_is_open) {
    Glass glass = broken();
    EXPECT_EQ(glass.seal().error().code, Code::conflict);
    EXPECT_TRUE(glass.end());
    EXPECT_EQ(glass.state(), State::used);
    EXPECT_EQ(glass.end().error().code, Code::conflict);
    EXPECT_FALSE(glass.expire(later(hours(9))));
    EXPECT_TRUE(glass.seal());
    EXPECT_EQ(glass.seal().error().code, Code::conflict);
}

TEST(Glass, a_clock_that_jumps_makes_it_neither_longer_nor_shorter) {
    for (const Duration jump : {days(-400), hours(-2), hours(2), days(400)}) {
        Glass glass = broken();
        EXPECT_FALSE(glass.expire(later(minutes(59), jump)));
        EXPECT_TRUE(glass.expire(later(minutes(60), jump)));
    }
}

TEST(Glass, a_restart_gives_it_no_more_time) {
    const std::string saved = broken().save();
    const Moment up{noon.wall + minutes(40), seconds(3)};  // another clock that never jumps
    Glass same(hours(1));
    ASSERT_TRUE(same.load(saved, up));
    EXPECT_EQ(same.state(), State::open);
    EXPECT_EQ(same.reason(), "smoke in the kitchen");
    EXPECT_EQ(same.until(), noon.wall + hours(1));
    EXPECT_FALSE(same.expire({up.wall, up.mono + minutes(19)}));
    EXPECT_TRUE(same.expire({up.wall, up.mono + minutes(20)}));

    Glass over(hours(1));
    ASSERT_TRUE(over.load(saved, {noon.wall + hours(1), seconds(3)}));
    EXPECT_EQ(over.state(), State::used);

    Glass set_back(hours(1));
    ASSERT_TRUE(set_back.load(saved, {noon.wall - days(3), seconds(3)}));
    EXPECT_FALSE(set_back.expire({noon.wall, seconds(3) + minutes(59)}));
    EXPECT_TRUE(set_back.expire({noon.wall, seconds(3) + minutes(60)}));
}

TEST(Glass, what_cannot_be_read_is_closed) {
    const std::string saved = broken().save();
    for (std::size_t size = 0; size < saved.size(); ++size) {
        Glass glass(hours(1));
        EXPECT_FALSE(glass.load(saved.substr(0, size), noon));
        EXPECT_EQ(glass.state(), State::used);
    }
    Glass glass(hours(1));
    EXPECT_FALSE(glass.load(saved + "x", noon));
    EXPECT_EQ(glass.state(), State::used);
}

}  // namespace
}  // namespace foxtail
