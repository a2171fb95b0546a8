#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/local_ca.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// What one neighbour may cost before and while there is a protocol.
struct TlsLimits {
    std::size_t handshakes_max = 64;  // under way; one more and the oldest goes
    std::size_t connections_max = 1024;
    Duration handshake_time_max = seconds(10);
    Duration farewell_time_max = seconds(3);  // for what is left, once our side has closed
};

/// What all gates of a program show the other side. TLS 1.2 and 1.3, forward secrecy and
/// authenticated encryption only; no compression, no renegotiation.
class TlsIdentity {
public:
    TlsIdentity();
    ~TlsIdentity();
    TlsIdentity(const TlsIdentity&) = delete;
    TlsIdentity& operator=(const TlsIdentity&) = delete;
    /// From now on new connections are shown this. With `guests`, an authority's certificate, the
    /// other side is asked for one, too, and gets no further with one that the authority did not
    /// sign or that is not of its time; it may come without any. Error: invalid_input (not PEM, or
    /// the key is another certificate's); then what was shown before stays.
    [[nodiscard]] Result<void> show(const CertifiedKey& certified, const std::string& guests = {});

    struct Inside;
    [[nodiscard]] const std::shared_ptr<Inside>& inside() const { return inside_; }

private:
    std::shared_ptr<Inside> inside_;
};

/// Who came through a gate.
struct TlsPeer {
    std::string address;      // without port
    std::string name;         // of its certificate, which was asked for and is good; empty = none
    std::string fingerprint;  // of that certificate, as fingerprint() writes it
};

/// Takes TLS connections and hands each one on as a local stream socket that speaks in clear: what
/// is behind needs to know nothing of TLS, and OpenSSL is kept in one place. Bounded: one buffer
/// each way for a connection, and who does not read is not read from. On the context's thread.
class TlsGate {
public:
    /// Gets the socket, which is its to close.
    using Take = std::function<void(int socket, TlsPeer peer)>;
    TlsGate(boost::asio::io_context& context, const TlsIdentity& identity, TlsLimits limits,
            Take take);
    /// Closes everything.
    ~TlsGate();
    TlsGate(const TlsGate&) = delete;
    TlsGate& operator=(const TlsGate&) = delete;

    /// As HttpServer::listen().
    [[nodiscard]] Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
    /// Takes nobody more; those who are there stay until their side behind closes.
    void stop();

    struct Figures {
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;   // there were too many
        std::uint64_t failed = 0;    // handshakes that came to nothing
        std::size_t handshakes = 0;  // under way
        std::size_t connections = 0;
    };
    [[nodiscard]] const Figures& figures() const;

    struct Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace foxtail
