#include "foxtail/connectors/mqtt/teslamate/teslamate.hpp"

#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <array>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt {
namespace {

namespace bj = boost::json;

constexpr std::uint32_t tesla_token = 0;
constexpr std::uint32_t first_token = 1;
// What says how old the rest is, and how to read it: listened to by itself, so that it comes first.
constexpr auto first_keys = std::to_array<std::string_view>({"since", "state", "charger_phases"});

constexpr std::string_view tesla_soc = "Powertrain.TractionBattery.StateOfCharge.Displayed";
constexpr std::string_view tesla_latitude = "CurrentLocation.Latitude";
constexpr std::string_view tesla_longitude = "CurrentLocation.Longitude";
constexpr std::string_view tesla_charging = "Powertrain.TractionBattery.Charging.IsCharging";
constexpr std::string_view phase_current =
    "Powertrain.TractionBattery.Charging.ChargeCurrent.Phase";

constexpr Duration tesla_soon = minutes(15);
constexpr Duration tesla_hour = hours(1);
constexpr Duration tesla_day = days(1);

// Signs and units as TeslaMate means them: power out of the battery is positive and in kW.
// clang-format off
constexpr auto tesla_rows = std::to_array<VehicleRow>({
    {"battery_level", tesla_soc, Reads::number, "%", 1, tesla_hour},
    {"usable_battery_level", "Powertrain.TractionBattery.StateOfCharge.Current", Reads::number, "%", 1, tesla_hour},
    {"est_battery_range_km", "Powertrain.Range", Reads::number, "km", 1, tesla_hour},
    {"rated_battery_range_km", "Powertrain.TractionBattery.Range", Reads::number, "km", 1, tesla_hour},
    {"power", "Powertrain.TractionBattery.CurrentPower", Reads::number, "kW", -1, tesla_soon},
    {"speed", "Speed", Reads::number, "km/h", 1, tesla_soon},
    {"odometer", "TraveledDistance", Reads::number, "km", 1, tesla_day},
    {"heading", "CurrentLocation.Heading", Reads::number, "deg", 1, tesla_hour},
    {"elevation", "CurrentLocation.Altitude", Reads::number, "m", 1, tesla_hour},
    {"latitude", tesla_latitude, Reads::number, "deg", 1, tesla_day},
    {"longitude", tesla_longitude, Reads::number, "deg", 1, tesla_day},
    {"plugged_in", "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected", Reads::flag, "", 1, tesla_hour},
    {"charge_port_door_open", "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsFlapOpen", Reads::flag, "", 1, tesla_hour},
    {"charge_limit_soc", "Powertrain.TractionBattery.Charging.ChargeLimit", Reads::number, "%", 1, tesla_day},
    {"charge_energy_added", "Foxtail.Charging.Energy", Reads::number, "kW.h", 1, tesla_hour},
    {"charger_power", "Foxtail.Charging.Power", Reads::number, "kW", 1, tesla_soon},
    {"charger_voltage", "Powertrain.TractionBattery.Charging.ChargeVoltage.Phase1", Reads::number, "V", 1, tesla_soon},
    {"charge_current_request", "Foxtail.Charging.CurrentLimit", Reads::number, "A", 1, tesla_day},
    {"charge_current_request_max", "Powertrain.TractionBattery.Charging.MaximumChargingCurrent.Phase1", Reads::number, "A", 1, tesla_day},
    {"time_to_full_charge", "Powertrain.TractionBattery.Charging.TimeToComplete", Reads::number, "h", 1, tesla_soon},
    {"scheduled_charging_start_time", "Powertrain.TractionBattery.Charging.Timer.Time", Reads::text, "", 1, tesla_day},
    {"inside_temp", "Cabin.HVAC.AmbientAirTemperature", Reads::number, "Cel", 1, tesla_hour},
    {"outside_temp", "Exterior.AirTemperature", Reads::number, "Cel", 1, tesla_hour},
    {"is_climate_on", "Foxtail.IsClimateActive", Reads::flag, "", 1, tesla_hour},
    {"is_preconditioning", "Foxtail.IsPreconditioning", Reads::flag, "", 1, tesla_hour},
    {"is_user_present", "Foxtail.IsOccupied", Reads::flag, "", 1, tesla_hour},
    {"locked", "Foxtail.IsLocked", Reads::flag, "", 1, tesla_hour},
    {"doors_open", "Foxtail.IsDoorOpen", Reads::flag, "", 1, tesla_hour},
    {"windows_open", "Foxtail.IsWindowOpen", Reads::flag, "", 1, tesla_hour},
    {"trunk_open", "Body.Trunk.Rear.IsOpen", Reads::flag, "", 1, tesla_hour},
    {"frunk_open", "Body.Trunk.Front.IsOpen", Reads::flag, "", 1, tesla_hour},
    {"driver_front_door_open", "Cabin.Door.Row1.DriverSide.IsOpen", Reads::flag, "", 1, tesla_hour},
    {"passenger_front_door_open", "Cabin.Door.Row1.PassengerSide.IsOpen", Reads::flag, "", 1, tesla_hour},
    {"driver_rear_door_open", "Cabin.Door.Row2.DriverSide.IsOpen", Reads::flag, "", 1, tesla_hour},
    {"passenger_rear_door_open", "Cabin.Door.Row2.PassengerSide.IsOpen", Reads::flag, "", 1, tesla_hour},
    {"tpms_pressure_fl", "Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", Reads::number, "bar", 1, tesla_day},
    {"tpms_pressure_fr", "Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", Reads::number, "bar", 1, tesla_day},
    {"tpms_pressure_rl", "Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", Reads::number, "bar", 1, tesla_day},
    {"tpms_pressure_rr", "Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", Reads::number, "bar", 1, tesla_day},
});
/// Said by what needs more than a row.
struct Extra { std::string_view path; Duration max_age; };
constexpr auto tesla_extras = std::to_array<Extra>({
    {tesla_charging, tesla_hour}, {"Powertrain.TractionBattery.Charging.ChargeCurrent.Phase1", tesla_soon},
    {"Powertrain.TractionBattery.Charging.ChargeCurrent.Phase2", tesla_soon},
    {"Powertrain.TractionBattery.Charging.ChargeCurrent.Phase3", tesla_soon},
    {"Foxtail.State", {}}, {"Foxtail.Place", tesla_day}, {"Foxtail.Home", tesla_day}, {"Foxtail.Destination", tesla_hour},
    {"Foxtail.SoCAtArrival", tesla_hour}, {"Foxtail.TimeToArrival", tesla_hour},
});
// clang-format on

bool tesla_sleeps(std::string_view state) {
    return state == "asleep" || state == "offline" || state == "suspended";
}

/// `<prefix>/cars/<n>/<key>`
struct TeslaTopic {
    std::string_view number, key;
};
std::optional<TeslaTopic> parse_tesla_topic(std::string_view prefix, std::string_view topic) {
    if (!topic.starts_with(prefix)) return std::nullopt;
    topic.remove_prefix(prefix.size());
    if (!topic.starts_with("/cars/")) return std::nullopt;
    topic.remove_prefix(6);
    const auto end = topic.find('/');
    if (end == std::string_view::npos || end == 0 || end + 1 == topic.size()) return std::nullopt;
    return TeslaTopic{topic.substr(0, end), topic.substr(end + 1)};
}

double member_number(const bj::object& object, std::string_view key, bool& found) {
    const bj::value* value = object.if_contains(key);
    double number = 0;
    found = value != nullptr && value->is_number() && as_number(to_value(*value), number);
    return number;
}

}  // namespace

