#pragma once

#include "foxtail/hub/door.hpp"

#include <string>
#include <vector>

namespace foxtail::api {

/// "30 days", "15 minutes", "1 day": the largest unit that fits without a rest.
[[nodiscard]] std::string length_words(Duration length);

/// How precisely: "the sum of each 30 days, rounded to 5, 1 day later"; "exactly" when there is no
/// obligation.
[[nodiscard]] std::string precision_words(const Obligation& obligation);

/// A grant in plain words: who, what, how precisely, when, until when, for what.
/// "insurer may see Car · Mileage, only the sum of each 30 days, until 2027-11-22, for: yearly
/// tariff." `reached` is what of the reader's own it reaches.
[[nodiscard]] std::string grant_words(const Door& door, const Grant& grant,
                                      const std::vector<PropertyId>& reached);

}  // namespace foxtail::api
