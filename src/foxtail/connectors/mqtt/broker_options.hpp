#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/connectors/mqtt/codec_reason.hpp"
#include "foxtail/connectors/mqtt/retained.hpp"
#include "foxtail/connectors/mqtt/session_queue.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace foxtail::mqtt {

struct ListenerOptions {
    std::string name = "mqtt";
    std::string address = "127.0.0.1";  // an IP address; "::" is all of them
    std::uint16_t port = 1883;          // 0 = the system picks one
    /// Who comes without a user name is let in under this name; empty = is refused.
    std::string anonymous_as;
    std::size_t packet_bytes_max = 1U << 20U;
};

/// Every limit of the broker in one place.
struct BrokerOptions {
    Duration connect_timeout = seconds(10);  // from accept to CONNECT; and again for the login
    Duration linger = seconds(2);            // how long a closed client may take to read why
    Duration tick = milliseconds(250);       // grain of the time limits
    std::size_t connections_max = 10'000;
    std::size_t half_open_max = 256;             // without CONNECT; one more closes the oldest
    std::size_t connect_bytes_max = 64U << 10U;  // nobody is known yet
    std::size_t client_id_bytes_max = 256;
    std::uint16_t receive_maximum = 256;  // QoS 1 messages of a client not yet acknowledged
    std::uint16_t in_flight_max = 256;    // QoS 1 messages to a client not yet acknowledged
    std::uint16_t topic_aliases_max = 32;
    std::uint16_t keep_alive_max_s = 0;  // longer (or none) is shortened in 5.0; 0 = any
    std::size_t subscriptions_per_session_max = 1000;
    QueueLimits queue;
    RetainedLimits retained;
};

struct BrokerCounters {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t publishes_in = 0;
    std::uint64_t publishes_out = 0;
    std::uint64_t writes = 0;       // calls to the kernel
    std::uint64_t connections = 0;  // accepted sockets
    std::uint64_t sessions = 0;     // successful CONNECTs
    std::uint64_t takeovers = 0;
    std::uint64_t refused_connections = 0;  // beyond connections_max
    std::uint64_t refused_logins = 0;
    std::uint64_t half_open_dropped = 0;
    std::uint64_t refused_publishes = 0;
    std::uint64_t refused_subscriptions = 0;
    std::uint64_t dropped_messages = 0;  // a queue was full, or the client's packet limit too small
    std::uint64_t withheld_messages = 0;  // the subscriber may not receive the topic
    std::uint64_t expired_messages = 0;
    std::uint64_t pauses = 0;
    std::array<std::uint64_t, 256> closed_by_reason{};  // connections that we ended, by reason code
};

/// One connected client, for the page.
struct SessionView {
    std::string client_id;
    std::string subject_name;
    std::uint32_t subject = 0;
    std::string source;
    std::string listener;
    Time since;
    int version = 0;  // 4 = 3.1.1, 5 = 5.0
    std::size_t subscriptions = 0;
    std::size_t queued = 0;
    std::uint64_t publishes_in = 0;
    std::uint64_t publishes_out = 0;
    std::uint64_t dropped = 0;
};

}  // namespace foxtail::mqtt
