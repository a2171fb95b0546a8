#include "foxtail/app/car_desk.hpp"

#include "foxtail/app/property_spec.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace foxtail {
namespace {

constexpr int look_alarm = 141;
constexpr Duration look_every = seconds(30);
constexpr std::size_t heard_max = 10'000;
constexpr std::string_view joining_purpose = "joins what several sources say of a car";

/// What a source says of itself, and not of the car.
bool about_the_source(std::string_view name) {
    return name == "available" || name.starts_with("Foxtail.Budget.");
}

PropertySpec account(std::string_view name, std::string_view title, Type type) {
    auto out = property_spec(name, title, type);
    out.category = Category::diagnostic;
    return out;
}

void widen(PropertySpec& ours, const PropertySpec& theirs) {
    ours.sensitivity = std::max(ours.sensitivity, theirs.sensitivity);
    ours.settable = ours.settable || theirs.settable;
    if (!theirs.max_age) {
        ours.max_age.reset();
    } else if (ours.max_age) {
        ours.max_age = std::max(*ours.max_age, *theirs.max_age);
    }
}

}  // namespace

struct CarDesk::Car {
    Car(CarConfig said, cars::JoinedOptions options)
        : config(std::move(said)), joined(std::move(options)) {}
    CarConfig config;
    cars::Joined joined;
    ThingSpec spec;
    std::map<std::string, PropertyId, std::less<>> ids;
    std::string kept;
};

struct CarDesk::Heard {
    std::string thing;
    PropertySpec spec;
    std::string address;
    Value value;
    Time at;
};

CarDesk::CarDesk(Hub& hub, std::vector<CarConfig> cars, const cars::Signals& signals)
    : hub_(hub), signals_(signals) {
    for (CarConfig& config : cars) {
        cars::JoinedOptions options;
        for (const auto& source : config.sources)
            options.sources.push_back({source.thing, source.trust});
        options.meters = config.meters.size();
        options.capacity_kwh = config.capacity_kwh;
        options.efficiency = config.efficiency;
        cars_.push_back(std::make_unique<Car>(std::move(config), std::move(options)));
    }
}

CarDesk::~CarDesk() {
    *alive_ = false;
    if (door_ && !stopped_) door_->unwatch(*this);
}

Result<void> CarDesk::start() {
    return start_from({});
}

Result<void> CarDesk::start_from(States states) {
    if (cars_.empty() && hub_.authority().find("planner:cars") == nullptr) return {};
    auto inlet = hub_.attach("cars", *this);
    if (!inlet) return fail(inlet.error());
    inlet_ = *inlet;
    std::vector<std::string> addresses;
    for (const auto& car : cars_) {
        for (const auto& source : car->config.sources) addresses.push_back(source.thing + "/*");
        for (const auto& meter : car->config.meters) {
            addresses.push_back(meter.energy);
            if (!meter.car.empty()) addresses.push_back(meter.car);
        }
    }
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    if (auto done = take_grants(addresses); !done) return done;
    const auto restored = inlet_->kept([&](std::string_view name, std::string_view bytes) {
        states.try_emplace(std::string(name), bytes);  // what was handed over is newer
    });
    if (!restored)
        log(LogLevel::error, "cars' states not restored", {{"why", restored.error().message}});
    for (const auto& [id, bytes] : states) take_state(id, bytes);
    std::vector<std::string> ids;
    for (const auto& car : cars_) {
        const Thing* known = inlet_->catalogue().find_thing(car->config.id);
        const bool fresh = known == nullptr || !known->present;
        if (!fresh) recall(*car);
        describe(*car);
        if (fresh) catch_up(*car);
        ids.push_back(car->config.id);
    }
    inlet_->leave_only(ids);
    if (cars_.empty()) return {};
    door_->watch(*this);
    look();
    return {};
}

void CarDesk::take_state(std::string_view id, std::string_view bytes) {
    for (const auto& car : cars_) {
        if (car->config.id != id) continue;
        car->kept = bytes;
        if (auto done = car->joined.load(bytes); !done)
            log(LogLevel::warning, "car's state not restored",
                {{"car", car->config.id}, {"why", done.error().message}});
    }
}

CarDesk::States CarDesk::states() const {
    States out;
    for (const auto& car : cars_) out[car->config.id] = car->joined.save();
    return out;
}

