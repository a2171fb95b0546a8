#include "foxtail/journal/checkpoint.hpp"

#include "foxtail/journal/base64.hpp"
#include "foxtail/journal/note_lines.hpp"

namespace foxtail::ledger {
namespace {

constexpr std::string_view key_word = "key";

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
    std::string out = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n";
    append_base64(out, bytes_of(checkpoint.root));
    out += '\n';
    for (const auto& line : checkpoint.extensions) out += line + "\n";
    return out;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
    const auto lines = lines_of(text);
    if (!lines || lines->size() < 3)
        return fail(Code::invalid_input, "a checkpoint has three lines or more, none empty");
    Checkpoint out;
    out.origin = (*lines)[0];
    if (!read_number((*lines)[1], out.size))
        return fail(Code::invalid_input, "a checkpoint's second line is its size");
    if (!read_hash((*lines)[2], out.root))
        return fail(Code::invalid_input, "a checkpoint's third line is its root");
    out.extensions.assign(lines->begin() + 3, lines->end());
    return out;
}

std::string format_key_change(const KeyChange& change) {
    std::string out = change.origin + "\n";
    out += key_word;
    out += "\n" + std::to_string(change.leaf) + "\n" + std::to_string(change.from) + "\n" +
           format_verifier_key(change.key) + "\n";
    for (const auto& key : change.before) out += format_verifier_key(key) + "\n";
    return out;
}

Result<KeyChange> parse_key_change(std::string_view text) {
    const auto lines = lines_of(text);
    if (!lines || (lines->size() != 5 && lines->size() != 6) || (*lines)[1] != key_word)
        return fail(Code::invalid_input, "not a statement about a key");
    KeyChange out;
    out.origin = (*lines)[0];
    if (!read_number((*lines)[2], out.leaf) || !read_number((*lines)[3], out.from))
        return fail(Code::invalid_input, "a statement about a key without its numbers");
    for (std::size_t at = 4; at < lines->size(); ++at) {
        auto key = parse_verifier_key((*lines)[at]);
        if (!key) return fail(key.error());
        if (key->signs != Signs::text)
            return fail(Code::invalid_input, "a witness's key does not sign for a ledger");
        if (at == 4) {
            out.key = std::move(*key);
        } else {
            out.before.push_back(std::move(*key));
        }
    }
    return out;
}

std::string origin_of(const std::array<std::uint8_t, 32>& first_key) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto hash =
        sha256({std::string_view(reinterpret_cast<const char*>(first_key.data()), 32)});
    std::string out = "foxtail/";
    for (std::size_t i = 0; i < 8; ++i) {
        out += digits[hash[i] >> 4];
        out += digits[hash[i] & 15];
    }
    return out;
}

}  // namespace foxtail::ledger
