// Lights: the default schema has a topic for each aspect, the json schema one topic for all.
#include "foxtail/connectors/mqtt/home_assistant/builder.hpp"

#include <algorithm>

namespace foxtail::mqtt::ha {
namespace {

void color_temperature_range(Builder& b, Field* field) {
    if (field == nullptr) return;
    const bool kelvin = b.flag("color_temp_kelvin");
    field->spec.unit = kelvin ? "K" : "{mired}";
    field->spec.minimum = b.number(kelvin ? "min_kelvin" : "min_mireds");
    field->spec.maximum = b.number(kelvin ? "max_kelvin" : "max_mireds");
    if (field->spec.minimum && field->spec.maximum && *field->spec.minimum > *field->spec.maximum) {
        field->spec.minimum.reset();
        field->spec.maximum.reset();
    }
}

void default_schema(Builder& b) {
    b.on_off({"", "", "state_topic",
              b.has("state_value_template") ? "state_value_template" : "value_template",
              "command_topic"},
             b.text("payload_on", "ON"), b.text("payload_off", "OFF"));
    b.quantity({"brightness", "Brightness", "brightness_state_topic", "brightness_value_template",
                "brightness_command_topic", "brightness_command_template"},
               "", 0, b.number("brightness_scale").value_or(255));
    color_temperature_range(
        b, b.quantity({"color_temp", "Colour temperature", "color_temp_state_topic",
                       "color_temp_value_template", "color_temp_command_topic",
                       "color_temp_command_template"},
                      ""));
    b.choice(FieldKeys{"effect", "Effect", "effect_state_topic", "effect_value_template",
                       "effect_command_topic", "effect_command_template"},
             b.list("effect_list"));
    b.field({"color_mode", "Colour mode", "color_mode_state_topic", "color_mode_value_template"},
            Type::string);
    const auto color = [&](const FieldKeys& keys) {
        Field* field = b.field(keys, Type::array);
        if (field == nullptr) return;
        field->source.kind = Source::Kind::comma_list;
        field->target->comma_list = true;
    };
    color({"rgb", "Colour (red, green, blue)", "rgb_state_topic", "rgb_value_template",
           "rgb_command_topic"});
    color({"rgbw", "Colour (red, green, blue, white)", "rgbw_state_topic", "rgbw_value_template",
           "rgbw_command_topic"});
    color({"rgbww", "Colour (red, green, blue, cold, warm)", "rgbww_state_topic",
           "rgbww_value_template", "rgbww_command_topic"});
    color({"hs", "Colour (hue, saturation)", "hs_state_topic", "hs_value_template",
           "hs_command_topic"});
    color({"xy", "Colour (x, y)", "xy_state_topic", "xy_value_template", "xy_command_topic"});
    for (const std::string_view key :
         {"rgb_command_template", "rgbw_command_template", "rgbww_command_template",
          "hs_command_template", "xy_command_template"}) {
        if (!b.text(key).empty()) b.refuse(key, "template not supported: " + b.text(key));
    }
    b.quantity({"white", "White", "", "", "white_command_topic"}, "", 0,
               b.number("white_scale").value_or(255));
}

/// A field of the json schema: read from its member, set together with the state ON.
Field* with_member(Field* field, std::string_view key, bool text) {
    if (field == nullptr) return nullptr;
    field->source.picker = Picker::member({std::string(key)});
    field->target->writer = Writer::around("{\"state\":\"ON\",\"" + std::string(key) + "\":", "}");
    field->target->json_text = text;
    return field;
}

void json_schema(Builder& b) {
    Field* on = b.on_off({"", "", "state_topic", "", "command_topic"}, "ON", "OFF");
    if (on == nullptr) return;
    on->source.picker = Picker::member({"state"});
    on->target->writer = Writer::around("{\"state\":", "}");
    on->target->json_text = true;
    const std::vector<std::string> modes = b.list("supported_color_modes");
    const auto has_mode = [&](std::initializer_list<std::string_view> wanted) {
        return std::any_of(wanted.begin(), wanted.end(), [&](std::string_view mode) {
            return std::find(modes.begin(), modes.end(), mode) != modes.end();
        });
    };
    const bool colors = has_mode({"rgb", "rgbw", "rgbww", "hs", "xy"});
    const bool temperature = has_mode({"color_temp"}) || b.flag("color_temp");
    if (b.flag("brightness") || colors || temperature || has_mode({"brightness", "white"})) {
        with_member(b.quantity({"brightness", "Brightness", "state_topic", "", "command_topic"}, "",
                               0, b.number("brightness_scale").value_or(255)),
                    "brightness", false);
    }
    if (temperature) {
        Field* field = b.quantity(
            {"color_temp", "Colour temperature", "state_topic", "", "command_topic"}, "");
        color_temperature_range(b, with_member(field, "color_temp", false));
    }
    if (colors) {
        Field* field =
            b.field({"color", "Colour", "state_topic", "", "command_topic"}, Type::object);
        if (with_member(field, "color", false) != nullptr) field->source.kind = Source::Kind::json;
    }
    if (colors || temperature) {
        Field* field = b.field({"color_mode", "Colour mode", "state_topic"}, Type::string);
        if (field != nullptr) field->source.picker = Picker::member({"color_mode"});
    }
    if (b.flag("effect") || b.has("effect_list")) {
        with_member(b.choice({"effect", "Effect", "state_topic", "", "command_topic"},
                             b.list("effect_list")),
                    "effect", true);
    }
}

}  // namespace

bool build_light(std::string_view platform, Builder& builder) {
    if (platform != "light") return false;
    const std::string schema = builder.text("schema", "basic");
    if (schema == "json") {
        json_schema(builder);
    } else if (schema == "basic" || schema == "default") {
        default_schema(builder);
    } else {
        builder.refuse("", "template not supported: light schema " + schema.substr(0, 40));
    }
    return true;
}

}  // namespace foxtail::mqtt::ha
