#pragma once

#include "foxtail/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::charging {

/// Amperes on the household's phases L1, L2, L3.
using Phases = std::array<double, 3>;
/// Which of them.
using PhaseSet = std::array<bool, 3>;

/// What a person wants of a charging point.
enum class Mode : std::uint8_t {
    off,
    sun,      // only what would go out of the house
    min_sun,  // the least current at any time, more with the sun
    now,      // as much as fits; until unplugged
    planned   // what a schedule property says
};
constexpr std::array<std::string_view, 5> mode_names = {"off", "sun", "min_sun", "now", "planned"};
[[nodiscard]] std::optional<Mode> mode_from(std::string_view text);

/// The words of OCPP 1.6; `unknown` before anything was heard.
enum class Status : std::uint8_t {
    unknown,
    available,
    preparing,
    charging,
    suspended_evse,
    suspended_ev,
    finishing,
    reserved,
    unavailable,
    faulted
};
[[nodiscard]] std::optional<Status> status_from(std::string_view text);
/// A cable with a car at its end.
[[nodiscard]] bool plugged(Status status);

/// Commanded against measured. `gives_none`: the box holds back what it may give.
/// `wrong_phases`: it is on more of them than it was switched to.
enum class Obeyed : std::uint8_t {
    yes,
    waiting,
    draws_more,
    refused,
    offline,
    unmeasured,
    gives_none,
    wrong_phases
};
constexpr std::array<std::string_view, 8> obeyed_names = {"yes",        "waiting",     "draws_more",
                                                          "refused",    "offline",     "unmeasured",
                                                          "gives_none", "wrong_phases"};

/// One charging point as it is installed.
struct PointSite {
    std::string name;
    /// The household's phase (0..2) that hangs on the box's L1, L2, L3; as many as are wired.
    std::vector<std::uint8_t> wiring = {0, 1, 2};
    bool switches_phases = false;
    double current_max_a = 16;
    double current_min_a = 6;  // IEC 61851: below 6 A there is only 0
    double step_a = 1;
    std::size_t circuit = 0;
    int priority = 0;  // higher goes before lower
    Mode mode = Mode::min_sun;
    /// The box's own time from a limit to the current that follows it.
    Duration obeys_within = seconds(35);
    /// Of all its phases together.
    [[nodiscard]] double power_max_w(double volts) const {
        return volts * current_max_a * static_cast<double>(wiring.size());
    }
    std::string start_tag;  // non-empty: a transaction is started with it when none runs
};

/// A fuse, a sub-board, or a limit by signal. Limits hold for all that hangs below.
struct CircuitSite {
    std::string name;
    std::optional<std::size_t> parent;
    std::optional<double> limit_a;  // per phase
    /// Limit of all phases together while the signal is on (or what the signal says).
    std::optional<double> limit_w;
    bool metered = false;
    /// What the points below may take in sum and per phase while the meter is silent.
    double safe_a = 6;
    Duration stale_after = seconds(30);
};

/// A car of the household.
struct CarSite {
    std::string name;  // of its thing
    std::vector<std::string> tags;
    std::vector<std::string> ev_ids;
    std::string belongs_to;
    int phases = 0;  // its charger's; 0 = not known
};

struct Tag {
    std::string tag;
    std::string person;
};

struct Delays {
    Duration raise = seconds(20);         // so long the room must have been there
    Duration start = seconds(60);         // so long the sun must have been enough to start
    Duration stop = minutes(3);           // so long it may be too little before a pause
    Duration restart = seconds(60);       // after a pause that a circuit forced
    Duration adjust = seconds(10);        // between two steps that only follow the sun
    Duration switch_phases = minutes(3);  // so long the other number of phases must be better
    Duration switch_again = minutes(10);
    Duration switch_pause = seconds(10);  // without current before and after switching
    Duration turn = minutes(15);          // whoever charged so long lets those go first who wait
    Duration start_grace = seconds(30);   // after a restart: until the meters have spoken
    Duration resend = seconds(60);        // to a box that does not obey
};

struct Site {
    std::vector<PointSite> points;
    std::vector<CircuitSite> circuits;
    std::vector<CarSite> cars;
    std::vector<Tag> tags;
    double volts = 230;
    double feed_in = 0;  // per kWh, where nothing tells it
    Delays delays;
};

constexpr std::size_t points_max = 32;
constexpr std::size_t circuits_max = 32;
constexpr std::size_t cars_max = 16;

}  // namespace foxtail::charging
