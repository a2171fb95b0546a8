#pragma once

#include "foxtail/connectors/mqtt/codec_packet.hpp"

#include <cstdint>

namespace foxtail::mqtt {

// Where a property may stand (section 2.2.2.2): one bit for each packet type, and bit 0 for a will.
constexpr std::uint16_t in(PacketType type) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
}
constexpr std::uint16_t in_will = 1;
constexpr std::uint16_t in_connect = in(PacketType::connect);
constexpr std::uint16_t in_connack = in(PacketType::connack);
constexpr std::uint16_t in_publish = in(PacketType::publish);
constexpr std::uint16_t in_subscribe = in(PacketType::subscribe);
constexpr std::uint16_t in_disconnect = in(PacketType::disconnect);
constexpr std::uint16_t in_auth = in(PacketType::auth);
constexpr std::uint16_t in_answers = in(PacketType::puback) | in(PacketType::pubrec) |
                                     in(PacketType::pubrel) | in(PacketType::pubcomp) |
                                     in(PacketType::suback) | in(PacketType::unsuback) |
                                     in_connack | in_disconnect | in_auth;

/// How a string property travels: UTF-8 that is checked, or any bytes.
enum class Shape : std::uint8_t { text, binary };

/// The one list of properties: decoding, encoding and the tests all walk it. Calls
/// `visit(id, field, places)` for numbers and lists, `visit(id, field, places, shape)` for strings.
template <class P, class Visit>
constexpr void for_each_property(P& p, Visit&& visit) {
    visit(0x01, p.payload_format, in_publish | in_will);
    visit(0x02, p.message_expiry_s, in_publish | in_will);
    visit(0x03, p.content_type, in_publish | in_will, Shape::text);
    visit(0x08, p.response_topic, in_publish | in_will, Shape::text);
    visit(0x09, p.correlation, in_publish | in_will, Shape::binary);
    visit(0x0B, p.subscription_ids, in_publish | in_subscribe);
    visit(0x11, p.session_expiry_s, in_connect | in_connack | in_disconnect);
    visit(0x12, p.assigned_client_id, in_connack, Shape::text);
    visit(0x13, p.server_keep_alive_s, in_connack);
    visit(0x15, p.authentication_method, in_connect | in_connack | in_auth, Shape::text);
    visit(0x16, p.authentication_bytes, in_connect | in_connack | in_auth, Shape::binary);
    visit(0x17, p.request_problem_info, in_connect);
    visit(0x18, p.will_delay_s, in_will);
    visit(0x19, p.request_response_info, in_connect);
    visit(0x1A, p.response_info, in_connack, Shape::text);
    visit(0x1C, p.server_reference, in_connack | in_disconnect, Shape::text);
    visit(0x1F, p.reason_string, in_answers, Shape::text);
    visit(0x21, p.receive_maximum, in_connect | in_connack);
    visit(0x22, p.topic_alias_maximum, in_connect | in_connack);
    visit(0x23, p.topic_alias, in_publish);
    visit(0x24, p.maximum_qos, in_connack);
    visit(0x25, p.retain_available, in_connack);
    visit(0x26, p.user, 0xFFFF);
    visit(0x27, p.packet_bytes_max, in_connect | in_connack);
    visit(0x28, p.wildcards_available, in_connack);
    visit(0x29, p.subscription_ids_available, in_connack);
    visit(0x2A, p.shared_available, in_connack);
}

}  // namespace foxtail::mqtt
