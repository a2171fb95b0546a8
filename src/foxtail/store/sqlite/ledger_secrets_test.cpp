#include "foxtail/store/sqlite/ledger_secrets.hpp"

#include "foxtail/store/sqlite/schema.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"

#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace foxtail::sqlite {
namespace {

using testing::Folder;

TEST(LedgerSecrets, of_older_files_are_put_into_rows_of_sixteen) {
    Folder folder;
    auto database = Database::open(folder.file(), Database::Mode::read_write_create, "");
    ASSERT_TRUE(migrate(*database, migrations().first(3)));
    const std::string first(32, 'a');
    const std::string other(32, 'z');
    for (const auto& [property, day, secret] :
         {std::tuple(0, 20000, first), std::tuple(15, 20000, other), std::tuple(16, 20000, first),
          std::tuple(0, 20001, other)}) {
        ASSERT_TRUE(database->run("INSERT INTO ledger_secret VALUES (" + std::to_string(property) +
                                  "," + std::to_string(day) + ",CAST('" + secret + "' AS BLOB))"));
    }
    // A secret may have any bytes.
    ASSERT_TRUE(
        database->run("INSERT INTO ledger_secret VALUES (7, 20000, CAST(x'00FF80' || "
                      "zeroblob(28) || x'C0' AS BLOB))"));
    ASSERT_TRUE(migrate(*database, migrations()));
    LedgerSecrets secrets;
    ASSERT_TRUE(secrets.open(*database));
    const auto found = [&](std::uint32_t property, std::int64_t day) {
        const auto secret = *secrets.find({property}, day);
        return secret ? std::string(secret->begin(), secret->end()) : std::string();
    };
    EXPECT_EQ(found(0, 20000), first);
    EXPECT_EQ(found(15, 20000), other);
    EXPECT_EQ(found(16, 20000), first);
    EXPECT_EQ(found(0, 20001), other);
    EXPECT_EQ(found(7, 20000), std::string("\0\xff\x80", 3) + std::string(28, '\0') + "\xC0");
    EXPECT_EQ(found(1, 20000), "") << "there never was one";
    EXPECT_EQ(found(17, 20001), "");
}

TEST(LedgerSecrets, what_is_forgotten_is_gone_and_made_anew_when_it_is_wanted_again) {
    Folder folder;
    auto database = Database::open(folder.file(), Database::Mode::read_write_create, "");
    ASSERT_TRUE(migrate(*database, migrations()));
    LedgerSecrets writing;
    LedgerSecrets erasing;
    ASSERT_TRUE(writing.open(*database));
    ASSERT_TRUE(erasing.open(*database));
    const auto first = *writing.make({3}, 1);
    const auto neighbour = *writing.make({4}, 1);
    EXPECT_NE(first, neighbour);
    EXPECT_EQ(*writing.make({3}, 1), first);
    EXPECT_NE(*writing.make({3}, 2), first);
    EXPECT_EQ(*writing.make({3}, 1), first) << "looked up again after another day";
    ASSERT_TRUE(erasing.forget({3}, 1));
    EXPECT_EQ(*erasing.find({3}, 1), std::nullopt);
    EXPECT_EQ(*erasing.find({4}, 1), neighbour);
    writing.look_again();
    const auto anew = *writing.make({3}, 1);
    EXPECT_NE(anew, first);
    EXPECT_EQ(*erasing.find({3}, 1), anew);
}

}  // namespace
}  // namespace foxtail::sqlite
