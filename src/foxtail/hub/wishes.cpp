// Wishes become commands, and rules' proposals become wishes. The life of a command begins here:
// docs/life-of-a-command.md.
#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/hub/household.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail {
namespace {

/// Commands of outsiders leave only once they are on record: no log, no action.
bool is_outsider(SubjectKind kind) {
    return kind == SubjectKind::participant || kind == SubjectKind::agent ||
           kind == SubjectKind::token || kind == SubjectKind::guest;
}

/// What was turned down was never checked: it may be no number, no text, or a megabyte.
Value to_keep(const Value& value) {
    constexpr std::size_t bytes_max = 200;
    if (const auto* d = std::get_if<double>(&value))
        return std::isfinite(*d) ? value : Value{"not a finite number"};
    const auto* text = std::get_if<std::string>(&value);
    if (const auto* json = std::get_if<Json>(&value)) text = &json->text;
    if (text == nullptr || (text->size() <= bytes_max && valid_utf8(*text))) return value;
    return printable(*text, bytes_max);
}

/// Programs that always send a body send this one for an action without input.
bool is_nothing(const Value& input) {
    const auto* json = std::get_if<Json>(&input);
    return std::holds_alternative<Null>(input) || (json != nullptr && json->text == "{}");
}

const ActionSpec* find_action(const Thing& thing, std::string_view action) {
    const auto& actions = thing.spec.actions;
    const auto at = std::find_if(actions.begin(), actions.end(),
                                 [&](const ActionSpec& a) { return a.name == action; });
    return at == actions.end() ? nullptr : &*at;
}

}  // namespace

Result<Seq> Household::wish(Asker who, const Wish& wish, Moment now) {
    // A cause is an earlier record.
    return wish_from(who, wish, wish.cause <= seq_ ? wish.cause : 0, {}, now);
}

/// Whoever asks again and again must not fill the disk, nor the page where the denials are read.
void Household::deny(SubjectId who, const Wish& wish, std::string reason, Seq cause, Moment now) {
    ++figures_.commands_denied;
    tell_left_out(now);
    auto& denials = denials_.try_emplace(who.index, Denials{now.mono, 0, 0}).first->second;
    if (denials.recorded >= denials_per_minute_max) {
        ++denials.left_out;
        return;
    }
    ++denials.recorded;
    append(CommandDenied{printable(wish.address, 300), to_keep(wish.value), std::move(reason)}, who,
           cause, now);
}

/// Minutes that are over: how many denials were not put on record one by one.
void Household::tell_left_out(Moment now) {
    for (auto at = denials_.begin(); at != denials_.end();) {
        const auto& [subject, denials] = *at;
        if (now.mono - denials.began < minutes(1)) {
            ++at;
            continue;
        }
        if (denials.left_out > 0)
            append(CommandDenied{"", Null{},
                                 std::to_string(denials.left_out) +
                                     " more wishes were denied within a minute"},
                   SubjectId{subject}, 0, now);
        at = denials_.erase(at);
    }
}

Result<Seq> Household::wish_from(Asker who, const Wish& wish, Seq cause, Chain chain, Moment now) {
    const auto address = parse_address(wish.address);
    if (!address) return fail(address.error());
    const Thing* thing = catalogue_.find_thing(address->thing);
    CommandAsked asked;
    asked.value = wish.value;
    asked.depth = chain.depth;
    asked.agent = chain.agent;
    if (wish.run) {
        const Verdict verdict = authority_.decide_at(who, Verb::run, wish.address, now.wall);
        if (!verdict.allowed || thing == nullptr || !thing->present) {
            deny(who, wish, sentence(verdict.allowed ? Reason::unknown : verdict.reason), cause,
                 now);
            return Authority::denied();
        }
        const ActionSpec* action = find_action(*thing, address->name);
        if (action == nullptr)
            return fail(Code::not_found, "'" + thing->spec.id + "' has no action '" +
                                             printable(address->name) + "'");
        if (action->input) {
            auto fitting = fit(*action->input, std::move(asked.value));
            if (!fitting) return fail(std::move(fitting.error()));
            asked.value = std::move(*fitting);
        } else if (!is_nothing(asked.value)) {
            return fail(Code::invalid_input, "action '" + action->name + "' takes no input");
        } else {
            asked.value = Null{};
        }
        asked.thing = thing->id;
        asked.action = action->name;
        asked.grant = verdict.grant;
        if (auto within = within_envelopes(who, Verb::run, wish.address, asked, now); !within) {
            deny(who, wish, within.error().message, cause, now);
            return fail(std::move(within.error()));
        }
        return order(who, wish, std::move(asked), action->sensitivity == Sensitivity::critical,
                     cause, now);
    }
    const Property* property = catalogue_.find_property(address->thing, address->name);
    const Verdict verdict = property == nullptr
                                ? Verdict{false, Reason::unknown, 0}
                                : authority_.decide(who, Verb::set, property->id, now.wall);
    if (!verdict.allowed || !property->present || !thing->present) {
        deny(who, wish, sentence(verdict.allowed ? Reason::unknown : verdict.reason), cause, now);
        return Authority::denied();
    }
    if (!property->spec.settable)
        return fail(Code::invalid_input, "'" + property->address + "' cannot be set");
    auto fitting = fit(property->spec, std::move(asked.value));
    if (!fitting) return fail(std::move(fitting.error()));
    if (std::holds_alternative<Null>(*fitting))
        return fail(Code::invalid_input, "'" + property->address + "' cannot be set to null");
    asked.value = std::move(*fitting);
    asked.grant = verdict.grant;
    asked.property = property->id;
    asked.thing = property->thing;
    if (auto within = within_envelopes(who, Verb::set, property->address, asked, now); !within) {
        deny(who, wish, within.error().message, cause, now);
        return fail(std::move(within.error()));
    }
    return order(who, wish, std::move(asked), property->spec.sensitivity == Sensitivity::critical,
                 cause, now);
}

