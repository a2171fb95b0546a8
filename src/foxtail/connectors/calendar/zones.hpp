#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/connectors/calendar/ical.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace foxtail::calendar {

/// The moment at which clocks of the zone show `shown`: of two the first; of one that summer time
/// skips, as if it had not.
[[nodiscard]] Time moment_shown(const Zone& zone, Time shown);

/// Finds the zones that a calendar names.
class Zones {
public:
    /// All must outlive it. Of the file's zones the changes about [from, until) are unrolled.
    Zones(const std::vector<RawZone>& own, const Zone& house, Time from, Time until, Budget& budget,
          std::vector<std::string>& remarks);

    /// When it is. Days begin at the house's midnight.
    [[nodiscard]] Time moment_of(const WallTime& t);
    /// The zone by whose clocks times like this one are written.
    [[nodiscard]] const Zone& zone_of(const WallTime& t);

private:
    [[nodiscard]] std::unique_ptr<Zone> find(const std::string& name);
    void remark(std::string text);

    const std::vector<RawZone>& own_;
    const Zone& house_;
    Time from_;
    Time until_;
    Budget& budget_;
    std::vector<std::string>& remarks_;
    std::unique_ptr<Zone> utc_;
    std::map<std::string, std::unique_ptr<Zone>> known_;  // null = the house's stands in
};

}  // namespace foxtail::calendar
