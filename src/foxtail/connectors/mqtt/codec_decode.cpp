#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/codec.hpp"
#include "foxtail/connectors/mqtt/codec_properties.hpp"
#include "foxtail/connectors/mqtt/topic.hpp"

#include <cstring>

namespace foxtail::mqtt {

bool valid_text(std::string_view text) {
    if (text.size() > 0xFFFF) return false;
    // Eight bytes at a time while they are plain ASCII without U+0000, as nearly all topics are.
    std::size_t at = 0;
    while (text.size() - at >= 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data() + at, 8);
        const bool has_zero = ((eight - 0x0101010101010101U) & ~eight & 0x8080808080808080U) != 0;
        if (has_zero) return false;
        if ((eight & 0x8080808080808080U) != 0) break;
        at += 8;
    }
    const auto rest = text.substr(at);
    return rest.find('\0') == std::string_view::npos && valid_utf8(rest);
}

/// Reads a packet's body. The first failure is kept and ends the reading: everything after it gives
/// zeros.
class BodyReader {
public:
    BodyReader(Decoder& scratch, std::string_view body) : scratch_(scratch), rest_(body) {}

    [[nodiscard]] bool ok() const { return reason_ == Reason::success; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] Reason reason() const { return reason_; }
    [[nodiscard]] const char* why() const { return why_; }

    void fail(Reason reason, const char* why) {
        if (!ok()) return;
        reason_ = reason;
        why_ = why;
        rest_ = {};
    }
    /// Fails with `reason` unless `condition` holds.
    void require(bool condition, Reason reason, const char* why) {
        if (!condition) fail(reason, why);
    }

    std::string_view bytes(std::size_t count) {
        if (rest_.size() < count) {
            fail(Reason::malformed_packet, "the packet ends inside a field");
            return {};
        }
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::uint32_t number(std::size_t count) {
        std::uint32_t value = 0;
        for (const char byte : bytes(count)) value = value << 8 | static_cast<std::uint8_t>(byte);
        return value;
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t varint() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 28; shift += 7) {
            const auto byte = u8();
            value |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) != 0) continue;
            require(byte != 0 || shift == 0, Reason::malformed_packet,
                    "a number not in its shortest form");
            return value;
        }
        fail(Reason::malformed_packet, "a variable byte integer of more than four bytes");
        return 0;
    }
    std::string_view binary() { return bytes(u16()); }
    std::string_view text() {
        const auto taken = binary();
        require(valid_text(taken), Reason::malformed_packet,
                "a text that is not UTF-8 or holds U+0000");
        return taken;
    }
    std::string_view rest() {
        const auto taken = rest_;
        rest_ = {};
        return taken;
    }
    std::uint16_t packet_id() {
        const auto id = u16();
        require(!ok() || id != 0, Reason::protocol_error, "packet identifier 0");
        return id;
    }
    void properties(Properties& out, std::uint16_t place);

    void connect(Connect& out, std::optional<Version>& version);
    void will(Will& out, std::uint8_t flags, Version version);
    void connack(Connack& out, Version version);
    void publish(Publish& out, std::uint8_t flags, Version version);
    void ack(Ack& out, PacketType type, Version version);
    void subscribe(Subscribe& out, Version version);
    void unsubscribe(Unsubscribe& out, Version version);
    template <class Answer>
    void suback(Answer& out, PacketType type, Version version);
    template <class Farewell>
    void farewell(Farewell& out, PacketType type, Version version);

private:
    template <class Field>
    void property(Field& field, std::uint8_t id, Shape shape);
    void check_ranges(const Properties& p);

    Decoder& scratch_;
    std::string_view rest_;
    Reason reason_ = Reason::success;
    const char* why_ = "";
};

Decoder::Decoder() {
    // Two sets (CONNECT and its will) share the scratch; the spans into it must not move.
    user_.reserve(2 * user_properties_max);
    subscription_ids_.reserve(subscription_ids_max);
}

template <class Field>
void BodyReader::property(Field& field, std::uint8_t id, Shape shape) {
    if constexpr (std::is_same_v<Field, std::span<const UserProperty>>) {
        auto& all = scratch_.user_;
        require(field.size() < user_properties_max, Reason::quota_exceeded,
                "more than 64 user properties");
        const auto name = text();
        const auto value = text();
        if (!ok()) return;
        all.push_back({name, value});
        field = {all.data() + all.size() - field.size() - 1, field.size() + 1};
    } else if constexpr (std::is_same_v<Field, std::span<const std::uint32_t>>) {
        auto& all = scratch_.subscription_ids_;
        require(all.size() < subscription_ids_max, Reason::quota_exceeded,
                "more than 64 subscription identifiers");
        const auto value = varint();
        require(value != 0, Reason::protocol_error, "subscription identifier 0");
        if (!ok()) return;
        all.push_back(value);
        field = all;
    } else {
        require(!field.has_value(), Reason::protocol_error, "a property that stands twice");
        using Value = typename Field::value_type;
        if constexpr (std::is_same_v<Value, std::string_view>) {
            field = shape == Shape::text ? text() : binary();
        } else {
            field = static_cast<Value>(number(sizeof(Value)));
        }
    }
    (void)id;
    (void)shape;
}

