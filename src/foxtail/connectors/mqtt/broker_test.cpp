#include "foxtail/connectors/mqtt/broker.hpp"

#include "foxtail/connectors/mqtt/broker_rig_test.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using BrokerTest = BrokerRig;
using namespace std::string_literals;

TEST_F(BrokerTest, qos_0_goes_from_one_client_to_others_and_to_the_household) {
    auto lamp = client();
    auto phone = client();
    auto old = client();
    lamp->arrive("lamp");
    phone->arrive("phone");
    old->arrive("old", Version::v311);
    phone->subscribe("lamp/#");
    old->subscribe("+/state");
    const std::array<UserProperty, 1> user{{{"fx-cause", "17"}}};
    lamp->say(Publish{.topic = "lamp/state",
                      .properties = {.content_type = "json", .user = user},
                      .payload = "on"});
    const auto heard = phone->hear<Publish>();
    EXPECT_EQ(heard.topic, "lamp/state");
    EXPECT_EQ(heard.payload, "on");
    EXPECT_EQ(heard.qos, 0);
    EXPECT_EQ(heard.properties.content_type, "json");
    ASSERT_EQ(heard.properties.user.size(), 1U);
    EXPECT_EQ(heard.properties.user[0], user[0]);
    EXPECT_EQ(old->hear<Publish>().payload, "on");
    ASSERT_EQ(host.got.size(), 1U);
    EXPECT_EQ(host.got[0].user, std::vector<std::string>{"fx-cause=17"});
    EXPECT_FALSE(host.got[0].ack.wanted());
    EXPECT_TRUE(lamp->silent());
}

TEST_F(BrokerTest, puback_waits_for_the_household_and_keeps_the_order) {
    host.acknowledge_at_once = false;
    for (const auto version : {Version::v311, Version::v5}) {
        host.got.clear();
        auto lamp = client();
        lamp->arrive("lamp", version);
        for (const std::uint16_t id : std::array<std::uint16_t, 3>{10, 20, 30}) {
            lamp->say(Publish{.qos = 1, .topic = "t", .packet_id = id, .payload = "x"});
        }
        settle();
        ASSERT_EQ(host.got.size(), 3U);
        EXPECT_TRUE(lamp->silent()) << "nothing is durable yet";
        broker->acknowledge(host.got[2].ack);
        broker->acknowledge(host.got[1].ack, Reason::quota_exceeded);
        EXPECT_TRUE(lamp->silent()) << "the first is not durable yet";
        broker->acknowledge(host.got[0].ack);
        EXPECT_EQ(lamp->hear<Ack>().packet_id, 10);
        const auto second = lamp->hear<Ack>();
        EXPECT_EQ(second.packet_id, 20);
        EXPECT_EQ(second.reason, version == Version::v5 ? Reason::quota_exceeded : Reason::success);
        EXPECT_EQ(lamp->hear<Ack>().packet_id, 30);
        broker->acknowledge(host.got[0].ack);  // twice is harmless
        EXPECT_TRUE(lamp->silent());
    }
}

TEST_F(BrokerTest, an_acknowledgement_for_a_session_that_is_gone_reaches_nobody_else) {
    host.acknowledge_at_once = false;
    auto lamp = client();
    lamp->arrive("lamp");
    lamp->say(Publish{.qos = 1, .topic = "t", .packet_id = 10});
    settle();
    lamp.reset();
    settle();
    auto next = client();  // gets the freed slot
    next->arrive("next");
    next->say(Publish{.qos = 1, .topic = "t", .packet_id = 11});
    settle();
    ASSERT_EQ(host.got.size(), 2U);
    EXPECT_EQ(host.got[0].ack.slot, host.got[1].ack.slot);
    broker->acknowledge(host.got[0].ack);
    EXPECT_TRUE(next->silent());
    broker->acknowledge(host.got[1].ack);
    EXPECT_EQ(next->hear<Ack>().packet_id, 11);
}

