#include "foxtail/app/plan_desk.hpp"

#include "foxtail/app/give_exactly.hpp"
#include "foxtail/app/plan_inputs.hpp"
#include "foxtail/app/plan_json.hpp"
#include "foxtail/app/plan_things.hpp"
#include "foxtail/base/log.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace foxtail {
namespace {

using planner::Kind;
using planning::DeviceId;
using planning::Setting;

constexpr Duration reckon_every = minutes(15);
constexpr std::string_view plan_purpose = "planning, as configured";
constexpr std::uint16_t looks = static_cast<std::uint16_t>(Verb::discover) |
                                static_cast<std::uint16_t>(Verb::read) |
                                static_cast<std::uint16_t>(Verb::observe);

double to_tenth(double value) {
    return std::round(value * 10) / 10;
}

/// 11 kW are 15.94 A: a box that knows whole amperes only is to give 16 then, not 15.
double amperes(double value) {
    constexpr double nearly = 0.1;
    const double whole = std::round(std::max(0.0, value));
    return std::abs(value - whole) < nearly ? whole : to_tenth(std::max(0.0, value));
}

}  // namespace

PlanDesk::PlanDesk(boost::asio::io_context& io, Hub& hub, const Zone& zone,
                   const PlanningConfig& planning, const ChargingConfig& charging,
                   std::vector<std::string> prover)
    : hub_(hub),
      config_(planning),
      wiring_(wire(config_, charging)),
      keeper_(wiring_.site, zone),
      speech_{zone, config_.currency},
      outlooker_(config_, zone),
      sources_(io, hub.environment().clock, config_, zone,
               {[this](Outlooker::Of what, planner::Series series, planner::Told because) {
                    source_told(what, std::move(series), std::move(because));
                },
                [this](std::vector<planning::Trip> trips, std::vector<planning::Absence> absences,
                       planner::Told because) {
                    outlooker_.told(std::move(trips), std::move(absences));
                    keeper_.expect(outlooker_.outlook(keeper_, hub_.now()), std::move(because), 0,
                                   hub_.now());
                    pump();
                },
                [this](const std::string& source, std::string_view sample, const std::string& why) {
                    inlet_->refuse("plan", source, sample, why);
                }}),
      peak_(zone),
      solving_(io, std::move(prover)) {}

PlanDesk::~PlanDesk() {
    *alive_ = false;
    if (door_ && started_) door_->unwatch(*this);
}

// ---- start and stop ----

Result<void> PlanDesk::start() {
    return start_from({});
}

Result<void> PlanDesk::start_from(const PlanState& state) {
    auto inlet = hub_.attach("plan", *this);
    if (!inlet) return fail(inlet.error());
    inlet_ = *inlet;
    const auto subject = hub_.name_subject(subject_name, SubjectKind::planner);
    if (!subject) return fail(subject.error());
    door_ = hub_.door(*subject);
    if (auto done = give_grants(); !done) return done;
    if (auto done = tell_things(); !done) return done;
    if (!config_.any()) return {};
    if (state.empty()) {
        load_kept();
    } else {
        for (const auto& [name, bytes] : state) take_state(name, bytes);
        kept_changes_ = keeper_.changes();
    }
    solving_.on_better([this](PlanSolving::Answer answer) {
        const auto taken = keeper_.improved(answer.plan, hub_.now());
        if (taken.proved) note_proof();
        if (taken.published) publish(answer.plan, answer.number);
    });
    door_->watch(*this);
    started_ = true;
    hear_what_is_known();
    for (const DeviceId id : planning::devices(keeper_.site())) {
        tell_settings(id, true);
        // What people chose for a charging point later on is theirs.
        if (first_ && planning::acts(keeper_.site(), keeper_.wishes(), id)) take_over(id);
    }
    if (first_) inlet_->keep(std::string(plan_kept::wishes), keeper_.save());
    tell_house();
    tell_wishes();
    report(std::string(plan_id), "places", Json{places_json(wiring_)});
    peak_.configured(config_.connection.peak_so_far_kw, hub_.now().wall);
    sources_.start();
    wake();
    return {};
}

