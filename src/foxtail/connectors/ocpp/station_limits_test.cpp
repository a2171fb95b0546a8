// What a charger's limits are made of: in which order profiles come, and in which unit.
#include "foxtail/base/bytes.hpp"
#include "foxtail/connectors/ocpp/station_rig_test.hpp"

#include <gmock/gmock.h>

namespace foxtail::ocpp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A box of each version, with profiles of three levels above the lowest.
class Limits : public StationRig {
protected:
    [[nodiscard]] virtual Version spoken() const { return Version::v201; }
    [[nodiscard]] bool old() const { return spoken() == Version::v16; }
    void ready(const std::string& unit = "Current") {
        units = unit;
        come(spoken());
        if (old()) {
            call("BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})");
            return answer_all();
        }
        call("BootNotification",
             R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
        reply(R"({"status":"Accepted"})");
        call("NotifyReport", R"({"requestId":1,"generatedAt":")" + stamp() +
                                 R"(","seqNo":0,"reportData":[)" + row("EVSE", "State", "1") + "," +
                                 row("SmartChargingCtrlr", "ProfileStackLevel", levels) + "," +
                                 row("SmartChargingCtrlr", "RateUnit", unit) + "]}");
        answer_all();
    }
    void answer_all() {
        for (int i = 0; i < 150 && !outstanding.empty(); ++i) {
            const std::string what = outstanding;
            all_asked.push_back(what);
            if (what.find("GetConfiguration") != std::string::npos)
                reply(
                    R"({"configurationKey":[{"key":"ChargeProfileMaxStackLevel","readonly":true,"value":")" +
                    levels + R"("},
                    {"key":"ChargingScheduleAllowedChargingRateUnit","readonly":true,"value":")" +
                    units + R"("}]})");
            else if (what.find("SetVariables") != std::string::npos)
                reply(
                    R"({"setVariableResult":[{"attributeStatus":"Accepted","component":{"name":"C"},"variable":{"name":"V"}}]})");
            else
                reply(R"({"status":"Accepted"})");
        }
    }
    /// Comes again, and what it is asked of profiles then, in order.
    std::vector<std::string> comes_again() {
        station().disconnected(now);
        outstanding.clear();
        all_asked.clear();
        ready(units);
        std::vector<std::string> out;
        for (const auto& one : all_asked) {
            if (one.find("ChargingProfile\"") != std::string::npos) out.push_back(one);
        }
        return out;
    }
    std::string units = "Current";
    std::string levels = "3";

    [[nodiscard]] std::string sample(const std::string& value, const std::string& what,
                                     const std::string& phase) const {
        return R"({"value":)" + (old() ? "\"" + value + "\"" : value) + R"(,"measurand":")" + what +
               R"(","phase":")" + phase + "\"}";
    }

private:
    static std::string row(const std::string& component, const std::string& variable,
                           const std::string& value) {
        return R"({"component":{"name":")" + component +
               (component == "EVSE" ? R"(","evse":{"id":1)" : R"(")") +
               (component == "EVSE" ? "}" : "") + R"(},"variable":{"name":")" + variable +
               R"("},"variableAttribute":[{"value":")" + value + R"("}]})";
    }
};

class ALimit : public Limits, public ::testing::WithParamInterface<Version> {
protected:
    [[nodiscard]] Version spoken() const override { return GetParam(); }
};

using ALimitOf201 = Limits;

TEST_P(ALimit, of_before_holds_until_the_new_one_is_in_when_the_box_comes_again) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 7, now));
    answer_all();
    ASSERT_EQ(text("limit"), "10.0");
    const auto asked = comes_again();
    const std::vector<const char*> order = {
        R"("limit":10)",     R"("limit":6)",  R"("stackLevel":2)", R"("limit":10)",
        R"("stackLevel":3)", R"("limit":10)", R"("limit":6)"};
    ASSERT_EQ(asked.size(), order.size()) << ::testing::PrintToString(asked);
    // Before anything is taken away, and again after: some boxes clear everything, whatever they
    // are asked to.
    for (std::size_t i = 0; i < order.size(); ++i) {
        EXPECT_THAT(asked[i], HasSubstr(order[i])) << i;
        const bool clears = asked[i].find("ClearChargingProfile") != std::string::npos;
        EXPECT_EQ(clears, i == 2 || i == 4) << "what others left above ours, and never ours";
    }
}

