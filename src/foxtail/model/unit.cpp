#include "foxtail/model/unit.hpp"

#include "foxtail/model/unit_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace foxtail {
namespace {

using unit_table::units;

/// The table is written in an order for people; this is the same table ordered by code, for
/// searching.
constexpr auto by_code = [] {
    std::array<std::uint16_t, units.size()> order{};
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint16_t>(i);
    std::sort(order.begin(), order.end(),
              [](auto a, auto b) { return units[a].code < units[b].code; });
    return order;
}();

}  // namespace

std::span<const Unit> all_units() {
    return units;
}

const Unit* find_unit(std::string_view code) {
    const auto* const at = std::lower_bound(
        by_code.begin(), by_code.end(), code,
        [](auto index, std::string_view wanted) { return units[index].code < wanted; });
    if (at == by_code.end() || units[*at].code != code) return nullptr;
    return &units[*at];
}

std::optional<double> convert(double value, std::string_view from, std::string_view to) {
    const Unit* const a = find_unit(from);
    const Unit* const b = find_unit(to);
    if (a == nullptr || b == nullptr || a->quantity != b->quantity) return std::nullopt;
    if (a == b) return value;
    // Multiplications first: they are exact for the numbers homes have, the divisions at the end
    // round once each.
    const double scaled = (value * a->factor + a->offset) * b->divisor;
    const double result = (scaled / a->divisor - b->offset) / b->factor;
    if (!std::isfinite(result)) return std::nullopt;
    return result;
}

}  // namespace foxtail
