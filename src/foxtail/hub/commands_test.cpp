#include "foxtail/hub/commands.hpp"

#include "foxtail/model/bytes.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

PropertySpec number(std::optional<double> step = std::nullopt) {
    PropertySpec spec;
    spec.name = "level";
    spec.type = Type::number;
    spec.step = step;
    return spec;
}

CommandAsked asked(PropertyId property, Value value) {
    CommandAsked command;
    command.property = property;
    command.value = std::move(value);
    command.time_to_live = seconds(10);
    return command;
}

Record record(Seq seq) {
    Record record;
    record.seq = seq;
    record.actor = SubjectId{3};
    return record;
}

constexpr PropertyId level{4};

TEST(Fulfils, takes_equal_values_of_every_type) {
    PropertySpec text;
    EXPECT_TRUE(fulfils(text, std::string("eco"), std::string("eco")));
    EXPECT_FALSE(fulfils(text, std::string("eco"), std::string("full")));
    EXPECT_TRUE(fulfils(text, Json{"[1]"}, Json{"[1]"}));
    PropertySpec flag;
    flag.type = Type::boolean;
    EXPECT_TRUE(fulfils(flag, true, true));
    EXPECT_FALSE(fulfils(flag, true, false));
    EXPECT_FALSE(fulfils(flag, true, Null{})) << "unknown is not what was wished";
}

TEST(Fulfils, forgives_half_a_step_because_devices_round) {
    EXPECT_TRUE(fulfils(number(1.0), 50.0, 50.5));
    EXPECT_TRUE(fulfils(number(1.0), 50.0, 49.5));
    EXPECT_FALSE(fulfils(number(1.0), 50.0, 50.51));
    EXPECT_TRUE(fulfils(number(0.5), 21.0, 21.25));
    EXPECT_FALSE(fulfils(number(0.5), 21.0, 21.3));
}

TEST(Fulfils, without_a_step_forgives_a_millionth) {
    EXPECT_TRUE(fulfils(number(), 1000.0, 1000.0009));
    EXPECT_FALSE(fulfils(number(), 1000.0, 1000.002));
    EXPECT_FALSE(fulfils(number(), 0.0, 0.0001)) << "a millionth of zero is zero";
    EXPECT_TRUE(fulfils(number(), std::int64_t{21}, 21.0));
}

TEST(Commands, are_found_until_they_end_and_end_once) {
    Commands commands;
    commands.apply(record(7), asked(level, 50.0));
    ASSERT_NE(commands.find(7), nullptr);
    EXPECT_EQ(commands.find(7)->asked_by, SubjectId{3});
    EXPECT_EQ(commands.find(6), nullptr);
    EXPECT_EQ(commands.find(8), nullptr);
    commands.apply(CommandEnded{7, Outcome::confirmed, ""});
    EXPECT_EQ(commands.find(7), nullptr);
    EXPECT_EQ(commands.waiting(level), nullptr);
    commands.apply(CommandEnded{7, Outcome::failed, ""});  // a second end finds nothing
    EXPECT_EQ(commands.size(), 0U);
}

TEST(Commands, a_report_matches_the_newest_wish_for_that_value) {
    Commands commands;
    commands.apply(record(1), asked(level, 50.0));
    commands.apply(record(2), asked(level, 70.0));
    commands.apply(record(3), asked(level, 50.0));
    commands.apply(record(4), asked(PropertyId{5}, 50.0));
    ASSERT_NE(commands.matching(number(), level, 50.0), nullptr);
    EXPECT_EQ(commands.matching(number(), level, 50.0)->seq, 3U);
    EXPECT_EQ(commands.matching(number(), level, 70.0)->seq, 2U);
    EXPECT_EQ(commands.matching(number(), level, 60.0), nullptr);
    EXPECT_EQ(commands.matching(number(), PropertyId{6}, 50.0), nullptr);
}

TEST(Commands, for_actions_wait_for_no_property) {
    Commands commands;
    CommandAsked action;
    action.action = "identify";
    action.property = level;  // means nothing for an action
    commands.apply(record(1), action);
    EXPECT_EQ(commands.waiting(level), nullptr);
    EXPECT_NE(commands.find(1), nullptr);
}

