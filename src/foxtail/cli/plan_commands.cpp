// plan: what will run when and why, what a wish would change, and what people wish.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/plan_versions.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <cmath>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

constexpr const char* whole_house = "plan";  // whose thing it is

struct PlanOptions {
    std::string device;
    std::string value;
    std::vector<std::string> wishes;
    std::string first;
    std::string second;
    bool json = false;
    bool slots = false;
};

/// "Tue 07:00" is for the page; here the time of day is enough, as the next two days are shown.
std::string hour_words(Time t, const Zone& zone) {
    return full_time_words(t, zone).substr(11, 5);
}

double number_at(const bj::value& object, std::string_view name, std::size_t index) {
    const auto& list = list_of(object, name);
    return index < list.size() && list[index].is_number() ? list[index].to_number<double>() : 0;
}

std::string text_at(const bj::value& object, std::string_view name, std::size_t index) {
    const auto& list = list_of(object, name);
    return index < list.size() && list[index].is_string() ? std::string(list[index].get_string())
                                                          : std::string();
}

using cli::money_words;
std::string money_words(const bj::value& value, std::string_view currency) {
    return value.is_number() ? money_words(value.to_number<double>(), currency) : std::string();
}

/// "costs 0.84 EUR more", "saves 0.42 EUR", "costs the same".
std::string difference_words(const bj::value& more, const std::string& currency) {
    const double money = more.is_number() ? more.to_number<double>() : 0;
    if (std::abs(money) < 0.005) return "costs the same";
    const auto words = money_words(std::abs(money), currency);
    return money > 0 ? "costs " + words + " more" : "saves " + words;
}

/// "charges 01:00-03:15, 7.2 kW": when a device works, the next few times.
std::string runs_of(const bj::value& plan, const bj::value& device, const Terminal& terminal) {
    constexpr std::size_t told_max = 3;
    const auto count = list_of(plan, "slots").size();
    const auto moment = [&](std::size_t slot) {
        const auto text = slot < count ? text_at(plan, "slots", slot) : text_of(plan, "until");
        const auto time = parse_rfc3339(text);
        return time ? hour_words(*time, terminal.zone) : std::string("?");
    };
    std::string out;
    std::size_t told = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double kw = number_at(device, "kw", i);
        if (std::abs(kw) < 0.02) continue;
        std::size_t end = i + 1;
        double most = std::abs(kw);
        while (end < count && number_at(device, "kw", end) * kw > 0 &&
               std::abs(number_at(device, "kw", end)) >= 0.02)
            most = std::max(most, std::abs(number_at(device, "kw", end++)));
        if (told++ == told_max) return out + ", ...";
        out += (out.empty() ? "" : ", ") + moment(i) + "-" + moment(end) + " " +
               (kw < 0 ? "gives " : "") + number_words(most, 1) + " kW";
        i = end;
    }
    return out.empty() ? "nothing planned" : out;
}

std::string goals_words(const bj::value& device) {
    std::string out;
    for (const auto& goal : list_of(device, "goals")) {
        if (!out.empty()) out += "; ";
        out += text_of(goal, "what") + ": " + text_of(goal, "state");
    }
    return out;
}

/// What could be said otherwise of a goal, as `plan what-if` takes it, with its price.
void print_ways(const Terminal& terminal, const bj::value& plan) {
    for (const auto& device : list_of(plan, "devices"))
        for (const auto& goal : list_of(device, "goals"))
            for (const auto& way : list_of(goal, "ways")) {
                const auto& value = member(way, "value");
                const auto words = value.is_string()   ? "'" + text_of(way, "value") + "'"
                                   : value.is_number() ? number_words(value.to_number<double>(), 1)
                                                       : std::string("?");
                terminal.line("  way out: " + shown(text_of(device, "name")) + " " +
                              shown(text_of(way, "set")) + "=" + shown(words) + ": " +
                              difference_words(member(way, "more"), text_of(plan, "currency")) +
                              ", then " + shown(text_of(way, "state")));
            }
}

