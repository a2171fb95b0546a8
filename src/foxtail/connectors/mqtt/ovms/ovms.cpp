#include "foxtail/connectors/mqtt/ovms/ovms.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/purse.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace foxtail::mqtt {
namespace {

constexpr std::uint32_t metric_token = 0;
constexpr std::uint32_t notify_token = 1;
constexpr std::uint32_t response_token = 2;

constexpr Duration ovms_soon = minutes(15);
constexpr Duration ovms_hour = hours(1);
constexpr Duration ovms_day = days(1);

constexpr std::string_view start_stop = "Powertrain.TractionBattery.Charging.StartStopCharging";
constexpr std::string_view ovms_charging = "Powertrain.TractionBattery.Charging.IsCharging";
constexpr std::string_view current_limit = "Foxtail.Charging.CurrentLimit";
constexpr std::string_view air = "Cabin.HVAC.IsAirConditioningActive";

// Signs and units as OVMS means them: power and current out of the battery are positive, power in
// kW, times in minutes, distances in km, tyres in kPa.
// clang-format off
constexpr auto ovms_rows = std::to_array<VehicleRow>({
    {"v/b/soc", "Powertrain.TractionBattery.StateOfCharge.Displayed", Reads::number, "%", 1, ovms_hour},
    {"v/b/soh", "Powertrain.TractionBattery.StateOfHealth", Reads::number, "%", 1, {}},
    {"v/b/power", "Powertrain.TractionBattery.CurrentPower", Reads::number, "kW", -1, ovms_soon},
    {"v/b/current", "Powertrain.TractionBattery.CurrentCurrent", Reads::number, "A", -1, ovms_soon},
    {"v/b/voltage", "Powertrain.TractionBattery.CurrentVoltage", Reads::number, "V", 1, ovms_soon},
    {"v/b/temp", "Powertrain.TractionBattery.Temperature.Average", Reads::number, "Cel", 1, ovms_hour},
    {"v/b/capacity", "Foxtail.Battery.NetCapacity", Reads::number, "kW.h", 1, {}},
    {"v/b/range/est", "Powertrain.Range", Reads::number, "km", 1, ovms_hour},
    {"v/b/range/ideal", "Powertrain.TractionBattery.Range", Reads::number, "km", 1, ovms_hour},
    {"v/b/12v/voltage", "LowVoltageBattery.CurrentVoltage", Reads::number, "V", 1, ovms_hour},
    {"v/b/12v/current", "LowVoltageBattery.CurrentCurrent", Reads::number, "A", 1, ovms_soon},
    {"v/c/charging", ovms_charging, Reads::flag, "", 1, ovms_hour},
    {"v/c/pilot", "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected", Reads::flag, "", 1, ovms_hour},
    {"v/d/cp", "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsFlapOpen", Reads::flag, "", 1, ovms_hour},
    {"v/c/limit/soc", "Powertrain.TractionBattery.Charging.ChargeLimit", Reads::number, "%", 1, ovms_day},
    {"v/c/duration/full", "Powertrain.TractionBattery.Charging.TimeToComplete", Reads::number, "min", 1, ovms_soon},
    {"v/c/kwh", "Foxtail.Charging.Energy", Reads::number, "kW.h", 1, ovms_hour},
    {"v/c/power", "Foxtail.Charging.Power", Reads::number, "kW", 1, ovms_soon},
    {"v/c/current", "Powertrain.TractionBattery.Charging.ChargeCurrent.Phase1", Reads::number, "A", 1, ovms_soon},
    {"v/c/voltage", "Powertrain.TractionBattery.Charging.ChargeVoltage.Phase1", Reads::number, "V", 1, ovms_soon},
    {"v/c/climit", current_limit, Reads::number, "A", 1, ovms_day},
    {"v/g/generating", "Powertrain.TractionBattery.Charging.IsDischarging", Reads::flag, "", 1, ovms_hour},
    {"v/p/latitude", "CurrentLocation.Latitude", Reads::number, "deg", 1, ovms_day},
    {"v/p/longitude", "CurrentLocation.Longitude", Reads::number, "deg", 1, ovms_day},
    {"v/p/altitude", "CurrentLocation.Altitude", Reads::number, "m", 1, ovms_day},
    {"v/p/direction", "CurrentLocation.Heading", Reads::number, "deg", 1, ovms_hour},
    {"v/p/location", "Foxtail.Place", Reads::text, "", 1, ovms_day},
    {"v/p/odometer", "TraveledDistance", Reads::number, "km", 1, ovms_day},
    {"v/p/speed", "Speed", Reads::number, "km/h", 1, ovms_soon},
    {"v/e/locked", "Foxtail.IsLocked", Reads::flag, "", 1, ovms_hour},
    {"v/e/cabintemp", "Cabin.HVAC.AmbientAirTemperature", Reads::number, "Cel", 1, ovms_hour},
    {"v/e/temp", "Exterior.AirTemperature", Reads::number, "Cel", 1, ovms_hour},
    {"v/e/hvac", air, Reads::flag, "", 1, ovms_hour},
    {"v/e/handbrake", "Chassis.ParkingBrake.IsEngaged", Reads::flag, "", 1, ovms_hour},
    {"v/d/hood", "Body.Hood.IsOpen", Reads::flag, "", 1, ovms_hour},
    {"v/d/trunk", "Body.Trunk.Rear.IsOpen", Reads::flag, "", 1, ovms_hour},
    {"v/c/state", "Foxtail.State", Reads::text, "", 1, ovms_hour},
    {"v/vin", "VehicleIdentification.VIN", Reads::text, "", 1, {}},
});
// In the order in which OVMS lists the wheels.
constexpr auto tyre_paths = std::to_array<std::string_view>({
    "Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", "Chassis.Axle.Row1.Wheel.Right.Tire.Pressure",
    "Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", "Chassis.Axle.Row2.Wheel.Right.Tire.Pressure",
});
// OVMS tells them by left and right, the signals by who sits there.
constexpr auto door_keys = std::to_array<std::string_view>({"v/d/fl", "v/d/fr", "v/d/rl", "v/d/rr"});
constexpr auto door_paths = std::to_array<std::string_view>({
    "Cabin.Door.Row1.DriverSide.IsOpen", "Cabin.Door.Row1.PassengerSide.IsOpen",
    "Cabin.Door.Row2.DriverSide.IsOpen", "Cabin.Door.Row2.PassengerSide.IsOpen",
});
constexpr std::string_view ignition = "LowVoltageSystemState";
// clang-format on

/// `<prefix>/<user>/<vehicle>/<rest>`
struct OvmsTopic {
    std::string_view owner, vehicle, rest;
};
std::optional<OvmsTopic> parse_ovms_topic(std::string_view prefix, std::string_view topic) {
    if (!topic.starts_with(prefix) || topic.size() <= prefix.size() || topic[prefix.size()] != '/')
        return std::nullopt;
    topic.remove_prefix(prefix.size() + 1);
    OvmsTopic found;
    for (std::string_view* level : {&found.owner, &found.vehicle}) {
        const auto end = topic.find('/');
        if (end == std::string_view::npos || end == 0) return std::nullopt;
        *level = topic.substr(0, end);
        topic.remove_prefix(end + 1);
    }
    found.rest = topic;
    return found;
}

/// What the module answers when it did not do it.
bool says_no(std::string_view answer) {
    const std::string low = fold_case(answer);
    for (const std::string_view word : {"error", "fail", "denied", "unrecognised", "unrecognized",
                                        "not available", "not implemented", "not supported"}) {
        if (low.find(word) != std::string::npos) return true;
    }
    return false;
}

/// The module's words for an order, or nothing when there are none.
Result<std::string> words_for(const Order& order) {
    if (order.action == "refresh") return std::string("request");
    if (order.action == "wakeup") return std::string("wakeup");
    if (order.property == start_stop) {
        const auto* wanted = std::get_if<std::string>(&order.value);
        return std::string(wanted != nullptr && *wanted == "START" ? "charge start"
                                                                   : "charge stop");
    }
    if (order.property == air) {
        const auto* wanted = std::get_if<bool>(&order.value);
        return std::string(wanted != nullptr && *wanted ? "climatecontrol on"
                                                        : "climatecontrol off");
    }
    double amperes = 0;
    if (order.property == current_limit && as_number(order.value, amperes) && amperes >= 0)
        return "charge current " + std::to_string(static_cast<int>(amperes));
    return fail(Code::not_found, "OVMS has no command for this");
}

}  // namespace

