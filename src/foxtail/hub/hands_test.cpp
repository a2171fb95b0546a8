// An agent's hand in a chain of causes: how far it is carried, and when it ends.
#include "foxtail/hub/household_testing.hpp"

#include <algorithm>

namespace foxtail {
namespace {

/// The lamp and its dimmer may be the agent's; the door's lock is critical.
struct Hands : testing::HouseholdTest {
    Hands() {
        ThingSpec door;
        door.id = "door";
        PropertySpec locked;
        locked.name = "locked";
        locked.type = Type::boolean;
        locked.settable = true;
        locked.sensitivity = Sensitivity::critical;
        door.properties = {locked};
        door.actions = {{"open", "Open", {}, Sensitivity::critical}};
        EXPECT_TRUE(household.tell(zigbee, door, now));
        butler = *household.name_subject("agent:butler", SubjectKind::agent, the_hub, now);
        GrantGiven grant;
        grant.subject = butler;
        grant.addresses = {"lamp/*"};
        grant.verbs = static_cast<std::uint16_t>(Verb::set);
        EXPECT_TRUE(household.give(std::move(grant), owner, now));
        EXPECT_TRUE(household.rules().load(rules(), now).empty());
    }
    std::vector<RuleSpec> rules() {
        RuleSpec bright = rule("bright", OnCrosses{"lamp/level", 35.0, {}}, unlock());
        RuleSpec lit = rule("lit", OnEvent{"lamp", "pressed", {}}, unlock());
        lit.condition = "get('lamp/on')";
        return {bright, lit,
                rule("opens", OnBecomes{"lamp/on", true}, {RunAction{"door", "open", {}, ""}}),
                rule("later", OnBecomes{"lamp/on", false}, later())};
    }
    static std::vector<RuleAction> unlock() { return {SetAction{"door/locked", false, ""}}; }
    static std::vector<RuleAction> later() { return {WaitAction{minutes(10)}, unlock()[0]}; }
    void happens() { EXPECT_TRUE(household.happened(zigbee, "lamp", "pressed", Null{}, now)); }
    /// How the newest wish for something critical stands; null when nobody had any.
    [[nodiscard]] const Pending* critical() {
        const auto& all = household.commands().all();
        const auto door = household.catalogue().find_thing("door")->id;
        const auto at = std::find_if(all.rbegin(), all.rend(),
                                     [&](const Pending& p) { return p.thing == door; });
        return at == all.rend() ? nullptr : &*at;
    }
    bool sent() {
        const auto door = household.catalogue().find_thing("door")->id;
        return std::any_of(household.orders().begin(), household.orders().end(),
                           [&](const Order& o) { return o.thing == door; });
    }
    void expect_it_waits() {
        const Pending* wish = critical();
        ASSERT_NE(wish, nullptr);
        EXPECT_TRUE(wish->waits());
        EXPECT_EQ(wish->agent, butler);
        EXPECT_FALSE(sent());
        ASSERT_TRUE(household.refuse_wish(wish->seq, owner, now));
        EXPECT_FALSE(sent()) << "no is no";
    }

    SubjectId butler;
};

TEST_F(Hands, what_a_device_says_on_its_way_to_what_an_agent_ordered_is_the_agents_too) {
    ASSERT_TRUE(ask(butler, "lamp/level", 50.0));
    ASSERT_TRUE(say("lamp/level", 30.0));
    ASSERT_TRUE(say("lamp/level", 40.0));
    expect_it_waits();
}

TEST_F(Hands, an_action_that_is_critical_waits_as_well) {
    ASSERT_TRUE(ask(butler, "lamp/on", true));
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_NE(critical(), nullptr);
    EXPECT_EQ(critical()->action, "open");
    expect_it_waits();
}

TEST_F(Hands, what_an_agent_left_is_its_own_until_somebody_else_changes_it) {
    ASSERT_TRUE(household.rules().load({rules()[1]}, now).empty());
    ASSERT_TRUE(ask(butler, "lamp/on", true));
    ASSERT_TRUE(say("lamp/on", true));
    happens();
    expect_it_waits();
    ASSERT_TRUE(say("lamp/on", true)) << "the device says it again";
    happens();
    expect_it_waits();
    ASSERT_TRUE(ask(owner, "lamp/on", true)) << "now it is the owner's wish";
    ASSERT_TRUE(say("lamp/on", true));
    happens();
    EXPECT_TRUE(sent());
}

TEST_F(Hands, a_switch_on_the_wall_ends_it) {
    ASSERT_TRUE(household.rules().load({rules()[1]}, now).empty());
    ASSERT_TRUE(ask(butler, "lamp/on", true));
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(say("lamp/on", false));
    ASSERT_TRUE(say("lamp/on", true));
    happens();
    EXPECT_TRUE(sent());
}

TEST_F(Hands, so_many_wait_and_who_comes_without_an_agent_is_not_held_up_by_them) {
    ASSERT_TRUE(household.rules().load({rules()[1]}, now).empty());
    ASSERT_TRUE(ask(butler, "lamp/on", true));
    ASSERT_TRUE(say("lamp/on", true));
    for (std::size_t i = 0; i < Household::waiting_per_subject_max + 3; ++i) happens();
    EXPECT_EQ(household.commands().size(), Household::waiting_per_subject_max);
    EXPECT_EQ(said<CommandDenied>().size(), 3U);
    EXPECT_FALSE(sent());
    ASSERT_TRUE(say("lamp/on", false));
    ASSERT_TRUE(say("lamp/on", true));
    happens();
    EXPECT_TRUE(sent());
}

TEST_F(Hands, are_the_same_after_a_snapshot_and_by_replay) {
    Household from_records(zone);
    household.records().clear();
    std::string before;
    household.save(before);
    ASSERT_TRUE(from_records.load(before));
    ASSERT_TRUE(ask(butler, "lamp/on", true));
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(ask(butler, "lamp/on", false));
    ASSERT_TRUE(say("lamp/on", false));
    ASSERT_EQ(said<RuleWaits>().size(), 1U);
    EXPECT_EQ(said<RuleWaits>()[0]->agent, butler);
    std::string bytes;
    household.save(bytes);
    for (const Record& record : household.records()) ASSERT_TRUE(from_records.replay(record));
    Household from_snapshot(zone);
    ASSERT_TRUE(from_snapshot.load(bytes));
    for (Household* again : {&from_snapshot, &from_records}) {
        std::string same;
        again->save(same);
        EXPECT_EQ(same, bytes);
        again->start(now, "again");
        ASSERT_TRUE(again->rules().load(rules(), now).empty());
        again->tick({now.wall + minutes(10), now.mono + minutes(10)});
        const auto& all = again->commands().all();
        ASSERT_FALSE(all.empty());
        EXPECT_EQ(all.back().agent, butler);
        EXPECT_TRUE(all.back().waits());
        EXPECT_TRUE(again->orders().empty());
    }
}

TEST_F(Hands, a_snapshot_from_before_they_were_known_loads) {
    ASSERT_TRUE(household.rules()
                    .load({rule("rings", OnEvent{"lamp", "pressed", {}}, later())}, now)
                    .empty());
    happens();
    std::string bytes;
    household.save(bytes);
    std::string older = bytes;
    older[0] = 6;
    // The wait is the last but for the empty list of erasures: what format 6 did not have is its
    // last byte.
    ASSERT_EQ(older.substr(older.size() - 2), std::string(2, '\0'));
    older.pop_back();
    Household again(zone);
    ASSERT_TRUE(again.load(older));
    std::string same;
    again.save(same);
    EXPECT_EQ(same, bytes);
}

}  // namespace
}  // namespace foxtail
