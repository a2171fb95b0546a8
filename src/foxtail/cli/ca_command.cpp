// ca: the household's certificate authority, for those who are to trust it.
#include "foxtail/cli/command.hpp"
#include "foxtail/runtime/local_ca.hpp"

#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>

namespace foxtail::cli {
namespace {

constexpr const char* how_to_trust =
    "Give this certificate to whatever shall reach your house over TLS. Compare the fingerprint on "
    "the device.\n"
    "  Debian       cp FILE /usr/local/share/ca-certificates/foxtail.crt && "
    "update-ca-certificates\n"
    "  Firefox      Settings, Privacy & Security, View Certificates, Authorities, Import\n"
    "  Chromium     Settings, Privacy and security, Security, Manage certificates, Import\n"
    "  Android      Settings, Security, Encryption & credentials, Install a certificate, CA\n"
    "  iPhone, Mac  open the file, install the profile, then switch it on under Certificate Trust "
    "Settings\n"
    "  MQTT         mosquitto_pub --cafile FILE, or the device's field for a CA certificate\n"
    "Whoever has tls/authority.key of the household's folder can pretend to be any server to "
    "them.\n";

struct CaOptions {
    std::shared_ptr<std::string> data;
    std::string out;
};

Result<void> show_ca(const Terminal& terminal, const CaOptions& options) {
    const auto path = data_folder(*options.data, terminal) + "/tls/authority.pem";
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return fail(Code::not_found,
                    "there is no authority at " + path +
                        "; the hub makes one when its configuration has 'tls' and it starts");
    }
    std::ostringstream text;
    text << in.rdbuf();
    const auto print = fingerprint(text.str());
    if (!print) return fail(Code::corrupt, path + ": " + print.error().message);
    if (options.out.empty()) {
        terminal.out << text.str() << std::flush;
    } else {
        std::ofstream out(options.out, std::ios::binary | std::ios::trunc);
        out << text.str() << std::flush;
        if (!out) return fail(Code::unavailable, "'" + options.out + "' cannot be written");
    }
    // Beside the certificate, so that it can be piped into a file.
    terminal.err << "SHA-256 " << *print << "\n" << how_to_trust;
    return {};
}

}  // namespace

void add_ca_command(const Setting& setting) {
    auto options = std::make_shared<CaOptions>();
    auto* ca = setting.command(setting.app, "ca",
                               "Prints the household's CA certificate and how to trust it",
                               "  foxtail ca --out foxtail-ca.pem\n  foxtail ca > foxtail-ca.pem");
    options->data = setting.data(*ca);
    ca->add_option("--out", options->out, "Writes the certificate to this file");
    ca->callback([setting, options] { setting.conclude(show_ca(setting.terminal, *options)); });
}

}  // namespace foxtail::cli
