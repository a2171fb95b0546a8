#include "foxtail/connectors/ocpp/listener.hpp"

#include "foxtail/connectors/ocpp/handshake.hpp"
#include "foxtail/runtime/acceptor.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <list>
#include <unordered_map>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <unistd.h>

namespace foxtail::ocpp {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t frames_waiting_max = 256;

std::chrono::microseconds micros(Duration d) {
    return std::chrono::microseconds(d.us);
}

}  // namespace

class Line;

struct Listener::Core : std::enable_shared_from_this<Listener::Core> {
    Core(asio::io_context& c, ListenerHost& h, ListenerLimits l)
        : context(c), host(&h), limits(l) {}

    void accept(tcp::acceptor& acceptor);
    void take(tcp::socket socket, std::string peer, bool secure, Certified certified = {});

    asio::io_context& context;
    ListenerHost* host;  // null once stopped
    ListenerLimits limits;
    Figures figures;
    std::list<tcp::acceptor> acceptors;
    std::unordered_map<LineId, std::shared_ptr<Line>> lines;
    std::deque<LineId> half_open;  // oldest first; may name some that have gone
    LineId next = 1;
    bool paused = false;
};

/// One charger's socket: the HTTP handshake, then frames.
class Line : public std::enable_shared_from_this<Line> {
public:
    Line(std::shared_ptr<Listener::Core> core, LineId id, tcp::socket socket, std::string peer,
         bool secure, Certified certified)
        : core_(std::move(core)),
          id_(id),
          socket_(std::move(socket)),
          timer_(core_->context),
          peer_(std::move(peer)),
          secure_(secure),
          certified_(std::move(certified)) {}

    void start() {
        parser_.header_limit(static_cast<std::uint32_t>(core_->limits.header_bytes_max));
        parser_.body_limit(0);
        auto& stream = beast::get_lowest_layer(socket_);
        stream.expires_after(micros(core_->limits.handshake_time_max));
        http::async_read(stream, buffer_, parser_,
                         [self = shared_from_this()](error_code e, std::size_t) {
                             if (e || self->over_) return self->end();
                             self->greet();
                         });
    }

    void send(std::string text) {
        if (!open_ || closing_ || over_) return;
        unsent_ += text.size();
        if (unsent_ > core_->limits.unsent_bytes_max || queue_.size() >= frames_waiting_max)
            return close(1013, "too slow");
        queue_.push_back(std::move(text));
        if (!writing_) write();
    }

    void close(std::uint16_t code, std::string_view reason) {
        if (closing_ || over_) return;
        closing_ = true;
        if (!open_) return end();
        timer_.expires_after(std::chrono::seconds(2));
        timer_.async_wait([self = shared_from_this()](error_code e) {
            if (!e) self->end();
        });
        socket_.async_close(
            websocket::close_reason(static_cast<websocket::close_code>(code),
                                    beast::string_view(reason.data(), reason.size())),
            [self = shared_from_this()](error_code) { self->end(); });
    }

    /// The socket goes; the host hears of it when it knew of the line.
    void end() {
        if (std::exchange(over_, true)) return;
        timer_.cancel();
        beast::get_lowest_layer(socket_).close();
        const auto self = shared_from_this();
        core_->lines.erase(id_);
        --core_->figures.connections;
        if (open_ && core_->host != nullptr) core_->host->closed(id_);
    }

    void read_on() {
        if (open_ && !over_ && !closing_ && !reading_ && !core_->paused) read();
    }

    [[nodiscard]] bool half_open() const { return !open_; }

private:
    void greet() {
        const auto& request = parser_.get();
        const auto identity = identity_in(std::string_view(request.target()));
        if (!websocket::is_upgrade(request) || !identity)
            return turn_away(http::status::not_found, "", "no charger's address");
        identity_ = *identity;
        const auto header = request.find(http::field::authorization);
        Caller caller;
        caller.identity = identity_;
        caller.peer = peer_;
        caller.secure = secure_;
        if (!certified_.fingerprint.empty()) caller.certified = certified_;
        std::optional<BasicCredentials> credentials;
        if (header != request.end()) {
            credentials = basic_in(std::string_view(header->value()));
            caller.wrong_user = !credentials || credentials->user != identity_;
            if (credentials) caller.password = credentials->password;
        }
        // Nobody may hold the line while the password is looked at.
        beast::get_lowest_layer(socket_).expires_never();
        if (core_->host == nullptr) return end();
        core_->host->admit(caller, [weak = weak_from_this()](Admission admission) {
            const auto self = weak.lock();
            if (self && !self->over_) self->admitted(admission);
        });
    }

