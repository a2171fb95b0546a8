#include "foxtail/store/sqlite/ledger.hpp"

#include "foxtail/store/sqlite/ledger_export.hpp"
#include "foxtail/store/sqlite/ledger_tiles.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"
#include "foxtail/store/sqlite/tools.hpp"
#include "foxtail/verify/audit.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace foxtail::sqlite {
namespace {

using testing::begin_of_records;
using testing::Both;
using testing::Folder;
using testing::Household;

Options ledger_options(const Folder& folder) {
    Options options;
    options.path = folder.file();
    options.seal_readings = 600;
    options.ledger_readings = 100;
    options.monotonic = [] { return Duration{}; };
    return options;
}

std::string exported(const std::string& path) {
    std::string out;
    const auto done = export_ledger(path, [&](std::string_view lines) {
        out += lines;
        return true;
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return out;
}

ledger::Findings audit(std::string_view text, ledger::Audit::Trust trust = {}) {
    ledger::Audit one(std::move(trust));
    for (; !text.empty(); text.remove_prefix(text.find('\n') + 1))
        one.line(text.substr(0, text.find('\n')));
    return one.finish();
}

std::string told(const ledger::Findings& found) {
    std::string out;
    for (const auto& p : found.problems) out += std::to_string(p.seq) + ": " + p.what + "\n";
    return out;
}

void fill(Both& both, Household& house, std::size_t batches) {
    for (std::size_t i = 0; i < batches; ++i) {
        const auto batch = house.batch(1 + i * 37 % 60);
        ASSERT_TRUE(both.writer.append(batch));
        if (i % 3 == 0) {
            ASSERT_TRUE(both.maintain());
        }
    }
}

std::uint64_t readings_in(const std::vector<Record>& records) {
    return static_cast<std::uint64_t>(std::count_if(
        records.begin(), records.end(),
        [](const Record& record) { return std::holds_alternative<Reading>(record.body); }));
}

TEST(Ledger, what_a_household_recorded_is_all_in_it_and_holds) {
    Folder folder;
    Household house(1);
    Both both(ledger_options(folder));
    ASSERT_TRUE(both.open());
    fill(both, house, 150);
    const auto all = both.all();
    ASSERT_TRUE(all);
    const auto readings = readings_in(*all);
    both.writer.close();

    const auto found = audit(exported(folder.file()));
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.records + found.readings, house.seq);
    EXPECT_EQ(found.readings, readings);
    EXPECT_EQ(found.readings_shown, readings);
    EXPECT_EQ(found.bodies, found.records);
    EXPECT_EQ(found.last, house.seq);
    EXPECT_EQ(found.size_signed, found.leaves);
    EXPECT_GT(found.segments, readings / 100);
    const auto verified = verify(folder.file());
    ASSERT_TRUE(verified);
    EXPECT_TRUE(verified->problems.empty()) << verified->problems.front();
    EXPECT_EQ(verified->leaves_held, found.leaves);
}

TEST(Ledger, goes_on_after_every_restart_where_it_was) {
    Folder folder;
    Household house(2);
    for (int run = 0; run < 12; ++run) {
        Both both(ledger_options(folder));
        ASSERT_TRUE(both.open());
        fill(both, house, 20);
        // Not closed: as after a crash.
    }
    {
        Both both(ledger_options(folder));
        ASSERT_TRUE(both.open());
        both.writer.close();
    }
    const auto found = audit(exported(folder.file()));
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.records + found.readings, house.seq);
    EXPECT_EQ(found.keys.size(), 1U);
    EXPECT_GT(found.leaves, 256U) << "tiles have been filled and read again";
}

TEST(Ledger, its_key_is_made_once_for_its_owner_alone) {
    Folder folder;
    Household house(3);
    Both both(ledger_options(folder));
    ASSERT_TRUE(both.open());
    struct stat status {};
    ASSERT_EQ(::stat(folder.file("ledger.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const auto key = both.writer.ledger().key();
    both.writer.close();
    Both again(ledger_options(folder));
    ASSERT_TRUE(again.open());
    EXPECT_EQ(again.writer.ledger().key(), key);
    again.writer.close();
    ::chmod(folder.file("ledger.key").c_str(), 0644);
    Both open_to_all(ledger_options(folder));
    EXPECT_FALSE(open_to_all.open());
}

TEST(Ledger, a_checkpoint_follows_within_the_time_that_is_promised) {
    Folder folder;
    Household house(4);
    Duration now;
    auto options = ledger_options(folder);
    options.monotonic = [&] { return now; };
    Both both(options);
    ASSERT_TRUE(both.open());
    EXPECT_FALSE(both.writer.checkpoint_in());
    now = now + seconds(10);
    Record record{1, begin_of_records, {}, 0, Noticed{"one", ""}};
    ASSERT_TRUE(both.writer.append({&record, 1}));
    EXPECT_FALSE(both.writer.checkpoint_in()) << "signed in the same transaction";
    now = now + milliseconds(10);
    record.seq = 2;
    ASSERT_TRUE(both.writer.append({&record, 1}));
    ASSERT_TRUE(both.writer.checkpoint_in());
    EXPECT_LE(both.writer.checkpoint_in()->us, seconds(1).us);
    ASSERT_TRUE(both.maintain());
    EXPECT_TRUE(both.writer.checkpoint_in()) << "not before its time";
    now = now + seconds(1);
    ASSERT_TRUE(both.maintain());
    EXPECT_FALSE(both.writer.checkpoint_in());
    const auto note = ledger::parse_note(both.writer.ledger().newest_checkpoint());
    EXPECT_EQ(ledger::parse_checkpoint(note->text)->size, both.writer.ledger().tree().size());
}

TEST(Ledger, a_rotated_key_goes_on_and_a_lost_one_leaves_a_mark) {
    Folder folder;
    Household house(5);
    const auto first = [&] {
        Both both(ledger_options(folder));
        EXPECT_TRUE(both.open());
        fill(both, house, 5);
        const auto key = both.writer.ledger().key();
        both.writer.close();
        return key;
    }();
    const auto second = rotate_ledger_key(folder.file());
    ASSERT_TRUE(second);
    auto found = audit(exported(folder.file()), {first, {}});
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.keys.size(), 2U);
    EXPECT_EQ(ledger::format_verifier_key(found.keys[1]), *second);

    std::filesystem::remove(folder.file("ledger.key"));
    Both both(ledger_options(folder));
    ASSERT_TRUE(both.open());
    fill(both, house, 5);
    const auto third = both.writer.ledger().key();
    both.writer.close();
    EXPECT_FALSE(audit(exported(folder.file()), {first, {}}).good());
    found = audit(exported(folder.file()), {third, {}});
    EXPECT_TRUE(found.good()) << told(found);
}

TEST(Ledger, a_new_key_that_was_written_before_a_crash_is_found) {
    Folder folder;
    Household house(6);
    {
        Both both(ledger_options(folder));
        ASSERT_TRUE(both.open());
        const auto old = read_ledger_seed(folder.file("ledger.key"));
        ASSERT_TRUE(both.writer.rotate_ledger_key());
        // As if the rename had not come to the disk.
        ASSERT_TRUE(replace_ledger_seed(folder.file("ledger.key.next"), folder.file("ledger.key")));
        ASSERT_TRUE(write_ledger_seed(folder.file("ledger.key"), **old));
    }
    Both both(ledger_options(folder));
    ASSERT_TRUE(both.open());
    fill(both, house, 3);
    both.writer.close();
    const auto found = audit(exported(folder.file()));
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.keys.size(), 2U);
}

std::string bytes_of_files(const Folder& folder) {
    std::ostringstream all;
    for (const char* name : {"house.db", "house.db-wal"}) {
        std::ifstream in(folder.file(name), std::ios::binary);
        if (in) all << in.rdbuf();
    }
    return all.str();
}

TEST(Ledger, an_erased_record_is_gone_from_the_disk_and_every_proof_stays) {
    Folder folder;
    Both both(ledger_options(folder));
    ASSERT_TRUE(both.open());
    std::vector<Record> batch;
    std::vector<Seq> secret;
    for (Seq seq = 1; seq <= 300; ++seq) {
        const bool private_one = seq % 6 == 0;
        const auto text = (private_one ? "planted-" : "usual ") + std::to_string(seq) + "-planted";
        batch.push_back({seq, begin_of_records, {}, seq - 1, Noticed{text, ""}});
        if (private_one) secret.push_back(seq);
    }
    ASSERT_TRUE(both.writer.append(batch));
    const auto before = both.writer.ledger().tree().root();
    ASSERT_NE(bytes_of_files(folder).find("planted-6-"), std::string::npos);
    ASSERT_TRUE(both.writer.erase_records(secret));
    const auto disk = bytes_of_files(folder);
    for (const auto seq : secret)
        EXPECT_EQ(disk.find("planted-" + std::to_string(seq) + "-"), std::string::npos) << seq;
    EXPECT_EQ(both.writer.ledger().tree().root(), before);
    const auto left = both.all();
    ASSERT_TRUE(left) << left.error().message;
    EXPECT_EQ(left->size(), 250U);
    both.writer.close();
    const auto found = audit(exported(folder.file()));
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.records, 300U);
    EXPECT_EQ(found.bodies, 250U);
    const auto verified = verify(folder.file());
    EXPECT_TRUE(verified->problems.empty()) << verified->problems.front();
    Both again(ledger_options(folder));
    ASSERT_TRUE(again.open());
    EXPECT_EQ(again.shared.records, 250U);
    EXPECT_EQ(again.writer.last(), 300U) << "the number of an erased record is not given again";
}

TEST(Ledger, readings_past_their_retention_go_and_what_is_left_is_still_proved) {
    Folder folder;
    auto options = ledger_options(folder);
    options.retention_pause = {};
    Both both(options);
    ASSERT_TRUE(both.open());
    Seq seq = 0;
    std::uint64_t day = 0;
    const auto live = [&](int n) {
        for (; n > 0; --n, ++day) {
            std::vector<Record> batch;
            for (int i = 0; i < 150; ++i) {
                const auto time =
                    begin_of_records + days(static_cast<std::int64_t>(day)) + minutes(9 * i);
                for (std::uint32_t p = 0; p < 3; ++p)
                    batch.push_back(
                        {++seq, time, {1}, 0, Reading{{p}, Quality::good, {}, 0.5 + i + p}});
            }
            ASSERT_TRUE(both.writer.append(batch));
            ASSERT_TRUE(both.maintain());
        }
    };
    ASSERT_TRUE(both.writer.keep_for({1}, days(3)));
    live(9);
    ASSERT_TRUE(both.writer.seal_now());
    live(3);
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.maintain());
    both.writer.close();
    const auto found = audit(exported(folder.file()));
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.readings, seq);
    EXPECT_LT(found.readings_shown, found.readings - 500) << "some were dropped";
    EXPECT_GE(found.readings_shown, found.readings * 2 / 3) << "the others are all there";
    const auto verified = verify(folder.file());
    EXPECT_TRUE(verified->problems.empty()) << verified->problems.front();
    EXPECT_GT(verified->readings_dropped, 500U);
    auto database = Database::open(folder.file(), Database::Mode::read_only, "");
    const auto secrets = [&](int which) {
        return *database->number(
            "SELECT count(*) FROM ledger_secret WHERE row = 0 AND "
            "substr(secrets, 1 + 32 * " +
            std::to_string(which) + ", 32) <> zeroblob(32)");
    };
    EXPECT_EQ(secrets(0), 13) << "twelve days from morning to morning";
    EXPECT_LT(secrets(1), 9) << "the secrets of days that are gone are gone";
}

