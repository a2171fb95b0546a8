#include "foxtail/hub/household_testing.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

struct PassingOn : testing::HouseholdTest {
    GrantGiven of(SubjectId to, std::vector<std::string> addresses, Seq parent = 0) const {
        GrantGiven grant;
        grant.subject = to;
        grant.addresses = std::move(addresses);
        grant.verbs = static_cast<std::uint16_t>(Verb::read);
        if (parent == 0)
            grant.verbs =
                static_cast<std::uint16_t>(grant.verbs | static_cast<std::uint16_t>(Verb::grant));
        grant.terms.parent = parent;
        return grant;
    }
    [[nodiscard]] bool sees(SubjectId subject, std::string_view address) const {
        return household.authority().decide(subject, Verb::read, id(address), now.wall).allowed;
    }

    SubjectId garage =
        *household.name_subject("participant:garage", SubjectKind::participant, owner, now);
    SubjectId mechanic =
        *household.name_subject("participant:mechanic", SubjectKind::participant, owner, now);
};

TEST_F(PassingOn, what_was_passed_on_ends_at_once_when_what_it_came_from_is_narrowed) {
    const Seq parent = *household.give(of(garage, {"lamp/on", "lamp/power"}), owner, now);
    const Seq child = *household.give(of(mechanic, {"lamp/*"}, parent), garage, now);
    ASSERT_TRUE(sees(mechanic, "lamp/power"));
    ASSERT_FALSE(sees(mechanic, "lamp/level")) << "never more than was given";
    const auto before = household.authority().epoch();
    const auto narrower = household.replace(parent, of(garage, {"lamp/on"}), owner, now);
    ASSERT_TRUE(narrower);
    // Not a moment later: no tick, no time has passed, and whoever decides from here on sees this.
    EXPECT_FALSE(sees(mechanic, "lamp/power"));
    EXPECT_FALSE(sees(mechanic, "lamp/on")) << "who was given less passes on anew, if they like";
    EXPECT_EQ(household.authority().find_grant(child), nullptr);
    EXPECT_NE(household.authority().epoch(), before) << "open streams and queues ask again";
    EXPECT_TRUE(sees(garage, "lamp/on"));
    EXPECT_FALSE(sees(garage, "lamp/power"));
    const auto ends = said<GrantEnded>();
    ASSERT_EQ(ends.size(), 2U);
    EXPECT_EQ(ends[0]->grant, parent);
    EXPECT_EQ(ends[1]->grant, child);
    // By the narrower one, no more than that.
    ASSERT_TRUE(household.give(of(mechanic, {"lamp/*"}, *narrower), garage, now));
    EXPECT_TRUE(sees(mechanic, "lamp/on"));
    EXPECT_FALSE(sees(mechanic, "lamp/power"));
}

}  // namespace
}  // namespace foxtail
