#include "foxtail/cli/command_line_testing.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace foxtail::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string text_in(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Files : ::testing::Test {
    Files() {
        std::filesystem::create_directory(folder / "home");
        sqlite::testing::Household household(7);
        sqlite::testing::Both both(sqlite::Options{.path = folder / "home/journal.db"});
        if (const auto opened = both.open(); !opened) ADD_FAILURE() << opened.error().message;
        const auto records = household.batch(500);
        if (const auto written = both.writer.append(records); !written)
            ADD_FAILURE() << written.error().message;
        count = records.size();
    }
    TestFolder folder;
    CommandLine line;
    std::size_t count = 0;
};

TEST_F(Files, AWholeJournalIsWell) {
    EXPECT_EQ(line.run({"journal", "verify", "--data", folder / "home"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("the last number " + std::to_string(count)),
                                  HasSubstr("All is well.")));
    EXPECT_EQ(line.run({"journal", "verify", "--json", "--file", folder / "home/journal.db"}), 0);
    EXPECT_THAT(line.out(), HasSubstr("\"last\":" + std::to_string(count)));
    EXPECT_EQ(line.run({"journal", "stat", "--data", folder / "home"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr(std::to_string(count)));
}

TEST_F(Files, TheLedgerIsWrittenForOthersToCheckAndItsKeyIsReplaced) {
    const auto to = folder / "ledger.jsonl";
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "home", "--ledger", to}), 0)
        << line.err();
    struct stat status {};
    ASSERT_EQ(::stat(to.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_THAT(text_in(to), HasSubstr("{\"foxtail_ledger\":1,\"origin\":\"foxtail/"));
    EXPECT_THAT(text_in(to), HasSubstr("{\"end\":{"));
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "home", "--ledger", to}), 1)
        << "an export is never written over";
    EXPECT_EQ(line.run({"journal", "rotate-key", "--data", folder / "home"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("signed by foxtail/"));
    EXPECT_EQ(line.run({"journal", "verify", "--data", folder / "home"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("leaves are under a signed checkpoint that holds"));
}

TEST_F(Files, AMissingJournalIsTold) {
    EXPECT_EQ(line.run({"journal", "stat", "--data", folder / "none"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("there is no journal at " + (folder / "none/journal.db")));
}

TEST_F(Files, ExportWritesOneLineARecord) {
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "home"}), 0) << line.err();
    const auto all = line.out();
    EXPECT_EQ(static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')), count);
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "home", "--from",
                        std::to_string(count), "--out", folder / "x"}),
              0);
    EXPECT_EQ(text_in(folder / "x"), all.substr(all.rfind('\n', all.size() - 2) + 1));
    struct stat about {};
    ASSERT_EQ(::stat((folder / "x").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    // What is there stays as it is.
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "home", "--out", folder / "x"}), 1);
}

TEST_F(Files, ABackupCanBeRestored) {
    EXPECT_EQ(line.run({"backup", folder / "copy.db", "--data", folder / "home"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("Passphrases"));
    EXPECT_EQ(line.run({"backup", folder / "copy.db", "--data", folder / "home"}), 1);  // exists
    EXPECT_EQ(line.run({"restore", folder / "copy.db", "--data", folder / "new"}), 0) << line.err();
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "home"}), 0);
    const auto before = line.out();
    EXPECT_EQ(line.run({"journal", "export", "--data", folder / "new"}), 0);
    EXPECT_EQ(line.out(), before);
}

TEST_F(Files, RestoringTouchesNoFolderThatIsInUse) {
    ASSERT_EQ(line.run({"backup", folder / "copy.db", "--data", folder / "home"}), 0) << line.err();
    EXPECT_EQ(line.run({"restore", folder / "copy.db", "--data", folder / "home"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("is not empty"));
    EXPECT_FALSE(std::filesystem::exists(folder / "home/lock"));
    EXPECT_EQ(line.run({"restore", folder / "copy.db"}), 2);

    std::filesystem::create_directory(folder / "running");
    const int lock = ::open((folder / "running/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    EXPECT_EQ(line.run({"restore", folder / "copy.db", "--data", folder / "running"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("a hub is running"));
    ::close(lock);
    EXPECT_EQ(line.run({"restore", folder / "copy.db", "--data", folder / "running"}), 0)
        << line.err();
}

TEST_F(Files, ADamagedBackupIsNotRestored) {
    ASSERT_EQ(line.run({"backup", folder / "copy.db", "--data", folder / "home"}), 0) << line.err();
    std::ofstream(folder / "no.db") << "this is no journal";
    EXPECT_EQ(line.run({"restore", folder / "no.db", "--data", folder / "new"}), 1);
    {
        // A page in the middle, overwritten.
        std::fstream file(folder / "copy.db", std::ios::in | std::ios::out | std::ios::binary);
        const auto size =
            static_cast<std::streamoff>(std::filesystem::file_size(folder / "copy.db"));
        file.seekp(size / 2 / 4096 * 4096);
        file << std::string(4096, '\x5a');
    }
    EXPECT_EQ(line.run({"restore", folder / "copy.db", "--data", folder / "new"}), 1) << line.out();
    EXPECT_FALSE(std::filesystem::exists(folder / "new/journal.db"));
}

}  // namespace
}  // namespace foxtail::cli