TEST(Ledger, what_is_said_after_a_day_was_forgotten_has_a_secret_of_its_own) {
    Folder folder;
    auto options = ledger_options(folder);
    options.retention_pause = {};
    Both both(options);
    ASSERT_TRUE(both.open());
    ASSERT_TRUE(both.writer.keep_for({1}, minutes(30)));
    Seq seq = 0;
    const auto say = [&](std::uint32_t property, Duration at) {
        ASSERT_TRUE(both.writer.append(std::vector<Record>{
            {++seq, begin_of_records + at, {1}, 0, Reading{{property}, Quality::good, {}, 0.5}}}));
    };
    for (int i = 0; i < 100; ++i) say(1, seconds(i));
    ASSERT_TRUE(both.writer.seal_now());
    // An hour later, on the same day: what was said is too old by now.
    for (int i = 0; i < 100; ++i) say(0, hours(2) + seconds(i));
    ASSERT_TRUE(both.maintain());
    ASSERT_GT(verify(folder.file())->readings_dropped, 50U);
    for (int i = 0; i < 100; ++i) say(1, hours(3) + seconds(i));
    ASSERT_TRUE(both.writer.seal_now());
    both.writer.close();
    const auto found = audit(exported(folder.file()));
    EXPECT_TRUE(found.good()) << told(found);
}

