#include "foxtail/grants/reach.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/grants/pattern.hpp"

#include <algorithm>

namespace foxtail {
namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view address) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& p) { return matches_address(p, address); });
}

bool in_classes(std::uint8_t classes, const Catalogue& catalogue, std::string_view address) {
    if (classes == 0) return true;
    const auto slash = address.find('/');
    const Thing* thing = catalogue.find_thing(address.substr(0, slash));
    if (thing == nullptr || slash == std::string_view::npos) return false;
    const auto member = address.substr(slash + 1);
    Sensitivity its = Sensitivity::home;  // of events
    if (const Property* property = catalogue.find_property(thing->spec.id, member)) {
        its = property->spec.sensitivity;
    } else {
        for (const ActionSpec& action : thing->spec.actions) {
            if (action.name == member) its = action.sensitivity;
        }
    }
    if (thing->spec.kind == ThingKind::person && its == Sensitivity::home)
        its = Sensitivity::personal;
    return (unsigned{classes} >> static_cast<unsigned>(its) & 1U) != 0;
}

}  // namespace

bool reaches(const std::vector<std::string>& addresses, const std::vector<std::string>& except,
             std::uint8_t classes, const Catalogue& catalogue, std::string_view address) {
    return any_matches(addresses, address) && !any_matches(except, address) &&
           in_classes(classes, catalogue, address);
}

void Reach::put(PropertyId property, bool reached) {
    const std::uint32_t word = property.index / 64;
    const std::uint64_t bit = std::uint64_t{1} << (property.index % 64);
    if (!reached) {
        if (word - first_ < bits_.size()) bits_[word - first_] &= ~bit;
        return;
    }
    if (bits_.empty()) first_ = word;
    if (word < first_) {
        bits_.insert(bits_.begin(), first_ - word, 0);
        first_ = word;
    }
    if (word - first_ >= bits_.size()) bits_.resize(word - first_ + 1);
    bits_[word - first_] |= bit;
}

const Reach& Reaches::share(const ReachWords& words) {
    const auto [at, is_new] = all_.try_emplace(words);
    Reach& reach = at->second;
    ++reach.grants_;
    if (!is_new) return reach;
    reach.words_ = &at->first;
    // Thing by thing: most patterns name one thing, or one member of many.
    for (const auto& pattern : words.addresses) {
        const auto slash = pattern.find('/');
        const bool all = pattern == "*";
        if (!all && (slash == std::string::npos || pattern.starts_with(topic_prefix))) continue;
        const auto things = std::string_view(pattern).substr(0, slash);
        if (!all && things.find('*') == std::string_view::npos) {
            if (const Thing* thing = catalogue_.find_thing(things)) put(reach, *thing);
            continue;
        }
        for (const Thing& thing : catalogue_.things()) {
            if (all || matches_address(things, thing.spec.id)) put(reach, thing);
        }
    }
    return reach;
}

void Reaches::release(const Reach& reach) {
    const auto at = all_.find(*reach.words_);
    FOX_ASSERT(at != all_.end() && &at->second == &reach, "only what was shared is let go of");
    if (--at->second.grants_ == 0) all_.erase(at);
}

void Reaches::told(const Thing& thing) {
    for (auto& [words, reach] : all_) put(reach, thing);
}

/// A bit stands where the words reach and the giver had something to give; whether they still have
/// is asked at the decision for things that were ever spoken of, and needs no asking for the
/// others.
void Reaches::put(Reach& reach, const Thing& thing) const {
    const ReachWords& words = *reach.words_;
    const bool any = !words.owned_only || ownership_.now(thing.id) != nullptr;
    for (const PropertyId id : thing.properties) {
        const auto& address = catalogue_.property(id).address;
        reach.put(
            id, any && reaches(words.addresses, words.except, words.classes, catalogue_, address));
    }
}

}  // namespace foxtail
