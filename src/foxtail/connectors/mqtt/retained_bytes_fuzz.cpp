#include "foxtail/connectors/mqtt/retained_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// What is read back from the disk either is a message, and then writes and reads as the same one
// again, or is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;
    mqtt::Decoder decoder;
    mqtt::MessagePool pool;
    const auto read = mqtt::read_retained({reinterpret_cast<const char*>(bytes), size}, decoder);
    if (!read) return 0;
    const auto& packet = read->packet;
    const auto message =
        pool.restore(packet.topic, packet.payload, packet.properties, packet.qos, {});
    const auto again = mqtt::write_retained(*message, read->subject, read->expires);
    const auto twice = mqtt::read_retained(again, decoder);
    if (!twice || twice->subject != read->subject || twice->expires != read->expires) std::abort();
    const auto same = pool.restore(twice->packet.topic, twice->packet.payload,
                                   twice->packet.properties, twice->packet.qos, {});
    if (!same->same_as(*message)) std::abort();
    return 0;
}
