#include "foxtail/planner/prepare.hpp"

#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/house_testing.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace foxtail::planner {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

struct BadInput {
    const char* what;
    std::function<void(Request&)> spoil;
    const char* where;  // as it is said; empty = nothing is said of it
    const char* said;   // a part of it
    std::function<bool(const Request&)> mended;
};

Session& first_stay(Request& r) {
    return r.cars.front().sessions.front();
}

bool is_said(const std::vector<Mended>& all, const std::string& where, const std::string& part) {
    return std::any_of(all.begin(), all.end(), [&](const Mended& m) {
        return m.where == where && m.what.find(part) != std::string::npos;
    });
}

const std::vector<BadInput> bad_inputs = {
    {"a battery fuller than it can be", [](Request& r) { r.batteries.front().energy_kwh = 99; },
     "battery ", "state of charge in kWh of 99 is out of bounds",
     [](const Request& r) {
         return r.batteries.front().energy_kwh == r.batteries.front().capacity_kwh;
     }},
    {"a battery below empty", [](Request& r) { r.batteries.front().energy_kwh = -3; }, "battery ",
     "state of charge in kWh of -3 is out of bounds",
     [](const Request& r) { return r.batteries.front().energy_kwh == 0; }},
    {"a car that does not tell how full it is",
     [](Request& r) { r.cars.front().energy_kwh = no_number; }, "car ",
     "state of charge in kWh is not known",
     [](const Request& r) {
         return r.cars.front().energy_kwh == 0.5 * r.cars.front().capacity_kwh;
     }},
    {"a deadline that is past",
     [](Request& r) {
         first_stay(r).arrive = r.now - hours(9);
         first_stay(r).depart = r.now - hours(1);
         first_stay(r).target_kwh = 40;
     },
     "car ", "is over",
     [](const Request& r) {
         return std::all_of(r.cars.front().sessions.begin(), r.cars.front().sessions.end(),
                            [&](const Session& s) { return s.depart > r.now; });
     }},
    {"a stay of no length",
     [](Request& r) {
         first_stay(r).arrive = first_stay(r).depart = r.now + hours(2);
         first_stay(r).target_kwh = 40;
     },
     "car ", "leaves no time to charge",
     [](const Request& r) {
         return std::all_of(r.cars.front().sessions.begin(), r.cars.front().sessions.end(),
                            [](const Session& s) { return s.depart > s.arrive; });
     }},
    {"a goal above what the car holds", [](Request& r) { first_stay(r).target_kwh = 500; }, "car ",
     "goal in kWh of 500 is out of bounds",
     [](const Request& r) {
         return r.cars.front().sessions.front().target_kwh == r.cars.front().max_kwh;
     }},
    {"prices that are no numbers for some hours",
     [](Request& r) { r.buy_eur.values[3] = r.buy_eur.values[4] = no_number; }, "price",
     "import: 2 values are missing",
     [](const Request& r) { return r.buy_eur.values[4] == r.buy_eur.values[2]; }},
    {"prices that end after a day of 23 hours",
     [](Request& r) {
         r.buy_eur = {r.now, hours(1), std::vector<double>(23, 0.3)};
     },
     "price", "import ends early",
     [](const Request& r) { return std::isfinite(r.buy_eur.at(r.now + r.horizon)); }},
    {"prices that end after a day of 25 hours",
     [](Request& r) {
         r.buy_eur = {r.now, hours(1), std::vector<double>(25, 0.3)};
         r.buy_eur.values.back() = 0.9;
     },
     "price", "its last day is repeated",
     [](const Request& r) {
         return r.buy_eur.at(r.now + hours(24)) == 0.9 && r.buy_eur.at(r.now + hours(47)) == 0.3;
     }},
    {"a sun that is forecast for six hours only",
     [](Request& r) {
         r.sun_kw = {r.now, minutes(15), std::vector<double>(24, 1.5)};
     },
     "sun", "its last value is held",
     [](const Request& r) { return r.sun_kw.at(r.now + hours(40)) == 1.5; }},
    {"a load below nothing",
     [](Request& r) { r.load_kw.values.assign(r.load_kw.values.size(), -2); }, "load",
     "values were out of bounds", [](const Request& r) { return r.load_kw.at(r.now) == 0; }},
    {"prices below nothing are prices",
     [](Request& r) { r.buy_eur.values.assign(r.buy_eur.values.size(), -0.2); }, "", "",
     [](const Request& r) { return r.buy_eur.at(r.now) == -0.2; }},
    {"feed-in above the price of import is a price",
     [](Request& r) { r.sell_eur.values.assign(r.sell_eur.values.size(), 0.9); }, "", "",
     [](const Request& r) { return r.sell_eur.at(r.now) == 0.9; }},
    {"a horizon of nothing", [](Request& r) { r.horizon = {}; }, "request",
     "a horizon that cannot be planned", [](const Request& r) { return r.horizon == hours(48); }},
    {"an override of a device nobody has",
     [](Request& r) {
         r.overrides.push_back(
             {"sauna", Override::What::exactly, 6, r.now, r.now + hours(1), "anna: now"});
     },
     "override of sauna", "no such device", [](const Request& r) { return r.overrides.empty(); }},
};

/// `where` may leave the device's name open: "car " is the first car.
std::string in_full(const std::string& where, const Request& r) {
    if (where == "car ") return where + r.cars.front().name;
    if (where == "battery ") return where + r.batteries.front().name;
    return where;
}

TEST(Prepare, bad_input_is_mended_and_said) {
    for (const auto& bad : bad_inputs) {
        SCOPED_TRACE(bad.what);
        auto asked = house({});
        bad.spoil(asked);
        const auto prepared = prepare(asked);
        EXPECT_TRUE(bad.mended(prepared.request));
        const std::string where = in_full(bad.where, asked);
        if (where.empty()) {
            EXPECT_TRUE(prepared.mended.empty());
            continue;
        }
        EXPECT_TRUE(is_said(prepared.mended, where, bad.said));
    }
}

TEST(Prepare, what_it_returns_can_be_written_as_a_model_of_finite_numbers) {
    for (const auto& bad : bad_inputs) {
        SCOPED_TRACE(bad.what);
        auto asked = house({});
        bad.spoil(asked);
        const auto f = formulate(make_scene(asked));
        EXPECT_FALSE(f.scene.slots.empty());
        for (const auto& entry : f.model.entries) ASSERT_TRUE(std::isfinite(entry.value));
        for (const auto& column : f.model.columns) {
            ASSERT_TRUE(std::isfinite(column.cost));
            ASSERT_LE(column.lower, column.upper);
        }
        EXPECT_EQ(f.column_marks.size(), f.model.columns.size());
        EXPECT_EQ(f.row_marks.size(), f.model.rows.size());
    }
}

TEST(Prepare, a_sensible_request_is_left_as_it_is) {
    EXPECT_TRUE(prepare(house({})).mended.empty());
}

}  // namespace
}  // namespace foxtail::planner