TEST_F(BrokerTest,
       more_unacknowledged_messages_than_agreed_end_a_5_0_session_and_hold_back_a_3_1_1_one) {
    open({.receive_maximum = 2});
    host.acknowledge_at_once = false;
    auto modern = client();
    modern->arrive("modern");
    auto old = client();
    old->arrive("old", Version::v311);
    for (std::uint16_t id = 1; id <= 4; ++id)
        old->say(Publish{.qos = 1, .topic = "t", .packet_id = id});
    settle();
    EXPECT_EQ(host.got.size(), 2U);
    broker->acknowledge(host.got[0].ack);
    settle();
    EXPECT_EQ(host.got.size(), 3U);
    for (std::size_t i = 1; i < 4; ++i) {
        broker->acknowledge(host.got[i].ack);
        settle();
    }
    for (std::uint16_t id = 1; id <= 4; ++id) EXPECT_EQ(old->hear<Ack>().packet_id, id);

    for (std::uint16_t id = 1; id <= 3; ++id)
        modern->say(Publish{.qos = 1, .topic = "t", .packet_id = id});
    EXPECT_EQ(modern->hear<Disconnect>().reason, Reason::receive_maximum_exceeded);
    EXPECT_TRUE(modern->closed());
}

TEST_F(BrokerTest, qos_1_deliveries_stay_within_the_clients_window) {
    auto slow = client();
    slow->arrive("slow", Version::v5, {}, {.receive_maximum = 2});
    slow->subscribe("t", 1);
    for (int i = 0; i < 5; ++i)
        broker->publish(host.permit(), {.topic = "t", .payload = std::to_string(i), .qos = 1});
    std::vector<std::uint16_t> ids;
    for (int i = 0; i < 5; ++i) {
        const auto heard = slow->hear<Publish>();
        EXPECT_EQ(heard.payload, std::to_string(i));
        EXPECT_EQ(heard.qos, 1);
        ids.push_back(heard.packet_id);
        if (i == 0) continue;
        EXPECT_TRUE(slow->silent()) << "two are in flight";
        slow->say(Ack{.packet_id = ids[static_cast<std::size_t>(i) - 1]});
    }
    slow->say(Ack{.packet_id = 999});  // never sent: ignored
    slow->say(Pingreq{});
    (void)slow->hear<Pingresp>();
}

TEST_F(BrokerTest, qos_2_is_told_to_be_too_much) {
    auto modern = client();
    modern->say(Connect{.client_id = "a"});
    const auto connack = modern->hear<Connack>();
    EXPECT_EQ(connack.properties.maximum_qos, 1);
    EXPECT_EQ(connack.properties.shared_available, 0);
    const std::array<Filter, 1> filters{Filter{.filter = "t", .qos = 2}};
    modern->say(Subscribe{.packet_id = 1, .filters = filters});
    EXPECT_EQ(modern->hear<Suback>().reasons, "\x01"s);
    modern->say(Publish{.qos = 2, .topic = "t", .packet_id = 1});
    EXPECT_EQ(modern->hear<Disconnect>().reason, Reason::qos_not_supported);
    auto old = client();
    old->arrive("b", Version::v311);
    old->say(Publish{.qos = 2, .topic = "t", .packet_id = 1});
    EXPECT_EQ(old->next_packet(), std::nullopt);
    auto willing = client();
    willing->say(Connect{.client_id = "c", .will = Will{.topic = "w", .qos = 2}});
    EXPECT_EQ(willing->hear<Connack>().reason, Reason::qos_not_supported);
    EXPECT_TRUE(host.got.empty());
}

TEST_F(BrokerTest, a_retained_message_waits_for_later_subscribers) {
    auto lamp = client();
    lamp->arrive("lamp");
    lamp->say(Publish{.retain = true, .topic = "lamp/state", .payload = "on"});
    broker->publish(host.permit(), {.topic = "house/state", .payload = "home", .retain = true});
    auto phone = client();
    phone->arrive("phone", Version::v311);
    phone->subscribe("#", 1);
    auto first = phone->hear<Publish>();
    EXPECT_EQ(first.topic, "house/state");
    EXPECT_TRUE(first.retain);
    auto second = phone->hear<Publish>();
    EXPECT_EQ(second.payload, "on");
    EXPECT_TRUE(second.retain);
    lamp->say(Publish{.retain = true, .topic = "lamp/state", .payload = "off"});
    EXPECT_FALSE(phone->hear<Publish>().retain) << "live messages do not carry the flag";
    lamp->say(Publish{.retain = true, .topic = "lamp/state", .payload = ""});
    EXPECT_EQ(phone->hear<Publish>().payload, "");
    auto late = client();
    late->arrive("late");
    late->subscribe("lamp/#");
    EXPECT_TRUE(late->silent());
    EXPECT_EQ(broker->retained().size(), 1U);
}

