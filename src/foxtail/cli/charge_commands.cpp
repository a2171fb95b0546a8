// charge: what charges, by which mode and why, and what was charged.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

constexpr std::string_view thing_prefix = "charge-";

struct ChargeOptions {
    std::string point;
    std::string value;
    std::string from = "30d";
    std::string to = "now";
    bool json = false;
    bool csv = false;
};

using Facts = std::map<std::string, bj::value>;

/// Of each charging point what may be known of it.
Result<std::map<std::string, Facts>> points_of(HubClient& hub) {
    const auto answer = hub.get("/readings");
    if (!answer) return fail(answer.error());
    std::map<std::string, Facts> out;
    for (const auto& reading : list_of(*answer, "readings")) {
        const auto address = parse_address(text_of(reading, "address"));
        if (!address || !address->thing.starts_with(thing_prefix)) continue;
        out[address->thing.substr(thing_prefix.size())][address->member] = member(reading, "value");
    }
    std::erase_if(out, [](const auto& one) { return !one.second.contains("commanded"); });
    return out;
}

std::string fact_words(const Facts& facts, const std::string& name, std::string_view unit) {
    const auto at = facts.find(name);
    if (at == facts.end() || at->second.is_null()) return {};
    if (at->second.is_string()) return std::string(at->second.get_string());
    return value_words(at->second, unit);
}

std::string joined_parts(std::string first, const std::string& second) {
    if (!first.empty() && !second.empty()) first += ", ";
    return first + second;
}

Result<void> list_points(const Setting& setting, HubClient& hub, const ChargeOptions& options) {
    const auto points = points_of(hub);
    if (!points) return fail(points.error());
    const Terminal& terminal = setting.terminal;
    if (options.json) {
        bj::object all;
        for (const auto& [point, facts] : *points) {
            bj::object one;
            for (const auto& [name, value] : facts) one[name] = value;
            all[point] = std::move(one);
        }
        std::string out;
        append_json(out, bj::value(std::move(all)));
        terminal.line(out);
        return {};
    }
    if (points->empty()) {
        terminal.line("There are no charging points; see docs/charging.md.");
        return {};
    }
    using Align = Table::Align;
    Table table({{"POINT"},
                 {"MODE"},
                 {"LIMIT", Align::right},
                 {"OBEYED"},
                 {"ENERGY", Align::right},
                 {"CAR"},
                 {"WHY"}});
    for (const auto& [point, facts] : *points) {
        const auto obeyed = fact_words(facts, "obeyed", "");
        const bool well = obeyed == "yes" || obeyed == "waiting";
        auto car = fact_words(facts, "session", "").empty() ? "" : fact_words(facts, "car", "");
        if (!car.empty() && car != "unknown")
            car += " (" + fact_words(facts, "car_certainty", "%") + ")";
        table.add({{shown(point), Tone::strong},
                   fact_words(facts, "mode", ""),
                   joined_parts(fact_words(facts, "commanded", "A"),
                                fact_words(facts, "commanded_power", "W")),
                   well ? Cell(obeyed) : Cell(obeyed, Tone::warning),
                   fact_words(facts, "session_energy", "W.h"),
                   shown(car),
                   shown(fact_words(facts, "why", ""))});
    }
    terminal.table(table);
    return {};
}

/// Wishes it of a property of a point's; `body` is the value as JSON.
Result<void> ask_of_point(const Setting& setting, HubClient& hub, const std::string& point,
                          const std::string& property, std::string body, std::string_view told) {
    const auto answer = hub.ask(
        "PUT",
        "/things/" + percent_encode(std::string(thing_prefix) + point) + "/properties/" + property,
        std::move(body));
    if (!answer) return fail(answer.error());
    setting.terminal.line(shown(point) + ": " + property + " " + shown(told) + " (asked)");
    return {};
}

Result<void> there_is(HubClient& hub, const ChargeOptions& options) {
    const auto points = points_of(hub);
    if (!points) return fail(points.error());
    if (!points->contains(options.point)) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : *points) names.push_back(name);
        return fail(Code::not_found,
                    "there is no charging point '" + shown(options.point) + "'" +
                        (names.empty() ? "" : "; there are " + shown(joined(names))));
    }
    return {};
}

Result<void> set_point(const Setting& setting, HubClient& hub, const ChargeOptions& options,
                       const std::string& property) {
    if (auto known = there_is(hub, options); !known) return known;
    std::string body;
    append_json_string(body, options.value);
    return ask_of_point(setting, hub, options.point, property, std::move(body), options.value);
}

