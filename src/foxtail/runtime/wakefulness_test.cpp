#include "foxtail/runtime/wakefulness.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

/// Turns at an even rate; returns when the last one was.
Duration turns(Wakefulness& wakefulness, Duration from, Duration gap, int count) {
    Duration at = from;
    for (int i = 0; i < count; ++i) {
        at = at + gap;
        wakefulness.worked(at);
    }
    return at;
}

TEST(Wakefulness, a_quiet_home_sleeps_between_its_turns) {
    Wakefulness wakefulness;
    EXPECT_FALSE(wakefulness.awake({}));
    const auto last = turns(wakefulness, {}, milliseconds(5), 1000);
    EXPECT_FALSE(wakefulness.awake(last));
}

TEST(Wakefulness, when_turns_follow_closely_it_waits_awake_for_the_next_and_no_longer) {
    Wakefulness wakefulness;
    const auto last = turns(wakefulness, {}, Duration{200}, 1000);
    EXPECT_TRUE(wakefulness.awake(last + Duration{1}));
    EXPECT_TRUE(wakefulness.awake(last + Wakefulness::patience - Duration{1}));
    EXPECT_FALSE(wakefulness.awake(last + Wakefulness::patience));
}

TEST(Wakefulness, one_burst_alone_does_not_keep_it_awake) {
    Wakefulness wakefulness;
    turns(wakefulness, {}, Duration{200}, 40);
    const auto last = turns(wakefulness, seconds(3), milliseconds(5), 3);
    EXPECT_FALSE(wakefulness.awake(last));
}

TEST(Wakefulness, at_more_than_it_can_sleep_through_the_core_is_left_to_others) {
    Wakefulness wakefulness;
    const auto last = turns(wakefulness, {}, Duration{25}, 4000);
    EXPECT_FALSE(wakefulness.awake(last));
}

TEST(Wakefulness, a_context_runs_until_it_has_nothing_left_or_is_stopped) {
    boost::asio::io_context idle;
    int ran = 0;
    boost::asio::post(idle, [&] {
        ++ran;
        boost::asio::post(idle, [&] { ++ran; });
    });
    boost::asio::steady_timer timer(idle, std::chrono::milliseconds(5));
    timer.async_wait([&](const auto&) { ++ran; });
    run_wakeful(idle);
    EXPECT_EQ(ran, 3);

    boost::asio::io_context stopped;
    const auto forever = boost::asio::make_work_guard(stopped);
    boost::asio::post(stopped, [&] { stopped.stop(); });
    run_wakeful(stopped);
    EXPECT_TRUE(stopped.stopped());
}

TEST(Wakefulness, a_context_kept_awake_still_does_all_that_comes) {
    boost::asio::io_context busy;
    boost::asio::steady_timer timer(busy);
    int left = 400;
    std::function<void()> again = [&] {
        timer.expires_after(std::chrono::microseconds(200));
        timer.async_wait([&](const auto&) {
            if (--left > 0) again();
        });
    };
    again();
    run_wakeful(busy);
    EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace foxtail
