#include "foxtail/rules/engine.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/rules/check.hpp"
#include "foxtail/rules/sandbox.hpp"
#include "foxtail/rules/schedule.hpp"

#include <algorithm>

namespace foxtail {
struct CompiledRule {
    std::optional<Sandbox::Expression> condition;
    std::vector<std::optional<Sandbox::Expression>> actions;  // by action
};

/// The rules as loaded, with the Lua state that their expressions live in.
struct LoadedRules {
    std::vector<RuleSpec> rules;
    std::vector<CompiledRule> compiled;
    std::vector<RuleEngine::Counters> counters;
    StringMap<std::uint32_t> by_id;
    std::unique_ptr<Sandbox> sandbox = std::make_unique<Sandbox>();
};

namespace {

const std::string* expression_of(const RuleAction& action) {
    const std::string* text = nullptr;
    if (const auto* set = std::get_if<SetAction>(&action)) text = &set->expression;
    if (const auto* run = std::get_if<RunAction>(&action)) text = &run->expression;
    if (const auto* notify = std::get_if<NotifyAction>(&action)) text = &notify->expression;
    return text == nullptr || text->empty() ? nullptr : text;
}

void compile(LoadedRules& loaded, std::uint32_t index, std::vector<Mistake>& mistakes) {
    const RuleSpec& rule = loaded.rules[index];
    CompiledRule& compiled = loaded.compiled[index];
    const auto take = [&](const std::string& text,
                          const char* what) -> std::optional<Sandbox::Expression> {
        auto expression = loaded.sandbox->compile(text);
        if (expression) return *expression;
        const auto& mistake = expression.error();
        mistakes.push_back({rule.source, "rule '" + rule.id + "': " + what + ", line " +
                                             std::to_string(mistake.line) + ": " +
                                             mistake.message});
        return std::nullopt;
    };
    if (!rule.condition.empty()) compiled.condition = take(rule.condition, "condition");
    for (const auto& action : rule.actions) {
        const std::string* const text = expression_of(action);
        compiled.actions.push_back(text == nullptr ? std::nullopt : take(*text, "action"));
    }
}

const std::string* address_of(const Trigger& trigger) {
    if (const auto* change = std::get_if<OnChange>(&trigger)) return &change->address;
    if (const auto* becomes = std::get_if<OnBecomes>(&trigger)) return &becomes->address;
    if (const auto* crosses = std::get_if<OnCrosses>(&trigger)) return &crosses->address;
    return nullptr;
}

enum class Crossed : std::uint8_t { no, above, below };

Crossed crossed(const OnCrosses& bounds, const Value& before, const Value& value) {
    double was = 0;
    double is = 0;
    if (!as_number(before, was) || !as_number(value, is)) return Crossed::no;
    if (bounds.above && was <= *bounds.above && is > *bounds.above) return Crossed::above;
    if (bounds.below && was >= *bounds.below && is < *bounds.below) return Crossed::below;
    return Crossed::no;
}

/// Whether a change of value from `before` to `value` triggers. Allocates nothing.
bool applies(const Trigger& trigger, const Value& before, const Value& value) {
    if (std::holds_alternative<OnChange>(trigger)) return true;
    if (const auto* becomes = std::get_if<OnBecomes>(&trigger)) {
        return same_value(value, becomes->value) && !same_value(before, becomes->value);
    }
    if (const auto* crosses = std::get_if<OnCrosses>(&trigger))
        return crossed(*crosses, before, value) != Crossed::no;
    return false;
}

/// What happened, in the past tense, for the journal.
std::string what_happened(const Trigger& trigger, const Scope& scope) {
    if (const auto* at = std::get_if<AtTime>(&trigger)) return time_of_day_text(at->minute_of_day);
    if (const auto* sun = std::get_if<AtSun>(&trigger)) return sun_text(*sun);
    if (const auto* every = std::get_if<Every>(&trigger))
        return "every " + format_duration(every->period);
    if (const auto* event = std::get_if<OnEvent>(&trigger)) {
        std::string text = event->thing + "/" + event->event;
        if (!std::holds_alternative<Null>(*scope.event)) text += ": " + value_text(*scope.event);
        return text;
    }
    std::string text = *address_of(trigger);
    if (const auto* crosses = std::get_if<OnCrosses>(&trigger)) {
        const bool above = crossed(*crosses, *scope.before, *scope.value) == Crossed::above;
        text += above ? " rose above " + number_text(*crosses->above)
                      : " fell below " + number_text(*crosses->below);
        return text + " (" + value_text(*scope.value) + ")";
    }
    return text + (std::holds_alternative<OnBecomes>(trigger) ? " became " : " changed to ") +
           value_text(*scope.value);
}

}  // namespace

struct RuleEngine::Impl {
    Impl(const Catalogue& catalogue_in, const Twin& twin_in, const Zone& zone_in)
        : catalogue(catalogue_in), twin(twin_in), zone(zone_in), schedule(zone_in) {}

