#pragma once

#include "foxtail/base/environment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/connectors/mqtt/broker_host.hpp"
#include "foxtail/connectors/mqtt/broker_options.hpp"
#include "foxtail/connectors/mqtt/format.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foxtail::mqtt {

class BrokerCore;

/// Foxtail's MQTT server: 3.1.1 and 5.0, QoS 0 and 1, on the household's own io_context. One
/// thread: everything here is called from it, and the host is called on it. What arrives is
/// answered and passed on before the next read; nothing waits for a timer. docs/connectors/mqtt.md
/// says what of the standard stands and what not yet.
class Broker {
public:
    /// All references must outlive the broker.
    Broker(boost::asio::io_context& home, Clock& clock, Random& random, BrokerHost& host,
           BrokerOptions options = {});
    /// Closes every connection at once; stop() first to say goodbye.
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    /// Opens a listener; gives its port. Error: invalid_input (address), conflict (port taken),
    /// unavailable (no permission).
    Result<std::uint16_t> listen(const ListenerOptions& listener);
    /// Serves a stream socket that somebody else accepted and took the TLS off, for who is at
    /// `source`; as if it had come by `listener`. Closes it in the end.
    void take(int socket, std::string source, const ListenerOptions& listener);
    /// Takes no more connections and closes those there are with `reason`; wills are sent.
    void stop(Reason reason = Reason::server_shutting_down);

    /// Publishes as the household: to subscribers and the retained store, not back to the host.
    void publish(const PublishPermit& permit, const Publication& publication,
                 std::span<const UserProperty> user = {});

    /// Lets the PUBACK go: with success the message is durable. Acknowledgements leave in the order
    /// of the messages, so one waits for those before it. Nothing happens when the session is gone.
    void acknowledge(AckId ack, Reason reason = Reason::success);

    /// The message could not be kept: ends its session, so that the client sends it again.
    void give_up(AckId ack);

    /// While paused no client's PUBLISH is taken, and a client that sends one is read no further:
    /// TCP holds it back, in its own memory. All else goes on, and nothing is lost.
    void pause(bool paused);

    /// Publishes to one client and nobody else, as its filters say: one copy, however many match.
    /// May be received like everything else (BrokerHost::may_receive).
    void tell(LineId line, const Publication& publication);
    /// Whether one of the client's filters matches the topic.
    [[nodiscard]] bool wants(LineId line, std::string_view topic) const;
    /// Messages that wait until the client reads.
    [[nodiscard]] std::size_t waiting(LineId line) const;
    /// Closes the subject's sessions; gives their number.
    std::size_t disconnect(SubjectId subject, Reason reason);
    /// Permissions changed: closes sessions, drops subscriptions and takes back queued messages
    /// that are no longer allowed.
    void recheck();
    /// Forgets what the subject's clients published with the retain flag; gives the number.
    std::size_t forget_retained(SubjectId subject);

    /// The topic's retained message as bytes that restore_retained() understands; empty when there
    /// is none. The format stands in retained_bytes.hpp.
    [[nodiscard]] std::string retained_bytes(std::string_view topic) const;
    /// Puts back what was kept before a restart, unless it has expired since. Error: corrupt;
    /// exhausted when the store is full.
    [[nodiscard]] Result<void> restore_retained(std::string_view topic, std::string_view bytes);

    [[nodiscard]] std::vector<SessionView> sessions() const;
    [[nodiscard]] const BrokerCounters& counters() const;
    [[nodiscard]] const RetainedStore& retained() const;

    /// Looks at all time limits now; called by the broker's own timer every BrokerOptions::tick.
    void tick();

private:
    std::shared_ptr<BrokerCore> core_;
};

}  // namespace foxtail::mqtt
