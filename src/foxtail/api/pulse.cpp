#include "foxtail/api/pulse.hpp"

#include <algorithm>

namespace foxtail::api {
namespace {
constexpr Duration mark_every = seconds(2);
constexpr std::size_t marks_max = 6;
}  // namespace

Pulse::Pulse(Door house) : house_(house), start_(house.head()), seen_(house.head()) {
    house_.watch(*this);
}
Pulse::~Pulse() {
    house_.unwatch(*this);
}

Seq Pulse::told_at(ThingId thing) const {
    const Seq at = thing.index < told_at_.size() ? told_at_[thing.index] : 0;
    return at == 0 ? start_ : at;
}

std::string_view Pulse::command_address(Seq command) const {
    const auto at = std::lower_bound(commands_.begin(), commands_.end(), command,
                                     [](const auto& one, Seq seq) { return one.first < seq; });
    return at != commands_.end() && at->first == command ? std::string_view(at->second)
                                                         : std::string_view();
}

template <class Tell>
void Pulse::tell_all(Tell tell) {
    // Who is told may leave, and take others along.
    const std::vector<Ear*> ears = ears_;
    for (Ear* ear : ears) {
        if (std::find(ears_.begin(), ears_.end(), ear) != ears_.end()) tell(*ear);
    }
}

void Pulse::count_reading() {
    ++readings_;
    const Time now = house_.now();
    const bool jumped = !marks_.empty() && now < marks_.back().at;
    if (jumped) marks_.clear();
    if (!marks_.empty() && now - marks_.back().at < mark_every) return;
    marks_.push_back({now, readings_});
    if (marks_.size() > marks_max) marks_.pop_front();
}

double Pulse::readings_per_s() const {
    if (marks_.empty()) return 0;
    const Duration span = house_.now() - marks_.front().at;
    if (span < seconds(1) || span > mark_every * 30) return 0;
    return static_cast<double>(readings_ - marks_.front().readings) * 1e6 /
           static_cast<double>(span.us);
}

void Pulse::reading(const Property&, const Belief& belief, Quality) {
    seen_ = std::max(seen_, belief.seq);
    count_reading();
}

void Pulse::record(const Record& record) {
    seen_ = std::max(seen_, record.seq);
    const auto changed = [&](ThingId thing) {
        if (told_at_.size() <= thing.index) told_at_.resize(thing.index + 1);
        told_at_[thing.index] = record.seq;
        tell_all([&](Ear& ear) { ear.thing_changed(thing); });
    };
    if (const auto* told = apart_if<ThingTold>(record.body)) {
        changed(told->thing);
    } else if (const auto* gone = std::get_if<ThingGone>(&record.body)) {
        changed(gone->thing);
    } else if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        const Catalogue& names = house_.names();
        commands_.emplace_back(record.seq,
                               asked->action.empty()
                                   ? names.property(asked->property).address
                                   : names.thing(asked->thing).spec.id + "/" + asked->action);
        if (commands_.size() > commands_max) commands_.pop_front();
        if (asked->confirm_within.us > 0) tell_all([](Ear& ear) { ear.waiting_changed(); });
    } else if (std::holds_alternative<WishConfirmed>(record.body)) {
        tell_all([](Ear& ear) { ear.waiting_changed(); });
    } else if (const auto* ended = std::get_if<CommandEnded>(&record.body)) {
        tell_all([&](Ear& ear) { ear.command_ended(*ended); });
    }
}

void Pulse::affairs_changed() {
    tell_all([](Ear& ear) { ear.affairs_changed(); });
}

}  // namespace foxtail::api
