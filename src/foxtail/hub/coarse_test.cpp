#include "foxtail/hub/coarse.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

constexpr Time noon{1'790'000'100'000'000};

Verdict with(const Obligation& obligation) {
    return {true, Reason::granted, 1, obligation};
}

TEST(Coarse, a_span_is_told_when_it_is_over_and_the_delay_has_passed) {
    const Obligation quarter{minutes(15), {}, 0, Aggregate::mean};
    const Time start = span_start(noon, minutes(15));
    EXPECT_EQ(newest_span(quarter, start - Duration{1}), start - minutes(30));
    EXPECT_EQ(newest_span(quarter, start), start - minutes(15));
    const Obligation late{minutes(15), minutes(20), 0, Aggregate::mean};
    EXPECT_EQ(newest_span(late, start), start - minutes(45));
    EXPECT_EQ(newest_span(late, start + minutes(5)), start - minutes(30));
    EXPECT_EQ(span_start(Time{-1}, seconds(1)), Time{-1'000'000});
}

TEST(Coarse, rounds_to_the_step_and_keeps_the_type) {
    EXPECT_EQ(rounded(Value{std::int64_t{1234}}, 100), Value{std::int64_t{1200}});
    EXPECT_EQ(rounded(Value{20.26}, 0.5), Value{20.5});
    EXPECT_EQ(rounded(Value{true}, 10), Value{true});
    EXPECT_EQ(rounded(Value{"home"}, 10), Value{"home"});
    EXPECT_EQ(rounded(Value{-7.0}, 10), Value{-10.0});
}

TEST(Coarse, of_a_place_only_home_or_away_is_told) {
    Obligation obligation;
    obligation.home_or_away = true;
    EXPECT_TRUE(obligation.any());
    EXPECT_EQ(coarse_value(Value{"Home"}, obligation), Value{"home"});
    EXPECT_EQ(coarse_value(Value{"hospital"}, obligation), Value{"away"});
    EXPECT_EQ(coarse_value(Value{""}, obligation), Value{});
    EXPECT_EQ(coarse_value(Value{52.5}, obligation), Value{}) << "coordinates are a place too";
    EXPECT_EQ(coarse_value(Value{true}, obligation), Value{true});
    EXPECT_TRUE(strictest({}, obligation).home_or_away);
    const PropertySpec place{.name = "place", .type = Type::string};
    const auto told = coarsened({{noon, 0, 0, 0, Value{"hospital"}, 3}}, obligation, place);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].last, Value{"away"});
    EXPECT_EQ(told[0].count, 1U);
}

/// A history of single readings, asked as a store would answer it.
struct Past {
    std::map<Time, double> readings;
    PropertySpec spec{.name = "power", .type = Type::number};

    std::vector<HistoryPoint> ask(HistoryQuery query, const Obligation& obligation,
                                  Time now) const {
        query = allowed_part(query, with(obligation), now);
        std::vector<HistoryPoint> points;
        for (const auto& [time, value] : readings) {
            if (time >= query.from && time < query.to)
                points.push_back({time, value, value, value, Value{value}, 1});
        }
        return coarsened(points, obligation, spec);
    }
};

