#pragma once

#include "foxtail/api/proof.hpp"
#include "foxtail/api/secrets.hpp"
#include "foxtail/api/throttle.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace foxtail {
class Worker;
}

namespace foxtail::api {

/// Who asks, and by what we know it.
struct Caller {
    enum class By : std::uint8_t { session, token };
    By by = By::token;
    std::string hash;  // of the cookie's value or of the token
    SubjectId subject;
    std::string source;  // the other side's address
    [[nodiscard]] Asker asker() const { return {subject, is_own_network(source)}; }
};

/// Finds out who asks, and lets people in. The only part of the API that sees the hub; what passes
/// it gets a Door, and only the server can ask for one: what is public cannot reach a property.
/// Calls come on the household's thread.
class Gate {
public:
    static constexpr Duration session_time = days(30);
    static constexpr std::size_t sessions_per_subject_max = 50;
    static constexpr std::size_t passphrase_characters_min = 10;
    /// A browser takes the second name only over TLS, with Secure and without a domain
    /// (draft-ietf-httpbis-rfc6265bis): nobody who can speak in clear can set or overwrite it.
    static constexpr std::string_view cookie_name = "foxtail_session";
    static constexpr std::string_view secure_cookie_name = "__Host-foxtail_session";

    /// All must outlive the gate; `worker` computes hashes and keeps the book, and must be gone
    /// before `secrets`.
    Gate(Hub& hub, Secrets& secrets, Worker& worker);
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// Reads the book. Blocks. Error: as Secrets::load().
    [[nodiscard]] Result<void> load();

    /// Nothing when the request carries no valid token or session. A wrong token is not made up for
    /// by a good cookie.
    [[nodiscard]] std::optional<Caller> recognise(const HttpRequest& request);
    /// Whether what it was recognised by still holds.
    [[nodiscard]] bool still(const Caller& caller) const;
    /// What the one was asked to erase whose token opens nothing any more, because its grant has
    /// ended; nothing for all others. A token that is bound to a key needs its proof here as well.
    [[nodiscard]] std::optional<Erasures::Asked> recognise_ended(const HttpRequest& request);
    /// They say that it is erased; `then` with what is known of it, once it is durable. Error:
    /// not_found, unavailable.
    void erased(Seq grant, std::function<void(Result<Erasures::Asked>)> then);
    /// For them to be told what they had agreed to, and nothing else: of what is in force the same
    /// subject may have other grants.
    [[nodiscard]] Door door_for_receipt(const Erasures::Asked& asked) {
        return hub_.door(asked.subject);
    }
    /// For who is shut out: what to erase, in one line; empty when there is nothing.
    [[nodiscard]] std::string parting_words(const Caller& caller) const;

    // ---- what is public
    // ---------------------------------------------------------------------------------------
    [[nodiscard]] const Hub::Health& health() const { return hub_.health(); }
    /// While nobody maintains the household.
    [[nodiscard]] bool signup_needed() const;
    /// Opens sign-up with a code that works once, for the link printed at the first start. Blocks.
    /// Error: conflict (there is an owner already), unavailable.
    [[nodiscard]] Result<std::string> open_signup();

    struct Entry {
        std::string code;  // sign-up only
        std::string name;
        std::string passphrase;
        std::string current;  // the passphrase so far, when it is changed
        std::string source;   // the other side's address
    };
    /// The value for the session's cookie.
    using Admitted = std::function<void(Result<std::string>)>;
    using Changed = std::function<void(Result<void>)>;
    /// Makes the first owner, or the one an invitation's code is for (whose name it has; `name` may
    /// be left out then). Error: denied (code), invalid_input, exhausted (too many tries),
    /// unavailable.
    void sign_up(Entry entry, Admitted then);
    /// Error: denied (name or passphrase: which is not told), exhausted, unavailable.
    void sign_in(Entry entry, Admitted then);
    /// Another passphrase for the one whose session it is; their other sessions end. Error: denied,
    /// invalid_input, exhausted, unavailable.
    void change_passphrase(const Caller& caller, Entry entry, Changed then);
    /// Whether somebody can sign in under this name.
    [[nodiscard]] bool has_passphrase(const std::string& subject) const {
        return book_.passphrases.contains(subject);
    }
    /// Ends the session at once; `then` when that is kept. Error: unavailable (a restart would
    /// bring it back).
    void sign_out(const Caller& caller, std::function<void(Result<void>)> then);
    /// Called after a session ended.
    void on_ended(std::function<void()> call) { ended_ = std::move(call); }
    struct Me {
        std::string subject;
        std::string name;
        std::string role;
    };
    [[nodiscard]] Me me(const Caller& caller) const;

private:
    friend class Server;
    struct Dummy;
    [[nodiscard]] Door door(const Caller& caller) { return hub_.door(caller.asker()); }
    [[nodiscard]] Door door_of_the_house() { return hub_.door(SubjectId{0}); }
    void when_recorded(Seq seq, std::function<void(Result<void>)> then) {
        hub_.when_durable(seq, std::move(then));
    }

    [[nodiscard]] const std::string* find_passphrase_subject(std::string_view name) const;
    /// A token as it was shown. With a proof, the hash is of both together: who sends a bound token
    /// without its key asks for one that exists nowhere.
    struct Shown {
        std::string_view token;
        std::string hash;
        std::optional<Proof> proof;  // not checked yet
    };
    /// Error: invalid_input, for the log; empty when it is no token at all.
    [[nodiscard]] static Result<Shown> shown_token(const HttpRequest& request,
                                                   std::string_view authorization);
    [[nodiscard]] Result<void> take_proof(const Shown& shown, const HttpRequest& request);
    [[nodiscard]] std::optional<Caller> recognise_token(const HttpRequest& request,
                                                        std::string_view authorization);
    void note_token(const Caller& caller);
    void note_refused(std::optional<SubjectId> subject, const char* how, std::string_view source,
                      const char* why);
    void take_up(const Entry& entry, const std::string& subject, std::string hash, Admitted then);
    void make_owner(const Entry& entry, std::string hash, Admitted then);
    void admit(const std::string& subject, Admitted then);
    void keep(std::function<void(Result<void>)> then);
    void forget_expired();

    Hub& hub_;
    Secrets& secrets_;
    Worker& worker_;
    SecretBook book_;
    Throttle throttle_;
    std::set<std::string> signing_up_;  // hashes of the codes being used just now
    ProofsTaken proofs_;
    StringMap<Duration> tokens_seen_;  // by subject and source: when last, while it is used
    std::function<void()> ended_;
    std::shared_ptr<Dummy> dummy_;
};

/// A person's name as it is kept: trimmed, ASCII letters small. Error: invalid_input.
[[nodiscard]] Result<std::string> person_name(std::string_view name);
/// "owner:anna" to "anna".
[[nodiscard]] std::string_view bare_name(std::string_view subject);

}  // namespace foxtail::api
