#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/planner/follower.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/planning/state.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planning {

using Seq = std::uint64_t;  // number of a record

enum class DeviceFact : std::uint8_t {
    power,
    level,
    plugged,
    home,
    armed,
    let  // A, of a car: what its charging point gives it leave for
};
enum class HouseFact : std::uint8_t { grid, sun, load, home, outdoor, soft_import };

/// Keeps the plan of one household: hears what happens, says when a new plan is due and what it is
/// to be asked, decides whether it takes the old one's place, and follows it. Solving happens
/// elsewhere. Knows no clock and does no I/O: equal calls, equal answers. Not thread-safe.
class Keeper {
public:
    Keeper(Site site, const Zone& zone);

    void hear(DeviceId device, DeviceFact fact, std::optional<double> value, Seq seq, Moment now);
    void hear(HouseFact fact, std::optional<double> value, Seq seq, Moment now);
    /// Error: invalid_input, with what would be right.
    [[nodiscard]] Result<void> set(DeviceId device, Setting setting, const Value& value,
                                   const std::string& by, Seq seq, Moment now);
    /// Somebody switched the device at the device itself: it is left to them, visibly and for a
    /// while. A battery is never switched by hand, nor a device for which the plan does not act.
    void switched_by_hand(DeviceId device, DeviceWishes::Mode mode, Seq seq, Moment now);
    /// Nobody will be at home until then; unknown = take that back.
    void set_away(Time until, const std::string& by, Seq seq, Moment now);
    /// The hours in which machines make no noise: "22:00 to 06:00", "" = none; null = as
    /// configured. Error: invalid_input, with what would be right.
    [[nodiscard]] Result<void> set_quiet(const Value& value, const std::string& by, Seq seq,
                                         Moment now);
    /// What a setting stands at, as its property shows it.
    [[nodiscard]] Value shown(DeviceId device, Setting setting) const;
    /// Forecasts, prices or calendars have changed.
    void expect(Outlook outlook, planner::Told because, Seq seq, Moment now);

    /// A plan to be made now.
    struct Due {
        planner::Request request;
        std::vector<planner::Told> because;
        Seq cause = 0;
    };
    /// Nothing while one is being made or none is due; at most one is under way.
    [[nodiscard]] std::optional<Due> due(Moment now);
    struct Taken {
        bool published = false;  // it is the plan now
        bool proved = false;     // the plan is the same, and better known
        double saves_eur = 0;
    };
    /// The answer to what due() gave.
    Taken planned(planner::Plan plan, Moment now);
    /// There is no answer to what due() gave: it is due again.
    void planned_nothing();
    /// A better one for the same request, or the proof that the plan is as good: that is noted in
    /// the plan and is no new version.
    Taken improved(planner::Plan plan, Moment now);

    /// What is to be done now by the plan; of devices that act and of those that do not.
    [[nodiscard]] const planner::Followed& follow(Moment now);
    /// What follow() gave last.
    [[nodiscard]] const planner::Followed& followed() const { return followed_; }
    [[nodiscard]] Duration next_wake(Moment now) const;

    [[nodiscard]] const planner::Plan* plan() const { return plan_ ? &*plan_ : nullptr; }
    /// Why it took the place of the one before: what happened, and what the new one does better.
    [[nodiscard]] const std::vector<planner::Told>& changed() const { return changed_; }
    [[nodiscard]] std::string because() const { return planner::words_of(changed_); }
    [[nodiscard]] Seq cause() const { return cause_; }
    [[nodiscard]] std::uint64_t version() const { return version_; }
    /// Versions go on from there: records from before a restart name the earlier ones.
    void go_on_from(std::uint64_t version) { version_ = std::max(version_, version); }
    /// The highest import of the billing period so far, where one is paid for.
    void set_peak(double kw) { facts_.peak_kw = kw; }
    [[nodiscard]] const Site& site() const { return site_; }
    [[nodiscard]] const Facts& facts() const { return facts_; }
    [[nodiscard]] const Wishes& wishes() const { return wishes_; }
    [[nodiscard]] const Outlook& outlook() const { return outlook_; }
    /// What a plan of now has to guess: of the future, and of devices that tell no level.
    [[nodiscard]] std::vector<planner::Told> guessed() const;
    [[nodiscard]] const Zone& zone() const { return zone_; }
    /// A request as it would be now with other wishes, for "what if".
    [[nodiscard]] planner::Request request_with(const Wishes& wishes, Time now) const;
    /// When a mode that is said now ends by itself.
    [[nodiscard]] Time mode_ends(DeviceId device, DeviceWishes::Mode mode, Time now) const;
    /// What the house takes without the planned devices; nothing while a meter is silent.
    [[nodiscard]] std::optional<double> base_load_kw() const;

