#include "foxtail/sim/ha_device.hpp"

#include "foxtail/sim/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace foxtail::sim {
namespace {

struct Short {
    std::string_view name;
    std::string_view abbreviation;
};
// The abbreviations that these devices use, of the long list in Home Assistant's documentation.
constexpr std::array<Short, 29> abbreviations{{
    {"availability_topic", "avty_t"},
    {"command_topic", "cmd_t"},
    {"current_temperature_topic", "curr_temp_t"},
    {"device", "dev"},
    {"device_class", "dev_cla"},
    {"entity_category", "ent_cat"},
    {"expire_after", "exp_aft"},
    {"icon", "ic"},
    {"identifiers", "ids"},
    {"json_attributes_topic", "json_attr_t"},
    {"manufacturer", "mf"},
    {"max", "max"},
    {"min", "min"},
    {"model", "mdl"},
    {"name", "name"},
    {"options", "ops"},
    {"origin", "o"},
    {"payload_press", "pl_prs"},
    {"state_class", "stat_cla"},
    {"state_topic", "stat_t"},
    {"step", "step"},
    {"suggested_area", "sa"},
    {"suggested_display_precision", "sug_dsp_prc"},
    {"sw_version", "sw"},
    {"unique_id", "uniq_id"},
    {"unit_of_measurement", "unit_of_meas"},
    {"value_template", "val_tpl"},
    {"components", "cmps"},
    {"platform", "p"},
}};

std::string list_of(const std::vector<std::string>& values) {
    JsonText out;
    out.open('[');
    for (const std::string& value : values) {
        out.text(value);
    }
    out.close();
    return out.take();
}

class HaDevice final : public Device {
public:
    explicit HaDevice(HaSpec spec) : spec_(std::move(spec)), reporter_(spec_.pace) {}

    std::string_view name() const override { return spec_.name; }
    std::vector<std::string> filters() const override {
        std::vector<std::string> out{"homeassistant/status"};
        const bool settable = std::any_of(spec_.entities.begin(), spec_.entities.end(),
                                          [](const Entity& e) { return e.settable; });
        if (settable) {
            out.push_back(spec_.base + "/+/set");
        }
        return out;
    }
    std::optional<Message> will() const override {
        return Message{availability_topic(), "offline", true, 1};
    }

    void announce(const World& world, Answer& answer) override {
        if (spec_.form == DiscoveryForm::device) {
            answer.say("homeassistant/device/" + spec_.node + "/config", describe_device(), true,
                       1);
        } else {
            for (const Entity& entity : spec_.entities) {
                answer.say("homeassistant/" + entity.platform + "/" + spec_.node + "/" + entity.id +
                               "/config",
                           describe_entity(entity), true, 1);
            }
        }
        answer.say(availability_topic(), "online", true, 1);
        reporter_.force();
        also_.clear();
        tick(world, answer);
    }

    void tick(const World& world, Answer& answer) override {
        if (spec_.also) {
            Message more = spec_.also(world);
            const bool paced =
                world.t_ms - also_ms_ >= static_cast<std::int64_t>(spec_.pace.min_s * 1000);
            if (also_.empty() || (paced && more.payload != also_)) {
                also_ = more.payload;
                also_ms_ = world.t_ms;
                answer.messages.push_back(std::move(more));
            }
        }
        const std::vector<Sample> samples = spec_.measure(world);
        if (spec_.state == StateForm::object) {
            if (reporter_.due(world.t_ms, samples)) {
                answer.say(spec_.base + "/state", to_object(samples));
            }
            return;
        }
        for (const std::size_t i : reporter_.due_each(world.t_ms, samples)) {
            answer.say(state_topic(samples[i].key), plain_text(samples[i]), true);
        }
    }

    void hear(std::string_view topic, std::string_view payload, const World& world,
              Answer& answer) override {
        if (topic == "homeassistant/status") {
            if (payload == "online") {
                announce(world, answer);
            }
            return;
        }
        constexpr std::string_view suffix = "/set";
        if (!topic.starts_with(spec_.base + "/") || !topic.ends_with(suffix) || !spec_.order) {
            return;
        }
        topic.remove_prefix(spec_.base.size() + 1);
        topic.remove_suffix(suffix.size());
        if (auto act = spec_.order(topic, payload, world)) {
            answer.acts.push_back(std::move(*act));
            // What was set is said again, changed or not: the sender waits for it.
            reporter_.force();
        }
    }

    void leave(Answer& answer) override { answer.say(availability_topic(), "offline", true, 1); }

private:
    std::string availability_topic() const {
        return spec_.base + (spec_.state == StateForm::plain ? "/status" : "/availability");
    }
    std::string state_topic(std::string_view id) const {
        return spec_.state == StateForm::plain ? spec_.base + "/" + std::string(id) + "/state"
                                               : spec_.base + "/state";
    }
    std::string_view key(std::string_view name) const {
        if (!spec_.abbreviated) {
            return name;
        }
        const auto found = std::find_if(abbreviations.begin(), abbreviations.end(),
                                        [&](const Short& s) { return s.name == name; });
        return found == abbreviations.end() ? name : found->abbreviation;
    }
    // Abbreviating devices also shorten topics by `~`.
    std::string topic_text(const std::string& topic) const {
        return spec_.abbreviated && topic.starts_with(spec_.base)
                   ? "~" + topic.substr(spec_.base.size())
                   : topic;
    }

