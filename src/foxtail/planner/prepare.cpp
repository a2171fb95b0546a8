#include "foxtail/planner/prepare.hpp"

#include "foxtail/planner/mender.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

void mend_connection(Mender& mend, Connection& c) {
    const std::string where = "connection";
    mend.number(where, "import limit in kW", c.import_max_kw, 0, 1000, 17);
    mend.number(where, "export limit in kW", c.export_max_kw, 0, 1000, 17);
    mend.number(where, "price of the peak", c.peak_eur_kw, 0, 1000, 0);
    mend.number(where, "peak so far in kW", c.peak_so_far_kw, 0, 1000, 0);
    mend.series(where, "soft limit", c.soft_import_kw, 0, 1000, 1000);
}

void mend_battery(Mender& mend, Battery& b) {
    const auto where = "battery " + b.name;
    mend.number(where, "capacity in kWh", b.capacity_kwh, 0, 10'000, 0);
    mend.number(where, "lowest charge in kWh", b.min_kwh, 0, b.capacity_kwh, 0);
    if (b.max_kwh <= 0) b.max_kwh = b.capacity_kwh;
    mend.number(where, "highest charge in kWh", b.max_kwh, b.min_kwh, b.capacity_kwh,
                b.capacity_kwh);
    mend.number(where, "state of charge in kWh", b.energy_kwh, 0, b.capacity_kwh, b.min_kwh);
    mend.number(where, "charging power in kW", b.charge_max_kw, 0, 1000, 0);
    mend.number(where, "discharging power in kW", b.discharge_max_kw, 0, 1000, 0);
    if (b.charge_max_kw < 0.01) b.charge_max_kw = 0;
    if (b.discharge_max_kw < 0.01) b.discharge_max_kw = 0;
    mend.number(where, "charging efficiency", b.charge_efficiency, 0.5, 1, 0.95);
    mend.number(where, "discharging efficiency", b.discharge_efficiency, 0.5, 1, 0.95);
    mend.number(where, "wear a kWh", b.wear_eur_kwh, 0, 10, 0.02);
    mend.series(where, "reserve", b.reserve_kwh, 0, b.max_kwh, 0);
}

void mend_ranges(Mender& mend, Car& car, const std::string& where) {
    for (auto& range : car.ranges) {
        mend.number(where, "highest charging power in kW", range.max_kw, 0, 1000, 0);
        mend.number(where, "lowest charging power in kW", range.min_kw, 0, range.max_kw, 0);
    }
    std::erase_if(car.ranges, [](const PowerRange& range) { return range.max_kw <= 0.01; });
    std::sort(car.ranges.begin(), car.ranges.end(),
              [](const PowerRange& a, const PowerRange& b) { return a.min_kw < b.min_kw; });
    for (std::size_t i = 0; i + 1 < car.ranges.size();) {  // those that touch are one
        if (car.ranges[i + 1].min_kw <= car.ranges[i].max_kw + 0.01) {
            car.ranges[i].max_kw = std::max(car.ranges[i].max_kw, car.ranges[i + 1].max_kw);
            car.ranges.erase(car.ranges.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        } else {
            ++i;
        }
    }
    if (car.ranges.size() > 3) car.ranges.resize(3);
}

/// In order of their ends and apart from each other: two goals in one stay are one after the other.
void order_sessions(Mender& mend, Car& car, const std::string& where) {
    auto& all = car.sessions;
    std::stable_sort(all.begin(), all.end(),
                     [](const Session& a, const Session& b) { return a.depart < b.depart; });
    for (std::size_t i = all.size(); i-- > 1;) {
        if (all[i].arrive < all[i - 1].arrive) all[i - 1].arrive = all[i].arrive;
    }
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].arrive >= all[i - 1].depart) continue;
        all[i].arrive = all[i - 1].depart;
        if (all[i].trip_kwh > 0) {
            mend.say(where, "a trip within a stay is not planned with");
            all[i].trip_kwh = 0;
        }
    }
    double trip = 0;
    std::vector<Session> kept;
    for (auto& session : all) {
        session.trip_kwh += trip;
        trip = 0;
        if (session.depart - session.arrive < slot_shortest_stay) {
            trip = session.trip_kwh;
            continue;
        }
        kept.push_back(session);
    }
    all = std::move(kept);
    if (all.size() > sessions_max) {
        all.resize(sessions_max);
        mend.say(where, "more than 12 stays: the first 12 are planned");
    }
}

