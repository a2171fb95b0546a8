#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/moment.hpp"
#include "foxtail/charging/energy.hpp"
#include "foxtail/charging/grid_share.hpp"
#include "foxtail/charging/matching.hpp"
#include "foxtail/charging/share.hpp"
#include "foxtail/charging/site.hpp"
#include "foxtail/journal/record.hpp"

#include <optional>
#include <string>

namespace foxtail::charging {

/// From plug to unplug.
struct Session {
    std::string id;
    Time from;
    Time until;  // unknown while plugged
    double wh = 0;
    bool estimated = false;  // a part of it was not read from a register
    double cost = 0;
    double priced_wh = 0;  // of how much the price was known
    double own_wh = 0;     // that did not come from the grid
    double co2_g = 0;
    double co2_wh = 0;
    std::string car;  // "" = unknown, "guest"
    double certainty = 0;
    std::string car_reason = "just plugged in";
    bool corrected = false;  // by a person: stands
    std::string who;
    std::string who_reason;
    std::string tag;
    std::string ev_id;

    void save(ByteWriter& out) const;
    /// `own` = what was saved knows own_wh.
    void load(ByteReader& in, bool own);
};

/// What is known of one charging point, and what was commanded. Amperes are per phase. Knows no
/// circuits. Not thread-safe.
class Point {
public:
    Point(const PointSite& site, double volts) : site_(&site), volts_(volts), mode(site.mode) {}

    // ---- what it says ----
    void heard_current(std::size_t line, double amps, Duration now);
    void heard_line_power(std::size_t line, double watts, Duration now);
    void heard_power(double watts, Duration now);
    /// Without a cable nothing flows, whatever was told last: many boxes tell no zero.
    void nothing_flows(Duration now);
    /// What it draws on each of the household's phases, as last heard.
    [[nodiscard]] const Phases& draw() const { return draw_; }
    [[nodiscard]] bool measured() const { return measured_; }
    [[nodiscard]] double highest() const;
    /// It tells only its power, and may be on fewer phases than it could.
    [[nodiscard]] bool guessed() const { return guessed_; }
    [[nodiscard]] double watts() const;

    /// The phases it takes current from: those seen, else all that it could.
    [[nodiscard]] PhaseSet phases_on() const;
    [[nodiscard]] PhaseSet phases_possible() const;
    [[nodiscard]] int phases_seen() const { return count(seen_); }
    void forget_phases() { seen_ = {}; }
    /// As it was switched; a box that was never switched is on all it is wired for.
    [[nodiscard]] int phases_now() const {
        return phases_set > 0 ? phases_set : static_cast<int>(site_->wiring.size());
    }
    /// Phases without current for long are lost; those with current count at once.
    void watch_phases(Duration now);

    // ---- commanded and obeyed ----
    void command(double amps, Duration now);
    /// It may still draw by an earlier limit.
    [[nodiscard]] bool unsettled(Duration now) const;
    /// What was measured is what the present limit led to.
    [[nodiscard]] bool certain(Duration now) const;
    struct Bounds {
        double least = 0;
        /// As it says. Where it tells only its power, what it takes of a phase if it is on all of
        /// them: the least that lowering it can free there.
        double known = 0;
        double most = 0;
        double soon = 0;  // where its limit leads it
    };
    /// What a meter may see of it on a phase at this moment.
    [[nodiscard]] Bounds bounds(std::size_t phase, Duration now) const;
    /// What must be kept free for it on a phase.
    [[nodiscard]] double reserve(std::size_t phase, Duration now) const;
    [[nodiscard]] Obeyed obeyed(Duration now) const;

    [[nodiscard]] const PointSite& site() const { return *site_; }
    [[nodiscard]] double most_w() const { return 3 * volts_ * site_->current_max_a; }
    [[nodiscard]] bool by_hand() const { return by_hand_a || by_hand_w; }
    /// What a person lets it draw of all phases together; nothing = nobody said.
    [[nodiscard]] std::optional<double> wished_w() const;
    /// It draws more than that, although every phase keeps to what it was told.
    [[nodiscard]] bool over_power(Duration now) const;
    [[nodiscard]] bool reachable() const {
        return online && status != Status::unavailable && status != Status::faulted &&
               status != Status::unknown;
    }

private:
    void draws(const Phases& draw, Duration now);
    void measured(std::size_t phase, Duration now);
    [[nodiscard]] bool measured_since(Duration since) const;
    [[nodiscard]] std::size_t lines() const;

    const PointSite* site_;
    double volts_;
    Phases line_amps_{-1, -1, -1};
    Phases line_watts_{-1, -1, -1};
    double watts_ = -1;
    Phases draw_{};
    Phases draw_before_{};
    Duration draw_changed_;
    Duration told_at_;                       // anything
    std::array<Duration, 3> measured_at_{};  // each phase
    bool measured_ = false;
    bool guessed_ = false;  // on which phases it is
    double even_ = 0;       // then: its current if it is on all of them
    PhaseSet seen_{};
    std::array<Duration, 3> seen_at_{};
    double peak_ = 0;  // of the limits that may still be in effect
    double trough_ = 0;
    Duration obey_since_;  // of the lowest limit that stands

public:
    // ---- plain facts, written by the controller ----
    Status status = Status::unknown;
    bool online = true;
    std::optional<double> limit_reported;
    std::optional<double> most_reported_a;  // the box says that it cannot give more
    int phases_set = 0;                     // as the box says; 0 = does not say
    std::string tag;
    std::string ev_id;
    std::string transaction;
    bool tells_transaction = false;
    Time transaction_over;  // when the last one ended
    Time late_start;        // of the running one, if that was told late
    Energy energy;
    Energy::Gain early;  // what was told of late while nothing was plugged in
    Duration early_at;
    Mode mode;
    Mode mode_before = Mode::min_sun;  // what "now" goes back to
    std::optional<double> at_most_a;   // a person's
    std::optional<double> at_most_w;   // a person's, of all phases together
    /// Somebody set the box itself; until unplugged. In one of both.
    std::optional<double> by_hand_a;
    std::optional<double> by_hand_w;
    double needed_wh = 0;
    Time deadline;
    std::optional<double> plan_a;
    bool plan_fresh = false;
    std::optional<int> plan_phases;  // 1 or 3; as they are where the plan does not say
    std::optional<Session> session;
    bool car_seen = false;   // in it: the box told of more than that somebody comes
    GridShare::Mark shared;  // until its last energy
    Duration plugged_at;
    bool plug_seen = false;
    Duration closing_at;  // a session that ended waits for its last figures
    Time ended_at;        // of the last session: the next begins later
    std::vector<Edge> edges;

    double commanded_a = 0;
    bool commanded = false;  // anything, ever
    bool told_here = false;  // the same, since the start
    Duration commanded_at;
    Duration sent_at;
    bool refused = false;
    std::string refusal;
    std::string why = "nothing is plugged in";

    // delays
    std::optional<Duration> raise_since;
    double raise_to = 0;
    std::optional<Duration> sun_since;
    std::optional<Duration> short_since;
    std::optional<Duration> forced_out;
    std::optional<Duration> waiting_since;
    std::optional<Duration> charging_since;
    std::optional<Duration> idle_since;  // offered current and does not take it
    // switching phases
    std::optional<Duration> better_since;
    int switch_to = 0;  // under way
    bool switch_sent = false;
    Duration switch_step_at;
    std::optional<Duration> switched_at;
    // starting a transaction
    int starts = 0;
    Duration start_sent;
};

}  // namespace foxtail::charging
