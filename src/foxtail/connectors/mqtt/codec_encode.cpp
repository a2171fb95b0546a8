#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/codec.hpp"
#include "foxtail/connectors/mqtt/codec_properties.hpp"

namespace foxtail::mqtt {
namespace {

void append_number(std::string& out, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

void append_string(std::string& out, std::string_view text) {
    FOX_ASSERT(text.size() <= 0xFFFF, "a text in a packet has at most 65535 bytes");
    append_number(out, static_cast<std::uint32_t>(text.size()), 2);
    out += text;
}

void append_first_byte(std::string& out, PacketType type, unsigned flags) {
    out.push_back(static_cast<char>(static_cast<unsigned>(type) << 4 | flags));
}

/// Writes a packet whose body `write` appends: the body goes in first, its length is put before it.
template <class Write>
void append_packet(std::string& out, PacketType type, unsigned flags, Write&& write) {
    append_first_byte(out, type, flags);
    const auto start = out.size();
    write();
    const auto length = out.size() - start;
    FOX_ASSERT(length <= packet_bytes_limit - 5, "a packet has at most 268435455 bytes");
    std::string prefix;  // at most four bytes: no allocation
    append_varint(prefix, static_cast<std::uint32_t>(length));
    out.insert(start, prefix);
}

void append_property_block(std::string& out, const Properties& properties) {
    const auto start = out.size();
    append_properties(out, properties);
    std::string prefix;
    append_varint(prefix, static_cast<std::uint32_t>(out.size() - start));
    out.insert(start, prefix);
}

bool any_property(const Properties& properties) {
    bool any = false;
    for_each_property(properties, [&](std::uint8_t, const auto& field, int, Shape = Shape::binary) {
        if constexpr (requires { field.has_value(); }) {
            any = any || field.has_value();
        } else {
            any = any || !field.empty();
        }
    });
    return any;
}

/// "Reason and properties", both left out when there is nothing to say (section 3.4.2.1, 3.14.2.1).
void append_reason_tail(std::string& out, Version version, Reason reason,
                        const Properties& properties) {
    if (version != Version::v5) return;
    const bool more = any_property(properties);
    if (reason == Reason::success && !more) return;
    out.push_back(static_cast<char>(reason));
    if (more) append_property_block(out, properties);
}

}  // namespace

std::size_t varint_bytes(std::uint32_t value) {
    return value < 128 ? 1 : value < 16'384 ? 2 : value < 2'097'152 ? 3 : 4;
}

void append_varint(std::string& out, std::uint32_t value) {
    FOX_ASSERT(value <= packet_bytes_limit - 5, "a variable byte integer has at most four bytes");
    while (value >= 128) {
        out.push_back(static_cast<char>((value & 0x7F) | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

void append_properties(std::string& out, const Properties& properties) {
    for_each_property(
        properties, [&](std::uint8_t id, const auto& field, int, Shape = Shape::binary) {
            using Field = std::remove_cvref_t<decltype(field)>;
            if constexpr (std::is_same_v<Field, std::span<const UserProperty>>) {
                for (const auto& each : field) {
                    out.push_back(static_cast<char>(id));
                    append_string(out, each.name);
                    append_string(out, each.value);
                }
            } else if constexpr (std::is_same_v<Field, std::span<const std::uint32_t>>) {
                for (const auto each : field) {
                    out.push_back(static_cast<char>(id));
                    append_varint(out, each);
                }
            } else {
                if (!field.has_value()) return;
                out.push_back(static_cast<char>(id));
                if constexpr (std::is_same_v<typename Field::value_type, std::string_view>) {
                    append_string(out, *field);
                } else {
                    append_number(out, *field, sizeof(typename Field::value_type));
                }
            }
        });
}

void encode(std::string& out, const Connect& packet) {
    append_packet(out, PacketType::connect, 0, [&] {
        append_string(out, "MQTT");
        out.push_back(static_cast<char>(packet.version));
        unsigned flags = packet.clean_start ? 0x02U : 0U;
        if (packet.will) {
            flags |= 0x04U | static_cast<unsigned>(packet.will->qos) << 3 |
                     (packet.will->retain ? 0x20U : 0U);
        }
        if (packet.password) flags |= 0x40U;
        if (packet.user_name) flags |= 0x80U;
        out.push_back(static_cast<char>(flags));
        append_number(out, packet.keep_alive_s, 2);
        const bool v5 = packet.version == Version::v5;
        if (v5) append_property_block(out, packet.properties);
        append_string(out, packet.client_id);
        if (packet.will) {
            if (v5) append_property_block(out, packet.will->properties);
            append_string(out, packet.will->topic);
            append_string(out, packet.will->payload);
        }
        if (packet.user_name) append_string(out, *packet.user_name);
        if (packet.password) append_string(out, *packet.password);
    });
}

void encode(std::string& out, Version version, const Connack& packet) {
    append_packet(out, PacketType::connack, 0, [&] {
        out.push_back(packet.session_present ? 1 : 0);
        if (version == Version::v5) {
            out.push_back(static_cast<char>(packet.reason));
            append_property_block(out, packet.properties);
        } else {
            out.push_back(static_cast<char>(connack_code_311(packet.reason)));
        }
    });
}

void encode(std::string& out, Version version, const Publish& packet) {
    const unsigned flags = (packet.duplicate ? 8U : 0U) | static_cast<unsigned>(packet.qos) << 1 |
                           (packet.retain ? 1U : 0U);
    append_packet(out, PacketType::publish, flags, [&] {
        append_string(out, packet.topic);
        if (packet.qos != 0) append_number(out, packet.packet_id, 2);
        if (version == Version::v5) append_property_block(out, packet.properties);
        out += packet.payload;
    });
}

void encode(std::string& out, Version version, const Ack& packet) {
    append_packet(out, packet.type, packet.type == PacketType::pubrel ? 2 : 0, [&] {
        append_number(out, packet.packet_id, 2);
        append_reason_tail(out, version, packet.reason, packet.properties);
    });
}

void encode(std::string& out, Version version, const Subscribe& packet) {
    append_packet(out, PacketType::subscribe, 2, [&] {
        append_number(out, packet.packet_id, 2);
        if (version == Version::v5) append_property_block(out, packet.properties);
        for (const auto& each : packet.filters) {
            append_string(out, each.filter);
            unsigned options = each.qos;
            if (version == Version::v5) {
                options |= (each.no_local ? 4U : 0U) | (each.retain_as_published ? 8U : 0U) |
                           static_cast<unsigned>(each.retain_sending) << 4;
            }
            out.push_back(static_cast<char>(options));
        }
    });
}

void encode(std::string& out, Version version, const Suback& packet) {
    append_packet(out, PacketType::suback, 0, [&] {
        append_number(out, packet.packet_id, 2);
        if (version == Version::v5) append_property_block(out, packet.properties);
        out += packet.reasons;
    });
}

void encode(std::string& out, Version version, const Unsubscribe& packet) {
    append_packet(out, PacketType::unsubscribe, 2, [&] {
        append_number(out, packet.packet_id, 2);
        if (version == Version::v5) append_property_block(out, packet.properties);
        for (const auto filter : packet.filters) append_string(out, filter);
    });
}

void encode(std::string& out, Version version, const Unsuback& packet) {
    append_packet(out, PacketType::unsuback, 0, [&] {
        append_number(out, packet.packet_id, 2);
        if (version != Version::v5) return;
        append_property_block(out, packet.properties);
        out += packet.reasons;
    });
}

void encode(std::string& out, Version version, const Disconnect& packet) {
    append_packet(out, PacketType::disconnect, 0,
                  [&] { append_reason_tail(out, version, packet.reason, packet.properties); });
}

void encode(std::string& out, Version version, const Auth& packet) {
    FOX_ASSERT(version == Version::v5, "AUTH exists in MQTT 5.0 only");
    append_packet(out, PacketType::auth, 0,
                  [&] { append_reason_tail(out, version, packet.reason, packet.properties); });
}

void encode(std::string& out, Pingreq) {
    append_first_byte(out, PacketType::pingreq, 0);
    out.push_back(0);
}

void encode(std::string& out, Pingresp) {
    append_first_byte(out, PacketType::pingresp, 0);
    out.push_back(0);
}

void encode(std::string& out, Version version, const Packet& packet) {
    std::visit(
        [&](const auto& each) {
            if constexpr (requires { encode(out, each); }) {
                encode(out, each);
            } else {
                encode(out, version, each);
            }
        },
        packet);
}

}  // namespace foxtail::mqtt
