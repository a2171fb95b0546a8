// For each code that a plan can give as a reason, a house in which it is the reason.
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Code;
using planner::Override;
using planner::Request;
using planner::Series;

const Time eight = *parse_rfc3339("2026-03-03T08:00:00Z");

/// Nothing but a load, in the morning, with power at 0.30.
Request plain_house() {
    Request r;
    r.now = eight;
    r.buy_eur = Series::constant(0.3);
    r.sell_eur = Series::constant(0.05);
    r.load_kw = Series::constant(0.4);
    r.sun_kw = Series::constant(0);
    r.outdoor_c = Series::constant(8);
    r.prices_until = r.now + hours(48);
    return r;
}

/// `first` for the first hours, then `then`.
Series after(int first_hours, double first, double then) {
    Series out{eight, hours(1), {}};
    for (int h = 0; h < 48; ++h) out.values.push_back(h < first_hours ? first : then);
    return out;
}
/// `value` from one hour on until another, else `otherwise`.
Series between(int from, int until, double value, double otherwise) {
    auto out = after(48, otherwise, otherwise);
    for (int h = from; h < until; ++h) out.values[static_cast<std::size_t>(h)] = value;
    return out;
}

Request with_car(double kwh, std::optional<double> target, int leaves_in_hours = 10) {
    auto r = plain_house();
    planner::Car car;
    car.name = "it";
    car.capacity_kwh = 60;
    car.floor_kwh = 6;
    car.energy_kwh = kwh;
    car.sessions = {{r.now - minutes(1), r.now + hours(leaves_in_hours), target, 0, 1, "goal"}};
    r.cars = {car};
    return r;
}
Request with_battery(double kwh) {
    auto r = plain_house();
    r.batteries = {{"it", 10, kwh, 0.5, 10, {}, 5, 5}};
    return r;
}
Request with_zone(double celsius) {
    auto r = plain_house();
    planner::Zone zone;
    zone.name = "it";
    zone.temperature_c = celsius;
    zone.low_c = Series::constant(20);
    zone.high_c = Series::constant(23);
    r.zones = {zone};
    return r;
}
Request with_tank(double kwh) {
    auto r = plain_house();
    planner::HotWater tank;
    tank.name = "it";
    tank.energy_kwh = kwh;
    tank.min_kwh = 1;
    tank.max_kwh = 6;
    tank.draw_kw = Series::constant(0.15);
    r.tanks = {tank};
    return r;
}
Request with_machine() {
    auto r = plain_house();
    r.appliances = {{"it", {1.8, 0.3, 1.6}, r.now, r.now + hours(12)}};
    return r;
}
Request said(Request r, bool measured) {
    Override over;
    over.device = "it";
    over.what = Override::What::off;
    over.from = r.now;
    over.until = r.now + hours(1);
    over.measured = measured;
    r.overrides = {over};
    return r;
}
Request with(Request r, const std::function<void(Request&)>& change) {
    change(r);
    return r;
}

void dear_first(Request& r) {
    r.buy_eur = after(4, 0.4, 0.2);
}
void cheap_first(Request& r) {
    r.buy_eur = after(4, 0.2, 0.4);
}
void noon(Request& r) {
    r.sun_kw = between(4, 8, 9, 0);
}

struct Reason {
    const char* house;
    Code code;
    Request request;
    bool at_once = true;  // in the first slot; else in some slot
};

std::vector<Reason> reasons() {
    return {
        {"a car that waits for the night", Code::wait_for_cheaper,
         with(with_car(20, 40), dear_first)},
        {"a car that charges at night", Code::cheap_slot, with(with_car(20, 40), cheap_first)},
        {"a car that waits for noon at one price", Code::wait_for_sun,
         with(with_car(20, 40), noon)},
        {"a car that charges at noon", Code::pv_surplus, with(with_car(20, 40), noon), false},
        {"a car without time", Code::deadline_tight, with_car(10, 60, 4)},
        {"a car below its least", Code::min_soc, with_car(3, {})},
        {"a car without a goal", Code::price_too_high, with_car(20, {})},
        {"a car that has enough", Code::done, with_car(45, 40)},
        {"a car that comes later", Code::not_there,
         with(with_car(20, 40),
              [](Request& r) { r.cars[0].sessions[0].arrive = r.now + hours(2); })},
        {"a car that is full", Code::full, with_car(60, 60)},
        {"a car that has no room beside the load", Code::peak_limit,
         with(with_car(20, 40),
              [](Request& r) {
                  r.connection.import_max_kw = 5;
                  r.load_kw = after(4, 4.98, 0.4);
              })},
        {"a car whose fuse another car fills", Code::circuit_limit,
         with(with_car(20, 40),
              [](Request& r) {
                  auto other = r.cars[0];
                  other.name = "other";
                  other.sessions[0].target_kwh = 55;
                  other.sessions[0].depart = r.now + hours(3);
                  r.cars.push_back(other);
                  r.circuits = {{"garage", 12, {{0, 1, 1}, {1, 1, 1}}}};
              })},
        {"a car that was told to wait", Code::user_override, said(with_car(20, 40), false)},
        {"a car that does not obey", Code::not_obeying, said(with_car(20, 40), true)},
    };
}

