// What the plan's devices are told, and whether they do it.
#include "foxtail/app/plan_desk.hpp"
#include "foxtail/app/plan_things.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace foxtail {
namespace {

using planner::Kind;
using planning::DeviceId;

constexpr Duration order_lives = seconds(30);
constexpr Duration order_again = minutes(1);  // to a device that does not obey
constexpr Duration order_rests =
    seconds(2);  // so long meters and devices need to show the last one
constexpr Duration hand_after =
    seconds(3);  // what a device says sooner may be from before an order

/// A tenth of a watt, of an ampere or of a degree is enough for anybody.
double to_tenth_of(double value) {
    return std::round(value * 10) / 10;
}

}  // namespace

void PlanDesk::command(DeviceId device, const planner::Setpoint& setpoint, bool obeys) {
    const auto& orders = wiring_.orders.at(device);
    if (orders.setpoint) {
        const auto& to = *orders.setpoint;
        const bool fuse = setpoint.because.starts_with("the fuse");
        command(to.address, to_tenth_of(std::clamp(setpoint.kw * to.per_kw, to.least, to.most)),
                !obeys, fuse ? Haste::at_once : Haste::usual);
    }
    if (orders.mode) {
        // What has no word of its own has the nearest one's.
        const auto& words = orders.mode->words;
        auto word = words.find(setpoint.intent);
        if (word == words.end() && setpoint.kw > 0) word = words.find(planner::Intent::run);
        if (word == words.end() && setpoint.kw <= 0) word = words.find(planner::Intent::off);
        // An appliance is started once and then left alone.
        const auto& heard = keeper_.facts().devices.at(device);
        const bool left_alone = device.kind == Kind::appliance && heard.run_from.known();
        if (word != words.end() && !left_alone) command(orders.mode->address, word->second, !obeys);
    }
    if (!orders.target.empty() && keeper_.plan() != nullptr) {
        const auto request = keeper_.request_with(keeper_.wishes(), hub_.now().wall);
        const auto& zone = request.zones[device.index];
        const double low = zone.low_c.at(request.now);
        const double wanted = setpoint.intent == planner::Intent::boost ? low + orders.boost_k
                              : setpoint.intent == planner::Intent::off ? low - orders.boost_k
                                                                        : low;
        command(orders.target, to_tenth_of(wanted), false);
    }
}

/// The sun may give what the house takes and may give away; all it has, when that is no limit.
void PlanDesk::hold_back_sun(const planner::Followed& followed) {
    if (!wiring_.sun_limit) return;
    constexpr double obeys_kw = 0.4;
    const auto& to = *wiring_.sun_limit;
    const auto& limit = followed.sun_limit_kw;
    report(std::string(plan_id), "sun_limit",
           limit ? Value(std::round(*limit * 100) / 100) : Value{}, plan_seq_);
    const double value = limit ? *limit * to.per_kw : to.most;
    const bool obeys = !limit || keeper_.facts().sun_kw.value_or(0) < *limit + obeys_kw;
    command(to.address, to_tenth_of(std::clamp(value, to.least, to.most)), !obeys);
}

void PlanDesk::command(const std::string& address, Value value, bool again, Haste haste) {
    // Who is not there yet is told when it comes.
    const auto at = address.find('/');
    const auto thing = door_->thing(address.substr(0, at));
    if (!thing) return;
    const Duration now = hub_.now().mono;
    auto& last = commanded_[address];
    double was = 0;
    double is = 0;
    const bool nearly = as_number(last.value, was) && as_number(value, is) &&
                        std::abs(was - is) < 0.02 * std::max(1.0, std::abs(is));
    if ((nearly || same_value(last.value, value)) && last.when.us != 0 &&
        !(again && now - last.when > order_again))
        return;
    const bool number = as_number(value, is);
    if (number && haste == Haste::usual && last.when.us != 0 && now - last.when < order_rests)
        return;
    last = {value, now, false};
    Wish wish;
    wish.address = address;
    wish.value = std::move(value);
    wish.cause = plan_seq_;
    wish.time_to_live = order_lives;
    wish.run = std::any_of(
        (*thing)->spec.actions.begin(), (*thing)->spec.actions.end(),
        [&](const ActionSpec& action) { return action.name == address.substr(at + 1); });
    door_->wish(wish, [this, alive = alive_, address](const Result<Seq>& done) {
        if (!*alive || done) return;
        // It is said again when its turn comes.
        commanded_.erase(address);
        for (const auto& [id, orders] : wiring_.orders)
            if (orders.charging_mode == address) untaken_.insert(id);
        inlet_->refuse("plan", address, "", done.error().message);
    });
}

/// A device that did as it was told, and says otherwise now: somebody turned its switch.
void PlanDesk::notice_hand(const std::string& address, const Value& value, Seq seq) {
    const auto told = commanded_.find(address);
    if (told == commanded_.end()) return;
    if (same_value(told->second.value, value)) {
        told->second.obeyed = true;
        return;
    }
    const Moment now = hub_.now();
    if (!std::exchange(told->second.obeyed, false) || now.mono - told->second.when < hand_after)
        return;
    for (const auto& [id, orders] : wiring_.orders) {
        if (!orders.mode || orders.mode->address != address) continue;
        using Mode = planning::DeviceWishes::Mode;
        for (const auto& [intent, word] : orders.mode->words) {
            if (!same_value(word, value)) continue;
            const bool off = intent == planner::Intent::off || intent == planner::Intent::hold;
            const bool on = intent == planner::Intent::run || intent == planner::Intent::boost;
            keeper_.switched_by_hand(id,
                                     off  ? Mode::pause
                                     : on ? Mode::now
                                          : Mode::automatic,
                                     seq, now);
        }
    }
}

/// A meter that has said nothing for longer than it should, or whose newest word does not fit, is
/// not believed any more. A cable or a loaded machine is: a car that sleeps has not been unplugged.
void PlanDesk::look_for_silence() {
    using planning::DeviceFact;
    for (const auto& [address, targets] : wiring_.targets) {
        const auto view = door_->read(address);
        if (!view || (view->quality != Quality::stale && view->quality != Quality::bad)) continue;
        if (!silent_.insert(address).second) continue;
        std::vector<PlanTarget> measured;
        for (const auto& target : targets)
            if (!target.device || target.device_fact == DeviceFact::power ||
                target.device_fact == DeviceFact::level)
                measured.push_back(target);
        if (measured.empty()) continue;
        hear(measured, Null{}, view->belief->seq);
        keeper_.expect(outlooker_.outlook(keeper_, hub_.now()),
                       {planner::Tells::meter_silent, {{"address", address}}}, view->belief->seq,
                       hub_.now());
    }
}

/// Who lets the plan act for a car lets it say how much the charging point may give.
void PlanDesk::take_over(DeviceId device) {
    const auto& orders = wiring_.orders.at(device);
    if (orders.charging_mode.empty()) return;
    untaken_.erase(device);
    const bool acts = planning::acts(keeper_.site(), keeper_.wishes(), device);
    commanded_.erase(orders.charging_mode);
    command(
        orders.charging_mode,
        acts ? std::string(charging::mode_names[static_cast<std::size_t>(charging::Mode::planned)])
             : orders.charging_default,
        false);
}

}  // namespace foxtail
