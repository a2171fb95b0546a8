#include "foxtail/runtime/http_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace foxtail {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

std::chrono::microseconds chrono_of(Duration d) {
    return std::chrono::microseconds(d.us);
}

// ---- the right to answer
// ----------------------------------------------------------------------------------------

class HttpReply::Pending {
public:
    explicit Pending(std::shared_ptr<HttpConnection> connection)
        : connection_(std::move(connection)) {}
    ~Pending() {
        if (connection_) answer({500, {}, {}, {}});
    }
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

    void answer(HttpResponse response) {
        if (const auto to = std::exchange(connection_, nullptr)) to->answer(std::move(response));
    }
    std::shared_ptr<HttpConnection> take() { return std::exchange(connection_, nullptr); }

private:
    std::shared_ptr<HttpConnection> connection_;
};

void HttpReply::answer(HttpResponse response) const {
    pending_->answer(std::move(response));
}
void HttpReply::stream(std::shared_ptr<HttpTalker> talker, std::vector<HttpHeader> headers) const {
    if (const auto to = pending_->take()) to->stream(std::move(talker), headers);
}
void HttpReply::websocket(std::shared_ptr<HttpTalker> talker) const {
    if (const auto to = pending_->take()) to->websocket(std::move(talker));
}

// ---- reading
// ----------------------------------------------------------------------------------------------------

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Core> core, asio::ip::tcp::socket socket,
                               std::string peer, bool secure)
    : core_(std::move(core)),
      stream_(std::move(socket)),
      buffer_(core_->limits.header_bytes_max + core_->limits.body_bytes_max),
      answer_timer_(core_->context),
      peer_(std::move(peer)),
      secure_(secure),
      since_(std::chrono::steady_clock::now()) {
    ++core_->figures.connections;
}

HttpConnection::~HttpConnection() {
    if (counted_) --core_->figures.connections;
    core_->connections.erase(place_);
}

void HttpConnection::start() {
    place_ = core_->connections.insert(core_->connections.end(), weak_from_this());
    read_header();
}

void HttpConnection::shut() {
    state_ = State::over;
    answer_timer_.cancel();
    stream_.close();
}

bool HttpConnection::idle_since(std::chrono::steady_clock::time_point& since) const {
    since = since_;
    return state_ == State::waiting || state_ == State::reading;
}

void HttpConnection::await_request() {
    state_ = State::waiting;
    since_ = std::chrono::steady_clock::now();
    if (buffer_.size() > 0) return read_header();
    stream_.expires_after(chrono_of(core_->limits.idle_time_max));
    stream_.async_read_some(buffer_.prepare(std::min<std::size_t>(4096, buffer_.max_size())),
                            [self = shared_from_this()](error_code e, std::size_t n) {
                                if (e || self->state_ == State::over)
                                    return;  // between requests everyone may leave without a word
                                self->buffer_.commit(n);
                                self->read_header();
                            });
}

void HttpConnection::read_header() {
    state_ = State::reading;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(core_->limits.header_bytes_max));
    parser_->body_limit(core_->limits.body_bytes_max);
    stream_.expires_after(chrono_of(core_->limits.header_time_max));
    http::async_read_header(
        stream_, buffer_, *parser_, [self = shared_from_this()](error_code e, std::size_t) {
            if (self->state_ == State::over) return;
            if (e) return self->failed_to_read(e, "header");
            if (self->parser_->is_done()) return self->serve();
            if (has_token(self->parser_->get()[http::field::expect], "100-continue")) {
                return self->continue_then_read_body();
            }
            self->read_body();
        });
}

void HttpConnection::continue_then_read_body() {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_.expires_after(chrono_of(core_->limits.write_time_max));
    asio::async_write(stream_, asio::buffer(go_on),
                      [self = shared_from_this()](error_code e, std::size_t) {
                          if (!e && self->state_ != State::over) self->read_body();
                      });
}

void HttpConnection::read_body() {
    stream_.expires_after(chrono_of(core_->limits.body_time_max));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code e, std::size_t) {
                         if (self->state_ == State::over) return;
                         if (e) return self->failed_to_read(e, "body");
                         self->serve();
                     });
}

void HttpConnection::failed_to_read(const error_code& error, const char* what) {
    if (error == http::error::end_of_stream) return shut();
    ++core_->figures.refused;
    if (error == beast::error::timeout) return shut();  // the socket is closed already
    if (error == http::error::header_limit) {
        return refuse(
            431, "header longer than " + std::to_string(core_->limits.header_bytes_max) + " bytes");
    }
    if (error == http::error::body_limit) {
        return refuse(
            413, "body longer than " + std::to_string(core_->limits.body_bytes_max) + " bytes");
    }
    const bool malformed =
        error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::partial_message;
    if (!malformed) return shut();
    refuse(400, std::string("malformed ") + what + ": " + error.message());
}

void HttpConnection::refuse(unsigned status, std::string_view detail) {
    keep_alive_ = false;  // where the next request would begin is not known
    answer(core_->service.refusal(status, detail));
}

namespace {
std::string text_of(beast::string_view text) {
    return {text.data(), text.size()};
}
}  // namespace

