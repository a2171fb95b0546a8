#include "foxtail/app/plan_site.hpp"

#include <algorithm>
#include <filesystem>

namespace foxtail {
namespace {

using planner::Kind;
using planning::DeviceFact;
using planning::DeviceId;
using planning::HouseFact;

class Wirer {
public:
    Wirer(const PlanningConfig& planning, const ChargingConfig& charging)
        : planning_(planning), charging_(charging) {}

    PlanWiring wire() {
        auto& site = out_.site;
        site.connection = planning_.connection;
        site.soft_import_kw = planning_.soft_import_kw;
        site.tariff = planning_.tariff;
        site.sun_peak_kw = planning_.sun_peak_kw;
        site.ladder = planning_.ladder;
        site.horizon = planning_.horizon;
        for (std::size_t i = 0; i < planning::wish_rule_names.size(); ++i)
            if (planning::wish_rule_names.at(i) == planning_.wish_rule)
                site.wish_rule.kind = static_cast<planning::WishRule::Kind>(i);
        site.wish_rule.people = planning_.wish_order;
        site.quiet = {planning_.quiet_from, planning_.quiet_until};
        hear(HouseFact::grid, planning_.grid);
        hear(HouseFact::sun, planning_.sun);
        hear(HouseFact::load, planning_.load);
        hear(HouseFact::home, {planning_.presence, 1});
        hear(HouseFact::outdoor, {planning_.outdoor, 1});
        hear(HouseFact::soft_import, {planning_.soft_import_signal, 1000});
        for (const auto& one : planning_.batteries) add(one);
        for (const auto& one : planning_.cars) add(one);
        for (const auto& one : planning_.heat_pumps) add(one);
        for (const auto& one : planning_.tanks) add(one);
        for (const auto& one : planning_.appliances) add(one);
        for (const auto* source :
             {&planning_.prices, &planning_.sun_forecast, &planning_.outdoor_forecast})
            if (*source && !(*source)->address.empty()) out_.sources.push_back((*source)->address);
        add_circuits();
        for (const auto& [id, orders] : out_.orders) collect(orders);
        if (planning_.connection.curtails) out_.sun_limit = planning_.sun_limit;
        if (out_.sun_limit) out_.settable.push_back(out_.sun_limit->address);
        return std::move(out_);
    }

private:
    void hear(HouseFact fact, const MeterConfig& meter) {
        if (meter.address.empty()) return;
        PlanTarget target;
        target.house_fact = fact;
        target.per_unit = meter.per_kw;
        out_.targets[meter.address].push_back(target);
    }
    void hear(DeviceId device, DeviceFact fact, const std::string& address, double per_unit = 1) {
        if (address.empty()) return;
        PlanTarget target;
        target.device = device;
        target.device_fact = fact;
        target.per_unit = per_unit;
        out_.targets[address].push_back(target);
    }

    void add(const BatteryConfig& one) {
        const DeviceId id{Kind::battery, out_.site.batteries.size()};
        out_.site.batteries.push_back({one.limits, one.act});
        hear(id, DeviceFact::level, one.soc);
        hear(id, DeviceFact::power, one.power.address, one.power.per_kw);
        out_.orders[id] = {one.setpoint, one.mode, {}, 0, {}, {}};
    }
    void add(const PlannedCarConfig& one) {
        const DeviceId id{Kind::car, out_.site.cars.size()};
        planning::CarSite car;
        car.limits = one.limits;
        car.kwh_per_km = one.kwh_per_km;
        car.arrive_kwh = one.arrive_kwh;
        car.act = one.act;
        hear(id, DeviceFact::level, one.soc);
        hear(id, DeviceFact::plugged, one.cable);
        hear(id, DeviceFact::home, one.home);
        if (const auto place = charging_place(charging_, one.point, one.vehicle))
            car.place = *place;
        PlanOrders orders;
        std::string power = one.power;
        const auto& points = charging_.site.points;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (points[i].name != one.point) continue;
            orders.charging_mode = "charge-" + one.point + "/mode";
            orders.charging_why = "charge-" + one.point + "/why";
            hear(id, DeviceFact::let, "charge-" + one.point + "/commanded");
            place_of_[id.index] = i;
            orders.charging_default =
                charging::mode_names[static_cast<std::size_t>(points[i].mode)];
            const auto at = charging_.points[i].find("power");
            if (power.empty() && at != charging_.points[i].end()) power = at->second;
        }
        hear(id, DeviceFact::power, power, 1000);
        out_.site.cars.push_back(std::move(car));
        out_.orders[id] = std::move(orders);
    }
    void add(const HeatPumpConfig& one) {
        const DeviceId id{Kind::heat_pump, out_.site.heat_pumps.size()};
        out_.site.heat_pumps.push_back({one.limits, one.comfort.low_c, one.comfort.high_c,
                                        one.comfort.low_away_c, one.comfort.high_away_c, one.quiet,
                                        one.act});
        hear(id, DeviceFact::level, one.room);
        hear(id, DeviceFact::power, one.power.address, one.power.per_kw);
        if (!one.outdoor.empty()) hear(HouseFact::outdoor, {one.outdoor, 1});
        out_.orders[id] = {one.setpoint, one.mode, one.target, one.boost_k, {}, {}};
    }
    void add(const HotWaterConfig& one) {
        const DeviceId id{Kind::hot_water, out_.site.tanks.size()};
        planning::TankSite tank{one.limits, one.litres, one.useful_c, one.litres_day, one.act};
        for (std::size_t i = 0; i < planning_.heat_pumps.size(); ++i)
            if (planning_.heat_pumps[i].limits.name == one.heat_pump) tank.limits.zone = i;
        out_.site.tanks.push_back(std::move(tank));
        hear(id, DeviceFact::level, one.temperature);
        hear(id, DeviceFact::power, one.power.address, one.power.per_kw);
        out_.orders[id] = {{}, one.mode, {}, 0, {}, {}};
    }
    void add(const ApplianceConfig& one) {
        const DeviceId id{Kind::appliance, out_.site.appliances.size()};
        planning::ApplianceSite appliance;
        appliance.limits.name = one.name;
        appliance.limits.profile_kw = one.profile_kw;
        appliance.limits.missed_eur = one.missed_eur;
        if (const auto minute = planning::parse_clock(one.ready_by))
            appliance.ready_minute = *minute;
        appliance.act = one.act;
        out_.site.appliances.push_back(std::move(appliance));
        hear(id, DeviceFact::armed, one.armed);
        hear(id, DeviceFact::power, one.power.address, one.power.per_kw);
        out_.orders[id] = {{}, one.start, {}, 0, {}, {}};
    }
    void collect(const PlanOrders& orders) {
        if (orders.setpoint) out_.settable.push_back(orders.setpoint->address);
        // Whether it is a property or an action is known once the thing is there: both are asked.
        if (orders.mode) {
            out_.settable.push_back(orders.mode->address);
            out_.runnable.push_back(orders.mode->address);
        }
        for (const auto* address : {&orders.target, &orders.charging_mode})
            if (!address->empty()) out_.settable.push_back(*address);
    }

