#include "foxtail/grants/verdict.hpp"
#include "foxtail/hub/household.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

class Utc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

/// A door of the house's, a lamp of Ben's, and a butler that is given them if a person says so.
struct Confirming : ::testing::Test {
    Confirming() {
        household.start(now, "test");
        anna = named("owner:anna", SubjectKind::owner);
        ben = named("resident:ben", SubjectKind::resident);
        carl = named("resident:carl", SubjectKind::resident);
        butler = named("agent:butler", SubjectKind::agent);
        zigbee = named("connector:zigbee", SubjectKind::connector);
        tell("door", "locked", Sensitivity::critical);
        tell("lamp", "on", Sensitivity::home);
        ThingOwned owned;
        owned.thing = household.catalogue().find_thing("lamp")->id;
        owned.owners = {ben};
        EXPECT_TRUE(household.hand_over(owned, anna, now));
    }
    SubjectId named(std::string_view name, SubjectKind kind) {
        return *household.name_subject(name, kind, the_hub, now);
    }
    void tell(std::string id, std::string name, Sensitivity sensitivity) {
        ThingSpec spec;
        spec.id = std::move(id);
        PropertySpec property;
        property.name = std::move(name);
        property.type = Type::boolean;
        property.settable = true;
        property.sensitivity = sensitivity;
        spec.properties = {property};
        EXPECT_TRUE(household.tell(zigbee, spec, now));
    }
    Seq give(SubjectId by, std::string address, bool confirm = true) {
        GrantGiven grant;
        grant.subject = butler;
        grant.addresses = {std::move(address)};
        grant.verbs = static_cast<std::uint16_t>(Verb::set);
        grant.terms.envelope.confirm = confirm;
        return *household.give(std::move(grant), by, now);
    }
    Result<Seq> ask(SubjectId who, std::string_view address, Value value = true) {
        Wish wish;
        wish.address = address;
        wish.value = std::move(value);
        return household.wish(who, wish, now);
    }
    [[nodiscard]] bool may_answer(SubjectId who, Seq wish) const {
        const Pending* pending = household.commands().find(wish);
        return pending != nullptr && pending->waits() &&
               household.may_answer(who, *pending, now.wall);
    }
    void pass(Duration by) {
        now.wall = now.wall + by;
        now.mono = now.mono + by;
        household.tick(now);
    }
    [[nodiscard]] const CommandEnded* end_of(Seq command) {
        for (const Record& record : household.records()) {
            const auto* ended = std::get_if<CommandEnded>(&record.body);
            if (ended != nullptr && ended->command == command) return ended;
        }
        return nullptr;
    }

    Utc zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, seconds(100)};
    SubjectId anna, ben, carl, butler, zigbee;
};

TEST_F(Confirming, only_who_owns_it_or_gave_it_may_answer) {
    give(anna, "door/*");
    give(ben, "lamp/*");
    const Seq door = ask(butler, "door/locked").value();
    const Seq lamp = ask(butler, "lamp/on").value();
    EXPECT_TRUE(may_answer(anna, door));
    EXPECT_FALSE(may_answer(ben, door)) << "it is the house's, for which Anna speaks";
    EXPECT_TRUE(may_answer(ben, lamp));
    EXPECT_FALSE(may_answer(anna, lamp)) << "who maintains the house does not own Ben's lamp";
    for (const SubjectId other : {carl, butler, zigbee, the_hub}) {
        EXPECT_FALSE(may_answer(other, door));
        EXPECT_FALSE(may_answer(other, lamp));
        EXPECT_EQ(household.confirm_wish(door, other, now).error().code, Code::denied);
    }
    EXPECT_TRUE(household.orders().empty());
    ASSERT_TRUE(household.confirm_wish(lamp, ben, now));
    ASSERT_EQ(household.orders().size(), 1U);
    EXPECT_TRUE(household.orders().front().when_durable);
    EXPECT_EQ(household.orders().front().record, household.head()) << "its confirmation's";
    EXPECT_EQ(household.confirm_wish(lamp, ben, now).error().code, Code::denied) << "only once";
}

TEST_F(Confirming, of_two_grants_the_one_that_asks_for_a_person_holds) {
    give(ben, "lamp/*", false);
    const Seq at_once = ask(butler, "lamp/on").value();
    EXPECT_FALSE(household.commands().find(at_once)->waits());
    give(ben, "lamp/on");
    const Seq later = ask(butler, "lamp/on").value();
    EXPECT_TRUE(household.commands().find(later)->waits());
    EXPECT_EQ(household.orders().size(), 1U);
    EXPECT_FALSE(household.commands().find(ask(ben, "lamp/on").value())->waits())
        << "what is his own waits for nobody";
}

