#include "foxtail/hub/problems.hpp"

#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {

std::uint64_t Problems::note(std::string_view source, std::string_view topic,
                             std::string_view sample, std::string_view reason, Moment now) {
    ++total_;
    const auto shown_source = printable(source, 100);
    const auto shown_topic = printable(topic, 200);
    const auto shown_reason = printable(reason, 300);
    auto at = std::find_if(problems_.begin(), problems_.end(), [&](const Problem& p) {
        return p.source == shown_source && p.topic == shown_topic && p.reason == shown_reason;
    });
    const bool fresh = at == problems_.end();
    if (fresh) {
        if (problems_.size() >= entries_max) problems_.pop_back();
        problems_.push_front(
            {now.wall, shown_source, shown_topic, {}, shown_reason, 0, 0, now.mono});
    } else if (at != problems_.begin()) {
        std::rotate(problems_.begin(), at, at + 1);
    }
    Problem& problem = problems_.front();
    problem.time = now.wall;
    problem.sample = printable(sample, 200);
    ++problem.count;
    ++problem.unrecorded;
    if (!fresh && now.mono - problem.recorded < record_every) return 0;
    if (now.mono - minute_began_ >= minutes(1)) {
        minute_began_ = now.mono;
        records_this_minute_ = 0;
    }
    if (records_this_minute_ >= records_per_minute_max) return 0;
    ++records_this_minute_;
    problem.recorded = now.mono;
    return std::exchange(problem.unrecorded, 0);
}

void Problems::forget_samples() {
    for (Problem& problem : problems_) problem.sample.clear();
}

}  // namespace foxtail
