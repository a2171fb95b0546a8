#include "foxtail/hub/usage.hpp"

#include "foxtail/model/bytes.hpp"

namespace foxtail {

std::int32_t month_of(Time local) {
    const Civil civil = civil_from(local);
    return civil.year * 12 + civil.month - 1;
}

void Usage::apply(std::int32_t month, Time at, const OutsideRead::Used& used) {
    Of& of = grants_[used.grant];
    if (month > of.month) {
        of.month = month;
        of.values = 0;
    }
    of.values += used.values;
    if (used.reads > 0) of.recent.push_back({at, used.reads});
    while (!of.recent.empty() && of.recent.front().at < at - recent_max) of.recent.pop_front();
}

std::uint64_t Usage::in_month(Seq grant, std::int32_t month) const {
    const auto at = grants_.find(grant);
    return at == grants_.end() || month > at->second.month ? 0 : at->second.values;
}

void Usage::each_recent(const std::function<void(Seq, const Told&)>& visit) const {
    for (const auto& [grant, of] : grants_) {
        for (const Told& told : of.recent) visit(grant, told);
    }
}

void Usage::save(ByteWriter& out) const {
    out.u64(grants_.size());
    for (const auto& [grant, of] : grants_) {
        out.u64(grant);
        out.i64(of.month);
        out.u64(of.values);
        out.u64(of.recent.size());
        for (const Told& told : of.recent) {
            out.i64(told.at.us);
            out.u64(told.reads);
        }
    }
}

Result<void> Usage::load(ByteReader& in) {
    grants_.clear();
    const auto n = in.count(4);
    Seq before = 0;
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
        const Seq grant = in.u64();
        if (grant <= before) break;
        before = grant;
        Of& of = grants_[grant];
        of.month = static_cast<std::int32_t>(in.i64());
        of.values = in.u64();
        const auto told = in.count(2);
        for (std::size_t k = 0; k < told && in.ok(); ++k) {
            const Time at = read_time(in);
            of.recent.push_back({at, in.u64()});
        }
    }
    if (!in.ok() || grants_.size() != n)
        return fail(Code::corrupt, "the snapshot's reads contradict themselves");
    return {};
}

}  // namespace foxtail
