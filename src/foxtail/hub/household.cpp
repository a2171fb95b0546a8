#include "foxtail/hub/household.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foxtail {
namespace {

/// NaN and infinity have no JSON, and a refused value may be one.
std::string shown_value(const Value& value) {
    if (const auto* d = std::get_if<double>(&value); d != nullptr && !std::isfinite(*d))
        return "not a finite number";
    return printable(to_json(value), 200);
}

/// What an event carries has no type to fit, but it must be one of what was announced (a number
/// counts as it is written), and possible to keep and to show.
Result<void> check_detail(const EventSpec& spec, const Value& detail) {
    const auto announced = [&] {
        const auto* text = std::get_if<std::string>(&detail);
        const auto kind = text != nullptr ? *text : to_json(detail);
        return std::find(spec.kinds.begin(), spec.kinds.end(), kind) != spec.kinds.end();
    };
    if (!spec.kinds.empty() && !announced()) {
        return fail(Code::invalid_input, "event '" + spec.name + "' of kind " +
                                             shown_value(detail) + ", which was not announced");
    }
    if (const auto* d = std::get_if<double>(&detail); d != nullptr && !std::isfinite(*d)) {
        return fail(Code::invalid_input, "an event's detail is not a finite number");
    }
    const auto* text = std::get_if<std::string>(&detail);
    if (const auto* json = std::get_if<Json>(&detail)) text = &json->text;
    if (text == nullptr || (text->size() <= string_value_bytes_max && valid_utf8(*text))) return {};
    return fail(Code::invalid_input, "an event's detail of " + std::to_string(text->size()) +
                                         " bytes, expected UTF-8 of at most " +
                                         std::to_string(string_value_bytes_max));
}

constexpr Duration at_least_zero(Duration d) {
    return d.us < 0 ? Duration{0} : d;
}

}  // namespace

Household::Household(const Zone& zone)
    : zone_(zone), authority_(catalogue_, &zone), rules_(catalogue_, twin_, zone) {
    authority_.apply(SubjectNamed{the_hub, "hub", SubjectKind::hub});
    rules_.look_through(eyes_);
}

// ---- the fold: how a record becomes state; live and in replay the same ----

Seq Household::append(Body body, SubjectId actor, Seq cause, Moment now) {
    notice_clock(now);
    records_.push_back({++seq_, now.wall, actor, cause, std::move(body)});
    fold(records_.back());
    return seq_;
}

std::optional<Change> Household::fold_reading(const Record& record, const Reading& reading) {
    const Pending* command = record.cause != 0 ? commands_.led_by(record.cause) : nullptr;
    const auto change =
        twin_.apply(reading, record.seq, record.time, command != nullptr ? command->depth : 0,
                    hand_in(reading, command));
    if (authority_.listens_to(reading.property))
        authority_.heard(reading.property, twin_.belief(reading.property).value);
    return change;
}

void Household::fold(const Record& record) {
    last_time_ = record.time;
    if (const auto* reading = std::get_if<Reading>(&record.body)) {
        change_ = fold_reading(record, *reading);
    } else if (const auto* refused = std::get_if<ReadingRefused>(&record.body)) {
        twin_.refuse(refused->property, record.seq);
    } else if (const auto* told = apart_if<ThingTold>(record.body)) {
        const auto done = catalogue_.tell(told->spec, told->brought_by);
        FOX_ASSERT(done.has_value(), "what is on record was checked before it was recorded");
        twin_.grow(catalogue_.properties().size());
        authority_.told(catalogue_.thing(done->thing));
        places_.told(done->thing, told->spec.place);
    } else if (const auto* gone = std::get_if<ThingGone>(&record.body)) {
        catalogue_.remove(gone->thing);
    } else if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        commands_.apply(record, *asked);
        if (asked->action.empty() && asked->confirm_within.us == 0)
            twin_.want(asked->property, asked->value, record.seq);
    } else if (const auto* ended = std::get_if<CommandEnded>(&record.body)) {
        commands_.apply(*ended);
    } else if (const auto* confirmed = std::get_if<WishConfirmed>(&record.body)) {
        commands_.apply(record.seq, *confirmed);
        if (confirmed->action.empty())
            twin_.want(confirmed->property, confirmed->value, confirmed->command);
    } else if (const auto* waits = std::get_if<RuleWaits>(&record.body)) {
        waits_.push_back({record.seq, record.time, *waits});
    } else if (const auto* ran = std::get_if<RuleRan>(&record.body)) {
        // A run that goes on after a wait has that wait as its cause: the wait is over.
        std::erase_if(waits_, [&](const Wait& w) {
            return w.seq == record.cause && w.what.rule == ran->rule;
        });
    } else if (const auto* named = std::get_if<SubjectNamed>(&record.body)) {
        authority_.apply(*named);
    } else if (const auto* given = apart_if<GrantGiven>(record.body)) {
        authority_.apply(record.seq, *given, record.actor);
        if (!given->terms.when.presence.empty()) hear_presence();
    } else if (const auto* taken = std::get_if<GrantEnded>(&record.body)) {
        const Grant* grant = authority_.find_grant(taken->grant);
        if (grant != nullptr && taken->erase_by.known())
            erasures_.ask(*grant, record.seq, record.time, taken->erase_by);
        authority_.apply(*taken);
        usage_.end(taken->grant);
    } else if (const auto* started = std::get_if<Started>(&record.body)) {
        twin_.start(started->boot);
        authority_.forget_presence();
    } else if (const auto* owned = std::get_if<ThingOwned>(&record.body)) {
        authority_.apply(record.seq, record.time, *owned);
    } else if (const auto* jumped = std::get_if<ClockJumped>(&record.body)) {
        authority_.apply(record.time, *jumped);
    } else {
        fold_people(record);
    }
}

