#pragma once

#include "foxtail/config/planner.hpp"
#include "foxtail/forecast/habits.hpp"
#include "foxtail/forecast/load.hpp"
#include "foxtail/forecast/score.hpp"
#include "foxtail/forecast/weather.hpp"
#include "foxtail/planning/keeper.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// What the household expects: learns from what its meters say, takes what its sources tell, and
/// keeps the score of both.
class Outlooker {
public:
    /// Both must outlive it.
    Outlooker(const PlanningConfig& config, const Zone& zone);

    /// What is measured just now; it is taken to have been so since the last call. Called often.
    void learn(const planning::Keeper& keeper, Moment now);
    /// What a source says; NaN where it says nothing.
    enum class Of : std::uint8_t { prices, sun, outdoor };
    void told(Of what, planner::Series series, Moment now);
    /// What calendars say, all of them; by time.
    void told(std::vector<planning::Trip> trips, std::vector<planning::Absence> absences);

    /// Whether it is time for another look.
    [[nodiscard]] bool due(Moment now) const;
    [[nodiscard]] planning::Outlook outlook(const planning::Keeper& keeper, Moment now);
    /// A source of the future, and how it keeps its word.
    struct Source {
        Of what = Of::prices;
        std::string name;    // "awattar, api.awattar.de"
        Time heard;          // something that was understood; unknown = never yet
        std::string failed;  // why not, the last time; empty = it told
        bool late = false;   // it has been silent for longer than it should
    };
    /// What is said of sources in the next outlook; true when one has become late, or no longer is.
    bool look_at(std::vector<Source> sources);
    /// How well it was foretold and by whom, as JSON.
    [[nodiscard]] std::string scores_json() const;
    /// The prices that were told, for the days to come; they outlive a restart apart from what was
    /// learned, at once.
    [[nodiscard]] std::string save_prices() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load_prices(std::string_view bytes);

    [[nodiscard]] std::string save() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

private:
    [[nodiscard]] planner::Series home_series(const planning::Keeper& keeper, Time now) const;
    void add_prices(planning::Outlook& out, Time from) const;
    void add_trips(planning::Outlook& out, Time now) const;
    void look_at_cars(const planning::Keeper& keeper, Moment now);
    [[nodiscard]] std::optional<double> cars_away(const planning::Keeper& keeper) const;
    void note_guesses(const planning::Outlook& outlook, Moment now);

    const PlanningConfig& config_;
    const Zone& zone_;
    forecast::LoadForecast load_;
    forecast::WeatherForecast sun_{forecast::WeatherForecast::Of::sun};
    forecast::WeatherForecast outdoor_{forecast::WeatherForecast::Of::outdoor};
    std::map<std::string, forecast::CarHabits> habits_;  // by car
    forecast::Score load_score_;
    forecast::Score sun_score_;
    forecast::Score outdoor_score_;
    forecast::Score price_score_;  // of those that had to be guessed
    forecast::Score trips_score_;  // how many cars are away
    planner::Series prices_;
    std::vector<Source> sources_;
    std::vector<planning::Trip> trips_;
    std::vector<planning::Absence> absences_;
    Time learned_;
    Time looked_;
    std::map<std::string, bool> was_home_;
    Time cars_seen_;
};

}  // namespace foxtail
