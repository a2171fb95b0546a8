#include "foxtail/connectors/mqtt/broker_rig_test.hpp"

#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace foxtail::mqtt {
namespace {

using namespace std::string_literals;

/// The household asks for a pause: its store is behind, or cannot write at all.
class BrokerPause : public BrokerRig {
protected:
    static Publish news(std::string_view payload, std::uint16_t id = 0) {
        return {.qos = static_cast<std::uint8_t>(id == 0 ? 0 : 1),
                .topic = "t",
                .packet_id = id,
                .payload = payload};
    }
    auto lamp_that_says_something_every_ten_seconds() {
        auto lamp = client();
        Connect hello{.client_id = "lamp"};
        hello.keep_alive_s = 10;
        lamp->say(hello);
        (void)lamp->hear<Connack>();
        return lamp;
    }
};

TEST_F(BrokerPause, nothing_published_is_taken_meanwhile_and_nothing_is_lost) {
    for (const auto version : {Version::v311, Version::v5}) {
        host.got.clear();
        auto lamp = client();
        lamp->arrive("lamp", version);
        lamp->say(news("before"));
        settle();
        broker->pause(true);
        lamp->say(news("one", 1));
        lamp->say(news("two"));
        lamp->say(news("three", 3));
        settle();
        ASSERT_EQ(host.got.size(), 1U);
        EXPECT_TRUE(lamp->silent()) << "nothing is acknowledged that was not taken";
        broker->pause(false);
        EXPECT_EQ(lamp->hear<Ack>().packet_id, 1);
        EXPECT_EQ(lamp->hear<Ack>().packet_id, 3);
        ASSERT_EQ(host.got.size(), 4U);
        EXPECT_EQ(host.got[1].payload, "one");
        EXPECT_EQ(host.got[2].payload, "two");
        EXPECT_EQ(host.got[3].payload, "three");
    }
}

TEST_F(BrokerPause, may_begin_in_the_middle_of_what_one_read_brought) {
    auto lamp = client();
    lamp->arrive("lamp");
    host.on_published = [this](const Inbound& message) {
        if (message.payload == "2") broker->pause(true);
    };
    std::string bytes;
    for (int i = 1; i <= 5; ++i) encode(bytes, Version::v5, news(std::to_string(i)));
    lamp->send(bytes);
    settle();
    EXPECT_EQ(host.got.size(), 2U);
    broker->pause(false);
    settle();
    EXPECT_EQ(host.got.size(), 5U);
}

TEST_F(BrokerPause, holds_a_flood_back_in_its_sender_not_in_our_memory) {
    auto flooder = client();
    flooder->arrive("flooder");
    settle();
    broker->pause(true);
    std::string bytes;
    while (bytes.size() < (1U << 20U)) encode(bytes, Version::v5, news(std::string(1000, 'x')));
    std::size_t sent = 0;
    const auto before = broker->counters().bytes_in;
    while (sent < (64U << 20U)) {
        const auto one = ::send(flooder->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        settle();
        if (one <= 0) break;
        sent += static_cast<std::size_t>(one);
    }
    EXPECT_LT(sent, 64U << 20U);
    EXPECT_LE(broker->counters().bytes_in - before, 64U << 10U) << "what one read may bring";
    EXPECT_TRUE(host.got.empty());
    broker->pause(false);
    EXPECT_TRUE(run_until([&] { return broker->counters().bytes_in - before >= sent; }));
    EXPECT_GT(host.got.size(), 1000U);
}

TEST_F(BrokerPause, leaves_who_only_listens_alone) {
    auto phone = client();
    phone->arrive("phone");
    broker->pause(true);
    phone->say(Pingreq{});
    (void)phone->hear<Pingresp>();
    phone->subscribe("news/#", 1);
    broker->publish(host.permit(), {.topic = "news/1", .payload = "still told", .qos = 1});
    const auto heard = phone->hear<Publish>();
    EXPECT_EQ(heard.payload, "still told");
    phone->say(Ack{.packet_id = heard.packet_id});
    auto newcomer = client();
    newcomer->arrive("newcomer");
}

TEST_F(BrokerPause, does_not_take_silence_for_a_fault_while_it_is_not_listening) {
    auto lamp = lamp_that_says_something_every_ten_seconds();
    broker->pause(true);
    lamp->say(news("held", 1));
    lamp->say(Pingreq{});
    pass(seconds(3600));
    EXPECT_EQ(broker->sessions().size(), 1U);
    broker->pause(false);
    pass(seconds(1));
    EXPECT_EQ(lamp->hear<Ack>().packet_id, 1);
    (void)lamp->hear<Pingresp>();
    // From here on silence counts again.
    pass(seconds(16));
    EXPECT_EQ(lamp->hear<Disconnect>().reason, Reason::keep_alive_timeout);
}

TEST_F(BrokerPause, lets_go_of_a_held_session_whose_client_has_left) {
    // Otherwise clients that give up and come again would fill the house with dead connections,
    // whose old readings would be taken for news once the pause is over.
    auto lamp = lamp_that_says_something_every_ten_seconds();
    broker->pause(true);
    lamp->say(news("old"));
    settle();
    lamp.reset();
    pass(seconds(1));
    EXPECT_EQ(broker->sessions().size(), 1U) << "it may have said it all and be gone: no hurry";
    pass(seconds(15));
    EXPECT_EQ(broker->sessions().size(), 0U);
    EXPECT_EQ(broker->counters().dropped_messages, 1U);
    broker->pause(false);
    settle();
    EXPECT_TRUE(host.got.empty());
}

TEST_F(BrokerPause, and_pause_again_is_one_pause) {
    auto lamp = client();
    lamp->arrive("lamp");
    broker->pause(false);
    broker->pause(true);
    broker->pause(true);
    lamp->say(news("x", 1));
    settle();
    EXPECT_TRUE(host.got.empty());
    broker->pause(false);
    EXPECT_EQ(lamp->hear<Ack>().packet_id, 1);
    EXPECT_EQ(broker->counters().pauses, 1U);
}

TEST_F(BrokerPause, what_could_not_be_kept_ends_its_session_so_that_it_is_sent_again) {
    host.acknowledge_at_once = false;
    auto lamp = client();
    auto other = client();
    lamp->arrive("lamp");
    other->arrive("other");
    lamp->say(news("x", 1));
    settle();
    ASSERT_EQ(host.got.size(), 1U);
    broker->give_up(host.got[0].ack);
    EXPECT_EQ(lamp->hear<Disconnect>().reason, Reason::server_busy);
    EXPECT_TRUE(lamp->closed());
    broker->give_up(host.got[0].ack);  // its session is gone: harmless
    EXPECT_EQ(broker->sessions().size(), 1U);
}

}  // namespace
}  // namespace foxtail::mqtt
