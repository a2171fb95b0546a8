#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planner {

/// A stay shorter than this is none.
constexpr Duration slot_shortest_stay = minutes(1);

/// Brings numbers, times and series within bounds and says so, once for each place and sentence.
class Mender {
public:
    /// Also brings `now` itself within what a calendar knows.
    Mender(std::vector<Mended>& said, Time& now);

    void say(const std::string& where, const std::string& what);
    /// NaN becomes `otherwise`, anything out of bounds the nearest bound.
    void number(const std::string& where, std::string_view what, double& value, double least,
                double most, double otherwise);
    /// Within ten years of now, so that differences of times cannot overflow.
    void time(Time& t) const;
    static void span(Duration& d, Duration least, Duration most);
    /// Every value finite and within bounds; holes take the value before them.
    void series(const std::string& where, std::string_view what, Series& series, double least,
                double most, double otherwise);
    /// Repeats the last day up to `end`.
    void extend(const std::string& where, std::string_view what, Series& series, Time end);

private:
    std::vector<Mended>& said_;
    Time now_;
};

}  // namespace foxtail::planner
