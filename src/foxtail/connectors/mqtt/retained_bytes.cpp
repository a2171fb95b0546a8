#include "foxtail/connectors/mqtt/retained_bytes.hpp"

#include "foxtail/base/bytes.hpp"

namespace foxtail::mqtt {
namespace {

constexpr std::uint8_t retained_format = 1;

}  // namespace

std::string write_retained(const Message& message, std::uint32_t subject, Time expires) {
    std::string out;
    ByteWriter to(out);
    to.u8(retained_format);
    to.u64(subject);
    to.i64(expires.us);
    const auto properties = static_cast<std::uint32_t>(message.properties().size());
    const std::size_t length = 2 + message.topic().size() + (message.qos() != 0 ? 2U : 0U) +
                               varint_bytes(properties) + properties + message.payload().size();
    constexpr unsigned retain = 1;
    const auto flags = static_cast<unsigned>(message.qos()) << 1 | retain;
    out.push_back(static_cast<char>(static_cast<unsigned>(PacketType::publish) << 4 | flags));
    append_varint(out, static_cast<std::uint32_t>(length));
    append_u16(out, message.topic().size());
    out += message.topic();
    if (message.qos() != 0) append_u16(out, 1);
    append_varint(out, properties);
    out += message.properties();
    out += message.payload();
    return out;
}

Result<RetainedRead> read_retained(std::string_view bytes, Decoder& decoder) {
    ByteReader in(bytes);
    RetainedRead out;
    const auto format = in.u8();
    out.subject = in.u32();
    out.expires.us = in.i64();
    if (!in.ok() || format != retained_format)
        return fail(Code::corrupt, "a retained message of format " + std::to_string(format));
    const auto rest = in.bytes(in.left());
    Packet packet;
    const auto decoded = decoder.decode(rest, {.version = Version::v5}, packet);
    const auto* publish = std::get_if<Publish>(&packet);
    if (decoded.progress != Progress::packet || decoded.bytes != rest.size() ||
        publish == nullptr || publish->topic.empty() || publish->payload.empty() ||
        publish->qos > 1) {
        return fail(Code::corrupt, "a retained message that is no PUBLISH packet");
    }
    out.packet = *publish;
    return out;
}

}  // namespace foxtail::mqtt
