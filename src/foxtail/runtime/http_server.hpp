#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// What one neighbour may cost.
struct HttpLimits {
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;
    std::size_t message_bytes_max = 256 * 1024;  // of one WebSocket message from outside
    std::size_t connections_max = 256;  // beyond it the one that has been idle longest gives way
    Duration header_time_max =
        seconds(10);  // from the first byte of a request to the end of its header
    Duration body_time_max = seconds(30);
    Duration idle_time_max = seconds(60);    // between two requests
    Duration answer_time_max = seconds(60);  // for our own answer to be made
    Duration write_time_max = seconds(20);   // for the other side to take what was sent
    Duration ping_time_max = seconds(60);    // a WebSocket that does not answer is closed
    std::size_t send_buffer_bytes = 0;       // SO_SNDBUF; 0 = the system's
};

/// The server's side of a conversation that goes on after its request: server-sent events, or a
/// WebSocket.
class HttpTalk {
public:
    virtual ~HttpTalk() = default;
    /// Sends one text: a WebSocket message, or bytes of the event stream as they are. Only while
    /// idle(): whoever writes asks for one thing at a time, so that a slow reader fills the
    /// writer's bounded state, not a queue.
    virtual void send(std::string text) = 0;
    /// Nothing is being written.
    [[nodiscard]] virtual bool idle() const = 0;
    /// Ends it, with a code for WebSockets (RFC 6455 section 7.4).
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// The other party of an HttpTalk, on our side. All calls come on the context's thread, none from
/// within send().
class HttpTalker {
public:
    virtual ~HttpTalker() = default;
    virtual void opened(std::shared_ptr<HttpTalk> talk) = 0;
    /// What was sent has been written: the next may be sent. Also called once after opened().
    virtual void ready() = 0;
    /// A WebSocket message (text).
    virtual void message(std::string_view text) = 0;
    /// The other side of a WebSocket does not take what is sent to it: the code to close it with.
    virtual std::uint16_t too_slow() = 0;
    /// It is over; the talk must be let go.
    virtual void closed() = 0;
};

/// The right to answer one request, once. May be kept and used later, on the context's thread. When
/// the last copy goes unused the request is answered with 500.
class HttpReply {
public:
    class Pending;
    explicit HttpReply(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}

    void answer(HttpResponse response) const;
    /// Answers with an endless text/event-stream.
    void stream(std::shared_ptr<HttpTalker> talker, std::vector<HttpHeader> headers) const;
    /// Answers a WebSocket handshake; only when HttpRequest::wants_websocket.
    void websocket(std::shared_ptr<HttpTalker> talker) const;

private:
    std::shared_ptr<Pending> pending_;
};

class HttpService {
public:
    virtual ~HttpService() = default;
    virtual void serve(HttpRequest&& request, HttpReply reply) = 0;
    /// For what is refused before it is a request (too large, malformed): the answer's body.
    virtual HttpResponse refusal(unsigned status, std::string_view detail) = 0;
};

/// HTTP/1.1 (RFC 9112) and WebSockets (RFC 6455) on one thread, without TLS (TlsGate stands before
/// it). Knows no routes.
class HttpServer {
public:
    /// `context` and `service` must outlive the server.
    HttpServer(boost::asio::io_context& context, HttpService& service, HttpLimits limits);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Opens a port (0 = any) on a literal address and tells which. May be called for several
    /// addresses. Error: invalid_input (no such address), conflict (port taken), unavailable.
    [[nodiscard]] Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
    /// Serves a stream socket that somebody else accepted and took the TLS off, for who is at
    /// `peer`. Closes it in the end.
    void take(int socket, std::string peer);
    /// Takes no further connection and closes those there are.
    void stop();

    struct Figures {
        std::size_t connections = 0;
        std::uint64_t accepted = 0;
        std::uint64_t evicted = 0;                  // gave way because there were too many
        std::uint64_t refused = 0;                  // malformed, too large, too slow
        std::map<unsigned, std::uint64_t> answers;  // by status
    };
    [[nodiscard]] const Figures& figures() const;

    struct Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace foxtail
