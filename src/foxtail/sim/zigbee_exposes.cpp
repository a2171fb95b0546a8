#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/zigbee.hpp"

#include <array>
#include <string>

namespace foxtail::sim {
namespace {

constexpr int state = 1;      // in the published state
constexpr int state_get = 5;  // ... and readable
constexpr int state_set = 3;
constexpr int all = 7;

struct Model {
    std::string_view model;
    std::string_view model_id;
    std::string_view vendor;
    std::string_view description;
    bool mains = false;
};

Model model_of(ZigbeeKind kind) {
    switch (kind) {
        case ZigbeeKind::white_lamp:
            return {"LED2101G4", "TRADFRI bulb E27 WS globe 1055lm", "IKEA",
                    "LED bulb E27 1055 lumen, dimmable, white spectrum", true};
        case ZigbeeKind::color_lamp:
            return {"9290022166", "LCA001", "Philips", "Hue white and color ambiance E26/E27",
                    true};
        case ZigbeeKind::plug:
            return {"E2206", "INSPELNING Smart plug", "IKEA", "INSPELNING smart plug", true};
        case ZigbeeKind::motion:
            return {"RTCGQ14LM", "lumi.motion.ac02", "Aqara", "High precision motion sensor",
                    false};
        case ZigbeeKind::contact:
            return {"MCCGQ11LM", "lumi.sensor_magnet.aq2", "Aqara", "Door and window sensor",
                    false};
        case ZigbeeKind::climate:
            return {"SNZB-02D", "SNZB-02D", "SONOFF", "Temperature and humidity sensor with screen",
                    false};
        case ZigbeeKind::leak:
            return {"SJCGQ11LM", "lumi.sensor_wleak.aq1", "Aqara", "Water leak sensor", false};
        case ZigbeeKind::smoke:
            return {"SMSZB-120", "SMSZB-120", "Develco", "Smoke detector with siren", false};
        case ZigbeeKind::button:
            return {"E1812", "TRADFRI SHORTCUT Button", "IKEA", "TRADFRI shortcut button", false};
        case ZigbeeKind::thermostat:
            return {"TRVZB", "TRVZB", "SONOFF", "Zigbee thermostatic radiator valve", false};
        case ZigbeeKind::blind:
            return {"E1757", "FYRTUR block-out roller blind", "IKEA",
                    "FYRTUR roller blind, block-out", false};
        case ZigbeeKind::lock:
            return {"YRD426NRSC", "YRD446 BLE TSDB", "Yale", "Assure lock", false};
    }
    return {};
}

// The writer of exposes: every method adds one expose object.
class Exposes {
public:
    explicit Exposes(JsonText& out) : out_(out) {}

    void begin(std::string_view type, std::string_view name, std::string_view label, int access,
               std::string_view description) {
        out_.open().field("access", static_cast<std::int64_t>(access));
        if (!description.empty()) {
            out_.field("description", description);
        }
        out_.field("label", label).field("name", name).field("property", name).field("type", type);
    }
    void end() { out_.close(); }

    void binary(std::string_view name, std::string_view label, int access, std::string_view on,
                std::string_view off, bool toggle, std::string_view description) {
        begin("binary", name, label, access, description);
        out_.key("value_off").raw(off).key("value_on").raw(on);
        if (toggle) {
            out_.field("value_toggle", "TOGGLE");
        }
        end();
    }
    struct Range {
        double low = 0;
        double high = 0;
        double step = 0;
    };
    void numeric(std::string_view name, std::string_view label, int access, std::string_view unit,
                 std::string_view description, const Range* range = nullptr,
                 bool diagnostic = false) {
        begin("numeric", name, label, access, description);
        if (diagnostic) {
            out_.field("category", "diagnostic");
        }
        if (!unit.empty()) {
            out_.field("unit", unit);
        }
        if (range != nullptr) {
            out_.field("value_max", range->high, 3).field("value_min", range->low, 3);
            if (range->step > 0) {
                out_.field("value_step", range->step, 3);
            }
        }
        end();
    }
    void choice(std::string_view name, std::string_view label, int access,
                std::initializer_list<const char*> values, std::string_view description) {
        begin("enum", name, label, access, description);
        out_.key("values").open('[');
        for (const char* value : values) {
            out_.text(value);
        }
        out_.close();
        end();
    }
    void open_group(std::string_view type) {
        out_.open().key("features").open('[');
        type_ = type;
    }
    void close_group() { out_.close().field("type", type_).close(); }

