// What came of a grant that has ended is to be erased: asked by the record of the end, answered by
// who had it, told to who gave it.
#include "foxtail/hub/door.hpp"

#include <algorithm>

namespace foxtail {

void Hub::erased(Seq grant, std::function<void(Result<void>)> then) {
    if (health_.read_only) return then(fail(Code::unavailable, "read-only: " + health_.reason));
    const auto seq = household_.erased(grant, now());
    if (!seq) return then(fail(seq.error()));
    touched();
    when_durable(head(), std::move(then));
}

void Door::erasures(bool mine, const std::function<void(const Erasures::Asked&)>& visit) const {
    const Authority& authority = hub_->authority();
    const bool manages = may_manage();
    const auto speaks_for = [&](SubjectId grantor) {
        const SubjectKind kind = authority.find(grantor)->kind;
        const bool person = kind == SubjectKind::owner || kind == SubjectKind::resident;
        return manages && (!person || authority.left(grantor));
    };
    for (const auto& asked : hub_->erasures().all()) {
        const bool theirs = asked.grantor == subject_;
        if (mine ? theirs || speaks_for(asked.grantor)
                 : theirs || manages || asked.subject == subject_)
            visit(asked);
    }
}

}  // namespace foxtail
