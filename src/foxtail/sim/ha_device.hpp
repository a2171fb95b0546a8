#pragma once

#include "foxtail/sim/device.hpp"
#include "foxtail/sim/report.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sim {

// Devices that announce themselves by Home Assistant's MQTT discovery, in the forms found in the
// wild: one config message an entity or one for the device, whole or abbreviated keys, one JSON
// state or one plain topic a value.

struct Entity {
    std::string platform;  // "sensor"
    std::string id;        // object id, and the key of its sample
    std::string title;
    std::vector<std::pair<std::string, std::string>> options;  // discovery key -> JSON value
    bool has_state = true;
    bool settable = false;
};

[[nodiscard]] Entity sensor(std::string id, std::string title, std::string_view unit,
                            std::string_view device_class,
                            std::string_view state_class = "measurement");
/// A sensor with a closed list of states.
[[nodiscard]] Entity state_sensor(std::string id, std::string title,
                                  const std::vector<std::string>& options);
[[nodiscard]] Entity binary_sensor(std::string id, std::string title,
                                   std::string_view device_class);
[[nodiscard]] Entity toggle(std::string id, std::string title);
[[nodiscard]] Entity number_entity(std::string id, std::string title, std::string_view unit,
                                   double low, double high, double step);
[[nodiscard]] Entity choice(std::string id, std::string title,
                            const std::vector<std::string>& options);
[[nodiscard]] Entity button_entity(std::string id, std::string title);
[[nodiscard]] Entity diagnostic(Entity entity);

enum class DiscoveryForm : std::uint8_t { single, device };
enum class StateForm : std::uint8_t { object, plain };  // plain: ESPHome's way

struct HaSpec {
    std::string name;   // "heat-pump"; also the device of its acts
    std::string title;  // "Heat pump"
    std::string node;   // discovery id, "heat_pump_7c2f"
    std::string base;   // its topics, "heatpump/7c2f"
    std::string maker;
    std::string model;
    std::string area;  // suggested_area
    DiscoveryForm form = DiscoveryForm::device;
    StateForm state = StateForm::object;
    bool abbreviated = false;
    Pace pace;
    std::vector<Entity> entities;
    std::function<std::vector<Sample>(const World&)> measure;
    /// An order for entity `id` (or `id_part`, where an entity has several command topics).
    /// Nothing: not understood.
    std::function<std::optional<Act>(std::string_view id, std::string_view payload, const World&)>
        order;
    /// A further message with a topic of its own, sent when it changes. Empty: none.
    std::function<Message(const World&)> also;
};

[[nodiscard]] std::unique_ptr<Device> make_ha_device(HaSpec spec);

/// ON/OFF as discovery's defaults have it.
[[nodiscard]] Sample on_off(std::string key, bool value);
[[nodiscard]] std::optional<double> parse_on_off(std::string_view payload);
/// A finite number within the bounds.
[[nodiscard]] std::optional<double> parse_number(std::string_view payload, double low, double high);
/// The place of `payload` in the list.
[[nodiscard]] std::optional<double> parse_choice(std::string_view payload,
                                                 const std::vector<std::string>& options);

[[nodiscard]] std::vector<HaSpec> energy_devices();  // inverter, meter, battery, wallbox
[[nodiscard]] std::vector<HaSpec>
comfort_devices();  // heat pump, hot water, ventilation, air, weather
[[nodiscard]] std::vector<HaSpec> appliance_devices();  // washing machine, dishwasher
[[nodiscard]] HaSpec outlook_service();                 // prices, sun and warmth of tomorrow

}  // namespace foxtail::sim
