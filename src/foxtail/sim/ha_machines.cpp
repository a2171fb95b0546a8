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

}  // namespace foxtail::sim
