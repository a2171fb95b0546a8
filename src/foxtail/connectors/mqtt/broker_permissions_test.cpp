#include "foxtail/connectors/mqtt/broker_rig_test.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using BrokerPermissions = BrokerRig;
using namespace std::string_literals;

TEST_F(BrokerPermissions, a_wrong_password_is_refused_in_the_words_of_the_version) {
    auto modern = client();
    modern->say(Connect{.client_id = "a", .user_name = "user", .password = "wrong"});
    EXPECT_EQ(modern->hear<Connack>().reason, Reason::bad_user_name_or_password);
    EXPECT_TRUE(modern->closed());
    auto old = client();
    old->say(Connect{
        .version = Version::v311, .client_id = "a", .user_name = "user", .password = "wrong"});
    EXPECT_EQ(old->hear<Connack>().reason, Reason::bad_user_name_or_password);
    EXPECT_TRUE(old->closed());
    EXPECT_EQ(broker->counters().refused_logins, 2U);
    for (const auto& sample : host.samples) EXPECT_EQ(sample, "") << "it could hold a password";
}

TEST_F(BrokerPermissions, a_listener_without_anonymous_lets_nobody_in_without_a_name) {
    open({}, {.port = 0});
    auto nameless = client();
    nameless->say(Connect{.version = Version::v311, .client_id = "a"});
    EXPECT_EQ(nameless->hear<Connack>().reason, Reason::not_authorized);
    EXPECT_EQ(host.authentications, 0) << "no work is done for it";
    auto named = client();
    named->arrive("b", Version::v5, "user");
    ASSERT_EQ(broker->sessions().size(), 1U);
    EXPECT_EQ(broker->sessions()[0].subject, 7U);
    EXPECT_EQ(broker->sessions()[0].subject_name, "user");
}

TEST_F(BrokerPermissions, what_a_client_sends_while_its_login_is_checked_waits) {
    host.answer_logins_later = true;
    auto lamp = client();
    lamp->say(Connect{.client_id = "lamp", .user_name = "user", .password = "secret"});
    lamp->say(Publish{.topic = "t", .payload = "early"});
    settle();
    EXPECT_TRUE(host.got.empty());
    ASSERT_EQ(host.later_logins.size(), 1U);
    host.later_logins[0]();
    EXPECT_EQ(lamp->hear<Connack>().reason, Reason::success);
    settle();
    EXPECT_EQ(host.got.size(), 1U);
    host.later_logins[0]();  // a second answer changes nothing
    EXPECT_TRUE(lamp->silent());
}

TEST_F(BrokerPermissions, a_login_that_is_answered_after_the_client_left_reaches_nobody) {
    host.answer_logins_later = true;
    auto lamp = client();
    lamp->say(Connect{.client_id = "lamp", .user_name = "user", .password = "secret"});
    settle();
    pass(seconds(21));
    EXPECT_EQ(lamp->hear<Connack>().reason, Reason::server_busy);
    pass(seconds(3));
    ASSERT_EQ(host.later_logins.size(), 1U);
    host.later_logins[0]();
    settle();
    EXPECT_TRUE(broker->sessions().empty());
}

TEST_F(BrokerPermissions, failed_logins_make_their_source_wait) {
    for (int i = 0; i < 4; ++i) {
        auto guesser = client();
        guesser->say(Connect{.client_id = "g", .user_name = "user", .password = "guess"});
        (void)guesser->hear<Connack>();
    }
    EXPECT_EQ(host.authentications, 4);
    auto next = client();
    next->say(Connect{.client_id = "g", .user_name = "user", .password = "secret"});
    settle();
    EXPECT_EQ(host.authentications, 4) << "it waits";
    pass(milliseconds(250));
    EXPECT_EQ(next->hear<Connack>().reason, Reason::success);
    EXPECT_EQ(host.authentications, 5);
}

