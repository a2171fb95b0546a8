#include "foxtail/store/sqlite/writer.hpp"

#include "foxtail/store/sqlite/schema.hpp"
#include "foxtail/store/sqlite/tools.hpp"
#include "foxtail/store/sqlite/writer_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::sqlite {
namespace {

using testing::Both;
using testing::expect_same;
using testing::Folder;
using testing::Household;
using testing::options_for;

void expect_well(const Folder& folder, const std::string& where) {
    const auto verified = verify(folder.file());
    ASSERT_TRUE(verified) << where << ": " << verified.error().message;
    ASSERT_TRUE(verified->problems.empty()) << where << ": " << verified->problems.front();
}

TEST(Writer, keeps_random_records_through_sealing_and_reopening) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const auto where = "seed " + std::to_string(seed);
        Folder folder;
        Household house(seed);
        std::vector<Record> model;
        auto both = std::make_unique<Both>(options_for(folder));
        ASSERT_TRUE(both->open()) << where;
        for (int round = 0; round < 40; ++round) {
            auto batch = house.batch(1 + house.random.below(200));
            const auto durable = both->writer.append(batch);
            ASSERT_TRUE(durable) << where << ": " << durable.error().message;
            ASSERT_EQ(*durable, house.seq);
            model.insert(model.end(), batch.begin(), batch.end());
            switch (house.random.below(6)) {
                case 0:
                    ASSERT_TRUE(both->maintain()) << where;
                    break;
                case 1:
                    ASSERT_TRUE(both->writer.maintain()) << where;
                    break;
                case 2:
                    ASSERT_TRUE(both->writer.seal_now()) << where;
                    break;
                case 3:
                    if (house.random.chance(50)) both->writer.close();
                    both = std::make_unique<Both>(options_for(folder));
                    ASSERT_TRUE(both->open()) << where;
                    break;
                default:
                    break;
            }
            ASSERT_EQ(both->writer.last(), house.seq);
        }
        const auto before = both->all();
        ASSERT_TRUE(before) << where << ": " << before.error().message;
        expect_same(*before, model, where);
        ASSERT_TRUE(both->writer.seal_now());
        EXPECT_EQ(both->shared.tail.size(), 0U);
        const auto sealed = both->all();
        ASSERT_TRUE(sealed);
        expect_same(*sealed, model, where + " sealed");
        expect_well(folder, where);
    }
}

bool is_about(const Record& r, const JournalQuery& q, const NameTable& names) {
    if (!q.kind.empty() && q.kind != kind_name(r.body)) return false;
    const auto* reading = std::get_if<Reading>(&r.body);
    if (!q.readings && reading != nullptr) return false;
    if (q.property) {
        if (reading != nullptr) return reading->property == *q.property;
        if (const auto* x = std::get_if<ReadingRefused>(&r.body)) return x->property == *q.property;
        if (const auto* c = std::get_if<CommandAsked>(&r.body))
            return c->action.empty() && c->property == *q.property;
        if (const auto* w = std::get_if<WishConfirmed>(&r.body))
            return w->action.empty() && w->property == *q.property;
        return false;
    }
    if (q.thing) {
        if (reading != nullptr) return names.thing_of(reading->property) == q.thing;
        if (const auto* x = std::get_if<ReadingRefused>(&r.body))
            return names.thing_of(x->property) == q.thing;
        if (const auto* c = std::get_if<CommandAsked>(&r.body)) return c->thing == *q.thing;
        if (const auto* w = std::get_if<WishConfirmed>(&r.body)) return w->thing == *q.thing;
        if (const auto* t = apart_if<ThingTold>(r.body)) return t->thing == *q.thing;
        if (const auto* t = std::get_if<ThingGone>(&r.body)) return t->thing == *q.thing;
        if (const auto* t = std::get_if<ThingOwned>(&r.body)) return t->thing == *q.thing;
        if (const auto* e = std::get_if<EventHappened>(&r.body)) return e->thing == *q.thing;
        if (const auto* d = std::get_if<CommandDenied>(&r.body)) {
            std::string id;
            (void)names.append(id, *q.thing);
            return d->address.starts_with(id + "/");
        }
        return false;
    }
    return true;
}

