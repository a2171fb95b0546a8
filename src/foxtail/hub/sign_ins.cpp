#include "foxtail/hub/sign_ins.hpp"

#include "foxtail/base/utf8.hpp"

#include <utility>

namespace foxtail {

Body SignIns::body(const Key& key, const Counted& counted) {
    const auto& [subject, how, source, refused] = key;
    if (refused.empty())
        return SignedIn{{subject}, how, source, counted.count, counted.from, counted.until};
    return SignInRefused{{subject},     how,          source,       refused,
                         counted.count, counted.from, counted.until};
}

std::optional<Body> SignIns::note(const Try& one, Moment now) {
    Key key{one.subject.index, one.how, printable(one.source, 100), printable(one.refused, 100)};
    auto at = counted_.find(key);
    if (at == counted_.end() && counted_.size() >= sources_max) {
        std::get<2>(key) = elsewhere;
        at = counted_.find(key);
    }
    const bool fresh = at == counted_.end();
    if (fresh) at = counted_.emplace(std::move(key), Counted{}).first;
    Counted& counted = at->second;
    if (counted.count++ == 0) counted.from = now.wall;
    counted.until = now.wall;
    if (!fresh && now.mono - counted.recorded < record_every) return std::nullopt;
    counted.recorded = now.mono;
    Body out = body(at->first, counted);
    counted.count = 0;
    return out;
}

std::vector<Body> SignIns::take_due(Moment now, bool all) {
    std::vector<Body> due;
    for (auto at = counted_.begin(); at != counted_.end();) {
        Counted& counted = at->second;
        if (!all && now.mono - counted.recorded < record_every) {
            ++at;
            continue;
        }
        if (counted.count == 0) {
            at = counted_.erase(at);
            continue;
        }
        due.push_back(body(at->first, counted));
        counted.count = 0;
        counted.recorded = now.mono;
        ++at;
    }
    return due;
}

std::optional<Duration> SignIns::next_due() const {
    std::optional<Duration> next;
    for (const auto& [key, counted] : counted_) {
        const Duration due = counted.recorded + record_every;
        if (!next || due < *next) next = due;
    }
    return next;
}

}  // namespace foxtail
