#include "foxtail/connectors/ocpp/meters.hpp"

#include <gtest/gtest.h>

namespace foxtail::ocpp {
namespace {

Sample sample(Measurand what, Phase phase, double value, bool at_outlet = true) {
    Sample out;
    out.measurand = what;
    out.phase = phase;
    out.value = value;
    out.at_outlet = at_outlet;
    return out;
}

TEST(Meters, add_up_the_phases_when_there_is_no_total) {
    MeterRead read;
    read.samples = {sample(Measurand::power_import, Phase::l1, 2300),
                    sample(Measurand::power_import, Phase::l2, 2310),
                    sample(Measurand::power_import, Phase::l3, 2290),
                    sample(Measurand::energy_import, Phase::l1, 10),
                    sample(Measurand::energy_import, Phase::l2, 20)};
    const auto meter = sum_up(read);
    EXPECT_EQ(meter.power_w, 6900);
    EXPECT_EQ(meter.energy_wh, 30);
    EXPECT_EQ(meter.power_w_by_phase[1], 2310);
}

TEST(Meters, believe_a_total_over_the_sum) {
    MeterRead read;
    read.samples = {sample(Measurand::power_import, Phase::l1, 2300),
                    sample(Measurand::power_import, Phase::none, 2350)};
    EXPECT_EQ(sum_up(read).power_w, 2350);
}

TEST(Meters, take_what_is_measured_at_the_outlet_over_the_inlet) {
    MeterRead read;
    read.samples = {sample(Measurand::energy_import, Phase::none, 5000),
                    sample(Measurand::energy_import, Phase::none, 9999, false)};
    EXPECT_EQ(sum_up(read).energy_wh, 5000);
}

TEST(Meters, know_the_units_of_each_kind_and_no_others) {
    double value = 2.5;
    EXPECT_TRUE(to_base_unit(Measurand::power_import, "kW", 0, value));
    EXPECT_EQ(value, 2500);
    value = 7;
    EXPECT_TRUE(to_base_unit(Measurand::energy_import, "Wh", 3, value));
    EXPECT_EQ(value, 7000);
    EXPECT_FALSE(to_base_unit(Measurand::power_import, "A", 0, value));
    EXPECT_FALSE(to_base_unit(Measurand::current_import, "W", 0, value));
    EXPECT_FALSE(to_base_unit(Measurand::soc, "Percent", 40, value));
}

}  // namespace
}  // namespace foxtail::ocpp
