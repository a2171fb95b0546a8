#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"
#include "foxtail/rules/sun.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace foxtail {

/// A text with the place it came from, for messages: "rules.yaml:12:8".
struct Source {
    std::string file;
    int line = 0;    // from 1; 0 = none
    int column = 0;  // from 1
};

/// Something wrong in what people wrote: where, what, and what would be right.
struct Mistake {
    Source source;
    std::string message;
};

// Limits of one household's rules; beyond them a file is refused.
constexpr std::size_t rules_max = 10'000;
constexpr std::size_t triggers_per_rule_max = 64;
constexpr std::size_t actions_per_rule_max = 64;
constexpr Duration every_period_min = seconds(1);
constexpr Duration wait_time_max = days(31);
constexpr Duration sun_offset_max = hours(12);

// ---- triggers
// ------------------------------------------------------------------------------------------- A
// property's first value ever is a change, and it becomes what it is; nothing was crossed. After a
// restart the value from before it still counts as "before": hearing the same again triggers
// nothing.
struct OnChange {
    std::string address;  // any change of value
};
struct OnBecomes {
    std::string address;
    Value value;  // was different (or unknown), now equal
};
/// Needs a number before and after.
struct OnCrosses {
    std::string address;
    std::optional<double> above;  // was at or below, now above
    std::optional<double> below;  // was at or above, now below
};
struct OnEvent {
    std::string thing;
    std::string event;
    std::optional<Value> detail;  // only when the event's detail equals it
};
struct AtTime {
    int minute_of_day = 0;         // local time, 0 .. 1439
    std::uint8_t weekdays = 0x7F;  // bit 0 = Sunday
};
/// Nothing on days when the sun does not rise or set.
struct AtSun {
    SunEvent event = SunEvent::sunset;
    Duration offset;                // after it; negative: before
    std::uint8_t weekdays = 0x7F;   // of the day whose event it is
    std::optional<Position> place;  // of the house; without it never
};
struct Every {
    Duration period;  // at least 1 s; counted from the start of the program
};
using Trigger = std::variant<OnChange, OnBecomes, OnCrosses, OnEvent, AtTime, Every, AtSun>;

// ---- actions
// --------------------------------------------------------------------------------------------
struct SetAction {
    std::string address;
    Value value;             // used when `expression` is empty
    std::string expression;  // Lua; its result is the value
};
struct RunAction {
    std::string thing;
    std::string action;
    Value input;
    std::string expression;
};
struct WaitAction {
    Duration time;
};
struct NotifyAction {
    std::string text;  // used when `expression` is empty
    std::string expression;
    std::string to;  // subject, empty = everyone
};
using RuleAction = std::variant<SetAction, RunAction, WaitAction, NotifyAction>;

/// A rule as people wrote it.
struct RuleSpec {
    std::string id;  // matches valid_name(); unique
    std::string title;
    bool enabled = true;
    std::vector<Trigger> triggers;
    std::string condition;  // Lua expression; empty = always
    std::vector<RuleAction> actions;
    Source source;
};

/// "hall/occupancy becomes true", "at 07:00 from Monday to Friday" for page and journal.
[[nodiscard]] std::string describe(const Trigger& trigger);
/// "set hall-lamp/on to true", "wait 5m".
[[nodiscard]] std::string describe(const RuleAction& action);
/// "when hall/occupancy becomes true, or at 07:00, if get(...) < 30: set hall-lamp/on to true; wait
/// 5m; ..."
[[nodiscard]] std::string describe(const RuleSpec& rule);

/// For messages: "true", "open", "24.5", "unknown"; at most 80 bytes, printable.
[[nodiscard]] std::string value_text(const Value& value);
[[nodiscard]] std::string number_text(double number);
/// "sunset", "30m before sunrise".
[[nodiscard]] std::string sun_text(const AtSun& at);
/// 420 is "07:00".
[[nodiscard]] std::string time_of_day_text(int minute_of_day);

}  // namespace foxtail
