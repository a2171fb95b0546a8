#include "foxtail/config/ocpp.hpp"

#include "foxtail/config/configuration.hpp"
#include "foxtail/config/yaml.hpp"

#include <algorithm>
#include <array>

namespace foxtail {
namespace {

constexpr std::size_t identity_bytes_most = 48;
constexpr std::array<std::string_view, 7> lenient_words = {
    "no_subprotocol", "unknown_fields", "long_texts",        "loose_types",
    "missing_fields", "unknown_values", "times_without_zone"};

void read_ocpp_listener(Yaml& yaml, const YAML::Node& map, OcppConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"listen", "tls"};
    if (!yaml.is_map(map, "a listener")) return;
    yaml.check_keys(map, keys, "a listener");
    const auto node = yaml.required(map, "listen", "a listener");
    if (!node) return;
    const auto text = yaml.text(node, "'listen'");
    if (!text) return;
    const auto at = parse_endpoint(*text);
    if (!at) return yaml.wrong(node, at.error().message);
    OcppListenerConfig listener{at->address, at->port, false};
    if (const auto tls = Yaml::at(map, "tls"))
        listener.tls = yaml.flag(tls, "'tls'").value_or(false);
    out.listeners.push_back(listener);
}

void read_lenient(Yaml& yaml, const YAML::Node& map, OcppStationConfig& out) {
    if (!map || !yaml.is_map(map, "'lenient'")) return;
    for (const auto& each : map) {
        const auto word = yaml.text(each.first, "what is forgiven");
        const auto reason = yaml.text(each.second, "the reason");
        if (!word || !reason) continue;
        if (std::find(lenient_words.begin(), lenient_words.end(), *word) == lenient_words.end())
            yaml.wrong(each.first,
                       "'" + *word +
                           "' cannot be forgiven; what can: no_subprotocol, unknown_fields, "
                           "long_texts, loose_types, missing_fields, unknown_values, "
                           "times_without_zone");
        else if (reason->empty())
            yaml.wrong(each.second, "say why, so that it can go again some day");
        else
            out.lenient.push_back({*word, *reason});
    }
}

double amperes(Yaml& yaml, const YAML::Node& map, std::string_view key, double otherwise) {
    const auto node = Yaml::at(map, key);
    if (!node) return otherwise;
    const std::string shown = "'" + std::string(key) + "'";
    const auto value = yaml.number(node, shown);
    if (value && (*value < 6 || *value > 125)) yaml.wrong(node, shown + " lies between 6 and 125");
    return value.value_or(otherwise);
}

bool is_fingerprint(std::string_view text) {
    if (text.size() != 95) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
        if (i % 3 == 2 ? c != ':' : !digit) return false;
    }
    return true;
}

void read_access(Yaml& yaml, const YAML::Node& map, OcppStationConfig& out) {
    const auto hash = Yaml::at(map, "password_hash");
    const auto open = Yaml::at(map, "open_because");
    if (hash) {
        out.password_hash = yaml.text(hash, "'password_hash'").value_or("");
        if (!out.password_hash.starts_with("$argon2id$"))
            yaml.wrong(hash,
                       "'password_hash' is no Argon2id hash; make one with: foxtail password");
    }
    if (open) out.open_because = yaml.text(open, "'open_because'").value_or("");
    const auto certificate = Yaml::at(map, "certificate");
    if (certificate) {
        out.certificate = yaml.text(certificate, "'certificate'").value_or("");
        if (out.certificate != certified_by_house && !is_fingerprint(out.certificate))
            yaml.wrong(certificate,
                       "'certificate' is 'house' (any that the house made for this station), or "
                       "the SHA-256 of the only one, as 'AB:CD:...'");
    }
    const int ways = (hash ? 1 : 0) + (open ? 1 : 0) + (certificate ? 1 : 0);
    if (ways != 1)
        yaml.wrong(map,
                   "a station has one of 'password_hash' (made by: foxtail password), "
                   "'certificate' (made by: foxtail chargers certificate), and 'open_because' "
                   "with the reason why it may come without either");
}

