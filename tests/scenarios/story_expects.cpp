#include "foxtail/rules/rule.hpp"

#include <algorithm>

#include "story.hpp"

namespace foxtail::scenario {
namespace {

/// "once", "twice", "3 times"; nothing = at least once.
std::optional<std::size_t> read_times(Words& words) {
    if (words.take("once")) return 1;
    if (words.take("twice")) return 2;
    if (words.done()) return std::nullopt;
    const Value count = words.value();
    const auto* whole = std::get_if<std::int64_t>(&count);
    if (whole == nullptr || *whole < 0) words.wrong("expected 'once', 'twice' or '3 times'");
    words.need("times");
    return static_cast<std::size_t>(*whole);
}

bool as_often(std::size_t found, std::optional<std::size_t> wanted) {
    return wanted ? found == *wanted : found > 0;
}

}  // namespace

/// What is expected is expected half a second later, so that devices and disk have had their time.
void Story::look() {
    if (!std::exchange(looked_, true)) house_.world.advance(milliseconds(500));
}

void Story::expect(Words& words) {
    if (!expect_of_commands(words) && !expect_of_records(words) && !expect_of_the_house(words))
        expect_value(words);
    words.end();
}

bool Story::expect_of_commands(Words& words) {
    if (words.take("command")) {
        expect_command(words);
    } else if (words.take("no command")) {
        expect_no_command(words);
    } else if (words.take("sent")) {
        expect_sent(words, true);
    } else if (words.take("not sent")) {
        expect_sent(words, false);
    } else if (words.take("answer")) {
        expect_answer(words);
    } else {
        return false;
    }
    return true;
}

bool Story::expect_of_records(Words& words) {
    if (words.take("reading refused")) {
        expect_refused_reading(words);
    } else if (words.take("rule")) {
        expect_rule(words);
    } else if (words.take("notice")) {
        expect_notice(words, true);
    } else if (words.take("no notice")) {
        expect_notice(words, false);
    } else if (words.take("why")) {
        expect_why(words);
    } else if (words.take("external")) {
        const auto address = words.word("an address");
        const auto links = chain(address, words);
        if (links.front().cause != 0) words.wrong("something led to it: " + link(links.at(1)));
    } else if (!words.peek().empty() && words.peek().front() >= '0' &&
               words.peek().front() <= '9') {
        expect_count(words);
    } else {
        return false;
    }
    return true;
}

bool Story::expect_of_the_house(Words& words) {
    const Hub::Health& health = house_.hub().health();
    if (words.take("read-only")) {
        if (!health.read_only) words.wrong("the house is not read-only");
        if (const auto reason = words.quoted();
            reason && health.reason.find(*reason) == std::string::npos) {
            words.wrong("it is read-only because of '" + health.reason + "'");
        }
    } else if (words.take("healthy")) {
        if (health.read_only) words.wrong("the house is read-only: " + health.reason);
    } else if (words.take("quality")) {
        const auto address = words.word("an address");
        const auto wanted = words.word("good, stale, unconfirmed or estimated");
        const std::string found = name(view(address, words).quality);
        if (found != wanted) words.wrong("it is " + found);
    } else if (words.peek().find(':') != std::string_view::npos) {
        expect_sight(words);
    } else {
        return false;
    }
    return true;
}

PropertyView Story::view(const std::string& address, Words& words) {
    const auto seen = house_.owner().read(address);
    if (!seen) words.wrong("no property '" + address + "'");
    return *seen;
}

void Story::expect_value(Words& words) {
    const bool wanted = words.take("wanted");
    const auto address = words.word("what is expected (README.md lists it)");
    if (words.peek() != "=")
        words.wrong("'" + address + "' is nothing that can be expected; README.md lists it");
    words.need("=");
    const Value value = words.value();
    const PropertyView seen = view(address, words);
    const Value& found = wanted ? seen.belief->wanted : seen.belief->value;
    if (!same_value(found, value)) words.wrong("it is " + value_text(found));
}

void Story::expect_command(Words& words) {
    const auto address = words.word("an address");
    const auto found =
        std::find_if(house_.seen.rbegin(), house_.seen.rend(), [&](const Record& record) {
            const auto* asked = std::get_if<CommandAsked>(&record.body);
            return asked != nullptr && address_of(*asked) == address;
        });
    if (found == house_.seen.rend()) words.wrong("nobody commanded it");
    const Value value = std::get<CommandAsked>(found->body).value;
    if (words.take("=")) {
        if (const Value wanted = words.value(); !same_value(wanted, value))
            words.wrong("it was " + value_text(value));
    }
    if (words.take("by")) {
        const auto by = words.word("a subject");
        if (subject_name(found->actor) != by)
            words.wrong("it was asked by " + subject_name(found->actor));
    }
    if (words.done()) return;
    const Record* end = nullptr;
    for (const Record& record : house_.seen) {
        const auto* ended = std::get_if<CommandEnded>(&record.body);
        if (ended != nullptr && ended->command == found->seq) end = &record;
    }
    const auto* ended = end == nullptr ? nullptr : &std::get<CommandEnded>(end->body);
    const auto stands = house_.owner().command(found->seq);
    const bool waits = ended == nullptr && stands && stands->waits;
    const std::string state = waits              ? "waiting"
                              : ended == nullptr ? "under way"
                                                 : name(ended->outcome);
    std::string expected =
        words.word("confirmed, refused, failed, timed out, under way or waiting");
    if (expected == "timed" || expected == "under")
        expected += (expected == "timed" ? "_" : " ") + words.word("out or way");
    if (state != expected)
        words.wrong("it is " + state + (ended == nullptr ? "" : " " + ended->detail));
    if (words.take("because")) {
        const auto why = words.quoted().value_or("");
        if (ended == nullptr || ended->detail.find(why) == std::string::npos) {
            words.wrong("the record says '" + (ended == nullptr ? std::string() : ended->detail) +
                        "'");
        }
    }
}

void Story::expect_no_command(Words& words) {
    const auto address = words.done() ? std::string() : words.word("an address");
    const Catalogue& names = house_.owner().names();
    for (std::size_t i = seen_before_; i < house_.seen.size(); ++i) {
        const auto* asked = std::get_if<CommandAsked>(&house_.seen[i].body);
        if (asked == nullptr) continue;
        if (address.empty() ||
            (asked->action.empty() && names.property(asked->property).address == address)) {
            words.wrong("there is one: " + link(house_.seen[i]));
        }
    }
}

void Story::expect_sent(Words& words, bool sent) {
    const auto address = words.word("an address");
    std::optional<Value> value;
    if (words.take("=")) value = words.value();
    std::size_t count = 0;
    for (std::size_t i = sent_before_; i < house_.sent.size(); ++i) {
        const auto& one = house_.sent[i];
        if (one.address == address && (!value || same_value(one.value, *value))) ++count;
    }
    const auto times = sent ? read_times(words) : std::optional<std::size_t>(0);
    if (!as_often(count, times))
        words.wrong("it left the house " + std::to_string(count) + " times");
}

void Story::expect_answer(Words& words) {
    const auto wanted =
        words.word("ok, none, denied, invalid_input, not_found, exhausted or unavailable");
    const std::string found = !answer_               ? "none"
                              : answer_->has_value() ? "ok"
                                                     : name(answer_->error().code);
    const std::string message = answer_ && !answer_->has_value() ? answer_->error().message : "";
    if (found != wanted) words.wrong("the answer is " + found + " " + message);
    if (const auto text = words.quoted(); text && message.find(*text) == std::string::npos) {
        words.wrong("the answer says '" + message + "'");
    }
}

void Story::expect_refused_reading(Words& words) {
    const auto text = words.quoted().value_or("");
    const bool recorded = std::any_of(
        house_.seen.begin() + static_cast<std::ptrdiff_t>(seen_before_), house_.seen.end(),
        [](const Record& record) { return std::holds_alternative<ReadingRefused>(record.body); });
    if (!reading_error_) words.wrong("the reading was taken");
    if (reading_error_->message.find(text) == std::string::npos)
        words.wrong("it was refused: " + reading_error_->message);
    const bool on_record = reading_error_->code == Code::invalid_input;
    if (recorded != on_record)
        words.wrong(recorded ? "there is a record of it" : "there is no record of it");
}

void Story::expect_rule(Words& words) {
    const auto id = words.word("the rule's id");
    std::vector<const RuleRan*> runs;
    for (std::size_t i = seen_before_; i < house_.seen.size(); ++i) {
        const auto* ran = std::get_if<RuleRan>(&house_.seen[i].body);
        if (ran != nullptr && ran->rule == id) runs.push_back(ran);
    }
    if (words.take("did not run")) {
        if (!runs.empty()) words.wrong("it ran: " + runs.back()->detail);
        return;
    }
    const bool failed = !words.take("ran");
    if (failed) words.need("failed");
    const auto wanted = failed ? RunOutcome::failed : RunOutcome::ran;
    const auto text = words.quoted().value_or("");
    const auto count = std::count_if(runs.begin(), runs.end(), [&](const RuleRan* ran) {
        return ran->outcome == wanted && ran->detail.find(text) != std::string::npos;
    });
    if (!as_often(static_cast<std::size_t>(count), read_times(words))) {
        words.wrong("that happened " + std::to_string(count) + " times; it ran " +
                    std::to_string(runs.size()) + " times" +
                    (runs.empty() ? "" : ", at last with: " + runs.back()->detail));
    }
}

void Story::expect_notice(Words& words, bool wanted) {
    const auto text = words.quoted().value_or("");
    std::string all;
    bool found = false;
    for (std::size_t i = seen_before_; i < house_.seen.size(); ++i) {
        if (const auto* noticed = std::get_if<Noticed>(&house_.seen[i].body)) {
            all += " '" + noticed->text + "'";
            found = found || noticed->text.find(text) != std::string::npos;
        }
    }
    if (found != wanted)
        words.wrong(all.empty() ? "nobody was told anything" : "people were told" + all);
}

std::string Story::subject_name(SubjectId id) {
    const Subject* subject = house_.hub().authority().find(id);
    return subject == nullptr ? "nobody" : subject->name;
}

std::string Story::address_of(const CommandAsked& asked) {
    const Catalogue& names = house_.owner().names();
    return asked.action.empty() ? names.property(asked.property).address
                                : names.thing(asked.thing).spec.id + "/" + asked.action;
}

std::string Story::link(const Record& record) {
    const Catalogue& names = house_.owner().names();
    if (const auto* reading = std::get_if<Reading>(&record.body))
        return "reading " + names.property(reading->property).address;
    if (const auto* ran = std::get_if<RuleRan>(&record.body)) return "rule " + ran->rule;
    if (const auto* event = std::get_if<EventHappened>(&record.body)) {
        return "event " + names.thing(event->thing).spec.id + "/" + event->event;
    }
    if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        return "command " + address_of(*asked) + " by " + subject_name(record.actor);
    }
    if (std::holds_alternative<WishConfirmed>(record.body))
        return "confirmed by " + subject_name(record.actor);
    return kind_name(record.body);
}

