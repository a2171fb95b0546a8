// rules, problems, system: the household's own affairs.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

struct AffairOptions {
    std::string id;
    bool json = false;
};

std::string ago(Time t, const Terminal& terminal) {
    return t.known() ? age_words(terminal.clock.now() - t) : std::string();
}

// ---- rules
// ----------------------------------------------------------------------------------------

/// The newest of a rule's runs; null when it never ran.
const bj::value& newest_run(const bj::value& rule) {
    static const bj::value none;
    const bj::value* newest = &none;
    for (const auto& run : list_of(rule, "last_runs")) {
        if (newest->is_null() || number_of(run, "seq") > number_of(*newest, "seq")) newest = &run;
    }
    return *newest;
}

Result<void> list_rules(const Setting& setting, HubClient& hub, const AffairOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/rules");
    const auto answer = hub.get("/rules");
    if (!answer) return fail(answer.error());
    Table table({{"RULE"},
                 {"TITLE"},
                 {"WHEN"},
                 {"RUNS", Table::Align::right},
                 {"LAST", Table::Align::right},
                 {"STATE"}});
    for (const auto& rule : list_of(*answer, "rules")) {
        const auto& run = newest_run(rule);
        Cell state("");
        if (text_of(run, "outcome") == "failed") state = Cell("failed", Tone::bad);
        if (!is_true(rule, "enabled")) state = Cell("off", Tone::warning);
        table.add({{text_of(rule, "id"), Tone::strong},
                   text_of(rule, "title"),
                   text_of(rule, "trigger_text"),
                   std::to_string(number_of(rule, "runs")),
                   ago(time_of(run, "time"), terminal),
                   state});
    }
    if (table.empty()) {
        terminal.line("There are no rules. The configuration names their files under 'rules:'.");
    } else {
        terminal.table(table);
    }
    return {};
}

void print_rule(const Terminal& terminal, const bj::value& rule) {
    const auto title = text_of(rule, "title");
    terminal.line(terminal.toned(shown(text_of(rule, "id")), Tone::strong) +
                  (title.empty() ? "" : "  " + shown(title)) +
                  (is_true(rule, "enabled") ? "" : terminal.toned("  (off)", Tone::warning)));
    terminal.line("  when  " + shown(text_of(rule, "trigger_text")));
    if (const auto condition = text_of(rule, "condition_text"); !condition.empty())
        terminal.line("  if    " + shown(condition));
    terminal.line("  then  " + shown(text_of(rule, "action_text")));
    terminal.line("  from  " + shown(text_of(rule, "source_file")) + ":" +
                  std::to_string(number_of(rule, "line")));
    terminal.line("  ran " + count_words(number_of(rule, "runs"), "time") + ", condition false " +
                  count_words(number_of(rule, "condition_false"), "time") + ", failed " +
                  count_words(number_of(rule, "failed"), "time") + " since the start");
    Table table({{"SEQ", Table::Align::right},
                 {"TIME"},
                 {"OUTCOME"},
                 {"CAUSE", Table::Align::right},
                 {"DETAIL"}});
    const Time now = terminal.clock.now();
    for (const auto& run : list_of(rule, "last_runs")) {
        const auto outcome = text_of(run, "outcome");
        const auto cause = number_of(run, "cause");
        table.add({std::to_string(number_of(run, "seq")),
                   {time_words(time_of(run, "time"), now, terminal.zone), Tone::faint},
                   {outcome, outcome == "failed" ? Tone::bad : Tone::plain},
                   cause == 0 ? "" : std::to_string(cause),
                   text_of(run, "detail")});
    }
    if (!table.empty()) terminal.table(table);
}

Result<void> show_rule(const Setting& setting, HubClient& hub, const AffairOptions& options) {
    const Terminal& terminal = setting.terminal;
    const auto answer = hub.get("/rules");
    if (!answer) return fail(answer.error());
    std::vector<std::string> ids;
    for (const auto& rule : list_of(*answer, "rules")) {
        ids.push_back(text_of(rule, "id"));
        if (ids.back() != options.id) continue;
        if (options.json) {
            std::string out;
            append_json(out, rule);
            terminal.line(out);
        } else {
            print_rule(terminal, rule);
        }
        return {};
    }
    const auto near = nearest(options.id, ids);
    return fail(Code::not_found,
                "there is no rule '" + shown(options.id) + "'" +
                    (near.empty() ? "" : "; did you mean " + shown(joined(near)) + "?"));
}

