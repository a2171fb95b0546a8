#include "foxtail/model/overlay.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

ThingSpec told() {
    ThingSpec spec{.id = "leaf", .title = "LEAF-58", .place = "Garage"};
    spec.properties = {{.name = "location"},
                       {.name = "lock", .sensitivity = Sensitivity::critical}};
    spec.actions = {{.name = "honk"}};
    return spec;
}

TEST(Overlay, what_the_household_says_stands_over_what_was_told) {
    auto spec = told();
    lay_over(spec, {.kind = ThingKind::vehicle, .title = "The green one", .place = ""});
    EXPECT_EQ(spec.kind, ThingKind::vehicle);
    EXPECT_EQ(spec.title, "The green one");
    EXPECT_EQ(spec.place, "");
    EXPECT_EQ(spec.properties, told().properties);
}

TEST(Overlay, what_it_does_not_name_stays) {
    auto spec = told();
    lay_over(spec, {});
    EXPECT_EQ(spec, told());
}

TEST(Overlay, history_is_kept_as_long_as_it_says_and_the_star_is_for_the_rest) {
    auto spec = told();
    ASSERT_GE(spec.properties.size(), 2U);
    lay_over(spec, {.keep = {{spec.properties[0].name, days(30)}}});
    EXPECT_EQ(spec.properties[0].retention, days(30));
    EXPECT_EQ(spec.properties[1].retention, std::nullopt);
    lay_over(spec, {.keep = {{spec.properties[0].name, days(7)}, {"*", days(400)}}});
    EXPECT_EQ(spec.properties[0].retention, days(7));
    EXPECT_EQ(spec.properties[1].retention, days(400));
}

TEST(Overlay, the_sensitivity_of_members_is_raised_and_never_lowered) {
    auto spec = told();
    ThingOverlay overlay;
    overlay.sensitivity = {{"location", Sensitivity::personal},
                           {"lock", Sensitivity::home},
                           {"honk", Sensitivity::sensitive},
                           {"not-there", Sensitivity::critical}};
    lay_over(spec, overlay);
    EXPECT_EQ(spec.properties[0].sensitivity, Sensitivity::personal);
    EXPECT_EQ(spec.properties[1].sensitivity, Sensitivity::critical);
    EXPECT_EQ(spec.actions[0].sensitivity, Sensitivity::sensitive);
}

}  // namespace
}  // namespace foxtail
