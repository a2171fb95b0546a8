#include "foxtail/runtime/http_client.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace foxtail {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::uint64_t answer_bytes_max = std::uint64_t{1} << 30;

std::string host_of(const HttpEndpoint& to) {
    const bool v6 = to.address.find(':') != std::string::npos;
    return (v6 ? "[" + to.address + "]" : to.address) + ":" + std::to_string(to.port);
}

tl::unexpected<Error> failed(const HttpEndpoint& to, const error_code& e) {
    const auto where = host_of(to) + ": ";
    if (e == beast::error::timeout) return fail(Code::timed_out, where + "no answer in time");
    if (e.category() == make_error_code(http::error::bad_method).category() &&
        e != http::error::end_of_stream && e != http::error::partial_message) {
        return fail(Code::corrupt, where + "not HTTP: " + e.message());
    }
    return fail(Code::unavailable, where + e.message());
}

/// Starts one operation and waits for it: Asio's blocking calls know no deadline, its asynchronous
/// ones do.
template <class Start>
error_code wait_for(asio::io_context& io, Start start) {
    error_code outcome = asio::error::operation_aborted;
    start([&outcome](error_code e, auto&&...) { outcome = e; });
    io.restart();
    io.run();
    return outcome;
}

error_code connect_to(asio::io_context& io, beast::tcp_stream& stream, const HttpEndpoint& to) {
    error_code e;
    const auto ip = asio::ip::make_address(to.address, e);
    if (e) return e;
    stream.expires_after(std::chrono::microseconds(to.patience.us));
    e = wait_for(
        io, [&](auto done) { stream.async_connect(asio::ip::tcp::endpoint(ip, to.port), done); });
    if (!e) stream.socket().set_option(asio::ip::tcp::no_delay(true), e);
    return e;
}

}  // namespace

struct HttpClient::Inside {
    explicit Inside(HttpEndpoint endpoint) : to(std::move(endpoint)) {}

    Result<HttpResponse> try_once(http::request<http::string_body>& request) {
        if (!stream) {
            stream.emplace(io);
            buffer.clear();
            if (const auto e = connect_to(io, *stream, to)) return drop(e);
        }
        stream->expires_after(std::chrono::microseconds(to.patience.us));
        if (const auto e =
                wait_for(io, [&](auto done) { http::async_write(*stream, request, done); }))
            return drop(e);
        http::response_parser<http::string_body> parser;
        parser.body_limit(answer_bytes_max);
        stream->expires_after(std::chrono::microseconds(to.patience.us));
        if (const auto e =
                wait_for(io, [&](auto done) { http::async_read(*stream, buffer, parser, done); }))
            return drop(e);
        auto& message = parser.get();
        HttpResponse answer;
        answer.status = message.result_int();
        for (const auto& field : message) {
            answer.headers.push_back(
                {std::string(field.name_string()), std::string(field.value())});
        }
        answer.body = std::move(message.body());
        if (!message.keep_alive()) stream.reset();
        return answer;
    }
    Result<HttpResponse> drop(error_code e) {
        stream.reset();
        return failed(to, e);
    }

    HttpEndpoint to;
    asio::io_context io;
    std::optional<beast::tcp_stream> stream;
    beast::flat_buffer buffer;
};

HttpClient::HttpClient(HttpEndpoint endpoint)
    : inside_(std::make_unique<Inside>(std::move(endpoint))) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::ask(std::string_view method, std::string_view target,
                                     std::string body, const std::vector<HttpHeader>& headers) {
    http::request<http::string_body> request;
    request.version(11);
    request.method_string({method.data(), method.size()});
    request.target({target.data(), target.size()});
    request.set(http::field::host, host_of(inside_->to));
    request.set(http::field::accept, "application/json, */*;q=0.5");
    if (!inside_->to.token.empty())
        request.set(http::field::authorization, "Bearer " + inside_->to.token);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    for (const auto& header : inside_->to.headers) request.set(header.name, header.value);
    for (const auto& header : headers) request.set(header.name, header.value);
    request.body() = std::move(body);
    request.prepare_payload();
    const bool reused = inside_->stream.has_value();
    auto answer = inside_->try_once(request);
    // A kept connection may have been closed meanwhile. Only what changes nothing is asked a second
    // time.
    if (!answer && reused && method == "GET" && answer.error().code == Code::unavailable)
        answer = inside_->try_once(request);
    return answer;
}

