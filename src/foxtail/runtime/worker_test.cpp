#include "foxtail/runtime/worker.hpp"

#include "foxtail/runtime/real_environment.hpp"

#include <array>
#include <future>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Worker, work_runs_elsewhere_and_the_answer_comes_home) {
    boost::asio::io_context home;
    Worker worker(home, "test", 4);
    std::thread::id worked_on;
    std::thread::id answered_on;
    int answer = 0;
    ASSERT_TRUE(worker.run(
        [&] {
            worked_on = std::this_thread::get_id();
            return 42;
        },
        [&](int value) {
            answer = value;
            answered_on = std::this_thread::get_id();
        }));
    home.run();  // ends because nothing is left to wait for, and not before
    EXPECT_EQ(answer, 42);
    EXPECT_EQ(answered_on, std::this_thread::get_id());
    EXPECT_NE(worked_on, std::this_thread::get_id());
    EXPECT_EQ(worker.depth(), 0U);
}

TEST(Worker, a_full_queue_says_no_and_what_was_taken_keeps_its_order) {
    boost::asio::io_context home;
    Worker worker(home, "test", 3);
    std::promise<void> gate;
    auto open = gate.get_future().share();
    std::vector<int> done;
    ASSERT_TRUE(worker.submit([open] { open.wait(); }, [&] { done.push_back(1); }));
    ASSERT_TRUE(worker.submit([] {}, [&] { done.push_back(2); }));
    ASSERT_TRUE(worker.submit([] {}, [&] { done.push_back(3); }));
    EXPECT_FALSE(worker.submit([] {}, [&] { done.push_back(4); }));
    gate.set_value();
    home.run();
    EXPECT_EQ(done, (std::vector<int>{1, 2, 3}));
}

TEST(Worker, leaving_with_jobs_queued_ends_the_thread_and_holds_nothing_open) {
    boost::asio::io_context home;
    std::promise<void> gate;
    auto open = gate.get_future().share();
    int ran = 0;  // read only after the thread has ended
    std::thread opener;
    {
        Worker worker(home, "test", 100);
        ASSERT_TRUE(worker.submit([open] { open.wait(); }, [] {}));
        for (int i = 0; i < 99; ++i) ASSERT_TRUE(worker.submit([&] { ++ran; }, [] {}));
        opener = std::thread([&] { gate.set_value(); });
    }
    opener.join();
    EXPECT_LE(ran, 99);
    home.run();
    EXPECT_TRUE(home.stopped());
}

TEST(RealEnvironment, the_clocks_run_forward_and_random_bytes_differ) {
    RealClock clock;
    EXPECT_GT(clock.now(), Time{1'700'000'000'000'000});
    const auto first = clock.monotonic();
    EXPECT_GE(clock.monotonic(), first);
    RealRandom random;
    std::array<std::byte, 16> a{};
    std::array<std::byte, 16> b{};
    random.fill(a);
    random.fill(b);
    EXPECT_NE(a, b);
}

}  // namespace
}  // namespace foxtail
