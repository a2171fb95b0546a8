#include "foxtail/connectors/mqtt/owntracks/presence.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace foxtail::mqtt::owntracks {

double distance_m(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
    constexpr double earth_m = 6'371'008.8;
    constexpr double radians = std::numbers::pi / 180;
    const double lat = (latitude_b - latitude_a) * radians / 2;
    const double lon = (longitude_b - longitude_a) * radians / 2;
    const double h = std::sin(lat) * std::sin(lat) + std::cos(latitude_a * radians) *
                                                         std::cos(latitude_b * radians) *
                                                         std::sin(lon) * std::sin(lon);
    return 2 * earth_m * std::asin(std::min(1.0, std::sqrt(h)));
}

void Presence::learn(const Region& region) {
    if (region.radius_m <= 0 || region.name.empty()) return;
    if (regions_.size() >= regions_max && !regions_.contains(region.name)) return;
    regions_[region.name] = region;
}

bool Presence::still_inside(const std::string& name, const Location& location,
                            bool phone_tells) const {
    const auto region = regions_.find(name);
    if (region == regions_.end()) return !phone_tells;  // only the phone knows where it is
    const double away = distance_m(location.latitude, location.longitude, region->second.latitude,
                                   region->second.longitude);
    return away - location.accuracy_m.value_or(0) <=
           region->second.radius_m + rules_.leave_margin_m;
}

std::vector<Move> Presence::apply(const Location& location) {
    if (location.ping) return {};
    if (location.at.known() && location.at < latest_) return {};
    if (location.at.known()) latest_ = location.at;
    std::set<std::string, std::less<>> now;
    const bool told = location.regions && !location.regions->empty();
    if (told) {
        tells_regions_ = true;
        for (const std::string& name : *location.regions) {
            now.insert(name);
            if (by_phone_.size() < regions_max) by_phone_.insert(name);
        }
    }
    const bool exact = location.accuracy_m.value_or(0) <= rules_.accuracy_max_m;
    if (!exact && !told) return {};
    if (!exact) {
        // Of regions the phone does not speak of, such a fix says nothing.
        for (const std::string& name : inside_) {
            if (!by_phone_.contains(name)) now.insert(name);
        }
        return become(std::move(now));
    }
    for (const std::string& name : inside_) {
        const bool phones = by_phone_.contains(name);
        if (phones && told) continue;  // its list is whole
        if (still_inside(name, location, phones && tells_regions_)) now.insert(name);
    }
    for (const auto& [name, region] : regions_) {
        if (by_phone_.contains(name)) continue;
        const double away =
            distance_m(location.latitude, location.longitude, region.latitude, region.longitude);
        if (away <= region.radius_m) now.insert(name);
    }
    if (regions_.empty() && !told && by_phone_.empty()) return {};  // no region is known yet
    return become(std::move(now));
}

std::vector<Move> Presence::apply(const Transition& transition) {
    if (transition.at.known() && transition.at < latest_) return {};
    // A beacon is near or not, whatever the satellites say.
    if (!transition.beacon && transition.accuracy_m.value_or(0) > rules_.accuracy_max_m) return {};
    if (transition.at.known()) latest_ = transition.at;
    if (by_phone_.size() < regions_max) by_phone_.insert(transition.region);
    std::set<std::string, std::less<>> now = inside_;
    if (transition.enter) {
        now.insert(transition.region);
    } else {
        now.erase(transition.region);
    }
    // A crossing is news even when it is the first thing heard.
    known_ = true;
    std::vector<Move> moves = become(std::move(now));
    if (moves.empty() && !transition.enter) moves.push_back({transition.region, false});
    return moves;
}

std::vector<Move> Presence::become(std::set<std::string, std::less<>> now) {
    std::vector<Move> moves;
    if (now.size() > regions_max) return moves;
    for (const std::string& name : inside_) {
        if (known_ && !now.contains(name)) moves.push_back({name, false});
    }
    for (const std::string& name : now) {
        if (known_ && !inside_.contains(name)) moves.push_back({name, true});
    }
    inside_ = std::move(now);
    known_ = true;
    return moves;
}

std::optional<std::string> Presence::place() const {
    if (!known_) return std::nullopt;
    const std::string* best = nullptr;
    double smallest = 0;
    for (const std::string& name : inside_) {
        const auto region = regions_.find(name);
        const double radius = region == regions_.end() ? 1e9 : region->second.radius_m;
        if (best == nullptr || radius < smallest) {
            best = &name;
            smallest = radius;
        }
    }
    return best == nullptr ? "away" : *best;
}

}  // namespace foxtail::mqtt::owntracks