    /// What people said, to outlive a restart. Equal states give equal bytes.
    [[nodiscard]] std::string save() const;
    /// Error: corrupt; nothing is changed then.
    [[nodiscard]] Result<void> load(std::string_view bytes);
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

private:
    void wants_plan(planner::Told because, Seq seq, bool at_once);
    void meter_told(std::optional<double> grid_kw);
    void power_told(DeviceFacts& heard, std::optional<double> kw);
    void follow_run(DeviceId device, DeviceFacts& facts, Seq seq, Moment now);
    /// The record that told last how full the device is that `because` is about.
    [[nodiscard]] Seq told_level(const planner::Told& because) const;
    void level_told(DeviceId device, std::optional<double> percent, Seq seq, Moment now);
    void hold_levels(Moment now);
    void see_who_disobeys(Moment now);
    void try_again(Moment now);
    void end_modes(Moment now);
    /// Reads a setting into `wishes`, whoever else has said something.
    [[nodiscard]] Result<void> understand(DeviceId device, DeviceWishes& wishes, Setting setting,
                                          const Value& value, const std::string& by,
                                          Moment now) const;
    [[nodiscard]] Result<void> set_mode(DeviceId device, DeviceWishes& wishes, const Value& value,
                                        const std::string& by, Moment now) const;
    [[nodiscard]] Result<void> set_mode_until(DeviceId device, const Value& value,
                                              const std::string& by, Moment now);
    [[nodiscard]] Time next_going(const CarSite& car, const DeviceWishes& wishes, Time now) const;
    void say(DeviceId device, Said said);
    void settle_wishes(DeviceId device, Setting setting, Time now);
    void add_standing(planner::Told::Values& values, DeviceId device, Setting setting,
                      const std::string& by) const;
    void end_wishes(DeviceId device, Time now);
    [[nodiscard]] std::uint64_t next_number() const;
    [[nodiscard]] Result<void> can_hold(DeviceId device, const std::optional<Hold>& hold,
                                        Time now) const;
    [[nodiscard]] Result<void> set_number(DeviceId device, DeviceWishes& wishes, Setting setting,
                                          const Value& value) const;
    [[nodiscard]] double grid_now(Time now) const;
    [[nodiscard]] planner::Observed observe(Time now) const;
    Taken take(planner::Plan plan, std::vector<planner::Told> changed, Seq cause);

    Site site_;
    const Zone& zone_;
    Facts facts_;
    Wishes wishes_;
    Outlook outlook_;
    planner::Follower follower_;
    planner::Followed followed_;
    std::optional<planner::Plan> plan_;
    std::vector<planner::Told> changed_;
    Seq cause_ = 0;
    std::uint64_t version_ = 0;
    std::uint64_t changes_ = 0;
    // what waits
    bool wanted_ = false;
    bool at_once_ = false;
    bool under_way_ = false;
    std::vector<planner::Told> wanted_because_;
    Seq wanted_cause_ = 0;
    std::vector<planner::Told> asked_because_;
    Seq asked_cause_ = 0;
    planner::Told upset_;       // what no plan can have foreseen: it happened, or somebody wants it
    bool asked_upset_ = false;  // so what is asked replaces the plan in any case
    bool asked_taken_ = false;  // the last answer is the plan
    Duration last_asked_;
    Time planned_quarter_;
    Duration replanned_at_;  // because a device was off its course
    Time held_until_;        // so far silent levels have been carried on
    bool ever_asked_ = false;
};

}  // namespace foxtail::planning
