#include "foxtail/app/charging_desk.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/app/give_exactly.hpp"
#include "foxtail/app/property_spec.hpp"
#include "foxtail/base/log.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {
namespace {

using charging::CarRole;
using charging::CircuitRole;
using charging::Fact;
using charging::HouseRole;
using charging::PointRole;
using charging::Setting;

constexpr int charging_alarm = 110;
constexpr std::string_view state_name = "state";
const std::string flow_id = "power-flow";
constexpr std::string_view charging_purpose = "charging, as configured";
constexpr Duration keep_every = seconds(60);
constexpr Duration limit_lives = seconds(30);
constexpr std::uint16_t looking = static_cast<std::uint16_t>(Verb::discover) |
                                  static_cast<std::uint16_t>(Verb::read) |
                                  static_cast<std::uint16_t>(Verb::observe);

template <std::size_t n>
std::optional<std::uint8_t> role_of(const std::array<std::string_view, n>& names,
                                    std::string_view name) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return std::nullopt;
    return static_cast<std::uint8_t>(at - names.begin());
}

PropertySpec wished(PropertySpec spec) {
    spec.settable = true;
    spec.category = Category::config;
    return spec;
}

PropertySpec setup_spec() {
    auto spec = property_spec("setup", "How it is set up", Type::object);
    spec.category = Category::diagnostic;
    return spec;
}

PropertySpec personal(PropertySpec spec) {
    spec.sensitivity = Sensitivity::personal;
    return spec;
}

ThingSpec point_thing(const charging::PointSite& point, const charging::Site& site,
                      const std::string& id) {
    ThingSpec thing;
    thing.id = id;
    thing.kind = ThingKind::service;
    thing.title = "Charging at " + point.name;
    auto& list = thing.properties;
    auto mode = wished(word_spec("mode", "Mode", charging::mode_names));
    mode.category = Category::primary;
    list.push_back(mode);
    auto most = wished(property_spec("at_most", "At most", Type::number, "A"));
    most.minimum = point.current_min_a;
    most.maximum = point.current_max_a;
    most.step = point.step_a;
    list.push_back(most);
    auto power =
        wished(property_spec("at_most_power", "At most, of all phases", Type::number, "W"));
    power.minimum = point.current_min_a * site.volts;
    power.maximum = point.power_max_w(site.volts);
    list.push_back(power);
    auto needed = wished(property_spec("needed", "Energy needed", Type::number, "W.h"));
    needed.minimum = 0;
    needed.maximum = 500'000;
    list.push_back(needed);
    list.push_back(wished(property_spec("deadline", "Needed by (RFC 3339)", Type::string)));
    auto car = wished(property_spec("car", "Car", Type::enumeration));
    car.category = Category::primary;
    car.allowed = {"unknown", "guest"};
    for (const auto& one : site.cars) car.allowed.push_back(one.name);
    list.push_back(car);
    list.push_back(property_spec("car_certainty", "How certain", Type::number, "%"));
    list.push_back(property_spec("car_reason", "Why this car", Type::string));
    list.push_back(personal(property_spec("who", "Who charges", Type::string)));
    list.push_back(property_spec("commanded", "Commanded", Type::number, "A"));
    list.push_back(property_spec("commanded_power", "Commanded, of all phases", Type::number, "W"));
    list.push_back(word_spec("obeyed", "Obeyed", charging::obeyed_names));
    list.push_back(property_spec("why", "Why", Type::string));
    auto seen = property_spec("phases_seen", "Phases that carry current", Type::integer);
    seen.category = Category::diagnostic;
    list.push_back(seen);
    list.push_back(property_spec("session", "Session", Type::string));
    list.push_back(property_spec("session_from", "Plugged in at", Type::string));
    list.push_back(property_spec("session_energy", "Energy", Type::number, "W.h"));
    list.push_back(property_spec("session_cost", "Cost", Type::number));
    list.push_back(property_spec("session_co2", "CO2", Type::number, "g"));
    list.push_back(property_spec("session_own", "Of the house's own", Type::number, "W.h"));
    list.push_back(personal(property_spec("last_session", "Last session", Type::object)));
    list.push_back(setup_spec());
    thing.events = {{"session", "A session ended", {}}};
    return thing;
}

