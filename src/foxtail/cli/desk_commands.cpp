// desk: what is one's own, who sees it, who looked; closing it, and taking it along.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace {

struct DeskOptions {
    bool json = false;
    std::string as;
    std::string passphrase_file;
    std::string until;
    std::string file;
    std::string format;
    std::vector<std::string> addresses;  // to forget
    bool yes = false;
};

Result<void> list_desk(const Setting& setting, HubClient& hub, const DeskOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/desk");
    const auto desk = hub.get("/desk");
    if (!desk) return fail(desk.error());
    if (const auto& closed = member(*desk, "closed"); closed.is_object()) {
        const auto until = time_of(closed, "until");
        terminal.line("Closed: nobody else may look or control" +
                          (until.known() ? ", until " + full_time_words(until, terminal.zone)
                                         : std::string(". 'foxtail desk open' ends that")) +
                          ".",
                      Tone::warning);
    }
    for (const auto& grant : list_of(*desk, "grants")) {
        terminal.line(terminal.toned(std::to_string(number_of(grant, "id")) + "  ", Tone::faint) +
                      shown(text_of(grant, "sentence")));
    }
    if (list_of(*desk, "grants").empty()) terminal.line("Nothing of yours is given to anybody.");
    setting.list_erasures(*desk);
    Table table({{"WHO CAN SEE IT NOW"}, {"WHAT"}, {"HOW PRECISELY"}, {"BECAUSE"}});
    for (const auto& onlooker : list_of(*desk, "onlookers")) {
        for (const auto& one : list_of(onlooker, "sees")) {
            table.add({{text_of(onlooker, "subject"), Tone::strong},
                       text_of(one, "address"),
                       text_of(one, "precision"),
                       text_of(one, "because")});
        }
    }
    if (!table.empty()) terminal.table(table);
    return {};
}

/// The first of them by name and how many more there are: a grant on everything reaches hundreds.
std::string first_addresses(const boost::json::value& look) {
    constexpr std::size_t named = 5;
    const auto& all = list_of(look, "addresses");
    std::string out;
    for (std::size_t i = 0; i < std::min(all.size(), named); ++i) {
        if (!all[i].is_string()) continue;
        if (!out.empty()) out += ", ";
        out += std::string_view(all[i].get_string());
    }
    if (all.size() > named) out += " +" + std::to_string(all.size() - named);
    return out;
}

Result<void> list_looks(const Setting& setting, HubClient& hub, const DeskOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.json) return setting.print_answer(hub, "/desk");
    const auto desk = hub.get("/desk");
    if (!desk) return fail(desk.error());
    Table table({{"WHEN"},
                 {"WHO"},
                 {"HOW"},
                 {"TIMES", Table::Align::right},
                 {"WHAT"},
                 {"WHAT FOR"},
                 {"GRANT"}});
    for (const auto& look : list_of(*desk, "looks")) {
        table.add({full_time_words(time_of(look, "until"), terminal.zone),
                   {text_of(look, "subject"), Tone::strong},
                   text_of(look, "how"),
                   std::to_string(number_of(look, "count")),
                   first_addresses(look),
                   text_of(look, "purpose"),
                   std::to_string(number_of(look, "grant"))});
    }
    if (table.empty()) {
        terminal.line("Nobody has looked.");
    } else {
        terminal.table(table);
    }
    return {};
}

Result<void> turn(const Setting& setting, HubClient& hub, const DeskOptions& options,
                  std::string body, const std::string& words) {
    const auto answer = hub.ask("PUT", "/desk/privacy", std::move(body));
    if (!answer) return fail(answer.error());
    const Terminal& terminal = setting.terminal;
    if (options.json) {
        terminal.line(answer->body);
        return {};
    }
    const auto done = parse_json(answer->body);
    std::string line = words;
    if (done && number_of(*done, "effective_seq") != 0)
        line += ", as of record " + std::to_string(number_of(*done, "effective_seq"));
    if (done && number_of(*done, "streams_closed") != 0)
        line += "; streams closed: " + std::to_string(number_of(*done, "streams_closed"));
    terminal.line(line + ".");
    return {};
}

