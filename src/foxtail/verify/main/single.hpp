#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/note.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::ledger {

/// What to say about a certificate of taking back that holds. Error: invalid_input, with what does
/// not.
[[nodiscard]] Result<std::string> judge_certificate(std::string_view text,
                                                    const std::optional<VerifierKey>& key);

/// The same about the receipt of a grant.
[[nodiscard]] Result<std::string> judge_receipt(std::string_view text,
                                                const std::optional<VerifierKey>& key);

/// The same about the proof that a record is in a ledger (c2sp.org/tlog-proof@v1) of this key.
[[nodiscard]] Result<std::string> judge_proof(std::string_view text, const VerifierKey& key,
                                              const std::vector<VerifierKey>& witnesses);

}  // namespace foxtail::ledger
