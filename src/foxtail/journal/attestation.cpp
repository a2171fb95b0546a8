#include "foxtail/journal/attestation.hpp"

#include "foxtail/journal/base64.hpp"
#include "foxtail/journal/note_lines.hpp"

#include <array>

namespace foxtail::ledger {
namespace {

constexpr std::string_view proof_word = "c2sp.org/tlog-proof@v1";
constexpr std::size_t proof_hashes_max = 130;

void append_hashes(std::string& out, const Proof& proof) {
    for (const auto& hash : proof) {
        append_base64(out, bytes_of(hash));
        out += '\n';
    }
    out += '\n';
}

struct Halves {
    std::vector<std::string_view> lines;
    std::string_view checkpoint;
};

/// What stands before the first empty line, in lines, and what comes after it.
Result<Halves> halves_of(std::string_view text) {
    const auto wrong = [] {
        return fail(Code::invalid_input, "not a proof: its lines are others");
    };
    const auto gap = text.find("\n\n");
    if (gap == std::string_view::npos) return wrong();
    auto lines = lines_of(text.substr(0, gap + 1), proof_hashes_max + 3);
    if (!lines || lines->empty()) return wrong();
    return Halves{std::move(*lines), text.substr(gap + 2)};
}

Result<Proof> proof_from(std::span<const std::string_view> lines) {
    Proof out;
    for (const auto line : lines) {
        if (out.size() == proof_hashes_max || !read_hash(line, out.emplace_back()))
            return fail(Code::invalid_input, "not a proof: a line is no hash");
    }
    return out;
}

/// The number after `word` and a space.
bool numbered(std::string_view line, std::string_view word, std::uint64_t& out) {
    return line.starts_with(word) && line.size() > word.size() + 1 && line[word.size()] == ' ' &&
           read_number(line.substr(word.size() + 1), out);
}

}  // namespace

std::string format_consistency(const ConsistencyAnswer& answer) {
    std::string out = "old " + std::to_string(answer.from) + "\n";
    append_hashes(out, answer.proof);
    return out + answer.checkpoint;
}

Result<ConsistencyAnswer> parse_consistency(std::string_view text) {
    const auto halves = halves_of(text);
    if (!halves) return fail(halves.error());
    ConsistencyAnswer out;
    if (!numbered(halves->lines[0], "old", out.from))
        return fail(Code::invalid_input, "not a proof: the old size is missing");
    auto proof = proof_from(std::span(halves->lines).subspan(1));
    if (!proof) return fail(proof.error());
    out.proof = std::move(*proof);
    out.checkpoint = halves->checkpoint;
    return out;
}

std::string format_inclusion(const InclusionAnswer& answer) {
    std::string out = std::string(proof_word) + "\n";
    if (!answer.extra.empty()) out += "extra " + to_base64(answer.extra) + "\n";
    out += "index " + std::to_string(answer.index) + "\n";
    append_hashes(out, answer.proof);
    return out + answer.checkpoint;
}

Result<InclusionAnswer> parse_inclusion(std::string_view text) {
    const auto halves = halves_of(text);
    if (!halves) return fail(halves.error());
    const auto& lines = halves->lines;
    const auto wrong = [](const char* what) {
        return fail(Code::invalid_input, std::string("not a proof: ") + what);
    };
    if (lines[0] != proof_word) return wrong("its first line is another");
    InclusionAnswer out;
    std::size_t at = 1;
    constexpr std::string_view extra_word = "extra ";
    if (at < lines.size() && lines[at].starts_with(extra_word)) {
        const auto extra = from_base64(lines[at].substr(extra_word.size()));
        if (!extra || extra->empty()) return wrong("its extra data");
        out.extra = *extra;
        ++at;
    }
    if (at == lines.size() || !numbered(lines[at], "index", out.index)) return wrong("its index");
    auto proof = proof_from(std::span(lines).subspan(at + 1));
    if (!proof) return fail(proof.error());
    out.proof = std::move(*proof);
    out.checkpoint = halves->checkpoint;
    return out;
}

const VerifierKey* KeyChain::for_size(std::uint64_t size) const {
    const VerifierKey* out = nullptr;
    for (const auto& link : links) {
        if (link.leaf < size) out = &link.key;
    }
    return out;
}

Result<KeyChain> parse_keys(std::string_view lines) {
    const auto wrong = [](const char* what) {
        return fail(Code::invalid_input, std::string("the ledger's keys: ") + what);
    };
    KeyChain out;
    for (; !lines.empty(); lines.remove_prefix(lines.find('\n') + 1)) {
        const auto end = lines.find('\n');
        if (end == std::string_view::npos) return wrong("the last line does not end");
        const auto leaf = parse_leaf(lines.substr(0, end));
        const auto* key = leaf ? std::get_if<KeyLeaf>(&*leaf) : nullptr;
        if (key == nullptr) return wrong("a line that is about no key");
        const auto note = parse_note(key->note);
        if (!note) return fail(note.error());
        const auto change = parse_key_change(note->text);
        if (!change) return fail(change.error());
        const bool first = out.links.empty();
        if (first) out.origin = change->origin;
        if (change->origin != out.origin || change->key.name != out.origin)
            return wrong("a key of another ledger");
        const bool follows = first ? change->leaf == 0 && change->before.empty() &&
                                         origin_of(change->key.key) == out.origin
                                   : change->leaf > out.links.back().leaf &&
                                         change->before.size() == 1 &&
                                         change->before.front() == out.links.back().key;
        if (!follows) return wrong("a key that follows no other");
        auto signers = change->before;
        signers.push_back(change->key);
        const auto signed_by = verify_note(*note, signers);
        if (!signed_by || signed_by->size() != signers.size())
            return wrong("a key that is not signed for");
        out.links.push_back({change->leaf, change->key});
    }
    if (out.links.empty()) return wrong("there are none");
    return out;
}

Result<Checkpoint> verify_checkpoint(std::string_view note, const VerifierKey& key) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    if (auto by = verify_note(*parsed, std::array{key}); !by) return fail(by.error());
    auto checkpoint = parse_checkpoint(parsed->text);
    if (checkpoint && checkpoint->origin != key.name)
        return fail(Code::invalid_input, "a checkpoint of another ledger");
    return checkpoint;
}

}  // namespace foxtail::ledger