struct TeslaMate::Car {
    Vehicle vehicle;
    std::string state;
    Time since;
    int phases = 0;  // unknown
};

TeslaMate::TeslaMate(TeslaMateOptions options)
    : options_(std::move(options)),
      ids_(options_.taken, std::move(options_.known_ids)),
      reader_(JsonLimits{.bytes_max = 64 * 1024, .depth_max = 8}) {}
TeslaMate::~TeslaMate() = default;

void TeslaMate::start(Sink& sink) {
    for (const auto key : first_keys)
        sink.listen(options_.prefix + "/cars/+/" + std::string(key), first_token);
    sink.listen(options_.prefix + "/cars/+/+", tesla_token);
}

bool TeslaMate::owns(std::string_view thing) const {
    return std::any_of(cars_.begin(), cars_.end(),
                       [&](const auto& car) { return car.second->vehicle.spec.id == thing; });
}

TeslaMate::Car* TeslaMate::car_of(std::string_view number, const Heard& heard, Sink& sink) {
    if (const auto known = cars_.find(number); known != cars_.end()) return known->second.get();
    if (cars_.size() >= cars_max) {
        sink.refuse(heard.topic, number, std::to_string(cars_max) + " cars, no more are taken");
        return nullptr;
    }
    const auto id = ids_.id_of(number, "tesla-" + std::string(number), "teslamate");
    if (!id) {
        sink.refuse(heard.topic, number, id.error().message);
        return nullptr;
    }
    auto car = std::make_unique<Car>();
    ThingSpec& spec = car->vehicle.spec;
    spec.id = *id;
    spec.kind = ThingKind::vehicle;
    spec.title = "Tesla " + printable(number, 20);
    spec.maker = "Tesla";
    for (const VehicleRow& row : tesla_rows)
        car->vehicle.add(*options_.signals, row.path, row.max_age);
    for (const Extra& extra : tesla_extras)
        car->vehicle.add(*options_.signals, extra.path, extra.max_age);
    PropertySpec available;
    available.name = "available";
    available.title = "Available";
    available.type = Type::boolean;
    available.category = Category::diagnostic;
    car->vehicle.add(available);
    if (auto told = car->vehicle.tell(sink); !told) {
        sink.refuse(heard.topic, number, "car not taken: " + told.error().message);
        return nullptr;
    }
    return cars_.emplace(number, std::move(car)).first->second.get();
}

