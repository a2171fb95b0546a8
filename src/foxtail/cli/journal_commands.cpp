// why, journal list: what happened and what led to it.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

struct WhyOptions {
    std::string what;
    bool json = false;
};

/// Of a thing people want to know what was done with it; that it told of itself anew, as many do at
/// every start, is news only when there is no other.
const bj::value* most_telling(const bj::array& newest_first) {
    for (const auto& record : newest_first) {
        if (text_of(record, "kind") != "thing_told") return &record;
    }
    return newest_first.empty() ? nullptr : &newest_first.front();
}

/// The number of the record that says what is so now.
Result<std::uint64_t> record_about(HubClient& hub, const std::string& what) {
    if (const auto seq = parse_seq(what)) return *seq;
    if (what.starts_with('#')) {
        if (const auto seq = parse_seq(std::string_view(what).substr(1))) return *seq;
    }
    if (what.find('/') == std::string::npos) {
        const auto newest = hub.get("/journal?limit=20&thing=" + percent_encode(what));
        if (!newest) return fail(newest.error());
        if (const auto* record = most_telling(list_of(*newest, "records")))
            return number_of(*record, "seq");
    } else {
        const auto answer = hub.get("/readings?address=" + percent_encode(what));
        if (!answer) return fail(answer.error());
        const auto& readings = list_of(*answer, "readings");
        if (!readings.empty() && number_of(readings.front(), "seq") > 0)
            return number_of(readings.front(), "seq");
    }
    return fail(Code::not_found, "nothing was ever said of " + shown(what));
}

/// What the plan says that led there: its slot, the goal that it is for, what it was made from.
void tell_plan(const Terminal& terminal, const bj::value& plan, std::size_t depth) {
    const std::string indent(2 * depth + 2, ' ');
    const auto words = [&](const bj::value& of, const char* name) {
        const auto time = time_of(of, name);
        return time.known() ? full_time_words(time, terminal.zone) : std::string("?");
    };
    const auto& slot = member(plan, "slot");
    if (slot.is_object()) {
        auto line = "slot " + words(slot, "from") + " to " + words(slot, "until");
        if (!text_of(plan, "device").empty())
            line += ", " + shown(text_of(plan, "device")) + ": " +
                    shown(text_of(slot, "sentence")) + " (" + shown(text_of(slot, "code")) + ")";
        terminal.line(indent + line);
    }
    const auto& goal = member(plan, "goal");
    if (goal.is_object()) {
        const auto who = text_of(goal, "who");
        terminal.line(indent + "goal: " + (who.empty() ? "" : shown(who) + ": ") +
                      shown(text_of(goal, "what")) +
                      (time_of(goal, "due").known() ? ", due " + words(goal, "due") : "") + ", " +
                      shown(text_of(goal, "state")));
    }
    terminal.line(indent + "plan " + std::to_string(number_of(plan, "version")) + ", made " +
                  words(plan, "made") + "; its inputs: " + shown(text_of(plan, "inputs")));
    for (const auto& one : list_of(plan, "guessed"))
        if (one.is_string())
            terminal.line(indent + "guessed: " + shown(std::string(one.get_string())));
}

Result<void> why(const Setting& setting, HubClient& hub, const WhyOptions& options) {
    const Terminal& terminal = setting.terminal;
    const auto seq = record_about(hub, options.what);
    if (!seq) return fail(seq.error());
    const auto target = "/why/" + std::to_string(*seq);
    if (options.json) return setting.print_answer(hub, target);
    const auto answer = hub.get(target);
    if (!answer) return fail(answer.error());
    const Time now = terminal.clock.now();
    std::size_t depth = 0;
    for (const auto& record : list_of(*answer, "chain")) {
        auto sentence = shown(text_of(record, "sentence"));
        const auto when = time_words(time_of(record, "time"), now, terminal.zone);
        std::string line;
        if (depth > 0)
            line = std::string(2 * (depth - 1), ' ') + terminal.toned("└ because ", Tone::faint);
        line +=
            terminal.toned(sentence, depth == 0 ? Tone::strong : Tone::plain) + "  " +
            terminal.toned(when + "  #" + std::to_string(number_of(record, "seq")), Tone::faint);
        terminal.line(line);
        const auto& plan = member(*answer, "plan");
        if (plan.is_object() && number_of(plan, "record") == number_of(record, "seq"))
            tell_plan(terminal, plan, depth);
        ++depth;
    }
    const auto& chain = list_of(*answer, "chain");
    if (chain.empty())
        return fail(Code::not_found, "record " + std::to_string(*seq) + " cannot be seen");
    if (number_of(chain.back(), "cause") != 0) {
        terminal.line("What led to that cannot be seen with this token, or is no longer kept.",
                      Tone::warning);
    }
    return {};
}

