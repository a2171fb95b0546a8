#include "foxtail/charging/prices.hpp"

#include <algorithm>

namespace foxtail::charging {

void Prices::hear(std::optional<double> Rate::*what, std::optional<double> value, Time now) {
    if (!past_.empty() && past_.back().rate.*what == value) return;
    Rate rate = past_.empty() ? Rate{} : past_.back().rate;
    rate.*what = value;
    // A clock that was set back: what it said of the time from now on was never true.
    while (!past_.empty() && past_.back().from >= now) past_.pop_back();
    past_.push_back({now, rate});
    while (past_.size() > 1 && (past_.size() > kept_max || past_[1].from < now - kept))
        past_.pop_front();
}

Prices::Rate Prices::over(Time from, Time until) const {
    if (past_.empty()) return {};
    const auto later = [](Time time, const Since& since) { return time < since.from; };
    auto first = std::upper_bound(past_.begin(), past_.end(), std::min(from, until), later);
    auto end = std::upper_bound(past_.begin(), past_.end(), until, later);
    if (first != past_.begin()) --first;
    if (end == first) ++end;
    if (end - first == 1) return first->rate;
    Rate out;
    for (const auto what : {&Rate::price, &Rate::feed_in, &Rate::co2}) {
        double sum = 0;
        double known_us = 0;
        for (auto at = first; at != end; ++at) {
            if (!(at->rate.*what)) continue;
            const Time stop = at + 1 == end ? until : (at + 1)->from;
            const auto us = static_cast<double>((stop - std::max(at->from, from)).us);
            sum += *(at->rate.*what) * us;
            known_us += us;
        }
        if (known_us > 0) out.*what = sum / known_us;
    }
    return out;
}

}  // namespace foxtail::charging
