#pragma once

#include "foxtail/api/call.hpp"
#include "foxtail/api/site.hpp"
#include "foxtail/hub/door.hpp"

#include <string>

namespace foxtail::api {

/// What was agreed and what became of it, in the fields of a consent record (ISO/IEC TS
/// 27560:2023): who gives what about themself to whom, what for, until when, how it is taken back,
/// and how it ended. The same grant in the same state gives the same bytes for whoever may see it,
/// so that one hash names them. What the household did not say of itself is left out.
[[nodiscard]] std::string receipt_of(const Door& door, const Door::Agreed& agreed,
                                     const Site& site);

/// Answers with the receipt of a grant, as far as whose door it is may know of it; with
/// "signed=true" in the query as the house signs it.
void tell_receipt(const Door& door, const Site& site, Seq grant, const Call& call,
                  const Answer& answer);

}  // namespace foxtail::api
