#include "foxtail/api/gate.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/runtime/password.hpp"
#include "foxtail/runtime/worker.hpp"

#include <algorithm>
#include <utility>

namespace foxtail::api {
namespace {

constexpr std::size_t name_bytes_max_here = 64;
constexpr std::size_t token_bytes_max = 200;

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
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

Result<std::string> owner_subject(std::string_view name) {
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F || c == ':' || c == '/';
    });
    if (name.empty() || name.size() > name_bytes_max_here || odd || !valid_utf8(name)) {
        return fail(Code::invalid_input, "a name has 1 to 64 bytes, without ':' and '/'");
    }
    std::string out = "owner:";
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
    return {};
}

void Gate::forget_expired() {
    const Time now = hub_.now().wall;
    std::erase_if(book_.sessions, [&](const auto& session) { return session.until <= now; });
}

// ---- who asks
// ---------------------------------------------------------------------------------------------------

std::optional<Caller> Gate::recognise(const HttpRequest& request) const {
    Caller caller;
    const std::string_view authorization = request.header("Authorization");
    if (!authorization.empty()) {
        const auto space = authorization.find(' ');
        if (!same_ignoring_case(authorization.substr(0, space), "Bearer") ||
            space == std::string_view::npos)
            return std::nullopt;
        const auto token = authorization.substr(space + 1);
        if (token.size() > token_bytes_max) return std::nullopt;
        caller.hash = hash_secret(token);
        const Subject* subject = hub_.authority().find_token(caller.hash, hub_.now().wall);
        if (subject == nullptr) return std::nullopt;
        caller.subject = subject->id;
        return caller;
    }
    const auto cookie =
        find_cookie(request.header("Cookie"), request.secure ? secure_cookie_name : cookie_name);
    if (cookie.empty() || cookie.size() > token_bytes_max) return std::nullopt;
    caller.by = Caller::By::session;
    caller.hash = hash_secret(cookie);
    const auto at = std::find_if(book_.sessions.begin(), book_.sessions.end(),
                                 [&](const auto& s) { return s.hash == caller.hash; });
    if (at == book_.sessions.end() || at->until <= hub_.now().wall) return std::nullopt;
    const Subject* subject = hub_.authority().find(at->subject);
    if (subject == nullptr) return std::nullopt;
    caller.subject = subject->id;
    return caller;
}

bool Gate::still(const Caller& caller) const {
    const Time now = hub_.now().wall;
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

void Gate::sign_up(Entry entry, Admitted then) {
    if (!throttle_.take(entry.source, hub_.now().mono)) return then(too_many_tries());
    const bool open = signup_needed() && !signing_up_ && !book_.signup_code_hash.empty();
    if (!open || !same_secret(hash_secret(entry.code), book_.signup_code_hash)) {
        return then(fail(Code::denied, "this sign-up link is not valid (any more)"));
    }
    throttle_.give_back(entry.source);
    if (auto subject = owner_subject(entry.name); !subject)
        return then(fail(std::move(subject.error())));
    if (!valid_utf8(entry.passphrase) || characters(entry.passphrase) < passphrase_characters_min) {
        return then(fail(Code::invalid_input, "a passphrase has at least 10 characters"));
    }
    if (entry.passphrase.size() > password_bytes_max)
        return then(fail(Code::invalid_input, "a passphrase has at most 1024 bytes"));
    signing_up_ = true;
    auto shared =
        std::make_shared<Admitted>([this, then = std::move(then)](Result<std::string> cookie) {
            signing_up_ = false;
            then(std::move(cookie));
        });
    const bool taken =
        worker_.run([passphrase = entry.passphrase] { return hash_password(passphrase); },
                    [this, entry, shared](Result<std::string> hash) {
                        if (!hash) return (*shared)(fail(hash.error()));
                        make_owner(entry, std::move(*hash), *shared);
                    });
    if (!taken) (*shared)(too_busy());
}

void Gate::make_owner(const Entry& entry, std::string hash, Admitted then) {
    const auto name = owner_subject(entry.name);
    if (!name) return then(fail(name.error()));
    if (hub_.health().read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_.health().reason));
    const auto subject = hub_.name_subject(*name, SubjectKind::owner);
    if (!subject) return then(fail(subject.error()));
    hub_.when_durable(hub_.head(), [this, subject = *name, hash = std::move(hash),
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
    if (!throttle_.take(entry.source, hub_.now().mono)) return then(too_many_tries());
    if (entry.passphrase.size() > password_bytes_max) return then(wrong());
    const auto subject = owner_subject(entry.name);
    const auto known = subject ? book_.passphrases.find(*subject) : book_.passphrases.end();
    const std::string hash = known == book_.passphrases.end() ? std::string() : known->second;
    const auto shared = std::make_shared<Admitted>(std::move(then));
    const bool taken = worker_.run(
        [dummy = dummy_, hash, passphrase = std::move(entry.passphrase)] {
            dummy->make();
            const bool right = verify_password(hash.empty() ? dummy->hash : hash, passphrase);
            return right && !hash.empty();
        },
        [this, subject, source = entry.source, shared](bool right) {
            if (!right) return (*shared)(wrong());
            throttle_.give_back(source);
            admit(*subject, *shared);
        });
    if (!taken) {
        throttle_.give_back(entry.source);
        (*shared)(too_busy());
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
    if (ended_) ended_();
    keep(std::move(then));
}

}  // namespace foxtail::api
