#include "foxtail/planner/told.hpp"

#include <array>
#include <cstdio>
#include <optional>

namespace foxtail::planner {
namespace {

/// {name} is a value, {name:1} a number with one digit after the point. What stands in [ ] is left
/// out where a value of it is.
struct Form {
    std::string_view name;
    std::string_view words;
};
constexpr std::array<Form, static_cast<std::size_t>(Tells::last_) + 1> forms = {{
    {"", ""},
    {"LEVEL_KNOWN", "{device} says how full it is"},
    {"LEVEL_JUMPED", "{device} is at {level:0} %, and was at {before:0} %"},
    {"PLUGGED_IN", "{device} was plugged in"},
    {"UNPLUGGED", "{device} was unplugged"},
    {"CAME_HOME", "{device} came home"},
    {"LEFT_HOME", "{device} left"},
    {"ARMED", "{device} is ready to run"},
    {"DISARMED", "{device} is not to run"},
    {"RUN_BEGAN", "{device} has begun"},
    {"RUN_DONE", "{device} is done"},
    {"SOMEBODY_HOME", "somebody came home"},
    {"NOBODY_HOME", "nobody is at home"},
    {"GRID_LIMIT", "the grid asks for at most {kw:1} kW"},
    {"GRID_LIMIT_OVER", "the grid's limit ended"},
    {"QUARTER_HOUR", "a quarter of an hour has passed"},
    {"MODE_ENDED", "'{mode}' of {device} ended by itself"},
    {"WISH_SET",
     "{who} set '{setting}' of {device}[: {value}][, but {holder} holds (rule: {rule})]"
     "[, which holds over {loser} (rule: {rule})]"},
    {"SWITCHED_BY_HAND", "{device} was switched {to} by hand"},
    {"AWAY", "{who}: away until {until}"},
    {"AWAY_OVER", "{who}: no longer away"},
    {"METER_SILENT", "{address} is silent"},
    {"PRICES_CAME", "prices until {until} came"},
    {"SUN_FORECAST_CAME", "a forecast of the sun until {until} came"},
    {"WEATHER_FORECAST_CAME", "a forecast of the weather until {until} came"},
    {"CALENDAR_CHANGED", "the calendar '{name}' changed"},
    {"DISOBEYS", "{device}: takes {kw:1} kW, was told {told:1} kW"},
    {"BELOW_PLAN", "{device}: {by:1} {unit} below the plan"},
    {"ABOVE_PLAN", "{device}: {by:1} {unit} above the plan"},
    {"PLAN_RAN_OUT", "the plan has run out"},
    {"FIRST_PLAN", "the first plan"},
    {"NO_OLD_PLAN", "there was no plan"},
    {"OLD_PLAN_RAN_OUT", "the old plan has run out"},
    {"DEVICE_NEW", "{device} is new"},
    {"DEVICE_GONE", "{device} is gone"},
    {"GOAL_CHANGED", "{device}: {goal} has changed"},
    {"GOAL_REACHABLE", "{device}: {goal} can be met after all"},
    {"GOAL_UNREACHABLE", "{device}: {goal} cannot be met as planned"},
    {"GOAL_GONE", "{device}: a goal is gone"},
    {"CAR_LEFT", "{device} has left"},
    {"CAR_THERE", "{device} is there"},
    {"OVERRIDDEN", "{device}: somebody has said so"},
    {"OVERRIDE_OVER", "{device}: what was said is over"},
    {"OFF_COURSE", "{device} is off its course"},
    {"COSTS_LESS", "it costs less"},
    {"SUN_UNKNOWN", "the sun: nothing is known of it yet"},
    {"LOAD_METER_SILENT", "the house's load: its meter is silent"},
    {"LOAD_UNKNOWN", "the house's load: nothing is known of it yet"},
    {"PRICES_AS_BEFORE", "prices from {from} on: as on earlier days"},
    {"SOURCE_SILENT", "{source}: {name} has told nothing since {since}"},
    {"SOURCE_NEVER_TOLD", "{source}: {name} has told nothing so far"},
    {"OWN_SUN_FREE", "the sun's power is counted as free: no price for feeding in is configured"},
    {"LEVEL_UNKNOWN", "{device}: its level is not known; a middling one is assumed"},
    {"LEVEL_HELD",
     "{device} has not told its level since {since}; by what was metered it is at {level:0} %"},
    {"NOT_OBEYING",
     "{device} does not do what it is told: until {until} it is planned at {kw:1} kW, as it is"},
    {"TRIED_AGAIN", "{device} is tried again"},
    {"QUIET_SET", "{who}: quiet from {begin} to {end}"},
    {"QUIET_OVER", "{who}: no quiet hours"},
}};

std::optional<std::string> value_in(const Told::Values& values, std::string_view place) {
    const auto colon = place.find(':');
    const auto name = place.substr(0, colon);
    for (const auto& [known, value] : values) {
        if (known != name) continue;
        if (const auto* text = std::get_if<std::string>(&value)) return *text;
        const int digits = colon == std::string_view::npos ? 2 : place[colon + 1] - '0';
        std::array<char, 64> text{};
        std::snprintf(text.data(), text.size(), "%.*f", digits, std::get<double>(value));
        return std::string(text.data());
    }
    return std::nullopt;
}

/// Nothing where a value is not known.
std::optional<std::string> filled(std::string_view form, const Told::Values& values) {
    std::string out;
    while (!form.empty()) {
        const auto open = form.find_first_of("{[");
        out += form.substr(0, open);
        if (open == std::string_view::npos) break;
        const bool part = form[open] == '[';
        const auto close = form.find(part ? ']' : '}', open);
        const auto inside = form.substr(open + 1, close - open - 1);
        const auto found = part ? filled(inside, values) : value_in(values, inside);
        if (!found && !part) return std::nullopt;
        out += found.value_or("");
        form.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace

std::string_view Told::name() const {
    return forms[static_cast<std::size_t>(code_)].name;
}

std::string Told::words() const {
    const auto& form = forms[static_cast<std::size_t>(code_)];
    return filled(form.words, values_).value_or(std::string(form.name));
}

std::string words_of(const std::vector<Told>& all) {
    std::string out;
    for (const auto& one : all) {
        if (one.empty()) continue;
        if (!out.empty()) out += "; ";
        out += one.words();
    }
    return out;
}

}  // namespace foxtail::planner
