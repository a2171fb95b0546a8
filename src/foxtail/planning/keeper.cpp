#include "foxtail/planning/keeper.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

using planner::Kind;
using planner::Tells;
using planner::Told;

constexpr double runs_kw = 0.2;                    // a heat pump
constexpr double works_kw = 0.03;                  // an appliance
constexpr Duration settle = seconds(1);            // between plans that nobody waits for
constexpr Duration off_course_again = minutes(2);  // between plans for devices off their course
constexpr double level_jump = 8;  // %, from one word to the next: this is not charging
constexpr Duration step_every = seconds(5);
constexpr Duration deaf_after = minutes(5);  // so long it may come round by itself
constexpr Duration deaf_lasts = minutes(30);
constexpr Duration held_gap_max = minutes(10);  // what was between is not known
constexpr double worth_telling_eur = 0.001;     // of a proved plan over the same one unproved
constexpr std::size_t reasons_told_max = 4;     // why there is a new plan
constexpr double held_back_kw = 0.25;           // of sun at least, where it gives all that it may

Time quarter(Time t) {
    return {t.us - t.us % minutes(15).us};
}

/// What the old plan was made for is no longer so, and it does not fit what is.
bool another_house(const Told& because) {
    switch (because.code()) {
        case Tells::no_old_plan:
        case Tells::old_plan_ran_out:
        case Tells::device_new:
        case Tells::device_gone:
        case Tells::goal_changed:
        case Tells::goal_gone:
        case Tells::car_left:
        case Tells::car_there:
        case Tells::overridden:
        case Tells::override_over:
            return true;
        default:
            return false;
    }
}

/// What a car's charging point lets it take.
std::optional<double> let_kw(const DeviceFacts& heard, const planner::ChargingPlace& place) {
    if (!heard.let_a) return std::nullopt;
    // Before it takes anything nobody knows on how many phases it will.
    const double kw = heard.kw.value_or(0);
    return *heard.let_a * place.volts * (kw > 0 ? place.phases_at(kw) : place.phases) / 1000;
}

/// Whom it is about, and which setting of his.
std::vector<planner::Told::Values::value_type> about(const Told& one) {
    auto out = one.values();
    std::erase_if(out, [](const auto& part) {
        return part.first != "device" && part.first != "setting" && part.first != "who";
    });
    return out;
}

/// One more reason; of a setting that is moved on and on the newest.
void also(std::vector<Told>& all, Told one) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const Told& other) {
        return other.code() == one.code() && about(other) == about(one);
    });
    if (same != all.end())
        *same = std::move(one);
    else if (all.size() < reasons_told_max)
        all.push_back(std::move(one));
}

Duration length_of(const planner::Appliance& appliance) {
    return minutes(15) * static_cast<std::int64_t>(appliance.profile_kw.size());
}

}  // namespace

Keeper::Keeper(Site site, const Zone& zone) : site_(std::move(site)), zone_(zone) {
    for (const DeviceId id : devices(site_)) {
        facts_.devices[id];
        wishes_.devices[id];
    }
}

void Keeper::wants_plan(Told because, Seq seq, bool at_once) {
    // What nobody foresaw is told, and not what was due by itself; what came first is the cause.
    const bool by_itself = because.code() == Tells::quarter_hour;
    const bool only_time =
        !wanted_because_.empty() && wanted_because_.front().code() == Tells::quarter_hour;
    if (!wanted_ || (at_once && !at_once_) || (only_time && !by_itself)) {
        wanted_because_ = {std::move(because)};
        wanted_cause_ = seq;
    } else if (at_once == at_once_ && !by_itself) {
        also(wanted_because_, std::move(because));
    }
    wanted_ = true;
    at_once_ = at_once_ || at_once;
}

// ---- what happens ----