Result<void> PlanDesk::give_grants() {
    std::map<std::string, std::uint16_t> wanted;
    const auto also = [&](const std::string& address, std::uint16_t verbs) {
        wanted[address] = static_cast<std::uint16_t>(wanted[address] | looks | verbs);
    };
    for (const auto& [address, unused] : wiring_.targets) also(address, 0);
    for (const auto& address : wiring_.sources) also(address, 0);
    for (const auto& [unused, orders] : wiring_.orders)
        if (!orders.charging_why.empty()) also(orders.charging_why, 0);
    for (const auto& address : wiring_.settable)
        also(address, static_cast<std::uint16_t>(Verb::set));
    for (const auto& address : wiring_.runnable)
        also(address, static_cast<std::uint16_t>(Verb::run));
    return give_exactly(hub_, door_->subject(), wanted, plan_purpose);
}

Result<void> PlanDesk::tell_things() {
    std::vector<std::string> all;
    const auto bring = [&](const ThingSpec& thing) -> Result<void> {
        all.push_back(thing.id);
        if (auto told = inlet_->tell(thing); !told) return fail(told.error());
        return {};
    };
    if (config_.any())
        if (auto done = bring(plan_thing()); !done) return done;
    for (const DeviceId id : planning::devices(keeper_.site()))
        if (auto done = bring(plan_device_thing(keeper_.site(), id)); !done) return done;
    inlet_->leave_only(all);
    return {};
}

void PlanDesk::hear_what_is_known() {
    for (const auto& [address, targets] : wiring_.targets) {
        const auto view = door_->read(address);
        if (view && !std::holds_alternative<Null>(view->belief->value))
            hear(targets, view->belief->value, view->belief->seq);
    }
    for (const auto& address : wiring_.sources)
        if (const auto view = door_->read(address)) hear_source(address, view->belief->value);
}

// ---- in ----

void PlanDesk::hear(const std::vector<PlanTarget>& targets, const Value& value, Seq seq) {
    double number = 0;
    const bool known = as_number(value, number) && std::isfinite(number);
    for (const PlanTarget& target : targets) {
        const auto heard = known ? std::optional(number / target.per_unit) : std::nullopt;
        if (target.device) {
            keeper_.hear(*target.device, target.device_fact, heard, seq, hub_.now());
        } else {
            keeper_.hear(target.house_fact, heard, seq, hub_.now());
        }
    }
}

void PlanDesk::hear_source(const std::string& address, const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* json = std::get_if<Json>(&value);
    if (text != nullptr || json != nullptr)
        (void)sources_.said(address, text != nullptr ? *text : json->text);
}

void PlanDesk::source_told(Outlooker::Of what, planner::Series series, planner::Told because) {
    if (stopped_) return;
    outlooker_.told(what, std::move(series), hub_.now());
    (void)outlooker_.look_at(sources_.states(hub_.now().wall));
    if (what == Outlooker::Of::prices)
        inlet_->keep(std::string(plan_kept::prices), outlooker_.save_prices());
    keeper_.expect(outlooker_.outlook(keeper_, hub_.now()), std::move(because), source_seq_,
                   hub_.now());
    pump();
}

void PlanDesk::reading(const Property& property, const Belief& belief, Quality) {
    if (stopped_) return;
    if (const auto at = wiring_.targets.find(property.address); at != wiring_.targets.end()) {
        silent_.erase(property.address);
        hear(at->second, belief.value, belief.seq);
    }
    notice_hand(property.address, belief.value, belief.seq);
    source_seq_ = belief.seq;
    hear_source(property.address, belief.value);
    source_seq_ = 0;
    pump();
}

void PlanDesk::record(const Record&) {}

void PlanDesk::closed() {
    log(LogLevel::error, "planning sees nothing any more: its access was taken back");
}

void PlanDesk::pause(bool) {}

std::optional<DeviceId> PlanDesk::find(std::string_view name) const {
    for (const DeviceId id : planning::devices(keeper_.site()))
        if (planning::name_of(keeper_.site(), id) == name ||
            plan_thing_id(keeper_.site(), id) == name)
            return id;
    return std::nullopt;
}

