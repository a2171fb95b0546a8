#include <numeric>

#include "home_test.hpp"

namespace foxtail::sim {
namespace {

using HubTest = HomeTest;

// ---- group commit ----

TEST_F(HubTest, a_quiet_houses_records_are_committed_after_a_few_milliseconds_together) {
    const auto commits = disk.commits;
    ASSERT_TRUE(say("lamp/on", true));
    world.advance(milliseconds(1));
    ASSERT_TRUE(say("lamp/level", 5.0));
    world.advance(milliseconds(2));
    EXPECT_EQ(disk.commits, commits) << "the batch is still young";
    world.advance(milliseconds(2));
    EXPECT_EQ(disk.commits, commits + 1) << "both in one";
    settle();
    EXPECT_EQ(hub->durable(), hub->head());
    EXPECT_EQ(disk.commits, commits + 1);
}

TEST_F(HubTest, what_somebody_waits_for_goes_to_a_disk_that_rests_at_once) {
    const auto commits = disk.commits;
    ASSERT_TRUE(say("lamp/on", true));
    inlet->when_durable([](const Result<void>&) {});
    world.settle();
    EXPECT_EQ(disk.commits, commits + 1);
}

TEST_F(HubTest, who_begins_to_wait_for_a_young_batch_sends_it_off) {
    const auto commits = disk.commits;
    ASSERT_TRUE(say("lamp/on", true));
    world.advance(milliseconds(1));
    ASSERT_EQ(disk.commits, commits);
    inlet->when_durable([](const Result<void>&) {});
    world.settle();
    EXPECT_EQ(disk.commits, commits + 1);
}

TEST_F(HubTest, however_many_wait_the_disk_is_not_asked_more_often_than_before) {
    disk.commit_time = milliseconds(1);
    const auto commits = disk.commits;
    int told = 0;
    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(say("lamp/level", static_cast<double>(i)));
        inlet->when_durable([&](const Result<void>& durable) { told += durable ? 1 : 0; });
        world.advance(Duration{500});
    }
    const auto batches = milliseconds(100).us / Hub::batch_age_max.us;
    EXPECT_LE(disk.commits - commits, static_cast<std::uint64_t>(batches) + 1);
    settle();
    EXPECT_EQ(told, 200);
}

TEST_F(HubTest, a_full_batch_does_not_wait) {
    const auto commits = disk.commits;
    for (std::size_t i = 0; i < Hub::batch_records_max; ++i)
        ASSERT_TRUE(say("lamp/level", static_cast<double>(i)));
    world.settle();
    EXPECT_EQ(disk.commits, commits + 1);
}

TEST_F(HubTest, while_one_batch_is_on_its_way_the_next_collects) {
    disk.commit_time = seconds(1);
    const auto commits = disk.commits;
    ASSERT_TRUE(say("lamp/on", true));
    world.advance(milliseconds(10));
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(say("lamp/level", static_cast<double>(i)));
        world.advance(milliseconds(5));
    }
    EXPECT_EQ(disk.commits, commits + 1);
    world.advance(seconds(3));
    EXPECT_EQ(disk.commits, commits + 2);
    EXPECT_EQ(hub->durable(), hub->head());
}

// ---- names ----

TEST_F(HubTest, a_name_that_looks_like_anothers_is_shown_by_the_numbers_of_its_letters) {
    const auto title = [&](std::string id, std::string_view says) {
        ThingSpec spec = lamp();
        spec.id = std::move(id);
        spec.title = says;
        return inlet->catalogue().thing(*inlet->tell(spec)).spec.title;
    };
    EXPECT_EQ(title("door", "Front door"), "Front door");
    EXPECT_EQ(title("fake", "Fr\u043Ent door"), "Fr(U+043E)nt door");
    EXPECT_EQ(title("top", "TOP"), "TOP");
    EXPECT_EQ(title("fake-top", "\u0422\u041E\u0420"), "(U+0422)(U+041E)(U+0420)")
        << "of one alphabet, and taken for the other";
    EXPECT_EQ(title("window", "\u041E\u043A\u043D\u043E"), "\u041E\u043A\u043D\u043E");
    EXPECT_EQ(title("window-2", "\u041E\u043A\u043D\u043E"), "\u041E\u043A\u043D\u043E")
        << "who calls two things the same does so openly";
}