void TeslaMate::on_message(std::uint32_t token, const Heard& heard, Sink& sink) {
    const auto topic = parse_tesla_topic(options_.prefix, heard.topic);
    if (!topic) return sink.refuse(heard.topic, heard.payload, "no car and key in the topic");
    const bool early =
        std::find(first_keys.begin(), first_keys.end(), topic->key) != first_keys.end();
    if (early && token != first_token) return;  // heard already
    Car* car = car_of(topic->number, heard, sink);
    if (car == nullptr) return;
    if (auto done = hear(*car, topic->key, heard, sink); !done)
        sink.refuse(heard.topic, heard.payload, done.error().message);
}

Result<void> TeslaMate::hear(Car& car, std::string_view key, const Heard& heard, Sink& sink) {
    // A sleeping car says nothing new: what stands there was true before it fell asleep.
    const Time at =
        tesla_sleeps(car.state) && car.since.known() && car.since <= heard.at ? car.since : Time{};
    if (key == "since") {
        const auto since = parse_rfc3339(heard.payload);
        if (!since) return fail(since.error());
        car.since = *since;
        return {};
    }
    if (key == "state") return hear_state(car, heard, sink);
    if (key == "display_name" || key == "model") {
        std::string& member = key == "model" ? car.vehicle.spec.model : car.vehicle.spec.title;
        std::string text = printable(heard.payload, 100);
        if (text.empty() || text == member) return {};
        member = std::move(text);
        return car.vehicle.tell(sink);
    }
    if (key == "geofence") {
        if (auto done = car.vehicle.say(sink, "Foxtail.Home", heard.payload == options_.home, at);
            !done)
            return done;
        return car.vehicle.say(sink, "Foxtail.Place", printable(heard.payload, 200), at);
    }
    if (key == "location" || key == "active_route") return hear_json(car, key, heard, at, sink);
    if (key == "charging_state" || key == "charger_phases" || key == "charger_actual_current")
        return hear_charging(car, key, heard.payload, at, sink);
    const auto* row = std::find_if(tesla_rows.begin(), tesla_rows.end(),
                                   [&](const VehicleRow& r) { return r.key == key; });
    // There are more keys than a household needs.
    return row == tesla_rows.end() ? Result<void>{}
                                   : car.vehicle.say(sink, *row, heard.payload, at);
}

