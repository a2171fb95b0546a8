#include "foxtail/hub/household_testing.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::HouseholdTest;

// ---- readings ----

TEST_F(HouseholdTest, records_a_reading_believes_it_and_calls_it_external) {
    const auto seq = say("lamp/on", true);
    ASSERT_TRUE(seq);
    ASSERT_EQ(household.records().size(), 1U);
    EXPECT_EQ(household.records().front().seq, *seq);
    EXPECT_EQ(household.records().front().cause, 0U);
    EXPECT_EQ(household.records().front().actor, zigbee);
    EXPECT_EQ(belief("lamp/on").value, Value(true));
}

TEST_F(HouseholdTest, a_reading_of_another_connectors_thing_is_denied_without_a_record) {
    const auto other =
        *household.name_subject("connector:modbus", SubjectKind::connector, the_hub, now);
    household.records().clear();
    const auto seq = household.report(other, {id("lamp/on"), Quality::good, {}, true}, now);
    ASSERT_FALSE(seq);
    EXPECT_EQ(seq.error().code, Code::denied);
    EXPECT_TRUE(household.records().empty());
    EXPECT_EQ(household.figures().readings_denied, 1U);
}

TEST_F(HouseholdTest, a_reading_that_does_not_fit_is_on_record_as_refused_and_not_believed) {
    for (const Value& value : {Value(std::numeric_limits<double>::quiet_NaN()),
                               Value(std::numeric_limits<double>::infinity()), Value(100.5),
                               Value(std::string("hot"))}) {
        household.records().clear();
        ASSERT_FALSE(say("lamp/level", value));
        ASSERT_EQ(said<ReadingRefused>().size(), 1U);
        EXPECT_FALSE(said<ReadingRefused>().front()->said.empty());
    }
    EXPECT_EQ(belief("lamp/level").seq, 0U);
}

TEST_F(HouseholdTest, what_is_no_value_at_all_makes_bad_once_until_something_fits) {
    const auto quality = [&] {
        return household.quality(
            *household.authority().permit<Verb::read>(owner, id("lamp/level"), now.wall), now.wall);
    };
    ASSERT_TRUE(say("lamp/level", 10.0));
    household.misfit(zigbee, id("lamp/level"), "\x01{", "not json", now);
    household.misfit(zigbee, id("lamp/level"), "[", "not json", now);
    ASSERT_EQ(said<ReadingRefused>().size(), 1U) << "who sends nonsense must not fill the disk";
    EXPECT_EQ(said<ReadingRefused>().front()->said, "?{");
    EXPECT_EQ(household.figures().readings_refused, 2U);
    EXPECT_EQ(quality(), Quality::bad);
    EXPECT_EQ(belief("lamp/level").value, Value(10.0));
    std::string bytes;
    household.save(bytes);
    Household again(zone);
    ASSERT_TRUE(again.load(bytes));
    std::string same;
    again.save(same);
    EXPECT_EQ(same, bytes);
    ASSERT_TRUE(say("lamp/level", 10.0));
    EXPECT_EQ(quality(), Quality::good);
    const auto other =
        *household.name_subject("connector:modbus", SubjectKind::connector, the_hub, now);
    household.misfit(other, id("lamp/level"), "x", "no number", now);
    EXPECT_EQ(quality(), Quality::good) << "a connector speaks for its own things only";
}

TEST_F(HouseholdTest, a_device_whose_clock_is_ahead_does_not_lock_out_what_comes_after) {
    ASSERT_TRUE(say("lamp/level", 10.0, now.wall + days(365)));
    EXPECT_EQ(belief("lamp/level").source_time, to_millisecond(now.wall))
        << "nothing is true before it is so";
    pass(seconds(1));
    ASSERT_TRUE(say("lamp/level", 20.0, now.wall));
    EXPECT_EQ(belief("lamp/level").value, Value(20.0));
}

TEST_F(HouseholdTest, a_late_report_is_on_record_and_changes_nothing) {
    ASSERT_TRUE(say("lamp/level", 10.0, now.wall));
    ASSERT_TRUE(say("lamp/level", 99.0, now.wall - hours(1)));
    EXPECT_EQ(said<Reading>().size(), 2U);
    EXPECT_EQ(belief("lamp/level").value, Value(10.0));
}

TEST_F(HouseholdTest, an_unknown_property_number_is_not_found) {
    const auto seq = household.report(zigbee, {PropertyId{999}, Quality::good, {}, true}, now);
    ASSERT_FALSE(seq);
    EXPECT_EQ(seq.error().code, Code::not_found);
}

