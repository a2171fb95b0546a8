#include "foxtail/connectors/mqtt/evcc/evcc.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/evcc/evcc_tables.hpp"

#include <algorithm>
#include <array>

namespace foxtail::mqtt {
namespace {

constexpr std::uint32_t evcc_token = 0;
constexpr std::uint32_t name_token = 1;

constexpr auto point_states = std::to_array<std::string_view>(
    {"Available", "Preparing", "Charging", "SuspendedEVSE", "SuspendedEV", "Finishing", "Reserved",
     "Unavailable", "Faulted"});

PropertySpec point_part(std::string_view name, std::string_view title, Type type,
                        Duration max_age) {
    PropertySpec out;
    out.name = name;
    out.title = title;
    out.type = type;
    if (max_age.us > 0) out.max_age = max_age;
    return out;
}

/// 0 stands for "not known" where evcc has no way to say so.
bool zero_is_unknown(std::string_view key) {
    return key == "vehicleSoc" || key == "vehicleRange" || key == "vehicleOdometer" ||
           key == "phasesActive" || key == "capacity";
}

bool is_zero(std::string_view text) {
    const auto number = number_from(text);
    return number && *number == 0;
}

}  // namespace

struct Evcc::Topic {
    std::string_view kind, which, key;

    /// `<prefix>/site/<key>` or `<prefix>/<kind>/<which>/<key>`; keys may have levels.
    static std::optional<Topic> parse(std::string_view prefix, std::string_view topic) {
        if (!topic.starts_with(prefix) || topic.size() <= prefix.size() ||
            topic[prefix.size()] != '/')
            return std::nullopt;
        topic.remove_prefix(prefix.size() + 1);
        Topic out;
        const auto end = topic.find('/');
        out.kind = topic.substr(0, end);
        if (end == std::string_view::npos) return out;
        topic.remove_prefix(end + 1);
        if (out.kind == "loadpoints" || out.kind == "vehicles") {
            const auto next = topic.find('/');
            out.which = topic.substr(0, next);
            topic.remove_prefix(next == std::string_view::npos ? topic.size() : next + 1);
        }
        out.key = topic;
        return out;
    }
};

struct Evcc::Loadpoint {
    Vehicle thing;
    std::string number;
    std::string vehicle;  // the name of the car there; empty = none known
    bool connected = false;
    bool charging = false;
    bool enabled = false;
};

Evcc::Evcc(EvccOptions options)
    : options_(std::move(options)), ids_(options_.taken, std::move(options_.known_ids)) {}
Evcc::~Evcc() = default;

void Evcc::start(Sink& sink) {
    // Which car stands where comes first: what a loadpoint says of a car needs its name.
    sink.listen(options_.prefix + "/loadpoints/+/vehicleName", name_token);
    sink.listen(options_.prefix + "/site/#", evcc_token);
    sink.listen(options_.prefix + "/loadpoints/#", evcc_token);
    sink.listen(options_.prefix + "/vehicles/#", evcc_token);
    sink.listen(options_.prefix + "/status", evcc_token);
}

bool Evcc::owns(std::string_view thing) const {
    if (site_ && site_->spec.id == thing) return true;
    for (const auto& [number, point] : loadpoints_) {
        if (point->thing.spec.id == thing) return true;
    }
    return std::any_of(vehicles_.begin(), vehicles_.end(),
                       [&](const auto& one) { return one.second->spec.id == thing; });
}

bool Evcc::begin(Vehicle& thing, std::string_view key, std::string_view wish, const Heard& heard,
                 Sink& sink) {
    const auto id = ids_.id_of(key, wish, "evcc");
    if (!id) {
        sink.refuse(heard.topic, wish, id.error().message);
        return false;
    }
    thing.spec.id = *id;
    if (auto told = thing.tell(sink); !told) {
        sink.refuse(heard.topic, wish, "not taken: " + told.error().message);
        return false;
    }
    return true;
}

Vehicle* Evcc::site_of(const Heard& heard, Sink& sink) {
    if (site_) return site_.get();
    auto site = std::make_unique<Vehicle>();
    site->spec.kind = ThingKind::service;
    site->spec.title = "evcc";
    site->spec.maker = "evcc";
    for (const evcc::Row& row : evcc::site_rows()) site->add(evcc::property_of(row));
    site->add(point_part("available", "Available", Type::boolean, {}));
    if (!begin(*site, "site", "evcc", heard, sink)) return nullptr;
    site_ = std::move(site);
    return site_.get();
}

Evcc::Loadpoint* Evcc::loadpoint_of(std::string_view number, const Heard& heard, Sink& sink) {
    if (const auto known = loadpoints_.find(number); known != loadpoints_.end())
        return known->second.get();
    if (loadpoints_.size() >= loadpoints_max) {
        sink.refuse(heard.topic, number, "more than 100 loadpoints");
        return nullptr;
    }
    auto point = std::make_unique<Loadpoint>();
    point->number = number;
    ThingSpec& spec = point->thing.spec;
    spec.kind = ThingKind::device;
    spec.title = "Loadpoint " + printable(number, 20);
    spec.maker = "evcc";
    PropertySpec status = point_part("status", "Status", Type::enumeration, minutes(5));
    status.allowed.assign(point_states.begin(), point_states.end());
    point->thing.add(std::move(status));
    point->thing.add(point_part("online", "Online", Type::boolean, {}));
    PropertySpec car = point_part("vehicle", "Car", Type::string, {});
    car.sensitivity = Sensitivity::personal;
    point->thing.add(std::move(car));
    for (const evcc::Row& row : evcc::loadpoint_rows()) point->thing.add(evcc::property_of(row));
    spec.actions = {{"start", "Charge now", std::nullopt, Sensitivity::home},
                    {"stop", "Stop charging", std::nullopt, Sensitivity::home}};
    const std::string key = "loadpoints/" + std::string(number);
    if (!begin(point->thing, key, "evcc-loadpoint-" + std::string(number), heard, sink))
        return nullptr;
    return loadpoints_.emplace(number, std::move(point)).first->second.get();
}

Vehicle* Evcc::vehicle_of(std::string_view name, const Heard& heard, Sink& sink) {
    if (const auto known = vehicles_.find(name); known != vehicles_.end())
        return known->second.get();
    if (vehicles_.size() >= cars_max) {
        sink.refuse(heard.topic, name, "more than 100 vehicles");
        return nullptr;
    }
    auto car = std::make_unique<Vehicle>();
    car->spec.kind = ThingKind::vehicle;
    car->spec.title = printable(name, 100);
    for (const VehicleRow& row : evcc::guest_rows())
        car->add(*options_.signals, row.path, row.max_age);
    for (const auto& row : evcc::vehicle_rows()) {
        PropertySpec* property = car->add(*options_.signals, row.reads.path, row.reads.max_age);
        if (property != nullptr) property->settable = row.settable;
    }
    if (!begin(*car, "vehicles/" + std::string(name), "evcc-" + std::string(name), heard, sink))
        return nullptr;
    return vehicles_.emplace(name, std::move(car)).first->second.get();
}

void Evcc::on_message(std::uint32_t token, const Heard& heard, Sink& sink) {
    const auto topic = Topic::parse(options_.prefix, heard.topic);
    if (!topic) return sink.refuse(heard.topic, heard.payload, "no topic of evcc");
    if (topic->kind == "status") return hear_status(heard, sink);
    // A count of what follows, or somebody setting something.
    if (topic->key.empty() || topic->key.ends_with("/set") || topic->which == "set") return;
    const bool name = topic->kind == "loadpoints" && topic->key == "vehicleName";
    if (name && token != name_token) return;  // heard already
    Result<void> done;
    if (topic->kind == "site") {
        done = hear_site(topic->key, heard, sink);
    } else if (topic->kind == "loadpoints") {
        done = hear_loadpoint(topic->which, topic->key, heard, sink);
    } else if (topic->kind == "vehicles") {
        done = hear_vehicle(topic->which, topic->key, heard, sink);
    }
    if (!done) sink.refuse(heard.topic, heard.payload, done.error().message);
}

void Evcc::hear_status(const Heard& heard, Sink& sink) {
    const bool online = heard.payload == "online";
    Vehicle* site = site_of(heard, sink);
    if (site == nullptr) return;
    if (auto done = site->say(sink, "available", online); !done)
        sink.refuse(heard.topic, heard.payload, done.error().message);
    for (const auto& [number, point] : loadpoints_) {
        if (auto done = point->thing.say(sink, "online", online); !done)
            sink.refuse(heard.topic, heard.payload, done.error().message);
    }
}

Result<void> Evcc::hear_site(std::string_view key, const Heard& heard, Sink& sink) {
    Vehicle* site = site_of(heard, sink);
    if (site == nullptr) return {};
    if (key == "siteTitle") {
        std::string text = printable(heard.payload, 100);
        if (text.empty() || text == site->spec.title) return {};
        site->spec.title = std::move(text);
        return site->tell(sink);
    }
    const evcc::Row* row = evcc::find_key(evcc::site_rows(), key);
    return row == nullptr ? Result<void>{} : site->say(sink, row->reads, heard.payload);
}

Result<void> Evcc::hear_loadpoint(std::string_view number, std::string_view key, const Heard& heard,
                                  Sink& sink) {
    Loadpoint* point = loadpoint_of(number, heard, sink);
    if (point == nullptr) return {};
    Vehicle& thing = point->thing;
    if (key == "title") {
        std::string text = printable(heard.payload, 100);
        if (text.empty() || text == thing.spec.title) return {};
        thing.spec.title = std::move(text);
        return thing.tell(sink);
    }
    if (key == "vehicleName") {
        // It becomes a level of a topic when something is set.
        if (heard.payload.find_first_of("/+#") != std::string_view::npos)
            return fail(Code::invalid_input, "a vehicle's name has no '/', '+' or '#'");
        std::string name = printable(heard.payload, 100);
        if (name != point->vehicle) {
            if (auto done = forget_guest(*point, sink); !done) return done;
            point->vehicle = std::move(name);
        }
        return thing.say(sink, "vehicle", point->vehicle);
    }
    if (auto done = hear_guest(*point, key, heard, sink); !done) return done;
    if (key == "connected" || key == "charging" || key == "enabled")
        return hear_flag(*point, key, heard, sink);
    const evcc::Row* row = evcc::find_key(evcc::loadpoint_rows(), key);
    if (row == nullptr) return {};
    if (zero_is_unknown(key) && is_zero(heard.payload))
        return thing.say(sink, row->reads.path, Null{});
    return thing.say(sink, row->reads, heard.payload);
}

Result<void> Evcc::hear_flag(Loadpoint& point, std::string_view key, const Heard& heard,
                             Sink& sink) {
    const auto flag = flag_from(heard.payload);
    if (!flag) return fail(Code::invalid_input, "neither true nor false");
    if (key == "connected") point.connected = *flag;
    if (key == "charging") point.charging = *flag;
    if (key == "enabled") point.enabled = *flag;
    std::string status = "Available";
    if (point.connected) status = point.enabled ? "SuspendedEV" : "SuspendedEVSE";
    if (point.connected && point.charging) status = "Charging";
    return point.thing.say(sink, "status", std::move(status));
}

/// Another car stands there: of the one before nobody knows now whether it is plugged in.
Result<void> Evcc::forget_guest(const Loadpoint& point, Sink& sink) {
    const auto car = vehicles_.find(point.vehicle);
    if (car == vehicles_.end()) return {};
    for (const VehicleRow& row : evcc::guest_rows()) {
        if (row.key != "connected" && row.key != "charging") continue;
        if (auto done = car->second->say(sink, row.path, Null{}); !done) return done;
    }
    return {};
}

/// What the loadpoint says of the car that stands there.
Result<void> Evcc::hear_guest(Loadpoint& point, std::string_view key, const Heard& heard,
                              Sink& sink) {
    if (point.vehicle.empty()) return {};
    const auto rows = evcc::guest_rows();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const VehicleRow& r) { return r.key == key; });
    if (row == rows.end()) return {};
    Vehicle* car = vehicle_of(point.vehicle, heard, sink);
    if (car == nullptr) return {};
    if (zero_is_unknown(key) && is_zero(heard.payload)) return {};
    return car->say(sink, *row, heard.payload);
}

