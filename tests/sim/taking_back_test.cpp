// The process may end at any moment while a grant is taken back: what comes up again is either the
// house in which it was wholly taken back, or one in which the call had not returned. Every prefix
// of what the call sets off is tried.
#include <iostream>

#include "home_test.hpp"

namespace foxtail::sim {
namespace {

/// How the house and its disk are when the call comes.
struct Plan {
    int busy = 0;  // so many readings wait for the disk, the first of them already on its way
    Duration commit_time = milliseconds(4);
    Duration answer_time;  // the disk has it, and nobody knows yet
    bool full = false;     // the disk takes nothing at first
};

/// One life of a house, up to a moment of the call's, and the next.
class Round final : public HomeTest {
public:
    explicit Round(const Plan& plan) : plan_(plan) {
        disk.commit_time = plan.commit_time;
        disk.answer_time = plan.answer_time;
        insurer_ = as("participant:insurer", SubjectKind::participant).subject();
        garage_ = as("participant:garage", SubjectKind::participant).subject();
        const SubjectId anna = owner().subject();
        given_ = give(anna, insurer_, 0);
        passed_on_ = give(insurer_, garage_, given_);
        // Whatever was there before is on the disk, and another batch is on its way.
        world.advance(seconds(2));
        hub->door(insurer_).watch(stream_);
        hub->door(garage_).watch(other_);
    }
    ~Round() override {
        if (hub != nullptr) {
            hub->door(insurer_).unwatch(stream_);
            hub->door(garage_).unwatch(other_);
        }
    }
    void TestBody() override {}

    /// False when the call and all that it set off was over before so many steps.
    bool end_after(int steps) {
        // Orders of those who come from outside wait for the disk.
        ask(hub->door(insurer_), "lamp/on", true);
        ask(hub->door(garage_), "lamp/on", false);
        for (int i = 0; i < plan_.busy; ++i) {
            EXPECT_TRUE(say("lamp/level", static_cast<double>(i)));
            world.advance(milliseconds(1));
        }
        disk.failing = plan_.full;
        world.advance(milliseconds(plan_.full ? 50 : 0));
        shown_ = stream_.readings.size() + other_.readings.size();
        const auto sent = outlet.sent.size();
        owner().take_back(given_, "enough", [this](Result<Hub::Certificate> done) {
            returned_ = done.has_value();
            if (done) effective_ = done->effective;
        });
        if (returned_) ADD_FAILURE() << "it returned before anything was written";
        bool more = true;
        for (int i = 0; i < steps && more; ++i) {
            if (i == 3) disk.failing = false;
            // What happens meanwhile is told to nobody who had it.
            if (i < 6) (void)say("lamp/level", 100.0 + i);
            more = world.do_one(world.mono + seconds(3));
        }
        EXPECT_EQ(stream_.readings.size() + other_.readings.size(), shown_)
            << "told after it was taken back";
        EXPECT_EQ(outlet.sent.size(), sent) << "ordered after it was taken back";
        disk.failing = false;
        return more;
    }
    void start_again() {
        outlet.sent.clear();
        crash();
    }
    [[nodiscard]] bool returned() const { return returned_; }

