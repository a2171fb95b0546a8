#include "foxtail/journal/note.hpp"

#include "foxtail/journal/base64.hpp"

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

// The example of the format's first implementation (Go, sumdb/note): a key and a note of its.
const std::string known_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string known_seed = "YEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string known_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string known_signature =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K"
    "E6RyyBwJnAM=\n";

std::array<std::uint8_t, 32> seed_of(char c) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(c));
    return seed;
}

SigningKey peter() {
    // As the implementation writes a secret key: a byte for the algorithm, then the seed.
    const auto bytes = from_base64("A" + known_seed);
    std::array<std::uint8_t, 32> seed{};
    std::copy(bytes->begin() + 1, bytes->end(), seed.begin());
    return {"PeterNeumann", seed};
}

Note signed_by(const std::string& text, std::initializer_list<const SigningKey*> keys) {
    Note note{text, {}};
    for (const auto* key : keys) note.signatures.push_back(key->sign(text));
    return note;
}

TEST(Note, the_known_key_signs_the_known_text_with_the_known_bytes) {
    const auto key = peter();
    EXPECT_EQ(format_verifier_key(key.verifier()), known_key);
    EXPECT_EQ(key.verifier().id(), 0xC74F20A3U);
    EXPECT_EQ(format_note(signed_by(known_text, {&key})), known_text + "\n" + known_signature);
}

TEST(Note, the_known_note_is_signed_by_the_known_key) {
    const auto note = parse_note(known_text + "\n" + known_signature);
    const auto key = parse_verifier_key(known_key);
    ASSERT_TRUE(note && key);
    EXPECT_EQ(note->text, known_text);
    EXPECT_EQ(*verify_note(*note, std::span(&*key, 1)), std::vector<std::size_t>{0});
}

TEST(Note, a_key_that_is_cut_or_changed_anywhere_is_none) {
    for (std::size_t from = 0; from <= known_key.size(); ++from) {
        for (std::size_t to = from; to <= known_key.size(); ++to) {
            if (from == 0 && to == known_key.size()) continue;
            EXPECT_FALSE(parse_verifier_key(known_key.substr(from, to - from)).has_value());
        }
    }
    for (std::size_t at = 0; at < known_key.size(); ++at) {
        auto other = known_key;
        ++other[at];
        EXPECT_FALSE(parse_verifier_key(other).has_value()) << other;
    }
    // Another length and another algorithm, with ids that fit.
    EXPECT_FALSE(parse_verifier_key(
                     "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")
                     .has_value());
    EXPECT_FALSE(
        parse_verifier_key("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
            .has_value());
}

TEST(Note, several_keys_sign_and_unknown_ones_are_passed_over) {
    const SigningKey hub("foxtail/hub", seed_of('h'));
    const SigningKey witness("phone.anna", seed_of('w'));
    const SigningKey stranger("stranger", seed_of('s'));
    const std::string text = "foxtail/hub\n7\nroot\n";
    const auto note = parse_note(format_note(signed_by(text, {&hub, &stranger, &witness})));
    ASSERT_TRUE(note.has_value());
    const std::vector<VerifierKey> known = {witness.verifier(), hub.verifier()};
    EXPECT_EQ(*verify_note(*note, known), (std::vector<std::size_t>{1, 0}));
    EXPECT_FALSE(verify_note(*note, {}).has_value());
}

TEST(Note, one_known_key_that_did_not_sign_this_text_spoils_the_note) {
    const SigningKey hub("hub", seed_of('h'));
    const SigningKey witness("witness", seed_of('w'));
    auto note = signed_by("a text\n", {&hub});
    note.signatures.push_back(witness.sign("another text\n"));
    const std::vector<VerifierKey> both = {hub.verifier(), witness.verifier()};
    EXPECT_FALSE(verify_note(note, both).has_value());
    EXPECT_TRUE(verify_note(note, std::span(both).first(1)).has_value());
}

TEST(Note, the_same_name_with_another_key_is_another_key) {
    const SigningKey hub("hub", seed_of('h'));
    const SigningKey thief("hub", seed_of('t'));
    const auto note = signed_by("a text\n", {&thief});
    const std::vector<VerifierKey> known = {hub.verifier()};
    EXPECT_FALSE(verify_note(note, known).has_value());
}

TEST(Note, no_flipped_bit_of_a_signed_note_goes_unnoticed) {
    const auto key = peter();
    const auto whole = format_note(signed_by(known_text, {&key}));
    const std::vector<VerifierKey> known = {key.verifier()};
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            auto flipped = whole;
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
            const auto note = parse_note(flipped);
            EXPECT_FALSE(note && verify_note(*note, known)) << "byte " << at << " bit " << bit;
        }
    }
}

TEST(Note, what_is_no_note_is_refused) {
    const auto whole = known_text + "\n" + known_signature;
    const std::vector<std::string> others = {
        "",
        "\n",
        "\n\n",
        known_text,
        known_text + "\n",
        known_text + known_signature,
        known_text + "\n" + known_signature.substr(0, known_signature.size() - 1),
        known_text + "\n" + known_signature + "more\n",
        known_text + "\n- PeterNeumann x08go/ZJkuA=\n",
        known_text + "\n— Peter Neumann x08go/ZJkuA=\n",
        known_text + "\n— Peter+Neumann x08go/ZJkuA=\n",
        known_text + "\n— Peter\xC2\xA0Neumann x08go/ZJkuA=\n",
        known_text + "\n— x08go/ZJkuA=\n",
        known_text + "\n— PeterNeumann x08gow==\n",
        known_text + "\n— PeterNeumann x08go/ZJkuB=\n",
        known_text + "\n— PeterNeumann x08go/ZJkuA\n",
        "a\ttab\n\n" + known_signature,
        "a return\r\n\n" + known_signature,
        "no UTF-8 \xFF\n\n" + known_signature};
    EXPECT_TRUE(parse_note(whole).has_value());
    for (const auto& other : others) EXPECT_FALSE(parse_note(other).has_value()) << other;
    std::string many = known_text + "\n";
    for (std::size_t i = 0; i < note_signatures_max; ++i) many += known_signature;
    EXPECT_TRUE(parse_note(many).has_value());
    EXPECT_FALSE(parse_note(many + known_signature).has_value());
    EXPECT_FALSE(parse_note(std::string(note_bytes_max, 'a') + whole).has_value());
}

TEST(Note, a_text_may_have_empty_lines) {
    const auto key = peter();
    const auto note = parse_note(format_note(signed_by("one\n\ntwo\n", {&key})));
    ASSERT_TRUE(note.has_value());
    EXPECT_EQ(note->text, "one\n\ntwo\n");
}

TEST(Base64, has_one_text_for_the_same_bytes) {
    EXPECT_EQ(to_base64(""), "");
    EXPECT_EQ(to_base64("f"), "Zg==");
    EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(*from_base64("Zm8="), "fo");
    EXPECT_EQ(*from_base64(""), "");
    EXPECT_EQ(*from_base64(to_base64("\xFF\xFE\xFD\x01")), "\xFF\xFE\xFD\x01");
    for (const char* other : {"Zm9", "Zm8", "Zm9=", "Zh==", "Z===", "Zm 8=", "Zm8=\n",
                              "Zm8=Zm8=", "_-8=", "====", "=", "Z=g=", "Zm9v====", "Zm\xCC\xB4"})
        EXPECT_FALSE(from_base64(other).has_value()) << other;
}

}  // namespace
}  // namespace foxtail::ledger
