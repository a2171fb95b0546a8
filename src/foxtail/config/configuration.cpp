#include "foxtail/config/configuration.hpp"

#include "foxtail/config/yaml.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/grants/verdict.hpp"
#include "foxtail/model/thing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace foxtail {
namespace {

constexpr std::size_t packet_bytes_least = 1U << 10U;
constexpr std::size_t packet_bytes_most = 256U << 20U;

using Keys = std::span<const std::string_view>;

std::vector<std::string> texts(Yaml& yaml, const YAML::Node& list, std::string_view what) {
    std::vector<std::string> out;
    if (!list || !yaml.is_list(list, what)) return out;
    for (const auto& item : list) {
        if (auto text = yaml.text(item, what)) out.push_back(std::move(*text));
    }
    return out;
}

std::optional<Endpoint> endpoint(Yaml& yaml, const YAML::Node& node, std::string_view what) {
    const auto text = yaml.text(node, what);
    if (!text) return std::nullopt;
    auto parsed = parse_endpoint(*text);
    if (!parsed) {
        yaml.wrong(node, parsed.error().message);
        return std::nullopt;
    }
    return *parsed;
}

TopicRights topic_rights(Yaml& yaml, const YAML::Node& map) {
    TopicRights rights;
    const auto read = [&](std::string_view key, std::vector<std::string>& filters) {
        const auto list = Yaml::at(map, key);
        filters = texts(yaml, list, std::string("'") + std::string(key) + "'");
        for (std::size_t i = 0; i < filters.size(); ++i) {
            if (auto good = check_pattern(std::string(topic_prefix) + filters[i]); !good)
                yaml.wrong(list[i], good.error().message);
        }
    };
    read("publish", rights.publish);
    read("subscribe", rights.subscribe);
    return rights;
}

std::optional<double> degrees(Yaml& yaml, const YAML::Node& node, std::string_view what,
                              double most) {
    const auto value = yaml.number(node, what);
    if (!value || (*value >= -most && *value <= most)) return value;
    yaml.wrong(node, std::string(what) + " lies between " + to_json(Value{-most}) + " and " +
                         to_json(Value{most}));
    return std::nullopt;
}

/// One line of at most so many bytes.
std::string short_text(Yaml& yaml, const YAML::Node& map, const char* key, std::size_t bytes_max) {
    const auto node = Yaml::at(map, key);
    if (!node) return {};
    const std::string what = "'" + std::string(key) + "'";
    const auto text = yaml.text(node, what);
    if (text && (text->empty() || text->size() > bytes_max))
        yaml.wrong(node, what + " has 1 to " + std::to_string(bytes_max) + " bytes");
    return text.value_or("");
}

void read_receipts(Yaml& yaml, const YAML::Node& map, ReceiptsConfig& out) {
    out.contact = short_text(yaml, map, "contact", 300);
    out.jurisdiction = short_text(yaml, map, "jurisdiction", 100);
    out.language = short_text(yaml, map, "language", 35);
    const auto is_tag = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    };
    if (!std::all_of(out.language.begin(), out.language.end(), is_tag))
        yaml.wrong(Yaml::at(map, "language"), "'language' is a tag such as en or de-AT");
}

void read_household(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 7> keys = {
        "name", "time_zone", "latitude", "longitude", "contact", "jurisdiction", "language"};
    if (!map || !yaml.is_map(map, "'household'")) return;
    yaml.check_keys(map, keys, "'household'");
    if (const auto node = Yaml::at(map, "name"))
        out.household = yaml.text(node, "'name'").value_or("");
    if (const auto node = Yaml::at(map, "time_zone"))
        out.time_zone = yaml.text(node, "'time_zone'").value_or("UTC");
    read_receipts(yaml, map, out.receipts);
    const auto latitude = Yaml::at(map, "latitude");
    const auto longitude = Yaml::at(map, "longitude");
    if (!latitude && !longitude) return;
    if (!latitude || !longitude)
        return yaml.wrong(map, "'latitude' and 'longitude' go together, in degrees");
    const auto north = degrees(yaml, latitude, "'latitude'", 90);
    const auto east = degrees(yaml, longitude, "'longitude'", 180);
    if (north && east) out.position = Position{*north, *east};
}