void print_slots(const Terminal& terminal, const bj::value& plan) {
    using Align = Table::Align;
    std::vector<Table::Column> columns = {{"FROM"},
                                          {"PRICE", Align::right},
                                          {"SUN", Align::right},
                                          {"LOAD", Align::right},
                                          {"GRID", Align::right}};
    for (const auto& device : list_of(plan, "devices"))
        columns.push_back({shown(text_of(device, "name")), Align::right});
    Table table(columns);
    for (std::size_t i = 0; i < list_of(plan, "slots").size(); ++i) {
        const auto time = parse_rfc3339(text_at(plan, "slots", i));
        const double grid = number_at(plan, "import", i) - number_at(plan, "export", i);
        std::vector<Cell> row = {
            {time ? full_time_words(*time, terminal.zone) : std::string("?"), Tone::faint},
            number_words(number_at(plan, "buy", i), 3),
            number_words(number_at(plan, "sun", i), 2),
            number_words(number_at(plan, "load", i), 2),
            number_words(grid, 2)};
        for (const auto& device : list_of(plan, "devices")) {
            const double kw = number_at(device, "kw", i);
            row.emplace_back(std::abs(kw) < 0.02
                                 ? std::string("-")
                                 : number_words(kw, 2) + " " + shown(text_at(device, "intent", i)));
        }
        table.add(std::move(row));
    }
    terminal.table(table);
}

Result<bj::value> plan_of(HubClient& hub) {
    auto plan = hub.get("/plan");
    if (!plan) return fail(plan.error());
    if (plan->is_null())
        return fail(Code::unavailable, "there is no plan yet: prices or devices are not known");
    return plan;
}

/// What the plan's thing says of itself since the plan was told: a proof, somebody's wish. Nothing
/// where it may not be read.
bj::value said_since(HubClient& hub, std::string_view name) {
    auto said = hub.get("/things/plan/properties/" + std::string(name));
    return said ? std::move(*said) : bj::value();
}

std::string as_text(const bj::value& value, const std::string& otherwise) {
    return value.is_string() ? std::string(value.get_string()) : otherwise;
}

/// How well each forecast was, by how long before.
Result<void> show_forecasts(const Setting& setting, HubClient& hub, const PlanOptions& options) {
    if (options.json) return setting.print_answer(hub, "/things/plan/properties/forecasts");
    const auto said = hub.get("/things/plan/properties/forecasts");
    if (!said) return fail(said.error());
    using Align = Table::Align;
    Table table({{"WHAT"},
                 {"AHEAD"},
                 {"MEAN ERROR", Align::right},
                 {"BIAS", Align::right},
                 {"OF", Align::right},
                 {"IN SPREAD", Align::right},
                 {"SOURCE"}});
    const auto digits = [](const bj::value& object, std::string_view name) {
        const auto& value = member(object, name);
        return value.is_number() ? number_words(value.to_number<double>(), 2) : std::string("-");
    };
    for (const char* what : {"load", "sun", "outdoor", "prices", "trips"}) {
        const auto& score = member(*said, what);
        if (!score.is_object()) continue;
        auto source = shown(text_of(score, "source"));
        if (source.empty()) source = "from the past";
        if (is_true(score, "late")) {
            const auto heard = time_of(score, "heard");
            source += heard.known()
                          ? ", silent since " + full_time_words(heard, setting.terminal.zone)
                          : ", has told nothing yet";
        }
        if (const auto failed = text_of(score, "failed"); !failed.empty())
            source += " (" + shown(failed) + ")";
        bool any = false;
        for (const char* lead : {"1h", "6h", "24h", "48h"}) {
            const auto& one = member(score, lead);
            if (!one.is_object()) continue;
            any = true;
            const auto& covered = member(one, "coverage");
            table.add({{what, Tone::strong},
                       lead,
                       digits(one, "mae"),
                       digits(one, "bias"),
                       digits(one, "mean"),
                       covered.is_number()
                           ? number_words(covered.to_number<double>() * 100, 0) + " %"
                           : std::string("-"),
                       source});
        }
        if (!any) table.add({{what, Tone::strong}, "-", "-", "-", "-", "-", source});
    }
    setting.terminal.table(table);
    return {};
}