ThingSpec circuit_thing(const charging::CircuitSite& circuit, const std::string& id) {
    static constexpr std::array<std::string_view, 3> meters = {"none", "heard", "silent"};
    ThingSpec thing;
    thing.id = id;
    thing.kind = ThingKind::service;
    thing.title = "Circuit " + circuit.name;
    thing.properties.push_back(property_spec("over", "Over its limit", Type::boolean));
    thing.properties.push_back(word_spec("meter", "Meter", meters));
    thing.properties.push_back(property_spec("signal", "Limit by signal", Type::number, "W"));
    thing.properties.push_back(setup_spec());
    return thing;
}

ThingSpec flow_thing() {
    ThingSpec thing;
    thing.id = flow_id;
    thing.kind = ThingKind::service;
    thing.title = "Power flow";
    for (const auto& [name, title] :
         std::initializer_list<std::pair<const char*, const char*>>{{"grid", "From the grid"},
                                                                    {"sun", "From the sun"},
                                                                    {"battery", "From the battery"},
                                                                    {"home", "Into the home"},
                                                                    {"cars", "Into cars"}})
        thing.properties.push_back(property_spec(name, title, Type::number, "W"));
    return thing;
}

/// What it draws and where that is told, for whoever shows it: what is measured is not told twice.
void add_measured(api::JsonText& json, const ChargingConfig::Map& heard) {
    for (const std::string_view role :
         {"current_l1", "current_l2", "current_l3", "power_l1", "power_l2", "power_l3", "power"}) {
        if (const auto at = heard.find(role); at != heard.end()) json.text(role, at->second);
    }
}

std::string point_setup(const ChargingConfig& config, std::size_t index) {
    std::string out;
    api::JsonText json(out);
    json.object().text("circuit", config.site.circuits[config.site.points[index].circuit].name);
    json.text("currency", config.currency).number("volts", config.site.volts);
    add_measured(json, config.points[index]);
    json.end_object();
    return out;
}

std::string circuit_setup(const ChargingConfig& config, std::size_t index) {
    const auto& circuit = config.site.circuits[index];
    std::string out;
    api::JsonText json(out);
    json.object().text("name", circuit.name).number("volts", config.site.volts);
    if (circuit.limit_a) json.number("limit", *circuit.limit_a);
    if (circuit.parent) json.text("in", config.site.circuits[*circuit.parent].name);
    add_measured(json, config.circuits[index]);
    json.end_object();
    return out;
}

}  // namespace

ChargingDesk::ChargingDesk(Hub& hub, const ChargingConfig& config)
    : hub_(hub), config_(config), controller_(config.site), commands_(config.site.points.size()) {
    for (const auto& point : config_.site.points) point_things_.push_back("charge-" + point.name);
    for (const auto& circuit : config_.site.circuits)
        circuit_things_.push_back("circuit-" + circuit.name);
}

ChargingDesk::~ChargingDesk() {
    *alive_ = false;
    if (door_ && started_) door_->unwatch(*this);
}

// ---- start and stop ----

Result<void> ChargingDesk::start() {
    return start_from({});
}

Result<void> ChargingDesk::start_from(std::string_view state) {
    auto inlet = hub_.attach("charging", *this);
    if (!inlet) return fail(inlet.error());
    inlet_ = *inlet;
    const auto subject = hub_.name_subject(subject_name, SubjectKind::planner);
    if (!subject) return fail(subject.error());
    door_ = hub_.door(*subject);
    listen();
    if (auto done = give_grants(); !done) return done;
    if (auto done = tell_things(); !done) return done;
    tell_setup();
    if (state.empty()) {
        load_kept();
    } else {
        take_state(state);
    }
    controller_.start(hub_.now());
    door_->watch(*this);
    started_ = true;
    hear_what_is_known();
    pump();
    wake();
    return {};
}

void ChargingDesk::stop() {
    if (!started_ || stopped_) return;
    keep_if_changed(true);
    stopped_ = true;
}

