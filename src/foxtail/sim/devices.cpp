#include "foxtail/sim/car_link.hpp"
#include "foxtail/sim/device.hpp"
#include "foxtail/sim/ha_device.hpp"
#include "foxtail/sim/ovms_car.hpp"
#include "foxtail/sim/phone.hpp"
#include "foxtail/sim/zigbee_bridge.hpp"

namespace foxtail::sim {
namespace {

std::vector<HaSpec> discovery_devices() {
    std::vector<HaSpec> all = energy_devices();
    for (auto&& list :
         {comfort_devices(), appliance_devices(), std::vector<HaSpec>{outlook_service()}}) {
        all.insert(all.end(), list.begin(), list.end());
    }
    return all;
}

}  // namespace

std::vector<std::string> device_names() {
    std::vector<std::string> names{"bridge"};
    for (const HaSpec& spec : discovery_devices()) {
        names.push_back(spec.name);
    }
    names.emplace_back("car");
    names.emplace_back("car-link");
    for (std::size_t i = 0; i < person_count; ++i) {
        names.push_back("phone-" + std::string(name(static_cast<Person>(i))));
    }
    return names;
}

std::unique_ptr<Device> make_device(std::string_view wanted, bool simulated_stamps) {
    if (wanted == "bridge") {
        return make_zigbee_bridge();
    }
    if (wanted == "car") {
        return make_ovms_car();
    }
    if (wanted == "car-link") {
        return make_car_link();
    }
    for (HaSpec& spec : discovery_devices()) {
        if (spec.name == wanted) {
            return make_ha_device(std::move(spec));
        }
    }
    for (std::size_t i = 0; i < person_count; ++i) {
        if (wanted == "phone-" + std::string(name(static_cast<Person>(i)))) {
            return make_phone(static_cast<Person>(i), simulated_stamps);
        }
    }
    return nullptr;
}

}  // namespace foxtail::sim