void Household::fold_people(const Record& record) {
    if (const auto* invited = std::get_if<Invited>(&record.body)) {
        people_.apply(record.seq, record.actor, *invited);
    } else if (const auto* taken = std::get_if<InvitationEnded>(&record.body)) {
        people_.apply(*taken);
    } else if (const auto* left = std::get_if<SubjectLeft>(&record.body)) {
        people_.left(authority_.find(left->subject)->name);
        authority_.apply(*left);
    } else if (const auto* suspended = std::get_if<GrantsSuspended>(&record.body)) {
        authority_.apply(*suspended);
    } else if (const auto* confirmed = std::get_if<GrantConfirmed>(&record.body)) {
        authority_.apply(*confirmed);
    } else if (const auto* forgotten = std::get_if<Forgotten>(&record.body)) {
        fold_forgotten(record.seq, *forgotten);
    } else if (const auto* erasure = std::get_if<ErasureTold>(&record.body)) {
        erasures_.apply(record.time, *erasure);
    } else if (const auto* read = std::get_if<OutsideRead>(&record.body)) {
        for (const auto& used : read->used) {
            if (authority_.find_grant(used.grant) != nullptr)
                usage_.apply(month(read->until), read->until, used);
        }
    }
}

Result<void> Household::replay(const Record& record) {
    if (record.seq != seq_ + 1) {
        return fail(Code::corrupt, "record " + std::to_string(record.seq) + " follows record " +
                                       std::to_string(seq_));
    }
    if (const char* wrong = contradiction(record)) {
        return fail(Code::corrupt, "record " + std::to_string(record.seq) + " " + wrong);
    }
    seq_ = record.seq;
    fold(record);
    if (const auto* told = apart_if<ThingTold>(record.body)) {
        for (std::size_t i = 0; i < told->ids.size(); ++i) {
            if (catalogue_.find_property(told->spec.id, told->spec.properties[i].name)->id ==
                told->ids[i])
                continue;
            return fail(Code::corrupt, "record " + std::to_string(record.seq) +
                                           " numbers its properties otherwise");
        }
    }
    return {};
}

