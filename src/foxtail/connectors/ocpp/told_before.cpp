#include "foxtail/connectors/ocpp/told_before.hpp"

#include <algorithm>

namespace foxtail::ocpp {

ToldBefore::Told& ToldBefore::at_time(Time at) {
    // Nearly always it is later than all before, or belongs to the newest.
    if (!told_.empty() && at <= told_[newest_].at) {
        const auto same =
            std::find_if(told_.begin(), told_.end(), [&](const Told& one) { return one.at == at; });
        if (same != told_.end()) return *same;
    }
    const bool late = !told_.empty() && at < told_[newest_].at;
    const std::size_t place = told_.size() < times_max ? told_.size() : next_;
    if (place == told_.size()) {
        told_.emplace_back();
    } else {
        next_ = (next_ + 1) % times_max;
        // The newest stays: by it is seen what is late.
        if (late && place == newest_) return at_time(at);
    }
    told_[place] = {at, {}};
    if (!late) newest_ = place;
    return told_[place];
}

bool ToldBefore::is_new(Time at, std::size_t measurand, double value) {
    auto& told = at_time(at).values[measurand];
    const auto said = static_cast<float>(value);
    if (told == said) return false;
    told = said;
    return true;
}

void ToldBefore::save(ByteWriter& out) const {
    std::vector<const Told*> kept;
    for (const auto& one : told_) kept.push_back(&one);
    const auto few = std::min(kept.size(), times_kept);
    std::partial_sort(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(few), kept.end(),
                      [](const Told* a, const Told* b) { return a->at > b->at; });
    kept.resize(few);
    out.u64(kept.size());
    for (const Told* one : kept) {
        out.i64(one->at.us);
        std::uint64_t known = 0;
        for (std::size_t i = 0; i < measurands_max; ++i)
            known |= one->values[i] ? std::uint64_t{1} << i : 0;
        out.u64(known);
        for (const auto& value : one->values) {
            if (value) out.f64(static_cast<double>(*value));
        }
    }
}

void ToldBefore::restore(ByteReader& in) {
    const auto count = std::min(in.count(), times_kept);
    for (std::size_t n = 0; n < count && in.ok(); ++n) {
        Told& one = at_time(Time{in.i64()});
        const std::uint64_t known = in.u64();
        for (std::size_t i = 0; i < measurands_max; ++i) {
            if ((known >> i & 1) != 0) one.values[i] = static_cast<float>(in.f64());
        }
    }
}

}  // namespace foxtail::ocpp