/// The commands' ends are found under their command's address too, which the reference does not
/// know.
bool is_end(const Record& r) {
    return std::holds_alternative<CommandEnded>(r.body);
}

TEST(Reader, answers_journal_queries_as_a_plain_search_would) {
    constexpr std::uint64_t seed = 77;
    Folder folder;
    Household house(seed);
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    std::vector<Record> model;
    for (std::uint32_t t = 0; t < Household::things; ++t) {
        model.push_back({++house.seq, house.time, {}, 0, house.random.told(t, 4)});
    }
    ASSERT_TRUE(both.writer.append(model));
    for (int round = 0; round < 30; ++round) {
        auto batch = house.batch(100);
        ASSERT_TRUE(both.writer.append(batch));
        model.insert(model.end(), batch.begin(), batch.end());
        if (round == 20) {
            ASSERT_TRUE(both.writer.seal_now());
        }
    }
    for (int round = 0; round < 400; ++round) {
        JournalQuery q;
        q.from = house.random.below(house.seq + 2);
        q.before = house.random.chance(50) ? ~Seq{0} : house.random.below(house.seq + 10);
        q.limit = static_cast<std::uint32_t>(house.random.below(150));
        q.newest_first = house.random.chance(50);
        if (house.random.chance(40)) q.kind = kind_name(house.random.below(20));
        if (house.random.chance(30))
            q.property =
                PropertyId{static_cast<std::uint32_t>(house.random.below(Household::properties))};
        if (!q.property && house.random.chance(30))
            q.thing = ThingId{static_cast<std::uint32_t>(house.random.below(Household::things))};
        q.readings = house.random.chance(70);
        std::vector<Record> should;
        for (const auto& r : model) {
            if (r.seq >= q.from && r.seq < q.before && is_about(r, q, both.shared.names))
                should.push_back(r);
        }
        if (q.newest_first) std::reverse(should.begin(), should.end());
        if (should.size() > q.limit) should.resize(q.limit);
        auto found = both.reader.journal(q);
        ASSERT_TRUE(found) << "seed " << seed << " round " << round << ": "
                           << found.error().message;
        if (q.property || q.thing) {
            if (q.kind == "command_ended") continue;
            std::erase_if(*found, is_end);
            if (found->size() < should.size()) should.resize(found->size());
        }
        expect_same(*found, should,
                    "seed " + std::to_string(seed) + " round " + std::to_string(round));
    }
}

TEST(Reader, finds_the_end_of_a_command_under_what_the_command_was_about) {
    Folder folder;
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    testing::RandomBodies random(1);
    const Time t = testing::begin_of_records;
    ASSERT_TRUE(both.writer.append(
        std::vector<Record>{{1, t, {}, 0, random.told(0, 4)},
                            {2, t, {}, 0, CommandAsked{{2}, {0}, "", true, seconds(5)}},
                            {3, t, {}, 2, CommandEnded{2, Outcome::confirmed, ""}}}));
    JournalQuery q;
    q.property = PropertyId{2};
    const auto found = both.reader.journal(q);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->back().seq, 3U);
}