    void admitted(Admission admission) {
        switch (admission.verdict) {
            case Admission::Verdict::unauthorized:
                return turn_away(http::status::unauthorized, R"(Basic realm="ocpp")", "not let in");
            case Admission::Verdict::not_found:
                return turn_away(http::status::not_found, "", "unknown charger");
            case Admission::Verdict::busy:
                return turn_away(http::status::service_unavailable, "", "too busy to ask");
            case Admission::Verdict::too_often:
                return turn_away(http::status::too_many_requests, "", "too many wrong passwords");
            case Admission::Verdict::welcome:
                break;
        }
        const auto header = parser_.get().find(http::field::sec_websocket_protocol);
        std::optional<Subprotocol> chosen;
        if (header != parser_.get().end())
            chosen = subprotocol_in(std::string_view(header->value()));
        else if (admission.without_subprotocol)
            chosen = Subprotocol{Version::v16, ""};
        if (!chosen)
            return turn_away(http::status::bad_request, "",
                             "no sub-protocol that is spoken here (ocpp1.6, ocpp2.0.1)");
        upgrade(*chosen);
    }

    void upgrade(Subprotocol chosen) {
        websocket::stream_base::timeout times{};
        times.handshake_timeout = micros(core_->limits.handshake_time_max);
        times.idle_timeout = micros(core_->limits.silence_max);
        times.keep_alive_pings = true;
        socket_.set_option(times);
        socket_.set_option(websocket::stream_base::decorator(
            [name = std::string(chosen.name)](websocket::response_type& response) {
                response.set(http::field::server, "Foxtail");
                if (!name.empty()) response.set(http::field::sec_websocket_protocol, name);
            }));
        socket_.read_message_max(core_->limits.frame_bytes);
        socket_.async_accept(parser_.get(), [self = shared_from_this(), chosen](error_code e) {
            if (e || self->over_ || self->core_->host == nullptr) return self->end();
            self->open_ = true;
            self->core_->host->opened(self->id_, self->identity_, chosen.version, self->peer_);
            self->read_on();
        });
    }

    void turn_away(http::status status, std::string_view challenge, std::string_view why) {
        ++core_->figures.refused;
        if (core_->host != nullptr) core_->host->refused(identity_, peer_, why);
        auto answer = std::make_shared<http::response<http::string_body>>(status, 11);
        if (!challenge.empty())
            answer->set(http::field::www_authenticate,
                        beast::string_view(challenge.data(), challenge.size()));
        answer->set(http::field::content_type, "text/plain");
        answer->body() = std::string(why) + "\n";
        answer->keep_alive(false);
        answer->prepare_payload();
        auto& stream = beast::get_lowest_layer(socket_);
        stream.expires_after(micros(core_->limits.handshake_time_max));
        http::async_write(stream, *answer,
                          [self = shared_from_this(), answer](error_code, std::size_t) {
                              error_code ignored;
                              beast::get_lowest_layer(self->socket_)
                                  .socket()
                                  .shutdown(tcp::socket::shutdown_both, ignored);
                              self->end();
                          });
    }

    void read() {
        reading_ = true;
        socket_.async_read(buffer_, [self = shared_from_this()](error_code e, std::size_t) {
            self->reading_ = false;
            if (self->over_) return;
            if (e) {
                if (e == websocket::error::message_too_big && self->core_->host != nullptr)
                    self->core_->host->refused(self->identity_, self->peer_,
                                               "a frame of more than 128 KiB");
                return self->end();
            }
            self->heard();
            self->read_on();
        });
    }

    void heard() {
        if (closing_ || core_->host == nullptr) return buffer_.clear();
        if (!socket_.got_text()) return close(1003, "text only");
        ++core_->figures.frames_in;
        const auto bytes = buffer_.cdata();
        core_->host->text(id_, {static_cast<const char*>(bytes.data()), bytes.size()});
        buffer_.clear();
    }

    void write() {
        writing_ = true;
        socket_.text(true);
        socket_.async_write(asio::buffer(queue_.front()),
                            [self = shared_from_this()](error_code e, std::size_t) {
                                self->writing_ = false;
                                if (self->over_) return;
                                if (e) return self->end();
                                ++self->core_->figures.frames_out;
                                self->unsent_ -= self->queue_.front().size();
                                self->queue_.pop_front();
                                if (!self->queue_.empty() && !self->closing_) self->write();
                            });
    }

