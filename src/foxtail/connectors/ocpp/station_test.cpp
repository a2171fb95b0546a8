#include "foxtail/connectors/ocpp/station_rig_test.hpp"

#include <gmock/gmock.h>

namespace foxtail::ocpp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* plain_settings = R"([
  {"key":"NumberOfConnectors","readonly":true,"value":"1"},
  {"key":"ChargingScheduleAllowedChargingRateUnit","readonly":true,"value":"Current"},
  {"key":"ChargeProfileMaxStackLevel","readonly":true,"value":"3"},
  {"key":"MeterValuesSampledData","readonly":false,
   "value":"Energy.Active.Import.Register,Current.Import,Power.Active.Import,Voltage"},
  {"key":"MeterValueSampleInterval","readonly":false,"value":"60"}])";

class AStation : public StationRig {
protected:
    void ready(const std::string& settings = plain_settings) {
        come();
        boot();
        agree(settings);
    }
    std::string start(const std::string& token = "CARD", int meter = 1000, Duration ago = {}) {
        return call("StartTransaction", R"({"connectorId":1,"idTag":")" + token +
                                            R"(","meterStart":)" + std::to_string(meter) +
                                            R"(,"timestamp":")" + stamp(ago) + "\"}");
    }
    std::string stop(const std::string& number, int meter, Duration ago = {}) {
        return call("StopTransaction", R"({"transactionId":)" + number + R"(,"meterStop":)" +
                                           std::to_string(meter) + R"(,"timestamp":")" +
                                           stamp(ago) + "\"}");
    }
    std::string meter(int wh, Duration ago = {}, const std::string& more = "") {
        return call("MeterValues",
                    R"({"connectorId":1)" + more + R"(,"meterValue":[{"timestamp":")" + stamp(ago) +
                        R"(","sampledValue":[{"value":")" + std::to_string(wh) + "\"}]}]}");
    }
    std::string state(const std::string& word, int connector = 1) {
        return call("StatusNotification", R"({"connectorId":)" + std::to_string(connector) +
                                              R"(,"errorCode":"NoError","status":")" + word +
                                              "\"}");
    }
};

TEST_F(AStation, is_configured_after_its_boot_and_not_before) {
    come();
    EXPECT_EQ(outstanding, "");
    boot();
    EXPECT_THAT(outstanding, HasSubstr("GetConfiguration"));
    agree(plain_settings);
    const std::string all = ::testing::PrintToString(all_asked);
    EXPECT_THAT(all, HasSubstr(R"(\"MeterValueSampleInterval\",\"value\":\"10\")"));
    EXPECT_THAT(all, Not(HasSubstr("MeterValuesSampledData")));
    EXPECT_THAT(all, HasSubstr("StatusNotification"));
}

TEST_F(AStation, that_says_no_boot_when_it_comes_back_is_asked_for_one_only_once_it_has_settled) {
    come();
    pass(seconds(4));
    EXPECT_EQ(outstanding, "");
    pass(seconds(2));
    EXPECT_THAT(outstanding, HasSubstr(R"("requestedMessage":"BootNotification")"));
}