Result<void> Evcc::hear_vehicle(std::string_view name, std::string_view key, const Heard& heard,
                                Sink& sink) {
    Vehicle* car = vehicle_of(name, heard, sink);
    if (car == nullptr) return {};
    if (key == "title") {
        std::string text = printable(heard.payload, 100);
        if (text.empty() || text == car->spec.title) return {};
        car->spec.title = std::move(text);
        return car->tell(sink);
    }
    for (const auto& row : evcc::vehicle_rows()) {
        if (row.reads.key != key) continue;
        if (zero_is_unknown(key) && is_zero(heard.payload)) return {};
        return car->say(sink, row.reads, heard.payload);
    }
    return {};
}

Result<std::vector<Publication>> Evcc::encode(const Order& order) {
    const auto to = [&](std::string topic, std::string payload) {
        std::vector<Publication> out;
        out.push_back({std::move(topic) + "/set", std::move(payload), false, 1});
        return out;
    };
    // Empty is "unset" for evcc.
    const auto payload_of = [](const Value& value) {
        if (const auto* text = std::get_if<std::string>(&value)) return *text;
        return std::holds_alternative<Null>(value) ? std::string() : to_json(value);
    };
    if (site_ && site_->spec.id == order.thing) {
        const evcc::Row* row = evcc::find_name(evcc::site_rows(), order.property);
        if (row != nullptr && row->settable)
            return to(options_.prefix + "/site/" + std::string(row->reads.key),
                      payload_of(order.value));
    }
    for (const auto& [number, point] : loadpoints_) {
        if (point->thing.spec.id != order.thing) continue;
        const std::string base = options_.prefix + "/loadpoints/" + number + "/";
        if (order.action == "start") return to(base + "mode", "now");
        if (order.action == "stop") return to(base + "mode", "off");
        const evcc::Row* row = evcc::find_name(evcc::loadpoint_rows(), order.property);
        if (row != nullptr && row->settable)
            return to(base + std::string(row->reads.key), payload_of(order.value));
    }
    for (const auto& [name, car] : vehicles_) {
        if (car->spec.id != order.thing) continue;
        for (const auto& row : evcc::vehicle_rows()) {
            if (row.settable && row.reads.path == order.property)
                return to(options_.prefix + "/vehicles/" + name + "/" + std::string(row.reads.key),
                          payload_of(order.value));
        }
    }
    return fail(Code::not_found, "evcc cannot set " + printable(order.property, 60));
}

}  // namespace foxtail::mqtt
