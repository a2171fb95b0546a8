#include "foxtail/planner/told.hpp"

#include <set>

#include <gtest/gtest.h>

namespace foxtail::planner {
namespace {

TEST(Told, a_code_and_its_values_make_a_sentence) {
    const Told plugged(Tells::plugged_in, {{"device", "leaf"}});
    EXPECT_EQ(plugged.name(), "PLUGGED_IN");
    EXPECT_EQ(plugged.words(), "leaf was plugged in");
    EXPECT_EQ(Told(Tells::grid_limit, {{"kw", 4.24}}).words(), "the grid asks for at most 4.2 kW");
    EXPECT_EQ(
        Told(Tells::level_jumped, {{"device", "leaf"}, {"level", 41.0}, {"before", 59.6}}).words(),
        "leaf is at 41 %, and was at 60 %");
    EXPECT_EQ(words_of({plugged, Tells::nothing, Tells::costs_less}),
              "leaf was plugged in; it costs less");
}

TEST(Told, a_part_whose_value_is_not_known_is_left_out) {
    Told::Values values = {{"who", "anna"}, {"setting", "least"}, {"device", "leaf"}};
    EXPECT_EQ(Told(Tells::wish_set, values).words(), "anna set 'least' of leaf");
    values.emplace_back("value", "40");
    values.emplace_back("holder", "ben: 50");
    values.emplace_back("rule", "last");
    EXPECT_EQ(Told(Tells::wish_set, values).words(),
              "anna set 'least' of leaf: 40, but ben: 50 holds (rule: last)");
}

TEST(Told, a_sentence_that_lacks_a_value_is_its_code) {
    EXPECT_EQ(Told(Tells::unplugged).words(), "UNPLUGGED");
    EXPECT_EQ(Told(Tells::unplugged, {{"name", "leaf"}}).words(), "UNPLUGGED");
    EXPECT_TRUE(Told().empty());
    EXPECT_EQ(Told().words(), "");
}

TEST(Told, values_are_taken_as_they_are) {
    EXPECT_EQ(Told(Tells::plugged_in, {{"device", "{device} [x"}}).words(),
              "{device} [x was plugged in");
}

TEST(Told, each_code_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int i = 1; i <= static_cast<int>(Tells::last_); ++i) {
        const auto name = Told(static_cast<Tells>(i)).name();
        EXPECT_FALSE(name.empty()) << i;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
}

}  // namespace
}  // namespace foxtail::planner
