#include "foxtail/model/value.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

Value parsed(std::string_view text) {
    auto value = parse_json_value(text);
    EXPECT_TRUE(value.has_value()) << text << ": " << value.error().message;
    return value.value_or(Value{Json{"(refused)"}});
}

std::string refusal(std::string_view text) {
    const auto value = parse_json_value(text);
    if (value.has_value()) return "(taken as " + to_json(*value) + ")";
    EXPECT_EQ(value.error().code, Code::invalid_input);
    return value.error().message;
}

TEST(Value, reads_each_kind_of_scalar_as_its_own_type) {
    EXPECT_EQ(parsed("null"), Value{Null{}});
    EXPECT_EQ(parsed(" true\n"), Value{true});
    EXPECT_EQ(parsed("false"), Value{false});
    EXPECT_EQ(parsed("-3"), Value{std::int64_t{-3}});
    EXPECT_EQ(parsed("21.0"), Value{21.0});
    EXPECT_EQ(parsed("2.5e3"), Value{2500.0});
    EXPECT_EQ(parsed("1E+2"), Value{100.0});
    EXPECT_EQ(parsed("\"on\""), Value{std::string("on")});
    EXPECT_EQ(parsed("\"\""), Value{std::string()});
}

TEST(Value, keeps_whole_numbers_exact_up_to_64_bits_and_as_doubles_beyond) {
    EXPECT_EQ(parsed("9223372036854775807"), Value{std::numeric_limits<std::int64_t>::max()});
    EXPECT_EQ(parsed("-9223372036854775808"), Value{std::numeric_limits<std::int64_t>::min()});
    EXPECT_EQ(parsed("9223372036854775808"), Value{9223372036854775808.0});
    EXPECT_EQ(parsed("-9223372036854775809"), Value{-9223372036854775808.0});
}

TEST(Value, refuses_numbers_that_would_be_infinite_and_takes_vanishing_ones_as_zero) {
    const std::string zeros(400, '0');
    for (const auto& text : {std::string("1e400"), std::string("-1e400"), "1" + zeros,
                             std::string("[1e999]"), std::string("1e99999999999999999999")}) {
        EXPECT_NE(refusal(text).find("too large"), std::string::npos) << text << refusal(text);
    }
    EXPECT_EQ(parsed("1e-400"), Value{0.0});
    EXPECT_EQ(parsed("0." + zeros + "1"), Value{0.0});
    EXPECT_EQ(parsed("0e999"), Value{0.0});
    EXPECT_EQ(parsed("0e99999999999999999999"), Value{0.0});
    EXPECT_EQ(parsed("1e-99999999999999999999"), Value{0.0});
    EXPECT_EQ(parsed("1" + zeros + "e-400"), Value{1.0});
    EXPECT_EQ(parsed("0." + zeros + "1e401"), Value{1.0});
    EXPECT_EQ(parsed("5e-324"), Value{std::numeric_limits<double>::denorm_min()});
}

TEST(Value, decodes_escapes_with_surrogate_pairs) {
    EXPECT_EQ(parsed(R"("\"\\\/\b\f\n\r\t")"), Value{std::string("\"\\/\b\f\n\r\t")});
    EXPECT_EQ(parsed(R"("\u0041\u00e9\u20AC\ud83c\udf3e")"), Value{std::string("Aé€🌾")});
    EXPECT_EQ(parsed(R"("a\u0000b")"), Value{std::string("a\0b", 3)});
    EXPECT_EQ(parsed("\"Küche\""), Value{std::string("Küche")});
}

TEST(Value, refuses_strings_that_are_no_text) {
    EXPECT_NE(refusal(R"("\ud83c")").find("surrogate"), std::string::npos);
    EXPECT_NE(refusal(R"("\ud83cx")").find("surrogate"), std::string::npos);
    EXPECT_NE(refusal(R"("\ud83c\u0041")").find("surrogate"), std::string::npos);
    EXPECT_NE(refusal(R"("\udf3e")").find("surrogate"), std::string::npos);
    EXPECT_NE(refusal(R"(["\udf3e"])").find("surrogate"), std::string::npos);
    EXPECT_NE(refusal(R"("\u12g4")").find("hexadecimal"), std::string::npos);
    EXPECT_NE(refusal("\"\xC3\"").find("UTF-8"), std::string::npos);
    EXPECT_NE(refusal("\"\xED\xA0\x80\"").find("UTF-8"), std::string::npos);
    EXPECT_NE(refusal("\"a\nb\"").find("control"), std::string::npos);
    EXPECT_NE(refusal("\"abc").find("does not end"), std::string::npos);
    EXPECT_NE(refusal(R"("abc\")").find("does not end"), std::string::npos);
    EXPECT_NE(refusal(R"("\x41")").find("escape"), std::string::npos);
}

