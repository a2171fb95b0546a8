#include "foxtail/base/utf8.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(FoldCase, makes_spellings_that_differ_in_capitals_alone_the_same) {
    EXPECT_EQ(fold_case("Bathroom 2"), "bathroom 2");
    EXPECT_EQ(fold_case("K\u00DCCHE"), "k\u00FCche");
    EXPECT_EQ(fold_case("\u0158\u00CDZEN\u00CD"), "\u0159\u00EDzen\u00ED");
    EXPECT_EQ(fold_case("\u0141azienka \u017B"), "\u0142azienka \u017C");
    EXPECT_EQ(fold_case("\u039A\u039F\u03A5\u0396"), "\u03BA\u03BF\u03C5\u03B6");
    EXPECT_EQ(fold_case("\u0401\u041B\u041A\u0410"), "\u0451\u043B\u043A\u0430");
    EXPECT_EQ(fold_case("\u0178\u0139\u0147"), "\u00FF\u013A\u0148");
}

TEST(FoldCase, leaves_the_rest_alone) {
    for (const char* text : {"", "caf\u00E9 \u00D7 \u00F7 \u00DF", "\u0131\u0138\u0149",
                             "\u53A8\u623F", "\U0001F6C1", "broken \xC3", "\xFF\x80"}) {
        EXPECT_EQ(fold_case(text), text);
    }
}

TEST(Text, what_terminals_and_pages_would_obey_is_shown_as_a_question_mark) {
    EXPECT_EQ(printable("a\x1b[31mb\x7f"), "a?[31mb?");
    EXPECT_EQ(printable("a\u009b31mb\u0085"), "a?31mb?");  // the same beyond ASCII
    EXPECT_EQ(printable("key\u202egnp.exe\u2066x\u2069"), "key?gnp.exe?x?");
    EXPECT_EQ(printable("a\u2028b\u2029c"), "a?b?c");
    EXPECT_EQ(printable("\u00a0\u00fc\u2027\u202f\u2065\u206a\u20ac"),
              "\u00a0\u00fc\u2027\u202f\u2065\u206a\u20ac");
}

}  // namespace
}  // namespace foxtail