// ---- places ----

TEST_F(HouseholdTest, one_room_spelled_in_two_ways_is_one_place_also_after_a_restart) {
    const auto tell = [&](Household& house, std::string id, std::string place) {
        ThingSpec spec;
        spec.id = std::move(id);
        spec.place = std::move(place);
        EXPECT_TRUE(house.tell(zigbee, spec, now));
        return house.catalogue().find_thing(spec.id)->spec.place;
    };
    EXPECT_EQ(tell(household, "fan", "bathroom"), "bathroom");
    EXPECT_EQ(tell(household, "scale", "Bathroom"), "bathroom");
    household.records().clear();
    EXPECT_EQ(tell(household, "scale", "Bathroom"), "bathroom");
    EXPECT_TRUE(household.records().empty()) << "the same telling is nothing new";
    std::string snapshot;
    household.save(snapshot);
    Household again{zone};
    ASSERT_TRUE(again.load(snapshot));
    EXPECT_EQ(tell(again, "mirror", "BATHROOM"), "bathroom");
}

// ---- events ----

TEST_F(HouseholdTest, an_event_of_a_kind_that_was_not_announced_is_refused_and_counted) {
    EXPECT_TRUE(household.happened(zigbee, "lamp", "turned", std::string("left"), now));
    EXPECT_TRUE(household.happened(zigbee, "lamp", "turned", std::int64_t{2}, now));
    EXPECT_EQ(household.figures().events_refused, 0U);
    household.records().clear();
    for (const Value& odd : {Value{std::string("up")}, Value{std::int64_t{3}}, Value{Null{}}}) {
        const auto seq = household.happened(zigbee, "lamp", "turned", odd, now);
        ASSERT_FALSE(seq);
        EXPECT_EQ(seq.error().code, Code::invalid_input);
    }
    EXPECT_EQ(household.figures().events_refused, 3U);
    EXPECT_TRUE(said<EventHappened>().empty());
}

TEST_F(HouseholdTest, an_action_without_input_takes_the_empty_ones) {
    Wish wish;
    wish.address = "lamp/identify";
    wish.run = true;
    for (const Value& nothing : {Value{Null{}}, Value{Json{"{}"}}}) {
        wish.value = nothing;
        EXPECT_TRUE(household.wish(owner, wish, now)) << to_json(nothing);
        EXPECT_EQ(said<CommandAsked>().back()->value, Value(Null{}));
    }
    for (const Value& something : {Value{true}, Value{Json{"[]"}}, Value{Json{R"({"a":1})"}}}) {
        wish.value = something;
        EXPECT_EQ(household.wish(owner, wish, now).error().code, Code::invalid_input);
    }
}

TEST_F(HouseholdTest, an_events_detail_must_be_possible_to_keep) {
    EXPECT_TRUE(household.happened(zigbee, "lamp", "pressed", std::string("double"), now));
    EXPECT_FALSE(household.happened(zigbee, "lamp", "pressed",
                                    std::numeric_limits<double>::quiet_NaN(), now));
    EXPECT_FALSE(household.happened(zigbee, "lamp", "pressed", std::string("\xff\xfe"), now));
    EXPECT_FALSE(household.happened(zigbee, "lamp", "pressed",
                                    std::string(string_value_bytes_max + 1, 'x'), now));
    EXPECT_FALSE(household.happened(zigbee, "lamp", "exploded", Null{}, now));
    EXPECT_EQ(said<EventHappened>().size(), 1U);
}

// ---- commands ----

TEST_F(HouseholdTest, a_report_of_the_wished_value_confirms_and_names_the_command_as_its_cause) {
    const auto command = ask(owner, "lamp/on", true);
    ASSERT_TRUE(command);
    ASSERT_EQ(household.orders().size(), 1U);
    EXPECT_EQ(household.orders().front().connector, zigbee);
    EXPECT_FALSE(household.orders().front().when_durable);
    const auto reading = say("lamp/on", true);
    EXPECT_EQ(household.records()[1].cause, *command);
    ASSERT_NE(end_of(*command), nullptr);
    EXPECT_EQ(end_of(*command)->outcome, Outcome::confirmed);
    EXPECT_EQ(household.records().back().cause, *reading);
}