// ---- what was refused ----

TEST_F(HubTest, what_was_refused_is_told_by_its_shape_unless_it_is_about_nobody) {
    const auto sample = [&] { return (*owner().problems())->all().front().sample; };
    inlet->refuse("a", "phones/anna", R"({"lat":47.92211})", "'47.92211' is nowhere");
    EXPECT_EQ(sample(), R"({"lat":…})");
    EXPECT_EQ((*owner().problems())->all().front().reason, "'…' is nowhere");
    inlet->refuse("a", "probe", R"({"odd":1})", "no such key", Inlet::Sample::whole);
    EXPECT_EQ(sample(), R"({"odd":1})");
    settle();
    for (const Record& record : disk.records) {
        const auto* refused = std::get_if<InputRefused>(&record.body);
        if (refused == nullptr) continue;
        EXPECT_EQ(refused->sample.find("47.9"), std::string::npos) << "on record neither";
        EXPECT_EQ(refused->reason.find("47.9"), std::string::npos);
    }
    const ThingId thing = inlet->catalogue().find_thing("lamp")->id;
    EXPECT_TRUE(inlet->about_nobody(thing));
    (void)owner();
    std::optional<Result<Seq>> done;
    owner().hand_over("lamp", {"owner:anna"}, {}, [&](Result<Seq> seq) { done = seq; });
    settle();
    ASSERT_TRUE(done && *done);
    EXPECT_FALSE(inlet->about_nobody(thing)) << "it is somebody's now";
    for (const ThingKind kind : {ThingKind::person, ThingKind::vehicle}) {
        ThingSpec spec = lamp();
        spec.id = "x" + std::to_string(static_cast<int>(kind));
        spec.kind = kind;
        EXPECT_FALSE(inlet->about_nobody(*inlet->tell(spec)));
    }
    ThingSpec badge = lamp();
    badge.id = "badge";
    badge.properties[0].sensitivity = Sensitivity::personal;
    EXPECT_FALSE(inlet->about_nobody(*inlet->tell(badge)));
}

// ---- orders ----

TEST_F(HubTest, a_lamps_order_leaves_at_once_and_a_locks_only_when_it_is_on_disk) {
    disk.commit_time = seconds(1);
    const auto answer = ask(owner(), "lamp/on", true);
    ASSERT_EQ(outlet.sent.size(), 1U);
    EXPECT_FALSE(answer->has_value()) << "the acknowledgement waits for the disk all the same";
    ask(owner(), "lock/locked", true);
    world.advance(milliseconds(500));
    EXPECT_EQ(outlet.sent.size(), 1U);
    world.advance(seconds(3));
    EXPECT_EQ(outlet.sent.size(), 2U);
    EXPECT_TRUE(answer->has_value() && answer->value());
}

TEST_F(HubTest, an_order_whose_command_ended_while_it_waited_for_the_disk_does_not_leave) {
    disk.commit_time = seconds(1);
    std::vector<Seq> commands;
    for (std::size_t i = 0; i <= Commands::pending_per_property_max; ++i)
        ask(owner(), "lock/locked", i % 2 == 0);
    world.advance(seconds(4));
    // The first gave way to the newer ones: unlocking after the record says "failed" would be a
    // lie.
    EXPECT_EQ(outlet.sent.size(), Commands::pending_per_property_max);
}