TEST_F(BrokerTest, retained_messages_go_over_a_restart_as_bytes) {
    auto lamp = client();
    lamp->arrive("lamp", Version::v5, "user");
    const std::array<UserProperty, 1> user{{{"k", "v"}}};
    lamp->say(Publish{.qos = 1,
                      .retain = true,
                      .topic = "lamp/state",
                      .packet_id = 1,
                      .properties = {.message_expiry_s = 60, .user = user},
                      .payload = "on"});
    (void)lamp->hear<Ack>();
    EXPECT_EQ(host.retained_changes, "lamp/state ");
    const auto bytes = broker->retained_bytes("lamp/state");
    EXPECT_EQ(broker->retained_bytes("lamp/other"), "");
    lamp.reset();
    open({});
    clock.at = clock.at + seconds(20);
    host.retained_changes.clear();
    EXPECT_FALSE(broker->restore_retained("lamp/other", bytes)) << "it is another topic's";
    EXPECT_FALSE(broker->restore_retained("lamp/state", "nonsense"));
    ASSERT_TRUE(broker->restore_retained("lamp/state", bytes));
    EXPECT_EQ(host.retained_changes, "");
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("#", 1);
    const auto heard = phone->hear<Publish>();
    EXPECT_EQ(heard.topic, "lamp/state");
    EXPECT_EQ(heard.payload, "on");
    EXPECT_EQ(heard.qos, 1);
    EXPECT_TRUE(heard.retain);
    EXPECT_EQ(heard.properties.message_expiry_s, 40U);
    ASSERT_EQ(heard.properties.user.size(), 1U);
    EXPECT_EQ(broker->forget_retained(7), 1U) << "it is still its publisher's";
    clock.at = clock.at + seconds(41);
    ASSERT_TRUE(broker->restore_retained("lamp/state", bytes));
    EXPECT_EQ(broker->retained().size(), 0U) << "it has expired meanwhile";
    open({.retained = {.messages_max = 0}});
    clock.at = clock.at + seconds(-41);
    const auto full = broker->restore_retained("lamp/state", bytes);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, Code::exhausted);
}

