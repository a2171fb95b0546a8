#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"

#include <string>

#include <benchmark/benchmark.h>

namespace foxtail::mqtt {
namespace {

/// Counts and forgets: what is measured is the format.
class CountingSink : public Sink {
public:
    Result<std::vector<PropertyId>> tell(const ThingSpec& spec) override {
        std::vector<PropertyId> ids(spec.properties.size());
        for (PropertyId& id : ids) id = PropertyId{next++};
        return ids;
    }
    void gone(std::string_view) override {}
    bool say(PropertyId, Value, Time) override {
        ++said;
        return true;
    }
    void say_later(Duration, PropertyId, Value) override {}
    void happened(std::string_view, std::string_view, Value) override {}
    void refuse(std::string_view, std::string_view, std::string) override { ++refused; }
    void listen(std::string_view filter, std::uint32_t token) override {
        if (filter == "zigbee2mqtt/sensor") sensor = token;
        if (filter == "zigbee2mqtt/bridge/devices") devices = token;
    }
    void unlisten(std::string_view, std::uint32_t) override {}
    void publish(Publication) override {}

    std::uint32_t next = 0;
    std::uint32_t sensor = 0;
    std::uint32_t devices = 0;
    std::uint64_t said = 0;
    std::uint64_t refused = 0;
};

void state_message_of_five_keys(benchmark::State& state) {
    std::string exposes;
    for (const char* name : {"temperature", "humidity", "battery", "voltage", "linkquality"}) {
        if (!exposes.empty()) exposes += ',';
        exposes += std::string(R"({"type":"numeric","access":1,"property":")") + name +
                   R"(","name":")" + name + "\"}";
    }
    Zigbee2Mqtt format;
    CountingSink sink;
    format.start(sink);
    format.on_message(
        sink.devices,
        {"zigbee2mqtt/bridge/devices",
         R"([{"ieee_address":"0x1","friendly_name":"sensor","definition":{"exposes":[)" + exposes +
             "]}}]",
         true,
         {}},
        sink);
    const Heard heard{
        "zigbee2mqtt/sensor",
        R"({"temperature":21.35,"humidity":48.2,"battery":97,"voltage":3005,"linkquality":112})",
        false,
        {}};
    for (auto _ : state) format.on_message(sink.sensor, heard, sink);
    if (sink.refused != 0 || sink.said != 5 * static_cast<std::uint64_t>(state.iterations())) {
        state.SkipWithError("the message was not understood");
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(sink.said));
}
BENCHMARK(state_message_of_five_keys);

}  // namespace
}  // namespace foxtail::mqtt
