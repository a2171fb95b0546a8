#include "foxtail/planner/grid.hpp"
#include "foxtail/planning/state.hpp"

#include <algorithm>
#include <array>

namespace foxtail::planning {
namespace {

using planner::Kind;
using planner::Request;
using planner::Series;
using Mode = DeviceWishes::Mode;

constexpr double watt_hours_per_litre_k = 1.163;  // water
constexpr double cold_water_c = 10;               // as it comes from the main

/// In which hours of the local day the day's hot water is drawn: before work and before bed, a
/// little between. After the EU's draw profile M (regulation 814/2013), by the hour.
constexpr std::array<double, 24> drawn_by_hour = {0,    0,    0,    0,    0,    0,    0,    0.28,
                                                  0.07, 0.04, 0.02, 0.03, 0.05, 0,    0.02, 0.02,
                                                  0.02, 0,    0.05, 0.02, 0.13, 0.25, 0,    0};

const DeviceFacts& facts_of(const Facts& facts, DeviceId device) {
    static const DeviceFacts none;
    const auto at = facts.devices.find(device);
    return at == facts.devices.end() ? none : at->second;
}

const DeviceWishes& wishes_of(const Wishes& wishes, DeviceId device) {
    static const DeviceWishes none;
    const auto at = wishes.devices.find(device);
    return at == wishes.devices.end() ? none : at->second;
}

Time quarter_of(Time t) {
    return {t.us - t.us % minutes(15).us};
}

/// A series in quarter hours over the horizon.
template <class ValueAt>
Series by_quarter(Time now, Duration horizon, ValueAt value_at) {
    Series out;
    out.from = quarter_of(now);
    for (Time t = out.from; t < now + horizon; t = t + out.step) out.values.push_back(value_at(t));
    return out;
}

void add_batteries(Request& request, const Site& site, const Facts& facts, const Wishes& wishes) {
    for (std::size_t i = 0; i < site.batteries.size(); ++i) {
        auto battery = site.batteries[i].limits;
        const DeviceId id{Kind::battery, i};
        // Without a word from it, it is planned as half full: guessed_levels() says so.
        battery.energy_kwh =
            battery.capacity_kwh * facts_of(facts, id).level_now().value_or(50) / 100;
        battery.reserve_kwh = reserve_of(site, wishes, id);
        request.batteries.push_back(std::move(battery));
    }
}

void add_cars(Request& request, const Site& site, const Facts& facts, const Wishes& wishes,
              const Outlook& outlook, const Zone& zone) {
    const Time until = request.now + request.horizon;
    for (std::size_t i = 0; i < site.cars.size(); ++i) {
        const DeviceId id{Kind::car, i};
        const auto& heard = facts_of(facts, id);
        const auto& wished = wishes_of(wishes, id);
        CarSite own = site.cars[i];
        auto& car = own.limits;
        if (wished.floor_percent) car.floor_kwh = car.capacity_kwh * *wished.floor_percent / 100;
        if (wished.most_percent) car.max_kwh = car.capacity_kwh * *wished.most_percent / 100;
        car.energy_kwh = car.capacity_kwh * heard.level_now().value_or(50) / 100;
        car.charging = heard.kw.value_or(0) > 0.5;
        car.sessions = sessions(own, heard, wished, outlook.trips, zone, request.now, until);
        request.cars.push_back(car);
    }
}

void add_zones(Request& request, const Site& site, const Facts& facts, const Wishes& wishes,
               const Outlook& outlook, const Zone& zone) {
    for (std::size_t i = 0; i < site.heat_pumps.size(); ++i) {
        const DeviceId id{Kind::heat_pump, i};
        const auto& own = site.heat_pumps[i];
        const auto& heard = facts_of(facts, id);
        const auto& wished = wishes_of(wishes, id);
        auto pump = own.limits;
        const auto band = [&](const std::vector<ByClock>& table, std::optional<double> said,
                              double otherwise, double away) {
            return by_quarter(request.now, request.horizon, [&](Time t) {
                if (nobody_home(facts, wishes, outlook.absences, request.now, t)) return away;
                if (said) return *said;
                return forecast::by_clock(table, t, zone, otherwise);
            });
        };
        pump.low_c = band(own.low_c, wished.low_c, 20, own.low_away_c);
        pump.high_c = band(own.high_c, wished.high_c, 23, own.high_away_c);
        if (!own.quiet.empty())
            pump.must_be_off = by_quarter(request.now, request.horizon, [&](Time t) {
                return forecast::by_clock(own.quiet, t, zone, 0);
            });
        pump.temperature_c = heard.level.value_or(pump.low_c.at(request.now) + 0.5);
        pump.running = heard.running;
        if (heard.since.known()) pump.in_state = std::max(Duration{}, request.now - heard.since);
        request.zones.push_back(std::move(pump));
    }
}

void add_tanks(Request& request, const Site& site, const Facts& facts, const Wishes& wishes,
               const Outlook& outlook, const Zone& zone) {
    for (std::size_t i = 0; i < site.tanks.size(); ++i) {
        const auto& own = site.tanks[i];
        auto tank = own.limits;
        const auto& heard = facts_of(facts, {Kind::hot_water, i});
        tank.energy_kwh =
            heard.level ? water_kwh(own, *heard.level) : (tank.min_kwh + tank.max_kwh) / 2;
        // A litre leaves at the useful temperature, mixed if it was hotter, and comes back cold.
        const double day_kwh =
            own.litres_day * watt_hours_per_litre_k / 1000 * (own.useful_c - cold_water_c);
        tank.draw_kw = by_quarter(request.now, request.horizon, [&](Time t) {
            if (nobody_home(facts, wishes, outlook.absences, request.now, t)) return 0.0;
            return day_kwh * drawn_by_hour.at(static_cast<std::size_t>(local_minute(zone, t) / 60));
        });
        // A heat pump has to lift it to the hottest that is planned; a rod gives what it takes.
        const double hottest_c = own.useful_c + tank.max_kwh / water_kwh(own, own.useful_c + 1);
        if (tank.zone && !outlook.outdoor_c.values.empty())
            tank.cop = by_quarter(request.now, request.horizon, [&](Time t) {
                return planner::carnot_cop(hottest_c, outlook.outdoor_c.at(t));
            });
        request.tanks.push_back(std::move(tank));
    }
}

/// An appliance in its run goes on as it will: its rest is load.
void add_rest_of_run(Request& request, const planner::Appliance& appliance, Time from) {
    auto& load = request.load_kw;
    Series spread = by_quarter(request.now, request.horizon, [&](Time t) { return load.at(t); });
    for (std::size_t k = 0; k < appliance.profile_kw.size(); ++k) {
        const Time begins = from + minutes(15) * static_cast<std::int64_t>(k);
        const Time ends = begins + minutes(15);
        for (std::size_t j = 0; j < spread.values.size(); ++j) {
            const Time t = spread.from + spread.step * static_cast<std::int64_t>(j);
            const auto shared = std::min(ends, t + spread.step) - std::max(begins, t);
            if (shared.us > 0)
                spread.values[j] += appliance.profile_kw[k] * static_cast<double>(shared.us) /
                                    static_cast<double>(spread.step.us);
        }
    }
    load = std::move(spread);
}

void add_appliances(Request& request, const Site& site, const Facts& facts, const Wishes& wishes,
                    const Zone& zone) {
    const auto quiet = quiet_hours(site, wishes);
    for (std::size_t i = 0; i < site.appliances.size(); ++i) {
        const DeviceId id{Kind::appliance, i};
        const auto& own = site.appliances[i];
        const auto& heard = facts_of(facts, id);
        if (heard.run_from.known()) {
            add_rest_of_run(request, own.limits, heard.run_from);
            continue;
        }
        if (!heard.armed) continue;
        auto appliance = own.limits;
        appliance.earliest = request.now;
        if (quiet.any())
            appliance.quiet = by_quarter(request.now, request.horizon, [&](Time t) {
                return quiet.holds(local_minute(zone, t)) ? 1.0 : 0.0;
            });
        const int ready = wishes_of(wishes, id).ready_minute.value_or(own.ready_minute);
        const auto takes = minutes(15) * static_cast<std::int64_t>(appliance.profile_kw.size());
        appliance.ready_by = quarter_of(request.now) + hours(24);  // the same a moment later
        if (ready >= 0) {
            appliance.ready_by = local_moment(zone, request.now, 0, ready);
            if (appliance.ready_by < request.now + takes)
                appliance.ready_by = local_moment(zone, request.now, 1, ready);
        }
        request.appliances.push_back(std::move(appliance));
    }
}

double most_kw(const Site& site, DeviceId id) {
    switch (id.kind) {
        case Kind::battery:
            return site.batteries[id.index].limits.charge_max_kw;
        case Kind::car:
            return site.cars[id.index].limits.ranges.empty()
                       ? 0
                       : site.cars[id.index].limits.ranges.back().max_kw;
        case Kind::heat_pump:
            return site.heat_pumps[id.index].limits.max_kw;
        case Kind::hot_water:
            return site.tanks[id.index].limits.power_kw;
        case Kind::appliance:
            return 0;
    }
    return 0;
}

/// Who does not do what it is told is planned as it is, unless somebody wants something of it.
void add_deaf(Request& request, const Site& site, const Facts& facts, const Wishes& wishes) {
    for (const auto& [id, heard] : facts.devices) {
        const auto& wished = wishes_of(wishes, id);
        const bool said = wished.mode != Mode::automatic && wished.until > request.now;
        if (heard.deaf_until <= request.now || said || !acts(site, wishes, id)) continue;
        planner::Override one;
        one.device = name_of(site, id);
        one.what = planner::Override::What::exactly;
        one.kw = heard.deaf_kw;
        one.from = request.now;
        one.until = heard.deaf_until;
        one.measured = true;
        request.overrides.push_back(std::move(one));
    }
}

/// When a tank that is heated from now on can take no more. "Now" asked for longer would be done as
/// well by heating later.
Time full_at(const Request& request, const planner::HotWater& tank) {
    const double cop = tank.cop.values.empty() ? 1 : std::max(1.0, tank.cop.at(request.now));
    const double room = std::max(0.0, tank.max_kwh - tank.energy_kwh);
    if (tank.power_kw <= 0) return request.now;
    return request.now + Duration{static_cast<std::int64_t>(room / (tank.power_kw * cop) * 3.6e9)};
}

void add_overrides(Request& request, const Site& site, const Wishes& wishes) {
    for (const auto& [id, wished] : wishes.devices) {
        if (wished.hold && wished.hold->until > request.now) {
            const auto what = wished.hold->kw == 0 ? planner::Override::What::off
                                                   : planner::Override::What::exactly;
            request.overrides.push_back({name_of(site, id), what, wished.hold->kw,
                                         wished.hold->from, wished.hold->until, wished.hold_by});
        }
        // What is said of now goes before what is said of a time.
        if (wished.mode == Mode::automatic || wished.until <= request.now) continue;
        planner::Override one;
        one.device = name_of(site, id);
        one.by = wished.by;
        one.from = request.now;
        one.until = wished.until;
        if (wished.mode == Mode::now) {
            if (id.kind == Kind::appliance) {
                // "Now" of an appliance is the shortest way to its end, whoever hears it.
                for (auto& appliance : request.appliances) {
                    if (appliance.name != one.device) continue;
                    appliance.quiet = {};
                    appliance.ready_by =
                        request.now +
                        minutes(15) * static_cast<std::int64_t>(appliance.profile_kw.size());
                }
                continue;
            }
            one.what = planner::Override::What::at_least;
            one.kw = most_kw(site, id);
            if (id.kind == Kind::hot_water)
                one.until = std::min(one.until, full_at(request, request.tanks[id.index]));
            if (one.until <= request.now) continue;
        }
        request.overrides.push_back(std::move(one));
    }
}

}  // namespace

double water_kwh(const TankSite& tank, double celsius) {
    return tank.litres * watt_hours_per_litre_k / 1000 * (celsius - tank.useful_c);
}

std::vector<DeviceId> devices(const Site& site) {
    std::vector<DeviceId> out;
    const auto add = [&](Kind kind, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) out.push_back({kind, i});
    };
    add(Kind::battery, site.batteries.size());
    add(Kind::car, site.cars.size());
    add(Kind::heat_pump, site.heat_pumps.size());
    add(Kind::hot_water, site.tanks.size());
    add(Kind::appliance, site.appliances.size());
    return out;
}