TEST_F(HouseholdTest, a_report_names_what_it_was_worked_out_from_unless_it_answers_a_command) {
    const auto first = say("lamp/power", 5.0);
    ASSERT_TRUE(first);
    const auto report = [&](std::string_view address, Value value, Seq cause) {
        household.records().clear();
        return household.report(zigbee, {id(address), Quality::good, {}, std::move(value)}, now,
                                cause);
    };
    ASSERT_TRUE(report("lamp/level", 10.0, *first));
    EXPECT_EQ(household.records().back().cause, *first);
    ASSERT_TRUE(report("lamp/level", 11.0, household.head() + 7));  // there is no such record yet
    EXPECT_EQ(household.records().back().cause, 0U);

    const auto command = ask(owner, "lamp/level", 50.0);
    ASSERT_TRUE(report("lamp/level", 50.0, *first));
    EXPECT_EQ(household.records().front().cause, *command);
}

TEST_F(HouseholdTest, a_report_from_before_what_is_believed_confirms_nothing) {
    ASSERT_TRUE(say("lamp/on", false, now.wall));
    const auto command = ask(owner, "lamp/on", true);
    ASSERT_TRUE(say("lamp/on", true, now.wall - hours(1)));
    EXPECT_EQ(end_of(*command), nullptr);
    EXPECT_EQ(household.records().back().cause, 0U) << "an old report comes from no command";
    EXPECT_EQ(belief("lamp/on").value, Value(false));
}

TEST_F(HouseholdTest, numbers_confirm_within_half_a_step) {
    const auto command = ask(owner, "lamp/level", 50.0);
    ASSERT_TRUE(say("lamp/level", 51.0));
    EXPECT_EQ(end_of(*command), nullptr);
    ASSERT_TRUE(say("lamp/level", 50.5));
    ASSERT_NE(end_of(*command), nullptr);
    EXPECT_EQ(end_of(*command)->outcome, Outcome::confirmed);
}

TEST_F(HouseholdTest, confirming_a_wish_ends_the_older_ones_as_overtaken_and_leaves_newer_ones) {
    const auto first = ask(owner, "lamp/level", 10.0);
    const auto second = ask(owner, "lamp/level", 20.0);
    const auto third = ask(owner, "lamp/level", 30.0);
    ASSERT_TRUE(say("lamp/level", 20.0));
    ASSERT_NE(end_of(*first), nullptr);
    EXPECT_EQ(end_of(*first)->outcome, Outcome::failed);
    EXPECT_EQ(end_of(*first)->detail, "overtaken by command " + std::to_string(*second));
    EXPECT_EQ(end_of(*second)->outcome, Outcome::confirmed);
    EXPECT_EQ(end_of(*third), nullptr);
}

TEST_F(HouseholdTest, wishing_the_same_twice_confirms_both) {
    const auto first = ask(owner, "lamp/on", true);
    const auto second = ask(owner, "lamp/on", true);
    ASSERT_TRUE(say("lamp/on", true));
    EXPECT_EQ(end_of(*first)->outcome, Outcome::confirmed);
    EXPECT_EQ(end_of(*second)->outcome, Outcome::confirmed);
}

TEST_F(HouseholdTest, the_oldest_of_too_many_wishes_for_one_property_gives_way) {
    std::vector<Seq> commands;
    for (std::size_t i = 0; i <= Commands::pending_per_property_max; ++i) {
        commands.push_back(*ask(owner, "lamp/level", static_cast<double>(i)));
    }
    ASSERT_NE(end_of(commands.front()), nullptr);
    EXPECT_EQ(end_of(commands.front())->outcome, Outcome::failed);
    EXPECT_EQ(end_of(commands[1]), nullptr);
    EXPECT_EQ(household.commands().size(), Commands::pending_per_property_max);
}

TEST_F(HouseholdTest, a_device_that_already_is_as_wished_need_not_say_so_again) {
    ASSERT_TRUE(say("lamp/on", true));
    const auto command = ask(owner, "lamp/on", true, seconds(5));
    pass(seconds(5));
    ASSERT_NE(end_of(*command), nullptr);
    EXPECT_EQ(end_of(*command)->outcome, Outcome::confirmed);
    EXPECT_EQ(end_of(*command)->detail, "it already was so");
}

TEST_F(HouseholdTest, what_was_known_before_a_restart_confirms_nothing) {
    ASSERT_TRUE(say("lamp/on", true));
    household.start(now, "again");
    const auto command = ask(owner, "lamp/on", true, seconds(5));
    pass(seconds(5));
    EXPECT_EQ(end_of(*command)->outcome, Outcome::timed_out);
}

