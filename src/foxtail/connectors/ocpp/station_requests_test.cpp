#include "foxtail/connectors/ocpp/station_rig_test.hpp"

#include <gmock/gmock.h>

namespace foxtail::ocpp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* settings_with_lists = R"([
  {"key":"NumberOfConnectors","readonly":true,"value":"1"},
  {"key":"SupportedFeatureProfiles","readonly":true,
   "value":"Core,LocalAuthListManagement,Reservation,SmartCharging"},
  {"key":"MeterValuesSampledData","readonly":false,
   "value":"Energy.Active.Import.Register,Current.Import,Power.Active.Import,Voltage"}])";

class ARequest : public StationRig {
protected:
    void ready() {
        come();
        boot();
        agree("[]");
    }
    void ready_201() {
        come(Version::v201);
        call("BootNotification",
             R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
        agree("[]");
        pass(seconds(61));
        agree("[]");
    }
    void state(const std::string& word) {
        call("StatusNotification",
             R"({"connectorId":1,"errorCode":"NoError","status":")" + word + "\"}");
    }
    std::string end() const { return ends.empty() ? "none" : ends.back().detail; }
};

TEST_F(ARequest, to_go_out_of_service_is_so_at_once_or_when_the_charger_tells) {
    ready();
    state("Charging");
    EXPECT_EQ(text("in_service"), "true");
    ASSERT_TRUE(station().serve(1, false, 7, now));
    EXPECT_THAT(outstanding,
                HasSubstr(R"("ChangeAvailability",{"connectorId":1,"type":"Inoperative"})"));
    reply(R"({"status":"Scheduled"})");
    EXPECT_TRUE(ends.back().done);
    EXPECT_EQ(text("in_service"), "true") << "it still charges";
    state("Unavailable");
    EXPECT_EQ(text("in_service"), "false");
    ASSERT_TRUE(station().serve(1, true, 8, now));
    reply(R"({"status":"Accepted"})");
    EXPECT_EQ(text("in_service"), "true");
    state("Faulted");
    EXPECT_EQ(text("in_service"), "true") << "what is broken was not taken out of service";
    EXPECT_FALSE(station().serve(2, true, 9, now));
}

TEST_F(ARequest, to_reserve_is_shown_until_it_is_cancelled_used_or_over) {
    ready();
    const auto reserve = [&](Duration lasts) {
        ASSERT_TRUE(station().reserve(1, "A1", lasts, 7, now));
        EXPECT_THAT(outstanding, HasSubstr(R"("ReserveNow",{"connectorId":1,"expiryDate":")" +
                                           format_rfc3339(now.wall + lasts)));
        EXPECT_THAT(outstanding, HasSubstr(R"("idTag":"A1","reservationId":1})"));
        reply(R"({"status":"Accepted"})");
        EXPECT_EQ(text("reserved_for"), "\"A1\"");
    };
    reserve(hours(1));
    ASSERT_TRUE(station().cancel_reservation(1, 8, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("CancelReservation",{"reservationId":1})"));
    reply(R"({"status":"Accepted"})");
    EXPECT_EQ(text("reserved_for"), "\"\"");
    reserve(hours(1));
    call("StartTransaction", R"({"connectorId":1,"idTag":"A1","meterStart":0,"timestamp":")" +
                                 stamp() + R"(","reservationId":1})");
    EXPECT_EQ(text("reserved_for"), "\"\"");
    reserve(hours(1));
    const auto over = now.wall + hours(1);
    restart();
    pass(minutes(59));
    EXPECT_EQ(text("reserved_for"), "\"A1\"");
    pass(minutes(2));
    EXPECT_EQ(text("reserved_for"), "\"\"");
    EXPECT_EQ(all_said.back().at.us, over.us) << "it ended when it ended, not when it was noticed";
}

TEST_F(ARequest, to_reserve_that_is_refused_or_makes_no_sense_reserves_nothing) {
    options.tokens = {"A1"};
    ready();
    EXPECT_FALSE(station().reserve(1, "THEIRS", hours(1), 7, now));
    EXPECT_FALSE(station().reserve(1, "", hours(1), 7, now));
    EXPECT_FALSE(station().reserve(1, "A1", days(3), 7, now));
    EXPECT_FALSE(station().reserve(1, "A1", Duration{}, 7, now));
    ASSERT_TRUE(station().reserve(1, "A1", hours(1), 7, now));
    reply(R"({"status":"Occupied"})");
    EXPECT_FALSE(ends.back().done);
    EXPECT_EQ(end(), "Occupied");
    EXPECT_EQ(text("reserved_for"), "nothing");
}