const std::string& name_of(const Site& site, DeviceId device) {
    switch (device.kind) {
        case Kind::battery:
            return site.batteries[device.index].limits.name;
        case Kind::car:
            return site.cars[device.index].limits.name;
        case Kind::heat_pump:
            return site.heat_pumps[device.index].limits.name;
        case Kind::hot_water:
            return site.tanks[device.index].limits.name;
        case Kind::appliance:
            break;
    }
    return site.appliances[device.index].limits.name;
}

bool acts(const Site& site, DeviceId device) {
    switch (device.kind) {
        case Kind::battery:
            return site.batteries[device.index].act;
        case Kind::car:
            return site.cars[device.index].act;
        case Kind::heat_pump:
            return site.heat_pumps[device.index].act;
        case Kind::hot_water:
            return site.tanks[device.index].act;
        case Kind::appliance:
            break;
    }
    return site.appliances[device.index].act;
}

bool Facts::sun_held_back() const {
    constexpr double near_kw = 0.15;
    return sun_limit_kw && sun_kw && *sun_kw > *sun_limit_kw - near_kw;
}

bool acts(const Site& site, const Wishes& wishes, DeviceId device) {
    return wishes_of(wishes, device).act.value_or(acts(site, device));
}

QuietHours quiet_hours(const Site& site, const Wishes& wishes) {
    return wishes.quiet.value_or(site.quiet);
}

