// A box whose power goes in the middle of a transaction: it boots again, and what ran goes on or
// ends as one session. And who is meant by what a box read: a card, or the car itself.
#include "foxtail/connectors/ocpp/station_rig_test.hpp"

#include <gmock/gmock.h>

namespace foxtail::ocpp {
namespace {

using ::testing::HasSubstr;

class ARebootedBox : public StationRig {
protected:
    std::string sampled(int wh) const {
        return R"("meterValue":[{"timestamp":")" + stamp() + R"(","sampledValue":[{"value":)" +
               (newer ? std::to_string(wh) : "\"" + std::to_string(wh) + "\"") + "}]}]";
    }
    std::string event(const std::string& kind, int number, const std::string& trigger, int wh,
                      const std::string& info = "", const std::string& more = "") {
        return call("TransactionEvent",
                    R"({"eventType":")" + kind + R"(","timestamp":")" + stamp() +
                        R"(","triggerReason":")" + trigger + R"(","seqNo":)" +
                        std::to_string(number) + R"(,"transactionInfo":{"transactionId":"T-1")" +
                        info + R"(},"evse":{"id":1,"connectorId":1},)" + sampled(wh) + more + "}");
    }
    void come_newer() {
        newer = true;
        come(Version::v201);
        EXPECT_THAT(
            call("BootNotification",
                 R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})"),
            HasSubstr("Accepted"));
    }
    bool newer = false;
};

TEST_F(ARebootedBox, goes_on_with_its_transaction_and_ends_it_as_one_session) {
    come();
    boot();
    EXPECT_THAT(call("StartTransaction", R"({"connectorId":1,"idTag":"CARD","meterStart":1000,)"
                                         R"("timestamp":")" +
                                             stamp() + "\"}"),
                HasSubstr(R"("transactionId":1,)"));
    pass(minutes(20));
    call("MeterValues", R"({"connectorId":1,"transactionId":1,)" + sampled(3000) + "}");
    pass(minutes(1));
    come();  // without a goodbye
    boot();
    EXPECT_EQ(text("transaction"), "\"1\"") << "its boot ends nothing";
    call("StatusNotification", R"({"connectorId":1,"errorCode":"NoError","status":"Charging"})");
    call("MeterValues", R"({"connectorId":1,"transactionId":1,)" + sampled(3500) + "}");
    EXPECT_EQ(text("session_energy"), "2500.0");
    pass(minutes(1));
    EXPECT_THAT(call("StopTransaction", R"({"transactionId":1,"meterStop":3600,"timestamp":")" +
                                            stamp() + R"(","reason":"PowerLoss"})"),
                HasSubstr("[3,"));
    ASSERT_EQ(events.size(), 2U) << "one beginning and one end";
    EXPECT_THAT(events[1], HasSubstr(R"("reason":"PowerLoss","energy":2600)"));
    EXPECT_EQ(text("transaction"), "\"\"");
}

TEST_F(ARebootedBox, of_the_newer_protocol_does_so_too) {
    come_newer();
    event("Started", 0, "Authorized", 1000, R"(,"chargingState":"Charging")");
    pass(minutes(20));
    event("Updated", 1, "MeterValuePeriodic", 3000, R"(,"chargingState":"Charging")");
    pass(minutes(1));
    come_newer();
    EXPECT_EQ(text("transaction"), "\"T-1\"") << "its boot ends nothing";
    event("Updated", 2, "MeterValuePeriodic", 3500, R"(,"chargingState":"Charging")");
    EXPECT_EQ(text("session_energy"), "2500.0");
    pass(minutes(1));
    event("Ended", 3, "AbnormalCondition", 3600,
          R"(,"chargingState":"Idle","stoppedReason":"PowerLoss")");
    ASSERT_EQ(events.size(), 2U) << "one beginning and one end";
    EXPECT_THAT(events[1], HasSubstr(R"("reason":"PowerLoss","energy":2600)"));
    EXPECT_EQ(text("transaction"), "\"\"");
}

TEST_F(ARebootedBox, tells_what_the_car_says_of_itself_apart_from_cards) {
    come_newer();
    const std::string mac = R"(,"idToken":{"idToken":"0123456789AB","type":"MacAddress"})";
    event("Started", 0, "Authorized", 1000, "", mac);
    EXPECT_EQ(text("ev_id"), "\"0123456789AB\"");
    EXPECT_EQ(text("id_tag"), "\"\"") << "that is no card";
    const std::string card = R"(,"idToken":{"idToken":"CARD","type":"ISO14443"})";
    event("Updated", 1, "Authorized", 1000, "", card);
    EXPECT_EQ(text("id_tag"), "\"CARD\"");
    EXPECT_EQ(text("ev_id"), "\"0123456789AB\"") << "the car is the same";
}

TEST_F(ARebootedBox, of_the_older_protocol_says_by_its_prefix_that_it_read_the_car) {
    come();
    boot();
    call("StartTransaction", R"({"connectorId":1,"idTag":"VID:0123456789AB","meterStart":0,)"
                             R"("timestamp":")" +
                                 stamp() + "\"}");
    EXPECT_EQ(text("ev_id"), "\"VID:0123456789AB\"");
    EXPECT_EQ(text("id_tag"), "\"\"");
}

// ---- what is forgiven, and only where the configuration says so ----

class AForgivenBox : public StationRig {
protected:
    /// What strict refuses with `why`, and one leniency forgives.
    void forgives(Leniency one, const std::string& action, const std::string& payload,
                  const std::string& why) {
        come();
        EXPECT_THAT(call(action, payload), HasSubstr(why));
        for (const auto other :
             {Leniency::unknown_fields, Leniency::long_texts, Leniency::loose_types,
              Leniency::missing_fields, Leniency::unknown_values, Leniency::times_without_zone}) {
            auto changed = options;
            changed.leniencies = static_cast<Leniencies>(other);
            station().set_options(changed, now);
            EXPECT_THAT(call(action, payload), HasSubstr(other == one ? "[3," : why))
                << word_for(other);
        }
    }
};

TEST_F(AForgivenBox, may_send_what_the_standard_does_not_have) {
    forgives(Leniency::unknown_fields, "Authorize", R"({"idTag":"CARD","mood":"good"})",
             "FormationViolation");
}

TEST_F(AForgivenBox, may_leave_out_what_is_required) {
    forgives(Leniency::missing_fields, "StatusNotification",
             R"({"connectorId":1,"status":"Charging"})", "OccurenceConstraintViolation");
    EXPECT_EQ(text("status"), "\"Charging\"") << "what it does say counts";
}

TEST_F(AForgivenBox, may_use_words_of_its_own) {
    forgives(Leniency::unknown_values, "StatusNotification",
             R"({"connectorId":1,"errorCode":"Hiccup","status":"Charging"})",
             "PropertyConstraintViolation");
    EXPECT_EQ(text("status"), "\"Charging\"");
}

}  // namespace
}  // namespace foxtail::ocpp
