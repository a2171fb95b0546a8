#include "foxtail/runtime/http_fetch.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/ssl.h>

namespace foxtail {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int redirects_max = 3;
constexpr std::size_t url_bytes_max = 4096;
constexpr std::uint32_t fetch_header_bytes_max = 64 * 1024;

std::string host_header(const Url& url) {
    const bool six = url.host.find(':') != std::string::npos;
    const auto host = six ? "[" + url.host + "]" : url.host;
    return url.port == (url.tls ? 443 : 80) ? host : host + ":" + std::to_string(url.port);
}

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string absolute(const Url& from, const std::string& location) {
    if (!location.starts_with('/') || location.starts_with("//")) return location;
    return (from.tls ? "https://" : "http://") + host_header(from) + location;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    const auto wrong = [&](const char* why) {
        return fail(Code::invalid_input,
                    "'" + std::string(text.substr(0, 200)) + "' is no URL to ask: " + why);
    };
    if (text.size() > url_bytes_max) return wrong("too long");
    const bool clean =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != '\x7f'; });
    if (!clean) return wrong("it has spaces, or letters that must be percent-encoded");
    Url out;
    if (text.starts_with("https://")) {
        out.tls = true;
        out.port = 443;
    } else if (!text.starts_with("http://")) {
        return wrong("it begins with http:// or https://");
    }
    auto rest = text.substr(text.find("//") + 2);
    rest = rest.substr(0, rest.find('#'));
    const auto slash = rest.find_first_of("/?");
    auto authority = rest.substr(0, slash);
    if (slash != std::string_view::npos) out.target = std::string(rest.substr(slash));
    if (out.target.starts_with('?')) out.target.insert(0, "/");
    if (authority.find('@') != std::string_view::npos)
        return wrong("names and passwords do not belong into it");
    std::string_view port;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return wrong("a '[' without ']'");
        out.host = std::string(authority.substr(1, end - 1));
        port = authority.substr(end + 1);
        if (!port.empty() && !port.starts_with(':')) return wrong("something behind ']'");
    } else {
        const auto colon = authority.find(':');
        out.host = std::string(authority.substr(0, colon));
        if (colon != std::string_view::npos) port = authority.substr(colon);
    }
    if (out.host.empty()) return wrong("it has no host");
    if (!port.empty()) {
        port.remove_prefix(1);
        const auto* end = port.data() + port.size();
        const auto [at, error] = std::from_chars(port.data(), end, out.port);
        if (error != std::errc() || at != end || out.port == 0)
            return wrong("a port is 1 to 65535");
    }
    return out;
}

/// What is under way. Every step's handler holds it; once `over`, they do nothing.
struct HttpFetch::Core : std::enable_shared_from_this<HttpFetch::Core> {
    Core(asio::io_context& context, FetchRequest asked, Done then)
        : io(context),
          what(std::move(asked)),
          done(std::move(then)),
          resolver(context),
          deadline(context) {}

    using Secure = ssl::stream<tcp::socket>;

    void start() {
        deadline.expires_after(std::chrono::microseconds(what.patience.us));
        deadline.async_wait([self = shared_from_this()](error_code e) {
            if (!e)
                self->finish(fail(Code::timed_out, self->where() + ": no answer within " +
                                                       format_duration(self->what.patience)));
        });
        // Never within ask(), so that who asks need not expect its own answer there.
        asio::post(io, [self = shared_from_this()] {
            if (!self->over) self->go(self->what.url);
        });
    }

    void go(const std::string& target) {
        auto parsed = parse_url(target);
        if (!parsed) return finish(fail(parsed.error()));
        url = std::move(*parsed);
        if (first.host.empty()) first = url;
        plain.reset();
        secure.reset();
        buffer.clear();
        resolver.async_resolve(
            url.host, std::to_string(url.port),
            [self = shared_from_this()](error_code e, const tcp::resolver::results_type& found) {
                if (self->over) return;
                if (e) return self->failed("cannot be found", e);
                self->connect(found);
            });
    }

    void connect(const tcp::resolver::results_type& found) {
        if (url.tls && !prepare_tls()) return;
        if (!url.tls) plain.emplace(io);
        auto& socket = url.tls ? secure->next_layer() : *plain;
        asio::async_connect(socket, found,
                            [self = shared_from_this()](error_code e, const tcp::endpoint&) {
                                if (self->over) return;
                                if (e) return self->failed("cannot be reached", e);
                                self->url.tls ? self->shake_hands() : self->send();
                            });
    }

    bool prepare_tls() {
        error_code e;
        tls.emplace(ssl::context::tls_client);
        tls->set_options(ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                             ssl::context::no_tlsv1_1 | ssl::context::no_compression,
                         e);
        if (!e) tls->set_default_verify_paths(e);
        if (!e && !what.trusted.empty())
            tls->add_certificate_authority(asio::buffer(what.trusted), e);
        if (!e) tls->set_verify_mode(ssl::verify_peer, e);
        if (!e) {
            secure.emplace(io, *tls);
            secure->set_verify_callback(ssl::host_name_verification(url.host), e);
        }
        // An address is no server name (RFC 6066).
        if (!e && !is_ip_literal(url.host) &&
            SSL_set_tlsext_host_name(secure->native_handle(), url.host.c_str()) != 1)
            e = asio::error::invalid_argument;
        if (e) failed("TLS cannot be prepared", e);
        return !e;
    }

