#pragma once

#include "foxtail/hub/edges.hpp"
#include "foxtail/twin/twin.hpp"

#include <map>
#include <vector>

namespace foxtail {

/// Start of the span of that length, counted from 1970, in which the moment lies.
[[nodiscard]] Time span_start(Time t, Duration length);
/// Start of the newest whole span that may be told of by now.
[[nodiscard]] Time newest_span(const Obligation& obligation, Time now);
/// One value as the obligation lets it be told: a place as "home" or "away", a number rounded.
[[nodiscard]] Value coarse_value(const Value& value, const Obligation& obligation);
/// To the nearest multiple; what is no number, and a precision of 0, change nothing.
[[nodiscard]] Value rounded(const Value& value, double precision);
/// Nothing finer than the obligation: points put together by whole spans, one figure each, the
/// count of what went in withheld, and left out what comes to nothing. Without granularity each
/// point by itself, rounded.
[[nodiscard]] std::vector<HistoryPoint> coarsened(const std::vector<HistoryPoint>& points,
                                                  const Obligation& obligation,
                                                  const PropertySpec& spec);
/// What of a query may be answered: whole spans that are over and may be told of, not before
/// `since` and before `before`. Empty (to <= from) when none is.
[[nodiscard]] HistoryQuery allowed_part(HistoryQuery query, const Verdict& verdict, Time now);

/// What is told of properties under obligations in place of what is believed. Follows from the
/// journal and the time, so it is no state; the hub fills in the spans from the history.
class Coarse {
public:
    static constexpr std::size_t told_max = 10'000;
    struct Key {
        PropertyId property;
        Obligation obligation;
        friend bool operator<(const Key& a, const Key& b);
    };
    struct Told {
        Belief belief;  // Null: nothing in the span, or not known yet
        Time span;      // its start; unknown = none yet
        Time asked;     // start of the span that is being fetched
    };
    /// The entry, made when there was none; null when there are too many.
    Told* want(const Key& key);
    [[nodiscard]] const Belief& shown(const Key& key, const Belief& belief, Time since);
    [[nodiscard]] std::map<Key, Told>& all() { return told_; }
    /// Of what was told of the property nothing stays.
    void forget(PropertyId property) {
        std::erase_if(told_, [&](const auto& one) { return one.first.property == property; });
    }

private:
    std::map<Key, Told> told_;
    Belief unknown_;
};

}  // namespace foxtail
