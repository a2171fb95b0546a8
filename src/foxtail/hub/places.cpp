#include "foxtail/hub/places.hpp"

#include "foxtail/base/utf8.hpp"

#include <algorithm>

namespace foxtail {
namespace {

/// "Living room", "living-room" and "living_room" are one room.
std::string folded_place(std::string_view place) {
    auto folded = fold_case(place);
    std::replace(folded.begin(), folded.end(), '-', ' ');
    std::replace(folded.begin(), folded.end(), '_', ' ');
    return folded;
}

}  // namespace

std::string_view Places::spelling(ThingId thing, std::string_view place) const {
    if (place.empty()) return place;
    const auto folded = folded_place(place);
    const auto known = spellings_.find(folded);
    if (known == spellings_.end()) return place;
    // Who is there alone may spell it anew.
    const bool alone = known->second.things == 1 && thing.index < place_of_.size() &&
                       place_of_[thing.index] == folded;
    return alone ? place : std::string_view(known->second.text);
}

void Places::told(ThingId thing, std::string_view place) {
    if (place_of_.size() <= thing.index) place_of_.resize(thing.index + 1);
    auto& here = place_of_[thing.index];
    if (const auto before = spellings_.find(here);
        before != spellings_.end() && --before->second.things == 0) {
        spellings_.erase(before);
    }
    here = folded_place(place);
    if (here.empty()) return;
    auto& spelling = spellings_[here];
    if (spelling.things++ == 0) spelling.text = place;
}

void Places::clear() {
    spellings_.clear();
    place_of_.clear();
}

}  // namespace foxtail