TEST_F(AStation, that_promises_a_report_and_sends_none_is_configured_all_the_same) {
    come(Version::v201);
    call("BootNotification",
         R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
    EXPECT_THAT(outstanding, HasSubstr("GetBaseReport"));
    reply(R"({"status":"Accepted"})");
    EXPECT_EQ(outstanding, "");
    pass(seconds(61));
    EXPECT_THAT(outstanding, HasSubstr("TxUpdatedMeasurands"));
}

TEST_F(AStation, is_asked_for_one_measurand_after_the_other_when_it_refuses_them_all) {
    come();
    boot();
    reply(R"({"configurationKey":[]})");
    std::vector<std::string> tried;
    for (int i = 0; i < 6; ++i) {
        tried.push_back(outstanding);
        const bool few = std::count(outstanding.begin(), outstanding.end(), ',') <= 5;
        reply(few ? R"({"status":"Accepted"})" : R"({"status":"Rejected"})");
    }
    EXPECT_THAT(tried[0], HasSubstr("Energy.Active.Import.Register,Current.Import,Power.Active"));
    EXPECT_THAT(tried[1], HasSubstr(R"("value":"Energy.Active.Import.Register"})"));
    EXPECT_THAT(tried[2], HasSubstr(R"("Energy.Active.Import.Register,Current.Import"})"));
    // The third was one too many, and is left out of what is tried next.
    EXPECT_THAT(tried[4], HasSubstr(R"(Register,Current.Import,Voltage"})"));
}

TEST_F(AStation, makes_one_transaction_of_a_start_that_is_told_twice) {
    ready();
    const auto first = start();
    EXPECT_THAT(first, HasSubstr(R"("transactionId":1,)"));
    EXPECT_TRUE(durable);
    EXPECT_THAT(start(), HasSubstr(R"("transactionId":1,)"));
    EXPECT_EQ(events.size(), 1U);
    stop("1", 3000);
    EXPECT_THAT(stop("1", 3000), HasSubstr("[3,"));
    ASSERT_EQ(events.size(), 2U);
    EXPECT_THAT(events[1], HasSubstr(R"("energy":2000)"));
    EXPECT_THAT(start("OTHER", 3000), HasSubstr(R"("transactionId":2,)"));
}

TEST_F(AStation, tells_of_the_register_also_at_the_beginning_and_at_the_end) {
    ready();
    start("CARD", 1000, minutes(1));
    EXPECT_EQ(text("energy"), "1000.0") << "what is charged before the first sample counts, too";
    meter(4000);
    stop("1", 4700);
    EXPECT_EQ(text("energy"), "4700.0");
}

TEST_F(AStation, carries_a_transaction_over_a_restart_of_the_hub) {
    ready();
    start();
    meter(1500);
    pass(hours(10));
    restart();
    come();
    EXPECT_EQ(station().transaction(1), "1");
    EXPECT_THAT(stop("1", 9000), HasSubstr("[3,"));
    EXPECT_THAT(events.back(), HasSubstr(R"("energy":8000)"));
    EXPECT_THAT(start("CARD", 9000), HasSubstr(R"("transactionId":2,)"));
}

TEST_F(AStation, believes_the_newest_reading_whatever_order_they_come_in) {
    ready();
    start("CARD", 1000, minutes(30));
    meter(4000, minutes(1));
    EXPECT_EQ(text("energy"), "4000.0");
    const auto session = text("session_energy");
    all_said.clear();
    meter(2000, minutes(20));
    // It is told with its own time: the history takes it there, and the twin believes what is
    // newer.
    ASSERT_EQ(all_said.size(), 1U);
    EXPECT_EQ(all_said[0].property, "energy");
    EXPECT_EQ(all_said[0].at.us, (now.wall - minutes(20)).us);
    EXPECT_EQ(session, "3000.0");
}

TEST_F(AStation, counts_on_when_the_register_begins_anew) {
    ready();
    start("CARD", 1000, minutes(1));
    meter(3000, seconds(30));
    meter(200, seconds(20));
    EXPECT_EQ(text("session_energy"), "2200.0");
    EXPECT_TRUE(was_noticed("went back"));
    meter(150, seconds(10));  // rounding
    EXPECT_EQ(text("session_energy"), "2200.0");
    stop("1", 700);
    EXPECT_THAT(events.back(), HasSubstr(R"("energy":2700)"));
}

TEST_F(AStation, takes_a_transaction_of_minus_one_as_one_nobody_gave) {
    ready();
    EXPECT_THAT(meter(100, {}, R"(,"transactionId":-1)"), HasSubstr("[3,"));
    EXPECT_THAT(stop("-1", 5), HasSubstr("[3,"));
    EXPECT_TRUE(was_noticed("never began here"));
}

TEST_F(AStation, does_not_believe_a_clock_that_was_never_set) {
    ready();
    call(
        "StatusNotification",
        R"({"connectorId":1,"errorCode":"NoError","status":"Charging","timestamp":"1970-01-01T00:00:09Z"})");
    EXPECT_EQ(text("status"), "\"Charging\"");
    EXPECT_EQ(all_said.back().at, now.wall);
    EXPECT_TRUE(was_noticed("clock"));
}

TEST_F(AStation, is_heard_when_its_clock_is_an_hour_behind) {
    ready();
    const auto says = [&](const std::string& status, Duration late = hours(1)) {
        call("StatusNotification", R"({"connectorId":1,"errorCode":"NoError","status":")" + status +
                                       R"(","timestamp":")" + stamp(late) + "\"}");
    };
    says("Available", {});
    says("Preparing");
    EXPECT_EQ(text("status"), "\"Available\"") << "it may have waited for an hour";
    pass(seconds(40));
    says("Charging");
    EXPECT_EQ(text("status"), "\"Charging\"");
    EXPECT_NEAR(static_cast<double>((now.wall - all_said.back().at).us), 0, 1e6);
    EXPECT_TRUE(was_noticed("3600 s behind"));
    EXPECT_THAT(asked(), HasSubstr("StatusNotification")) << "what was not believed is asked again";
    // Set right, it is believed as it is.
    pass(seconds(60));
    says("SuspendedEV", {});
    EXPECT_EQ(text("status"), "\"SuspendedEV\"");
    says("Charging");
    EXPECT_EQ(text("status"), "\"SuspendedEV\"") << "an hour late is an hour late again";
}

