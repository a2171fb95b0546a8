#include "foxtail/hub/people.hpp"

#include "foxtail/hub/household.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

class PlainUtc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

struct InvitationTest : ::testing::Test {
    InvitationTest() {
        household.start(now, "test");
        anna = *household.name_subject("owner:anna", SubjectKind::owner, the_hub, now);
        bus = *household.name_subject("connector:bus", SubjectKind::connector, the_hub, now);
        ThingSpec phone;
        phone.id = "phone";
        phone.kind = ThingKind::person;
        PropertySpec place;
        place.name = "place";
        place.settable = true;
        phone.properties = {place};
        EXPECT_TRUE(household.tell(bus, phone, now));
    }
    static Invited one(std::string name, SubjectKind kind = SubjectKind::resident) {
        Invited invited;
        invited.name = std::move(name);
        invited.kind = kind;
        invited.code_hash = "hash of " + invited.name;
        invited.until = Time{1'790'000'000'000'000} + hours(72);
        return invited;
    }
    void pass(Duration by) {
        now.wall = now.wall + by;
        now.mono = now.mono + by;
        household.tick(now);
    }
    SubjectId join(std::string name, SubjectKind kind = SubjectKind::resident, Time leaves = {}) {
        Invited invited = one(std::move(name), kind);
        invited.leaves = leaves;
        return *household.join(*household.invite(invited, false, anna, now), now);
    }
    /// Another household that knows only what is on record.
    void expect_the_same_after_a_restart() {
        Household replayed(zone);
        for (const Record& record : household.records()) ASSERT_TRUE(replayed.replay(record));
        std::string live;
        std::string again;
        household.save(live);
        replayed.save(again);
        EXPECT_EQ(live, again);
        Household loaded(zone);
        ASSERT_TRUE(loaded.load(live));
        std::string from_snapshot;
        loaded.save(from_snapshot);
        EXPECT_EQ(live, from_snapshot);
    }
    template <class Kind>
    std::size_t recorded() {
        const auto& all = household.records();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Record& r) {
            return std::holds_alternative<Kind>(r.body);
        }));
    }

    PlainUtc zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, hours(1)};
    SubjectId anna;
    SubjectId bus;
};

TEST_F(InvitationTest, it_survives_restarts_until_it_is_used) {
    const Seq id = *household.invite(one("resident:ben"), false, anna, now);
    expect_the_same_after_a_restart();
    ASSERT_NE(household.people().find_code("hash of resident:ben", now.wall), nullptr);
    EXPECT_EQ(household.people().find_code("", now.wall), nullptr);
    ASSERT_TRUE(household.join(id, now));
    EXPECT_EQ(household.people().find_code("hash of resident:ben", now.wall), nullptr);
    EXPECT_EQ(household.join(id, now).error().code, Code::denied);
    expect_the_same_after_a_restart();
}

TEST_F(InvitationTest, it_ends_to_the_second_and_a_clock_set_back_does_not_revive_it) {
    const Seq id = *household.invite(one("resident:ben"), false, anna, now);
    EXPECT_EQ(*household.next_wake(now), now.mono + hours(24)) << "it looks again within a day";
    pass(hours(72) - seconds(1));
    ASSERT_NE(household.people().find_code("hash of resident:ben", now.wall), nullptr);
    EXPECT_EQ(*household.next_wake(now), now.mono + seconds(1));
    now.wall = now.wall + seconds(1);
    now.mono = now.mono + seconds(1);
    EXPECT_EQ(household.join(id, now).error().code, Code::denied) << "before the tick, too";
    household.tick(now);
    EXPECT_EQ(recorded<InvitationEnded>(), 1U);
    now.wall = now.wall - hours(48);
    household.tick(now);
    EXPECT_EQ(household.people().find_code("hash of resident:ben", now.wall), nullptr);
    expect_the_same_after_a_restart();
}

TEST_F(InvitationTest, a_guests_stay_ends_with_what_was_given_and_is_over_for_good) {
    const SubjectId oma = join("guest:oma", SubjectKind::guest, now.wall + hours(5));
    GrantGiven grant;
    grant.subject = oma;
    grant.addresses = {"*"};
    grant.verbs = static_cast<std::uint16_t>(Verb::read);
    ASSERT_TRUE(household.give(grant, anna, now));
    expect_the_same_after_a_restart();
    pass(hours(5) - seconds(1));
    EXPECT_FALSE(household.authority().left(oma));
    pass(seconds(1));
    EXPECT_TRUE(household.authority().left(oma));
    EXPECT_TRUE(household.authority().grants().empty());
    now.wall = now.wall - hours(5);
    household.tick(now);
    EXPECT_TRUE(household.authority().left(oma));
    EXPECT_EQ(household.invite(one("guest:oma"), false, anna, now).error().code,
              Code::invalid_input)
        << "of another kind than its name";
    EXPECT_EQ(household.invite(one("guest:oma", SubjectKind::guest), true, anna, now).error().code,
              Code::conflict);
    expect_the_same_after_a_restart();
}