struct Ovms::Car {
    std::string base;  // "<prefix>/<user>/<vehicle>"
    Vehicle vehicle;
    Purse purse;
    struct Waiting {
        std::uint64_t number = 0;
        std::uint64_t command = 0;
        bool action = false;
    };
    std::deque<Waiting> waiting;
    std::uint64_t next_number = 1;
};

Ovms::Ovms(OvmsOptions options)
    : options_(std::move(options)), ids_(options_.taken, std::move(options_.known_ids)) {}
Ovms::~Ovms() = default;

void Ovms::start(Sink& sink) {
    sink_ = &sink;
    sink.listen(options_.prefix + "/+/+/metric/#", metric_token);
    sink.listen(options_.prefix + "/+/+/notify/alert/#", notify_token);
    sink.listen(options_.prefix + "/+/+/client/" + options_.client + "/response/+", response_token);
}

void Ovms::remember(std::string_view name, std::string_view bytes) {
    if (name.starts_with("budget/")) remembered_[std::string(name.substr(7))] = bytes;
}

Ovms::Car* Ovms::car_by_thing(std::string_view thing) const {
    for (const auto& [key, car] : cars_) {
        if (car->vehicle.spec.id == thing) return car.get();
    }
    return nullptr;
}
bool Ovms::owns(std::string_view thing) const {
    return car_by_thing(thing) != nullptr;
}