/// As much as the point can is no limit: there is none to be taken away.
Result<void> take_limits_back(const Setting& setting, HubClient& hub,
                              const ChargeOptions& options) {
    const auto thing =
        hub.get("/things/" + percent_encode(std::string(thing_prefix) + options.point));
    if (!thing) return fail(thing.error());
    for (const char* name : {"at_most", "at_most_power"}) {
        const auto& most = member(member(member(*thing, "properties"), name), "maximum");
        if (!most.is_number()) continue;
        std::string body;
        append_json(body, most);
        const std::string told = body;
        auto asked = ask_of_point(setting, hub, options.point, name, std::move(body), told);
        if (!asked) return asked;
    }
    return {};
}

/// "10 A" of each phase, "7 kW" of all together, "none".
Result<void> limit_point(const Setting& setting, HubClient& hub, const ChargeOptions& options) {
    if (auto known = there_is(hub, options); !known) return known;
    if (options.value == "none") return take_limits_back(setting, hub, options);
    for (const auto& [unit, property] : {std::pair{"A", "at_most"}, {"W", "at_most_power"}}) {
        auto body = value_for(bj::value{{"type", "number"}, {"unit", unit}}, options.value);
        if (!body) continue;
        const std::string told = *body;
        return ask_of_point(setting, hub, options.point, property, std::move(*body), told);
    }
    return fail(Code::invalid_input,
                "'" + shown(options.value) + "' is no limit; right would be 10 A, 7 kW or none");
}

/// Each ended session, as its JSON object, in the order of their ends.
Result<std::vector<bj::value>> sessions_of(HubClient& hub, const std::string& point, Time from,
                                           Time to) {
    const auto answer = hub.get(
        "/history?address=" + percent_encode(std::string(thing_prefix) + point + "/last_session") +
        "&from=" + percent_encode(format_rfc3339(from)) +
        "&to=" + percent_encode(format_rfc3339(to)) + "&points=0");
    if (!answer) return fail(answer.error());
    std::vector<bj::value> out;
    for (const auto& one : list_of(*answer, "points")) {
        const auto& entry = list_of(one);
        // [t_ms, min, max, mean, last, count]
        if (entry.size() > 4 && entry[4].is_object()) out.push_back(entry[4]);
    }
    return out;
}

std::string number_text(const bj::value& value) {
    if (!value.is_number()) return {};
    return number_words(value.to_number<double>(), 4);
}

/// RFC 4180; what could be taken for a formula is told apart by a space.
std::string csv_field(std::string text) {
    if (!text.empty() && std::string_view("=+-@\t").find(text[0]) != std::string_view::npos)
        text.insert(text.begin(), ' ');
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

void print_csv(const Terminal& terminal, const std::vector<bj::value>& sessions) {
    terminal.line("id,point,from,until,energy_wh,estimated,own_wh,cost,co2_g,car,certainty,who");
    for (const auto& one : sessions) {
        std::string line;
        for (const auto* name : {"id", "point", "from", "until"})
            line += csv_field(text_of(one, name)) + ",";
        line += number_text(member(one, "energy_wh")) + ",";
        line += std::string(is_true(one, "estimated") ? "true" : "false") + ",";
        for (const auto* name : {"own_wh", "cost", "co2_g"})
            line += number_text(member(one, name)) + ",";
        line += csv_field(text_of(one, "car")) + "," + number_text(member(one, "certainty")) + "," +
                csv_field(text_of(one, "who"));
        terminal.line(line);
    }
}

void print_sessions(const Terminal& terminal, const std::vector<bj::value>& sessions) {
    if (sessions.empty()) return terminal.line("No session ended in this time.");
    using Align = Table::Align;
    Table table({{"UNTIL"},
                 {"POINT"},
                 {"ENERGY", Align::right},
                 {"COST", Align::right},
                 {"CO2", Align::right},
                 {"CAR"},
                 {"WHO"}});
    for (const auto& one : sessions) {
        const auto with = [&](const char* name, const char* unit, double scale) {
            const auto& value = member(one, name);
            if (!value.is_number()) return std::string();
            return number_words(value.to_number<double>() * scale, 2) + unit;
        };
        table.add({{full_time_words(time_of(one, "until"), terminal.zone), Tone::faint},
                   shown(text_of(one, "point")),
                   {with("energy_wh", " kWh", 0.001), Tone::strong},
                   with("cost", "", 1),
                   with("co2_g", " kg", 0.001),
                   shown(text_of(one, "car")),
                   shown(text_of(one, "who"))});
    }
    terminal.table(table);
}

Result<void> show_sessions(const Setting& setting, HubClient& hub, const ChargeOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.csv && options.json)
        return fail(Code::invalid_input, "--csv and --json exclude each other");
    const Time now = terminal.clock.now();
    const auto from = parse_moment(options.from, now);
    if (!from) return fail(from.error());
    const auto to = parse_moment(options.to, now);
    if (!to) return fail(to.error());
    std::vector<std::string> names;
    if (!options.point.empty()) {
        names.push_back(options.point);
    } else {
        const auto points = points_of(hub);
        if (!points) return fail(points.error());
        for (const auto& [name, unused] : *points) names.push_back(name);
    }
    std::vector<bj::value> sessions;
    for (const auto& name : names) {
        auto some = sessions_of(hub, name, *from, *to);
        if (!some) return fail(some.error());
        sessions.insert(sessions.end(), some->begin(), some->end());
    }
    std::stable_sort(sessions.begin(), sessions.end(), [](const auto& a, const auto& b) {
        return text_of(a, "until") < text_of(b, "until");
    });
    if (options.csv) {
        print_csv(terminal, sessions);
    } else if (options.json) {
        std::string out;
        append_json(out, bj::value(bj::array(sessions.begin(), sessions.end())));
        terminal.line(out);
    } else {
        print_sessions(terminal, sessions);
    }
    return {};
}

}  // namespace

