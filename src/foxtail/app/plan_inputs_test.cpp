#include "foxtail/app/plan_inputs.hpp"

#include "foxtail/json/parse.hpp"
#include "foxtail/planner/house_testing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using planner::Series;

boost::json::value told(const planner::Request& request) {
    const auto text = plan_inputs_json(request);
    auto value = parse_json(text);
    EXPECT_TRUE(value) << text;
    return value ? *value : boost::json::value();
}

const boost::json::object& device(const boost::json::value& inputs, std::string_view name) {
    for (const auto& one : inputs.at("devices").as_array())
        if (one.at("name").as_string() == name) return one.as_object();
    static const boost::json::object none;
    ADD_FAILURE() << "no device " << name;
    return none;
}

TEST(PlanInputs, tell_levels_limits_and_stays_with_their_goals) {
    planner::HouseOf of;
    of.peak_eur_kw = 0.5;
    const auto request = planner::house(of);
    const auto inputs = told(request);
    EXPECT_EQ(inputs.at("import_max").to_number<double>(), 17);
    EXPECT_EQ(inputs.at("peak").at("so_far").to_number<double>(), 4);
    EXPECT_EQ(device(inputs, "battery").at("level").to_number<double>(), 4);
    const auto& leaf = device(inputs, "leaf");
    EXPECT_EQ(leaf.at("level").to_number<double>(), 22);
    EXPECT_EQ(leaf.at("least").to_number<double>(), 9);
    EXPECT_EQ(leaf.at("most").to_number<double>(), 60) << "no limit of its own: all of it";
    const auto& stays = leaf.at("stays").as_array();
    ASSERT_EQ(stays.size(), 2U);
    EXPECT_EQ(stays[0].at("wanted").to_number<double>(), 45);
    EXPECT_EQ(stays[0].at("goal").as_string(), "anna: ready by seven");
    EXPECT_EQ(stays[0].at("until").as_string(), format_rfc3339(request.cars[0].sessions[0].depart));
    EXPECT_EQ(stays[1].at("trip").to_number<double>(), 11);
    EXPECT_EQ(device(inputs, "house").at("level").to_number<double>(), 20.6);
    EXPECT_EQ(device(inputs, "dishwasher").at("ready_by").as_string(),
              format_rfc3339(request.appliances[0].ready_by));
}

TEST(PlanInputs, tell_of_a_series_only_where_it_changes) {
    auto request = planner::house({});
    request.connection.soft_import_kw = Series::constant(4.2);
    const auto inputs = told(request);
    EXPECT_EQ(inputs.at("soft_import").as_array().size(), 1U);
    const auto& low = device(inputs, "house").at("low").as_array();  // from 18:00: day, night, ...
    ASSERT_EQ(low.size(), 5U);
    EXPECT_EQ(low[0].at(0).as_string(), format_rfc3339(request.now));
    EXPECT_EQ(low[0].at(1).to_number<double>(), 20.5);
    EXPECT_EQ(low[1].at(0).as_string(), format_rfc3339(request.now + hours(4)));
    EXPECT_EQ(low[1].at(1).to_number<double>(), 19);
}

TEST(PlanInputs, tell_what_people_said_and_who_does_not_obey) {
    auto request = planner::house({});
    planner::Override now{
        "leaf", planner::Override::What::at_least, 11, request.now, request.now + hours(2), "anna"};
    planner::Override deaf{"house",     planner::Override::What::exactly, 1.5,
                           request.now, request.now + hours(1),           ""};
    deaf.measured = true;
    request.overrides = {now, deaf};
    const auto inputs = told(request);
    const auto& said = inputs.at("said").as_array();
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0].at("what").as_string(), "at_least");
    EXPECT_EQ(said[0].at("by").as_string(), "anna");
    EXPECT_EQ(said[1].at("what").as_string(), "measured");
    EXPECT_EQ(said[1].at("kw").to_number<double>(), 1.5);
}

TEST(PlanInputs, stay_small_whatever_is_asked) {
    auto request = planner::house({});
    for (int i = 0; i < 500; ++i) {
        request.cars[0].sessions.push_back(request.cars[0].sessions[0]);
        request.overrides.push_back(
            {"leaf", planner::Override::What::off, 0, request.now, request.now + hours(1), "anna"});
        request.zones[0].low_c.values.push_back(i % 7);
    }
    request.zones[0].high_c = {request.now, minutes(1), {}};
    for (int i = 0; i < 5000; ++i) request.zones[0].high_c.values.push_back(20 + i % 5);
    const auto text = plan_inputs_json(request);
    EXPECT_TRUE(parse_json(text));
    EXPECT_LT(text.size(), 16'000U);
}

}  // namespace
}  // namespace foxtail
