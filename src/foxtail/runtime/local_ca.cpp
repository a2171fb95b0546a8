#include "foxtail/runtime/local_ca.hpp"

#include "foxtail/runtime/http_message.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace foxtail {
namespace {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* what) const {
        Free(what);
    }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr std::size_t names_max = 100;
constexpr std::size_t guest_name_bytes_max = 60;  // RFC 5280 limits a common name to 64 characters

auto failed(const char* what) {
    return fail(Code::invalid_input, std::string("OpenSSL: cannot make ") + what);
}

std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

Certificate certificate_from(std::string_view pem) {
    const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
}

Key key_from(std::string_view pem) {
    const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
}

Result<CertifiedKey> written(X509* certificate, EVP_PKEY* key) {
    const Bio out(BIO_new(BIO_s_mem()));
    const Bio secret(BIO_new(BIO_s_secmem()));
    if (PEM_write_bio_X509(out.get(), certificate) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
            1)
        return failed("a certificate");
    return CertifiedKey{text_of(out.get()), text_of(secret.get())};
}

/// Number, times, key and subject; who signs adds the rest.
bool begin_certificate(X509* out, EVP_PKEY* key, const std::string& name, Time now,
                       Duration lasts) {
    // RFC 5280 section 4.1.2.2: at most 20 octets, positive. Nobody counts ours.
    std::array<unsigned char, 16> serial{};
    if (RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return false;
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7F) | 0x40);
    BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
    const bool numbered =
        number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(out)) != nullptr;
    BN_free(number);
    // The clocks of those who look may be behind ours.
    const auto from = static_cast<time_t>((now - days(1)).us / 1'000'000);
    const auto until = static_cast<time_t>((now + lasts).us / 1'000'000);
    const auto* common = reinterpret_cast<const unsigned char*>(name.data());
    return numbered && X509_set_version(out, 2) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(out), from) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(out), until) != nullptr &&
           X509_set_pubkey(out, key) == 1 &&
           X509_NAME_add_entry_by_txt(X509_get_subject_name(out), "CN", MBSTRING_UTF8, common,
                                      static_cast<int>(name.size()), -1, 0) == 1;
}

bool extend(X509* out, X509* issuer, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, out, nullptr, nullptr, 0);
    const Extension one(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
    return one && X509_add_ext(out, one.get(), -1) == 1;
}

/// Letters, digits, '-', '.', and "*." at the beginning: what a certificate's name may be, and
/// nothing that would mean something else in OpenSSL's words.
bool is_host_name(std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(2);
    return !name.empty() && name.size() <= 253 && name.front() != '.' && name.back() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.';
           });
}

bool covers(X509* certificate, const std::string& name) {
    if (is_ip_literal(name)) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
    return X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
}

Result<Time> end_of(X509* certificate) {
    std::tm parts{};
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1)
        return fail(Code::invalid_input, "this is no certificate");
    return Time{static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000};
}

/// An authority's certificate and key as OpenSSL has them; nothing when they do not fit.
struct Issuer {
    explicit Issuer(const CertifiedKey& authority)
        : certificate(certificate_from(authority.certificate)), key(key_from(authority.key)) {}
    [[nodiscard]] bool fits() const {
        return certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
    }
    /// What every certificate says that is no authority's own, and the signature.
    [[nodiscard]] bool sign(X509* out, const char* use) const {
        return X509_set_issuer_name(out, X509_get_subject_name(certificate.get())) == 1 &&
               extend(out, certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
               extend(out, certificate.get(), NID_key_usage, "critical,digitalSignature") &&
               extend(out, certificate.get(), NID_ext_key_usage, use) &&
               extend(out, certificate.get(), NID_subject_key_identifier, "hash") &&
               extend(out, certificate.get(), NID_authority_key_identifier, "keyid") &&
               X509_sign(out, key.get(), EVP_sha256()) != 0;
    }
    Certificate certificate;
    Key key;
};

}  // namespace

