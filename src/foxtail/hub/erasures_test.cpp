#include "foxtail/hub/erasures.hpp"

#include "foxtail/hub/household.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

class ZoneOfUtc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

struct ErasuresTest : ::testing::Test {
    ErasuresTest() {
        household.start(now, "test");
        anna = *household.name_subject("owner:anna", SubjectKind::owner, the_hub, now);
        ben = *household.name_subject("resident:ben", SubjectKind::resident, anna, now);
        insurer =
            *household.name_subject("participant:insurer", SubjectKind::participant, anna, now);
        garage = *household.name_subject("participant:garage", SubjectKind::participant, anna, now);
    }
    GrantGiven agreed(Duration erase_after, SubjectId to) const {
        GrantGiven grant;
        grant.subject = to;
        grant.addresses = {"car/mileage"};
        grant.verbs =
            static_cast<std::uint16_t>(Verb::read) | static_cast<std::uint16_t>(Verb::grant);
        grant.purpose = "tariff";
        grant.token_hash = "hash " + std::to_string(household.head());
        grant.terms.erase_after = erase_after;
        return grant;
    }
    Seq give(SubjectId by, Duration erase_after = days(90)) {
        return *household.give(agreed(erase_after, insurer), by, now);
    }
    void take_back(Seq grant) { ASSERT_TRUE(household.take_back(grant, "taken back", ben, now)); }
    [[nodiscard]] const Erasures::Asked* asked(Seq grant) const {
        return household.erasures().find(grant);
    }
    void pass(Duration by) {
        now.wall = now.wall + by;
        now.mono = now.mono + by;
        household.tick(now);
    }
    void jump(Duration by) {
        now.wall = now.wall + by;
        household.tick(now);
    }
    template <class Kind>
    [[nodiscard]] std::vector<Record> recorded() {
        std::vector<Record> found;
        const auto& all = household.records();
        std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                     [](const Record& r) { return std::holds_alternative<Kind>(r.body); });
        return found;
    }
    static std::string state_of(const Household& of) {
        std::string bytes;
        of.save(bytes);
        return bytes;
    }
    /// From its records, and from a snapshot: the same.
    void expect_the_same_after_a_restart() {
        Household replayed(zone);
        for (const Record& record : household.records()) ASSERT_TRUE(replayed.replay(record));
        EXPECT_EQ(state_of(replayed), state_of(household));
        Household loaded(zone);
        ASSERT_TRUE(loaded.load(state_of(household)));
        EXPECT_EQ(state_of(loaded), state_of(household));
    }

    ZoneOfUtc zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, hours(1)};
    SubjectId anna;
    SubjectId ben;
    SubjectId insurer;
    SubjectId garage;
};

TEST_F(ErasuresTest, the_record_of_the_end_asks_to_erase_where_that_was_agreed) {
    const Seq with = give(ben);
    const Seq without = give(ben, {});
    GrantGiven forbid = agreed(days(90), insurer);
    forbid.terms.forbid = true;
    const Seq forbidden = *household.give(forbid, ben, now);
    pass(days(1));
    for (const Seq grant : {with, without, forbidden}) take_back(grant);
    const auto ends = recorded<GrantEnded>();
    ASSERT_EQ(ends.size(), 3U);
    EXPECT_EQ(std::get<GrantEnded>(ends[0].body).erase_by, now.wall + days(90));
    EXPECT_FALSE(std::get<GrantEnded>(ends[1].body).erase_by.known());
    EXPECT_FALSE(std::get<GrantEnded>(ends[2].body).erase_by.known());
    ASSERT_NE(asked(with), nullptr);
    EXPECT_EQ(asked(with)->ended, ends[0].seq);
    EXPECT_EQ(asked(with)->until, now.wall + days(90));
    EXPECT_EQ(asked(with)->grantor, ben);
    EXPECT_EQ(household.erasures().all().size(), 1U);
    EXPECT_EQ(household.erasures().find_token(asked(with)->token_hash), asked(with));
    EXPECT_EQ(household.erasures().find_token(""), nullptr);
    expect_the_same_after_a_restart();
}