TEST_F(InvitationTest, a_stay_does_not_end_while_the_time_is_in_doubt) {
    const SubjectId oma = join("guest:oma", SubjectKind::guest, now.wall + hours(5));
    now.wall = now.wall + hours(100);  // a bogus answer about the time
    now.mono = now.mono + seconds(1);
    household.tick(now);
    EXPECT_FALSE(household.authority().left(oma));
    now.wall = now.wall - hours(100);
    household.tick(now);
    pass(minutes(30));
    EXPECT_FALSE(household.authority().left(oma));
}

TEST_F(InvitationTest, who_leaves_takes_their_commands_and_all_they_gave_along) {
    const SubjectId ben = join("resident:ben");
    ThingOwned owned;
    owned.thing = household.catalogue().find_thing("phone")->id;
    owned.owners = {ben};
    ASSERT_TRUE(household.hand_over(owned, ben, now));
    Wish wish;
    wish.address = "phone/place";
    wish.value = std::string("home");
    ASSERT_TRUE(household.wish(ben, wish, now));
    const SubjectId shop =
        *household.name_subject("participant:shop", SubjectKind::participant, ben, now);
    GrantGiven grant;
    grant.subject = shop;
    grant.addresses = {"phone/place"};
    grant.verbs = static_cast<std::uint16_t>(Verb::read);
    ASSERT_TRUE(household.give(grant, ben, now));
    const PropertyId place = household.catalogue().find_property("phone/place")->id;
    EXPECT_TRUE(household.authority().decide(shop, Verb::read, place, now.wall).allowed);
    ASSERT_TRUE(household.leave(ben, "moved out", anna, now));
    EXPECT_EQ(household.commands().size(), 0U);
    EXPECT_TRUE(household.authority().grants().empty());
    for (const SubjectId who : {ben, shop, anna}) {
        for (const Verb verb : {Verb::read, Verb::observe, Verb::set})
            EXPECT_FALSE(household.authority().decide(who, verb, place, now.wall).allowed);
    }
    EXPECT_EQ(household.leave(ben, "again", anna, now).error().code, Code::not_found);
    EXPECT_EQ(household.leave(anna, "sent away", anna, now).error().code, Code::not_found);
    expect_the_same_after_a_restart();
}

TEST_F(InvitationTest, what_is_suspended_stays_so_until_confirmed_also_over_a_restart) {
    const SubjectId shop =
        *household.name_subject("participant:shop", SubjectKind::participant, anna, now);
    GrantGiven grant;
    grant.subject = shop;
    grant.addresses = {"phone/place"};
    grant.verbs = static_cast<std::uint16_t>(Verb::read);
    grant.token_hash = "feed";
    const Seq id = *household.give(grant, anna, now);
    const PropertyId place = household.catalogue().find_property("phone/place")->id;
    const auto reads = [&] {
        return household.authority().decide(shop, Verb::read, place, now.wall).allowed;
    };
    EXPECT_TRUE(reads());
    household.suspend_outsiders("restored from a backup", now);
    EXPECT_FALSE(reads());
    EXPECT_EQ(household.authority().find_token("feed", now.wall), nullptr);
    expect_the_same_after_a_restart();
    GrantGiven later = grant;
    later.token_hash = "beef";
    ASSERT_TRUE(household.give(later, anna, now));
    EXPECT_TRUE(reads()) << "what is given afterwards is meant";
    ASSERT_TRUE(household.confirm(id, anna, now));
    EXPECT_NE(household.authority().find_token("feed", now.wall), nullptr);
    EXPECT_EQ(household.confirm(id, anna, now).error().code, Code::conflict);
    expect_the_same_after_a_restart();
}

TEST_F(InvitationTest, open_ones_are_bounded) {
    for (std::size_t i = 0; i < People::open_max; ++i)
        ASSERT_TRUE(household.invite(one("resident:r" + std::to_string(i)), false, anna, now));
    EXPECT_EQ(household.invite(one("resident:one-more"), false, anna, now).error().code,
              Code::exhausted);
    EXPECT_TRUE(household.invite(one("resident:r7"), false, anna, now)) << "in place of its own";
}

}  // namespace
}  // namespace foxtail
