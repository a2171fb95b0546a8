#include "foxtail/hub/sign_ins.hpp"

#include <string>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

Moment at(Duration mono) {
    return {Time{1'790'000'000'000'000} + mono, mono};
}

TEST(SignIns, the_first_is_told_at_once_and_what_follows_at_the_end_of_the_minute) {
    SignIns seen;
    const SignIns::Try guess{{}, "passphrase", "10.0.0.7", "wrong"};
    ASSERT_TRUE(seen.note(guess, at(seconds(10))));
    for (int i = 0; i < 999; ++i) EXPECT_FALSE(seen.note(guess, at(seconds(11))));
    EXPECT_TRUE(seen.take_due(at(seconds(60))).empty());
    ASSERT_TRUE(seen.next_due());
    EXPECT_EQ(*seen.next_due(), seconds(70));
    const auto due = seen.take_due(at(seconds(70)));
    ASSERT_EQ(due.size(), 1U);
    const auto& refused = std::get<SignInRefused>(due.front());
    EXPECT_EQ(refused.count, 999U);
    EXPECT_EQ(refused.from, at(seconds(11)).wall);
    EXPECT_TRUE(seen.take_due(at(seconds(130))).empty());
    EXPECT_FALSE(seen.next_due()) << "what is quiet is forgotten";
}

TEST(SignIns, a_flood_from_everywhere_costs_a_bounded_number_of_records) {
    SignIns seen;
    std::uint64_t told = 0;
    std::uint64_t counted = 0;
    const auto take = [&](const Body& body) {
        ++told;
        counted += std::get<SignInRefused>(body).count;
    };
    const int minutes_long = 10;
    for (int i = 0; i < 100'000; ++i) {
        const Duration now = milliseconds(i * 6 * minutes_long / 10);
        const std::string source = "2001:db8::" + std::to_string(i);
        if (auto body = seen.note({{}, "token", source, "no such token"}, at(now))) take(*body);
        for (const Body& body : seen.take_due(at(now))) take(body);
    }
    for (const Body& body : seen.take_due(at(hours(2)), true)) take(body);
    EXPECT_EQ(counted, 100'000U) << "none is lost";
    EXPECT_LE(told, (SignIns::sources_max + 2) * (minutes_long + 1));
}

TEST(SignIns, a_source_cannot_write_what_it_likes_into_the_record) {
    SignIns seen;
    const auto body =
        seen.note({{}, "token", std::string(5000, 'x') + "\x1b[2J", "wrong"}, at(seconds(1)));
    ASSERT_TRUE(body);
    EXPECT_LE(std::get<SignInRefused>(*body).source.size(), 200U);
}

}  // namespace
}  // namespace foxtail
