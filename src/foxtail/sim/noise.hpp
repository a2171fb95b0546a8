#pragma once

#include <cstdint>
#include <string_view>

namespace foxtail::sim {

/// Randomness as a function: the same seed, name and index give the same number on every machine,
/// in any order of asking. So every process that knows the seed and the time sees the same weather
/// and the same habits, and a day can be computed twice with the same bytes.
class Dice {
public:
    constexpr explicit Dice(std::uint64_t seed) : seed_(seed) {}

    [[nodiscard]] std::uint64_t bits(std::string_view what, std::int64_t index) const;
    /// In [0, 1).
    [[nodiscard]] double uniform(std::string_view what, std::int64_t index) const;
    /// In [-1, 1], bell-shaped (the mean of four uniforms, stretched).
    [[nodiscard]] double spread(std::string_view what, std::int64_t index) const;
    /// True with the given probability.
    [[nodiscard]] bool chance(std::string_view what, std::int64_t index, double probability) const;
    /// A smooth curve through random points at whole x; in [-1, 1].
    [[nodiscard]] double smooth(std::string_view what, double x) const;

    [[nodiscard]] std::uint64_t seed() const { return seed_; }

private:
    std::uint64_t seed_;
};

}  // namespace foxtail::sim