void ChargingDesk::retire() {
    stop();
    stopped_ = true;
    if (started_) hub_.environment().loop.alarm(charging_alarm, hub_.now().mono, [] {});
    hub_.detach(*this);
}

void ChargingDesk::listen() {
    const auto add = [&](const ChargingConfig::Map& map, Target::Of of, std::size_t index,
                         const auto& roles) {
        for (const auto& [name, address] : map) {
            if (const auto role = role_of(roles, name))
                targets_[address].push_back({of, index, *role});
        }
    };
    for (std::size_t i = 0; i < config_.points.size(); ++i)
        add(config_.points[i], Target::Of::point, i, charging::point_roles);
    for (std::size_t i = 0; i < config_.circuits.size(); ++i)
        add(config_.circuits[i], Target::Of::circuit, i, charging::circuit_roles);
    for (std::size_t i = 0; i < config_.cars.size(); ++i)
        add(config_.cars[i], Target::Of::car, i, charging::car_roles);
    add(config_.house, Target::Of::house, 0, charging::house_roles);
}

Result<void> ChargingDesk::give_grants() {
    std::map<std::string, std::uint16_t> wanted;
    for (const auto& [address, unused] : targets_) wanted[address] = looking;
    const auto also = [&](const std::vector<std::string>& addresses, Verb verb) {
        for (const auto& address : addresses) {
            if (!address.empty())
                wanted[address] = static_cast<std::uint16_t>(wanted[address] | looking |
                                                             static_cast<std::uint16_t>(verb));
        }
    };
    also(config_.limits, Verb::set);
    also(config_.limit_powers, Verb::discover);  // only to hear what is set there by hand
    also(config_.phases, Verb::set);
    also(config_.starts, Verb::run);
    return give_exactly(hub_, door_->subject(), wanted, charging_purpose);
}

Result<void> ChargingDesk::tell_things() {
    const auto& site = config_.site;
    for (std::size_t i = 0; i < site.points.size(); ++i) {
        if (auto told = inlet_->tell(point_thing(site.points[i], site, point_things_[i])); !told)
            return fail(told.error());
    }
    for (std::size_t i = 0; i < site.circuits.size(); ++i) {
        if (auto told = inlet_->tell(circuit_thing(site.circuits[i], circuit_things_[i])); !told)
            return fail(told.error());
    }
    std::vector<std::string> all = point_things_;
    all.insert(all.end(), circuit_things_.begin(), circuit_things_.end());
    if (config_.house.contains("grid")) {
        if (const auto told = inlet_->tell(flow_thing()); !told) return fail(told.error());
        all.push_back(flow_id);
    }
    inlet_->leave_only(all);
    return {};
}

void ChargingDesk::tell_setup() {
    const auto tell = [this](Fact::Of of, std::size_t index, std::string json) {
        Fact fact;
        fact.of = of;
        fact.index = index;
        fact.name = "setup";
        fact.value = Json{std::move(json)};
        report(fact);
    };
    for (std::size_t i = 0; i < config_.site.points.size(); ++i)
        tell(Fact::Of::point, i, point_setup(config_, i));
    for (std::size_t i = 0; i < config_.site.circuits.size(); ++i)
        tell(Fact::Of::circuit, i, circuit_setup(config_, i));
}

void ChargingDesk::load_kept() {
    const auto restored = inlet_->kept([this](std::string_view name, std::string_view bytes) {
        if (name == state_name) take_state(bytes);
    });
    if (!restored)
        log(LogLevel::error, "charging starts anew", {{"why", restored.error().message}});
}

void ChargingDesk::take_state(std::string_view bytes) {
    if (auto done = controller_.load(bytes); !done)
        log(LogLevel::error, "charging starts anew", {{"why", done.error().message}});
}

