#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/cli/terminal.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

// Two plans beside each other, as GET /plan and GET /plan/versions/{version} tell them.
namespace foxtail::cli {

/// What differs from plan `a` to plan `b`, in the time that both tell of: {"a","b"} (which they
/// are), {"common"} (from, until, and what the grid costs then), {"inputs"} ("of" what or whom,
/// "what" of it, its "a" and "b"), {"goals"}, {"slots"} (device, from, until, its mean kW in "a"
/// and "b"). What is in one only is null in the other.
[[nodiscard]] boost::json::object plan_diff(const boost::json::value& a,
                                            const boost::json::value& b);

/// The same for people.
void print_plan_diff(const Terminal& terminal, const boost::json::object& diff);

}  // namespace foxtail::cli