/// Days or weeks, the newest first.
Table savings_table(const std::string& what, bj::array spans, const std::string& currency,
                    bool noted) {
    using Align = Table::Align;
    std::vector<Table::Column> columns = {{what},
                                          {"PAID", Align::right},
                                          {"WITHOUT", Align::right},
                                          {"SAVED", Align::right},
                                          {"OF THAT"}};
    if (noted) columns.push_back({"NOTE"});
    Table table(columns);
    std::sort(spans.begin(), spans.end(), [](const bj::value& a, const bj::value& b) {
        return text_of(a, "day") > text_of(b, "day");
    });
    for (const auto& span : spans) {
        std::string of_that;
        for (const auto& device : list_of(span, "devices"))
            of_that += (of_that.empty() ? "" : ", ") + shown(text_of(device, "name")) + " " +
                       money_words(member(device, "saved"), currency);
        std::vector<Cell> row = {{shown(text_of(span, "day")), Tone::strong},
                                 money_words(member(span, "paid"), currency),
                                 money_words(member(span, "would"), currency),
                                 money_words(member(span, "saved"), currency),
                                 of_that};
        if (noted) row.emplace_back(shown(text_of(span, "note")));
        table.add(row);
    }
    return table;
}

/// What the plan saved.
Result<void> show_savings(const Setting& setting, HubClient& hub, const PlanOptions& options) {
    if (options.json) return setting.print_answer(hub, "/things/plan/properties/savings");
    const auto said = hub.get("/things/plan/properties/savings");
    if (!said) return fail(said.error());
    const auto currency = text_of(*said, "currency");
    const auto days = list_of(*said, "days");
    setting.terminal.table(savings_table("DAY", days, currency, true));
    const auto weeks = list_of(*said, "weeks");
    if (!weeks.empty()) {
        setting.terminal.line("");
        setting.terminal.table(savings_table("WEEK FROM", weeks, currency, false));
    }
    if (days.empty()) setting.terminal.line("The first day is told here when it is over.");
    const auto total = said_since(hub, "saved_total");
    if (total.is_number())
        setting.terminal.line("In all " + money_words(total, currency) + " saved.");
    return {};
}

Result<void> show_plan(const Setting& setting, HubClient& hub, const PlanOptions& options) {
    if (options.json) return setting.print_answer(hub, "/plan");
    const auto plan = plan_of(hub);
    if (!plan) return fail(plan.error());
    const Terminal& terminal = setting.terminal;
    if (options.slots) {
        print_slots(terminal, *plan);
        return {};
    }
    terminal.line("Made " + full_time_words(time_of(*plan, "made"), terminal.zone) + " (" +
                  shown(as_text(said_since(hub, "stage"), text_of(*plan, "stage"))) +
                  "): " + shown(text_of(*plan, "because")));
    terminal.line("Costs " + money_words(member(*plan, "cost"), text_of(*plan, "currency")) +
                  " until " + full_time_words(time_of(*plan, "until"), terminal.zone));
    for (const auto& one : list_of(*plan, "at_risk"))
        if (one.is_string()) terminal.line("At risk: " + shown(std::string(one.get_string())));
    print_ways(terminal, *plan);
    if (const auto contested = as_text(said_since(hub, "contested"), {}); !contested.empty())
        terminal.line("Contested: " + shown(contested));
    for (const auto& one : list_of(*plan, "guessed"))
        if (one.is_string()) terminal.line("Guessed: " + shown(std::string(one.get_string())));
    Table table({{"DEVICE"}, {"ACTS"}, {"WHEN"}, {"GOALS"}});
    for (const auto& device : list_of(*plan, "devices"))
        table.add({{shown(text_of(device, "name")), Tone::strong},
                   is_true(device, "act") ? "yes" : "shows only",
                   runs_of(*plan, device, terminal),
                   shown(goals_words(device))});
    terminal.table(table);
    return {};
}

Result<void> show_why(const Setting& setting, HubClient& hub, const PlanOptions& options) {
    const auto plan = plan_of(hub);
    if (!plan) return fail(plan.error());
    const Terminal& terminal = setting.terminal;
    std::vector<std::string> names;
    for (const auto& device : list_of(*plan, "devices")) {
        names.push_back(text_of(device, "name"));
        if (names.back() != options.device) continue;
        terminal.line(shown(text_of(device, "why")));
        for (const auto& one : list_of(device, "alternatives")) {
            const auto more = is_true(one, "possible")
                                  ? money_words(member(one, "more"), text_of(*plan, "currency"))
                                  : std::string("not possible");
            terminal.line("  " + shown(text_of(one, "what")) + ": " + more);
        }
        return {};
    }
    return fail(Code::not_found, "no device '" + shown(options.device) + "' is planned" +
                                     (names.empty() ? "" : "; there are " + shown(joined(names))));
}

