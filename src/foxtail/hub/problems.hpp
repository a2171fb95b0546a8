#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/string_map.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace foxtail {

/// Input from outside that was not understood, for people to look at: one entry for each source,
/// topic and reason, with a sample and a count. Bounded: the oldest entry gives way.
class Problems {
public:
    static constexpr std::size_t entries_max = 200;
    static constexpr Duration record_every = minutes(1);
    static constexpr int records_per_minute_max = 30;

    struct Problem {
        Time time;  // last seen
        std::string source;
        std::string topic;
        std::string sample;
        std::string reason;
        std::uint64_t count = 0;
        std::uint64_t unrecorded = 0;  // since the last record
        Duration recorded;             // when last recorded
    };
    /// Counts it. Returns how many to put on record now: 0 = none, because its last record is
    /// younger than a minute or this minute has had records_per_minute_max already (whoever makes
    /// up new topics must not fill the disk).
    std::uint64_t note(std::string_view source, std::string_view topic, std::string_view sample,
                       std::string_view reason, Moment now);
    /// What was not understood may be about anybody: only that it came, and how often, stays.
    void forget_samples();
    [[nodiscard]] const std::deque<Problem>& all() const { return problems_; }  // newest first
    [[nodiscard]] std::uint64_t total() const { return total_; }

private:
    std::deque<Problem> problems_;
    std::uint64_t total_ = 0;
    Duration minute_began_;
    int records_this_minute_ = 0;
};

}  // namespace foxtail
