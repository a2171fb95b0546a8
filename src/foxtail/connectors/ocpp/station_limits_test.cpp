// What a charger's limits are made of: in which order profiles come, and in which unit.
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
        come(spoken());
        if (old()) {
            call("BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})");
            units = unit;
            return answer_all();
        }
        call("BootNotification",
             R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
        reply(R"({"status":"Accepted"})");
        call("NotifyReport", R"({"requestId":1,"generatedAt":")" + stamp() +
                                 R"(","seqNo":0,"reportData":[)" + row("EVSE", "State", "1") + "," +
                                 row("SmartChargingCtrlr", "ProfileStackLevel", "3") + "," +
                                 row("SmartChargingCtrlr", "RateUnit", unit) + "]}");
        answer_all();
    }
    void answer_all() {
        for (int i = 0; i < 50 && !outstanding.empty(); ++i) {
            const std::string what = outstanding;
            all_asked.push_back(what);
            if (what.find("GetConfiguration") != std::string::npos)
                reply(
                    R"({"configurationKey":[{"key":"ChargeProfileMaxStackLevel","readonly":true,"value":"3"},
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
    ASSERT_EQ(asked.size(), 4U) << ::testing::PrintToString(asked);
    EXPECT_THAT(asked[0], HasSubstr(R"("limit":10)")) << "before anything is taken away";
    EXPECT_THAT(asked[1], HasSubstr(R"("limit":6)")) << "what it falls back to";
    for (std::size_t i = 2; i < 4; ++i) {
        EXPECT_THAT(asked[i], HasSubstr("ClearChargingProfile"));
        EXPECT_THAT(asked[i], HasSubstr(R"("stackLevel":)" + std::to_string(i)))
            << "what others left above ours, and never ours";
    }
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

INSTANTIATE_TEST_SUITE_P(BothVersions, ALimit, ::testing::Values(Version::v16, Version::v201));

}  // namespace
}  // namespace foxtail::ocpp
