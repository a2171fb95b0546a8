// things, get: what there is and what is known of it.
#include "foxtail/base/utf8.hpp"
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

/// A plan or a session is longer than a table can show; 'get --value' has all of it.
std::string in_a_line(std::string text) {
    constexpr std::size_t shown_bytes = 160;
    if (text.size() <= shown_bytes) return text;
    text.resize(shown_bytes);
    while (!text.empty() && !valid_utf8(text)) text.pop_back();
    return text + "...";
}

struct ThingsOptions {
    std::string place;
    std::string kind;
    std::string text;
    bool json = false;
};

bool fits(const bj::value& thing, const ThingsOptions& options) {
    const auto has = [](const std::string& in, const std::string& what) {
        return lowered(in).find(lowered(what)) != std::string::npos;
    };
    if (!options.kind.empty() && text_of(thing, "fox:kind") != options.kind) return false;
    if (!options.place.empty() && !has(text_of(thing, "fox:place"), options.place)) return false;
    if (options.text.empty()) return true;
    const auto& t = options.text;
    return has(thing_id_of(thing), t) || has(text_of(thing, "title"), t) ||
           has(text_of(thing, "fox:maker"), t) || has(text_of(thing, "fox:model"), t) ||
           has(text_of(thing, "description"), t);
}

/// What the readings say of a thing as a whole.
struct Heard {
    Time last;
    bool away = false;
};

std::map<std::string, Heard, std::less<>> heard_of(const bj::value& readings) {
    std::map<std::string, Heard, std::less<>> out;
    for (const auto& reading : list_of(readings, "readings")) {
        const auto address = parse_address(text_of(reading, "address"));
        if (!address) continue;
        Heard& heard = out[address->thing];
        heard.last = std::max(heard.last, time_of(reading, "received"));
        const auto& value = member(reading, "value");
        if (address->member == "available" && value.is_bool()) heard.away = !value.get_bool();
    }
    return out;
}

Result<void> list_things(const Setting& setting, HubClient& hub, const ThingsOptions& options) {
    const auto things = hub.get("/things");
    if (!things) return fail(things.error());
    std::vector<const bj::value*> chosen;
    for (const auto& thing : list_of(*things)) {
        if (fits(thing, options)) chosen.push_back(&thing);
    }
    std::sort(chosen.begin(), chosen.end(), [](const auto* a, const auto* b) {
        return lowered(thing_id_of(*a)) < lowered(thing_id_of(*b));
    });
    const Terminal& terminal = setting.terminal;
    if (options.json) {
        std::string out = "[";
        for (const auto* thing : chosen) {
            if (out.size() > 1) out += ",";
            append_json(out, *thing);
        }
        terminal.line(out + "]");
        return {};
    }
    const auto readings = hub.get("/readings");
    if (!readings) return fail(readings.error());
    const auto heard = heard_of(*readings);
    if (chosen.empty()) {
        terminal.line(list_of(*things).empty() ? "There are no things yet." : "Nothing fits.");
        return {};
    }
    Table table(
        {{"THING"}, {"TITLE"}, {"KIND"}, {"PLACE"}, {"HEARD", Table::Align::right}, {"STATE"}});
    for (const auto* thing : chosen) {
        const auto id = thing_id_of(*thing);
        const auto known = heard.find(id);
        const Heard now = known == heard.end() ? Heard{} : known->second;
        const auto age =
            now.last.known() ? age_words(terminal.clock.now() - now.last) : std::string("never");
        table.add({{id, Tone::strong},
                   text_of(*thing, "title"),
                   text_of(*thing, "fox:kind"),
                   text_of(*thing, "fox:place"),
                   age,
                   now.away ? Cell("away", Tone::warning) : Cell("")});
    }
    terminal.table(table);
    return {};
}

// ---- get
// ------------------------------------------------------------------------------------------

/// "wanted: 21 °C (pending)" unless what was wanted is what is.
std::string wanted_words(const bj::value& reading) {
    const auto& wanted = member(reading, "wanted");
    const auto status = text_of(wanted, "status");
    if (!wanted.is_object() || status == "confirmed") return {};
    return "wanted " + value_words(member(wanted, "value"), text_of(reading, "unit")) + ": " +
           status_words(status);
}

std::string note_of(const bj::value& reading) {
    std::vector<std::string> notes;
    if (auto quality = quality_words(text_of(reading, "quality")); !quality.empty())
        notes.push_back(quality);
    if (auto wanted = wanted_words(reading); !wanted.empty()) notes.push_back(wanted);
    return joined(notes);
}

std::string age_of(const bj::value& reading, const Terminal& terminal) {
    const auto time = time_of(reading, "time");
    return time.known() && number_of(reading, "seq") != 0 ? age_words(terminal.clock.now() - time)
                                                          : std::string();
}

struct GetOptions {
    std::string what;
    bool json = false;
    bool bare = false;
};

Result<void> get_property(const Setting& setting, HubClient& hub, const GetOptions& options) {
    const Terminal& terminal = setting.terminal;
    const auto address = parse_address(options.what);
    if (!address) return fail(address.error());
    const auto answer = hub.get("/readings?address=" + percent_encode(options.what));
    if (!answer) return fail(hub.with_near(answer.error(), address->thing));
    const auto& readings = list_of(*answer, "readings");
    if (readings.empty())
        return fail(Code::not_found, "nothing is known of " + shown(options.what));
    const auto& reading = readings.front();
    if (options.bare || options.json) {
        std::string out;
        append_json(out, options.bare ? member(reading, "value") : reading);
        terminal.line(out);
        return {};
    }
    const auto quality = text_of(reading, "quality");
    auto line = terminal.toned(value_words(member(reading, "value"), text_of(reading, "unit")),
                               Tone::strong);
    const auto age = age_of(reading, terminal);
    if (number_of(reading, "seq") == 0) {
        line += "  (nobody ever said it)";
    } else {
        line += "  " + terminal.toned(age == "now" || age.starts_with("in ") ? age : age + " ago",
                                      Tone::faint);
    }
    if (const auto note = note_of(reading); !note.empty())
        line += "  " + terminal.toned(note, quality_tone(quality));
    terminal.line(line);
    return {};
}