Result<void> close_desk(const Setting& setting, HubClient& hub, const DeskOptions& options) {
    std::string body = R"({"closed":true)";
    if (!options.until.empty()) {
        const auto until = parse_moment_ahead(options.until, setting.terminal.clock.now());
        if (!until) return fail(until.error());
        body += ",\"until\":\"" + format_rfc3339(*until) + "\"";
    }
    return turn(setting, hub, options, body + "}", "Nobody else may look or control");
}

Result<void> open_desk(const Setting& setting, HubClient& hub, const DeskOptions& options) {
    return turn(setting, hub, options, R"({"closed":false})", "Open again, as far as was given");
}

Result<void> forget(const Setting& setting, HubClient& hub, const DeskOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (!options.yes) {
        return fail(Code::invalid_input,
                    "what is forgotten cannot be brought back: say --yes if that is meant");
    }
    std::string body = R"({"addresses":[)";
    for (const auto& address : options.addresses) {
        if (body.back() != '[') body += ',';
        append_json_string(body, address);
    }
    const auto answer = hub.ask("POST", "/desk/forget", body + "]}");
    if (!answer) return fail(answer.error());
    if (options.json) {
        terminal.line(answer->body);
        return {};
    }
    const auto done = parse_json(answer->body);
    if (!done) return fail(done.error());
    terminal.line("Forgotten: the past of " + std::to_string(number_of(*done, "properties")) +
                  " properties. It is told to nobody any more, and goes from the disk now.");
    if (!list_of(*done, "shared").empty())
        terminal.line("Left as it is, because it is others' as well: " + texts_of(*done, "shared"));
    return {};
}

/// The address behind rel="next"; empty when there is none.
std::string next_of(const HttpResponse& response) {
    for (const auto& header : response.headers) {
        if (!same_ignoring_case(header.name, "Link")) continue;
        const auto end = header.value.find(">; rel=\"next\"");
        if (header.value.starts_with('<') && end != std::string::npos)
            return header.value.substr(1, end - 1);
    }
    return {};
}

Result<void> take_along(const Setting& setting, HubClient& hub, const DeskOptions& options) {
    const bool csv = options.format == "csv" ||
                     (options.format.empty() && lowered(options.file).ends_with(".csv"));
    errno = 0;
    std::ofstream file(options.file, std::ios::binary | std::ios::trunc);
    const auto unwritable = [&] {
        return fail(Code::unavailable, options.file + ": " + std::strerror(errno));
    };
    if (!file) return unwritable();
    std::string target = std::string("/export?about=me&format=") + (csv ? "csv" : "jsonl");
    std::size_t bytes = 0;
    while (!target.empty()) {
        const auto portion = hub.ask("GET", target);
        if (!portion) return fail(portion.error());
        bytes += portion->body.size();
        file << portion->body;
        if (!file) return unwritable();
        target = next_of(*portion);
    }
    file.close();
    if (!file) return unwritable();
    setting.terminal.line(options.file + ": " + bytes_words(bytes));
    return {};
}

// ---- as a person ----

