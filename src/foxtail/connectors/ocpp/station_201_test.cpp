// What is other with a charger of 2.0.1: its transactions tell its states, may begin before
// somebody has said who they are, and can be asked after.
#include "foxtail/connectors/ocpp/station_rig_test.hpp"

#include <gmock/gmock.h>

namespace foxtail::ocpp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ANewerStation : public StationRig {
protected:
    /// `report`: rows of its NotifyReport.
    void ready(const std::string& report = "") {
        come(Version::v201);
        call("BootNotification",
             R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
        reply(R"({"status":"Accepted"})");
        call("NotifyReport", R"({"requestId":1,"generatedAt":")" + stamp() +
                                 R"(","seqNo":0,"reportData":[)" + evse_row + report + "]}");
        answer_all();
    }
    static std::string row(const std::string& component, const std::string& variable,
                           const std::string& value) {
        return R"(,{"component":{"name":")" + component + R"("},"variable":{"name":")" + variable +
               R"("},"variableAttribute":[{"value":")" + value + R"("}]})";
    }
    /// Says yes to everything, but to what `refuses` stands in.
    void answer_all() {
        for (int i = 0; i < 50 && !outstanding.empty(); ++i) {
            const std::string what = outstanding;
            all_asked.push_back(what);
            const bool no = !refuses.empty() && what.find(refuses) != std::string::npos;
            const std::string word = no ? "Rejected" : "Accepted";
            if (what.find("SetVariables") != std::string::npos)
                reply(R"({"setVariableResult":[{"attributeStatus":")" + word +
                      R"(","component":{"name":"C"},"variable":{"name":"V"}}]})");
            else if (what.find("GetTransactionStatus") != std::string::npos)
                reply(going_on);
            else
                reply(R"({"status":")" + word + "\"}");
        }
    }
    std::string event(const std::string& kind, int number, const std::string& trigger,
                      const std::string& state, const std::string& info = "",
                      const std::string& more = "") {
        return call("TransactionEvent",
                    R"({"eventType":")" + kind + R"(","timestamp":")" + stamp() +
                        R"(","triggerReason":")" + trigger + R"(","seqNo":)" +
                        std::to_string(number) + R"(,"transactionInfo":{"transactionId":")" +
                        transaction + R"(","chargingState":")" + state + "\"" + info +
                        R"(},"evse":{"id":1,"connectorId":1})" + more + "}");
    }
    static std::string token(const std::string& card) {
        return R"(,"idToken":{"idToken":")" + card + R"(","type":"ISO14443"})";
    }
    static std::string reading(int wh, const std::string& at) {
        return R"(,"meterValue":[{"timestamp":")" + at + R"(","sampledValue":[{"value":)" +
               std::to_string(wh) + "}]}]";
    }
    std::string connector(const std::string& word) {
        return call("StatusNotification", R"({"timestamp":")" + stamp() +
                                              R"(","connectorStatus":")" + word +
                                              R"(","evseId":1,"connectorId":1})");
    }
    [[nodiscard]] std::string asked_all() const { return ::testing::PrintToString(all_asked); }

    const std::string evse_row =
        R"({"component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"AvailabilityState"},)"
        R"("variableAttribute":[{"value":"Available"}]})";
    std::string transaction = "T-1";
    std::string refuses;
    std::string going_on = R"({"messagesInQueue":false,"ongoingIndicator":true})";
};

TEST_F(ANewerStation, that_cannot_measure_all_is_asked_for_one_measurand_after_the_other) {
    refuses = "SoC";
    ready(row("SampledDataCtrlr", "TxUpdatedMeasurands", "Energy.Active.Import.Register"));
    std::vector<std::string> tried;
    for (const auto& one : all_asked) {
        if (one.find("TxUpdatedMeasurands") != std::string::npos) tried.push_back(one);
    }
    ASSERT_EQ(tried.size(), 6U);
    EXPECT_THAT(tried[1], HasSubstr(R"("attributeValue":"Energy.Active.Import.Register")"));
    EXPECT_THAT(tried[4],
                HasSubstr("Energy.Active.Import.Register,Current.Import,Power.Active.Import,"
                          "Voltage\""));
}