/// Exactly these; what an earlier configuration gave ends.
Result<void> CarDesk::take_grants(const std::vector<std::string>& addresses) {
    const auto subject = hub_.name_subject("planner:cars", SubjectKind::planner);
    if (!subject) return fail(subject.error());
    door_ = hub_.door(*subject);
    constexpr auto verbs = static_cast<std::uint16_t>(
        static_cast<unsigned>(Verb::discover) | static_cast<unsigned>(Verb::read) |
        static_cast<unsigned>(Verb::observe) | static_cast<unsigned>(Verb::set));
    bool there = false;
    std::vector<Seq> others;
    for (const Grant& grant : hub_.authority().grants()) {
        if (grant.given.subject != *subject || grant.given.purpose != joining_purpose) continue;
        if (grant.given.addresses == addresses && grant.given.verbs == verbs && !there) {
            there = true;
        } else {
            others.push_back(grant.id);
        }
    }
    Door hub = hub_.door(the_hub);
    for (const Seq grant : others)
        hub.take_back(grant, "no longer in the configuration", [](const auto&) {});
    if (there || addresses.empty()) return {};
    GrantGiven grant;
    grant.subject = *subject;
    grant.addresses = addresses;
    grant.verbs = verbs;
    grant.purpose = joining_purpose;
    const auto given = hub_.give(std::move(grant));
    return given ? Result<void>{} : Result<void>{fail(given.error())};
}

/// What the sources said before: without saying it anew.
void CarDesk::recall(Car& car) {
    for (std::size_t i = 0; i < car.config.sources.size(); ++i) {
        door_->readings(car.config.sources[i].thing, [&](const PropertyView& view) {
            const PropertySpec& spec = view.property->spec;
            if (about_the_source(spec.name) || !view.belief->receipt_time.known()) return;
            car.joined.recall(i, spec.name, view.belief->value, view.belief->source_time, spec.unit,
                              spec.max_age);
        });
    }
    car.joined.recalled(hub_.now().wall);
}

/// Of a car that was not there: what its sources said before is news, of when they said it.
void CarDesk::catch_up(Car& car) {
    for (std::size_t i = 0; i < car.config.sources.size(); ++i) {
        door_->readings(car.config.sources[i].thing, [&](const PropertyView& view) {
            const PropertySpec& spec = view.property->spec;
            if (about_the_source(spec.name) || !view.belief->receipt_time.known()) return;
            say(car, car.joined.hear(i, spec.name, view.belief->value, view.belief->source_time,
                                     spec.unit, spec.max_age, hub_.now().wall));
        });
    }
}

/// Tells the vehicle as its sources are now; nothing happens when nothing is new.
void CarDesk::describe(Car& car) {
    std::map<std::string, PropertySpec, std::less<>> members;
    std::string title;
    std::string maker;
    std::string model;
    const Catalogue& catalogue = inlet_->catalogue();
    for (const auto& source : car.config.sources) {
        const Thing* thing = catalogue.find_thing(source.thing);
        if (thing == nullptr || !thing->present) continue;
        if (title.empty()) title = thing->spec.title;
        if (maker.empty()) maker = thing->spec.maker;
        if (model.empty()) model = thing->spec.model;
        for (const PropertySpec& property : thing->spec.properties) {
            if (about_the_source(property.name)) continue;
            const auto [at, fresh] = members.emplace(property.name, property);
            if (!fresh) widen(at->second, property);
        }
    }
    if (!members.contains(cars::Joined::soc_path) && !car.config.meters.empty()) {
        if (auto soc = signals_.property(cars::Joined::soc_path))
            members.emplace(soc->name, std::move(*soc));
    }
    ThingSpec spec;
    spec.id = car.config.id;
    spec.kind = ThingKind::vehicle;
    spec.title = !car.config.title.empty() ? car.config.title : title;
    if (spec.title.empty()) spec.title = car.config.id;
    spec.place = car.config.place;
    spec.maker = maker;
    spec.model = model;
    for (auto& [name, property] : members) spec.properties.push_back(std::move(property));
    spec.properties.push_back(
        account(cars::Joined::conflicts_path, "Sources that contradict each other", Type::array));
    spec.properties.push_back(account(cars::Joined::sources_path, "Sources", Type::array));
    spec.properties.push_back(
        account(cars::Joined::believed_path, "Which source is believed", Type::object));
    if (spec == car.spec) return;
    const auto told = inlet_->tell(spec);
    if (!told) {
        inlet_->refuse("cars", car.config.id, "", "car not taken: " + told.error().message);
        return;
    }
    const Thing& thing = inlet_->catalogue().thing(*told);
    car.ids.clear();
    for (std::size_t i = 0; i < spec.properties.size(); ++i)
        car.ids[spec.properties[i].name] = thing.properties[i];
    car.spec = std::move(spec);
}

void CarDesk::reading(const Property& property, const Belief& belief, Quality) {
    if (heard_.size() >= heard_max) return inlet_->dropped("cars", 1);
    if (heard_.empty()) {
        hub_.environment().loop.soon([this, alive = alive_] {
            if (*alive) hear_all();
        });
    }
    const std::string& thing = inlet_->catalogue().thing(property.thing).spec.id;
    heard_.push_back({thing, property.spec, property.address, belief.value, belief.source_time});
}