TEST(Value, refuses_what_is_nearly_json) {
    for (const std::string_view text : {"",
                                        " ",
                                        "NaN",
                                        "Infinity",
                                        "-Infinity",
                                        "nan",
                                        "-",
                                        "+1",
                                        "01",
                                        "-01",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "0x10",
                                        "tru",
                                        "truex",
                                        "nul",
                                        "'on'",
                                        "on",
                                        "1 2",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{1:2}",
                                        "[1}",
                                        "{\"a\":1]",
                                        "[]]",
                                        "{}{}",
                                        "[1],",
                                        "[NaN]",
                                        "[01]",
                                        "{\"a\" 1}",
                                        "\xEF\xBB\xBF"
                                        "1",
                                        "[\"a]",
                                        "/**/1",
                                        "{\"a\":1 \"b\":2}"}) {
        EXPECT_FALSE(parse_json_value(text).has_value()) << text << " was taken";
    }
    EXPECT_FALSE(parse_json_value(std::string_view("1\0", 2)).has_value());
    EXPECT_FALSE(parse_json_value(std::string_view("\0", 1)).has_value());
}

TEST(Value, says_where_the_text_goes_wrong) {
    EXPECT_EQ(refusal("{\"a\":1,}"), "not JSON at byte 7: expected a name in quotes");
    EXPECT_EQ(refusal("[1 2]"), "not JSON at byte 3: expected , or ]");
}

TEST(Value, keeps_arrays_and_objects_as_text_without_white_space_between_the_parts) {
    EXPECT_EQ(parsed(" { \"x\" : 0.310 ,\n\t\"s\" : \"a b\\n\" , \"l\":[ ] , \"o\" : { } } "),
              Value{Json{R"({"x":0.310,"s":"a b\n","l":[],"o":{}})"}});
    EXPECT_EQ(parsed("[ [ 1 , 2 ] , [ ] , null , true , \"x\" ]"),
              Value{Json{"[[1,2],[],null,true,\"x\"]"}});
    EXPECT_EQ(parsed(R"([ " \" [ , " ])"), Value{Json{R"([" \" [ , "])"}});
}