/// The newest reading of the property and what led to it.
std::vector<Record> Story::chain(const std::string& address, Words& words) {
    const Seq seq = view(address, words).belief->seq;
    if (seq == 0) words.wrong("nothing was ever said about it");
    std::optional<Result<std::vector<Record>>> found;
    house_.owner().why(seq,
                       [&](Result<std::vector<Record>> records) { found = std::move(records); });
    for (int i = 0; i < 100 && !found; ++i) house_.world.advance(milliseconds(1));
    if (!found || !*found || (*found)->empty()) words.wrong("there is no answer to why");
    return std::move(**found);
}

void Story::expect_why(Words& words) {
    auto address = words.word("an address, then a colon");
    if (!address.ends_with(':'))
        words.wrong("write 'expect why hall-lamp/on: reading <- command <- ...'");
    address.pop_back();
    const auto records = chain(address, words);
    std::vector<std::string> wanted(1);
    while (!words.done()) {
        if (words.take("<-")) {
            wanted.emplace_back();
        } else {
            wanted.back() += (wanted.back().empty() ? "" : " ") + words.word("a record");
        }
    }
    std::string found;
    bool same = wanted.size() == records.size();
    for (std::size_t i = 0; i < records.size(); ++i) {
        found += (i == 0 ? "" : " <- ") + link(records[i]);
        // "command" and "command hall-lamp/on" are both true of "command hall-lamp/on by
        // rule:welcome".
        same = same && (link(records[i]) + " ").starts_with(wanted[i] + " ");
    }
    if (!same) words.wrong("the chain is: " + found);
}

void Story::expect_count(Words& words) {
    const Value number = words.value();
    const auto* wanted = std::get_if<std::int64_t>(&number);
    if (wanted == nullptr) words.wrong("expected a whole number of records");
    const auto kind = words.word("a kind of record");
    if (!words.take("records")) words.need("record");
    std::int64_t count = 0;
    for (const Record& record : house_.disk.records) {
        if (record.seq > head_before_ && kind_name(record.body) == kind) ++count;
    }
    if (count != *wanted) words.wrong("there are " + std::to_string(count) + " on disk since then");
}

void Story::expect_sight(Words& words) {
    const auto name = words.word("a subject");
    const auto subject = house_.subject(name);
    if (!subject) words.wrong("'" + name + "' is no subject");
    const bool sees = words.take("sees");
    if (!sees) words.need("does not see");
    const auto address = words.word("an address");
    const auto seen = house_.hub().door(*subject).read(address);
    if (sees != seen.has_value())
        words.wrong(seen ? "it sees " + value_text(seen->belief->value) : seen.error().message);
    if (!sees || !words.take("=")) return;
    if (!same_value(seen->belief->value, words.value()))
        words.wrong("it sees " + value_text(seen->belief->value));
}

}  // namespace foxtail::scenario
