#include "foxtail/connectors/mqtt/broker.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/broker_core.hpp"
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

void Broker::stop(Reason reason) {
    const BrokerCore::Turn turn(*core_);
    core_->stop_listening();
    core_->for_each_session(
        [reason](Session& session) { session.close(reason, "the server stops"); });
}

void Broker::publish(const Publication& publication, std::span<const UserProperty> user) {
    FOX_ASSERT(valid_topic(publication.topic) && valid_text(publication.topic),
               "the household publishes to valid topics");
    const BrokerCore::Turn turn(*core_);
    Properties properties;
    properties.user = user;
    const auto message =
        core_->pool.make(publication.topic, publication.payload, properties,
                         std::min<std::uint8_t>(publication.qos, 1), publication.retain, {});
    core_->route(message, nobody);
    if (!publication.retain || core_->retained.put(message, household_subject)) return;
    core_->host->refused({.reason = Reason::quota_exceeded,
                          .why = "the store of retained messages is full",
                          .topic = publication.topic});
}

void Broker::acknowledge(AckId ack, Reason reason) {
    if (!ack.wanted()) return;
    const BrokerCore::Turn turn(*core_);
    if (auto* session = core_->find(ack.slot, ack.generation)) {
        session->acknowledge(ack.number, reason);
    }
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
    return core_->retained.forget_subject(subject);
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
    return core_->retained;
}

void Broker::tick() {
    core_->tick();
}

}  // namespace foxtail::mqtt