/// What fold() takes for granted holds for what this program recorded, but a journal can be
/// damaged. Null when it holds.
const char* Household::contradiction(const Record& record) const {
    if (const auto* reading = std::get_if<Reading>(&record.body)) {
        if (!catalogue_.knows(reading->property)) return "reads a property that was never told";
    } else if (const auto* refused = std::get_if<ReadingRefused>(&record.body)) {
        if (!catalogue_.knows(refused->property))
            return "refuses a reading of a property that was never told";
    } else if (const auto* told = apart_if<ThingTold>(record.body)) {
        const auto would = catalogue_.would_tell(told->spec, told->brought_by);
        if (!would || would->thing != told->thing) return "tells of a thing that cannot be";
        if (told->ids.size() != told->spec.properties.size())
            return "numbers its properties otherwise";
    } else if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        const bool known = asked->action.empty() ? catalogue_.knows(asked->property)
                                                 : catalogue_.knows(asked->thing);
        if (!known) return "commands what was never told";
        if (authority_.find(asked->agent) == nullptr) return "was led to by nobody";
    } else if (const auto* waits = std::get_if<RuleWaits>(&record.body)) {
        if (authority_.find(waits->agent) == nullptr) return "was led to by nobody";
    } else if (const auto* confirmed = std::get_if<WishConfirmed>(&record.body)) {
        if (!(confirmed->action.empty() ? catalogue_.knows(confirmed->property)
                                        : catalogue_.knows(confirmed->thing)) ||
            confirmed->command >= record.seq)
            return "confirms what was never asked";
    } else if (const auto* named = std::get_if<SubjectNamed>(&record.body)) {
        if (named->id.index != authority_.subjects().size() ||
            authority_.find(named->name) != nullptr) {
            return "names a subject out of turn";
        }
    } else if (const auto* given = apart_if<GrantGiven>(record.body)) {
        if (authority_.find(given->subject) == nullptr) return "gives a grant to nobody";
        if (authority_.find(record.actor) == nullptr) return "gives a grant of nobody's";
        if (given->terms.parent >= record.seq) return "passes on a grant of the future";
    } else if (const auto* owned = std::get_if<ThingOwned>(&record.body)) {
        const auto unknown = [&](SubjectId id) { return authority_.find(id) == nullptr; };
        if (!catalogue_.knows(owned->thing)) return "hands over what was never told";
        if (owned->owners.size() > Ownership::people_max ||
            owned->about.size() > Ownership::people_max ||
            std::any_of(owned->owners.begin(), owned->owners.end(), unknown) ||
            std::any_of(owned->about.begin(), owned->about.end(), unknown))
            return "hands a thing over to nobody";
    } else if (const auto* left = std::get_if<SubjectLeft>(&record.body)) {
        if (left->subject == the_hub || authority_.find(left->subject) == nullptr)
            return "lets nobody leave";
    } else if (const auto* forgotten = std::get_if<Forgotten>(&record.body)) {
        const auto unknown = [&](PropertyId id) { return !catalogue_.knows(id); };
        if (!catalogue_.knows(forgotten->thing) ||
            std::any_of(forgotten->properties.begin(), forgotten->properties.end(), unknown))
            return "forgets what was never told";
    }
    return nullptr;
}

// ---- start and stop ----

void Household::start(Moment now, std::string_view version) {
    // A wall clock behind the last record (a board without a battery) is a jump like any other.
    if (last_time_.known() && now.wall < last_time_ - clock_jump_min) {
        append(ClockJumped{now.wall - last_time_}, the_hub, 0, now);
    }
    const Seq started = append(Started{twin_.boot() + 1, std::string(version)}, the_hub, 0, now);
    // Whether a command left before the stop is not known, so it must not leave (again) now.
    const std::vector<Pending> under_way(commands_.all().begin(), commands_.all().end());
    // A wall clock that came back set wrong must not hold a wait for years.
    const auto left = [&](Time since, Time until) {
        return at_least_zero(std::min(until - now.wall, until - since));
    };
    for (const Pending& p : under_way) {
        if (p.waits()) {  // nothing has left: a person may still say so
            timers_.set(now.mono + left(p.asked_at, p.asked_at + p.confirm_within),
                        Timers::Kind::confirmation, p.seq);
            continue;
        }
        append(CommandEnded{p.seq, Outcome::timed_out, "the program was started anew"}, the_hub,
               started, now);
    }
    for (const Wait& w : waits_)
        timers_.set(now.mono + left(w.since, w.what.until), Timers::Kind::wait, w.seq);
    rules_.rebind();
}

void Household::stop(Moment now) {
    append(Stopped{}, the_hub, 0, now);
}

// ---- subjects and grants ----

Result<SubjectId> Household::name_subject(std::string_view name, SubjectKind kind, SubjectId by,
                                          Moment now) {
    if (const Subject* known = authority_.find(name)) {
        if (known->kind == kind) return known->id;
        return fail(Code::conflict,
                    "'" + printable(name) + "' is already a " + foxtail::name(known->kind));
    }
    if (name.empty() || name.size() > 200 || !valid_utf8(name)) {
        return fail(Code::invalid_input, "a subject's name has 1 to 200 bytes of UTF-8");
    }
    const SubjectId id{static_cast<std::uint32_t>(authority_.subjects().size())};
    append(SubjectNamed{id, std::string(name), kind}, by, 0, now);
    return id;
}

