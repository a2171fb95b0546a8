#pragma once

#include "foxtail/connectors/mqtt/codec_packet.hpp"
#include "foxtail/grants/verdict.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

/// A number the host gives to whoever logs in; what permissions are asked for.
using SubjectId = std::uint32_t;
/// The household's own messages.
constexpr SubjectId household_subject = 0;

/// Proof that the decision was asked for a topic, and allowed. Only the household's Authority makes
/// them; a message that nobody decided on can neither be taken in nor sent on.
using PublishPermit = WidePermit<Verb::publish>;
using SubscribePermit = WidePermit<Verb::subscribe>;

/// Names one PUBLISH whose acknowledgement is outstanding. Stays harmless when its session is gone.
struct AckId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    std::uint64_t number = 0;  // 0 = nothing to acknowledge (QoS 0)
    [[nodiscard]] bool wanted() const { return number != 0; }
};

/// One client's connection. Stays harmless when it is gone.
struct LineId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend bool operator==(const LineId&, const LineId&) = default;
    friend auto operator<=>(const LineId&, const LineId&) = default;
};

/// Who asks to come in. Views are valid during the call only.
struct Credentials {
    std::string_view client_id;
    std::optional<std::string_view> user_name;
    std::optional<std::string_view> password;
    /// Not empty: nobody named themselves, and the listener lets such in under this name. There is
    /// no password to check then.
    std::string_view anonymous_as;
    std::string_view listener;
    std::string_view source;  // address without port
};

struct Admission {
    Reason reason = Reason::not_authorized;  // success lets in
    SubjectId subject = 0;
    std::string name;        // for people
    std::string credential;  // what may_connect() is asked about besides; empty = the name alone
};

/// An accepted PUBLISH (or a will). Views are valid during the call only.
struct Inbound {
    const PublishPermit& permit;
    std::string_view topic;
    std::string_view payload;
    std::uint8_t qos = 0;
    bool retain = false;
    bool duplicate = false;
    bool will = false;
    SubjectId subject = 0;
    std::string_view subject_name;
    std::string_view client_id;
    const Properties& properties;
};

/// Input that was not taken: for the log, the counters and the page. Views are valid during the
/// call only.
struct Refusal {
    std::string_view source;
    std::string_view client_id;  // empty before CONNECT
    std::string_view subject_name;
    Reason reason = Reason::unspecified_error;
    std::string_view why;     // a phrase for people
    std::string_view topic;   // or filter; empty when it is not about one
    std::string_view sample;  // at most 64 raw bytes: escape before showing
};

/// What the broker asks the household. All calls come on the io_context's thread; every one may
/// call back into the broker.
class BrokerHost {
public:
    virtual ~BrokerHost() = default;

    /// Calls `done` once, now or later, on the same thread. May be dropped when it is no longer
    /// wanted.
    virtual void authenticate(const Credentials& credentials,
                              std::function<void(Admission)> done) = 0;
    /// Whether the subject may (still) be connected by what it was let in with. Asked again
    /// whenever permissions_epoch() has changed.
    [[nodiscard]] virtual bool may_connect(SubjectId subject, std::string_view credential) = 0;
    [[nodiscard]] virtual std::optional<PublishPermit> may_publish(SubjectId subject,
                                                                   std::string_view topic) = 0;
    [[nodiscard]] virtual std::optional<SubscribePermit> may_subscribe(SubjectId subject,
                                                                       std::string_view filter) = 0;
    /// Asked at each delivery; an answer is remembered until permissions_epoch() changes, but not
    /// where asks_each_time().
    [[nodiscard]] virtual std::optional<SubscribePermit> may_receive(SubjectId subject,
                                                                     std::string_view topic) = 0;
    /// True when may_receive() of the topic is to be asked for each message, because the answer
    /// may change from one moment to the next.
    [[nodiscard]] virtual bool asks_each_time(std::string_view topic) {
        return topic.starts_with('$');
    }
    [[nodiscard]] virtual std::uint64_t permissions_epoch() = 0;

    /// Every accepted PUBLISH of a client, after it went to other clients. When `ack` is wanted,
    /// the client's PUBACK waits until Broker::acknowledge(ack), which may be called at once or at
    /// any time later.
    virtual void published(const Inbound& message, AckId ack) = 0;
    virtual void refused(const Refusal& refusal) = 0;
    /// The topic has another retained message, or none any more. Comes before published(), when
    /// that is what did it.
    virtual void retained_changed(const std::string& topic) = 0;

    /// The client waits for this filter from now on; `present`: also for what is now.
    virtual void subscribed(LineId line, SubjectId subject, std::string_view filter,
                            bool present) = 0;
    virtual void left(LineId line) = 0;
};

}  // namespace foxtail::mqtt
