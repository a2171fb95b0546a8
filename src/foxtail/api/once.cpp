#include "foxtail/api/once.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/journal/merkle.hpp"

#include <algorithm>

namespace foxtail::api {

Result<std::string> Once::key_from(std::string_view header) {
    const bool quoted = header.size() >= 2 && header.front() == '"' && header.back() == '"';
    const auto key = quoted ? header.substr(1, header.size() - 2) : header;
    const bool good = std::all_of(key.begin(), key.end(), [](char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != '\\';
    });
    if (!good || key.size() > key_bytes_max || (quoted && key.empty())) {
        return fail(Code::invalid_input,
                    "'Idempotency-Key' is a string of 1 to 128 visible characters, without quotes "
                    "and backslashes inside, e.g. \"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
    }
    return std::string(key);
}

std::string Once::fingerprint(const HttpRequest& request) {
    std::string out;
    // Each with its length: no two requests run together the same.
    for (const std::string_view part :
         {std::string_view(request.method), std::string_view(request.path),
          std::string_view(request.query), std::string_view(request.body)}) {
        out += std::to_string(part.size()) + ':';
        out += part;
    }
    const ledger::Hash hash = ledger::sha256({out});
    return {hash.begin(), hash.end()};
}

Result<Once::Begun> Once::begin(SubjectId subject, const std::string& key, std::string fingerprint,
                                Duration now) {
    while (!by_turn_.empty() && now - by_turn_.begin()->second.since >= kept_for)
        drop(by_turn_.begin()->first);
    const auto theirs = keys_.find(subject);
    if (theirs != keys_.end()) {
        if (const auto at = theirs->second.find(key); at != theirs->second.end()) {
            const Entry& first = by_turn_.at(at->second);
            if (first.fingerprint != fingerprint) {
                return fail(Code::invalid_input,
                            "this Idempotency-Key was used for another request; a new request "
                            "needs a new key");
            }
            if (!first.answer) {
                return fail(Code::conflict,
                            "the request with this Idempotency-Key is still under way");
            }
            return Begun{0, first.answer};
        }
    }
    make_room(subject);
    const std::uint64_t turn = ++last_turn_;
    by_turn_.emplace(turn, Entry{subject, key, std::move(fingerprint), now, std::nullopt});
    keys_[subject].emplace(key, turn);
    return Begun{turn, std::nullopt};
}

void Once::make_room(SubjectId subject) {
    const auto theirs = keys_.find(subject);
    if (theirs != keys_.end() && theirs->second.size() >= keys_max) {
        const auto oldest =
            std::min_element(theirs->second.begin(), theirs->second.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        drop(oldest->second);
    } else if (theirs == keys_.end() && keys_.size() >= subjects_max) {
        const SubjectId other = by_turn_.begin()->second.subject;
        for (const auto& [key, turn] : Turns(keys_.at(other))) drop(turn);
    }
}

void Once::answered(std::uint64_t turn, const HttpResponse& response) {
    const auto at = by_turn_.find(turn);
    if (at != by_turn_.end()) at->second.answer = response;
}

void Once::forget(std::uint64_t turn) {
    drop(turn);
}

void Once::drop(std::uint64_t turn) {
    const auto at = by_turn_.find(turn);
    if (at == by_turn_.end()) return;
    const auto theirs = keys_.find(at->second.subject);
    FOX_ASSERT(theirs != keys_.end(), "each key is its subject's");
    theirs->second.erase(at->second.key);
    if (theirs->second.empty()) keys_.erase(theirs);
    by_turn_.erase(at);
}

}  // namespace foxtail::api
