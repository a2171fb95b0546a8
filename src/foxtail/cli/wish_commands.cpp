// set, act: wishes, and how they end.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

struct WishOptions {
    std::string what;    // address, or thing
    std::string action;  // of a thing
    std::optional<std::string> value;
    std::string time_to_live;
    bool wait = false;
    bool json = false;
};

constexpr Duration first_pause = milliseconds(20);
constexpr Duration longest_pause = milliseconds(500);

/// Asks for a command until it has ended. The hub ends every command, at the latest when its time
/// to live is over, so there is no patience of our own.
Result<bj::value> wait_for_end(const Terminal& terminal, HubClient& hub,
                               const std::string& command) {
    Duration pause = first_pause;
    while (true) {
        auto state = hub.get("/commands/" + command);
        if (!state) return fail(state.error());
        if (has_ended(text_of(*state, "status"))) return state;
        terminal.pause(pause);
        pause = std::min(longest_pause, pause * 2);
    }
}

Result<void> tell_end(const Setting& setting, HubClient& hub, const std::string& command,
                      const WishOptions& options, const std::string& what) {
    const Terminal& terminal = setting.terminal;
    if (!options.wait) {
        if (options.json) {
            terminal.line("{\"seq\":" + command + ",\"status\":\"pending\"}");
        } else {
            terminal.line(what + ": asked (command " + command + ")");
        }
        return {};
    }
    const auto end = wait_for_end(terminal, hub, command);
    if (!end) return fail(end.error());
    const auto status = text_of(*end, "status");
    if (options.json) {
        std::string out;
        append_json(out, *end);
        terminal.line(out);
    } else {
        const auto detail = shown(text_of(*end, "detail"));
        terminal.line(what + ": " + terminal.toned(status_words(status), status_tone(status)) +
                      (detail.empty() ? "" : ", " + detail) + " (command " + command + ")");
    }
    if (status != "confirmed") return fail(Code::unavailable, "");  // said already
    return {};
}

/// The name's own part of a Thing Description, or what there is instead.
Result<const bj::value*> affordance(const bj::value& thing, std::string_view kind,
                                    std::string_view one, const std::string& name) {
    const bj::object* members = member(thing, kind).if_object();
    const bj::value* found = members == nullptr ? nullptr : members->if_contains(name);
    if (found != nullptr) return found;
    std::vector<std::string> names;
    if (members != nullptr) {
        for (const auto& each : *members) names.emplace_back(std::string_view(each.key()));
    }
    const auto near = nearest(name, names);
    std::string message = "there is no " + std::string(one) + " '" + shown(name) + "'";
    if (!near.empty()) message += "; did you mean " + shown(joined(near)) + "?";
    if (near.empty() && !names.empty()) message += "; there are " + shown(joined(names));
    return fail(Code::not_found, message);
}

std::string life_query(const WishOptions& options) {
    return options.time_to_live.empty() ? std::string()
                                        : "?time_to_live=" + percent_encode(options.time_to_live);
}

std::string_view command_of(const HttpResponse& answer) {
    for (const auto& header : answer.headers) {
        if (same_ignoring_case(header.name, "Foxtail-Command")) return header.value;
    }
    return {};
}

Result<void> wish(const Setting& setting, HubClient& hub, const WishOptions& options,
                  std::string_view method, const std::string& target, std::string body,
                  const std::string& what) {
    const auto answer = hub.ask(method, target + life_query(options), std::move(body));
    if (!answer) return fail(answer.error());
    const auto command = command_of(*answer);
    if (!parse_seq(command))
        return fail(Code::corrupt, "the hub did not tell the command's number");
    return tell_end(setting, hub, std::string(command), options, what);
}

Result<void> set(const Setting& setting, HubClient& hub, const WishOptions& options) {
    const auto address = parse_address(options.what);
    if (!address) return fail(address.error());
    const auto at = "/things/" + percent_encode(address->thing);
    const auto thing = hub.get(at);
    if (!thing) return fail(hub.with_near(thing.error(), address->thing));
    const auto property = affordance(*thing, "properties", "property", address->member);
    if (!property) return fail(property.error());
    if (is_true(**property, "readOnly"))
        return fail(Code::invalid_input, shown(options.what) + " cannot be set");
    auto body = value_for(**property, options.value.value_or(""));
    if (!body) return fail(body.error());
    const auto said = parse_json(*body);
    const auto what = shown(options.what) + " " +
                      value_words(said ? *said : bj::value(), text_of(**property, "unit"));
    return wish(setting, hub, options, "PUT", at + "/properties/" + percent_encode(address->member),
                std::move(*body), what);
}

Result<void> act(const Setting& setting, HubClient& hub, const WishOptions& options) {
    const auto at = "/things/" + percent_encode(options.what);
    const auto thing = hub.get(at);
    if (!thing) return fail(hub.with_near(thing.error(), options.what));
    const auto action = affordance(*thing, "actions", "action", options.action);
    if (!action) return fail(action.error());
    std::string body;
    if (options.value) {
        const auto& input = member(**action, "input");
        if (!input.is_object())
            return fail(Code::invalid_input,
                        "the action '" + shown(options.action) + "' takes no input");
        auto read = value_for(input, *options.value);
        if (!read) return fail(read.error());
        body = std::move(*read);
    }
    return wish(setting, hub, options, "POST", at + "/actions/" + percent_encode(options.action),
                std::move(body), shown(options.what) + " " + shown(options.action));
}

struct WaitingOptions {
    std::uint64_t seq = 0;
    bool json = false;
};