TEST(Ledger, what_is_changed_in_the_file_is_found_and_named) {
    const std::vector<std::pair<std::string, Seq>> meddlings = {
        {"UPDATE record SET body = replace(body, 'text 77', 'text 78') WHERE seq = 77", 77},
        {"UPDATE record SET time = time + 1 WHERE seq = 130", 130},
        {"UPDATE record SET cause = NULL WHERE seq = 290", 290},
        {"UPDATE record SET actor = 9 WHERE seq = 31", 31},
    };
    for (const auto& [sql, seq] : meddlings) {
        Folder folder;
        Both both(ledger_options(folder));
        ASSERT_TRUE(both.open());
        std::vector<Record> batch;
        for (Seq i = 1; i <= 300; ++i)
            batch.push_back(
                {i, begin_of_records, {}, i - 1, Noticed{"text " + std::to_string(i), ""}});
        ASSERT_TRUE(both.writer.append(batch));
        both.writer.close();
        ASSERT_TRUE(verify(folder.file())->problems.empty());
        auto database = Database::open(folder.file(), Database::Mode::read_write, "");
        ASSERT_TRUE(database->run(sql));
        const auto found = audit(exported(folder.file()));
        EXPECT_FALSE(found.good()) << sql;
        if (seq < 256) {  // beyond, no tile remembers: then the checkpoint alone tells
            EXPECT_EQ(found.first_bad(), seq) << sql << "\n" << told(found);
        }
        EXPECT_FALSE(verify(folder.file())->problems.empty()) << sql;
    }
}