Result<void> Household::check_order(SubjectId who, const CommandAsked& asked, bool critical) const {
    const bool waits = asked.confirm_within.us > 0;
    // What it was given may have come to reach something critical since.
    if (critical && !waits && authority_.find(who)->kind == SubjectKind::agent) {
        return fail(Code::denied,
                    "it is critical, and no grant of the agent's asks that a person confirms it");
    }
    if (commands_.size() >= Commands::pending_max) {
        return fail(Code::exhausted, std::to_string(commands_.size()) +
                                         " commands are under way, limit " +
                                         std::to_string(Commands::pending_max));
    }
    if (asked.time_to_live.us <= 0 || asked.time_to_live > time_to_live_max)
        return fail(Code::invalid_input, "a command lives longer than 0 and at most 24 hours");
    const auto& all = commands_.all();
    const auto waiting = std::count_if(all.begin(), all.end(), [&](const Pending& pending) {
        return pending.waits() && pending.asked_by == who;
    });
    if (!waits || static_cast<std::size_t>(waiting) < waiting_per_subject_max) return {};
    return fail(Code::exhausted, std::to_string(waiting) + " wishes wait to be confirmed, limit " +
                                     std::to_string(waiting_per_subject_max));
}

Result<Seq> Household::order(SubjectId who, const Wish& wish, CommandAsked asked, bool critical,
                             Seq cause, Moment now) {
    asked.time_to_live = wish.time_to_live.value_or(time_to_live_default);
    // Through rules an agent comes no further than by itself: a person says so, each time.
    if (critical && asked.agent != the_hub) asked.confirm_within = confirm_within;
    if (auto good = check_order(who, asked, critical); !good) {
        if (good.error().code == Code::denied) deny(who, wish, good.error().message, cause, now);
        return fail(std::move(good.error()));
    }
    const bool waits = asked.confirm_within.us > 0;
    if (!waits) make_room(asked.action, asked.property, cause, now);
    ++figures_.commands;
    const Seq seq = append(std::move(asked), who, cause, now);
    if (waits) {
        timers_.set(now.mono + confirm_within, Timers::Kind::confirmation, seq);
    } else {
        send_out(*commands_.find(seq), critical || is_outsider(authority_.find(who)->kind), now);
    }
    return seq;
}

void Household::make_room(const std::string& action, PropertyId property, Seq cause, Moment now) {
    const auto* waiting = action.empty() ? commands_.waiting(property) : nullptr;
    if (waiting == nullptr || waiting->size() < Commands::pending_per_property_max) return;
    append(CommandEnded{waiting->front(), Outcome::failed, "overtaken by newer commands"}, the_hub,
           cause, now);
}

void Household::send_out(const Pending& command, bool when_durable, Moment now) {
    Order out;
    out.command = command.seq;
    out.record = command.led();
    out.asked_by = command.asked_by;
    out.thing = command.thing;
    out.property = command.property;
    out.action = command.action;
    out.value = command.value;
    out.expires = now.mono + command.time_to_live;
    out.when_durable = when_durable;
    const Subject* connector = authority_.find(catalogue_.thing(command.thing).brought_by);
    out.connector = connector == nullptr ? the_hub : connector->id;
    timers_.set(out.expires, Timers::Kind::command, out.command);
    orders_.push_back(std::move(out));
}

void Household::answer(Seq command, Outcome outcome, std::string_view detail, Moment now) {
    const Pending* pending = commands_.find(command);
    if (pending == nullptr) return;  // late or doubled: it has ended already, and its end stands
    append(CommandEnded{command, outcome, printable(detail, 300)}, the_hub, command, now);
}

void Household::expire(Seq command, Moment now) {
    const Pending* pending = commands_.find(command);
    if (pending == nullptr) return;
    Outcome outcome = Outcome::timed_out;
    std::string detail = "no answer within " + format_duration(pending->time_to_live);
    if (pending->action.empty()) {
        const Property& property = catalogue_.property(pending->property);
        const Belief& belief = twin_.belief(pending->property);
        // A device that already is as wished need not say so again.
        if (belief.seq != 0 && belief.refused == 0 && belief.boot == twin_.boot() &&
            fulfils(property.spec, pending->value, belief.value)) {
            outcome = Outcome::confirmed;
            detail = "it already was so";
        }
    }
    append(CommandEnded{command, outcome, std::move(detail)}, the_hub, command, now);
}

