#include "world.hpp"

#include <algorithm>
#include <utility>

namespace foxtail::sim {

void World::settle() {
    while (!queue_.empty()) {
        auto work = std::exchange(queue_, {});
        for (auto& one : work) one();
    }
}

bool World::do_one(Duration until) {
    if (queue_.empty()) return do_next_due(until);
    const auto work = std::move(queue_.front());
    queue_.erase(queue_.begin());
    work();
    return true;
}

bool World::step(Duration until) {
    settle();
    if (!do_next_due(until)) return false;
    settle();
    return true;
}

bool World::do_next_due(Duration until) {
    auto alarm = std::min_element(alarms_.begin(), alarms_.end(), [](const auto& a, const auto& b) {
        return a.second.at < b.second.at;
    });
    const auto event = events_.begin();
    const bool alarm_first =
        alarm != alarms_.end() && (event == events_.end() || alarm->second.at <= event->first);
    if (!alarm_first && event == events_.end()) return false;
    const Duration at = alarm_first ? alarm->second.at : event->first;
    if (at > until) return false;
    if (at > mono) {
        wall = wall + (at - mono);
        mono = at;
    }
    std::function<void()> work;
    if (alarm_first) {
        work = std::move(alarm->second.work);
        alarms_.erase(alarm);
    } else {
        work = std::move(event->second);
        events_.erase(event);
    }
    ++steps;
    work();
    return true;
}

void World::advance(Duration by) {
    const Duration until = mono + by;
    while (step(until)) {
    }
    if (until > mono) {
        wall = wall + (until - mono);
        mono = until;
    }
}

void World::forget_all() {
    queue_.clear();
    alarms_.clear();
    events_.clear();
}

Record copy(const Record& record) {
    return record;
}

Result<void> Disk::load(const std::function<Result<void>(Seq, std::string_view)>& snapshot,
                        const std::function<Result<void>(Record&&)>& record) {
    const Seq from = use_snapshots ? snapshot_seq : 0;
    if (auto done =
            snapshot(from, from == 0 ? std::string_view() : std::string_view(snapshot_bytes));
        !done)
        return done;
    for (const Record& one : records) {
        if (one.seq <= from) continue;
        if (auto done = record(copy(one)); !done) return done;
    }
    return {};
}

Result<void> Disk::kept(
    SubjectId owner,
    const std::function<void(std::string_view name, std::string_view bytes)>& each) {
    for (const auto& [where, bytes] : keepsakes) {
        if (where.first == owner.index) each(where.second, bytes);
    }
    return {};
}

void Disk::write(const std::vector<Record>& batch, const std::vector<Keepsake>& kept) {
    for (const Record& one : batch) records.push_back(copy(one));
    for (const Keepsake& one : kept) {
        if (one.bytes.empty()) {
            keepsakes.erase({one.owner.index, one.name});
        } else {
            keepsakes[{one.owner.index, one.name}] = one.bytes;
        }
    }
}

void Disk::commit(std::vector<Record>&& batch, Committed done) {
    ++commits;
    auto held = std::make_shared<std::vector<Record>>(std::move(batch));
    auto kept = std::make_shared<std::vector<Keepsake>>(std::exchange(waiting_, {}));
    const auto last = [this, held] {
        if (!held->empty()) return held->back().seq;
        return records.empty() ? Seq{0} : records.back().seq;
    };
    if (acknowledges_early) {
        auto later = std::make_shared<std::vector<Record>>();
        for (const Record& one : *held) later->push_back(copy(one));
        world_.later(commit_time, [this, later, kept, life = life_] {
            if (life == life_) write(*later, *kept);
        });
        world_.soon([done, last = last(), held, life = life_, this] {
            if (life == life_) done(last, std::move(*held));
        });
        return;
    }
    world_.later(commit_time, [this, held, kept, last, done = std::move(done), life = life_] {
        if (life != life_) return;
        if (failing) {
            waiting_.insert(waiting_.begin(), kept->begin(), kept->end());
            done(fail(Code::unavailable, "the disk is full"), std::move(*held));
            return;
        }
        write(*held, *kept);
        const auto answer = [this, held, done, durable = last(), life] {
            if (life == life_) done(durable, std::move(*held));
        };
        if (answer_time.us == 0) return answer();
        world_.later(answer_time, answer);
    });
}

void Disk::keep_snapshot(Seq seq, std::string bytes) {
    snapshot_seq = seq;
    snapshot_bytes = std::move(bytes);
}

void Disk::history(Permit<Verb::history> permit, HistoryQuery query,
                   std::function<void(Result<std::vector<HistoryPoint>>)> done) {
    std::vector<HistoryPoint> points;
    for (const Record& one : records) {
        const auto* reading = std::get_if<Reading>(&one.body);
        if (reading == nullptr || reading->property != permit.property() || one.time < query.from ||
            one.time >= query.to)
            continue;
        HistoryPoint point;
        point.time = one.time;
        point.last = reading->value;
        point.count = 1;
        if (as_number(reading->value, point.mean)) point.min = point.max = point.mean;
        points.push_back(std::move(point));
    }
    world_.later(milliseconds(1), [done = std::move(done), points = std::move(points), life = life_,
                                   this]() mutable {
        if (life == life_) done(std::move(points));
    });
}

void Disk::journal(JournalQuery query, std::function<void(Result<std::vector<Record>>)> done) {
    std::vector<Record> found;
    for (const Record& one : records) {
        if (one.seq < query.from || one.seq >= query.before || found.size() >= query.limit)
            continue;
        if (!query.kind.empty() && query.kind != kind_name(one.body)) continue;
        found.push_back(copy(one));
    }
    world_.later(milliseconds(1),
                 [done = std::move(done), found = std::move(found), life = life_, this]() mutable {
                     if (life == life_) done(std::move(found));
                 });
}

}  // namespace foxtail::sim