Ovms::Car* Ovms::car_of(std::string_view owner, std::string_view id, const Heard& heard,
                        Sink& sink) {
    const std::string key = std::string(owner) + "/" + std::string(id);
    if (const auto known = cars_.find(key); known != cars_.end()) return known->second.get();
    if (cars_.size() >= cars_max) {
        sink.refuse(heard.topic, id, std::to_string(cars_max) + " cars, no more are taken");
        return nullptr;
    }
    const auto given = ids_.id_of(key, id, "ovms");
    if (!given) {
        sink.refuse(heard.topic, id, given.error().message);
        return nullptr;
    }
    auto car = std::make_unique<Car>();
    car->base = options_.prefix + "/" + key;
    car->purse = Purse(options_.budget);
    if (const auto kept = remembered_.find(*given); kept != remembered_.end())
        car->purse.remember(kept->second);
    ThingSpec& spec = car->vehicle.spec;
    spec.id = *given;
    spec.kind = ThingKind::vehicle;
    spec.title = printable(id, 100);
    for (const VehicleRow& row : ovms_rows)
        car->vehicle.add(*options_.signals, row.path, row.max_age);
    for (const auto path : tyre_paths) car->vehicle.add(*options_.signals, path, ovms_day);
    for (const auto path : door_paths) car->vehicle.add(*options_.signals, path, ovms_hour);
    car->vehicle.add(*options_.signals, ignition, ovms_hour);
    car->vehicle.find_home(*options_.signals, options_.home);
    car->vehicle.add(*options_.signals, start_stop, ovms_hour);
    for (PropertySpec& property : spec.properties) {
        property.settable =
            property.name == start_stop || property.name == current_limit || property.name == air;
    }
    PropertySpec available;
    available.name = "available";
    available.title = "Available";
    available.type = Type::boolean;
    available.category = Category::diagnostic;
    car->vehicle.add(available);
    spec.actions = {{"refresh", "Ask for all values", std::nullopt, Sensitivity::home},
                    {"wakeup", "Wake the car", std::nullopt, Sensitivity::home}};
    spec.events = {{"alert", "Alert", {}}};
    car->purse.describe(car->vehicle);
    if (auto told = car->vehicle.tell(sink); !told) {
        sink.refuse(heard.topic, id, "car not taken: " + told.error().message);
        return nullptr;
    }
    car->purse.tell(car->vehicle, heard.at, sink);
    return cars_.emplace(key, std::move(car)).first->second.get();
}

void Ovms::on_message(std::uint32_t token, const Heard& heard, Sink& sink) {
    const auto topic = parse_ovms_topic(options_.prefix, heard.topic);
    if (!topic) return sink.refuse(heard.topic, heard.payload, "no user and car in the topic");
    Car* car = car_of(topic->owner, topic->vehicle, heard, sink);
    if (car == nullptr) return;
    car->purse.look(car->vehicle, heard.at, sink);
    if (token == response_token)
        return hear_response(*car, topic->rest.substr(topic->rest.rfind('/') + 1), heard.payload,
                             sink);
    if (token == notify_token) {
        if (!heard.retained && !heard.payload.empty())
            sink.happened(car->vehicle.spec.id, "alert", printable(heard.payload, 500));
        return;
    }
    constexpr std::string_view metric = "metric/";
    if (!topic->rest.starts_with(metric)) return;  // of another client
    if (auto done = hear_metric(*car, topic->rest.substr(metric.size()), heard, sink); !done)
        sink.refuse(heard.topic, heard.payload, done.error().message);
}

