// Bytes as discovery messages and states: each line is a digit that chooses the topic, and a
// payload. Whatever comes, every thing told must pass check() and no contract of the sink may be
// broken.
#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/home_assistant/home_assistant.hpp"
#include "foxtail/connectors/mqtt/recording_sink.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view platforms[] = {
    "alarm_control_panel",
    "binary_sensor",
    "button",
    "camera",
    "climate",
    "cover",
    "date",
    "datetime",
    "device",
    "device_automation",
    "device_tracker",
    "event",
    "fan",
    "humidifier",
    "image",
    "infrared",
    "lawn_mower",
    "light",
    "lock",
    "notify",
    "number",
    "remote",
    "scene",
    "select",
    "sensor",
    "siren",
    "switch",
    "tag",
    "text",
    "time",
    "update",
    "vacuum",
    "valve",
    "water_heater",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    foxtail::mqtt::RecordingSink sink;
    foxtail::mqtt::HomeAssistant format;
    format.start(sink);
    while (!input.empty()) {
        const unsigned choice = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        const std::size_t end = input.find('\n');
        const std::string_view payload = input.substr(0, end);
        if (choice < 128) {
            const auto platform = platforms[choice % std::size(platforms)];
            sink.deliver(format, "homeassistant/" + std::string(platform) + "/n/x/config", payload,
                         true);
        } else if (sink.listening.size() > 2) {
            // A state, to one of the topics that were asked for.
            auto at = sink.listening.begin();
            std::advance(at, static_cast<std::ptrdiff_t>(choice % sink.listening.size()));
            const std::string topic = at->first;
            sink.deliver(format, topic, payload, (choice & 1) != 0);
        }
        if (end == input.npos) break;
        input.remove_prefix(end + 1);
    }
    for (const auto& [id, spec] : sink.things) {
        for (const auto& property : spec.properties) {
            (void)format.encode({id, property.name, {}, {}, foxtail::Value(1.5)});
            (void)format.encode({id, property.name, {}, {}, foxtail::Value(true)});
        }
        for (const auto& action : spec.actions) (void)format.encode({id, {}, action.name, {}, {}});
    }
    FOX_ASSERT(sink.wrong.empty(), "a format broke the sink's contract");
    return 0;
}