// ---- rules ----

std::vector<RuleRun>& Household::fresh_runs() {
    runs_.clear();
    hands_.clear();
    return runs_;
}

SubjectId Household::hand_in(const Pending& command) const {
    if (command.agent != the_hub) return command.agent;
    const bool agents = authority_.find(command.asked_by)->kind == SubjectKind::agent;
    return agents ? command.asked_by : the_hub;
}

/// A dimmer says 30, 40, 50 on its way to the 50 that was ordered, and a lamp each minute that it
/// is still on: neither is anybody else's doing.
SubjectId Household::hand_in(const Reading& reading, const Pending* command) const {
    if (command != nullptr) return hand_in(*command);
    if (const auto* waiting = commands_.waiting(reading.property)) {
        for (const Seq seq : *waiting) {
            const SubjectId agent = hand_in(*commands_.find(seq));
            if (agent != the_hub) return agent;
        }
    }
    const Belief& belief = twin_.belief(reading.property);
    const bool still = belief.agent != the_hub && same_value(belief.value, reading.value);
    return still ? belief.agent : the_hub;
}

void Household::react(std::vector<RuleRun>& runs, Seq cause, Chain chain, Moment now) {
    for (RuleRun& run : runs) {
        const SubjectId rule = rule_subject(run.rule, now);
        ++figures_.rule_runs;
        RuleRan ran{rules_.rules()[run.rule].id, run.failed ? RunOutcome::failed : RunOutcome::ran,
                    std::move(run.detail)};
        const bool too_deep = chain.depth >= chain_depth_max;
        if (too_deep) {
            ++figures_.loops_broken;
            ran.outcome = RunOutcome::failed;
            ran.detail += ": stopped, because " + std::to_string(chain.depth) +
                          " rules led here one after the other (a loop?)";
        }
        if (rule == no_subject) {
            ran.outcome = RunOutcome::failed;
            ran.detail += ": stopped, because 'rule:" + ran.rule + "' is somebody else's name";
        }
        const Seq seq = append(std::move(ran), actor_of(run.rule, now), cause, now);
        if (too_deep || rule == no_subject) continue;
        Chain next{static_cast<std::uint8_t>(chain.depth + 1), chain.agent};
        const auto seen = hands_.find(run.rule);
        if (next.agent == the_hub && seen != hands_.end()) next.agent = seen->second;
        carry_out(run, rule, seq, next, now);
    }
}

void Household::carry_out(const RuleRun& run, SubjectId rule, Seq ran, Chain chain, Moment now) {
    for (const Proposal& proposal : run.proposals) {
        Wish wish;
        std::string address;
        if (const auto* set = std::get_if<Proposal::Set>(&proposal.what)) {
            wish.address = set->address;
            wish.value = set->value;
        } else if (const auto* action = std::get_if<Proposal::Run>(&proposal.what)) {
            address = action->thing + "/" + action->action;
            wish.address = address;
            wish.run = true;
            wish.value = action->input;
        } else {
            const auto& notify = std::get<Proposal::Notify>(proposal.what);
            append(Noticed{notify.text, notify.to}, rule, ran, now);
            continue;
        }
        const auto asked = wish_from(rule, wish, ran, chain, now);
        // Denials are on record already; other refusals would vanish without a trace here.
        if (!asked && asked.error().code != Code::denied)
            deny(rule, wish, asked.error().message, ran, now);
    }
    if (run.wait) {
        const Seq wait = append(RuleWaits{rules_.rules()[run.rule].id, ran, run.resume_at,
                                          now.wall + *run.wait, chain.depth, chain.agent},
                                rule, ran, now);
        timers_.set(now.mono + *run.wait, Timers::Kind::wait, wait);
    }
}

void Household::resume(Seq wait, Moment now) {
    const auto at =
        std::find_if(waits_.begin(), waits_.end(), [&](const Wait& w) { return w.seq == wait; });
    if (at == waits_.end()) return;
    const RuleWaits what = at->what;
    const auto rule = rules_.find(what.rule);
    if (!rule) {
        const auto subject = name_subject("rule:" + what.rule, SubjectKind::rule, the_hub, now);
        append(RuleRan{what.rule, RunOutcome::failed, "the rule is gone, so its wait ends here"},
               subject ? *subject : the_hub, wait, now);
        return;
    }
    rules_.resume(*rule, what.step, now, fresh_runs());
    if (runs_.empty())
        runs_.push_back({*rule, false, "nothing left to do after the wait", {}, {}, 0});
    // It is the same rule that goes on: it has been counted.
    const auto depth = static_cast<std::uint8_t>(std::max<int>(what.depth, 1) - 1);
    react(runs_, wait, {depth, what.agent}, now);
}

}  // namespace foxtail
