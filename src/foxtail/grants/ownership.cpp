#include "foxtail/grants/ownership.hpp"

#include "foxtail/model/bytes.hpp"

#include <algorithm>

namespace foxtail {
namespace {

void write_people(ByteWriter& out, const std::vector<SubjectId>& people) {
    out.u64(people.size());
    for (const SubjectId id : people) out.u64(id.index);
}

bool read_people(ByteReader& in, std::size_t subjects, std::vector<SubjectId>& people) {
    const auto n = in.count();
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
        people.push_back({in.u32()});
        if (people.back().index >= subjects) return false;
    }
    return in.ok() && people.size() <= Ownership::people_max;
}

}  // namespace

bool OwnershipEpoch::has_owner(SubjectId subject) const {
    return std::find(owners.begin(), owners.end(), subject) != owners.end();
}

int OwnershipEpoch::about_index(SubjectId subject) const {
    const auto at = std::find(about.begin(), about.end(), subject);
    return at == about.end() ? -1 : static_cast<int>(at - about.begin());
}

void Ownership::apply(Seq seq, Time at, const ThingOwned& owned) {
    if (owned.thing.index >= things_.size()) things_.resize(owned.thing.index + 1);
    auto& epochs = things_[owned.thing.index];
    if (epochs.empty()) epochs.emplace_back();
    epochs.push_back({seq, at, owned.owners, owned.about});
}

void Ownership::save(ByteWriter& out) const {
    std::uint64_t spoken_of = 0;
    for (const auto& epochs : things_) spoken_of += epochs.empty() ? 0U : 1U;
    out.u64(spoken_of);
    for (std::size_t thing = 0; thing < things_.size(); ++thing) {
        const auto& epochs = things_[thing];
        if (epochs.empty()) continue;
        out.u64(thing);
        out.u64(epochs.size() - 1);
        for (std::size_t i = 1; i < epochs.size(); ++i) {
            out.u64(epochs[i].seq);
            out.i64(epochs[i].from.us);
            write_people(out, epochs[i].owners);
            write_people(out, epochs[i].about);
        }
    }
}

bool Ownership::load(ByteReader& in, std::size_t things, std::size_t subjects) {
    things_.clear();
    const auto spoken_of = in.count(2);
    for (std::size_t i = 0; i < spoken_of && in.ok(); ++i) {
        ThingOwned owned;
        owned.thing.index = in.u32();
        if (owned.thing.index >= things || owned.thing.index < things_.size()) return false;
        const auto n = in.count(4);
        if (n == 0) return false;
        Seq before = 0;
        for (std::size_t e = 0; e < n && in.ok(); ++e) {
            const Seq seq = in.u64();
            const Time from = read_time(in);
            owned.owners.clear();
            owned.about.clear();
            if (!read_people(in, subjects, owned.owners)) return false;
            if (!read_people(in, subjects, owned.about)) return false;
            if (seq <= before) return false;
            before = seq;
            apply(seq, from, owned);
        }
    }
    return in.ok();
}

}  // namespace foxtail
