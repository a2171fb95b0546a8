#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/base/time.hpp"

#include <string_view>

namespace foxtail::api {

/// Slows down who guesses: each source has a few tries, and gets one back every ten seconds. By
/// source, not by name: nobody can lock another out. Bounded: of too many sources the least guilty
/// is forgotten.
class Throttle {
public:
    static constexpr std::size_t sources_max = 1024;
    static constexpr double tries_max = 6;
    static constexpr Duration one_more_every = seconds(10);

    /// Takes a try; false when there is none left. `now` is of the clock that never jumps.
    [[nodiscard]] bool take(std::string_view source, Duration now);
    /// The try was a success: it does not count.
    void give_back(std::string_view source);

private:
    struct Tries {
        double left = tries_max;
        Duration at;
    };
    StringMap<Tries> sources_;
};

}  // namespace foxtail::api
