#include "foxtail/planning/ways.hpp"

#include "foxtail/planner/follower.hpp"
#include "foxtail/planning/keeper.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace foxtail::planning {
namespace {

using planner::Goal;
using planner::Kind;

constexpr std::array<int, 3> later_minutes = {30, 60, 120};
constexpr double hardly_more = 0.05;  // kWh, °C: less of a gain is no way out

/// Finds what could be said about one goal.
class Seeker {
public:
    Seeker(const Keeper& keeper, DeviceId device, std::size_t number, const Goal& goal, Time now)
        : keeper_(keeper), device_(device), number_(number), goal_(goal), now_(now) {}

    std::vector<Way> ways() {
        if (device_.kind == Kind::car) car_otherwise();
        if (device_.kind == Kind::appliance) appliance_later();
        if (device_.kind == Kind::battery || device_.kind == Kind::heat_pump) less_of_a_number();
        at_once();
        return std::move(out_);
    }

private:
    [[nodiscard]] const DeviceWishes& wished() const {
        return keeper_.wishes().devices.at(device_);
    }

    /// A way that may still be changed; `wishes` are as they are.
    Way& add(Way::Kind kind, Setting setting, double amount) {
        Way way;
        way.device = device_;
        way.goal = number_;
        way.kind = kind;
        way.setting = setting;
        way.amount = amount;
        way.due = goal_.due;
        way.wishes = keeper_.wishes();
        return out_.emplace_back(std::move(way));
    }

    void set_goals(Way& way, std::vector<CarGoal> goals) {
        way.value = format_goals(goals);
        auto& wishes = way.wishes.devices[device_];
        wishes.goals = std::move(goals);
    }

    /// A goal that somebody set; what a calendar wants is set there.
    void car_otherwise() {
        const auto& site = keeper_.site().cars[device_.index];
        const auto& goals = wished().goals ? *wished().goals : site.goals;
        const auto mine = std::find_if(goals.begin(), goals.end(), [&](const CarGoal& one) {
            const auto due = due_times(one, keeper_.zone(), now_, goal_.due);
            const bool then = !due.empty() && due.back() == goal_.due;
            return then && std::abs(energy_of(one, site) - goal_.wanted) < hardly_more;
        });
        if (mine == goals.end()) return;
        const auto at = mine - goals.begin();
        for (const int minutes_later : later_minutes) {
            auto changed = goals;
            auto& goal = changed[static_cast<std::size_t>(at)];
            const auto by = minutes(minutes_later);
            if (goal.at) *goal.at = *goal.at + by;
            goal.minute += minutes_later;
            if (!goal.at && goal.minute >= 24 * 60) continue;  // another day is another goal
            auto& way = add(Way::Kind::later, Setting::goals, minutes_later);
            way.due = goal_.due + by;
            set_goals(way, std::move(changed));
        }
        if (goal_.state != Goal::State::missed) return;
        auto changed = goals;
        auto& goal = changed[static_cast<std::size_t>(at)];
        const double kwh = std::max(0.0, goal_.reached);
        const double amount =
            goal.unit == CarGoal::Unit::percent ? 100 * kwh / site.limits.capacity_kwh
            : goal.unit == CarGoal::Unit::kwh   ? kwh
                                                : (kwh - site.limits.floor_kwh) / site.kwh_per_km;
        const double whole = std::floor(amount);
        if (!(whole >= 1 && whole < goal.amount)) return;
        goal.amount = whole;
        set_goals(add(Way::Kind::less, Setting::goals, whole), std::move(changed));
    }

    void appliance_later() {
        const int ready =
            wished().ready_minute.value_or(keeper_.site().appliances[device_.index].ready_minute);
        if (ready < 0) return;  // within a day: later is no wish
        for (const int minutes_later : later_minutes) {
            const int minute = (ready + minutes_later) % (24 * 60);
            auto& way = add(Way::Kind::later, Setting::ready_by, minutes_later);
            way.value = format_clock(minute);
            way.wishes.devices[device_].ready_minute = minute;
        }
    }

    /// The reserve, or the least warmth, that can be had.
    void less_of_a_number() {
        if (goal_.state != Goal::State::missed) return;
        if (device_.kind == Kind::heat_pump) {
            const double low = std::floor(goal_.reached * 2) / 2;
            if (low < 5 || low >= goal_.wanted) return;
            auto& way = add(Way::Kind::less, Setting::low, low);
            way.value = low;
            way.wishes.devices[device_].low_c = low;
            return;
        }
        const auto& battery = keeper_.site().batteries[device_.index].limits;
        const double reserve = std::floor(100 * goal_.reached / battery.capacity_kwh);
        if (!(reserve >= 0 && reserve < 100)) return;
        auto& way = add(Way::Kind::less, Setting::reserve, reserve);
        way.value = reserve;
        way.wishes.devices[device_].reserve_percent = reserve;
    }

    void at_once() {
        constexpr auto now_mode = DeviceWishes::Mode::now;
        if (wished().mode == now_mode) return;
        auto& way = add(Way::Kind::now, Setting::mode, 0);
        way.value = std::string(mode_names[static_cast<std::size_t>(now_mode)]);
        auto& wishes = way.wishes.devices[device_];
        wishes.mode = now_mode;
        wishes.until = keeper_.mode_ends(device_, now_mode, now_);
    }

    const Keeper& keeper_;
    DeviceId device_;
    std::size_t number_;
    const Goal& goal_;
    Time now_;
    std::vector<Way> out_;
};

/// The goal that a way is about, in the plan that it leads to.
const Goal* goal_of(const Way& way, const planner::Plan& plan, const Site& site) {
    const auto* course = planner::find_course(plan, way.device.kind, name_of(site, way.device));
    if (course == nullptr) return nullptr;
    for (const auto& goal : course->goals)
        if (way.device.kind != Kind::car || goal.due == way.due) return &goal;
    return nullptr;
}

}  // namespace

std::vector<Way> ways_out(const Keeper& keeper, Time now) {
    std::vector<Way> out;
    if (keeper.plan() == nullptr) return out;
    for (const DeviceId id : devices(keeper.site())) {
        const auto* course =
            planner::find_course(*keeper.plan(), id.kind, name_of(keeper.site(), id));
        if (course == nullptr) continue;
        for (std::size_t i = 0; i < course->goals.size(); ++i) {
            if (course->goals[i].state == Goal::State::met) continue;
            auto ways = Seeker(keeper, id, i, course->goals[i], now).ways();
            if (out.size() + ways.size() > ways_most) return out;
            std::move(ways.begin(), ways.end(), std::back_inserter(out));
        }
    }
    return out;
}

std::vector<Way> choose(std::vector<Way> ways, const planner::Plan& as_is,
                        const std::vector<planner::Plan>& plans, const Site& site) {
    std::vector<Way> out;
    for (std::size_t i = 0; i < ways.size() && i < plans.size(); ++i) {
        Way& way = ways[i];
        const auto* before =
            planner::find_course(as_is, way.device.kind, name_of(site, way.device));
        const Goal* after = goal_of(way, plans[i], site);
        if (before == nullptr || way.goal >= before->goals.size() || after == nullptr) continue;
        const double gained = after->reached - before->goals[way.goal].reached;
        if (after->state == Goal::State::missed && gained < hardly_more) continue;
        way.more_eur = plans[i].worth_eur() - as_is.worth_eur();
        way.reached = after->reached;
        way.state = after->state;
        out.push_back(std::move(way));
    }
    return out;
}

}  // namespace foxtail::planning
