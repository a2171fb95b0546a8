#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/connectors/mqtt/owntracks/codec.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Where a person is: a pure fold over what the person's phone says.

namespace foxtail::mqtt::owntracks {

struct Region {
    std::string name;
    double latitude = 0;
    double longitude = 0;
    double radius_m = 0;
};

struct PresenceRules {
    double accuracy_max_m = 200;  // a worse fix says nothing about presence
    double leave_margin_m = 50;   // beyond the radius, before a person counts as gone
};

/// Metres between two points on a sphere of the earth's mean radius.
[[nodiscard]] double distance_m(double latitude_a, double longitude_a, double latitude_b,
                                double longitude_b);

struct Move {
    std::string region;
    bool entered = false;
};

/// The regions a person is in.
/// The phone knows best: what it says with inregions or a transition counts, and a region it speaks
/// of is entered only by its word. Other regions are entered inside their radius and left beyond
/// radius, margin and accuracy, so that a fix at the border changes nothing.
class Presence {
public:
    explicit Presence(PresenceRules rules = {}) : rules_(rules) {}

    /// Adds or moves a region. Bounded; the first regions_max stay.
    void learn(const Region& region);
    /// Each answers what changed; nothing when older than what is known.
    std::vector<Move> apply(const Location& location);
    std::vector<Move> apply(const Transition& transition);

    /// The smallest region the person is in, "away", or nothing when that is not known.
    [[nodiscard]] std::optional<std::string> place() const;

    static constexpr std::size_t regions_max = 1000;

private:
    [[nodiscard]] bool still_inside(const std::string& name, const Location& location,
                                    bool phone_tells) const;
    std::vector<Move> become(std::set<std::string, std::less<>> now);

    PresenceRules rules_;
    StringMap<Region> regions_;
    std::set<std::string, std::less<>> inside_;
    std::set<std::string, std::less<>> by_phone_;  // regions the phone speaks of
    bool tells_regions_ = false;                   // the phone sends inregions
    bool known_ = false;
    Time latest_;
};

}  // namespace foxtail::mqtt::owntracks
