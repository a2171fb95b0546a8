#pragma once

#include "foxtail/base/environment.hpp"
#include "foxtail/connectors/mqtt/broker_host.hpp"
#include "foxtail/connectors/mqtt/broker_options.hpp"
#include "foxtail/connectors/mqtt/broker_throttle.hpp"
#include "foxtail/connectors/mqtt/codec.hpp"
#include "foxtail/connectors/mqtt/retained.hpp"
#include "foxtail/connectors/mqtt/session_message.hpp"
#include "foxtail/connectors/mqtt/subscriptions.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace foxtail::mqtt {

class Session;
constexpr SubscriberId nobody = 0xFFFFFFFF;

/// What all sessions share: who is there, who subscribed to what, and the round of writing. Lives
/// as long as the broker or the last pending handler; after stop_for_good() it only waits to be
/// freed.
class BrokerCore : public std::enable_shared_from_this<BrokerCore> {
public:
    BrokerCore(boost::asio::io_context& home, Clock& clock, Random& random, BrokerHost& host,
               BrokerOptions options);
    ~BrokerCore();

    // --- for Broker
    Result<std::uint16_t> listen(const ListenerOptions& listener);
    void take(int socket, std::string source, const ListenerOptions& listener);
    void start_timer();
    void stop_listening();
    void stop_for_good();
    void tick();
    void for_each_session(const std::function<void(Session&)>& visit) const;
    [[nodiscard]] Session* find(std::uint32_t slot, std::uint32_t generation) const;

    // --- for sessions
    /// Sends to every subscriber but `publisher`'s no-local ones.
    void route(const PublishPermit& permit, const MessageRef& message, SubscriberId publisher);
    /// Keeps it for who comes later; false when it does not fit.
    bool retain(const PublishPermit& permit, const MessageRef& message, SubjectId subject) {
        (void)permit;
        return retained_.put(message, subject);
    }
    void subscribe(const SubscribePermit& permit, std::string_view filter,
                   const Subscription& subscription) {
        (void)permit;
        subscriptions_.add(filter, subscription);
    }
    void unsubscribe(std::string_view filter, SubscriberId subscriber) {
        subscriptions_.remove(filter, subscriber);
    }
    [[nodiscard]] const RetainedStore& retained() const { return retained_; }
    void client_left(SubjectId subject, const std::string& client_id, SubscriberId slot);
    /// The session that has this client id of this subject, or null.
    [[nodiscard]] Session* client(SubjectId subject, const std::string& client_id) const;
    void client_arrived(SubjectId subject, const std::string& client_id, SubscriberId slot);
    void no_longer_half_open(std::uint64_t serial);
    void release(SubscriberId slot);
    void mark_dirty(SubscriberId slot);
    void doom(SubscriberId slot, Reason reason);
    [[nodiscard]] Duration now() { return clock.monotonic(); }

    /// One event being worked on. What it made to send leaves when the outermost turn ends.
    class Turn {
    public:
        explicit Turn(BrokerCore& core) : core_(core) { ++core_.turns_; }
        ~Turn() {
            if (--core_.turns_ == 0) core_.end_turn();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        BrokerCore& core_;
    };

    boost::asio::io_context& home;
    Clock& clock;
    Random& random;
    BrokerHost* host;  // null once the broker is gone
    bool paused = false;
    const BrokerOptions options;
    BrokerCounters counters;
    MessagePool pool;  // before all that holds messages
    Decoder decoder;
    LoginThrottle throttle;

private:
    friend class Broker;  // puts back what was retained before a restart, and forgets it
    struct Listener;
    struct Slot {
        std::shared_ptr<Session> session;
        std::uint32_t generation = 1;
        bool dirty = false;
    };
    void accept(const std::shared_ptr<Listener>& listener);
    void accepted(const std::shared_ptr<const ListenerOptions>& listener,
                  boost::asio::ip::tcp::socket socket, std::string source);
    void wait_for_tick();
    void wait_for_room(const std::string& why);
    void end_turn();

    // Written through retain() and subscribe(), which want a permit.
    RetainedStore retained_;
    Subscriptions subscriptions_;
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::vector<Slot> slots_;
    std::vector<SubscriberId> free_;
    std::size_t connections_ = 0;
    std::map<std::uint64_t, SubscriberId> half_open_;  // by age
    std::uint64_t next_serial_ = 1;
    // The namespace of client ids is the subject: nobody can throw out another by taking their id.
    std::map<std::pair<SubjectId, std::string>, SubscriberId> clients_;
    std::vector<SubscriberId> dirty_;
    std::vector<SubscriberId> flushing_;
    std::vector<std::pair<SubscriberId, Reason>> doomed_;
    std::vector<Subscription> matches_;
    boost::asio::steady_timer timer_;
    Duration next_sweep_;
    Duration told_full_;  // that there was no room for newcomers; 0 = never
    int turns_ = 0;
};

}  // namespace foxtail::mqtt
