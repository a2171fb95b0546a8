#pragma once

#include "foxtail/charging/controller.hpp"
#include "foxtail/config/yaml.hpp"

#include <map>
#include <string>
#include <vector>

namespace foxtail {

/// What `charging:` in a configuration says; docs/charging.md describes it for people. Addresses
/// are "thing/property". Roles that a thing has under their own names need not be mapped.
struct ChargingConfig {
    using Map = std::map<std::string, std::string, std::less<>>;  // role to address
    charging::Site site;
    std::vector<Map> points;                // as site.points
    std::vector<std::string> limits;        // of each point: where a limit is set
    std::vector<std::string> limit_powers;  // where one in W may be set by hand; empty = nowhere
    std::vector<std::string> phases;        // where phases are set; empty = nowhere
    std::vector<std::string> starts;        // the action that starts a transaction; empty = none
    std::vector<Map> circuits;              // as site.circuits
    std::vector<Map> cars;                  // as site.cars
    Map house;
    std::string currency = "EUR";

    [[nodiscard]] bool any() const { return !site.points.empty(); }
    std::string written;  // as it stands in the file, for comparing
    friend bool operator==(const ChargingConfig& a, const ChargingConfig& b) {
        return a.written == b.written;
    }
};

/// Reads what stands under `charging:`; mistakes go to `yaml`.
/// What is told where nobody says what a kWh brings that is fed in.
constexpr std::string_view own_sun_is_free =
    "the house's own sun is counted as costing nothing, as no price for feeding in is said: ";

[[nodiscard]] ChargingConfig read_charging(Yaml& yaml, const YAML::Node& map);

}  // namespace foxtail