TEST(Reader, answers_history_queries_as_plain_arithmetic_would) {
    constexpr std::uint64_t seed = 99;
    Folder folder;
    Household house(seed);
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    std::vector<Record> model;
    for (int round = 0; round < 60; ++round) {
        auto batch = house.batch(150);
        if (round == 5)
            batch[0].body = house.random.told(0, 4);  // before it, readings belonged to no thing
        ASSERT_TRUE(both.writer.append(batch));
        model.insert(model.end(), batch.begin(), batch.end());
        if (house.random.chance(30)) {
            ASSERT_TRUE(both.maintain());
        }
    }
    const auto span = static_cast<std::uint64_t>(house.time.us - testing::begin_of_records.us);
    for (int round = 0; round < 200; ++round) {
        const auto where = "seed " + std::to_string(seed) + " round " + std::to_string(round);
        const PropertyId property{
            static_cast<std::uint32_t>(house.random.below(Household::properties))};
        HistoryQuery q;
        q.from = testing::begin_of_records +
                 Duration{static_cast<std::int64_t>(house.random.below(span))};
        q.to = q.from + Duration{static_cast<std::int64_t>(house.random.below(span))};
        q.points =
            house.random.chance(20) ? 0 : 1 + static_cast<std::uint32_t>(house.random.below(40));
        const auto found = both.reader.history(property, q);
        ASSERT_TRUE(found) << where << ": " << found.error().message;
        std::uint64_t count = 0;
        double sum = 0;
        Value last = Null{};
        Time last_at;
        for (const auto& r : model) {
            const auto* reading = std::get_if<Reading>(&r.body);
            if (reading == nullptr || reading->property != property) continue;
            const bool late =
                reading->source_time.known() && r.time - reading->source_time > minutes(1);
            const Time at = late ? reading->source_time : r.time;
            if (at < q.from || at >= q.to) continue;
            ++count;
            double number = 0;
            if (as_number(reading->value, number)) sum += number;
            if (at >= last_at) {
                last = reading->value;
                last_at = at;
            }
        }
        std::uint64_t found_count = 0;
        for (const auto& p : *found) found_count += p.count;
        ASSERT_EQ(found_count, count) << where;
        if (count == 0) continue;
        EXPECT_TRUE(foxtail::testing::same_bits(found->back().last, last)) << where;
        if (property.index % 4 == 3) continue;  // says anything
        double found_sum = 0;
        for (const auto& p : *found) {
            found_sum += p.mean * static_cast<double>(p.count);
            EXPECT_LE(p.min, p.mean + 1e-9) << where;
            EXPECT_GE(p.max, p.mean - 1e-9) << where;
        }
        EXPECT_NEAR(found_sum, sum, 1e-6 * (1 + std::abs(sum))) << where;
    }
}

TEST(Reader, gives_each_bucket_its_own_readings) {
    Folder folder;
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    std::vector<Record> batch;
    for (int i = 0; i < 1000; ++i) {
        batch.push_back({static_cast<Seq>(i + 1),
                         testing::begin_of_records + seconds(i),
                         {},
                         0,
                         Reading{{0}, Quality::good, {}, static_cast<double>(i)}});
    }
    ASSERT_TRUE(both.writer.append(batch));
    for (const bool sealed : {false, true}) {
        if (sealed) {
            ASSERT_TRUE(both.writer.seal_now());
        }
        for (const std::uint32_t points : {1U, 10U, 100U}) {
            const auto found = both.reader.history(
                {0},
                {testing::begin_of_records, testing::begin_of_records + seconds(1000), points});
            ASSERT_TRUE(found);
            ASSERT_EQ(found->size(), points);
            const int each = 1000 / static_cast<int>(points);
            for (int b = 0; b < static_cast<int>(points); ++b) {
                const auto& p = (*found)[static_cast<std::size_t>(b)];
                EXPECT_EQ(p.time, testing::begin_of_records + seconds(b * each));
                EXPECT_EQ(p.count, static_cast<std::uint64_t>(each));
                EXPECT_EQ(p.min, b * each);
                EXPECT_EQ(p.max, b * each + each - 1);
                EXPECT_DOUBLE_EQ(p.mean, b * each + (each - 1) / 2.0);
                EXPECT_EQ(std::get<double>(p.last), b * each + each - 1);
            }
        }
    }
}

