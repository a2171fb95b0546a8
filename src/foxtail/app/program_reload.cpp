// A changed configuration is taken up while the house goes on; what is wrong is told with its
// place, and what was stays.
#include "foxtail/app/program_parts.hpp"
#include "foxtail/base/log.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {

void Program::reload() {
    Loaded fresh = load_configuration(options_.config_file);
    const auto not_taken = [](const std::string& why) {
        log(LogLevel::error, "configuration not taken", {{"why", why}});
    };
    for (const auto& mistake : fresh.mistakes) not_taken(format_mistake(mistake));
    if (!fresh.mistakes.empty()) return;
    const Configuration& then = fresh.configuration;
    if (const auto mistakes = parts_->hub->load_rules(fresh.rules, fresh.hash); !mistakes.empty())
        return not_taken(format_mistake(mistakes.front()));
    if (auto done = parts_->mqtt->configure(then); !done) return not_taken(done.error().message);
    if (auto done = apply_house_rule(then); !done) return not_taken(done.error().message);
    loaded_.configuration.residents = then.residents;
    if (parts_->tls) {
        if (auto done = parts_->tls->certify(then, parts_->clock.now()); !done)
            return not_taken(done.error().message);
    }
    loaded_.configuration.tls.certificate = then.tls.certificate;
    loaded_.configuration.tls.key = then.tls.key;
    loaded_.configuration.mqtt_users = then.mqtt_users;
    loaded_.configuration.mqtt_anonymous = then.mqtt_anonymous;
    if (auto done = change_doors(then); !done) return not_taken(done.error().message);
    set_log(options_.log_level.value_or(then.log_level),
            options_.log_format.value_or(then.log_format));
    loaded_.rules = std::move(fresh.rules);
    loaded_.hash = fresh.hash;
    log(LogLevel::info, "configuration taken", {{"rules", std::to_string(loaded_.rules.size())}});
    for (const auto& key : changed_for_next_start(loaded_.configuration, then))
        log(LogLevel::warning, "changed: " + key + ": takes effect after a restart");
}

/// Chargers, cars and charging points as they are now described.
Result<void> Program::change_doors(const Configuration& then) {
    Configuration& now = loaded_.configuration;
    if (now.ocpp != then.ocpp) {
        if (auto done = parts_->ocpp->configure(then.ocpp); !done) return done;
        // A listener is opened at the next start.
        const auto listeners = now.ocpp.listeners;
        now.ocpp = then.ocpp;
        now.ocpp.listeners = listeners;
    }
    if (now.cars != then.cars) {
        MqttDoor& mqtt = *parts_->mqtt;
        parts_->formats->change_cars(now.cars, then.cars,
                                     {[&](std::string_view format) { mqtt.drop(format); },
                                      [&](mqtt::Format& format) { mqtt.add(format); },
                                      [&](std::string_view thing) { mqtt.gone(thing); }});
        const auto before = std::exchange(now.cars, then.cars).cars;
        if (before != then.cars.cars) {
            if (auto done = change_cars(before, then.cars.cars); !done) return done;
        }
    }
    if (now.charging == then.charging && now.planning == then.planning) return {};
    if (auto done = change_charging(then.charging, then.planning); !done) return done;
    if (auto done = change_plan(then.planning, then.charging); !done) {
        (void)change_charging(now.charging, now.planning);
        return done;
    }
    now.charging = then.charging;
    now.planning = then.planning;
    return {};
}

Result<void> Program::change_cars(const std::vector<CarConfig>& before,
                                  const std::vector<CarConfig>& then) {
    const auto begin = [&](const std::vector<CarConfig>& cars, CarDesk::States states) {
        parts_->cars = std::make_unique<CarDesk>(*parts_->hub, cars, parts_->formats->signals());
        return parts_->cars->start_from(std::move(states));
    };
    CarDesk::States states = parts_->cars->states();
    parts_->cars->retire();
    auto done = begin(then, states);
    if (done) return done;
    parts_->cars->retire();
    loaded_.configuration.cars.cars = before;
    (void)begin(before, std::move(states));
    return done;
}

Result<void> Program::change_charging(ChargingConfig then, const PlanningConfig& planning) {
    if (!parts_->charging && !then.any()) return {};
    let_points_follow(then, planning);
    ChargingConfig before;
    std::string state;
    if (parts_->charging) {
        before = parts_->charging->configuration();
        state = parts_->charging->state();
        parts_->charging->retire();
    }
    const auto begin = [&](const ChargingConfig& charging) {
        parts_->charging = std::make_unique<ChargingDesk>(*parts_->hub, charging);
        return parts_->charging->start_from(state);
    };
    auto done = begin(then);
    if (!done) {
        parts_->charging->retire();
        (void)begin(before);
    }
    if (parts_->charging->configuration().any()) return done;
    // Nothing is left to look after; what it was allowed has been taken back.
    parts_->charging->retire();
    parts_->charging.reset();
    return done;
}

/// The plan reckons with the charging points, too: it begins anew with what it knew.
Result<void> Program::change_plan(const PlanningConfig& planning, const ChargingConfig& charging) {
    if (!parts_->plan && !planning.any()) return {};
    PlanState state;
    if (parts_->plan) {
        state = parts_->plan->state();
        if (!retire_plan())
            return fail(Code::exhausted,
                        "planning: too many questions are asked just now; try again in a moment");
    }
    auto done = begin_plan(planning, charging, state);
    if (!done) {
        parts_->plan->retire();
        const Configuration& before = loaded_.configuration;
        (void)begin_plan(before.planning, before.charging, state);
    }
    if (!parts_->plan->configured()) {
        // Nothing is left to plan for; what it was allowed has been taken back.
        parts_->plan->retire();
        parts_->plan.reset();
    }
    parts_->api->set_planner(parts_->plan ? parts_->plan->site() : api::PlannerSite{});
    return done;
}

Result<void> Program::begin_plan(const PlanningConfig& planning, const ChargingConfig& charging,
                                 const PlanState& state) {
    // Where nothing is to be planned, it only takes away what was there.
    auto wanted = planning.any() ? beside(planning, options_.config_file) : PlanningConfig{};
    parts_->plan = std::make_unique<PlanDesk>(parts_->io, *parts_->hub, *parts_->zone, wanted,
                                              charging, prover());
    return parts_->plan->start_from(state);
}

/// False when it cannot go now: then it goes on as it was.
bool Program::retire_plan() {
    auto& before = parts_->plans_before;
    const bool goes = parts_->plan->when_idle([&before, old = parts_->plan.get()] {
        before.erase(std::remove_if(before.begin(), before.end(),
                                    [&](const auto& one) { return one.get() == old; }),
                     before.end());
    });
    if (!goes) return false;
    parts_->plan->retire();
    before.push_back(std::move(parts_->plan));
    return true;
}

}  // namespace foxtail
