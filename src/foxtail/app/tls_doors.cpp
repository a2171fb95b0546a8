#include "foxtail/app/tls_doors.hpp"

#include "foxtail/app/files.hpp"
#include "foxtail/base/log.hpp"

#include <algorithm>
#include <filesystem>

namespace foxtail {
namespace {

std::string tls_file(const std::string& data, const char* name) {
    return data + "/tls/" + name;
}

bool there_is(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

/// Everything the house may be called, once.
std::vector<std::string> all_names(const Configuration& configuration) {
    std::vector<std::string> out = configuration.tls.names;
    const auto add = [&out](const std::vector<std::string>& more) {
        for (const auto& name : more) {
            if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
        }
    };
    add(configuration.api_hosts);
    add(names_of_this_machine());
    return out;
}

}  // namespace

std::string authority_file(const std::string& data) {
    return tls_file(data, "authority.pem");
}

Result<std::string> certify_charger(const std::string& data, const std::string& request,
                                    const std::string& id, Time now) {
    const auto certificate = read_file(tls_file(data, "guests.pem"));
    if (!certificate) return fail(certificate.error());
    const auto key = read_file(tls_file(data, "guests.key"));
    if (!key) return fail(key.error());
    return sign_guest_request({*certificate, *key}, request, id, now);
}

TlsDoors::TlsDoors(boost::asio::io_context& context, std::string data, std::string config_file)
    : context_(context), data_(std::move(data)), config_file_(std::move(config_file)) {}

Result<CertifiedKey> TlsDoors::own_authority(Certifies what, const std::string& household,
                                             Time now) {
    const bool servers = what == Certifies::servers;
    const auto certificate_path = servers ? authority_file(data_) : tls_file(data_, "guests.pem");
    const auto key_path = tls_file(data_, servers ? "authority.key" : "guests.key");
    if (there_is(certificate_path)) {
        auto certificate = read_file(certificate_path);
        if (!certificate) return fail(certificate.error());
        auto key = read_file(key_path);
        // Devices trust this one: a new one must be somebody's decision.
        if (!key)
            return fail(key.error().code,
                        key.error().message + "; restore it, or remove " + certificate_path +
                            ", too, to have a new authority that everybody must trust anew");
        return CertifiedKey{std::move(*certificate), std::move(*key)};
    }
    auto fresh = make_authority(household, now, what);
    if (!fresh) return fresh;
    std::error_code error;
    std::filesystem::create_directories(data_ + "/tls", error);
    if (error) return fail(Code::unavailable, data_ + "/tls: " + error.message());
    // The key first: a certificate without one would be trusted for nothing.
    if (auto kept = replace_file(key_path, fresh->key); !kept) return fail(kept.error());
    if (auto kept = replace_file(certificate_path, fresh->certificate); !kept)
        return fail(kept.error());
    log(LogLevel::info, "certificate authority made", {{"trust", certificate_path}});
    return fresh;
}

Result<CertifiedKey> TlsDoors::own_certificate(const Configuration& configuration, Time now) {
    const auto authority = own_authority(Certifies::servers, configuration.household, now);
    if (!authority) return authority;
    const auto path = tls_file(data_, "server.pem");
    const auto names = all_names(configuration);
    if (const auto kept = read_file(path)) {
        const CertifiedKey server{*kept, *kept};
        if (still_good(server, *authority, names, now)) return server;
    }
    auto fresh = make_server_certificate(*authority, names, now);
    if (!fresh) return fresh;
    if (auto kept = replace_file(path, fresh->certificate + fresh->key); !kept)
        return fail(kept.error());
    log(LogLevel::info, "certificate made",
        {{"until", format_rfc3339(certificate_ends(fresh->certificate).value_or(Time{}))}});
    return fresh;
}

Result<void> TlsDoors::certify(const Configuration& configuration, Time now) {
    const auto shown = server_certificate(configuration, now);
    if (!shown) return fail(shown.error());
    std::string guests;
    const auto& stations = configuration.ocpp.stations;
    if (std::any_of(stations.begin(), stations.end(),
                    [](const auto& one) { return !one.certificate.empty(); })) {
        auto authority = own_authority(Certifies::guests, configuration.household, now);
        if (!authority) return fail(authority.error());
        guests = std::move(authority->certificate);
    }
    if (auto done = identity_.show(*shown); !done) return done;
    return chargers_identity_.show(*shown, guests);
}

Result<CertifiedKey> TlsDoors::server_certificate(const Configuration& configuration, Time now) {
    if (configuration.tls.certificate.empty()) return own_certificate(configuration, now);
    const auto folder = std::filesystem::path(config_file_).parent_path();
    const auto certificate = read_file((folder / configuration.tls.certificate).string());
    if (!certificate) return fail(certificate.error());
    const auto key = read_file((folder / configuration.tls.key).string());
    if (!key) return fail(key.error());
    const auto until = certificate_ends(*certificate);
    if (!until)
        return fail(Code::invalid_input,
                    configuration.tls.certificate + ": " + until.error().message);
    if (*until - now < days(14))
        log(LogLevel::warning, "the certificate ends soon", {{"until", format_rfc3339(*until)}});
    return CertifiedKey{*certificate, *key};
}

Result<std::uint16_t> TlsDoors::open(const Endpoint& endpoint, TlsGate::Take take) {
    gates_.push_back(std::make_unique<TlsGate>(context_, identity_, TlsLimits{}, std::move(take)));
    return gates_.back()->listen(endpoint.address, endpoint.port);
}

Result<std::uint16_t> TlsDoors::open_for_chargers(const Endpoint& endpoint, TlsGate::Take take) {
    gates_.push_back(
        std::make_unique<TlsGate>(context_, chargers_identity_, TlsLimits{}, std::move(take)));
    return gates_.back()->listen(endpoint.address, endpoint.port);
}

void TlsDoors::stop() {
    for (const auto& gate : gates_) gate->stop();
}

TlsGate::Figures TlsDoors::figures() const {
    TlsGate::Figures out;
    for (const auto& gate : gates_) {
        const auto& one = gate->figures();
        out.accepted += one.accepted;
        out.refused += one.refused;
        out.failed += one.failed;
        out.handshakes += one.handshakes;
        out.connections += one.connections;
    }
    return out;
}

}  // namespace foxtail