// ---- things and readings ----

Result<ThingId> Household::tell(SubjectId connector, const ThingSpec& spec, Moment now) {
    const Thing* known = catalogue_.find_thing(spec.id);
    constexpr ThingId nobody{std::numeric_limits<std::uint32_t>::max()};
    const auto place = places_.spelling(known == nullptr ? nobody : known->id, spec.place);
    if (place != spec.place) {
        ThingSpec same_place = spec;
        same_place.place = place;
        return tell_as_is(connector, same_place, now);
    }
    return tell_as_is(connector, spec, now);
}

Result<ThingId> Household::tell_as_is(SubjectId connector, const ThingSpec& spec, Moment now) {
    const Subject* subject = authority_.find(connector);
    if (subject == nullptr) return fail(Code::denied, "no such connector");
    auto would = catalogue_.would_tell(spec, subject->name);
    if (!would) return fail(std::move(would.error()));
    if (!would->created && !would->changed) return would->thing;
    // The record names the numbers that telling gives, so the catalogue is asked first and told by
    // the fold.
    Catalogue& catalogue = catalogue_;
    const auto told = catalogue.tell(spec, subject->name);
    FOX_ASSERT(told.has_value(), "would_tell and tell agree");
    ThingTold body{spec, subject->name, told->thing, {}};
    for (const PropertySpec& p : spec.properties)
        body.ids.push_back(catalogue.find_property(spec.id, p.name)->id);
    append(std::move(body), connector, 0, now);
    rules_.rebind();
    return told->thing;
}

Result<void> Household::gone(SubjectId connector, std::string_view thing, Moment now) {
    const Thing* known = catalogue_.find_thing(thing);
    const Subject* subject = authority_.find(connector);
    if (known == nullptr || subject == nullptr || known->brought_by != subject->name) {
        return fail(Code::not_found, "no thing '" + printable(thing) + "' of this connector");
    }
    if (!known->present) return {};
    append(ThingGone{known->id}, connector, 0, now);
    rules_.rebind();
    return {};
}

// The life of a reading, in the order it happens; docs/life-of-a-reading.md is this with pictures.
// [life of a reading]
Result<Seq> Household::report(SubjectId connector, Reading reading, Moment now, Seq cause) {
    now.wall = to_millisecond(now.wall);
    const PropertyId id = reading.property;
    if (!catalogue_.knows(id)) return fail(Code::not_found, "no such property");

    // allow?
    if (!authority_.decide(connector, Verb::report, id, now.wall).allowed) {
        ++figures_.readings_denied;
        return Authority::denied();
    }

    // model: does it fit?
    const PropertySpec& spec = catalogue_.property(id).spec;
    if (!fits_as_is(spec, reading.value)) {
        auto fitting = fit(spec, reading.value);
        if (!fitting) return refuse(connector, reading, std::move(fitting.error()), now);
        reading.value = std::move(*fitting);
    }
    // Nothing is true before it is so: a device whose clock is ahead must not lock out the rest.
    reading.source_time = std::min(to_millisecond(reading.source_time), now.wall);

    // Does it answer a command? If not it is external: nobody commanded it, and nobody guesses.
    const bool late = twin_.late(reading);
    const Pending* command = late ? nullptr : commands_.matching(spec, id, reading.value);
    const Seq answers = command != nullptr ? command->seq : 0;
    const Seq because = command != nullptr ? command->led() : cause <= head() ? cause : 0;

    // record, twin
    const Seq seq = append(std::move(reading), connector, because, now);
    ++figures_.readings;
    if (answers != 0) confirm(id, seq, answers, now);

    // rules, and what they command
    if (change_ && change_->changed && rules_.mentions(id)) {
        rules_.changed(*change_, now, fresh_runs());
        if (!runs_.empty()) react(runs_, seq, {change_->depth, change_->agent}, now);
    }
    return seq;
}
// [life of a reading]

Result<Seq> Household::refuse(SubjectId connector, const Reading& reading, Error why, Moment now) {
    ++figures_.readings_refused;
    append(ReadingRefused{reading.property, shown_value(reading.value), why.message}, connector, 0,
           now);
    return fail(std::move(why));
}