TEST_F(HubTest, a_connector_that_answers_from_within_send_is_not_sent_anything_twice) {
    outlet.on_send = [&](const Order& order) {
        ASSERT_LT(outlet.sent.size(), 10U) << "sent again and again";
        const auto said = inlet->report({order.property, Quality::good, {}, order.value});
        ASSERT_TRUE(said);
    };
    RuleSpec rule;
    rule.id = "follow";
    rule.triggers = {OnBecomes{"lamp/on", true}};
    rule.actions = {SetAction{"lamp/level", 40.0, ""}};
    ASSERT_TRUE(hub->load_rules({rule}, "hash").empty());
    const auto answer = ask(owner(), "lamp/on", true);
    settle();
    ASSERT_EQ(outlet.sent.size(), 2U);
    EXPECT_EQ(outlet.sent[0].value, Value(true));
    EXPECT_EQ(outlet.sent[1].value, Value(40.0));
    EXPECT_EQ(owner().command(**answer->operator->())->outcome, Outcome::confirmed);
}

TEST_F(HubTest, what_the_connector_cannot_send_has_failed_and_what_it_hands_over_is_confirmed) {
    outlet.answer = fail(Code::unavailable, "the radio is off");
    const auto first = ask(owner(), "lamp/on", true);
    settle();
    EXPECT_EQ(owner().command(***first)->outcome, Outcome::failed);
    EXPECT_EQ(owner().command(***first)->detail, "the radio is off");
    outlet.answer = Outlet::Sent::done;
    const auto second = ask(owner(), "lamp/identify", Null{}, true);
    settle();
    EXPECT_EQ(owner().command(***second)->outcome, Outcome::confirmed);
}

TEST_F(HubTest, a_thing_whose_connector_is_not_running_cannot_be_told_anything) {
    disk.power_cut();
    world.forget_all();
    hub = std::make_unique<Hub>(Environment{world, world, world}, zone, disk);
    ASSERT_TRUE(hub->start("test"));  // nobody attaches
    const auto answer = ask(owner(), "lamp/on", true);
    settle();
    EXPECT_EQ(owner().command(***answer)->outcome, Outcome::failed);
}

// ---- a disk that fails ----

TEST_F(HubTest, a_full_disk_means_read_only_and_recovery_puts_everything_on_record) {
    disk.failing = true;
    ASSERT_TRUE(say("lamp/on", true));
    std::optional<Result<void>> durable;
    inlet->when_durable([&](Result<void> done) { durable = std::move(done); });
    settle();
    EXPECT_TRUE(hub->health().read_only);
    EXPECT_EQ(hub->health().reason, "the disk is full");
    ASSERT_TRUE(durable.has_value());
    EXPECT_FALSE(*durable) << "nothing is acknowledged";
    EXPECT_EQ(outlet.pauses, std::vector<bool>{true});
    EXPECT_EQ(say("lamp/on", false).error().code, Code::unavailable);
    EXPECT_EQ(inlet->happened("lamp", "pressed", Null{}).error().code, Code::unavailable);
    EXPECT_EQ(inlet->tell(lamp()).error().code, Code::unavailable);
    const auto answer = ask(owner(), "lamp/level", 3.0);
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((*answer)->error().code, Code::unavailable);

    disk.failing = false;
    world.advance(seconds(2));
    EXPECT_FALSE(hub->health().read_only);
    EXPECT_EQ(outlet.pauses, (std::vector<bool>{true, false}));
    settle();
    EXPECT_EQ(hub->durable(), hub->head());
    EXPECT_EQ(disk.records.back().seq, hub->head());
    EXPECT_EQ(on_disk<Reading>(), 1U);
}

