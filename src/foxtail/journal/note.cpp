#include "foxtail/journal/note.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/base64.hpp"
#include "foxtail/journal/merkle.hpp"

#include <algorithm>
#include <charconv>

#include <sodium.h>

namespace foxtail::ledger {
namespace {

constexpr std::string_view signature_mark = "\xE2\x80\x94 ";  // em dash, space
constexpr std::size_t key_id_bytes = 4;
constexpr std::size_t time_bytes = 8;  // before a sighting's signature, the highest first

/// Characters of more than one byte that are spaces (Unicode's White_Space).
constexpr std::array<std::string_view, 19> wide_spaces = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool valid_text(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 || c == '\n';
    });
    return plain && valid_utf8(text);
}

auto refused(const char* why) {
    return fail(Code::invalid_input, std::string("note: ") + why);
}

std::uint32_t number_from(std::string_view four) {
    std::uint32_t out = 0;
    for (const char c : four) out = (out << 8) | static_cast<std::uint8_t>(c);
    return out;
}

std::string id_bytes(std::uint32_t id) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(id >> shift);
    return out;
}

std::string hex_of(std::uint32_t id) {
    std::string out(8, '0');
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), id, 16).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    std::copy(digits.data(), end, out.begin() + static_cast<std::ptrdiff_t>(8 - size));
    return out;
}

/// One line without its end: "— name base64".
Result<NoteSignature> parse_signature(std::string_view line) {
    if (!line.starts_with(signature_mark)) return refused("a signature's line begins otherwise");
    line.remove_prefix(signature_mark.size());
    const auto space = line.find(' ');
    if (space == std::string_view::npos || !valid_key_name(line.substr(0, space)))
        return refused("a signature without a name");
    const auto bytes = from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= key_id_bytes) return refused("a signature that is none");
    const std::string_view all(*bytes);
    return NoteSignature{std::string(line.substr(0, space)), number_from(all.substr(0, 4)),
                         std::string(all.substr(key_id_bytes))};
}

std::string sighting_of(std::string_view text, std::uint64_t seconds) {
    return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

}  // namespace

bool valid_key_name(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != '+';
    });
    return !name.empty() && plain && valid_utf8(name) &&
           std::none_of(wide_spaces.begin(), wide_spaces.end(), [&](std::string_view space) {
               return name.find(space) != std::string_view::npos;
           });
}

Result<Note> parse_note(std::string_view bytes) {
    if (bytes.size() > note_bytes_max) {
        return fail(Code::exhausted, "note of " + std::to_string(bytes.size()) + " bytes, limit " +
                                         std::to_string(note_bytes_max));
    }
    if (!valid_text(bytes)) return refused("not UTF-8, or with control characters");
    const auto border = bytes.rfind("\n\n");
    if (border == std::string_view::npos) return refused("no empty line before signatures");
    Note note;
    note.text = bytes.substr(0, border + 1);
    auto lines = bytes.substr(border + 2);
    if (lines.empty()) return refused("no signature");
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        if (end == std::string_view::npos) return refused("its last line does not end");
        if (note.signatures.size() == note_signatures_max) return refused("too many signatures");
        auto signature = parse_signature(lines.substr(0, end));
        if (!signature) return fail(signature.error());
        note.signatures.push_back(std::move(*signature));
        lines.remove_prefix(end + 1);
    }
    return note;
}

std::string format_note(const Note& note) {
    std::string out = note.text + "\n";
    for (const auto& signature : note.signatures) {
        out += signature_mark;
        out += signature.name;
        out += ' ';
        append_base64(out, id_bytes(signature.key_id) + signature.bytes);
        out += '\n';
    }
    return out;
}

std::uint32_t VerifierKey::id() const {
    const std::string_view bytes(reinterpret_cast<const char*>(key.data()), key.size());
    const char kind = static_cast<char>(signs);
    const auto hash = sha256({name, "\n", std::string_view(&kind, 1), bytes});
    return number_from(bytes_of(hash).substr(0, key_id_bytes));
}

