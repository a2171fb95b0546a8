// A box that was never heard before, and whose clock is behind: nothing tells yet by how much.
#include "foxtail/connectors/ocpp/station_rig_test.hpp"

#include <gmock/gmock.h>

namespace foxtail::ocpp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AClock : public StationRig {
protected:
    void ready() {
        come();
        boot();
        agree("[]");
    }
    std::string start(Duration ago) {
        return call("StartTransaction",
                    R"({"connectorId":1,"idTag":"CARD","meterStart":1000,"timestamp":")" +
                        stamp(ago) + "\"}");
    }
    std::string stop(const std::string& number, int meter, Duration ago) {
        return call("StopTransaction", R"({"transactionId":)" + number + R"(,"meterStop":)" +
                                           std::to_string(meter) + R"(,"timestamp":")" +
                                           stamp(ago) + "\"}");
    }
    std::string state(const std::string& word, Duration ago) {
        return call("StatusNotification", R"({"connectorId":1,"errorCode":"NoError","status":")" +
                                              word + R"(","timestamp":")" + stamp(ago) + "\"}");
    }
    Time began(const std::string& property = "transaction") const {
        for (auto one = all_said.rbegin(); one != all_said.rend(); ++one) {
            if (one->property == property) return one->at;
        }
        return {};
    }
};

TEST_F(AClock, that_nobody_has_compared_yet_begins_no_session_an_hour_early) {
    ready();
    state("Preparing", hours(1));
    EXPECT_EQ(began("status"), now.wall);
    pass(seconds(5));
    start(hours(1));
    EXPECT_EQ(began(), now.wall) << "when it was told, as nothing else is known";
    EXPECT_THAT(events.back(), HasSubstr(R"("started":")" + stamp()));
    EXPECT_THAT(events.back(), HasSubstr(R"("estimated":true)"));
    EXPECT_TRUE(was_noticed("never been compared"));
    const Time started = now.wall;
    const auto told = stamp(hours(1));
    pass(seconds(2));
    EXPECT_THAT(
        call("StartTransaction",
             R"({"connectorId":1,"idTag":"CARD","meterStart":1000,"timestamp":")" + told + "\"}"),
        HasSubstr(R"("transactionId":1,)"))
        << "told twice it is one";
    pass(seconds(40));
    stop("1", 2000, hours(1));
    EXPECT_TRUE(was_noticed("3600 s behind"));
    EXPECT_THAT(events.back(), HasSubstr(R"("started":")" + format_rfc3339(started)));
    EXPECT_THAT(events.back(), HasSubstr(R"("ended":")" + stamp()));
}

TEST_F(AClock, of_a_box_that_had_waited_is_believed_once_that_shows) {
    ready();
    start(hours(5));
    EXPECT_EQ(began(), now.wall);
    const Time started = now.wall - hours(5);
    pass(seconds(1));
    stop("1", 9000, hours(2));
    EXPECT_THAT(events.back(), HasSubstr(R"("started":")" + format_rfc3339(started)))
        << "late by another time: so it waited, and its clock says nothing wrong";
    EXPECT_THAT(events.back(), HasSubstr(R"("ended":")" + stamp(hours(2))));
    EXPECT_THAT(events.back(), Not(HasSubstr("estimated")));
}

TEST_F(AClock, that_was_right_once_is_believed_of_what_waited) {
    ready();
    state("Available", {});
    start(hours(5));
    EXPECT_EQ(began(), now.wall - hours(5));
    EXPECT_THAT(events.back(), Not(HasSubstr("estimated")));
}

TEST_F(AClock, of_a_box_that_is_known_is_believed_also_after_the_hubs_restart) {
    ready();
    state("Available", {});
    station().disconnected(now);
    restart();
    ready();
    start(hours(5));
    EXPECT_EQ(began(), now.wall - hours(5));
}

TEST_F(AClock, that_is_behind_is_known_to_be_so_after_the_hubs_restart) {
    ready();
    state("Available", hours(1));
    pass(seconds(40));
    state("Available", hours(1));
    ASSERT_TRUE(was_noticed("3600 s behind"));
    restart();
    ready();
    start(hours(1));
    EXPECT_NEAR(static_cast<double>((now.wall - began()).us), 0, 1e6);
    EXPECT_THAT(events.back(), Not(HasSubstr("estimated")));
}

TEST_F(AClock, of_the_newer_protocol_is_believed_where_the_box_says_that_it_was_offline) {
    come(Version::v201);
    call("BootNotification",
         R"({"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}})");
    const auto begin = [&](const std::string& name, const std::string& more) {
        return call("TransactionEvent",
                    R"({"eventType":"Started","timestamp":")" + stamp(hours(1)) +
                        R"(","triggerReason":"CablePluggedIn","seqNo":0,"transactionInfo":)" +
                        R"({"transactionId":")" + name + R"("},"evse":{"id":1,"connectorId":1})" +
                        more + "}");
    };
    begin("T1", R"(,"offline":true)");
    EXPECT_EQ(began(), now.wall - hours(1));
    begin("T2", "");
    EXPECT_EQ(began(), now.wall) << "it says that it did not wait: then its clock is wrong";
}

}  // namespace
}  // namespace foxtail::ocpp
