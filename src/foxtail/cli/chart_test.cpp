#include "foxtail/cli/chart.hpp"

#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

class Utc final : public Zone {
public:
    Duration offset_at(Time) const override { return {}; }
};

const Time noon = *parse_rfc3339("2026-11-22T12:00:00Z");

ChartFrame frame_of(std::size_t columns, std::size_t rows, std::string_view unit = {}) {
    return {noon, noon + hours(24), columns, rows, unit};
}

std::vector<ChartPoint> every_two_hours(std::initializer_list<double> values) {
    std::vector<ChartPoint> out;
    Time t = noon;
    for (const double value : values) {
        out.push_back({t, value});
        t = t + hours(2);
    }
    return out;
}

TEST(Chart, NothingHeardIsNoChart) {
    EXPECT_EQ(bar_chart({}, frame_of(40, 4), Utc()), "");
    EXPECT_EQ(on_off_chart({}, frame_of(40, 4), Utc()), "");
}

TEST(Chart, BarsGrowWithTheValueAndHaveTheirAxis) {
    const auto text = bar_chart(every_two_hours({0, 25, 50, 75, 100}), frame_of(31, 2, "W"), Utc());
    EXPECT_EQ(text,
              "100 W ┤      ▄▄█\n"
              "  0 W ┤▁▁▄▄█████\n"
              "       2026-11-22 12:00 2026-11-23 12:00\n");
}

TEST(Chart, ValuesFarFromZeroDoNotBeginThere) {
    const auto text = bar_chart(every_two_hours({1001, 1003}), frame_of(40, 2), Utc());
    EXPECT_NE(text.find("1003"), std::string::npos) << text;
    EXPECT_NE(text.find("1001"), std::string::npos) << text;
}

TEST(Chart, ValuesThatNeverChangeStillHaveARoom) {
    const auto text = bar_chart(every_two_hours({21, 21, 21}), frame_of(40, 2), Utc());
    EXPECT_NE(text.find("█"), std::string::npos) << text;
    EXPECT_EQ(bar_chart(every_two_hours({0, 0}), frame_of(40, 2), Utc()).substr(0, 3), "1 \xe2");
}

TEST(Chart, BelowZeroIsDrawnToo) {
    const auto text = bar_chart(every_two_hours({-10, -5, 0, 5}), frame_of(40, 2), Utc());
    EXPECT_NE(text.find("-1"), std::string::npos) << text;
    EXPECT_NE(text.find("█"), std::string::npos) << text;
}

TEST(Chart, OnAndOffHoldUntilTheNextIsSaid) {
    std::vector<ChartPoint> points{
        {noon + hours(6), 1}, {noon + hours(12), 0}, {noon + hours(18), 1}};
    EXPECT_EQ(on_off_chart(points, frame_of(24, 2), Utc()),
              "      ██████······██████\n"
              "2026-11-22 12:00 2026-11-23 12:00\n");
}

TEST(Chart, AShortWhileOnIsSeenInItsColumn) {
    std::vector<ChartPoint> points{
        {noon, 0}, {noon + hours(12), 1}, {noon + hours(12) + minutes(5), 0}};
    EXPECT_EQ(on_off_chart(points, frame_of(24, 2), Utc()).substr(0, 24 * 2 + 1),
              "············█···········");
}

TEST(Chart, PointsOutsideStayWithinTheFrame) {
    std::vector<ChartPoint> points{{noon - hours(1), 5}, {noon + hours(48), 7}};
    EXPECT_FALSE(bar_chart(points, frame_of(24, 2), Utc()).empty());
}

}  // namespace
}  // namespace foxtail::cli
