#include "foxtail/verify/audit.hpp"

#include <algorithm>

// What can be said once all leaves are known: signatures, roots, and which leaf is bad.
namespace foxtail::ledger {

bool Audit::check_signature(const Signed& one) {
    const auto where = "line " + std::to_string(one.line) + ": the checkpoint of " +
                       std::to_string(one.checkpoint.size) + " leaves ";
    if (one.checkpoint.origin != out_.origin) {
        problem(0, where + "is of another ledger");
        return false;
    }
    const auto next = std::lower_bound(key_leaves_.begin(), key_leaves_.end(), one.checkpoint.size);
    if (next == key_leaves_.begin()) {
        problem(0, where + "is older than the first key");
        return false;
    }
    const auto& key = out_.keys[static_cast<std::size_t>(next - key_leaves_.begin()) - 1];
    if (!verify_note(one.note, std::span(&key, 1))) {
        problem(0, where + "is not signed by the key that signed then");
        return false;
    }
    const auto witnessed = verify_note(one.note, trust_.witnesses);
    if (witnessed) ++out_.cosigned;
    return true;
}

void Audit::check_trees() {
    std::sort(checkpoints_.begin(), checkpoints_.end(), [](const Signed& a, const Signed& b) {
        return a.checkpoint.size < b.checkpoint.size;
    });
    std::vector<const Signed*> valid;
    for (const auto& one : checkpoints_) {
        if (check_signature(one)) valid.push_back(&one);
    }
    if (valid.empty()) problem(0, "no checkpoint vouches for anything here");
    Tree tree;
    Tree told;
    bool leaves_hold = true;
    std::uint64_t told_holds = 0;
    for (const auto* one : valid) {
        const auto size = one->checkpoint.size;
        while (tree.size() < std::min<std::uint64_t>(size, leaves_.size()))
            tree.append(leaves_[tree.size()], {});
        const bool holds = tree.size() == size && tree.root() == one->checkpoint.root;
        if (holds) out_.size_signed = size;
        leaves_hold = leaves_hold && holds;
        while (told.size() < std::min<std::uint64_t>(size, told_.size()))
            told.append(told_[told.size()], {});
        if (told.size() == size && told.root() == one->checkpoint.root) told_holds = size;
        if (holds) continue;
        problem(0, "line " + std::to_string(one->line) + ": the leaves are not those of the " +
                       "checkpoint of " + std::to_string(size));
    }
    check_told(leaves_hold, told_holds);
}

/// Compares the leaves with the hashes that were told, to name the first that differs.
void Audit::check_told(bool leaves_hold, std::uint64_t told_holds) {
    std::size_t at = 0;
    const auto both = std::min(leaves_.size(), told_.size());
    while (at < both && leaves_[at] == told_[at] && seqs_[at] == told_seqs_[at]) ++at;
    if (at == both && told_.size() == leaves_.size() && leaves_hold) return;
    if (leaves_hold && told_holds < out_.size_signed && !told_.empty()) {
        return problem(at < seqs_.size() ? std::max<Seq>(seqs_[at], 1) : next_seq(),
                       "the leaves hold, but the hashes beside them are others");
    }
    if (leaves_hold && (told_.empty() || at == told_.size())) return;
    if (at == leaves_.size() && at == told_.size()) return;  // the checkpoint is the odd one out
    name_bad_leaf(at);
}

/// Leaf `at` is the first that is not the one recorded.
void Audit::name_bad_leaf(std::size_t at) {
    Seq before = out_.from;
    for (std::size_t i = 0; i < at && i < seqs_.size(); ++i) before = std::max(before, seqs_[i]);
    Seq seq = before + 1;
    if (at < told_seqs_.size()) {
        // A leaf about no record has none; the doubt begins with the next record.
        for (auto i = at; i < told_seqs_.size(); ++i) {
            if (told_seqs_[i] == 0) continue;
            seq = told_seqs_[i];
            break;
        }
    } else if (at < seqs_.size() && seqs_[at] > before) {
        seq = seqs_[at];
    }
    const bool gone = at >= leaves_.size();
    problem(seq,
            "leaf " + std::to_string(at) + (gone ? " is missing" : " is not the one recorded") +
                ": record " + std::to_string(seq) + " and what follows are in doubt",
            true);
}

void Audit::check_trust() {
    if (out_.keys.empty()) return problem(0, "no key's leaf: nothing tells who signs");
    std::size_t trusted_from = 0;
    if (trust_.key) {
        out_.key_was_given = true;
        const auto found = std::find(out_.keys.begin(), out_.keys.end(), *trust_.key);
        if (found == out_.keys.end())
            return problem(
                0, "the key " + format_verifier_key(*trust_.key) + " never signed for this ledger");
        trusted_from = static_cast<std::size_t>(found - out_.keys.begin());
    }
    // The given key vouches for all leaves before it; what comes after hangs on the keys' chain.
    for (std::size_t i = trusted_from + 1; i < out_.keys.size(); ++i) {
        if (key_continues_[i]) continue;
        problem(0, "leaf " + std::to_string(key_leaves_[i]) +
                       ": another key took over and the one before did not agree; give the new "
                       "key if you know it to be right");
    }
}

Findings Audit::finish() {
    close_segment();
    if (!ended_)
        problem(next_seq(),
                "the export has no end: it was cut after line " + std::to_string(line_));
    out_.leaves = leaves_.size();
    out_.last = last_seq_;
    check_trust();
    check_trees();
    return out_;
}

}  // namespace foxtail::ledger