void BodyReader::properties(Properties& out, std::uint16_t place) {
    const auto length = varint();
    if (length > rest_.size()) fail(Reason::malformed_packet, "properties longer than the packet");
    if (!ok() || length == 0) return;
    const auto after = rest_.substr(length);
    rest_ = rest_.substr(0, length);
    while (!rest_.empty()) {
        const auto id = u8();
        bool found = false;
        for_each_property(
            out, [&](std::uint8_t candidate, auto& field, int places, Shape shape = Shape::binary) {
                if (candidate != id) return;
                found = true;
                require((places & place) != 0, Reason::protocol_error,
                        "a property in the wrong packet");
                if (ok()) property(field, id, shape);
            });
        require(found, Reason::malformed_packet, "an unknown property");
        if (!ok()) return;
    }
    check_ranges(out);
    if (ok()) rest_ = after;
}

void BodyReader::check_ranges(const Properties& p) {
    const auto at_most_one = [&](const std::optional<std::uint8_t>& field) {
        require(field.value_or(0) <= 1, Reason::protocol_error,
                "a property that is neither 0 nor 1");
    };
    at_most_one(p.payload_format);
    at_most_one(p.request_problem_info);
    at_most_one(p.request_response_info);
    at_most_one(p.maximum_qos);
    at_most_one(p.retain_available);
    at_most_one(p.wildcards_available);
    at_most_one(p.subscription_ids_available);
    at_most_one(p.shared_available);
    require(p.receive_maximum.value_or(1) != 0, Reason::protocol_error, "receive maximum 0");
    require(p.packet_bytes_max.value_or(1) != 0, Reason::protocol_error, "maximum packet size 0");
    require(p.topic_alias.value_or(1) != 0, Reason::topic_alias_invalid, "topic alias 0");
    require(!p.authentication_bytes || p.authentication_method, Reason::protocol_error,
            "authentication data without a method");
    require(!p.response_topic || valid_topic(*p.response_topic), Reason::protocol_error,
            "a response topic with wildcards or without a name");
}

void BodyReader::connect(Connect& out, std::optional<Version>& version) {
    const auto protocol = binary();
    const auto level = u8();
    if (!ok()) return;
    const bool known = protocol == "MQTT" && (level == 4 || level == 5);
    if (known) version = static_cast<Version>(level);
    // Whoever speaks another MQTT can still be told so, in the form its level lets it read.
    if (protocol == "MQIsdp" || (protocol == "MQTT" && level < 4)) version = Version::v311;
    if (protocol == "MQTT" && level > 5) version = Version::v5;
    require(known, Reason::unsupported_protocol_version, "not MQTT 3.1.1 and not 5.0");
    const auto flags = u8();
    require((flags & 1) == 0, Reason::malformed_packet, "a reserved flag of CONNECT is set");
    const bool has_will = (flags & 0x04) != 0;
    require(has_will || (flags & 0x38) == 0, Reason::malformed_packet, "will flags without a will");
    require((flags & 0x18) != 0x18, Reason::malformed_packet, "a will of QoS 3");
    const bool has_user = (flags & 0x80) != 0;
    const bool has_password = (flags & 0x40) != 0;
    out.keep_alive_s = u16();
    if (!ok()) return;
    out.version = *version;
    out.clean_start = (flags & 0x02) != 0;
    if (out.version == Version::v5) properties(out.properties, in_connect);
    require(out.version == Version::v5 || has_user || !has_password, Reason::malformed_packet,
            "a password without a user name");
    out.client_id = text();
    if (has_will) will(out.will.emplace(), flags, out.version);
    if (has_user) out.user_name = text();
    if (has_password) out.password = binary();
}

void BodyReader::will(Will& out, std::uint8_t flags, Version version) {
    out.qos = flags >> 3 & 3;
    out.retain = (flags & 0x20) != 0;
    if (version == Version::v5) properties(out.properties, in_will);
    out.topic = text();
    out.payload = binary();
    require(!ok() || valid_topic(out.topic), Reason::topic_name_invalid,
            "a will topic with wildcards or without a name");
}

