#pragma once

#include "foxtail/connectors/mqtt/codec_reason.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace foxtail::mqtt {

/// The protocol level byte of CONNECT.
enum class Version : std::uint8_t { v311 = 4, v5 = 5 };

enum class PacketType : std::uint8_t {
    connect = 1,
    connack,
    publish,
    puback,
    pubrec,
    pubrel,
    pubcomp,
    subscribe,
    suback,
    unsubscribe,
    unsuback,
    pingreq,
    pingresp,
    disconnect,
    auth,
};

struct UserProperty {
    std::string_view name;
    std::string_view value;
    friend bool operator==(const UserProperty&, const UserProperty&) = default;
};

/// MQTT 5.0 properties (section 2.2.2), all of them; empty in 3.1.1. All views point into the
/// decoded bytes, or into the decoder's scratch, and hold until its next packet.
struct Properties {
    std::optional<std::uint8_t> payload_format;              // 0x01: 1 = UTF-8 text
    std::optional<std::uint32_t> message_expiry_s;           // 0x02
    std::optional<std::string_view> content_type;            // 0x03
    std::optional<std::string_view> response_topic;          // 0x08
    std::optional<std::string_view> correlation;             // 0x09, binary
    std::span<const std::uint32_t> subscription_ids;         // 0x0B
    std::optional<std::uint32_t> session_expiry_s;           // 0x11
    std::optional<std::string_view> assigned_client_id;      // 0x12
    std::optional<std::uint16_t> server_keep_alive_s;        // 0x13
    std::optional<std::string_view> authentication_method;   // 0x15
    std::optional<std::string_view> authentication_bytes;    // 0x16, binary
    std::optional<std::uint8_t> request_problem_info;        // 0x17
    std::optional<std::uint32_t> will_delay_s;               // 0x18
    std::optional<std::uint8_t> request_response_info;       // 0x19
    std::optional<std::string_view> response_info;           // 0x1A
    std::optional<std::string_view> server_reference;        // 0x1C
    std::optional<std::string_view> reason_string;           // 0x1F
    std::optional<std::uint16_t> receive_maximum;            // 0x21
    std::optional<std::uint16_t> topic_alias_maximum;        // 0x22
    std::optional<std::uint16_t> topic_alias;                // 0x23
    std::optional<std::uint8_t> maximum_qos;                 // 0x24
    std::optional<std::uint8_t> retain_available;            // 0x25
    std::span<const UserProperty> user;                      // 0x26, in their order
    std::optional<std::uint32_t> packet_bytes_max;           // 0x27
    std::optional<std::uint8_t> wildcards_available;         // 0x28
    std::optional<std::uint8_t> subscription_ids_available;  // 0x29
    std::optional<std::uint8_t> shared_available;            // 0x2A
};

struct Will {
    std::string_view topic;
    std::string_view payload;
    std::uint8_t qos = 0;
    bool retain = false;
    Properties properties;
};

struct Connect {
    Version version = Version::v5;
    bool clean_start = true;
    std::uint16_t keep_alive_s = 0;
    std::string_view client_id;
    std::optional<Will> will;
    std::optional<std::string_view> user_name;
    std::optional<std::string_view> password;  // binary
    Properties properties;
};

struct Connack {
    bool session_present = false;
    Reason reason = Reason::success;  // 3.1.1: mapped from and to its return codes
    Properties properties;
};

struct Publish {
    bool duplicate = false;
    std::uint8_t qos = 0;
    bool retain = false;
    std::string_view topic;       // may be empty in 5.0, with a topic alias
    std::uint16_t packet_id = 0;  // 0 for QoS 0
    Properties properties;
    std::string_view payload;
};

/// PUBACK, PUBREC, PUBREL, PUBCOMP.
struct Ack {
    PacketType type = PacketType::puback;
    std::uint16_t packet_id = 0;
    Reason reason = Reason::success;  // 5.0 only
    Properties properties;
};

enum class RetainSending : std::uint8_t { always = 0, if_new = 1, never = 2 };

struct Filter {
    std::string_view filter;
    std::uint8_t qos = 0;
    bool no_local = false;  // 5.0 only, as the next two
    bool retain_as_published = false;
    RetainSending retain_sending = RetainSending::always;
    friend bool operator==(const Filter&, const Filter&) = default;
};

struct Subscribe {
    std::uint16_t packet_id = 0;
    Properties properties;
    std::span<const Filter> filters;
};

struct Suback {
    std::uint16_t packet_id = 0;
    Properties properties;
    std::string_view reasons;  // one byte a filter
};

struct Unsubscribe {
    std::uint16_t packet_id = 0;
    Properties properties;
    std::span<const std::string_view> filters;
};

struct Unsuback {
    std::uint16_t packet_id = 0;
    Properties properties;
    std::string_view reasons;  // one byte a filter; empty in 3.1.1
};

struct Pingreq {};
struct Pingresp {};

struct Disconnect {
    Reason reason = Reason::success;
    Properties properties;
};

struct Auth {
    Reason reason = Reason::success;
    Properties properties;
};

using Packet = std::variant<Pingreq, Pingresp, Connect, Connack, Publish, Ack, Subscribe, Suback,
                            Unsubscribe, Unsuback, Disconnect, Auth>;

}  // namespace foxtail::mqtt