TEST_F(AStation, is_believed_of_what_waited_when_its_clock_is_an_hour_ahead) {
    ready();
    const Duration ahead = Duration{} - hours(1);
    start("CARD", 1000, ahead);
    meter(1100, ahead);
    pass(seconds(40));
    meter(1200, ahead);
    EXPECT_TRUE(was_noticed("3600 s ahead"));
    EXPECT_EQ(all_said.back().at, now.wall);
    // Without a network for five hours: what it kept is dated an hour late.
    pass(hours(5));
    for (int n = 1; n <= 4; ++n) {
        const Time then = now.wall - hours(5 - n);
        meter(1200 + n * 100, hours(5 - n) + ahead);
        EXPECT_NEAR(static_cast<double>((all_said.back().at - then).us), 0, 1e6);
    }
    EXPECT_EQ(text("energy"), "1600.0");
    // Set right, it is believed as it is, after half a minute.
    meter(1700);
    pass(seconds(40));
    meter(1800);
    EXPECT_NEAR(static_cast<double>((now.wall - all_said.back().at).us), 0, 1e6);
}

TEST_F(AStation, that_tells_what_waited_for_hours_has_no_clock_that_is_behind) {
    ready();
    start();
    for (int n = 0; n < 18; ++n) {
        pass(seconds(20));
        meter(1100 + n * 100, minutes(180 - 10 * n));
    }
    EXPECT_FALSE(was_noticed("behind"));
    EXPECT_EQ(text("energy"), "2800.0");
}

TEST_F(AStation, drops_no_state_of_the_whole_charger_on_a_point_but_a_fault) {
    ready();
    state("Charging");
    state("Available", 0);
    EXPECT_EQ(text("status"), "\"Charging\"");
    state("Faulted", 0);
    EXPECT_EQ(text("status"), "\"Faulted\"");
}

TEST_F(AStation, ends_a_transaction_that_a_free_charger_has_forgotten) {
    ready();
    start();
    meter(1800);
    state("Available");
    pass(minutes(9));
    EXPECT_TRUE(station().transaction(1));
    pass(minutes(2));
    EXPECT_FALSE(station().transaction(1));
    EXPECT_THAT(events.back(), HasSubstr(R"("reason":"Lost","energy":800)"));
    // And is corrected when the charger tells after all.
    stop("1", 2000, minutes(5));
    EXPECT_THAT(events.back(), HasSubstr(R"("energy":1000)"));
    EXPECT_THAT(events.back(), HasSubstr(R"("late":true)"));
}