TEST_F(Confirming, an_agent_orders_nothing_critical_under_a_grant_that_asks_nobody) {
    give(anna, "door/*", false);
    EXPECT_EQ(ask(butler, "door/locked").error().code, Code::denied);
    EXPECT_TRUE(household.orders().empty());
}

TEST_F(Confirming, so_many_of_one_subject_wait_and_no_more) {
    give(ben, "lamp/*");
    for (std::size_t i = 0; i < Household::waiting_per_subject_max; ++i)
        ASSERT_TRUE(ask(butler, "lamp/on", i % 2 == 0));
    EXPECT_EQ(ask(butler, "lamp/on").error().code, Code::exhausted);
    const Seq first = household.commands().all().front().seq;
    ASSERT_TRUE(household.refuse_wish(first, butler, now)) << "who asked may take it back";
    EXPECT_EQ(end_of(first)->outcome, Outcome::refused);
    EXPECT_TRUE(ask(butler, "lamp/on"));
}

TEST_F(Confirming, what_became_impossible_meanwhile_ends_and_does_not_go_out) {
    const Seq grant = give(anna, "door/*");
    const Seq gone = ask(butler, "door/locked").value();
    ASSERT_TRUE(household.gone(zigbee, "door", now));
    EXPECT_EQ(household.confirm_wish(gone, anna, now).error().code, Code::conflict);
    ASSERT_NE(end_of(gone), nullptr);
    EXPECT_EQ(end_of(gone)->outcome, Outcome::failed);
    tell("door", "locked", Sensitivity::critical);
    const Seq taken = ask(butler, "door/locked").value();
    ASSERT_TRUE(household.take_back(grant, "", anna, now));
    ASSERT_NE(end_of(taken), nullptr);
    EXPECT_EQ(end_of(taken)->detail, "its grant has ended");
    give(anna, "door/*");
    const Seq suspended = ask(butler, "door/locked").value();
    household.suspend_outsiders("a backup was restored", now);
    EXPECT_EQ(household.confirm_wish(suspended, anna, now).error().code, Code::conflict);
    EXPECT_TRUE(household.orders().empty());
}

TEST_F(Confirming, a_no_comes_too_late_as_well_when_the_time_is_over) {
    give(anna, "door/*");
    const Seq wish = ask(butler, "door/locked").value();
    // The machine slept: nothing came round to ending it.
    now.wall = now.wall + hours(3);
    EXPECT_EQ(household.confirm_wish(wish, anna, now).error().code, Code::conflict);
    ASSERT_NE(end_of(wish), nullptr);
    EXPECT_EQ(end_of(wish)->outcome, Outcome::timed_out);
    EXPECT_TRUE(household.orders().empty());
}

TEST_F(Confirming, confirmed_it_has_its_own_time_to_live) {
    give(anna, "door/*");
    const Seq wish = ask(butler, "door/locked").value();
    pass(Household::confirm_within - seconds(2));
    ASSERT_TRUE(household.confirm_wish(wish, anna, now));
    EXPECT_EQ(household.orders().front().expires, now.mono + Household::time_to_live_default);
    pass(seconds(5));  // the wait would be over by now
    EXPECT_EQ(end_of(wish), nullptr);
    pass(seconds(5));
    ASSERT_NE(end_of(wish), nullptr);
    EXPECT_EQ(end_of(wish)->outcome, Outcome::timed_out);
}

TEST_F(Confirming, what_waits_is_the_same_after_a_snapshot_and_by_replay) {
    give(anna, "door/*");
    give(ben, "lamp/*");
    const Seq door = ask(butler, "door/locked").value();
    ASSERT_TRUE(household.confirm_wish(ask(butler, "lamp/on").value(), ben, now));
    std::string bytes;
    household.save(bytes);
    Household from_snapshot(zone);
    ASSERT_TRUE(from_snapshot.load(bytes));
    Household from_records(zone);
    for (const Record& record : household.records()) ASSERT_TRUE(from_records.replay(record));
    for (Household* again : {&from_snapshot, &from_records}) {
        std::string same;
        again->save(same);
        EXPECT_EQ(same, bytes);
        again->start(now, "test");
        ASSERT_NE(again->commands().find(door), nullptr);
        EXPECT_TRUE(again->commands().find(door)->waits());
        EXPECT_EQ(again->commands().size(), 1U) << "what had gone out has timed out";
        EXPECT_TRUE(again->orders().empty());
        EXPECT_TRUE(again->confirm_wish(door, anna, now));
        EXPECT_EQ(again->orders().size(), 1U);
    }
}

}  // namespace
}  // namespace foxtail
