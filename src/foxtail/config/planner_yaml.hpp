#pragma once

#include "foxtail/config/planner.hpp"
#include "foxtail/config/yaml.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// The pieces that `planning:` is made of, each read with its mistakes told.
class PlanningPieces {
public:
    explicit PlanningPieces(Yaml& yaml) : yaml_(yaml) {}

    [[nodiscard]] Yaml& yaml() { return yaml_; }

    /// What stands under `key`; `otherwise` where there is nothing or something else than a number
    /// between `low` and `high`.
    double number(const YAML::Node& map, std::string_view key, double low, double high,
                  double otherwise);
    std::optional<double> maybe(const YAML::Node& map, std::string_view key, double low,
                                double high);
    bool flag(const YAML::Node& map, std::string_view key, bool otherwise);
    std::string text(const YAML::Node& map, std::string_view key);
    Duration duration(const YAML::Node& map, std::string_view key, Duration low, Duration high,
                      Duration otherwise);
    std::vector<std::string> texts(const YAML::Node& map, std::string_view key);

    /// Calls `read` for each map of the list under `key`; at most `most` of them.
    void each(const YAML::Node& map, std::string_view key, std::string_view what, std::size_t most,
              const std::function<void(const YAML::Node&)>& read);

    /// "thing/property"; empty where nothing stands there.
    std::string address(const YAML::Node& map, std::string_view key);
    std::string needed_address(const YAML::Node& map, std::string_view key, std::string_view what);
    /// An address, or {address, per_kw}.
    MeterConfig meter(const YAML::Node& map, std::string_view key);
    /// An address, or {address, per_kw, least, most}.
    std::optional<SetpointConfig> setpoint(const YAML::Node& map, std::string_view key);
    /// {address, words: {intent: value}}; only `intents` make sense there.
    std::optional<ModeConfig> mode(const YAML::Node& map, std::string_view key,
                                   std::span<const planner::Intent> intents);
    /// A source of the future in one of `formats`.
    std::optional<SourceConfig> source(const YAML::Node& map, std::string_view key,
                                       std::span<const forecast::Format> formats);
    /// "http://..." or "https://...".
    std::string url(const YAML::Node& map, std::string_view key);

    /// A list of {days, from, until, `value_key`}. Also a number alone: always that.
    std::vector<forecast::ByClock> by_clock(const YAML::Node& map, std::string_view key,
                                            std::string_view value_key, double low, double high);
    /// "07:30" in minutes; "24:00" where a day may end.
    std::optional<int> clock(const YAML::Node& node, std::string_view what, bool end);

    /// The name of a device: unlike all others of `names`, which it joins.
    std::string device_name(const YAML::Node& map, std::string_view what,
                            std::set<std::string, std::less<>>& names);

private:
    double per_kw(const YAML::Node& map, double otherwise);
    std::uint8_t day_bits(const YAML::Node& node);
    forecast::ByClock line(const YAML::Node& map, std::string_view value_key, double low,
                           double high);
    std::optional<double> bounded(const YAML::Node& node, const std::string& what, double low,
                                  double high);

    Yaml& yaml_;
};

/// What all readers of devices share.
struct DeviceNames {
    std::set<std::string, std::less<>> taken;
    const ChargingConfig* charging = nullptr;
};

void read_batteries(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                    PlanningConfig& out);
void read_planned_cars(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                       PlanningConfig& out);
void read_heat_pumps(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                     PlanningConfig& out);
void read_tanks(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                PlanningConfig& out);
void read_appliances(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                     PlanningConfig& out);

}  // namespace foxtail