/// What was said before a restart still tells what state a box was in; but not what a meter sees.
void ChargingDesk::hear_what_is_known() {
    for (const auto& [address, targets] : targets_) {
        const auto view = door_->read(address);
        if (!view || std::holds_alternative<Null>(view->belief->value)) continue;
        const bool now = view->quality == Quality::good || view->quality == Quality::estimated;
        for (const Target& target : targets) {
            const auto role = static_cast<PointRole>(target.role);
            const bool lasts = target.of == Target::Of::point &&
                               (role == PointRole::status || role == PointRole::plan ||
                                role == PointRole::plan_phases || role == PointRole::phases ||
                                role == PointRole::limit || role == PointRole::max_current ||
                                role == PointRole::transaction);
            const bool price = target.of == Target::Of::house &&
                               static_cast<HouseRole>(target.role) >= HouseRole::price;
            const bool signal = target.of == Target::Of::circuit &&
                                static_cast<CircuitRole>(target.role) >= CircuitRole::signal_on;
            if (now || lasts || price || signal) hear(target, view->belief->value, 0);
        }
    }
}

// ---- in ----

void ChargingDesk::hear(const Target& target, const Value& value, Seq seq, Time at) {
    const Moment now = hub_.now();
    switch (target.of) {
        case Target::Of::point:
            return controller_.hear(static_cast<PointRole>(target.role), target.index, value, seq,
                                    now, at);
        case Target::Of::circuit:
            return controller_.hear(static_cast<CircuitRole>(target.role), target.index, value, seq,
                                    now);
        case Target::Of::car:
            return controller_.hear(static_cast<CarRole>(target.role), target.index, value, seq,
                                    now);
        case Target::Of::house:
            return controller_.hear(static_cast<HouseRole>(target.role), value, seq, now);
    }
}

void ChargingDesk::reading(const Property& property, const Belief& belief, Quality) {
    if (stopped_) return;
    const auto at = targets_.find(property.address);
    if (at == targets_.end()) return;
    for (const Target& target : at->second)
        hear(target, belief.value, belief.seq, belief.source_time);
    pump();
}

void ChargingDesk::record(const Record& record) {
    const auto* asked = std::get_if<CommandAsked>(&record.body);
    const auto* confirmed = std::get_if<WishConfirmed>(&record.body);
    // What waits for a person to confirm it is nobody's hand yet.
    const bool wished = asked != nullptr && asked->action.empty() &&
                        asked->confirm_within.us == 0 && record.actor != door_->subject();
    if (stopped_ || (!wished && (confirmed == nullptr || !confirmed->action.empty()))) return;
    const PropertyId property = wished ? asked->property : confirmed->property;
    const Value& value = wished ? asked->value : confirmed->value;
    const auto& address = inlet_->catalogue().property(property).address;
    double number = 0;
    for (std::size_t i = 0; i < config_.limits.size(); ++i) {
        const bool in_watts = config_.limit_powers[i] == address;
        if ((config_.limits[i] != address && !in_watts) || !as_number(value, number)) continue;
        if (in_watts)
            controller_.set_power_by_hand(i, number, record.seq, hub_.now());
        else
            controller_.set_by_hand(i, number, record.seq, hub_.now());
        pump();
    }
}

void ChargingDesk::closed() {
    log(LogLevel::error, "charging sees nothing any more: its access was taken back");
}

void ChargingDesk::pause(bool) {}

Result<Outlet::Sent> ChargingDesk::send(const Order& order) {
    const std::string& thing = inlet_->catalogue().thing(order.thing).spec.id;
    const auto point = std::find(point_things_.begin(), point_things_.end(), thing);
    if (point == point_things_.end() || !order.action.empty())
        return fail(Code::unavailable, "'" + thing + "' is no longer configured");
    const auto& name = inlet_->catalogue().property(order.property).spec.name;
    const auto setting = role_of(charging::setting_names, name);
    if (!setting) return fail(Code::invalid_input, "'" + name + "' cannot be set");
    const auto index = static_cast<std::size_t>(point - point_things_.begin());
    if (auto done = controller_.set(static_cast<Setting>(*setting), index, order.value,
                                    order.command, hub_.now());
        !done)
        return fail(done.error());
    controller_.repeat(index, charging::setting_names[*setting]);
    pump();
    // What it is after "unknown" is another question.
    const auto* text = std::get_if<std::string>(&order.value);
    const bool asks_anew = text != nullptr && *text == "unknown";
    return asks_anew ? Sent::done : Sent::awaiting_report;
}