void BodyReader::connack(Connack& out, Version version) {
    const auto flags = u8();
    require(flags <= 1, Reason::malformed_packet, "a reserved flag of CONNACK is set");
    out.session_present = flags == 1;
    const auto code = u8();
    if (version == Version::v5) {
        out.reason = static_cast<Reason>(code);
        properties(out.properties, in_connack);
    } else {
        out.reason = reason_from_connack_311(code);
    }
}

void BodyReader::publish(Publish& out, std::uint8_t flags, Version version) {
    out.duplicate = (flags & 8) != 0;
    out.qos = flags >> 1 & 3;
    out.retain = (flags & 1) != 0;
    require(out.qos != 3, Reason::malformed_packet, "QoS 3");
    require(out.qos != 0 || !out.duplicate, Reason::malformed_packet, "a duplicate of QoS 0");
    out.topic = text();
    if (out.qos != 0) out.packet_id = packet_id();
    if (version == Version::v5) properties(out.properties, in_publish);
    if (!ok()) return;
    const bool by_alias = out.topic.empty() && out.properties.topic_alias;
    require(!out.topic.empty() || by_alias,
            version == Version::v5 ? Reason::protocol_error : Reason::topic_name_invalid,
            "an empty topic");
    require(by_alias || valid_topic(out.topic), Reason::topic_name_invalid,
            "a topic with wildcards");
    if (ok()) out.payload = rest();
}

void BodyReader::ack(Ack& out, PacketType type, Version version) {
    out.type = type;
    out.packet_id = packet_id();
    if (version != Version::v5 || empty()) return;
    out.reason = static_cast<Reason>(u8());
    if (!empty()) properties(out.properties, in(type));
}

void BodyReader::subscribe(Subscribe& out, Version version) {
    auto& filters = scratch_.filters_;
    out.packet_id = packet_id();
    if (version == Version::v5) properties(out.properties, in_subscribe);
    require(out.properties.subscription_ids.size() <= 1, Reason::protocol_error,
            "two subscription identifiers in one SUBSCRIBE");
    require(!ok() || !empty(), Reason::protocol_error, "SUBSCRIBE without a filter");
    while (ok() && !empty()) {
        require(filters.size() < filters_per_packet_max, Reason::quota_exceeded,
                "more than 4096 filters");
        Filter filter;
        filter.filter = text();
        const auto options = u8();
        filter.qos = options & 3;
        require(filter.qos != 3,
                version == Version::v5 ? Reason::protocol_error : Reason::malformed_packet,
                "QoS 3");
        const std::uint8_t reserved = version == Version::v5 ? 0xC0 : 0xFC;
        require((options & reserved) == 0, Reason::malformed_packet,
                "a reserved flag of SUBSCRIBE is set");
        require((options & 0x30) != 0x30, Reason::protocol_error, "retain handling 3");
        filter.no_local = (options & 4) != 0;
        filter.retain_as_published = (options & 8) != 0;
        filter.retain_sending = static_cast<RetainSending>(options >> 4 & 3);
        require(!filter.no_local || !is_shared(filter.filter), Reason::protocol_error,
                "no local on a shared subscription");
        require(!ok() || valid_filter(filter.filter), Reason::topic_filter_invalid,
                "a malformed filter");
        filters.push_back(filter);
    }
    out.filters = filters;
}

void BodyReader::unsubscribe(Unsubscribe& out, Version version) {
    auto& names = scratch_.names_;
    out.packet_id = packet_id();
    if (version == Version::v5) properties(out.properties, in(PacketType::unsubscribe));
    require(!ok() || !empty(), Reason::protocol_error, "UNSUBSCRIBE without a filter");
    while (ok() && !empty()) {
        require(names.size() < filters_per_packet_max, Reason::quota_exceeded,
                "more than 4096 filters");
        names.push_back(text());
        require(!ok() || valid_filter(names.back()), Reason::topic_filter_invalid,
                "a malformed filter");
    }
    out.filters = names;
}

template <class Answer>
void BodyReader::suback(Answer& out, PacketType type, Version version) {
    out.packet_id = packet_id();
    if (version == Version::v5) properties(out.properties, in(type));
    if (!ok()) return;
    const bool silent = version == Version::v311 && type == PacketType::unsuback;
    require(empty() == silent, Reason::protocol_error, "the wrong number of reason codes");
    if (ok()) out.reasons = rest();
}

template <class Farewell>
void BodyReader::farewell(Farewell& out, PacketType type, Version version) {
    if (empty()) return;
    require(version == Version::v5, Reason::malformed_packet, "a DISCONNECT that is not empty");
    out.reason = static_cast<Reason>(u8());
    if (!empty()) properties(out.properties, in(type));
}

