// Grants while the clock on the wall is wrong: years back, years ahead, past 2038, an hour off.
#include "foxtail/hub/household_testing.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

constexpr Time year_2038{2'147'483'648'000'000};  // a second after what 32 bits can count

struct WrongClock : testing::HouseholdTest {
    SubjectId who(const std::string& name) {
        return *household.name_subject("guest:" + name, SubjectKind::guest, owner, now);
    }
    Seq give(SubjectId to, Time until) {
        GrantGiven grant;
        grant.subject = to;
        grant.addresses = {"lamp/*"};
        grant.verbs = static_cast<std::uint16_t>(Verb::read);
        grant.until = until;
        return *household.give(grant, owner, now);
    }
    [[nodiscard]] bool sees(SubjectId subject) const {
        return household.authority().decide(subject, Verb::read, id("lamp/on"), now.wall).allowed;
    }
    /// The clock on the wall is set; time itself goes on as it did.
    void set_clock(Duration by) {
        now.wall = now.wall + by;
        household.tick(now);
    }
    /// Minute by minute, as the household lives; what `closed` may see meanwhile is wrong.
    void live(Duration by, SubjectId closed) {
        for (Duration done; done < by; done = done + minutes(1)) {
            pass(minutes(1));
            EXPECT_FALSE(sees(closed)) << "after " << format_duration(done);
        }
    }

    SubjectId over = who("over");          // had it until an hour ago
    SubjectId month = who("month");        // has it for a month
    SubjectId for_good = who("for_good");  // has it without an end
};

TEST_F(WrongClock, nothing_that_has_ended_opens_again_and_nobody_is_locked_out_for_good) {
    give(over, now.wall + hours(1));
    give(month, now.wall + days(30));
    give(for_good, {});
    pass(hours(2));
    ASSERT_FALSE(sees(over));
    const std::array jumps = {days(-400),
                              days(400),
                              hours(-1),
                              hours(1),
                              Duration{year_2038.us - now.wall.us},
                              Duration{year_2038.us - now.wall.us + days(400).us}};
    for (const Duration by : jumps) {
        SCOPED_TRACE(format_duration(by));
        set_clock(by);
        EXPECT_FALSE(sees(over));
        // In doubt nothing is ended by the clock: it may be right again soon.
        live(minutes(5), over);
        set_clock(Duration{-by.us});
        live(minutes(15), over);
        EXPECT_TRUE(sees(month)) << "the clock is right again";
        EXPECT_TRUE(sees(for_good));
        EXPECT_TRUE(sees(owner));
    }
}

TEST_F(WrongClock, a_second_that_comes_twice_gives_nothing_back_and_raises_no_doubt) {
    // As POSIX clocks have a leap second, at whatever moment around the end it comes.
    for (const Duration before : {seconds(2), seconds(1), milliseconds(500), Duration{0}}) {
        SCOPED_TRACE(format_duration(before));
        const Time until = now.wall + minutes(1);
        const SubjectId leaping = who("leaping" + std::to_string(before.us));
        give(leaping, until);
        pass(minutes(1) - before);
        EXPECT_EQ(sees(leaping), before.us > 0);
        set_clock(seconds(-1));
        EXPECT_TRUE(household.authority().time_is_certain(now.wall));
        EXPECT_EQ(sees(leaping), before.us > 0) << "ended stays ended; what had not, has not";
        pass(before + milliseconds(999));
        EXPECT_EQ(sees(leaping), before.us > 0) << "to the second, by the clock that leapt";
        pass(milliseconds(1));
        EXPECT_FALSE(sees(leaping));
        set_clock(seconds(-1));
        EXPECT_FALSE(sees(leaping));
    }
    EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z").value(),
              parse_rfc3339("2017-01-01T00:00:00Z").value())
        << "an end in a leap second is the end of the day";
}

TEST_F(WrongClock, one_that_stays_wrong_ends_what_it_says_is_over_and_new_things_can_be_given) {
    const Time right = now.wall;
    for (const Duration by : {days(-400), days(400), Duration{year_2038.us - right.us}}) {
        SCOPED_TRACE(format_duration(by));
        give(over, now.wall + hours(1));
        give(for_good, {});
        pass(hours(2));
        set_clock(by);
        live(hours(1), over);
        EXPECT_TRUE(sees(owner)) << "who owns it is never locked out";
        const SubjectId newly = who("newly" + std::to_string(by.us < 0 ? 0 : by.us));
        give(newly, now.wall + hours(1));
        EXPECT_TRUE(sees(newly)) << "what is given by that clock holds by it";
        live(minutes(61), over);
        EXPECT_FALSE(sees(newly)) << "and ends by it";
        set_clock(Duration{-by.us});
        live(minutes(15), over);
        EXPECT_FALSE(sees(newly)) << "ended stays ended";
        EXPECT_TRUE(sees(for_good)) << "the clock is right again";
    }
}

TEST_F(WrongClock, a_hub_that_was_off_while_its_clock_lost_the_time_gives_nothing_back) {
    give(over, now.wall + hours(1));
    give(for_good, {});
    pass(hours(2));
    std::string kept;
    household.save(kept);
    for (const Duration by : {days(-400), days(400), Duration{year_2038.us - now.wall.us}}) {
        SCOPED_TRACE(format_duration(by));
        Household after(zone);
        ASSERT_TRUE(after.load(kept));
        Moment then{now.wall + by, seconds(1)};
        after.start(then, "test");
        const auto seen = [&](SubjectId subject) {
            return after.authority().decide(subject, Verb::read, id("lamp/on"), then.wall).allowed;
        };
        for (int minute = 0; minute < 60; ++minute) {
            if (minute == 30) then.wall = then.wall + Duration{-by.us};
            after.tick(then);
            EXPECT_FALSE(seen(over)) << minute;
            EXPECT_TRUE(seen(owner)) << minute;
            then = {then.wall + minutes(1), then.mono + minutes(1)};
        }
        EXPECT_TRUE(seen(for_good)) << "the clock is right again";
    }
}

}  // namespace
}  // namespace foxtail
