#include "foxtail/cli/words.hpp"

#include "foxtail/json/parse.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

class FixedZone final : public Zone {
public:
    Duration offset_at(Time) const override { return hours(1); }
};

std::string words(std::string_view json, std::string_view unit = {}) {
    return value_words(*parse_json(json), unit);
}
Time at(std::string_view text) {
    return *parse_rfc3339(text);
}

TEST(Words, ValuesHaveTheirUnitsSymbol) {
    EXPECT_EQ(words("21.5", "Cel"), "21.5 °C");
    EXPECT_EQ(words("21.0", "Cel"), "21 °C");
    EXPECT_EQ(words("80", "%"), "80%");
    EXPECT_EQ(words("3", "1"), "3");
    EXPECT_EQ(words("3", "no-such"), "3 no-such");
    EXPECT_EQ(words("true", "Cel"), "true");
    EXPECT_EQ(words("\"home\""), "home");
    EXPECT_EQ(words("null", "Cel"), "unknown");
    EXPECT_EQ(words(R"({"r":255})"), R"({"r":255})");
    EXPECT_EQ(words(R"("\u001b[2J")"), "?[2J");
}

TEST(Words, NumbersLoseDigitsThatSayNothing) {
    EXPECT_EQ(number_words(21.2500001, 3), "21.25");
    EXPECT_EQ(number_words(20, 2), "20");
    EXPECT_EQ(number_words(-0.0001, 2), "0");
    EXPECT_EQ(number_words(100, 0), "100");
}

TEST(Words, AgesAreRough) {
    EXPECT_EQ(age_words(milliseconds(400)), "now");
    EXPECT_EQ(age_words(milliseconds(-1500)), "now");
    EXPECT_EQ(age_words(seconds(59)), "59 s");
    EXPECT_EQ(age_words(seconds(60)), "1 min");
    EXPECT_EQ(age_words(hours(47)), "47 h");
    EXPECT_EQ(age_words(hours(49)), "2 days");
    EXPECT_EQ(age_words(Duration{} - minutes(5)), "in 5 min");
}

TEST(Words, BytesAndLengthsAreReadable) {
    EXPECT_EQ(bytes_words(999), "999 B");
    EXPECT_EQ(bytes_words(1400), "1.4 kB");
    EXPECT_EQ(bytes_words(999'999), "1 MB");
    EXPECT_EQ(bytes_words(123'400'000), "123 MB");
    EXPECT_EQ(length_words(seconds(40)), "40 s");
    EXPECT_EQ(length_words(minutes(125)), "2 h 5 min");
    EXPECT_EQ(length_words(hours(24)), "1 day");
    EXPECT_EQ(length_words(hours(76)), "3 days 4 h");
}

TEST(Words, TimesAreLocalAndNameTheDayOnlyWhenItIsAnother) {
    const FixedZone zone;
    const auto now = at("2026-11-22T12:00:00Z");
    EXPECT_EQ(time_words(at("2026-11-22T07:03:05.125Z"), now, zone), "08:03:05");
    EXPECT_EQ(time_words(at("2026-11-21T22:59:59Z"), now, zone), "2026-11-21 23:59:59");
    EXPECT_EQ(time_words(at("2026-11-21T23:00:00Z"), now, zone), "00:00:00");
    EXPECT_EQ(time_words(Time{}, now, zone), "");
}

TEST(Words, QualitiesAndStatusesAreWords) {
    EXPECT_EQ(quality_words("good"), "");
    EXPECT_EQ(quality_words("stale"), "stale");
    EXPECT_EQ(quality_words("bad"), "the newest word does not fit");
    EXPECT_EQ(quality_words("unconfirmed"), "unconfirmed since the restart");
    EXPECT_EQ(status_words("timed_out"), "timed out");
    EXPECT_TRUE(has_ended("refused"));
    EXPECT_FALSE(has_ended("sent"));
    EXPECT_FALSE(has_ended("pending"));
}

TEST(Words, TheSystemZoneFollowsSummerTime) {
    const char* before = ::getenv("TZ");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    const SystemZone zone;
    EXPECT_EQ(zone.offset_at(at("2026-07-01T12:00:00Z")), hours(2));
    EXPECT_EQ(zone.offset_at(at("2026-11-22T12:00:00Z")), hours(1));
    if (before == nullptr) {
        ::unsetenv("TZ");
    } else {
        ::setenv("TZ", kept.c_str(), 1);
    }
    ::tzset();
}

}  // namespace
}  // namespace foxtail::cli
