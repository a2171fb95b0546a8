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
                        record.actor, asked.time_to_live, asked.depth, asked.grant, record.time,
                        asked.confirm_within, asked.at_home, 0, asked.agent});
    if (asked.action.empty() && asked.confirm_within.us == 0)
        waiting_[asked.property.index].push_back(record.seq);
}

void Commands::apply(Seq seq, const WishConfirmed& confirmed) {
    const auto at = place(confirmed.command);
    if (at == pending_.end() || !at->waits()) return;
    at->confirmation = seq;
    confirmed_.emplace(seq, at->seq);
    if (at->action.empty()) waiting_[at->property.index].push_back(at->seq);
}

void Commands::apply(const CommandEnded& ended) {
    const auto at = place(ended.command);
    if (at == pending_.end()) return;
    if (at->action.empty()) std::erase(waiting_[at->property.index], ended.command);
    if (at->confirmation != 0) confirmed_.erase(at->confirmation);
    pending_.erase(at);
}

/// The end when it is not there.
std::deque<Pending>::iterator Commands::place(Seq seq) {
    const auto at = std::lower_bound(pending_.begin(), pending_.end(), seq,
                                     [](const Pending& p, Seq s) { return p.seq < s; });
    return at == pending_.end() || at->seq != seq ? pending_.end() : at;
}

const Pending* Commands::find(Seq seq) const {
    const auto at = std::lower_bound(pending_.begin(), pending_.end(), seq,
                                     [](const Pending& p, Seq s) { return p.seq < s; });
    return at == pending_.end() || at->seq != seq ? nullptr : &*at;
}

const Pending* Commands::led_by(Seq record) const {
    const auto at = confirmed_.find(record);
    return find(at == confirmed_.end() ? record : at->second);
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
        out.i64(p.asked_at.us);
        out.i64(p.confirm_within.us);
        out.u8(p.at_home ? 1 : 0);
        out.u64(p.confirmation);
        out.u64(p.agent.index);
    }
}

Result<void> Commands::load(ByteReader& in, std::uint64_t format) {
    pending_.clear();
    confirmed_.clear();
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
        if (format > 4) {
            p.asked_at = read_time(in);
            p.confirm_within = read_duration(in);
            p.at_home = in.u8() != 0;
            p.confirmation = in.u64();
        }
        if (format > 6) p.agent.index = in.u32();
        if (!in.ok() || (!pending_.empty() && pending_.back().seq >= p.seq)) break;
        if (p.confirmation != 0 && !confirmed_.emplace(p.confirmation, p.seq).second) break;
        if (p.action.empty() && !p.waits()) waiting_[p.property.index].push_back(p.seq);
        pending_.push_back(std::move(p));
    }
    // In the order they left.
    const auto led = [&](Seq seq) { return find(seq)->led(); };
    for (auto& [property, seqs] : waiting_)
        std::sort(seqs.begin(), seqs.end(), [&](Seq a, Seq b) { return led(a) < led(b); });
    if (!in.ok() || pending_.size() != n)
        return fail(Code::corrupt, "the snapshot's commands contradict themselves");
    return {};
}

}  // namespace foxtail