TEST_F(ANewerStation, that_does_not_know_what_is_asked_of_it_is_not_asked_again) {
    come(Version::v201);
    call("BootNotification",
         R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
    reply(R"({"status":"NotSupported"})");
    ASSERT_THAT(outstanding, HasSubstr("TxUpdatedMeasurands"));
    reply(R"({"setVariableResult":[{"attributeStatus":"UnknownVariable",)"
          R"("component":{"name":"C"},"variable":{"name":"V"}}]})");
    EXPECT_THAT(outstanding, Not(HasSubstr("TxUpdatedMeasurands")));
}

TEST_F(ANewerStation, is_to_tell_its_register_when_a_transaction_begins_and_ends) {
    ready(row("SampledDataCtrlr", "TxStartedMeasurands", "Energy.Active.Import.Register,Voltage") +
          row("SampledDataCtrlr", "TxEndedMeasurands", "Voltage"));
    EXPECT_THAT(asked_all(), Not(HasSubstr("TxStartedMeasurands")));
    EXPECT_THAT(asked_all(), HasSubstr("Voltage,Energy.Active.Import.Register"));
}

TEST_F(ANewerStation, whose_transaction_was_stopped_no_longer_charges_though_the_cable_is_in) {
    ready();
    connector("Occupied");
    event("Started", 0, "CablePluggedIn", "EVConnected");
    EXPECT_EQ(text("status"), "\"Preparing\"");
    event("Updated", 1, "ChargingStateChanged", "Charging", "", token("CARD"));
    EXPECT_EQ(text("status"), "\"Charging\"");
    pass(seconds(5));
    event("Ended", 2, "StopAuthorized", "EVConnected", R"(,"stoppedReason":"Local")");
    EXPECT_EQ(text("status"), "\"Finishing\"");
    connector("Occupied");
    EXPECT_EQ(text("status"), "\"Finishing\"") << "still the same car";
    connector("Available");
    EXPECT_EQ(text("status"), "\"Available\"");
    transaction = "T-2";
    event("Started", 0, "CablePluggedIn", "EVConnected");
    event("Updated", 1, "ChargingStateChanged", "Charging");
    event("Ended", 2, "EVCommunicationLost", "Idle", R"(,"stoppedReason":"EVDisconnected")");
    EXPECT_EQ(text("status"), "\"Available\"") << "the cable is out";
}

TEST_F(ANewerStation, to_which_a_card_was_shown_before_the_cable_waits_and_does_not_finish) {
    ready();
    connector("Occupied");
    event("Started", 0, "Authorized", "Idle", "", token("CARD"));
    EXPECT_EQ(text("status"), "\"Preparing\"");
    event("Ended", 1, "EVConnectTimeout", "Idle", R"(,"stoppedReason":"Timeout")");
    EXPECT_EQ(text("status"), "\"Available\"");
    transaction = "T-2";
    event("Started", 0, "Authorized", "Idle", "", token("CARD"));
    event("Updated", 1, "CablePluggedIn", "EVConnected");
    event("Updated", 2, "ChargingStateChanged", "Charging");
    event("Updated", 3, "EVCommunicationLost", "Idle");
    EXPECT_EQ(text("status"), "\"Finishing\"") << "it charged, and nobody has ended it";
}

TEST_F(ANewerStation, is_started_when_its_transaction_waits_for_somebody_but_not_when_it_charges) {
    ready();
    ends.clear();
    event("Started", 0, "CablePluggedIn", "EVConnected");
    ASSERT_TRUE(station().start(1, "HUB", 7, now));
    EXPECT_THAT(outstanding, HasSubstr("RequestStartTransaction"));
    reply(R"({"status":"Accepted","transactionId":"T-1"})");
    EXPECT_TRUE(ends.back().done);
    event("Updated", 1, "RemoteStart", "EVConnected", "", token("HUB"));
    EXPECT_EQ(station().start(1, "HUB", 8, now).error().code, Code::conflict);
    event("Updated", 2, "ChargingStateChanged", "Charging");
    EXPECT_EQ(station().start(1, "HUB", 9, now).error().code, Code::conflict);
}

TEST_F(ANewerStation, believes_the_card_it_was_started_with_for_that_one_time) {
    options.tokens = {"OURS"};
    ready();
    const auto shown = [&] {
        return call("Authorize", R"({"idToken":{"idToken":"HUB","type":"Central"}})");
    };
    EXPECT_THAT(shown(), HasSubstr("Invalid"));
    event("Started", 0, "CablePluggedIn", "EVConnected");
    ASSERT_TRUE(station().start(1, "HUB", 7, now));
    answer_all();
    EXPECT_THAT(shown(), HasSubstr("Accepted"));
    EXPECT_THAT(event("Updated", 1, "RemoteStart", "EVConnected", "", token("HUB")),
                HasSubstr("Accepted"));
    EXPECT_THAT(event("Updated", 2, "Authorized", "Charging", "", token("STRANGER")),
                HasSubstr("Invalid"));
    event("Ended", 3, "RemoteStop", "EVConnected", R"(,"stoppedReason":"Remote")");
    EXPECT_THAT(shown(), HasSubstr("Invalid"));
}

TEST_F(ANewerStation, is_asked_after_a_restart_whether_what_ran_goes_on) {
    ready();
    const auto begin = [&] {
        event("Started", 0, "CablePluggedIn", "EVConnected", "", reading(1000, stamp()));
        event("Updated", 1, "ChargingStateChanged", "Charging", "", reading(3000, stamp()));
    };
    const auto come_again = [&] {
        all_asked.clear();
        restart();
        ready();
        EXPECT_THAT(asked_all(), HasSubstr(R"({\"transactionId\":\"T-1\"})"));
    };
    begin();
    pass(minutes(10));
    come_again();
    EXPECT_EQ(station().transaction(1), "T-1") << "it goes on";
    going_on = R"({"messagesInQueue":true,"ongoingIndicator":false})";
    come_again();
    EXPECT_EQ(station().transaction(1), "T-1") << "its end is still to be told";
    going_on = R"({"messagesInQueue":false})";
    come_again();
    EXPECT_EQ(station().transaction(1), "T-1") << "it does not say";
    going_on = R"({"messagesInQueue":false,"ongoingIndicator":false})";
    come_again();
    EXPECT_FALSE(station().transaction(1));
    EXPECT_THAT(events.back(), HasSubstr(R"("reason":"Lost","energy":2000)"));
    EXPECT_TRUE(was_noticed("never told of its end"));
    // Told after all, it corrects the session.
    event("Ended", 2, "EVCommunicationLost", "Idle", R"(,"stoppedReason":"EVDisconnected")",
          reading(4500, stamp()));
    EXPECT_THAT(events.back(), HasSubstr(R"("energy":3500)"));
    EXPECT_THAT(events.back(), HasSubstr(R"("late":true)"));
}

TEST_F(ANewerStation, that_begins_another_transaction_is_asked_after_the_one_before) {
    ready();
    going_on = R"({"messagesInQueue":false,"ongoingIndicator":false})";
    event("Started", 0, "CablePluggedIn", "EVConnected");
    transaction = "T-2";
    event("Started", 0, "CablePluggedIn", "EVConnected");
    answer_all();
    EXPECT_EQ(station().transaction(1), "T-2");
    EXPECT_THAT(events.back(), HasSubstr(R"("transaction":"T-1")"));
    EXPECT_EQ(text("transaction"), "\"T-2\"");
}

}  // namespace
}  // namespace foxtail::ocpp