/// "mode=now" as a member of a JSON object: numbers and truth values as such, all else text.
std::string wish_member(const std::string& name, const std::string& value) {
    std::string out;
    append_json_string(out, name);
    out += ':';
    const auto parsed = parse_json_value(value);
    if (parsed && !std::holds_alternative<Json>(*parsed)) {
        append_json(out, *parsed);
    } else {
        append_json_string(out, value);
    }
    return out;
}

Result<void> what_if(const Setting& setting, HubClient& hub, const PlanOptions& options) {
    std::string body = "{";
    if (options.device != whole_house) {
        body += R"("device":)";
        append_json_string(body, options.device);
        body += ',';
    }
    body += R"("set":{)";
    for (const auto& wish : options.wishes) {
        const auto equals = wish.find('=');
        if (equals == std::string::npos)
            return fail(Code::invalid_input,
                        "'" + shown(wish) + "': right would be goals='80 % by 08:00' or mode=now");
        if (body.back() != '{') body += ',';
        body += wish_member(wish.substr(0, equals), wish.substr(equals + 1));
    }
    body += "}}";
    const auto answer = hub.ask("POST", "/plan/what-if", std::move(body));
    if (!answer) return fail(answer.error());
    const auto said = parse_json(answer->body);
    if (!said) return fail(said.error());
    const Terminal& terminal = setting.terminal;
    if (options.json) {
        std::string out;
        append_json(out, *said);
        terminal.line(out);
        return {};
    }
    const auto& more = member(*said, "more");
    const double difference = more.is_number() ? more.to_number<double>() : 0;
    const auto currency = text_of(*said, "currency");
    terminal.line(std::abs(difference) < 0.005
                      ? std::string("It would cost the same.")
                      : std::string("It would ") + (difference > 0 ? "cost " : "save ") +
                            number_words(std::abs(difference), 2) + " " + currency + ".");
    for (const auto& one : list_of(*said, "at_risk"))
        if (one.is_string()) terminal.line("At risk: " + shown(std::string(one.get_string())));
    return {};
}

Result<void> set_planned(const Setting& setting, HubClient& hub, const PlanOptions& options,
                         const std::string& property, const std::string& value) {
    std::string body;
    if (value == "true" || value == "false") {
        body = value;
    } else {
        append_json_string(body, value);
    }
    const auto thing = options.device.empty() ? std::string("plan") : "plan-" + options.device;
    const auto answer = hub.ask(
        "PUT", "/things/" + percent_encode(thing) + "/properties/" + property, std::move(body));
    if (!answer) return fail(answer.error());
    setting.terminal.line(shown(thing) + ": " + property + " " + shown(value) + " (asked)");
    return {};
}

Result<void> do_as_told(const Setting& setting, HubClient& hub, const PlanOptions& options,
                        const CLI::App& plan) {
    const auto is = [&](const char* name) { return plan.got_subcommand(name); };
    const auto set = [&](const char* property, const std::string& value) {
        return set_planned(setting, hub, options, property, value);
    };
    if (is("why")) return show_why(setting, hub, options);
    if (is("what-if")) return what_if(setting, hub, options);
    if (is("goal")) return set("goals", options.value);
    if (is("hold")) return set("hold", options.value);
    if (is("now")) return set("mode", "now");
    if (is("pause")) return set("mode", "pause");
    if (is("auto")) return set("mode", "automatic");
    if (is("skip")) return set("skip", "true");
    if (is("shadow")) return set("act", options.value == "off" ? "true" : "false");
    if (is("forecasts")) return show_forecasts(setting, hub, options);
    if (is("savings")) return show_savings(setting, hub, options);
    if (is("versions")) return show_versions(setting, hub, options.json);
    if (is("diff"))
        return show_difference(setting, hub, options.first, options.second, options.json);
    if (is("away")) return set("away_until", options.value);
    if (is("quiet")) return set("quiet", options.value);
    return show_plan(setting, hub, options);
}

