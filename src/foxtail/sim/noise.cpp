#include "foxtail/sim/noise.hpp"

#include <cmath>

namespace foxtail::sim {
namespace {

// SplitMix64's finaliser (Steele, Lea, Flood 2014): every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

std::uint64_t hash(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        h ^= static_cast<unsigned char>(c);
        h *= 0x100000001b3ULL;
    }
    return h;
}

double to_unit(std::uint64_t bits) {
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace

std::uint64_t Dice::bits(std::string_view what, std::int64_t index) const {
    return mix(mix(seed_ ^ hash(what)) ^ static_cast<std::uint64_t>(index));
}

double Dice::uniform(std::string_view what, std::int64_t index) const {
    return to_unit(bits(what, index));
}

double Dice::spread(std::string_view what, std::int64_t index) const {
    std::uint64_t state = bits(what, index);
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        sum += to_unit(state);
        state = mix(state);
    }
    return (sum - 2.0) / 2.0;
}

bool Dice::chance(std::string_view what, std::int64_t index, double probability) const {
    return uniform(what, index) < probability;
}

double Dice::smooth(std::string_view what, double x) const {
    const double whole = std::floor(x);
    const double part = x - whole;
    const auto index = static_cast<std::int64_t>(whole);
    const double a = 2.0 * uniform(what, index) - 1.0;
    const double b = 2.0 * uniform(what, index + 1) - 1.0;
    const double weight = part * part * (3.0 - 2.0 * part);
    return a + (b - a) * weight;
}

}  // namespace foxtail::sim