void Household::misfit(SubjectId connector, PropertyId property, std::string_view said,
                       std::string_view reason, Moment now) {
    if (!catalogue_.knows(property)) return;
    if (!authority_.decide(connector, Verb::report, property, now.wall).allowed) {
        ++figures_.readings_denied;
        return;
    }
    ++figures_.readings_refused;
    if (twin_.belief(property).refused != 0) return;  // who sends nonsense must not fill the disk
    append(ReadingRefused{property, printable(said, 200), printable(reason, 300)}, connector, 0,
           now);
}

Result<Seq> Household::happened(SubjectId connector, std::string_view thing, std::string_view event,
                                Value detail, Moment now) {
    const Thing* known = catalogue_.find_thing(thing);
    const Subject* subject = authority_.find(connector);
    if (known == nullptr || subject == nullptr || known->brought_by != subject->name)
        return Authority::denied();
    const auto& events = known->spec.events;
    const auto spec = std::find_if(events.begin(), events.end(),
                                   [&](const EventSpec& e) { return e.name == event; });
    if (spec == events.end()) {
        return fail(Code::not_found,
                    "thing '" + known->spec.id + "' has no event '" + printable(event) + "'");
    }
    if (auto good = check_detail(*spec, detail); !good) {
        ++figures_.events_refused;
        return fail(std::move(good.error()));
    }
    const Seq seq = append(EventHappened{known->id, std::string(event), detail}, connector, 0, now);
    rules_.happened(known->spec.id, event, detail, now, fresh_runs());
    if (!runs_.empty()) react(runs_, seq, {}, now);
    return seq;
}

void Household::confirm(PropertyId property, Seq reading, Seq command, Moment now) {
    // What was asked before the confirmed wish and is still open has been overtaken by it.
    overtaken_.clear();
    if (const auto* waiting = commands_.waiting(property)) {
        for (const Seq seq : *waiting) {
            overtaken_.push_back(seq);
            if (seq == command) break;
        }
    }
    for (const Seq seq : overtaken_) {
        const bool this_one =
            seq == command || fulfils(catalogue_.property(property).spec,
                                      commands_.find(seq)->value, twin_.belief(property).value);
        append(CommandEnded{seq, this_one ? Outcome::confirmed : Outcome::failed,
                            this_one ? std::string()
                                     : "overtaken by command " + std::to_string(command)},
               the_hub, reading, now);
    }
}

// ---- time ----

void Household::notice_clock(Moment now) {
    const auto before = last_moment_;
    last_moment_ = now;
    if (!before) return;
    const Duration jump = (now.wall - before->wall) - (now.mono - before->mono);
    if (jump > clock_jump_min || jump < Duration{-clock_jump_min.us}) {
        append(ClockJumped{jump}, the_hub, 0, now);
    }
}

void Household::tick(Moment now) {
    notice_clock(now);
    end_expired_grants(now);
    end_expired_people(now);
    note_missed_erasures(now);
    notice_blind_rules(now);
    tell_left_out(now);
    while (const auto due = timers_.take(now.mono)) {
        if (due->kind == Timers::Kind::command) {
            expire(due->seq, now);
        } else if (due->kind == Timers::Kind::confirmation) {
            give_up_waiting(due->seq, now);
        } else {
            resume(due->seq, now);
        }
    }
    rules_.tick(now, fresh_runs());
    if (!runs_.empty()) react(runs_, 0, {}, now);  // time starts a chain of its own
}

std::optional<Duration> Household::next_wake(Moment now) const {
    if (rules_.generation() != 0 && blind_at_ != std::pair(authority_.epoch(), rules_.generation()))
        return now.mono;
    auto next = timers_.next();
    const auto rule = rules_.next_wake(now);
    if (rule && (!next || *rule < *next)) next = rule;
    for (const auto& [subject, denials] : denials_) {
        const Duration over = denials.began + minutes(1);
        if (denials.left_out > 0 && (!next || over < *next)) next = over;
    }
    Time end;
    for (const Time one : {authority_.next_end(), people_.next_end(), erasures_.next_due()}) {
        if (one.known() && (!end.known() || one < end)) end = one;
    }
    if (end.known()) {
        // A grant ends on the wall's clock; while that is in doubt nothing ends for good.
        const Duration wait = authority_.time_is_certain(now.wall)
                                  ? end - now.wall
                                  : std::max(end - now.wall, Authority::doubt_lasts);
        const Duration at = now.mono + at_least_zero(std::min(wait, days(1)));
        if (!next || at < *next) next = at;
    }
    return next;
}

}  // namespace foxtail