    void battery(bool voltage) {
        const Range percent{0, 100, 0};
        numeric("battery", "Battery", state, "%",
                "Remaining battery in %, can take up to 24 hours before reported", &percent, true);
        if (voltage) {
            numeric("voltage", "Voltage", state, "mV", "Voltage of the battery in millivolts",
                    nullptr, true);
        }
    }

private:
    JsonText& out_;
    std::string_view type_;
};

void expose_lamp(JsonText& out, Exposes& e, bool color) {
    e.open_group("light");
    e.binary("state", "State", all, "\"ON\"", "\"OFF\"", true, "On/off state of this light");
    const Exposes::Range brightness{0, 254, 0};
    e.numeric("brightness", "Brightness", all, "", "Brightness of this light", &brightness);
    const Exposes::Range mired = color ? Exposes::Range{153, 500, 0} : Exposes::Range{250, 454, 0};
    e.numeric("color_temp", "Color temp", all, "mired", "Color temperature of this light", &mired);
    if (color) {
        out.open()
            .field("access", std::int64_t{all})
            .field("description", "Color of this light in the CIE 1931 color space (x/y)");
        out.key("features").open('[');
        e.numeric("x", "X", all, "", "");
        e.numeric("y", "Y", all, "", "");
        out.close()
            .field("label", "Color (X/Y)")
            .field("name", "color_xy")
            .field("property", "color")
            .field("type", "composite")
            .close();
    }
    e.close_group();
    e.choice("effect", "Effect", 2, {"blink", "breathe", "okay", "finish_effect", "stop_effect"},
             "Triggers an effect on the light (e.g. make light blink for a few seconds)");
}

void expose_plug(Exposes& e) {
    e.open_group("switch");
    e.binary("state", "State", all, "\"ON\"", "\"OFF\"", true, "On/off state of the switch");
    e.close_group();
    e.numeric("power", "Power", state_get, "W", "Instantaneous measured power");
    e.numeric("voltage", "Voltage", state_get, "V", "Measured electrical potential value");
    e.numeric("current", "Current", state_get, "A", "Instantaneous measured electrical current");
    e.numeric("energy", "Energy", state_get, "kWh", "Sum of consumed energy");
}

void expose_thermostat(Exposes& e) {
    e.open_group("climate");
    const Exposes::Range setpoint{4, 35, 0.5};
    e.numeric("occupied_heating_setpoint", "Occupied heating setpoint", all, "°C",
              "Temperature setpoint", &setpoint);
    e.numeric("local_temperature", "Local temperature", state_get, "°C",
              "Current temperature measured on the device");
    e.choice("system_mode", "System mode", all, {"off", "auto", "heat"}, "Mode of this device");
    e.choice("running_state", "Running state", state_get, {"idle", "heat"},
             "The current running state");
    e.close_group();
    const Exposes::Range percent{0, 100, 0};
    e.numeric("valve_opening_degree", "Valve opening degree", state, "%", "Position of the valve",
              &percent);
    e.battery(false);
}

void expose_rest(ZigbeeKind kind, Exposes& e) {
    switch (kind) {
        case ZigbeeKind::motion:
            e.binary("occupancy", "Occupancy", state, "true", "false", false,
                     "Indicates whether the device detected occupancy");
            e.numeric("illuminance", "Illuminance", state, "lx", "Measured illuminance");
            e.battery(true);
            break;
        case ZigbeeKind::contact:
            // Inverted, as in the original: contact true is closed.
            e.binary("contact", "Contact", state, "false", "true", false,
                     "Indicates if the contact is closed (= true) or open (= false)");
            e.battery(true);
            break;
        case ZigbeeKind::climate:
            e.battery(false);
            e.numeric("temperature", "Temperature", state_get, "°C", "Measured temperature value");
            e.numeric("humidity", "Humidity", state_get, "%", "Measured relative humidity");
            break;
        case ZigbeeKind::leak:
            e.battery(true);
            e.binary("water_leak", "Water leak", state, "true", "false", false,
                     "Indicates whether the device detected a water leak");
            break;
        case ZigbeeKind::smoke:
            e.numeric("temperature", "Temperature", state_get, "°C", "Measured temperature value");
            e.battery(false);
            e.binary("smoke", "Smoke", state, "true", "false", false,
                     "Indicates whether the device detected smoke");
            e.binary("battery_low", "Battery low", state, "true", "false", false,
                     "Indicates whether the battery of the device is almost empty");
            break;
        case ZigbeeKind::button:
            e.choice("action", "Action", state, {"on", "brightness_move_up", "brightness_stop"},
                     "Triggered action (e.g. a button click)");
            e.battery(false);
            break;
        default:
            break;
    }
}

void expose(const ZigbeeDevice& device, JsonText& out) {
    Exposes e(out);
    const Exposes::Range percent{0, 100, 0};
    switch (device.kind) {
        case ZigbeeKind::white_lamp:
        case ZigbeeKind::color_lamp:
            expose_lamp(out, e, device.kind == ZigbeeKind::color_lamp);
            break;
        case ZigbeeKind::plug:
            expose_plug(e);
            break;
        case ZigbeeKind::thermostat:
            expose_thermostat(e);
            break;
        case ZigbeeKind::blind:
            e.open_group("cover");
            e.choice("state", "State", state_set, {"OPEN", "CLOSE", "STOP"}, "");
            e.numeric("position", "Position", all, "%", "Position of this cover", &percent);
            e.close_group();
            e.battery(false);
            break;
        case ZigbeeKind::lock:
            e.open_group("lock");
            e.binary("state", "State", all, "\"LOCK\"", "\"UNLOCK\"", false, "State of the lock");
            e.choice("lock_state", "Lock state", state, {"not_fully_locked", "locked", "unlocked"},
                     "Actual state of the lock");
            e.close_group();
            e.battery(false);
            break;
        default:
            expose_rest(device.kind, e);
            break;
    }
    const Exposes::Range quality{0, 255, 0};
    e.numeric("linkquality", "Linkquality", state, "lqi", "Link quality (signal strength)",
              &quality, true);
}

std::string ieee_address(int number) {
    constexpr std::string_view hex = "0123456789abcdef";
    // Spread over the last four bytes, as addresses from different makers are.
    const std::uint32_t bits = static_cast<std::uint32_t>(number) * 2'654'435'761U;
    std::string out = "0x00158d00";
    for (int shift = 28; shift >= 0; shift -= 4) {
        out += hex[(bits >> shift) & 15U];
    }
    return out;
}

void describe_endpoints(JsonText& out, bool mains) {
    out.key("endpoints").open().key("1").open();
    out.key("bindings").open('[').close().key("clusters").open();
    out.key("input").open('[').text("genBasic").text(mains ? "genOnOff" : "genPowerCfg").close();
    out.key("output").open('[').text("genOta").close().close();
    out.key("configured_reportings")
        .open('[')
        .close()
        .key("scenes")
        .open('[')
        .close()
        .close()
        .close();
}

}  // namespace

std::string describe(const ZigbeeDevice& device, int number) {
    const Model model = model_of(device.kind);
    JsonText out;
    out.open().field("date_code", "20240612").key("definition").open();
    out.field("description", model.description).key("exposes").open('[');
    expose(device, out);
    out.close().field("model", model.model).key("options").open('[').close();
    out.field("source", "native")
        .field("supports_ota", model.mains)
        .field("vendor", model.vendor)
        .close();
    out.field("disabled", false);
    describe_endpoints(out, model.mains);
    out.field("friendly_name", device.name).field("ieee_address", ieee_address(number));
    out.field("interview_completed", true)
        .field("interview_state", "SUCCESSFUL")
        .field("interviewing", false);
    out.field("manufacturer", model.vendor).field("model_id", model.model_id);
    out.field("network_address", std::int64_t{1000 + 37 * number});
    out.field("power_source", model.mains ? "Mains (single phase)" : "Battery");
    out.field("software_build_id", "1.0.36")
        .field("supported", true)
        .field("type", model.mains ? "Router" : "EndDevice")
        .close();
    return out.take();
}

std::string describe_coordinator() {
    JsonText out;
    out.open().field("disabled", false);
    out.key("endpoints").open().close();
    out.field("friendly_name", "Coordinator").field("ieee_address", "0x00124b0029e7a1c4");
    out.field("interview_completed", true)
        .field("interview_state", "SUCCESSFUL")
        .field("interviewing", false);
    out.field("network_address", std::int64_t{0})
        .field("supported", true)
        .field("type", "Coordinator")
        .close();
    return out.take();
}

}  // namespace foxtail::sim
