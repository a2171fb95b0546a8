#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"

namespace foxtail {

/// A text with the place it came from, for messages: "rules.yaml:12:8".
struct Source {
    std::string file;
    int line = 0;    // from 1; 0 = none
    int column = 0;  // from 1
};

// ---- triggers -------------------------------------------------------------------------------------------
struct OnChange {
    std::string address;  // any change of value
};
struct OnBecomes {
    std::string address;
    Value value;  // was different, now equal
};
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
    int minute_of_day = 0;                 // local time, 0 .. 1439
    std::uint8_t weekdays = 0x7F;          // bit 0 = Sunday
};
struct Every {
    Duration period;  // at least 1 s; counted from the start of the program
};
using Trigger = std::variant<OnChange, OnBecomes, OnCrosses, OnEvent, AtTime, Every>;

// ---- actions --------------------------------------------------------------------------------------------
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
    std::string text;        // used when `expression` is empty
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

/// "when hall/occupancy becomes true, or at 07:00", "set hall-lamp/on to true; wait 5m; ..." for page and journal.
[[nodiscard]] std::string describe(const Trigger& trigger);
[[nodiscard]] std::string describe(const RuleAction& action);

}  // namespace foxtail