planner::Series reserve_of(const Site& site, const Wishes& wishes, DeviceId battery) {
    const auto& limits = site.batteries[battery.index].limits;
    const auto& wished = wishes_of(wishes, battery).reserve_percent;
    return wished ? planner::Series::constant(limits.capacity_kwh * *wished / 100)
                  : limits.reserve_kwh;
}

std::vector<planner::Told> guessed_levels(const Site& site, const Facts& facts) {
    std::vector<planner::Told> out;
    for (const DeviceId id : devices(site)) {
        const auto& heard = facts_of(facts, id);
        if (id.kind == Kind::appliance || heard.level) continue;
        const auto& name = name_of(site, id);
        if (heard.held_level)
            out.push_back({planner::Tells::level_held,
                           {{"device", name},
                            {"level", *heard.held_level},
                            {"since", format_rfc3339(heard.level_at)}}});
        else
            out.push_back({planner::Tells::level_unknown, {{"device", name}}});
    }
    return out;
}

bool nobody_home(const Facts& facts, const Wishes& wishes, const std::vector<Absence>& absences,
                 Time now, Time t) {
    if (wishes.away_until > t) return true;
    for (const Absence& one : absences)
        if (one.from <= t && t < one.until) return true;
    // Who is out now is not out all night: presence counts for the next hours only.
    return !facts.somebody_home.value_or(true) && t < now + hours(2);
}

