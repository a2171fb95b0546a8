#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

namespace foxtail {

/// Deadlines of one household on the clock that never jumps. A deadline whose subject is gone by
/// then is ignored by the one who set it, so nothing is ever cancelled.
class Timers {
public:
    enum class Kind : std::uint8_t { command, wait, confirmation };
    struct Due {
        Duration at;
        Seq seq = 0;  // breaks ties, so that equal deadlines come in the order of their records
        Kind kind = Kind::command;
    };

    void set(Duration at, Kind kind, Seq seq) { queue_.push({at, seq, kind}); }
    [[nodiscard]] std::optional<Duration> next() const {
        if (queue_.empty()) return std::nullopt;
        return queue_.top().at;
    }
    /// The earliest deadline not after `now`, taken off.
    std::optional<Due> take(Duration now) {
        if (queue_.empty() || queue_.top().at > now) return std::nullopt;
        const Due due = queue_.top();
        queue_.pop();
        return due;
    }

private:
    struct Later {
        bool operator()(const Due& a, const Due& b) const {
            return a.at != b.at ? a.at > b.at : a.seq > b.seq;
        }
    };
    std::priority_queue<Due, std::vector<Due>, Later> queue_;
};

}  // namespace foxtail
