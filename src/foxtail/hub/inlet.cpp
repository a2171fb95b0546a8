// What a connector may do with the hub, and nothing else.
#include "foxtail/base/lookalike.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/hub/hub.hpp"
#include "foxtail/hub/outline.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {
namespace {

constexpr Duration dropped_record_every = minutes(1);

}  // namespace

Result<Inlet> Hub::attach(std::string_view name, Outlet& outlet) {
    const auto subject = name_subject("connector:" + std::string(name), SubjectKind::connector);
    if (!subject) return fail(subject.error());
    if (outlets_.size() <= subject->index) outlets_.resize(subject->index + 1);
    outlets_[subject->index] = &outlet;
    if (paused_) outlet.pause(true);
    return Inlet(*this, *subject);
}

void Hub::detach(Outlet& outlet) {
    std::replace(outlets_.begin(), outlets_.end(), &outlet, static_cast<Outlet*>(nullptr));
}

void Inlet::leave_only(const std::vector<std::string>& things) {
    const std::string name = hub_->authority().find(subject_)->name;
    std::vector<std::string> gone_ones;
    for (const Thing& thing : catalogue().things()) {
        const bool mine = thing.present && thing.brought_by == name;
        if (mine && std::find(things.begin(), things.end(), thing.spec.id) == things.end())
            gone_ones.push_back(thing.spec.id);
    }
    for (const auto& thing : gone_ones) gone(thing);
}

bool Inlet::accepting() const {
    return !hub_->health_.read_only && hub_->pending_.size() < Hub::pending_max;
}

const Catalogue& Inlet::catalogue() const {
    return hub_->household_.catalogue();
}

Result<ThingId> Inlet::tell(const ThingSpec& spec) {
    if (!accepting()) return fail(Code::unavailable, "the record cannot be kept now");
    const auto overlay = hub_->overlays_.find(spec.id);
    const bool pretends = takes_after_another(spec);
    if (overlay == hub_->overlays_.end() && !pretends) return tell_as_it_is(spec);
    ThingSpec ours = spec;
    if (pretends) ours.title = with_numbers(spec.title);
    // What the household itself calls it is what it means.
    if (overlay != hub_->overlays_.end()) lay_over(ours, overlay->second);
    return tell_as_it_is(ours);
}

/// True for a title that a person would read as another: of two alphabets in a word, or as another
/// thing's looks.
bool Inlet::takes_after_another(const ThingSpec& spec) const {
    if (mixes_alphabets(spec.title)) return true;
    const std::string looks = as_it_looks(spec.title);
    if (looks == spec.title) return false;
    const auto& all = catalogue().things();
    return std::any_of(all.begin(), all.end(), [&](const Thing& other) {
        return other.present && other.spec.id != spec.id && other.spec.title != spec.title &&
               as_it_looks(other.spec.title) == looks;
    });
}

Result<ThingId> Inlet::tell_as_it_is(const ThingSpec& spec) {
    auto told = hub_->household_.tell(subject_, spec, hub_->now());
    hub_->touched();
    return told;
}

void Inlet::gone(std::string_view thing) {
    if (!accepting()) return;
    if (hub_->household_.gone(subject_, thing, hub_->now())) hub_->touched();
}

Result<Seq> Inlet::report(Reading reading, Seq cause) {
    if (!accepting()) {
        dropped("store", 1);
        return fail(Code::unavailable, "the record cannot be kept now");
    }
    auto seq = hub_->household_.report(subject_, std::move(reading), hub_->now(), cause);
    hub_->touched();
    return seq;
}

void Inlet::misfit(PropertyId property, std::string_view said, std::string_view reason) {
    if (!accepting()) return dropped("store", 1);
    hub_->household_.misfit(subject_, property, said, reason, hub_->now());
    hub_->touched();
}

Result<Seq> Inlet::happened(std::string_view thing, std::string_view event, Value detail) {
    if (!accepting()) {
        dropped("store", 1);
        return fail(Code::unavailable, "the record cannot be kept now");
    }
    auto seq = hub_->household_.happened(subject_, thing, event, std::move(detail), hub_->now());
    hub_->touched();
    return seq;
}

void Inlet::answer(Seq command, Outcome outcome, std::string_view detail) {
    hub_->household_.answer(command, outcome, detail, hub_->now());
    hub_->touched();
}

void Inlet::refuse(std::string_view source, std::string_view topic, std::string_view sample,
                   std::string_view reason, Sample shown) {
    const Moment when = hub_->now();
    const bool whole = shown == Sample::whole;
    const std::string told = printable(whole ? std::string(sample) : outline(sample), 200);
    const std::string why =
        printable(whole ? std::string(reason) : without_said(reason, sample), 300);
    const auto count = hub_->problems_.note(source, topic, told, why, when);
    if (count > 0 && accepting()) {
        hub_->household_.note(
            subject_, InputRefused{printable(source, 100), printable(topic, 200), told, why, count},
            when);
        hub_->affairs_changed();
        hub_->touched();
    }
}

bool Inlet::about_nobody(ThingId thing) const {
    const Thing& known = catalogue().thing(thing);
    if (known.spec.kind == ThingKind::person || known.spec.kind == ThingKind::vehicle) return false;
    const OwnershipEpoch* epoch = hub_->authority().ownership().now(thing);
    if (epoch != nullptr && (!epoch->owners.empty() || !epoch->about.empty())) return false;
    const auto& all = known.spec.properties;
    return std::none_of(all.begin(), all.end(), [](const PropertySpec& property) {
        return property.sensitivity == Sensitivity::personal;
    });
}

void Inlet::dropped(std::string_view where, std::uint64_t count) {
    auto at = hub_->dropped_.find(where);
    if (at == hub_->dropped_.end())
        at = hub_->dropped_.emplace(std::string(where), Hub::Drops{}).first;
    at->second.count += count;
    hub_->note_dropped();
}

/// On record when it begins and once a minute while it goes on; while nothing can be recorded, as
/// soon as something can.
void Hub::note_dropped() {
    if (health_.read_only || pending_.size() >= pending_max || stopping_) return;
    const Moment when = now();
    bool noted = false;
    for (auto& [where, drops] : dropped_) {
        if (drops.count == drops.recorded) continue;
        if (drops.recorded != 0 && when.mono - drops.when < dropped_record_every) continue;
        household_.note(the_hub, Dropped{where, drops.count - drops.recorded}, when);
        drops.recorded = drops.count;
        drops.when = when.mono;
        noted = true;
    }
    if (noted) touched();
}

Result<void> Inlet::kept(
    const std::function<void(std::string_view name, std::string_view bytes)>& each) const {
    return hub_->store_.kept(subject_, each);
}

void Inlet::keep(std::string name, std::string bytes) {
    if (hub_->pending_.empty() && !hub_->keepsakes_wait())
        hub_->oldest_pending_ = hub_->environment_.clock.monotonic();
    ++hub_->keepsakes_;
    hub_->store_.keep({subject_, std::move(name), std::move(bytes)});
    hub_->touched();
}

void Inlet::when_durable(std::function<void(Result<void>)> then) {
    hub_->when_durable(hub_->household_.head(), std::move(then));
}

}  // namespace foxtail
