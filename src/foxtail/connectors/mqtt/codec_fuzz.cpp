#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/codec.hpp"

#include <cstdint>

// The first byte picks the version (0: before CONNECT), the rest is a stream. Whatever decodes must
// encode, and decode again to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace foxtail::mqtt;
    static Decoder decoder;
    static Decoder second;
    if (size == 0) return 0;
    DecodeRules rules{.version = {}, .packet_bytes_max = 65'536};
    if (data[0] % 3 == 1) rules.version = Version::v311;
    if (data[0] % 3 == 2) rules.version = Version::v5;
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    Packet packet;
    while (true) {
        const auto decoded = decoder.decode(rest, rules, packet);
        if (decoded.progress != Progress::packet) return 0;
        FOX_ASSERT(decoded.bytes > 0 && decoded.bytes <= rest.size(),
                   "a packet lies inside its bytes");
        std::string once;
        encode(once, *decoded.version, packet);
        Packet copy;
        const auto again = second.decode(once, rules, copy);
        FOX_ASSERT(again.progress == Progress::packet && again.bytes == once.size(),
                   "what we encode we understand");
        std::string twice;
        encode(twice, *again.version, copy);
        FOX_ASSERT(once == twice, "encoding is stable");
        rules.version = decoded.version;
        rest.remove_prefix(decoded.bytes);
    }
}
