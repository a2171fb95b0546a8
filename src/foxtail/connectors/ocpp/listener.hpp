#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/connectors/ocpp/frame.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foxtail::ocpp {

/// What one charger may cost.
struct ListenerLimits {
    std::size_t connections_max = 4096;
    std::size_t half_open_max = 128;  // without a finished handshake; one more closes the oldest
    std::size_t header_bytes_max = 8 * 1024;
    std::size_t frame_bytes = frame_bytes_max;
    std::size_t unsent_bytes_max = 1024 * 1024;  // of one line; more, and it is closed
    Duration handshake_time_max = seconds(10);
    Duration silence_max = seconds(60);  // a ping goes out at half of it
};

constexpr std::size_t identity_bytes_max = 48;

/// A certificate that TLS asked for and found good.
struct Certified {
    std::string name;         // the common name
    std::string fingerprint;  // "AB:CD:...", SHA-256
};

/// Who asks to come in: `GET /ocpp/<identity>` with HTTP Basic where there is a password. Views are
/// valid during the call only.
struct Caller {
    std::string_view identity;                 // percent-decoded
    std::optional<std::string_view> password;  // whose user name is the identity
    bool wrong_user = false;  // there are credentials, for another name or none at all
    std::string_view peer;    // address without port
    bool secure = false;      // came over TLS
    std::optional<Certified> certified;
};

struct Admission {
    enum class Verdict : std::uint8_t { welcome, unauthorized, not_found, busy, too_often };
    Verdict verdict = Verdict::unauthorized;
    bool without_subprotocol = false;  // may come without naming one: then it speaks 1.6
};

/// One connection; never used again.
using LineId = std::uint64_t;

class ListenerHost {
public:
    virtual ~ListenerHost() = default;
    /// Calls `done` once, now or later, on the context's thread.
    virtual void admit(const Caller& caller, std::function<void(Admission)> done) = 0;
    virtual void opened(LineId line, const std::string& identity, Version version,
                        const std::string& peer) = 0;
    virtual void text(LineId line, std::string_view text) = 0;
    /// Also when close() was called. Not called for who was not let in.
    virtual void closed(LineId line) = 0;
    /// Somebody who was not let in, or sent what is no frame.
    virtual void refused(std::string_view identity, std::string_view peer,
                         std::string_view why) = 0;
};

/// WebSockets of chargers (OCPP-J 1.6 section 3, OCPP 2.0.1 part 4 section 3) on one thread. Picks
/// the first of the charger's sub-protocols that we speak. Knows no chargers.
class Listener {
public:
    /// `context` and `host` must outlive the listener.
    Listener(boost::asio::io_context& context, ListenerHost& host, ListenerLimits limits = {});
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Opens a port (0 = any) on a literal address and tells which. Error: invalid_input, conflict,
    /// unavailable.
    [[nodiscard]] Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
    /// Serves a stream socket that somebody else accepted and took the TLS off. Without a
    /// fingerprint no certificate was shown.
    void take(int socket, std::string peer, Certified certified = {});
    /// Takes nobody more and closes everything; the host hears nothing more.
    void stop();

    void send(LineId line, std::string text);
    void close(LineId line, std::uint16_t code, std::string_view reason);
    /// While paused nobody is read from: TCP holds them back.
    void pause(bool paused);

    struct Figures {
        std::size_t connections = 0;
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
        std::uint64_t frames_in = 0;
        std::uint64_t frames_out = 0;
    };
    [[nodiscard]] const Figures& figures() const;

    struct Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace foxtail::ocpp