Result<CertifiedKey> make_authority(std::string_view name, Time now, Certifies what) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate out(X509_new());
    const bool servers = what == Certifies::servers;
    // RFC 5280 limits a common name to 64 characters.
    const std::string whole =
        (servers ? "Foxtail: " : "Foxtail guests: ") + std::string(name.substr(0, 40));
    if (!key || !out || !begin_certificate(out.get(), key.get(), whole, now, authority_lasts) ||
        X509_set_issuer_name(out.get(), X509_get_subject_name(out.get())) != 1 ||
        !extend(out.get(), out.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !extend(out.get(), out.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !extend(out.get(), out.get(), NID_ext_key_usage, servers ? "serverAuth" : "clientAuth") ||
        !extend(out.get(), out.get(), NID_subject_key_identifier, "hash") ||
        X509_sign(out.get(), key.get(), EVP_sha256()) == 0)
        return failed("an authority");
    return written(out.get(), key.get());
}

Result<CertifiedKey> make_server_certificate(const CertifiedKey& authority,
                                             const std::vector<std::string>& names, Time now) {
    const Issuer issuer(authority);
    if (!issuer.fits())
        return fail(Code::invalid_input, "the authority's certificate and key do not fit");
    if (names.empty() || names.size() > names_max)
        return fail(Code::invalid_input, "a certificate has 1 to 100 names");
    std::string alternatives;
    for (const auto& name : names) {
        const bool address = is_ip_literal(name);
        if (!address && !is_host_name(name))
            return fail(Code::invalid_input, "'" + name + "' is no host name and no address");
        if (!alternatives.empty()) alternatives += ',';
        alternatives += (address ? "IP:" : "DNS:") + name;
    }
    const Key key(EVP_EC_gen("P-256"));
    const Certificate out(X509_new());
    const auto until = end_of(issuer.certificate.get());
    if (!until) return fail(until.error());
    const auto lasts = std::min(certificate_lasts, *until - now);
    if (!key || !out ||
        !begin_certificate(out.get(), key.get(), names.front().substr(0, 60), now, lasts) ||
        !extend(out.get(), issuer.certificate.get(), NID_subject_alt_name, alternatives) ||
        !issuer.sign(out.get(), "serverAuth"))
        return failed("a server's certificate");
    return written(out.get(), key.get());
}

namespace {

Result<Certificate> guest_certificate(const CertifiedKey& authority, EVP_PKEY* key,
                                      const std::string& name, Time now) {
    const Issuer issuer(authority);
    if (!issuer.fits())
        return fail(Code::invalid_input, "the authority's certificate and key do not fit");
    const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (name.empty() || name.size() > guest_name_bytes_max || !plain)
        return fail(Code::invalid_input, "a name has 1 to " + std::to_string(guest_name_bytes_max) +
                                             " bytes, and no control characters");
    const auto until = end_of(issuer.certificate.get());
    if (!until) return fail(until.error());
    Certificate out(X509_new());
    const auto lasts = std::min(guest_certificate_lasts, *until - now);
    if (key == nullptr || !out || !begin_certificate(out.get(), key, name, now, lasts) ||
        !issuer.sign(out.get(), "clientAuth"))
        return failed("a guest's certificate");
    return out;
}

/// Long enough to be worth a certificate.
bool is_strong(EVP_PKEY* key) {
    const int kind = EVP_PKEY_get_base_id(key);
    const int bits = EVP_PKEY_get_bits(key);
    return (kind == EVP_PKEY_EC && bits >= 256) ||
           (kind == EVP_PKEY_RSA && bits >= 2048 && bits <= 8192);
}

}  // namespace

Result<CertifiedKey> make_guest_certificate(const CertifiedKey& authority, const std::string& name,
                                            Time now) {
    const Key key(EVP_EC_gen("P-256"));
    const auto made = guest_certificate(authority, key.get(), name, now);
    if (!made) return fail(made.error());
    return written(made->get(), key.get());
}

Result<std::string> sign_guest_request(const CertifiedKey& authority, std::string_view request,
                                       const std::string& name, Time now) {
    const Bio in(BIO_new_mem_buf(request.data(), static_cast<int>(request.size())));
    const Request asked(PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr));
    const Request another(PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!asked || another) return fail(Code::invalid_input, "this is not one certificate request");
    EVP_PKEY* key = X509_REQ_get0_pubkey(asked.get());
    if (key == nullptr || !is_strong(key))
        return fail(Code::invalid_input,
                    "a key must be of RSA with 2048 bits, or of a curve with 256, or more");
    if (X509_REQ_verify(asked.get(), key) != 1) {
        ERR_clear_error();
        return fail(Code::invalid_input, "the request is not signed with its own key");
    }
    const auto made = guest_certificate(authority, key, name, now);
    if (!made) return fail(made.error());
    const Bio out(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_X509(out.get(), made->get()) != 1) return failed("a certificate");
    return text_of(out.get());
}

Result<std::string> certified_name(std::string_view certificate) {
    const auto one = certificate_from(certificate);
    if (!one) return fail(Code::invalid_input, "this is no certificate");
    const X509_NAME* subject = X509_get_subject_name(one.get());
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
        return fail(Code::invalid_input, "a certificate without one common name");
    unsigned char* text = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size < 0) return fail(Code::invalid_input, "a common name that is no text");
    std::string out(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
    return out;
}

bool still_good(const CertifiedKey& server, const CertifiedKey& authority,
                const std::vector<std::string>& names, Time now) {
    const auto certificate = certificate_from(server.certificate);
    const auto key = key_from(server.key);
    const auto issuer = certificate_from(authority.certificate);
    if (!certificate || !key || !issuer ||
        X509_check_private_key(certificate.get(), key.get()) != 1 ||
        X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) != 1 ||
        X509_check_purpose(certificate.get(), X509_PURPOSE_SSL_SERVER, 0) != 1)
        return false;
    const auto until = end_of(certificate.get());
    if (!until || *until - now < certificate_renewed_before) return false;
    return std::all_of(names.begin(), names.end(),
                       [&](const auto& name) { return covers(certificate.get(), name); });
}

Result<Time> certificate_ends(std::string_view certificate) {
    return end_of(certificate_from(certificate).get());
}

Result<std::string> fingerprint(std::string_view certificate) {
    const auto one = certificate_from(certificate);
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    if (!one || X509_digest(one.get(), EVP_sha256(), digest.data(), &size) != 1)
        return fail(Code::invalid_input, "this is no certificate");
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char byte : digest) {
        if (!out.empty()) out += ':';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::vector<std::string> names_of_this_machine() {
    std::vector<std::string> out = {"localhost", "127.0.0.1", "::1"};
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0 && is_host_name(host.data()) &&
        std::string_view(host.data()) != "localhost") {
        const std::string name(host.data());
        out.push_back(name);
        if (name.find('.') == std::string::npos) out.push_back(name + ".local");
    }
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return out;
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0 ||
            (one->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        std::array<char, INET6_ADDRSTRLEN> text{};
        const void* address = nullptr;
        if (one->ifa_addr->sa_family == AF_INET) {
            address = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
        } else if (one->ifa_addr->sa_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
            if (!IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) address = &v6->sin6_addr;
        }
        if (address != nullptr && out.size() < 40 &&
            ::inet_ntop(one->ifa_addr->sa_family, address, text.data(), text.size()) != nullptr)
            out.emplace_back(text.data());
    }
    ::freeifaddrs(all);
    return out;
}

}  // namespace foxtail
