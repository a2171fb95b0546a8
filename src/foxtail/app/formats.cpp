#include "foxtail/app/formats.hpp"

#include "foxtail/app/files.hpp"
#include "foxtail/app/signals_file.hpp"
#include "foxtail/connectors/mqtt/evcc/evcc.hpp"
#include "foxtail/connectors/mqtt/home_assistant/home_assistant.hpp"
#include "foxtail/connectors/mqtt/mapping/mapping.hpp"
#include "foxtail/connectors/mqtt/ovms/ovms.hpp"
#include "foxtail/connectors/mqtt/owntracks/owntracks.hpp"
#include "foxtail/connectors/mqtt/teslamate/teslamate.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <map>
#include <type_traits>

#include <boost/json.hpp>

namespace foxtail {
namespace {

using GivenNames = StringMap<std::string>;

constexpr std::string_view teslamate = "teslamate";
constexpr std::string_view ovms = "ovms";
constexpr std::string_view evcc = "evcc";
constexpr std::string_view mapping = "mapping";
constexpr std::array car_formats = {teslamate, ovms, evcc, mapping};

/// {"zigbee2mqtt":{"0x00158d":"hall-lamp"},...}
Result<std::map<std::string, GivenNames>> read_names(const std::string& file) {
    std::map<std::string, GivenNames> out;
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return out;
    const auto text = read_file(file);
    if (!text) return fail(text.error());
    const auto json = parse_json(*text);
    if (!json || !json->is_object())
        return fail(Code::corrupt, file + " is no JSON object; move it away to start without it");
    for (const auto& [format, entries] : json->get_object()) {
        if (!entries.is_object()) continue;
        for (const auto& [key, id] : entries.get_object()) {
            if (id.is_string())
                out[std::string(format)].emplace(std::string(key), std::string(id.get_string()));
        }
    }
    return out;
}

const GivenNames* names_of(const mqtt::Format& format) {
    if (const auto* zigbee = dynamic_cast<const mqtt::Zigbee2Mqtt*>(&format)) return &zigbee->ids();
    if (const auto* discovery = dynamic_cast<const mqtt::HomeAssistant*>(&format))
        return &discovery->ids();
    if (const auto* people = dynamic_cast<const mqtt::OwnTracks*>(&format)) return &people->ids();
    if (const auto* teslas = dynamic_cast<const mqtt::TeslaMate*>(&format)) return &teslas->ids();
    if (const auto* cars = dynamic_cast<const mqtt::Ovms*>(&format)) return &cars->ids();
    if (const auto* sites = dynamic_cast<const mqtt::Evcc*>(&format)) return &sites->ids();
    if (const auto* mapped = dynamic_cast<const mqtt::Mapping*>(&format)) return &mapped->ids();
    return nullptr;
}

}  // namespace

Formats::~Formats() = default;

Result<std::unique_ptr<Formats>> Formats::make(const Configuration& configuration,
                                               std::string names_file) {
    auto known = read_names(names_file);
    if (!known) return fail(known.error());
    std::unique_ptr<Formats> out(new Formats);
    out->names_file_ = std::move(names_file);
    auto& formats = out->formats_;
    // Each format knows its own names; what the others gave is taken.
    const auto taken_by_others = [owner = out.get()](std::string_view self) {
        return owner->taken_by_others(self);
    };
    if (!configuration.zigbee_bridges.empty()) {
        mqtt::Zigbee2MqttOptions options;
        options.bridges.clear();
        for (const auto& bridge : configuration.zigbee_bridges)
            options.bridges.push_back({bridge.base_topic, bridge.id_prefix});
        options.taken = taken_by_others("zigbee2mqtt");
        options.known_ids = std::move((*known)["zigbee2mqtt"]);
        formats.push_back(std::make_unique<mqtt::Zigbee2Mqtt>(std::move(options)));
    }
    if (configuration.home_assistant_prefix) {
        mqtt::HomeAssistantOptions options;
        options.prefix = *configuration.home_assistant_prefix;
        options.ignore_origins = configuration.home_assistant_ignore_origins;
        options.taken = taken_by_others("home_assistant");
        options.known_ids = std::move((*known)["home_assistant"]);
        formats.push_back(std::make_unique<mqtt::HomeAssistant>(std::move(options)));
    }
    if (configuration.owntracks_prefix) {
        mqtt::OwnTracksOptions options;
        options.base = *configuration.owntracks_prefix;
        options.rules.accuracy_max_m = configuration.owntracks_accuracy_m_max;
        for (const auto& region : configuration.regions) {
            options.regions.push_back(
                {region.name, region.latitude, region.longitude, region.radius_m});
        }
        options.taken = taken_by_others("owntracks");
        options.known_ids = std::move((*known)["owntracks"]);
        formats.push_back(std::make_unique<mqtt::OwnTracks>(std::move(options)));
    }
    const std::string data = std::filesystem::path(out->names_file_).parent_path().string();
    auto signals = load_signals(data.empty() ? "." : data);
    if (!signals) return fail(signals.error());
    out->signals_ = std::make_unique<cars::Signals>(std::move(*signals));
    for (const auto name : car_formats)
        out->add_car_format(name, configuration.cars, std::move((*known)[std::string(name)]));
    return out;
}

std::function<bool(std::string_view)> Formats::taken_by_others(std::string_view self) {
    return [this, self](std::string_view id) {
        return std::any_of(formats_.begin(), formats_.end(), [&](const auto& other) {
            if (other->name() == self) return false;
            const GivenNames* names = names_of(*other);
            return names != nullptr && std::any_of(names->begin(), names->end(),
                                                   [&](const auto& n) { return n.second == id; });
        });
    };
}

void Formats::add_car_format(std::string_view name, const CarsConfig& said, GivenNames known) {
    const auto add = [&]<class Format>(std::type_identity<Format>, auto options) {
        options.signals = signals_.get();
        options.taken = taken_by_others(name);
        options.known_ids = std::move(known);
        formats_.push_back(std::make_unique<Format>(std::move(options)));
    };
    if (name == teslamate && said.teslamate_prefix) {
        mqtt::TeslaMateOptions options;
        options.prefix = *said.teslamate_prefix;
        options.home = said.teslamate_home;
        add(std::type_identity<mqtt::TeslaMate>(), std::move(options));
    }
    if (name == ovms && said.ovms_prefix) {
        mqtt::OvmsOptions options;
        options.prefix = *said.ovms_prefix;
        options.client = said.ovms_client;
        options.budget = said.ovms_budget;
        options.money_per_call = said.ovms_money_per_call;
        options.driver_right = said.ovms_driver_right;
        options.home = said.home;
        add(std::type_identity<mqtt::Ovms>(), std::move(options));
    }
    if (name == evcc && said.evcc_prefix) {
        mqtt::EvccOptions options;
        options.prefix = *said.evcc_prefix;
        add(std::type_identity<mqtt::Evcc>(), std::move(options));
    }
    if (name == mapping && !said.mapped.empty()) {
        mqtt::MappingOptions options;
        options.things = said.mapped;
        options.home = said.home;
        add(std::type_identity<mqtt::Mapping>(), std::move(options));
    }
}

void Formats::change_cars(const CarsConfig& now, const CarsConfig& then, const Changed& changed) {
    const auto differs = [&](std::string_view name) {
        if (name == teslamate)
            return now.teslamate_prefix != then.teslamate_prefix ||
                   now.teslamate_home != then.teslamate_home;
        if (name == ovms)
            return now.ovms_prefix != then.ovms_prefix || now.ovms_client != then.ovms_client ||
                   now.ovms_budget != then.ovms_budget ||
                   now.ovms_money_per_call != then.ovms_money_per_call ||
                   now.ovms_driver_right != then.ovms_driver_right || now.home != then.home;
        if (name == evcc) return now.evcc_prefix != then.evcc_prefix;
        return now.mapped != then.mapped || now.home != then.home;
    };
    for (const auto name : car_formats) {
        if (!differs(name)) continue;
        GivenNames names;
        const auto at = std::find_if(formats_.begin(), formats_.end(),
                                     [&](const auto& one) { return one->name() == name; });
        if (at != formats_.end()) {
            names = *names_of(**at);
            changed.drop(name);
            formats_.erase(at);
        }
        if (name == mapping) {
            for (auto one = names.begin(); one != names.end();) {
                const bool described = std::any_of(
                    then.mapped.begin(), then.mapped.end(),
                    [&](const auto& thing) { return cars::may_be(thing.id, one->first); });
                if (!described) changed.gone(one->second);
                one = described ? std::next(one) : names.erase(one);
            }
        }
        const auto before = formats_.size();
        add_car_format(name, then, std::move(names));
        if (formats_.size() > before) changed.add(*formats_.back());
    }
}

std::size_t Formats::names() const {
    std::size_t count = 0;
    for (const auto& format : formats_) {
        if (const GivenNames* names = names_of(*format)) count += names->size();
    }
    return count;
}

std::string Formats::names_text() const {
    std::string out = "{";
    for (const auto& format : formats_) {
        const GivenNames* names = names_of(*format);
        if (names == nullptr) continue;
        const std::map<std::string, std::string> sorted(names->begin(), names->end());
        out += out.size() > 1 ? ",\n" : "\n";
        append_json_string(out, format->name());
        out += ":{";
        bool first = true;
        for (const auto& [key, id] : sorted) {
            out += first ? "\n" : ",\n";
            first = false;
            append_json_string(out, key);
            out += ':';
            append_json_string(out, id);
        }
        out += "}";
    }
    return out + "}\n";
}

Result<void> Formats::keep(const std::string& names_file, const std::string& text) {
    return replace_file(names_file, text);
}

}  // namespace foxtail
