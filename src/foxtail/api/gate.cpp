#include "foxtail/api/gate.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/runtime/password.hpp"
#include "foxtail/runtime/worker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foxtail::api {
namespace {

constexpr std::size_t name_bytes_max_here = 64;
constexpr std::size_t token_bytes_max = 200;
constexpr std::size_t tokens_seen_max = 1000;
// A token says who asks at every request; as a sign-in counts its use after a pause.
constexpr Duration token_pause = hours(1);
constexpr std::array<std::string_view, 3> kinds_of_people = {"owner:", "resident:", "guest:"};

Result<void> check_passphrase(std::string_view passphrase) {
    const auto characters = static_cast<std::size_t>(std::count_if(
        passphrase.begin(), passphrase.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    if (!valid_utf8(passphrase) || characters < Gate::passphrase_characters_min)
        return fail(Code::invalid_input, "a passphrase has at least 10 characters");
    if (passphrase.size() > password_bytes_max)
        return fail(Code::invalid_input, "a passphrase has at most 1024 bytes");
    return {};
}

tl::unexpected<Error> too_busy() {
    return fail(Code::unavailable, "too many are signing in at once; try again");
}
tl::unexpected<Error> too_many_tries() {
    return fail(Code::exhausted, "too many tries; wait a minute");
}
tl::unexpected<Error> wrong() {
    return fail(Code::denied, "name or passphrase is not right");
}

}  // namespace

/// The hash that unknown names are checked against, so that they take as long as known ones.
/// Touched only on the worker's thread.
struct Gate::Dummy {
    std::string hash;
    void make() {
        if (hash.empty()) hash = hash_password("nobody's passphrase").value_or("");
    }
};

Result<std::string> person_name(std::string_view name) {
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F || c == ':' || c == '/';
    });
    if (name.empty() || name.size() > name_bytes_max_here || odd || !valid_utf8(name)) {
        return fail(Code::invalid_input, "a name has 1 to 64 bytes, without ':' and '/'");
    }
    std::string out;
    for (const char c : name) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string_view bare_name(std::string_view subject) {
    const auto colon = subject.find(':');
    return colon == std::string_view::npos ? subject : subject.substr(colon + 1);
}

Gate::Gate(Hub& hub, Secrets& secrets, Worker& worker)
    : hub_(hub), secrets_(secrets), worker_(worker), dummy_(std::make_shared<Dummy>()) {}
Gate::~Gate() = default;

Result<void> Gate::load() {
    auto book = secrets_.load();
    if (!book) return fail(std::move(book.error()));
    book_ = std::move(*book);
    forget_expired();
    proofs_.begin(hub_.now().wall);
    return {};
}

void Gate::forget_expired() {
    const Time now = hub_.now().wall;
    const auto may_enter = [&](const std::string& name) {
        const Subject* subject = hub_.authority().find(name);
        return subject == nullptr || hub_.may_enter(subject->id);
    };
    std::erase_if(book_.sessions, [&](const auto& session) {
        return session.until <= now || !may_enter(session.subject);
    });
    std::erase_if(book_.passphrases, [&](const auto& entry) { return !may_enter(entry.first); });
}

bool Gate::signup_needed() const {
    return std::none_of(book_.passphrases.begin(), book_.passphrases.end(),
                        [](const auto& entry) { return entry.first.starts_with("owner:"); });
}

// ---- who asks
// ---------------------------------------------------------------------------------------------------

Result<Gate::Shown> Gate::shown_token(const HttpRequest& request, std::string_view authorization) {
    const auto space = authorization.find(' ');
    const auto scheme = authorization.substr(0, space);
    const bool with_proof = same_ignoring_case(scheme, "DPoP");
    if (space == std::string_view::npos || (!with_proof && !same_ignoring_case(scheme, "Bearer")))
        return fail(Code::invalid_input, "");
    Shown shown;
    shown.token = authorization.substr(space + 1);
    if (shown.token.size() > token_bytes_max)
        return fail(Code::invalid_input, "no such token (any more)");
    if (!with_proof) {
        shown.hash = hash_secret(shown.token);
        return shown;
    }
    auto proof = read_proof(request.header("DPoP"));
    if (!proof) return fail(Code::invalid_input, "its proof: " + proof.error().message);
    shown.hash = bound_hash(shown.token, proof->key.thumbprint());
    shown.proof = std::move(*proof);
    return shown;
}

Result<void> Gate::take_proof(const Shown& shown, const HttpRequest& request) {
    if (!shown.proof) return {};
    auto good = check_proof(*shown.proof, request, shown.token);
    return good ? proofs_.take(*shown.proof, hub_.now().wall) : good;
}

/// Who sends a token without the key it is bound to asks for one that exists nowhere. So only who
/// has it right costs a signature to check, and learns nothing from the answer: it is always the
/// same; what was wrong with a proof stands in the log and on record.
std::optional<Caller> Gate::recognise_token(const HttpRequest& request,
                                            std::string_view authorization) {
    const auto refused = [&](std::optional<SubjectId> subject, const std::string& why) {
        if (!why.empty()) note_refused(subject, "token", request.peer, why.c_str());
        return std::nullopt;
    };
    const auto shown = shown_token(request, authorization);
    if (!shown) return refused(std::nullopt, shown.error().message);
    Caller caller;
    caller.source = request.peer;
    caller.hash = shown->hash;
    const Subject* subject = hub_.authority().find_token(caller.hash, hub_.now().wall);
    if (subject == nullptr || !hub_.may_enter(subject->id))
        return refused(std::nullopt, "no such token (any more)");
    caller.subject = subject->id;
    if (const auto good = take_proof(*shown, request); !good)
        return refused(subject->id, "its proof: " + good.error().message);
    note_token(caller);
    return caller;
}

std::optional<Erasures::Asked> Gate::recognise_ended(const HttpRequest& request) {
    const auto shown = shown_token(request, request.header("Authorization"));
    if (!shown) return std::nullopt;
    const auto* asked = hub_.erasures().find_token(shown->hash);
    if (asked == nullptr || !take_proof(*shown, request)) return std::nullopt;
    return *asked;
}

void Gate::erased(Seq grant, std::function<void(Result<Erasures::Asked>)> then) {
    hub_.erased(grant, [this, grant, then = std::move(then)](Result<void> durable) {
        const auto* asked = hub_.erasures().find(grant);
        if (!durable) return then(fail(std::move(durable.error())));
        if (asked == nullptr) return then(fail(Code::not_found, "it is no longer kept"));
        then(*asked);
    });
}

std::string Gate::parting_words(const Caller& caller) const {
    const auto* asked =
        caller.by == Caller::By::token ? hub_.erasures().find_token(caller.hash) : nullptr;
    if (asked == nullptr) return {};
    return "erase by " + format_rfc3339(asked->until) + ", then POST /erasure";
}

std::optional<Caller> Gate::recognise(const HttpRequest& request) {
    Caller caller;
    caller.source = request.peer;
    const std::string_view authorization = request.header("Authorization");
    if (!authorization.empty()) return recognise_token(request, authorization);
    const auto cookie =
        find_cookie(request.header("Cookie"), request.secure ? secure_cookie_name : cookie_name);
    if (cookie.empty() || cookie.size() > token_bytes_max) return std::nullopt;
    caller.by = Caller::By::session;
    caller.hash = hash_secret(cookie);
    const auto at = std::find_if(book_.sessions.begin(), book_.sessions.end(),
                                 [&](const auto& s) { return s.hash == caller.hash; });
    if (at == book_.sessions.end() || at->until <= hub_.now().wall) return std::nullopt;
    const Subject* subject = hub_.authority().find(at->subject);
    if (subject == nullptr || !hub_.may_enter(subject->id)) return std::nullopt;
    caller.subject = subject->id;
    return caller;
}

bool Gate::still(const Caller& caller) const {
    const Time now = hub_.now().wall;
    if (!hub_.may_enter(caller.subject)) return false;
    if (caller.by == Caller::By::token) {
        const Subject* subject = hub_.authority().find_token(caller.hash, now);
        return subject != nullptr && subject->id == caller.subject;
    }
    return std::any_of(book_.sessions.begin(), book_.sessions.end(),
                       [&](const auto& s) { return s.hash == caller.hash && now < s.until; });
}

Gate::Me Gate::me(const Caller& caller) const {
    const Subject* subject = hub_.authority().find(caller.subject);
    if (subject == nullptr) return {};
    return {subject->name, std::string(bare_name(subject->name)), name(subject->kind)};
}

// ---- in and out
// -------------------------------------------------------------------------------------------------

Result<std::string> Gate::open_signup() {
    if (!signup_needed()) return fail(Code::conflict, "this household has an owner already");
    std::string code = random_text(hub_.environment().random, 16);
    book_.signup_code_hash = hash_secret(code);
    if (auto kept = secrets_.keep(book_); !kept) return fail(std::move(kept.error()));
    return code;
}

void Gate::keep(std::function<void(Result<void>)> then) {
    auto book = std::make_shared<SecretBook>(book_);
    Secrets* secrets = &secrets_;
    const auto shared = std::make_shared<std::function<void(Result<void>)>>(std::move(then));
    const bool taken = worker_.run([secrets, book] { return secrets->keep(*book); },
                                   [shared](Result<void> kept) { (*shared)(std::move(kept)); });
    if (!taken) (*shared)(too_busy());
}

void Gate::note_refused(std::optional<SubjectId> subject, const char* how, std::string_view source,
                        const char* why) {
    // A name that nobody has may be a passphrase in the wrong field: it is not written down.
    if (hub_.sign_in_refused(subject, how, source, why))
        log(LogLevel::warning, "sign-in refused",
            {{"by", how}, {"from", std::string(source)}, {"why", why}});
}

void Gate::note_token(const Caller& caller) {
    const Duration now = hub_.now().mono;
    const std::string key = std::to_string(caller.subject.index) + " " + caller.source;
    const auto seen = tokens_seen_.find(key);
    const bool pause = seen == tokens_seen_.end() || now - seen->second >= token_pause;
    if (seen != tokens_seen_.end()) {
        seen->second = now;
    } else {
        if (tokens_seen_.size() >= tokens_seen_max) tokens_seen_.clear();
        tokens_seen_.emplace(key, now);
    }
    if (pause) hub_.signed_in(caller.subject, "token", caller.source);
}

void Gate::sign_up(Entry entry, Admitted then) {
    if (!throttle_.take(entry.source, hub_.now().mono)) {
        note_refused(std::nullopt, "invitation", entry.source, "too many tries");
        return then(too_many_tries());
    }
    const std::string code = hash_secret(entry.code);
    const bool first = signup_needed() && !book_.signup_code_hash.empty() &&
                       same_secret(code, book_.signup_code_hash);
    const auto* invitation = hub_.people().find_code(code, hub_.now().wall);
    if (signing_up_.contains(code) || (!first && invitation == nullptr)) {
        note_refused(std::nullopt, "invitation", entry.source, "no such code (any more)");
        return then(fail(Code::denied, "this sign-up link is not valid (any more)"));
    }
    throttle_.give_back(entry.source);
    std::string subject;
    if (first || !entry.name.empty()) {
        auto name = person_name(entry.name);
        if (!name) return then(fail(std::move(name.error())));
        subject = "owner:" + *name;
        if (!first && bare_name(invitation->what.name) != *name)
            return then(fail(Code::invalid_input, "this invitation is for somebody else"));
    }
    if (!first) subject = invitation->what.name;
    if (auto good = check_passphrase(entry.passphrase); !good)
        return then(fail(std::move(good.error())));
    signing_up_.insert(code);
    auto shared = std::make_shared<Admitted>(
        [this, code, then = std::move(then)](Result<std::string> cookie) {
            signing_up_.erase(code);
            then(std::move(cookie));
        });
    const bool taken =
        worker_.run([passphrase = entry.passphrase] { return hash_password(passphrase); },
                    [this, entry, first, subject, shared](Result<std::string> hash) {
                        if (!hash) return (*shared)(fail(hash.error()));
                        if (first) return make_owner(entry, std::move(*hash), *shared);
                        take_up(entry, subject, std::move(*hash), *shared);
                    });
    if (!taken) (*shared)(too_busy());
}

/// The secrets first, the record after: when the record fails nothing was let in, and the code goes
/// on working.
void Gate::take_up(const Entry& entry, const std::string& subject, std::string hash,
                   Admitted then) {
    const std::string code = hash_secret(entry.code);
    const auto* still_open = hub_.people().find_code(code, hub_.now().wall);
    if (still_open == nullptr)
        return then(fail(Code::denied, "this sign-up link is not valid (any more)"));
    book_.passphrases[subject] = std::move(hash);
    admit(subject, [this, subject, invitation = still_open->id, source = entry.source,
                    then = std::move(then)](Result<std::string> cookie) {
        const auto undo = [&](Error why) {
            std::erase_if(book_.sessions, [&](const auto& s) { return s.subject == subject; });
            book_.passphrases.erase(subject);
            keep([then, why = std::move(why)](const Result<void>&) { then(fail(why)); });
        };
        if (!cookie) return undo(std::move(cookie.error()));
        const auto joined = hub_.join(invitation);
        if (!joined) return undo(joined.error());
        if (hub_.signed_in(*joined, "invitation", source))
            log(LogLevel::info, "signed up", {{"who", subject}, {"from", source}});
        hub_.when_durable(hub_.head(), [cookie = *cookie, then](Result<void> durable) {
            if (!durable) return then(fail(std::move(durable.error())));
            then(cookie);
        });
    });
}

void Gate::make_owner(const Entry& entry, std::string hash, Admitted then) {
    const auto name = person_name(entry.name);
    if (!name) return then(fail(name.error()));
    if (hub_.health().read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_.health().reason));
    const auto subject = hub_.name_subject("owner:" + *name, SubjectKind::owner);
    if (!subject) return then(fail(subject.error()));
    hub_.signed_in(*subject, "invitation", entry.source);
    hub_.when_durable(hub_.head(), [this, subject = "owner:" + *name, hash = std::move(hash),
                                    then = std::move(then)](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        std::string code = std::exchange(book_.signup_code_hash, {});
        book_.passphrases[subject] = hash;
        admit(subject, [this, subject, code = std::move(code), then](Result<std::string> cookie) {
            if (!cookie) {  // nothing of it was kept: the link goes on working
                book_.passphrases.erase(subject);
                book_.signup_code_hash = code;
            }
            then(std::move(cookie));
        });
    });
}