TEST(Ledger, a_file_that_is_set_back_does_not_fit_a_checkpoint_that_left_the_house) {
    Folder folder;
    Household house(8);
    Both both(ledger_options(folder));
    ASSERT_TRUE(both.open());
    fill(both, house, 10);
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(backup(folder.file(), folder.file("old.db")));
    fill(both, house, 10);
    ASSERT_TRUE(both.writer.seal_now());
    const auto known = *ledger::parse_note(both.writer.ledger().newest_checkpoint());
    const auto witnessed = *ledger::parse_checkpoint(known.text);
    both.writer.close();

    // Somebody puts the backup back and lives another life.
    std::filesystem::remove(folder.file("house.db-wal"));
    std::filesystem::rename(folder.file("old.db"), folder.file());
    Household other(9);
    Both forked(ledger_options(folder));
    ASSERT_TRUE(forked.open());
    other.seq = forked.writer.last();
    fill(forked, other, 30);
    ASSERT_TRUE(forked.writer.seal_now());
    const auto& tree = forked.writer.ledger().tree();
    ASSERT_GT(tree.size(), witnessed.size);
    ledger::TiledNodes nodes(tree, [&](unsigned level, std::uint64_t index) {
        return read_tile(forked.reader.database(), level, index);
    });
    const auto proof = ledger::consistency_proof(witnessed.size, tree.size(), nodes);
    ASSERT_TRUE(proof);
    EXPECT_FALSE(ledger::verify_consistency(witnessed.size, tree.size(), witnessed.root,
                                            tree.root(), *proof));
    const auto own = ledger::root_at(witnessed.size, nodes);
    EXPECT_TRUE(ledger::verify_consistency(witnessed.size, tree.size(), *own, tree.root(), *proof));
}

}  // namespace
}  // namespace foxtail::sqlite
