#include "foxtail/connectors/mqtt/session_queue.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using Pushed = OutboundQueue::Pushed;

class Queue : public testing::Test {
protected:
    Delivery delivery(std::string_view topic, std::string_view payload, std::uint8_t qos = 0) {
        return {.message = pool_.make(topic, payload, {}, qos, false, {}), .qos = qos};
    }
    static std::string drained(OutboundQueue& queue) {
        std::string out;
        while (auto* next = queue.front()) {
            out += std::string(next->message->topic()) + "=" +
                   std::string(next->message->payload()) + " ";
            queue.pop();
        }
        return out;
    }
    MessagePool pool_;
};

TEST_F(Queue, gives_back_in_order_and_counts_bytes) {
    OutboundQueue queue({.messages_max = 3, .bytes_max = 100});
    EXPECT_EQ(queue.push(delivery("a", "1")), Pushed::taken);
    EXPECT_EQ(queue.push(delivery("b", "22")), Pushed::taken);
    EXPECT_EQ(queue.bytes(), 5U);
    EXPECT_EQ(drained(queue), "a=1 b=22 ");
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.front(), nullptr);
}

TEST_F(Queue, when_full_the_oldest_of_the_same_topic_makes_room_else_the_oldest) {
    OutboundQueue queue({.messages_max = 3, .bytes_max = 100});
    (void)queue.push(delivery("a", "1"));
    (void)queue.push(delivery("b", "1"));
    (void)queue.push(delivery("b", "2"));
    EXPECT_EQ(queue.push(delivery("b", "3")), Pushed::taken);
    EXPECT_EQ(queue.push(delivery("c", "1")), Pushed::taken);
    EXPECT_EQ(queue.dropped(), 2U);
    EXPECT_EQ(drained(queue), "b=2 b=3 c=1 ");
}

TEST_F(Queue, qos_1_is_never_dropped_and_overruns_when_nothing_else_can_go) {
    OutboundQueue queue({.messages_max = 2, .bytes_max = 100});
    (void)queue.push(delivery("a", "1", 1));
    (void)queue.push(delivery("a", "2"));
    EXPECT_EQ(queue.push(delivery("a", "3", 1)), Pushed::taken);
    EXPECT_EQ(queue.push(delivery("a", "4")), Pushed::refused);
    EXPECT_EQ(queue.push(delivery("a", "5", 1)), Pushed::overrun);
    EXPECT_EQ(queue.dropped(), 2U);
    EXPECT_EQ(drained(queue), "a=1 a=3 ");
}

TEST_F(Queue, a_single_message_beyond_the_byte_limit_passes_when_nothing_waits) {
    OutboundQueue queue({.messages_max = 10, .bytes_max = 10});
    EXPECT_EQ(queue.push(delivery("big", std::string(1000, 'x'))), Pushed::taken);
    EXPECT_EQ(queue.push(delivery("a", "1")), Pushed::taken);
    EXPECT_EQ(drained(queue), "a=1 ");
}

TEST_F(Queue, a_stuck_subscriber_costs_bounded_places_for_ever) {
    OutboundQueue queue({.messages_max = 100, .bytes_max = 1U << 20U});
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        (void)queue.push(delivery("t" + std::to_string(random() % 50), std::to_string(i)));
        ASSERT_LE(queue.size(), 100U);
        ASSERT_LE(queue.places(), 256U);
    }
    EXPECT_EQ(queue.dropped(), 19'900U);
}

TEST_F(Queue, what_is_no_longer_allowed_is_taken_out) {
    OutboundQueue queue({});
    for (int i = 0; i < 200; ++i)
        (void)queue.push(delivery(i % 2 == 0 ? "even" : "odd", std::to_string(i)));
    queue.remove_if([](const Delivery& each) { return each.message->topic() == "even"; });
    EXPECT_EQ(queue.size(), 100U);
    while (auto* next = queue.front()) {
        EXPECT_EQ(next->message->topic(), "odd");
        queue.pop();
    }
}

TEST_F(Queue, messages_go_back_to_the_pool_when_the_last_reader_is_done) {
    {
        OutboundQueue one({});
        OutboundQueue two({});
        const auto shared = pool_.make("t", "p", {}, 0, false, {});
        (void)one.push({.message = shared});
        (void)two.push({.message = shared});
        one.clear();
        EXPECT_EQ(pool_.idle(), 0U);
    }
    EXPECT_EQ(pool_.idle(), 1U);
}

}  // namespace
}  // namespace foxtail::mqtt