// ---- WebSocket
// --------------------------------------------------------------------------------------------------

struct WebSocketClient::Inside {
    asio::io_context io;
    std::optional<websocket::stream<beast::tcp_stream>> socket;
    beast::flat_buffer buffer;
    HttpEndpoint to;
    std::uint16_t code = 0;
};

WebSocketClient::WebSocketClient() : inside_(std::make_unique<Inside>()) {}
WebSocketClient::~WebSocketClient() = default;

Result<void> WebSocketClient::open(const HttpEndpoint& endpoint, std::string_view target) {
    Inside& in = *inside_;
    in.to = endpoint;
    in.code = 0;
    in.buffer.clear();
    in.socket.emplace(in.io);
    auto& tcp = beast::get_lowest_layer(*in.socket);
    if (const auto e = connect_to(in.io, tcp, endpoint)) return failed(endpoint, e);
    in.socket->set_option(
        websocket::stream_base::decorator([&endpoint](websocket::request_type& request) {
            if (!endpoint.token.empty())
                request.set(http::field::authorization, "Bearer " + endpoint.token);
            for (const auto& header : endpoint.headers) request.set(header.name, header.value);
        }));
    in.socket->read_message_max(std::size_t{64} * 1024 * 1024);
    tcp.expires_after(std::chrono::microseconds(endpoint.patience.us));
    websocket::response_type response;
    const auto e = wait_for(in.io, [&](auto done) {
        in.socket->async_handshake(response, host_of(endpoint), {target.data(), target.size()},
                                   done);
    });
    if (!e) return {};
    if (e == websocket::error::upgrade_declined) {
        const auto status = response.result_int();
        return fail(status == 401 ? Code::denied : Code::unavailable,
                    "the hub answered " + std::to_string(status));
    }
    return failed(endpoint, e);
}

Result<void> WebSocketClient::send(std::string_view text) {
    Inside& in = *inside_;
    if (!in.socket) return fail(Code::unavailable, "not connected");
    beast::get_lowest_layer(*in.socket).expires_after(std::chrono::microseconds(in.to.patience.us));
    in.socket->text(true);
    const auto e =
        wait_for(in.io, [&](auto done) { in.socket->async_write(asio::buffer(text), done); });
    if (e) return failed(in.to, e);
    return {};
}

Result<std::string> WebSocketClient::read(Duration patience) {
    Inside& in = *inside_;
    if (!in.socket) return fail(Code::unavailable, "not connected");
    beast::get_lowest_layer(*in.socket).expires_after(std::chrono::microseconds(patience.us));
    const auto e = wait_for(in.io, [&](auto done) { in.socket->async_read(in.buffer, done); });
    if (e) {
        if (e == websocket::error::closed) in.code = in.socket->reason().code;
        return failed(in.to, e);
    }
    const auto data = in.buffer.cdata();
    std::string text(static_cast<const char*>(data.data()), data.size());
    in.buffer.clear();
    return text;
}

std::uint16_t WebSocketClient::close_code() const {
    return inside_->code;
}

void WebSocketClient::close() {
    Inside& in = *inside_;
    if (!in.socket) return;
    beast::get_lowest_layer(*in.socket).expires_after(std::chrono::seconds(2));
    wait_for(in.io,
             [&](auto done) { in.socket->async_close(websocket::close_code::normal, done); });
    in.socket.reset();
}

}  // namespace foxtail
