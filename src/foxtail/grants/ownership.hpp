#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <vector>

namespace foxtail {

/// Who a thing belongs to from one moment on.
struct OwnershipEpoch {
    Seq seq = 0;                    // of its ThingOwned record; 0 = since the thing is known
    Time from;                      // unknown = since ever
    std::vector<SubjectId> owners;  // empty = the household's, in common
    std::vector<SubjectId> about;   // whom its personal properties are about

    [[nodiscard]] bool has_owner(SubjectId subject) const;
    /// Place in `about`; negative when it is not about the subject.
    [[nodiscard]] int about_index(SubjectId subject) const;
};

/// Whom every thing belonged to and when: a fold over ThingOwned. A thing never spoken of belongs
/// to the household in common, and is about nobody.
class Ownership {
public:
    static constexpr std::size_t people_max = 64;  // owners of a thing; people it is about
    static constexpr std::size_t epochs_max = 1000;

    /// All epochs of a thing, oldest first; the first is the household's. Empty when there was
    /// never a word about it.
    [[nodiscard]] const std::vector<OwnershipEpoch>& epochs(ThingId thing) const {
        static const std::vector<OwnershipEpoch> none;
        return thing.index < things_.size() ? things_[thing.index] : none;
    }
    [[nodiscard]] const OwnershipEpoch* now(ThingId thing) const {
        const auto& all = epochs(thing);
        return all.empty() ? nullptr : &all.back();
    }
    void apply(Seq seq, Time at, const ThingOwned& owned);

    void save(ByteWriter& out) const;
    [[nodiscard]] bool load(ByteReader& in, std::size_t things, std::size_t subjects);
    void clear() { things_.clear(); }

private:
    std::vector<std::vector<OwnershipEpoch>> things_;  // by thing; empty = in common since ever
};

}  // namespace foxtail
