#pragma once

#include "foxtail/planner/request.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace foxtail::planner {

/// A full household for tests and benches, from formulas: the same shape as real ones.
enum class Tariff : std::uint8_t { dynamic, flat, day_night, both_ways, negative };
enum class Season : std::uint8_t { winter, spring, summer, autumn };

struct HouseOf {
    Season season = Season::spring;
    Tariff tariff = Tariff::dynamic;
    int hour = 18;  // of the day, UTC
    int day = 0;    // varies clouds, prices and habits
    bool gives_back = false;
    double peak_eur_kw = 0;
    double feed_in_eur = 0.08;
};

namespace house_testing {

/// Chance that depends on nothing but its arguments: 0..1.
inline double chance(int a, int b, int c) {
    std::uint64_t x = static_cast<std::uint64_t>(a) * std::uint64_t{0x9E3779B97F4A7C15} +
                      static_cast<std::uint64_t>(b) * std::uint64_t{0xBF58476D1CE4E5B9} +
                      static_cast<std::uint64_t>(c) * std::uint64_t{0x94D049BB133111EB} + 1;
    x ^= x >> 30;
    x *= std::uint64_t{0xBF58476D1CE4E5B9};
    x ^= x >> 27;
    x *= std::uint64_t{0x94D049BB133111EB};
    x ^= x >> 31;
    return static_cast<double>(x >> 11) / 9007199254740992.0;
}

inline double bump(double hour, double middle, double width) {
    const double z = (hour - middle) / width;
    return std::exp(-z * z);
}

inline double spot(Season season, int day, int hour) {
    const double level[] = {0.10, 0.06, 0.05, 0.09};
    const double dip[] = {0.01, 0.08, 0.10, 0.04};
    const auto s = static_cast<std::size_t>(season);
    return level[s] + 0.06 * bump(hour, 7, 2) + 0.09 * bump(hour, 18, 2.2) -
           dip[s] * bump(hour, 12, 3) + 0.03 * (chance(day, hour, 7) - 0.5);
}

inline void add_prices(Request& r, const HouseOf& of, Time midnight) {
    r.buy_eur = {midnight, hours(1), {}};
    r.sell_eur = {midnight, hours(1), {}};
    for (int h = 0; h < 24 * 4; ++h) {
        const double market = spot(of.season, of.day + h / 24, h % 24);
        double buy = market + 0.19;
        double sell = of.feed_in_eur;
        if (of.tariff == Tariff::flat) buy = 0.32;
        if (of.tariff == Tariff::day_night) buy = h % 24 < 6 || h % 24 >= 22 ? 0.22 : 0.36;
        if (of.tariff == Tariff::both_ways) sell = market - 0.005;
        if (of.tariff == Tariff::negative) buy = market + 0.05;
        r.buy_eur.values.push_back(buy);
        r.sell_eur.values.push_back(sell);
    }
}

inline void add_weather(Request& r, const HouseOf& of, Time midnight) {
    const double sun[] = {1.6, 5.5, 7.5, 3.5};
    const double length[] = {2.0, 3.2, 4.2, 2.6};
    const double mean_c[] = {1, 9, 19, 9};
    const auto s = static_cast<std::size_t>(of.season);
    for (auto* series : {&r.load_kw, &r.sun_kw, &r.outdoor_c}) {
        *series = {midnight, minutes(15), {}};
    }
    for (int q = 0; q < 96 * 4; ++q) {
        const double hour = (q % 96) / 4.0;
        const int day = of.day + q / 96;
        const double cloud = 0.35 + 0.65 * chance(day, 1, 2);
        const double flicker = 0.8 + 0.4 * chance(day, q, 3);
        const double up = bump(hour, 12, length[s]);
        r.sun_kw.values.push_back(up < 0.03 ? 0 : sun[s] * up * cloud * flicker);
        r.load_kw.values.push_back(0.25 + 0.5 * bump(hour, 7.5, 1) + 0.9 * bump(hour, 19, 2) +
                                   0.3 * chance(day, q, 4));
        r.outdoor_c.values.push_back(mean_c[s] + 4 * std::sin((hour - 9) / 24 * 6.2831853) +
                                     3 * (chance(day, 5, 6) - 0.5));
    }
}

}  // namespace house_testing

inline Request house(const HouseOf& of) {
    using namespace house_testing;
    const Time midnight = time_from({2024, 1 + 3 * static_cast<int>(of.season), 10});
    Request r;
    r.now = midnight + hours(of.hour);
    r.connection.peak_eur_kw = of.peak_eur_kw;
    if (of.peak_eur_kw > 0) r.connection.peak_so_far_kw = 4;
    add_prices(r, of, midnight);
    add_weather(r, of, midnight);
    r.batteries.push_back({"battery", 10, 4, 0.5, 10, {}, 5, 5});
    Car car;
    car.name = "leaf";
    car.capacity_kwh = 60;
    car.energy_kwh = 22;
    car.floor_kwh = 9;
    car.gives_back = of.gives_back;
    car.discharge_max_kw = 7;
    car.discharge_floor_kwh = 18;
    const auto morning = midnight + hours(of.hour < 12 ? 31 : 31);
    Session first{r.now - hours(1), morning, 45, 0, 1, "anna: ready by seven"};
    Session second{morning + hours(10), morning + hours(24), 40, 11, 0.9, "tomorrow"};
    car.sessions = {first, second};
    r.cars.push_back(car);
    Zone zone;
    zone.name = "house";
    zone.temperature_c = 20.6;
    zone.low_c = {midnight, hours(1), {}};
    zone.high_c = Series::constant(22.5);
    zone.gain_kw = {midnight, minutes(15), {}};
    for (int h = 0; h < 96; ++h) {
        zone.low_c.values.push_back(h % 24 >= 6 && h % 24 < 22 ? 20.5 : 19);
    }
    for (const double kw : r.sun_kw.values) zone.gain_kw.values.push_back(0.2 + 0.08 * kw);
    r.zones.push_back(zone);
    Appliance dishes{"dishwasher", {1.8, 0.3, 1.6, 0.2, 0.1}, r.now, r.now + hours(14)};
    Appliance washer{"washer", {2.0, 1.0, 0.3, 0.3, 0.4}, r.now + hours(2), r.now + hours(26)};
    r.appliances = {dishes, washer};
    return r;
}

}  // namespace foxtail::planner