Result<void> list_waiting(const Setting& setting, HubClient& hub, const WaitingOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/commands");
    const auto answer = hub.get("/commands");
    if (!answer) return fail(answer.error());
    Table table({{"ID", Table::Align::right}, {"WHO"}, {"ASKS FOR"}, {"UNTIL"}, {"PURPOSE"}});
    for (const auto& one : list_of(*answer, "waiting")) {
        const bool mine = is_true(one, "to_answer");
        std::string what = text_of(one, "address");
        std::string who = text_of(one, "asked_by");
        if (const auto agent = text_of(one, "set_off_by"); !agent.empty())
            who += " (set off by " + agent + ")";
        if (!is_true(one, "run")) what += " = " + value_words(member(one, "value"), {});
        table.add({std::to_string(number_of(one, "seq")),
                   {who, Tone::strong},
                   what,
                   {full_time_words(time_of(one, "until"), terminal.zone) +
                        (mine ? "" : " (not yours to answer)"),
                    mine ? Tone::warning : Tone::plain},
                   text_of(one, "purpose")});
    }
    if (table.empty()) {
        terminal.line("Nothing waits for a person.");
    } else {
        terminal.table(table);
    }
    return {};
}

Result<void> answer_wish(const Setting& setting, HubClient& hub, const WaitingOptions& options,
                         bool yes) {
    const auto seq = std::to_string(options.seq);
    const auto answer = hub.ask("POST", "/commands/" + seq + (yes ? "/confirm" : "/refuse"));
    if (!answer) return fail(answer.error());
    setting.terminal.line("Command " + seq + (yes ? " is confirmed." : " is refused."));
    return {};
}

void add_waiting_commands(const Setting& setting) {
    auto options = std::make_shared<WaitingOptions>();
    auto* wishes = setting.command(
        setting.app, "wishes", "Lists what waits for a person to confirm it, and answers it",
        "  foxtail wishes\n  foxtail wishes confirm 4711\n  foxtail wishes refuse 4711");
    wishes->add_flag("--json", options->json, "As JSON");
    auto to = setting.connection(*wishes);
    auto* confirm = setting.command(*wishes, "confirm", "Lets it happen, this once",
                                    "  foxtail wishes confirm 4711");
    auto* refuse = setting.command(*wishes, "refuse", "Says no", "  foxtail wishes refuse 4711");
    for (auto* one : {confirm, refuse}) {
        one->add_option("ID", options->seq, "The command's number")->required();
        one->fallthrough();
    }
    wishes->require_subcommand(0, 1);
    wishes->callback([setting, options, to, wishes] {
        const bool yes = wishes->got_subcommand("confirm");
        const bool listed = !yes && !wishes->got_subcommand("refuse");
        setting.with_hub(*to, [&](HubClient& hub) {
            return listed ? list_waiting(setting, hub, *options)
                          : answer_wish(setting, hub, *options, yes);
        });
    });
}

/// "-1.5" looks like an option and is a value. What else was not understood is misuse.
Result<void> take_negative(const CLI::App& command, WishOptions& options) {
    for (const auto& extra : command.remaining()) {
        const bool number = extra.size() > 1 && extra[0] == '-' &&
                            (extra[1] == '.' || (extra[1] >= '0' && extra[1] <= '9'));
        if (!number || options.value)
            return fail(Code::invalid_input, "'" + shown(extra) + "' was not expected; see --help");
        options.value = extra;
    }
    return {};
}

void add_wish_options(CLI::App& command, WishOptions& options) {
    command.add_flag("-w,--wait", options.wait,
                     "Wait until it ended, and tell how; exit status 1 unless it was confirmed");
    command.add_option("--time-to-live", options.time_to_live,
                       "Give up after this time, e.g. 30s (else as the property has it)");
    command.add_flag("--json", options.json, "The command as JSON");
}

}  // namespace

void add_wish_commands(const Setting& setting) {
    auto set_options = std::make_shared<WishOptions>();
    auto* set_command = setting.command(setting.app, "set", "Asks for a property to have a value",
                                        "  foxtail set hall-lamp/on true --wait\n"
                                        "  foxtail set hall-heating/target '70 °F'\n"
                                        "  foxtail set cellar/offset -1.5");
    set_command->add_option("ADDRESS", set_options->what, "thing/property")->required();
    set_command->add_option("VALUE", set_options->value,
                            "As the property's type has it; numbers may have a unit");
    set_command->allow_extras();
    add_wish_options(*set_command, *set_options);
    auto set_to = setting.connection(*set_command);
    set_command->callback([setting, set_options, set_to, set_command] {
        if (auto read = take_negative(*set_command, *set_options); !read)
            return setting.conclude(read);
        if (!set_options->value)
            return setting.conclude(fail(Code::invalid_input, "VALUE is missing; see --help"));
        setting.with_hub(*set_to, [&](HubClient& hub) { return set(setting, hub, *set_options); });
    });

    auto act_options = std::make_shared<WishOptions>();
    auto* act_command =
        setting.command(setting.app, "act", "Runs an action of a thing",
                        "  foxtail act doorbell ring\n  foxtail act vacuum clean kitchen --wait");
    act_command->add_option("THING", act_options->what, "The thing's id")->required();
    act_command->add_option("ACTION", act_options->action, "The action's name")->required();
    act_command->add_option("INPUT", act_options->value,
                            "What the action takes, when it takes something");
    add_wish_options(*act_command, *act_options);
    auto act_to = setting.connection(*act_command);
    act_command->allow_extras();
    act_command->callback([setting, act_options, act_to, act_command] {
        if (auto read = take_negative(*act_command, *act_options); !read)
            return setting.conclude(read);
        setting.with_hub(*act_to, [&](HubClient& hub) { return act(setting, hub, *act_options); });
    });
    add_waiting_commands(setting);
}

}  // namespace foxtail::cli