TEST_F(HubTest, a_full_disk_is_tried_once_a_second_and_nothing_else_goes_on) {
    RuleSpec rule;
    rule.id = "often";
    rule.triggers = {Every{seconds(1)}};
    rule.actions = {NotifyAction{"tick", "", ""}};
    ASSERT_TRUE(hub->load_rules({rule}, "hash").empty());
    ask(owner(), "lamp/on", true);
    settle();
    disk.failing = true;
    ASSERT_TRUE(say("lamp/on", false));
    settle();
    ASSERT_TRUE(hub->health().read_only);
    const auto commits = disk.commits;
    const auto steps = world.steps;
    const auto head = hub->head();
    world.advance(minutes(1));
    EXPECT_LE(disk.commits, commits + 61);
    EXPECT_GE(disk.commits, commits + 55);
    EXPECT_LE(world.steps, steps + 200) << "the house spins while it can do nothing";
    EXPECT_EQ(hub->head(), head) << "no deadline and no rule without a record";
}

TEST_F(HubTest, what_was_dropped_is_on_record_once_there_is_a_disk_again) {
    disk.failing = true;
    ASSERT_TRUE(say("lamp/on", true));
    settle();
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(say("lamp/on", false));
    disk.failing = false;
    world.advance(seconds(3));
    ASSERT_EQ(on_disk<Dropped>(), 1U);
    const auto at = std::find_if(disk.records.begin(), disk.records.end(), [](const Record& r) {
        return std::holds_alternative<Dropped>(r.body);
    });
    EXPECT_EQ(std::get<Dropped>(at->body).where, "store");
    EXPECT_EQ(std::get<Dropped>(at->body).count, 5U);
}

TEST_F(HubTest, drops_are_on_record_once_a_minute_with_all_that_was_dropped) {
    for (int i = 0; i < 130; ++i) {
        inlet->dropped("slow client", 2);
        world.advance(seconds(1));
    }
    settle();
    EXPECT_EQ(on_disk<Dropped>(), 3U);
    std::uint64_t total = 0;
    for (const Record& record : disk.records) {
        if (const auto* dropped = std::get_if<Dropped>(&record.body)) total += dropped->count;
    }
    EXPECT_EQ(total, 2U * 121U) << "what came after the last record is told by the next";
}

TEST_F(HubTest, connectors_pause_while_the_store_is_behind_and_go_on_when_it_has_caught_up) {
    disk.commit_time = seconds(10);
    ASSERT_TRUE(say("lamp/level", 0.0));
    world.advance(milliseconds(10));
    for (std::size_t i = 0; i <= Hub::pending_pause; ++i) {
        ASSERT_TRUE(say("lamp/level", static_cast<double>(i)));
        if (i % 1000 == 0) world.settle();
    }
    world.settle();
    EXPECT_EQ(outlet.pauses, std::vector<bool>{true});
    world.advance(seconds(30));
    EXPECT_EQ(outlet.pauses, (std::vector<bool>{true, false}));
    EXPECT_EQ(hub->durable(), hub->head());
}

TEST_F(HubTest, a_connector_that_comes_while_the_disk_is_full_is_asked_to_pause_at_once) {
    disk.failing = true;
    ASSERT_TRUE(say("lamp/on", true));
    settle();
    ASSERT_TRUE(hub->health().read_only);
    FakeOutlet late;
    ASSERT_TRUE(hub->attach("late", late));
    EXPECT_EQ(late.pauses, std::vector<bool>{true});
    disk.failing = false;
    world.advance(seconds(2));
    EXPECT_EQ(late.pauses, (std::vector<bool>{true, false}));
}

// ---- keepsakes ----

TEST_F(HubTest, a_keepsake_is_committed_without_any_record_and_when_durable_waits_for_it) {
    const auto commits = disk.commits;
    const auto head = hub->head();
    disk.commit_time = seconds(1);
    inlet->keep("a/b", "kept");
    bool durable = false;
    inlet->when_durable([&](const Result<void>& done) { durable = done.has_value(); });
    world.advance(milliseconds(500));
    EXPECT_EQ(disk.commits, commits + 1);
    EXPECT_FALSE(durable);
    world.advance(seconds(1));
    EXPECT_TRUE(durable);
    EXPECT_EQ(hub->head(), head) << "it is no history";
    world.advance(seconds(10));
    EXPECT_EQ(disk.commits, commits + 1);
    crash();
    std::string found;
    ASSERT_TRUE(inlet->kept(
        [&](auto name, auto bytes) { found += std::string(name) + "=" + std::string(bytes); }));
    EXPECT_EQ(found, "a/b=kept");
}

