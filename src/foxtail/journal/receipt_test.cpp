#include "foxtail/journal/receipt.hpp"

#include "foxtail/journal/checkpoint.hpp"

#include <array>

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

SigningKey key_from(char c) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(c));
    return {origin_of(SigningKey("x", seed).verifier().key), seed};
}

Receipt sample_receipt() {
    Receipt r;
    r.key = key_from('a').verifier();
    r.origin = r.key.name;
    r.grant = 12;
    r.state = "in force";
    r.time = {1763772063123456};
    r.text = receipt_head(12, "in force") + R"("record_id":"Home/grants/12"})";
    return r;
}

std::string signed_receipt(const Receipt& r, const SigningKey& by = key_from('a')) {
    Note note{format_receipt(r), {}};
    note.signatures.push_back(by.sign(note.text));
    return format_note(note);
}

TEST(Receipt, what_was_signed_is_read_and_holds) {
    const auto sample = sample_receipt();
    const auto read = verify_receipt(signed_receipt(sample), nullptr);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, sample);
    EXPECT_TRUE(verify_receipt(signed_receipt(sample), &sample.key));
}

TEST(Receipt, another_key_or_another_ledgers_is_refused) {
    const auto stranger = key_from('b').verifier();
    EXPECT_FALSE(verify_receipt(signed_receipt(sample_receipt()), &stranger));
    EXPECT_FALSE(verify_receipt(signed_receipt(sample_receipt(), key_from('b')), nullptr));
    auto elsewhere = sample_receipt();
    elsewhere.origin = "foxtail/0000000000000000";
    EXPECT_FALSE(verify_receipt(signed_receipt(elsewhere), nullptr));
}

TEST(Receipt, each_flipped_bit_is_noticed) {
    const auto text = signed_receipt(sample_receipt());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto flipped = text;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        EXPECT_FALSE(verify_receipt(flipped, nullptr)) << i;
    }
}

TEST(Receipt, its_lines_and_its_text_say_the_same_or_it_is_none) {
    const auto refused = [](auto change) {
        auto r = sample_receipt();
        change(r);
        return !verify_receipt(signed_receipt(r), nullptr);
    };
    EXPECT_TRUE(refused([](auto& r) { r.grant = 13; }));
    EXPECT_TRUE(refused([](auto& r) { r.state = "taken back"; }));
    EXPECT_TRUE(refused([](auto& r) { r.text = "{}"; }));
    EXPECT_TRUE(refused([](auto& r) { r.text.pop_back(); }));
    EXPECT_TRUE(refused([](auto& r) { r.text += "\ngrant 13"; }));
    EXPECT_FALSE(refused([](auto&) {}));
}

}  // namespace
}  // namespace foxtail::ledger
