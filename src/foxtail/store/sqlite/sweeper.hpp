#pragma once

#include "foxtail/store/sqlite/segment.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <deque>
#include <unordered_map>

namespace foxtail::sqlite {

/// Drops sealed readings that are older than their property's retention, one segment a step.
class Sweeper {
public:
    Sweeper(Database& database, Shared& shared) : database_(database), shared_(shared) {}

    [[nodiscard]] Result<void> open();
    /// Also stores it. A change makes the thing's segments due for another look.
    [[nodiscard]] Result<void> keep_for(PropertyId property, std::optional<Duration> retention);
    /// Looks for segments that hold readings too old at `now`. At most once an hour of that time.
    [[nodiscard]] Result<void> look(Time now);
    [[nodiscard]] bool running() const { return !due_.empty(); }
    [[nodiscard]] Result<void> step();

private:
    [[nodiscard]] Result<void> find_due(PropertyId property, Duration retention);
    [[nodiscard]] Result<void> sweep(std::int64_t id);

    Database& database_;
    Shared& shared_;
    std::unordered_map<std::uint32_t, Duration> retention_;
    std::deque<std::int64_t> due_;  // segments
    Time looked_;
    Time now_;
};

}  // namespace foxtail::sqlite
