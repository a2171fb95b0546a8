#include "foxtail/hub/commands.hpp"

#include "foxtail/model/bytes.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail {

bool fulfils(const PropertySpec& spec, const Value& wanted, const Value& said) {
    double a = 0;
    double b = 0;
    const bool numbers = spec.type == Type::number || spec.type == Type::integer;
    if (numbers && as_number(wanted, a) && as_number(said, b)) {
        const double slack = std::max(spec.step.value_or(0.0) / 2, std::abs(a) * 1e-6);
        return std::abs(a - b) <= slack;
    }
    return same_value(wanted, said);
}

void Commands::apply(const Record& record, const CommandAsked& asked) {
    pending_.push_back({record.seq, asked.property, asked.thing, asked.action, asked.value,
                        record.actor, asked.time_to_live, asked.depth, asked.grant});
    if (asked.action.empty()) waiting_[asked.property.index].push_back(record.seq);
}

void Commands::apply(const CommandEnded& ended) {
    const auto at = std::lower_bound(pending_.begin(), pending_.end(), ended.command,
                                     [](const Pending& p, Seq seq) { return p.seq < seq; });
    if (at == pending_.end() || at->seq != ended.command) return;
    if (at->action.empty()) std::erase(waiting_[at->property.index], ended.command);
    pending_.erase(at);
}

const Pending* Commands::find(Seq seq) const {
    const auto at = std::lower_bound(pending_.begin(), pending_.end(), seq,
                                     [](const Pending& p, Seq s) { return p.seq < s; });
    return at == pending_.end() || at->seq != seq ? nullptr : &*at;
}

const std::vector<Seq>* Commands::waiting(PropertyId property) const {
    if (pending_.empty()) return nullptr;
    const auto at = waiting_.find(property.index);
    return at == waiting_.end() || at->second.empty() ? nullptr : &at->second;
}

const Pending* Commands::matching(const PropertySpec& spec, PropertyId property,
                                  const Value& said) const {
    const auto* seqs = waiting(property);
    if (seqs == nullptr) return nullptr;
    for (auto at = seqs->rbegin(); at != seqs->rend(); ++at) {
        const Pending* pending = find(*at);
        if (pending != nullptr && fulfils(spec, pending->value, said)) return pending;
    }
    return nullptr;
}

void Commands::save(ByteWriter& out) const {
    out.u64(pending_.size());
    for (const Pending& p : pending_) {
        out.u64(p.seq);
        out.u64(p.property.index);
        out.u64(p.thing.index);
        out.text(p.action);
        write(out, p.value);
        out.u64(p.asked_by.index);
        out.i64(p.time_to_live.us);
        out.u8(p.depth);
        out.u64(p.grant);
    }
}

Result<void> Commands::load(ByteReader& in, std::uint64_t format) {
    pending_.clear();
    waiting_.clear();
    const auto n = in.count(8);
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
        Pending p;
        p.seq = in.u64();
        p.property.index = in.u32();
        p.thing.index = in.u32();
        p.action = in.text();
        p.value = read_value(in);
        p.asked_by.index = in.u32();
        p.time_to_live = read_duration(in);
        p.depth = in.u8();
        if (format > 1) p.grant = in.u64();
        if (!in.ok() || (!pending_.empty() && pending_.back().seq >= p.seq)) break;
        if (p.action.empty()) waiting_[p.property.index].push_back(p.seq);
        pending_.push_back(std::move(p));
    }
    if (!in.ok() || pending_.size() != n)
        return fail(Code::corrupt, "the snapshot's commands contradict themselves");
    return {};
}

}  // namespace foxtail
