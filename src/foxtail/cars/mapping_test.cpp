#include "foxtail/cars/mapping.hpp"

#include <gtest/gtest.h>

namespace foxtail::cars {
namespace {

TEST(MappedIds, are_known_again_by_their_description) {
    EXPECT_TRUE(may_be("heater", "heater"));
    EXPECT_FALSE(may_be("heater", "heater-2"));
    EXPECT_TRUE(may_be("room-{1}", "room-kitchen"));
    EXPECT_TRUE(may_be("{1}-{2}-meter", "a-b-c-meter"));
    EXPECT_TRUE(may_be("{1}", "anything"));
    EXPECT_FALSE(may_be("room-{1}", "hall-kitchen"));
    EXPECT_FALSE(may_be("room-{1}-x", "room-kitchen-y"));
    EXPECT_FALSE(may_be("{0}", "a")) << "no place";
    for (const char* one : {"kitchen", "a-b", "x-x-x"})
        EXPECT_TRUE(may_be("x-{1}-x", fill_in("x-{1}-x", {one}))) << one;
}

}  // namespace
}  // namespace foxtail::cars
