#include "foxtail/connectors/mqtt/broker_core.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/connectors/mqtt/session.hpp"
#include "foxtail/runtime/acceptor.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <unistd.h>

namespace foxtail::mqtt {
namespace asio = boost::asio;
using asio::ip::tcp;

struct BrokerCore::Listener {
    Listener(tcp::acceptor listening, const ListenerOptions& given)
        : acceptor(std::move(listening)), options(std::make_shared<const ListenerOptions>(given)) {}
    tcp::acceptor acceptor;
    std::shared_ptr<const ListenerOptions> options;
    bool accepting = false;
};

BrokerCore::BrokerCore(asio::io_context& context, Clock& given_clock, Random& given_random,
                       BrokerHost& given_host, BrokerOptions given_options)
    : home(context),
      clock(given_clock),
      random(given_random),
      host(&given_host),
      options(given_options),
      retained_(given_options.retained,
                [this](const std::string& topic) {
                    if (host != nullptr) host->retained_changed(topic);
                }),
      timer_(context) {}

BrokerCore::~BrokerCore() = default;

Result<std::uint16_t> BrokerCore::listen(const ListenerOptions& wanted) {
    auto acceptor = open_acceptor(home, wanted.address, wanted.port);
    if (!acceptor) return fail(acceptor.error());
    boost::system::error_code ignored;
    const auto port = acceptor->local_endpoint(ignored).port();
    const auto listener = std::make_shared<Listener>(std::move(*acceptor), wanted);
    listeners_.push_back(listener);
    accept(listener);
    return port;
}

void BrokerCore::accept(const std::shared_ptr<Listener>& listener) {
    listener->accepting = true;
    listener->acceptor.async_accept([self = shared_from_this(), listener](
                                        const boost::system::error_code& failure,
                                        tcp::socket socket) {
        listener->accepting = false;
        if (!listener->acceptor.is_open() || self->host == nullptr) return;
        // No file descriptors left, most likely: the next tick tries again.
        if (failure) return self->wait_for_room(failure.message());
        {
            const Turn turn(*self);
            boost::system::error_code unknown;
            const auto remote = socket.remote_endpoint(unknown);
            // Nagle's algorithm and delayed acknowledgements together cost 40 ms a message.
            socket.set_option(tcp::no_delay(true), unknown);
            socket.set_option(asio::socket_base::keep_alive(true), unknown);
            if (!unknown)
                self->accepted(listener->options, std::move(socket), remote.address().to_string());
        }
        self->accept(listener);
    });
}

void BrokerCore::wait_for_room(const std::string& why) {
    if (told_full_.us != 0 && now() - told_full_ < minutes(1)) return;
    told_full_ = now();
    log(LogLevel::warning, "newcomers wait", {{"door", "mqtt"}, {"why", why}});
}

void BrokerCore::take(int socket, std::string source, const ListenerOptions& listener) {
    tcp::socket taken(home);
    boost::system::error_code failure;
    // Asio only wants to know that it is a stream.
    if (host != nullptr) taken.assign(tcp::v4(), socket, failure);
    if (host == nullptr || failure) {
        ::close(socket);
        return;
    }
    accepted(std::make_shared<const ListenerOptions>(listener), std::move(taken),
             std::move(source));
}

void BrokerCore::accepted(const std::shared_ptr<const ListenerOptions>& listener,
                          tcp::socket socket, std::string source) {
    ++counters.connections;
    if (connections_ >= options.connections_max) {
        ++counters.refused_connections;
        return;  // the socket closes itself
    }
    SubscriberId slot = 0;
    if (free_.empty()) {
        slot = static_cast<SubscriberId>(slots_.size());
        slots_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    ++connections_;
    const auto serial = next_serial_++;
    auto session = std::make_shared<Session>(*this, std::move(socket), listener, slot,
                                             slots_[slot].generation, serial, std::move(source));
    slots_[slot].session = session;
    half_open_.emplace(serial, slot);
    if (half_open_.size() > options.half_open_max) {
        ++counters.half_open_dropped;
        const auto oldest = slots_[half_open_.begin()->second].session;
        oldest->abort();
    }
    session->start();
}

void BrokerCore::no_longer_half_open(std::uint64_t serial) {
    half_open_.erase(serial);
}

void BrokerCore::release(SubscriberId slot) {
    auto& place = slots_[slot];
    place.session.reset();
    ++place.generation;
    free_.push_back(slot);
    --connections_;
}

Session* BrokerCore::find(std::uint32_t slot, std::uint32_t generation) const {
    if (slot >= slots_.size() || slots_[slot].generation != generation) return nullptr;
    return slots_[slot].session.get();
}

Session* BrokerCore::client(SubjectId subject, const std::string& client_id) const {
    const auto found = clients_.find({subject, client_id});
    return found == clients_.end() ? nullptr : slots_[found->second].session.get();
}

void BrokerCore::client_arrived(SubjectId subject, const std::string& client_id,
                                SubscriberId slot) {
    clients_[{subject, client_id}] = slot;
}

void BrokerCore::client_left(SubjectId subject, const std::string& client_id, SubscriberId slot) {
    const auto found = clients_.find({subject, client_id});
    if (found != clients_.end() && found->second == slot) clients_.erase(found);
}

void BrokerCore::route(const PublishPermit& permit, const MessageRef& message,
                       SubscriberId publisher) {
    (void)permit;
    matches_.clear();
    subscriptions_.match(message->topic(), matches_);
    // One copy for each client, whatever number of its subscriptions match.
    std::sort(matches_.begin(), matches_.end(), [](const Subscription& a, const Subscription& b) {
        return a.subscriber < b.subscriber;
    });
    for (std::size_t i = 0; i < matches_.size();) {
        const auto subscriber = matches_[i].subscriber;
        Delivery delivery{.message = message};
        std::uint8_t granted = 0;
        bool any = false;
        for (; i < matches_.size() && matches_[i].subscriber == subscriber; ++i) {
            const auto& each = matches_[i];
            if (each.no_local && subscriber == publisher) continue;
            any = true;
            granted = std::max(granted, each.qos);
            delivery.retain = delivery.retain || (each.retain_as_published && message->retain());
            delivery.add_subscription(each.subscription_id);
        }
        if (!any) continue;
        delivery.qos = std::min(granted, message->qos());
        slots_[subscriber].session->deliver(std::move(delivery));
    }
}

void BrokerCore::mark_dirty(SubscriberId slot) {
    if (std::exchange(slots_[slot].dirty, true)) return;
    dirty_.push_back(slot);
}

void BrokerCore::doom(SubscriberId slot, Reason reason) {
    doomed_.emplace_back(slot, reason);
}

void BrokerCore::end_turn() {
    // Closing and flushing can make more to do (a will, another broken connection); while they run,
    // they are a turn.
    ++turns_;
    while (!dirty_.empty() || !doomed_.empty()) {
        while (!doomed_.empty()) {
            const auto [slot, reason] = doomed_.back();
            doomed_.pop_back();
            if (const auto session = slots_[slot].session) {
                session->close(reason, "the client is too slow for its subscriptions");
            }
        }
        flushing_.swap(dirty_);
        for (const auto slot : flushing_) {
            slots_[slot].dirty = false;
            if (const auto session = slots_[slot].session) session->flush();
        }
        flushing_.clear();
    }
    --turns_;
}

void BrokerCore::for_each_session(const std::function<void(Session&)>& visit) const {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        // A copy: the visit may end the session.
        if (const auto session = slots_[i].session) visit(*session);
    }
}

void BrokerCore::start_timer() {
    wait_for_tick();
}

void BrokerCore::wait_for_tick() {
    timer_.expires_after(std::chrono::microseconds(options.tick.us));
    timer_.async_wait([self = weak_from_this()](const boost::system::error_code& failure) {
        const auto core = self.lock();
        if (failure || !core || core->host == nullptr) return;
        core->tick();
        core->wait_for_tick();
    });
}

void BrokerCore::tick() {
    const Turn turn(*this);
    const auto at = now();
    for_each_session([at](Session& session) { session.check_time(at); });
    for (const auto& listener : listeners_) {
        if (!listener->accepting && listener->acceptor.is_open()) accept(listener);
    }
    if (at < next_sweep_) return;
    next_sweep_ = at + minutes(1);
    (void)retained_.forget_expired(at);
}

void BrokerCore::stop_listening() {
    for (const auto& listener : listeners_) {
        boost::system::error_code ignored;
        listener->acceptor.close(ignored);
    }
    listeners_.clear();
}

void BrokerCore::stop_for_good() {
    stop_listening();
    host = nullptr;
    timer_.cancel();
    for_each_session([](Session& session) { session.abort(); });
}

}  // namespace foxtail::mqtt
