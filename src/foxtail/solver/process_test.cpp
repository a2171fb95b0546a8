#include "foxtail/solver/process.hpp"

#include "foxtail/planner/check.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"
#include "foxtail/solver/frames.hpp"
#include "foxtail/solver/work.hpp"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail::solver {
namespace {

using planner::Model;
using planner::Solution;
using planner::Status;
using planner::WholeTask;

/// At most two of three things, one of them worth the most: x1 and x2, -5.
WholeTask knapsack(std::uint64_t number) {
    WholeTask task;
    task.number = number;
    for (const double worth : {2.0, 3.0, 2.5}) task.model.columns.push_back({0, 1, -worth, true});
    task.model.rows.push_back({-Model::infinite, 3});
    task.model.entries = {{0, 0, 1}, {0, 1, 2}, {0, 2, 2}};
    task.gap_eur = 1e-6;
    task.nodes_max = 1000;
    return task;
}

/// Asks and turns the loop until the answer is there.
Result<Solution> answer_of(const std::vector<std::string>& command, Duration patience) {
    boost::asio::io_context home;
    WorkerProcess worker(home, command, patience);
    std::optional<Result<Solution>> told;
    worker.ask(knapsack(7), [&](std::uint64_t number, Result<Solution> answer) {
        EXPECT_EQ(number, 7U);
        told = std::move(answer);
    });
    while (!told && home.run_one() > 0) {
    }
    EXPECT_TRUE(told.has_value());
    EXPECT_EQ(worker.pid(), 0);
    EXPECT_FALSE(worker.busy());
    return told ? *told : Result<Solution>(fail(Code::corrupt, "nothing"));
}

TEST(Worker, solves_what_it_reads_and_prints_nothing_between_the_answers) {
    int line[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, line), 0);
    const int out = ::dup(STDOUT_FILENO);
    std::thread thread([&] { EXPECT_EQ(work(line[1], line[1]), 0); });
    for (std::uint64_t number = 1; number <= 3; ++number) {
        const auto bytes = encode(knapsack(number));
        ASSERT_EQ(::write(line[0], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        std::string head(frame_head_bytes, '\0');
        ASSERT_EQ(::recv(line[0], head.data(), head.size(), MSG_WAITALL), 8);
        const auto size = decode_head(head);
        ASSERT_TRUE(size.has_value());
        std::string rest(*size, '\0');
        ASSERT_EQ(::recv(line[0], rest.data(), rest.size(), MSG_WAITALL),
                  static_cast<ssize_t>(*size));
        const auto answer = decode_answer(rest);
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->number, number);
        EXPECT_EQ(answer->solution.status, Status::optimal);
        EXPECT_NEAR(answer->solution.objective, -5, 1e-6);
        EXPECT_NEAR(answer->solution.bound, -5, 1e-5);
    }
    ::close(line[0]);
    thread.join();
    ::close(line[1]);
    ::dup2(out, STDOUT_FILENO);
    ::close(out);
}

TEST(Worker, ends_at_bytes_that_are_no_frame) {
    int line[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, line), 0);
    const int out = ::dup(STDOUT_FILENO);
    ASSERT_EQ(::write(line[0], "GET / HTTP/1.1\r\n", 16), 16);
    EXPECT_EQ(work(line[1], line[1]), 1);
    ::close(line[0]);
    ::close(line[1]);
    ::dup2(out, STDOUT_FILENO);
    ::close(out);
}

TEST(WorkerProcess, one_that_hangs_is_ended) {
    const auto answer = answer_of({"sleep", "1000"}, milliseconds(50));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::timed_out);
}

TEST(WorkerProcess, one_that_crashes_is_told_of) {
    const auto answer = answer_of({"false"}, seconds(30));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::unavailable);
}

TEST(WorkerProcess, one_that_talks_nonsense_is_not_believed) {
    const auto answer = answer_of({"yes", "nonsense"}, seconds(30));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::corrupt);
}

TEST(WorkerProcess, one_that_says_what_it_was_told_is_not_believed) {
    const auto answer = answer_of({"cat"}, seconds(30));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::corrupt);
}

TEST(WorkerProcess, one_that_is_not_there_is_told_of) {
    const auto answer = answer_of({"/nowhere/no-such-worker"}, seconds(30));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::unavailable);
}

TEST(WorkerProcess, only_the_newest_task_waits) {
    boost::asio::io_context home;
    WorkerProcess worker(home, {"sleep", "1000"}, milliseconds(50));
    std::vector<std::pair<std::uint64_t, Code>> told;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        worker.ask(knapsack(number), [&](std::uint64_t n, const Result<Solution>& answer) {
            told.emplace_back(n, answer ? Code::corrupt : answer.error().code);
        });
    }
    while (told.size() < 3 && home.run_one() > 0) {
    }
    const std::vector<std::pair<std::uint64_t, Code>> expected = {
        {2, Code::conflict}, {1, Code::timed_out}, {3, Code::timed_out}};
    EXPECT_EQ(told, expected);
    EXPECT_EQ(worker.started(), 2U);
    EXPECT_EQ(worker.ended(), 2U);
}

TEST(Frames, a_task_survives_the_way) {
    planner::Planner planner(make_clp());
    (void)planner.plan(planner::house({}));
    const auto task = planner.task();
    const auto bytes = encode(task);
    const auto again = decode_task(std::string_view(bytes).substr(frame_head_bytes));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(encode(*again), bytes);
    EXPECT_EQ(again->start, task.start);
    for (std::size_t cut = 0; cut + frame_head_bytes < bytes.size(); cut += 997) {
        EXPECT_FALSE(
            decode_task(std::string_view(bytes).substr(frame_head_bytes, cut)).has_value());
    }
}

}  // namespace
}  // namespace foxtail::solver