void add_charge_commands(const Setting& setting) {
    auto options = std::make_shared<ChargeOptions>();
    auto* charge = setting.command(setting.app, "charge",
                                   "Shows what charges and why; sets modes, lists sessions",
                                   "  foxtail charge\n"
                                   "  foxtail charge now garage\n"
                                   "  foxtail charge mode garage sun\n"
                                   "  foxtail charge sessions --from 90d --csv");
    auto to = setting.connection(*charge);
    charge->add_flag("--json", options->json, "JSON, for programs");
    auto* mode = setting.command(*charge, "mode", "Sets how a point charges",
                                 "  foxtail charge mode garage min_sun");
    auto* now = setting.command(*charge, "now", "Charges as fast as fits, until unplugged",
                                "  foxtail charge now garage");
    auto* limit = setting.command(*charge, "limit", "Caps a point, in A of a phase or in W of all",
                                  "  foxtail charge limit garage 10A\n"
                                  "  foxtail charge limit garage 7kW\n"
                                  "  foxtail charge limit garage none");
    auto* car = setting.command(*charge, "car", "Says which car it is; the hub learns from it",
                                "  foxtail charge car garage leaf\n"
                                "  foxtail charge car garage guest");
    auto* sessions = setting.command(*charge, "sessions", "Lists what was charged",
                                     "  foxtail charge sessions garage --from 2026-01-01 --json");
    for (auto* one : {mode, now, limit, car, sessions}) one->fallthrough();
    for (auto* one : {mode, now, limit, car})
        one->add_option("POINT", options->point, "The charging point's name")->required();
    mode->add_option("MODE", options->value, "How")
        ->required()
        ->check(CLI::IsMember({"off", "sun", "min_sun", "now", "planned"}));
    limit->add_option("LIMIT", options->value, "In A, in W or kW, or none")->required();
    car->add_option("CAR", options->value, "A car's name, guest or unknown")->required();
    sessions->add_option("POINT", options->point, "Only of this point");
    sessions->add_option("--from", options->from, "From when on, e.g. 30d or 2026-01-01");
    sessions->add_option("--to", options->to, "Until when");
    sessions->add_flag("--csv", options->csv, "CSV, for spreadsheets");
    charge->require_subcommand(0, 1);
    charge->callback([setting, options, to, charge] {
        setting.with_hub(*to, [&](HubClient& hub) -> Result<void> {
            if (charge->got_subcommand("mode")) return set_point(setting, hub, *options, "mode");
            if (charge->got_subcommand("limit")) return limit_point(setting, hub, *options);
            if (charge->got_subcommand("car")) return set_point(setting, hub, *options, "car");
            if (charge->got_subcommand("sessions")) return show_sessions(setting, hub, *options);
            if (!charge->got_subcommand("now")) return list_points(setting, hub, *options);
            options->value = "now";
            return set_point(setting, hub, *options, "mode");
        });
    });
}

}  // namespace foxtail::cli
