#include "foxtail/sim/ha_device.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::sim {
namespace {

using Programmes = std::array<Programme, programmes_per_appliance>;

std::vector<std::string> names_of(const Programmes& programmes) {
    std::vector<std::string> names;
    for (const Programme& programme : programmes) {
        names.emplace_back(programme.name);
    }
    return names;
}

/// What both white goods have in common: `state` is where the world keeps the machine.
void fill_appliance(HaSpec& spec, ApplianceState World::*state, const Programmes& programmes) {
    spec.form = DiscoveryForm::single;
    spec.pace = {15, 1800};
    const std::vector<std::string> names = names_of(programmes);
    spec.entities = {
        state_sensor("status", "Status", {"idle", "running", "finished"}),
        choice("program", "Programme", names),
        sensor("remaining", "Remaining time", "min", "duration"),
        sensor("power", "Power", "W", "power"),
        sensor("energy", "Energy", "kWh", "energy", "total_increasing"),
        binary_sensor("waiting", "Started, waits for power", "power"),
        button_entity("start", "Start"),
        button_entity("stop", "Stop"),
    };
    spec.measure = [state, names, programmes](const World& w) {
        const ApplianceState& a = w.*state;
        const auto program = static_cast<std::size_t>(a.program);
        const double left_s = a.running ? programmes[program].length_s - a.elapsed_s : 0.0;
        return std::vector<Sample>{
            text_sample("status", a.running ? "running" : (a.finished ? "finished" : "idle")),
            text_sample("program", names[program]),
            number_sample("remaining", std::ceil(std::max(0.0, left_s) / 60.0), 0, 5),
            number_sample("power", a.power_w, 0, std::max(10.0, 0.15 * a.power_w)),
            number_sample("energy", a.energy_kwh, 2, 0.1),
            on_off("waiting", a.running && a.power_w < 1),
        };
    };
    spec.order = [names, device = spec.name](std::string_view id, std::string_view payload,
                                             const World&) -> std::optional<Act> {
        if ((id == "start" || id == "stop") && payload == "PRESS") {
            return Act{device, std::string(id), 1};
        }
        if (id == "program") {
            if (const auto chosen = parse_choice(payload, names)) {
                return Act{device, "program", *chosen};
            }
        }
        return std::nullopt;
    };
}

std::vector<Entity> car_entities(const std::string& base) {
    Entity lock{"lock", "lock", "Doors", {}, true, true};
    Entity tracker{"device_tracker", "location", "Location", {}, false, false};
    tracker.options = {{"json_attributes_topic", print_string(base + "/location")},
                       {"source_type", R"("gps")"}};
    return {
        sensor("soc", "State of charge", "%", "battery"),
        sensor("range", "Range", "km", "distance"),
        sensor("odometer", "Odometer", "km", "distance", "total_increasing"),
        sensor("charging_power", "Charging power", "kW", "power"),
        sensor("inside_temperature", "Inside temperature", "°C", "temperature"),
        binary_sensor("plugged", "Plugged in", "plug"),
        binary_sensor("charging", "Charging", "battery_charging"),
        binary_sensor("driving", "Driving", "moving"),
        toggle("climate", "Climate"),
        lock,
        number_entity("limit", "Charge limit", "%", 50, 100, 5),
        tracker,
    };
}

std::vector<Sample> measure_car(const World& w) {
    const CarState& car = w.car;
    const bool charging = car.power_w > 0 || (!car.home && !car.driving && car.added_away_kwh > 0 &&
                                              car.soc_pct() < 60);
    return {
        number_sample("soc", std::round(car.soc_pct()), 0, 1),
        number_sample("range", std::round(car.range_km(w.weather.temperature_c)), 0, 5),
        number_sample("odometer", std::floor(car.odometer_km), 0, 1),
        number_sample("charging_power", car.power_w / 1000.0, 1, 0.5),
        number_sample("inside_temperature", std::round(car.cabin_c * 2.0) / 2.0, 1, 2.0),
        on_off("plugged", car.home && car.plugged),
        on_off("charging", charging),
        on_off("driving", car.driving),
        on_off("climate", car.climate),
        text_sample("lock", car.locked ? "LOCKED" : "UNLOCKED"),
        number_sample("limit", car.limit_pct, 0, 0),
    };
}

std::optional<Act> order_car(std::string_view id, std::string_view payload, const World&) {
    if (id == "climate") {
        const auto on = parse_on_off(payload);
        return on ? std::optional(Act{"car", "climate", *on}) : std::nullopt;
    }
    if (id == "lock" && (payload == "LOCK" || payload == "UNLOCK")) {
        return Act{"car", "locked", payload == "LOCK" ? 1.0 : 0.0};
    }
    if (id == "limit") {
        const auto limit = parse_number(payload, 50, 100);
        return limit ? std::optional(Act{"car", "limit", *limit}) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::vector<HaSpec> appliance_devices() {
    HaSpec washer{"washing-machine", "Washing machine", "washer_wm8", "washer", "Lavanda", "WM-8",
                  "Bathroom"};
    fill_appliance(washer, &World::washer, washer_programmes());
    HaSpec dishwasher{"dishwasher", "Dishwasher", "dishwasher_d60", "dishwasher",
                      "Lavanda",    "D-60",       "Kitchen"};
    fill_appliance(dishwasher, &World::dishwasher, dishwasher_programmes());
    dishwasher.abbreviated = true;
    return {washer, dishwasher};
}

HaSpec car_device() {
    HaSpec spec{"car", "Leaf green", "car_wf0x58", "cars/wf0x58", "Arbre", "E-58", "Garage"};
    spec.pace = {30, 1800};
    spec.entities = car_entities(spec.base);
    spec.measure = measure_car;
    spec.order = order_car;
    spec.also = [base = spec.base](const World& w) {
        JsonText place;
        place.open()
            .field("latitude", w.car.latitude_deg, 5)
            .field("longitude", w.car.longitude_deg, 5);
        place.field("gps_accuracy", std::int64_t{8}).close();
        return Message{base + "/location", place.take(), true, 0};
    };
    return spec;
}

}  // namespace foxtail::sim
