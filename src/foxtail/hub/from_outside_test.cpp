// What holds only at home: the same subject by the same decision, asked from two places.
#include "foxtail/grants/verdict.hpp"
#include "foxtail/hub/household.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

class Utc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

struct FromOutside : ::testing::Test {
    FromOutside() {
        household.start(now, "test");
        anna = named("owner:anna", SubjectKind::owner);
        guest = named("guest:oma", SubjectKind::guest);
        const SubjectId zigbee = named("connector:zigbee", SubjectKind::connector);
        ThingSpec lamp;
        lamp.id = "lamp";
        PropertySpec on;
        on.name = "on";
        on.type = Type::boolean;
        on.settable = true;
        lamp.properties = {on};
        EXPECT_TRUE(household.tell(zigbee, lamp, now));
        lamp_on = household.catalogue().find_property("lamp/on")->id;
        grant.subject = guest;
        grant.addresses = {"lamp/*"};
        grant.verbs =
            static_cast<std::uint16_t>(Verb::set) | static_cast<std::uint16_t>(Verb::read);
        grant.terms.when.at_home = true;
    }
    SubjectId named(std::string_view name, SubjectKind kind) {
        return *household.name_subject(name, kind, the_hub, now);
    }
    Result<Seq> ask(Asker who) {
        Wish wish;
        wish.address = "lamp/on";
        wish.value = true;
        return household.wish(who, wish, now);
    }

    Utc zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, seconds(100)};
    SubjectId anna, guest;
    PropertyId lamp_on;
    GrantGiven grant;
};

TEST_F(FromOutside, a_grant_for_at_home_opens_nothing_from_elsewhere) {
    ASSERT_TRUE(household.give(grant, anna, now));
    const Authority& authority = household.authority();
    EXPECT_TRUE(authority.decide({guest, true}, Verb::read, lamp_on, now.wall).allowed);
    EXPECT_FALSE(authority.decide({guest, false}, Verb::read, lamp_on, now.wall).allowed);
    EXPECT_FALSE(authority.decide(guest, Verb::read, lamp_on, now.wall).allowed)
        << "who does not say where is outside";
    EXPECT_TRUE(authority.decide(anna, Verb::read, lamp_on, now.wall).allowed)
        << "what is theirs is theirs from everywhere";
    EXPECT_EQ(ask(guest).error().code, Code::denied);
    EXPECT_TRUE(ask({guest, true}));
}

TEST_F(FromOutside, what_was_asked_at_home_may_be_confirmed_and_goes_on) {
    grant.terms.envelope.confirm = true;
    ASSERT_TRUE(household.give(grant, anna, now));
    const Seq wish = ask({guest, true}).value();
    std::string bytes;
    household.save(bytes);
    Household again(zone);
    ASSERT_TRUE(again.load(bytes));
    for (Household* one : {&household, &again}) {
        EXPECT_TRUE(one->confirm_wish(wish, anna, now));
        EXPECT_EQ(one->orders().size(), 1U);
    }
}

TEST_F(FromOutside, another_forbid_does_not_end_what_was_asked_at_home) {
    ASSERT_TRUE(household.give(grant, anna, now));
    const Seq command = ask({guest, true}).value();
    GrantGiven forbid;
    forbid.subject = guest;
    forbid.addresses = {"door/*"};
    forbid.verbs = grant.verbs;
    forbid.terms.forbid = true;
    ASSERT_TRUE(household.give(forbid, anna, now));
    EXPECT_NE(household.commands().find(command), nullptr);
    forbid.terms.when.at_home = true;
    EXPECT_EQ(household.give(forbid, anna, now).error().code, Code::invalid_input)
        << "it would allow from elsewhere";
}

}  // namespace
}  // namespace foxtail