void Keeper::hear(DeviceId device, DeviceFact fact, std::optional<double> value, Seq seq,
                  Moment now) {
    auto& heard = facts_.devices[device];
    const auto& name = name_of(site_, device);
    const auto flag = [&]() -> std::optional<bool> {
        return value ? std::optional(*value != 0) : std::nullopt;
    };
    switch (fact) {
        case DeviceFact::power:
            hold_levels(now);
            heard.kw_seq = seq;
            power_told(heard, value);
            follow_run(device, heard, seq, now);
            break;
        case DeviceFact::level:
            level_told(device, value, seq, now);
            break;
        case DeviceFact::let:
            heard.let_a = value;
            break;
        case DeviceFact::plugged:
            if (heard.plugged == flag()) break;
            heard.plugged = flag();
            heard.deaf_until = {};
            // What it uses on its way is not metered.
            if (!heard.plugged.value_or(false) && !heard.home.value_or(false))
                heard.held_level.reset();
            wants_plan({heard.plugged.value_or(false) ? Tells::plugged_in : Tells::unplugged,
                        {{"device", name}}},
                       seq, true);
            break;
        case DeviceFact::home:
            if (heard.home == flag()) break;
            heard.home = flag();
            if (!heard.home.value_or(true)) heard.held_level.reset();
            wants_plan({heard.home.value_or(false) ? Tells::came_home : Tells::left_home,
                        {{"device", name}}},
                       seq, false);
            break;
        case DeviceFact::armed:
            if (heard.armed == flag().value_or(false)) break;
            heard.armed = !heard.armed;
            ++changes_;
            wants_plan({heard.armed ? Tells::armed : Tells::disarmed, {{"device", name}}}, seq,
                       true);
            break;
    }
}

void Keeper::level_told(DeviceId device, std::optional<double> percent, Seq seq, Moment now) {
    auto& heard = facts_.devices[device];
    const auto& name = name_of(site_, device);
    const bool stores = device.kind == Kind::car || device.kind == Kind::battery;
    const auto was = std::exchange(heard.level, percent);
    heard.level_seq = seq;
    if (!percent) {
        const bool gone = device.kind == Kind::car && !heard.plugged.value_or(false) &&
                          !heard.home.value_or(false);
        if (was && stores && !gone) heard.held_level = was;
        return;
    }
    heard.level_at = now.wall;
    heard.held_level.reset();
    if (!was) wants_plan({Tells::level_known, {{"device", name}}}, seq, false);
    if (!was || !stores || std::abs(*percent - *was) < level_jump) return;
    // Whatever was planned was planned for another car.
    upset_ = {Tells::level_jumped, {{"device", name}, {"level", *percent}, {"before", *was}}};
    wants_plan(upset_, seq, false);
}

/// A level that is silent goes on with what the device takes and gives.
void Keeper::hold_levels(Moment now) {
    const Duration since = now.wall - std::exchange(held_until_, now.wall);
    if (since <= Duration{} || since > held_gap_max) return;
    const double lasted = static_cast<double>(since.us) / 3.6e9;
    for (auto& [id, heard] : facts_.devices) {
        if (!heard.held_level || !heard.kw) continue;
        double in = 1;
        double out = 1;
        double capacity = 0;
        if (id.kind == Kind::battery) {
            const auto& battery = site_.batteries[id.index].limits;
            in = battery.charge_efficiency;
            out = battery.discharge_efficiency;
            capacity = battery.capacity_kwh;
        } else {
            in = out = site_.cars[id.index].limits.efficiency;
            capacity = site_.cars[id.index].limits.capacity_kwh;
        }
        if (capacity <= 0 || out <= 0) continue;
        const double stored = (*heard.kw > 0 ? *heard.kw * in : *heard.kw / out) * lasted;
        heard.held_level = std::clamp(*heard.held_level + 100 * stored / capacity, 0.0, 100.0);
    }
}

void Keeper::meter_told(std::optional<double> grid_kw) {
    const bool known = grid_kw && facts_.grid_kw;
    facts_.grid_jump_kw = known ? *grid_kw - *facts_.grid_kw : 0;
    facts_.grid_kw = grid_kw;
    for (auto& [id, heard] : facts_.devices) {
        const double kw = heard.kw.value_or(0);
        // What devices said since the meter spoke last is a part of the jump.
        facts_.grid_jump_kw -= kw - heard.kw_at_grid;
        heard.kw_at_grid = kw;
    }
    if (!known) facts_.grid_jump_kw = 0;
}

/// The meter and the devices speak one after the other. Until both have told of a change it would
/// look as if the house had changed, and a battery would follow its own shadow.
void Keeper::power_told(DeviceFacts& heard, std::optional<double> kw) {
    const double change = kw.value_or(0) - heard.kw.value_or(0);
    heard.kw = kw;
    if (std::abs(facts_.grid_jump_kw - change) >= std::abs(facts_.grid_jump_kw)) return;
    // The meter has told of it already.
    facts_.grid_jump_kw -= change;
    heard.kw_at_grid += change;
}