    std::shared_ptr<Listener::Core> core_;
    LineId id_;
    websocket::stream<beast::tcp_stream> socket_;
    beast::flat_buffer buffer_;
    http::request_parser<http::empty_body> parser_;
    asio::steady_timer timer_;
    std::string peer_;
    std::string identity_;
    std::deque<std::string> queue_;
    std::size_t unsent_ = 0;
    bool secure_ = false;
    Certified certified_;
    bool open_ = false;
    bool reading_ = false;
    bool writing_ = false;
    bool closing_ = false;
    bool over_ = false;
};

void Listener::Core::accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([self = shared_from_this(), &acceptor](error_code e, tcp::socket socket) {
        if (self->host == nullptr || e == asio::error::operation_aborted) return;
        if (!e) {
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            const auto peer = socket.remote_endpoint(ignored);
            self->take(std::move(socket), ignored ? std::string() : peer.address().to_string(),
                       false);
            return self->accept(acceptor);
        }
        // Out of file descriptors, most likely: a moment later somebody may have left.
        auto wait =
            std::make_shared<asio::steady_timer>(self->context, std::chrono::milliseconds(100));
        wait->async_wait([self, &acceptor, wait](error_code) {
            if (self->host != nullptr) self->accept(acceptor);
        });
    });
}

void Listener::Core::take(tcp::socket socket, std::string peer, bool secure, Certified certified) {
    ++figures.accepted;
    if (figures.connections >= limits.connections_max) {
        ++figures.refused;
        return;  // closes it
    }
    std::erase_if(half_open, [&](LineId id) {
        const auto at = lines.find(id);
        return at == lines.end() || !at->second->half_open();
    });
    if (half_open.size() >= limits.half_open_max) {
        const auto oldest = lines.at(half_open.front());
        ++figures.refused;
        oldest->end();
        half_open.pop_front();
    }
    const LineId id = next++;
    auto line = std::make_shared<Line>(shared_from_this(), id, std::move(socket), std::move(peer),
                                       secure, std::move(certified));
    ++figures.connections;
    lines.emplace(id, line);
    half_open.push_back(id);
    line->start();
}

Listener::Listener(asio::io_context& context, ListenerHost& host, ListenerLimits limits)
    : core_(std::make_shared<Core>(context, host, limits)) {}

Listener::~Listener() {
    stop();
    // Lines hold the core, and the core them: what has not said goodbye by now goes without.
    const auto lines = std::exchange(core_->lines, {});
}

Result<std::uint16_t> Listener::listen(const std::string& address, std::uint16_t port) {
    auto opened = open_acceptor(core_->context, address, port);
    if (!opened) return fail(opened.error());
    core_->acceptors.push_back(std::move(*opened));
    error_code ignored;
    const auto at = core_->acceptors.back().local_endpoint(ignored);
    core_->accept(core_->acceptors.back());
    return at.port();
}

void Listener::take(int socket, std::string peer, Certified certified) {
    tcp::socket taken(core_->context);
    error_code e;
    // Asio only wants to know that it is a stream.
    if (core_->host != nullptr) taken.assign(tcp::v4(), socket, e);
    if (core_->host == nullptr || e) {
        ::close(socket);
        return;
    }
    core_->take(std::move(taken), std::move(peer), true, std::move(certified));
}

void Listener::stop() {
    if (std::exchange(core_->host, nullptr) == nullptr) return;
    error_code ignored;
    for (auto& acceptor : core_->acceptors) acceptor.close(ignored);
    const auto lines = core_->lines;
    for (const auto& [id, line] : lines) line->close(1001, "the hub stops");
}

void Listener::send(LineId line, std::string text) {
    const auto at = core_->lines.find(line);
    if (at != core_->lines.end()) at->second->send(std::move(text));
}

void Listener::close(LineId line, std::uint16_t code, std::string_view reason) {
    const auto at = core_->lines.find(line);
    if (at == core_->lines.end()) return;
    const auto kept = at->second;
    kept->close(code, reason);
}

void Listener::pause(bool paused) {
    if (std::exchange(core_->paused, paused) == paused || paused) return;
    const auto lines = core_->lines;
    for (const auto& [id, line] : lines) line->read_on();
}

const Listener::Figures& Listener::figures() const {
    return core_->figures;
}

}  // namespace foxtail::ocpp
