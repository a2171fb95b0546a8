#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/session.hpp"
#include "foxtail/connectors/mqtt/topic.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace foxtail::mqtt {
namespace {

/// A line that lasted no longer before another of its name came was not simply lost.
constexpr Duration takeover_told_within = minutes(1);

std::string random_client_id(Random& random) {
    std::array<std::byte, 12> bytes{};
    random.fill(bytes);
    std::string id = "fox-";
    for (const auto byte : bytes) {
        constexpr auto digits = "0123456789abcdef";
        id += digits[static_cast<unsigned>(byte) >> 4];
        id += digits[static_cast<unsigned>(byte) & 15];
    }
    return id;
}

}  // namespace

void Session::take(const Packet& packet) {
    if (const auto* connect = std::get_if<Connect>(&packet)) {
        if (state_ == State::awaiting_connect) return take_connect(*connect);
    } else if (const auto* publish = std::get_if<Publish>(&packet)) {
        return take_publish(*publish);
    } else if (const auto* ack = std::get_if<Ack>(&packet)) {
        if (ack->type == PacketType::puback) return take_puback(*ack);
    } else if (std::holds_alternative<Pingreq>(packet)) {
        return send(Pingresp{});
    } else if (const auto* subscribe = std::get_if<Subscribe>(&packet)) {
        return take_subscribe(*subscribe);
    } else if (const auto* unsubscribe = std::get_if<Unsubscribe>(&packet)) {
        return take_unsubscribe(*unsubscribe);
    } else if (const auto* disconnect = std::get_if<Disconnect>(&packet)) {
        return take_disconnect(*disconnect);
    }
    refuse(Reason::protocol_error, "a packet that does not belong here");
    close(Reason::protocol_error, "a packet that does not belong here");
}

void Session::take_connect(const Connect& packet) {
    version_ = packet.version;
    core_.no_longer_half_open(serial_);
    state_ = State::authenticating;
    deadline_ = core_.now() + core_.options.connect_timeout + LoginThrottle::patience;
    login_ = std::make_unique<Login>();
    client_id_ = packet.client_id;
    if (packet.properties.authentication_method) {
        return refuse_login(Reason::bad_authentication_method, "no such authentication method");
    }
    if (packet.version == Version::v5 && packet.will && packet.will->qos == 2) {
        return refuse_login(Reason::qos_not_supported, "a will of QoS 2");
    }
    const bool nameless = client_id_.empty();
    if (client_id_.size() > core_.options.client_id_bytes_max ||
        (nameless && packet.version == Version::v311 && !packet.clean_start)) {
        client_id_.resize(std::min(client_id_.size(), core_.options.client_id_bytes_max));
        return refuse_login(Reason::client_identifier_not_valid,
                            "the client identifier is too long or missing");
    }
    if (nameless) client_id_ = random_client_id(core_.random);
    login_->id_assigned = nameless;
    expiry_asked_ = packet.properties.session_expiry_s.value_or(0) != 0;

    auto keep_alive_s = packet.keep_alive_s;
    const auto longest = core_.options.keep_alive_max_s;
    if (packet.version == Version::v5 && longest != 0 &&
        (keep_alive_s == 0 || keep_alive_s > longest)) {
        keep_alive_s = longest;
    }
    keep_alive_ = seconds(keep_alive_s);
    in_flight_max_ = std::min<std::size_t>(core_.options.in_flight_max,
                                           packet.properties.receive_maximum.value_or(0xFFFF));
    peer_packet_max_ = packet.properties.packet_bytes_max.value_or(packet_bytes_limit);
    if (packet.will) keep_will(*packet.will);

    login_->has_user_name = packet.user_name.has_value();
    login_->has_password = packet.password.has_value();
    login_->user_name = packet.user_name.value_or("");
    login_->password = packet.password.value_or("");
    if (!packet.user_name && !packet.password) {
        if (!listener_->anonymous_as.empty()) return login();
        return refuse_login(Reason::not_authorized, "nobody comes in here without a name");
    }
    const auto wait = core_.throttle.admit(source_, core_.now());
    if (!wait)
        return refuse_login(Reason::connection_rate_exceeded,
                            "too many failed logins from this address");
    if (wait->us == 0) return login();
    login_->waiting = true;
    login_->at = core_.now() + *wait;
}

