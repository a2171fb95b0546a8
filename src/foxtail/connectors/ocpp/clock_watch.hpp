#pragma once

#include "foxtail/base/moment.hpp"

namespace foxtail::ocpp {

/// Finds out by how much a charger's clock is wrong. One message that is dated an hour ago may have
/// waited for the network so long; but what waited comes at once, and is less and less late. Who is
/// late by the same time, again and again, says what is now by a clock that is behind; who is
/// early, by one that is ahead, and what waited is then of that much earlier than it says.
class ClockWatch {
public:
    static constexpr Duration wrong_least = minutes(5);
    static constexpr Duration slack = seconds(5);
    static constexpr Duration steady_for = seconds(30);

    /// A message dated `said` came now. True when this one changed what behind() says.
    bool hear(Time said, Moment now) {
        const Duration late = now.wall - said;
        const Duration was = behind_;
        heard_ = true;
        if (late <= wrong_least && late >= Duration{} - wrong_least) compared_ = true;
        if (late < behind_ - slack) behind_ = {};  // it was set meanwhile
        if (late > late_ + slack || late < late_ - slack) {
            late_ = late;
            since_ = now.mono;
        } else if (now.mono - since_ >= steady_for && !near(late_, behind_)) {
            const bool wrong = late_ > wrong_least || late_ < Duration{} - wrong_least;
            behind_ = wrong ? late_ : Duration{};
            compared_ = true;
        }
        return was.us != behind_.us;
    }
    /// Below zero: it goes ahead. Zero: as far as is known it goes right.
    [[nodiscard]] Duration behind() const { return behind_; }
    /// Before hear(): nothing tells yet whether what is dated `said` waited, or comes now from a
    /// clock that is behind. A clock that was right once is not; nor does what is late by another
    /// time than what came before.
    [[nodiscard]] bool unsure(Time said, Moment now) const {
        const Duration late = now.wall - said;
        return !compared_ && late > wrong_least && (!heard_ || near(late, late_));
    }
    [[nodiscard]] bool compared() const { return compared_; }
    /// As it was known before a restart.
    void restore(bool compared, Duration behind) {
        compared_ = compared;
        behind_ = behind;
    }

private:
    static bool near(Duration a, Duration b) { return a <= b + slack && a >= b - slack; }

    Duration behind_;
    Duration late_;  // of the messages heard last
    Duration since_;
    bool heard_ = false;
    bool compared_ = false;  // it is known whether, and by how much, it is wrong
};

}  // namespace foxtail::ocpp