void Gate::sign_in(Entry entry, Admitted then) {
    if (!throttle_.take(entry.source, hub_.now().mono)) {
        note_refused(std::nullopt, "passphrase", entry.source, "too many tries");
        return then(too_many_tries());
    }
    if (entry.passphrase.size() > password_bytes_max) return then(wrong());
    const std::string* const found = find_passphrase_subject(entry.name);
    const std::string subject = found == nullptr ? std::string() : *found;
    const std::string hash = found == nullptr ? std::string() : book_.passphrases.at(subject);
    const auto shared = std::make_shared<Admitted>(std::move(then));
    const bool taken = worker_.run(
        [dummy = dummy_, hash, passphrase = std::move(entry.passphrase)] {
            dummy->make();
            const bool right = verify_password(hash.empty() ? dummy->hash : hash, passphrase);
            return right && !hash.empty();
        },
        [this, subject, source = entry.source, shared](bool right) {
            const Subject* who = subject.empty() ? nullptr : hub_.authority().find(subject);
            if (!right || who == nullptr || !hub_.may_enter(who->id)) {
                note_refused(who == nullptr ? std::nullopt : std::optional(who->id), "passphrase",
                             source, "name or passphrase is not right");
                return (*shared)(wrong());
            }
            throttle_.give_back(source);
            if (hub_.signed_in(who->id, "passphrase", source))
                log(LogLevel::info, "signed in", {{"who", subject}, {"from", source}});
            admit(subject, *shared);
        });
    if (!taken) {
        throttle_.give_back(entry.source);
        (*shared)(too_busy());
    }
}