void read_api(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 2> keys = {"listen", "hosts"};
    if (!map || !yaml.is_map(map, "'api'")) return;
    yaml.check_keys(map, keys, "'api'");
    if (const auto node = Yaml::at(map, "listen"))
        out.api = endpoint(yaml, node, "'listen'").value_or(out.api);
    out.api_hosts = texts(yaml, Yaml::at(map, "hosts"), "'hosts'");
}

void read_tls(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 4> keys = {"listen", "names", "certificate",
                                                             "key"};
    if (!map || !yaml.is_map(map, "'tls'")) return;
    yaml.check_keys(map, keys, "'tls'");
    if (const auto node = Yaml::at(map, "listen"))
        out.tls.listen = endpoint(yaml, node, "'listen'");
    out.tls.names = texts(yaml, Yaml::at(map, "names"), "'names'");
    const auto certificate = Yaml::at(map, "certificate");
    const auto key = Yaml::at(map, "key");
    if (certificate) out.tls.certificate = yaml.text(certificate, "'certificate'").value_or("");
    if (key) out.tls.key = yaml.text(key, "'key'").value_or("");
    if (out.tls.certificate.empty() != out.tls.key.empty())
        yaml.wrong(map, "'certificate' and 'key' go together; without both, Foxtail makes its own");
}

void read_listener(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 5> keys = {
        "listen", "tls", "anonymous", "anonymous_beyond_loopback", "packet_bytes_max"};
    if (!yaml.is_map(map, "a listener")) return;
    yaml.check_keys(map, keys, "a listener");
    MqttListenerConfig listener;
    const auto listen = Yaml::at(map, "listen");
    if (!listen) return yaml.wrong(map, "a listener needs 'listen', e.g. listen: 127.0.0.1:1883");
    const auto at = endpoint(yaml, listen, "'listen'");
    if (!at) return;
    listener.endpoint = *at;
    if (const auto node = Yaml::at(map, "tls"))
        listener.tls = yaml.flag(node, "'tls'").value_or(false);
    if (const auto node = Yaml::at(map, "anonymous")) {
        listener.anonymous = yaml.flag(node, "'anonymous'").value_or(false);
        const auto beyond = Yaml::at(map, "anonymous_beyond_loopback");
        if (listener.anonymous && !is_loopback(*at) &&
            !(beyond && yaml.flag(beyond, "'anonymous_beyond_loopback'").value_or(false))) {
            yaml.wrong(node, "anonymous clients on '" + format_endpoint(*at) +
                                 "' could be anybody on the network; give each device a user, or "
                                 "write anonymous_beyond_loopback: true");
        }
    }
    if (const auto node = Yaml::at(map, "packet_bytes_max")) {
        const auto bytes = yaml.number(node, "'packet_bytes_max'");
        if (bytes && (*bytes < packet_bytes_least || *bytes > packet_bytes_most)) {
            yaml.wrong(node, "'packet_bytes_max' lies between 1024 and 268435456");
        } else if (bytes) {
            listener.packet_bytes_max = static_cast<std::size_t>(*bytes);
        }
    }
    out.mqtt_listeners.push_back(listener);
}

void read_user(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 4> keys = {"name", "password_hash", "publish",
                                                             "subscribe"};
    if (!yaml.is_map(map, "a user")) return;
    yaml.check_keys(map, keys, "a user");
    MqttUserConfig user;
    const auto name = Yaml::at(map, "name");
    const auto hash = Yaml::at(map, "password_hash");
    if (!name || !hash)
        return yaml.wrong(map,
                          "a user needs 'name' and 'password_hash' (made by: foxtail password)");
    user.name = yaml.text(name, "'name'").value_or("");
    user.password_hash = yaml.text(hash, "'password_hash'").value_or("");
    if (user.name.empty()) yaml.wrong(name, "a user's name is not empty");
    if (!user.password_hash.starts_with("$argon2id$")) {
        yaml.wrong(hash, "'password_hash' is no Argon2id hash; make one with: foxtail password");
    }
    for (const auto& other : out.mqtt_users) {
        if (other.name == user.name) yaml.wrong(name, "user '" + user.name + "' stands here twice");
    }
    user.topics = topic_rights(yaml, map);
    out.mqtt_users.push_back(std::move(user));
}

