#pragma once

#include "foxtail/planning/ledger.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// What a day cost, and what it would have cost with charging on arrival and a thermostat.
struct DaySaved {
    std::string date;
    double paid = 0;
    double would = 0;
    std::string note;  // what was missed, or not measured
    struct Device {
        std::string name;
        double saved = 0;
    };
    std::vector<Device> devices;
    [[nodiscard]] double saved() const { return would - paid; }
};

/// Replays a measured day with the rules of who does not plan. Pure, but not quick: some ten
/// milliseconds.
[[nodiscard]] DaySaved reckon_savings(const planning::Ledger::Day& day);

/// The days that were reckoned, newest last.
class SavingsBook {
public:
    static constexpr std::size_t days_max = 400;
    static constexpr std::size_t days_shown = 31;
    static constexpr std::size_t weeks_shown = 13;
    void add(DaySaved day);
    void set_today(DaySaved day) { today_ = std::move(day); }
    [[nodiscard]] const DaySaved& today() const { return today_; }
    [[nodiscard]] double total() const;
    /// Days and weeks (`day` is their Monday, `count` how many days of it were reckoned), each with
    /// what was paid, would have been, and who saved how much of it; the newest first.
    [[nodiscard]] std::string json(std::string_view currency) const;
    [[nodiscard]] std::string save() const;
    /// Error: corrupt; nothing is changed then.
    [[nodiscard]] Result<void> load(std::string_view bytes);

private:
    struct Week {
        DaySaved sum;
        int count = 0;
    };
    [[nodiscard]] std::vector<Week> weeks() const;

    std::deque<DaySaved> days_;
    DaySaved today_;
    double earlier_ = 0;  // of days that are no longer kept
};

}  // namespace foxtail