TEST_F(Limits, of_before_is_not_told_after_a_newer_one_when_the_box_comes_again) {
    ready();
    ASSERT_TRUE(station().limit(1, 16, 7, now));
    answer_all();
    station().disconnected(now);
    come();
    boot();
    ASSERT_TRUE(station().limit(1, 8, 8, now));
    reply(R"({"configurationKey":[{"key":"MeterValuesSampledData","readonly":false,"value":
        "Energy.Active.Import.Register,Current.Import,Power.Active.Import,Voltage,SoC"}]})");
    answer_all();
    EXPECT_EQ(text("limit"), "8.0");
    EXPECT_THAT(::testing::PrintToString(ends), Not(HasSubstr("newer")));
}

TEST_F(Limits, of_before_that_the_box_refuses_is_told_again_soon) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 7, now));
    answer_all();
    all_asked.clear();
    pass(minutes(8));
    ASSERT_THAT(outstanding, HasSubstr(R"("limit":10)"));
    reply(R"({"status":"Rejected"})");
    pass(seconds(31));
    EXPECT_THAT(outstanding, HasSubstr(R"("limit":10)"));
}

TEST_P(ALimit, of_every_point_is_in_before_anything_is_cleared_at_a_large_station) {
    levels = "9";
    ready();
    constexpr int points = 8;
    for (int point = 1; point <= points; ++point) {
        call("StatusNotification", old() ? R"({"connectorId":)" + std::to_string(point) +
                                               R"(,"errorCode":"NoError","status":"Available"})"
                                         : R"({"timestamp":")" + stamp() +
                                               R"(","connectorStatus":"Available","evseId":)" +
                                               std::to_string(point) + R"(,"connectorId":1})");
        ASSERT_TRUE(station().limit(point, 10, 7, now));
        answer_all();
    }
    const auto asked = comes_again();
    for (std::size_t i = 0; i < asked.size(); ++i) {
        EXPECT_EQ(asked[i].find(R"("limit":10)") != std::string::npos,
                  i < points || (i - points) % 12 == 2 || (i - points) % 12 == 10)
            << i << ' ' << asked[i];
    }
    EXPECT_EQ(asked.size(), points * 13U) << "eight levels, and thrice its limit";
    EXPECT_FALSE(was_noticed("wait already"));
}

TEST_P(ALimit, that_is_new_does_not_wait_for_what_is_cleared) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 7, now));
    answer_all();
    station().disconnected(now);
    come(spoken());
    outstanding.clear();
    call("BootNotification",
         old() ? R"({"chargePointVendor":"V","chargePointModel":"M"})"
               : R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
    ASSERT_TRUE(station().limit(1, 8, 8, now));
    reply(old() ? R"({"configurationKey":[]})" : R"({"status":"Rejected"})");
    EXPECT_THAT(outstanding, HasSubstr(R"("limit":8)")) << "the first after what was under way";
}

TEST_P(ALimit, in_watts_is_told_in_watts_to_a_box_that_takes_them) {
    for (const auto* unit :
         old() ? std::vector{"Current,Power", "Power"} : std::vector{"A,W", "W"}) {
        station().disconnected(now);
        ready(unit);
        ASSERT_TRUE(station().limit_power(1, 5000, 7, now));
        answer_all();
        EXPECT_THAT(all_asked.back(), HasSubstr(R"("chargingRateUnit":"W")"));
        EXPECT_THAT(all_asked.back(), HasSubstr(R"("limit":5000)"));
        EXPECT_EQ(text("limit_power"), "5000.0");
        EXPECT_EQ(text("limit"), "7.2") << "as it comes to on three phases";
        EXPECT_TRUE(ends.back().done);
        // It is kept up in the same words, and one in amperes takes its place.
        all_asked.clear();
        pass(minutes(8));
        answer_all();
        EXPECT_THAT(all_asked.back(), HasSubstr(R"("limit":5000)"));
        ASSERT_TRUE(station().limit(1, 10, 8, now));
        answer_all();
        EXPECT_EQ(text("limit"), "10.0");
        EXPECT_EQ(text("limit_power"), "null");
    }
}

