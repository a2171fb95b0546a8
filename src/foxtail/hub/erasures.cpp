#include "foxtail/hub/erasures.hpp"

#include "foxtail/model/bytes.hpp"

#include <algorithm>

namespace foxtail {

void Erasures::ask(const Grant& grant, Seq ended, Time since, Time until) {
    const auto of_them = [&](const Asked& one) { return one.grantor == grant.grantor; };
    const auto kept = static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), of_them));
    if (kept >= of_one_giver_max) {
        auto goes = std::find_if(all_.begin(), all_.end(), [&](const Asked& one) {
            return of_them(one) && one.done.known();
        });
        if (goes == all_.end()) goes = std::find_if(all_.begin(), all_.end(), of_them);
        all_.erase(goes);
    }
    const GrantGiven& given = grant.given;
    all_.push_back({grant.id,
                    given.subject,
                    grant.grantor,
                    given.addresses,
                    given.purpose,
                    given.token_hash,
                    ended,
                    since,
                    until,
                    {},
                    {}});
}

void Erasures::apply(Time at, const ErasureTold& told) {
    for (Asked& one : all_) {
        if (one.grant == told.grant) (told.done ? one.done : one.missed) = at;
    }
}

const Erasures::Asked* Erasures::find(Seq grant) const {
    const auto at = std::find_if(all_.begin(), all_.end(),
                                 [&](const Asked& one) { return one.grant == grant; });
    return at == all_.end() ? nullptr : &*at;
}

const Erasures::Asked* Erasures::find_token(std::string_view token_hash) const {
    if (token_hash.empty()) return nullptr;
    const auto at = std::find_if(all_.begin(), all_.end(),
                                 [&](const Asked& one) { return one.token_hash == token_hash; });
    return at == all_.end() ? nullptr : &*at;
}

Time Erasures::next_due() const {
    Time next;
    for (const Asked& one : all_) {
        const bool open = !one.done.known() && !one.missed.known();
        if (open && (!next.known() || one.until < next)) next = one.until;
    }
    return next;
}

void Erasures::save(ByteWriter& out) const {
    out.u64(all_.size());
    for (const Asked& one : all_) {
        out.u64(one.grant);
        out.u64(one.subject.index);
        out.u64(one.grantor.index);
        out.u64(one.addresses.size());
        for (const auto& address : one.addresses) out.text(address);
        out.text(one.purpose);
        out.text(one.token_hash);
        out.u64(one.ended);
        for (const Time time : {one.since, one.until, one.done, one.missed}) out.i64(time.us);
    }
}

Result<void> Erasures::load(ByteReader& in) {
    clear();
    const auto count = in.count(11);
    for (std::size_t n = 0; n < count && in.ok(); ++n) {
        Asked one;
        one.grant = in.u64();
        one.subject.index = in.u32();
        one.grantor.index = in.u32();
        const auto addresses = in.count();
        for (std::size_t i = 0; i < addresses && in.ok(); ++i)
            one.addresses.emplace_back(in.text());
        one.purpose = in.text();
        one.token_hash = in.text();
        one.ended = in.u64();
        for (Time* time : {&one.since, &one.until, &one.done, &one.missed}) *time = read_time(in);
        const Seq before = all_.empty() ? 0 : all_.back().ended;
        if (one.grant >= one.ended || before >= one.ended || !one.until.known()) in.reject();
        all_.push_back(std::move(one));
    }
    if (!in.ok()) return fail(Code::corrupt, "the snapshot's requests to erase are damaged");
    return {};
}

}  // namespace foxtail
