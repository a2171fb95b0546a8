#include "foxtail/api/bookmarks.hpp"

#include <gtest/gtest.h>

namespace foxtail::api {
namespace {

TEST(Bookmarks, each_subject_counts_what_it_was_told_and_nothing_else) {
    Bookmarks marks;
    EXPECT_EQ(marks.tell({7}, 1000), 1U);
    EXPECT_EQ(marks.tell({7}, 1000), 1U) << "nothing was told since";
    EXPECT_EQ(marks.tell({7}, 250'000), 2U);
    EXPECT_EQ(marks.tell({8}, 250'001), 1U);
    EXPECT_EQ(marks.find({7}, 1), Seq{1000});
    EXPECT_EQ(marks.find({7}, 2), Seq{250'000});
    EXPECT_EQ(marks.find({8}, 1), Seq{250'001});
    EXPECT_FALSE(marks.find({7}, 0));
    EXPECT_FALSE(marks.find({7}, 3));
    EXPECT_FALSE(marks.find({8}, 2));
    EXPECT_FALSE(marks.find({9}, 1));
}

TEST(Bookmarks, an_old_number_is_forgotten_and_never_stands_for_something_else) {
    Bookmarks marks;
    for (Seq seq = 1; seq <= Bookmarks::kept_max + 10; ++seq)
        EXPECT_EQ(marks.tell({1}, seq * 3), seq);
    EXPECT_FALSE(marks.find({1}, 10));
    EXPECT_EQ(marks.find({1}, 11), Seq{33});
    EXPECT_EQ(marks.find({1}, Bookmarks::kept_max + 10), Seq{(Bookmarks::kept_max + 10) * 3});
}

}  // namespace
}  // namespace foxtail::api
