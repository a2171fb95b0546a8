#include "home_test.hpp"

namespace foxtail::sim {
namespace {

struct DoorTest : HomeTest {
    std::vector<Record> journal(const Door& door, JournalQuery query = {}) {
        std::vector<Record> found;
        door.journal(query, [&](Result<std::vector<Record>> records) {
            if (records) found = std::move(*records);
        });
        settle();
        return found;
    }
    Result<std::vector<Record>> why(const Door& door, Seq seq) {
        std::optional<Result<std::vector<Record>>> found;
        door.why(seq, [&](Result<std::vector<Record>> records) { found = std::move(records); });
        world.advance(seconds(5));
        if (!found) return fail(Code::timed_out, "no answer");
        return std::move(*found);
    }
};

TEST_F(DoorTest, what_is_forbidden_answers_exactly_as_what_does_not_exist) {
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(say("lock/locked", true));
    const Door door = token("token:t", {"lamp/on"}, bits({Verb::read, Verb::set, Verb::history}));
    ASSERT_TRUE(door.read("lamp/on"));
    EXPECT_EQ(door.read("lock/locked").error(), door.read("nothing/there").error());
    EXPECT_EQ(door.thing("lock").error(), door.thing("nothing").error());
    const auto forbidden = ask(door, "lock/locked", false);
    const auto nothing = ask(door, "nothing/there", false);
    settle();
    EXPECT_EQ((*forbidden)->error(), (*nothing)->error());
    std::optional<Error> a;
    std::optional<Error> b;
    HistoryQuery query;
    query.to = world.wall;
    door.history("lock/locked", query, [&](auto points) { a = points.error(); });
    door.history("nothing/there", query, [&](auto points) { b = points.error(); });
    ASSERT_TRUE(a && b);
    EXPECT_EQ(*a, *b);
    // Also of records: one that is not theirs, and one that is not yet.
    EXPECT_EQ(why(door, 2).error(), why(door, hub->head() + 1000).error());
    EXPECT_EQ(door.command(1).error(), door.command(99999).error());
}

TEST_F(DoorTest, shows_only_the_things_and_members_that_may_be_discovered) {
    const Door door = token("token:t", {"lamp/on"}, bits({Verb::read}));
    std::vector<std::string> seen;
    door.things([&](const Thing& thing) { seen.push_back(thing.spec.id); });
    EXPECT_EQ(seen, std::vector<std::string>{"lamp"});
    const Thing& lamp = **door.thing("lamp");
    EXPECT_TRUE(door.discovers(lamp, "on"));
    EXPECT_FALSE(door.discovers(lamp, "level"));
    EXPECT_FALSE(door.discovers(lamp, "identify"));
    std::vector<std::string> readings;
    door.readings("",
                  [&](const PropertyView& view) { readings.push_back(view.property->address); });
    EXPECT_EQ(readings, std::vector<std::string>{"lamp/on"});
}

TEST_F(DoorTest, a_token_may_ask_how_its_own_command_ended_and_not_anothers) {
    const Door door = token("token:t", {"lamp/*"}, bits({Verb::read, Verb::set}));
    const auto mine = ask(door, "lamp/on", true);
    const auto theirs = ask(owner(), "lamp/level", 5.0);
    settle();
    ASSERT_TRUE(mine->has_value() && mine->value());
    EXPECT_FALSE(door.command(***mine)->outcome.has_value()) << "under way";
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(door.command(***mine)) << "in the very turn in which it ends";
    EXPECT_EQ(door.command(***mine)->outcome, Outcome::confirmed);
    ASSERT_TRUE(say("lamp/level", 5.0));
    settle();
    ASSERT_TRUE(door.command(***mine));
    EXPECT_EQ(door.command(***mine)->outcome, Outcome::confirmed);
    EXPECT_EQ(door.command(***theirs).error().code, Code::denied);
    EXPECT_TRUE(owner().command(***mine)) << "the owner may ask about all";
}

TEST_F(DoorTest, a_denial_is_on_record_before_the_one_denied_hears_of_it) {
    const Door door = token("token:t", {"lamp/on"}, bits({Verb::read}));
    const auto answer = ask(door, "lamp/on", true);
    EXPECT_FALSE(answer->has_value());
    settle();
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ(on_disk<CommandDenied>(), 1U);
}

TEST_F(DoorTest, a_denied_wish_tells_its_value_only_to_whom_the_property_may_be_told) {
    ASSERT_TRUE(hub->name_subject("resident:ben", SubjectKind::resident));
    std::optional<Result<Seq>> handed;
    owner().hand_over("lamp", {"resident:ben"}, {},
                      [&](Result<Seq> done) { handed = std::move(done); });
    settle();
    ASSERT_TRUE(handed && *handed);
    const Door stranger = token("token:t", {"lock/*"}, bits({Verb::read}));
    const auto lamp = ask(stranger, "lamp/level", 77.0);
    const auto lock = ask(stranger, "lock/locked", true);
    settle();
    JournalQuery denials;
    denials.kind = "command_denied";
    const auto records = journal(owner(), denials);
    ASSERT_EQ(records.size(), 2U) << "that it was tried is who maintains the house's business";
    for (const Record& record : records) {
        const auto& denied = std::get<CommandDenied>(record.body);
        EXPECT_EQ(std::holds_alternative<Null>(denied.value), denied.address == "lamp/level")
            << denied.address << ": " << denied.reason;
        const auto whole = why(owner(), record.seq);
        ASSERT_TRUE(whole);
        EXPECT_EQ(std::get<CommandDenied>(whole->front().body).reason, denied.reason);
    }
}

// ---- the past ----

TEST_F(DoorTest, the_journal_shows_an_outsider_only_what_it_has_the_history_of) {
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(say("lamp/level", 5.0));
    ASSERT_TRUE(say("lock/locked", true));
    const Door watcher = token("token:watcher", {"*"}, bits({Verb::read, Verb::observe}));
    const Door historian = token("token:historian", {"lamp/*"}, bits({Verb::history}));
    settle();
    JournalQuery readings;
    readings.kind = "reading";
    EXPECT_EQ(journal(watcher, readings).size(), 3U) << "a stream that was cut off catches up";
    world.advance(Hub::catch_up_max);
    EXPECT_TRUE(journal(watcher, readings).empty())
        << "to see what happens is not to see what happened";
    EXPECT_EQ(journal(historian, readings).size(), 2U);
    EXPECT_EQ(journal(owner(), readings).size(), 3U);
    for (const Record& record : journal(historian)) {
        EXPECT_TRUE(std::holds_alternative<Reading>(record.body)) << kind_name(record.body);
    }
}

TEST_F(DoorTest, a_record_of_a_thing_shows_only_the_members_that_may_be_discovered) {
    const Door door = token("token:t", {"lamp/on"}, bits({Verb::read, Verb::history}));
    JournalQuery told;
    told.kind = "thing_told";
    const auto records = journal(door, told);
    ASSERT_EQ(records.size(), 1U);
    const auto& lamp = *apart_if<ThingTold>(records.front().body);
    ASSERT_EQ(lamp.spec.properties.size(), 1U);
    EXPECT_EQ(lamp.spec.properties.front().name, "on");
    EXPECT_EQ(lamp.ids, std::vector<PropertyId>{id("lamp/on")});
    EXPECT_TRUE(lamp.spec.actions.empty());
    EXPECT_TRUE(lamp.spec.events.empty());
    EXPECT_EQ(apart_if<ThingTold>(journal(owner(), told).front().body)->spec.properties.size(), 2U);
}

TEST_F(DoorTest, why_climbs_from_the_report_to_the_one_who_wished_it) {
    const auto answer = ask(owner(), "lamp/on", true);
    const auto reading = say("lamp/on", true);
    const auto chain = why(owner(), *reading);
    ASSERT_TRUE(chain);
    ASSERT_EQ(chain->size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Reading>((*chain)[0].body));
    EXPECT_EQ((*chain)[1].seq, ***answer);
}

TEST_F(DoorTest, why_waits_for_a_record_that_is_not_yet_on_disk) {
    disk.commit_time = milliseconds(500);
    const auto reading = say("lamp/on", true);
    ASSERT_GT(*reading, hub->durable());
    const auto chain = why(owner(), *reading);
    ASSERT_TRUE(chain);
    EXPECT_EQ(chain->front().seq, *reading);
}

TEST_F(DoorTest, why_ends_at_what_the_one_who_asks_may_not_see) {
    ASSERT_TRUE(say("lamp/on", false));
    RuleSpec rule;
    rule.id = "follow";
    rule.triggers = {OnBecomes{"lock/locked", true}};
    rule.actions = {SetAction{"lamp/on", true, ""}};
    ASSERT_TRUE(hub->load_rules({rule}, "hash").empty());
    ASSERT_TRUE(say("lock/locked", true));
    const auto reading = say("lamp/on", true);
    settle();
    EXPECT_EQ(why(owner(), *reading)->size(), 4U);
    const Door door = token("token:t", {"lamp/*"}, bits({Verb::history}));
    const auto chain = why(door, *reading);
    ASSERT_TRUE(chain);
    EXPECT_EQ(chain->size(), 2U)
        << "the reading and its command; the rule is the household's own affair";
}

// ---- the household's affairs ----

TEST_F(DoorTest, the_households_affairs_are_for_those_who_manage_it) {
    const Door outsider =
        token("token:t", {"lamp/*"}, bits({Verb::read, Verb::set, Verb::history, Verb::grant}));
    EXPECT_FALSE(outsider.may_manage()) << "to grant one thing is not to manage the house";
    EXPECT_EQ(outsider.system().error().code, Code::denied);
    EXPECT_EQ(outsider.rules().error().code, Code::denied);
    EXPECT_EQ(outsider.traces("x").error().code, Code::denied);
    EXPECT_EQ(outsider.problems().error().code, Code::denied);
    EXPECT_EQ(outsider.subjects().error().code, Code::denied);
    outsider.grants([&](const Grant& grant) {
        EXPECT_EQ(grant.given.subject, outsider.subject()) << "an outsider sees others' grants";
    });
    EXPECT_TRUE(owner().may_manage());
}

TEST_F(DoorTest, the_system_page_counts) {
    ASSERT_TRUE(say("lamp/on", true));
    EXPECT_FALSE(say("lamp/on", std::string("maybe")));
    inlet->dropped("a queue", 3);
    const Door anna = owner();
    settle();
    const auto system = anna.system();
    ASSERT_TRUE(system);
    EXPECT_EQ(system->things, 2U);
    EXPECT_EQ(system->properties, 3U);
    EXPECT_EQ(system->head, hub->head());
    EXPECT_EQ(system->durable, hub->head());
    EXPECT_EQ(system->pending, 0U);
    EXPECT_EQ(system->figures.readings, 1U);
    EXPECT_EQ(system->figures.readings_refused, 1U);
    EXPECT_EQ(system->dropped,
              (std::vector<std::pair<std::string, std::uint64_t>>{{"a queue", 3}}));
}

TEST_F(DoorTest, a_grant_is_checked_before_it_is_given_and_counts_once_it_is_durable) {
    std::vector<Code> refusals;
    const auto refuse = [&](GrantGiven grant) {
        owner().give(std::move(grant), "token:new", [&](Result<Seq> seq) {
            if (!seq) refusals.push_back(seq.error().code);
        });
    };
    GrantGiven grant;
    grant.addresses = {"lamp/*"};
    refuse(grant);  // no verbs
    grant.verbs = 1U << 15;
    refuse(grant);  // no such verb
    grant.verbs = bits({Verb::read});
    grant.addresses = {};
    refuse(grant);
    grant.addresses = {"no pattern"};
    refuse(grant);
    grant.addresses = {"lamp/*"};
    grant.until = world.wall - seconds(1);
    refuse(grant);
    EXPECT_EQ(refusals, std::vector<Code>(5, Code::invalid_input));
    EXPECT_EQ(hub->authority().find("token:new"), nullptr);

    grant.until = {};
    std::optional<Seq> given;
    owner().give(grant, "token:new", [&](Result<Seq> seq) { given = *seq; });
    EXPECT_FALSE(given.has_value()) << "not yet durable";
    settle();
    ASSERT_TRUE(given.has_value());
    Door door = as("token:new", SubjectKind::token);
    EXPECT_TRUE(door.read("lamp/on"));
    bool refused = false;
    door.give(grant, "token:other",
              [&](Result<Seq> seq) { refused = seq.error().code == Code::denied; });
    EXPECT_TRUE(refused);

    std::optional<Result<void>> taken;
    owner().take_back(*given, "enough", [&](Result<Hub::Certificate> done) {
        taken = done ? Result<void>() : fail(done.error());
    });
    EXPECT_FALSE(door.read("lamp/on")) << "at once, and not when it is on disk";
    settle();
    EXPECT_TRUE(taken && *taken);
}

TEST_F(DoorTest, taking_back_answers_with_what_it_came_to) {
    std::optional<Result<Seq>> given;
    GrantGiven grant;
    grant.addresses = {"lamp/*"};
    grant.verbs = bits({Verb::read, Verb::observe, Verb::set});
    owner().give(grant, "participant:insurer", [&](Result<Seq> seq) { given = std::move(seq); });
    settle();
    ASSERT_TRUE(given && *given);
    Door insurer = as("participant:insurer", SubjectKind::participant);
    FakeStream stream;
    insurer.watch(stream);
    Wish wish;
    wish.address = "lamp/on";
    wish.value = true;
    wish.time_to_live = hours(1);
    insurer.wish(wish, [](const Result<Seq>&) {});
    std::optional<Result<Hub::Certificate>> taken;
    const Seq before = hub->head();
    insurer.take_back(**given, "given back",
                      [&](Result<Hub::Certificate> done) { taken = std::move(done); });
    EXPECT_FALSE(insurer.read("lamp/on"));
    settle();
    ASSERT_TRUE(taken && *taken);
    EXPECT_EQ((*taken)->effective, before + 1);
    EXPECT_EQ((*taken)->subject, "participant:insurer");
    EXPECT_EQ((*taken)->streams_closed, 1U);
    EXPECT_EQ((*taken)->commands_cancelled, 1U);
    EXPECT_LT((*taken)->delivered_last, (*taken)->effective);
}

// ---- live ----

TEST_F(DoorTest, a_stream_gets_what_its_subject_may_observe_until_that_is_taken_back) {
    Door door = token("token:t", {"lamp/on"}, bits({Verb::observe}));
    FakeStream stream;
    door.watch(stream);
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(say("lamp/level", 5.0));
    ASSERT_TRUE(say("lock/locked", true));
    settle();
    EXPECT_EQ(stream.readings, (std::vector<std::pair<std::string, Value>>{{"lamp/on", true}}));
    EXPECT_TRUE(stream.records.empty());
    owner().take_back(hub->authority().grants().front().id, "enough",
                      [](const Result<Hub::Certificate>&) {});
    settle();
    EXPECT_EQ(stream.closings, 1);
    ASSERT_TRUE(say("lamp/on", false));
    settle();
    EXPECT_EQ(stream.readings.size(), 1U);
}

TEST_F(DoorTest, a_stream_gets_what_is_said_in_the_millisecond_in_which_it_was_allowed) {
    Door door = as("token:t", SubjectKind::token);
    world.advance(Duration{1000 - world.wall.us % 1000 + 312});
    GrantGiven grant;
    grant.subject = door.subject();
    grant.addresses = {"lamp/on"};
    grant.verbs = bits({Verb::observe});
    ASSERT_TRUE(hub->give(grant));
    FakeStream stream;
    door.watch(stream);
    ASSERT_TRUE(say("lamp/on", true));
    settle();
    EXPECT_EQ(stream.readings, (std::vector<std::pair<std::string, Value>>{{"lamp/on", true}}));
}

TEST_F(DoorTest, a_stream_of_one_who_keeps_some_access_stays_open) {
    Door door = token("token:t", {"lamp/on"}, bits({Verb::observe}));
    token("token:t", {"lamp/level"}, bits({Verb::observe}));
    FakeStream stream;
    FakeStream owners;
    door.watch(stream);
    Door anna = owner();
    anna.watch(owners);
    anna.take_back(hub->authority().grants().front().id, "enough",
                   [](const Result<Hub::Certificate>&) {});
    settle();
    EXPECT_EQ(stream.closings, 0);
    EXPECT_EQ(owners.closings, 0);
    ASSERT_TRUE(say("lamp/on", true));
    ASSERT_TRUE(say("lamp/level", 3.0));
    settle();
    EXPECT_EQ(stream.readings, (std::vector<std::pair<std::string, Value>>{{"lamp/level", 3.0}}));
}

TEST_F(DoorTest, a_stream_may_ask_for_something_while_it_is_shown_a_reading) {
    Door door = owner();
    FakeStream stream;
    stream.on_reading = [&] {
        if (stream.readings.size() < 100)
            ask(door, "lamp/level", static_cast<double>(stream.readings.size()));
    };
    door.watch(stream);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(say("lamp/on", i % 2 == 0));
    settle();
    EXPECT_EQ(stream.readings.size(), 20U);
    EXPECT_EQ(hub->durable(), hub->head());
    Seq before = 0;
    for (const Record& record : disk.records) {
        ASSERT_EQ(record.seq, before + 1);
        before = record.seq;
    }
}

}  // namespace
}  // namespace foxtail::sim
