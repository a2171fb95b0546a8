// people: who lives here, who may come, who moves out.
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

struct PeopleOptions {
    bool json = false;
    std::string name;
    std::string kind = "resident";
    std::string person;
    std::string until;
    std::uint64_t id = 0;
};

bool is_person(std::string_view kind) {
    return kind == "owner" || kind == "resident" || kind == "guest";
}

Result<void> list_people(const Setting& setting, HubClient& hub, const PeopleOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/subjects");
    const auto subjects = hub.get("/subjects");
    if (!subjects) return fail(subjects.error());
    const auto invitations = hub.get("/subjects/invitations");
    if (!invitations) return fail(invitations.error());
    Table table({{"WHO"}, {"AS"}, {"UNTIL"}, {"INVITATION", Table::Align::right}});
    const auto when = [&](Time time) {
        return time.known() ? full_time_words(time, terminal.zone) : std::string();
    };
    for (const auto& subject : list_of(*subjects, "subjects")) {
        const auto kind = text_of(subject, "kind");
        if (!is_person(kind) || is_true(subject, "left")) continue;
        table.add({{text_of(subject, "name"), Tone::strong},
                   kind,
                   when(time_of(subject, "until")),
                   std::string()});
    }
    for (const auto& one : list_of(*invitations, "invitations")) {
        table.add({{text_of(one, "subject"), Tone::faint},
                   "invited until " + when(time_of(one, "expires")),
                   when(time_of(one, "until")),
                   std::to_string(number_of(one, "id"))});
    }
    if (table.empty()) {
        terminal.line("Nobody lives here yet; the link that 'foxtail run' prints makes the owner.");
    } else {
        terminal.table(table);
    }
    return {};
}

Result<void> invite(const Setting& setting, HubClient& hub, const PeopleOptions& options) {
    const Terminal& terminal = setting.terminal;
    std::string body = "{\"kind\":";
    append_json_string(body, options.kind);
    body += ",\"name\":";
    append_json_string(body, options.name);
    if (!options.person.empty()) {
        body += ",\"person\":";
        append_json_string(body, options.person);
    }
    if (!options.until.empty()) {
        const auto until = parse_moment_ahead(options.until, terminal.clock.now());
        if (!until) return fail(until.error());
        body += ",\"until\":\"" + format_rfc3339(*until) + "\"";
    }
    const auto answer = hub.ask("POST", "/subjects/invitations", body + "}");
    if (!answer) return fail(answer.error());
    if (options.json) {
        terminal.line(answer->body);
        return {};
    }
    const auto made = parse_json(answer->body);
    if (!made)
        return fail(Code::corrupt,
                    "the hub invited, but did not say how; look with 'foxtail people'");
    // The link alone on standard output, so that it can be piped.
    terminal.err << "This link lets " << shown(options.name)
                 << " sign up, once; it is shown this once, and good until "
                 << full_time_words(time_of(*made, "expires"), terminal.zone) << ":\n";
    terminal.line(shown(text_of(*made, "link")));
    return {};
}

Result<void> withdraw(const Setting& setting, HubClient& hub, const PeopleOptions& options) {
    const auto id = std::to_string(options.id);
    const auto answer = hub.ask("DELETE", "/subjects/invitations/" + id);
    if (!answer) return fail(answer.error());
    setting.terminal.line("Invitation " + id + " is withdrawn.");
    return {};
}

Result<void> remove(const Setting& setting, HubClient& hub, const PeopleOptions& options) {
    std::string name = options.name;
    if (name.find(':') == std::string::npos) {
        const auto subjects = hub.get("/subjects");
        if (!subjects) return fail(subjects.error());
        for (const auto& subject : list_of(*subjects, "subjects")) {
            const auto full = text_of(subject, "name");
            if (full == "resident:" + name || full == "guest:" + name) {
                name = full;
                break;
            }
        }
    }
    const auto answer = hub.ask("DELETE", "/subjects/people/" + percent_encode(name));
    if (!answer) return fail(answer.error());
    setting.terminal.line(shown(name) +
                          " has moved out: sessions and grants have ended. What is theirs stays "
                          "closed until somebody says whose it is now.");
    return {};
}

using PeopleWork = Result<void> (*)(const Setting&, HubClient&, const PeopleOptions&);

void add_invite(const Setting& setting, CLI::App& people, PeopleOptions& options) {
    auto* command = setting.command(people, "invite", "Prints a link by which somebody signs up",
                                    "  foxtail people invite ben --person ben\n"
                                    "  foxtail people invite oma --kind guest --until 72h");
    command->add_option("NAME", options.name, "What they sign in as")->required();
    command->add_option("--kind", options.kind, "resident or guest")
        ->check(CLI::IsMember({"resident", "guest"}));
    command->add_option("--person", options.person, "The thing of kind person that they are");
    command->add_option("--until", options.until,
                        "When a guest's stay ends: 72h from now, or a time (RFC 3339)");
    command->fallthrough();
}

}  // namespace

void add_people_commands(const Setting& setting) {
    auto options = std::make_shared<PeopleOptions>();
    auto* people = setting.command(setting.app, "people",
                                   "Lists who lives here; invites somebody, lets somebody go",
                                   "  foxtail people\n  foxtail people invite ben\n"
                                   "  foxtail people remove ben");
    people->add_flag("--json", options->json, "As JSON");
    auto to = setting.connection(*people);
    add_invite(setting, *people, *options);
    auto* withdraw_command = setting.command(*people, "withdraw", "Withdraws an invitation",
                                             "  foxtail people withdraw 4711");
    withdraw_command->add_option("ID", options->id, "The invitation's number")->required();
    withdraw_command->fallthrough();
    auto* remove_command =
        setting.command(*people, "remove", "Lets a resident or guest move out, at once",
                        "  foxtail people remove ben\n  foxtail people remove guest:oma");
    remove_command->add_option("NAME", options->name, "Who: a name, or resident:NAME, guest:NAME")
        ->required();
    remove_command->fallthrough();
    people->require_subcommand(0, 1);
    people->callback([setting, options, to, people] {
        const PeopleWork work = people->got_subcommand("invite")     ? invite
                                : people->got_subcommand("withdraw") ? withdraw
                                : people->got_subcommand("remove")   ? remove
                                                                     : list_people;
        setting.with_hub(*to, [&](HubClient& hub) { return work(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