    void describe_origin(JsonText& out) const {
        out.key(key("device")).open();
        out.key(key("identifiers")).open('[').text(spec_.node).close();
        out.field(key("manufacturer"), spec_.maker)
            .field(key("model"), spec_.model)
            .field(key("name"), spec_.title);
        out.field(key("suggested_area"), spec_.area).field(key("sw_version"), "2.4.1").close();
        out.key(key("origin")).open().field("name", "foxtail-sim").field("sw", FOX_VERSION).close();
    }

    void entity_members(const Entity& entity, JsonText& out) const {
        out.field(key("name"), entity.title).field(key("unique_id"), spec_.node + "_" + entity.id);
        const auto option = [&entity](std::string_view name) {
            return std::any_of(entity.options.begin(), entity.options.end(),
                               [&](const auto& o) { return o.first == name; });
        };
        if (entity.has_state && !option("state_topic")) {
            out.field(key("state_topic"), topic_text(state_topic(entity.id)));
            if (spec_.state == StateForm::object) {
                out.field(key("value_template"), "{{ value_json." + entity.id + " }}");
            }
        }
        if (entity.settable && !option("command_topic")) {
            out.field(key("command_topic"), topic_text(spec_.base + "/" + entity.id + "/set"));
        }
        for (const auto& [name, value] : entity.options) {
            out.key(key(name)).raw(value);
        }
    }

    std::string describe_entity(const Entity& entity) const {
        JsonText out;
        out.open();
        if (spec_.abbreviated) {
            out.field("~", spec_.base);
        }
        entity_members(entity, out);
        out.field(key("availability_topic"), topic_text(availability_topic()));
        describe_origin(out);
        out.close();
        return out.take();
    }

    std::string describe_device() const {
        JsonText out;
        out.open();
        if (spec_.abbreviated) {
            out.field("~", spec_.base);
        }
        describe_origin(out);
        out.field(key("availability_topic"), topic_text(availability_topic()));
        out.key(key("components")).open();
        for (const Entity& entity : spec_.entities) {
            out.key(entity.id).open().field(key("platform"), entity.platform);
            entity_members(entity, out);
            out.close();
        }
        out.close().close();
        return out.take();
    }

    HaSpec spec_;
    Reporter reporter_;
    std::string also_;  // last payload of spec_.also
    std::int64_t also_ms_ = 0;
};

}  // namespace

Entity sensor(std::string id, std::string title, std::string_view unit,
              std::string_view device_class, std::string_view state_class) {
    Entity entity{"sensor", std::move(id), std::move(title), {}};
    if (!unit.empty()) entity.options.emplace_back("unit_of_measurement", print_string(unit));
    if (!device_class.empty())
        entity.options.emplace_back("device_class", print_string(device_class));
    if (!state_class.empty()) entity.options.emplace_back("state_class", print_string(state_class));
    return entity;
}

Entity state_sensor(std::string id, std::string title, const std::vector<std::string>& options) {
    return {"sensor",
            std::move(id),
            std::move(title),
            {{"device_class", "\"enum\""}, {"options", list_of(options)}}};
}

Entity binary_sensor(std::string id, std::string title, std::string_view device_class) {
    Entity entity{"binary_sensor", std::move(id), std::move(title), {}};
    if (!device_class.empty())
        entity.options.emplace_back("device_class", print_string(device_class));
    return entity;
}

Entity toggle(std::string id, std::string title) {
    return {"switch", std::move(id), std::move(title), {}, true, true};
}

Entity number_entity(std::string id, std::string title, std::string_view unit, double low,
                     double high, double step) {
    Entity entity{"number", std::move(id), std::move(title), {}, true, true};
    entity.options = {{"min", print_number(low, 2)},
                      {"max", print_number(high, 2)},
                      {"step", print_number(step, 2)}};
    if (!unit.empty()) entity.options.emplace_back("unit_of_measurement", print_string(unit));
    return entity;
}

Entity choice(std::string id, std::string title, const std::vector<std::string>& options) {
    return {"select", std::move(id), std::move(title), {{"options", list_of(options)}}, true, true};
}

Entity button_entity(std::string id, std::string title) {
    return {"button", std::move(id), std::move(title), {{"payload_press", "\"PRESS\""}},
            false,    true};
}

Entity diagnostic(Entity entity) {
    entity.options.emplace_back("entity_category", "\"diagnostic\"");
    return entity;
}

Sample on_off(std::string key, bool value) {
    return text_sample(std::move(key), value ? "ON" : "OFF");
}

std::optional<double> parse_on_off(std::string_view payload) {
    if (payload == "ON") return 1.0;
    if (payload == "OFF") return 0.0;
    return std::nullopt;
}

std::optional<double> parse_number(std::string_view payload, double low, double high) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(payload.data(), payload.data() + payload.size(), value);
    if (error != std::errc{} || end != payload.data() + payload.size() ||
        !(value >= low && value <= high)) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> parse_choice(std::string_view payload,
                                   const std::vector<std::string>& options) {
    const auto found = std::find(options.begin(), options.end(), payload);
    if (found == options.end()) {
        return std::nullopt;
    }
    return static_cast<double>(found - options.begin());
}

std::unique_ptr<Device> make_ha_device(HaSpec spec) {
    return std::make_unique<HaDevice>(std::move(spec));
}

}  // namespace foxtail::sim
