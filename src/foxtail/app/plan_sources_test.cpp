#include "foxtail/app/plan_sources.hpp"

#include "foxtail/planning/planning_testing.hpp"

#include <filesystem>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

class MondayEvening final : public Clock {
public:
    [[nodiscard]] Time now() override { return planning::at("2026-11-23T20:00:00Z"); }
    [[nodiscard]] Duration monotonic() override { return hours(1); }
};

TEST(PlanSources, tomorrows_holiday_in_a_calendar_is_known_today) {
    const auto file = std::filesystem::path(::testing::TempDir()) / "plan_sources_holiday.ics";
    std::ofstream(file) << "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\n"
                           "UID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20261124\r\n"
                           "DTEND;VALUE=DATE:20261126\r\nSUMMARY:Holiday by the sea\r\n"
                           "END:VEVENT\r\nEND:VCALENDAR\r\n";
    PlanningConfig config;
    config.calendars.push_back({});
    config.calendars.back().name = "anna";
    config.calendars.back().file = file;
    boost::asio::io_context io;
    MondayEvening clock;
    std::vector<planning::Absence> absences;
    PlanSources::Ends ends;
    ends.calendars = [&](std::vector<planning::Trip>, std::vector<planning::Absence> told,
                         planner::Told) { absences = std::move(told); };
    ends.refused = [](const std::string&, std::string_view, const std::string& why) {
        ADD_FAILURE() << why;
    };
    PlanSources sources(io, clock, config, planning::utc, std::move(ends));
    sources.start();
    std::filesystem::remove(file);
    ASSERT_EQ(absences.size(), 1U);
    EXPECT_EQ(absences[0].from, planning::at("2026-11-24T00:00:00Z"));
    EXPECT_EQ(absences[0].until, planning::at("2026-11-26T00:00:00Z"));
}

}  // namespace
}  // namespace foxtail