TEST_F(ErasuresTest, it_is_asked_however_the_grant_ends) {
    GrantGiven until = agreed(days(30), insurer);
    until.until = now.wall + days(2);
    const Seq timed = *household.give(until, ben, now);
    const Seq lasting = give(ben);
    pass(days(3));
    ASSERT_NE(asked(timed), nullptr) << "its time is over";
    EXPECT_EQ(asked(timed)->until, now.wall + days(30));
    EXPECT_EQ(asked(lasting), nullptr);
    ASSERT_TRUE(household.leave(ben, "moves out", anna, now));
    ASSERT_NE(asked(lasting), nullptr) << "who gave it moved out";
    const auto ends = recorded<GrantEnded>();
    EXPECT_EQ(ends.back().cause, recorded<SubjectLeft>().front().seq);
    expect_the_same_after_a_restart();
}

TEST_F(ErasuresTest, a_narrower_grant_goes_on_with_it_and_is_asked_for_in_its_turn) {
    const Seq wide = give(ben);
    GrantGiven less = agreed(days(30), insurer);
    const Seq narrow = *household.replace(wide, less, ben, now);
    EXPECT_TRUE(household.erasures().all().empty());
    take_back(narrow);
    EXPECT_EQ(asked(wide), nullptr);
    ASSERT_NE(asked(narrow), nullptr);
    EXPECT_EQ(asked(narrow)->until, now.wall + days(30));
}

TEST_F(ErasuresTest, whom_it_was_passed_on_to_has_to_erase_it_no_later) {
    const Seq parent = give(ben, days(30));
    std::vector<Seq> children;
    for (const Duration said : {Duration{}, days(90), days(7)}) {
        GrantGiven child = agreed(said, garage);
        child.terms.parent = parent;
        child.verbs = static_cast<std::uint16_t>(Verb::read);
        const auto given = household.give(child, insurer, now);
        ASSERT_TRUE(given) << given.error().message;
        children.push_back(*given);
    }
    take_back(parent);
    EXPECT_EQ(asked(parent)->until, now.wall + days(30));
    EXPECT_EQ(asked(children[0])->until, now.wall + days(30)) << "it inherits what was agreed";
    EXPECT_EQ(asked(children[1])->until, now.wall + days(30)) << "and cannot put it off";
    EXPECT_EQ(asked(children[2])->until, now.wall + days(7));
    EXPECT_EQ(asked(children[0])->grantor, insurer);
}

TEST_F(ErasuresTest, a_length_that_nobody_means_is_refused) {
    EXPECT_TRUE(household.give(agreed(Household::erase_after_max, insurer), ben, now));
    const auto given = household.give(agreed(days(3661), insurer), ben, now);
    ASSERT_FALSE(given);
    EXPECT_NE(given.error().message.find("at most 3660 days"), std::string::npos);
}

TEST_F(ErasuresTest, an_answer_is_on_record_once_with_what_it_answers) {
    const Seq grant = give(ben);
    take_back(grant);
    pass(days(2));
    const auto seq = household.erased(grant, now);
    ASSERT_TRUE(seq);
    const auto told = recorded<ErasureTold>();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].seq, *seq);
    EXPECT_EQ(told[0].actor, insurer);
    EXPECT_EQ(told[0].cause, asked(grant)->ended);
    EXPECT_TRUE(std::get<ErasureTold>(told[0].body).done);
    EXPECT_EQ(asked(grant)->done, now.wall);
    EXPECT_EQ(*household.erased(grant, now), 0U) << "said already";
    EXPECT_EQ(recorded<ErasureTold>().size(), 1U);
    EXPECT_EQ(household.erased(grant + 1, now).error().code, Code::not_found);
    pass(days(200));
    EXPECT_EQ(recorded<ErasureTold>().size(), 1U) << "who answered is not late";
    expect_the_same_after_a_restart();
}

