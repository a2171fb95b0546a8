#include "foxtail/verify/audit.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/canonical.hpp"

#include <algorithm>

namespace foxtail::ledger {
namespace {

constexpr std::size_t problems_kept_max = 100;

}  // namespace

Seq Findings::first_bad() const {
    const Problem* first = nullptr;
    for (const auto& p : problems) {
        if (p.seq == 0) continue;
        const bool better = first == nullptr || (p.exact && !first->exact) ||
                            (p.exact == first->exact && p.seq < first->seq);
        if (better) first = &p;
    }
    return first == nullptr ? 0 : first->seq;
}

void Audit::problem(Seq seq, std::string what, bool exact) {
    ++out_.problem_count;
    if (out_.problems.size() < problems_kept_max) {
        out_.problems.push_back({seq, std::move(what), exact});
    } else if (exact) {
        out_.problems.back() = {seq, std::move(what), exact};
    }
}

void Audit::line(std::string_view text) {
    ++line_;
    if (ended_) return problem(0, here() + "something follows the end");
    if (line_ == 1) return header(text);
    if (text.starts_with("{\"actor\"") || text.starts_with("{\"blocks\"") ||
        text.starts_with("{\"kind\""))
        return leaf(text);
    if (text.starts_with("{\"body\"")) return body(text);
    if (text.starts_with("{\"block\"")) return block(text);
    if (text.starts_with("{\"hidden\"")) return hidden_block(text);
    if (text.starts_with("{\"from\"")) return hashes(text);
    if (text.starts_with("{\"checkpoint\"")) return checkpoint(text);
    if (text.starts_with("{\"leaf_hash\"")) return hidden_leaf(text);
    if (text.starts_with("{\"end\"")) return end(text);
    problem(next_seq(), here() + "not understood");
}

void Audit::header(std::string_view text) {
    CanonicalReader in(text);
    in.expect("{\"foxtail_ledger\":1,\"origin\":");
    out_.origin = in.string();
    in.expect("}");
    if (!in.at_end()) problem(0, here() + "not the beginning of a ledger's export");
}

void Audit::checkpoint(std::string_view text) {
    CanonicalReader in(text);
    in.expect("{\"checkpoint\":");
    const auto bytes = in.string();
    in.expect("}");
    ++out_.checkpoints;
    if (!in.at_end()) return problem(0, here() + "not a checkpoint");
    auto note = parse_note(bytes);
    if (!note) return problem(0, here() + note.error().message);
    auto said = parse_checkpoint(note->text);
    if (!said) return problem(0, here() + said.error().message);
    checkpoints_.push_back({std::move(*said), std::move(*note), line_});
}

void Audit::hashes(std::string_view text) {
    CanonicalReader in(text);
    in.expect("{\"from\":");
    const auto from = in.number();
    in.expect(",\"hashes\":");
    const auto bytes = in.bytes();
    in.expect(",\"seqs\":[");
    std::vector<Seq> seqs;
    do {
        seqs.push_back(in.number());
    } while (in.accept(","));
    in.expect("]}");
    if (!in.at_end() || bytes.size() != seqs.size() * sizeof(Hash))
        return problem(next_seq(), here() + "not a list of hashes");
    if (from != told_.size())
        return problem(next_seq(), here() + "hashes from leaf " + std::to_string(from) +
                                       ", those from " + std::to_string(told_.size()) +
                                       " are missing");
    for (std::size_t i = 0; i < seqs.size(); ++i) {
        told_.push_back(*hash_from(std::string_view(bytes).substr(i * sizeof(Hash), sizeof(Hash))));
        told_seqs_.push_back(seqs[i]);
    }
}

void Audit::hidden_leaf(std::string_view text) {
    close_segment();
    CanonicalReader in(text);
    in.expect("{\"leaf_hash\":");
    const auto hash = hash_from(in.bytes());
    in.expect("}");
    if (!in.at_end() || !hash) return problem(next_seq(), here() + "not a hash");
    leaves_.push_back(*hash);
    seqs_.push_back(0);
    ++out_.leaves_hidden;
}

void Audit::body(std::string_view text) {
    CanonicalReader in(text);
    in.expect("{\"body\":");
    const auto body = in.string();
    in.expect(",\"salt\":");
    const auto salt = in.bytes();
    in.expect(",\"seq\":");
    const auto seq = in.number();
    in.expect("}");
    ++out_.bodies;
    if (!in.at_end() || salt.size() != salt_bytes) return problem(last_seq_, here() + "not a body");
    const auto found =
        std::lower_bound(bodies_.begin(), bodies_.end(), seq,
                         [](const Body& one, Seq number) { return one.seq < number; });
    if (found == bodies_.end() || found->seq != seq)
        return problem(last_seq_, here() + "a body of record " + std::to_string(seq) +
                                      ", of which there is no leaf before");
    auto shown = shown_[static_cast<std::size_t>(found - bodies_.begin())];
    if (shown)
        return problem(seq, here() + "record " + std::to_string(seq) + " has two bodies", true);
    shown = true;
    if (commit(salt, body) != found->commitment)
        problem(seq, here() + "record " + std::to_string(seq) + " has another body", true);
}

void Audit::block(std::string_view text) {
    CanonicalReader in(text);
    in.expect("{\"block\":");
    const auto block_text = in.string();
    in.expect(",\"leaf\":");
    const auto leaf = in.number();
    in.expect(",\"salt\":");
    const auto salt = in.bytes();
    in.expect("}");
    ++out_.blocks_shown;
    if (!in.at_end() || salt.size() != salt_bytes || !segment_ || leaf + 1 != leaves_.size())
        return problem(last_seq_, here() + "not a block of the leaf before");
    segment_->tree.append(block_leaf(salt, block_text), {});
    const auto parsed = parse_block(block_text);
    if (!parsed) return problem(segment_->leaf.first, here() + parsed.error().message);
    segment_->shown.insert(segment_->shown.end(), parsed->readings.begin(), parsed->readings.end());
    out_.readings_shown += parsed->readings.size();
}

void Audit::hidden_block(std::string_view text) {
    CanonicalReader in(text);
    in.expect("{\"hidden\":");
    const auto hash = hash_from(in.bytes());
    in.expect(",\"leaf\":");
    const auto leaf = in.number();
    in.expect("}");
    if (!in.at_end() || !hash || !segment_ || leaf + 1 != leaves_.size())
        return problem(last_seq_, here() + "not a block of the leaf before");
    segment_->tree.append(*hash, {});
    segment_->all_shown = false;
}

void Audit::end(std::string_view text) {
    std::string expected;
    append_end_line(expected, {out_.blocks_shown, out_.bodies, out_.checkpoints, leaves_.size()});
    expected.pop_back();
    ended_ = true;
    if (text != expected)
        problem(0, here() + "the export has other lines than it had: " + std::string(expected) +
                       " was counted");
}

void Audit::leaf(std::string_view text) {
    close_segment();
    const auto parsed = parse_leaf(text);
    leaves_.push_back(hash_leaf({text}));
    seqs_.push_back(0);
    if (!parsed) return problem(next_seq(), here() + parsed.error().message);
    std::visit([this](const auto& one) { take(one); }, *parsed);
}

void Audit::take(const RecordLeaf& leaf) {
    ++out_.records;
    seqs_.back() = leaf.seq;
    const auto number = "record " + std::to_string(leaf.seq);
    if (leaf.seq <= std::max(last_seq_, out_.complete_to))
        return problem(leaf.seq, here() + number + " is not in its place");
    if (leaf.cause >= leaf.seq) problem(leaf.seq, here() + number + " has a cause that came later");
    last_seq_ = leaf.seq;
    bodies_.push_back({leaf.seq, leaf.body});
    shown_.push_back(false);
}

void Audit::take(const SegmentLeaf& leaf) {
    ++out_.segments;
    out_.readings += leaf.readings;
    out_.blocks += leaf.blocks;
    seqs_.back() = leaf.first;
    segment_.emplace(OpenSegment{leaf, {}, {}, true});
    if (out_.leaves_hidden > 0) return;
    if (leaf.first != out_.complete_to + 1 || leaf.last < leaf.first) {
        return problem(std::min(leaf.first, out_.complete_to + 1),
                       here() + "readings from record " + std::to_string(leaf.first) + " on; " +
                           std::to_string(out_.complete_to + 1) + " comes next");
    }
    const auto before = counted_;
    while (counted_ < bodies_.size() && bodies_[counted_].seq <= leaf.last) ++counted_;
    const auto others = counted_ - before;
    if (leaf.last - leaf.first + 1 != others + leaf.readings) {
        problem(leaf.first, here() + "of the records " + std::to_string(leaf.first) + " to " +
                                std::to_string(leaf.last) + " " + std::to_string(leaf.readings) +
                                " are readings and " + std::to_string(others) +
                                " stand here; the others are missing");
    }
    out_.complete_to = leaf.last;
    last_seq_ = std::max(last_seq_, leaf.last);
}

void Audit::key_problem(const std::string& what) {
    problem(0, here() + "a key's leaf: " + what);
}

void Audit::take(const KeyLeaf& leaf) {
    const auto note = parse_note(leaf.note);
    if (!note) return key_problem(note.error().message);
    auto change = parse_key_change(note->text);
    if (!change) return key_problem(change.error().message);
    const auto at = leaves_.size() - 1;
    if (change->leaf != at || change->origin != out_.origin)
        return key_problem("it belongs elsewhere");
    std::vector<VerifierKey> signers = change->before;
    signers.push_back(change->key);
    const auto valid = verify_note(*note, signers);
    if (!valid || valid->size() != signers.size()) return key_problem("not signed as it should be");
    const bool first = out_.keys.empty();
    if (first && (at != 0 || origin_of(change->key.key) != out_.origin))
        return key_problem("the first key is not the one the ledger is called after");
    if (!change->before.empty() && (first || change->before[0] != out_.keys.back()))
        return key_problem("it follows another key");
    if (first) out_.from = out_.complete_to = last_seq_ = change->from;
    key_continues_.push_back(first || !change->before.empty());
    key_leaves_.push_back(at);
    out_.keys.push_back(std::move(change->key));
}

/// What follows a leaf about readings is over.
void Audit::close_segment() {
    if (!segment_) return;
    const auto& segment = *segment_;
    const auto which = "readings " + std::to_string(segment.leaf.first) + " to " +
                       std::to_string(segment.leaf.last);
    if (segment.tree.size() > 0 || segment.leaf.blocks == 0) {
        if (segment.tree.size() != segment.leaf.blocks || segment.tree.root() != segment.leaf.root)
            problem(segment.leaf.first, here() + which + " are others than were sealed", true);
        else if (segment.all_shown)
            check_readings(segment);
    }
    segment_.reset();
}

/// The blocks are those that were sealed: they must also be what their leaf says.
void Audit::check_readings(const OpenSegment& segment) {
    auto shown = segment.shown;
    std::sort(shown.begin(), shown.end());
    const bool twice = std::adjacent_find(shown.begin(), shown.end()) != shown.end();
    const bool outside =
        !shown.empty() && (shown.front() < segment.leaf.first || shown.back() > segment.leaf.last);
    const bool both = std::any_of(shown.begin(), shown.end(), [this](Seq seq) {
        const auto found =
            std::lower_bound(bodies_.begin(), bodies_.end(), seq,
                             [](const Body& one, Seq number) { return one.seq < number; });
        return found != bodies_.end() && found->seq == seq;
    });
    if (twice || outside || both || shown.size() != segment.leaf.readings)
        problem(segment.leaf.first, here() + "the readings sealed from record " +
                                        std::to_string(segment.leaf.first) +
                                        " on are not those their leaf counts");
}

}  // namespace foxtail::ledger