void Session::keep_will(const Will& will) {
    Duration expires;
    if (will.properties.message_expiry_s) {
        // Counted from when it is sent; until then the number is kept as a duration.
        expires = seconds(*will.properties.message_expiry_s);
    }
    will_ = core_.pool.make(will.topic, will.payload, will.properties,
                            std::min<std::uint8_t>(will.qos, 1), will.retain, expires);
}

void Session::login() {
    login_->waiting = false;
    Credentials credentials{
        .client_id = client_id_, .listener = listener_->name, .source = source_};
    if (login_->has_user_name) credentials.user_name = login_->user_name;
    if (login_->has_password) credentials.password = login_->password;
    if (!login_->has_user_name && !login_->has_password)
        credentials.anonymous_as = listener_->anonymous_as;
    core_.host->authenticate(credentials, [weak = weak_from_this()](Admission admission) {
        const auto self = weak.lock();
        if (!self || self->state_ != State::authenticating) return;
        {
            const BrokerCore::Turn turn(self->core_);
            self->admitted(std::move(admission));
        }
        if (!self->processing_) self->go_on();
    });
    if (login_) explicit_bzero(login_->password.data(), login_->password.size());
}

void Session::refuse_login(Reason reason, const char* why) {
    ++core_.counters.refused_logins;
    refuse(reason, why);
    will_ = {};
    close(reason, why);
}

void Session::admitted(Admission admission) {
    if (admission.reason != Reason::success) {
        if (login_->has_user_name || login_->has_password)
            core_.throttle.failed(source_, core_.now());
        return refuse_login(admission.reason, "the login was refused");
    }
    if (login_->has_user_name || login_->has_password) core_.throttle.succeeded(source_);
    subject_ = admission.subject;
    name_ = std::move(admission.name);
    credential_ = std::move(admission.credential);
    epoch_ = core_.host->permissions_epoch();
    if (auto* before = core_.client(subject_, client_id_)) {
        ++core_.counters.takeovers;
        // Once is a device that comes again before its old line was missed; soon again is another.
        if (core_.now() - before->began_ < takeover_told_within) {
            const auto why = "two connections call themselves '" + printable(client_id_, 64) +
                             "' and take the place of each other: each device needs its own";
            refuse(Reason::session_taken_over, why.c_str());
        }
        before->close(Reason::session_taken_over, "another connection with this client identifier");
    }
    core_.client_arrived(subject_, client_id_, slot_);
    ++core_.counters.sessions;
    state_ = State::running;
    since_ = core_.clock.now();
    began_ = core_.now();
    last_heard_ = core_.now();
    send_connack();
    login_.reset();
}

void Session::send_connack() {
    Connack answer;
    if (version_ == Version::v5) {
        auto& properties = answer.properties;
        properties.receive_maximum = core_.options.receive_maximum;
        properties.maximum_qos = std::uint8_t{1};
        properties.shared_available = std::uint8_t{0};
        properties.packet_bytes_max =
            static_cast<std::uint32_t>(std::min(listener_->packet_bytes_max, packet_bytes_limit));
        if (core_.options.topic_aliases_max != 0) {
            properties.topic_alias_maximum = core_.options.topic_aliases_max;
        }
        if (expiry_asked_) properties.session_expiry_s = 0;
        if (login_->id_assigned) properties.assigned_client_id = client_id_;
        const auto longest = core_.options.keep_alive_max_s;
        if (longest != 0 && keep_alive_ == seconds(longest))
            properties.server_keep_alive_s = longest;
    }
    send(answer);
}

bool Session::resolve_alias(const Publish& packet, std::string_view& topic) {
    topic = packet.topic;
    if (!packet.properties.topic_alias) return true;
    const std::size_t alias = *packet.properties.topic_alias;
    if (alias > core_.options.topic_aliases_max) return false;
    if (aliases_.size() < alias) aliases_.resize(alias);
    auto& known = aliases_[alias - 1];
    if (!topic.empty()) known = topic;
    topic = known;
    return !topic.empty();
}

