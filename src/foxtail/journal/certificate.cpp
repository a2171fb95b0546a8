#include "foxtail/journal/certificate.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/base64.hpp"
#include "foxtail/journal/canonical.hpp"
#include "foxtail/journal/note_lines.hpp"

#include <array>

namespace foxtail::ledger {
namespace {

// The second line: a word, where a checkpoint has a number.
constexpr std::string_view certificate_word = "grant taken back";
constexpr std::size_t fixed_lines = 14;
constexpr std::size_t path_max = 64;

bool is_one_line(std::string_view text) {
    if (text.empty() || !valid_utf8(text)) return false;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    }
    return true;
}

/// "word rest" where `word` is the one expected; false otherwise.
bool read_line(std::string_view line, std::string_view word, std::string_view& rest) {
    if (!line.starts_with(word) || line.size() < word.size() + 2 || line[word.size()] != ' ')
        return false;
    rest = line.substr(word.size() + 1);
    return true;
}

}  // namespace

std::string format_certificate(const Certificate& c) {
    const auto number = [](std::uint64_t n) { return std::to_string(n); };
    std::string out = c.origin + "\n" + std::string(certificate_word) + "\n";
    const auto add = [&out](std::string_view word, std::string_view rest) {
        out.append(word).append(" ").append(rest).append("\n");
    };
    add("key", format_verifier_key(c.key));
    add("grant", number(c.grant));
    add("subject", c.subject);
    add("effective", number(c.effective));
    add("delivered", number(c.delivered_last));
    add("time", format_rfc3339(c.time));
    add("leaf", c.leaf);
    add("salt", to_base64(c.salt));
    add("body", c.body);
    add("index", number(c.index));
    add("size", number(c.size));
    add("root", to_base64(bytes_of(c.root)));
    for (const auto& hash : c.path) add("path", to_base64(bytes_of(hash)));
    return out;
}

Result<Certificate> parse_certificate(std::string_view text) {
    const auto wrong = [](const char* what) {
        return fail(Code::invalid_input, std::string("not a certificate: ") + what);
    };
    const auto lines = lines_of(text, fixed_lines + path_max);
    if (!lines || lines->size() < fixed_lines || (*lines)[1] != certificate_word)
        return wrong("its lines are others");
    static constexpr std::array<std::string_view, fixed_lines - 2> words = {
        "key",  "grant", "subject", "effective", "delivered", "time",
        "leaf", "salt",  "body",    "index",     "size",      "root"};
    std::array<std::string_view, words.size()> rest;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!read_line((*lines)[i + 2], words[i], rest[i])) return wrong(words[i].data());
    }
    Certificate out;
    out.origin = (*lines)[0];
    auto key = parse_verifier_key(rest[0]);
    if (!key) return fail(key.error());
    out.key = std::move(*key);
    out.subject = rest[2];
    const auto time = parse_rfc3339(rest[5]);
    if (!time || !is_one_line(out.subject)) return wrong("its time or subject");
    out.time = *time;
    out.leaf = rest[6];
    const auto salt = from_base64(rest[7]);
    if (!salt || salt->size() != salt_bytes) return wrong("its salt");
    out.salt = *salt;
    out.body = rest[8];
    if (!read_number(rest[1], out.grant) || !read_number(rest[3], out.effective) ||
        !read_number(rest[4], out.delivered_last) || !read_number(rest[9], out.index) ||
        !read_number(rest[10], out.size) || !read_hash(rest[11], out.root))
        return wrong("its numbers");
    for (std::size_t i = fixed_lines; i < lines->size(); ++i) {
        std::string_view hash;
        if (!read_line((*lines)[i], "path", hash) || !read_hash(hash, out.path.emplace_back()))
            return wrong("its path");
    }
    if (format_certificate(out) != text) return wrong("it is written otherwise");
    return out;
}

Result<void> check_certificate(const Certificate& c) {
    const auto wrong = [](std::string what) { return fail(Code::invalid_input, std::move(what)); };
    if (!verify_inclusion(hash_leaf({c.leaf}), c.index, c.size, c.path, c.root))
        return wrong("the leaf is not under the root it names");
    const auto leaf = parse_leaf(c.leaf);
    const auto* record = leaf ? std::get_if<RecordLeaf>(&*leaf) : nullptr;
    if (record == nullptr || record->kind != "grant_ended")
        return wrong("the leaf is not the end of a grant");
    if (record->seq != c.effective || record->time != c.time)
        return wrong("the leaf is of another number or time");
    if (commit(c.salt, c.body) != record->body) return wrong("the leaf commits to another body");
    CanonicalReader body(c.body);
    body.expect("{\"grant\":");
    const auto grant = body.number();
    body.expect(",");
    if (!body.ok() || grant != c.grant) return wrong("the record ended another grant");
    if (c.delivered_last >= c.effective) return wrong("something was shown after the end");
    return {};
}

Result<Certificate> verify_certificate(std::string_view note, const VerifierKey* known) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    auto certificate = parse_certificate(parsed->text);
    if (!certificate) return certificate;
    if (certificate->key.name != certificate->origin || certificate->key.signs != Signs::text)
        return fail(Code::invalid_input, "the key is another ledger's");
    if (known != nullptr && *known != certificate->key)
        return fail(Code::invalid_input, "it is not signed by the key you gave");
    if (auto by = verify_note(*parsed, std::array{certificate->key}); !by) return fail(by.error());
    if (auto good = check_certificate(*certificate); !good) return fail(good.error());
    return certificate;
}

}  // namespace foxtail::ledger
