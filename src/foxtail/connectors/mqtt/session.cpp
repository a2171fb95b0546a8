#include "foxtail/connectors/mqtt/session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/post.hpp>
#include <poll.h>

namespace foxtail::mqtt {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
constexpr std::size_t input_bytes_first = 2048;
constexpr std::size_t input_bytes_usual = 64U << 10U;  // larger only while a larger packet comes in
constexpr std::size_t out_bytes_kept = 256U << 10U;
constexpr std::size_t out_stall_bytes = 1U << 20U;  // answers nobody reads: stop reading too
constexpr std::size_t discard_bytes_max = 1U << 20U;
constexpr std::size_t write_bytes_per_turn = 1U << 20U;
constexpr std::size_t buffers_per_write = 16;
constexpr std::size_t sample_bytes = 64;
constexpr Duration silence_usual = minutes(1);  // of who agreed on no keep alive
}  // namespace

Session::Session(BrokerCore& core, tcp::socket socket,
                 std::shared_ptr<const ListenerOptions> listener, SubscriberId slot,
                 std::uint32_t generation, std::uint64_t serial, std::string source)
    : core_(core),
      keep_core_(core.shared_from_this()),
      socket_(std::move(socket)),
      listener_(std::move(listener)),
      slot_(slot),
      generation_(generation),
      serial_(serial),
      source_(std::move(source)),
      queue_(core.options.queue) {}

void Session::start() {
    boost::system::error_code failure;
    socket_.non_blocking(true, failure);
    if (failure) return abort();
    since_ = core_.clock.now();
    last_heard_ = core_.now();
    deadline_ = last_heard_ + core_.options.connect_timeout;
    read();
}

void Session::make_space() {
    if (input_begin_ == input_end_) {
        const bool filled = input_end_ == input_.size();
        input_begin_ = input_end_ = 0;
        if (input_.size() > input_bytes_usual) {
            std::vector<char>(input_bytes_first).swap(input_);
        } else if (input_.size() < input_bytes_usual && filled) {
            input_.resize(std::max(input_bytes_first, input_.size() * 2));
        }
        return;
    }
    if (input_end_ < input_.size()) return;
    if (input_begin_ > 0) {
        std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
        input_end_ -= input_begin_;
        input_begin_ = 0;
    }
    // Doubling: memory follows what was sent, never what a header promises.
    if (input_end_ == input_.size()) input_.resize(input_.size() * 2);
}

void Session::read() {
    if (reading_ || state_ == State::gone) return;
    if (stalled() && state_ != State::closing) return;
    if (state_ == State::closing) input_begin_ = input_end_ = 0;  // what comes now is thrown away
    make_space();
    reading_ = true;
    socket_.async_read_some(
        asio::buffer(input_.data() + input_end_, input_.size() - input_end_),
        [self = shared_from_this()](const boost::system::error_code& failure, std::size_t bytes) {
            self->reading_ = false;
            if (self->state_ == State::gone) return;
            {
                // What this event makes to send leaves at the turn's end, before the next read.
                const BrokerCore::Turn turn(self->core_);
                if (failure) return self->lost();
                self->have_read(bytes);
            }
            self->read();
        });
}

void Session::have_read(std::size_t bytes) {
    core_.counters.bytes_in += bytes;
    if (state_ == State::closing) {
        discarded_ += bytes;
        if (discarded_ > discard_bytes_max) end();
        return;
    }
    input_end_ += bytes;
    process();
}

bool Session::acks_full() const {
    return acks_.size() >= core_.options.receive_maximum;
}

bool Session::holding() const {
    if (!core_.paused || state_ != State::running || input_begin_ == input_end_) return false;
    constexpr auto publish = static_cast<unsigned>(PacketType::publish);
    return static_cast<unsigned char>(input_[input_begin_]) >> 4 == publish;
}

void Session::listen_again() {
    last_heard_ = core_.now();
    go_on_soon();
}

bool Session::stalled() const {
    if (state_ == State::authenticating || out_.size() > out_stall_bytes || holding()) return true;
    // 5.0 was told the limit; 3.1.1 can only be held back.
    return version_ == Version::v311 && acks_full();
}