void mend_sessions(Mender& mend, Car& car, const std::string& where, Time now) {
    if (car.sessions.size() > 200) car.sessions.resize(200);
    for (auto& session : car.sessions) {
        mend.time(session.arrive);
        mend.time(session.depart);
        mend.number(where, "energy of a trip in kWh", session.trip_kwh, 0, car.capacity_kwh, 0);
        mend.number(where, "confidence", session.confidence, 0, 1, 1);
        if (session.target_kwh) {
            mend.number(where, "goal in kWh", *session.target_kwh, 0, car.max_kwh, car.max_kwh);
        }
        const auto name = session.goal.empty() ? std::string("a goal") : "'" + session.goal + "'";
        if (session.depart <= now) {
            if (session.target_kwh) mend.say(where, name + " is over");
        } else if (session.depart - session.arrive < slot_shortest_stay && session.target_kwh) {
            mend.say(where, name + " leaves no time to charge");
        }
        if (session.arrive <= now) session.trip_kwh = 0;  // made already
    }
    std::erase_if(car.sessions, [now](const Session& s) { return s.depart <= now; });
    order_sessions(mend, car, where);
}

void mend_car(Mender& mend, Car& c, Time now) {
    const auto where = "car " + c.name;
    mend.number(where, "capacity in kWh", c.capacity_kwh, 0, 10'000, 50);
    if (c.max_kwh <= 0) c.max_kwh = c.capacity_kwh;
    mend.number(where, "highest charge in kWh", c.max_kwh, 0, c.capacity_kwh, c.capacity_kwh);
    // Of a car that tells nothing: half, and it is said.
    mend.number(where, "state of charge in kWh", c.energy_kwh, 0, c.capacity_kwh,
                0.5 * c.capacity_kwh);
    mend.number(where, "least charge in kWh", c.floor_kwh, 0, c.max_kwh, 0);
    mend.number(where, "efficiency", c.efficiency, 0.5, 1, 0.92);
    mend.number(where, "discharging power in kW", c.discharge_max_kw, 0, 1000, 0);
    mend.number(where, "charge down to which it gives back, in kWh", c.discharge_floor_kwh, 0,
                c.max_kwh, c.max_kwh);
    mend.number(where, "wear a kWh", c.wear_eur_kwh, 0, 10, 0.05);
    if (c.discharge_max_kw <= 0) c.gives_back = false;
    mend_ranges(mend, c, where);
    mend_sessions(mend, c, where, now);
}

void mend_zone(Mender& mend, Zone& z) {
    const auto where = "zone " + z.name;
    mend.number(where, "resistance in K/kW", z.resistance_k_kw, 0.1, 1000, 5);
    mend.number(where, "capacity in kWh/K", z.capacity_kwh_k, 0.1, 1000, 9);
    if (z.low_c.values.empty() && z.high_c.values.empty()) {
        mend.say(where, "no comfort band: 20 to 23 degrees are planned with");
        z.low_c = Series::constant(20);
        z.high_c = Series::constant(23);
    }
    if (z.low_c.values.empty()) z.low_c = Series::constant(5);
    if (z.high_c.values.empty()) z.high_c = Series::constant(40);
    mend.series(where, "comfort band", z.low_c, -20, 40, 20);
    mend.series(where, "comfort band", z.high_c, -20, 45, 23);
    mend.number(where, "temperature", z.temperature_c, -30, 60, z.low_c.values.front());
    mend.series(where, "gain", z.gain_kw, -100, 100, 0);
    mend.number(where, "highest power in kW", z.max_kw, 0, 1000, 0);
    if (z.max_kw < 0.01) z.max_kw = 0;
    mend.number(where, "lowest power in kW", z.min_kw, 0, z.max_kw, 0);
    z.min_kw = std::max(z.min_kw, std::min(0.05, z.max_kw));  // running is more than nothing
    mend.series(where, "COP", z.cop, 0.5, 10, 3);
    mend.number(where, "supply temperature", z.supply_c, 20, 90, 35);
    mend.span(z.min_up, {}, hours(3));
    mend.span(z.min_down, {}, hours(3));
    mend.span(z.in_state, {}, days(365));
    mend.number(where, "cost of a start", z.start_eur, 0, 10, 0.01);
    mend.series(where, "quiet hours", z.must_be_off, 0, 1, 0);
}

void mend_tank(Mender& mend, HotWater& t, std::size_t zones) {
    const auto where = "hot water " + t.name;
    mend.number(where, "most energy in kWh", t.max_kwh, 0, 1000, 5);
    mend.number(where, "least energy in kWh", t.min_kwh, 0, t.max_kwh, 0);
    mend.number(where, "energy in kWh", t.energy_kwh, 0, 1000, 0.5 * t.max_kwh);
    mend.number(where, "loss in kW", t.loss_kw, 0, 10, 0.05);
    mend.number(where, "power in kW", t.power_kw, 0, 100, 2);
    if (t.power_kw < 0.01) t.power_kw = 0;
    mend.series(where, "draw", t.draw_kw, 0, 100, 0);
    mend.series(where, "COP", t.cop, 0.5, 10, 1);
    if (t.zone && *t.zone >= zones) {
        mend.say(where, "its heat pump is not there: planned as one of its own");
        t.zone.reset();
    }
}

void mend_appliance(Mender& mend, Appliance& a) {
    const auto where = "appliance " + a.name;
    if (a.profile_kw.size() > 96) {
        a.profile_kw.resize(96);
        mend.say(where, "runs longer than a day: the first day is planned");
    }
    for (auto& kw : a.profile_kw) mend.number(where, "power in kW", kw, 0, 100, 0);
    mend.time(a.earliest);
    mend.time(a.ready_by);
    mend.series(where, "quiet hours", a.quiet, 0, 1, 0);
    mend.number(where, "cost of not running", a.missed_eur, 0, 10'000, 5);
}

template <class T>
void at_most(Mender& mend, std::vector<T>& all, std::size_t most, const char* what) {
    if (all.size() <= most) return;
    all.resize(most);
    std::string text("too many ");
    text += what;
    text += ": the first ";
    text += std::to_string(most);
    text += " are planned";
    mend.say("request", text);
}

/// What limits nothing, or nothing that is planned, is left out.
void mend_circuits(Mender& mend, Request& r) {
    for (auto& circuit : r.circuits) {
        const auto where = "circuit " + circuit.name;
        mend.number(where, "limit in kW", circuit.limit_kw, 0, 1000, 1000);
        std::erase_if(circuit.shares,
                      [&r](const Circuit::Share& one) { return one.car >= r.cars.size(); });
        for (auto& share : circuit.shares) {
            mend.number(where, "part of a car's power", share.part, 0, 1, 1);
            mend.number(where, "part of a car's power", share.part_few_phases, 0, 1, 1);
        }
    }
    std::erase_if(r.circuits, [](const Circuit& one) { return one.shares.empty(); });
    at_most(mend, r.circuits, circuits_max, "circuits");
}

void mend_overrides(Mender& mend, Request& r) {
    std::erase_if(r.overrides, [&](Override& over) {
        mend.time(over.from);
        mend.time(over.until);
        mend.number("override of " + over.device, "power in kW", over.kw, -1000, 1000, 0);
        const auto is = [&over](const auto& device) { return device.name == over.device; };
        const bool known = std::any_of(r.batteries.begin(), r.batteries.end(), is) ||
                           std::any_of(r.cars.begin(), r.cars.end(), is) ||
                           std::any_of(r.zones.begin(), r.zones.end(), is) ||
                           std::any_of(r.tanks.begin(), r.tanks.end(), is) ||
                           std::any_of(r.appliances.begin(), r.appliances.end(), is);
        if (!known) mend.say("override of " + over.device, "no such device");
        return !known || over.until <= over.from || over.until <= r.now;
    });
}

void mend_series(Mender& mend, Request& r) {
    mend.series("price", "import", r.buy_eur, -100, 100, 0.3);
    mend.series("price", "feed-in", r.sell_eur, -100, 100, 0);
    mend.series("load", "forecast", r.load_kw, 0, 1000, 0.3);
    mend.series("sun", "forecast", r.sun_kw, 0, 1000, 0);
    mend.series("weather", "outdoor temperature", r.outdoor_c, -60, 60, 10);
    const auto end = r.now + r.horizon;
    mend.extend("price", "import", r.buy_eur, end);
    mend.extend("price", "feed-in", r.sell_eur, end);
    mend.extend("load", "forecast", r.load_kw, end);
    mend.extend("sun", "forecast", r.sun_kw, end);
    mend.extend("weather", "outdoor temperature", r.outdoor_c, end);
}

}  // namespace

Prepared prepare(const Request& asked) {
    Prepared out{asked, {}};
    auto& r = out.request;
    Mender mend(out.mended, r.now);
    if (r.horizon < horizon_least || r.horizon > horizon_most) {
        mend.say("request", "a horizon that cannot be planned: 48 hours are");
        r.horizon = hours(48);
    }
    mend.time(r.prices_until);
    mend_connection(mend, r.connection);
    mend_series(mend, r);
    at_most(mend, r.batteries, batteries_max, "batteries");
    at_most(mend, r.cars, cars_max, "cars");
    at_most(mend, r.zones, zones_max, "zones");
    at_most(mend, r.tanks, tanks_max, "tanks");
    at_most(mend, r.appliances, appliances_max, "appliances");
    for (auto& b : r.batteries) mend_battery(mend, b);
    for (auto& c : r.cars) mend_car(mend, c, r.now);
    mend_circuits(mend, r);
    for (auto& z : r.zones) mend_zone(mend, z);
    for (auto& t : r.tanks) mend_tank(mend, t, r.zones.size());
    for (auto& a : r.appliances) mend_appliance(mend, a);
    if (r.left) {
        r.left->zone_k.resize(r.zones.size());
        r.left->tank_kwh.resize(r.tanks.size());
        mend.number("request", "worth of what is left in a battery", r.left->battery_kwh, 0, 10, 0);
        mend.number("request", "worth of what is left in a car", r.left->car_kwh, 0, 10, 0);
        for (auto* worths : {&r.left->zone_k, &r.left->tank_kwh})
            for (double& eur : *worths)
                mend.number("request", "worth of warmth that is left", eur, 0, 1000, 0);
    }
    mend_overrides(mend, r);
    at_most(mend, r.overrides, overrides_max, "overrides");
    const Ladder usual;
    const auto rung = [&mend](double& value, double otherwise) {
        mend.number("ladder", "price of a missing unit", value, 0, 1000, otherwise);
    };
    rung(r.ladder.car_floor_kwh, usual.car_floor_kwh);
    rung(r.ladder.deadline_kwh, usual.deadline_kwh);
    rung(r.ladder.reserve_kwh, usual.reserve_kwh);
    rung(r.ladder.cold_kh, usual.cold_kh);
    rung(r.ladder.hot_kh, usual.hot_kh);
    rung(r.ladder.water_kwh, usual.water_kwh);
    rung(r.ladder.soft_limit_kwh, usual.soft_limit_kwh);
    return out;
}

}  // namespace foxtail::planner