TEST_F(HubTest, keepsakes_of_one_commit_go_together_and_the_newest_counts) {
    const auto commits = disk.commits;
    inlet->keep("a", "1");
    inlet->keep("b", "1");
    ASSERT_TRUE(say("lamp/on", true));
    inlet->keep("a", "2");
    inlet->keep("b", "");
    settle();
    EXPECT_EQ(disk.commits, commits + 1);
    ASSERT_EQ(disk.keepsakes.size(), 1U);
    EXPECT_EQ(disk.keepsakes.begin()->second, "2");
}

TEST_F(HubTest, a_keepsake_that_met_a_full_disk_is_kept_once_there_is_room) {
    disk.failing = true;
    inlet->keep("a", "1");
    std::optional<Result<void>> durable;
    inlet->when_durable([&](Result<void> done) { durable = std::move(done); });
    settle();
    EXPECT_TRUE(hub->health().read_only);
    ASSERT_TRUE(durable.has_value());
    EXPECT_FALSE(*durable);
    disk.failing = false;
    world.advance(seconds(2));
    EXPECT_FALSE(hub->health().read_only);
    EXPECT_EQ(disk.keepsakes.size(), 1U);
}

TEST_F(HubTest, stopping_waits_for_keepsakes) {
    inlet->keep("a", "1");
    bool stopped = false;
    hub->stop([&] { stopped = true; });
    settle();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(disk.keepsakes.size(), 1U);
}

// ---- snapshots ----

TEST_F(HubTest, a_snapshot_is_kept_after_so_many_records_and_only_when_they_are_durable) {
    EXPECT_EQ(disk.snapshot_seq, 0U);
    for (std::uint64_t i = 0; i <= Hub::snapshot_every; ++i) {
        ASSERT_TRUE(say("lamp/level", static_cast<double>(i)));
        if (i % 1000 == 0) world.advance(milliseconds(10));
    }
    settle();
    ASSERT_GE(disk.snapshot_seq, Hub::snapshot_every);
    ASSERT_LE(disk.snapshot_seq, disk.records.back().seq);
    // A house that begins with the snapshot is the same as one that reads everything.
    Household from_snapshot(zone);
    ASSERT_TRUE(from_snapshot.load(disk.snapshot_bytes));
    EXPECT_EQ(from_snapshot.head(), disk.snapshot_seq);
    for (const Record& record : disk.records) {
        if (record.seq <= disk.snapshot_seq) continue;
        ASSERT_TRUE(from_snapshot.replay(record));
    }
    std::string state;
    from_snapshot.save(state);
    EXPECT_EQ(state, hub->state());
}

TEST_F(HubTest, stopping_puts_everything_on_disk_with_a_snapshot_of_the_end) {
    ASSERT_TRUE(say("lamp/on", true));
    bool stopped = false;
    hub->stop([&] { stopped = true; });
    EXPECT_FALSE(stopped);
    settle();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(disk.records.back().seq, hub->head());
    EXPECT_TRUE(std::holds_alternative<Stopped>(disk.records.back().body));
    EXPECT_EQ(disk.snapshot_seq, hub->head());
    EXPECT_EQ(disk.snapshot_bytes, hub->state());
}

