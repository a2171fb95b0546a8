// chargers: which charging stations there are, and letting one in that waits.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace {

struct ChargerOptions {
    bool json = false;
    std::string id;
    bool without_key = false;
};

Result<void> list_chargers(const Setting& setting, HubClient& hub, const ChargerOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/chargers");
    const auto chargers = hub.get("/chargers");
    if (!chargers) return fail(chargers.error());
    Table table({{"CHARGER"}, {"STATE"}, {"MODEL"}, {"OCPP"}, {"FROM"}, {"THINGS"}});
    for (const auto& one : list_of(*chargers, "chargers")) {
        std::string things;
        for (const auto& thing : list_of(one, "things")) {
            if (const auto* name = thing.if_string())
                things += (things.empty() ? "" : " ") + std::string(std::string_view(*name));
        }
        const auto state = text_of(one, "state");
        const Tone tone = state == "waiting"  ? Tone::warning
                          : state == "online" ? Tone::good
                                              : Tone::faint;
        table.add({{text_of(one, "id"), Tone::strong},
                   {state, tone},
                   text_of(one, "maker") + " " + text_of(one, "model"),
                   text_of(one, "protocol"),
                   text_of(one, "address"),
                   things});
    }
    if (table.empty())
        terminal.line("No charger has come yet.");
    else
        terminal.table(table);
    return {};
}

Result<void> accept_charger(const Setting& setting, HubClient& hub, const ChargerOptions& options) {
    const auto answer = hub.ask("POST", "/chargers/" + percent_encode(options.id) + "/accept",
                                options.without_key ? R"({"without_key":true})" : "{}");
    if (!answer) return fail(answer.error());
    setting.terminal.line(
        shown(options.id) +
        (options.without_key
             ? " is let in. It has no password: whoever is on its network can speak in its name."
             : " is let in, and has a password of its own from now on."));
    return {};
}

}  // namespace

void add_charger_commands(const Setting& setting) {
    auto options = std::make_shared<ChargerOptions>();
    auto* chargers =
        setting.command(setting.app, "chargers", "Lists charging stations; lets one in that waits",
                        "  foxtail chargers\n  foxtail chargers accept GARAGE");
    chargers->add_flag("--json", options->json, "As JSON");
    auto to = setting.connection(*chargers);
    auto* accept = setting.command(*chargers, "accept", "Lets a charger in that waits",
                                   "  foxtail chargers accept GARAGE\n"
                                   "  foxtail chargers accept GARAGE --without-key");
    accept->add_option("ID", options->id, "What the charger calls itself")->required();
    accept->add_flag("--without-key", options->without_key,
                     "For a charger that takes no password: anybody on its network can be it");
    accept->fallthrough();
    chargers->require_subcommand(0, 1);
    chargers->callback([setting, options, to, chargers] {
        const auto work = chargers->got_subcommand("accept") ? accept_charger : list_chargers;
        setting.with_hub(*to, [&](HubClient& hub) { return work(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