void read_mqtt(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 3> keys = {"listeners", "users", "anonymous"};
    static constexpr std::array<std::string_view, 2> rights = {"publish", "subscribe"};
    if (!map || !yaml.is_map(map, "'mqtt'")) return;
    yaml.check_keys(map, keys, "'mqtt'");
    if (const auto list = Yaml::at(map, "listeners"); list && yaml.is_list(list, "'listeners'")) {
        for (const auto& item : list) read_listener(yaml, item, out);
    }
    if (const auto list = Yaml::at(map, "users"); list && yaml.is_list(list, "'users'")) {
        for (const auto& item : list) read_user(yaml, item, out);
    }
    if (const auto node = Yaml::at(map, "anonymous"); node && yaml.is_map(node, "'anonymous'")) {
        yaml.check_keys(node, rights, "'anonymous'");
        out.mqtt_anonymous = topic_rights(yaml, node);
    }
}

void read_zigbee(Yaml& yaml, const YAML::Node& list, Configuration& out) {
    static constexpr std::array<std::string_view, 2> keys = {"base_topic", "id_prefix"};
    if (!list || !yaml.is_list(list, "'zigbee2mqtt'")) return;
    out.zigbee_bridges.clear();
    for (const auto& item : list) {
        if (!yaml.is_map(item, "a bridge")) continue;
        yaml.check_keys(item, keys, "a bridge");
        ZigbeeBridgeConfig bridge;
        if (const auto node = Yaml::at(item, "base_topic"))
            bridge.base_topic = yaml.text(node, "'base_topic'").value_or("zigbee2mqtt");
        if (const auto node = Yaml::at(item, "id_prefix"))
            bridge.id_prefix = yaml.text(node, "'id_prefix'").value_or("");
        out.zigbee_bridges.push_back(std::move(bridge));
    }
}

