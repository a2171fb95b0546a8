#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/cli/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

// Values, times and states in the words that people read.
namespace foxtail::cli {

/// "21.5 °C", "80%", "true", "unknown", {"r":1}: a JSON value with its unit's symbol. `unit` is a
/// UCUM code; one that is not known stands behind the value as it is, none = empty.
[[nodiscard]] std::string value_words(const boost::json::value& value, std::string_view unit);

/// The text with a unit's symbol behind it: "21 °C", "80%", "48°".
[[nodiscard]] std::string with_symbol(std::string text, std::string_view symbol);

/// A number with at most `decimals` digits behind the point and none that say nothing: "21.25",
/// "3".
[[nodiscard]] std::string number_words(double value, int decimals);

/// "0.30 EUR": to the cent.
[[nodiscard]] std::string money_words(double value, std::string_view currency);

/// "now", "12 s", "5 min", "3 h", "12 days"; "in 5 min" for what lies ahead.
[[nodiscard]] std::string age_words(Duration age);

/// "1.4 GB" (powers of ten).
[[nodiscard]] std::string bytes_words(std::uint64_t bytes);

/// "3 days 4 h", "2 h 5 min", "40 s".
[[nodiscard]] std::string length_words(Duration length);

/// The local time: "14:03:05" today, "2026-11-21 14:03:05" on any other day; empty when unknown.
[[nodiscard]] std::string time_words(Time t, Time now, const Zone& zone);
[[nodiscard]] std::string full_time_words(Time t, const Zone& zone);

/// Nothing for good; the word otherwise: "stale", "unconfirmed since the restart", "estimated".
[[nodiscard]] std::string quality_words(std::string_view quality);
[[nodiscard]] Tone quality_tone(std::string_view quality);

/// "timed_out" to "timed out"; the others are words already.
[[nodiscard]] std::string status_words(std::string_view status);
[[nodiscard]] Tone status_tone(std::string_view status);
/// False while the command may still end otherwise.
[[nodiscard]] bool has_ended(std::string_view status);

/// "1 record", "5 records".
[[nodiscard]] std::string count_words(std::uint64_t count, std::string_view one,
                                      std::string_view several = {});

/// The time zone of the machine that the command runs on (TZ, /etc/localtime).
class SystemZone final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time t) const override;
};

}  // namespace foxtail::cli
