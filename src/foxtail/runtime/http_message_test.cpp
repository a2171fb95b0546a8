#include "foxtail/runtime/http_message.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(HttpMessage, escapes_are_decoded_and_wrong_ones_refused) {
    EXPECT_EQ(percent_decode("hall%2Dlamp", false).value(), "hall-lamp");
    EXPECT_EQ(percent_decode("a+b%20c", true).value(), "a b c");
    EXPECT_EQ(percent_decode("a+b", false).value(), "a+b");
    EXPECT_EQ(percent_decode("%C3%A4", false).value(), "ä");
    for (const char* wrong : {"%", "%4", "%zz", "a%", "%C3", "%00"})
        EXPECT_FALSE(percent_decode(wrong, false)) << wrong;
}

TEST(HttpMessage, what_is_encoded_reads_back) {
    const std::string text = "a/b?c=d&e f%ä\"";
    EXPECT_EQ(percent_decode(percent_encode(text), false).value(), text);
}

TEST(HttpMessage, a_query_is_read_in_order) {
    const auto query = parse_query("a=1&b=2%263&&c&a=4").value();
    const QueryMembers expected = {{"a", "1"}, {"b", "2&3"}, {"c", ""}, {"a", "4"}};
    EXPECT_EQ(query, expected);
    std::string many;
    for (int i = 0; i < 65; ++i) many += "a=1&";
    EXPECT_FALSE(parse_query(many));
}

TEST(HttpMessage, a_cookie_is_found_by_its_whole_name) {
    EXPECT_EQ(find_cookie("a=1; session=abc; b=2", "session"), "abc");
    EXPECT_EQ(find_cookie("xsession=evil; session=abc", "session"), "abc");
    EXPECT_EQ(find_cookie("session=first; session=second", "session"), "first");
    EXPECT_EQ(find_cookie("nothing", "session"), "");
    EXPECT_EQ(find_cookie("", "session"), "");
}

TEST(HttpMessage, a_host_is_taken_apart) {
    EXPECT_EQ(host_name_of("Localhost:8420").value(), "localhost");
    EXPECT_EQ(host_name_of("[::1]:8420").value(), "::1");
    EXPECT_EQ(host_name_of("127.0.0.1").value(), "127.0.0.1");
    EXPECT_EQ(host_name_of("hub.lan.").value(), "hub.lan");
    for (const char* wrong : {"", ":80", "[::1", "a:b", "a:80:80", "[::1]x"})
        EXPECT_FALSE(host_name_of(wrong)) << wrong;
    EXPECT_TRUE(is_ip_literal("192.168.1.2"));
    EXPECT_TRUE(is_ip_literal("::1"));
    EXPECT_FALSE(is_ip_literal("192.168.1.2.evil.example"));
}

TEST(HttpMessage, tokens_of_a_header_are_found_whatever_their_case) {
    EXPECT_TRUE(has_token("deflate, GZIP;q=0.5", "gzip"));
    EXPECT_FALSE(has_token("xgzip", "gzip"));
    EXPECT_FALSE(has_token("", "gzip"));
}

}  // namespace
}  // namespace foxtail