TEST_F(ErasuresTest, who_does_not_answer_in_time_is_told_of_once_whatever_restarts) {
    const Seq grant = give(ben);
    take_back(grant);
    ASSERT_TRUE(household.next_wake(now));
    pass(days(90) - seconds(1));
    EXPECT_TRUE(recorded<ErasureTold>().empty());
    EXPECT_LE(household.next_wake(now)->us, (now.mono + seconds(1)).us) << "it wakes for that";
    pass(seconds(1));
    auto told = recorded<ErasureTold>();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_FALSE(std::get<ErasureTold>(told[0].body).done);
    EXPECT_EQ(told[0].actor, the_hub);
    EXPECT_EQ(told[0].cause, asked(grant)->ended);
    EXPECT_EQ(asked(grant)->missed, now.wall);
    pass(days(1));
    // From the journal alone, and from a snapshot.
    const std::string bytes = state_of(household);
    Household again(zone);
    ASSERT_TRUE(again.load(bytes));
    again.start(now, "again");
    again.tick(now);
    again.tick({now.wall + days(1), now.mono + days(1)});
    EXPECT_TRUE(std::none_of(again.records().begin(), again.records().end(), [](const Record& r) {
        return std::holds_alternative<ErasureTold>(r.body);
    }));
    ASSERT_TRUE(household.erased(grant, now));
    EXPECT_EQ(asked(grant)->done, now.wall) << "late is better than never";
    expect_the_same_after_a_restart();
}

TEST_F(ErasuresTest, one_that_fell_due_while_nothing_ran_is_told_of_after_the_start) {
    const Seq grant = give(ben);
    take_back(grant);
    const std::string bytes = state_of(household);
    Household again(zone);
    ASSERT_TRUE(again.load(bytes));
    const Moment later{now.wall + days(100), seconds(5)};
    again.start(later, "again");
    again.tick(later);
    EXPECT_TRUE(again.erasures().find(grant)->missed.known());
}

TEST_F(ErasuresTest, nobody_is_late_by_a_clock_that_is_set_wrong) {
    const Seq grant = give(ben);
    take_back(grant);
    jump(days(400));
    pass(minutes(5));
    EXPECT_TRUE(recorded<ErasureTold>().empty()) << "the time is in doubt";
    jump(days(-400));
    pass(minutes(11));
    EXPECT_TRUE(recorded<ErasureTold>().empty());
    EXPECT_FALSE(asked(grant)->missed.known());
    pass(days(90));
    EXPECT_TRUE(asked(grant)->missed.known());
}

TEST_F(ErasuresTest, what_ends_while_the_clock_is_behind_leaves_the_whole_time) {
    const Seq grant = give(ben);
    const Time right = now.wall;
    jump(days(-400));
    take_back(grant);
    EXPECT_GE(asked(grant)->until, right + days(90));
}

TEST_F(ErasuresTest, of_one_giver_a_bounded_number_is_kept_and_what_is_open_longest) {
    std::vector<Seq> grants;
    for (std::size_t i = 0; i < Erasures::of_one_giver_max; ++i) grants.push_back(give(ben));
    const Seq annas = give(anna);
    ASSERT_TRUE(household.take_back(annas, "", anna, now));
    for (const Seq grant : grants) take_back(grant);
    ASSERT_TRUE(household.erased(grants[7], now));
    const Seq more = give(ben);
    take_back(more);
    EXPECT_EQ(asked(grants[7]), nullptr) << "it was done";
    EXPECT_NE(asked(grants[0]), nullptr);
    const Seq yet_more = give(ben);
    take_back(yet_more);
    EXPECT_EQ(asked(grants[0]), nullptr);
    EXPECT_NE(asked(annas), nullptr) << "others' do not give way";
    EXPECT_EQ(household.erasures().all().size(), Erasures::of_one_giver_max + 1);
    expect_the_same_after_a_restart();
}

}  // namespace
}  // namespace foxtail
