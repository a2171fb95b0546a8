#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A household's own certificate authority, as X.509 (RFC 5280): two small certificates, EC P-256.
// Nothing here touches a file or asks a clock.
namespace foxtail {

/// A certificate (or a chain, the own one first) and its private key, as PEM.
struct CertifiedKey {
    std::string certificate;
    std::string key;
};

constexpr Duration authority_lasts = days(3650);
constexpr Duration certificate_lasts = days(90);
constexpr Duration guest_certificate_lasts = days(730);  // somebody has to carry it there
/// A certificate with less left is made anew.
constexpr Duration certificate_renewed_before = days(30);

/// What an authority is believed about: who we are, or who comes to us. Never both.
enum class Certifies : std::uint8_t { servers, guests };

/// An authority called "Foxtail: NAME", which certifies servers, or "Foxtail guests: NAME", which
/// certifies who comes to them.
[[nodiscard]] Result<CertifiedKey> make_authority(std::string_view name, Time now,
                                                  Certifies what = Certifies::servers);
/// A certificate with which a device shows by what name it comes (its common name), signed by an
/// authority for guests. Error: invalid_input (a name of 0 or more than 60 bytes, or with control
/// characters; an authority that is none).
[[nodiscard]] Result<CertifiedKey> make_guest_certificate(const CertifiedKey& authority,
                                                          const std::string& name, Time now);
/// The same for a key that the device keeps to itself: of its request (PKCS #10, PEM) only the key
/// counts, and that the request was signed with it; the name is ours to say. The certificate alone,
/// PEM. Error: invalid_input (no request, more than one, a key of less than 256 bits on a curve or
/// 2048 of RSA, a signature that is not the key's; else as above).
[[nodiscard]] Result<std::string> sign_guest_request(const CertifiedKey& authority,
                                                     std::string_view request,
                                                     const std::string& name, Time now);
/// The common name of the first certificate. Error: invalid_input (none, or more than one).
[[nodiscard]] Result<std::string> certified_name(std::string_view certificate);
/// A server's certificate for these host names and IP addresses, signed by the authority. Error:
/// invalid_input (a name that is none; an authority that is none).
[[nodiscard]] Result<CertifiedKey> make_server_certificate(const CertifiedKey& authority,
                                                           const std::vector<std::string>& names,
                                                           Time now);

/// Whether the first certificate in the PEM is good for all these names, lasts longer than
/// certificate_renewed_before, and was signed by the authority.
[[nodiscard]] bool still_good(const CertifiedKey& server, const CertifiedKey& authority,
                              const std::vector<std::string>& names, Time now);
/// When the first certificate ends. Error: invalid_input.
[[nodiscard]] Result<Time> certificate_ends(std::string_view certificate);
/// "AB:CD:…", SHA-256 of the first certificate. Error: invalid_input.
[[nodiscard]] Result<std::string> fingerprint(std::string_view certificate);

/// By what a server on this machine may be called: localhost, the host's name (also as NAME.local)
/// and its addresses that are up.
[[nodiscard]] std::vector<std::string> names_of_this_machine();

}  // namespace foxtail
