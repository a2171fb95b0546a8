#pragma once

#include "foxtail/api/throttle.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/base/time.hpp"

#include <string>
#include <string_view>

namespace foxtail {

/// Slows down who guesses chargers' passwords: each address has a few tries, and each charger's
/// name has a few from all addresses together. So that nobody can lock a charger out by guessing in
/// its name, the name's tries do not count for the address from which it last came with the right
/// password. Bounded: names are those of chargers that are known, and both throttles forget. Pure.
class ChargerTries {
public:
    /// Takes a try at the password of a charger that is known. False: not now, whatever it is.
    [[nodiscard]] bool take(const std::string& charger, std::string_view address, Duration now);
    /// Takes a try of somebody in no known charger's name.
    [[nodiscard]] bool take(std::string_view address, Duration now);
    /// It was right: that try does not count.
    void right(const std::string& charger, std::string_view address);

private:
    api::Throttle addresses_;
    api::Throttle chargers_;
    StringMap<std::string> at_home_;  // charger -> the address it last proved itself from
};

}  // namespace foxtail
