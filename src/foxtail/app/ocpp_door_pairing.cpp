// Who may come in by the chargers' door, and how an unknown one is let in.
#include "foxtail/api/token.hpp"
#include "foxtail/app/ocpp_door.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/runtime/http_message.hpp"
#include "foxtail/runtime/local_ca.hpp"
#include "foxtail/runtime/password.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foxtail {
namespace {

using ocpp::Admission;
using Welcome = ocpp::Admission::Verdict;

constexpr std::size_t key_bytes = 20;  // the most that 1.6 allows
constexpr std::size_t key_raw_bytes = key_bytes;

std::string paired_topic(std::string_view id) {
    return "ocpp/" + percent_encode(id);
}
std::string device_name(std::string_view id) {
    return "device:ocpp-" + percent_encode(id);
}
std::string paired_name(std::string_view id) {
    return "token:ocpp-" + percent_encode(id);
}

std::string to_hex(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

std::string fresh_key(Random& random) {
    std::array<std::byte, key_bytes> raw{};
    random.fill(raw);
    return to_hex({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

Admission with(Welcome verdict) {
    Admission out;
    out.verdict = verdict;
    return out;
}

Admission welcome(const OcppStationConfig* station) {
    Admission out = with(Welcome::welcome);
    out.without_subprotocol =
        station != nullptr &&
        std::any_of(station->lenient.begin(), station->lenient.end(),
                    [](const auto& one) { return one.what == "no_subprotocol"; });
    return out;
}

}  // namespace

const OcppStationConfig* OcppDoor::configured(std::string_view id) const {
    const auto at = configured_.find(id);
    return at == configured_.end() ? nullptr : at->second;
}

const Subject* OcppDoor::subject_of(const std::string& id) const {
    return hub_.authority().find(configured(id) != nullptr ? device_name(id) : paired_name(id));
}

bool OcppDoor::may_speak(const std::string& id) const {
    const Subject* subject = subject_of(id);
    return subject != nullptr &&
           hub_.authority()
               .permit_topic<Verb::publish>(subject->id, paired_topic(id), false, hub_.now().wall)
               .has_value();
}

/// The same for every frame of one that is known, without looking it up by its name.
bool OcppDoor::may_speak(OcppCharger& charger) const {
    if (!charger.subject) {
        const Subject* subject = subject_of(charger.station().id());
        if (subject == nullptr) return false;
        charger.subject = subject->id;
        charger.own_topic = paired_topic(charger.station().id());
    }
    return hub_.authority()
        .permit_topic<Verb::publish>(*charger.subject, charger.own_topic, false, hub_.now().wall)
        .has_value();
}

bool OcppDoor::needs_key(SubjectId subject) const {
    const auto& grants = hub_.authority().grants();
    return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
        return grant.given.subject == subject && !grant.given.token_hash.empty();
    });
}

void OcppDoor::sign_in_failed(const Subject* subject, std::string_view peer, std::string_view why) {
    if (hub_.sign_in_refused(subject != nullptr ? std::optional(subject->id) : std::nullopt, "ocpp",
                             peer, why))
        log(LogLevel::warning, "sign-in refused", {{"by", "ocpp"}, {"from", std::string(peer)}});
}

Admission OcppDoor::too_often(const Subject* subject, std::string_view peer) {
    sign_in_failed(subject, peer, "too many wrong passwords");
    return with(Welcome::too_often);
}

void OcppDoor::admit(const ocpp::Caller& caller, std::function<void(Admission)> done) {
    const std::string id(caller.identity);
    // A certificate is good for one name: with another's it opens nothing, not even the lobby.
    if (caller.certified && caller.certified->name != id) {
        sign_in_failed(subject_of(id), caller.peer, "a certificate in another name");
        return done(with(Welcome::unauthorized));
    }
    if (const auto* station = configured(id)) return admit_configured(*station, caller, done);
    if (const Subject* subject = subject_of(id); subject != nullptr && may_speak(id))
        return done(admit_paired(*subject, caller));
    const bool known = waiting_.contains(id);
    if (!configuration_.pairing || (!known && waiting_.size() >= waiting_max)) {
        if (caller.password && !tries_.take(caller.peer, hub_.now().mono))
            return done(too_often(nullptr, caller.peer));
        sign_in_failed(nullptr, caller.peer);
        return done(with(Welcome::unauthorized));
    }
    done(welcome(nullptr));  // as far as the lobby
}

Admission OcppDoor::admit_paired(const Subject& subject, const ocpp::Caller& caller) {
    if (!needs_key(subject.id)) return welcome(nullptr);
    const auto opens = [&](std::string_view password) {
        const Subject* who =
            hub_.authority().find_token(api::hash_secret(password), hub_.now().wall);
        return who != nullptr && who->id == subject.id;
    };
    const std::string id(caller.identity);
    const bool said = caller.password && !caller.wrong_user;
    // Who says no password guesses none.
    if (caller.password && !tries_.take(id, caller.peer, hub_.now().mono))
        return too_often(&subject, caller.peer);
    // 1.6 hands the key over in hex, and its whitepaper means the bytes themselves as the password.
    const bool right =
        said && (opens(*caller.password) ||
                 (caller.password->size() == key_raw_bytes && opens(to_hex(*caller.password))));
    if (right) {
        tries_.right(id, caller.peer);
        hub_.signed_in(subject.id, "ocpp", caller.peer);
        return welcome(nullptr);
    }
    sign_in_failed(&subject, caller.peer);
    return with(Welcome::unauthorized);
}

/// OCPP's security profile 3: the certificate is all that counts, and its name has been looked at.
Admission OcppDoor::admit_certified(const OcppStationConfig& station, const ocpp::Caller& caller) {
    const Subject* subject = subject_of(station.id);
    const bool right = caller.certified && (station.certificate == certified_by_house ||
                                            station.certificate == caller.certified->fingerprint);
    if (!right || subject == nullptr) {
        sign_in_failed(subject, caller.peer, "no certificate that counts");
        return with(Welcome::unauthorized);
    }
    hub_.signed_in(subject->id, "ocpp", caller.peer);
    return welcome(&station);
}

void OcppDoor::admit_configured(const OcppStationConfig& station, const ocpp::Caller& caller,
                                std::function<void(Admission)> done) {
    if (!station.certificate.empty()) return done(admit_certified(station, caller));
    if (station.password_hash.empty()) return done(welcome(&station));
    if (caller.password && !tries_.take(station.id, caller.peer, hub_.now().mono))
        return done(too_often(subject_of(station.id), caller.peer));
    if (!caller.password || caller.wrong_user) {
        sign_in_failed(subject_of(station.id), caller.peer);
        return done(with(Welcome::unauthorized));
    }
    // A charger that comes every second must not cost the slow hash each time.
    const auto quick = api::hash_secret(salt_ + std::string(*caller.password));
    if (const auto at = proven_.find(station.id); at != proven_.end() && at->second == quick) {
        tries_.right(station.id, caller.peer);
        return done(welcome(&station));
    }
    check_slowly(station, caller, std::move(done));
}

void OcppDoor::check_slowly(const OcppStationConfig& station, const ocpp::Caller& caller,
                            std::function<void(Admission)> done) {
    const std::string password(*caller.password);
    const bool taken = passwords_.run(
        [hash = station.password_hash, password] { return verify_password(hash, password); },
        [this, id = station.id, password, peer = std::string(caller.peer), done](bool right) {
            const auto* known = configured(id);
            const Subject* subject = subject_of(id);
            if (right && known != nullptr && subject != nullptr) {
                proven_[id] = api::hash_secret(salt_ + password);
                tries_.right(id, peer);
                hub_.signed_in(subject->id, "ocpp", peer);
                return done(welcome(known));
            }
            sign_in_failed(subject, peer);
            done(with(Welcome::unauthorized));
        });
    if (!taken) done(with(Welcome::busy));
}

// ---- certificates
// ----------------------------------------------------------------------------------

/// For who comes with one of the house's already: its line is its own, and it may have a new one.
/// The first is brought to the box by a person.
bool OcppDoor::sign(const std::string& id, std::string request) {
    const auto* station = configured(id);
    if (!signer_ || station == nullptr || station->certificate != certified_by_house) return false;
    return passwords_.run(
        [signer = signer_, request = std::move(request), id] { return signer(request, id); },
        [this, id](Result<std::string> made) { signed_for(id, std::move(made)); });
}

void OcppDoor::signed_for(const std::string& id, Result<std::string> certificate) {
    const auto at = chargers_.find(id);
    if (stopped_ || at == chargers_.end()) return;
    OcppCharger& one = *at->second;
    if (!certificate)
        return one.noticed("SignCertificate", {}, "no certificate: " + certificate.error().message);
    log(LogLevel::info, "a charger has a new certificate",
        {{"until", format_rfc3339(certificate_ends(*certificate).value_or(Time{}))}});
    one.happened(1, "security",
                 Json{R"({"type":"CertificateMade","detail":")" +
                      fingerprint(*certificate).value_or("") + "\"}"});
    if (one.line != 0 && may_speak(one)) one.station().certify(std::move(*certificate), hub_.now());
}

// ---- pairing
// --------------------------------------------------------------------------------------

void OcppDoor::accept(Door& door, const std::string& id, bool without_key,
                      std::function<void(Result<void>)> then) {
    if (!door.may_manage()) return then(Authority::denied());
    if (!waiting_.contains(id))
        return then(fail(Code::not_found, "no charger of that name waits just now"));
    const std::string key = without_key ? "" : fresh_key(hub_.environment().random);
    GrantGiven grant;
    grant.addresses = {std::string(topic_prefix) + paired_topic(id)};
    grant.verbs = static_cast<std::uint16_t>(Verb::publish);
    grant.purpose = "a charger: may speak OCPP as itself";
    if (!key.empty()) grant.token_hash = api::hash_secret(key);
    door.give(std::move(grant), paired_name(id),
              [this, id, key, then = std::move(then)](Result<Seq> given) {
                  if (!given) return then(fail(given.error()));
                  accepted(id, key, then);
              });
}

void OcppDoor::accepted(const std::string& id, const std::string& key,
                        std::function<void(Result<void>)> then) {
    const auto at = waiting_.find(id);
    const auto gone = [&] {
        if (!key.empty()) (void)hub_.end_tokens(subject_of(id)->id, "it never got its password");
        then(fail(Code::unavailable, "the charger went away meanwhile"));
    };
    if (at == waiting_.end()) return gone();
    const Waiting waiting = std::move(at->second);
    waiting_.erase(at);
    waiting_lines_.erase(waiting.line);
    OcppCharger& one = charger(id);
    serve(one, waiting.line, waiting.version, waiting.peer);
    log(LogLevel::info, "a charger was accepted", {{"from", waiting.peer}});
    if (key.empty()) return then({});
    const auto ticket = next_ticket_++;
    accepting_[ticket] = {id, std::move(then)};
    auto asked = one.station().give_key(key, ticket, hub_.now());
    if (!asked) key_answered(ticket, false, asked.error().message);
}

void OcppDoor::key_answered(std::uint64_t ticket, bool done, std::string_view detail) {
    const auto at = accepting_.find(ticket);
    if (at == accepting_.end()) return;
    const Accepting one = std::move(at->second);
    accepting_.erase(at);
    if (done) return one.then({});
    // Without its password it could not come back: it is as unknown as before.
    if (const Subject* subject = subject_of(one.id))
        (void)hub_.end_tokens(subject->id, "it did not take its password");
    one.then(fail(Code::conflict, "the charger did not take a password (" + std::string(detail) +
                                      "); it can be accepted without one, see 'foxtail chargers "
                                      "accept --help'"));
}

}  // namespace foxtail
