#include "foxtail/twin/twin.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/model/bytes.hpp"

namespace foxtail {

void Twin::grow(std::size_t count) {
    if (count > beliefs_.size()) beliefs_.resize(count);
}

std::optional<Change> Twin::apply(const Reading& reading, Seq seq, Time receipt, std::uint8_t depth,
                                  SubjectId agent) {
    FOX_ASSERT(reading.property.index < beliefs_.size(),
               "a reading names a property the catalogue numbered");
    Belief& belief = beliefs_[reading.property.index];
    const Time source = reading.source_time.known() ? reading.source_time : receipt;
    if (late(reading)) return std::nullopt;
    Change change{reading.property, seq, belief.seq == 0, false, depth, agent, Null{}};
    change.changed = change.first || !same_value(belief.value, reading.value);
    if (change.changed) {
        change.before = std::move(belief.value);
        belief.value = reading.value;
    }
    belief.source_time = source;
    belief.receipt_time = receipt;
    belief.seq = seq;
    belief.quality = reading.quality;
    belief.depth = depth;
    belief.agent = agent;
    belief.boot = boot_;
    belief.refused = 0;
    return change;
}

void Twin::start(std::uint32_t boot) {
    boot_ = boot;
    for (Belief& belief : beliefs_) belief.refused = 0;
}

void Twin::want(PropertyId property, const Value& value, Seq command) {
    Belief& belief = beliefs_[property.index];
    belief.wanted = value;
    belief.wanted_by = command;
}

void Twin::forget(PropertyId property, Seq before, Time from, Time until) {
    Belief& belief = beliefs_[property.index];
    const auto within = [&](Time t) {
        return (!from.known() || t >= from) && (!until.known() || t < until);
    };
    // When a wish was made is not kept: it goes with what may have been its answer.
    if (belief.wanted_by < before && !until.known()) {
        belief.wanted = Null{};
        belief.wanted_by = 0;
    }
    if (belief.refused < before) belief.refused = 0;
    if (belief.seq == 0 || belief.seq >= before || !within(belief.receipt_time)) return;
    Belief blank;
    blank.wanted = std::move(belief.wanted);
    blank.wanted_by = belief.wanted_by;
    blank.refused = belief.refused;
    belief = std::move(blank);
}

Quality Twin::quality(PropertyId property, const PropertySpec& spec, Time now) const {
    const Belief& belief = beliefs_[property.index];
    if (belief.refused != 0) return Quality::bad;
    if (belief.seq == 0) return Quality::good;
    if (belief.boot != boot_) return Quality::unconfirmed;
    if (spec.max_age && now - belief.source_time > *spec.max_age) return Quality::stale;
    return belief.quality;
}

void Twin::save(ByteWriter& out) const {
    out.u64(boot_);
    out.u64(beliefs_.size());
    for (const Belief& b : beliefs_) {
        out.u64(b.seq);
        if (b.seq != 0) {
            write(out, b.value);
            out.i64(b.source_time.us);
            out.i64(b.receipt_time.us);
            out.u8(static_cast<std::uint8_t>(b.quality));
            out.u8(b.depth);
            out.u64(b.boot);
            out.u64(b.agent.index);
        }
        out.u64(b.wanted_by);
        if (b.wanted_by != 0) write(out, b.wanted);
        out.u64(b.refused);
    }
}

Result<void> Twin::load(ByteReader& in, std::uint64_t format) {
    boot_ = in.u32();
    const auto count = in.count(2);
    beliefs_.assign(count, {});
    for (auto& b : beliefs_) {
        if (!in.ok()) break;
        b.seq = in.u64();
        if (b.seq != 0) {
            b.value = read_value(in);
            b.source_time = read_time(in);
            b.receipt_time = read_time(in);
            b.quality = in.one_of(Quality::bad);
            b.depth = in.u8();
            b.boot = in.u32();
            if (format > 6) b.agent.index = in.u32();
        }
        b.wanted_by = in.u64();
        if (b.wanted_by != 0) b.wanted = read_value(in);
        if (format > 5) b.refused = in.u64();
    }
    if (!in.ok())
        return fail(Code::corrupt, "the snapshot's twin contradicts itself or ends early");
    return {};
}

}  // namespace foxtail
