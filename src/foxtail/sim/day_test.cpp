#include "foxtail/sim/day.hpp"

#include "foxtail/base/time.hpp"
#include "foxtail/sim/json_text.hpp"

#include <set>

#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

DayOptions evening(std::uint64_t seed) {
    DayOptions options;
    options.setup.seed = seed;
    options.start_ms = parse_rfc3339("2026-04-15T15:30:00Z").value().us / 1000;
    options.length_ms = 4 * 3'600'000;
    options.step_ms = 10'000;
    return options;
}

std::string lines(const DayOptions& options) {
    std::string out;
    run_day(options, [&out](std::int64_t t_ms, const Message& message) {
        out += to_line(t_ms, message) + "\n";
    });
    return out;
}

TEST(Day, is_the_same_byte_for_byte_from_the_same_seed) {
    const std::string first = lines(evening(11));
    EXPECT_TRUE(first == lines(evening(11)));
    EXPECT_TRUE(first != lines(evening(12)));
}

TEST(Day, has_only_valid_lines_and_payloads_and_hears_from_every_device) {
    std::set<std::string> topics;
    std::int64_t last_ms = 0;
    std::size_t count = 0;
    run_day(evening(5), [&](std::int64_t t_ms, const Message& message) {
        EXPECT_GE(t_ms, last_ms);
        last_ms = t_ms;
        ++count;
        topics.insert(message.topic);
        EXPECT_TRUE(read_members(to_line(t_ms, message)).has_value());
        EXPECT_EQ(message.topic.find_first_of("+#"), std::string::npos);
        if (message.payload.starts_with("{") || message.payload.starts_with("[")) {
            EXPECT_TRUE(read_members(message.payload).has_value()) << message.payload;
        }
    });
    for (const char* topic :
         {"zigbee2mqtt/living-room/climate", "zigbee2mqtt/hall/lock", "solar/inverter/state",
          "meter/power/state", "storage/b10k/state", "wallbox/wb11/state", "heatpump/aq7/state",
          "hotwater/tank/state", "ventilation/state", "air-monitor/co2/state", "weather/roof/state",
          "washer/state", "dishwasher/state", "ovms/anna/Leaf_green/metric/v/b/soc",
          "ovms/anna/Leaf_green/metric/v/c/pilot", "carlink/leaf/state", "owntracks/anna/phone",
          "owntracks/ben/phone", "owntracks/ben/phone/event"}) {
        EXPECT_TRUE(topics.contains(topic)) << topic;
    }
    // Some thousand messages an evening: more is a storm, less a dead house.
    EXPECT_GT(count, 2000U);
    EXPECT_LT(count, 30'000U);
}

}  // namespace
}  // namespace foxtail::sim