TEST(Writer, passes_over_what_is_already_durable) {
    Folder folder;
    Household house(5);
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    auto batch = house.batch(50);
    ASSERT_TRUE(both.writer.append(batch));
    auto more = house.batch(10);
    batch.insert(batch.end(), more.begin(), more.end());
    const auto again = both.writer.append(batch);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, house.seq);
    const auto all = both.all();
    ASSERT_TRUE(all);
    expect_same(*all, batch, "twice");
    more.front().seq += 100;
    EXPECT_EQ(both.writer.append(std::span(more).first(1)).error().code, Code::invalid_input);
}

TEST(Writer, tells_when_it_rests_after_each_round_of_sealing) {
    Folder folder;
    Household house(6);
    int rested = 0;
    Options options = options_for(folder);
    options.rested = [&] { ++rested; };
    Both both(options);
    ASSERT_TRUE(both.open());
    ASSERT_TRUE(both.maintain());
    rested = 0;  // of what was there when it was opened
    for (int round = 1; round <= 3; ++round) {
        ASSERT_TRUE(both.writer.append(house.batch(1)));
        ASSERT_TRUE(both.maintain());
        EXPECT_EQ(rested, round - 1) << "one record is no round";
        ASSERT_TRUE(both.writer.append(house.batch(1000)));
        ASSERT_TRUE(both.maintain());
        EXPECT_EQ(rested, round);
    }
}

TEST(Writer, drops_readings_whose_retention_ended_and_no_others) {
    Folder folder;
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    testing::RandomBodies random(3);
    std::vector<Record> batch{{1, testing::begin_of_records, {}, 0, random.told(0, 2)}};
    for (int i = 0; i < 4000; ++i) {
        batch.push_back(
            {batch.size() + 1,
             testing::begin_of_records + minutes(i),
             {},
             0,
             Reading{{static_cast<std::uint32_t>(i % 2)}, Quality::good, {}, std::int64_t{i}}});
    }
    ASSERT_TRUE(both.writer.append(batch));
    ASSERT_TRUE(both.writer.keep_for({0}, hours(10)));
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.maintain());
    const auto count = [&](std::uint32_t property) {
        const auto found =
            both.reader.history({property}, {{}, testing::begin_of_records + days(10), 1});
        return found && !found->empty() ? found->front().count : 0;
    };
    EXPECT_GE(count(0), 300U);  // ten hours, every other minute
    EXPECT_LE(count(0), 340U);  // and at most an eighth more
    EXPECT_EQ(count(1), 2000U);
    expect_well(folder, "after retention");
    EXPECT_EQ(verify(folder.file())->readings_dropped, 2000 - count(0));
    const auto all = both.all();
    ASSERT_TRUE(all) << all.error().message;
    // A second look finds nothing; time going on finds more.
    ASSERT_TRUE(both.maintain());
    const auto next = batch.size() + 1;
    ASSERT_TRUE(both.writer.append(
        std::vector<Record>{{next,
                             testing::begin_of_records + minutes(4000) + hours(20),
                             {},
                             0,
                             Reading{{0}, Quality::good, {}, true}}}));
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.maintain());
    EXPECT_EQ(count(0), 1U);
    EXPECT_EQ(count(1), 2000U);
    expect_well(folder, "after more retention");
}