Result<std::string> passphrase_of(const Setting& setting, const DeskOptions& options) {
    const char* told = setting.terminal.environment("FOXTAIL_PASSPHRASE");
    if (options.passphrase_file.empty() && told != nullptr) return std::string(told);
    if (options.passphrase_file.empty()) {
        return fail(Code::invalid_input,
                    "--as needs the passphrase: in FOXTAIL_PASSPHRASE, or --passphrase-file FILE");
    }
    std::ifstream file(options.passphrase_file, std::ios::binary);
    std::string line;
    if (!file || !std::getline(file, line))
        return fail(Code::not_found, options.passphrase_file + " cannot be read");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

/// Signs in, does the work with that session, signs out.
Result<void> as_person(const Setting& setting, const ConnectionOptions& to,
                       const DeskOptions& options,
                       const std::function<Result<void>(HubClient&)>& work) {
    auto connection = find_hub(to, setting.terminal);
    if (!connection) return fail(connection.error());
    const auto passphrase = passphrase_of(setting, options);
    if (!passphrase) return fail(passphrase.error());
    connection->endpoint.token.clear();
    connection->token_from.clear();
    connection->endpoint.headers = {{"X-Foxtail", "1"}};
    std::string body = "{\"name\":";
    append_json_string(body, options.as);
    body += ",\"passphrase\":";
    append_json_string(body, *passphrase);
    std::string cookie;
    {
        HttpClient door(connection->endpoint);
        const auto signed_in = door.post("/auth/signin", body + "}");
        if (!signed_in) return fail(HubClient(*connection).unreachable(signed_in.error()));
        if (signed_in->status != 204)
            return fail(Code::denied, "name or passphrase is not right, or too many tries");
        for (const auto& header : signed_in->headers) {
            if (same_ignoring_case(header.name, "Set-Cookie"))
                cookie = header.value.substr(0, header.value.find(';'));
        }
    }
    connection->endpoint.headers.push_back({"Cookie", cookie});
    HubClient hub(*connection);
    const auto done = work(hub);
    (void)hub.ask("POST", "/auth/signout");
    return done;
}

using DeskWork = Result<void> (*)(const Setting&, HubClient&, const DeskOptions&);

DeskWork work_of(const CLI::App& desk) {
    if (desk.got_subcommand("looks")) return list_looks;
    if (desk.got_subcommand("close")) return close_desk;
    if (desk.got_subcommand("open")) return open_desk;
    if (desk.got_subcommand("export")) return take_along;
    if (desk.got_subcommand("forget")) return forget;
    return list_desk;
}

}  // namespace

void add_desk_commands(const Setting& setting) {
    auto options = std::make_shared<DeskOptions>();
    auto* desk = setting.command(
        setting.app, "desk", "What is yours: who may see it, who looked; closes it, takes it along",
        "  foxtail desk --as anna\n  foxtail desk looks\n  foxtail desk close --until 8h\n"
        "  foxtail desk export mine.csv --as anna");
    desk->add_flag("--json", options->json, "As JSON");
    desk->add_option("--as", options->as,
                     "Ask as this person, who signs in with the passphrase in FOXTAIL_PASSPHRASE");
    desk->add_option("--passphrase-file", options->passphrase_file,
                     "File whose first line is the passphrase");
    auto to = setting.connection(*desk);
    setting.command(*desk, "looks", "Who looked at it, and when", "  foxtail desk looks --as anna")
        ->fallthrough();
    auto* close = setting.command(*desk, "close", "Nobody else may look or control, from now on",
                                  "  foxtail desk close --until 8h --as anna");
    close->add_option("--until", options->until, "When it opens by itself: 8h, or a time");
    close->fallthrough();
    setting.command(*desk, "open", "Takes that back", "  foxtail desk open --as anna")
        ->fallthrough();
    auto* along = setting.command(*desk, "export", "Everything that is yours or about you",
                                  "  foxtail desk export mine.jsonl --as anna\n"
                                  "  foxtail desk export mine.csv --as anna");
    along->add_option("FILE", options->file, "Where to; an existing file is replaced")->required();
    along->add_option("--format", options->format, "jsonl or csv; else by the file's name")
        ->check(CLI::IsMember({"jsonl", "csv"}));
    along->fallthrough();
    auto* gone = setting.command(*desk, "forget",
                                 "Has the past of what is yours or about you forgotten, for good",
                                 "  foxtail desk forget 'phone/*' --as anna --yes");
    gone->add_option("ADDRESS", options->addresses, "Addresses, or patterns with *")->required();
    gone->add_flag("--yes", options->yes, "It cannot be brought back");
    gone->fallthrough();
    desk->require_subcommand(0, 1);
    desk->callback([setting, options, to, desk] {
        const DeskWork work = work_of(*desk);
        const auto ask = [&](HubClient& hub) { return work(setting, hub, *options); };
        if (options->as.empty()) return setting.with_hub(*to, ask);
        setting.conclude(as_person(setting, *to, *options, ask));
    });
}

}  // namespace foxtail::cli
