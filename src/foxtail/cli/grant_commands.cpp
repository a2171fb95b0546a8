// grants: who may what.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <fstream>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace {

struct GrantOptions {
    bool json = false;
    std::string name;
    std::vector<std::string> addresses;
    std::vector<std::string> verbs;
    std::string until;
    std::string purpose;
    std::string terms;
    std::uint64_t id = 0;
    std::vector<std::uint64_t> ids;
    bool all = false;
    std::string certificate;
    std::string key;
};

Result<void> list_grants(const Setting& setting, HubClient& hub, const GrantOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/grants");
    const auto answer = hub.get("/grants");
    if (!answer) return fail(answer.error());
    Table table(
        {{"ID", Table::Align::right}, {"WHO"}, {"ADDRESSES"}, {"VERBS"}, {"UNTIL"}, {"PURPOSE"}});
    const Time now = terminal.clock.now();
    for (const auto& grant : list_of(*answer, "grants")) {
        const auto until = time_of(grant, "until");
        const bool over = until.known() && until <= now;
        table.add({std::to_string(number_of(grant, "id")),
                   {text_of(grant, "subject"), Tone::strong},
                   texts_of(grant, "addresses"),
                   texts_of(grant, "verbs"),
                   is_true(grant, "suspended")
                       ? Cell{"to be confirmed", Tone::warning}
                       : Cell{until.known()
                                  ? full_time_words(until, terminal.zone) + (over ? " (over)" : "")
                                  : "no end",
                              over ? Tone::warning : Tone::plain},
                   text_of(grant, "purpose")});
    }
    if (table.empty()) {
        terminal.line("Nobody was given anything.");
    } else {
        terminal.table(table);
    }
    setting.list_erasures(*answer);
    return {};
}

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& texts) {
    out += ",\"" + std::string(key) + "\":[";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, texts[i]);
    }
    out += ']';
}

