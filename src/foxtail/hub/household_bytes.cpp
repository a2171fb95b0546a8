// The household as bytes.
#include "foxtail/hub/household.hpp"
#include "foxtail/model/bytes.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr std::uint32_t snapshot_format = 7;  // 1 had no terms of grants and no owners, 2 nobody
                                              // who leaves, 3 nothing to erase, 4 nothing that
                                              // waits for a person, no reads that are counted, 5
                                              // nothing that is bad, 6 no agents' hands; still
                                              // read

}  // namespace

void Household::save(std::string& out) const {
    ByteWriter w(out);
    w.u64(snapshot_format);
    w.u64(seq_);
    w.i64(last_time_.us);
    catalogue_.save(w);
    authority_.save(w);
    twin_.save(w);
    commands_.save(w);
    people_.save(w);
    usage_.save(w);
    w.u64(waits_.size());
    for (const Wait& wait : waits_) {
        w.u64(wait.seq);
        w.i64(wait.since.us);
        w.text(wait.what.rule);
        w.u64(wait.what.run);
        w.u64(wait.what.step);
        w.i64(wait.what.until.us);
        w.u8(wait.what.depth);
        w.u64(wait.what.agent.index);
    }
    erasures_.save(w);
}

Result<void> Household::load(std::string_view snapshot) {
    ByteReader in(snapshot);
    const auto format = in.u64();
    if (format < 1 || format > snapshot_format)
        return fail(Code::corrupt, "the snapshot is of another format");
    seq_ = in.u64();
    last_time_ = read_time(in);
    if (auto done = catalogue_.load(in); !done) return done;
    places_.clear();
    for (const Thing& thing : catalogue_.things()) places_.told(thing.id, thing.spec.place);
    if (auto done = authority_.load(in, format); !done) return done;
    if (auto done = twin_.load(in, format); !done) return done;
    if (auto done = commands_.load(in, format); !done) return done;
    people_.clear();
    if (format > 2) {
        if (auto done = people_.load(in); !done) return done;
    }
    usage_.clear();
    if (format > 4) {
        if (auto done = usage_.load(in); !done) return done;
    }
    waits_.clear();
    const auto n = in.count(7);
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
        Wait wait;
        wait.seq = in.u64();
        wait.since = read_time(in);
        wait.what.rule = in.text();
        wait.what.run = in.u64();
        wait.what.step = in.u32();
        wait.what.until = read_time(in);
        wait.what.depth = in.u8();
        if (format > 6) wait.what.agent.index = in.u32();
        waits_.push_back(std::move(wait));
    }
    erasures_.clear();
    if (format > 3) {
        if (auto done = erasures_.load(in); !done) return done;
    }
    if (!in.ok() || !in.at_end())
        return fail(Code::corrupt, "the snapshot does not end where it should");
    if (!consistent()) return fail(Code::corrupt, "the snapshot's parts contradict each other");
    hear_presence();
    return {};
}

/// The parts of a loaded snapshot fit together: what one names, another has.
bool Household::consistent() const {
    if (twin_.size() != catalogue_.properties().size()) return false;
    if (authority_.find(the_hub) == nullptr || authority_.find(the_hub)->kind != SubjectKind::hub)
        return false;
    for (std::uint32_t i = 0; i < twin_.size(); ++i) {
        const Belief& belief = twin_.belief({i});
        if (std::max({belief.seq, belief.wanted_by, belief.refused}) > seq_ ||
            authority_.find(belief.agent) == nullptr)
            return false;
    }
    const auto& grants = authority_.grants();
    if (!grants.empty() && grants.back().id > seq_) return false;
    for (const auto& invitation : people_.invitations()) {
        if (invitation.id > seq_ || authority_.find(invitation.by) == nullptr) return false;
    }
    for (const auto& visit : people_.visits()) {
        const Subject* guest = authority_.find(visit.name);
        if (guest == nullptr || guest->kind != SubjectKind::guest || authority_.left(guest->id))
            return false;
    }
    for (const auto& asked : erasures_.all()) {
        if (asked.ended > seq_ || authority_.find(asked.subject) == nullptr ||
            authority_.find(asked.grantor) == nullptr)
            return false;
    }
    Seq before = 0;
    for (const Wait& wait : waits_) {
        if (wait.seq <= before || wait.seq > seq_ || authority_.find(wait.what.agent) == nullptr)
            return false;
        before = wait.seq;
    }
    return std::all_of(commands_.all().begin(), commands_.all().end(), [&](const Pending& p) {
        return p.seq <= seq_ && p.confirmation <= seq_ && catalogue_.knows(p.thing) &&
               (!p.action.empty() || catalogue_.knows(p.property)) &&
               authority_.find(p.asked_by) != nullptr && authority_.find(p.agent) != nullptr;
    });
}

}  // namespace foxtail
