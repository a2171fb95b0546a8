#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// For tests of what speaks HTTP: a plain socket that sends whatever it is told.
namespace foxtail::testing {

class RawSocket {
public:
    explicit RawSocket(std::uint16_t port, int receive_buffer = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (receive_buffer > 0)
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const timeval patience{10, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    ~RawSocket() { ::close(socket_); }
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    /// Everything up to and with `mark`; what was received when the other side closes or ten
    /// seconds pass.
    std::string read_until(std::string_view mark) {
        while (true) {
            const auto at = pending_.find(mark);
            if (at != std::string::npos) {
                std::string out = pending_.substr(0, at + mark.size());
                pending_.erase(0, at + mark.size());
                return out;
            }
            if (!receive()) return std::exchange(pending_, {});
        }
    }
    /// Until the other side closes.
    std::string read_all() {
        while (receive()) {
        }
        return std::exchange(pending_, {});
    }
    /// True when the other side has closed (and not just said nothing for ten seconds).
    bool is_closed() {
        while (receive()) {
        }
        return closed_;
    }

private:
    bool receive() {
        std::array<char, 16384> piece{};
        const auto n = ::recv(socket_, piece.data(), piece.size(), 0);
        if (n <= 0) {
            closed_ = n == 0 || errno == ECONNRESET;
            return false;
        }
        pending_.append(piece.data(), static_cast<std::size_t>(n));
        return true;
    }
    int socket_;
    bool connected_ = false;
    bool closed_ = false;
    std::string pending_;
};

}  // namespace foxtail::testing