const std::string* Gate::find_passphrase_subject(std::string_view name) const {
    const auto bare = person_name(name);
    if (!bare) return nullptr;
    for (const auto kind : kinds_of_people) {
        const auto at = book_.passphrases.find(std::string(kind) + *bare);
        if (at != book_.passphrases.end()) return &at->first;
    }
    return nullptr;
}

void Gate::change_passphrase(const Caller& caller, Entry entry, Changed then) {
    if (caller.by != Caller::By::session)
        return then(fail(Code::invalid_input, "a token has no passphrase"));
    if (!throttle_.take(entry.source, hub_.now().mono))
        return then(tl::unexpected<Error>(too_many_tries()));
    if (auto good = check_passphrase(entry.passphrase); !good) {
        throttle_.give_back(entry.source);
        return then(std::move(good));
    }
    const Subject* who = hub_.authority().find(caller.subject);
    const auto known = book_.passphrases.find(who->name);
    if (known == book_.passphrases.end() || entry.current.size() > password_bytes_max)
        return then(tl::unexpected<Error>(wrong()));
    const auto shared = std::make_shared<Changed>(std::move(then));
    const bool taken = worker_.run(
        [old = known->second, current = entry.current,
         next = entry.passphrase]() -> Result<std::string> {
            if (!verify_password(old, current)) return wrong();
            return hash_password(next);
        },
        [this, caller, source = entry.source, subject = who->name,
         shared](Result<std::string> hash) {
            if (!still(caller)) return (*shared)(tl::unexpected<Error>(wrong()));
            if (!hash) {
                if (hash.error().code == Code::denied)
                    note_refused(caller.subject, "passphrase", source,
                                 "the passphrase so far is not right");
                return (*shared)(fail(std::move(hash.error())));
            }
            throttle_.give_back(source);
            const SecretBook before = book_;
            book_.passphrases[subject] = std::move(*hash);
            std::erase_if(book_.sessions, [&](const auto& session) {
                return session.subject == subject && session.hash != caller.hash;
            });
            if (ended_) ended_();
            keep([this, subject, old = before.passphrases.at(subject), shared](Result<void> kept) {
                // The sessions stay ended: they can sign in again, with what still counts.
                if (!kept) book_.passphrases[subject] = old;
                (*shared)(std::move(kept));
            });
        });
    if (!taken) {
        throttle_.give_back(entry.source);
        (*shared)(tl::unexpected<Error>(too_busy()));
    }
}

