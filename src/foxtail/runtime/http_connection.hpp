#pragma once

#include "foxtail/runtime/http_server.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

// Inside of HttpServer; only its own files include this.
namespace foxtail {

class HttpConnection;

struct HttpServer::Core : std::enable_shared_from_this<HttpServer::Core> {
    Core(boost::asio::io_context& io, HttpService& s, HttpLimits l)
        : context(io), service(s), limits(l) {}

    void accept(boost::asio::ip::tcp::acceptor& acceptor);
    void take(boost::asio::ip::tcp::socket socket, std::string peer, bool secure);
    void make_room();
    void count(unsigned status) { ++figures.answers[status]; }

    boost::asio::io_context& context;
    HttpService& service;
    HttpLimits limits;
    Figures figures;
    std::list<boost::asio::ip::tcp::acceptor> acceptors;
    std::list<std::weak_ptr<HttpConnection>> connections;  // oldest first
    std::list<std::function<void()>> closers;
    bool stopped = false;
    std::chrono::steady_clock::time_point told_full;  // that there were no descriptors left
};

[[nodiscard]] std::chrono::microseconds chrono_of(Duration d);

/// One socket: reads a request, waits for its answer, writes it, reads the next. Lives as long as
/// something of it is under way.
class HttpConnection final : public HttpTalk, public std::enable_shared_from_this<HttpConnection> {
public:
    using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    HttpConnection(std::shared_ptr<HttpServer::Core> core, boost::asio::ip::tcp::socket socket,
                   std::string peer, bool secure);
    ~HttpConnection() override;

    void start();
    void shut();
    /// Shuts, and tells the talker.
    void end() { end_talk(); }
    /// Its place was counted free already.
    void gave_way() { counted_ = false; }
    /// Waits for a request (or the rest of its header): may give way to a newcomer.
    [[nodiscard]] bool idle_since(std::chrono::steady_clock::time_point& since) const;

    void answer(HttpResponse response);
    void stream(std::shared_ptr<HttpTalker> talker, const std::vector<HttpHeader>& headers);
    void websocket(std::shared_ptr<HttpTalker> talker);

    // HttpTalk: the event stream
    void send(std::string text) override;
    [[nodiscard]] bool idle() const override { return !writing_; }
    void close(std::uint16_t code, std::string_view reason) override;

private:
    enum class State { waiting, reading, answering, writing, talking, over };

    void await_request();
    void read_header();
    void read_body();
    void continue_then_read_body();
    void serve();
    void failed_to_read(const boost::system::error_code& error, const char* what);
    void refuse(unsigned status, std::string_view detail);
    void write(bool keep);
    void written(const boost::system::error_code& error, bool keep);
    void watch_for_end();
    void end_talk();

    std::shared_ptr<HttpServer::Core> core_;
    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<RequestParser> parser_;
    boost::asio::steady_timer answer_timer_;
    std::list<std::weak_ptr<HttpConnection>>::iterator place_;
    std::string peer_;
    bool secure_ = false;
    State state_ = State::waiting;
    std::chrono::steady_clock::time_point since_;
    bool counted_ = true;
    bool head_ = false;
    bool keep_alive_ = true;
    std::string head_text_;
    std::string body_text_;
    std::string_view body_;
    // talking
    std::shared_ptr<HttpTalker> talker_;
    bool writing_ = false;
    char ignored_ = 0;
    friend struct HttpServer::Core;
};

/// Turns the connection into a WebSocket and hands it to the talker.
void start_websocket(std::shared_ptr<HttpServer::Core> core, boost::beast::tcp_stream stream,
                     const HttpConnection::RequestParser::value_type& request,
                     std::shared_ptr<HttpTalker> talker);

}  // namespace foxtail
