#include "foxtail/journal/witness.hpp"

#include "foxtail/journal/base64.hpp"

namespace foxtail::ledger {
namespace {

auto conflict(const char* what, const Seen& before, const Seen& now) {
    return fail(Code::conflict, std::string(what) + " of " + now.origin + ": it had " +
                                    describe(before) + "; now it says " + describe(now));
}

}  // namespace

std::string describe(const Seen& seen) {
    return std::to_string(seen.size) + " leaves, root " + to_base64(bytes_of(seen.root));
}

Result<Seen> look(
    const std::string& note, const KeyChain& keys, const Seen* before,
    const std::function<Result<std::string>(std::uint64_t from, std::uint64_t to)>& proof) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    const auto unsure = parse_checkpoint(parsed->text);
    if (!unsure) return fail(unsure.error());
    const auto* key = keys.for_size(unsure->size);
    if (key == nullptr)
        return fail(Code::invalid_input, "no key of the ledger signs so few leaves");
    const auto checkpoint = verify_checkpoint(note, *key);
    if (!checkpoint) return fail(checkpoint.error());
    const Seen now{checkpoint->origin, checkpoint->size, checkpoint->root};
    if (before == nullptr) return now;
    if (before->origin != now.origin)
        return fail(Code::conflict,
                    "another ledger: " + now.origin + " instead of " + before->origin);
    if (now.size < before->size) return conflict("ROLLBACK", *before, now);
    if (now.size == before->size) {
        if (now.root != before->root) return conflict("FORK", *before, now);
        return now;
    }
    const auto told = proof(before->size, now.size);
    if (!told) return fail(told.error());
    const auto answer = parse_consistency(*told);
    if (!answer) return fail(answer.error());
    if (answer->from != before->size ||
        !verify_consistency(before->size, now.size, before->root, now.root, answer->proof))
        return conflict("FORK", *before, now);
    return now;
}

}  // namespace foxtail::ledger