TEST_F(AStation, refuses_cards_that_are_not_listed) {
    options.tokens = {"OURS"};
    ready();
    EXPECT_THAT(call("Authorize", R"({"idTag":"OURS"})"), HasSubstr("Accepted"));
    EXPECT_THAT(call("Authorize", R"({"idTag":"THEIRS"})"), HasSubstr("Invalid"));
    EXPECT_THAT(start("THEIRS"), HasSubstr("Invalid"));
    EXPECT_FALSE(station().transaction(1));
}

// ---- limits
// ---------------------------------------------------------------------------------------

TEST_F(AStation, gets_a_limit_that_ends_by_itself_over_one_that_stays) {
    ready();
    all_asked.clear();
    ASSERT_TRUE(station().limit(1, 10, 7, now));
    agree("[]");
    ASSERT_EQ(all_asked.size(), 3U);
    EXPECT_THAT(all_asked[0], HasSubstr("ClearChargingProfile"));
    EXPECT_THAT(all_asked[1], HasSubstr(R"("stackLevel":0)"));
    EXPECT_THAT(all_asked[1], HasSubstr(R"("limit":6)"));
    EXPECT_THAT(all_asked[1], Not(HasSubstr("duration")));
    EXPECT_THAT(all_asked[2], HasSubstr(R"("duration":960)"));
    EXPECT_THAT(all_asked[2], HasSubstr(R"("limit":10)"));
    EXPECT_EQ(text("limit"), "10.0");
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_TRUE(ends[0].done);
    // Renewed before its end; cleared only once.
    all_asked.clear();
    pass(minutes(8));
    agree("[]");
    ASSERT_EQ(all_asked.size(), 1U);
    EXPECT_THAT(all_asked[0], HasSubstr(R"("limit":10)"));
}

TEST_F(AStation, that_has_little_keeps_it_until_others_have_come_down_should_the_hub_be_gone) {
    ready();
    // Another one may have been given much just when this one's was to be renewed.
    ASSERT_TRUE(station().limit(1, 0, 7, now));
    agree("[]");
    EXPECT_THAT(all_asked.back(), HasSubstr(R"("duration":1860)"));
    pass(minutes(8));
    EXPECT_THAT(outstanding, HasSubstr(R"("duration":1860)"));
    agree("[]");
    ASSERT_TRUE(station().limit(1, 6, 8, now));
    EXPECT_THAT(outstanding, HasSubstr(R"("duration":960)")) << "as much as it falls back to";
}

TEST_F(AStation, whose_clock_is_wrong_is_given_limits_by_its_own_clock) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 7, now));
    all_asked.clear();
    agree("[]");
    const auto begins = [&](Duration ago) { return R"("startSchedule":")" + stamp(ago) + "\""; };
    EXPECT_THAT(all_asked[1], HasSubstr(begins(days(1) + minutes(1)))) << "what it falls back to";
    EXPECT_THAT(all_asked[2], HasSubstr(begins(minutes(1))));
    start("CARD", 1000, hours(1));
    pass(seconds(40));
    meter(1200, hours(1));
    ASSERT_TRUE(was_noticed("3600 s behind"));
    agree("[]");
    pass(seconds(1));
    EXPECT_THAT(outstanding, HasSubstr(begins(hours(1) + minutes(1))));
    EXPECT_THAT(outstanding, HasSubstr(R"("limit":10)"));
}

TEST_F(AStation, has_its_limit_put_into_force_again_after_it_was_away) {
    ready();
    ASSERT_TRUE(station().limit(1, 8.5, 7, now));
    agree("[]");
    restart();
    come();
    boot();
    all_asked.clear();
    agree(plain_settings);
    EXPECT_THAT(::testing::PrintToString(all_asked), HasSubstr(R"(\"limit\":8.5)"));
}