/// What people set of the whole house, on the thing `plan`.
Result<void> PlanDesk::set_of_house(planning::Keeper& keeper, std::string_view name,
                                    const Value& value, const std::string& by, Seq seq,
                                    Moment now) {
    if (name == "quiet") return keeper.set_quiet(value, by, seq, now);
    if (name != "away_until")
        return fail(Code::invalid_input,
                    "'" + std::string(name) + "' is no setting of the house: away_until, quiet");
    const auto* text = std::get_if<std::string>(&value);
    const auto until = text != nullptr && !text->empty() ? parse_rfc3339(*text) : Time{};
    if (!until) return fail(until.error());
    keeper.set_away(*until, by, seq, now);
    return {};
}

Value PlanDesk::quiet_shown() const {
    return planning::format_quiet(planning::quiet_hours(keeper_.site(), keeper_.wishes()));
}

void PlanDesk::tell_house() {
    const std::string thing(plan_id);
    const Time away = keeper_.wishes().away_until;
    report(thing, "away_until", away.known() ? format_rfc3339(away) : std::string());
    report(thing, "quiet", quiet_shown());
}

Result<Outlet::Sent> PlanDesk::send(const Order& order) {
    const std::string& thing = inlet_->catalogue().thing(order.thing).spec.id;
    if (!order.action.empty()) return fail(Code::unavailable, "'" + thing + "' has no actions");
    const auto& name = inlet_->catalogue().property(order.property).spec.name;
    const std::string by = asker(order.asked_by);
    const Moment now = hub_.now();
    if (thing == plan_id) {
        if (auto done = set_of_house(keeper_, name, order.value, by, order.command, now); !done)
            return fail(done.error());
        if (name == "away_until") report(std::string(plan_id), name, order.value);
        told_.erase(thing + "/quiet");
        tell_house();
        keep_if_changed();
        pump();
        return name == "quiet" && !same_value(quiet_shown(), order.value) ? Sent::done
                                                                          : Sent::awaiting_report;
    }
    const auto device = find(thing);
    const auto setting = planning::setting_from(name);
    if (!device || !setting)
        return fail(Code::unavailable, "'" + thing + "/" + name + "' is no longer configured");
    if (auto done = keeper_.set(*device, *setting, order.value, by, order.command, now); !done)
        return fail(done.error());
    if (*setting == Setting::act) take_over(*device);
    tell_settings(*device, true);
    keep_if_changed();
    pump();
    // What was asked for may be written otherwise ("80% by 7:00" is "80 % by 07:00").
    return same_value(keeper_.shown(*device, *setting), order.value) ? Sent::awaiting_report
                                                                     : Sent::done;
}

std::string PlanDesk::asker(SubjectId subject) const {
    const auto* who = hub_.authority().find(subject);
    if (who == nullptr) return "somebody";
    const auto colon = who->name.find(':');
    return colon == std::string::npos ? who->name : who->name.substr(colon + 1);
}

// ---- plans ----

void PlanDesk::pump() {
    // What is reported may bring us here again: it follows in this loop.
    if (stopped_ || std::exchange(pumping_, true)) return;
    outlooker_.learn(keeper_, hub_.now());
    ledger_.measure(keeper_, hub_.now());
    watch_peak();
    follow();
    if (auto due = keeper_.due(hub_.now())) {
        due_since_ = hub_.now().mono;
        due_seq_ = 0;
        auto inputs = plan_inputs_json(due->request);
        const bool sent =
            solving_.plan(std::move(due->request),
                          [this, inputs = std::move(inputs)](PlanSolving::Answer answer) {
                              if (stopped_) return;
                              inputs_ = inputs;
                              if (keeper_.planned(answer.plan, hub_.now()).published)
                                  publish(answer.plan, answer.number);
                              pump();
                          });
        if (!sent) keeper_.planned_nothing();
    }
    tell_changed_settings();
    pumping_ = false;
    arm();
}

