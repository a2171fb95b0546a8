#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// What of a span of time is told: its last value, or a figure of all values in it. What is no
/// number has only a last value.
/// Of a span: `increase` is by how much a counter grew between what it said first and last in it;
/// nothing when it went back meanwhile.
enum class Aggregate : std::uint8_t { last, mean, sum, minimum, maximum, increase };
[[nodiscard]] const char* name(Aggregate aggregate);
[[nodiscard]] std::optional<Aggregate> aggregate_from(std::string_view text);

/// How a value must be made coarser before it goes to the one who was given it. Applied by the one
/// function that lets values out (Household::belief for what is now, Door::history for what was).
struct Obligation {
    /// Only whole spans of this length, aligned to 1970-01-01T00:00:00Z; 0 = every value.
    Duration granularity;
    /// Not before this long after the span's end.
    Duration delay;
    double precision = 0;  // rounded to multiples of this; 0 = as it is
    Aggregate aggregate = Aggregate::last;
    /// Of a place only "home" or "away"; of coordinates and the like nothing.
    bool home_or_away = false;

    [[nodiscard]] bool any() const {
        return granularity.us > 0 || delay.us > 0 || precision > 0 || home_or_away;
    }
    friend bool operator==(const Obligation&, const Obligation&) = default;
};

/// Both at once: the longer span (and its figure; of one length the figure that says less:
/// increase, mean, sum, max, min, last), the longer delay, the coarser step. In whatever order.
[[nodiscard]] Obligation strictest(const Obligation& a, const Obligation& b);

/// When a grant holds, besides from and until.
struct Conditions {
    std::uint8_t weekdays = 0;         // bit 0 = Monday ... bit 6 = Sunday; 0 = every day
    std::uint16_t from_minute = 0;     // of the local day; equal to until_minute = the whole day
    std::uint16_t until_minute = 0;    // before from_minute = over midnight, of the day it began
    std::string presence;              // a property's address; empty = no such condition
    Value presence_value;              // ... that must be believed, and said since the last start
    std::uint32_t reads_per_hour = 0;  // 0 = as often as wanted
    /// Values told in a month of the household's calendar, each of a history's too; 0 = any number.
    std::uint32_t values_per_month = 0;
    bool at_home = false;  // only for who asks from the household's own network

    /// What is read under it is counted.
    [[nodiscard]] bool counts() const { return reads_per_hour != 0 || values_per_month != 0; }
    friend bool operator==(const Conditions&, const Conditions&) = default;
};

/// Whether a moment, in local time, falls within the hours and weekdays.
[[nodiscard]] bool in_hours(const Conditions& when, Time local);

/// What may be wished under a grant to set or run.
struct Envelope {
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::vector<std::string> allowed;  // values as text ("true", "eco", "21.5"); empty = any
    std::uint32_t per_hour = 0;        // commands in any 60 minutes; 0 = as often as wanted
    bool confirm = false;  // each waits until a person whose it is to say so confirms it

    friend bool operator==(const Envelope&, const Envelope&) = default;
};

/// What a grant says beyond who, what and until when.
struct GrantTerms {
    bool forbid = false;  // what it names is forbidden; wins over every grant
    /// Of a forbid: it does not bind the people, rules and programs of the house, but for what is
    /// personal to the one who said it; that it keeps from the people of the house as well.
    bool spares_household = false;
    std::uint64_t parent = 0;         // the grant it was passed on from; it ends with it
    std::vector<std::string> except;  // patterns that it does not reach
    /// Bits 1 << Sensitivity of the properties and actions it reaches, where everything of a person
    /// is at least personal; 0 = of any class. One that names classes opens no affairs, no topics.
    std::uint8_t classes = 0;
    bool common = false;  // only while what it names is the household's in common
    Conditions when;
    Obligation obligation;
    Envelope envelope;
    Time history_from;        // nothing earlier than this; unknown = no limit
    Duration history_window;  // nothing older than this; 0 = no limit
    Duration erase_after;     // the other side erases what it got so long after the end; 0 = unsaid
    std::string purpose_code;  // "insurance.usage-based"

    friend bool operator==(const GrantTerms&, const GrantTerms&) = default;
};

}  // namespace foxtail
