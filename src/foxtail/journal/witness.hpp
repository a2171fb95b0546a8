#pragma once

#include "foxtail/journal/attestation.hpp"

#include <functional>
#include <string>

// What a witness does: it keeps the newest checkpoint it saw, and takes a newer one only with a
// proof that nothing before was changed. Pure; who asks the ledger, and keeps the state, is
// elsewhere.
namespace foxtail::ledger {

/// What a witness holds of one ledger.
struct Seen {
    std::string origin;
    std::uint64_t size = 0;
    Hash root{};
};

/// Looks at a checkpoint (a signed note) by the keys that the ledger tells of. `before`: what was
/// seen last, null the first time; the same origin. `proof` is asked for when the ledger grew: the
/// consistency answer from the size seen before. Error: conflict for a rollback or a fork, naming
/// both sizes and roots; invalid_input for what is no answer of this ledger.
[[nodiscard]] Result<Seen> look(
    const std::string& note, const KeyChain& keys, const Seen* before,
    const std::function<Result<std::string>(std::uint64_t from, std::uint64_t to)>& proof);

/// "1234 leaves, root AAAA…="
[[nodiscard]] std::string describe(const Seen& seen);

}  // namespace foxtail::ledger
