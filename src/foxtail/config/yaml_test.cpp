#include "foxtail/config/yaml.hpp"

#include <array>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

std::string mistakes_in(Yaml& yaml) {
    std::string out;
    for (const auto& m : yaml.take_mistakes()) {
        out += m.source.file + ":" + std::to_string(m.source.line) + ":" +
               std::to_string(m.source.column) + " " + m.message + "\n";
    }
    return out;
}

std::string mistakes_in(std::string_view text) {
    Yaml yaml("f", text);
    return mistakes_in(yaml);
}

std::string value_of(std::string_view text) {
    Yaml yaml("f", "v: " + std::string(text));
    const auto value = yaml.value(Yaml::at(yaml.root(), "v"), "it");
    return value ? std::to_string(value->index()) + " " + to_json(*value) : mistakes_in(yaml);
}

TEST(Yaml, values_are_what_they_look_like) {
    EXPECT_EQ(value_of("true"), "1 true");
    EXPECT_EQ(value_of("'true'"), "4 \"true\"");
    EXPECT_EQ(value_of("on"), "4 \"on\"") << "device words stay words";
    EXPECT_EQ(value_of("21"), "2 21");
    EXPECT_EQ(value_of("-0x10"), "4 \"-0x10\"");
    EXPECT_EQ(value_of("0x10"), "2 16");
    EXPECT_EQ(value_of("0o17"), "2 15");
    EXPECT_EQ(value_of("+3"), "2 3");
    EXPECT_EQ(value_of("21.50"), "3 21.5");
    EXPECT_EQ(value_of("1e3"), "3 1000.0");
    EXPECT_EQ(value_of("99999999999999999999"), "3 1e+20");
    EXPECT_EQ(value_of("07:00"), "4 \"07:00\"");
    EXPECT_EQ(value_of("infinity"), "4 \"infinity\"");
    EXPECT_EQ(value_of("nan"), "4 \"nan\"");
    EXPECT_EQ(value_of("~"), "0 null");
    EXPECT_EQ(value_of(""), "0 null");
    EXPECT_EQ(value_of("!!str 5"), "4 \"5\"");
    EXPECT_EQ(value_of("[1, {a: \"x\\ty\", b: [true, null]}]"),
              "5 [1,{\"a\":\"x\\ty\",\"b\":[true,null]}]");
    EXPECT_EQ(value_of(".inf"), "f:1:4 it must be a finite number, not '.inf'\n");
    EXPECT_EQ(value_of("{[1]: 2}"), "f:1:5 a key in it must be a text, not a list\n");
}

TEST(Yaml, what_is_no_yaml_says_where) {
    EXPECT_EQ(mistakes_in("a: [1,\nb: 2"), "f:2:1 not YAML: end of sequence flow not found\n");
    EXPECT_EQ(
        mistakes_in("a: 1\n---\nb: 2\n"),
        "f:2:1 the file ends before this: only one document is read, and brackets come in pairs\n");
    EXPECT_EQ(mistakes_in("a: 1\n"), "");
    EXPECT_EQ(
        mistakes_in(" ,r when]}]"),
        "f:1:2 the file ends before this: only one document is read, and brackets come in pairs\n");
    EXPECT_EQ(mistakes_in("a: []\n]\n"), "f:2:1 not YAML: illegal flow end\n");
    EXPECT_EQ(mistakes_in("---\na: 1\n...\n"), "");
    EXPECT_EQ(mistakes_in("a: 1\nb: \xff\n"), "f:2:1 this line is not UTF-8\n");
    EXPECT_EQ(mistakes_in(std::string("a: 1\nb: \x04 c\n")),
              "f:2:4 a control character; write it as an escape in a quoted text\n");
    EXPECT_EQ(mistakes_in(std::string(yaml_file_bytes_max + 1, '#')),
              "f:0:0 a file of 1048577 bytes, limit 1048576\n");
    EXPECT_EQ(mistakes_in(""), "");
    EXPECT_NE(mistakes_in(std::string(5000, '[')), "");
    EXPECT_NE(mistakes_in(std::string(1000, '{')), "");
}

TEST(Yaml, references_can_not_make_a_small_file_large) {
    std::string text = "a0: &a0 [" + std::string(1000, '0') + "]\n";
    for (int i = 1; i < 12; ++i) {
        const auto before = std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 9; ++j) text += "*a" + before + ", ";
        text += "*a" + before + "]\n";
    }
    Yaml yaml("f", text);
    EXPECT_FALSE(yaml.value(Yaml::at(yaml.root(), "a11"), "it"));
    EXPECT_EQ(mistakes_in(yaml),
              "f:1:10 references (*name) make the file mean more than 16777216 bytes\n");
    Yaml loop("f", "a: &a [*a]\n");
    EXPECT_FALSE(loop.value(Yaml::at(loop.root(), "a"), "it"));
    EXPECT_EQ(mistakes_in(loop), "f:1:4 it is nested more than 16 deep\n");
}

TEST(Yaml, keys_are_checked_with_a_guess) {
    constexpr std::array<std::string_view, 2> known = {"title", "enabled"};
    Yaml yaml("f", "titel: x\nenabled: true\nenabled: false\ncolour: red\n[1]: x\n");
    yaml.check_keys(yaml.root(), known, "a thing");
    EXPECT_EQ(mistakes_in(yaml),
              "f:1:1 a thing has no 'titel' (did you mean 'title'?)\n"
              "f:3:1 'enabled' stands twice in a thing\n"
              "f:4:1 a thing has no 'colour'; it can have 'title' and 'enabled'\n"
              "f:5:1 a key in a thing must be a text, not a list\n");
}

TEST(Yaml, wrong_types_say_what_is_there) {
    Yaml yaml("f", "a: {}\nb: []\nc: word\nd: 3 days\ne:\n");
    const auto at = [&](const char* key) { return Yaml::at(yaml.root(), key); };
    EXPECT_FALSE(yaml.text(at("a"), "'a'"));
    EXPECT_FALSE(yaml.flag(at("b"), "'b'"));
    EXPECT_FALSE(yaml.number(at("c"), "'c'"));
    EXPECT_FALSE(yaml.duration(at("d"), "'d'"));
    EXPECT_FALSE(yaml.is_map(at("c"), "'c'"));
    EXPECT_FALSE(yaml.is_list(at("e"), "'e'"));
    EXPECT_FALSE(yaml.text(at("nothing"), "'nothing'"));
    EXPECT_EQ(mistakes_in(yaml),
              "f:0:0 'nothing' must be a text, not nothing\n"
              "f:1:4 'a' must be a text, not a map\n"
              "f:2:4 'b' must be true or false, not a list\n"
              "f:3:4 'c' must be a number, not 'word'\n"
              "f:3:4 'c' must be a map (key: value), not a text\n"
              "f:4:4 'd': '3 days' is not a duration (expected e.g. 250ms, 90s, 5m, 1h30m, 2d)\n"
              "f:5:3 'e' must be a list (- ...), not nothing\n");
}

TEST(Yaml, mistakes_are_counted_when_there_are_too_many_to_tell) {
    std::string text;
    for (int i = 0; i < 250; ++i) text += "k" + std::to_string(i) + ": 1\n";
    Yaml yaml("f", text);
    yaml.check_keys(yaml.root(), {}, "it");
    const auto mistakes = yaml.take_mistakes();
    ASSERT_EQ(mistakes.size(), yaml_mistakes_max + 1);
    EXPECT_EQ(mistakes.back().message, "and 50 more mistakes");
}

}  // namespace
}  // namespace foxtail