TEST(Writer, does_not_believe_a_clock_that_jumped_ahead) {
    Folder folder;
    auto options = options_for(folder);
    options.retention_pause = hours(24);
    Duration now{};
    options.monotonic = [&now] { return now; };
    Both both(options);
    ASSERT_TRUE(both.open());
    const auto reading_at = [](Seq seq, Time t) {
        return std::vector<Record>{{seq, t, {}, 0, Reading{{0}, Quality::good, {}, true}}};
    };
    ASSERT_TRUE(both.writer.append(reading_at(1, testing::begin_of_records)));
    ASSERT_TRUE(both.writer.keep_for({0}, days(30)));
    now = hours(25);
    ASSERT_TRUE(both.writer.append(reading_at(2, testing::begin_of_records + days(400))));
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.maintain());
    EXPECT_EQ(both.shared.records.load(), 2U);
    // The clock is put right: nothing was lost, and nothing is old.
    ASSERT_TRUE(both.writer.append(reading_at(3, testing::begin_of_records + hours(2))));
    now = hours(60);
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.maintain());
    EXPECT_EQ(both.shared.records.load(), 3U);
    // A household that was off for long: a day after it came back, the old readings go.
    ASSERT_TRUE(both.writer.append(reading_at(4, testing::begin_of_records + days(500))));
    now = hours(85);
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.maintain());
    EXPECT_EQ(both.shared.records.load(), 1U);
}

