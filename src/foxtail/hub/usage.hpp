#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>

namespace foxtail {

/// What was read under grants that say how often or how much, as far as it is on record: a fold
/// over OutsideRead and GrantEnded, so that a restart gives nothing back. What was told since the
/// last such record, at most a minute's, is the Hub's to add.
class Usage {
public:
    /// Longer than the hour that rates look back at.
    static constexpr Duration recent_max = minutes(62);
    struct Told {
        Time at;
        std::uint64_t reads = 0;
    };

    /// `month` is the month of the household's calendar in which it was told, counted through.
    void apply(std::int32_t month, Time at, const OutsideRead::Used& used);
    void end(Seq grant) { grants_.erase(grant); }
    /// Values told in that month. A clock that went back does not give an earlier month anew: what
    /// was told in the newest one counts.
    [[nodiscard]] std::uint64_t in_month(Seq grant, std::int32_t month) const;
    /// The reads of about the last hour before the newest record of each grant, oldest first.
    void each_recent(const std::function<void(Seq, const Told&)>& visit) const;

    void save(ByteWriter& out) const;
    [[nodiscard]] Result<void> load(ByteReader& in);
    void clear() { grants_.clear(); }

private:
    struct Of {
        std::int32_t month = 0;
        std::uint64_t values = 0;
        std::deque<Told> recent;
    };
    std::map<Seq, Of> grants_;
};

/// Months since the year 0, of a moment in local time.
[[nodiscard]] std::int32_t month_of(Time local);

}  // namespace foxtail