void Keeper::follow_run(DeviceId device, DeviceFacts& heard, Seq seq, Moment now) {
    const double kw = heard.kw.value_or(0);
    if (device.kind == Kind::heat_pump && heard.running != (kw > runs_kw)) {
        heard.running = kw > runs_kw;
        heard.since = now.wall;
    }
    if (device.kind != Kind::appliance) return;
    const auto takes = length_of(site_.appliances[device.index].limits);
    if (!heard.run_from.known() && kw > works_kw) {
        heard.run_from = now.wall;
        if (std::exchange(heard.armed, false)) ++changes_;
        wants_plan({Tells::run_began, {{"device", name_of(site_, device)}}}, seq, false);
    } else if (heard.run_from.known() && now.wall - heard.run_from > takes && kw <= works_kw) {
        heard.run_from = {};
        wants_plan({Tells::run_done, {{"device", name_of(site_, device)}}}, seq, false);
    }
}

void Keeper::hear(HouseFact fact, std::optional<double> value, Seq seq, Moment) {
    switch (fact) {
        case HouseFact::grid:
            meter_told(value);
            break;
        case HouseFact::sun:
            facts_.sun_kw = value;
            break;
        case HouseFact::load:
            facts_.load_kw = value;
            break;
        case HouseFact::outdoor:
            facts_.outdoor_c = value;
            break;
        case HouseFact::home: {
            const auto somebody = value ? std::optional(*value > 0) : std::nullopt;
            if (somebody == facts_.somebody_home) break;
            facts_.somebody_home = somebody;
            wants_plan(somebody.value_or(true) ? Tells::somebody_home : Tells::nobody_home, seq,
                       false);
            break;
        }
        case HouseFact::soft_import:
            if (facts_.soft_import_kw == value) break;
            facts_.soft_import_kw = value;
            wants_plan(value ? Told(Tells::grid_limit, {{"kw", *value}}) : Tells::grid_limit_over,
                       seq, true);
            break;
    }
}

void Keeper::expect(Outlook outlook, Told because, Seq seq, Moment) {
    outlook_ = std::move(outlook);
    if (!because.empty()) wants_plan(std::move(because), seq, false);
}

// ---- plans ----

std::vector<Told> Keeper::guessed() const {
    auto out = outlook_.guessed;
    for (auto& one : guessed_levels(site_, facts_)) out.push_back(std::move(one));
    return out;
}

std::optional<Keeper::Due> Keeper::due(Moment now) {
    end_modes(now);
    hold_levels(now);
    try_again(now);
    if (quarter(now.wall) != planned_quarter_) wants_plan(Tells::quarter_hour, 0, false);
    if (under_way_ || !wanted_ || outlook_.buy.eur.values.empty()) return std::nullopt;
    if (ever_asked_ && !at_once_ && now.mono - last_asked_ < settle) return std::nullopt;
    under_way_ = true;
    ever_asked_ = true;
    wanted_ = at_once_ = false;
    last_asked_ = now.mono;
    planned_quarter_ = quarter(now.wall);
    asked_because_ = std::exchange(wanted_because_, {});
    asked_cause_ = std::exchange(wanted_cause_, 0);
    asked_upset_ = !std::exchange(upset_, {}).empty();
    return Due{make_request(site_, facts_, wishes_, outlook_, zone_, now.wall), asked_because_,
               asked_cause_};
}

Keeper::Taken Keeper::take(planner::Plan plan, std::vector<Told> changed, Seq cause) {
    plan_ = std::move(plan);
    changed_ = std::move(changed);
    cause_ = cause;
    ++version_;
    return {true, false, 0};
}

