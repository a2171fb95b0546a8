#pragma once

#include "foxtail/store/sqlite/db.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace foxtail::sqlite {

/// The readings of a sealed segment. Nothing: it is not there any more, or it is damaged, which is
/// for verify to tell.
[[nodiscard]] Result<std::optional<std::vector<Entry>>> readings_of_segment(Database& database,
                                                                            std::int64_t id);

/// Takes the readings for which `goes` out of a sealed segment, and leaves what the ledger needs of
/// them. In one transaction. `swept` is noted as the time up to which retention has looked. False
/// when there was no such segment.
[[nodiscard]] Result<bool> drop_readings(Database& database, Shared& shared, std::int64_t id,
                                         const std::function<bool(const Entry&)>& goes,
                                         std::optional<Time> swept);

}  // namespace foxtail::sqlite
