#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/broker_core.hpp"
#include "foxtail/connectors/mqtt/session_queue.hpp"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace foxtail::mqtt {

/// One connection, from accept to its end: a state machine on callbacks.
///   awaiting_connect -> authenticating -> running -> closing -> gone
/// session.cpp holds its life and the socket, session_packets.cpp what a client may say,
/// session_outbound.cpp what it gets to hear.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(BrokerCore& core, boost::asio::ip::tcp::socket socket,
            std::shared_ptr<const ListenerOptions> listener, SubscriberId slot,
            std::uint32_t generation, std::uint64_t serial, std::string source);

    void start();
    /// Says why in the words of the client's version, sends the will, and ends once that is
    /// written.
    void close(Reason reason, const char* why);
    /// Ends at once and in silence. The will is sent.
    void abort();
    void check_time(Duration now);
    /// Writes what there is; stops when the socket takes no more.
    void flush();

    void deliver(Delivery delivery);
    /// To this client only, as its own filters say.
    void tell(const MessageRef& message);
    [[nodiscard]] bool wants(std::string_view topic) const;
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
    void acknowledge(std::uint64_t number, Reason reason);
    void recheck();
    /// Whether it stopped at a PUBLISH because the household paused.
    [[nodiscard]] bool holding() const;
    void listen_again();

    [[nodiscard]] bool running() const { return state_ == State::running; }
    [[nodiscard]] SubjectId subject() const { return subject_; }
    [[nodiscard]] SessionView view() const;

private:
    enum class State : std::uint8_t { awaiting_connect, authenticating, running, closing, gone };
    struct Login {
        std::string user_name;
        std::string password;
        bool has_user_name = false;
        bool has_password = false;
        bool id_assigned = false;
        bool expiry_asked = false;
        Duration at;  // when it may be tried
        bool waiting = false;
    };
    struct WaitingAck {
        std::uint16_t packet_id = 0;
        Reason reason = Reason::success;
        bool done = false;
    };
    /// Retained messages still to be sent for a new subscription.
    struct Replay {
        std::string filter;
        RetainedStore::Cursor cursor;
        std::uint8_t qos = 0;
        std::uint32_t subscription_id = 0;
    };
    /// A piece of what is being written: a part of out_, or a large payload that is not copied.
    struct Piece {
        MessageRef large;
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    struct Verdict {
        std::string topic;
        std::uint64_t epoch = 0;
        bool each_time = false;
        std::optional<SubscribePermit> permit;
    };

    // session.cpp
    void read();
    void have_read(std::size_t bytes);
    void process();
    void go_on();
    void go_on_soon();
    [[nodiscard]] bool stalled() const;
    void check_silence(Duration now);
    [[nodiscard]] bool client_has_left();
    void make_space();
    void lost();
    void end();
    void leave_household();
    [[nodiscard]] LineId line() const { return {slot_, generation_}; }
    void refuse(Reason reason, const char* why, std::string_view topic = {});
    [[nodiscard]] bool acks_full() const;
    [[nodiscard]] boost::system::error_code write_some(std::size_t& written);
    void written(std::size_t bytes);
    void wait_until_writable();
    void write_on_soon();
    void finish_closing();

    // session_packets.cpp
    void take(const Packet& packet);
    void take_connect(const Connect& packet);
    void keep_will(const Will& will);
    void login();
    void admitted(Admission admission);
    void refuse_login(Reason reason, const char* why);
    void send_connack();
    void take_publish(const Publish& packet);
    [[nodiscard]] bool resolve_alias(const Publish& packet, std::string_view& topic);
    void refuse_publish(AckId ack, std::string_view topic, Reason reason, const char* why);
    void take_puback(const Ack& packet);
    void take_subscribe(const Subscribe& packet);
    [[nodiscard]] Reason subscribe_one(const Filter& wanted, std::uint32_t subscription_id);
    void take_unsubscribe(const Unsubscribe& packet);
    void take_disconnect(const Disconnect& packet);
    void send_will();
    void flush_acks();

    // session_outbound.cpp
    template <class P>
    void send(const P& packet);
    void cover_out();
    void fill();
    [[nodiscard]] bool replay();
    [[nodiscard]] bool send_delivery(const Delivery& delivery);
    void append_publish(const SubscribePermit& permit, const Delivery& delivery,
                        std::uint16_t packet_id, std::size_t length, std::size_t properties_length,
                        std::uint32_t expires_in_s);
    /// Null when not; good until the next question.
    [[nodiscard]] const SubscribePermit* may_receive(std::string_view topic);
    [[nodiscard]] std::uint16_t take_packet_id();

    BrokerCore& core_;  // alive as long as keep_core_ is
    std::shared_ptr<BrokerCore> keep_core_;
    boost::asio::ip::tcp::socket socket_;
    std::shared_ptr<const ListenerOptions> listener_;
    const SubscriberId slot_;
    const std::uint32_t generation_;
    const std::uint64_t serial_;
    State state_ = State::awaiting_connect;
    std::optional<Version> version_;
    std::string client_id_;
    std::string source_;
    std::string name_;
    SubjectId subject_ = 0;
    std::string credential_;
    std::uint64_t epoch_ = 0;  // of the permissions it was last looked at with
    Time since_;
    Duration began_;  // running since, on the clock that never jumps
    std::unique_ptr<Login> login_;

    std::vector<char> input_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    std::size_t discarded_ = 0;
    bool reading_ = false;
    bool processing_ = false;
    bool shut_ = false;
    bool expiry_asked_ = false;
    Duration deadline_;  // of the state; of a running session: when silence becomes a fault
    Duration keep_alive_;
    Duration last_heard_;

    MessageRef will_;

    StringMap<Subscription> subscriptions_;
    std::vector<std::string> aliases_;
    std::deque<WaitingAck> acks_;
    std::uint64_t first_ack_ = 1;  // number of acks_.front()

    OutboundQueue queue_;
    std::deque<Replay> replays_;
    std::vector<std::uint16_t> in_flight_;
    std::size_t in_flight_max_ = 0;
    std::uint16_t last_packet_id_ = 0;
    std::size_t peer_packet_max_ = packet_bytes_limit;
    std::vector<Verdict> verdicts_;

    std::string out_;
    std::vector<Piece> pieces_;
    std::size_t first_piece_ = 0;  // those before it are written
    std::size_t out_covered_ = 0;  // what of out_ the pieces name
    std::vector<boost::asio::const_buffer> buffers_;
    bool waiting_writable_ = false;

    std::uint64_t publishes_in_ = 0;
    std::uint64_t publishes_out_ = 0;
};

}  // namespace foxtail::mqtt