// ---- out ----

void ChargingDesk::pump() {
    // What a wish leads to may bring us here again: it follows in this loop.
    if (std::exchange(pumping_, true)) return;
    for (int round = 0; round < 8 && !controller_.proposals().empty(); ++round) {
        const auto proposals = std::exchange(controller_.proposals(), {});
        for (const charging::Proposal& one : proposals) wish(one);
    }
    for (const Fact& fact : controller_.take_facts(hub_.now())) report(fact);
    pumping_ = false;
    keep_if_changed(false);
    arm();
}

void ChargingDesk::wish(const charging::Proposal& proposal) {
    using What = charging::Proposal::What;
    const std::size_t point = proposal.point;
    Wish wish;
    wish.cause = proposal.because;
    wish.time_to_live = limit_lives;
    switch (proposal.what) {
        case What::limit:
            wish.address = config_.limits[point];
            wish.value = proposal.value;
            break;
        case What::phases:
            wish.address = config_.phases[point];
            wish.value = static_cast<std::int64_t>(proposal.value);
            break;
        case What::start:
            wish.address = config_.starts[point];
            wish.run = true;
            wish.value = proposal.tag;
            break;
    }
    if (wish.address.empty()) return;
    const bool limit = proposal.what == What::limit;
    door_->wish(wish, [this, alive = alive_, point, limit](const Result<Seq>& done) {
        if (!*alive || !limit) return;
        if (done) {
            commands_[point] = *done;
            return;
        }
        controller_.refused(point, done.error().message, hub_.now());
    });
}

void ChargingDesk::report(const Fact& fact) {
    const std::string& thing = fact.of == Fact::Of::flow    ? flow_id
                               : fact.of == Fact::Of::point ? point_things_[fact.index]
                                                            : circuit_things_[fact.index];
    if (fact.event) {
        (void)inlet_->happened(thing, fact.name, fact.value);
        return;
    }
    const Property* property = inlet_->catalogue().find_property(thing, fact.name);
    if (property == nullptr) return;
    const auto said = inlet_->report({property->id, Quality::good, {}, fact.value});
    if (!said && said.error().code == Code::invalid_input)
        inlet_->refuse("charging", property->address, to_json(fact.value), said.error().message);
}

/// A limit that the box turned down must not be counted on.
void ChargingDesk::look_at_commands() {
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        if (commands_[i] == 0) continue;
        const auto state = door_->command(commands_[i]);
        if (state && !state->outcome) continue;
        commands_[i] = 0;
        if (!state) continue;
        if (*state->outcome == Outcome::refused || *state->outcome == Outcome::failed)
            controller_.refused(i, state->detail, hub_.now());
    }
}

void ChargingDesk::keep_if_changed(bool always) {
    const Duration now = hub_.now().mono;
    const bool changed = controller_.changes() != kept_changes_;
    if (!changed && !always && now - kept_at_ < keep_every) return;
    kept_changes_ = controller_.changes();
    kept_at_ = now;
    inlet_->keep(std::string(state_name), controller_.save());
}

void ChargingDesk::arm() {
    if (stopped_) return;
    const Duration next = controller_.next_wake(hub_.now().mono);
    if (armed_for_ > hub_.now().mono && armed_for_ <= next) return;
    armed_for_ = next;
    hub_.environment().loop.alarm(charging_alarm, next, [this] { wake(); });
}

void ChargingDesk::wake() {
    if (stopped_) return;
    armed_for_ = {};
    look_at_commands();
    look_for_silence();
    controller_.tick(hub_.now());
    pump();
}

/// A battery or an inverter that went silent gives and takes nothing that anybody knows of.
void ChargingDesk::look_for_silence() {
    for (const auto& [address, targets] : targets_) {
        for (const Target& target : targets) {
            const auto role = static_cast<HouseRole>(target.role);
            if (target.of != Target::Of::house ||
                (role != HouseRole::battery && role != HouseRole::production))
                continue;
            const auto view = door_->read(address);
            if (!view || view->quality == Quality::stale) hear(target, Null{}, 0);
        }
    }
}

}  // namespace foxtail
