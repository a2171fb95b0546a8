#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/config/yaml.hpp"
#include "foxtail/forecast/formats.hpp"
#include "foxtail/forecast/tariff.hpp"
#include "foxtail/model/value.hpp"
#include "foxtail/planner/charging_place.hpp"
#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace foxtail {

struct ChargingConfig;

/// Where something comes from that lies in the future: by HTTP, or as the value of a property
/// (text or JSON). Exactly one of `url` and `address` is there.
struct SourceConfig {
    forecast::Format format = forecast::Format::list;
    std::string url;          // http:// or https://
    std::string address;      // thing/property
    std::string token_file;   // its first line is sent as "Authorization: Bearer"; relative to the
                              // configuration file
    std::string token_query;  // the token goes into the URL instead, under this name (ENTSO-E)
    std::string ask;          // sent as the body of a POST (Tibber's GraphQL); empty = GET
    Duration every = hours(1);
    double scale = 1;  // of each value; open_meteo's radiation: kW of the roof at 1 kW/m²
};

struct CalendarConfig {
    std::string name;
    std::string file;  // relative to the configuration file; or
    std::string url;
    std::string token_file;
    std::string caldav;         // or: the calendar's address on a CalDAV server, with
    std::string user;           // ... who asks, and
    std::string password_file;  // ... the file whose first line is the password
    std::string person;         // whose it is: "anna"
    std::string car;            // whose trips they are when no car is named; name under `cars`
    Duration every = minutes(15);
};

/// Words in a place or title, and how far that is there and back.
struct LocationConfig {
    std::vector<std::string> words;
    double km = 0;
};

/// Telling a device its power: value = kW × per_kw (1000 = it wants W; negative = it counts the
/// other way round).
struct SetpointConfig {
    std::string address;
    double per_kw = 1000;
    double least = -1e9;  // of the value
    double most = 1e9;
};

/// Telling a device what to do: the value to set for an intent of the plan. What has no word is not
/// told. An address of an action is run with the word as input (null = without input).
struct ModeConfig {
    std::string address;
    std::map<planner::Intent, Value> words;
};

/// Reading a device's power: kW = value / per_kw, + = takes.
struct MeterConfig {
    std::string address;
    double per_kw = 1000;
};

struct BatteryConfig {
    planner::Battery limits;  // all but energy_kwh; reserve_kwh from `reserve`
    std::string soc;          // address, %
    MeterConfig power;
    std::optional<SetpointConfig> setpoint;
    std::optional<ModeConfig> mode;
    bool act = false;
};

struct PlannedCarConfig {
    planner::Car limits;  // name, capacities, ranges, efficiency, V2H; no state, no sessions
    std::string vehicle;  // the thing
    std::string soc;      // address, %
    std::string cable;    // address, boolean
    std::string home;     // address, boolean; empty = none
    std::string power;    // address, W or kW by the property's unit; empty = the point's
    std::string point;    // name under charging.points
    double kwh_per_km = 0.18;
    double arrive_kwh = 0;  // assumed use of a usual day away, until habits are known; 0 = unknown
    bool act = false;
};

/// A comfort band by the clock; the last line that holds counts.
struct ComfortConfig {
    std::vector<forecast::ByClock> low_c;
    std::vector<forecast::ByClock> high_c;
    double low_away_c = 16;
    double high_away_c = 26;
};

struct HeatPumpConfig {
    planner::Zone limits;  // name, R, C, powers, supply, minimum times, start cost
    std::string room;      // address, °C
    std::string outdoor;   // address, °C; empty = the forecast's
    MeterConfig power;
    std::optional<ModeConfig> mode;          // normal, boost, off (SG-Ready contacts)
    std::optional<SetpointConfig> setpoint;  // kW
    std::string target;  // address, °C: set to the band in normal, above in boost
    double boost_k = 1;  // so far above
    ComfortConfig comfort;
    std::vector<forecast::ByClock> quiet;  // value 1 = must be off
    bool act = false;
};

