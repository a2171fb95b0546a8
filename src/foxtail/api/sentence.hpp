#pragma once

#include "foxtail/journal/record.hpp"
#include "foxtail/json/record.hpp"
#include "foxtail/model/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foxtail::api {

/// What a sentence needs to name things as people do.
struct Wording {
    const Names& names;
    const Catalogue& catalogue;
    std::string_view about;              // of an ended command: the address it was for, when known
    std::vector<SubjectId> behalf = {};  // for whom the actor acts, when it is an agent
};

/// The record as one English sentence, capitalised, without a full stop: "Hall lamp on became
/// true", "Rule 'evening' ran: hall/occupancy became true".
[[nodiscard]] std::string sentence(const Record& record, const Wording& wording);

/// 21.5 with the unit's symbol: "21.5 °C"; true, "open", unknown.
[[nodiscard]] std::string spoken(const Value& value, const PropertySpec* spec);

}  // namespace foxtail::api