void Session::take_publish(const Publish& packet) {
    ++publishes_in_;
    ++core_.counters.publishes_in;
    const auto break_off = [this](Reason reason, const char* why) {
        refuse(reason, why);
        close(reason, why);
    };
    if (packet.qos == 2) return break_off(Reason::qos_not_supported, "QoS 2 is not supported");
    if (!packet.properties.subscription_ids.empty()) {
        return break_off(Reason::protocol_error, "a subscription identifier from a client");
    }
    std::string_view topic;
    if (!resolve_alias(packet, topic)) {
        return break_off(Reason::topic_alias_invalid, "an unknown topic alias");
    }
    AckId ack;
    if (packet.qos == 1) {
        if (acks_full()) {
            return break_off(Reason::receive_maximum_exceeded,
                             "more unacknowledged messages than agreed");
        }
        ack = {slot_, generation_, first_ack_ + acks_.size()};
        acks_.push_back({.packet_id = packet.packet_id});
    }
    if (topic_levels(topic) > topic_levels_max) {
        return refuse_publish(ack, topic, Reason::topic_name_invalid,
                              "a topic of more than 128 levels");
    }
    const auto permit = core_.host->may_publish(subject_, topic);
    if (!permit) {
        return refuse_publish(ack, topic, Reason::not_authorized, "not allowed to publish there");
    }
    if (packet.retain && !core_.retained().fits(topic, packet.payload.size(), subject_)) {
        return refuse_publish(ack, topic, Reason::quota_exceeded,
                              "no room for another retained message");
    }
    const auto expiry_s = packet.properties.message_expiry_s;
    const auto expires = expiry_s ? core_.now() + seconds(*expiry_s) : Duration{};
    const auto message = core_.pool.make(topic, packet.payload, packet.properties, packet.qos,
                                         packet.retain, expires);
    core_.route(*permit, message, slot_);
    if (packet.retain) (void)core_.retain(*permit, message, subject_);
    core_.host->published({.permit = *permit,
                           .topic = topic,
                           .payload = packet.payload,
                           .qos = packet.qos,
                           .retain = packet.retain,
                           .duplicate = packet.duplicate,
                           .subject = subject_,
                           .subject_name = name_,
                           .client_id = client_id_,
                           .properties = packet.properties},
                          ack);
}

void Session::refuse_publish(AckId ack, std::string_view topic, Reason reason, const char* why) {
    ++core_.counters.refused_publishes;
    refuse(reason, why, topic);
    // 3.1.1 has no word for no: it gets its PUBACK, and the household sees the refusal.
    if (ack.wanted()) acknowledge(ack.number, reason);
}

void Session::acknowledge(std::uint64_t number, Reason reason) {
    if (state_ != State::running || number < first_ack_) return;
    const auto place = number - first_ack_;
    if (place >= acks_.size()) return;
    acks_[place].reason = reason;
    acks_[place].done = true;
    flush_acks();
}

void Session::flush_acks() {
    const bool was_full = acks_full();
    while (!acks_.empty() && acks_.front().done) {
        const auto& first = acks_.front();
        send(Ack{.packet_id = first.packet_id, .reason = first.reason});
        acks_.pop_front();
        ++first_ack_;
    }
    if (was_full && !acks_full()) go_on_soon();
}

void Session::take_puback(const Ack& packet) {
    const auto found = std::find(in_flight_.begin(), in_flight_.end(), packet.packet_id);
    if (found == in_flight_.end()) return;
    in_flight_.erase(found);
    core_.mark_dirty(slot_);
}

