#pragma once

#include "foxtail/connectors/mqtt/broker.hpp"
#include "foxtail/connectors/mqtt/codec.hpp"
#include "foxtail/grants/authority.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

// What the broker's tests share: a household that records, a clock that is set, and clients that
// speak raw bytes over loopback. Everything runs on the test's own thread.
namespace foxtail::mqtt {

class SetClock final : public Clock {
public:
    [[nodiscard]] Time now() override { return Time{1'800'000'000'000'000} + at; }
    [[nodiscard]] Duration monotonic() override { return at; }
    Duration at = seconds(1000);
};

class CountingRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override {
        for (auto& byte : out) byte = static_cast<std::byte>(next_++);
    }

private:
    unsigned next_ = 1;
};

/// Lets in "user" with password "secret" (subject 7), "other"/"secret" (subject 8) and anonymous
/// (subject 1). What is forbidden stands in the sets.
class RecordingHost final : public BrokerHost {
public:
    struct Got {
        std::string topic;
        std::string payload;
        int qos = 0;
        bool retain = false;
        bool will = false;
        SubjectId subject = 0;
        std::vector<std::string> user;
        AckId ack;
    };
    void authenticate(const Credentials& credentials, std::function<void(Admission)> done) override;
    bool may_connect(SubjectId subject, std::string_view credential) override {
        return !locked_out.contains(subject) && !ended.contains(credential);
    }
    RecordingHost() { authority_.apply(SubjectNamed{{}, "hub", SubjectKind::hub}); }
    std::optional<PublishPermit> may_publish(SubjectId subject, std::string_view topic) override;
    std::optional<SubscribePermit> may_subscribe(SubjectId subject,
                                                 std::string_view filter) override;
    std::optional<SubscribePermit> may_receive(SubjectId subject, std::string_view topic) override;
    /// The household's own.
    [[nodiscard]] PublishPermit permit() const {
        return *authority_.permit_topic<Verb::publish>({}, "any", false, Time{1});
    }
    bool asks_each_time(std::string_view topic) override {
        return BrokerHost::asks_each_time(topic) || each_time.contains(topic);
    }
    std::uint64_t permissions_epoch() override { return epoch; }
    void published(const Inbound& message, AckId ack) override;
    void refused(const Refusal& refusal) override;
    void retained_changed(const std::string& topic) override { retained_changes += topic + " "; }
    void subscribed(LineId line, SubjectId, std::string_view filter, bool present) override {
        lines.push_back(line);
        line_events += std::string(filter) + (present ? "! " : " ");
    }
    void left(LineId) override { line_events += "left "; }

    bool acknowledge_at_once = true;
    bool answer_logins_later = false;
    Broker* broker = nullptr;
    std::function<void(const Inbound&)> on_published;
    std::uint64_t epoch = 1;
    std::set<SubjectId> locked_out;
    std::set<std::string, std::less<>> ended;  // credentials; a login's is "by " and its name
    std::vector<LineId> lines;
    std::string line_events;
    std::set<std::string, std::less<>> no_publish;
    std::set<std::string, std::less<>> no_subscribe;
    std::set<std::string, std::less<>> no_receive;
    std::set<std::string, std::less<>> each_time;
    int authentications = 0;
    int receive_questions = 0;
    std::deque<Got> got;
    std::vector<Reason> refusals;
    std::vector<std::string> samples;
    std::string retained_changes;
    std::vector<std::function<void()>> later_logins;

private:
    // Who may all: what the tests forbid stands in the sets above.
    Catalogue catalogue_;
    Authority authority_{catalogue_};
};

class BrokerRig;

/// A client's socket, not blocking; whatever it waits for, the broker runs meanwhile.
class RawClient {
public:
    RawClient(BrokerRig& rig, std::uint16_t port, int receive_buffer = 0);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// Sends all of it, running the broker while the socket is full; false when the other side has
    /// closed.
    bool send(std::string_view bytes);
    template <class P>
    void say(const P& packet) {
        std::string bytes;
        encode(bytes, version, packet);
        send(bytes);
    }
    void say(const Connect& packet) {
        version = packet.version;
        std::string bytes;
        encode(bytes, packet);
        send(bytes);
    }
    /// The next packet of this kind is expected; fails the test when another comes, or none.
    template <class P>
    P hear() {
        const auto next = next_packet();
        if (!next) {
            ADD_FAILURE() << "the connection ended instead of packet kind " << Packet(P{}).index();
            return {};
        }
        if (const auto* wanted = std::get_if<P>(&*next)) return *wanted;
        ADD_FAILURE() << "packet kind " << next->index() << " instead of " << Packet(P{}).index();
        return {};
    }
    /// Connects as `id`; expects success.
    void arrive(const std::string& id, Version speaking = Version::v5,
                std::optional<std::string_view> user = {}, const Properties& properties = {});
    /// Subscribes and expects that it is granted.
    void subscribe(std::string_view filter, std::uint8_t qos = 0);
    /// Nothing has come, after the broker did all it had to do.
    bool silent();
    /// Reads until the other side closes, without looking.
    bool closed();
    std::optional<Packet> next_packet();
    /// Takes what is there into a buffer, up to `most` bytes; the number taken.
    std::size_t take(std::size_t most = 1U << 20U);

    Version version = Version::v5;
    int fd = -1;

private:
    BrokerRig& rig_;
    Decoder decoder_;
    std::string input_;
    std::size_t used_ = 0;  // of the packet given last
    bool ended_ = false;
};

class BrokerRig : public testing::Test {
protected:
    BrokerRig() { open({}); }
    void open(const BrokerOptions& options,
              ListenerOptions listener = {.port = 0, .anonymous_as = "guest"});

public:
    /// Runs the broker until there is nothing to do, or the condition holds.
    bool run_until(const std::function<bool()>& condition);
    void settle();
    void pass(Duration time) {
        clock.at = clock.at + time;
        broker->tick();
        settle();
    }
    std::unique_ptr<RawClient> client() { return std::make_unique<RawClient>(*this, port); }

    boost::asio::io_context home;
    SetClock clock;
    CountingRandom random;
    RecordingHost host;
    std::unique_ptr<Broker> broker;
    std::uint16_t port = 0;
};

}  // namespace foxtail::mqtt