    [[nodiscard]] bool below(const charging::PointSite& point, std::size_t circuit) const {
        std::optional<std::size_t> at = point.circuit;
        while (at && *at != circuit) at = charging_.site.circuits[*at].parent;
        return at.has_value();
    }
    /// How much of a car's power flows on one of the household's phases.
    [[nodiscard]] planner::Circuit::Share share_on(std::size_t car, std::size_t phase) const {
        const auto& place = out_.site.cars[car].place;
        const auto& wiring = charging_.site.points[place_of_.at(car)].wiring;
        const auto used =
            std::min(wiring.size(), static_cast<std::size_t>(std::max(1, place.phases)));
        planner::Circuit::Share share{car, 0, 0};
        for (std::size_t i = 0; i < used; ++i)
            if (wiring[i] == phase) share.part = 1.0 / static_cast<double>(used);
        share.part_few_phases = wiring.front() == phase ? 1 : 0;
        if (!place.switches_phases) share.part_few_phases = share.part;
        return share;
    }
    /// Each phase of a fuse that the planned cars below it could overload.
    void add_circuits() {
        const auto& site = charging_.site;
        for (std::size_t c = 0; c < site.circuits.size(); ++c) {
            const auto& fuse = site.circuits[c];
            if (!fuse.limit_a) continue;
            for (std::size_t phase = 0; phase < 3; ++phase) {
                planner::Circuit circuit{fuse.name, *fuse.limit_a * site.volts / 1000, {}};
                double most_a = 0;
                for (const auto& [car, point] : place_of_) {
                    if (!below(site.points[point], c)) continue;
                    const auto share = share_on(car, phase);
                    if (share.part <= 0 && share.part_few_phases <= 0) continue;
                    circuit.shares.push_back(share);
                    most_a += out_.site.cars[car].place.most_a;
                }
                const auto same = [&](const planner::Circuit& one) { return one == circuit; };
                auto& all = out_.site.circuits;
                if (most_a > *fuse.limit_a && std::none_of(all.begin(), all.end(), same))
                    all.push_back(std::move(circuit));
            }
        }
    }

    const PlanningConfig& planning_;
    const ChargingConfig& charging_;
    std::map<std::size_t, std::size_t> place_of_;  // of a car's charging point, by number
    PlanWiring out_;
};

}  // namespace

void let_points_follow(ChargingConfig& charging, const PlanningConfig& planning) {
    for (const auto& car : planning.cars)
        for (std::size_t i = 0; i < charging.points.size(); ++i)
            if (charging.site.points[i].name == car.point) {
                const auto plan = "plan-" + to_name(car.limits.name);
                charging.points[i].try_emplace("plan", plan + "/limit");
                charging.points[i].try_emplace("plan_phases", plan + "/phases");
            }
}

PlanningConfig beside(PlanningConfig planning, const std::string& config_file) {
    const auto folder = std::filesystem::path(config_file).parent_path();
    const auto place = [&](std::string& file) {
        if (!file.empty()) file = (folder / file).string();
    };
    for (auto& calendar : planning.calendars) {
        place(calendar.file);
        place(calendar.token_file);
        place(calendar.password_file);
    }
    for (auto* source : {&planning.prices, &planning.sun_forecast, &planning.outdoor_forecast})
        if (*source) place((*source)->token_file);
    return planning;
}

PlanWiring wire(const PlanningConfig& planning, const ChargingConfig& charging) {
    return Wirer(planning, charging).wire();
}

}  // namespace foxtail
