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

TEST(Tools, export_every_record_as_a_line) {
    Folder folder;
    Household house(4);
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    ASSERT_TRUE(both.writer.append(house.batch(500)));
    ASSERT_TRUE(both.writer.seal_now());
    ASSERT_TRUE(both.writer.append(house.batch(50)));
    Seq expected = 0;
    ASSERT_TRUE(export_lines(folder.file(), 1, [&](std::string_view line) {
        const auto start = "{\"seq\":" + std::to_string(++expected) + ",\"time\":";
        EXPECT_TRUE(line.starts_with(start)) << line;
        return true;
    }));
    EXPECT_EQ(expected, house.seq);
    int lines = 0;
    ASSERT_TRUE(export_lines(folder.file(), 10, [&](std::string_view) { return ++lines < 3; }));
    EXPECT_EQ(lines, 3);
}

TEST(Tools, back_up_while_the_file_is_in_use) {
    Folder folder;
    Household house(6);
    Both both(options_for(folder));
    ASSERT_TRUE(both.open());
    auto records = house.batch(700);
    ASSERT_TRUE(both.writer.append(records));
    ASSERT_TRUE(backup(folder.file(), folder.file("copy.db")));
    ASSERT_TRUE(both.writer.append(house.batch(50)));
    EXPECT_EQ(backup(folder.file(), folder.file("copy.db")).error().code, Code::conflict);
    auto options = options_for(folder);
    options.path = folder.file("copy.db");
    Both copy(options);
    ASSERT_TRUE(copy.open());
    const auto all = copy.all();
    ASSERT_TRUE(all);
    expect_same(*all, records, "backup");
    const auto s = stat(folder.file());
    ASSERT_TRUE(s);
    EXPECT_EQ(s->last, house.seq);
    EXPECT_EQ(s->records + s->readings_waiting + s->readings_sealed, house.seq);
}

}  // namespace
}  // namespace foxtail::sqlite