Keeper::Taken Keeper::planned(planner::Plan plan, Moment) {
    under_way_ = false;
    asked_taken_ = true;
    if (!plan_) return take(std::move(plan), {Tells::first_plan}, asked_cause_);
    auto verdict = planner::replaces(*plan_, plan);
    if (asked_upset_) verdict.yes = true;
    // A solver that failed knows no better than a plan that still holds.
    const bool worse = plan.stage == planner::Stage::rules_of_thumb &&
                       plan_->stage != planner::Stage::rules_of_thumb;
    if (worse && !asked_upset_ && !another_house(verdict.because)) verdict.yes = false;
    asked_taken_ = verdict.yes;
    if (!verdict.yes) return {false, false, verdict.saves_eur};
    auto changed = asked_because_;
    changed.push_back(verdict.because);
    std::erase_if(changed, [](const Told& why) { return why.empty(); });
    auto taken = take(std::move(plan), std::move(changed), asked_cause_);
    taken.saves_eur = verdict.saves_eur;
    return taken;
}

void Keeper::planned_nothing() {
    under_way_ = false;
    const auto because = std::exchange(asked_because_, {});
    if (std::exchange(asked_upset_, false) && !because.empty()) upset_ = because.front();
    for (const auto& why : because) wants_plan(why, asked_cause_, false);
}

Keeper::Taken Keeper::improved(planner::Plan plan, Moment) {
    if (!plan_) return {};
    // What it improves was not worth telling: it must be that itself.
    if (!asked_taken_ && !planner::replaces(*plan_, plan).yes) return {};
    // Both are answers to one request: what is proved of the one holds for the other, as far as
    // they differ.
    const double better_by = plan_->objective_eur - plan.objective_eur;
    if (asked_taken_ && plan.gap_eur && std::abs(better_by) < worth_telling_eur) {
        plan_->stage = plan.stage;
        plan_->gap_eur = std::max(0.0, *plan.gap_eur + better_by);
        return {false, true, 0};
    }
    asked_taken_ = true;
    return take(std::move(plan), changed_, cause_);
}

planner::Request Keeper::request_with(const Wishes& wishes, Time now) const {
    return make_request(site_, facts_, wishes, outlook_, zone_, now);
}

// ---- following ----

std::optional<double> Keeper::base_load_kw() const {
    double planned = 0;
    for (const auto& [id, heard] : facts_.devices) planned += heard.kw.value_or(0);
    if (facts_.load_kw) {
        // The house's meter sees what the planned devices take, but not what a battery gives.
        double takes = 0;
        for (const auto& [id, heard] : facts_.devices)
            if (id.kind != Kind::battery) takes += std::max(0.0, heard.kw.value_or(0));
        return std::max(0.0, *facts_.load_kw - takes);
    }
    if (!facts_.grid_kw) return std::nullopt;
    return std::max(0.0, *facts_.grid_kw + facts_.sun_kw.value_or(0) - planned);
}

/// With what devices have said since the meter spoke; while it is silent, what is to be expected.
double Keeper::grid_now(Time now) const {
    const double load = outlook_.load_kw.values.empty() ? 0 : outlook_.load_kw.at(now);
    double kw = facts_.grid_kw.value_or(load - facts_.sun_kw.value_or(0));
    for (const auto& [id, heard] : facts_.devices)
        kw += heard.kw.value_or(0) - (facts_.grid_kw ? heard.kw_at_grid : 0);
    return kw;
}