// The attack: ask for ranges that differ by a little, and take the difference of the answers.
TEST(Coarse, no_two_questions_differ_by_anything_finer_than_a_span) {
    std::mt19937 random(20261122);
    const auto below = [&](std::uint32_t n) {
        return std::uniform_int_distribution<int>(0, static_cast<int>(n) - 1)(random);
    };
    Past past;
    const Time begin = span_start(noon, hours(24));
    for (Time t = begin; t < begin + hours(12); t = t + seconds(1 + below(60)))
        past.readings[t] = static_cast<double>(below(3000));
    for (const Aggregate aggregate :
         {Aggregate::last, Aggregate::mean, Aggregate::sum, Aggregate::minimum, Aggregate::maximum,
          Aggregate::increase}) {
        const Obligation obligation{minutes(15), minutes(7), 0, aggregate};
        std::map<Time, Value> told;
        for (int i = 0; i < 2000; ++i) {
            HistoryQuery query;
            query.from = begin + seconds(below(43'200));
            query.to = query.from + seconds(below(20'000));
            query.points = static_cast<std::uint32_t>(1 + below(1000));
            const Time now = begin + seconds(below(43'200));
            for (const HistoryPoint& point : past.ask(query, obligation, now)) {
                ASSERT_EQ(point.time, span_start(point.time, minutes(15)));
                ASSERT_GE(point.time, query.from) << "a span that was asked for in part";
                ASSERT_LE(point.time + minutes(15), query.to);
                ASSERT_LE(point.time + minutes(22), now) << "told too soon";
                ASSERT_EQ(point.count, 1U) << "the number of readings is a value too";
                ASSERT_EQ(point.min, point.max);
                const auto [at, first] = told.emplace(point.time, point.last);
                ASSERT_EQ(at->second, point.last) << "one span, two answers";
            }
        }
        // A counter that goes up and down has an increase only now and then.
        EXPECT_GT(told.size(), aggregate == Aggregate::increase ? 0U : 30U);
    }
}

TEST(Coarse, sums_and_means_are_of_all_readings_in_the_span) {
    Past past;
    const Time start = span_start(noon, minutes(15));
    past.readings = {{start, 10}, {start + minutes(1), 20}, {start + minutes(14), 60}};
    const HistoryQuery query{start, start + minutes(15), 600};
    const auto figure = [&](Aggregate aggregate) {
        const auto points = past.ask(query, {minutes(15), {}, 0, aggregate}, start + minutes(15));
        return points.size() == 1 ? points[0].mean : -1;
    };
    EXPECT_EQ(figure(Aggregate::sum), 90);
    EXPECT_EQ(figure(Aggregate::mean), 30);
    EXPECT_EQ(figure(Aggregate::minimum), 10);
    EXPECT_EQ(figure(Aggregate::maximum), 60);
    EXPECT_EQ(figure(Aggregate::last), 60);
    EXPECT_TRUE(
        past.ask(query, {minutes(15), {}, 0, Aggregate::sum}, start + minutes(15) - Duration{1})
            .empty());
}

TEST(Coarse, of_a_counter_the_increase_is_told_unless_it_went_back) {
    Past past;
    const Time start = span_start(noon, minutes(15));
    past.readings = {{start, 48'211}, {start + minutes(3), 48'219}, {start + minutes(9), 48'240.5}};
    past.readings[start + minutes(16)] = 48'250;
    past.readings[start + minutes(20)] = 3;  // another instrument
    const auto told = past.ask({start, start + minutes(30), 600},
                               {minutes(15), {}, 0, Aggregate::increase}, noon + hours(1));
    ASSERT_EQ(told.size(), 1U) << "what it was in the second span cannot be told, and was not 0";
    EXPECT_EQ(told[0].last, Value{29.5});
}

TEST(Coarse, the_strictest_of_two_does_not_depend_on_their_order) {
    const auto figure = [](Aggregate a, Aggregate b) {
        return strictest({minutes(15), {}, 0, a}, {minutes(15), {}, 0, b}).aggregate;
    };
    const std::vector<Aggregate> rising = {Aggregate::last,    Aggregate::minimum,
                                           Aggregate::maximum, Aggregate::sum,
                                           Aggregate::mean,    Aggregate::increase};
    for (std::size_t less = 0; less < rising.size(); ++less) {
        for (std::size_t more = less; more < rising.size(); ++more) {
            EXPECT_EQ(figure(rising[less], rising[more]), rising[more]);
            EXPECT_EQ(figure(rising[more], rising[less]), rising[more]);
        }
    }
    const Obligation hourly{hours(1), {}, 0, Aggregate::last};
    const Obligation quarterly{minutes(15), {}, 0, Aggregate::increase};
    EXPECT_EQ(strictest(hourly, quarterly), hourly) << "the longer span goes first";
    EXPECT_EQ(strictest(quarterly, hourly), hourly);
}

TEST(Coarse, coordinates_make_no_points_where_only_home_or_away_is_told) {
    Obligation obligation;
    obligation.home_or_away = true;
    const PropertySpec latitude{.name = "latitude", .type = Type::number};
    EXPECT_TRUE(coarsened({{noon, 52.5, 52.5, 52.5, Value{52.5}, 1}}, obligation, latitude).empty())
        << "neither the coordinate nor a zero";
}

TEST(Coarse, a_window_of_ownership_cuts_at_whole_spans) {
    Verdict verdict = with({hours(1), {}, 0, Aggregate::mean});
    const Time start = span_start(noon, hours(1));
    verdict.since = start + minutes(1);
    verdict.before = start + hours(4) + minutes(59);
    const auto query =
        allowed_part({start - hours(9), start + hours(9), 600}, verdict, start + hours(24));
    EXPECT_EQ(query.from, start + hours(1));
    EXPECT_EQ(query.to, start + hours(4));
    EXPECT_EQ(query.points, 3U);
}

TEST(Coarse, what_is_wished_and_what_was_before_is_not_shown) {
    Coarse coarse;
    Belief belief;
    belief.value = 21.37;
    belief.wanted = 22.11;
    belief.wanted_by = 7;
    belief.seq = 3;
    belief.receipt_time = noon;
    const Obligation rough{{}, {}, 0.5, Aggregate::last};
    const Belief& shown = coarse.shown({{1}, rough}, belief, {});
    EXPECT_EQ(shown.value, Value{21.5});
    EXPECT_EQ(shown.wanted, Value{});
    EXPECT_EQ(shown.wanted_by, 0U);
    EXPECT_EQ(coarse.shown({{1}, {}}, belief, noon + Duration{1}).seq, 0U);
    EXPECT_EQ(coarse.shown({{1}, {}}, belief, noon).seq, 3U);
}

}  // namespace
}  // namespace foxtail
