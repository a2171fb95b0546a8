#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "house.hpp"
#include "words.hpp"

namespace foxtail::scenario {

/// Plays a scenario (README.md says what can stand in one). Answers what went wrong, at most one
/// mistake: after it the rest would mean something else.
[[nodiscard]] std::vector<Mistake> tell(std::string_view text);

/// A thing from its statement (story_things.cpp).
[[nodiscard]] ThingSpec read_thing(const Statement& statement, std::string& connector);

/// A scenario under way: a house and where the story stands.
class Story {
public:
    void play(const Statement& statement);
    [[nodiscard]] bool expected_something() const { return expected_; }

private:
    // ---- what happens (story.cpp) ----
    bool move_time(Words& words);
    void happen(Words& words, const Statement& statement);
    bool happen_outside(Words& words);
    bool happen_inside(Words& words);
    void mark();
    void go_to(Duration moment, const Words& words);
    void reading(Words& words);
    void event(Words& words);
    void ask(Words& words, bool run);
    void grant(Words& words);
    void own(Words& words);
    void take_back(Words& words);
    void answer_wish(Words& words, bool yes);
    void device(Words& words);
    void disk(Words& words);
    void rule(Words& words, const Statement& statement);
    SubjectId who(Words& words);
    const Property& property(Words& words);

    // ---- what is expected (story_expects.cpp) ----
    void expect(Words& words);
    bool expect_of_commands(Words& words);
    bool expect_of_records(Words& words);
    bool expect_of_the_house(Words& words);
    void expect_command(Words& words);
    void expect_no_command(Words& words);
    void expect_sent(Words& words, bool sent);
    void expect_answer(Words& words);
    void expect_refused_reading(Words& words);
    void expect_rule(Words& words);
    void expect_notice(Words& words, bool wanted);
    void expect_why(Words& words);
    void expect_count(Words& words);
    void expect_sight(Words& words);
    void expect_value(Words& words);
    void look();
    [[nodiscard]] std::vector<Record> chain(const std::string& address, Words& words);
    [[nodiscard]] std::string address_of(const CommandAsked& asked);
    [[nodiscard]] std::string link(const Record& record);
    [[nodiscard]] std::string subject_name(SubjectId id);
    [[nodiscard]] PropertyView view(const std::string& address, Words& words);

    House house_;
    std::string rules_;            // YAML of all rules so far
    std::vector<int> rule_lines_;  // line of the file for each line of rules_
    Duration began_ = house_.world.mono;
    Duration moment_;  // of the story: since midnight of its first day
    int day_ = 0;
    bool looked_ = false;
    bool expected_ = false;
    // Since the last thing that happened:
    std::size_t seen_before_ = 0;
    std::size_t sent_before_ = 0;
    Seq head_before_ = 0;
    std::optional<Result<Seq>> answer_;
    std::optional<Error> reading_error_;
};

}  // namespace foxtail::scenario