void PlanDesk::publish(const planner::Plan& plan, std::uint64_t number) {
    const std::string thing(plan_id);
    const Time now = hub_.now().wall;
    alternatives_.clear();
    const auto text = plan_json(keeper_, plan, alternatives_, now, speech_, {}, inputs_);
    plan_seq_ = report_anew(thing, "plan", Json{text}, cause_of_plan());
    inlet_->keep(std::string(plan_kept::version), version_kept());
    report(thing, "because", keeper_.because(), plan_seq_);
    note_proof();
    report(thing, "cost", std::round(plan.cost_eur * 100) / 100, plan_seq_);
    std::string risks;
    for (const auto& one : planning::at_risk(plan, speech_))
        risks += (risks.empty() ? "" : " ") + one;
    report(thing, "at_risk", risks, plan_seq_);
    if (plan.stage != planner::Stage::proved)
        report(thing, "made_in", static_cast<double>((hub_.now().mono - due_since_).us) / 1000,
               plan_seq_);
    solving_.accept(plan);
    follow();
    look_for_prices(number);
    look_for_ways();
}

/// What was not chosen gets its price when the plan is out and followed already: the same plan told
/// once more.
void PlanDesk::look_for_prices(std::uint64_t number) {
    solving_.price(number, [this, version = keeper_.version(),
                            inputs = inputs_](std::vector<planner::Alternative> priced) {
        if (stopped_ || keeper_.version() != version || priced.empty()) return;
        alternatives_ = std::move(priced);
        const auto text = plan_json(keeper_, *keeper_.plan(), alternatives_, hub_.now().wall,
                                    speech_, {}, inputs);
        (void)report_anew(std::string(plan_id), "plan", Json{text}, plan_seq_);
        follow();
    });
}

/// The record that led to the plan. Where none did, such as when a quarter of an hour has passed or
/// a source was asked, what did is put on record first.
Seq PlanDesk::cause_of_plan() {
    if (keeper_.cause() != 0) return keeper_.cause();
    const auto& changed = keeper_.changed();
    if (due_seq_ == 0 && !changed.empty())
        due_seq_ = report_anew(std::string(plan_id), "due", changed.front().words(), 0);
    return due_seq_;
}

/// What is missed or at risk gets its ways out, with their prices, as soon as they are known: the
/// same plan told once more.
void PlanDesk::look_for_ways() {
    const Time now = hub_.now().wall;
    auto ways = planning::ways_out(keeper_, now);
    if (ways.empty()) return;
    std::vector<planner::Request> requests = {keeper_.request_with(keeper_.wishes(), now)};
    for (const auto& way : ways) requests.push_back(keeper_.request_with(way.wishes, now));
    solving_.solve_each(
        std::move(requests), [this, version = keeper_.version(), inputs = inputs_,
                              ways = std::move(ways)](std::vector<planner::Plan> plans) mutable {
            if (stopped_ || keeper_.version() != version) return;
            const auto as_is = std::move(plans.front());
            plans.erase(plans.begin());
            const auto chosen = planning::choose(std::move(ways), as_is, plans, keeper_.site());
            if (chosen.empty()) return;
            const auto text = plan_json(keeper_, *keeper_.plan(), alternatives_, hub_.now().wall,
                                        speech_, chosen, inputs);
            (void)report_anew(std::string(plan_id), "plan", Json{text}, plan_seq_);
        });
}

/// How the plan that is followed was found, and how far from the best it may be.
void PlanDesk::note_proof() {
    const auto& plan = *keeper_.plan();
    const std::string thing(plan_id);
    report(thing, "stage", std::string(planner::stage_names[static_cast<std::size_t>(plan.stage)]),
           plan_seq_);
    report(thing, "gap", plan.gap_eur ? Value(std::round(*plan.gap_eur * 1000) / 1000) : Value{},
           plan_seq_);
}