void Session::process() {
    if (processing_) return;
    processing_ = true;
    bool heard = false;
    Packet packet;
    while ((state_ == State::awaiting_connect || state_ == State::running) && !stalled()) {
        const bool known = state_ == State::running;
        const DecodeRules rules{
            .version = known ? version_ : std::nullopt,
            .packet_bytes_max =
                known ? listener_->packet_bytes_max
                      : std::min(core_.options.connect_bytes_max, listener_->packet_bytes_max)};
        const auto decoded = core_.decoder.decode(
            {input_.data() + input_begin_, input_end_ - input_begin_}, rules, packet);
        if (decoded.progress == Progress::more) break;
        if (decoded.progress == Progress::error) {
            version_ = decoded.version;
            refuse(decoded.reason, decoded.why);
            close(decoded.reason, decoded.why);
            break;
        }
        heard = true;
        ++core_.counters.packets_in;
        take(packet);
        // A password is not left lying in the buffer.
        if (!known) explicit_bzero(input_.data() + input_begin_, decoded.bytes);
        input_begin_ += decoded.bytes;
    }
    if (heard) last_heard_ = core_.now();
    processing_ = false;
}

void Session::go_on() {
    if (state_ == State::gone) return;
    {
        const BrokerCore::Turn turn(core_);
        process();
    }
    read();
}

void Session::go_on_soon() {
    asio::post(core_.home, [self = shared_from_this()] { self->go_on(); });
}

void Session::refuse(Reason reason, const char* why, std::string_view topic) {
    // Before the login is through, the bytes may hold a password: no sample then.
    std::string_view sample;
    if (state_ == State::running && !input_.empty()) {
        sample = {input_.data() + input_begin_, std::min(sample_bytes, input_end_ - input_begin_)};
    }
    core_.host->refused({.source = source_,
                         .client_id = client_id_,
                         .subject_name = name_,
                         .reason = reason,
                         .why = why,
                         .topic = topic,
                         .sample = sample});
}

void Session::leave_household() {
    const bool was_running = state_ == State::running;
    if (state_ == State::awaiting_connect) core_.no_longer_half_open(serial_);
    state_ = State::closing;
    login_.reset();
    queue_.clear();
    replays_.clear();
    acks_.clear();
    if (!was_running) return;
    for (const auto& [filter, unused] : subscriptions_) core_.unsubscribe(filter, slot_);
    subscriptions_.clear();
    core_.client_left(subject_, client_id_, slot_);
    if (core_.host == nullptr) return;
    send_will();
    core_.host->left(line());
}

void Session::close(Reason reason, const char* why) {
    if (state_ == State::closing || state_ == State::gone) return;
    ++core_.counters.closed_by_reason[static_cast<std::size_t>(reason)];
    if (version_ == Version::v5) {
        Properties properties;
        properties.reason_string = why;
        if (state_ == State::running) {
            send(Disconnect{reason, properties});
        } else {
            send(Connack{false, reason, properties});
        }
    } else if (version_ && state_ != State::running && reason != Reason::malformed_packet &&
               reason != Reason::protocol_error) {
        send(Connack{.reason = reason});
    }
    leave_household();
    deadline_ = core_.now() + core_.options.linger;
    core_.mark_dirty(slot_);
}

void Session::abort() {
    if (state_ == State::gone) return;
    if (state_ != State::closing) leave_household();
    end();
}

void Session::lost() {
    if (state_ != State::gone) abort();
}

void Session::end() {
    if (state_ == State::gone) return;
    state_ = State::gone;
    boost::system::error_code ignored;
    socket_.close(ignored);
    core_.release(slot_);
}

void Session::check_time(Duration now) {
    if (state_ == State::running && epoch_ != core_.host->permissions_epoch()) recheck();
    switch (state_) {
        case State::awaiting_connect:
            if (now < deadline_) return;
            ++core_.counters.half_open_dropped;
            return abort();
        case State::authenticating:
            if (login_->waiting && now >= login_->at) return login();
            if (now >= deadline_) close(Reason::server_busy, "the login took too long");
            return;
        case State::running:
            return check_silence(now);
        case State::closing:
            if (now >= deadline_) end();
            return;
        case State::gone:
            return;
    }
}

