#pragma once

#include "foxtail/base/result.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Signed notes as C2SP signed-note has them: a text, an empty line, and lines "— name base64" with
// signatures of the text. Ed25519 only. Pure: seeds of keys are given.
namespace foxtail::ledger {

/// Bytes of a note that is looked at, at most; signatures in it, at most.
constexpr std::size_t note_bytes_max = 64 * 1024;
constexpr std::size_t note_signatures_max = 64;

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    std::string bytes;
    friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
    std::string text;  // ends with a line's end
    std::vector<NoteSignature> signatures;
};

/// Error: invalid_input. What was parsed gives the same bytes when it is formatted.
[[nodiscard]] Result<Note> parse_note(std::string_view bytes);
[[nodiscard]] std::string format_note(const Note& note);

/// What an Ed25519 key signs: the text (C2SP signed-note), or, as a witness, the text and when it
/// was seen (C2SP tlog-cosignature, cosignature/v1). Neither can be taken for the other.
enum class Signs : std::uint8_t { text = 1, sighting = 4 };

/// Whose signatures count.
struct VerifierKey {
    std::string name;  // not empty, without spaces and '+'
    std::array<std::uint8_t, 32> key{};
    Signs signs = Signs::text;

    /// The first four bytes of SHA-256(name || 0x0A || what it signs || key), the first one
    /// highest.
    [[nodiscard]] std::uint32_t id() const;
    friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};
/// "name+0123abcd+base64": the id in hex, then what it signs (0x01 or 0x04) and the key.
[[nodiscard]] std::string format_verifier_key(const VerifierKey& key);
/// Error: invalid_input.
[[nodiscard]] Result<VerifierKey> parse_verifier_key(std::string_view text);

/// Signs. Wipes its secret when it goes.
class SigningKey {
public:
    SigningKey(std::string name, const std::array<std::uint8_t, 32>& seed);
    ~SigningKey();
    SigningKey(const SigningKey&) = default;
    SigningKey& operator=(const SigningKey&) = default;

    [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
    [[nodiscard]] NoteSignature sign(std::string_view text) const;
    /// As a witness of the text, at `seconds` since 1970; verified by witness().
    [[nodiscard]] NoteSignature cosign(std::string_view text, std::uint64_t seconds) const;
    [[nodiscard]] VerifierKey witness() const;

private:
    VerifierKey verifier_;
    std::array<std::uint8_t, 64> secret_{};
};

/// True when `signature` is by this key, of this text.
[[nodiscard]] bool verify_signature(const VerifierKey& key, std::string_view text,
                                    const NoteSignature& signature);

/// The places in `known` of the keys that signed. Signatures of others are passed over. Error:
/// invalid_input when one of a known key is not of this text, or no known key signed.
[[nodiscard]] Result<std::vector<std::size_t>> verify_note(const Note& note,
                                                           std::span<const VerifierKey> known);

/// True for a name that can stand in a note: not empty, no space of any alphabet, no '+', no
/// control character, UTF-8.
[[nodiscard]] bool valid_key_name(std::string_view name);

}  // namespace foxtail::ledger
