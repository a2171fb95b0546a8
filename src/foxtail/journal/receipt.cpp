#include "foxtail/journal/receipt.hpp"

#include "foxtail/base/time.hpp"
#include "foxtail/journal/note_lines.hpp"

#include <array>

namespace foxtail::ledger {
namespace {

// The second line: a word, where a checkpoint has a number.
constexpr std::string_view receipt_word = "grant receipt";

}  // namespace

std::string receipt_head(Seq grant, std::string_view state) {
    return "{\"schema_version\":\"" + std::string(receipt_schema) +
           "\",\"grant\":" + std::to_string(grant) + ",\"state\":\"" + std::string(state) + "\",";
}

std::string format_receipt(const Receipt& r) {
    std::string out = r.origin + "\n" + std::string(receipt_word) + "\n";
    const auto add = [&out](std::string_view word, std::string_view rest) {
        out.append(word).append(" ").append(rest).append("\n");
    };
    add("key", format_verifier_key(r.key));
    add("grant", std::to_string(r.grant));
    add("state", r.state);
    add("time", format_rfc3339(r.time));
    add("receipt", r.text);
    return out;
}

Result<Receipt> parse_receipt(std::string_view text) {
    const auto wrong = [](const char* what) {
        return fail(Code::invalid_input, std::string("not a receipt: ") + what);
    };
    static constexpr std::array<std::string_view, 5> words = {"key", "grant", "state", "time",
                                                              "receipt"};
    const auto lines = lines_of(text, words.size() + 2);
    if (!lines || lines->size() != words.size() + 2 || (*lines)[1] != receipt_word)
        return wrong("its lines are others");
    std::array<std::string_view, words.size()> rest;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto line = (*lines)[i + 2];
        if (!line.starts_with(words[i]) || line.size() < words[i].size() + 2)
            return wrong(words[i].data());
        rest[i] = line.substr(words[i].size() + 1);
    }
    Receipt out;
    out.origin = (*lines)[0];
    auto key = parse_verifier_key(rest[0]);
    if (!key) return fail(key.error());
    out.key = std::move(*key);
    if (!read_number(rest[1], out.grant)) return wrong("its number");
    out.state = rest[2];
    const auto time = parse_rfc3339(rest[3]);
    if (!time) return wrong("its time");
    out.time = *time;
    out.text = rest[4];
    if (!out.text.starts_with(receipt_head(out.grant, out.state)) || !out.text.ends_with('}'))
        return wrong("its text is another grant's, or tells another state");
    if (format_receipt(out) != text) return wrong("it is written otherwise");
    return out;
}

Result<Receipt> verify_receipt(std::string_view note, const VerifierKey* known) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    auto receipt = parse_receipt(parsed->text);
    if (!receipt) return receipt;
    if (receipt->key.name != receipt->origin || receipt->key.signs != Signs::text)
        return fail(Code::invalid_input, "the key is another ledger's");
    if (known != nullptr && *known != receipt->key)
        return fail(Code::invalid_input, "it is not signed by the key you gave");
    if (auto by = verify_note(*parsed, std::array{receipt->key}); !by) return fail(by.error());
    return receipt;
}

}  // namespace foxtail::ledger
