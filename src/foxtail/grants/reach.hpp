#pragma once

#include "foxtail/grants/ownership.hpp"
#include "foxtail/model/catalogue.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// The words of a grant that say what it reaches.
struct ReachWords {
    std::vector<std::string> addresses;
    std::vector<std::string> except;
    std::uint8_t classes = 0;  // bit per Sensitivity; 0 = any
    bool owned_only = false;   // the giver can give only what was ever said to be somebody's
    friend auto operator<=>(const ReachWords&, const ReachWords&) = default;
};

/// True when the words reach "thing/name", whatever it is of the thing.
[[nodiscard]] bool reaches(const std::vector<std::string>& addresses,
                           const std::vector<std::string>& except, std::uint8_t classes,
                           const Catalogue& catalogue, std::string_view address);

/// The same, compiled: one bit a property. Grants with the same words share one, so that what a
/// decision looks at stays in the processor's cache where hundreds of grants reach across a house.
class Reach {
public:
    [[nodiscard]] bool has(PropertyId property) const {
        const std::uint32_t at = property.index / 64 - first_;
        return at < bits_.size() && (bits_[at] >> (property.index % 64) & 1U) != 0;
    }
    template <class Visit>
    void each(Visit&& visit) const {
        for (std::uint32_t at = 0; at < bits_.size(); ++at) {
            for (std::uint32_t bit = 0; bit < 64; ++bit) {
                if ((bits_[at] >> bit & 1U) != 0) visit(PropertyId{(first_ + at) * 64 + bit});
            }
        }
    }
    /// The words of 64 properties each, from number `first` on, for who looks again and again.
    [[nodiscard]] const std::vector<std::uint64_t>& bits() const { return bits_; }
    [[nodiscard]] std::uint32_t first() const { return first_; }

private:
    friend class Reaches;
    void put(PropertyId property, bool reached);

    const ReachWords* words_ = nullptr;
    std::uint32_t grants_ = 0;  // that share it
    std::uint32_t first_ = 0;
    std::vector<std::uint64_t> bits_;
};

/// The reaches of all grants in force.
class Reaches {
public:
    Reaches(const Catalogue& catalogue, const Ownership& ownership)
        : catalogue_(catalogue), ownership_(ownership) {}

    /// It stays where it is until as many have let go of it as asked for it.
    [[nodiscard]] const Reach& share(const ReachWords& words);
    void release(const Reach& reach);
    /// Properties of the thing are new, or it changed hands.
    void told(const Thing& thing);
    void clear() { all_.clear(); }

private:
    void put(Reach& reach, const Thing& thing) const;

    const Catalogue& catalogue_;
    const Ownership& ownership_;
    std::map<ReachWords, Reach> all_;
};

}  // namespace foxtail