std::string format_verifier_key(const VerifierKey& key) {
    std::string bytes(1, static_cast<char>(key.signs));
    bytes.append(reinterpret_cast<const char*>(key.key.data()), key.key.size());
    return key.name + "+" + hex_of(key.id()) + "+" + to_base64(bytes);
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
    const auto name_end = text.find('+');
    const auto id_end =
        name_end == std::string_view::npos ? name_end : text.find('+', name_end + 1);
    VerifierKey out;
    if (id_end == std::string_view::npos || !valid_key_name(text.substr(0, name_end)))
        return fail(Code::invalid_input, "a verifier key is name+id+base64");
    out.name = text.substr(0, name_end);
    const auto bytes = from_base64(text.substr(id_end + 1));
    const auto known = [](char c) {
        return c == static_cast<char>(Signs::text) || c == static_cast<char>(Signs::sighting);
    };
    if (!bytes || bytes->size() != 1 + out.key.size() || !known(bytes->front()))
        return fail(Code::invalid_input, "a verifier key that is no Ed25519 key");
    out.signs = static_cast<Signs>(bytes->front());
    std::copy(bytes->begin() + 1, bytes->end(), out.key.begin());
    if (text.substr(name_end + 1, id_end - name_end - 1) != hex_of(out.id()))
        return fail(Code::invalid_input, "a verifier key with an id that is not its own");
    return out;
}

SigningKey::SigningKey(std::string name, const std::array<std::uint8_t, 32>& seed) {
    FOX_ASSERT(valid_key_name(name), "keys have names that can stand in a note");
    verifier_.name = std::move(name);
    crypto_sign_seed_keypair(verifier_.key.data(), secret_.data(), seed.data());
}

SigningKey::~SigningKey() {
    sodium_memzero(secret_.data(), secret_.size());
}

NoteSignature SigningKey::sign(std::string_view text) const {
    std::string bytes(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(bytes.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret_.data());
    return {verifier_.name, verifier_.id(), std::move(bytes)};
}

VerifierKey SigningKey::witness() const {
    return {verifier_.name, verifier_.key, Signs::sighting};
}

NoteSignature SigningKey::cosign(std::string_view text, std::uint64_t seconds) const {
    auto out = sign(sighting_of(text, seconds));
    std::string time;
    for (int shift = 56; shift >= 0; shift -= 8) time += static_cast<char>(seconds >> shift);
    out.bytes.insert(0, time);
    out.key_id = witness().id();
    return out;
}

bool verify_signature(const VerifierKey& key, std::string_view text,
                      const NoteSignature& signature) {
    const bool sighting = key.signs == Signs::sighting;
    const auto before = sighting ? time_bytes : 0;
    if (signature.name != key.name || signature.key_id != key.id() ||
        signature.bytes.size() != before + crypto_sign_BYTES)
        return false;
    std::uint64_t seconds = 0;
    for (std::size_t i = 0; i < before; ++i)
        seconds = (seconds << 8) | static_cast<std::uint8_t>(signature.bytes[i]);
    const auto whole = sighting ? sighting_of(text, seconds) : std::string(text);
    return crypto_sign_verify_detached(
               reinterpret_cast<const unsigned char*>(signature.bytes.data()) + before,
               reinterpret_cast<const unsigned char*>(whole.data()), whole.size(),
               key.key.data()) == 0;
}

Result<std::vector<std::size_t>> verify_note(const Note& note, std::span<const VerifierKey> known) {
    std::vector<std::size_t> out;
    for (const auto& signature : note.signatures) {
        const auto key = std::find_if(known.begin(), known.end(), [&](const VerifierKey& k) {
            return k.name == signature.name && k.id() == signature.key_id;
        });
        if (key == known.end()) continue;
        if (!verify_signature(*key, note.text, signature))
            return fail(Code::invalid_input,
                        "the signature of " + printable(signature.name) + " is not of this text");
        const auto place = static_cast<std::size_t>(key - known.begin());
        if (std::find(out.begin(), out.end(), place) == out.end()) out.push_back(place);
    }
    if (out.empty()) return fail(Code::invalid_input, "not signed by a key that is known");
    return out;
}

}  // namespace foxtail::ledger
