#pragma once

#include "foxtail/planner/house_testing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace foxtail::planner {

/// Households nobody should have, and what sensors say on a bad day: any number may be missing,
/// negative, huge or infinite, any time past, any series empty, short or full of holes.
class Hostile {
public:
    explicit Hostile(std::uint64_t seed) : chance_(seed) {}

    Request request() {
        HouseOf of;
        of.season = static_cast<Season>(pick(4));
        of.tariff = static_cast<Tariff>(pick(5));
        of.hour = pick(24);
        of.day = pick(1000);
        of.gives_back = pick(2) == 0;
        of.peak_eur_kw = pick(3) == 0 ? 0.5 : 0;
        of.feed_in_eur = pick(4) == 0 ? 0.6 : 0.08;
        auto r = house(of);
        evil_ = pick(3) == 0 ? 0.15 : 0.03;
        r.now = r.now + seconds(pick(3600));
        if (odd()) r.now = any_time(r.now);
        if (pick(4) == 0) r.horizon = hours(pick(80));
        connection(r);
        for (auto* series : {&r.buy_eur, &r.sell_eur, &r.load_kw, &r.sun_kw, &r.outdoor_c}) {
            spoil(*series);
        }
        batteries(r);
        cars(r);
        zones(r);
        tanks(r);
        appliances(r);
        overrides(r);
        r.connection.curtails = pick(3) != 0;
        return r;
    }

private:
    int pick(int n) { return static_cast<int>(chance_() % static_cast<std::uint64_t>(n)); }
    double part() { return static_cast<double>(chance_() >> 11) / 9007199254740992.0; }
    bool odd() { return part() < evil_; }
    double any() {
        static const double all[] = {std::numeric_limits<double>::quiet_NaN(),
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity(),
                                     -1,
                                     0,
                                     1e-9,
                                     1e9,
                                     -1e300,
                                     1e300,
                                     0.5,
                                     130};
        return all[pick(11)];
    }
    void twist(double& value) {
        if (odd()) {
            value = any();
        } else {
            value *= 0.5 + part();
        }
    }
    Time any_time(Time now) {
        switch (pick(8)) {
            case 0:
                return {};
            case 1:
                return {std::numeric_limits<std::int64_t>::max()};
            case 2:
                return {std::numeric_limits<std::int64_t>::min()};
            case 3:
                return now;
            case 4:
                return now - days(pick(1000));
            default:
                return now + minutes(pick(60 * 60));
        }
    }
    Time soon(Time now) {
        // The end of time plus an hour is the test's own mistake, not the planner's.
        const Time edge{std::clamp(now.us, -days(400'000).us, days(400'000).us)};
        return odd() ? any_time(edge) : edge + minutes(pick(50 * 60) - 120) + seconds(pick(60));
    }
    void spoil(Series& series) {
        if (odd()) series.values.clear();
        if (odd()) series.step = Duration{pick(3) == 0 ? 0 : -pick(100000)};
        if (odd()) series.from = any_time(series.from);
        if (odd() && !series.values.empty()) {
            series.values.resize(static_cast<std::size_t>(pick(60)));
        }
        if (!odd()) return;
        for (auto& value : series.values) {
            if (pick(10) == 0) value = any();
        }
    }
    void connection(Request& r) {
        r.connection.import_max_kw = 3 + 17 * part();
        r.connection.export_max_kw = 12 * part();
        twist(r.connection.import_max_kw);
        twist(r.connection.export_max_kw);
        twist(r.connection.peak_eur_kw);
        twist(r.connection.peak_so_far_kw);
        if (pick(3) == 0) r.connection.soft_import_kw = Series::constant(4 + 6 * part());
        spoil(r.connection.soft_import_kw);
    }
    void batteries(Request& r) {
        r.batteries.resize(static_cast<std::size_t>(pick(3)), r.batteries.front());
        for (auto& b : r.batteries) {
            b.name = "battery " + std::to_string(pick(3));
            for (auto* value : {&b.capacity_kwh, &b.energy_kwh, &b.min_kwh, &b.max_kwh,
                                &b.charge_max_kw, &b.discharge_max_kw, &b.charge_efficiency,
                                &b.discharge_efficiency, &b.wear_eur_kwh}) {
                twist(*value);
            }
            b.grid_charge = pick(3) != 0;
            b.grid_export = pick(3) == 0;
            if (pick(3) == 0) b.reserve_kwh = Series::constant(10 * part());
            spoil(b.reserve_kwh);
        }
    }
    void cars(Request& r) {
        r.cars.resize(static_cast<std::size_t>(pick(3)), r.cars.front());
        for (auto& c : r.cars) {
            for (auto* value : {&c.capacity_kwh, &c.energy_kwh, &c.floor_kwh, &c.efficiency,
                                &c.discharge_max_kw, &c.discharge_floor_kwh, &c.wear_eur_kwh}) {
                twist(*value);
            }
            if (odd()) c.max_kwh = any();
            if (pick(2) == 0) c.ranges = {{1.38, 3.68}, {4.14, 11}};
            if (odd()) c.ranges.clear();
            for (auto& range : c.ranges) {
                if (odd()) range.min_kw = any();
                if (odd()) range.max_kw = any();
            }
            const int more = pick(4);
            for (int i = 0; i < more; ++i) c.sessions.push_back(c.sessions.front());
            for (auto& s : c.sessions) {
                if (pick(2) == 0) continue;
                s.arrive = soon(r.now);
                s.depart = pick(6) == 0 ? s.arrive : soon(r.now);
                if (pick(3) == 0) s.target_kwh.reset();
                if (s.target_kwh) twist(*s.target_kwh);
                twist(s.trip_kwh);
                twist(s.confidence);
            }
        }
    }
    void zones(Request& r) {
        r.zones.resize(static_cast<std::size_t>(pick(3)), r.zones.front());
        for (auto& z : r.zones) {
            for (auto* value : {&z.resistance_k_kw, &z.capacity_kwh_k, &z.temperature_c, &z.min_kw,
                                &z.max_kw, &z.supply_c, &z.start_eur}) {
                twist(*value);
            }
            z.running = pick(2) == 0;
            z.in_state = odd() ? Duration{-5} : minutes(pick(60));
            z.min_up = minutes(15 * pick(8));
            z.min_down = minutes(15 * pick(5));
            if (odd()) z.min_up = Duration{std::numeric_limits<std::int64_t>::max()};
            if (pick(4) == 0) z.must_be_off = {r.now, minutes(30), {0, 1, 1, 0, 0, 1}};
            for (auto* series : {&z.low_c, &z.high_c, &z.gain_kw, &z.cop, &z.must_be_off}) {
                spoil(*series);
            }
        }
    }
    void tanks(Request& r) {
        const int n = pick(3);
        for (int i = 0; i < n; ++i) {
            HotWater w{"water", {}, 4, 2, 8, 0.05, Series::constant(0.2), 2, Series::constant(2.5)};
            if (pick(2) == 0) w.zone = static_cast<std::size_t>(pick(3));
            for (auto* value : {&w.energy_kwh, &w.min_kwh, &w.max_kwh, &w.loss_kw, &w.power_kw}) {
                twist(*value);
            }
            spoil(w.draw_kw);
            spoil(w.cop);
            r.tanks.push_back(w);
        }
    }
    void appliances(Request& r) {
        for (auto& a : r.appliances) {
            if (pick(2) == 0) a.earliest = soon(r.now);
            if (pick(2) == 0) a.ready_by = soon(r.now);
            for (auto& kw : a.profile_kw) twist(kw);
            if (odd()) a.profile_kw.clear();
            twist(a.missed_eur);
            if (pick(3) == 0) a.quiet = {r.now, minutes(30), {0, 1, 1, 1, 1, 0, 0, 1}};
            spoil(a.quiet);
        }
    }
    void overrides(Request& r) {
        static const char* const names[] = {"leaf",       "house", "battery 1",
                                            "dishwasher", "water", "nobody"};
        const int n = pick(4);
        for (int i = 0; i < n; ++i) {
            Override over{names[pick(6)], static_cast<Override::What>(pick(3)),
                          8 * part() - 1, soon(r.now),
                          soon(r.now),    "anna"};
            if (odd()) over.kw = any();
            r.overrides.push_back(over);
        }
    }

    std::mt19937_64 chance_;
    double evil_ = 0.03;
};

}  // namespace foxtail::planner
