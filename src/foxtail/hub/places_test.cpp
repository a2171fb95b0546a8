#include "foxtail/hub/places.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Places, the_first_spelling_counts_for_all) {
    Places places;
    EXPECT_EQ(places.spelling({0}, "bathroom"), "bathroom");
    places.told({0}, "bathroom");
    EXPECT_EQ(places.spelling({1}, "Bathroom"), "bathroom");
    EXPECT_EQ(places.spelling({1}, "Bath"), "Bath");
    places.told({2}, "living-room");
    EXPECT_EQ(places.spelling({1}, "Living room"), "living-room");
    EXPECT_EQ(places.spelling({1}, "LIVING_ROOM"), "living-room");
    EXPECT_EQ(places.spelling({1}, "Livingroom"), "Livingroom");
    EXPECT_EQ(places.spelling({1}, ""), "");
}

TEST(Places, who_is_there_alone_may_spell_it_anew) {
    Places places;
    places.told({5}, "bathroom");
    EXPECT_EQ(places.spelling({5}, "Bathroom"), "Bathroom");
    places.told({5}, "Bathroom");
    EXPECT_EQ(places.spelling({6}, "BATHROOM"), "Bathroom");
    places.told({6}, "Bathroom");
    EXPECT_EQ(places.spelling({5}, "bathroom"), "Bathroom") << "not alone any more";
}

TEST(Places, a_spelling_goes_with_the_last_who_was_there) {
    Places places;
    places.told({0}, "bathroom");
    places.told({1}, "bathroom");
    places.told({0}, "hall");
    EXPECT_EQ(places.spelling({2}, "Bathroom"), "bathroom");
    places.told({1}, "");
    EXPECT_EQ(places.spelling({2}, "Bathroom"), "Bathroom");
    places.clear();
    EXPECT_EQ(places.spelling({2}, "HALL"), "HALL");
}

}  // namespace
}  // namespace foxtail