void read_region(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 4> keys = {"name", "latitude", "longitude",
                                                             "radius_m"};
    if (!yaml.is_map(map, "a region")) return;
    yaml.check_keys(map, keys, "a region");
    RegionConfig region;
    const auto number = [&](std::string_view key, double least, double most, double otherwise) {
        const auto node = Yaml::at(map, key);
        if (!node && key == "radius_m") return otherwise;
        const std::string shown = "'" + std::string(key) + "'";
        if (!node) {
            yaml.wrong(map, "a region needs " + shown);
            return otherwise;
        }
        const auto value = yaml.number(node, shown);
        if (value && (*value < least || *value > most)) {
            yaml.wrong(node, shown + " lies between " + to_json(Value{least}) + " and " +
                                 to_json(Value{most}));
        }
        return value.value_or(otherwise);
    };
    region.name = yaml.text(Yaml::at(map, "name"), "a region's 'name'").value_or("");
    region.latitude = number("latitude", -90, 90, 0);
    region.longitude = number("longitude", -180, 180, 0);
    region.radius_m = number("radius_m", 10, 100'000, 100);
    out.regions.push_back(std::move(region));
}

void read_formats(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 7> keys = {
        "zigbee2mqtt", "home_assistant", "owntracks", "teslamate", "ovms", "evcc", "mapping"};
    static constexpr std::array<std::string_view, 3> ha_keys = {"enabled", "prefix",
                                                                "ignore_origins"};
    static constexpr std::array<std::string_view, 4> own_keys = {"enabled", "prefix",
                                                                 "accuracy_m_max", "regions"};
    if (!map || !yaml.is_map(map, "'formats'")) return;
    yaml.check_keys(map, keys, "'formats'");
    read_zigbee(yaml, Yaml::at(map, "zigbee2mqtt"), out);
    read_car_formats(yaml, map, out.cars);
    bool origins_said = false;
    const auto off = [&](const YAML::Node& node) {
        const auto enabled = Yaml::at(node, "enabled");
        return enabled && !yaml.flag(enabled, "'enabled'").value_or(true);
    };
    if (const auto node = Yaml::at(map, "home_assistant");
        node && yaml.is_map(node, "'home_assistant'")) {
        yaml.check_keys(node, ha_keys, "'home_assistant'");
        if (const auto prefix = Yaml::at(node, "prefix"))
            out.home_assistant_prefix = yaml.text(prefix, "'prefix'");
        if (const auto origins = Yaml::at(node, "ignore_origins")) {
            out.home_assistant_ignore_origins = texts(yaml, origins, "'ignore_origins'");
            origins_said = true;
        }
        if (off(node)) out.home_assistant_prefix.reset();
    }
    if (!origins_said && out.zigbee_bridges.empty()) out.home_assistant_ignore_origins.clear();
    if (const auto node = Yaml::at(map, "owntracks"); node && yaml.is_map(node, "'owntracks'")) {
        yaml.check_keys(node, own_keys, "'owntracks'");
        if (const auto prefix = Yaml::at(node, "prefix"))
            out.owntracks_prefix = yaml.text(prefix, "'prefix'");
        if (const auto metres = Yaml::at(node, "accuracy_m_max")) {
            out.owntracks_accuracy_m_max = yaml.number(metres, "'accuracy_m_max'").value_or(200);
        }
        if (const auto list = Yaml::at(node, "regions"); list && yaml.is_list(list, "'regions'")) {
            for (const auto& item : list) read_region(yaml, item, out);
        }
        if (off(node)) out.owntracks_prefix.reset();
    }
}

void read_sensitivity(Yaml& yaml, const YAML::Node& map, ThingOverlay& out) {
    if (!map || !yaml.is_map(map, "'sensitivity'")) return;
    for (const auto& each : map) {
        const auto member = yaml.text(each.first, "a property's or action's name");
        const auto word = yaml.text(each.second, "a sensitivity");
        if (!member || !word) continue;
        if (const auto sensitivity = sensitivity_from(*word))
            out.sensitivity[*member] = *sensitivity;
        else
            yaml.wrong(each.second, "a sensitivity is home, personal, sensitive or critical");
    }
}

/// A duration for all of the thing's properties, or by property.
void read_keep(Yaml& yaml, const YAML::Node& node, ThingOverlay& out) {
    const auto keep = [&](const std::string& property, const YAML::Node& how_long) {
        const auto time = yaml.duration(how_long, "'keep'");
        if (time && time->us <= 0)
            yaml.wrong(how_long, "'keep' is above 0; what is not said is kept");
        else if (time)
            out.keep[property] = *time;
    };
    if (!node) return;
    if (node.IsScalar()) return keep("*", node);
    if (!yaml.is_map(node, "'keep', e.g. 400d or {power: 30d},")) return;
    for (const auto& each : node) {
        if (const auto property = yaml.text(each.first, "a property's name"))
            keep(*property, each.second);
    }
}

void read_things(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 5> keys = {"kind", "title", "place",
                                                             "sensitivity", "keep"};
    if (!map || !yaml.is_map(map, "'things'")) return;
    for (const auto& each : map) {
        const auto id = yaml.text(each.first, "a thing's id");
        if (!id || !yaml.is_map(each.second, "a thing")) continue;
        if (!valid_name(*id))
            yaml.wrong(each.first, "'" + *id + "' is no thing's id; `foxtail things` shows them");
        if (out.things.contains(*id)) yaml.wrong(each.first, "'" + *id + "' stands there twice");
        yaml.check_keys(each.second, keys, "a thing");
        ThingOverlay& overlay = out.things[*id];
        if (const auto node = Yaml::at(each.second, "kind")) {
            const auto word = yaml.text(node, "'kind'");
            if (word) overlay.kind = thing_kind_from(*word);
            if (word && !overlay.kind)
                yaml.wrong(node, "'kind' is device, vehicle, person, place or service");
        }
        if (const auto node = Yaml::at(each.second, "title"))
            overlay.title = yaml.text(node, "'title'");
        if (const auto node = Yaml::at(each.second, "place"))
            overlay.place = yaml.text(node, "'place'");
        read_sensitivity(yaml, Yaml::at(each.second, "sensitivity"), overlay);
        read_keep(yaml, Yaml::at(each.second, "keep"), overlay);
    }
}

void read_log(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 2> keys = {"format", "level"};
    static constexpr std::array<std::string_view, 4> levels = {"debug", "info", "warning", "error"};
    if (!map || !yaml.is_map(map, "'log'")) return;
    yaml.check_keys(map, keys, "'log'");
    if (const auto node = Yaml::at(map, "format")) {
        const auto format = yaml.text(node, "'format'");
        if (format && *format != "text" && *format != "json")
            yaml.wrong(node, "'format' is text or json");
        if (format == "json") out.log_format = LogFormat::json;
    }
    if (const auto node = Yaml::at(map, "level")) {
        const auto level = yaml.text(node, "'level'");
        std::size_t i = 0;
        while (level && i < levels.size() && levels[i] != *level) ++i;
        if (level && i == levels.size())
            yaml.wrong(node, "'level' is debug, info, warning or error");
        if (level && i < levels.size()) out.log_level = static_cast<LogLevel>(i);
    }
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto wrong = [&] {
        return fail(Code::invalid_input,
                    "'" + std::string(text.substr(0, 60)) +
                        "' is no address to listen on (expected e.g. 127.0.0.1:8420)");
    };
    Endpoint out;
    std::string_view port = text;
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        auto address = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
            address = address.substr(1, address.size() - 2);
        } else if (address.find(':') != std::string_view::npos) {
            return wrong();
        }
        if (address.empty()) return wrong();
        out.address = address;
    }
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number > 65535) return wrong();
    out.port = static_cast<std::uint16_t>(number);
    return out;
}