TEST_F(AStation, is_sent_only_the_newest_of_the_limits_that_wait_and_before_all_else) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 1, now));
    agree("[]");
    ASSERT_TRUE(station().unlock(1, 2, now));
    ASSERT_TRUE(station().reset(false, 3, now));
    ASSERT_TRUE(station().limit(1, 16, 4, now));
    ASSERT_TRUE(station().limit(1, 6, 5, now));
    EXPECT_EQ(ends.back().ticket, 4U);
    EXPECT_FALSE(ends.back().done);
    reply(R"({"status":"Unlocked"})");
    EXPECT_THAT(outstanding, HasSubstr(R"("limit":6)"));
    reply(R"({"status":"Accepted"})");
    EXPECT_EQ(text("limit"), "6.0");
    EXPECT_THAT(outstanding, HasSubstr("Reset"));
}

TEST_F(AStation, takes_zero_or_six_amperes_and_more_but_nothing_between) {
    ready();
    EXPECT_TRUE(station().limit(1, 0, 1, now));
    EXPECT_FALSE(station().limit(1, 0.5, 2, now));
    EXPECT_FALSE(station().limit(1, 5.9, 3, now));
    EXPECT_TRUE(station().limit(1, 6, 4, now));
    EXPECT_FALSE(station().limit(1, 33, 5, now));
    EXPECT_FALSE(station().limit(2, 10, 6, now));
}

TEST_F(AStation, that_counts_in_watts_gets_no_more_than_one_phase_may_have_until_it_shows_more) {
    ready(R"([{"key":"ChargingScheduleAllowedChargingRateUnit","readonly":true,"value":"Power"}])");
    ASSERT_TRUE(station().limit(1, 10, 1, now));
    agree("[]");
    EXPECT_THAT(all_asked.back(), HasSubstr(R"("limit":2300)"));
    EXPECT_THAT(all_asked.back(), HasSubstr(R"("chargingRateUnit":"W")"));
    call("MeterValues", R"({"connectorId":1,"meterValue":[{"timestamp":")" + stamp() +
                            R"(","sampledValue":[
        {"value":"9.8","measurand":"Current.Import","phase":"L1","unit":"A"},
        {"value":"9.9","measurand":"Current.Import","phase":"L2","unit":"A"},
        {"value":"9.7","measurand":"Current.Import","phase":"L3","unit":"A"}]}]})");
    ASSERT_TRUE(station().limit(1, 10, 2, now));
    agree("[]");
    EXPECT_THAT(all_asked.back(), HasSubstr(R"("limit":6900)"));
    call("StatusNotification", R"({"connectorId":1,"errorCode":"NoError","status":"Available"})");
    ASSERT_TRUE(station().limit(1, 10, 3, now));
    agree("[]");
    EXPECT_THAT(all_asked.back(), HasSubstr(R"("limit":2300)"))
        << "the next car may be one of one phase";
}

TEST_F(AStation, that_refuses_a_limit_leaves_the_old_one_standing) {
    ready();
    ASSERT_TRUE(station().limit(1, 10, 1, now));
    agree("[]");
    ASSERT_TRUE(station().limit(1, 12, 2, now));
    reply(R"({"status":"Rejected"})");
    EXPECT_EQ(text("limit"), "10.0");
    EXPECT_FALSE(ends.back().done);
    EXPECT_EQ(ends.back().detail, "Rejected");
}

TEST_F(AStation, that_does_not_answer_is_not_waited_for_for_ever) {
    ready();
    ASSERT_TRUE(station().reset(false, 9, now));
    pass(seconds(29));
    EXPECT_TRUE(ends.empty());
    pass(seconds(2));
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_FALSE(ends[0].done);
}

