#include "foxtail/runtime/loop.hpp"

#include "foxtail/runtime/real_environment.hpp"

#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(IoLoop, what_is_asked_for_soon_runs_in_order_and_in_one_turn) {
    boost::asio::io_context io;
    IoLoop loop(io);
    std::vector<int> ran;
    loop.soon([&] {
        ran.push_back(1);
        loop.soon([&] { ran.push_back(3); });
    });
    loop.soon([&] { ran.push_back(2); });
    EXPECT_EQ(io.poll_one(), 1U);
    EXPECT_EQ(ran, (std::vector<int>{1, 2}));
    EXPECT_EQ(io.poll_one(), 1U);
    EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
}

TEST(IoLoop, setting_an_alarm_again_replaces_it) {
    boost::asio::io_context io;
    IoLoop loop(io);
    RealClock clock;
    std::vector<int> rang;
    const Duration start = clock.monotonic();
    loop.alarm(1, start + milliseconds(5), [&] { rang.push_back(1); });
    loop.alarm(1, start + milliseconds(20), [&] { rang.push_back(2); });  // put off
    loop.alarm(2, start + hours(1), [&] { rang.push_back(3); });
    loop.alarm(2, start + milliseconds(10), [&] { rang.push_back(4); });  // brought forward
    io.run();
    EXPECT_EQ(rang, (std::vector<int>{4, 2}));
    EXPECT_GE(clock.monotonic() - start, milliseconds(20));
}

TEST(IoLoop, an_alarm_can_set_itself_again) {
    boost::asio::io_context io;
    IoLoop loop(io);
    RealClock clock;
    int rang = 0;
    std::function<void()> again = [&] {
        if (++rang < 3) loop.alarm(1, clock.monotonic(), again);
    };
    loop.alarm(1, clock.monotonic(), again);
    io.run();
    EXPECT_EQ(rang, 3);
}

TEST(IoLoop, nothing_runs_once_the_loop_is_gone) {
    boost::asio::io_context io;
    int ran = 0;
    {
        IoLoop loop(io);
        loop.soon([&] { ++ran; });
        loop.alarm(1, Duration{0}, [&] { ++ran; });
    }
    io.run();
    EXPECT_EQ(ran, 0);
}

}  // namespace
}  // namespace foxtail