std::string format_endpoint(const Endpoint& e) {
    const bool six = e.address.find(':') != std::string::npos;
    return (six ? "[" + e.address + "]" : e.address) + ":" + std::to_string(e.port);
}

bool is_loopback(const Endpoint& e) {
    return e.address.starts_with("127.") || e.address == "::1" || e.address == "localhost";
}

bool uses_tls(const Configuration& configuration) {
    const auto& listeners = configuration.mqtt_listeners;
    const auto& chargers = configuration.ocpp.listeners;
    const auto over_tls = [](const auto& one) { return one.tls; };
    return configuration.tls.listen || std::any_of(listeners.begin(), listeners.end(), over_tls) ||
           std::any_of(chargers.begin(), chargers.end(), over_tls);
}

std::vector<std::string> changed_for_next_start(const Configuration& now,
                                                const Configuration& then) {
    std::vector<std::string> out;
    const auto look = [&](const char* key, const auto&... members) {
        if (((now.*members != then.*members) || ...)) out.emplace_back(key);
    };
    using C = Configuration;
    look("household.name", &C::household);
    look("household.time_zone", &C::time_zone);
    look("household.contact, .jurisdiction, .language", &C::receipts);
    look("api.listen", &C::api);
    look("api.hosts", &C::api_hosts);
    look("mqtt.listeners", &C::mqtt_listeners);
    if (now.ocpp.listeners != then.ocpp.listeners) out.emplace_back("ocpp.listeners");
    if (now.tls.listen != then.tls.listen) out.emplace_back("tls.listen");
    if (now.tls.names != then.tls.names) out.emplace_back("tls.names");
    look("formats.zigbee2mqtt", &C::zigbee_bridges);
    look("formats.home_assistant", &C::home_assistant_prefix, &C::home_assistant_ignore_origins);
    look("things", &C::things);
    look("break_glass", &C::break_glass);
    look("formats.owntracks", &C::owntracks_prefix, &C::owntracks_accuracy_m_max, &C::regions);
    return out;
}

namespace {

constexpr std::uint16_t bit_of(Verb verb) {
    return static_cast<std::uint16_t>(verb);
}
constexpr std::uint8_t bit_of(Sensitivity one) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(one));
}

