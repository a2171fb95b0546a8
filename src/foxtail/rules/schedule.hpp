#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/rules/rule.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace foxtail {

/// The first moment at which the clocks on the wall show `minute_of_day` or later on a local day
/// (days since 1970-01-01). A time that summer time skips is the moment of the change; one that
/// comes twice is its first coming.
[[nodiscard]] Time local_occurrence(const Zone& zone, std::int64_t local_day, int minute_of_day);

/// When time triggers are due. Never gives one local date and minute twice, gives nothing for time
/// that a jump of the wall clock skipped, and nothing more than `lateness_max` late.
class Schedule {
public:
    static constexpr Duration jump_min = minutes(5);
    static constexpr Duration lateness_max = minutes(5);
    /// A jump of the wall clock is noticed at the next look; so there is one at least this often.
    static constexpr Duration look_max = seconds(60);

    explicit Schedule(const Zone& zone) : zone_(zone) {}

    struct Place {
        std::uint32_t rule = 0;
        std::uint32_t trigger = 0;
    };

    /// Forgets all triggers. The first call sets the moment from which periods count.
    void restart(Moment now);
    void add(const AtTime& at, Place place);
    void add(const AtSun& at, Place place);
    void add(const Every& every, Place place);

    /// Appends what is due, ordered by rule, then trigger.
    void due(Moment now, std::vector<Place>& out);
    /// When due() has something to do next, as a point on the monotonic clock; at most look_max
    /// ahead.
    [[nodiscard]] std::optional<Duration> next_wake() const;

private:
    struct Daily {
        std::variant<AtTime, AtSun> at;
        Place place;
        Time next;
        std::int64_t next_day = 0;
        std::array<std::int64_t, 4> fired{};  // local days, the newest replaces the oldest
        std::uint32_t fired_count = 0;        // since the trigger was added
    };
    struct Periodic {
        Duration period;
        Place place;
        Duration next;
    };
    void add(Daily daily);
    /// Its moment on a local day, if it has one.
    [[nodiscard]] std::optional<Time> on_day(const Daily& daily, std::int64_t local_day) const;
    void plan(Daily& daily, Time after) const;
    void plan(Periodic& periodic, Duration after) const;
    void plan_wake();

    const Zone& zone_;
    std::vector<Daily> daily_;
    std::vector<Periodic> periodic_;
    Moment last_;
    Duration origin_;
    bool started_ = false;
    Duration wake_;
};

}  // namespace foxtail
