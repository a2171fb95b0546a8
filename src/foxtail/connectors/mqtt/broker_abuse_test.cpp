#include "foxtail/connectors/mqtt/broker_rig_test.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace foxtail::mqtt {
namespace {

using namespace std::string_literals;

/// A well-behaved client beside each attack: it must not notice.
class BrokerAbuse : public BrokerRig {
protected:
    void expect_good_client_unaffected() {
        if (!good_) {
            good_ = client();
            good_->arrive("good");
            good_->subscribe("good/#");
        }
        good_->say(
            Publish{.qos = 1, .topic = "good/topic", .packet_id = 9, .payload = "still here"});
        EXPECT_EQ(good_->hear<Ack>().packet_id, 9);
        EXPECT_EQ(good_->hear<Publish>().payload, "still here");
    }
    std::unique_ptr<RawClient> good_;
};

TEST_F(BrokerAbuse, a_packet_that_promises_256_megabytes_is_refused_on_its_header) {
    expect_good_client_unaffected();
    for (const auto version : {Version::v311, Version::v5}) {
        auto liar = client();
        liar->arrive("liar", version);
        liar->send("\x30\xFF\xFF\xFF\x7F"s);
        for (int i = 0; i < 100; ++i) {
            if (!liar->send(std::string(65'536, 'x'))) break;
        }
        if (version == Version::v5) {
            EXPECT_EQ(liar->hear<Disconnect>().reason, Reason::packet_too_large);
        }
        EXPECT_TRUE(liar->closed());
        expect_good_client_unaffected();
    }
    EXPECT_EQ(broker->counters().closed_by_reason[0x95], 2U);
}

TEST_F(BrokerAbuse, before_connect_nothing_else_is_heard_and_little_is_read) {
    for (const auto& bytes : {"\xC0\x00"s, "\x30\x03\x00\x01\x61"s, "GET / HTTP/1.1\r\n\r\n"s,
                              "\x16\x03\x01\x02\x00"s, "\x10\xFF\xFF\x7F"s, "\x00"s}) {
        auto stranger = client();
        stranger->send(bytes);
        EXPECT_EQ(stranger->next_packet(), std::nullopt) << "a stranger gets no answer";
        expect_good_client_unaffected();
    }
    EXPECT_EQ(host.refusals.size(), 6U);
    for (const auto& sample : host.samples) EXPECT_EQ(sample, "");
}

TEST_F(BrokerAbuse, a_second_connect_and_packets_of_a_server_are_protocol_errors) {
    const auto expect_protocol_error = [this](const auto& packet) {
        auto odd = client();
        odd->arrive("odd");
        odd->say(packet);
        EXPECT_EQ(odd->hear<Disconnect>().reason, Reason::protocol_error);
        EXPECT_TRUE(odd->closed());
    };
    expect_protocol_error(Connect{.client_id = "odd"});
    expect_protocol_error(Connack{});
    expect_protocol_error(Pingresp{});
    expect_protocol_error(Suback{.packet_id = 1, .reasons = "\x00"s});
    expect_protocol_error(Ack{.type = PacketType::pubrel, .packet_id = 1});
    expect_protocol_error(Auth{.reason = Reason::reauthenticate});
    const std::array<std::uint32_t, 1> ids{1};
    expect_protocol_error(Publish{.topic = "t", .properties = {.subscription_ids = ids}});
    expect_protocol_error(Disconnect{.properties = {.session_expiry_s = 10}});
    expect_good_client_unaffected();
    EXPECT_EQ(broker->counters().closed_by_reason[0x82], 8U);
}

TEST_F(BrokerAbuse, a_broken_connect_is_answered_in_its_own_version) {
    auto modern = client();
    modern->send("\x10\x0D\x00\x04MQTT\x05\x03\x00\x00\x00\x00\x00"s);
    EXPECT_EQ(modern->hear<Connack>().reason, Reason::malformed_packet);
    auto future = client();
    future->send("\x10\x0D\x00\x04MQTT\x07\x02\x00\x00\x00\x00\x00"s);
    EXPECT_EQ(future->hear<Connack>().reason, Reason::unsupported_protocol_version);
    auto ancient = client();
    ancient->version = Version::v311;
    ancient->send("\x10\x0E\x00\x06MQIsdp\x03\x02\x00\x00\x00\x00"s);
    EXPECT_EQ(ancient->hear<Connack>().reason, Reason::unsupported_protocol_version);
}

TEST_F(BrokerAbuse, a_thousand_half_open_connections_do_not_keep_others_out) {
    rlimit files{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
    expect_good_client_unaffected();
    std::vector<std::unique_ptr<RawClient>> crowd;
    for (int i = 0; i < 1000; ++i) {
        crowd.push_back(client());
        if (i % 2 == 0) crowd.back()->send("\x10\x7F\x00\x04MQ"s);  // half of them begin a CONNECT
        settle();
    }
    EXPECT_EQ(broker->counters().half_open_dropped, 1000 - BrokerOptions{}.half_open_max);
    expect_good_client_unaffected();
    auto newcomer = client();
    newcomer->arrive("newcomer");
    pass(seconds(11));
    EXPECT_EQ(broker->counters().half_open_dropped, 1000U);
    for (auto& each : crowd) EXPECT_TRUE(each->closed());
    expect_good_client_unaffected();
    newcomer->say(Pingreq{});
    (void)newcomer->hear<Pingresp>();
}

TEST_F(BrokerAbuse, beyond_the_connection_limit_newcomers_are_turned_away) {
    open({.connections_max = 2});
    expect_good_client_unaffected();
    auto second = client();
    second->arrive("second");
    auto third = client();
    EXPECT_TRUE(third->closed());
    EXPECT_EQ(broker->counters().refused_connections, 1U);
    second.reset();
    settle();
    auto fourth = client();
    fourth->arrive("fourth");
    expect_good_client_unaffected();
}

TEST_F(BrokerAbuse, a_subscriber_that_does_not_read_loses_old_readings_and_costs_bounded_memory) {
    open({.queue = {.messages_max = 100, .bytes_max = 1U << 20U}});
    auto stuck = std::make_unique<RawClient>(*this, port, 4096);
    stuck->arrive("stuck");
    stuck->subscribe("sensor/#");
    const std::string payload(10'000, 'x');
    for (int i = 0; i < 3000; ++i) {
        broker->publish(host.permit(), {.topic = "sensor/" + std::to_string(i % 50),
                                        .payload = std::to_string(i) + payload});
        if (i % 100 == 0) expect_good_client_unaffected();
    }
    const auto sessions = broker->sessions();
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_LE(sessions[0].queued, 100U);
    EXPECT_GT(broker->counters().dropped_messages, 1000U);
    EXPECT_EQ(broker->counters().dropped_messages, sessions[0].dropped);
    // Once it reads again, it gets the newest of every topic.
    std::string last;
    for (std::uint64_t i = 0; i < 3000 - sessions[0].dropped; ++i)
        last = stuck->hear<Publish>().payload.substr(0, 4);
    EXPECT_EQ(last, "2999");
    EXPECT_TRUE(stuck->silent());
}

TEST_F(BrokerAbuse, a_subscriber_too_slow_for_qos_1_is_closed_with_its_reason) {
    open({.queue = {.messages_max = 10}});
    auto slow = client();
    slow->arrive("slow", Version::v5, {}, {.receive_maximum = 1});
    slow->subscribe("t", 1);
    for (int i = 0; i < 12; ++i)
        broker->publish(host.permit(), {.topic = "t", .payload = "x", .qos = 1});
    EXPECT_EQ(slow->hear<Publish>().payload, "x");
    EXPECT_EQ(slow->hear<Disconnect>().reason, Reason::quota_exceeded);
    expect_good_client_unaffected();
}

TEST_F(BrokerAbuse, a_client_that_asks_and_never_reads_is_held_back) {
    auto flooder = std::make_unique<RawClient>(*this, port, 4096);
    flooder->arrive("flooder");
    std::string pings;
    for (int i = 0; i < 32'768; ++i) pings += "\xC0\x00"s;
    std::size_t sent = 0;
    while (sent < (64U << 20U)) {
        const auto one = ::send(flooder->fd, pings.data(), pings.size(), MSG_NOSIGNAL);
        settle();
        if (one <= 0) break;
        sent += static_cast<std::size_t>(one);
    }
    EXPECT_LT(sent, 64U << 20U) << "the broker must stop reading";
    expect_good_client_unaffected();
    std::size_t answers = 0;  // it reads at last, and everything goes on
    run_until([&] {
        answers += flooder->take();
        return answers >= sent / 2 * 2;
    });
    EXPECT_EQ(answers, sent / 2 * 2);
}

TEST_F(BrokerAbuse, ten_thousand_subscriptions_of_one_client_meet_a_limit) {
    auto greedy = client();
    greedy->arrive("greedy");
    std::vector<std::string> names;
    for (int i = 0; i < 10'000; ++i) names.push_back("t/" + std::to_string(i));
    constexpr std::size_t together = 2000;  // in a packet
    std::string reasons;
    for (std::size_t first = 0; first < names.size(); first += together) {
        std::vector<Filter> filters;
        for (std::size_t i = first; i < first + together; ++i)
            filters.push_back({.filter = names[i]});
        greedy->say(Subscribe{.packet_id = 1, .filters = filters});
        reasons += greedy->hear<Suback>().reasons;
    }
    ASSERT_EQ(reasons.size(), names.size());
    EXPECT_EQ(std::count(reasons.begin(), reasons.begin() + 1000, '\x00'), 1000);
    EXPECT_EQ(std::count(reasons.begin() + 1000, reasons.end(), '\x97'), 9000);
    expect_good_client_unaffected();
}

TEST_F(BrokerAbuse, random_bytes_after_connect_never_disturb_others) {
    std::mt19937 noisy(2026);
    for (int round = 0; round < 200; ++round) {
        auto noise = client();
        noise->arrive("noise", round % 2 == 0 ? Version::v5 : Version::v311);
        std::string bytes(1 + noisy() % 3000, '\0');
        for (auto& byte : bytes) byte = static_cast<char>(noisy() & 0xFF);
        noise->send(bytes);
        if (round % 20 == 0) expect_good_client_unaffected();
    }
    expect_good_client_unaffected();
    pass(seconds(3));
    EXPECT_LE(broker->sessions().size(), 2U);
}

TEST_F(BrokerAbuse, a_client_that_lingers_after_its_farewell_is_cut_off) {
    auto odd = client();
    odd->arrive("odd");
    odd->say(Connect{.client_id = "odd"});
    (void)odd->hear<Disconnect>();
    pass(seconds(3));
    EXPECT_TRUE(odd->closed());
    odd->send("x");
    settle();
    EXPECT_FALSE(odd->send("x") && odd->send("x")) << "the socket is gone";
}

}  // namespace
}  // namespace foxtail::mqtt
