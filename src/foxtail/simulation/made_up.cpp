#include "foxtail/simulation/world.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace foxtail::simulation {
namespace {

/// SplitMix64: the same numbers on every machine.
class Numbers {
public:
    explicit Numbers(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}
    double operator()() {  // 0..1
        state_ += 0x9e3779b97f4a7c15U;
        auto z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1.0p-53;
    }

private:
    std::uint64_t state_;
};

double bump(double hour, double middle, double width) {
    const double x = (hour - middle) / width;
    return std::exp(-x * x);
}

/// What a day has of its own.
struct Mood {
    double clear = 1;
    double warmer = 0;
    double dearer = 0;
};

}  // namespace

World made_up_world(Time from, int day_count, unsigned seed) {
    constexpr int quarters = 96;
    World out;
    for (auto* series : {&out.load_kw, &out.sun_kw, &out.buy_eur, &out.sell_eur, &out.outdoor_c})
        *series = {from, minutes(15), {}};
    Numbers chance(seed);
    Mood mood;
    for (int day = 0; day < day_count; ++day) {
        mood.clear = std::clamp(0.35 * mood.clear + 0.8 * chance(), 0.08, 1.0);
        mood.warmer = 0.6 * mood.warmer + 5 * (chance() - 0.5);
        mood.dearer = 0.5 * mood.dearer + 0.08 * (chance() - 0.5);
        for (int quarter = 0; quarter < quarters; ++quarter) {
            const auto now = from + days(day) + minutes(15 * quarter);
            const double year = static_cast<double>(now.us % days(36525).us) /
                                static_cast<double>(days(1).us) / 365.25;
            const double summer = -std::cos(2 * std::numbers::pi * (year + 10 / 365.25));  // -1..1
            const double hour = static_cast<double>(now.us % days(1).us) / 3.6e9;
            const double daylight = 12 + 4.2 * summer;
            const double height = std::cos(std::numbers::pi * (hour - 11.5) / daylight);
            const bool day_time = std::abs(hour - 11.5) < daylight / 2;
            const double passing = mood.clear * (0.75 + 0.25 * chance());
            out.sun_kw.values.push_back(
                day_time ? (5.5 + 2.5 * summer) * std::pow(std::max(0.0, height), 1.3) * passing
                         : 0);
            out.load_kw.values.push_back(0.22 + 0.5 * bump(hour, 6.5, 1.2) +
                                         0.9 * bump(hour, 18.5, 2) + 0.25 * chance() * chance());
            const double spot = 0.07 + mood.dearer + 0.06 * bump(hour, 7, 1.8) +
                                0.09 * bump(hour, 18, 2.2) -
                                (0.05 + 0.03 * summer) * mood.clear * bump(hour, 12, 2.8);
            out.buy_eur.values.push_back(1.19 * spot + 0.15);
            out.sell_eur.values.push_back(0.08);
            out.outdoor_c.values.push_back(9.5 + 9 * summer + mood.warmer +
                                           3.5 * std::cos(2 * std::numbers::pi * (hour - 15) / 24));
        }
    }
    return out;
}

}  // namespace foxtail::simulation