struct JournalOptions {
    std::optional<std::uint64_t> from;
    std::optional<std::uint64_t> before;
    std::uint32_t limit = 30;
    std::string kind;
    std::string address;
    bool readings = false;
    bool json = false;
};

std::string target_of(const JournalOptions& options) {
    std::string target = "/journal?limit=" + std::to_string(options.limit);
    if (options.from) target += "&from=" + std::to_string(*options.from);
    if (options.before) target += "&before=" + std::to_string(*options.before);
    if (!options.kind.empty()) target += "&kind=" + percent_encode(options.kind);
    if (!options.address.empty()) target += "&address=" + percent_encode(options.address);
    // An address alone asks for what was said of it, too.
    if (options.readings || !options.address.empty()) target += "&readings=true";
    return target;
}

Result<void> list_journal(const Setting& setting, HubClient& hub, const JournalOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, target_of(options));
    const auto answer = hub.get(target_of(options));
    if (!answer) return fail(answer.error());
    std::vector<const bj::value*> records;
    for (const auto& record : list_of(*answer, "records")) records.push_back(&record);
    // The newest stands last, where a terminal's reader looks.
    std::sort(records.begin(), records.end(), [](const auto* a, const auto* b) {
        return number_of(*a, "seq") < number_of(*b, "seq");
    });
    if (records.empty()) {
        terminal.line("No such records.");
        return {};
    }
    const Time now = terminal.clock.now();
    Table table({{"SEQ", Table::Align::right},
                 {"TIME"},
                 {"WHO"},
                 {"KIND"},
                 {"CAUSE", Table::Align::right},
                 {"WHAT"}});
    for (const auto* record : records) {
        const auto cause = number_of(*record, "cause");
        table.add({std::to_string(number_of(*record, "seq")),
                   {time_words(time_of(*record, "time"), now, terminal.zone), Tone::faint},
                   text_of(*record, "actor"),
                   text_of(*record, "kind"),
                   cause == 0 ? "" : std::to_string(cause),
                   text_of(*record, "sentence")});
    }
    terminal.table(table);
    return {};
}

void add_why(const Setting& setting) {
    auto options = std::make_shared<WhyOptions>();
    auto* command = setting.command(
        setting.app, "why", "Tells what led to something, back to where it began",
        "  foxtail why hall-lamp/on\n  foxtail why 48213\n  foxtail why hall-lamp --json");
    command->add_option("SEQ|ADDRESS", options->what, "A record's number, an address, or a thing")
        ->required();
    command->add_flag("--json", options->json, "The chain of records, newest first");
    auto to = setting.connection(*command);
    command->callback([setting, options, to] {
        setting.with_hub(*to, [&](HubClient& hub) { return why(setting, hub, *options); });
    });
}

void add_list(const Setting& setting, CLI::App& journal) {
    auto options = std::make_shared<JournalOptions>();
    auto* command = setting.command(
        journal, "list", "Lists records; without --from the newest",
        "  foxtail journal list\n  foxtail journal list --address hall-lamp/on --limit 100\n"
        "  foxtail journal list --kind command --json");
    command->add_option("--from", options->from, "Begin at this number");
    command->add_option("--before", options->before, "Only numbers below this one");
    command->add_option("--limit", options->limit, "How many at most")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    command->add_option("--kind", options->kind,
                        "Only records of this kind, e.g. command, rule_ran, event");
    command->add_option("--address", options->address, "Only records about this address or thing");
    command->add_flag("--readings", options->readings, "Readings too");
    command->add_flag("--json", options->json, "The records as JSON");
    auto to = setting.connection(*command);
    command->callback([setting, options, to] {
        setting.with_hub(*to, [&](HubClient& hub) { return list_journal(setting, hub, *options); });
    });
}

}  // namespace

void add_journal_commands(const Setting& setting) {
    add_why(setting);
    auto* journal = setting.command(setting.app, "journal",
                                    "Looks into the journal, through the hub or in its file", "");
    journal->require_subcommand(1);
    add_list(setting, *journal);
    add_journal_file_commands(setting, *journal);
}

}  // namespace foxtail::cli
