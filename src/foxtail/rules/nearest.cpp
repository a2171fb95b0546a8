#include "foxtail/rules/nearest.hpp"

#include <algorithm>
#include <array>

namespace foxtail {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    constexpr std::size_t letters_max = 64;
    a = a.substr(0, letters_max);
    b = b.substr(0, letters_max);
    // Optimal string alignment: three rows are enough, as a swap looks two rows back.
    std::array<std::array<std::size_t, letters_max + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0].at(j) = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows.at(i % 3);
        const auto& above = rows.at((i + 2) % 3);
        const auto& above_that = rows.at((i + 1) % 3);
        row.at(0) = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = above.at(j - 1) + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row.at(j) = std::min({above.at(j) + 1, row.at(j - 1) + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row.at(j) = std::min(row.at(j), above_that.at(j - 2) + 1);
            }
        }
    }
    return rows.at(a.size() % 3).at(b.size());
}

std::string did_you_mean(std::string_view said, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t best_distance = 1 + std::min<std::size_t>(2, said.size() / 3 + 1);
    for (const auto candidate : known) {
        const auto distance = edit_distance(said, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    if (best.empty()) return {};
    return " (did you mean '" + std::string(best) + "'?)";
}

}  // namespace foxtail