void add_rules(const Setting& setting) {
    auto options = std::make_shared<AffairOptions>();
    auto* command = setting.command(
        setting.app, "rules", "Lists the rules and how they ran",
        "  foxtail rules\n  foxtail rules show evening-hall\n  foxtail rules --json");
    command->add_flag("--json", options->json, "As JSON");
    auto to = setting.connection(*command);
    auto* show = setting.command(*command, "show", "Shows one rule with its last runs",
                                 "  foxtail rules show evening-hall");
    show->add_option("ID", options->id, "The rule's id")->required();
    show->fallthrough();
    command->require_subcommand(0, 1);
    command->callback([setting, options, to, command] {
        const bool one = !command->get_subcommands().empty();
        setting.with_hub(*to, [&](HubClient& hub) {
            return one ? show_rule(setting, hub, *options) : list_rules(setting, hub, *options);
        });
    });
}

// ---- problems, system
// -----------------------------------------------------------------------------

Result<void> list_problems(const Setting& setting, HubClient& hub, const AffairOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/problems");
    const auto answer = hub.get("/problems");
    if (!answer) return fail(answer.error());
    Table table({{"LAST", Table::Align::right},
                 {"TIMES", Table::Align::right},
                 {"SOURCE"},
                 {"TOPIC"},
                 {"REASON"},
                 {"SAMPLE"}});
    for (const auto& problem : list_of(*answer, "problems")) {
        table.add({ago(time_of(problem, "time"), terminal),
                   std::to_string(number_of(problem, "count")),
                   text_of(problem, "source"),
                   text_of(problem, "topic"),
                   {text_of(problem, "reason"), Tone::warning},
                   {clipped(text_of(problem, "sample"), 60), Tone::faint}});
    }
    if (table.empty()) {
        terminal.line("No problems: everything that came in was understood.");
    } else {
        terminal.table(table);
    }
    return {};
}

std::string dropped_words(const bj::value& system) {
    const bj::object* dropped = member(system, "dropped").if_object();
    std::vector<std::string> out;
    if (dropped == nullptr) return "nothing";
    for (const auto& one : *dropped) {
        if (const auto count = number_of(member(system, "dropped"), one.key()); count > 0) {
            out.push_back(std::to_string(count) + " at " + shown(std::string_view(one.key())));
        }
    }
    return out.empty() ? "nothing" : joined(out);
}

Result<void> show_system(const Setting& setting, HubClient& hub, const AffairOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/system");
    const auto answer = hub.get("/system");
    if (!answer) return fail(answer.error());
    const auto number = [&](std::string_view key) { return number_of(*answer, key); };
    const auto row = [&](std::string_view what, const std::string& text) {
        terminal.line(
            terminal.toned(std::string(what) + std::string(14 - what.size(), ' '), Tone::faint) +
            text);
    };
    const auto& store = member(*answer, "store");
    row("household", shown(text_of(*answer, "household")));
    row("version", shown(text_of(*answer, "version")));
    row("running for", length_words(seconds(static_cast<std::int64_t>(number("uptime_s")))));
    row("state", is_true(*answer, "read_only")
                     ? terminal.toned("read only: " + shown(text_of(*answer, "reason")), Tone::bad)
                     : terminal.toned("well", Tone::good));
    row("things", count_words(number("things"), "thing") + ", " +
                      count_words(number("properties"), "property", "properties"));
    row("journal",
        std::to_string(number("seq")) + " (on disk " + std::to_string(number("durable_seq")) + ")");
    row("store",
        bytes_words(number_of(store, "bytes")) + ", " +
            count_words(number_of(store, "records"), "record") + ", " +
            count_words(number_of(store, "readings_sealed"), "reading sealed", "readings sealed"));
    const auto& rate = member(*answer, "readings_per_s");
    row("readings", rate.is_number() ? number_words(rate.to_number<double>(), 1) + " /s" : "");
    row("problems", std::to_string(number("problems")));
    row("dropped", dropped_words(*answer));
    Table table({{"CONNECTION"}, {"USER"}, {"ADDRESS"}, {"SINCE", Table::Align::right}});
    for (const auto& one : list_of(*answer, "connections")) {
        table.add({text_of(one, "name"), text_of(one, "user"), text_of(one, "address"),
                   ago(time_of(one, "since"), terminal)});
    }
    if (!table.empty()) {
        terminal.line("");
        terminal.table(table);
    }
    return {};
}

using Show = Result<void> (*)(const Setting&, HubClient&, const AffairOptions&);

void add_simple(const Setting& setting, const std::string& name, const std::string& description,
                Show show) {
    auto options = std::make_shared<AffairOptions>();
    auto* command = setting.command(setting.app, name, description,
                                    "  foxtail " + name + "\n  foxtail " + name + " --json");
    command->add_flag("--json", options->json, "As JSON");
    auto to = setting.connection(*command);
    command->callback([setting, options, to, show] {
        setting.with_hub(*to, [&](HubClient& hub) { return show(setting, hub, *options); });
    });
}

}  // namespace

void add_affair_commands(const Setting& setting) {
    add_rules(setting);
    add_simple(setting, "problems", "Lists what came in and was not understood", list_problems);
    add_simple(setting, "system", "Shows how the hub is doing and who is connected", show_system);
}

}  // namespace foxtail::cli