TEST_F(BrokerPermissions, a_forbidden_publish_goes_nowhere_and_is_told_where_the_version_can) {
    host.no_publish = {"door/lock"};
    auto watcher = client();
    watcher->arrive("watcher");
    watcher->subscribe("#");
    auto modern = client();
    modern->arrive("modern");
    modern->say(
        Publish{.qos = 1, .retain = true, .topic = "door/lock", .packet_id = 5, .payload = "open"});
    EXPECT_EQ(modern->hear<Ack>().reason, Reason::not_authorized);
    modern->say(Publish{.topic = "door/lock", .payload = "open"});
    auto old = client();
    old->arrive("old", Version::v311);
    old->say(Publish{.qos = 1, .topic = "door/lock", .packet_id = 6, .payload = "open"});
    EXPECT_EQ(old->hear<Ack>().packet_id, 6);
    EXPECT_TRUE(watcher->silent());
    EXPECT_TRUE(host.got.empty());
    EXPECT_EQ(broker->retained().size(), 0U);
    EXPECT_EQ(broker->counters().refused_publishes, 3U);
    EXPECT_EQ(host.refusals.size(), 3U);
}

TEST_F(BrokerPermissions, a_forbidden_will_is_not_sent) {
    host.no_publish = {"door/lock"};
    auto watcher = client();
    watcher->arrive("watcher");
    watcher->subscribe("#");
    auto lamp = client();
    lamp->say(Connect{.client_id = "lamp", .will = Will{.topic = "door/lock", .payload = "open"}});
    (void)lamp->hear<Connack>();
    lamp.reset();
    EXPECT_TRUE(watcher->silent());
    EXPECT_TRUE(host.got.empty());
}

TEST_F(BrokerPermissions, each_filter_is_granted_or_refused_on_its_own) {
    host.no_subscribe = {"secret/#"};
    const std::string deep(128, '/');
    const std::array<Filter, 4> filters{Filter{.filter = "a", .qos = 1},
                                        Filter{.filter = "secret/#"},
                                        Filter{.filter = "$share/g/a"}, Filter{.filter = deep}};
    auto modern = client();
    modern->arrive("modern");
    modern->say(Subscribe{.packet_id = 1, .filters = filters});
    EXPECT_EQ(modern->hear<Suback>().reasons, "\x01\x87\x9E\x8F"s);
    auto old = client();
    old->arrive("old", Version::v311);
    old->say(Subscribe{.packet_id = 1, .filters = filters});
    EXPECT_EQ(old->hear<Suback>().reasons, "\x01\x80\x80\x80"s);
    EXPECT_EQ(broker->counters().refused_subscriptions, 6U);
}

TEST_F(BrokerPermissions,
       what_may_not_be_received_is_withheld_live_and_retained_and_asked_once_an_epoch) {
    host.no_receive = {"anna/place"};
    broker->publish(host.permit(), {.topic = "anna/place", .payload = "home", .retain = true});
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("#");
    for (int i = 0; i < 100; ++i)
        broker->publish(host.permit(), {.topic = "anna/place", .payload = "away"});
    EXPECT_TRUE(phone->silent());
    EXPECT_EQ(host.receive_questions, 1);
    host.no_receive.clear();
    ++host.epoch;
    broker->publish(host.permit(), {.topic = "anna/place", .payload = "work"});
    EXPECT_EQ(phone->hear<Publish>().payload, "work");
}

TEST_F(BrokerPermissions, what_may_change_from_one_moment_to_the_next_is_asked_each_time) {
    host.each_time = {"anna/place"};
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("#");
    broker->publish(host.permit(), {.topic = "anna/place", .payload = "home"});
    EXPECT_EQ(phone->hear<Publish>().payload, "home");
    host.no_receive = {"anna/place"};
    broker->publish(host.permit(), {.topic = "anna/place", .payload = "away"});
    EXPECT_TRUE(phone->silent());
    host.no_receive.clear();
    broker->publish(host.permit(), {.topic = "anna/place", .payload = "work"});
    EXPECT_EQ(phone->hear<Publish>().payload, "work");
}