void read_residents(Yaml& yaml, const YAML::Node& map, Configuration& out) {
    static constexpr std::array<std::string_view, 2> keys = {"may", "classes"};
    if (!map || !yaml.is_map(map, "'residents'")) return;
    yaml.check_keys(map, keys, "'residents'");
    if (const auto list = Yaml::at(map, "may"); list && yaml.is_list(list, "'may'")) {
        out.residents.verbs = 0;
        for (const auto& item : list) {
            const auto word = yaml.text(item, "'may'");
            const auto verb = word ? verb_from(*word) : std::nullopt;
            const bool possible = verb == Verb::read || verb == Verb::observe ||
                                  verb == Verb::history || verb == Verb::set || verb == Verb::run;
            if (word && !possible) yaml.wrong(item, "'may' is of read, observe, history, set, run");
            if (!possible) continue;
            const auto bits = static_cast<std::uint16_t>(bit_of(*verb) | bit_of(Verb::discover));
            out.residents.verbs = static_cast<std::uint16_t>(out.residents.verbs | bits);
        }
    }
    if (const auto list = Yaml::at(map, "classes"); list && yaml.is_list(list, "'classes'")) {
        out.residents.classes = 0;
        for (const auto& item : list) {
            const auto word = yaml.text(item, "'classes'");
            const auto one = word ? sensitivity_from(*word) : std::nullopt;
            if (word && !one)
                yaml.wrong(item, "'classes' is of home, personal, sensitive, critical");
            if (one)
                out.residents.classes =
                    static_cast<std::uint8_t>(out.residents.classes | bit_of(*one));
        }
        if (out.residents.classes == 0)
            yaml.wrong(list, "'classes' names at least one; to give nothing, write may: []");
    }
}

}  // namespace

ConfigurationRead read_configuration(std::string_view text, std::string_view file) {
    static constexpr std::array<std::string_view, 14> keys = {
        "household", "api",      "tls",    "mqtt",      "ocpp",        "formats", "cars",
        "charging",  "planning", "things", "residents", "break_glass", "rules",   "log"};
    ConfigurationRead out;
    out.configuration.residents.verbs = static_cast<std::uint16_t>(
        bit_of(Verb::discover) | bit_of(Verb::read) | bit_of(Verb::observe) |
        bit_of(Verb::history) | bit_of(Verb::set) | bit_of(Verb::run));
    out.configuration.residents.classes = bit_of(Sensitivity::home);
    out.configuration.zigbee_bridges = {{}};
    out.configuration.home_assistant_ignore_origins = {"Zigbee2MQTT"};
    Yaml yaml{std::string(file), text};
    const auto& root = yaml.root();
    if (root && yaml.is_map(root, "a configuration")) {
        yaml.check_keys(root, keys, "a configuration");
        read_household(yaml, Yaml::at(root, "household"), out.configuration);
        read_api(yaml, Yaml::at(root, "api"), out.configuration);
        read_tls(yaml, Yaml::at(root, "tls"), out.configuration);
        read_mqtt(yaml, Yaml::at(root, "mqtt"), out.configuration);
        read_ocpp(yaml, Yaml::at(root, "ocpp"), out.configuration.ocpp);
        read_formats(yaml, Yaml::at(root, "formats"), out.configuration);
        read_cars(yaml, Yaml::at(root, "cars"), out.configuration.cars);
        if (const auto& place = out.configuration.position)
            out.configuration.cars.home = cars::HomePlace{place->latitude, place->longitude};
        read_things(yaml, Yaml::at(root, "things"), out.configuration);
        read_residents(yaml, Yaml::at(root, "residents"), out.configuration);
        out.configuration.break_glass = read_break_glass(yaml, Yaml::at(root, "break_glass"));
        out.configuration.rule_files = texts(yaml, Yaml::at(root, "rules"), "'rules'");
        read_log(yaml, Yaml::at(root, "log"), out.configuration);
        out.configuration.charging = read_charging(yaml, Yaml::at(root, "charging"));
        out.configuration.planning =
            read_planning(yaml, Yaml::at(root, "planning"), out.configuration.charging);
    }
    out.mistakes = yaml.take_mistakes();
    out.notes = yaml.take_notes();
    return out;
}

}  // namespace foxtail