TEST_F(HubTest, stopping_while_a_snapshot_is_on_its_way_keeps_only_the_last_one) {
    disk.commit_time = milliseconds(50);
    for (std::uint64_t i = 0; i <= Hub::snapshot_every; ++i) {
        ASSERT_TRUE(say("lamp/level", static_cast<double>(i)));
        if (i % 4096 == 0) world.advance(milliseconds(60));
    }
    world.advance(milliseconds(6));  // the batch that carries the snapshot is on its way
    bool stopped = false;
    hub->stop([&] { stopped = true; });
    world.advance(seconds(1));
    ASSERT_TRUE(stopped);
    Household again(zone);
    EXPECT_TRUE(again.load(disk.snapshot_bytes));
    EXPECT_EQ(again.head(), disk.snapshot_seq);
}

TEST_F(HubTest, stopping_with_a_broken_disk_ends_all_the_same_and_leaves_no_alarm) {
    disk.failing = true;
    ASSERT_TRUE(say("lamp/on", true));
    int stopped = 0;
    hub->stop([&] { ++stopped; });
    settle();
    EXPECT_EQ(stopped, 1);
    const auto commits = disk.commits;
    world.advance(minutes(1));
    EXPECT_EQ(disk.commits, commits) << "after the end there is nothing left to try";
    EXPECT_EQ(stopped, 1);
}

// ---- configuration ----

TEST_F(HubTest, configuring_gives_exactly_what_is_wanted_and_is_quiet_the_second_time) {
    const std::vector<Hub::Configured> wanted = {
        {"device:thermometer", SubjectKind::device, {"mqtt:garden/#"}, bits({Verb::publish})},
        {"token:grafana", SubjectKind::token, {"*"}, bits({Verb::read, Verb::history})}};
    ASSERT_TRUE(hub->configure(wanted));
    EXPECT_EQ(hub->authority().grants().size(), 2U);
    const auto head = hub->head();
    ASSERT_TRUE(hub->configure(wanted));
    EXPECT_EQ(hub->head(), head) << "nothing changed, so nothing is recorded";
    ASSERT_TRUE(hub->configure({wanted[0]}));
    ASSERT_EQ(hub->authority().grants().size(), 1U);
    EXPECT_EQ(hub->authority().grants().front().given.addresses, wanted[0].addresses);
    settle();
    crash();
    EXPECT_EQ(hub->authority().grants().size(), 1U);
}

TEST_F(HubTest, configuring_leaves_alone_what_people_gave) {
    token("token:dashboard", {"lamp/*"}, bits({Verb::read}));
    ASSERT_TRUE(hub->configure({}));
    EXPECT_EQ(hub->authority().grants().size(), 1U);
}

TEST_F(HubTest, a_configuration_with_a_mistake_changes_nothing) {
    (void)owner();
    settle();
    const auto head = hub->head();
    const auto clash =
        hub->configure({{"device:new", SubjectKind::device, {"lamp/*"}, bits({Verb::read})},
                        {"owner:anna", SubjectKind::device, {"lamp/*"}, bits({Verb::read})}});
    EXPECT_EQ(clash.error().code, Code::conflict);
    EXPECT_FALSE(
        hub->configure({{"device:new", SubjectKind::device, {"no pattern"}, bits({Verb::read})}}));
    EXPECT_EQ(hub->head(), head) << "nothing starts half";
}

// ---- input that was not understood ----

TEST_F(HubTest, refused_input_is_on_record_once_a_minute_and_printable) {
    for (int i = 0; i < 5; ++i)
        inlet->refuse("mqtt", "a/b", "\x01{", "not JSON", Inlet::Sample::whole);
    settle();
    ASSERT_EQ(on_disk<InputRefused>(), 1U);
    EXPECT_EQ((*owner().problems())->all().front().count, 5U);
    const auto& record = std::get<InputRefused>(
        std::find_if(disk.records.begin(), disk.records.end(), [](const Record& r) {
            return std::holds_alternative<InputRefused>(r.body);
        })->body);
    EXPECT_EQ(record.sample, "?{");
}

}  // namespace
}  // namespace foxtail::sim