struct HotWaterConfig {
    planner::HotWater limits;  // name, powers, loss, min and max kWh; not `zone`
    std::string heat_pump;     // name of the one that heats it; empty = a rod of its own
    std::string temperature;   // address, °C
    double litres = 200;       // what a degree is worth: litres × 1.163 Wh
    double useful_c = 40;      // energy is counted from here
    double litres_day = 120;   // drawn, at `useful_c`
    MeterConfig power;
    std::optional<ModeConfig> mode;  // run, off
    bool act = false;
};

struct ApplianceConfig {
    std::string name;
    std::vector<double> profile_kw;  // for each quarter hour
    std::string armed;               // address, boolean: loaded and waiting
    std::string ready_by;            // "07:00", when nobody said otherwise; empty = within a day
    MeterConfig power;
    std::optional<ModeConfig> start;  // run (and off, where it can be stopped)
    double missed_eur = 5;
    bool act = false;
};

/// What `planning:` in a configuration says; docs/configuration.md describes it for people.
/// Addresses are "thing/property". Without `act` (and a device's own) it plans and shows only.
struct PlanningConfig {
    bool enabled = false;  // there is such a section, and it does not say `enabled: false`
    bool act = false;      // what devices do that say nothing of it themselves
    planner::Connection connection;
    std::vector<forecast::ByClock> soft_import_kw;  // connection.soft_import_kw, by the clock
    std::string soft_import_signal;                 // address, W; null = no limit (§14a)
    forecast::Tariff tariff;
    std::string currency = "EUR";
    MeterConfig grid;      // + = from the grid
    MeterConfig sun;       // + = made; empty address = no sun
    MeterConfig load;      // of the whole house; empty = reckoned from grid, sun and devices
    std::string presence;  // address, boolean or number of people at home; empty = always there
    std::string outdoor;   // address, °C, measured
    double sun_peak_kw = 0;
    std::optional<SourceConfig> prices;
    std::optional<SourceConfig> sun_forecast;
    std::optional<SourceConfig> outdoor_forecast;
    std::vector<CalendarConfig> calendars;
    std::vector<LocationConfig> locations;
    std::vector<std::string> absence_words = {"holiday", "vacation", "urlaub"};
    std::vector<BatteryConfig> batteries;
    std::vector<PlannedCarConfig> cars;
    std::vector<HeatPumpConfig> heat_pumps;
    std::vector<HotWaterConfig> tanks;
    std::vector<ApplianceConfig> appliances;
    planner::Ladder ladder;
    std::string wish_rule = "last";       // whose wish holds: last, earliest_and_highest, order
    std::vector<std::string> wish_order;  // of people, the first goes before all others
    Duration horizon = hours(48);
    // Minutes of the day between which machines make no noise; the same twice = never.
    int quiet_from = 0;
    int quiet_until = 0;

    /// Where the sun is told how much it may give; with `connection.curtails` the plan acts on it.
    std::optional<SetpointConfig> sun_limit;

    [[nodiscard]] bool any() const { return enabled; }
    std::string written;  // as it stands in the file, for comparing
    /// What is fed in has a price, even if it is 0; else the house's own sun is told to be free.
    bool sell_said = false;
    friend bool operator==(const PlanningConfig& a, const PlanningConfig& b) {
        return a.written == b.written;
    }
};

/// Reads what stands under `planning:`; mistakes go to `yaml`. Points are looked up in `charging`.
[[nodiscard]] PlanningConfig read_planning(Yaml& yaml, const YAML::Node& map,
                                           const ChargingConfig& charging);

/// Where a planned car is charged: at that point of `charging:`, on as many phases as the vehicle
/// has there. Nothing where there is no such point.
[[nodiscard]] std::optional<planner::ChargingPlace> charging_place(const ChargingConfig& charging,
                                                                   std::string_view point,
                                                                   std::string_view vehicle);

}  // namespace foxtail
