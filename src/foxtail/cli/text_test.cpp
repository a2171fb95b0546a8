#include "foxtail/cli/text.hpp"

#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

TEST(Text, WidthCountsColumnsAndNotBytes) {
    EXPECT_EQ(width_of("abc"), 3U);
    EXPECT_EQ(width_of("21 °C"), 5U);
    EXPECT_EQ(width_of("Küche"), 5U);
    EXPECT_EQ(width_of("Ku\u0308che"), 5U);  // u and a combining diaeresis
    EXPECT_EQ(width_of("居間"), 4U);
    EXPECT_EQ(width_of("💡"), 2U);
    EXPECT_EQ(width_of("\xff\xfe"), 2U);
    EXPECT_EQ(width_of(""), 0U);
}

TEST(Text, NothingThatATerminalObeysIsShown) {
    EXPECT_EQ(shown("lamp\x1b[31m"), "lamp?[31m");
    EXPECT_EQ(shown("a\nb\tc\x7f"), "a?b?c?");
    EXPECT_EQ(shown("\xc2\x9b"
                    "31m"),
              "?31m");  // C1: one byte CSI
    EXPECT_EQ(shown("a\u202e"
                    "b"),
              "a?b");                         // turns the direction around
    EXPECT_EQ(shown("\xed\xa0\x80"), "???");  // a surrogate is no character
    EXPECT_EQ(shown("\xc0\xaf"), "??");       // overlong
    EXPECT_EQ(shown("Küche 居間 💡"), "Küche 居間 💡");
}

TEST(Text, ClippingKeepsToTheColumnsAndCutsNoCharacter) {
    EXPECT_EQ(clipped("kitchen", 7), "kitchen");
    EXPECT_EQ(clipped("kitchen", 5), "kitc…");
    EXPECT_EQ(clipped("居間居間", 5), "居間…");
    EXPECT_EQ(clipped("居間居間", 4), "居…");
    EXPECT_EQ(clipped("a bcd", 3), "a…");
    EXPECT_EQ(clipped("abc", 0), "");
}

TEST(Text, ToneColoursOnlyWithColours) {
    EXPECT_EQ(toned("x", Tone::bad, true), "\x1b[31mx\x1b[0m");
    EXPECT_EQ(toned("x", Tone::bad, false), "x");
    EXPECT_EQ(toned("x", Tone::plain, true), "x");
}

TEST(Text, TableAlignsByWidthAndLeavesNoSpacesAtTheEnd) {
    Table table({{"THING"}, {"N", Table::Align::right}, {"NOTE"}});
    table.add({"Küche", "7", ""});
    table.add({"居間", "12", "stale"});
    EXPECT_EQ(table.text(0, false),
              "THING   N  NOTE\n"
              "Küche   7\n"
              "居間   12  stale\n");
}

TEST(Text, TableGivesWayWhereItIsWidest) {
    Table table({{"ID"}, {"WHAT"}});
    table.add({"a", "a sentence that is rather long"});
    EXPECT_EQ(table.text(16, false), "ID  WHAT\na   a sentence…\n");
}

TEST(Text, TableShowsNoControlCharacters) {
    Table table({{"ID"}});
    table.add({"\x1b]0;evil\x07"});
    EXPECT_EQ(table.text(0, false), "ID\n?]0;evil?\n");
}

TEST(Text, ColoursDoNotMoveColumns) {
    Table table({{"A"}, {"B"}});
    table.add({{"x", Tone::good}, "y"});
    EXPECT_EQ(table.text(0, true), "\x1b[2mA\x1b[0m  \x1b[2mB\x1b[0m\n\x1b[32mx\x1b[0m  y\n");
}

}  // namespace
}  // namespace foxtail::cli