    struct Unbound {
        const std::string* address;
        Bound bound;
    };

    [[nodiscard]] Scope scope(Moment now) const {
        return Scope{catalogue, twin, zone, now, nullptr, nullptr, nullptr, false, sight, 0};
    }
    void triggered(Bound bound, Scope& scope, std::vector<RuleRun>& out);
    void act(std::uint32_t rule, std::uint32_t step, const Scope& scope, RuleRun& run);
    /// Error: why the action's expression gave nothing usable.
    Result<Proposal> propose(const RuleAction& action,
                             std::optional<Sandbox::Expression> expression, const Scope& scope);

    const Catalogue& catalogue;
    const Twin& twin;
    const Zone& zone;
    RuleSight* sight = nullptr;
    Schedule schedule;
    LoadedRules loaded;
    std::vector<Unbound> unbound;
    StringMap<StringMap<std::vector<Bound>>> events;  // by thing, then event
    std::vector<Schedule::Place> due;                 // kept for its memory
};

void RuleEngine::Impl::triggered(Bound bound, Scope& scope, std::vector<RuleRun>& out) {
    scope.rule = bound.rule;
    const auto& compiled = loaded.compiled[bound.rule];
    auto& counters = loaded.counters[bound.rule];
    auto verdict = Sandbox::Verdict::yes;
    std::string why;
    ++counters.evaluated;
    if (compiled.condition) verdict = loaded.sandbox->holds(*compiled.condition, scope, why);
    if (verdict == Sandbox::Verdict::no) {
        ++counters.condition_false;
        return;
    }
    RuleRun& run = out.emplace_back();
    run.rule = bound.rule;
    run.detail = what_happened(loaded.rules[bound.rule].triggers[bound.trigger], scope);
    if (verdict == Sandbox::Verdict::failed) {
        ++counters.failed;
        run.failed = true;
        run.detail += "; condition: " + why;
        return;
    }
    act(bound.rule, 0, scope, run);
}

void RuleEngine::Impl::act(std::uint32_t rule, std::uint32_t step, const Scope& scope,
                           RuleRun& run) {
    const auto& actions = loaded.rules[rule].actions;
    for (std::uint32_t i = step; i < actions.size(); ++i) {
        if (const auto* wait = std::get_if<WaitAction>(&actions[i])) {
            if (i + 1 == actions.size()) break;
            run.wait = wait->time;
            run.resume_at = i + 1;
            break;
        }
        auto proposal = propose(actions[i], loaded.compiled[rule].actions[i], scope);
        if (!proposal) {
            ++loaded.counters[rule].failed;
            run.failed = true;
            run.detail += "; action " + std::to_string(i + 1) + " (" + describe(actions[i]) +
                          "): " + proposal.error().message;
            run.proposals.clear();
            return;
        }
        run.proposals.push_back(std::move(*proposal));
    }
    ++loaded.counters[rule].ran;
}

Result<Proposal> RuleEngine::Impl::propose(const RuleAction& action,
                                           std::optional<Sandbox::Expression> expression,
                                           const Scope& scope) {
    Value given;
    if (expression) {
        auto result = loaded.sandbox->evaluate(*expression, scope);
        if (!result) return fail(std::move(result.error()));
        given = std::move(*result);
        if (std::holds_alternative<Null>(given) && !std::holds_alternative<RunAction>(action)) {
            return fail(Code::invalid_input, "gave nil");
        }
    }
    if (const auto* set = std::get_if<SetAction>(&action)) {
        return Proposal{Proposal::Set{set->address, expression ? std::move(given) : set->value}};
    }
    if (const auto* run = std::get_if<RunAction>(&action)) {
        return Proposal{
            Proposal::Run{run->thing, run->action, expression ? std::move(given) : run->input}};
    }
    const auto& notify = std::get<NotifyAction>(action);
    if (!expression) return Proposal{Proposal::Notify{notify.text, notify.to}};
    if (auto* text = std::get_if<std::string>(&given))
        return Proposal{Proposal::Notify{std::move(*text), notify.to}};
    return Proposal{Proposal::Notify{value_text(given), notify.to}};
}

RuleEngine::RuleEngine(const Catalogue& catalogue, const Twin& twin, const Zone& zone)
    : impl_(std::make_unique<Impl>(catalogue, twin, zone)) {}
RuleEngine::~RuleEngine() = default;

bool RuleEngine::bind(const std::string& address, Bound bound) {
    const Property* const property = impl_->catalogue.find_property(address);
    if (property == nullptr) return false;
    if (triggers_of_.size() <= property->id.index) triggers_of_.resize(property->id.index + 1);
    auto& bounds = triggers_of_[property->id.index];
    bounds.insert(std::upper_bound(bounds.begin(), bounds.end(), bound), bound);
    return true;
}

std::vector<Mistake> RuleEngine::load(std::vector<RuleSpec> rules, Moment now) {
    auto mistakes = check_rules(rules);
    LoadedRules fresh;
    fresh.rules = std::move(rules);
    fresh.compiled.resize(fresh.rules.size());
    fresh.counters.resize(fresh.rules.size());
    for (std::uint32_t i = 0; i < fresh.rules.size(); ++i) {
        compile(fresh, i, mistakes);
        fresh.by_id.emplace(fresh.rules[i].id, i);
        if (const auto before = find(fresh.rules[i].id))
            fresh.counters[i] = impl_->loaded.counters[*before];
    }
    if (!mistakes.empty()) return mistakes;
    impl_->unbound.clear();  // points into the rules that go now
    impl_->loaded = std::move(fresh);
    ++generation_;
    triggers_of_.clear();
    impl_->events.clear();
    impl_->schedule.restart(now);
    for (std::uint32_t i = 0; i < impl_->loaded.rules.size(); ++i) {
        const RuleSpec& rule = impl_->loaded.rules[i];
        if (!rule.enabled) continue;
        for (std::uint32_t t = 0; t < rule.triggers.size(); ++t) {
            if (const std::string* const address = address_of(rule.triggers[t])) {
                impl_->unbound.push_back({address, {i, t}});
            } else if (const auto* event = std::get_if<OnEvent>(&rule.triggers[t])) {
                impl_->events[event->thing][event->event].push_back({i, t});
            } else if (const auto* at = std::get_if<AtTime>(&rule.triggers[t])) {
                impl_->schedule.add(*at, {i, t});
            } else if (const auto* sun = std::get_if<AtSun>(&rule.triggers[t])) {
                impl_->schedule.add(*sun, {i, t});
            } else if (const auto* every = std::get_if<Every>(&rule.triggers[t])) {
                impl_->schedule.add(*every, {i, t});
            }
        }
    }
    rebind();
    return {};
}

void RuleEngine::rebind() {
    std::erase_if(impl_->unbound,
                  [this](const Impl::Unbound& u) { return bind(*u.address, u.bound); });
}

void RuleEngine::changed(const Change& change, Moment now, std::vector<RuleRun>& out) {
    if ((!change.changed && !change.first) || !mentions(change.property)) return;
    FOX_ASSERT(change.property.index < impl_->twin.size(),
               "a change is in the twin before rules see it");
    const Value& value = impl_->twin.belief(change.property).value;
    if (same_value(change.before, value)) return;  // first heard, and what was heard is "unknown"
    Scope scope = impl_->scope(now);
    scope.value = &value;
    scope.before = &change.before;
    std::optional<std::uint32_t> done;
    for (const Bound bound : triggers_of_[change.property.index]) {
        if (done == bound.rule) continue;
        if (!applies(impl_->loaded.rules[bound.rule].triggers[bound.trigger], change.before, value))
            continue;
        if (impl_->sight != nullptr &&
            impl_->sight->deaf_to(bound.rule, change.property, now) != nullptr)
            continue;
        done = bound.rule;
        impl_->triggered(bound, scope, out);
    }
}

void RuleEngine::happened(std::string_view thing, std::string_view event, const Value& detail,
                          Moment now, std::vector<RuleRun>& out) {
    const auto of_thing = impl_->events.find(thing);
    if (of_thing == impl_->events.end()) return;
    const auto of_event = of_thing->second.find(event);
    if (of_event == of_thing->second.end()) return;
    Scope scope = impl_->scope(now);
    scope.event = &detail;
    std::optional<std::uint32_t> done;
    for (const Bound bound : of_event->second) {
        if (done == bound.rule) continue;
        const auto& wanted =
            std::get<OnEvent>(impl_->loaded.rules[bound.rule].triggers[bound.trigger]).detail;
        if (wanted && !same_value(*wanted, detail)) continue;
        if (impl_->sight != nullptr &&
            impl_->sight->deaf_to(bound.rule, std::string(thing) + "/" + std::string(event), now) !=
                nullptr)
            continue;
        done = bound.rule;
        impl_->triggered(bound, scope, out);
    }
}

void RuleEngine::tick(Moment now, std::vector<RuleRun>& out) {
    impl_->due.clear();
    impl_->schedule.due(now, impl_->due);
    Scope scope = impl_->scope(now);
    std::optional<std::uint32_t> done;
    for (const auto& [rule, trigger] : impl_->due) {
        if (done == rule) continue;
        done = rule;
        impl_->triggered({rule, trigger}, scope, out);
    }
}

std::optional<Duration> RuleEngine::next_wake(Moment /*now*/) const {
    return impl_->schedule.next_wake();
}

void RuleEngine::resume(std::uint32_t rule, std::uint32_t step, Moment now,
                        std::vector<RuleRun>& out) {
    if (rule >= impl_->loaded.rules.size()) return;
    const RuleSpec& spec = impl_->loaded.rules[rule];
    if (!spec.enabled || step >= spec.actions.size()) return;
    Scope scope = impl_->scope(now);
    scope.after_wait = true;
    scope.rule = rule;
    RuleRun& run = out.emplace_back();
    run.rule = rule;
    const auto* const wait = step == 0 ? nullptr : std::get_if<WaitAction>(&spec.actions[step - 1]);
    run.detail = wait == nullptr ? "went on" : "after " + format_duration(wait->time);
    impl_->act(rule, step, scope, run);
}

void RuleEngine::look_through(RuleSight& sight) {
    impl_->sight = &sight;
}

void RuleEngine::each_heard(
    const std::function<void(std::uint32_t, const std::string&, bool)>& visit) const {
    for (std::uint32_t i = 0; i < impl_->loaded.rules.size(); ++i) {
        const RuleSpec& rule = impl_->loaded.rules[i];
        if (!rule.enabled) continue;
        for (const Trigger& trigger : rule.triggers) {
            if (const std::string* const address = address_of(trigger)) {
                visit(i, *address, false);
            } else if (const auto* event = std::get_if<OnEvent>(&trigger)) {
                visit(i, event->thing + "/" + event->event, true);
            }
        }
    }
}

const std::vector<RuleSpec>& RuleEngine::rules() const {
    return impl_->loaded.rules;
}

std::optional<std::uint32_t> RuleEngine::find(std::string_view id) const {
    const auto found = impl_->loaded.by_id.find(id);
    if (found == impl_->loaded.by_id.end()) return std::nullopt;
    return found->second;
}

const RuleEngine::Counters& RuleEngine::counters(std::uint32_t rule) const {
    FOX_ASSERT(rule < impl_->loaded.counters.size(),
               "a rule's number is below the number of rules");
    return impl_->loaded.counters[rule];
}

}  // namespace foxtail
