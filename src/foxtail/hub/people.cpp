#include "foxtail/hub/people.hpp"

#include "foxtail/model/bytes.hpp"

#include <algorithm>

namespace foxtail {

void People::apply(Seq seq, SubjectId by, const Invited& invited) {
    invitations_.push_back({seq, by, invited});
}

void People::apply(const InvitationEnded& ended) {
    const Invitation* known = find(ended.invitation);
    if (known == nullptr) return;
    if (ended.used && known->what.leaves.known())
        visits_.push_back({known->what.name, known->what.leaves});
    std::erase_if(invitations_, [&](const Invitation& i) { return i.id == ended.invitation; });
}

void People::left(std::string_view name) {
    std::erase_if(visits_, [&](const Visit& v) { return v.name == name; });
}

const People::Invitation* People::find(Seq id) const {
    const auto at = std::find_if(invitations_.begin(), invitations_.end(),
                                 [&](const Invitation& i) { return i.id == id; });
    return at == invitations_.end() ? nullptr : &*at;
}

const People::Invitation* People::find(std::string_view name) const {
    const auto at = std::find_if(invitations_.begin(), invitations_.end(),
                                 [&](const Invitation& i) { return i.what.name == name; });
    return at == invitations_.end() ? nullptr : &*at;
}

const People::Invitation* People::find_code(std::string_view code_hash, Time now) const {
    const auto at =
        std::find_if(invitations_.begin(), invitations_.end(), [&](const Invitation& i) {
            return !code_hash.empty() && i.what.code_hash == code_hash && now < i.what.until;
        });
    return at == invitations_.end() ? nullptr : &*at;
}

Time People::visit_until(std::string_view name) const {
    const auto at = std::find_if(visits_.begin(), visits_.end(),
                                 [&](const Visit& v) { return v.name == name; });
    return at == visits_.end() ? Time{} : at->until;
}

Time People::next_end() const {
    Time next;
    const auto sooner = [&](Time end) {
        if (!next.known() || end < next) next = end;
    };
    for (const Invitation& invitation : invitations_) sooner(invitation.what.until);
    for (const Visit& visit : visits_) sooner(visit.until);
    return next;
}

void People::save(ByteWriter& out) const {
    out.u64(invitations_.size());
    for (const Invitation& i : invitations_) {
        out.u64(i.id);
        out.u64(i.by.index);
        out.text(i.what.name);
        out.u8(static_cast<std::uint8_t>(i.what.kind));
        out.text(i.what.code_hash);
        out.i64(i.what.until.us);
        out.text(i.what.person);
        out.i64(i.what.leaves.us);
    }
    out.u64(visits_.size());
    for (const Visit& visit : visits_) {
        out.text(visit.name);
        out.i64(visit.until.us);
    }
}

Result<void> People::load(ByteReader& in) {
    clear();
    const auto invitations = in.count(8);
    for (std::size_t n = 0; n < invitations && in.ok(); ++n) {
        Invitation i;
        i.id = in.u64();
        i.by.index = in.u32();
        i.what.name = in.text();
        i.what.kind = in.one_of(SubjectKind::token);
        i.what.code_hash = in.text();
        i.what.until = read_time(in);
        i.what.person = in.text();
        i.what.leaves = read_time(in);
        if (!invitations_.empty() && invitations_.back().id >= i.id) in.reject();
        invitations_.push_back(std::move(i));
    }
    const auto visits = in.count(2);
    for (std::size_t n = 0; n < visits && in.ok(); ++n) {
        Visit visit;
        visit.name = in.text();
        visit.until = read_time(in);
        visits_.push_back(std::move(visit));
    }
    if (!in.ok()) return fail(Code::corrupt, "the snapshot's invitations are damaged");
    return {};
}

void People::clear() {
    invitations_.clear();
    visits_.clear();
}

}  // namespace foxtail