void Gate::admit(const std::string& subject, Admitted then) {
    forget_expired();
    std::string cookie = random_text(hub_.environment().random, 32);
    std::string hash = hash_secret(cookie);
    auto& sessions = book_.sessions;
    const auto is_mine = [&](const auto& session) { return session.subject == subject; };
    if (static_cast<std::size_t>(std::count_if(sessions.begin(), sessions.end(), is_mine)) >=
        sessions_per_subject_max) {
        sessions.erase(std::find_if(sessions.begin(), sessions.end(), is_mine));
    }
    sessions.push_back({hash, subject, hub_.now().wall + session_time});
    keep([this, cookie = std::move(cookie), hash = std::move(hash),
          then = std::move(then)](Result<void> kept) {
        if (kept) return then(cookie);
        std::erase_if(book_.sessions, [&](const auto& session) { return session.hash == hash; });
        then(fail(Code::unavailable, "the session could not be kept: " + kept.error().message));
    });
}

void Gate::sign_out(const Caller& caller, std::function<void(Result<void>)> then) {
    if (caller.by != Caller::By::session) return then({});  // a token ends with its grant
    std::erase_if(book_.sessions, [&](const auto& session) { return session.hash == caller.hash; });
    hub_.signed_out(caller.subject, "session", caller.source);
    if (ended_) ended_();
    keep(std::move(then));
}

}  // namespace foxtail::api
