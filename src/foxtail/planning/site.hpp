#pragma once

#include "foxtail/forecast/tariff.hpp"
#include "foxtail/planner/charging_place.hpp"
#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"
#include "foxtail/planning/goals.hpp"
#include "foxtail/planning/said.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planning {

using forecast::ByClock;

/// A device as it is installed: what the planner needs of it, without its present state.
struct BatterySite {
    planner::Battery limits;
    bool act = false;
};
struct CarSite {
    planner::Car limits;
    double kwh_per_km = 0.18;
    double arrive_kwh = 0;  // used up on a usual day away, until habits are known
    planner::ChargingPlace place;
    std::vector<CarGoal> goals;  // until somebody says others
    bool act = false;
};
struct HeatPumpSite {
    planner::Zone limits;
    std::vector<ByClock> low_c;
    std::vector<ByClock> high_c;
    double low_away_c = 16;
    double high_away_c = 26;
    std::vector<ByClock> quiet;  // 1 = must be off
    bool act = false;
};
struct TankSite {
    planner::HotWater limits;
    double litres = 200;
    double useful_c = 40;
    double litres_day = 120;
    bool act = false;
};
/// Heat above the useful temperature.
[[nodiscard]] double water_kwh(const TankSite& tank, double celsius);
struct ApplianceSite {
    planner::Appliance limits;  // name, profile, missed_eur
    int ready_minute = -1;      // of the local day; -1 = within a day
    bool act = false;
};

/// What of a household is planned.
struct Site {
    planner::Connection connection;
    std::vector<ByClock> soft_import_kw;
    forecast::Tariff tariff;
    double sun_peak_kw = 0;
    std::vector<BatterySite> batteries;
    std::vector<CarSite> cars;
    std::vector<planner::Circuit> circuits;  // above cars; their numbers are those of `cars`
    std::vector<HeatPumpSite> heat_pumps;
    std::vector<TankSite> tanks;
    std::vector<ApplianceSite> appliances;
    planner::Ladder ladder;
    WishRule wish_rule;
    QuietHours quiet;  // of machines, until somebody says others
    Duration horizon = hours(48);
};

/// One device of a site, by kind and place in its list.
struct DeviceId {
    planner::Kind kind = planner::Kind::car;
    std::size_t index = 0;
    friend auto operator<=>(const DeviceId&, const DeviceId&) = default;
};

[[nodiscard]] std::vector<DeviceId> devices(const Site& site);
[[nodiscard]] const std::string& name_of(const Site& site, DeviceId device);
[[nodiscard]] bool acts(const Site& site, DeviceId device);

}  // namespace foxtail::planning