TEST(Value, takes_a_depth_of_64_and_refuses_65_and_a_hundred_thousand) {
    const auto nested = [](std::size_t depth, const char* open, const char* close) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) text += open;
        text += "1";
        for (std::size_t i = 0; i < depth; ++i) text += close;
        return text;
    };
    EXPECT_EQ(parsed(nested(64, "[", "]")), Value{Json{nested(64, "[", "]")}});
    EXPECT_EQ(parsed(nested(64, "{\"a\":", "}")), Value{Json{nested(64, "{\"a\":", "}")}});
    EXPECT_NE(refusal(nested(65, "[", "]")).find("deeper"), std::string::npos);
    EXPECT_NE(refusal(nested(65, "{\"a\":", "}")).find("deeper"), std::string::npos);
    EXPECT_NE(refusal(std::string(100'000, '[')).find("deeper"), std::string::npos);
}

TEST(Value, writes_doubles_so_that_they_stay_doubles) {
    EXPECT_EQ(to_json(Value{21.0}), "21.0");
    EXPECT_EQ(to_json(Value{-0.0}), "-0.0");
    EXPECT_EQ(to_json(Value{0.1}), "0.1");
    EXPECT_EQ(to_json(Value{1e300}), "1e+300");
    EXPECT_EQ(to_json(Value{std::int64_t{21}}), "21");
    EXPECT_EQ(to_json(Value{Null{}}), "null");
    EXPECT_EQ(to_json(Value{Json{"[1]"}}), "[1]");
}

TEST(Value, writes_strings_with_the_escapes_json_asks_for) {
    EXPECT_EQ(to_json(Value{std::string("a\"b\\c\n\x01\x1F/é\0z", 13)}),
              "\"a\\\"b\\\\c\\n\\u0001\\u001f/é\\u0000z\"");
}

TEST(Value, appends_behind_what_is_there) {
    std::string out = "x=";
    append_json(out, Value{true});
    append_json_string(out, "y");
    EXPECT_EQ(out, "x=true\"y\"");
}

TEST(Value, every_value_reads_back_as_it_was_written) {
    std::mt19937_64 random(20261122);  // NOLINT: the same cases each time
    for (int i = 0; i < 60'000; ++i) {
        const auto bits = random();
        Value value{static_cast<std::int64_t>(bits)};
        if (i % 3 == 1) {
            const auto real = std::bit_cast<double>(bits);
            if (!std::isfinite(real)) continue;
            value = real;
        } else if (i % 3 == 2) {
            std::string text;
            for (int shift = 0; shift < 64; shift += 8)
                text += static_cast<char>((bits >> shift) & 0x7F);
            value = text;
        }
        const auto text = to_json(value);
        const auto back = parse_json_value(text);
        ASSERT_TRUE(back.has_value()) << text << ": " << back.error().message;
        ASSERT_EQ(*back, value) << text;
    }
}

TEST(Value, cut_or_changed_documents_never_crash_and_what_is_taken_reads_back) {
    const std::string whole =
        R"({"a":[1,-2.5e-3,true,null,"\u00e9\ud83c\udf3e\n"],"b":{"c":[],"d":{}},"e":"é"})";
    std::mt19937 random(7);  // NOLINT: the same cases each time
    constexpr std::string_view bytes = "{}[],:\"\\ue0-+.19tn \n\x80\xC3";
    for (int i = 0; i < 40'000; ++i) {
        std::string text = whole.substr(0, i % 2 == 0 ? whole.size() : random() % whole.size());
        for (int change = i % 4; change > 0 && !text.empty(); --change)
            text[random() % text.size()] = bytes[random() % bytes.size()];
        const auto value = parse_json_value(text);
        if (!value.has_value()) continue;
        ASSERT_EQ(parsed(to_json(*value)), *value) << text;
    }
}

TEST(Value, is_the_same_when_a_person_would_say_so) {
    EXPECT_TRUE(same_value(Value{std::int64_t{21}}, Value{21.0}));
    EXPECT_TRUE(same_value(Value{21.0}, Value{std::int64_t{21}}));
    EXPECT_FALSE(same_value(Value{std::int64_t{21}}, Value{21.5}));
    EXPECT_TRUE(same_value(Value{0.0}, Value{-0.0}));
    EXPECT_FALSE(same_value(Value{true}, Value{std::int64_t{1}}));
    EXPECT_FALSE(same_value(Value{std::string("1")}, Value{std::int64_t{1}}));
    EXPECT_FALSE(same_value(Value{std::string("[]")}, Value{Json{"[]"}}));
    EXPECT_TRUE(same_value(Value{Json{"[1]"}}, Value{Json{"[1]"}}));
    EXPECT_FALSE(same_value(Value{Json{"[1]"}}, Value{Json{"[1.0]"}}));
    EXPECT_TRUE(same_value(Value{Null{}}, Value{}));
    EXPECT_FALSE(same_value(Value{Null{}}, Value{false}));
}

TEST(Value, comparing_large_numbers_does_not_round) {
    const std::int64_t beyond = (std::int64_t{1} << 53) + 1;
    EXPECT_FALSE(same_value(Value{beyond}, Value{9007199254740992.0}));
    EXPECT_TRUE(same_value(Value{beyond - 1}, Value{9007199254740992.0}));
    EXPECT_FALSE(
        same_value(Value{std::numeric_limits<std::int64_t>::max()}, Value{9223372036854775808.0}));
    EXPECT_TRUE(
        same_value(Value{std::numeric_limits<std::int64_t>::min()}, Value{-9223372036854775808.0}));
}

TEST(Value, is_a_number_only_where_it_is_one) {
    double number = -1;
    EXPECT_TRUE(as_number(Value{true}, number));
    EXPECT_EQ(number, 1);
    EXPECT_TRUE(as_number(Value{std::int64_t{-7}}, number));
    EXPECT_EQ(number, -7);
    EXPECT_TRUE(as_number(Value{2.5}, number));
    EXPECT_EQ(number, 2.5);
    EXPECT_FALSE(as_number(Value{std::string("3")}, number));
    EXPECT_FALSE(as_number(Value{Null{}}, number));
    EXPECT_FALSE(as_number(Value{Json{"[1]"}}, number));
}

}  // namespace
}  // namespace foxtail
