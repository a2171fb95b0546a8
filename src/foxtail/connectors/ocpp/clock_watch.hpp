#pragma once

#include "foxtail/base/moment.hpp"

namespace foxtail::ocpp {

/// Finds out that a charger's clock is behind ours. One message that is dated an hour ago may have
/// waited for the network so long; but what waited comes at once, and is less and less late. Who is
/// late by the same time, again and again, says what is now by a clock that is behind.
class ClockWatch {
public:
    static constexpr Duration behind_least = minutes(5);
    static constexpr Duration slack = seconds(5);
    static constexpr Duration steady_for = seconds(30);

    /// A message dated `said` came now. True when it was found out, or over, by this one.
    bool hear(Time said, Moment now) {
        const Duration late = now.wall - said;
        const bool was_behind = behind_.us != 0;
        if (late < behind_ - slack) behind_ = {};  // it was set meanwhile
        if (late > late_ + slack || late < late_ - slack) {
            late_ = late;
            since_ = now.mono;
        } else if (!was_behind && late > behind_least && now.mono - since_ >= steady_for) {
            behind_ = late_;
        }
        return was_behind != (behind_.us != 0);
    }
    /// Zero: as far as is known it goes right.
    [[nodiscard]] Duration behind() const { return behind_; }
    void forget() { *this = {}; }

private:
    Duration behind_;
    Duration late_;  // of the messages heard last
    Duration since_;
};

}  // namespace foxtail::ocpp
