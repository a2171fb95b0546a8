#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <map>
#include <string>
#include <vector>

namespace foxtail::api {

/// What lets people in. Not part of the journal: the journal may be exported, this may not.
struct SecretBook {
    struct Session {
        std::string hash;     // hash_secret() of the cookie's value
        std::string subject;  // "owner:anna"
        Time until;
        friend bool operator==(const Session&, const Session&) = default;
    };
    std::map<std::string, std::string> passphrases;  // subject -> Argon2id in PHC form
    std::vector<Session> sessions;                   // oldest first
    std::string signup_code_hash;                    // empty = no code is open

    friend bool operator==(const SecretBook&, const SecretBook&) = default;
};

/// Keeps the book. Both functions block; keep() is called on a worker's thread, one call at a time.
class Secrets {
public:
    virtual ~Secrets() = default;
    /// The book as last kept; an empty one when there is none yet. Error: corrupt, unavailable.
    [[nodiscard]] virtual Result<SecretBook> load() = 0;
    /// Replaces the book, durably: when it returns, a power cut does not bring the old one back.
    /// Error: unavailable.
    [[nodiscard]] virtual Result<void> keep(const SecretBook& book) = 0;
};

}  // namespace foxtail::api