TEST_F(HouseholdTest, an_answer_after_the_end_changes_nothing) {
    const auto command = ask(owner, "lamp/on", true, seconds(5));
    pass(seconds(5));
    household.answer(*command, Outcome::confirmed, "", now);
    household.answer(999, Outcome::confirmed, "", now);
    EXPECT_EQ(said<CommandEnded>().size(), 1U);
    EXPECT_EQ(end_of(*command)->outcome, Outcome::timed_out);
}

TEST_F(HouseholdTest, a_deadline_keeps_its_length_when_the_wall_clock_jumps) {
    const auto command = ask(owner, "lamp/on", true, seconds(5));
    now.wall = now.wall + days(400);
    household.tick(now);
    EXPECT_EQ(end_of(*command), nullptr);
    EXPECT_EQ(said<ClockJumped>().size(), 1U);
    pass(seconds(5));
    EXPECT_NE(end_of(*command), nullptr);
    EXPECT_EQ(said<ClockJumped>().size(), 1U) << "one jump, one record";
}

TEST_F(HouseholdTest, refuses_a_life_that_is_not_or_is_too_long) {
    EXPECT_EQ(ask(owner, "lamp/on", true, seconds(0)).error().code, Code::invalid_input);
    EXPECT_EQ(ask(owner, "lamp/on", true, hours(24) + seconds(1)).error().code,
              Code::invalid_input);
    EXPECT_TRUE(ask(owner, "lamp/on", true, hours(24)));
}

TEST_F(HouseholdTest, refuses_what_cannot_be_set_and_what_does_not_fit) {
    EXPECT_EQ(ask(owner, "lamp/power", 3.0).error().code, Code::invalid_input);
    EXPECT_EQ(ask(owner, "lamp/level", 101.0).error().code, Code::invalid_input);
    EXPECT_EQ(ask(owner, "lamp/on", Null{}).error().code, Code::invalid_input);
    EXPECT_EQ(ask(owner, "no address", true).error().code, Code::invalid_input);
    EXPECT_TRUE(household.orders().empty());
}

TEST_F(HouseholdTest, an_action_without_input_takes_none) {
    Wish wish;
    wish.address = "lamp/identify";
    wish.run = true;
    EXPECT_TRUE(household.wish(owner, wish, now));
    wish.value = std::numeric_limits<double>::quiet_NaN();
    const auto refused = household.wish(owner, wish, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::invalid_input);
}

TEST_F(HouseholdTest, a_denied_wish_is_on_record_and_sounds_like_what_does_not_exist) {
    const auto guest = *household.name_subject("guest:ben", SubjectKind::guest, the_hub, now);
    household.records().clear();
    const auto forbidden = ask(guest, "lamp/on", true);
    const auto nothing = ask(guest, "safe/open", true);
    ASSERT_FALSE(forbidden);
    EXPECT_EQ(forbidden.error(), nothing.error());
    const auto denied = said<CommandDenied>();
    ASSERT_EQ(denied.size(), 2U);
    EXPECT_EQ(denied[0]->address, "lamp/on");
    EXPECT_NE(denied[0]->reason, denied[1]->reason) << "the owner may know which";
    EXPECT_TRUE(household.orders().empty());
}

TEST_F(HouseholdTest, a_denied_wish_keeps_only_what_can_be_kept) {
    const auto guest = *household.name_subject("guest:ben", SubjectKind::guest, the_hub, now);
    household.records().clear();
    (void)ask(guest, "lamp/on", std::numeric_limits<double>::infinity());
    (void)ask(guest, "lamp/on", std::string(1'000'000, 'x'));
    (void)ask(guest, "lamp/on", std::string("\xff"));
    (void)ask(guest, "lamp/on", Json{"[" + std::string(1000, ' ') + "]"});
    for (const auto* denied : said<CommandDenied>()) {
        const auto* text = std::get_if<std::string>(&denied->value);
        ASSERT_NE(text, nullptr);
        EXPECT_LE(text->size(), 203U) << "200 bytes and three dots";
    }
    EXPECT_EQ(said<CommandDenied>().size(), 4U);
}

