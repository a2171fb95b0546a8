#include "foxtail/connectors/ocpp/station_rig_test.hpp"

namespace foxtail::ocpp {
namespace {

class AMeter : public StationRig {
protected:
    void ready(Version version = Version::v16) {
        come(version);
        call("BootNotification",
             version == Version::v16
                 ? R"({"chargePointVendor":"V","chargePointModel":"M"})"
                 : R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
        all_said.clear();
    }
    void start(int meter_wh, Duration ago) {
        call("StartTransaction", R"({"connectorId":1,"idTag":"CARD","meterStart":)" +
                                     std::to_string(meter_wh) + R"(,"timestamp":")" + stamp(ago) +
                                     "\"}");
    }
    static std::string reading(const std::string& at, int wh, int watt) {
        return R"({"timestamp":")" + at + R"(","sampledValue":[{"value":")" + std::to_string(wh) +
               R"("},{"value":")" + std::to_string(watt) +
               R"(","measurand":"Power.Active.Import","unit":"W"}]})";
    }
    void meter_at(const std::string& at, int wh, int watt = 1000) {
        call("MeterValues",
             R"({"connectorId":1,"transactionId":1,"meterValue":[)" + reading(at, wh, watt) + "]}");
    }
    void meter(int wh, Duration ago, int watt = 1000) { meter_at(stamp(ago), wh, watt); }
    std::size_t times(const std::string& property) const {
        return static_cast<std::size_t>(
            std::count_if(all_said.begin(), all_said.end(),
                          [&](const Said& one) { return one.property == property; }));
    }
};

TEST_F(AMeter, is_told_once_of_what_comes_twice) {
    ready();
    start(1000, minutes(10));
    all_said.clear();
    meter(1100, minutes(9));
    meter(1100, minutes(9));  // its answer was lost
    EXPECT_EQ(times("energy"), 1U);
    EXPECT_EQ(times("power"), 1U);
    EXPECT_EQ(times("session_energy"), 1U);
    EXPECT_EQ(text("session_energy"), "100.0");
}

TEST_F(AMeter, is_told_once_of_a_queue_that_is_sent_again_from_its_beginning) {
    ready();
    start(1000, hours(3));
    meter(9000, minutes(1));
    all_said.clear();
    for (int time = 0; time < 2; ++time) {
        for (int i = 1; i <= 100; ++i) meter(1000 + i * 10, hours(3) - minutes(i));
    }
    EXPECT_EQ(times("energy"), 100U);
    EXPECT_EQ(times("power"), 100U);
    EXPECT_EQ(times("session_energy"), 0U) << "what is newer is known";
    EXPECT_EQ(text("session_energy"), "8000.0");
}

TEST_F(AMeter, is_told_once_of_what_the_end_of_a_transaction_repeats) {
    ready();
    start(1000, minutes(10));
    meter(1100, minutes(9));
    meter(1200, minutes(8));
    all_said.clear();
    call("StopTransaction", R"({"transactionId":1,"meterStop":1300,"timestamp":")" +
                                stamp(minutes(7)) + R"(","transactionData":[)" +
                                reading(stamp(minutes(9)), 1100, 1000) + "," +
                                reading(stamp(minutes(7)), 1300, 0) + "]}");
    EXPECT_EQ(times("energy"), 1U) << "of the end, and of that once";
    EXPECT_EQ(times("power"), 1U);
}

TEST_F(AMeter, tells_two_values_of_one_second_as_two) {
    ready();
    start(1000, minutes(10));
    all_said.clear();
    meter(1100, minutes(9), 1000);
    meter(1100, minutes(9), 1400);
    EXPECT_EQ(times("energy"), 1U);
    EXPECT_EQ(times("power"), 2U);
}

TEST_F(AMeter, is_told_once_of_what_comes_again_after_the_hubs_restart) {
    ready();
    start(1000, minutes(10));
    meter(1100, minutes(9));
    restart();
    ready();
    meter(1100, minutes(9));
    EXPECT_EQ(times("energy"), 0U);
    meter(1200, minutes(8));
    EXPECT_EQ(times("energy"), 1U);
}

TEST_F(AMeter, whose_clock_was_never_set_is_believed_each_time) {
    ready();
    start(1000, {});
    all_said.clear();
    meter_at("1970-01-01T00:00:00Z", 1100);
    meter_at("1970-01-01T00:00:00Z", 1100);
    EXPECT_EQ(times("power"), 2U);
}

TEST_F(AMeter, forgets_what_is_longer_ago_than_it_remembers) {
    ToldBefore told;
    const auto at = [&](std::size_t i) { return now.wall + seconds(static_cast<int>(i)); };
    for (std::size_t i = 0; i < ToldBefore::times_max; ++i) EXPECT_TRUE(told.is_new(at(i), 0, 1));
    EXPECT_FALSE(told.is_new(at(0), 0, 1));
    EXPECT_TRUE(told.is_new(at(ToldBefore::times_max), 0, 1));
    EXPECT_TRUE(told.is_new(at(0), 0, 1)) << "the oldest made room";
    EXPECT_FALSE(told.is_new(at(ToldBefore::times_max), 0, 1));
}

TEST_F(AMeter, of_the_newer_protocol_is_told_once_too) {
    ready(Version::v201);
    const auto event = [&](const char* kind, int number, Duration ago, int wh) {
        call("TransactionEvent",
             std::string(R"({"eventType":")") + kind + R"(","timestamp":")" + stamp(ago) +
                 R"(","triggerReason":"MeterValuePeriodic","seqNo":)" + std::to_string(number) +
                 R"(,"transactionInfo":{"transactionId":"T"},"evse":{"id":1,"connectorId":1})" +
                 R"(,"meterValue":[{"timestamp":")" + stamp(ago) +
                 R"(","sampledValue":[{"value":)" + std::to_string(wh) + "}]}]}");
    };
    event("Started", 0, minutes(10), 1000);
    event("Updated", 1, minutes(9), 1100);
    all_said.clear();
    event("Updated", 1, minutes(9), 1100);
    event("Updated", 2, minutes(8), 1200);
    EXPECT_EQ(times("energy"), 1U);
    EXPECT_EQ(text("session_energy"), "200.0");
}

}  // namespace
}  // namespace foxtail::ocpp
