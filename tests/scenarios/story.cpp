#include "story.hpp"

#include "foxtail/config/rules_yaml.hpp"

#include <algorithm>

namespace foxtail::scenario {

std::vector<Mistake> tell(std::string_view text) {
    try {
        Story story;
        for (const Statement& statement : read_statements(text)) story.play(statement);
        if (!story.expected_something())
            return {{1, "this scenario expects nothing, so it cannot fail"}};
    } catch (const Mistake& mistake) {
        return {mistake};
    }
    return {};
}

void Story::play(const Statement& statement) {
    Words words(statement.head);
    if (words.take("expect")) {
        expected_ = true;
        look();
        return expect(words);
    }
    if (move_time(words)) {
        if (words.done()) return;
        if (words.take("expect"))
            words.wrong("'expect' stands on a line of its own, after the time");
    }
    happen(words, statement);
}

/// What follows is compared with this moment.
void Story::mark() {
    looked_ = false;
    seen_before_ = house_.seen.size();
    sent_before_ = house_.sent.size();
    head_before_ = house_.hub().head();
    answer_.reset();
    reading_error_.reset();
}

void Story::go_to(Duration moment, const Words& words) {
    mark();
    if (began_ + moment < house_.world.mono) {
        words.wrong("the story is past that; time only goes on ('next day at 07:00' is tomorrow)");
    }
    moment_ = moment;
    house_.world.advance(began_ + moment - house_.world.mono);
}

bool Story::move_time(Words& words) {
    if (words.take("next day")) {
        ++day_;
        words.need("at");
        go_to(days(day_) + words.time_of_day(), words);
    } else if (words.take("at")) {
        go_to(days(day_) + words.time_of_day(), words);
    } else if (words.take("after")) {
        go_to(moment_ + words.duration(), words);
        day_ = static_cast<int>(moment_.us / days(1).us);
    } else {
        return false;
    }
    return true;
}

void Story::happen(Words& words, const Statement& statement) {
    mark();
    if (words.take("thing")) {
        std::string connector = "devices";
        const ThingSpec spec = read_thing(statement, connector);
        const auto told = house_.connector(connector).tell(spec);
        if (!told) words.wrong(told.error().message);
        house_.world.settle();
        return;
    }
    if (words.take("rule")) return rule(words, statement);
    if (!statement.body.empty())
        throw Mistake{statement.body.front().number, "nothing is indented below this statement"};
    if (!happen_outside(words) && !happen_inside(words))
        words.wrong("no such statement; README.md lists them");
    words.end();
    house_.world.settle();
}

/// What comes from the world around the house.
bool Story::happen_outside(Words& words) {
    if (words.take("reading")) {
        reading(words);
    } else if (words.take("event")) {
        event(words);
    } else if (words.take("ask")) {
        ask(words, false);
    } else if (words.take("run")) {
        ask(words, true);
    } else if (words.take("grant")) {
        grant(words);
    } else if (words.take("confirm")) {
        answer_wish(words, true);
    } else if (words.take("refuse")) {
        answer_wish(words, false);
    } else if (words.take("take back")) {
        take_back(words);
    } else if (words.take("own")) {
        own(words);
    } else {
        return false;
    }
    return true;
}

/// What the story arranges: devices, the machine, its clock and its disk.
bool Story::happen_inside(Words& words) {
    if (words.take("device")) {
        device(words);
    } else if (words.take("crash")) {
        house_.crash();
    } else if (words.take("restart")) {
        house_.restart();
    } else if (words.take("clock jumps")) {
        const bool back = words.take("back");
        const Duration by = words.duration();
        house_.world.jump(back ? Duration{-by.us} : by);
    } else if (words.take("disk")) {
        disk(words);
    } else {
        return false;
    }
    return true;
}

const Property& Story::property(Words& words) {
    const auto address = words.word("an address such as hall-lamp/on");
    const Property* known = house_.owner().names().find_property(address);
    if (known == nullptr) words.wrong("no property '" + address + "'");
    return *known;
}

SubjectId Story::who(Words& words) {
    const auto name = words.word("a subject such as owner:anna");
    const auto subject = house_.subject(name);
    if (!subject)
        words.wrong("'" + name +
                    "' is no subject; write owner:anna, guest:ben, token:dashboard, agent:butler");
    return *subject;
}

void Story::reading(Words& words) {
    const Property& about = property(words);
    words.need("=");
    Reading reading{about.id, Quality::good, {}, words.value()};
    if (words.take("estimated")) reading.quality = Quality::estimated;
    if (words.take("measured")) {
        reading.source_time = house_.world.wall - words.duration();
        words.need("ago");
    }
    std::string connector = house_.owner().names().thing(about.thing).brought_by;
    connector.erase(0, connector.find(':') + 1);
    if (words.take("from")) connector = words.word("a connector");
    const auto recorded = house_.connector(connector).report(std::move(reading));
    if (!recorded) reading_error_ = recorded.error();
}

void Story::event(Words& words) {
    const auto address = words.word("an event such as hall-button/pressed");
    const auto slash = address.find('/');
    if (slash == std::string::npos) words.wrong("'" + address + "' is no event; write thing/event");
    const Value detail = words.take("=") ? words.value() : Value{Null{}};
    const Thing* thing = house_.owner().names().find_thing(address.substr(0, slash));
    if (thing == nullptr) words.wrong("no thing '" + address.substr(0, slash) + "'");
    const auto connector = thing->brought_by.substr(thing->brought_by.find(':') + 1);
    const auto recorded =
        house_.connector(connector).happened(thing->spec.id, address.substr(slash + 1), detail);
    if (!recorded) words.wrong(recorded.error().message);
}

void Story::ask(Words& words, bool run) {
    const SubjectId subject = who(words);
    const auto address = words.word("an address such as hall-lamp/on");
    Wish wish;
    wish.address = address;
    wish.run = run;
    if (!run || words.peek() == "=") {
        words.need("=");
        wish.value = words.value();
    }
    if (words.take("within")) wish.time_to_live = words.duration();
    house_.hub().door(subject).wish(wish,
                                    [this](Result<Seq> answer) { answer_ = std::move(answer); });
}

void Story::grant(Words& words) {
    const auto name = words.word("a subject such as guest:ann");
    GrantGiven grant;
    while (!words.take("on")) {
        const auto verb =
            verb_from(words.word("a verb (read, observe, history, set, run, discover, grant)"));
        if (!verb)
            words.wrong("no such verb; write read, observe, history, set, run, discover or grant");
        grant.verbs = static_cast<std::uint16_t>(grant.verbs | static_cast<std::uint16_t>(*verb));
    }
    grant.addresses = {words.word("an address or a pattern such as hall-lamp/*")};
    if (words.take("except")) grant.terms.except = {words.word("an address or a pattern")};
    if (words.take("until"))
        grant.until = house_.world.wall + (days(day_) + words.time_of_day() - moment_);
    if (words.take("every")) {
        grant.terms.obligation.granularity = words.duration();
        const auto aggregate = aggregate_from(words.word("last, mean, sum, min or max"));
        if (!aggregate) words.wrong("of a span there are last, mean, sum, min and max");
        grant.terms.obligation.aggregate = *aggregate;
    }
    if (words.take("to nearest")) {
        if (!as_number(words.value(), grant.terms.obligation.precision))
            words.wrong("the nearest what? a number");
    }
    if (words.take("delayed")) grant.terms.obligation.delay = words.duration();
    if (words.take("between")) {
        grant.terms.when.from_minute =
            static_cast<std::uint16_t>(words.time_of_day().us / minutes(1).us);
        words.need("and");
        grant.terms.when.until_minute =
            static_cast<std::uint16_t>(words.time_of_day().us / minutes(1).us);
    }
    if (words.take("while")) {
        grant.terms.when.presence = words.word("an address");
        words.need("=");
        grant.terms.when.presence_value = words.value();
    }
    while (words.take("at most")) {
        double number = 0;
        if (!as_number(words.value(), number) || number < 1) words.wrong("at most how many?");
        words.need("values");
        const bool month = words.take("a month");
        if (!month) words.need("an hour");
        (month ? grant.terms.when.values_per_month : grant.terms.when.reads_per_hour) =
            static_cast<std::uint32_t>(number);
    }
    grant.terms.envelope.confirm = words.take("each confirmed");
    grant.terms.forbid = words.take("forbidden");
    if (!house_.subject(name)) words.wrong("'" + name + "' is no subject");
    grant.subject = *house_.subject(name);
    if (!words.take("by")) {
        const auto given = house_.hub().give(std::move(grant));
        if (!given) words.wrong(given.error().message);
        return;
    }
    answer_.reset();
    house_.hub().door(who(words)).give(std::move(grant), name, [this](Result<Seq> given) {
        answer_ = std::move(given);
    });
}

void Story::own(Words& words) {
    const auto thing = words.word("a thing");
    std::vector<std::string> owners;
    std::vector<std::string> about;
    const auto people = [&](std::vector<std::string>& list) {
        if (words.take("nobody")) return;
        do {
            list.push_back(words.word("a subject such as resident:ben"));
            if (!house_.subject(list.back())) words.wrong("that is no subject");
        } while (words.take("and"));
    };
    words.need("of");
    people(owners);
    if (words.take("about")) people(about);
    words.need("by");
    answer_.reset();
    house_.hub().door(who(words)).hand_over(thing, owners, about, [this](Result<Seq> done) {
        answer_ = std::move(done);
    });
}

/// The newest wish for the address that waits.
void Story::answer_wish(Words& words, bool yes) {
    const auto address = words.word("an address such as front-door/locked");
    words.need("by");
    const SubjectId by = who(words);
    Seq newest = 0;
    for (const Record& record : house_.seen) {
        const auto* asked = std::get_if<CommandAsked>(&record.body);
        if (asked != nullptr && address_of(*asked) == address) newest = record.seq;
    }
    answer_.reset();
    house_.hub().door(by).answer_wish(newest, yes,
                                      [this](Result<Seq> done) { answer_ = std::move(done); });
}

void Story::take_back(Words& words) {
    const SubjectId subject = who(words);
    const SubjectId by = words.take("by") ? who(words) : house_.owner().subject();
    std::vector<Seq> theirs;
    for (const Grant& grant : house_.hub().authority().grants()) {
        if (grant.given.subject == subject) theirs.push_back(grant.id);
    }
    if (theirs.empty()) words.wrong("there is nothing to take back");
    for (const Seq grant : theirs)
        house_.hub().door(by).take_back(grant, "taken back in the story",
                                        [](const Result<Hub::Certificate>&) {});
}

void Story::device(Words& words) {
    const auto name = words.word("a thing or an address");
    Behaviour how;
    if (words.take("obeys")) {
        how.kind = Behaviour::Kind::obeys;
    } else if (words.take("ignores")) {
        how.kind = Behaviour::Kind::ignores;
    } else if (words.take("refuses")) {
        how.kind = Behaviour::Kind::refuses;
    } else if (words.take("is away")) {
        how.kind = Behaviour::Kind::away;
    } else {
        words.need("answers");
        how.instead = words.value();
    }
    if (words.take("twice")) how.times = 2;
    if (words.take("after")) how.after = words.duration();
    house_.behaviours[name] = how;
}

void Story::disk(Words& words) {
    if (words.take("is full")) {
        house_.disk.failing = true;
    } else if (words.take("has space again")) {
        house_.disk.failing = false;
    } else {
        words.need("takes");
        house_.disk.commit_time = words.duration();
    }
}

/// The lines below are one rule as in a rules file, without its id, which stands in the statement.
void Story::rule(Words& words, const Statement& statement) {
    const auto id = words.word("the rule's id");
    words.end();
    if (rules_.empty()) {
        rules_ = "rules:\n";
        rule_lines_.push_back(statement.head.number);
    }
    rules_ += "  - id: " + id + "\n";
    rule_lines_.push_back(statement.head.number);
    for (const Line& line : statement.body) {
        rules_ += line.text + "\n";
        rule_lines_.push_back(line.number);
    }
    auto read = read_rules(rules_, "");
    if (!read.mistakes.empty()) {
        const Mistake first{0, read.mistakes.front().message};
        const auto line = static_cast<std::size_t>(std::max(read.mistakes.front().source.line, 1));
        throw Mistake{rule_lines_[std::min(line, rule_lines_.size()) - 1], first.what};
    }
    if (const auto wrong = house_.load_rules(std::move(read.rules)); !wrong.empty())
        words.wrong(wrong);
    house_.world.settle();
}

}  // namespace foxtail::scenario
