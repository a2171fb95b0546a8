#include "foxtail/connectors/mqtt/broker_rig_test.hpp"

#include <array>
#include <cerrno>
#include <chrono>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail::mqtt {
namespace {
// Only a hung test meets it; under the sanitizers, beside other work, one has taken half a minute.
constexpr auto patience = std::chrono::minutes(3);
}  // namespace

void RecordingHost::authenticate(const Credentials& credentials,
                                 std::function<void(Admission)> done) {
    ++authentications;
    Admission answer;
    if (!credentials.anonymous_as.empty()) {
        answer = {Reason::success, 1, std::string(credentials.anonymous_as)};
    } else if (credentials.password == "secret") {
        answer = {Reason::success, credentials.user_name == "user" ? 7U : 8U,
                  std::string(credentials.user_name.value_or("")),
                  "by " + std::string(credentials.user_name.value_or(""))};
    } else {
        answer = {Reason::bad_user_name_or_password, 0, ""};
    }
    if (answer_logins_later) {
        later_logins.push_back([done, answer] { done(answer); });
    } else {
        done(answer);
    }
}

std::optional<PublishPermit> RecordingHost::may_publish(SubjectId, std::string_view topic) {
    if (no_publish.contains(topic)) return std::nullopt;
    return authority_.permit_topic<Verb::publish>({}, topic, false, Time{1});
}

std::optional<SubscribePermit> RecordingHost::may_subscribe(SubjectId, std::string_view filter) {
    if (no_subscribe.contains(filter)) return std::nullopt;
    return authority_.permit_topic<Verb::subscribe>({}, filter, true, Time{1});
}

std::optional<SubscribePermit> RecordingHost::may_receive(SubjectId, std::string_view topic) {
    ++receive_questions;
    if (no_receive.contains(topic)) return std::nullopt;
    return authority_.permit_topic<Verb::subscribe>({}, topic, false, Time{1});
}

void RecordingHost::published(const Inbound& message, AckId ack) {
    Got one{std::string(message.topic),
            std::string(message.payload),
            message.qos,
            message.retain,
            message.will,
            message.subject,
            {},
            ack};
    for (const auto& each : message.properties.user) {
        one.user.push_back(std::string(each.name) + "=" + std::string(each.value));
    }
    got.push_back(std::move(one));
    if (on_published) on_published(message);
    if (acknowledge_at_once) broker->acknowledge(ack);
}

void RecordingHost::refused(const Refusal& refusal) {
    refusals.push_back(refusal.reason);
    samples.emplace_back(refusal.sample);
}

RawClient::RawClient(BrokerRig& rig, std::uint16_t port, int receive_buffer) : rig_(rig) {
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (receive_buffer != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    // Otherwise a second small packet waits 40 ms for the first one's acknowledgement.
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    EXPECT_TRUE(fd >= 0 && (result == 0 || errno == EINPROGRESS)) << errno;
    pollfd writable{fd, POLLOUT, 0};
    EXPECT_EQ(poll(&writable, 1, 20'000), 1);
}

RawClient::~RawClient() {
    close(fd);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN) {
            return false;
        }
        rig_.settle();
    }
    return true;
}

std::size_t RawClient::take(std::size_t most) {
    std::array<char, 65'536> chunk{};
    std::size_t total = 0;
    while (total < most) {
        const auto got = recv(fd, chunk.data(), std::min(chunk.size(), most - total), 0);
        if (got > 0) {
            input_.append(chunk.data(), static_cast<std::size_t>(got));
            total += static_cast<std::size_t>(got);
            continue;
        }
        ended_ = ended_ || got == 0 || errno != EAGAIN;
        break;
    }
    return total;
}

std::optional<Packet> RawClient::next_packet() {
    input_.erase(0, used_);
    used_ = 0;
    Packet packet;
    bool broken = false;
    rig_.run_until([&] {
        take();
        const auto decoded = decoder_.decode(input_, {.version = version}, packet);
        used_ = decoded.progress == Progress::packet ? decoded.bytes : 0;
        broken = decoded.progress == Progress::error;
        EXPECT_FALSE(broken) << "the broker sent nonsense: " << decoded.why;
        return used_ != 0 || ended_ || broken;
    });
    if (used_ == 0) return std::nullopt;
    return packet;
}

void RawClient::arrive(const std::string& id, Version speaking,
                       std::optional<std::string_view> user, const Properties& properties) {
    Connect packet{.version = speaking, .client_id = id, .properties = properties};
    packet.user_name = user;
    if (user) packet.password = "secret";
    say(packet);
    EXPECT_EQ(hear<Connack>().reason, Reason::success);
}

void RawClient::subscribe(std::string_view filter, std::uint8_t qos) {
    const std::array<Filter, 1> filters{Filter{.filter = filter, .qos = qos}};
    say(Subscribe{.packet_id = 1, .filters = filters});
    EXPECT_EQ(hear<Suback>().reasons, std::string(1, static_cast<char>(qos)));
}

bool RawClient::silent() {
    rig_.settle();
    take();
    return input_.size() == used_;
}

bool RawClient::closed() {
    return rig_.run_until([this] {
        take();
        return ended_;
    });
}

void BrokerRig::open(const BrokerOptions& options, ListenerOptions listener) {
    broker.reset();
    broker = std::make_unique<Broker>(home, clock, random, host, options);
    host.broker = broker.get();
    port = broker->listen(listener).value();
}

bool BrokerRig::run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        home.restart();
        if (home.poll() == 0) home.run_one_for(std::chrono::milliseconds(5));
        if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
}

void BrokerRig::settle() {
    // Loopback hands bytes over at once, so two empty rounds mean that nothing is under way.
    for (int quiet = 0; quiet < 2;) {
        home.restart();
        quiet = home.poll() == 0 ? quiet + 1 : 0;
    }
}

}  // namespace foxtail::mqtt