TEST_F(HouseholdTest, commands_of_outsiders_and_for_critical_properties_wait_for_the_disk) {
    ThingSpec door;
    door.id = "door";
    PropertySpec locked;
    locked.name = "locked";
    locked.type = Type::boolean;
    locked.settable = true;
    locked.sensitivity = Sensitivity::critical;
    door.properties = {locked};
    ASSERT_TRUE(household.tell(zigbee, door, now));
    const auto agent = *household.name_subject("agent:butler", SubjectKind::agent, the_hub, now);
    GrantGiven grant;
    grant.subject = agent;
    grant.addresses = {"lamp/*"};
    grant.verbs = static_cast<std::uint16_t>(Verb::set);
    ASSERT_TRUE(household.give(grant, the_hub, now));
    ASSERT_TRUE(ask(owner, "door/locked", true));
    ASSERT_TRUE(ask(agent, "lamp/on", true));
    ASSERT_TRUE(ask(owner, "lamp/on", true));
    ASSERT_EQ(household.orders().size(), 3U);
    EXPECT_TRUE(household.orders()[0].when_durable);
    EXPECT_TRUE(household.orders()[1].when_durable);
    EXPECT_FALSE(household.orders()[2].when_durable);
}

// ---- rules ----

TEST_F(HouseholdTest,
       a_chain_of_causes_grows_by_one_with_each_rule_and_is_cut_when_it_is_too_long) {
    ASSERT_TRUE(household.rules()
                    .load({rule("again", OnChange{"lamp/level"},
                                {SetAction{"lamp/level", {}, "value == 1 and 2 or 1"}})},
                          now)
                    .empty());
    ASSERT_TRUE(say("lamp/level", 1.0));
    // The device does as it is told, at once and for ever; the house must come to rest by itself.
    int answered = 0;
    for (std::size_t i = 0; i < household.orders().size() && answered < 1000; ++i, ++answered) {
        const Value value = household.orders()[i].value;
        ASSERT_TRUE(say("lamp/level", value));
    }
    EXPECT_EQ(answered, Household::chain_depth_max) << "each rule counts once";
    EXPECT_EQ(household.figures().loops_broken, 1U);
    ASSERT_FALSE(said<RuleRan>().empty());
    EXPECT_EQ(said<RuleRan>().back()->outcome, RunOutcome::failed);
    EXPECT_NE(said<RuleRan>().back()->detail.find("a loop?"), std::string::npos);
    // What somebody else changes afterwards begins a chain of its own.
    household.orders().clear();
    ASSERT_TRUE(say("lamp/level", 50.0));
    EXPECT_EQ(household.orders().size(), 1U);
}

TEST_F(HouseholdTest, what_a_rule_may_not_or_cannot_do_is_on_record) {
    ASSERT_TRUE(
        household.rules()
            .load({rule("wrong", OnChange{"lamp/on"},
                        {SetAction{"lamp/power", 3.0, ""}, SetAction{"nothing/here", true, ""}})},
                  now)
            .empty());
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_EQ(said<CommandDenied>().size(), 2U);
    EXPECT_NE(said<CommandDenied>()[0]->reason.find("cannot be set"), std::string::npos);
}

TEST_F(HouseholdTest, a_rule_whose_name_is_somebody_elses_sees_and_does_nothing) {
    ASSERT_TRUE(household.name_subject("rule:mine", SubjectKind::token, the_hub, now));
    ASSERT_TRUE(
        household.rules()
            .load({rule("mine", OnBecomes{"lamp/on", true}, {SetAction{"lamp/level", 5.0, ""}})},
                  now)
            .empty());
    ASSERT_TRUE(say("lamp/on", true));
    EXPECT_TRUE(household.orders().empty());
    for (const auto* ran : said<RuleRan>()) EXPECT_EQ(ran->outcome, RunOutcome::failed);
}

TEST_F(HouseholdTest, a_wait_goes_on_after_a_restart_even_with_the_clock_set_years_back) {
    const auto load = [&] {
        return household.rules().load(
            {rule("later", OnBecomes{"lamp/on", true},
                  {WaitAction{minutes(10)}, SetAction{"lamp/level", 5.0, ""}})},
            now);
    };
    ASSERT_TRUE(load().empty());
    ASSERT_TRUE(say("lamp/on", true));
    std::string snapshot;
    household.save(snapshot);

    Household again(zone);
    ASSERT_TRUE(again.load(snapshot));
    now.wall = now.wall - days(3 * 365);
    again.start(now, "again");
    ASSERT_TRUE(again.rules()
                    .load({rule("later", OnBecomes{"lamp/on", true},
                                {WaitAction{minutes(10)}, SetAction{"lamp/level", 5.0, ""}})},
                          now)
                    .empty());
    now.wall = now.wall + minutes(10);
    now.mono = now.mono + minutes(10);
    again.tick(now);
    ASSERT_EQ(again.orders().size(), 1U);
    EXPECT_EQ(again.orders().front().value, Value(5.0));
}

