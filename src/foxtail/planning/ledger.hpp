#pragma once

#include "foxtail/planning/keeper.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planning {

/// A quarter of an hour as it was measured. kW, kWh or °C (a zone); what was not heard is not
/// there.
struct Measured {
    Time from;
    double load_kw = 0;
    double sun_kw = 0;
    double buy_eur = 0;
    double sell_eur = 0;
    double outdoor_c = 0;
    struct Device {
        double kw = 0;
        std::optional<double> level;  // at the quarter's beginning
        bool plugged = false;
        bool armed = false;
    };
    std::map<DeviceId, Device> devices;
};

/// Writes down quarters of an hour, from which is reckoned what the plan saved. Knows no clock.
class Ledger {
public:
    static constexpr std::size_t quarters_max = 4 * 26;  // a long day, and one to compare with

    /// What is measured just now; it is taken to have been so since the last call. Called often.
    void measure(const Keeper& keeper, Moment now);
    /// A local day that is over and was measured whole but for an hour at most, once.
    struct Day {
        std::string date;  // "2026-11-21", local
        std::vector<Measured> quarters;
        planner::Request began;             // what was known and wished at its beginning
        std::size_t missing = 0;            // quarters
        std::vector<std::string> machines;  // names of appliances, by their index
    };
    [[nodiscard]] std::optional<Day> take_day();
    /// Today so far; nothing before an hour was measured.
    [[nodiscard]] std::optional<Day> so_far() const;

    [[nodiscard]] std::string save() const;
    /// Error: corrupt; nothing is changed then.
    [[nodiscard]] Result<void> load(std::string_view bytes);

private:
    void finish_quarter(const Keeper& keeper, Time next);
    void begin_day(const Keeper& keeper, Time from);

    std::vector<Measured> quarters_;  // of today, by time
    std::optional<planner::Request> began_;
    std::vector<std::string> machines_;
    std::string date_;
    std::optional<Day> over_;
    Measured sums_;  // of the quarter under way, weighed by seconds
    double seconds_ = 0;
    Time last_;
};

/// "2026-11-21", as the house's calendar shows it.
[[nodiscard]] std::string local_date(const Zone& zone, Time t);

}  // namespace foxtail::planning
