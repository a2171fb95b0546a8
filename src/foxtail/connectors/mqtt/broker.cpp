#include "foxtail/connectors/mqtt/broker.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/broker_core.hpp"
#include "foxtail/connectors/mqtt/retained_bytes.hpp"
#include "foxtail/connectors/mqtt/session.hpp"
#include "foxtail/connectors/mqtt/topic.hpp"

namespace foxtail::mqtt {

Broker::Broker(boost::asio::io_context& home, Clock& clock, Random& random, BrokerHost& host,
               BrokerOptions options)
    : core_(std::make_shared<BrokerCore>(home, clock, random, host, options)) {
    core_->start_timer();
}

Broker::~Broker() {
    core_->stop_for_good();
}

Result<std::uint16_t> Broker::listen(const ListenerOptions& listener) {
    return core_->listen(listener);
}

void Broker::take(int socket, std::string source, const ListenerOptions& listener) {
    const BrokerCore::Turn turn(*core_);
    core_->take(socket, std::move(source), listener);
}

void Broker::stop(Reason reason) {
    const BrokerCore::Turn turn(*core_);
    core_->stop_listening();
    core_->for_each_session(
        [reason](Session& session) { session.close(reason, "the server stops"); });
}

void Broker::publish(const PublishPermit& permit, const Publication& publication,
                     std::span<const UserProperty> user) {
    FOX_ASSERT(valid_topic(publication.topic) && valid_text(publication.topic),
               "the household publishes to valid topics");
    const BrokerCore::Turn turn(*core_);
    Properties properties;
    properties.user = user;
    const auto message =
        core_->pool.make(publication.topic, publication.payload, properties,
                         std::min<std::uint8_t>(publication.qos, 1), publication.retain, {});
    core_->route(permit, message, nobody);
    if (!publication.retain || core_->retain(permit, message, household_subject)) return;
    core_->host->refused({.reason = Reason::quota_exceeded,
                          .why = "the store of retained messages is full",
                          .topic = publication.topic});
}

void Broker::tell(LineId line, const Publication& publication) {
    auto* session = core_->find(line.slot, line.generation);
    if (session == nullptr || !valid_topic(publication.topic) || !valid_text(publication.topic))
        return;
    const BrokerCore::Turn turn(*core_);
    session->tell(core_->pool.make(publication.topic, publication.payload, {},
                                   std::min<std::uint8_t>(publication.qos, 1), publication.retain,
                                   {}));
}

bool Broker::wants(LineId line, std::string_view topic) const {
    const auto* session = core_->find(line.slot, line.generation);
    return session != nullptr && session->wants(topic);
}

std::size_t Broker::waiting(LineId line) const {
    const auto* session = core_->find(line.slot, line.generation);
    return session == nullptr ? 0 : session->waiting();
}

void Broker::acknowledge(AckId ack, Reason reason) {
    if (!ack.wanted()) return;
    const BrokerCore::Turn turn(*core_);
    if (auto* session = core_->find(ack.slot, ack.generation)) {
        session->acknowledge(ack.number, reason);
    }
}

void Broker::give_up(AckId ack) {
    if (!ack.wanted()) return;
    const BrokerCore::Turn turn(*core_);
    if (auto* session = core_->find(ack.slot, ack.generation))
        session->close(Reason::server_busy, "the message cannot be kept now");
}

void Broker::pause(bool paused) {
    if (core_->paused == paused) return;
    if (paused) {
        core_->paused = true;
        ++core_->counters.pauses;
        return;
    }
    std::vector<Session*> held;
    core_->for_each_session([&](Session& session) {
        if (session.holding()) held.push_back(&session);
    });
    core_->paused = false;
    for (Session* session : held) session->listen_again();
}

std::size_t Broker::disconnect(SubjectId subject, Reason reason) {
    const BrokerCore::Turn turn(*core_);
    std::size_t count = 0;
    core_->for_each_session([&](Session& session) {
        if (!session.running() || session.subject() != subject) return;
        session.close(reason, "asked to leave");
        ++count;
    });
    return count;
}

void Broker::recheck() {
    const BrokerCore::Turn turn(*core_);
    core_->for_each_session([](Session& session) { session.recheck(); });
}

std::size_t Broker::forget_retained(SubjectId subject) {
    return core_->retained_.forget_subject(subject);
}

std::string Broker::retained_bytes(std::string_view topic) const {
    const auto* kept = core_->retained_.look(topic);
    const auto now = core_->now();
    if (kept == nullptr || kept->message->expired(now)) return {};
    Time expires;
    if (kept->message->expires().us != 0)
        expires = core_->clock.now() + (kept->message->expires() - now);
    return write_retained(*kept->message, kept->subject, expires);
}

Result<void> Broker::restore_retained(std::string_view topic, std::string_view bytes) {
    const auto read = read_retained(bytes, core_->decoder);
    if (!read) return fail(read.error());
    if (read->packet.topic != topic) return fail(Code::corrupt, "a message of another topic");
    Duration expires;
    if (read->expires.known()) {
        const auto left = read->expires - core_->clock.now();
        if (left.us <= 0) return {};
        expires = core_->now() + left;
    }
    const auto message = core_->pool.restore(topic, read->packet.payload, read->packet.properties,
                                             read->packet.qos, expires);
    if (!core_->retained_.restore(message, read->subject))
        return fail(Code::exhausted, "the store of retained messages is full");
    return {};
}

std::vector<SessionView> Broker::sessions() const {
    std::vector<SessionView> out;
    core_->for_each_session([&](Session& session) {
        if (session.running()) out.push_back(session.view());
    });
    return out;
}

const BrokerCounters& Broker::counters() const {
    return core_->counters;
}

const RetainedStore& Broker::retained() const {
    return core_->retained_;
}

void Broker::tick() {
    core_->tick();
}

}  // namespace foxtail::mqtt