// ---- the record ----

TEST_F(HouseholdTest, a_restart_ends_what_was_under_way_as_timed_out) {
    const auto command = ask(owner, "lamp/on", true);
    household.start(now, "again");
    ASSERT_NE(end_of(*command), nullptr);
    EXPECT_EQ(end_of(*command)->outcome, Outcome::timed_out);
    EXPECT_EQ(household.boot(), 2U);
}

TEST_F(HouseholdTest, a_damaged_journal_is_corrupt_and_not_a_crash) {
    const auto tell = [this](Body body) {
        Household fresh(zone);
        Record record;
        record.seq = 1;
        record.time = Time{1};
        record.body = std::move(body);
        const auto done = fresh.replay(record);
        return done ? Code::conflict : done.error().code;
    };
    EXPECT_EQ(tell(Reading{PropertyId{3}, Quality::good, {}, true}), Code::corrupt);
    EXPECT_EQ(tell(SubjectNamed{SubjectId{7}, "owner:anna", SubjectKind::owner}), Code::corrupt);
    EXPECT_EQ(tell(SubjectNamed{SubjectId{1}, "hub", SubjectKind::owner}), Code::corrupt);
    EXPECT_EQ(tell(GrantGiven{SubjectId{7}, {"*"}, 1, {}, {}, "", ""}), Code::corrupt);
    CommandAsked asked;
    asked.property = PropertyId{2};
    EXPECT_EQ(tell(asked), Code::corrupt);
    ThingTold told;
    told.spec.id = "not a name";
    EXPECT_EQ(tell(told), Code::corrupt);
    told.spec.id = "lamp";
    told.ids = {PropertyId{0}};
    EXPECT_EQ(tell(told), Code::corrupt) << "more numbers than properties";
    told.spec.properties.resize(1);
    told.spec.properties[0].name = "on";
    told.ids = {PropertyId{5}};
    EXPECT_EQ(tell(told), Code::corrupt) << "another number than the first";
    told.ids = {PropertyId{0}};
    EXPECT_EQ(tell(told), Code::conflict) << "and this one is right";
}

TEST_F(HouseholdTest, a_snapshot_loads_to_itself_and_no_shorter_part_of_it_loads) {
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(ask(owner, "lamp/level", 5.0));
    std::string bytes;
    household.save(bytes);
    Household again(zone);
    ASSERT_TRUE(again.load(bytes));
    std::string same;
    again.save(same);
    EXPECT_EQ(same, bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Household shorter(zone);
        const auto loaded = shorter.load(std::string_view(bytes).substr(0, size));
        ASSERT_FALSE(loaded) << size;
        EXPECT_EQ(loaded.error().code, Code::corrupt);
    }
}

TEST_F(HouseholdTest, denials_are_bounded_on_record_and_the_rest_is_counted) {
    const auto stranger =
        *household.name_subject("token:stranger", SubjectKind::token, the_hub, now);
    const auto other = *household.name_subject("token:other", SubjectKind::token, the_hub, now);
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(ask(stranger, "lamp/on", true));
    EXPECT_EQ(said<CommandDenied>().size(), Household::denials_per_minute_max);
    EXPECT_FALSE(ask(other, "lamp/on", true));
    EXPECT_EQ(said<CommandDenied>().size(), Household::denials_per_minute_max + 1)
        << "one who floods hides nobody else";
    EXPECT_EQ(household.figures().commands_denied, 1001U);
    ASSERT_TRUE(household.next_wake(now).has_value());
    EXPECT_LE(*household.next_wake(now), now.mono + minutes(1)) << "to tell how many there were";
    household.records().clear();
    pass(minutes(1));
    ASSERT_EQ(said<CommandDenied>().size(), 1U);
    EXPECT_EQ(said<CommandDenied>()[0]->reason, "970 more wishes were denied within a minute");
    EXPECT_EQ(household.records().front().actor, stranger);
    pass(minutes(1));
    EXPECT_EQ(said<CommandDenied>().size(), 1U) << "told once";
    EXPECT_FALSE(ask(stranger, "lamp/on", true));
    EXPECT_EQ(said<CommandDenied>().size(), 2U) << "a new minute";
}

}  // namespace
}  // namespace foxtail
