#include "foxtail/runtime/http_client.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <openssl/ssl.h>

namespace foxtail {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::uint64_t answer_bytes_max = std::uint64_t{1} << 30;

std::string host_of(const HttpEndpoint& to) {
    const std::string& host = to.tls ? to.tls->name : to.address;
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(to.port);
}

tl::unexpected<Error> failed(const HttpEndpoint& to, const error_code& e) {
    const auto where = host_of(to) + ": ";
    if (e.category() == asio::error::get_ssl_category())
        return fail(Code::denied, where + "not trusted: " + e.message());
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

using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

beast::tcp_stream& tcp_of(Plain& stream) {
    return stream;
}
beast::tcp_stream& tcp_of(Secure& stream) {
    return stream.next_layer();
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

error_code trust(ssl::context& context, const HttpTrust& whom) {
    error_code e;
    context.set_options(ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                            ssl::context::no_tlsv1_1 | ssl::context::no_compression,
                        e);
    if (!e && whom.ca_file.empty()) context.set_default_verify_paths(e);
    if (!e && !whom.ca_file.empty()) context.load_verify_file(whom.ca_file, e);
    if (!e) context.set_verify_mode(ssl::verify_peer, e);
    return e;
}

error_code shake_hands(asio::io_context& io, Secure& stream, const HttpEndpoint& to) {
    error_code e;
    stream.set_verify_callback(ssl::host_name_verification(to.tls->name), e);
    // An address is no server name (RFC 6066).
    error_code is_name;
    (void)asio::ip::make_address(to.tls->name, is_name);
    if (!e && is_name &&
        SSL_set_tlsext_host_name(stream.native_handle(), to.tls->name.c_str()) != 1)
        e = asio::error::invalid_argument;
    if (e) return e;
    return wait_for(io, [&](auto done) { stream.async_handshake(ssl::stream_base::client, done); });
}

}  // namespace

struct HttpClient::Inside {
    explicit Inside(HttpEndpoint endpoint) : to(std::move(endpoint)) {}

    Result<HttpResponse> try_once(http::request<http::string_body>& request) {
        if (!open()) {
            buffer.clear();
            if (const auto e = connect()) return drop(e);
        }
        return secure ? exchange(*secure, request) : exchange(*plain, request);
    }
    [[nodiscard]] bool open() const { return plain || secure; }
    void reset() {
        plain.reset();
        secure.reset();
    }

private:
    error_code connect() {
        if (!to.tls) return connect_to(io, plain.emplace(io), to);
        if (!context) {
            context.emplace(ssl::context::tls_client);
            if (const auto e = trust(*context, *to.tls)) {
                context.reset();
                return e;
            }
        }
        secure.emplace(io, *context);
        if (const auto e = connect_to(io, secure->next_layer(), to)) return e;
        return shake_hands(io, *secure, to);
    }
    template <class Stream>
    Result<HttpResponse> exchange(Stream& stream, http::request<http::string_body>& request) {
        auto& tcp = tcp_of(stream);
        tcp.expires_after(std::chrono::microseconds(to.patience.us));
        if (const auto e =
                wait_for(io, [&](auto done) { http::async_write(stream, request, done); }))
            return drop(e);
        http::response_parser<http::string_body> parser;
        parser.body_limit(answer_bytes_max);
        tcp.expires_after(std::chrono::microseconds(to.patience.us));
        if (const auto e =
                wait_for(io, [&](auto done) { http::async_read(stream, buffer, parser, done); }))
            return drop(e);
        auto& message = parser.get();
        HttpResponse answer;
        answer.status = message.result_int();
        for (const auto& field : message) {
            answer.headers.push_back(
                {std::string(field.name_string()), std::string(field.value())});
        }
        answer.body = std::move(message.body());
        if (!message.keep_alive()) reset();
        return answer;
    }
    Result<HttpResponse> drop(error_code e) {
        reset();
        return failed(to, e);
    }

public:
    HttpEndpoint to;

private:
    asio::io_context io;
    std::optional<ssl::context> context;
    std::optional<Plain> plain;
    std::optional<Secure> secure;
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
    const bool reused = inside_->open();
    auto answer = inside_->try_once(request);
    // A kept connection may have been closed meanwhile. Only what changes nothing is asked a second
    // time.
    if (!answer && reused && method == "GET" && answer.error().code == Code::unavailable)
        answer = inside_->try_once(request);
    return answer;
}

// ---- WebSocket
// --------------------------------------------------------------------------------------------------

/// A WebSocket over one kind of stream.
class WebSocketLine {
public:
    virtual ~WebSocketLine() = default;
    virtual error_code handshake(const HttpEndpoint& to, std::string_view target,
                                 websocket::response_type& response) = 0;
    virtual error_code write(std::string_view text, Duration patience) = 0;
    virtual error_code read(beast::flat_buffer& into, Duration patience) = 0;
    virtual error_code close() = 0;
    [[nodiscard]] virtual std::uint16_t reason() const = 0;
};

namespace {

template <class Stream>
class LineOver final : public WebSocketLine {
public:
    LineOver(asio::io_context& io, std::unique_ptr<Stream> stream)
        : io_(io), socket_(std::move(*stream)) {}

    error_code handshake(const HttpEndpoint& to, std::string_view target,
                         websocket::response_type& response) override {
        socket_.set_option(
            websocket::stream_base::decorator([&to](websocket::request_type& request) {
                if (!to.token.empty())
                    request.set(http::field::authorization, "Bearer " + to.token);
                for (const auto& header : to.headers) request.set(header.name, header.value);
            }));
        socket_.read_message_max(std::size_t{64} * 1024 * 1024);
        return within(to.patience, [&](auto done) {
            socket_.async_handshake(response, host_of(to), {target.data(), target.size()}, done);
        });
    }
    error_code write(std::string_view text, Duration patience) override {
        socket_.text(true);
        return within(patience, [&](auto done) { socket_.async_write(asio::buffer(text), done); });
    }
    error_code read(beast::flat_buffer& into, Duration patience) override {
        return within(patience, [&](auto done) { socket_.async_read(into, done); });
    }
    error_code close() override {
        return within(seconds(2),
                      [&](auto done) { socket_.async_close(websocket::close_code::normal, done); });
    }
    [[nodiscard]] std::uint16_t reason() const override { return socket_.reason().code; }

private:
    template <class Start>
    error_code within(Duration patience, Start start) {
        tcp_of(socket_.next_layer()).expires_after(std::chrono::microseconds(patience.us));
        return wait_for(io_, start);
    }

    asio::io_context& io_;
    websocket::stream<Stream> socket_;
};

}  // namespace

struct WebSocketClient::Inside {
    error_code connect() {
        if (!to.tls) {
            auto stream = std::make_unique<Plain>(io);
            const auto e = connect_to(io, *stream, to);
            if (!e) line = std::make_unique<LineOver<Plain>>(io, std::move(stream));
            return e;
        }
        context.emplace(ssl::context::tls_client);
        if (const auto e = trust(*context, *to.tls)) return e;
        auto stream = std::make_unique<Secure>(io, *context);
        if (const auto e = connect_to(io, stream->next_layer(), to)) return e;
        const auto e = shake_hands(io, *stream, to);
        if (!e) line = std::make_unique<LineOver<Secure>>(io, std::move(stream));
        return e;
    }

    asio::io_context io;
    std::optional<ssl::context> context;
    std::unique_ptr<WebSocketLine> line;
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
    in.line.reset();
    if (const auto e = in.connect()) return failed(endpoint, e);
    websocket::response_type response;
    const auto e = in.line->handshake(in.to, target, response);
    if (!e) return {};
    in.line.reset();
    if (e == websocket::error::upgrade_declined) {
        const auto status = response.result_int();
        return fail(status == 401 ? Code::denied : Code::unavailable,
                    "the hub answered " + std::to_string(status));
    }
    return failed(endpoint, e);
}

Result<void> WebSocketClient::send(std::string_view text) {
    Inside& in = *inside_;
    if (!in.line) return fail(Code::unavailable, "not connected");
    if (const auto e = in.line->write(text, in.to.patience)) return failed(in.to, e);
    return {};
}

Result<std::string> WebSocketClient::read(Duration patience) {
    Inside& in = *inside_;
    if (!in.line) return fail(Code::unavailable, "not connected");
    if (const auto e = in.line->read(in.buffer, patience)) {
        if (e == websocket::error::closed) in.code = in.line->reason();
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
    if (!inside_->line) return;
    (void)inside_->line->close();
    inside_->line.reset();
}

}  // namespace foxtail
