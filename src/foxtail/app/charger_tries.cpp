#include "foxtail/app/charger_tries.hpp"

#include "foxtail/connectors/mqtt/broker_throttle.hpp"

namespace foxtail {

bool ChargerTries::take(std::string_view address, Duration now) {
    return addresses_.take(mqtt::throttle_key(address), now);
}

bool ChargerTries::take(const std::string& charger, std::string_view address, Duration now) {
    if (!take(address, now)) return false;
    const auto home = at_home_.find(charger);
    if (home != at_home_.end() && home->second == address) return true;
    return chargers_.take(charger, now);
}

void ChargerTries::right(const std::string& charger, std::string_view address) {
    addresses_.give_back(mqtt::throttle_key(address));
    const auto home = at_home_.find(charger);
    if (home == at_home_.end() || home->second != address) chargers_.give_back(charger);
    at_home_[charger] = std::string(address);
}

}  // namespace foxtail
