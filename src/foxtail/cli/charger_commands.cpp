// chargers: which charging stations there are, letting one in that waits, and certificates for
// them.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"
#include "foxtail/runtime/http_message.hpp"
#include "foxtail/runtime/local_ca.hpp"
#include "foxtail/runtime/real_environment.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <fcntl.h>
#include <unistd.h>

namespace foxtail::cli {
namespace {

struct ChargerOptions {
    bool json = false;
    std::string id;
    bool without_key = false;
    std::string out = ".";
};

constexpr std::size_t charger_id_bytes_max = 48;

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

Result<std::string> read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail(Code::not_found,
                    path +
                        " cannot be read; the hub makes it when a station of its configuration "
                        "has 'certificate' and it starts");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Never over another file: that may be the key that a box still comes with.
Result<void> write_new(const std::string& path, const std::string& text, unsigned mode) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) return fail(Code::conflict, path + ": " + std::strerror(errno));
    const auto written = ::write(file, text.data(), text.size());
    const bool closed = ::close(file) == 0;
    if (!closed || written != static_cast<ssize_t>(text.size()))
        return fail(Code::unavailable, path + ": it could not be written whole");
    return {};
}

Result<void> certify_charger(const Terminal& terminal, const std::string& data,
                             const ChargerOptions& options) {
    if (options.id.size() > charger_id_bytes_max ||
        options.id.find_first_of(":/") != std::string::npos)
        return fail(Code::invalid_input, "a charger's name has 1 to 48 bytes, no ':' and no '/'");
    const auto folder = data_folder(data, terminal) + "/tls/";
    const auto certificate = read_whole(folder + "guests.pem");
    if (!certificate) return fail(certificate.error());
    const auto key = read_whole(folder + "guests.key");
    if (!key) return fail(key.error());
    const auto made = make_guest_certificate({*certificate, *key}, options.id, RealClock().now());
    if (!made) return fail(made.error());
    const auto stem = options.out + "/" + percent_encode(options.id);
    if (auto done = write_new(stem + ".key", made->key, 0600); !done) return done;
    if (auto done = write_new(stem + ".pem", made->certificate, 0644); !done) return done;
    terminal.line("Give " + shown(stem) + ".pem and " + shown(stem) +
                  ".key to the box, with the certificate of: foxtail ca");
    terminal.line("It is good until " +
                  format_rfc3339(certificate_ends(made->certificate).value_or(Time{})) +
                  ". To take no other of this box:");
    terminal.line("  certificate: '" + fingerprint(made->certificate).value_or("") + "'");
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
    auto* certificate = setting.command(*chargers, "certificate",
                                        "Makes a certificate with which a charger comes over TLS",
                                        "  foxtail chargers certificate GARAGE --out /media/usb");
    certificate->add_option("ID", options->id, "What the charger calls itself")->required();
    certificate->add_option("--out", options->out, "The folder for ID.pem and ID.key");
    const auto data = setting.data(*certificate);
    chargers->require_subcommand(0, 1);
    chargers->callback([setting, options, to, data, chargers] {
        if (chargers->got_subcommand("certificate"))
            return setting.conclude(certify_charger(setting.terminal, *data, *options));
        const auto work = chargers->got_subcommand("accept") ? accept_charger : list_chargers;
        setting.with_hub(*to, [&](HubClient& hub) { return work(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
