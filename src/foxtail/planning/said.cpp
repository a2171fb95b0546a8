#include "foxtail/planning/said.hpp"

#include "foxtail/planning/goals.hpp"

#include <algorithm>

namespace foxtail::planning {
namespace {

/// How much is asked for; more of two wishes holds.
double asks(const Said& one) {
    double number = 0;
    if (as_number(one.value, number)) return number;
    const auto* text = std::get_if<std::string>(&one.value);
    if (text == nullptr) return 0;
    if (one.setting == Setting::mode) return *text == "now" ? 2 : *text == "pause" ? 1 : 0;
    // The earlier it is to be ready the more is asked for.
    if (one.setting == Setting::ready_by) return -parse_clock(*text).value_or(24 * 60);
    return text->empty() ? 0 : 1;  // goals, or none
}

std::size_t place_in(const std::vector<std::string>& people, const std::string& by) {
    return static_cast<std::size_t>(std::find(people.begin(), people.end(), by) - people.begin());
}

}  // namespace

std::optional<Setting> setting_from(std::string_view name) {
    const auto& names = setting_names;
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return std::nullopt;
    return static_cast<Setting>(at - names.begin());
}

bool has_authors(Setting setting) {
    switch (setting) {
        case Setting::act:
        case Setting::mode_until:
        case Setting::skip:
        case Setting::armed:
            return false;
        case Setting::mode:
        case Setting::goals:
        case Setting::least:
        case Setting::most:
        case Setting::reserve:
        case Setting::low:
        case Setting::high:
        case Setting::ready_by:
        case Setting::hold:
            break;
    }
    return true;
}

std::vector<Said> holding(const std::vector<Said>& said, const WishRule& rule) {
    std::vector<Said> all = said;
    std::sort(all.begin(), all.end(),
              [](const Said& a, const Said& b) { return a.number < b.number; });
    if (all.empty()) return all;
    // Of equals the last said.
    const auto goes_after = [&](const Said& a, const Said& b) {
        switch (rule.kind) {
            case WishRule::Kind::last:
                break;
            case WishRule::Kind::most_is_asked_for:
                if (asks(a) != asks(b)) return asks(a) < asks(b);
                break;
            case WishRule::Kind::order: {
                const auto first = place_in(rule.people, a.by);
                const auto second = place_in(rule.people, b.by);
                if (first != second) return first > second;
                break;
            }
        }
        return a.number < b.number;
    };
    const auto best = *std::max_element(all.begin(), all.end(), goes_after);
    const bool together = rule.kind == WishRule::Kind::most_is_asked_for &&
                          best.setting == Setting::goals && asks(best) > 0;
    if (!together) return {best};
    all.erase(
        std::remove_if(all.begin(), all.end(), [](const Said& one) { return asks(one) <= 0; }),
        all.end());
    return all;
}

}  // namespace foxtail::planning