Request make_request(const Site& site, const Facts& facts, const Wishes& wishes,
                     const Outlook& outlook, const Zone& zone, Time now) {
    Request request;
    request.now = now;
    request.horizon = site.horizon;
    request.connection = site.connection;
    request.ladder = site.ladder;
    if (facts.peak_kw) request.connection.peak_so_far_kw = *facts.peak_kw;
    if (facts.soft_import_kw) {
        request.connection.soft_import_kw = Series::constant(*facts.soft_import_kw);
    } else if (!site.soft_import_kw.empty()) {
        const double none = site.connection.import_max_kw;
        request.connection.soft_import_kw = by_quarter(now, site.horizon, [&](Time t) {
            return forecast::by_clock(site.soft_import_kw, t, zone, none);
        });
    }
    request.buy_eur = outlook.buy.eur;
    request.sell_eur = outlook.sell.eur;
    request.prices_until = outlook.buy.known_until;
    request.load_kw = outlook.load_kw;
    request.sun_kw = outlook.sun_kw;
    request.outdoor_c = outlook.outdoor_c;
    add_batteries(request, site, facts, wishes);
    add_cars(request, site, facts, wishes, outlook, zone);
    request.circuits = site.circuits;
    add_zones(request, site, facts, wishes, outlook, zone);
    add_tanks(request, site, facts, wishes, outlook, zone);
    add_appliances(request, site, facts, wishes, zone);
    // Of two words on a device the later one holds: what people say goes before what is measured.
    add_deaf(request, site, facts, wishes);
    add_overrides(request, site, wishes);
    return request;
}

}  // namespace foxtail::planning