TEST_P(ALimit, in_watts_comes_to_amperes_by_voltage_and_phases_for_a_box_that_takes_those) {
    ready(old() ? "Current" : "A");
    const auto last = [&](double watt) {
        EXPECT_TRUE(station().limit_power(1, watt, 7, now));
        answer_all();
        EXPECT_THAT(all_asked.back(), HasSubstr(R"("chargingRateUnit":"A")"));
        return all_asked.back();
    };
    EXPECT_THAT(last(6900), HasSubstr(R"("limit":10)")) << "three phases, as long as none is seen";
    EXPECT_THAT(last(4000), HasSubstr(R"("limit":0)")) << "less than 6 A is a pause";
    EXPECT_EQ(text("limit"), "0.0");
    EXPECT_EQ(text("limit_power"), "4000.0");
    call("MeterValues", std::string(old() ? R"({"connectorId":1)" : R"({"evseId":1)") +
                            R"(,"meterValue":[{"timestamp":")" + stamp() + R"(","sampledValue":[)" +
                            sample("8", "Current.Import", "L1") + "," +
                            sample("240", "Voltage", "L1-N") + "]}]}");
    EXPECT_THAT(last(2400), HasSubstr(R"("limit":10)")) << "one phase of 240 V";
}

TEST_P(ALimit, in_watts_survives_a_restart_and_is_nothing_that_no_point_can_give) {
    ready(old() ? "Current,Power" : "A,W");
    EXPECT_FALSE(station().limit_power(1, 1000, 1, now)) << "less than 6 A of one phase";
    EXPECT_FALSE(station().limit_power(1, 23'000, 2, now)) << "more than 32 A of three";
    EXPECT_FALSE(station().limit_power(1, -1, 3, now));
    EXPECT_FALSE(station().limit_power(2, 5000, 4, now));
    EXPECT_TRUE(station().limit_power(1, 0, 5, now));
    ASSERT_TRUE(station().limit_power(1, 5000, 6, now));
    answer_all();
    restart();
    all_asked.clear();
    ready(units);
    EXPECT_THAT(::testing::PrintToString(all_asked), HasSubstr(R"(\"limit\":5000)"));
}

TEST_F(ALimitOf201, that_stands_beside_one_of_others_takes_its_place) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 7, now));
    answer_all();
    ASSERT_TRUE(station().limit(1, 12, 8, now));
    const std::string duplicate =
        R"({"status":"Rejected","statusInfo":{"reasonCode":"DuplicateProfile"}})";
    reply(duplicate);
    EXPECT_THAT(outstanding, HasSubstr("ClearChargingProfile"));
    EXPECT_THAT(outstanding, HasSubstr(R"("stackLevel":1)")) << "that one, and no other";
    reply(R"({"status":"Accepted"})");
    EXPECT_THAT(outstanding, HasSubstr(R"("limit":12)"));
    reply(duplicate);
    ASSERT_EQ(ends.back().ticket, 8U);
    EXPECT_FALSE(ends.back().done) << "once, and not for ever";
    EXPECT_EQ(text("limit"), "10.0");
}

/// As a hub of format 3 kept it, field by field.
std::string kept_by_format_3() {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(3);
    out.u8(1);  // it has booted
    for (const char* text : {"V", "M", "", ""}) out.text(text);
    out.i64(6);  // the next transaction
    out.u64(1);
    out.u8(static_cast<std::uint8_t>(PointState::charging));
    out.f64(8.5);
    out.u8(0);
    out.text("");
    out.i64(0);
    ToldBefore().save(out);
    out.u64(1);
    out.text("5");
    out.u64(1);
    out.text("CARD");
    const auto started = parse_rfc3339("2026-11-22T11:00:00Z").value_or(Time{}).us;
    for (const std::int64_t n : {started, std::int64_t{1000}, std::int64_t{2000},
                                 std::int64_t{1000}, started, std::int64_t{-1}})
        out.i64(n);
    out.u8(3);
    out.u64(0);
    out.u64(1);  // ended
    out.text("4");
    out.u64(1);
    out.i64(started);
    out.i64(500);
    out.text("CARD");
    out.u8(0);
    out.i64(0);
    out.text("");
    return bytes;
}

TEST_F(Limits, that_an_older_hub_kept_hold_and_what_ran_goes_on) {
    kept = kept_by_format_3();
    restart();
    EXPECT_EQ(station().transaction(1), "5");
    come();
    boot();
    answer_all();
    EXPECT_THAT(::testing::PrintToString(all_asked), HasSubstr(R"(\"limit\":8.5)"));
    call("StopTransaction",
         R"({"transactionId":5,"meterStop":3000,"timestamp":")" + stamp(minutes(30)) + "\"}");
    EXPECT_THAT(events.back(), HasSubstr(R"("energy":2000)"));
    EXPECT_THAT(events.back(), HasSubstr(R"("ended":")" + stamp(minutes(30))))
        << "a box that was heard before is believed";
}

INSTANTIATE_TEST_SUITE_P(BothVersions, ALimit, ::testing::Values(Version::v16, Version::v201));

}  // namespace
}  // namespace foxtail::ocpp