    void shake_hands() {
        secure->async_handshake(ssl::stream_base::client,
                                [self = shared_from_this()](error_code e) {
                                    if (self->over) return;
                                    if (e) return self->failed("is not trusted", e);
                                    self->send();
                                });
    }

    void send() {
        request = {};
        request.version(11);
        request.method(what.body.empty() ? http::verb::get : http::verb::post);
        if (!what.method.empty()) request.method_string(what.method);
        request.target(url.target);
        request.set(http::field::host, host_header(url));
        request.set(http::field::user_agent, "foxtail/" FOX_VERSION);
        request.set(http::field::accept, "*/*");
        request.set(http::field::connection, "close");
        for (const auto& header : what.headers) request.set(header.name, header.value);
        const bool meant = url.host == first.host && url.port == first.port && url.tls == first.tls;
        if (!what.token.empty() && meant)
            request.set(http::field::authorization, "Bearer " + what.token);
        if (!what.body.empty() && request[http::field::content_type].empty())
            request.set(http::field::content_type, "application/json");
        request.body() = what.body;
        request.prepare_payload();
        parser.emplace();
        parser->header_limit(fetch_header_bytes_max);
        parser->body_limit(what.bytes_max);
        const auto sent = [self = shared_from_this()](error_code e, std::size_t) {
            if (self->over) return;
            if (e) return self->failed("hung up", e);
            self->receive();
        };
        url.tls ? http::async_write(*secure, request, sent)
                : http::async_write(*plain, request, sent);
    }

    void receive() {
        const auto received = [self = shared_from_this()](error_code e, std::size_t) {
            if (!self->over) self->answered(e);
        };
        url.tls ? http::async_read(*secure, buffer, *parser, received)
                : http::async_read(*plain, buffer, *parser, received);
    }

    void answered(error_code e) {
        if (e == http::error::body_limit)
            return finish(fail(Code::exhausted, where() + ": more than " +
                                                    std::to_string(what.bytes_max) + " bytes"));
        const bool http_wrong = e.category() == make_error_code(http::error::bad_method).category();
        if (e && http_wrong && e != http::error::end_of_stream && e != http::error::partial_message)
            return finish(fail(Code::corrupt, where() + ": not HTTP: " + e.message()));
        if (e) return failed("hung up", e);
        auto& message = parser->get();
        HttpResponse answer;
        answer.status = message.result_int();
        for (const auto& field : message)
            answer.headers.push_back(
                {std::string(field.name_string()), std::string(field.value())});
        answer.body = std::move(message.body());
        const auto location = message.find(http::field::location);
        if (!is_redirect(answer.status) || location == message.end() || !what.body.empty() ||
            !what.method.empty())
            return finish(std::move(answer));
        if (++redirects > redirects_max)
            return finish(fail(Code::exhausted, where() + ": more than 3 redirects"));
        const auto next = absolute(url, std::string(location->value()));
        if (url.tls && !next.starts_with("https://"))
            return finish(fail(Code::unavailable, where() + ": sends on to plain HTTP"));
        go(next);
    }

    [[nodiscard]] std::string where() const {
        return url.host.empty() ? what.url.substr(0, 200) : host_header(url);
    }
    void failed(const char* how, error_code e) {
        finish(fail(Code::unavailable, where() + " " + how + ": " + e.message()));
    }
    void finish(Result<HttpResponse> outcome) {
        if (over) return;
        const auto then = std::move(done);
        stop();
        then(std::move(outcome));
    }
    void stop() {
        over = true;
        done = nullptr;
        error_code ignored;
        resolver.cancel();
        deadline.cancel();
        if (plain) plain->close(ignored);
        if (secure) secure->next_layer().close(ignored);
    }

    asio::io_context& io;
    FetchRequest what;
    Done done;
    tcp::resolver resolver;
    asio::steady_timer deadline;
    std::optional<ssl::context> tls;
    std::optional<tcp::socket> plain;
    std::optional<Secure> secure;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    std::optional<http::response_parser<http::string_body>> parser;
    Url url;
    Url first;  // whom the token is for
    int redirects = 0;
    bool over = false;
};

HttpFetch::HttpFetch(asio::io_context& context) : context_(context) {}

HttpFetch::~HttpFetch() {
    if (core_) core_->stop();
}

void HttpFetch::ask(FetchRequest request, Done done) {
    if (core_) core_->stop();
    core_ = std::make_shared<Core>(context_, std::move(request), std::move(done));
    core_->start();
}

}  // namespace foxtail