void print_heading(const Terminal& terminal, const std::string& id, const bj::value& thing) {
    auto title = text_of(thing, "title");
    std::vector<std::string> about{text_of(thing, "fox:kind")};
    if (auto place = text_of(thing, "fox:place"); !place.empty()) about.push_back(place);
    auto made = text_of(thing, "fox:maker");
    if (auto model = text_of(thing, "fox:model"); !model.empty())
        made += (made.empty() ? "" : " ") + model;
    if (!made.empty()) about.push_back(made);
    terminal.line(terminal.toned(shown(title.empty() ? id : title), Tone::strong) + "  " +
                  terminal.toned(shown(joined(about)), Tone::faint));
    if (const auto text = text_of(thing, "description"); !text.empty()) terminal.line(shown(text));
}

Result<void> get_thing(const Setting& setting, HubClient& hub, const GetOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.bare)
        return fail(Code::invalid_input,
                    "--value wants an address: " + shown(options.what) + "/PROPERTY");
    if (options.json)
        return setting.print_answer(hub, "/readings?thing=" + percent_encode(options.what));
    const auto thing = hub.get("/things/" + percent_encode(options.what));
    if (!thing) return fail(hub.with_near(thing.error(), options.what));
    const auto readings = hub.get("/readings?thing=" + percent_encode(options.what));
    if (!readings) return fail(readings.error());
    std::map<std::string, const bj::value*, std::less<>> by_name;
    for (const auto& reading : list_of(*readings, "readings")) {
        const auto address = parse_address(text_of(reading, "address"));
        if (address) by_name[address->member] = &reading;
    }
    print_heading(terminal, options.what, *thing);
    const bj::object* properties = member(*thing, "properties").if_object();
    Table table({{"PROPERTY"}, {"VALUE"}, {"AGE", Table::Align::right}, {"SET"}, {"NOTE"}});
    if (properties != nullptr) {
        for (const auto& property : *properties) {
            const auto found = by_name.find(std::string_view(property.key()));
            const bool settable = !is_true(property.value(), "readOnly");
            const Cell set = settable ? "yes" : "";
            if (found == by_name.end()) {
                table.add({std::string_view(property.key()), {"unknown", Tone::faint}, "", set});
                continue;
            }
            const bj::value& reading = *found->second;
            const auto tone = quality_tone(text_of(reading, "quality"));
            table.add(
                {std::string_view(property.key()),
                 {in_a_line(value_words(member(reading, "value"), text_of(reading, "unit"))), tone},
                 age_of(reading, terminal),
                 set,
                 {note_of(reading), Tone::warning}});
        }
    }
    if (!table.empty()) terminal.table(table);
    for (const auto& [key, word] : {std::pair{"actions", "Actions: "}, {"events", "Events: "}}) {
        const bj::object* members = member(*thing, key).if_object();
        if (members == nullptr || members->empty()) continue;
        std::vector<std::string> names;
        for (const auto& one : *members) names.emplace_back(std::string_view(one.key()));
        terminal.line(word + shown(joined(names)));
    }
    return {};
}

}  // namespace

void add_thing_commands(const Setting& setting) {
    auto things = std::make_shared<ThingsOptions>();
    auto* list = setting.command(
        setting.app, "things", "Lists people, vehicles, devices, places and services",
        "  foxtail things\n  foxtail things --place kitchen --kind device\n"
        "  foxtail things lamp --json");
    list->add_option("text", things->text,
                     "Only those with this in their id, title, maker or model");
    list->add_option("--place", things->place, "Only those in places with this in their name");
    list->add_option("--kind", things->kind, "Only things of this kind")
        ->check(CLI::IsMember({"person", "vehicle", "device", "place", "service"}));
    list->add_flag("--json", things->json, "Their Thing Descriptions (W3C WoT 1.1)");
    auto connection = setting.connection(*list);
    list->callback([setting, things, connection] {
        setting.with_hub(*connection,
                         [&](HubClient& hub) { return list_things(setting, hub, *things); });
    });

    auto get = std::make_shared<GetOptions>();
    auto* one = setting.command(
        setting.app, "get", "Shows what is known of a property or of a whole thing",
        "  foxtail get hall-lamp\n  foxtail get hall-lamp/brightness\n"
        "  foxtail get leaf/Powertrain.TractionBattery.StateOfCharge.Displayed --value");
    one->add_option("ADDRESS|THING", get->what, "thing/property, or a thing's id")->required();
    one->add_flag("--json", get->json, "With quality and times, as JSON");
    one->add_flag("--value", get->bare, "The bare JSON value");
    auto to = setting.connection(*one);
    one->callback([setting, get, to] {
        setting.with_hub(*to, [&](HubClient& hub) {
            return get->what.find('/') == std::string::npos ? get_thing(setting, hub, *get)
                                                            : get_property(setting, hub, *get);
        });
    });
}

}  // namespace foxtail::cli
