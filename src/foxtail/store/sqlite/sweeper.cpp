#include "foxtail/store/sqlite/sweeper.hpp"

#include "foxtail/store/sqlite/drop_readings.hpp"

#include <algorithm>

namespace foxtail::sqlite {
namespace {

constexpr Duration between_looks = hours(1);
// A segment that reaches over the border is packed again only when this much of it is too old, or
// an eighth of the retention: not every hour.
constexpr Duration slack_max = days(1);

}  // namespace

Result<void> Sweeper::open() {
    due_.clear();
    looked_ = {};
    retention_.clear();
    auto rows = database_.prepare("SELECT property, us FROM retention");
    if (!rows) return fail(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        retention_[static_cast<std::uint32_t>(rows->integer(0))] = {rows->integer(1)};
    }
}

Result<void> Sweeper::keep_for(PropertyId property, std::optional<Duration> retention) {
    const auto known = retention_.find(property.index);
    const bool had = known != retention_.end();
    if (had == retention.has_value() && (!had || known->second == *retention)) return {};
    const auto number = std::to_string(property.index);
    const auto group = std::to_string(shared_.names.group_of(property).number);
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto sql = retention ? "INSERT OR REPLACE INTO retention(property, us) VALUES (" +
                                     number + "," + std::to_string(retention->us) + ")"
                               : "DELETE FROM retention WHERE property = " + number;
    if (auto done = database_.run(sql); !done) return done;
    auto done =
        database_.run("UPDATE segment SET swept_at = 0 WHERE swept_at <> 0 AND thing = " + group);
    if (!done) return done;
    if (auto committed = transaction.commit(); !committed) return committed;
    if (retention) {
        retention_[property.index] = *retention;
    } else {
        retention_.erase(property.index);
    }
    looked_ = {};
    return {};
}

Result<void> Sweeper::look(Time now) {
    const bool soon = looked_.known() && now - looked_ < between_looks && now >= looked_;
    if (running() || retention_.empty() || soon) return {};
    looked_ = now;
    now_ = now;
    for (const auto& [property, retention] : retention_) {
        if (auto found = find_due({property}, retention); !found) return found;
    }
    std::sort(due_.begin(), due_.end());
    due_.erase(std::unique(due_.begin(), due_.end()), due_.end());
    return {};
}

Result<void> Sweeper::find_due(PropertyId property, Duration retention) {
    const Duration slack = std::min(slack_max, Duration{retention.us / 8});
    auto rows = database_.prepare(
        "SELECT id FROM segment WHERE thing = ?1 AND oldest < ?2 AND newest >= swept_at - ?3 AND "
        "swept_at <= ?4");
    if (!rows) return fail(rows.error());
    rows->bind(1, shared_.names.group_of(property).number);
    rows->bind(2, (now_ - retention - slack).us / 1000);
    rows->bind(3, retention.us / 1000);
    rows->bind(4, (now_ - slack).us / 1000);
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        due_.push_back(rows->integer(0));
    }
}

Result<void> Sweeper::step() {
    const auto id = due_.front();
    due_.pop_front();
    return sweep(id);
}

Result<void> Sweeper::sweep(std::int64_t id) {
    const auto old = [this](const Entry& entry) {
        const auto retention = retention_.find(entry.reading.property.index);
        return retention != retention_.end() && entry.time < now_ - retention->second;
    };
    // One that is gone was merged meanwhile; the merged one is found by the next look.
    const auto dropped = drop_readings(database_, shared_, id, old, now_);
    if (!dropped) return fail(dropped.error());
    return {};
}

}  // namespace foxtail::sqlite
