#include "foxtail/connectors/calendar/zones.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/runtime/zone.hpp"

#include <algorithm>
#include <utility>

namespace foxtail::calendar {
namespace {

constexpr std::size_t zones_known_max = 64;
constexpr std::size_t onsets_max = 2000;
constexpr std::size_t remarks_max = 20;

class UtcOffset final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time /*t*/) const override { return {}; }
};

/// A zone as a file describes it.
class FileZone final : public Zone {
public:
    struct Change {
        Time at;
        Duration before;
        Duration offset;
    };
    explicit FileZone(std::vector<Change> changes) : changes_(std::move(changes)) {
        std::sort(changes_.begin(), changes_.end(),
                  [](const Change& a, const Change& b) { return a.at < b.at; });
    }
    [[nodiscard]] Duration offset_at(Time t) const override {
        const auto next =
            std::upper_bound(changes_.begin(), changes_.end(), t,
                             [](Time moment, const Change& one) { return moment < one.at; });
        return next == changes_.begin() ? changes_.front().before : std::prev(next)->offset;
    }

private:
    std::vector<Change> changes_;  // never empty
};

std::unique_ptr<Zone> zone_in_file(const RawZone& raw, Time from, Time until, Budget& budget) {
    std::vector<FileZone::Change> changes;
    const auto add = [&](const RawOnset& onset, Time shown) {
        changes.push_back({shown - onset.before, onset.before, onset.offset});
        return changes.size() < onsets_max;
    };
    for (const auto& onset : raw.onsets) {
        add(onset, onset.shown);
        for (const Time more : onset.more) add(onset, more);
        if (!onset.rule) continue;
        // What comes more often than once a year is no change of clocks.
        if (!onset.rule->understood || onset.rule->rule.every != Rule::Every::year) return nullptr;
        Time last = until + days(400);
        if (const auto& end = onset.rule->until)
            last = std::min(last, end->utc ? end->shown + onset.before : end->shown);
        if (!each_by_rule(onset.rule->rule, onset.shown, from - days(800), last, budget,
                          [&](Time shown) { return add(onset, shown); }))
            return nullptr;
    }
    if (changes.empty() || changes.size() >= onsets_max) return nullptr;
    return std::make_unique<FileZone>(std::move(changes));
}

/// "/mozilla.org/20070129_1/Europe/Berlin" to "Europe/Berlin".
std::string last_two(const std::string& name) {
    const auto last = name.rfind('/');
    if (last == std::string::npos || last == 0) return name;
    const auto before = name.rfind('/', last - 1);
    return before == std::string::npos ? name : name.substr(before + 1);
}

}  // namespace

Time moment_shown(const Zone& zone, Time shown) {
    const auto before = zone.offset_at(shown - hours(36));
    const auto after = zone.offset_at(shown + hours(36));
    const Time first = shown - std::max(before, after);
    const Time second = shown - std::min(before, after);
    if (first + zone.offset_at(first) == shown) return first;
    if (second + zone.offset_at(second) == shown) return second;
    return shown - before;
}

Zones::Zones(const std::vector<RawZone>& own, const Zone& house, Time from, Time until,
             Budget& budget, std::vector<std::string>& remarks)
    : own_(own),
      house_(house),
      from_(from),
      until_(until),
      budget_(budget),
      remarks_(remarks),
      utc_(std::make_unique<UtcOffset>()) {}

void Zones::remark(std::string text) {
    if (remarks_.size() < remarks_max) remarks_.push_back(std::move(text));
}

std::unique_ptr<Zone> Zones::find(const std::string& name) {
    for (const auto& candidate : {name, last_two(name)}) {
        if (auto zone = find_zone(candidate)) return std::move(*zone);
    }
    for (const auto& raw : own_) {
        if (raw.name != name) continue;
        if (auto zone = zone_in_file(raw, from_, until_, budget_)) return zone;
        remark("zone '" + printable(name, 60) +
               "' of the calendar is not understood: the house's stands in");
        return nullptr;
    }
    remark("zone '" + printable(name, 60) + "' is not known: the house's stands in");
    return nullptr;
}

const Zone& Zones::zone_of(const WallTime& t) {
    if (t.utc) return *utc_;
    if (t.date || t.zone.empty()) return house_;
    const auto known = known_.find(t.zone);
    if (known != known_.end()) return known->second ? *known->second : house_;
    if (known_.size() >= zones_known_max) return house_;
    const auto& zone = known_[t.zone] = find(t.zone);
    return zone ? *zone : house_;
}

Time Zones::moment_of(const WallTime& t) {
    return moment_shown(zone_of(t), t.shown);
}

}  // namespace foxtail::calendar