void CarDesk::closed() {
    door_.reset();
}

void CarDesk::hear_all() {
    if (stopped_) return;
    for (const Heard& heard : std::exchange(heard_, {})) {
        for (const auto& car : cars_) hear(*car, heard);
    }
}

void CarDesk::hear(Car& car, const Heard& heard) {
    const Time now = hub_.now().wall;
    for (std::size_t i = 0; i < car.config.sources.size(); ++i) {
        if (car.config.sources[i].thing != heard.thing || about_the_source(heard.spec.name))
            continue;
        if (!car.ids.contains(heard.spec.name)) describe(car);
        say(car, car.joined.hear(i, heard.spec.name, heard.value, heard.at, heard.spec.unit,
                                 heard.spec.max_age, now));
    }
    for (std::size_t i = 0; i < car.config.meters.size(); ++i) {
        const CarMeterConfig& meter = car.config.meters[i];
        double number = 0;
        if (meter.energy != heard.address || !as_number(heard.value, number)) continue;
        const auto wh = convert(number, heard.spec.unit, "W.h");
        if (!wh) {
            inlet_->refuse("cars", heard.address, to_json(heard.value),
                           "a meter's unit must be one of energy, e.g. W.h or kW.h");
            continue;
        }
        say(car, car.joined.metered(i, *wh, stands_at(car, meter), heard.at, now));
    }
}

bool CarDesk::stands_at(const Car& car, const CarMeterConfig& meter) const {
    if (meter.car.empty()) return car.joined.plugged().value_or(false);
    if (!door_) return false;
    const auto view = door_->read(meter.car);
    const auto* name = view ? std::get_if<std::string>(&view->belief->value) : nullptr;
    if (name == nullptr) return false;
    return *name == car.config.id ||
           std::any_of(car.config.sources.begin(), car.config.sources.end(),
                       [&](const auto& source) { return source.thing == *name; });
}

void CarDesk::say(Car& car, const std::vector<cars::Saying>& sayings) {
    for (const cars::Saying& one : sayings) {
        const auto id = car.ids.find(one.path);
        if (id == car.ids.end()) continue;
        const auto done = inlet_->report({id->second, one.quality, one.at, one.value});
        if (!done && done.error().code == Code::invalid_input)
            inlet_->refuse("cars", car.config.id + "/" + one.path, to_json(one.value),
                           done.error().message);
    }
}

void CarDesk::keep(Car& car) {
    std::string bytes = car.joined.save();
    if (bytes == car.kept) return;
    car.kept = bytes;
    inlet_->keep(car.config.id, std::move(bytes));
}

void CarDesk::look() {
    if (stopped_) return;
    for (const auto& car : cars_) {
        describe(*car);
        say(*car, car->joined.look(hub_.now().wall));
        keep(*car);
    }
    hub_.environment().loop.alarm(look_alarm, hub_.now().mono + look_every, [this] { look(); });
}

void CarDesk::stop() {
    if (stopped_ || !inlet_) return;
    for (const auto& car : cars_) keep(*car);
    stopped_ = true;
    if (door_) door_->unwatch(*this);
}

void CarDesk::retire() {
    if (!inlet_) return;
    stop();
    hub_.environment().loop.alarm(look_alarm, hub_.now().mono, [] {});
    hub_.detach(*this);
}

Result<Outlet::Sent> CarDesk::send(const Order& order) {
    const Catalogue& catalogue = inlet_->catalogue();
    const std::string& id = catalogue.thing(order.thing).spec.id;
    const auto car = std::find_if(cars_.begin(), cars_.end(),
                                  [&](const auto& one) { return one->config.id == id; });
    if (car == cars_.end() || !door_ || !order.action.empty())
        return fail(Code::not_found, "'" + id + "' has nothing to run");
    const std::string& name = catalogue.property(order.property).spec.name;
    const CarSourceConfig* to = nullptr;
    for (const auto& source : (*car)->config.sources) {
        const Property* property = catalogue.find_property(source.thing, name);
        if (property == nullptr || !property->present || !property->spec.settable) continue;
        if (to == nullptr || source.trust > to->trust) to = &source;
    }
    if (to == nullptr) return fail(Code::unavailable, "no source of '" + id + "' can set " + name);
    const std::string address = to->thing + "/" + name;
    Wish wish;
    wish.address = address;
    wish.value = order.value;
    door_->wish(wish, [this, alive = alive_, command = order.command](const Result<Seq>& asked) {
        if (*alive && !asked && !stopped_)
            inlet_->answer(command, Outcome::failed, asked.error().message);
    });
    return Sent::awaiting_report;
}

}  // namespace foxtail