namespace {

/// The flags a type must carry (section 2.1.3); PUBLISH has its own.
bool flags_fit(PacketType type, std::uint8_t flags) {
    switch (type) {
        case PacketType::publish:
            return true;
        case PacketType::pubrel:
        case PacketType::subscribe:
        case PacketType::unsubscribe:
            return flags == 2;
        default:
            return flags == 0;
    }
}

struct FixedHeader {
    std::size_t bytes = 0;  // 0 = not yet there
    std::size_t total = 0;  // 0 = not yet known
    bool broken = false;
};

FixedHeader read_fixed_header(std::string_view bytes) {
    std::size_t length = 0;
    for (std::size_t i = 1; i < 5; ++i) {
        if (i >= bytes.size()) return {};
        const auto byte = static_cast<std::uint8_t>(bytes[i]);
        length |= static_cast<std::size_t>(byte & 0x7F) << (7 * (i - 1));
        if ((byte & 0x80) != 0) continue;
        const bool longer_than_needed = byte == 0 && i > 1;
        return {.bytes = i + 1, .total = i + 1 + length, .broken = longer_than_needed};
    }
    return {.broken = true};
}

Decoded error(const DecodeRules& rules, Reason reason, const char* why) {
    return {Progress::error, 0, reason, why, rules.version};
}

void decode_body(BodyReader& in_body, PacketType type, std::uint8_t flags,
                 std::optional<Version>& version, Packet& out) {
    const auto spoken = version.value_or(Version::v311);
    switch (type) {
        case PacketType::connect:
            return in_body.connect(out.emplace<Connect>(), version);
        case PacketType::connack:
            return in_body.connack(out.emplace<Connack>(), spoken);
        case PacketType::publish:
            return in_body.publish(out.emplace<Publish>(), flags, spoken);
        case PacketType::puback:
        case PacketType::pubrec:
        case PacketType::pubrel:
        case PacketType::pubcomp:
            return in_body.ack(out.emplace<Ack>(), type, spoken);
        case PacketType::subscribe:
            return in_body.subscribe(out.emplace<Subscribe>(), spoken);
        case PacketType::suback:
            return in_body.suback(out.emplace<Suback>(), type, spoken);
        case PacketType::unsubscribe:
            return in_body.unsubscribe(out.emplace<Unsubscribe>(), spoken);
        case PacketType::unsuback:
            return in_body.suback(out.emplace<Unsuback>(), type, spoken);
        case PacketType::pingreq:
            out.emplace<Pingreq>();
            return;
        case PacketType::pingresp:
            out.emplace<Pingresp>();
            return;
        case PacketType::disconnect:
            return in_body.farewell(out.emplace<Disconnect>(), type, spoken);
        case PacketType::auth:
            return in_body.farewell(out.emplace<Auth>(), type, spoken);
    }
}

}  // namespace

Decoded Decoder::decode(std::string_view bytes, const DecodeRules& rules, Packet& out) {
    if (bytes.empty()) return {};
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    const auto type = static_cast<PacketType>(first >> 4);
    if (first >> 4 == 0) return error(rules, Reason::malformed_packet, "packet type 0");
    if (type == PacketType::auth && rules.version == Version::v311) {
        return error(rules, Reason::malformed_packet, "AUTH in MQTT 3.1.1");
    }
    if (!rules.version && type != PacketType::connect) {
        return error(rules, Reason::protocol_error, "something before CONNECT");
    }
    if (!flags_fit(type, first & 0x0F))
        return error(rules, Reason::malformed_packet, "reserved flags are set");
    const auto header = read_fixed_header(bytes);
    if (header.broken)
        return error(rules, Reason::malformed_packet, "a remaining length that is none");
    if (header.total == 0) return {};
    if (header.total > rules.packet_bytes_max) {
        return error(rules, Reason::packet_too_large, "a packet beyond the limit");
    }
    if (bytes.size() < header.total) {
        return {Progress::more, header.total, Reason::success, "", rules.version};
    }

    user_.clear();
    subscription_ids_.clear();
    filters_.clear();
    names_.clear();
    BodyReader body(*this, bytes.substr(header.bytes, header.total - header.bytes));
    auto version = rules.version;
    decode_body(body, type, first & 0x0F, version, out);
    body.require(body.empty(), Reason::malformed_packet, "bytes after the packet's end");
    if (!body.ok()) return {Progress::error, 0, body.reason(), body.why(), version};
    return {Progress::packet, header.total, Reason::success, "", version};
}

}  // namespace foxtail::mqtt
