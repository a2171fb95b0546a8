#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace foxtail::api {

/// Wishes that are sent twice and meant once: by the key that whoever asks gives to a request
/// (Idempotency-Key, draft-ietf-httpapi-idempotency-key-header), the second is known for the first
/// and gets its answer. Each subject has keys of its own. Bounded; gone with the process, for which
/// docs/decisions/0035 has the reasons.
class Once {
public:
    static constexpr Duration kept_for = hours(24);
    static constexpr std::size_t keys_max = 256;         // of each subject; the oldest gives way
    static constexpr std::size_t key_bytes_max = 128;    //
    static constexpr std::size_t subjects_max = 10'000;  // who asked longest ago gives way

    /// The key in the header: a string in quotes (RFC 8941), or its characters without; empty when
    /// there is no header. Error: invalid_input.
    [[nodiscard]] static Result<std::string> key_from(std::string_view header);
    /// What is asked, as far as two requests can differ in it.
    [[nodiscard]] static std::string fingerprint(const HttpRequest& request);

    struct Begun {
        /// This is the first: whoever answers it says so with answered() or forget().
        std::uint64_t turn = 0;
        std::optional<HttpResponse> again;  // the first one's answer
    };
    /// Error: conflict (the first is under way), invalid_input (it was another request).
    [[nodiscard]] Result<Begun> begin(SubjectId subject, const std::string& key,
                                      std::string fingerprint, Duration now);
    void answered(std::uint64_t turn, const HttpResponse& response);
    /// The first did nothing: it may be tried again, also otherwise.
    void forget(std::uint64_t turn);
    [[nodiscard]] std::size_t size() const { return by_turn_.size(); }

private:
    struct Entry {
        SubjectId subject;
        std::string key;
        std::string fingerprint;
        Duration since;
        std::optional<HttpResponse> answer;
    };
    using Turns = std::map<std::string, std::uint64_t, std::less<>>;  // by key
    void drop(std::uint64_t turn);
    void make_room(SubjectId subject);

    std::map<std::uint64_t, Entry> by_turn_;  // oldest first
    std::map<SubjectId, Turns> keys_;
    std::uint64_t last_turn_ = 0;
};

}  // namespace foxtail::api