/// The import that is paid for by its highest quarter of an hour.
void PlanDesk::watch_peak() {
    if (config_.connection.peak_eur_kw <= 0) return;
    const double before = peak_.so_far_kw();
    peak_.measure(keeper_.facts().grid_kw, hub_.now().wall);
    keeper_.set_peak(peak_.so_far_kw());
    report(std::string(plan_id), "peak", std::round(peak_.so_far_kw() * 1000) / 1000);
    if (peak_.so_far_kw() != before) inlet_->keep(std::string(plan_kept::peak), peak_.save());
}

// ---- following ----

void PlanDesk::follow() {
    const planner::Plan* plan = keeper_.plan();
    if (plan == nullptr) return;
    tell_price(*plan);
    const auto& followed = keeper_.follow(hub_.now());
    for (const auto& setpoint : followed.setpoints) {
        const auto device = find(setpoint.device);
        if (!device) continue;
        bool obeys = true;
        for (const auto& one : followed.disobeys)
            if (one.device == setpoint.device) obeys = false;
        tell(*device, setpoint, obeys);
        if (planning::acts(keeper_.site(), keeper_.wishes(), *device))
            command(*device, setpoint, obeys);
    }
    hold_back_sun(followed);
}

/// What a kWh from the grid costs now; not known where it is guessed.
void PlanDesk::tell_price(const planner::Plan& plan) {
    const Time now = hub_.now().wall;
    const auto slot = planner::slot_at(plan, now);
    const bool known = slot && now < keeper_.outlook().buy.known_until;
    report(std::string(plan_id), "price",
           known ? Value(std::round(plan.buy_eur[*slot] * 1e5) / 1e5) : Value{});
}

void PlanDesk::tell(DeviceId device, const planner::Setpoint& setpoint, bool obeys) {
    const auto thing = plan_thing_id(keeper_.site(), device);
    const bool acts = planning::acts(keeper_.site(), keeper_.wishes(), device);
    report(thing, "intent",
           std::string(planner::intent_names[static_cast<std::size_t>(setpoint.intent)]),
           plan_seq_);
    report(thing, "power", std::round(setpoint.kw * 100) * 10, plan_seq_);
    report(thing, "obeys", !acts || obeys, plan_seq_);
    if (const auto* course = planner::find_course(*keeper_.plan(), device.kind, setpoint.device))
        report(thing, "why",
               planning::why_now(*keeper_.plan(), *course, alternatives_, hub_.now().wall, speech_),
               plan_seq_);
    if (device.kind != Kind::car) return;
    report(thing, "held_back", held_back_words(device, setpoint.device), plan_seq_);
    // What the charging point is told: nothing while the plan does not act for it.
    const auto& place = keeper_.site().cars[device.index].place;
    Value limit = Null{};
    Value phases = Null{};
    if (acts) limit = amperes(place.amperes(setpoint.kw));
    // While it waits they stay as they are.
    if (acts && place.switches_phases && setpoint.kw > 0)
        phases = std::int64_t{place.phases_at(setpoint.kw)};
    report(thing, "phases", phases, plan_seq_);
    report(thing, "limit", limit, plan_seq_);
}

/// What keeps a car from taking what the plan says, in the words of its charging point; empty when
/// nothing does.
std::string PlanDesk::held_back_words(DeviceId device, std::string_view name) const {
    for (const auto& one : keeper_.followed().held_back) {
        if (one.device != name) continue;
        auto words = fmt::format("{:.1f} kW of {:.1f} kW", one.let_kw, one.told_kw);
        const auto why = door_->read(wiring_.orders.at(device).charging_why);
        const auto* said = why ? std::get_if<std::string>(&why->belief->value) : nullptr;
        return said != nullptr && !said->empty() ? words + ": " + *said : words;
    }
    return {};
}

// ---- telling ----

/// `anew`: also what has not changed, because somebody waits for it.
void PlanDesk::tell_settings(DeviceId device, bool anew) {
    const auto thing = plan_thing_id(keeper_.site(), device);
    for (const Setting setting : settings_of(device.kind)) {
        const auto name = planning::setting_names[static_cast<std::size_t>(setting)];
        if (anew) told_.erase(thing + "/" + std::string(name));
        report(thing, name, keeper_.shown(device, setting));
    }
}

