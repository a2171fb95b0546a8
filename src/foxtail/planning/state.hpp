#pragma once

#include "foxtail/planner/told.hpp"
#include "foxtail/planning/said.hpp"
#include "foxtail/planning/site.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planning {

/// What was last heard of a device.
struct DeviceFacts {
    std::optional<double> kw;     // + takes
    double kw_at_grid = 0;        // of that, what the grid's meter has seen
    std::optional<double> level;  // %, of battery and car; °C of zone and tank
    std::optional<bool> plugged;  // car
    std::optional<double> let_a;  // car: the current that its charging point was told
    std::optional<bool> home;     // car
    bool armed = false;           // appliance: loaded and waiting
    Time run_from;                // appliance in its run: since then
    Time since;                   // heat pump: in this state (running or not) since then
    bool running = false;
    // battery and car: while `level` is silent, the last one with what was metered since
    std::optional<double> held_level;
    Time level_at;  // when `level` was heard last
    // The records that told it last; 0 = none did.
    std::uint64_t kw_seq = 0;
    std::uint64_t level_seq = 0;
    // It does not do what it is told: until then it is planned at what it takes.
    double deaf_kw = 0;
    Time deaf_until;
    /// As far as it is known.
    [[nodiscard]] std::optional<double> level_now() const { return level ? level : held_level; }
};

struct Facts {
    std::map<DeviceId, DeviceFacts> devices;
    std::optional<double> grid_kw;
    double grid_jump_kw = 0;  // its last change, as far as no device has explained it
    std::optional<double> sun_kw;
    std::optional<double> load_kw;  // the house's own meter, where there is one
    std::optional<double> outdoor_c;
    std::optional<bool> somebody_home;
    std::optional<double> soft_import_kw;  // by signal
    std::optional<double> peak_kw;         // the highest import that is paid for so far
    std::optional<double> sun_limit_kw;    // what the sun may give by our word; nothing = all
    /// Whether the sun gives as much as it may: there may be more of it.
    [[nodiscard]] bool sun_held_back() const;
};

/// Who said so, of a device that was switched at the device itself.
constexpr std::string_view by_hand_words = "by hand";

/// What people said of a device over the configuration's or the plan's head: of several people's
/// wishes those that hold.
struct DeviceWishes {
    enum class Mode : std::uint8_t { automatic, now, pause };
    std::optional<bool> act;
    Mode mode = Mode::automatic;
    Time until;       // of the mode; it ends by itself
    std::string by;   // who said so
    Time hand_since;  // since when, of what was switched by hand; not kept
    [[nodiscard]] bool hand() const { return by.starts_with(by_hand_words); }
    Time skip_until;  // goals due until then do not count ("not going tomorrow")
    std::optional<std::vector<CarGoal>> goals;
    std::vector<std::string> goals_by;  // whose each of them is
    std::optional<double> floor_percent;
    std::optional<double> most_percent;
    std::optional<double> reserve_percent;
    std::optional<double> low_c;
    std::optional<double> high_c;
    std::optional<int> ready_minute;
    std::optional<Hold> hold;  // ends by itself
    std::string hold_by;
    friend bool operator==(const DeviceWishes&, const DeviceWishes&) = default;
};
constexpr std::array<std::string_view, 3> mode_names = {"automatic", "now", "pause"};

struct Wishes {
    std::map<DeviceId, DeviceWishes> devices;
    std::map<DeviceId, std::vector<Said>> said;  // all people's, also those that do not hold
    Time away_until;  // nobody will be at home until then; unknown = as calendars and presence say
    std::string away_by;
    std::optional<QuietHours> quiet;  // as configured, where nobody said others
};

/// The quiet hours that hold: those that somebody said, else the household's.
[[nodiscard]] QuietHours quiet_hours(const Site& site, const Wishes& wishes);
/// What a battery keeps for an outage, kWh: as somebody said, else as configured; may be empty.
[[nodiscard]] planner::Series reserve_of(const Site& site, const Wishes& wishes, DeviceId battery);

/// A setting of which people want different things.
struct Contest {
    DeviceId device;
    Setting setting = Setting::goals;
    std::vector<Said> holds;
    std::vector<Said> lost;
};
[[nodiscard]] std::vector<Contest> contests(const Wishes& wishes, const WishRule& rule);
/// "leaf, goals: ben's 80 % by 07:00 holds, anna's 60 % by 07:00 does not (rule: last)".
[[nodiscard]] std::string contest_words(const Site& site, const Contest& contest);
/// What was said, as a person would write it; "" is no goal at all.
[[nodiscard]] std::string said_words(const Said& said);

/// A car is away: foretold by a calendar or by habit.
struct Trip {
    std::string car;
    Time from;
    Time until;
    double kwh = 0;
    double confidence = 1;
    std::string words;  // "calendar of anna: Ulm"
};

/// Nobody is at home, by a calendar.
struct Absence {
    Time from;
    Time until;
};

/// What is expected, by the forecasts.
struct Outlook {
    planner::Series load_kw, load_p10, load_p90;
    planner::Series sun_kw, sun_p10, sun_p90;
    planner::Series outdoor_c;
    forecast::Prices buy, sell;
    Time sun_until;  // so far the source of the sun's forecast speaks; unknown = there is none
    std::vector<Trip> trips;             // by time
    std::vector<planner::Told> guessed;  // what had to be guessed
    std::vector<Absence> absences;
};

[[nodiscard]] bool acts(const Site& site, const Wishes& wishes, DeviceId device);

/// Whether nobody is expected to be at home at `t`: as somebody said, by the calendars, and for the
/// next hours as it is now.
[[nodiscard]] bool nobody_home(const Facts& facts, const Wishes& wishes,
                               const std::vector<Absence>& absences, Time now, Time t);

/// What the planner is asked: the site as it is, as people want it, as it is expected to go on.
[[nodiscard]] planner::Request make_request(const Site& site, const Facts& facts,
                                            const Wishes& wishes, const Outlook& outlook,
                                            const Zone& zone, Time now);

/// Levels that nobody tells, so that a request has to guess them.
[[nodiscard]] std::vector<planner::Told> guessed_levels(const Site& site, const Facts& facts);

/// A car's stays at home with their goals (sessions.cpp).
[[nodiscard]] std::vector<planner::Session> sessions(const CarSite& site, const DeviceFacts& facts,
                                                     const DeviceWishes& wishes,
                                                     const std::vector<Trip>& trips,
                                                     const Zone& zone, Time now, Time until);

/// A car's trip that is still to come and begins about when a goal is due, so that "not going"
/// means both; null where there is none.
[[nodiscard]] const Trip* trip_for(const std::vector<Trip>& trips, const std::string& car, Time now,
                                   Time due);

/// Energy (kWh in the battery) that a goal means for a car.
[[nodiscard]] double energy_of(const CarGoal& goal, const CarSite& site);

}  // namespace foxtail::planning
