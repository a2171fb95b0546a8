// Components that are one value, one button or one event.
#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/home_assistant/builder.hpp"

#include <algorithm>
#include <array>

namespace foxtail::mqtt::ha {
namespace {

std::optional<Duration> max_age_of(const Builder& builder) {
    const double seconds = builder.number("expire_after").value_or(0);
    if (seconds <= 0 || seconds > 1e9) return std::nullopt;
    return Duration{static_cast<std::int64_t>(seconds * 1e6)};
}

constexpr FieldKeys plain_state{"", "", "state_topic", "value_template"};
constexpr FieldKeys plain{
    "", "", "state_topic", "value_template", "command_topic", "command_template"};

void sensor(Builder& b) {
    const std::string device_class = b.text("device_class");
    const std::string unit = b.text("unit_of_measurement");
    const std::vector<std::string> options = b.list("options");
    const bool texts = device_class == "timestamp" || device_class == "date" ||
                       device_class == "uptime" || device_class == "enum";
    const bool numbers = !texts && (!unit.empty() || !b.text("state_class").empty() ||
                                    !device_class.empty() || b.has("suggested_display_precision"));
    Field* field = nullptr;
    if (numbers) {
        field = b.quantity(plain_state, unit);
    } else {
        field = b.choice(plain_state, options);
    }
    if (field != nullptr) field->spec.max_age = max_age_of(b);
}

void binary_sensor(Builder& b) {
    Field* field = b.on_off(plain_state, b.text("payload_on", "ON"), b.text("payload_off", "OFF"));
    if (field == nullptr) return;
    field->spec.max_age = max_age_of(b);
    const double delay = b.number("off_delay").value_or(0);
    if (delay > 0 && delay < 1e8) {
        field->off_delay = Duration{static_cast<std::int64_t>(delay * 1e6)};
    }
}

void switch_(Builder& b) {
    const std::string on = b.text("payload_on", "ON");
    const std::string off = b.text("payload_off", "OFF");
    Field* field = b.on_off(plain, on, off);
    if (field == nullptr) return;
    field->source.words = {{b.text("state_on", on), Value(true)},
                           {b.text("state_off", off), Value(false)}};
}

void number(Builder& b) {
    Field* field = b.quantity(plain, b.text("unit_of_measurement"), b.number("min").value_or(1),
                              b.number("max").value_or(100), b.number("step").value_or(1));
    if (field == nullptr) return;
    // A step bounds what people choose, not what the device may report.
    field->source.words = {{b.text("payload_reset", "None"), Value(Null{})}};
}

void select(Builder& b) {
    b.choice(plain, b.list("options"));
}

void text(Builder& b) {
    b.field(plain, Type::string);
}

/// Dates and times travel as ISO 8601 text.
void moment(Builder& b) {
    b.field(plain, Type::string);
}

void button(Builder& b) {
    b.deed("", "", "command_topic", b.text("payload_press", "PRESS"), "command_template");
}

void scene(Builder& b) {
    b.deed("", "", "command_topic", b.text("payload_on", "ON"), "command_template");
}

PropertySpec text_input(std::string_view name, std::string_view title) {
    PropertySpec input;
    input.name = name;
    input.title = title;
    input.type = Type::string;
    return input;
}

void notify(Builder& b) {
    b.deed_with_input("", "", "command_topic", text_input("message", "Message"),
                      "command_template");
}

/// A sender of codes: what is sent is told with the action.
void sender(Builder& b) {
    b.deed_with_input("send", "Send",
                      b.has("send_command_topic") ? "send_command_topic" : "command_topic",
                      text_input("code", "Code"), "command_template");
    if (b.has("state_topic"))
        b.field({"state", "State", "state_topic", "value_template"}, Type::string);
}

void happening(Builder& b, Happening made, std::string_view topic_key) {
    made.topic = b.text(topic_key);
    if (made.topic.empty() || made.topic.find_first_of("+#") != std::string::npos) {
        return b.refuse("", std::string(topic_key) + " is missing or not supported");
    }
    auto picker = Picker::parse(b.text("value_template"));
    if (!picker) return b.refuse("", picker.error().message);
    made.picker = std::move(*picker);
    b.out().happenings.push_back(std::move(made));
}

void event(Builder& b) {
    Happening made;
    made.kind = Happening::Kind::event_type;
    made.spec.kinds = b.list("event_types");
    happening(b, std::move(made), "state_topic");
}

void trigger(Builder& b) {
    if (b.text("automation_type", "trigger") != "trigger") {
        return b.refuse("", "unknown automation type " + printable(b.text("automation_type"), 40));
    }
    Happening made;
    made.payload = b.text("payload");
    std::string name = b.text("type");
    if (const std::string subtype = b.text("subtype"); !subtype.empty()) name += " " + subtype;
    if (name.empty()) return b.refuse("", "a trigger without type");
    b.out().title = printable(name, 100);
    b.out().name_wish = to_name(name.substr(0, 80));
    happening(b, std::move(made), "topic");
}

void tag(Builder& b) {
    Happening made;
    made.spec.title = "Tag scanned";
    happening(b, std::move(made), "topic");
    b.out().name_wish = "tag_scanned";
}

/// Pictures are no values: their arrival is an event, their address is a property.
void picture(Builder& b, std::string_view topic_key) {
    if (b.has("url_topic")) b.field({"url", "Address", "url_topic", "url_template"}, Type::string);
    if (!b.has(topic_key)) return;
    Happening made;
    made.kind = Happening::Kind::picture;
    made.spec.title = "New picture";
    made.topic = b.text(topic_key);
    if (made.topic.empty() || made.topic.find_first_of("+#") != std::string::npos) {
        return b.refuse("", std::string(topic_key) + " is not supported");
    }
    b.out().happenings.push_back(std::move(made));
}
void camera(Builder& b) {
    picture(b, "topic");
}
void image(Builder& b) {
    picture(b, "image_topic");
}

void device_tracker(Builder& b) {
    Field* field = b.field(plain_state, Type::string);
    if (field != nullptr) {
        // Other payloads are names of zones.
        field->source.words = {
            {b.text("payload_home", "home"), Value(std::string("home"))},
            {b.text("payload_not_home", "not_home"), Value(std::string("not_home"))}};
    }
    const auto attribute = [&](std::string_view name, std::string_view title,
                               std::string_view unit) {
        Field* made =
            b.quantity({name, title, "json_attributes_topic", "json_attributes_template"}, unit);
        if (made == nullptr) return;
        made->source.picker = Picker::member({std::string(name)});
    };
    if (!b.text("json_attributes_template").empty()) {
        b.refuse("attributes", "template not supported: a template for attributes");
    } else {
        attribute("latitude", "Latitude", "deg");
        attribute("longitude", "Longitude", "deg");
        attribute("gps_accuracy", "Accuracy", "m");
        attribute("battery_level", "Battery", "%");
    }
    b.guard(Sensitivity::personal);
}

void update(Builder& b) {
    const auto member = [&](std::string_view name, std::string_view title, Type type,
                            bool text_too) {
        if (b.has("value_template") && !text_too) return;
        Field* made = b.field({name, title, "state_topic", text_too ? "value_template" : ""}, type);
        if (made == nullptr) return;
        if (type == Type::number) made->source.kind = Source::Kind::number;
        if (type == Type::boolean) {
            made->source.kind = Source::Kind::words;
            made->source.words = {{"True", Value(true)}, {"False", Value(false)}};
        }
        if (b.has("value_template")) return;
        made->source.picker = Picker::member({std::string(name)});
        made->source.text_too = text_too;
    };
    member("installed_version", "Installed", Type::string, true);
    if (b.has("latest_version_topic")) {
        b.field({"latest_version", "Available", "latest_version_topic", "latest_version_template"},
                Type::string);
    } else {
        member("latest_version", "Available", Type::string, false);
    }
    member("in_progress", "In progress", Type::boolean, false);
    member("update_percentage", "Progress", Type::number, false);
    for (Field& field : b.out().fields) field.spec.category = Category::diagnostic;
    if (!b.text("payload_install").empty()) {
        b.deed("install", "Install", "command_topic", b.text("payload_install"));
    }
}

struct Simple {
    std::string_view platform;
    void (*build)(Builder&);
};
constexpr std::array simple{
    Simple{"sensor", sensor},   Simple{"binary_sensor", binary_sensor},
    Simple{"switch", switch_},  Simple{"number", number},
    Simple{"select", select},   Simple{"text", text},
    Simple{"date", moment},     Simple{"time", moment},
    Simple{"datetime", moment}, Simple{"button", button},
    Simple{"scene", scene},     Simple{"notify", notify},
    Simple{"infrared", sender}, Simple{"remote", sender},
    Simple{"event", event},     Simple{"device_automation", trigger},
    Simple{"tag", tag},         Simple{"camera", camera},
    Simple{"image", image},     Simple{"device_tracker", device_tracker},
    Simple{"update", update},
};

}  // namespace

bool build_simple(std::string_view platform, Builder& builder) {
    for (const Simple& row : simple) {
        if (row.platform != platform) continue;
        row.build(builder);
        return true;
    }
    return false;
}

}  // namespace foxtail::mqtt::ha
