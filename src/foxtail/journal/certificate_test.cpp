#include "foxtail/journal/certificate.hpp"

#include "foxtail/journal/attestation.hpp"
#include "foxtail/journal/base64.hpp"

#include <array>

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

std::array<std::uint8_t, 32> certificate_seed(char c) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(c));
    return seed;
}

const SigningKey& household_key() {
    static const SigningKey key(origin_of(SigningKey("x", certificate_seed('a')).verifier().key),
                                certificate_seed('a'));
    return key;
}

/// A ledger of nine leaves, of which number 5 ended grant 12.
Certificate sample_certificate() {
    Certificate c;
    c.key = household_key().verifier();
    c.origin = c.key.name;
    c.grant = 12;
    c.subject = "participant:insurer";
    c.effective = 48;
    c.delivered_last = 47;
    c.time = {1763772063123456};
    c.salt = std::string(salt_bytes, 's');
    c.body = R"({"grant":12,"reason":"taken back by owner:anna"})";
    append_leaf(c.leaf, RecordLeaf{48, c.time, {3}, 0, "grant_ended", commit(c.salt, c.body)});
    class Leaves : public Nodes {
    public:
        explicit Leaves(std::vector<Hash> leaves) : leaves_(std::move(leaves)) {}
        Result<Hash> node(unsigned level, std::uint64_t index) override {
            const auto width = std::size_t{1} << level;
            return root_of(std::span(leaves_).subspan(index * width, width));
        }
        std::vector<Hash> leaves_;
    };
    std::vector<Hash> leaves;
    for (std::size_t i = 0; i < 9; ++i)
        leaves.push_back(i == 5 ? hash_leaf({c.leaf}) : hash_leaf({std::to_string(i)}));
    Leaves nodes(leaves);
    c.index = 5;
    c.size = 9;
    c.root = root_of(leaves);
    c.path = *inclusion_proof(5, 9, nodes);
    return c;
}

std::string signed_certificate(const Certificate& c, const SigningKey& by = household_key()) {
    Note note{format_certificate(c), {}};
    note.signatures.push_back(by.sign(note.text));
    return format_note(note);
}

TEST(Certificate, what_was_signed_is_read_and_holds) {
    const auto sample = sample_certificate();
    const auto text = signed_certificate(sample);
    const auto read = verify_certificate(text, nullptr);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, sample);
    const auto key = household_key().verifier();
    EXPECT_TRUE(verify_certificate(text, &key));
}

TEST(Certificate, a_key_that_is_not_the_one_known_is_refused) {
    const auto stranger = SigningKey(household_key().verifier().name, certificate_seed('b'));
    const auto known = stranger.verifier();
    EXPECT_FALSE(verify_certificate(signed_certificate(sample_certificate()), &known));
    EXPECT_FALSE(verify_certificate(signed_certificate(sample_certificate(), stranger), nullptr));
    auto elsewhere = sample_certificate();
    elsewhere.origin = "foxtail/0000000000000000";
    EXPECT_FALSE(verify_certificate(signed_certificate(elsewhere), nullptr));
}

TEST(Certificate, each_flipped_bit_is_noticed) {
    const auto text = signed_certificate(sample_certificate());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto flipped = text;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        EXPECT_FALSE(verify_certificate(flipped, nullptr)) << i;
    }
}

TEST(Certificate, who_has_the_key_cannot_certify_what_the_ledger_does_not_say) {
    const auto refused = [](auto change) {
        auto c = sample_certificate();
        change(c);
        return !verify_certificate(signed_certificate(c), nullptr);
    };
    EXPECT_TRUE(refused([](auto& c) { c.grant = 13; }));
    EXPECT_TRUE(refused([](auto& c) { c.effective = 49; }));
    EXPECT_TRUE(refused([](auto& c) { c.time.us += 1; }));
    EXPECT_TRUE(refused([](auto& c) { c.delivered_last = 48; }));
    EXPECT_TRUE(refused([](auto& c) { c.index = 4; }));
    EXPECT_TRUE(refused([](auto& c) { c.size = 8; }));
    EXPECT_TRUE(refused([](auto& c) { c.path.pop_back(); }));
    EXPECT_TRUE(refused([](auto& c) { c.salt[0] ^= 1; }));
    EXPECT_TRUE(refused([](auto& c) { c.body[10] = '3'; }));
    EXPECT_TRUE(refused([](auto& c) {
        c.leaf.clear();
        append_leaf(c.leaf, RecordLeaf{48, c.time, {3}, 0, "grant", commit(c.salt, c.body)});
    }));
}

TEST(Attestation, proofs_are_written_as_the_published_formats_have_them) {
    const auto hash = sha256({"x"});
    const InclusionAnswer inclusion{"leaf", 73894, {hash, hash}, "checkpoint\n"};
    const auto text = format_inclusion(inclusion);
    EXPECT_EQ(text, "c2sp.org/tlog-proof@v1\nextra bGVhZg==\nindex 73894\n" +
                        to_base64(bytes_of(hash)) + "\n" + to_base64(bytes_of(hash)) +
                        "\n\ncheckpoint\n");
    EXPECT_EQ(parse_inclusion(text), inclusion);
    const ConsistencyAnswer consistency{7, {hash}, "checkpoint\n"};
    EXPECT_EQ(format_consistency(consistency),
              "old 7\n" + to_base64(bytes_of(hash)) + "\n\ncheckpoint\n");
    EXPECT_EQ(parse_consistency(format_consistency(consistency)), consistency);
    for (const char* wrong :
         {"", "\n\n", "old\n\n", "old 07\n\n", "old 7\nx\n\n", "c2sp.org/tlog-proof@v1\n\n",
          "c2sp.org/tlog-proof@v1\nindex 1\n", "c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\n"}) {
        EXPECT_FALSE(parse_inclusion(wrong)) << wrong;
        EXPECT_FALSE(parse_consistency(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace foxtail::ledger
