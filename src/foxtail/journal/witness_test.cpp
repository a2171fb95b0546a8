#include "foxtail/journal/witness.hpp"

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

SigningKey witness_test_key(const std::string& name, char c) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(c));
    return {name, seed};
}

/// A ledger that can be made to tell another past.
struct Told : Nodes {
    std::string origin = origin_of(witness_test_key("x", 'a').verifier().key);
    SigningKey key = witness_test_key(origin, 'a');
    std::vector<Hash> leaves;
    std::string keys;

    Told() { add_key(key, nullptr); }
    void add_key(const SigningKey& next, const SigningKey* before) {
        KeyChange change{origin, leaves.size(), 0, next.verifier(), {}};
        if (before != nullptr) change.before.push_back(before->verifier());
        Note note{format_key_change(change), {}};
        note.signatures.push_back(next.sign(note.text));
        if (before != nullptr) note.signatures.push_back(before->sign(note.text));
        std::string line;
        append_leaf(line, KeyLeaf{{1}, format_note(note)});
        leaves.push_back(hash_leaf({line}));
        keys += line + "\n";
    }
    void grow(int n, char what) {
        for (int i = 0; i < n; ++i) leaves.push_back(hash_leaf({std::string(1, what)}));
    }
    Result<Hash> node(unsigned level, std::uint64_t index) override {
        const auto width = std::size_t{1} << level;
        return root_of(std::span(leaves).subspan(index * width, width));
    }
    std::string checkpoint() {
        Note note{format_checkpoint({origin, leaves.size(), root_of(leaves), {}}), {}};
        note.signatures.push_back(key.sign(note.text));
        return format_note(note);
    }
    Result<Seen> seen_by(const Seen* before) {
        const auto chain = parse_keys(keys);
        if (!chain) return fail(chain.error());
        return look(checkpoint(), *chain, before,
                    [this](std::uint64_t from, std::uint64_t to) -> Result<std::string> {
                        auto proof = consistency_proof(from, to, *this);
                        if (!proof) return fail(proof.error());
                        return format_consistency({from, *proof, {}});
                    });
    }
};

TEST(Witness, growth_is_taken_with_its_proof) {
    Told ledger;
    ledger.grow(5, 'a');
    auto seen = ledger.seen_by(nullptr);
    for (int i = 1; i < 40; ++i) {
        ASSERT_TRUE(seen) << seen.error().message;
        const Seen before = *seen;
        EXPECT_TRUE(ledger.seen_by(&before));
        ledger.grow(i % 7, 'b');
        seen = ledger.seen_by(&before);
    }
}

TEST(Witness, a_rollback_and_a_fork_are_told_with_both_sizes_and_roots) {
    Told ledger;
    ledger.grow(5, 'a');
    Told old = ledger;
    ledger.grow(4, 'b');
    const auto seen = ledger.seen_by(nullptr);
    ASSERT_TRUE(seen);
    const auto back = old.seen_by(&*seen);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, Code::conflict);
    EXPECT_NE(back.error().message.find("ROLLBACK"), std::string::npos);
    EXPECT_NE(back.error().message.find("10 leaves"), std::string::npos);
    EXPECT_NE(back.error().message.find("6 leaves"), std::string::npos);
    for (const int more : {4, 5, 30}) {
        Told fork = old;
        fork.grow(more, 'c');
        const auto other = fork.seen_by(&*seen);
        ASSERT_FALSE(other) << more;
        EXPECT_EQ(other.error().code, Code::conflict);
        EXPECT_NE(other.error().message.find("FORK"), std::string::npos);
    }
}

TEST(Witness, a_new_key_is_followed_when_the_one_before_signed_for_it) {
    Told ledger;
    ledger.grow(3, 'a');
    const auto seen = ledger.seen_by(nullptr);
    Told lost = ledger;
    const auto next = witness_test_key(ledger.origin, 'b');
    ledger.add_key(next, &ledger.key);
    ledger.key = next;
    ledger.grow(3, 'b');
    ASSERT_TRUE(seen);
    const auto after = ledger.seen_by(&*seen);
    EXPECT_TRUE(after) << after.error().message;
    ledger.key = lost.key;  // the key that was replaced signs no more
    EXPECT_FALSE(ledger.seen_by(&*seen));
    lost.add_key(next, nullptr);
    lost.key = next;
    EXPECT_FALSE(lost.seen_by(&*seen));
}

TEST(Witness, what_it_signs_is_no_ledgers_signature_and_holds_its_time) {
    const auto key = witness_test_key("witness/one", 'w');
    const std::string text = "foxtail/x\n3\nAAAA\n";
    const auto signature = key.cosign(text, 1763772063);
    EXPECT_EQ(signature.bytes.size(), 72U);
    EXPECT_TRUE(verify_signature(key.witness(), text, signature));
    EXPECT_FALSE(verify_signature(key.verifier(), text, signature));
    EXPECT_FALSE(verify_signature(key.witness(), text, key.sign(text)));
    auto later = signature;
    later.bytes[7] = static_cast<char>(later.bytes[7] + 1);
    EXPECT_FALSE(verify_signature(key.witness(), text, later));
    EXPECT_EQ(parse_verifier_key(format_verifier_key(key.witness())), key.witness());
    EXPECT_NE(key.witness().id(), key.verifier().id());
}

}  // namespace
}  // namespace foxtail::ledger
