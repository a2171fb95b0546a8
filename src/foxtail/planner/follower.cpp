#include "foxtail/planner/follower.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::planner {
namespace {

constexpr double nothing_kw = 1e-6;
constexpr double some_sun_kw = 0.01;  // less is what a solver leaves over

std::string kw_words(double value, const char* unit) {
    const auto tenths = std::llround(std::abs(value) * 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + unit;
}

std::string plan_words(Code code) {
    std::string out = "the plan: ";
    for (const char c : code_names[static_cast<std::size_t>(code)])
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

double least_power(const ObservedDevice& device) {
    double least = device.ranges.empty() ? 0 : device.take_max_kw;
    for (const auto& range : device.ranges) least = std::min(least, range.min_kw);
    return least;
}

/// In which order devices are cut when the fuse does not hold them.
constexpr std::array<Kind, 5> cut_first = {Kind::battery, Kind::car, Kind::hot_water,
                                           Kind::heat_pump, Kind::appliance};

}  // namespace

std::optional<std::size_t> slot_at(const Plan& plan, Time now) {
    for (std::size_t i = 0; i < plan.slots.size(); ++i)
        if (plan.slots[i].from <= now && now < plan.slots[i].until) return i;
    return std::nullopt;
}

const Course* find_course(const Plan& plan, Kind kind, std::string_view name) {
    for (const auto& course : plan.courses)
        if (course.kind == kind && course.name == name) return &course;
    return nullptr;
}

double fit_power(const std::vector<PowerRange>& ranges, double kw, double max_kw) {
    const double most = std::min(kw, max_kw);
    if (most <= nothing_kw) return 0;
    if (ranges.empty()) return most;
    double best = 0;
    for (const auto& range : ranges)
        if (range.min_kw <= most + nothing_kw) best = std::max(best, std::min(range.max_kw, most));
    return best;
}

struct Follower::Work {
    struct Wish {
        const ObservedDevice* device = nullptr;
        Step step;
        double kw = 0;
        bool cuttable = true;
        std::string because;
    };
    const Observed* observed = nullptr;
    std::vector<Wish> wishes;
    double rest_kw = 0;  // the house without what is wished here, and with all its sun

    [[nodiscard]] double total_kw() const {
        double sum = rest_kw;
        for (const auto& wish : wishes) sum += wish.kw;
        return sum;
    }

    void begin(const Plan& plan);
    void wish_fixed(Wish& wish) const;
    void guard_import();
    void guard_export();
};

/// What the plan says of each device, and what of it does not hang on the others.
void Follower::Work::begin(const Plan& plan) {
    const auto slot = slot_at(plan, observed->now);
    rest_kw = observed->grid_kw - observed->curtailed_kw;
    for (const auto& device : observed->devices) {
        const auto* course = find_course(plan, device.kind, device.name);
        if (course == nullptr || (slot && *slot >= course->steps.size())) continue;
        Wish wish{&device, {}, 0, true, "the plan has run out"};
        if (slot) {
            wish.step = course->steps[*slot];
            wish.because = plan_words(wish.step.code);
        } else {
            // Without a plan nobody shall stand there with an empty car or a cold house.
            constexpr std::array<Intent, 5> alone = {Intent::automatic, Intent::charge,
                                                     Intent::normal, Intent::run, Intent::off};
            wish.step.intent = alone[static_cast<std::size_t>(device.kind)];
            wish.step.kw = device.take_max_kw;
        }
        rest_kw -= device.kw;
        wish_fixed(wish);
        wishes.push_back(std::move(wish));
    }
}

void Follower::Work::wish_fixed(Wish& wish) const {
    const auto& device = *wish.device;
    const double planned = std::max(0.0, wish.step.kw);
    if (!device.there) {
        wish.kw = device.kw;  // whatever it does, it does not hear us
        wish.cuttable = false;
        return;
    }
    if (device.kind == Kind::appliance && device.running) {
        wish.kw = std::max(device.kw, 0.0);
        wish.step.intent = Intent::run;
        wish.cuttable = false;
        wish.because = "it is in its run";
        return;
    }
    switch (wish.step.intent) {
        case Intent::charge:
            wish.kw = fit_power(device.ranges, planned, device.take_max_kw);
            break;
        case Intent::minimum:
            wish.kw = fit_power(device.ranges, least_power(device), device.take_max_kw);
            break;
        case Intent::discharge:
            wish.kw = -std::min(std::max(0.0, -wish.step.kw), device.give_max_kw);
            break;
        case Intent::normal:
            wish.kw = std::min(planned > nothing_kw ? planned : std::max(0.0, device.kw),
                               device.take_max_kw);
            break;
        case Intent::boost:
        case Intent::run:
            wish.kw = fit_power(device.ranges, planned > nothing_kw ? planned : device.take_max_kw,
                                device.take_max_kw);
            break;
        case Intent::off:
        case Intent::hold:
        case Intent::automatic:
        case Intent::surplus:
            break;  // these follow the others
    }
}

double Follower::surplus_for(Memory& memory, const ObservedDevice& car, double available,
                             Time now) const {
    const double least = fit_power(car.ranges, least_power(car), car.take_max_kw);
    const bool charging = memory.told && memory.told_kw > nothing_kw;
    if (available + nothing_kw >= least) {
        memory.short_since = {};
        if (!memory.enough_since.known()) memory.enough_since = now;
        if (!charging && now - memory.enough_since < options_.surplus_start_after) return 0;
        return fit_power(car.ranges, available + nothing_kw, car.take_max_kw);
    }
    memory.enough_since = {};
    if (!charging) return 0;
    if (!memory.short_since.known()) memory.short_since = now;
    return now - memory.short_since < options_.surplus_stop_after ? least : 0;
}

/// Cars take what would go out of the house beyond what the plan puts into batteries.
void Follower::give_surplus(Work& work) {
    double kept = 0;
    for (const auto& wish : work.wishes) {
        if (wish.device->kind != Kind::battery || !wish.device->there) continue;
        if (wish.step.intent == Intent::automatic || wish.step.intent == Intent::surplus)
            kept += std::clamp(wish.step.kw, 0.0, wish.device->take_max_kw);
    }
    for (auto& wish : work.wishes) {
        if (wish.device->kind != Kind::car || !wish.device->there) continue;
        auto& memory = memory_[{Kind::car, wish.device->name}];
        if (wish.step.intent != Intent::surplus) {
            memory.enough_since = memory.short_since = {};
            continue;
        }
        wish.kw = surplus_for(memory, *wish.device, -work.total_kw() - kept, work.observed->now);
        if (wish.kw > nothing_kw) wish.because = "the sun gives more than the house takes";
    }
}

void Follower::give_batteries(Work& work) const {
    for (auto& wish : work.wishes) {
        const auto& device = *wish.device;
        if (!device.there || (device.kind != Kind::battery && device.kind != Kind::car)) continue;
        if (device.kind == Kind::car && wish.step.intent != Intent::automatic) continue;
        const double residual = work.total_kw();  // this one's wish is 0 so far
        if (wish.step.intent == Intent::automatic) {
            wish.kw = std::clamp(-residual, -device.give_max_kw, device.take_max_kw);
        } else if (wish.step.intent == Intent::surplus) {
            wish.kw = std::clamp(-residual, 0.0, device.take_max_kw);
        }
    }
}

/// Small changes are not sent: they would only wear the devices and the wires.
void Follower::steady(Work& work) {
    for (auto& wish : work.wishes) {
        const auto& memory = memory_[{wish.device->kind, wish.device->name}];
        const double change = std::abs(wish.kw - memory.told_kw);
        if (!memory.told || !wish.device->there || memory.told_intent != wish.step.intent) continue;
        if (change < options_.change_least_kw && wish.kw > nothing_kw &&
            memory.told_kw > nothing_kw && memory.told_kw <= wish.device->take_max_kw)
            wish.kw = memory.told_kw;
    }
}

void Follower::Work::guard_import() {
    double over = total_kw() - observed->import_max_kw;
    const auto words = "the fuse: " + kw_words(observed->import_max_kw, "kW");
    for (const auto kind : cut_first) {
        for (auto wish = wishes.rbegin(); wish != wishes.rend(); ++wish) {
            if (over <= nothing_kw) return;
            if (wish->device->kind != kind || !wish->cuttable || wish->kw <= nothing_kw) continue;
            const bool whole = kind == Kind::appliance || kind == Kind::hot_water;
            const double less =
                whole ? 0
                      : fit_power(wish->device->ranges, wish->kw - over, wish->device->take_max_kw);
            over -= wish->kw - less;
            wish->kw = less;
            if (less <= nothing_kw)
                wish->step.intent = kind == Kind::battery ? Intent::hold : Intent::off;
            wish->because = words;
        }
    }
}

void Follower::Work::guard_export() {
    double over = -total_kw() - observed->export_max_kw;
    for (auto& wish : wishes) {
        if (over <= nothing_kw) return;
        if (!wish.cuttable || wish.kw >= -nothing_kw) continue;
        const double less = std::min(over, -wish.kw);
        wish.kw += less;
        over -= less;
        wish.because =
            "the connection lets no more out: " + kw_words(observed->export_max_kw, "kW");
    }
}

void Follower::tell(const Work& work, Followed& out) {
    for (const auto& wish : work.wishes) {
        auto& memory = memory_[{wish.device->kind, wish.device->name}];
        if (memory.told && (memory.told_intent != wish.step.intent ||
                            std::abs(memory.told_kw - wish.kw) > nothing_kw))
            memory.differs_since = {};
        memory.told = true;
        memory.told_kw = wish.kw;
        memory.told_intent = wish.step.intent;
        out.setpoints.push_back(
            {wish.device->kind, wish.device->name, wish.step.intent, wish.kw, wish.because});
    }
}

/// Before new orders are given: whether those given before were carried out.
void Follower::compare_with_orders(const Observed& observed, Followed& out) {
    for (const auto& device : observed.devices) {
        const auto at = memory_.find({device.kind, device.name});
        if (at == memory_.end() || !at->second.told) continue;
        auto& memory = at->second;
        const double tolerated =
            std::max(options_.obeys_kw, options_.obeys_share * std::abs(memory.told_kw));
        // A heat pump left to itself and a running appliance do as they like.
        const bool free = !device.told || !device.there || memory.told_intent == Intent::normal ||
                          (device.kind == Kind::appliance && memory.told_intent == Intent::run);
        if (free || std::abs(device.kw - memory.told_kw) <= tolerated) {
            memory.differs_since = {};
            continue;
        }
        if (!memory.differs_since.known()) memory.differs_since = observed.now;
        if (observed.now - memory.differs_since < options_.obeys_within) continue;
        // What does all that it may do obeys, and what may do no more is not asked for it.
        if (device.let_kw && *device.let_kw < memory.told_kw &&
            device.kw <= *device.let_kw + tolerated) {
            out.held_back.push_back({device.name, memory.told_kw, *device.let_kw});
            continue;
        }
        out.disobeys.push_back({device.name, memory.told_kw, device.kw, memory.differs_since,
                                std::abs(memory.told_kw) <= nothing_kw && device.kw > tolerated});
        if (out.replan.empty())
            out.replan = {Tells::disobeys,
                          {{"device", device.name},
                           {"kw", std::abs(device.kw)},
                           {"told", std::abs(memory.told_kw)}}};
    }
}

void Follower::compare_with_plan(const Observed& observed, const Plan& plan, Followed& out) const {
    const auto slot = slot_at(plan, observed.now);
    if (!slot) {
        out.replan = Tells::plan_ran_out;
        return;
    }
    if (!out.replan.empty() || *slot == 0) return;  // the first slot begins where the house stood
    const auto& now_slot = plan.slots[*slot];
    const double share = static_cast<double>((observed.now - now_slot.from).us) /
                         static_cast<double>((now_slot.until - now_slot.from).us);
    for (const auto& device : observed.devices) {
        const auto* course = find_course(plan, device.kind, device.name);
        if (course == nullptr || !device.level || !device.there || *slot >= course->steps.size() ||
            device.kind == Kind::appliance)
            continue;
        const double before = course->steps[*slot - 1].level;
        const double expected = before + (course->steps[*slot].level - before) * share;
        const bool zone = device.kind == Kind::heat_pump;
        const double off = *device.level - expected;
        if (std::abs(off) <= (zone ? options_.off_plan_k : options_.off_plan_kwh)) continue;
        out.replan = {
            off < 0 ? Tells::below_plan : Tells::above_plan,
            {{"device", device.name}, {"by", std::abs(off)}, {"unit", zone ? "K" : "kWh"}}};
        return;
    }
}

Followed Follower::follow(const Observed& observed, const Plan& plan) {
    Followed out;
    compare_with_orders(observed, out);
    compare_with_plan(observed, plan, out);
    Work work;
    work.observed = &observed;
    work.begin(plan);
    give_surplus(work);
    give_batteries(work);
    steady(work);
    work.guard_import();
    work.guard_export();
    tell(work, out);
    const auto slot = slot_at(plan, observed.now);
    // What is held back because no more fits out leaves what does; because of its price, nothing.
    const auto at = [&](const std::vector<double>& series) {
        return slot && *slot < series.size() ? series[*slot] : 0;
    };
    const bool planned = at(plan.curtailed_kw) > some_sun_kw && at(plan.export_kw) < some_sun_kw;
    const double export_max = planned ? 0 : observed.export_max_kw;
    const double sun = std::max(0.0, observed.sun_kw);
    out.curtail_kw = std::clamp(-work.total_kw() - export_max, 0.0, sun);
    const double may = std::max(0.0, work.total_kw() + sun + export_max);
    if (may < sun + options_.sun_room_kw) out.sun_limit_kw = may;
    return out;
}

}  // namespace foxtail::planner
