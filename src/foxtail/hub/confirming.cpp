// Wishes that wait for a person: what a grant lets somebody do only if one confirms it each time.
#include "foxtail/hub/household.hpp"

#include <algorithm>

namespace foxtail {

bool Household::may_answer(Asker who, const Pending& wish, Time now) const {
    const Subject* subject = authority_.find(who);
    if (subject == nullptr || authority_.left(who) || who == wish.asked_by) return false;
    if (subject->kind == SubjectKind::token) {
        // The household's own key (the command line's) speaks for who maintains it.
        const OwnershipEpoch* epoch = authority_.ownership().now(wish.thing);
        return (epoch == nullptr || epoch->owners.empty()) && may_do(who, wish, now) &&
               authority_.decide_at(who, Verb::grant, {}, now).allowed;
    }
    if (subject->kind != SubjectKind::owner && subject->kind != SubjectKind::resident) return false;
    if (authority_.owns(who, wish.thing) && may_do(who, wish, now)) return true;
    bool gave = false;
    authority_.each_applying(wish.asker(), wish.action.empty() ? Verb::set : Verb::run,
                             address_of(wish), now, [&](const Grant& grant) {
                                 // Who only passed it on cannot say so for who gave it.
                                 gave = gave ||
                                        (grant.grantor == who && grant.given.terms.parent == 0 &&
                                         grant.given.terms.envelope.confirm);
                             });
    return gave;
}

/// Why a wish that waited cannot go on; null when it can. Much may have changed meanwhile.
const char* Household::hindrance(const Pending& wish, Moment now) const {
    if (!may_do(wish.asker(), wish, now.wall) || !fits_envelopes(wish, now.wall))
        return "what it was asked under does not allow it any more";
    const Thing& thing = catalogue_.thing(wish.thing);
    if (!thing.present) return "the thing is gone";
    if (!wish.action.empty()) {
        const auto& actions = thing.spec.actions;
        const auto at = std::find_if(actions.begin(), actions.end(),
                                     [&](const ActionSpec& a) { return a.name == wish.action; });
        const bool fits = at != actions.end() && (!at->input || fit(*at->input, wish.value));
        return fits ? nullptr : "the thing does not take it so any more";
    }
    const Property& property = catalogue_.property(wish.property);
    const bool fits =
        property.present && property.spec.settable && fits_as_is(property.spec, wish.value);
    return fits ? nullptr : "the thing does not take it so any more";
}

Result<Seq> Household::confirm_wish(Seq command, Asker by, Moment now) {
    const Pending* waiting = commands_.find(command);
    if (waiting == nullptr || !waiting->waits() || !may_answer(by, *waiting, now.wall))
        return Authority::denied();
    // Its deadline may be over before anything came round to ending it.
    if (now.wall >= waiting->asked_at + waiting->confirm_within) {
        give_up_waiting(command, now);
        return fail(Code::conflict, "nobody confirmed it in time");
    }
    if (const char* why = hindrance(*waiting, now)) {
        append(CommandEnded{command, Outcome::failed, why}, the_hub, command, now);
        return fail(Code::conflict, why);
    }
    WishConfirmed confirmed{command, waiting->property, waiting->thing, waiting->action,
                            waiting->value};
    make_room(confirmed.action, confirmed.property, command, now);
    const Seq seq = append(std::move(confirmed), by, command, now);
    send_out(*commands_.find(command), true, now);
    return seq;
}

Result<Seq> Household::refuse_wish(Seq command, Asker by, Moment now) {
    const Pending* waiting = commands_.find(command);
    if (waiting == nullptr || !waiting->waits()) return Authority::denied();
    const bool theirs = waiting->asked_by == by;
    if (!theirs && !may_answer(by, *waiting, now.wall)) return Authority::denied();
    const char* how = theirs ? "who asked took it back" : "a person did not confirm it";
    return append(CommandEnded{command, Outcome::refused, how}, by, command, now);
}

void Household::give_up_waiting(Seq command, Moment now) {
    const Pending* waiting = commands_.find(command);
    if (waiting == nullptr || !waiting->waits()) return;
    append(CommandEnded{command, Outcome::timed_out,
                        "nobody confirmed it within " + format_duration(waiting->confirm_within)},
           the_hub, command, now);
}

}  // namespace foxtail