    /// What is left of it: all, or nothing. Empty when it is one of the two; else what is by
    /// halves.
    [[nodiscard]] std::string by_halves() const {
        const auto& authority = hub->authority();
        const bool is_there = authority.find_grant(given_) != nullptr;
        const auto same = [&](bool one, const char* what) {
            return one == is_there ? std::string() : std::string(what) + "; ";
        };
        const Time now = world_now();
        std::string out = same(authority.find_grant(passed_on_) != nullptr, "what was passed on");
        out += same(authority.any_access(insurer_, now), "access");
        out += same(authority.any_access(garage_, now), "access of whom it was passed on to");
        out += same(authority.find_token("hash of 0", now) != nullptr, "the token");
        out += same(hub->erasures().find(given_) == nullptr, "the request to erase");
        out += same(hub->erasures().find(passed_on_) == nullptr, "the second request to erase");
        for (const Record& record : disk.records) {
            const auto* ended = std::get_if<GrantEnded>(&record.body);
            if (ended != nullptr && ended->grant == given_ && effective_ != 0 &&
                record.seq != effective_)
                out += "the certificate names another record; ";
        }
        return out;
    }
    [[nodiscard]] bool taken_back() const { return hub->authority().find_grant(given_) == nullptr; }
    /// It goes on: what is taken back is, what is not can be.
    [[nodiscard]] bool can_be_finished() {
        if (!taken_back()) {
            bool done = false;
            owner().take_back(given_, "again",
                              [&](Result<Hub::Certificate> c) { done = c.has_value(); });
            settle();
            if (!done) return false;
        }
        return taken_back() && !ask_late() && outlet.sent.empty();
    }

private:
    Seq give(SubjectId by, SubjectId to, Seq parent) {
        std::optional<Result<Seq>> given;
        GrantGiven grant;
        grant.addresses = {"lamp/*"};
        grant.verbs = bits({Verb::discover, Verb::read, Verb::observe, Verb::set, Verb::grant});
        grant.token_hash = "hash of " + std::to_string(parent);
        grant.terms.parent = parent;
        grant.terms.erase_after = days(30);
        hub->door(by).give(grant, hub->authority().find(to)->name,
                           [&](Result<Seq> seq) { given = std::move(seq); });
        settle();
        EXPECT_TRUE(given && *given);
        return given && *given ? **given : 0;
    }
    [[nodiscard]] Time world_now() const { return hub->now().wall; }
    [[nodiscard]] bool ask_late() {
        const auto answer = ask(hub->door(insurer_), "lamp/on", false);
        settle();
        return answer->has_value() && answer->value().has_value();
    }

    Plan plan_;
    SubjectId insurer_;
    SubjectId garage_;
    Seq given_ = 0;
    Seq passed_on_ = 0;
    FakeStream stream_;
    FakeStream other_;
    std::size_t shown_ = 0;
    bool returned_ = false;
    Seq effective_ = 0;
};

std::vector<Plan> plans() {
    std::vector<Plan> all;
    for (const int busy : {0, 1, 3, 9}) {
        for (const Duration commit : {milliseconds(1), milliseconds(4), milliseconds(40)}) {
            for (const Duration answer : {Duration{}, milliseconds(2)}) {
                for (const bool full : {false, true}) all.push_back({busy, commit, answer, full});
            }
        }
    }
    return all;
}

TEST(TakingBack, is_whole_or_had_not_returned_at_whatever_step_the_process_ends) {
    constexpr int steps_max = 60;
    int rounds = 0;
    int returned = 0;
    int undone = 0;
    int unanswered = 0;  // taken back, and nobody was told
    for (const Plan& plan : plans()) {
        bool more = true;
        for (int steps = 0; more && steps < steps_max; ++steps) {
            Round round(plan);
            more = round.end_after(steps);
            round.start_again();
            const auto where = "busy " + std::to_string(plan.busy) + ", commit " +
                               std::to_string(plan.commit_time.us) + ", answer " +
                               std::to_string(plan.answer_time.us) +
                               (plan.full ? ", full disk" : "") + ", ended after " +
                               std::to_string(steps);
            ASSERT_EQ(round.by_halves(), "") << where;
            ASSERT_TRUE(round.taken_back() || !round.returned()) << where;
            ++rounds;
            returned += round.returned() ? 1 : 0;
            undone += round.taken_back() ? 0 : 1;
            unanswered += round.taken_back() && !round.returned() ? 1 : 0;
            ASSERT_TRUE(round.can_be_finished()) << where;
        }
    }
    std::cout << rounds << " ends: " << returned << " calls had returned, " << undone
              << " were as if never made, " << unanswered << " were made and not answered"
              << std::endl;
    EXPECT_GT(rounds, 500);
    EXPECT_GT(returned, 30);
    EXPECT_GT(undone, 100);
    EXPECT_GT(unanswered, 20);
}

// The control: a store that answers before it has written must be caught, or the test above proves
// nothing.
TEST(TakingBack, that_is_answered_before_it_is_written_is_caught) {
    int caught = 0;
    for (int steps = 0; steps < 20; ++steps) {
        Plan plan;
        plan.commit_time = milliseconds(40);
        Round round(plan);
        round.disk.acknowledges_early = true;
        (void)round.end_after(steps);
        round.start_again();
        caught += round.returned() && !round.taken_back() ? 1 : 0;
    }
    EXPECT_GT(caught, 0);
}

}  // namespace
}  // namespace foxtail::sim