/// What the token is bound to: a file with a public JWK, or a thumbprint as it is.
Result<std::string> key_json(const std::string& told) {
    std::string out;
    std::ifstream file(told, std::ios::binary);
    if (!file) {
        append_json_string(out, told);
        return out;
    }
    std::string text(4096, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    if (const auto jwk = parse_json(text); !jwk || !jwk->is_object())
        return fail(Code::invalid_input, "--key: '" + told + "' has no public JWK");
    return text;
}

Result<void> give(const Setting& setting, HubClient& hub, const GrantOptions& options) {
    const Terminal& terminal = setting.terminal;
    std::string body = "{\"subject_name\":";
    append_json_string(body, options.name);
    append_list(body, "addresses", options.addresses);
    append_list(body, "verbs", options.verbs);
    if (!options.purpose.empty()) {
        body += ",\"purpose\":";
        append_json_string(body, options.purpose);
    }
    if (!options.until.empty()) {
        const auto until = parse_moment_ahead(options.until, terminal.clock.now());
        if (!until) return fail(until.error());
        if (*until <= terminal.clock.now())
            return fail(Code::invalid_input, "--until is over already");
        body += ",\"until\":\"" + format_rfc3339(*until) + "\"";
    }
    if (!options.terms.empty()) {
        if (const auto terms = parse_json(options.terms); !terms)
            return fail(Code::invalid_input, "--terms: " + terms.error().message);
        body += ",\"terms\":" + options.terms;
    }
    if (!options.key.empty()) {
        const auto key = key_json(options.key);
        if (!key) return fail(key.error());
        body += ",\"key\":" + *key;
    }
    const auto answer = hub.ask("POST", "/grants", body + "}");
    if (!answer) return fail(answer.error());
    if (options.json) {
        terminal.line(answer->body);
        return {};
    }
    const auto given = parse_json(answer->body);
    if (!given)
        return fail(Code::corrupt,
                    "the hub gave, but did not say what; look with 'foxtail grants'");
    const auto id = std::to_string(number_of(*given, "id"));
    if (text_of(*given, "token").empty()) {
        terminal.line("Grant " + id + " is given.");
        return {};
    }
    // The token alone on standard output, so that it can be piped into a file.
    terminal.err << "Grant " << id << " is given. This is its token; it is shown this once:\n";
    if (const auto key = text_of(*given, "key"); !key.empty())
        terminal.err << "It is bound to the key " << shown(key) << ".\n";
    terminal.line(shown(text_of(*given, "token")));
    terminal.out.flush();
    terminal.err << "'foxtail grants end " << id << "' takes it back.\n";
    return {};
}

/// Writes what the hub signed; `path` "-" is the terminal.
Result<void> keep_certificate(const Terminal& terminal, const std::string& path,
                              const std::string& note) {
    if (note.empty())
        return fail(Code::unavailable, "it is taken back, but the hub certified nothing");
    if (path == "-") {
        terminal.out << note << std::flush;
        return {};
    }
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << note << std::flush;
    if (!out)
        return fail(Code::unavailable, "it is taken back, but '" + path + "' cannot be written");
    return {};
}

Result<void> end(const Setting& setting, HubClient& hub, const GrantOptions& options) {
    const auto answer = hub.ask("DELETE", "/grants/" + std::to_string(options.id));
    if (!answer) return fail(answer.error());
    const Terminal& terminal = setting.terminal;
    if (!options.certificate.empty()) {
        const auto said = parse_json(answer->body);
        auto kept = keep_certificate(terminal, options.certificate,
                                     said ? text_of(*said, "certificate") : std::string());
        if (!kept || options.certificate == "-") return kept;
    }
    if (options.json) {
        terminal.line(answer->body);
        return {};
    }
    std::string line = "Grant " + std::to_string(options.id) + " is taken back";
    if (const auto done = parse_json(answer->body)) {
        line += " as of record " + std::to_string(number_of(*done, "effective_seq"));
        if (const auto closed = number_of(*done, "streams_closed"); closed != 0)
            line += "; streams closed: " + std::to_string(closed);
        if (const auto ended = number_of(*done, "commands_cancelled"); ended != 0)
            line += "; commands cancelled: " + std::to_string(ended);
        if (const auto by = time_of(*done, "erase_by"); by.known())
            line += "; what came of it is to be erased by " + full_time_words(by, terminal.zone);
    }
    terminal.line(line + ".");
    return {};
}

/// What was agreed, signed by the house; or the same unsigned, for programs.
Result<void> receipt(const Setting& setting, HubClient& hub, const GrantOptions& options) {
    const auto path = "/grants/" + std::to_string(options.id) + "/receipt";
    if (options.json) return setting.print_answer(hub, path);
    const auto note = hub.ask("GET", path + "?signed=true");
    if (!note) return fail(note.error());
    setting.terminal.out << note->body << std::flush;
    return {};
}

Result<void> narrow(const Setting& setting, HubClient& hub, const GrantOptions& options) {
    const Terminal& terminal = setting.terminal;
    std::string body;
    if (!options.addresses.empty()) append_list(body, "addresses", options.addresses);
    if (!options.verbs.empty()) append_list(body, "verbs", options.verbs);
    if (!options.until.empty()) {
        const auto until = parse_moment_ahead(options.until, terminal.clock.now());
        if (!until) return fail(until.error());
        body += ",\"until\":\"" + format_rfc3339(*until) + "\"";
    }
    if (!options.terms.empty()) {
        if (const auto terms = parse_json(options.terms); !terms)
            return fail(Code::invalid_input, "--terms: " + terms.error().message);
        body += ",\"terms\":" + options.terms;
    }
    if (body.empty())
        return fail(Code::invalid_input,
                    "say what becomes less: --address, --verb, --until, --terms");
    const auto answer =
        hub.ask("PUT", "/grants/" + std::to_string(options.id), "{" + body.substr(1) + "}");
    if (!answer) return fail(answer.error());
    if (options.json) {
        terminal.line(answer->body);
        return {};
    }
    const auto done = parse_json(answer->body);
    terminal.line("Grant " + (done ? std::to_string(number_of(*done, "id")) : std::string("?")) +
                  " holds in place of " + std::to_string(options.id) + ", with the same token.");
    return {};
}

/// After a restore: what was given holds again, once somebody looked.
Result<void> confirm(const Setting& setting, HubClient& hub, const GrantOptions& options) {
    std::vector<std::uint64_t> ids = options.ids;
    if (options.all) {
        const auto answer = hub.get("/grants");
        if (!answer) return fail(answer.error());
        for (const auto& grant : list_of(*answer, "grants")) {
            if (is_true(grant, "suspended")) ids.push_back(number_of(grant, "id"));
        }
    } else if (ids.empty()) {
        return fail(Code::invalid_input, "name the grants, or say --all");
    }
    for (const auto id : ids) {
        const auto answer = hub.ask("POST", "/grants/" + std::to_string(id) + "/confirm");
        if (!answer) return fail(answer.error());
        setting.terminal.line("Grant " + std::to_string(id) + " holds again.");
    }
    if (ids.empty()) setting.terminal.line("Nothing waits to be confirmed.");
    return {};
}

using GrantWork = Result<void> (*)(const Setting&, HubClient&, const GrantOptions&);

void add_give(const Setting& setting, CLI::App& grants, GrantOptions& options) {
    auto* give = setting.command(
        grants, "give", "Gives a token to somebody and prints it, once",
        "  foxtail grants give dashboard --address '*/temperature' --verb read --verb history\n"
        "  foxtail grants give sitter --address 'hall-lamp/*' --verb set --until 48h > "
        "sitter.token");
    give->add_option("NAME", options.name,
                     "Whom it is for: a name (letters, digits, '_', '-', '.'), or kind:name of a "
                     "participant, an agent, a guest or somebody of the household")
        ->required();
    give->add_option("--address", options.addresses,
                     "An address or pattern: hall-lamp/on, hall-lamp/*, *; may be repeated")
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    give->add_option("--verb", options.verbs, "read, history, set, run, ...; may be repeated")
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    give->add_option("--until", options.until, "When it ends: 48h from now, or a time (RFC 3339)");
    give->add_option("--purpose", options.purpose, "What it is for, for those who look later");
    give->add_option("--terms", options.terms,
                     "How far it goes, as JSON (docs/api.md): "
                     "{\"obligations\":{\"granularity\":\"15m\",\"aggregate\":\"sum\"}}");
    give->add_option("--key", options.key,
                     "Binds the token to a key of its holder (DPoP): a file with the public JWK, "
                     "or its thumbprint");
    give->fallthrough();
}

void add_narrow(const Setting& setting, CLI::App& grants, GrantOptions& options) {
    auto* narrow =
        setting.command(grants, "narrow", "Puts a narrower grant in the place of one you gave",
                        "  foxtail grants narrow 4711 --address hall-lamp/on --until 24h");
    narrow->add_option("ID", options.id, "The grant's number")->required();
    narrow->add_option("--address", options.addresses, "Only these; may be repeated")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    narrow->add_option("--verb", options.verbs, "Only these; may be repeated")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    narrow->add_option("--until", options.until, "An earlier end: 24h from now, or a time");
    narrow->add_option("--terms", options.terms, "Stricter terms, as JSON; all of them");
    narrow->fallthrough();
}

}  // namespace