planner::Observed Keeper::observe(Time now) const {
    planner::Observed out;
    out.now = now;
    // How much more there would be shows when more of it may come.
    out.curtailed_kw = facts_.sun_held_back() ? held_back_kw : 0;
    out.sun_kw = facts_.sun_kw.value_or(0) + out.curtailed_kw;
    out.grid_kw = grid_now(now);
    out.import_max_kw = site_.connection.import_max_kw;
    if (facts_.soft_import_kw)
        out.import_max_kw = std::min(out.import_max_kw, *facts_.soft_import_kw);
    out.export_max_kw = site_.connection.export_max_kw;
    for (const auto& [id, heard] : facts_.devices) {
        planner::ObservedDevice device;
        device.kind = id.kind;
        device.name = name_of(site_, id);
        device.kw = heard.kw.value_or(0);
        device.told = acts(site_, wishes_, id);
        const double percent = heard.level_now().value_or(50);
        switch (id.kind) {
            case Kind::battery: {
                const auto& limits = site_.batteries[id.index].limits;
                const double kwh = limits.capacity_kwh * percent / 100;
                const auto reserve = reserve_of(site_, wishes_, id);
                const double least = reserve.values.empty()
                                         ? limits.min_kwh
                                         : std::max(limits.min_kwh, reserve.at(now));
                device.take_max_kw = kwh < limits.max_kwh ? limits.charge_max_kw : 0;
                device.give_max_kw = kwh > least ? limits.discharge_max_kw : 0;
                if (heard.level) device.level = kwh;
                break;
            }
            case Kind::car: {
                const auto& limits = site_.cars[id.index].limits;
                device.there = heard.plugged.value_or(false);
                device.ranges = limits.ranges;
                device.let_kw = let_kw(heard, site_.cars[id.index].place);
                const auto said = wishes_.devices.find(id);
                const double most =
                    said == wishes_.devices.end() ? 100 : said->second.most_percent.value_or(100);
                if (device.there && percent < most && !limits.ranges.empty())
                    device.take_max_kw = limits.ranges.back().max_kw;
                if (heard.level) device.level = limits.capacity_kwh * percent / 100;
                break;
            }
            case Kind::heat_pump: {
                const auto& limits = site_.heat_pumps[id.index].limits;
                device.take_max_kw = limits.max_kw;
                device.ranges = {{limits.min_kw, limits.max_kw}};
                device.level = heard.level;
                break;
            }
            case Kind::hot_water:
                device.take_max_kw = site_.tanks[id.index].limits.power_kw;
                break;
            case Kind::appliance: {
                const auto& profile = site_.appliances[id.index].limits.profile_kw;
                for (const double kw : profile)
                    device.take_max_kw = std::max(device.take_max_kw, kw);
                device.running = heard.run_from.known();
                break;
            }
        }
        out.devices.push_back(std::move(device));
    }
    return out;
}

void Keeper::see_who_disobeys(Moment now) {
    for (const auto& one : followed_.disobeys) {
        for (const DeviceId id : devices(site_)) {
            if (name_of(site_, id) != one.device) continue;
            const Seq measured = facts_.devices[id].kw_seq;
            if (one.by_hand && id.kind != Kind::battery) {
                switched_by_hand(id, DeviceWishes::Mode::now, measured, now);
                continue;
            }
            // A run goes on as it will. What a person said is told to it all the same.
            const bool said = id.kind == Kind::appliance ||
                              wishes_.devices[id].mode != DeviceWishes::Mode::automatic;
            auto& heard = facts_.devices[id];
            if (said || heard.deaf_until.known() || now.wall - one.since < deaf_after) continue;
            heard.deaf_kw = one.takes_kw;
            heard.deaf_until = now.wall + deaf_lasts;
            upset_ = {Tells::not_obeying,
                      {{"device", one.device},
                       {"kw", std::abs(one.takes_kw)},
                       {"until", format_rfc3339(heard.deaf_until)}}};
            wants_plan(upset_, measured, true);
        }
    }
}

Seq Keeper::told_level(const Told& because) const {
    for (const auto& [name, value] : because.values())
        for (const auto& [id, heard] : facts_.devices)
            if (name == "device" && value == Told::Value(name_of(site_, id)))
                return heard.level_seq;
    return 0;
}

/// Who did not do as told may do so by now.
void Keeper::try_again(Moment now) {
    for (auto& [id, heard] : facts_.devices) {
        if (!heard.deaf_until.known() || heard.deaf_until > now.wall) continue;
        heard.deaf_until = {};
        upset_ = {Tells::tried_again, {{"device", name_of(site_, id)}}};
        wants_plan(upset_, 0, false);
    }
}

const planner::Followed& Keeper::follow(Moment now) {
    if (!plan_) return followed_;
    followed_ = follower_.follow(observe(now.wall), *plan_);
    // Without its meter nobody knows what the sun gives, nor what it should.
    if (!facts_.sun_kw || !site_.connection.curtails) followed_.sun_limit_kw.reset();
    facts_.sun_limit_kw = followed_.sun_limit_kw;
    see_who_disobeys(now);
    if (!followed_.replan.empty() && now.mono - replanned_at_ > off_course_again) {
        replanned_at_ = now.mono;
        wants_plan(followed_.replan, told_level(followed_.replan), false);
    }
    return followed_;
}

Duration Keeper::next_wake(Moment now) const {
    if (wanted_ && !under_way_) return std::max(now.mono, last_asked_ + settle);
    const Duration to_quarter = quarter(now.wall) + minutes(15) - now.wall;
    return now.mono + std::min(step_every, to_quarter);
}

}  // namespace foxtail::planning
