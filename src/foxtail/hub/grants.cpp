// Grants given and taken back, things that change hands, and what a grant's limits say to a wish.
#include "foxtail/base/utf8.hpp"
#include "foxtail/hub/household.hpp"

#include <algorithm>

namespace foxtail {
namespace {

/// True when every pattern is about this thing and nothing else.
bool only_about(const GrantGiven& given, std::string_view thing) {
    return std::all_of(given.addresses.begin(), given.addresses.end(), [&](const std::string& p) {
        return p.size() > thing.size() && p.starts_with(thing) && p[thing.size()] == '/';
    });
}

Result<void> fits_envelope(const Envelope& envelope, const Value& value) {
    const auto outside = [] {
        return fail(Code::denied, "the value lies outside what the grant allows");
    };
    if (!envelope.allowed.empty()) {
        const auto* text = std::get_if<std::string>(&value);
        const auto as_text = text != nullptr ? *text : to_json(value);
        const auto same = [&](const std::string& one) {
            if (one == as_text) return true;
            const auto parsed = parse_json_value(one);
            return parsed && same_value(*parsed, value);
        };
        if (std::none_of(envelope.allowed.begin(), envelope.allowed.end(), same)) return outside();
    }
    if (!envelope.minimum && !envelope.maximum) return {};
    double number = 0;
    if (std::holds_alternative<bool>(value) || !as_number(value, number)) return outside();
    if (envelope.minimum && number < *envelope.minimum) return outside();
    if (envelope.maximum && number > *envelope.maximum) return outside();
    return {};
}

}  // namespace

Result<void> Household::check_given(GrantGiven& grant, SubjectId by, Moment now) const {
    if (authority_.find(grant.subject) == nullptr || authority_.find(by) == nullptr)
        return fail(Code::not_found, "no such subject");
    if (const Seq parent = grant.terms.parent; parent != 0) {
        const Grant* above = authority_.find_grant(parent);
        const bool theirs = above != nullptr && above->given.subject == by;
        const auto grants = static_cast<std::uint16_t>(Verb::grant);
        if (!theirs || (above->given.verbs & grants) == 0 || above->given.terms.forbid)
            return fail(Code::denied, "grant " + std::to_string(parent) + " cannot be passed on");
        if (above->given.terms.parent != 0)
            return fail(Code::denied, "what was passed on is not passed on again");
        if ((grant.verbs & ~above->given.verbs) != 0)
            return fail(Code::denied, "a grant that is passed on cannot allow more");
        // What has to be erased has to be erased by whom it was passed on to as well.
        const Duration agreed = above->given.terms.erase_after;
        Duration& after = grant.terms.erase_after;
        if (agreed.us > 0 && (after.us == 0 || after > agreed)) after = agreed;
    }
    if (grant.terms.erase_after > erase_after_max)
        return fail(Code::invalid_input, "'obligations.erase_after' is at most 3660 days, not " +
                                             format_duration(grant.terms.erase_after));
    if (grant.terms.forbid && grant.terms.when.at_home) {
        return fail(Code::invalid_input,
                    "'when.network' is for what is given: what is forbidden only at home would be "
                    "allowed from everywhere else");
    }
    Obligation& obligation = grant.terms.obligation;
    // Whole spans are what can be delayed: without one, the minute is.
    if (obligation.delay.us > 0 && obligation.granularity.us == 0)
        obligation.granularity = minutes(1);
    // Without a span there is nothing to put together: every exact value would go out.
    if (obligation.aggregate != Aggregate::last && obligation.granularity.us == 0) {
        return fail(Code::invalid_input,
                    "'obligations.aggregate' needs 'obligations.granularity': '" +
                        std::string(name(obligation.aggregate)) + "' of how long a time?");
    }
    const auto sensible = [](Duration d) {
        return d.us == 0 || (d >= seconds(1) && d <= days(400) && d.us % 1000 == 0);
    };
    if (!sensible(obligation.granularity) || !sensible(obligation.delay))
        return fail(Code::invalid_input, "granularity and delay are 1 second to 400 days");
    if (!grant.from.known()) grant.from = now.wall;
    return {};
}

Result<Seq> Household::give(GrantGiven grant, SubjectId by, Moment now) {
    if (auto good = check_given(grant, by, now); !good) return fail(std::move(good.error()));
    const bool forbid = grant.terms.forbid;
    const Seq seq = append(std::move(grant), by, 0, now);
    if (forbid) end_forbidden_commands(seq, now);
    return seq;
}

Result<Seq> Household::replace(Seq grant, GrantGiven by_this, SubjectId by, Moment now) {
    if (authority_.find_grant(grant) == nullptr)
        return fail(Code::not_found, "no grant " + std::to_string(grant));
    // All that can be wrong with the new one is found before the old one ends.
    if (auto good = check_given(by_this, by, now); !good) return fail(std::move(good.error()));
    end_grants({grant}, ended_as_narrowed, by, grant, now, true);
    return append(std::move(by_this), by, grant, now);
}

std::string Household::address_of(const Pending& command) const {
    if (command.action.empty()) return catalogue_.property(command.property).address;
    return catalogue_.thing(command.thing).spec.id + "/" + command.action;
}

bool Household::may_do(Asker who, const Pending& command, Time now) const {
    if (command.action.empty())
        return authority_.decide(who, Verb::set, command.property, now).allowed;
    return authority_.decide_at(who, Verb::run, address_of(command), now).allowed;
}

/// What somebody asked for under a grant and may not any more.
void Household::end_forbidden_commands(Seq cause, Moment now) {
    std::vector<Seq> over;
    for (const Pending& pending : commands_.all()) {
        if (pending.grant == 0) continue;
        if (!may_do(pending.asker(), pending, now.wall)) over.push_back(pending.seq);
    }
    for (const Seq command : over)
        append(CommandEnded{command, Outcome::failed, "it was forbidden"}, the_hub, cause, now);
}

void Household::end_grants(const std::vector<Seq>& grants, std::string_view reason, SubjectId by,
                           Seq cause, Moment now, bool replaced) {
    for (const Seq grant : grants) {
        GrantEnded ended{grant, std::string(reason)};
        const GrantTerms& terms = authority_.find_grant(grant)->given.terms;
        if (!replaced && !terms.forbid && terms.erase_after.us > 0)
            ended.erase_by =
                authority_.latest(now.wall) + std::min(terms.erase_after, erase_after_max);
        const Seq seq = append(std::move(ended), by, cause, now);
        commands_under_.erase(grant);
        std::vector<Seq> passed_on;
        for (const Grant& other : authority_.grants()) {
            if (other.given.terms.parent == grant) passed_on.push_back(other.id);
        }
        std::vector<Seq> under_way;
        for (const Pending& pending : commands_.all()) {
            if (pending.grant == grant) under_way.push_back(pending.seq);
        }
        for (const Seq command : under_way)
            append(CommandEnded{command, Outcome::failed, "its grant has ended"}, the_hub, seq,
                   now);
        end_grants(passed_on, "it was passed on from grant " + std::to_string(grant), the_hub, seq,
                   now);
    }
}

Result<Seq> Household::take_back(Seq grant, std::string_view reason, SubjectId by, Moment now) {
    if (authority_.find_grant(grant) == nullptr)
        return fail(Code::not_found, "no grant " + std::to_string(grant));
    end_grants({grant}, reason, by, grant, now);
    return seq_;
}

/// Ends are records too: a clock that is set back does not bring a grant back to life.
void Household::end_expired_grants(Moment now) {
    const Time next = authority_.next_end();
    if (!next.known() || next > now.wall || !authority_.time_is_certain(now.wall)) return;
    std::vector<Seq> ended;
    for (const Grant& grant : authority_.grants()) {
        if (grant.given.until.known() && grant.given.until <= now.wall) ended.push_back(grant.id);
    }
    for (const Seq grant : ended) {
        if (authority_.find_grant(grant) != nullptr)
            end_grants({grant}, ended_as_over, the_hub, grant, now);
    }
}

/// As with ends: a clock that is in doubt says of nobody that they were late.
void Household::note_missed_erasures(Moment now) {
    const Time next = erasures_.next_due();
    if (!next.known() || next > now.wall || !authority_.time_is_certain(now.wall)) return;
    const std::vector<Erasures::Asked> all = erasures_.all();
    for (const auto& one : all) {
        if (one.done.known() || one.missed.known() || one.until > now.wall) continue;
        append(ErasureTold{one.grant, one.subject, false}, the_hub, one.ended, now);
    }
}

Result<Seq> Household::erased(Seq grant, Moment now) {
    const auto* asked = erasures_.find(grant);
    if (asked == nullptr)
        return fail(Code::not_found, "nothing is to be erased of grant " + std::to_string(grant));
    if (asked->done.known()) return Seq{0};
    const SubjectId subject = asked->subject;
    return append(ErasureTold{grant, subject, true}, subject, asked->ended, now);
}

Result<Seq> Household::hand_over(ThingOwned owned, SubjectId by, Moment now) {
    const auto unknown = [&](SubjectId id) { return authority_.find(id) == nullptr; };
    if (!catalogue_.knows(owned.thing) ||
        std::any_of(owned.owners.begin(), owned.owners.end(), unknown) ||
        std::any_of(owned.about.begin(), owned.about.end(), unknown))
        return fail(Code::not_found, "no such thing or subject");
    if (owned.owners.size() > Ownership::people_max || owned.about.size() > Ownership::people_max)
        return fail(Code::invalid_input, "a thing has at most 64 owners, and is about at most 64");
    if (authority_.ownership().epochs(owned.thing).size() >= Ownership::epochs_max)
        return fail(Code::exhausted, "the thing has changed hands too often");
    const auto sort_once = [](std::vector<SubjectId>& people) {
        std::sort(people.begin(), people.end());
        people.erase(std::unique(people.begin(), people.end()), people.end());
    };
    sort_once(owned.owners);
    sort_once(owned.about);
    const ThingId thing = owned.thing;
    const std::vector<SubjectId> about = owned.about;
    const Seq seq = append(std::move(owned), by, 0, now);
    std::vector<Seq> former;
    for (const Grant& grant : authority_.grants()) {
        const bool still = authority_.owns(grant.grantor, thing) ||
                           std::find(about.begin(), about.end(), grant.grantor) != about.end();
        if (!still && only_about(grant.given, catalogue_.thing(thing).spec.id))
            former.push_back(grant.id);
    }
    for (const Seq grant : former) {
        if (authority_.find_grant(grant) != nullptr)
            end_grants({grant}, "who gave it no longer owns the thing", the_hub, seq, now);
    }
    return seq;
}

/// What grants listen to is as it is believed now, if it was said since the start.
void Household::hear_presence() {
    for (std::uint32_t i = 0; i < catalogue_.properties().size(); ++i) {
        if (!authority_.listens_to({i})) continue;
        const Belief& belief = twin_.belief({i});
        authority_.heard({i}, belief.boot == twin_.boot() ? belief.value : Value{});
    }
}

Result<void> Household::within_envelopes(Asker who, Verb verb, std::string_view address,
                                         CommandAsked& asked, Moment now) {
    Result<void> fitting;
    constexpr Duration hour = hours(1);
    std::vector<Seq> counted;
    // What is somebody's own, and was given them by nobody, is nobody's to confirm.
    const bool granted = asked.grant != 0;
    asked.at_home = granted && who.at_home;
    authority_.each_applying(who, verb, address, now.wall, [&](const Grant& grant) {
        const Envelope& envelope = grant.given.terms.envelope;
        if (fitting) fitting = fits_envelope(envelope, asked.value);
        if (envelope.confirm && granted) asked.confirm_within = confirm_within;
        if (envelope.per_hour == 0 || !fitting) return;
        auto& times = commands_under_[grant.id];
        while (!times.empty() && times.front() + hour <= now.mono) times.pop_front();
        if (times.size() >= envelope.per_hour)
            fitting = fail(Code::denied, "the grant allows " + std::to_string(envelope.per_hour) +
                                             " commands an hour");
        counted.push_back(grant.id);
    });
    if (!fitting) return fitting;
    for (const Seq grant : counted) commands_under_[grant].push_back(now.mono);
    return {};
}

/// It was counted when it was asked.
bool Household::fits_envelopes(const Pending& wish, Time now) const {
    bool fits = true;
    authority_.each_applying(
        wish.asker(), wish.action.empty() ? Verb::set : Verb::run, address_of(wish), now,
        [&](const Grant& grant) {
            fits = fits && fits_envelope(grant.given.terms.envelope, wish.value).has_value();
        });
    return fits;
}

}  // namespace foxtail
