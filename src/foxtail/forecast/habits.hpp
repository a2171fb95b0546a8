#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::forecast {

/// A trip as it usually is on such a day.
struct UsualTrip {
    Time leave;        // as often earlier as later
    Time leave_early;  // earlier only one time in ten
    Time back;
    Time back_late;          // later only one time in ten
    double kwh = 0;          // out of the battery, expected
    double kwh_much = 0;     // more only one time in ten
    double confidence = 0;   // 0..1: how often there is one, and how steady the time of leaving is
    bool under_way = false;  // the car is away already; leave is when it left
};

/// When a car leaves and comes back, by weekday, from when it did; what it uses on the way. Of a
/// day the longest trip counts, with the energy of all. Newer weeks weigh more. Trips longer than
/// 36 hours are no habit.
class CarHabits {
public:
    /// The car is at home, or not; the energy in its battery, if known. Told at each change, and at
    /// least once a day. What goes back in time is left out.
    void seen(Time now, bool home, std::optional<double> battery_kwh, const Zone& zone);

    /// The trips of the next days within [now, now + horizon), in order; at most one that begins on
    /// each local day. `kwh` is `otherwise_kwh` while no trip's energy is known.
    [[nodiscard]] std::vector<UsualTrip> trips(Time now, Duration horizon, double otherwise_kwh,
                                               const Zone& zone) const;
    /// Days that were watched and are not forgotten.
    [[nodiscard]] std::size_t days_known() const { return days_.size(); }

    [[nodiscard]] std::string save() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

    static constexpr std::size_t days_max = 84;
    static constexpr double confidence_min = 0.25;  // less is not told

private:
    struct Day {
        std::int64_t day = 0;
        bool trip = false;
        int leave = 0;  // minute of the day
        int back = 0;   // minute counted from the same midnight
        double kwh = 0;
        bool kwh_known = false;
    };
    Day& today(std::int64_t day);
    void came_back(Time now, std::optional<double> battery_kwh, const Zone& zone);
    [[nodiscard]] std::optional<UsualTrip> usual(std::int64_t day, std::int64_t today,
                                                 double otherwise_kwh, const Zone& zone) const;

    std::deque<Day> days_;  // oldest first
    Time seen_;
    Time left_;  // not known = at home
    std::optional<double> kwh_at_leaving_;
};

}  // namespace foxtail::forecast