Reason Session::subscribe_one(const Filter& wanted, std::uint32_t subscription_id) {
    const auto filter = wanted.filter;
    if (is_shared(filter)) return Reason::shared_subscriptions_not_supported;
    if (topic_levels(filter) > topic_levels_max) return Reason::topic_filter_invalid;
    const auto permit = core_.host->may_subscribe(subject_, filter);
    if (!permit) return Reason::not_authorized;
    const auto known = subscriptions_.find(filter);
    const bool is_new = known == subscriptions_.end();
    if (is_new && subscriptions_.size() >= core_.options.subscriptions_per_session_max) {
        return Reason::quota_exceeded;
    }
    const Subscription subscription{.subscriber = slot_,
                                    .qos = std::min<std::uint8_t>(wanted.qos, 1),
                                    .no_local = wanted.no_local,
                                    .retain_as_published = wanted.retain_as_published,
                                    .subscription_id = subscription_id};
    core_.subscribe(*permit, filter, subscription);
    if (is_new) {
        subscriptions_.emplace(std::string(filter), subscription);
    } else {
        known->second = subscription;
    }
    const bool present = wanted.retain_sending == RetainSending::always ||
                         (wanted.retain_sending == RetainSending::if_new && is_new);
    if (present) {
        std::erase_if(replays_, [&](const Replay& each) { return each.filter == filter; });
        replays_.push_back({.filter = std::string(filter),
                            .qos = subscription.qos,
                            .subscription_id = subscription_id});
    }
    core_.host->subscribed(line(), subject_, filter, present);
    return subscription.qos == 1 ? Reason::granted_qos_1 : Reason::success;
}

void Session::take_subscribe(const Subscribe& packet) {
    const auto& ids = packet.properties.subscription_ids;
    std::string reasons;
    for (const auto& each : packet.filters) {
        auto reason = subscribe_one(each, ids.empty() ? 0 : ids.front());
        if (reason >= Reason::unspecified_error) {
            ++core_.counters.refused_subscriptions;
            refuse(reason, "a subscription that was refused", each.filter);
            if (version_ == Version::v311) reason = Reason::unspecified_error;
        }
        reasons.push_back(static_cast<char>(reason));
    }
    if (state_ == State::running) send(Suback{.packet_id = packet.packet_id, .reasons = reasons});
}

void Session::take_unsubscribe(const Unsubscribe& packet) {
    std::string reasons;
    for (const auto filter : packet.filters) {
        const auto found = subscriptions_.find(filter);
        const bool known = found != subscriptions_.end();
        reasons.push_back(
            static_cast<char>(known ? Reason::success : Reason::no_subscription_existed));
        if (!known) continue;
        core_.unsubscribe(filter, slot_);
        std::erase_if(replays_, [&](const Replay& each) { return each.filter == filter; });
        subscriptions_.erase(found);
    }
    send(Unsuback{.packet_id = packet.packet_id, .reasons = reasons});
}

void Session::take_disconnect(const Disconnect& packet) {
    if (!expiry_asked_ && packet.properties.session_expiry_s.value_or(0) != 0) {
        refuse(Reason::protocol_error, "a session expiry that CONNECT did not ask for");
        return close(Reason::protocol_error, "a session expiry that CONNECT did not ask for");
    }
    if (packet.reason != Reason::disconnect_with_will) will_ = {};
    leave_household();
    deadline_ = core_.now() + core_.options.linger;
    core_.mark_dirty(slot_);
}

void Session::send_will() {
    const auto will = std::exchange(will_, {});
    if (!will) return;
    const auto permit = core_.host->may_publish(subject_, will->topic());
    if (!permit) return;
    const bool retain =
        will->retain() &&
        core_.retained().fits(will->topic(), will->bytes() - will->topic().size(), subject_);
    auto message = will;
    if (will->expires().us != 0) message = core_.pool.later(*will, core_.now() + will->expires());
    core_.route(*permit, message, slot_);
    if (retain) (void)core_.retain(*permit, message, subject_);
    const Properties none;
    core_.host->published({.permit = *permit,
                           .topic = will->topic(),
                           .payload = will->payload(),
                           .qos = will->qos(),
                           .retain = will->retain(),
                           .will = true,
                           .subject = subject_,
                           .subject_name = name_,
                           .client_id = client_id_,
                           .properties = none},
                          {});
}

}  // namespace foxtail::mqtt
