#include "foxtail/api/throttle.hpp"

#include <algorithm>

namespace foxtail::api {

bool Throttle::take(std::string_view source, Duration now) {
    auto at = sources_.find(source);
    if (at == sources_.end()) {
        if (sources_.size() >= sources_max) {
            sources_.erase(std::max_element(
                sources_.begin(), sources_.end(),
                [](const auto& a, const auto& b) { return a.second.left < b.second.left; }));
        }
        at = sources_.emplace(std::string(source), Tries{tries_max, now}).first;
    }
    Tries& tries = at->second;
    const double earned =
        static_cast<double>((now - tries.at).us) / static_cast<double>(one_more_every.us);
    tries.left = std::min(tries_max, tries.left + earned);
    tries.at = now;
    if (tries.left < 1) return false;
    tries.left -= 1;
    return true;
}

void Throttle::give_back(std::string_view source) {
    const auto at = sources_.find(source);
    if (at != sources_.end()) at->second.left = std::min(tries_max, at->second.left + 1);
}

}  // namespace foxtail::api
