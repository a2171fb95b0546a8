#pragma once

#include "foxtail/connectors/mqtt/codec_packet.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

// MQTT 3.1.1 (OASIS, 29 October 2014) and MQTT 5.0 (OASIS, 7 March 2019): bytes to packets and
// back. Pure; knows no sockets. A packet is: type and flags (1 byte), remaining length (1 to 4
// bytes, 7 bits each, low first, shortest form), then the type's own header and payload. Texts are
// a 16-bit big-endian length and UTF-8.

constexpr std::size_t packet_bytes_limit = 5 + 268'435'455;
/// More in one packet is an attempt to make us work: quota_exceeded.
constexpr std::size_t user_properties_max = 64;
constexpr std::size_t subscription_ids_max = 64;
constexpr std::size_t filters_per_packet_max = 4096;

enum class Progress : std::uint8_t { more, packet, error };

/// What became of the bytes. more: `bytes` is the size of the whole packet as far as known (0 = not
/// yet known). packet: `bytes` were used. error: the connection is to be closed with `reason`;
/// `why` is for people.
struct Decoded {
    Progress progress = Progress::more;
    std::size_t bytes = 0;
    Reason reason = Reason::success;
    const char* why = "";
    /// In what form an error can be answered: the version the connection speaks, or the one a
    /// broken CONNECT asked for. Nothing when it is unknown: then there is nobody to answer.
    std::optional<Version> version;
};

struct DecodeRules {
    std::optional<Version> version;  // nothing before CONNECT: then only CONNECT can be decoded
    std::size_t packet_bytes_max =
        packet_bytes_limit;  // checked as soon as the fixed header is there
};

/// Decodes one packet after the other. Holds scratch for lists, so that a steady stream allocates
/// nothing; one decoder may serve many connections, one packet at a time.
class Decoder {
public:
    Decoder();
    /// Decodes the packet at the start of `bytes` into `out`, whose views are valid while `bytes`
    /// are and until the next call.
    [[nodiscard]] Decoded decode(std::string_view bytes, const DecodeRules& rules, Packet& out);

private:
    friend class BodyReader;
    std::vector<UserProperty> user_;
    std::vector<std::uint32_t> subscription_ids_;
    std::vector<Filter> filters_;
    std::vector<std::string_view> names_;
};

// Each appends one packet to `out`. The caller keeps the limits of the format (texts up to 65,535
// bytes); a broken one is a broken contract of ours.
void encode(std::string& out, const Connect& packet);
void encode(std::string& out, Version version, const Connack& packet);
void encode(std::string& out, Version version, const Publish& packet);
void encode(std::string& out, Version version, const Ack& packet);
void encode(std::string& out, Version version, const Subscribe& packet);
void encode(std::string& out, Version version, const Suback& packet);
void encode(std::string& out, Version version, const Unsubscribe& packet);
void encode(std::string& out, Version version, const Unsuback& packet);
void encode(std::string& out, Version version, const Disconnect& packet);
void encode(std::string& out, Version version, const Auth& packet);
void encode(std::string& out, Pingreq);
void encode(std::string& out, Pingresp);
void encode(std::string& out, Version version, const Packet& packet);

/// Two bytes, high first, as all lengths and numbers of a packet are.
inline void append_u16(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>(value >> 8 & 0xFF));
    out.push_back(static_cast<char>(value & 0xFF));
}
/// Appends a variable byte integer (section 1.5.5); `value` is at most 268,435,455.
void append_varint(std::string& out, std::uint32_t value);
[[nodiscard]] std::size_t varint_bytes(std::uint32_t value);

/// Appends the properties that are set, without their length prefix.
void append_properties(std::string& out, const Properties& properties);

/// UTF-8 without U+0000 (section 1.5.4), at most 65,535 bytes.
[[nodiscard]] bool valid_text(std::string_view text);

}  // namespace foxtail::mqtt
