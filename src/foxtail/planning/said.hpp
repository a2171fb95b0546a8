#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/model/value.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planning {

/// What people can set on a device's own thing, by these names.
enum class Setting : std::uint8_t {
    act,
    mode,
    mode_until,
    skip,
    goals,
    least,
    most,
    reserve,
    low,
    high,
    ready_by,
    armed,
    hold
};
constexpr std::array<std::string_view, 13> setting_names = {
    "act",     "mode", "mode_until", "skip",     "goals", "least", "most",
    "reserve", "low",  "high",       "ready_by", "armed", "hold"};

[[nodiscard]] std::optional<Setting> setting_from(std::string_view name);

/// Which of several people's wishes for the same thing holds.
struct WishRule {
    enum class Kind : std::uint8_t {
        last,               // what was said last
        most_is_asked_for,  // the earliest deadline, the highest number, "now" before "pause"; all
                            // goals of all people
        order               // the first of `people` who said something; who is not among them comes
                            // after them, the last said first
    };
    Kind kind = Kind::last;
    std::vector<std::string> people;
};
/// As the configuration and the plan name them.
constexpr std::array<std::string_view, 3> wish_rule_names = {"last", "earliest_and_highest",
                                                             "order"};

/// One person's wish. Null (of a mode "automatic") takes it back and is not kept, but as the answer
/// to another's mode.
struct Said {
    Setting setting = Setting::goals;
    std::string by;
    Value value;
    Time until;                // of a mode or a hold: it ends by itself
    Time lost;                 // since when another's holds; unknown = it holds
    std::uint64_t number = 0;  // the greater the later
    friend bool operator==(const Said&, const Said&) = default;
};

/// Settings that each person has a wish of their own for. What holds of the others is what was said
/// last: they are facts (it is loaded, I am not going tomorrow), or whether the plan acts at all.
[[nodiscard]] bool has_authors(Setting setting);

/// Those of one setting's wishes that hold together: one, or under most_is_asked_for all people's
/// goals. `said` have one setting and one entry for each person. Empty only when `said` is. In the
/// order in which they were said.
[[nodiscard]] std::vector<Said> holding(const std::vector<Said>& said, const WishRule& rule);

}  // namespace foxtail::planning