Result<void> TeslaMate::hear_state(Car& car, const Heard& heard, Sink& sink) {
    car.state = printable(heard.payload, 40);
    if (auto done = car.vehicle.say(sink, "Foxtail.State", car.state); !done) return done;
    return car.vehicle.say(sink, "available", car.state != "offline" && !car.state.empty());
}

Result<void> TeslaMate::hear_charging(Car& car, std::string_view key, std::string_view text,
                                      Time at, Sink& sink) {
    if (key == "charging_state") {
        if (text.empty()) return car.vehicle.say(sink, tesla_charging, Null{}, at);
        return car.vehicle.say(sink, tesla_charging, text == "Charging", at);
    }
    const auto number = number_from(text);
    if (!text.empty() && !number)
        return fail(Code::invalid_input, "'" + printable(text, 40) + "' is no number");
    if (key == "charger_phases") {
        car.phases = number && *number >= 0 && *number <= 3 ? static_cast<int>(*number) : 0;
        return {};
    }
    // One figure for all phases that are used.
    for (int phase = 1; phase <= 3; ++phase) {
        const bool used = phase <= car.phases || phase == 1;
        Value value = Null{};
        if (number) value = used ? *number : 0.0;
        const std::string path = std::string(phase_current) + std::to_string(phase);
        if (auto done = car.vehicle.say(sink, path, std::move(value), at); !done) return done;
    }
    return {};
}

Result<void> TeslaMate::hear_json(Car& car, std::string_view key, const Heard& heard, Time at,
                                  Sink& sink) {
    if (heard.payload.empty()) return {};
    const auto read = reader_.read(heard.payload);
    if (!read) return fail(read.error());
    const bj::object* object = (*read)->if_object();
    if (object == nullptr) return fail(Code::invalid_input, "no JSON object");
    bool known = false;
    if (key == "location") {
        bool both = false;
        const double lat = member_number(*object, "latitude", known);
        const double lon = member_number(*object, "longitude", both);
        if (!known || !both) return fail(Code::invalid_input, "no latitude and longitude");
        if (auto done = car.vehicle.say(sink, tesla_latitude, lat, at); !done) return done;
        return car.vehicle.say(sink, tesla_longitude, lon, at);
    }
    // Without a route it says {"error": ...}: then nothing is known of one.
    const bj::value* place = object->if_contains("destination");
    const bool named = place != nullptr && place->is_string();
    const auto unknown = [&](bool has, Value value) { return has ? std::move(value) : Value{}; };
    const double energy = member_number(*object, "energy_at_arrival", known);
    if (auto done =
            car.vehicle.say(sink, "Foxtail.SoCAtArrival", unknown(known, Value{energy}), at);
        !done)
        return done;
    const double left_min = member_number(*object, "minutes_to_arrival", known);
    Value left = Null{};
    if (known) {
        auto seconds_left = as_value(*car.vehicle.find("Foxtail.TimeToArrival"), left_min, "min");
        if (!seconds_left) return fail(seconds_left.error());
        left = std::move(*seconds_left);
    }
    if (auto done = car.vehicle.say(sink, "Foxtail.TimeToArrival", std::move(left), at); !done)
        return done;
    return car.vehicle.say(
        sink, "Foxtail.Destination",
        named ? Value{printable(std::string_view(place->get_string()), 200)} : Value{}, at);
}

Result<std::vector<Publication>> TeslaMate::encode(const Order& order) {
    return fail(Code::not_found,
                "TeslaMate only tells: '" + printable(order.thing, 60) + "' cannot be set by it");
}

}  // namespace foxtail::mqtt