void HttpConnection::serve() {
    state_ = State::answering;
    auto& message = parser_->get();
    head_ = message.method() == http::verb::head;
    keep_alive_ = message.keep_alive();
    HttpRequest request;
    request.method = head_ ? "GET" : text_of(message.method_string());
    const std::string target = text_of(message.target());
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    for (const auto& field : message) {
        request.headers.push_back({text_of(field.name_string()), text_of(field.value())});
    }
    request.wants_websocket = beast::websocket::is_upgrade(message);
    request.peer = peer_;
    request.secure = secure_;
    request.body = std::move(message.body());
    stream_.expires_never();
    answer_timer_.expires_after(chrono_of(core_->limits.answer_time_max));
    answer_timer_.async_wait([self = weak_from_this()](error_code e) {
        const auto me = self.lock();
        if (!e && me && me->state_ == State::answering)
            me->refuse(504, "no answer was found in time");
    });
    core_->service.serve(std::move(request),
                         HttpReply(std::make_shared<HttpReply::Pending>(shared_from_this())));
}

// ---- writing
// ----------------------------------------------------------------------------------------------------

void HttpConnection::answer(HttpResponse response) {
    if (state_ != State::answering && state_ != State::reading)
        return;  // timed out or shut meanwhile
    answer_timer_.cancel();
    core_->count(response.status);
    body_text_ = std::move(response.body);
    body_ = body_text_.empty() ? response.fixed : std::string_view(body_text_);
    head_text_ = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head_text_ += reason_phrase(response.status);
    head_text_ += "\r\n";
    for (const HttpHeader& header : response.headers) {
        head_text_ += header.name;
        head_text_ += ": ";
        head_text_ += header.value;
        head_text_ += "\r\n";
    }
    if (response.status != 204 && response.status != 304) {
        head_text_ += "Content-Length: " + std::to_string(body_.size()) + "\r\n";
    }
    head_text_ += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    if (head_ || response.status == 204 || response.status == 304) body_ = {};
    write(keep_alive_);
}

void HttpConnection::write(bool keep) {
    state_ = State::writing;
    stream_.expires_after(chrono_of(core_->limits.write_time_max));
    const std::array<asio::const_buffer, 2> both{asio::buffer(head_text_), asio::buffer(body_)};
    asio::async_write(stream_, both, [self = shared_from_this(), keep](error_code e, std::size_t) {
        self->written(e, keep);
    });
}

void HttpConnection::written(const error_code& error, bool keep) {
    if (state_ == State::over) return;
    if (body_text_.capacity() > 256 * 1024)
        body_text_ = {};  // one large answer must not keep its memory
    if (!error && keep && !core_->stopped) return await_request();
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    // What the other side still sends is read and thrown away for a moment: closing at once would
    // reset the connection and take the answer with it.
    state_ = State::waiting;
    since_ = {};
    stream_.expires_after(std::chrono::milliseconds(500));
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(std::min<std::size_t>(64 * 1024, buffer_.max_size())),
                            [self = shared_from_this()](error_code, std::size_t) { self->shut(); });
}

// ---- server-sent events
// -----------------------------------------------------------------------------------------

void HttpConnection::stream(std::shared_ptr<HttpTalker> talker,
                            const std::vector<HttpHeader>& headers) {
    if (state_ != State::answering) return talker->closed();
    answer_timer_.cancel();
    core_->count(200);
    state_ = State::talking;
    talker_ = std::move(talker);
    head_text_ =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: "
        "no-store\r\n"
        "X-Accel-Buffering: no\r\nConnection: close\r\n";
    for (const HttpHeader& header : headers)
        head_text_ += header.name + ": " + header.value + "\r\n";
    head_text_ += "\r\n";
    watch_for_end();
    writing_ = true;
    stream_.expires_after(chrono_of(core_->limits.write_time_max));
    asio::async_write(stream_, asio::buffer(head_text_),
                      [self = shared_from_this()](error_code e, std::size_t) {
                          self->writing_ = false;
                          if (e || self->state_ != State::talking) return self->end_talk();
                          const auto to = self->talker_;
                          to->opened(self);
                          if (self->talker_) to->ready();
                      });
}

void HttpConnection::watch_for_end() {
    stream_.expires_never();  // holds for this read; each write sets a time of its own
    stream_.async_read_some(asio::buffer(&ignored_, 1),
                            [self = shared_from_this()](error_code e, std::size_t) {
                                if (e) return self->end_talk();
                                if (self->state_ == State::talking)
                                    self->end_talk();  // nothing may follow a request for events
                            });
}

void HttpConnection::send(std::string text) {
    if (state_ != State::talking || writing_) return;
    writing_ = true;
    body_text_ = std::move(text);
    stream_.expires_after(chrono_of(core_->limits.write_time_max));
    asio::async_write(stream_, asio::buffer(body_text_),
                      [self = shared_from_this()](error_code e, std::size_t) {
                          self->writing_ = false;
                          if (e || self->state_ != State::talking) return self->end_talk();
                          const auto to = self->talker_;
                          to->ready();
                      });
}

void HttpConnection::close(std::uint16_t, std::string_view) {
    asio::post(core_->context, [self = shared_from_this()] { self->end_talk(); });
}

void HttpConnection::end_talk() {
    shut();
    if (const auto talker = std::exchange(talker_, nullptr)) talker->closed();
}

// ---- WebSocket
// --------------------------------------------------------------------------------------------------

void HttpConnection::websocket(std::shared_ptr<HttpTalker> talker) {
    if (state_ != State::answering || !beast::websocket::is_upgrade(parser_->get()))
        return talker->closed();
    answer_timer_.cancel();
    core_->count(101);
    state_ = State::over;
    start_websocket(core_, std::move(stream_), parser_->get(), std::move(talker));
}

}  // namespace foxtail
