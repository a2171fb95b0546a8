#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/model/thing.hpp"

#include <string>

#include <boost/json/value.hpp>

namespace foxtail {

// A thing's specification as JSON: what the page and the API show, and what exports carry.
//   {"id","kind","title","place","maker","model","description",
//    "properties":{NAME:{"title","type","unit"?,"symbol"?,"minimum"?,"maximum"?,"step"?,"allowed"?,
//                        "category","sensitivity","readable","settable","max_age_s"?,"retention_s"?}},
//    "actions":{NAME:{"title","sensitivity","input"?}},     input = "name" and the members of a
//    property "events":{NAME:{"title","kinds"}}}
// Units are UCUM codes, "symbol" is for people and ignored on the way in; ages are seconds.

/// Appends the object. Members keep the order of the spec.
void append_json(std::string& out, const ThingSpec& spec);
/// Appends one property's object, without its name.
void append_json(std::string& out, const PropertySpec& spec);

/// Reads what append_json() wrote; members that are left out have their defaults, unknown ones are
/// ignored. The result has passed check(). Error: invalid_input, naming the member.
[[nodiscard]] Result<ThingSpec> thing_from_json(const boost::json::value& value);

}  // namespace foxtail
