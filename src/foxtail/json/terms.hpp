#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/terms.hpp"

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace foxtail {

// The terms of a grant as JSON: the same in the journal's file, in the API and in the command line.
// {"forbid":true,"spares_household":true,"parent":12,"except":["car/place"],
//  "when":{"weekdays":["mon","fri"],"from":"07:00","until":"22:00",
//          "presence":{"address":"ben/home","value":true},"reads_per_hour":60,
//          "values_per_month":10000,"network":"home"},
//  "obligations":{"granularity":"15m","aggregate":"mean","precision":0.1,"delay":"1h",
//                 "place":"home_or_away","erase_after":"90d"},
//  "envelope":{"minimum":16,"maximum":22,"allowed":["eco"],"per_hour":4,"confirm":"owner"},
//  "history_from":"2026-01-01T00:00:00Z","history_window":"30d",
//  "purpose_code":"insurance.usage-based"}
// Every member may be left out; what is as usual is not written.

/// Appends one compact JSON object.
void append_json(std::string& out, const GrantTerms& terms);

/// Reads what append_json() wrote, exactly, and what people write. Error: invalid_input, naming the
/// member; a member that is not known is a mistake too, so that no limit is lost to a misspelling.
[[nodiscard]] Result<GrantTerms> terms_from_json(const boost::json::value& value);

/// Where a member of that name stands in a grant: "terms", "terms.obligations"; empty when it is
/// none of the terms.
[[nodiscard]] std::string_view place_of_term(std::string_view member);

}  // namespace foxtail