/// What is said of the whole house.
void add_of_house(const Setting& setting, CLI::App& plan, PlanOptions& options) {
    auto* away = setting.command(plan, "away", "Nobody will be at home until then; '' = back",
                                 "  foxtail plan away 2026-12-24T18:00:00Z");
    away->fallthrough();
    away->add_option("UNTIL", options.value, "RFC 3339")->required();
    setting
        .command(plan, "quiet", "When machines make no noise; '' = never",
                 "  foxtail plan quiet '22:00 to 06:00'\n"
                 "  foxtail plan what-if plan quiet='22:00 to 06:00'")
        ->fallthrough()
        ->add_option("HOURS", options.value, "From when to when")
        ->required();
}

/// Plans are records: which there were, and what differs from one to another.
void add_records(const Setting& setting, CLI::App& plan, PlanOptions& options) {
    setting
        .command(plan, "versions", "The newest plans on record, each with why it was made",
                 "  foxtail plan versions")
        ->fallthrough();
    auto* diff = setting.command(
        plan, "diff", "What differs from one plan to another: what it was made from, and its slots",
        "  foxtail plan diff 41 42\n"
        "  foxtail plan diff 41");
    diff->fallthrough();
    diff->add_option("FIRST", options.first, "The number of a plan")->required();
    diff->add_option("SECOND", options.second, "Another; left out: the plan of now");
}

}  // namespace

void add_plan_commands(const Setting& setting) {
    auto options = std::make_shared<PlanOptions>();
    auto* plan =
        setting.command(setting.app, "plan", "Shows what will run when and why; says what you want",
                        "  foxtail plan\n"
                        "  foxtail plan --slots\n"
                        "  foxtail plan why leaf\n"
                        "  foxtail plan goal leaf '80 % by 07:00 mon-fri'\n"
                        "  foxtail plan what-if leaf goals='80 % by 08:00'\n"
                        "  foxtail plan now leaf\n"
                        "  foxtail plan shadow leaf off");
    auto to = setting.connection(*plan);
    plan->add_flag("--json", options->json, "JSON, for programs");
    plan->add_flag("--slots", options->slots, "Slot by slot");
    const auto below = [&](const char* name, const char* about, const char* example) {
        auto* one = setting.command(*plan, name, about, example);
        one->fallthrough();
        one->add_option("DEVICE", options->device, "A planned device's name")->required();
        return one;
    };
    below("why", "Why a device does what it does, and what else would cost",
          "  foxtail plan why leaf");
    below("what-if", "What a wish would cost or save; nothing is set",
          "  foxtail plan what-if leaf mode=now")
        ->add_option("SETTING=VALUE", options->wishes, "As it would be")
        ->required();
    below("goal", "Says by when a car is to be how full; '' for no goal",
          "  foxtail plan goal leaf '80 % by 07:00 mon-fri; 100 % by 2026-12-24T09:00:00Z'")
        ->add_option("GOALS", options->value, "Separated by ;")
        ->required();
    below("hold", "Keeps a power for a while, whatever the plan would do; '' = no more",
          "  foxtail plan hold leaf '3.7 kW from 02:00 to 04:00'")
        ->add_option("HOLD", options->value, "A power, and from when to when")
        ->required();
    below("now", "Runs or charges a device now", "  foxtail plan now leaf");
    below("pause", "Keeps a device off for a while", "  foxtail plan pause heat-pump");
    below("auto", "Gives a device back to the plan", "  foxtail plan auto leaf");
    below("skip", "Leaves a car's next goal out", "  foxtail plan skip leaf");
    below("shadow", "on: the plan shows only; off: it acts for this device",
          "  foxtail plan shadow leaf off")
        ->add_option("ON|OFF", options->value, "Shadow")
        ->required()
        ->check(CLI::IsMember({"on", "off"}));
    setting
        .command(*plan, "forecasts", "How well load, sun and weather were foretold, and by whom",
                 "  foxtail plan forecasts")
        ->fallthrough();
    setting
        .command(*plan, "savings", "What the plan saved against charging at once, by day",
                 "  foxtail plan savings")
        ->fallthrough();
    add_of_house(setting, *plan, *options);
    add_records(setting, *plan, *options);
    add_plan_simulate(setting, *plan);
    plan->require_subcommand(0, 1);
    plan->callback([setting, options, to, plan] {
        if (plan->got_subcommand("simulate")) return;  // needs no hub
        setting.with_hub(*to,
                         [&](HubClient& hub) { return do_as_told(setting, hub, *options, *plan); });
    });
}

}  // namespace foxtail::cli
