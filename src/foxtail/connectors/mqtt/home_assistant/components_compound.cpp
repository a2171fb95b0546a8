// Components of several values: climate and its kin by a table, the rest one by one.
#include "foxtail/connectors/mqtt/home_assistant/builder.hpp"

#include <algorithm>
#include <array>

namespace foxtail::mqtt::ha {
namespace {

enum class Shape : std::uint8_t { choice, temperature, humidity, text };

/// One aspect of a component: `stem`_state_topic, `stem`_command_topic and so on, as the columns
/// say.
struct Aspect {
    std::string_view platform;
    Shape shape;
    std::string_view options;   // list of words, for a choice
    std::string_view defaults;  // words, when the list is left out
    FieldKeys keys;
};

// clang-format off
constexpr std::array aspects{
    Aspect{"climate", Shape::choice, "modes", "auto off cool heat dry fan_only",
           {"mode", "Mode", "mode_state_topic", "mode_state_template", "mode_command_topic", "mode_command_template"}},
    Aspect{"climate", Shape::temperature, "", "",
           {"temperature", "Target temperature", "temperature_state_topic", "temperature_state_template",
            "temperature_command_topic", "temperature_command_template"}},
    Aspect{"climate", Shape::temperature, "", "",
           {"temperature_high", "Upper target temperature", "temperature_high_state_topic",
            "temperature_high_state_template", "temperature_high_command_topic", "temperature_high_command_template"}},
    Aspect{"climate", Shape::temperature, "", "",
           {"temperature_low", "Lower target temperature", "temperature_low_state_topic",
            "temperature_low_state_template", "temperature_low_command_topic", "temperature_low_command_template"}},
    Aspect{"climate", Shape::temperature, "", "",
           {"current_temperature", "Temperature", "current_temperature_topic", "current_temperature_template"}},
    Aspect{"climate", Shape::humidity, "", "",
           {"current_humidity", "Humidity", "current_humidity_topic", "current_humidity_template"}},
    Aspect{"climate", Shape::humidity, "", "",
           {"target_humidity", "Target humidity", "target_humidity_state_topic", "target_humidity_state_template",
            "target_humidity_command_topic", "target_humidity_command_template"}},
    Aspect{"climate", Shape::choice, "fan_modes", "auto low medium high",
           {"fan_mode", "Fan", "fan_mode_state_topic", "fan_mode_state_template",
            "fan_mode_command_topic", "fan_mode_command_template"}},
    Aspect{"climate", Shape::choice, "swing_modes", "on off",
           {"swing_mode", "Swing", "swing_mode_state_topic", "swing_mode_state_template",
            "swing_mode_command_topic", "swing_mode_command_template"}},
    Aspect{"climate", Shape::choice, "swing_horizontal_modes", "on off",
           {"swing_horizontal_mode", "Horizontal swing", "swing_horizontal_mode_state_topic",
            "swing_horizontal_mode_state_template", "swing_horizontal_mode_command_topic",
            "swing_horizontal_mode_command_template"}},
    Aspect{"climate", Shape::choice, "preset_modes", "",
           {"preset_mode", "Preset", "preset_mode_state_topic", "preset_mode_value_template",
            "preset_mode_command_topic", "preset_mode_command_template"}},
    Aspect{"climate", Shape::choice, "", "off heating cooling drying idle fan preheating defrosting",
           {"action", "Action", "action_topic", "action_template"}},

    Aspect{"water_heater", Shape::choice, "modes", "off eco electric gas heat_pump high_demand performance",
           {"mode", "Mode", "mode_state_topic", "mode_state_template", "mode_command_topic", "mode_command_template"}},
    Aspect{"water_heater", Shape::temperature, "", "",
           {"temperature", "Target temperature", "temperature_state_topic", "temperature_state_template",
            "temperature_command_topic", "temperature_command_template"}},
    Aspect{"water_heater", Shape::temperature, "", "",
           {"current_temperature", "Temperature", "current_temperature_topic", "current_temperature_template"}},

    Aspect{"humidifier", Shape::humidity, "", "",
           {"target_humidity", "Target humidity", "target_humidity_state_topic", "target_humidity_state_template",
            "target_humidity_command_topic", "target_humidity_command_template"}},
    Aspect{"humidifier", Shape::humidity, "", "",
           {"current_humidity", "Humidity", "current_humidity_topic", "current_humidity_template"}},
    Aspect{"humidifier", Shape::choice, "modes", "",
           {"mode", "Mode", "mode_state_topic", "mode_state_template", "mode_command_topic", "mode_command_template"}},
    Aspect{"humidifier", Shape::choice, "", "off humidifying drying idle",
           {"action", "Action", "action_topic", "action_template"}},

    Aspect{"fan", Shape::choice, "preset_modes", "",
           {"preset_mode", "Preset", "preset_mode_state_topic", "preset_mode_value_template",
            "preset_mode_command_topic", "preset_mode_command_template", "preset_mode"}},
    Aspect{"fan", Shape::choice, "", "forward reverse",
           {"direction", "Direction", "direction_state_topic", "direction_value_template",
            "direction_command_topic", "direction_command_template"}},
};
// clang-format on

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> list;
    while (!words.empty()) {
        const std::size_t space = words.find(' ');
        list.emplace_back(words.substr(0, space));
        if (space == words.npos) break;
        words.remove_prefix(space + 1);
    }
    return list;
}

std::string_view temperature_unit(const Builder& b) {
    const std::string unit = b.text("temperature_unit");
    return unit == "F" || unit == "°F" ? "°F" : "°C";
}

void build_aspects(std::string_view platform, Builder& b) {
    for (const Aspect& aspect : aspects) {
        if (aspect.platform != platform) continue;
        FieldKeys keys = aspect.keys;
        // Climate's one template for all of its states.
        if (!b.has(keys.state_template) && b.has("value_template") && platform == "climate") {
            keys.state_template = "value_template";
        }
        const bool settable = !keys.command_topic.empty();
        switch (aspect.shape) {
            case Shape::choice: {
                std::vector<std::string> words = b.list(aspect.options);
                if (words.empty()) words = split(aspect.defaults);
                b.choice(keys, words);
                break;
            }
            case Shape::temperature:
                if (settable) {
                    b.quantity(keys, temperature_unit(b), b.number("min_temp"),
                               b.number("max_temp"), b.number("temp_step"));
                } else {
                    b.quantity(keys, temperature_unit(b));
                }
                break;
            case Shape::humidity:
                b.quantity(keys, "%", settable ? b.number("min_humidity") : std::nullopt,
                           settable ? b.number("max_humidity") : std::nullopt);
                break;
            case Shape::text:
                b.field(keys, Type::string);
                break;
        }
    }
}

void power(Builder& b) {
    b.on_off({"power", "Power", "", "", "power_command_topic", "power_command_template"},
             b.text("payload_on", "ON"), b.text("payload_off", "OFF"));
}

void climate(Builder& b) {
    build_aspects("climate", b);
    power(b);
}

void water_heater(Builder& b) {
    build_aspects("water_heater", b);
    power(b);
}

constexpr FieldKeys switched{
    "", "", "state_topic", "state_value_template", "command_topic", "command_template"};

void humidifier(Builder& b) {
    b.on_off(switched, b.text("payload_on", "ON"), b.text("payload_off", "OFF"));
    build_aspects("humidifier", b);
}

void fan(Builder& b) {
    b.on_off(switched, b.text("payload_on", "ON"), b.text("payload_off", "OFF"));
    build_aspects("fan", b);
    b.on_off({"oscillation", "Oscillation", "oscillation_state_topic", "oscillation_value_template",
              "oscillation_command_topic", "oscillation_command_template", "oscillation"},
             b.text("payload_oscillation_on", "oscillate_on"),
             b.text("payload_oscillation_off", "oscillate_off"));
    Field* speed =
        b.quantity({"percentage", "Speed", "percentage_state_topic", "percentage_value_template",
                    "percentage_command_topic", "percentage_command_template", "percentage"},
                   "%", 0, 100);
    if (speed == nullptr) return;
    const double low = b.number("speed_range_min").value_or(1) - 1;
    const double high = b.number("speed_range_max").value_or(100);
    if (!(high > low)) return;
    speed->source.scaled = speed->target->scaled = true;
    speed->source.zero = speed->target->zero = low;
    speed->source.full = speed->target->full = high;
    speed->target->round_up = true;
    speed->source.words = {{b.text("payload_reset_percentage", "None"), Value(Null{})}};
}

bool lets_people_in(const Builder& b) {
    const std::string kind = b.text("device_class");
    return kind == "garage" || kind == "gate" || kind == "door";
}

void position(Builder& b, const FieldKeys& keys, double closed, double open) {
    Field* field = b.quantity(keys, "%", 0, 100);
    if (field == nullptr || closed == open) return;
    field->source.scaled = field->target->scaled = closed != 0 || open != 100;
    field->source.zero = field->target->zero = closed;
    field->source.full = field->target->full = open;
}

/// Covers and valves: states, a position, and the three buttons.
void moving(Builder& b, std::string_view stop_default) {
    const bool reports_position = b.flag("reports_position");
    if (!reports_position) {
        b.choice(FieldKeys{"", "", "state_topic", "value_template"},
                 Words{{b.text("state_open", "open"), Value(std::string("open"))},
                       {b.text("state_opening", "opening"), Value(std::string("opening"))},
                       {b.text("state_closed", "closed"), Value(std::string("closed"))},
                       {b.text("state_closing", "closing"), Value(std::string("closing"))},
                       {b.text("state_stopped", "stopped"), Value(std::string("stopped"))}});
    }
    const double closed = b.number("position_closed").value_or(0);
    const double open = b.number("position_open").value_or(100);
    if (reports_position) {
        position(b,
                 {"position", "Position", "state_topic", "value_template", "command_topic",
                  "command_template", "position"},
                 closed, open);
    } else {
        position(b,
                 {"position", "Position", "position_topic", "position_template",
                  "set_position_topic", "set_position_template", "position"},
                 closed, open);
        b.deed("open", "Open", "command_topic", b.text("payload_open", "OPEN"));
        b.deed("close", "Close", "command_topic", b.text("payload_close", "CLOSE"));
    }
    const std::string stop = b.text("payload_stop", stop_default);
    if (!stop.empty()) b.deed("stop", "Stop", "command_topic", stop);
}

void cover(Builder& b) {
    moving(b, "STOP");
    position(b,
             {"tilt", "Tilt", "tilt_status_topic", "tilt_status_template", "tilt_command_topic",
              "tilt_command_template", "tilt_position"},
             b.number("tilt_min").value_or(0), b.number("tilt_max").value_or(100));
    if (lets_people_in(b)) b.guard(Sensitivity::critical);
}

void valve(Builder& b) {
    moving(b, "");
    if (lets_people_in(b)) b.guard(Sensitivity::critical);
}

void lock(Builder& b) {
    Field* field =
        b.on_off({"", "", "state_topic", "value_template", "command_topic", "command_template"},
                 b.text("payload_lock", "LOCK"), b.text("payload_unlock", "UNLOCK"));
    if (field != nullptr) {
        const std::string locked = b.text("state_locked", "LOCKED");
        const std::string unlocked = b.text("state_unlocked", "UNLOCKED");
        const std::string jammed = b.text("state_jammed", "JAMMED");
        const std::string locking = b.text("state_locking", "LOCKING");
        const std::string unlocking = b.text("state_unlocking", "UNLOCKING");
        // What true means, so that nobody reads "on" of a lock.
        field->spec.title = "Locked";
        field->source.words = {{locked, Value(true)},
                               {unlocked, Value(false)},
                               {jammed, Value(Null{})},
                               {locking, Value(Null{})},
                               {unlocking, Value(Null{})}};
        b.choice(FieldKeys{"state", "State", "state_topic", "value_template"},
                 Words{{locked, Value(std::string("locked"))},
                       {unlocked, Value(std::string("unlocked"))},
                       {jammed, Value(std::string("jammed"))},
                       {locking, Value(std::string("locking"))},
                       {unlocking, Value(std::string("unlocking"))}});
    }
    if (b.has("payload_open")) {
        b.deed("open", "Open", "command_topic", b.text("payload_open"), "command_template");
    }
    b.guard(Sensitivity::critical);
}

void alarm_control_panel(Builder& b) {
    b.choice(
        {"", "", "state_topic", "value_template"},
        split(
            "disarmed armed_home armed_away armed_night armed_vacation armed_custom_bypass pending "
            "triggered arming disarming"));
    struct Arm {
        std::string_view name, title, key, payload;
    };
    constexpr std::array arms{
        Arm{"disarm", "Disarm", "payload_disarm", "DISARM"},
        Arm{"arm_home", "Arm at home", "payload_arm_home", "ARM_HOME"},
        Arm{"arm_away", "Arm away", "payload_arm_away", "ARM_AWAY"},
        Arm{"arm_night", "Arm for the night", "payload_arm_night", "ARM_NIGHT"},
        Arm{"arm_vacation", "Arm for vacation", "payload_arm_vacation", "ARM_VACATION"},
        Arm{"arm_custom_bypass", "Arm with bypass", "payload_arm_custom_bypass",
            "ARM_CUSTOM_BYPASS"},
        Arm{"trigger", "Trigger", "payload_trigger", "TRIGGER"},
    };
    const std::vector<std::string> features = b.list("supported_features");
    for (const Arm& arm : arms) {
        const bool offered =
            !b.has("supported_features") || arm.name == "disarm" ||
            std::find(features.begin(), features.end(), arm.name) != features.end();
        if (offered) {
            b.deed(arm.name, arm.title, "command_topic", b.text(arm.key, arm.payload),
                   "command_template");
        }
    }
    b.guard(Sensitivity::critical);
}

void siren(Builder& b) {
    const std::string on = b.text("payload_on", "ON");
    const std::string off = b.text("payload_off", "OFF");
    Field* field = b.on_off(
        {"", "", "state_topic", "state_value_template", "command_topic", "command_template"}, on,
        off);
    if (field == nullptr) return;
    field->source.words = {{b.text("state_on", on), Value(true)},
                           {b.text("state_off", off), Value(false)}};
    if (!b.has("state_value_template")) {
        field->source.picker = Picker::member({"state"});
        field->source.text_too = true;
    }
    if (b.has("command_template")) return;
    // Without a template a siren is told in JSON.
    field->target->writer = Writer::around("{\"state\":", "}");
    field->target->json_text = true;
    std::vector<std::string> tones = b.list("available_tones");
    if (tones.empty()) return;
    PropertySpec tone;
    tone.name = "tone";
    tone.title = "Tone";
    tone.type = Type::enumeration;
    tone.allowed = std::move(tones);
    b.deed_with_input("sound", "Sound a tone", "command_topic", std::move(tone));
    std::string start = "{\"state\":";
    append_json_string(start, on);
    if (b.out().deeds.empty()) return;
    b.out().deeds.back().writer = Writer::around(start + ",\"tone\":", "}");
    b.out().deeds.back().json_text = true;
}

void lawn_mower(Builder& b) {
    b.choice({"", "", "activity_state_topic", "activity_value_template"},
             split("mowing paused docked returning error none"));
    b.deed("start", "Start mowing", "start_mowing_command_topic", "start_mowing",
           "start_mowing_command_template");
    b.deed("pause", "Pause", "pause_command_topic", "pause", "pause_command_template");
    b.deed("dock", "Dock", "dock_command_topic", "dock", "dock_command_template");
}

void vacuum(Builder& b) {
    const auto member = [&](std::string_view suffix, std::string_view title, Type type,
                            std::string_view key) {
        Field* field = b.field({suffix, title, "state_topic"}, type);
        if (field != nullptr) field->source.picker = Picker::member({std::string(key)});
        return field;
    };
    member("", "", Type::string, "state");
    if (Field* battery = member("battery", "Battery", Type::number, "battery_level")) {
        battery->source.kind = Source::Kind::number;
        battery->spec.unit = "%";
    }
    if (b.has("set_fan_speed_topic")) {
        Field* speed = b.choice({"fan_speed", "Suction", "state_topic", "", "set_fan_speed_topic"},
                                b.list("fan_speed_list"));
        if (speed != nullptr) speed->source.picker = Picker::member({"fan_speed"});
    }
    struct Button {
        std::string_view name, title, key, payload;
    };
    constexpr std::array buttons{
        Button{"start", "Start", "payload_start", "start"},
        Button{"pause", "Pause", "payload_pause", "pause"},
        Button{"stop", "Stop", "payload_stop", "stop"},
        Button{"return_to_base", "Return to base", "payload_return_to_base", "return_to_base"},
        Button{"clean_spot", "Clean here", "payload_clean_spot", "clean_spot"},
        Button{"locate", "Locate", "payload_locate", "locate"},
    };
    const std::vector<std::string> features = b.list("supported_features");
    for (const Button& button : buttons) {
        const std::string_view feature =
            button.name == "return_to_base" ? "return_home" : button.name;
        if (b.has("supported_features") &&
            std::find(features.begin(), features.end(), feature) == features.end()) {
            continue;
        }
        b.deed(button.name, button.title, "command_topic", b.text(button.key, button.payload));
    }
    PropertySpec command;
    command.name = "command";
    command.title = "Command";
    command.type = Type::string;
    b.deed_with_input("send_command", "Send a command", "send_command_topic", std::move(command));
}

struct Compound {
    std::string_view platform;
    void (*build)(Builder&);
};
constexpr std::array compound{
    Compound{"climate", climate},
    Compound{"water_heater", water_heater},
    Compound{"humidifier", humidifier},
    Compound{"fan", fan},
    Compound{"cover", cover},
    Compound{"valve", valve},
    Compound{"lock", lock},
    Compound{"alarm_control_panel", alarm_control_panel},
    Compound{"siren", siren},
    Compound{"lawn_mower", lawn_mower},
    Compound{"vacuum", vacuum},
};

}  // namespace

bool build_compound(std::string_view platform, Builder& builder) {
    for (const Compound& row : compound) {
        if (row.platform != platform) continue;
        row.build(builder);
        return true;
    }
    return false;
}

}  // namespace foxtail::mqtt::ha