void Session::check_silence(Duration now) {
    const auto patience =
        keep_alive_.us == 0 ? silence_usual : keep_alive_ + Duration{keep_alive_.us / 2};
    if (now - last_heard_ <= patience) return;
    if (holding() || acks_full()) {
        // We are the ones who do not listen, so silence is no fault. A client that has given up
        // meanwhile sends again what it got no PUBACK for; the rest would be old news.
        if (!client_has_left()) return;
        if (holding()) ++core_.counters.dropped_messages;
        return abort();
    }
    if (keep_alive_.us == 0) return;
    close(Reason::keep_alive_timeout, "nothing was heard for 1.5 times the keep alive");
}

bool Session::client_has_left() {
    pollfd socket{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&socket, 1, 0) == 1;
}

boost::system::error_code Session::write_some(std::size_t& bytes) {
    buffers_.clear();
    for (auto i = first_piece_; i < pieces_.size() && buffers_.size() < buffers_per_write; ++i) {
        const auto& piece = pieces_[i];
        const char* base = piece.large ? piece.large->payload().data() : out_.data();
        buffers_.emplace_back(base + piece.begin, piece.end - piece.begin);
    }
    boost::system::error_code failure;
    bytes = socket_.write_some(buffers_, failure);
    ++core_.counters.writes;
    return failure;
}

void Session::written(std::size_t bytes) {
    core_.counters.bytes_out += bytes;
    while (bytes > 0) {
        auto& piece = pieces_[first_piece_];
        const auto taken = std::min(bytes, piece.end - piece.begin);
        piece.begin += taken;
        bytes -= taken;
        if (piece.begin < piece.end) return;
        piece.large = {};
        ++first_piece_;
    }
    if (first_piece_ < pieces_.size()) return;
    pieces_.clear();
    first_piece_ = 0;
    out_covered_ = 0;
    const bool was_stalled = out_.size() > out_stall_bytes;
    out_.clear();
    if (out_.capacity() > 2 * out_bytes_kept) out_.shrink_to_fit();
    if (was_stalled) go_on_soon();
}

void Session::flush() {
    if (waiting_writable_ || state_ == State::gone) return;
    std::size_t total = 0;
    while (true) {
        if (pieces_.empty()) {
            fill();
            if (pieces_.empty()) {
                if (state_ == State::closing) finish_closing();
                return;
            }
        }
        if (total > write_bytes_per_turn) return write_on_soon();
        std::size_t bytes = 0;
        const auto failure = write_some(bytes);
        if (failure == asio::error::would_block || failure == asio::error::try_again) {
            return wait_until_writable();
        }
        if (failure) return lost();
        total += bytes;
        written(bytes);
    }
}

void Session::wait_until_writable() {
    waiting_writable_ = true;
    socket_.async_wait(tcp::socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code&) {
                           self->waiting_writable_ = false;
                           const BrokerCore::Turn turn(self->core_);
                           self->flush();
                       });
}

void Session::write_on_soon() {
    waiting_writable_ = true;
    asio::post(core_.home, [self = shared_from_this()] {
        self->waiting_writable_ = false;
        const BrokerCore::Turn turn(self->core_);
        self->flush();
    });
}

void Session::finish_closing() {
    if (std::exchange(shut_, true)) return;
    // Closing now, with bytes unread, would make the kernel throw away what the client has not read
    // yet: the reason.
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    read();
}

SessionView Session::view() const {
    return {.client_id = client_id_,
            .subject_name = name_,
            .subject = subject_,
            .source = source_,
            .listener = listener_->name,
            .since = since_,
            .version = static_cast<int>(*version_),
            .subscriptions = subscriptions_.size(),
            .queued = queue_.size(),
            .publishes_in = publishes_in_,
            .publishes_out = publishes_out_,
            .dropped = queue_.dropped()};
}

}  // namespace foxtail::mqtt