Result<void> Ovms::hear_metric(Car& car, std::string_view key, const Heard& heard, Sink& sink) {
    Vehicle& vehicle = car.vehicle;
    if (key == "s/v3/connected") {
        const auto connected = flag_from(heard.payload);
        if (!connected) return fail(Code::invalid_input, "connected is yes or no");
        return vehicle.say(sink, "available", *connected);
    }
    if (key == "v/type") {
        std::string text = printable(heard.payload, 100);
        if (text.empty() || text == vehicle.spec.model) return {};
        vehicle.spec.model = std::move(text);
        return vehicle.tell(sink);
    }
    if (key == "v/t/pressure") {
        std::string_view list = heard.payload;
        for (const auto path : tyre_paths) {
            const auto end = list.find(',');
            const VehicleRow row{"", path, Reads::number, "kPa"};
            if (auto done = vehicle.say(sink, row, list.substr(0, end)); !done) return done;
            if (end == std::string_view::npos) break;
            list.remove_prefix(end + 1);
        }
        return {};
    }
    if (const auto* door = std::find(door_keys.begin(), door_keys.end(), key);
        door != door_keys.end()) {
        const auto n = static_cast<std::size_t>(door - door_keys.begin());
        const auto path = door_paths[options_.driver_right ? n ^ 1U : n];
        return vehicle.say(sink, VehicleRow{"", path, Reads::flag}, heard.payload);
    }
    if (key == "v/e/on") {
        const auto on = flag_from(heard.payload);
        if (!on && !heard.payload.empty())
            return fail(Code::invalid_input, "a car is on, yes or no");
        Value said = Null{};
        if (on) said = std::string(*on ? "ON" : "OFF");
        return vehicle.say(sink, ignition, std::move(said));
    }
    const auto* row = std::find_if(ovms_rows.begin(), ovms_rows.end(),
                                   [&](const VehicleRow& r) { return r.key == key; });
    if (row == ovms_rows.end()) return {};  // there are more metrics than a household needs
    if (auto done = vehicle.say(sink, *row, heard.payload); !done) return done;
    if (row->path != ovms_charging) return {};
    // What was asked to start or stop is seen by whether it charges.
    const auto charges = flag_from(heard.payload);
    Value seen = Null{};
    if (charges) seen = std::string(*charges ? "START" : "STOP");
    return vehicle.say(sink, start_stop, std::move(seen));
}

void Ovms::hear_response(Car& car, std::string_view number, std::string_view text, Sink& sink) {
    const auto asked = std::find_if(car.waiting.begin(), car.waiting.end(), [&](const auto& w) {
        return std::to_string(w.number) == number;
    });
    if (asked == car.waiting.end()) return;  // of before a restart
    const Car::Waiting one = *asked;
    car.waiting.erase(asked);
    const bool refused = says_no(text);
    // A property is confirmed by its reading, not by a polite answer.
    if (refused || one.action) sink.answer(one.command, !refused, printable(text, 300));
}

bool Ovms::will_answer(const Order& order) const {
    return order.action == "wakeup";
}

Result<std::vector<Publication>> Ovms::encode(const Order& order) {
    Car* car = car_by_thing(order.thing);
    if (car == nullptr || sink_ == nullptr)
        return fail(Code::not_found, "no car " + printable(order.thing, 60));
    const auto words = words_for(order);
    if (!words) return fail(words.error());
    // To charge or to heat, a sleeping car wakes up; a list of what is known needs only the module.
    const bool wakes = order.action != "refresh";
    if (auto done = car->purse.spend(car->vehicle, order,
                                     {.money = options_.money_per_call, .wakes = wakes ? 1U : 0U},
                                     *words, *sink_);
        !done)
        return fail(done.error());
    const std::string client = car->base + "/client/" + options_.client;
    std::vector<Publication> out;
    out.push_back({client + "/active", "1", false, 1});
    if (order.action == "refresh") {
        out.push_back({client + "/request/metric", "*", false, 1});
        return out;
    }
    const std::uint64_t number = car->next_number++;
    car->waiting.push_back({number, order.command, !order.action.empty()});
    if (car->waiting.size() > waiting_max) car->waiting.pop_front();
    out.push_back({client + "/command/" + std::to_string(number), *words, false, 1});
    return out;
}

}  // namespace foxtail::mqtt