TEST_F(BrokerPermissions, a_revoked_right_takes_back_even_what_is_queued) {
    auto phone = client();
    phone->arrive("phone", Version::v5, "user", {.receive_maximum = 1});
    phone->subscribe("#", 1);
    broker->publish(host.permit(), {.topic = "lamp", .payload = "1", .qos = 1});
    for (int i = 0; i < 100; ++i)
        broker->publish(host.permit(), {.topic = "anna/place", .payload = "x", .qos = 1});
    broker->publish(host.permit(), {.topic = "lamp", .payload = "2", .qos = 1});
    const auto first = phone->hear<Publish>();
    EXPECT_EQ(first.payload, "1");
    host.no_receive = {"anna/place"};
    ++host.epoch;
    broker->recheck();
    phone->say(Ack{.packet_id = first.packet_id});
    const auto second = phone->hear<Publish>();
    EXPECT_EQ(second.payload, "2");
    phone->say(Ack{.packet_id = second.packet_id});

    host.no_subscribe = {"#"};
    ++host.epoch;
    broker->recheck();
    broker->publish(host.permit(), {.topic = "lamp", .payload = "3"});
    EXPECT_TRUE(phone->silent());
    host.locked_out = {7};
    broker->recheck();
    EXPECT_EQ(phone->hear<Disconnect>().reason, Reason::not_authorized);
    EXPECT_TRUE(phone->closed());
}

TEST_F(BrokerPermissions, who_was_let_in_by_something_that_ended_is_sent_away_soon) {
    auto phone = client();
    phone->arrive("phone", Version::v5, "user");
    auto other = client();
    other->arrive("other", Version::v5, "other");
    host.ended = {"by user"};
    ++host.epoch;
    pass(milliseconds(250));
    EXPECT_EQ(phone->hear<Disconnect>().reason, Reason::not_authorized);
    EXPECT_TRUE(phone->closed());
    other->say(Pingreq{});
    (void)other->hear<Pingresp>();
}

TEST_F(BrokerPermissions, what_one_line_is_told_comes_to_that_line_by_its_filters_and_once) {
    const auto say = [&](LineId line, const char* payload) {
        broker->tell(line, {.topic = "$own/a/b", .payload = payload, .retain = true, .qos = 1});
    };
    auto phone = client();
    phone->arrive("phone");
    phone->subscribe("$own/#");
    phone->subscribe("$own/+/b", 1);
    auto other = client();
    other->arrive("other");
    other->subscribe("$own/#");
    other->subscribe("#");
    ASSERT_EQ(host.lines.size(), 4U);
    EXPECT_EQ(host.line_events, "$own/#! $own/+/b! $own/#! #! ");
    EXPECT_TRUE(broker->wants(host.lines[0], "$own/a/b"));
    EXPECT_FALSE(broker->wants(host.lines[0], "lamp"));
    EXPECT_TRUE(broker->wants(host.lines[2], "lamp"));
    say(host.lines[0], "1");
    const auto heard = phone->hear<Publish>();
    EXPECT_EQ(heard.payload, "1");
    EXPECT_EQ(heard.qos, 1);
    EXPECT_TRUE(heard.retain);
    EXPECT_TRUE(phone->silent());
    EXPECT_TRUE(other->silent());

    // Asked anew each time: a right may be one of some hours.
    host.no_receive = {"$own/a/b"};
    say(host.lines[0], "2");
    EXPECT_TRUE(phone->silent());
    host.no_receive.clear();
    phone.reset();
    settle();
    EXPECT_TRUE(host.line_events.ends_with(" left ")) << host.line_events;
    EXPECT_FALSE(broker->wants(host.lines[0], "$own/a/b"));
    say(host.lines[0], "3");
    EXPECT_TRUE(other->silent());
}

TEST_F(BrokerPermissions, a_subject_can_be_sent_away_and_its_retained_messages_forgotten) {
    auto user = client();
    auto guest = client();
    user->arrive("a", Version::v5, "user");
    guest->arrive("b");
    user->say(Publish{.retain = true, .topic = "mine", .payload = "x"});
    guest->say(Publish{.retain = true, .topic = "yours", .payload = "x"});
    settle();
    EXPECT_EQ(broker->forget_retained(7), 1U);
    EXPECT_EQ(broker->retained().size(), 1U);
    EXPECT_EQ(broker->disconnect(7, Reason::administrative_action), 1U);
    EXPECT_EQ(user->hear<Disconnect>().reason, Reason::administrative_action);
    guest->say(Pingreq{});
    (void)guest->hear<Pingresp>();
}

}  // namespace
}  // namespace foxtail::mqtt
