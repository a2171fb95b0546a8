#include "foxtail/runtime/http_connection.hpp"

#include <utility>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace foxtail {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

/// One WebSocket. Reads and hands on one message after the other; writes what the talker gives, one
/// at a time.
class HttpWebSocket final : public HttpTalk, public std::enable_shared_from_this<HttpWebSocket> {
public:
    HttpWebSocket(std::shared_ptr<HttpServer::Core> core, beast::tcp_stream stream,
                  std::shared_ptr<HttpTalker> talker)
        : core_(std::move(core)),
          socket_(std::move(stream)),
          slow_(core_->context),
          talker_(std::move(talker)) {
        ++core_->figures.connections;
    }
    ~HttpWebSocket() override {
        --core_->figures.connections;
        core_->closers.erase(place_);
    }

    void start(const HttpConnection::RequestParser::value_type& request) {
        place_ = core_->closers.insert(core_->closers.end(), [this] { leave(); });
        beast::get_lowest_layer(socket_).expires_never();
        websocket::stream_base::timeout times{};
        times.handshake_timeout = chrono_of(core_->limits.header_time_max);
        times.idle_timeout = chrono_of(core_->limits.ping_time_max);
        times.keep_alive_pings = true;
        socket_.set_option(times);
        socket_.read_message_max(core_->limits.message_bytes_max);
        socket_.async_accept(request, [self = shared_from_this()](error_code e) {
            if (e) return self->over();
            self->open_ = true;
            self->read();
            const auto to = self->talker_;
            if (!to) return;
            to->opened(self);
            if (self->talker_ && !self->writing_) to->ready();
        });
    }

    void send(std::string text) override {
        if (!open_ || writing_ || closing_) return;
        writing_ = true;
        text_ = std::move(text);
        slow_.expires_after(chrono_of(core_->limits.write_time_max));
        slow_.async_wait([self = weak_from_this()](error_code e) {
            const auto me = self.lock();
            if (e || !me || !me->talker_) return;
            me->close(me->talker_->too_slow(), "too slow");
        });
        socket_.text(true);
        socket_.async_write(asio::buffer(text_),
                            [self = shared_from_this()](error_code e, std::size_t) {
                                self->writing_ = false;
                                if (self->closing_) return;
                                self->slow_.cancel();
                                if (e) return self->over();
                                const auto to = self->talker_;
                                if (to) to->ready();
                            });
    }

    [[nodiscard]] bool idle() const override { return open_ && !writing_ && !closing_; }

    void close(std::uint16_t code, std::string_view reason) override {
        if (closing_) return;
        closing_ = true;
        // A peer that takes nothing does not take the farewell either: then the socket just goes.
        slow_.expires_after(std::chrono::seconds(2));
        slow_.async_wait([self = shared_from_this()](error_code e) {
            if (!e) beast::get_lowest_layer(self->socket_).close();
        });
        if (!open_) return over();
        socket_.async_close(
            websocket::close_reason(static_cast<websocket::close_code>(code),
                                    beast::string_view(reason.data(), reason.size())),
            [self = shared_from_this()](error_code) { self->over(); });
    }

private:
    void read() {
        socket_.async_read(buffer_, [self = shared_from_this()](error_code e, std::size_t) {
            if (e) return self->over();
            const auto data = self->buffer_.cdata();
            const std::string_view text(static_cast<const char*>(data.data()), data.size());
            const auto to = self->talker_;
            if (to && !self->closing_) {
                if (!self->socket_.got_text()) return self->close(1003, "text only");
                to->message(text);
            }
            self->buffer_.clear();
            self->read();
        });
    }

    /// The server stops: the talker must not wait for the farewell to get through.
    void leave() {
        close(1001, "the server stops");
        if (const auto talker = std::exchange(talker_, nullptr)) talker->closed();
    }

    void over() {
        slow_.cancel();
        open_ = false;
        closing_ = true;
        beast::get_lowest_layer(socket_).close();
        if (const auto talker = std::exchange(talker_, nullptr)) talker->closed();
    }

    std::shared_ptr<HttpServer::Core> core_;
    websocket::stream<beast::tcp_stream> socket_;
    beast::flat_buffer buffer_;
    asio::steady_timer slow_;
    std::shared_ptr<HttpTalker> talker_;
    std::list<std::function<void()>>::iterator place_;
    std::string text_;
    bool open_ = false;
    bool writing_ = false;
    bool closing_ = false;
};

}  // namespace

void start_websocket(std::shared_ptr<HttpServer::Core> core, beast::tcp_stream stream,
                     const HttpConnection::RequestParser::value_type& request,
                     std::shared_ptr<HttpTalker> talker) {
    auto socket =
        std::make_shared<HttpWebSocket>(std::move(core), std::move(stream), std::move(talker));
    socket->start(request);
}

}  // namespace foxtail
