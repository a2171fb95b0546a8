#include "foxtail/base/lookalike.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Lookalike, a_word_of_two_alphabets_is_noticed_and_a_name_of_one_is_not) {
    EXPECT_TRUE(mixes_alphabets("H\u0430ll lamp"));
    EXPECT_TRUE(mixes_alphabets("Front d\u03BF\u03BFr"));
    EXPECT_TRUE(mixes_alphabets("L\u03BFck2"));
    for (const char* fine :
         {"", "Hall lamp", "Türschloss", "Окно на кухне", "Окно TV 2", "Παράθυρο", "4,7 kΩ",
          "PM2.5 µg", "ΔT Vorlauf", "λ-Sonde", "Ténèbres", "電源 A"})
        EXPECT_FALSE(mixes_alphabets(fine)) << fine;
}

TEST(Lookalike, two_names_that_look_the_same_are_the_same_as_they_look) {
    EXPECT_EQ(as_it_looks("H\u0430ll lamp"), "Hall lamp");
    EXPECT_EQ(as_it_looks("\u0422\u041E\u0420"), as_it_looks("TOP"));
    EXPECT_NE(as_it_looks("Окно"), as_it_looks("Okno"));
    EXPECT_EQ(as_it_looks("Hall"), "Hall");
}

TEST(Lookalike, shown_by_its_number_nobody_takes_it_for_another) {
    EXPECT_EQ(with_numbers("H\u0430ll lamp"), "H(U+0430)ll lamp");
    EXPECT_EQ(with_numbers("\u0422\u041E\u0420"), "(U+0422)(U+041E)(U+0420)");
    EXPECT_EQ(with_numbers("Hall \xFF"), "Hall \xFF");
}

}  // namespace
}  // namespace foxtail
