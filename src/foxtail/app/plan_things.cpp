#include "foxtail/app/plan_things.hpp"

#include "foxtail/app/property_spec.hpp"

namespace foxtail {
namespace {

using planner::Kind;
using planning::Setting;

PropertySpec between(PropertySpec spec, double least, double most) {
    spec.minimum = least;
    spec.maximum = most;
    return spec;
}

PropertySpec setting_spec(Setting setting) {
    const auto name = planning::setting_names[static_cast<std::size_t>(setting)];
    PropertySpec spec;
    switch (setting) {
        case Setting::act:
            spec = property_spec(name, "The plan acts (off: it only shows)", Type::boolean);
            break;
        case Setting::mode:
            spec = word_spec(name, "Mode", planning::mode_names);
            break;
        case Setting::mode_until:
            spec = property_spec(name, "... until (RFC 3339)", Type::string);
            break;
        case Setting::skip:
            spec = property_spec(name, "Not going next time", Type::boolean);
            break;
        case Setting::goals:
            spec = property_spec(name, "Ready by", Type::string);
            break;
        case Setting::least:
            spec = between(property_spec(name, "Charged at any price up to", Type::number, "%"), 0,
                           100);
            break;
        case Setting::most:
            spec = between(property_spec(name, "Charged at most to", Type::number, "%"), 0, 100);
            break;
        case Setting::reserve:
            spec = between(property_spec(name, "Kept for an outage", Type::number, "%"), 0, 100);
            break;
        case Setting::low:
            spec = between(property_spec(name, "Not colder than", Type::number, "Cel"), 5, 35);
            break;
        case Setting::high:
            spec = between(property_spec(name, "Not warmer than", Type::number, "Cel"), 5, 35);
            break;
        case Setting::ready_by:
            spec = property_spec(name, "Done by (time of day)", Type::string);
            break;
        case Setting::armed:
            spec = property_spec(name, "Loaded and waiting", Type::boolean);
            break;
        case Setting::hold:
            spec = property_spec(name, "Held at a power", Type::string);
            break;
    }
    spec.settable = true;
    spec.category = setting == Setting::mode || setting == Setting::goals ? Category::primary
                                                                          : Category::config;
    return spec;
}

}  // namespace

std::vector<Setting> settings_of(Kind kind) {
    std::vector<Setting> out = {Setting::act, Setting::mode, Setting::mode_until};
    const auto also = [&](std::initializer_list<Setting> more) {
        out.insert(out.end(), more);
        return out;
    };
    switch (kind) {
        case Kind::car:
            return also(
                {Setting::goals, Setting::skip, Setting::least, Setting::most, Setting::hold});
        case Kind::battery:
            return also({Setting::reserve, Setting::hold});
        case Kind::heat_pump:
            return also({Setting::low, Setting::high, Setting::hold});
        case Kind::appliance:
            return also({Setting::ready_by, Setting::armed});
        case Kind::hot_water:
            break;
    }
    return out;
}

ThingSpec plan_thing() {
    ThingSpec thing;
    thing.id = plan_id;
    thing.kind = ThingKind::service;
    thing.title = "Plan";
    auto& list = thing.properties;
    list.push_back(property_spec("because", "Why the plan changed", Type::string));
    list.push_back(property_spec("at_risk", "Goals at risk", Type::string));
    auto away = property_spec("away_until", "Nobody at home until (RFC 3339)", Type::string);
    away.settable = true;
    list.push_back(away);
    auto quiet = property_spec("quiet", "Machines are quiet from, to", Type::string);
    quiet.settable = true;
    quiet.category = Category::config;
    list.push_back(quiet);
    list.push_back(property_spec("contested", "Wishes that do not hold", Type::string));
    list.push_back(property_spec("cost", "Cost of the next two days", Type::number));
    list.push_back(property_spec("price", "Price of a kWh from the grid", Type::number));
    list.push_back(property_spec("saved_today", "Saved today", Type::number));
    list.push_back(property_spec("saved_total", "Saved so far", Type::number));
    const auto hidden = [&](PropertySpec spec) {
        spec.category = Category::diagnostic;
        list.push_back(std::move(spec));
    };
    hidden(property_spec("plan", "The plan", Type::object));
    hidden(property_spec("due", "What made a plan due", Type::string));
    hidden(property_spec("savings", "What was saved, by day", Type::object));
    hidden(property_spec("forecasts", "How well it was foretold", Type::object));
    hidden(word_spec("stage", "How it was found", planner::stage_names));
    hidden(property_spec("gap", "At most this much is left to save", Type::number));
    hidden(property_spec("places", "Where it is measured", Type::object));
    hidden(property_spec("wishes", "Whose wishes hold", Type::object));
    hidden(property_spec("peak", "Highest import of the month", Type::number, "kW"));
    hidden(property_spec("sun_limit", "The sun is held back to", Type::number, "kW"));
    hidden(property_spec("made_in", "Time from event to plan", Type::number, "ms"));
    return thing;
}

std::string plan_thing_id(const planning::Site& site, planning::DeviceId device) {
    return "plan-" + to_name(planning::name_of(site, device));
}

ThingSpec plan_device_thing(const planning::Site& site, planning::DeviceId device) {
    ThingSpec thing;
    thing.id = plan_thing_id(site, device);
    thing.kind = ThingKind::service;
    thing.title = "Plan of " + planning::name_of(site, device);
    auto& list = thing.properties;
    for (const Setting setting : settings_of(device.kind)) list.push_back(setting_spec(setting));
    list.push_back(property_spec("why", "Why", Type::string));
    list.push_back(word_spec("intent", "What it is to do", planner::intent_names));
    list.push_back(property_spec("power", "Planned power", Type::number, "W"));
    if (device.kind == Kind::car) {
        auto limit = property_spec("limit", "Planned current", Type::number, "A");
        limit.category = Category::diagnostic;
        list.push_back(limit);
        auto phases = property_spec("phases", "Planned phases", Type::integer);
        phases.category = Category::diagnostic;
        list.push_back(phases);
        auto held = property_spec("held_back", "Held back by its circuit", Type::string);
        held.category = Category::diagnostic;
        list.push_back(held);
    }
    auto obeys = property_spec("obeys", "Does what the plan says", Type::boolean);
    obeys.category = Category::diagnostic;
    list.push_back(obeys);
    return thing;
}

}  // namespace foxtail
