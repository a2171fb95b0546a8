#include "foxtail/runtime/zone.hpp"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

Duration offset(const std::string& zone, const std::string& moment) {
    const auto found = find_zone(zone);
    const auto when = parse_rfc3339(moment);
    EXPECT_TRUE(found && when) << zone << " " << moment;
    return found && when ? (*found)->offset_at(*when) : Duration{};
}

TEST(Zone, knows_summer_and_winter) {
    EXPECT_EQ(offset("Europe/Berlin", "2026-03-29T00:59:59Z"), hours(1));
    EXPECT_EQ(offset("Europe/Berlin", "2026-03-29T01:00:00Z"), hours(2));
    EXPECT_EQ(offset("Europe/Berlin", "2026-10-25T00:59:59Z"), hours(2));
    EXPECT_EQ(offset("Europe/Berlin", "2026-10-25T01:00:00Z"), hours(1));
    EXPECT_FALSE(find_zone("Europe/Atlantis"));
}

TEST(Zone, knows_them_after_the_last_change_that_the_files_list) {
    for (const auto& [from, until] :
         {std::pair{"2038-03-28", "2038-10-31"}, std::pair{"2040-03-25", "2040-10-28"},
          std::pair{"2051-03-26", "2051-10-29"}}) {
        const auto at = [](const char* day, const char* time) {
            return offset("Europe/Berlin", std::string(day) + time);
        };
        EXPECT_EQ(at(from, "T00:59:59Z"), hours(1)) << from;
        EXPECT_EQ(at(from, "T01:00:00Z"), hours(2)) << from;
        EXPECT_EQ(at(until, "T00:59:59Z"), hours(2)) << until;
        EXPECT_EQ(at(until, "T01:00:00Z"), hours(1)) << until;
    }
    EXPECT_EQ(offset("Europe/Berlin", "2037-12-31T23:59:59Z"), hours(1));
    EXPECT_EQ(offset("Europe/Berlin", "2038-01-01T00:00:00Z"), hours(1));
    EXPECT_EQ(offset("Europe/Berlin", "2040-02-29T12:00:00Z"), hours(1));
    EXPECT_EQ(offset("America/New_York", "2039-07-01T12:00:00Z"), hours(-4));
    EXPECT_EQ(offset("America/New_York", "2039-12-01T12:00:00Z"), hours(-5));
    EXPECT_EQ(offset("Australia/Sydney", "2040-01-15T12:00:00Z"), hours(11));
    EXPECT_EQ(offset("Australia/Sydney", "2040-07-15T12:00:00Z"), hours(10));
    EXPECT_EQ(offset("Asia/Tokyo", "2040-07-15T12:00:00Z"), hours(9));
    EXPECT_EQ(offset("UTC", "2040-07-15T12:00:00Z"), Duration{});
}

TEST(Zone, says_the_same_in_whatever_order_it_is_asked) {
    const auto zone = std::move(*find_zone("Europe/Berlin"));
    const auto at = [](const char* moment) { return *parse_rfc3339(moment); };
    EXPECT_EQ(zone->offset_at(at("2040-07-01T00:00:00Z")), hours(2));
    EXPECT_EQ(zone->offset_at(at("2040-12-01T00:00:00Z")), hours(1));
    EXPECT_EQ(zone->offset_at(at("2041-02-01T00:00:00Z")), hours(1));
    EXPECT_EQ(zone->offset_at(at("2041-07-01T00:00:00Z")), hours(2));
    EXPECT_EQ(zone->offset_at(at("2026-07-01T00:00:00Z")), hours(2));
    EXPECT_EQ(zone->offset_at(at("2037-12-01T00:00:00Z")), hours(1));
    EXPECT_EQ(zone->offset_at(at("2038-07-01T00:00:00Z")), hours(2));
}

}  // namespace
}  // namespace foxtail
