// Bytes as messages of a Zigbee2MQTT bridge: lines "topic number, payload", into a format that
// already knows a device. Whatever comes, every thing told must pass check() and no contract of the
// sink may be broken.
#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/recording_sink.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

constexpr std::string_view known_device =
    R"([{"ieee_address":"0x1","friendly_name":"d","definition":{"model":"M","vendor":"V","exposes":[
    {"type":"light","features":[{"type":"binary","property":"state","name":"state","access":7,
     "value_on":"ON","value_off":"OFF"},{"type":"composite","property":"color","name":"color_xy","access":7,
     "features":[{"type":"numeric","property":"x","name":"x","access":7}]}]},
    {"type":"enum","property":"action","name":"action","access":1,"values":["single"]},
    {"type":"list","property":"l","name":"l","access":3,"item_type":{"type":"text"}}]}}])";

constexpr std::string_view topics[] = {
    "zigbee2mqtt/bridge/devices", "zigbee2mqtt/d",
    "zigbee2mqtt/d/availability", "zigbee2mqtt/bridge/groups",
    "zigbee2mqtt/bridge/state",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    foxtail::mqtt::RecordingSink sink;
    foxtail::mqtt::Zigbee2Mqtt format;
    format.start(sink);
    sink.deliver(format, topics[0], known_device, true);
    while (!input.empty()) {
        const std::size_t topic = static_cast<unsigned char>(input.front()) % std::size(topics);
        input.remove_prefix(1);
        const std::size_t end = input.find('\n');
        sink.deliver(format, topics[topic], input.substr(0, end), (topic & 1) != 0);
        if (end == input.npos) break;
        input.remove_prefix(end + 1);
    }
    for (const auto& [id, spec] : sink.things) {
        for (const auto& property : spec.properties) {
            (void)format.encode({id, property.name, {}, {}, foxtail::Value(1.5)});
        }
        for (const auto& action : spec.actions) (void)format.encode({id, {}, action.name, {}, {}});
    }
    FOX_ASSERT(sink.wrong.empty(), "a format broke the sink's contract");
    return 0;
}
