#include "foxtail/journal/checkpoint.hpp"

#include "foxtail/journal/base64.hpp"

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

// The example in C2SP tlog-checkpoint.
const std::string example =
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

VerifierKey key_of(char c) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(c));
    return SigningKey("foxtail/0011223344556677", seed).verifier();
}

TEST(Checkpoint, the_known_one_is_understood_and_written_the_same) {
    const auto note = parse_note(
        example +
        "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n");
    ASSERT_TRUE(note.has_value());
    EXPECT_EQ(note->signatures[0].key_id, 0x033DE0AEU);
    const auto checkpoint = parse_checkpoint(note->text);
    ASSERT_TRUE(checkpoint.has_value());
    EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
    EXPECT_EQ(checkpoint->size, 20852163U);
    EXPECT_EQ(to_base64(bytes_of(checkpoint->root)),
              "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    EXPECT_EQ(format_checkpoint(*checkpoint), example);
}

TEST(Checkpoint, lines_it_does_not_understand_are_kept) {
    const auto checkpoint = parse_checkpoint(example + "one more\nand another\n");
    ASSERT_TRUE(checkpoint.has_value());
    EXPECT_EQ(checkpoint->extensions, (std::vector<std::string>{"one more", "and another"}));
    EXPECT_EQ(format_checkpoint(*checkpoint), example + "one more\nand another\n");
}

TEST(Checkpoint, what_is_none_is_refused) {
    const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    for (const std::string& other : std::vector<std::string>{
             "", "origin\n", "origin\n1\n", "\n1\n" + root, "origin\n\n" + root,
             "origin\n01\n" + root, "origin\n-1\n" + root, "origin\n+1\n" + root,
             "origin\n1 \n" + root, "origin\n18446744073709551616\n" + root, "origin\nkey\n" + root,
             "origin\n1\n" + root.substr(0, root.size() - 1), "origin\n1\nAAAA\n",
             "origin\n1\n" + root + "\n", "origin\n1\n" + root + "line", "\xFF\n1\n" + root,
             "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"})
        EXPECT_FALSE(parse_checkpoint(other).has_value()) << other;
    EXPECT_TRUE(parse_checkpoint("origin\n0\n" + root).has_value());
    EXPECT_TRUE(parse_checkpoint("origin\n18446744073709551615\n" + root).has_value());
}

TEST(KeyChange, is_read_as_it_was_written_and_never_as_a_checkpoint) {
    KeyChange change{origin_of(key_of('a').key), 0, 12, key_of('a'), {}};
    EXPECT_EQ(*parse_key_change(format_key_change(change)), change);
    change.before = {key_of('b')};
    const auto text = format_key_change(change);
    EXPECT_EQ(*parse_key_change(text), change);
    EXPECT_FALSE(parse_checkpoint(text).has_value());
    EXPECT_FALSE(parse_key_change(example).has_value());
    EXPECT_FALSE(parse_key_change(text + format_verifier_key(key_of('c')) + "\n").has_value());
    EXPECT_FALSE(parse_key_change(text.substr(0, text.size() - 1)).has_value());
}

TEST(KeyChange, the_origin_follows_from_the_first_key) {
    EXPECT_EQ(origin_of(key_of('a').key).substr(0, 8), "foxtail/");
    EXPECT_EQ(origin_of(key_of('a').key).size(), 24U);
    EXPECT_NE(origin_of(key_of('a').key), origin_of(key_of('b').key));
}

}  // namespace
}  // namespace foxtail::ledger