TEST_F(BrokerTest, far_more_retained_messages_than_a_queue_holds_all_arrive) {
    open({.queue = {.messages_max = 10, .bytes_max = 1000}});
    for (int i = 0; i < 20'000; ++i) {
        broker->publish(host.permit(),
                        {.topic = "many/" + std::to_string(i), .payload = "x", .retain = true});
    }
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("many/+");
    std::set<std::string> seen;
    while (seen.size() < 20'000) {
        const auto next = phone->hear<Publish>();
        if (next.topic.empty()) break;
        seen.emplace(next.topic);
    }
    EXPECT_EQ(seen.size(), 20'000U);
    EXPECT_EQ(broker->counters().dropped_messages, 0U);
}

TEST_F(BrokerTest, subscription_options_of_5_0_are_kept) {
    broker->publish(host.permit(), {.topic = "t", .payload = "kept", .retain = true});
    auto phone = client();
    phone->arrive("phone");
    const std::array<std::uint32_t, 1> five{5};
    const auto ask = [&](Filter filter, std::span<const std::uint32_t> ids = {}) {
        phone->say(Subscribe{
            .packet_id = 1, .properties = {.subscription_ids = ids}, .filters = {&filter, 1}});
        (void)phone->hear<Suback>();
    };
    ask({.filter = "t", .retain_sending = RetainSending::never}, five);
    EXPECT_TRUE(phone->silent());
    ask({.filter = "t", .retain_sending = RetainSending::if_new}, five);
    EXPECT_TRUE(phone->silent()) << "the subscription is not new";
    ask({.filter = "t", .no_local = true, .retain_as_published = true}, five);
    const auto kept = phone->hear<Publish>();
    ASSERT_EQ(kept.properties.subscription_ids.size(), 1U);
    EXPECT_EQ(kept.properties.subscription_ids[0], 5U);
    phone->say(Publish{.topic = "t", .payload = "mine"});
    EXPECT_TRUE(phone->silent()) << "no local";
    const std::array<std::uint32_t, 1> six{6};
    ask({.filter = "#", .retain_sending = RetainSending::never}, six);
    broker->publish(host.permit(), {.topic = "t", .payload = "new", .retain = true});
    const auto once = phone->hear<Publish>();
    EXPECT_EQ(once.payload, "new");
    EXPECT_TRUE(once.retain) << "retain as published";
    EXPECT_EQ(once.properties.subscription_ids.size(), 2U);
    EXPECT_TRUE(phone->silent()) << "one copy for two subscriptions";
}

TEST_F(BrokerTest, unsubscribing_ends_it) {
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("t");
    const std::array<std::string_view, 2> filters{"t", "never"};
    phone->say(Unsubscribe{.packet_id = 2, .filters = filters});
    EXPECT_EQ(phone->hear<Unsuback>().reasons, "\x00\x11"s);
    broker->publish(host.permit(), {.topic = "t", .payload = "x"});
    EXPECT_TRUE(phone->silent());
}

TEST_F(BrokerTest, a_will_is_sent_when_a_client_vanishes_and_not_when_it_says_goodbye) {
    auto watcher = client();
    watcher->arrive("watcher");
    watcher->subscribe("state/#");
    const auto with_will = [](std::string_view id) {
        return Connect{
            .client_id = id,
            .will = Will{.topic = "state/lamp", .payload = id, .qos = 1, .retain = true}};
    };
    auto polite = client();
    polite->say(with_will("polite"));
    (void)polite->hear<Connack>();
    polite->say(Disconnect{});
    EXPECT_TRUE(polite->closed());
    EXPECT_TRUE(watcher->silent());

    auto vanishing = client();
    vanishing->say(with_will("vanishing"));
    (void)vanishing->hear<Connack>();
    vanishing.reset();
    EXPECT_EQ(watcher->hear<Publish>().payload, "vanishing");
    ASSERT_EQ(host.got.size(), 1U);
    EXPECT_TRUE(host.got[0].will);
    EXPECT_EQ(broker->retained().size(), 1U);

    auto asking = client();
    asking->say(with_will("asking"));
    (void)asking->hear<Connack>();
    asking->say(Disconnect{.reason = Reason::disconnect_with_will});
    EXPECT_EQ(watcher->hear<Publish>().payload, "asking");

    auto silent = client();
    auto quiet = with_will("silent");
    quiet.keep_alive_s = 10;
    silent->say(quiet);
    (void)silent->hear<Connack>();
    pass(seconds(15));
    EXPECT_TRUE(watcher->silent());
    pass(seconds(1));
    EXPECT_EQ(watcher->hear<Publish>().payload, "silent");
    EXPECT_EQ(silent->hear<Disconnect>().reason, Reason::keep_alive_timeout);
}

TEST_F(BrokerTest, the_same_client_id_takes_over_but_only_of_the_same_subject) {
    auto first = client();
    first->arrive("lamp", Version::v5, "user");
    auto stranger = client();
    stranger->arrive("lamp", Version::v5, "other");
    EXPECT_TRUE(first->silent()) << "nobody can throw out another by taking their id";
    auto second = client();
    second->arrive("lamp", Version::v5, "user");
    EXPECT_EQ(first->hear<Disconnect>().reason, Reason::session_taken_over);
    EXPECT_TRUE(first->closed());
    second->say(Pingreq{});
    (void)second->hear<Pingresp>();
    EXPECT_EQ(broker->sessions().size(), 2U);
    EXPECT_EQ(broker->counters().takeovers, 1U);
}

TEST_F(BrokerTest, two_devices_of_one_name_are_told_about_and_one_that_comes_again_is_not) {
    auto first = client();
    first->arrive("lamp", Version::v5, "user");
    pass(minutes(5));
    auto again = client();
    again->arrive("lamp", Version::v5, "user");
    EXPECT_EQ(host.refusals, std::vector<Reason>{}) << "its old line had been quiet for long";
    pass(seconds(3));
    auto other = client();
    other->arrive("lamp", Version::v5, "user");
    EXPECT_EQ(host.refusals, std::vector{Reason::session_taken_over});
}

TEST_F(BrokerTest, connack_tells_what_was_decided_for_the_client) {
    open({.keep_alive_max_s = 60});
    auto nameless = client();
    nameless->say(Connect{
        .clean_start = false, .keep_alive_s = 600, .properties = {.session_expiry_s = 3600}});
    const auto answer = nameless->hear<Connack>();
    EXPECT_FALSE(answer.session_present);
    EXPECT_EQ(answer.properties.session_expiry_s, 0U);
    EXPECT_EQ(answer.properties.server_keep_alive_s, 60);
    ASSERT_TRUE(answer.properties.assigned_client_id);
    EXPECT_EQ(answer.properties.assigned_client_id->substr(0, 4), "fox-");
    auto old = client();
    old->say(Connect{.version = Version::v311, .clean_start = false});
    EXPECT_EQ(old->hear<Connack>().reason, Reason::client_identifier_not_valid);
}

TEST_F(BrokerTest, topic_aliases_save_the_topic) {
    auto lamp = client();
    lamp->arrive("lamp");
    lamp->say(Publish{.topic = "long/topic", .properties = {.topic_alias = 3}, .payload = "1"});
    lamp->say(Publish{.topic = "", .properties = {.topic_alias = 3}, .payload = "2"});
    settle();
    ASSERT_EQ(host.got.size(), 2U);
    EXPECT_EQ(host.got[1].topic, "long/topic");
    lamp->say(Publish{.topic = "", .properties = {.topic_alias = 4}, .payload = "3"});
    EXPECT_EQ(lamp->hear<Disconnect>().reason, Reason::topic_alias_invalid);
    auto greedy = client();
    greedy->arrive("greedy");
    greedy->say(Publish{.topic = "t", .properties = {.topic_alias = 33}});
    EXPECT_EQ(greedy->hear<Disconnect>().reason, Reason::topic_alias_invalid);
}

TEST_F(BrokerTest, an_expired_message_is_not_delivered_and_a_young_one_tells_what_is_left) {
    auto lamp = client();
    lamp->arrive("lamp");
    lamp->say(Publish{
        .retain = true, .topic = "t", .properties = {.message_expiry_s = 60}, .payload = "x"});
    settle();
    pass(seconds(20));
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("t");
    EXPECT_EQ(phone->hear<Publish>().properties.message_expiry_s, 40U);
    pass(seconds(41));
    auto late = client();
    late->arrive("late");
    late->subscribe("t");
    EXPECT_TRUE(late->silent());
}

TEST_F(BrokerTest, a_rule_answers_within_the_same_round) {
    host.on_published = [this](const Inbound& message) {
        if (message.topic == "button")
            broker->publish(host.permit(), {.topic = "lamp/set", .payload = "on"});
    };
    auto lamp = client();
    auto button = client();
    lamp->arrive("lamp");
    lamp->subscribe("lamp/set");
    button->arrive("button");
    const auto writes = broker->counters().writes;
    button->say(Publish{.topic = "button", .payload = "press"});
    EXPECT_EQ(lamp->hear<Publish>().payload, "on");
    EXPECT_EQ(broker->counters().writes, writes + 1);
}

TEST_F(BrokerTest, what_the_household_publishes_does_not_come_back_to_it) {
    broker->publish(host.permit(), {.topic = "t", .payload = "x", .retain = true});
    settle();
    EXPECT_TRUE(host.got.empty());
}

TEST_F(BrokerTest, stopping_says_goodbye) {
    auto lamp = client();
    lamp->arrive("lamp");
    broker->stop();
    EXPECT_EQ(lamp->hear<Disconnect>().reason, Reason::server_shutting_down);
    EXPECT_TRUE(lamp->closed());
    EXPECT_FALSE(broker->listen({.address = "no address"}));
}

TEST_F(BrokerTest, a_large_message_reaches_all_in_one_piece) {
    open({}, {.port = 0, .anonymous_as = "guest", .packet_bytes_max = 32U << 20U});
    auto bridge = client();
    bridge->arrive("bridge");
    std::array<std::unique_ptr<RawClient>, 3> readers;
    for (auto& each : readers) {
        each = client();
        each->arrive("reader" + std::to_string(&each - readers.data()));
        each->subscribe("bridge/devices");
    }
    std::string devices(23'000'000, 'x');
    for (std::size_t i = 0; i < devices.size(); i += 1000)
        devices[i] = static_cast<char>('a' + i / 1000 % 26);
    bridge->say(Publish{.topic = "bridge/devices", .payload = devices});
    for (auto& each : readers) EXPECT_TRUE(each->hear<Publish>().payload == devices);
    ASSERT_EQ(host.got.size(), 1U);
    EXPECT_TRUE(host.got[0].payload == devices);
}

}  // namespace
}  // namespace foxtail::mqtt