TEST(Writer, keeps_the_two_newest_snapshots_and_falls_back_to_the_older) {
    Folder folder;
    Household house(8);
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    ASSERT_TRUE(both.writer.append(house.batch(100)));
    EXPECT_EQ(both.reader.newest_snapshot()->seq, 0U);
    ASSERT_TRUE(both.writer.keep_snapshot(10, "ten"));
    ASSERT_TRUE(both.writer.keep_snapshot(20, std::string(100'000, 'x')));
    ASSERT_TRUE(both.writer.keep_snapshot(30, "thirty"));
    const auto newest = both.reader.newest_snapshot();
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->seq, 30U);
    EXPECT_EQ(newest->bytes, "thirty");
    EXPECT_EQ(stat(folder.file())->snapshots, 2U);
    auto meddler = Database::open(folder.file(), Database::Mode::read_write, "");
    ASSERT_TRUE(meddler->run("UPDATE snapshot SET body = substr(body, 1, 9) WHERE seq = 30"));
    const auto older = both.reader.newest_snapshot();
    ASSERT_TRUE(older);
    EXPECT_EQ(older->seq, 20U);
    EXPECT_EQ(older->bytes, std::string(100'000, 'x'));
}

TEST(Verify, and_loading_notice_what_is_missing_or_damaged) {
    Folder folder;
    Household house(9);
    {
        Both both(options_for(folder));
        ASSERT_TRUE(both.open());
        ASSERT_TRUE(both.writer.append(house.batch(1000)));
        ASSERT_TRUE(both.writer.seal_now());
        ASSERT_TRUE(both.writer.append(house.batch(100)));
    }
    expect_well(folder, "untouched");
    const auto with = [&](const std::string& meddling) {
        const auto copy = folder.file("copy.db");
        std::filesystem::remove(copy);
        EXPECT_TRUE(backup(folder.file(), copy));
        {
            auto database = Database::open(copy, Database::Mode::read_write, "");
            EXPECT_TRUE(database->run(meddling)) << meddling;
        }
        auto options = options_for(folder);
        options.path = copy;
        Both both(options);
        const auto opened = both.open();
        const bool loads = opened && both.all();
        const auto verified = verify(copy);
        return std::pair(loads, verified && verified->problems.empty());
    };
    const std::pair good(true, true);
    const std::pair bad(false, false);
    EXPECT_EQ(with("SELECT 1"), good);
    EXPECT_EQ(with("DELETE FROM record WHERE seq = (SELECT max(seq) FROM record WHERE seq < 900)"),
              bad);
    EXPECT_EQ(with("DELETE FROM reading_batch"), bad);
    EXPECT_EQ(with("DELETE FROM segment WHERE id = 2"), bad);
    EXPECT_EQ(with("UPDATE segment SET body = CAST(body || x'00' AS BLOB) WHERE id = 2"), bad);
    EXPECT_EQ(with("UPDATE reading_batch SET body = x'0102030405060708'"), bad);
    EXPECT_EQ(with("UPDATE record SET body = '{' WHERE seq = (SELECT max(seq) FROM record)"), bad);
}

TEST(Schema, explains_every_table) {
    Folder folder;
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    const auto unexplained = both.reader.database().number(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name <> 'about' AND name NOT "
        "LIKE 'sqlite%' "
        "AND name NOT IN (SELECT topic FROM about)");
    ASSERT_TRUE(unexplained);
    EXPECT_EQ(*unexplained, 0);
}

TEST(Schema, shows_times_and_names_in_a_shell) {
    Folder folder;
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    ASSERT_TRUE(both.writer.append(std::vector<Record>{
        {1, {1'800'000'000'125'000}, {}, 0, SubjectNamed{{1}, "owner:anna", SubjectKind::owner}},
        {2, {1'800'000'000'250'000}, {1}, 1, Noticed{"dinner", ""}}}));
    auto row = both.reader.database().prepare(
        "SELECT time, actor, kind, body FROM journal_readable WHERE seq = 2");
    ASSERT_TRUE(row);
    ASSERT_TRUE(row->step());
    EXPECT_EQ(row->text(0), "2027-01-15T08:00:00.250Z");
    EXPECT_EQ(row->text(1), "owner:anna");
    EXPECT_EQ(row->text(2), "notice");
    EXPECT_EQ(row->text(3), R"({"text":"dinner","to":""})");
}

TEST(Schema, takes_the_steps_that_are_missing_and_no_others) {
    Folder folder;
    {
        Both both(options_for(folder));
        ASSERT_TRUE(both.open());
        ASSERT_TRUE(both.writer.append(Household(2).batch(100)));
    }
    auto database = Database::open(folder.file(), Database::Mode::read_write, "");
    ASSERT_TRUE(database);
    std::vector<Migration> steps(migrations().begin(), migrations().end());
    steps.push_back({"for this test",
                     "ALTER TABLE record ADD COLUMN note TEXT; UPDATE record SET note = 'old';"});
    steps.push_back({"that does not work", "CREATE TABLE half(a); CREATE TABLE record(a);"});
    EXPECT_FALSE(migrate(*database, steps));
    // The good step stays, the bad one leaves nothing behind.
    EXPECT_EQ(*database->number("PRAGMA user_version"),
              static_cast<std::int64_t>(migrations().size()) + 1);
    EXPECT_EQ(*database->number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    EXPECT_GT(*database->number("SELECT count(*) FROM record WHERE note = 'old'"), 0);
    steps.pop_back();
    EXPECT_TRUE(migrate(*database, steps));
    // The file is now newer than this program.
    const auto refused = migrate(*database, migrations());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::unavailable);
}

TEST(Schema, brings_a_file_of_the_first_version_up_to_date_with_all_that_is_in_it) {
    Folder folder;
    {
        auto database = Database::open(folder.file(), Database::Mode::read_write_create, "");
        ASSERT_TRUE(migrate(*database, migrations().first(1)));
        EXPECT_EQ(*database->number("PRAGMA user_version"), 1);
        ASSERT_TRUE(database->run(
            "INSERT INTO record(seq, time, actor, kind, body) "
            "VALUES (1, 1800000000000000, 0, 'notice', '{\"text\":\"old\",\"to\":\"\"}')"));
    }
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    EXPECT_EQ(both.writer.last(), 1U);
    ASSERT_TRUE(both.writer.append(std::vector<Record>{}, {{{1, "name"}, "bytes"}}));
    const auto all = both.all();
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ(std::get<Noticed>(all->front().body).text, "old");
}

TEST(Schema, leaves_the_databases_of_others_alone) {
    Folder folder;
    {
        auto theirs = Database::open(folder.file(), Database::Mode::read_write_create, "");
        ASSERT_TRUE(theirs->run("CREATE TABLE songs(title)"));
    }
    Both both(options_for(folder));
    const auto opened = both.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::corrupt);
}

}  // namespace
}  // namespace foxtail::sqlite
