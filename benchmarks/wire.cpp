#include "wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "bench: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

void append_length(std::string& out, std::size_t length) {
    do {
        auto byte = static_cast<unsigned char>(length & 0x7F);
        length >>= 7;
        if (length > 0) byte |= 0x80;
        out.push_back(static_cast<char>(byte));
    } while (length > 0);
}

void append_u16(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>(value >> 8 & 0xFF));
    out.push_back(static_cast<char>(value & 0xFF));
}

void append_text(std::string& out, std::string_view text) {
    append_u16(out, text.size());
    out.append(text);
}

}  // namespace

Wire::Wire(std::uint16_t port, const std::string& client_id) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("connect");
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    std::string body;
    append_text(body, "MQTT");
    body.push_back(4);      // protocol level: 3.1.1
    body.push_back(2);      // clean session
    append_u16(body, 600);  // keep-alive
    append_text(body, client_id);
    std::string packet(1, 0x10);
    append_length(packet, body.size());
    send_all(packet + body);
    wait_for(2);
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

Wire::~Wire() {
    if (fd_ >= 0) ::close(fd_);
}

void Wire::send_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            pollfd ready{fd_, POLLOUT, 0};
            ::poll(&ready, 1, 1000);
        } else if (n <= 0) {
            give_up("send");
        } else {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
}

void Wire::wait_for(std::uint8_t type) {
    const auto until = now_ns() + 10'000'000'000;
    for (bool found = false; !found;) {
        pollfd ready{fd_, POLLIN, 0};
        if (now_ns() > until || ::poll(&ready, 1, 5000) <= 0) give_up("the server does not answer");
        if (!receive([&](const Packet& packet) { found = found || packet.type == type; }))
            give_up("the server closed");
    }
}

void Wire::subscribe(const std::string& filter) {
    std::string body;
    append_u16(body, 1);
    append_text(body, filter);
    body.push_back(0);
    std::string packet(1, static_cast<char>(0x82));
    append_length(packet, body.size());
    send_all(packet + body);
    wait_for(9);
}

void Wire::publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id,
                   bool retain) {
    const std::size_t id_bytes = packet_id == 0 ? 0 : 2;
    out_.push_back(static_cast<char>(0x30 | (packet_id == 0 ? 0 : 2) | (retain ? 1 : 0)));
    append_length(out_, 2 + topic.size() + id_bytes + payload.size());
    append_text(out_, topic);
    if (packet_id != 0) append_u16(out_, packet_id);
    out_.append(payload);
}

bool Wire::flush() {
    while (!out_.empty()) {
        const auto n = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return false;
        if (n <= 0) give_up("send");
        out_.erase(0, static_cast<std::size_t>(n));
    }
    return true;
}

bool Wire::read_some() {
    char buffer[65536];
    for (;;) {
        const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
        if (n > 0) {
            in_.append(buffer, static_cast<std::size_t>(n));
            if (n < static_cast<ssize_t>(sizeof buffer)) return true;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            return n < 0 && errno == EAGAIN;
        }
    }
}

bool Wire::take(Packet& packet) {
    const std::string_view rest = std::string_view(in_).substr(taken_);
    std::size_t length = 0;
    std::size_t at = 1;
    for (unsigned shift = 0;; shift += 7) {
        if (at >= rest.size() || shift > 21) return false;
        const auto byte = static_cast<unsigned char>(rest[at++]);
        length |= static_cast<std::size_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) break;
    }
    if (rest.size() < at + length) return false;
    const auto first = static_cast<unsigned char>(rest[0]);
    const std::string_view body = rest.substr(at, length);
    packet = {static_cast<std::uint8_t>(first >> 4), 0, {}, {}};
    const auto u16 = [&](std::size_t where) {
        return static_cast<std::uint16_t>(static_cast<unsigned char>(body[where]) << 8 |
                                          static_cast<unsigned char>(body[where + 1]));
    };
    if (packet.type == 3 && length >= 2) {
        const std::size_t topic = u16(0);
        packet.topic = body.substr(2, topic);
        packet.payload = body.substr(2 + topic + ((first & 6) != 0 ? 2 : 0));
    } else if (packet.type == 4 && length >= 2) {
        packet.id = u16(0);
    }
    taken_ += at + length;
    return true;
}

std::int64_t now_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

double quantile(std::vector<double>& samples, double q) {
    if (samples.empty()) return 0;
    std::sort(samples.begin(), samples.end());
    return samples[std::min(samples.size() - 1,
                            static_cast<std::size_t>(q * static_cast<double>(samples.size())))];
}

}  // namespace foxtail::bench
