#pragma once

#include "foxtail/config/configuration.hpp"
#include "foxtail/runtime/tls_gate.hpp"

#include <memory>
#include <string>
#include <vector>

namespace foxtail {

/// The file of the household's authority, for who is to trust it.
[[nodiscard]] std::string authority_file(const std::string& data);

/// A certificate in a charger's name, for its own key: signed by the authority of those who come.
/// Reads it from the data folder. Error: not_found, invalid_input.
[[nodiscard]] Result<std::string> certify_charger(const std::string& data,
                                                  const std::string& request, const std::string& id,
                                                  Time now);

/// Where the house is entered over TLS: the certificate and the gates before the doors. Keeps the
/// household's own authority in the data folder, under tls/: authority.pem, authority.key (0600),
/// and server.pem (certificate and key, 0600), which is made anew before its end. Where a charger
/// comes with a certificate, also guests.pem and guests.key (0600), the authority of those: another
/// one, so that neither can be taken for the other.
class TlsDoors {
public:
    TlsDoors(boost::asio::io_context& context, std::string data, std::string config_file);

    /// Shows what the configuration names, or a certificate of our own, made or renewed when need
    /// be. Blocks. Error: what was shown before stays.
    [[nodiscard]] Result<void> certify(const Configuration& configuration, Time now);
    /// As TlsGate::listen().
    [[nodiscard]] Result<std::uint16_t> open(const Endpoint& endpoint, TlsGate::Take take);
    /// The same; who comes is asked for a certificate when the configuration has chargers with one.
    [[nodiscard]] Result<std::uint16_t> open_for_chargers(const Endpoint& endpoint,
                                                          TlsGate::Take take);
    void stop();

    /// All gates' together.
    [[nodiscard]] TlsGate::Figures figures() const;

private:
    [[nodiscard]] Result<CertifiedKey> own_authority(Certifies what, const std::string& household,
                                                     Time now);
    [[nodiscard]] Result<CertifiedKey> server_certificate(const Configuration& configuration,
                                                          Time now);
    [[nodiscard]] Result<CertifiedKey> own_certificate(const Configuration& configuration,
                                                       Time now);

    boost::asio::io_context& context_;
    std::string data_;
    std::string config_file_;
    TlsIdentity identity_;
    TlsIdentity chargers_identity_;
    std::vector<std::unique_ptr<TlsGate>> gates_;
};

}  // namespace foxtail