TEST_F(ARequest, of_a_2_0_1_charger_is_spelt_its_way_and_its_news_are_heard) {
    ready_201();
    ASSERT_TRUE(station().reserve(1, "A1", hours(1), 7, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("ReserveNow",{"id":1,"expiryDateTime":")"));
    EXPECT_THAT(outstanding,
                HasSubstr(R"("evseId":1,"idToken":{"idToken":"A1","type":"ISO14443"}})"));
    reply(R"({"status":"Accepted"})");
    EXPECT_EQ(text("reserved_for"), "\"A1\"");
    call("ReservationStatusUpdate", R"({"reservationId":1,"reservationUpdateStatus":"Removed"})");
    EXPECT_EQ(text("reserved_for"), "\"\"");
    ASSERT_TRUE(station().serve(1, false, 7, now));
    EXPECT_THAT(outstanding, HasSubstr(R"({"evse":{"id":1},"operationalStatus":"Inoperative"})"));
    reply(R"({"status":"Accepted"})");
    ASSERT_TRUE(station().diagnostics("https://hub.lan/box", 7, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("GetLog",{"logType":"DiagnosticsLog","requestId":)"));
    EXPECT_THAT(outstanding, HasSubstr(R"("log":{"remoteLocation":"https://hub.lan/box"}})"));
    reply(R"({"status":"Accepted","filename":"log.tgz"})");
    EXPECT_EQ(end(), "log.tgz");
    call("LogStatusNotification", R"({"status":"Uploaded","requestId":1})");
    EXPECT_EQ(text("diagnostics_status"), "\"Uploaded\"");
    ASSERT_TRUE(station().update_firmware("https://maker.example/fw.bin", 8, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("firmware":{"location":"https://maker.example/fw.bin",)"
                                       R"("retrieveDateTime":")"));
    reply(R"({"status":"InvalidCertificate"})");
    EXPECT_FALSE(ends.back().done);
    ASSERT_TRUE(station().read_setting("OCPPCommCtrlr.HeartbeatInterval", 9, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("GetVariables",{"getVariableData":[)"));
    reply(R"({"getVariableResult":[{"attributeStatus":"Accepted","attributeValue":"300",)"
          R"("component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}}]})");
    EXPECT_EQ(end(), "OCPPCommCtrlr.HeartbeatInterval=300");
    ASSERT_TRUE(station().write_setting("OCPPCommCtrlr.HeartbeatInterval=60", 9, now));
    reply(R"({"setVariableResult":[{"attributeStatus":"Rejected",)"
          R"("component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}}]})");
    EXPECT_FALSE(ends.back().done);
}

TEST_F(ARequest, for_firmware_and_diagnostics_takes_urls_only_and_shows_how_it_goes) {
    ready();
    for (const std::string& bad :
         {std::string("fw.bin"), std::string("file:///etc/passwd"), std::string("https://"),
          std::string("https://a b"), "https://" + std::string(510, 'x')}) {
        EXPECT_FALSE(station().update_firmware(bad, 7, now)) << bad;
        EXPECT_FALSE(station().diagnostics(bad, 7, now)) << bad;
    }
    ASSERT_TRUE(station().update_firmware("ftp://maker.example/fw.bin", 7, now));
    EXPECT_THAT(outstanding,
                HasSubstr(R"("UpdateFirmware",{"location":"ftp://maker.example/fw.bin")"
                          R"(,"retrieveDate":")" +
                          stamp()));
    reply("{}");
    EXPECT_TRUE(ends.back().done);
    call("FirmwareStatusNotification", R"({"status":"Downloading"})");
    EXPECT_EQ(text("firmware_status"), "\"Downloading\"");
    ASSERT_TRUE(station().diagnostics("ftp://hub.lan/", 8, now));
    reply("{}");
    EXPECT_EQ(end(), "there is nothing to send");
    call("DiagnosticsStatusNotification", R"({"status":"UploadFailed"})");
    EXPECT_EQ(text("diagnostics_status"), "\"UploadFailed\"");
}

TEST_F(ARequest, for_settings_reads_and_writes_all_but_passwords) {
    ready();
    ASSERT_TRUE(station().read_setting("HeartbeatInterval", 7, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("GetConfiguration",{"key":["HeartbeatInterval"]})"));
    reply(R"({"configurationKey":[{"key":"HeartbeatInterval","readonly":true,"value":"300"}]})");
    EXPECT_EQ(end(), "HeartbeatInterval=300 (read only)");
    ASSERT_TRUE(station().read_setting("Nothing", 8, now));
    reply(R"({"unknownKey":["Nothing"]})");
    EXPECT_EQ(end(), "the charger knows no such setting");
    ASSERT_TRUE(station().write_setting("LightIntensity=a=b", 9, now));
    EXPECT_THAT(outstanding,
                HasSubstr(R"("ChangeConfiguration",{"key":"LightIntensity","value":"a=b"})"));
    reply(R"({"status":"RebootRequired"})");
    EXPECT_EQ(end(), "RebootRequired");
    EXPECT_EQ(station().read_setting("AUTHORIZATIONKEY", 9, now).error().code, Code::denied);
    EXPECT_EQ(station().write_setting("SecurityCtrlr.BasicAuthPassword=x", 9, now).error().code,
              Code::denied);
    EXPECT_FALSE(station().write_setting("NoValue", 9, now));
    EXPECT_FALSE(station().write_setting("=x", 9, now));
}

TEST_F(ARequest, for_the_schedule_says_what_the_charger_will_allow) {
    ready();
    ASSERT_TRUE(station().schedule(1, 7, now));
    EXPECT_THAT(outstanding,
                HasSubstr(R"("GetCompositeSchedule",{"connectorId":1,"duration":86400})"));
    reply(R"({"status":"Accepted","connectorId":1,"scheduleStart":"2026-11-22T12:00:00Z",)"
          R"("chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":)"
          R"([{"startPeriod":0,"limit":10.0}]}})");
    EXPECT_THAT(text("schedule"), HasSubstr(R"("limit":10)"));
    EXPECT_EQ(end(), "Accepted");
}

class TheList : public ARequest {
protected:
    /// Boots, and says about its list what it is asked; gives the SendLocalList, if there was one.
    std::string sent_to_one_with(const std::string& version) {
        come();
        boot();
        std::string sent;
        for (int i = 0; i < 50 && !outstanding.empty(); ++i) {
            const auto what = outstanding;
            if (what.find("SendLocalList") != std::string::npos) sent = what;
            if (what.find("GetLocalListVersion") != std::string::npos)
                reply("{\"listVersion\":" + version + "}");
            else
                agree_once(what);
        }
        return sent;
    }
    void agree_once(const std::string& what) {
        reply(what.find("GetConfiguration") != std::string::npos
                  ? "{\"configurationKey\":" + std::string(settings_with_lists) + "}"
                  : R"({"status":"Accepted"})");
    }
};

TEST_F(TheList, of_cards_is_sent_once_and_again_only_when_it_is_another) {
    options.tokens = {"B", "A"};
    EXPECT_THAT(sent_to_one_with("0"), HasSubstr(R"({"listVersion":1,"localAuthorizationList":)"));
    station().disconnected(now);
    EXPECT_EQ(sent_to_one_with("1"), "") << "it has just that list";
    restart();
    EXPECT_EQ(sent_to_one_with("1"), "") << "over a restart, too";
    EXPECT_THAT(sent_to_one_with("9"), HasSubstr(R"("listVersion":10,)")) << "another's list";
    StationOptions fewer = options;
    fewer.tokens = {"A"};
    station().set_options(fewer, now);
    EXPECT_THAT(outstanding, HasSubstr("GetLocalListVersion"));
    reply(R"({"listVersion":10})");
    EXPECT_THAT(outstanding, HasSubstr(R"("listVersion":11,)"));
    EXPECT_THAT(outstanding, Not(HasSubstr(R"("idTag":"B")")));
    reply(R"({"status":"Failed"})");
    EXPECT_TRUE(was_noticed("did not take the list"));
}

TEST_F(TheList, that_it_cannot_have_is_no_reason_to_remember_cards_that_are_none_any_more) {
    options.tokens = {"A", "B"};
    come();
    boot();
    agree(R"([{"key":"SupportedFeatureProfiles","readonly":true,"value":"Core,SmartCharging"}])");
    StationOptions fewer = options;
    fewer.tokens = {"A"};
    all_asked.clear();
    station().set_options(fewer, now);
    agree("[]");
    ASSERT_EQ(all_asked.size(), 1U);
    EXPECT_THAT(all_asked[0], HasSubstr(R"("ClearCache",{})"));
}

TEST_F(TheList, is_emptied_when_every_card_may_charge_again_and_else_left_alone) {
    EXPECT_EQ(sent_to_one_with("5"), "") << "nobody has asked for one";
    StationOptions some = options;
    some.tokens = {"A"};
    station().set_options(some, now);
    reply(R"({"listVersion":-1})");
    EXPECT_EQ(outstanding, "") << "it has none";
    station().set_options(options, now);
    EXPECT_EQ(outstanding, "");
    station().set_options(some, now);
    reply(R"({"listVersion":0})");
    reply(R"({"status":"Accepted"})");
    EXPECT_THAT(outstanding, HasSubstr(R"("ClearCache",{})")) << "what it remembers by itself";
    reply(R"({"status":"Rejected"})");
    station().set_options(options, now);
    reply(R"({"listVersion":1})");
    EXPECT_THAT(outstanding, HasSubstr(R"({"listVersion":2,"localAuthorizationList":[],)"));
}

}  // namespace
}  // namespace foxtail::ocpp