std::vector<Reason> reasons_of_stores() {
    return {
        {"a battery before the evening", Code::hold_for_higher_price,
         with(with_battery(3), [](Request& r) { r.buy_eur = between(8, 12, 0.6, 0.3); })},
        {"a battery in the evening", Code::avoids_import,
         with(with_battery(3), [](Request& r) { r.buy_eur = between(8, 12, 0.6, 0.3); }), false},
        {"a battery with its reserve alone", Code::reserve_for_peak,
         with(with_battery(4),
              [](Request& r) { r.batteries[0].reserve_kwh = Series::constant(4); })},
        {"a car at night that the battery fills", Code::from_battery,
         with(with_car(20, 24, 4),
              [](Request& r) {
                  r.batteries = {{"store", 20, 19, 0.5, 20, {}, 5, 5}};
                  r.buy_eur = after(6, 0.6, 0.3);
              }),
         false},
        {"a battery that is paid for taking", Code::negative_price,
         with(with_battery(3), [](Request& r) { r.buy_eur = after(2, -0.2, 0.3); })},
        {"a battery while feeding in pays", Code::export_beats_store,
         with(with_battery(3),
              [](Request& r) {
                  r.sun_kw = after(3, 3, 0);
                  r.sell_eur = after(3, 0.5, 0.05);
              })},
        {"a full battery", Code::full,
         with(with_battery(10), [](Request& r) { r.load_kw = Series::constant(0); })},
        {"an empty battery", Code::min_soc, with_battery(0.5)},
        {"a battery with nothing to do", Code::indifferent,
         with(with_battery(5), [](Request& r) { r.load_kw = Series::constant(0); })},
        {"a cold room", Code::comfort, with_zone(19)},
        {"a room that is warmed before it is dear", Code::comfort_preheat,
         with(with_zone(20.4), cheap_first), false},
        {"a warm room", Code::done, with_zone(21.5)},
        {"a hot room", Code::full, with_zone(23)},
        {"a room that waits for the night", Code::wait_for_cheaper,
         with(with_zone(20.8), [](Request& r) { r.buy_eur = after(1, 0.6, 0.1); })},
        {"hot water that is enough", Code::done, with_tank(4)},
        {"hot water that runs out", Code::comfort, with_tank(0.5)},
        {"hot water that waits for the night", Code::wait_for_cheaper,
         with(with_tank(3), dear_first)},
        {"hot water that waits for noon", Code::wait_for_sun, with(with_tank(2), noon)},
        {"a machine that waits for the night", Code::wait_for_cheaper,
         with(with_machine(), dear_first)},
        {"a machine that waits for noon", Code::wait_for_sun, with(with_machine(), noon)},
        {"a machine that has run", Code::done, with_machine(), false},
        {"a machine in quiet hours", Code::quiet_hours,
         with(with_machine(), [](Request& r) { r.appliances[0].quiet = between(0, 6, 1, 0); })},
    };
}

TEST(Reasons, each_is_given_in_a_house_where_it_holds) {
    std::set<Code> seen;
    auto all = reasons();
    for (auto& one : reasons_of_stores()) all.push_back(std::move(one));
    for (const auto& one : all) {
        const auto plan = planner::Planner(make_clp()).plan(one.request);
        const auto course = std::find_if(plan.courses.begin(), plan.courses.end(),
                                         [](const auto& each) { return each.name == "it"; });
        ASSERT_NE(course, plan.courses.end()) << one.house;
        const auto name = [](const planner::Step& step) {
            return std::string(planner::code_names[static_cast<std::size_t>(step.code)]);
        };
        const bool given =
            one.at_once ? course->steps.front().code == one.code
                        : std::any_of(course->steps.begin(), course->steps.end(),
                                      [&](const auto& step) { return step.code == one.code; });
        EXPECT_TRUE(given) << one.house << ": " << name(course->steps.front()) << " at "
                           << course->steps.front().kw << " kW";
        seen.insert(one.code);
    }
    for (std::size_t i = 0; i < planner::code_names.size(); ++i)
        EXPECT_TRUE(seen.contains(static_cast<Code>(i)))
            << planner::code_names[i] << " has no house";
}

}  // namespace
}  // namespace foxtail::solver