TEST_F(AStation, that_does_not_answer_keeps_no_limit_waiting_for_half_a_minute) {
    ready();
    ASSERT_TRUE(station().limit(1, 16, 7, now));
    agree("[]");
    ASSERT_TRUE(station().reset(false, 9, now));
    ASSERT_TRUE(station().limit(1, 6, 10, now));
    EXPECT_THAT(outstanding, HasSubstr("Reset"));
    pass(seconds(6));
    EXPECT_THAT(outstanding, HasSubstr(R"("limit":6)"));
}

TEST_F(AStation, whose_phases_are_switched_keeps_the_newest_limit) {
    options.switches_phases = true;
    ready();
    ASSERT_TRUE(station().limit(1, 16, 7, now));
    agree("[]");
    ASSERT_TRUE(station().reset(false, 9, now));
    ASSERT_TRUE(station().phases(1, 1, 10, now));
    ASSERT_TRUE(station().limit(1, 6, 11, now));
    all_asked.clear();
    agree("[]");
    ASSERT_EQ(all_asked.size(), 3U);
    for (std::size_t i = 1; i < 3; ++i)
        EXPECT_THAT(all_asked[i], HasSubstr(R"("limit":6,"numberPhases":1)"));
    // Nor does a switch that comes after a limit that waits.
    ASSERT_TRUE(station().reset(false, 12, now));
    ASSERT_TRUE(station().limit(1, 8, 13, now));
    ASSERT_TRUE(station().phases(1, 3, 14, now));
    all_asked.clear();
    agree("[]");
    ASSERT_EQ(all_asked.size(), 3U);
    for (std::size_t i = 1; i < 3; ++i)
        EXPECT_THAT(all_asked[i], HasSubstr(R"("limit":8,"numberPhases":3)"));
}

TEST_F(AStation, that_goes_away_fails_what_was_wished_of_it) {
    ready();
    ASSERT_TRUE(station().reset(false, 9, now));
    ASSERT_TRUE(station().unlock(1, 10, now));
    station().disconnected(now);
    ASSERT_EQ(ends.size(), 2U);
    EXPECT_EQ(text("online"), "false");
    EXPECT_FALSE(station().unlock(1, 11, now));
}

TEST_F(AStation, is_asked_one_thing_at_a_time_and_not_more_than_its_queue_holds) {
    ready();
    for (std::uint64_t i = 0; i <= Station::calls_max; ++i)
        EXPECT_TRUE(station().unlock(1, i + 1, now)) << i;
    EXPECT_FALSE(station().unlock(1, 99, now));
    frames.clear();
    reply(R"({"status":"Unlocked"})");
    EXPECT_EQ(frames.size(), 1U);
}

// ---- frames
// ---------------------------------------------------------------------------------------

TEST_F(AStation, answers_what_it_does_not_know_and_goes_on) {
    come();
    EXPECT_THAT(call("Nonsense", "{}"), HasSubstr(R"("NotImplemented")"));
    frames.clear();
    hear(R"([2,12345,"Heartbeat",{}])");
    EXPECT_THAT(frames.back(), HasSubstr(R"([4,12345,"ProtocolError")"));
    hear(R"([2,"a","Heartbeat"])");
    EXPECT_THAT(frames.back(), HasSubstr(R"([4,"a","ProtocolError")"));
    hear(R"([2,"a","Heartbeat","text"])");
    EXPECT_THAT(frames.back(), HasSubstr(R"([4,"a","ProtocolError")"));
    frames.clear();
    hear("}{");
    hear(R"([3,"nobody",{}])");
    hear(R"([4,"nobody","GenericError","",{}])");
    EXPECT_TRUE(frames.empty());
    EXPECT_THAT(call("Heartbeat", "{}"), HasSubstr("currentTime"));
    EXPECT_THAT(call("Heartbeat", R"({"more":1})"), HasSubstr("FormationViolation"));
    EXPECT_THAT(call("Authorize", "{}"), HasSubstr("OccurenceConstraintViolation"));
    EXPECT_THAT(call("Authorize", R"({"idTag":5})"), HasSubstr("TypeConstraintViolation"));
    EXPECT_THAT(call("Authorize", R"({"idTag":"123456789012345678901"})"),
                HasSubstr("PropertyConstraintViolation"));
}