/// Whose wishes hold, and who is told that theirs do not.
void PlanDesk::tell_wishes() {
    std::string words;
    for (const auto& one : planning::contests(keeper_.wishes(), keeper_.site().wish_rule))
        words += (words.empty() ? "" : "; ") + planning::contest_words(keeper_.site(), one);
    report(std::string(plan_id), "contested", words);
    report(std::string(plan_id), "wishes", Json{wishes_json(keeper_)});
}

/// What ended by itself, or was done at the device.
void PlanDesk::tell_changed_settings() {
    if (keeper_.changes() == told_changes_) return;
    told_changes_ = keeper_.changes();
    for (const DeviceId id : planning::devices(keeper_.site())) tell_settings(id, false);
    tell_wishes();
    tell_house();
    keep_if_changed();
}

void PlanDesk::report(const std::string& thing, std::string_view name, Value value, Seq cause) {
    const auto address = thing + "/" + std::string(name);
    const auto at = told_.find(address);
    if (at != told_.end() && same_value(at->second, value)) return;
    told_[address] = value;
    (void)report_anew(thing, name, std::move(value), cause);
}

Seq PlanDesk::report_anew(const std::string& thing, std::string_view name, Value value, Seq cause) {
    const Property* property = inlet_->catalogue().find_property(thing, name);
    if (property == nullptr) return 0;
    const auto said = inlet_->report({property->id, Quality::good, {}, value}, cause);
    if (!said && said.error().code == Code::invalid_input)
        inlet_->refuse("plan", property->address, to_json(value).substr(0, 200),
                       said.error().message);
    return said ? *said : 0;
}

void PlanDesk::keep_if_changed() {
    if (keeper_.changes() == kept_changes_) return;
    kept_changes_ = keeper_.changes();
    inlet_->keep(std::string(plan_kept::wishes), keeper_.save());
}

/// Each quarter of an hour: what was learned and measured is kept, and what was saved reckoned.
void PlanDesk::keep_books() {
    const Time now = hub_.now().wall;
    if (now - kept_quarter_ < reckon_every) return;
    kept_quarter_ = now;
    inlet_->keep(std::string(plan_kept::learned), outlooker_.save());
    inlet_->keep(std::string(plan_kept::measured), ledger_.save());
    if (config_.connection.peak_eur_kw > 0)
        inlet_->keep(std::string(plan_kept::peak), peak_.save());
    if (auto day = ledger_.take_day()) {
        (void)solving_.beside([day = std::move(*day)] { return reckon_savings(day); },
                              [this](DaySaved saved) {
                                  if (stopped_) return;
                                  book_.add(std::move(saved));
                                  inlet_->keep(std::string(plan_kept::saved), book_.save());
                                  tell_savings();
                              });
    }
    if (auto today = ledger_.so_far())
        (void)solving_.beside([today = std::move(*today)] { return reckon_savings(today); },
                              [this](DaySaved saved) {
                                  if (stopped_) return;
                                  book_.set_today(std::move(saved));
                                  tell_savings();
                              });
}

void PlanDesk::tell_savings() {
    const std::string thing(plan_id);
    report(thing, "saved_today", std::round(book_.today().saved() * 100) / 100);
    report(thing, "saved_total", book_.total());
    report(thing, "savings", Json{book_.json(config_.currency)});
}

void PlanDesk::arm() {
    if (stopped_) return;
    hub_.environment().loop.alarm(plan_alarm_id, keeper_.next_wake(hub_.now()), [this] { wake(); });
}

void PlanDesk::wake() {
    if (stopped_) return;
    const bool news = outlooker_.look_at(sources_.states(hub_.now().wall));
    if (news || outlooker_.due(hub_.now()))
        keeper_.expect(outlooker_.outlook(keeper_, hub_.now()), {}, 0, hub_.now());
    sources_.look(hub_.now());
    look_for_silence();
    for (const DeviceId id : std::set<DeviceId>(untaken_)) take_over(id);
    report(std::string(plan_id), "forecasts", Json{outlooker_.scores_json()});
    keep_books();
    pump();
}

}  // namespace foxtail