void Setting::list_erasures(const boost::json::value& answer) const {
    Table table({{"ENDED GRANT", Table::Align::right}, {"WHO"}, {"WHAT"}, {"ERASE BY"}, {"STATE"}});
    for (const auto& one : list_of(answer, "erasures")) {
        const auto state = text_of(one, "state");
        const auto said = full_time_words(time_of(one, "done"), terminal.zone);
        table.add({std::to_string(number_of(one, "grant")),
                   {text_of(one, "subject"), Tone::strong},
                   texts_of(one, "addresses"),
                   full_time_words(time_of(one, "erase_by"), terminal.zone),
                   state == "done"      ? Cell{"erased, they said " + said, Tone::good}
                   : state == "overdue" ? Cell{"not acknowledged", Tone::bad}
                                        : Cell{"asked", Tone::plain}});
    }
    if (table.empty()) return;
    terminal.line("");
    terminal.table(table);
}

void add_grant_commands(const Setting& setting) {
    auto options = std::make_shared<GrantOptions>();
    auto* grants = setting.command(
        setting.app, "grants", "Lists, gives and takes back access",
        "  foxtail grants\n  foxtail grants give dashboard --address '*/temperature' --verb read\n"
        "  foxtail grants end 4711");
    grants->add_flag("--json", options->json, "As JSON");
    auto to = setting.connection(*grants);
    add_give(setting, *grants, *options);
    auto* end_command =
        setting.command(*grants, "end", "Takes a grant back, at once", "  foxtail grants end 4711");
    end_command->add_option("ID", options->id, "The grant's number")->required();
    end_command->add_option("--certificate", options->certificate,
                            "Writes the signed certificate to this file ('-' = the terminal); "
                            "'foxtail-verify certificate' checks it");
    end_command->alias("revoke");
    end_command->fallthrough();
    auto* confirm_command = setting.command(
        *grants, "confirm", "Lets grants hold again that wait since a backup was restored",
        "  foxtail grants confirm 4711 4712\n  foxtail grants confirm --all");
    confirm_command->add_option("ID", options->ids, "The grants' numbers");
    confirm_command->add_flag("--all", options->all, "All that wait; look at them first");
    confirm_command->fallthrough();
    add_narrow(setting, *grants, *options);
    auto* receipt_command = setting.command(
        *grants, "receipt", "Prints what was agreed and what became of it, signed by the house",
        "  foxtail grants receipt 4711 > receipt.txt && foxtail-verify receipt receipt.txt");
    receipt_command->add_option("ID", options->id, "The grant's number, also of one that is over")
        ->required();
    receipt_command->fallthrough();
    grants->require_subcommand(0, 1);
    grants->callback([setting, options, to, grants] {
        const GrantWork work = grants->got_subcommand("give")      ? give
                               : grants->got_subcommand("end")     ? end
                               : grants->got_subcommand("narrow")  ? narrow
                               : grants->got_subcommand("confirm") ? confirm
                               : grants->got_subcommand("receipt") ? receipt
                                                                   : list_grants;
        setting.with_hub(*to, [&](HubClient& hub) { return work(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
