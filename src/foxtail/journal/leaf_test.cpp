#include "foxtail/journal/leaf.hpp"

#include "foxtail/journal/canonical.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

const std::string record_text =
    R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":48209,"kind":"command","seq":48212,"time":1763772063123456,"v":1})";
const std::string segment_text =
    R"({"blocks":2,"first":101,"kind":"readings","last":4300,"readings":40,"root":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","time":1763772063123000,"v":1})";
const std::string key_text =
    R"({"kind":"key","note":"foxtail/ab\nkey\n— a \"b\" \\ \u0001\n","time":-5,"v":1})";
const std::string salt = "0123456789abcdef";

std::string again(const std::string& text) {
    const auto leaf = parse_leaf(text);
    if (!leaf) return leaf.error().message;
    std::string out;
    std::visit([&](const auto& l) { append_leaf(out, l); }, *leaf);
    return out;
}

TEST(Leaf, each_kind_is_read_and_written_the_same) {
    for (const auto& text : {record_text, segment_text, key_text}) EXPECT_EQ(again(text), text);
}

TEST(Leaf, a_record_says_who_when_why_and_of_what_kind_but_not_what) {
    const auto leaf = std::get<RecordLeaf>(*parse_leaf(record_text));
    EXPECT_EQ(leaf.seq, 48212U);
    EXPECT_EQ(leaf.cause, 48209U);
    EXPECT_EQ(leaf.actor.index, 7U);
    EXPECT_EQ(leaf.kind, "command");
    EXPECT_EQ(leaf.time.us, 1763772063123456);
    EXPECT_EQ(leaf.body, commit(salt, R"({"address":"hall-lamp/on","value":true})"));
}

TEST(Leaf, a_commitment_fits_one_salt_and_one_body) {
    EXPECT_EQ(commit(salt, "body"), sha256({salt + "body"}));
    EXPECT_NE(commit(salt, "body"), commit(salt, "bodx"));
    EXPECT_NE(commit(salt, "body"), commit("0123456789abcdeF", "body"));
}

TEST(Leaf, there_is_one_way_to_write_it) {
    for (const auto& text : {record_text, segment_text, key_text}) {
        for (std::size_t at = 0; at <= text.size(); ++at) {
            EXPECT_FALSE(parse_leaf(text.substr(0, at)).has_value() && at < text.size());
            EXPECT_FALSE(parse_leaf(std::string(text).insert(at, 1, ' ')).has_value() &&
                         again(std::string(text).insert(at, 1, ' ')) == text);
        }
    }
    for (
        const char* other :
        {R"({"actor":07,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":1,"time":1,"v":1})",
         R"({"actor":4294967296,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":1,"time":1,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRB=","cause":0,"kind":"command","seq":1,"time":1,"v":1})",
         R"({"actor":7,"body":"","cause":0,"kind":"command","seq":1,"time":1,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"Command","seq":1,"time":1,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"","seq":1,"time":1,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":1.0,"time":1,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":1,"time":-0,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":1,"time":9223372036854775808,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":18446744073709551616,"time":1,"v":1})",
         R"({"actor":7,"body":"s0zAJKVwpIq8ODRFNQ8c9WZZmds4vfvtsXJbYUz2kRA=","cause":0,"kind":"command","seq":1,"time":1,"v":2})",
         R"({"kind":"key","note":"\u000a","time":1,"v":1})",
         R"({"kind":"key","note":"\u001F","time":1,"v":1})",
         R"({"kind":"key","note":"\/","time":1,"v":1})",
         R"({"kind":"key","note":"\u0041","time":1,"v":1})",
         "{\"kind\":\"key\",\"note\":\"\n\",\"time\":1,\"v\":1}",
         "{\"kind\":\"key\",\"note\":\"\xFF\",\"time\":1,\"v\":1}"})
        EXPECT_FALSE(parse_leaf(other).has_value()) << other;
}

TEST(Leaf, the_edges_of_numbers_are_written_and_read) {
    for (const auto us : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                          std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
        std::string text;
        append_leaf(
            text,
            RecordLeaf{std::numeric_limits<Seq>::max(), {us}, {0xFFFF'FFFF}, 0, "started", {}});
        EXPECT_EQ(again(text), text);
    }
}

TEST(Block, tells_what_is_new_against_the_reading_before_as_text_that_people_can_read) {
    std::string text;
    BlockText out(text, {17});
    out.add(101, {1763772063123000}, {3}, 0, {{17}, Quality::good, {}, 21.0});
    out.add(103, {1763772063623000}, {3}, 0, {{17}, Quality::good, {}, 21.5});
    out.add(104, {1763772063523000}, {3}, 0,
            {{17}, Quality::good, {1763772063522000}, std::string("a],\"b")});
    out.add(105, {1763772064000000}, {3}, 99,
            {{17}, Quality::estimated, {1763772063999000}, Null{}});
    out.add(106, {1763772064000000}, {3}, 0, {{17}, Quality::good, {}, Json{R"({"a":[1,"]"]})"}});
    out.end();
    EXPECT_EQ(text, R"({"property":17,"readings":[[101,1763772063123,21.0,null,3,0,"good"],)"
                    R"([2,500,21.5],[1,-100,"a],\"b",-1000],[1,477,null,-1000,3,99,"estimated"],)"
                    R"([1,0,{"a":[1,"]"]},null,3,0,"good"]]})");
    const auto block = parse_block(text);
    ASSERT_TRUE(block.has_value());
    EXPECT_EQ(block->property.index, 17U);
    EXPECT_EQ(block->readings, (std::vector<Seq>{101, 103, 104, 105, 106}));
    for (std::size_t at = 0; at < text.size(); ++at)
        EXPECT_FALSE(parse_block(std::string_view(text).substr(0, at)).has_value()) << at;
    EXPECT_EQ(block_leaf(salt, text), hash_leaf({salt + text}));
}

TEST(CanonicalReader, a_refusal_is_final) {
    CanonicalReader in("1,2");
    EXPECT_EQ(in.number(), 1U);
    in.expect(";");
    EXPECT_FALSE(in.accept(","));
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.value(), "");
    EXPECT_FALSE(in.at_end());
}

}  // namespace
}  // namespace foxtail::ledger