TEST_F(AStation, of_1_6_may_tell_its_state_before_its_boot) {
    come();
    EXPECT_THAT(state("Charging"), HasSubstr("[3,"));
    EXPECT_EQ(text("status"), "\"Charging\"");
}

TEST_F(AStation, counts_from_one_and_zero_is_all_of_it) {
    ready();
    // The meter of the whole charger is no point's, unless it names a transaction.
    const std::string reading =
        R"("meterValue":[{"timestamp":")" + stamp() + R"(","sampledValue":[{"value":"77"}]}]})";
    all_said.clear();
    EXPECT_THAT(call("MeterValues", R"({"connectorId":0,)" + reading), HasSubstr("[3,"));
    EXPECT_TRUE(all_said.empty());
    EXPECT_THAT(call("StartTransaction", R"({"connectorId":0,"idTag":"CARD","meterStart":5,)"
                                         R"("timestamp":")" +
                                             stamp(minutes(1)) + "\"}"),
                HasSubstr("Accepted"));
    EXPECT_EQ(station().transaction(1), "1");
    call("MeterValues", R"({"connectorId":0,"transactionId":1,)" + reading);
    EXPECT_EQ(text("energy"), "77.0");
}

TEST_F(AStation, whose_times_have_no_zone_is_believed_only_where_that_is_forgiven) {
    ready();
    const auto tell = [&] {
        return call("StatusNotification", R"({"connectorId":1,"errorCode":"NoError","status":)"
                                          R"("Charging","timestamp":"2026-11-22T11:59:00"})");
    };
    EXPECT_THAT(tell(), HasSubstr("[4,"));
    auto other = options;
    other.leniencies = static_cast<Leniencies>(Leniency::times_without_zone);
    station().set_options(other, now);
    EXPECT_THAT(tell(), HasSubstr("[3,"));
    EXPECT_EQ(all_said.back().at, now.wall - minutes(1));
}

TEST_F(AStation, forgives_only_what_the_configuration_says) {
    options.leniencies = static_cast<Leniencies>(Leniency::long_texts) |
                         static_cast<Leniencies>(Leniency::loose_types);
    come();
    EXPECT_THAT(call("Authorize", R"({"idTag":"123456789012345678901"})"), HasSubstr("Accepted"));
    EXPECT_THAT(call("Authorize", R"({"idTag":5})"), HasSubstr("Accepted"));
    EXPECT_THAT(call("Authorize", R"({})"), HasSubstr("Occurence"));
}

TEST_F(AStation, of_2_0_1_is_not_served_before_its_boot_and_spells_its_errors_so) {
    come(Version::v201);
    EXPECT_THAT(call("Heartbeat", "{}"), HasSubstr("SecurityError"));
    hear(R"([2,12345,"Heartbeat",{}])");
    EXPECT_THAT(frames.back(), HasSubstr(R"([4,12345,"FormatViolation")"));
    frames.clear();
    hear("}{");
    EXPECT_THAT(frames.back(), HasSubstr(R"([4,"-1","RpcFrameworkError")"));
    EXPECT_THAT(call("BootNotification",
                     R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})"),
                HasSubstr("Accepted"));
    EXPECT_THAT(call("Heartbeat", "{}"), HasSubstr("currentTime"));
}

TEST_F(AStation, gives_back_nothing_from_bytes_that_are_cut_short) {
    ready();
    start();
    for (std::size_t length = 0; length < kept.size(); ++length) {
        Station other("BOX", options, *this);
        EXPECT_FALSE(other.restore(kept.substr(0, length))) << length;
        EXPECT_FALSE(other.transaction(1));
    }
}

}  // namespace
}  // namespace foxtail::ocpp