void read_station(Yaml& yaml, const YAML::Node& map, OcppConfig& out) {
    static constexpr std::array<std::string_view, 10> keys = {
        "id",       "password_hash", "open_because",      "certificate", "max_current",
        "fallback", "lease",         "relative_profiles", "lenient",     "switches_phases"};
    if (!yaml.is_map(map, "a station")) return;
    yaml.check_keys(map, keys, "a station");
    OcppStationConfig station;
    const auto id = yaml.required(map, "id", "a station");
    if (!id) return;
    station.id = yaml.text(id, "'id'").value_or("");
    const bool good = !station.id.empty() && station.id.size() <= identity_bytes_most &&
                      station.id.find_first_of(":/") == std::string::npos;
    if (!good) yaml.wrong(id, "'id' is what the charger calls itself: 1 to 48 bytes, no ':', '/'");
    for (const auto& other : out.stations) {
        if (other.id == station.id)
            yaml.wrong(id, "station '" + station.id + "' stands here twice");
    }
    read_access(yaml, map, station);
    station.current_a_max = amperes(yaml, map, "max_current", station.current_a_max);
    station.fallback_a = amperes(yaml, map, "fallback", station.fallback_a);
    if (const auto node = Yaml::at(map, "lease")) {
        const auto lease = yaml.duration(node, "'lease'");
        const bool fits = lease && (lease->us == 0 || (*lease >= minutes(2) && *lease <= days(1)));
        if (lease && !fits) yaml.wrong(node, "'lease' is 0s (none) or 2m to 1d");
        if (fits) station.lease = *lease;
    }
    if (const auto node = Yaml::at(map, "relative_profiles"))
        station.relative_profiles = yaml.flag(node, "'relative_profiles'").value_or(false);
    if (const auto node = Yaml::at(map, "switches_phases"))
        station.switches_phases = yaml.flag(node, "'switches_phases'");
    read_lenient(yaml, Yaml::at(map, "lenient"), station);
    out.stations.push_back(std::move(station));
}

void read_tags(Yaml& yaml, const YAML::Node& list, OcppConfig& out) {
    if (!list || !yaml.is_list(list, "'tags'")) return;
    for (const auto& item : list) {
        const auto tag = yaml.text(item, "a tag");
        if (!tag) continue;
        if (tag->empty() || tag->size() > 36) yaml.wrong(item, "a tag has 1 to 36 characters");
        out.tags.push_back(*tag);
    }
}

}  // namespace

void read_ocpp(Yaml& yaml, const YAML::Node& map, OcppConfig& out) {
    static constexpr std::array<std::string_view, 4> keys = {"listeners", "pairing", "tags",
                                                             "stations"};
    if (!map || !yaml.is_map(map, "'ocpp'")) return;
    yaml.check_keys(map, keys, "'ocpp'");
    if (const auto list = Yaml::at(map, "listeners"); list && yaml.is_list(list, "'listeners'")) {
        for (const auto& item : list) read_ocpp_listener(yaml, item, out);
    }
    if (const auto node = Yaml::at(map, "pairing"))
        out.pairing = yaml.flag(node, "'pairing'").value_or(true);
    read_tags(yaml, Yaml::at(map, "tags"), out);
    if (const auto list = Yaml::at(map, "stations"); list && yaml.is_list(list, "'stations'")) {
        for (const auto& item : list) read_station(yaml, item, out);
        const auto over_tls = [](const auto& one) { return one.tls; };
        const auto certified = [](const auto& one) { return !one.certificate.empty(); };
        if (std::any_of(out.stations.begin(), out.stations.end(), certified) &&
            std::none_of(out.listeners.begin(), out.listeners.end(), over_tls))
            yaml.wrong(list, "a station with 'certificate' needs a listener with 'tls: true'");
    }
}

}  // namespace foxtail