TEST(Commands, are_the_same_after_a_snapshot) {
    Commands commands;
    commands.apply(record(1), asked(level, 50.0));
    CommandAsked led = asked(level, std::string("eco"));
    led.agent = {4};
    commands.apply(record(9), led);
    std::string bytes;
    ByteWriter out(bytes);
    commands.save(out);
    Commands again;
    ByteReader in(bytes);
    ASSERT_TRUE(again.load(in));
    EXPECT_EQ(again.size(), 2U);
    ASSERT_NE(again.waiting(level), nullptr);
    EXPECT_EQ(*again.waiting(level), (std::vector<Seq>{1, 9}));
    EXPECT_EQ(again.find(9)->value, Value(std::string("eco")));
    EXPECT_EQ(again.find(9)->agent, SubjectId{4});
}

TEST(Commands, load_from_a_snapshot_from_before_agents_hands_were_known) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(1);
    out.u64(9);
    out.u64(level.index);
    out.u64(0);  // thing
    out.text("");
    write(out, Value{50.0});
    out.u64(2);  // who asked
    out.i64(seconds(10).us);
    out.u8(1);
    out.u64(5);  // grant
    out.i64(1'000'000);
    out.i64(minutes(10).us);
    out.u8(0);
    out.u64(0);  // nobody has confirmed it
    ByteReader in(bytes);
    Commands older;
    ASSERT_TRUE(older.load(in, 6));
    EXPECT_TRUE(in.at_end());
    ASSERT_NE(older.find(9), nullptr);
    EXPECT_TRUE(older.find(9)->waits());
    EXPECT_EQ(older.find(9)->value, Value{50.0});
    EXPECT_EQ(older.find(9)->agent, SubjectId{}) << "none had";
}

CommandAsked to_be_confirmed(PropertyId property, Value value) {
    CommandAsked command = asked(property, std::move(value));
    command.confirm_within = minutes(10);
    return command;
}

TEST(Commands, what_waits_to_be_confirmed_is_answered_by_no_report_until_it_is) {
    Commands commands;
    commands.apply(record(1), to_be_confirmed(level, 50.0));
    commands.apply(record(2), asked(level, 70.0));
    EXPECT_EQ(commands.matching(number(), level, 50.0), nullptr);
    EXPECT_EQ(*commands.waiting(level), std::vector<Seq>{2});
    commands.apply(3, WishConfirmed{1, level, {}, "", 50.0});
    ASSERT_NE(commands.matching(number(), level, 50.0), nullptr);
    EXPECT_EQ(commands.matching(number(), level, 50.0)->led(), 3U);
    ASSERT_NE(commands.led_by(3), nullptr);
    EXPECT_EQ(commands.led_by(3)->seq, 1U);
    EXPECT_EQ(commands.led_by(2)->seq, 2U);
    commands.apply(4, WishConfirmed{1, level, {}, "", 50.0});  // once is enough
    EXPECT_EQ(commands.find(1)->confirmation, 3U);
    std::string bytes;
    ByteWriter out(bytes);
    commands.save(out);
    Commands again;
    ByteReader in(bytes);
    ASSERT_TRUE(again.load(in));
    EXPECT_EQ(*again.waiting(level), (std::vector<Seq>{2, 1})) << "in the order they left";
    ASSERT_NE(again.led_by(3), nullptr);
    commands.apply(CommandEnded{1, Outcome::confirmed, ""});
    EXPECT_EQ(commands.led_by(3), nullptr);
    EXPECT_EQ(*commands.waiting(level), std::vector<Seq>{2});
}

TEST(Commands, refuse_a_snapshot_whose_numbers_do_not_ascend) {
    std::string bytes;
    ByteWriter out(bytes);
    Commands first;
    first.apply(record(5), asked(level, 1.0));
    Commands second;
    second.apply(record(5), asked(level, 2.0));
    std::string one;
    ByteWriter one_out(one);
    first.save(one_out);
    // Twice the same command: a count of two, then the entry twice.
    out.u64(2);
    bytes += one.substr(1) + one.substr(1);
    Commands again;
    ByteReader in(bytes);
    const auto loaded = again.load(in);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::corrupt);
}

}  // namespace
}  // namespace foxtail
