// Transactions: told late, twice, out of order or not at all, and counted once.
#include "foxtail/base/bytes.hpp"
#include "foxtail/connectors/ocpp/json_out.hpp"
#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace foxtail::ocpp {
namespace {

constexpr std::uint8_t save_format = 4;
constexpr std::uint8_t save_format_oldest =
    1;  // without reservations and the list of cards; 2: without what was metered last; 3: without
        // what is known of the clock, and limits in W

/// 0 for one of 2.0.1, whose transactions have names.
std::int64_t number_of(std::string_view transaction) {
    std::int64_t out = 0;
    (void)std::from_chars(transaction.data(), transaction.data() + transaction.size(), out);
    return out;
}

/// Cards are numbers of plastic; what a car says of itself looks otherwise.
bool of_car(std::string_view token, std::string_view kind) {
    return kind == "MacAddress" || kind == "eMAID" || token.starts_with("VID:");
}

}  // namespace

Station::Running* Station::find_running(std::string_view transaction) {
    if (transaction.empty()) return nullptr;
    const auto at = std::find_if(running_.begin(), running_.end(),
                                 [&](const Running& one) { return one.id == transaction; });
    return at == running_.end() ? nullptr : &*at;
}

Station::Running* Station::running_at(int point) {
    const auto at = std::find_if(running_.rbegin(), running_.rend(),
                                 [&](const Running& one) { return one.point == point; });
    return at == running_.rend() ? nullptr : &*at;
}

Station::Running& Station::remember(Running running) {
    if (running_.size() >= running_max) {
        sink_->noticed("transaction", running_.front().id,
                       "too many at once: the oldest is let go");
        running_.erase(running_.begin());
    }
    running_.push_back(std::move(running));
    return running_.back();
}

/// Its end was never told; it comes late, or not at all.
void Station::lose(std::string_view transaction, std::string_view why, Moment now) {
    const auto at = std::find_if(running_.begin(), running_.end(),
                                 [&](const Running& one) { return one.id == transaction; });
    if (at == running_.end()) return;
    Running gone = std::move(*at);
    running_.erase(at);
    sink_->noticed("transaction", gone.id, why);
    const Time heard = gone.heard.known() ? gone.heard : gone.started;
    finish(std::move(gone), heard, "Lost", false, now);
    ended_.back().lost = true;
    save();
}

void Station::transaction_answered(const Call& call, const Answered& answered, Moment now) {
    const bool over = answered.done && !answered.tells_more && answered.ongoing == false;
    if (over)
        lose(std::get<AskTransaction>(call.asked).transaction,
             "the charger says that it is over, and never told of its end", now);
}

void Station::began(const TransactionTold& told, std::string_view id, Moment now) {
    const When when = when_told(told.at, told.offline, now);
    const Time at = when.at;
    const bool accepted = told.token.empty() || may_charge(told.token);
    const bool old = version_ == Version::v16;
    const auto reply = [&](const std::string& transaction, bool wait) {
        if (old) return answer(id, start_answer(number_of(transaction), accepted), wait);
        answer(id, transaction_answer(version_, !told.token.empty(), accepted), wait);
    };
    // A start whose answer got lost comes again, word by word: it is the same one.
    const auto same = [&](const auto& one) {
        const bool then = one.started == at || (told.at.known() && one.said == told.at);
        return old ? one.point == told.point && then && one.token == told.token &&
                         one.meter_start == told.meter_wh.value_or(0)
                   : one.id == told.transaction;
    };
    if (const auto known = std::find_if(running_.begin(), running_.end(), same);
        known != running_.end()) {
        if (!old) went_on(told, *known, at, now);
        return reply(known->id, true);
    }
    if (const auto known = std::find_if(ended_.begin(), ended_.end(), same); known != ended_.end())
        return reply(known->id, true);

    Running running;
    running.id = old ? std::to_string(next_transaction_++) : told.transaction;
    running.point = told.point == 0 ? 1 : told.point;
    running.token = told.token;
    running.of_car = of_car(told.token, told.token_kind);
    running.started = at;
    running.said = told.at;
    running.guessed = when.guessed;
    running.started_known = told.stage == TransactionTold::Stage::started;
    if (told.meter_wh) {
        running.meter_start = *told.meter_wh;
        // What the meter tells next is dated by the same clock.
        count(running, static_cast<double>(*told.meter_wh), when.guessed ? told.at : at);
    }
    ensure_point(running.point);
    if (old && !accepted) {
        // The box is told no, and will not charge; the number is used up all the same.
        save();
        return reply(running.id, true);
    }
    // One car at a time: what runs there by our books has ended, and we were not told.
    if (Running* before = running_at(running.point); before != nullptr && old) {
        Running gone = std::move(*before);
        std::erase_if(running_,
                      [&](const Running& one) { return one.id.empty() || &one == before; });
        finish(std::move(gone), at, "Lost", false, now);
        ended_.back().lost = true;
    } else if (before != nullptr) {
        enqueue_step(AskTransaction{before->id}, Step::transaction, now);
    }
    Running& kept = remember(std::move(running));
    end_reservation(kept.point, at);  // it is for who comes, and here somebody is
    say_started(kept);
    say_session(kept.point, &kept, at);
    say_register(kept, told);
    if (!old) went_on(told, kept, at, now);
    const std::string transaction = kept.id;
    save();
    reply(transaction, true);
}

/// Where its begin was taken for when that was told, what is told of it next may show better.
void Station::compare_start(Running& running, Time at, Moment now) const {
    if (!running.guessed || (!clock_.compared() && at >= running.started)) return;
    running.guessed = false;
    running.started = std::min(running.said + clock_.behind(), now.wall);
}

void Station::went_on(const TransactionTold& told, Running& running, Time at, Moment now) {
    compare_start(running, at, now);
    const bool newest = told.sequence < 0 || told.sequence > running.sequence;
    if (newest) running.sequence = told.sequence;
    if (told.stage == TransactionTold::Stage::started) {
        running.started = std::min(running.started, at);
        running.started_known = true;
    }
    if (told.point > 0 && running.point != told.point) {
        ensure_point(told.point);
        running.point = told.point;
    }
    if (!told.token.empty() && running.token != told.token && (running.token.empty() || newest)) {
        running.token = told.token;
        running.of_car = of_car(told.token, told.token_kind);
        sink_->say(running.point, running.of_car ? "ev_id" : "id_tag", told.token, at);
    }
    if (told.state && newest && told.stage != TransactionTold::Stage::ended)
        say_state(running.point, told.idle ? state_of_idle(running.point) : *told.state, at);
    if (Point* point = point_at(running.point); point != nullptr && told.phases)
        point->phases_seen = *told.phases;
    take_reads(running.point, &running, told.reads, now);
}

void Station::over(const TransactionTold& told, std::string_view id, Moment now) {
    const Time at = when_told(told.at, told.offline, now).at;
    const bool accepted = may_charge(told.token);
    const auto reply = [&] {
        answer(id, transaction_answer(version_, !told.token.empty(), accepted), true);
    };
    Running* running = find_running(told.transaction);
    const auto was = std::find_if(ended_.begin(), ended_.end(),
                                  [&](const Ended& one) { return one.id == told.transaction; });
    if (running == nullptr && was != ended_.end() && !was->lost) return reply();  // told twice
    Running gone;
    bool late = false;
    if (running != nullptr) {
        went_on(told, *running, at, now);
        gone = std::move(*running);
        std::erase_if(running_, [&](const Running& one) { return &one == running; });
    } else {
        late = true;
        gone.id = told.transaction;
        gone.point = told.point > 0 ? told.point : 1;
        gone.token = told.token;
        gone.started = at;
        if (was != ended_.end()) {
            gone.point = was->point;
            gone.token = was->token;
            gone.started = was->started;
            gone.started_known = true;
            gone.meter_start = was->meter_start;
            // Where no register was ever told, it counts from what comes now.
            if (version_ == Version::v16 || was->meter_start > 0)
                count(gone, static_cast<double>(was->meter_start), was->started);
            ended_.erase(was);
        } else {
            sink_->noticed("transaction", told.transaction, "the end of what never began here");
        }
        ensure_point(gone.point);
        take_reads(gone.point, &gone, told.reads, now);
    }
    if (told.meter_wh) count(gone, static_cast<double>(*told.meter_wh), at);
    if (!late) say_register(gone, told);
    const int point = gone.point;
    finish(std::move(gone), at, told.reason, late, now);
    if (!late) say_state_after(told, point, at);
    save();
    reply();
}

void Station::finish(Running running, Time at, std::string_view reason, bool late, Moment now) {
    std::string detail;
    ObjectOut out(detail);
    out.text("stage", "ended").text("transaction", running.id);
    if (running.started_known || !late) out.time("started", running.started);
    out.flag_if("estimated", running.guessed);
    out.time("ended", at).text("reason", reason).integer("energy", running.energy_wh);
    if (running.register_known) {
        out.integer("meter_start", running.meter_start);
        out.integer("meter_stop", running.register_wh);
    }
    if (late) out.flag("late", true);
    if (!running.signed_values.empty()) {
        out.name("signed");
        char before = '[';
        for (const auto& one : running.signed_values) {
            detail += std::exchange(before, ',');
            append_json_string(detail, one);
        }
        detail += ']';
    }
    out.end();
    sink_->happened(running.point, "session", Json{detail});
    if (Point* point = point_at(running.point); point != nullptr) {
        point->free_since = {};
        point->started_as.clear();
    }
    // What is told late says nothing of who stands there now.
    if (running_at(running.point) == nullptr) {
        sink_->say(running.point, "session_energy", static_cast<double>(running.energy_wh), at);
        say_session(running.point, nullptr, std::max(at, running.heard));
    }
    ended_.push_back({running.id, running.point, running.started, running.said, running.meter_start,
                      running.token, false});
    if (ended_.size() > ended_kept) ended_.pop_front();
    (void)now;
}

void Station::say_started(const Running& running) {
    std::string detail;
    ObjectOut(detail)
        .text("stage", "started")
        .text("transaction", running.id)
        .time("started", running.started)
        .integer("meter_start", running.meter_start)
        .flag_if("estimated", running.guessed)
        .end();
    sink_->happened(running.point, "session", Json{detail});
}

void Station::say_session(int point, const Running* running, Time at) {
    sink_->say(point, "transaction", running != nullptr ? running->id : std::string(), at);
    const std::string token = running != nullptr ? running->token : std::string();
    const bool car = running != nullptr && running->of_car;
    sink_->say(point, "id_tag", car ? std::string() : token, at);
    sink_->say(point, "ev_id", car ? token : std::string(), at);
    if (running != nullptr)
        sink_->say(point, "session_energy", static_cast<double>(running->energy_wh), at);
}

// ---- over a restart
// -------------------------------------------------------------------------------

void Station::save() {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(save_format);
    out.u8(known_ ? 1 : 0);
    for (const auto* text : {&about_.vendor, &about_.model, &about_.serial, &about_.firmware})
        out.text(*text);
    out.i64(next_transaction_);
    out.u64(points_.size());
    for (const auto& point : points_) {
        out.u8(static_cast<std::uint8_t>(point.state));
        out.f64(point.limit ? point.limit->ampere : -1);
        out.f64(point.limit ? point.limit->watt.value_or(-1) : -1);
        out.u8(static_cast<std::uint8_t>(point.phases.value_or(0)));
        out.text(point.reserved_for);
        out.i64(point.reserved_until.us);
        point.told_before.save(out);
    }
    out.u64(running_.size());
    for (const auto& one : running_) {
        out.text(one.id);
        out.u64(static_cast<std::uint64_t>(one.point));
        out.text(one.token);
        for (const std::int64_t n : {one.started.us, one.meter_start, one.register_wh,
                                     one.energy_wh, one.heard.us, one.sequence})
            out.i64(n);
        out.u8(static_cast<std::uint8_t>((one.started_known ? 1 : 0) |
                                         (one.register_known ? 2 : 0) | (one.guessed ? 4 : 0)));
        out.i64(one.said.us);
        out.u64(one.signed_values.size());
        for (const auto& value : one.signed_values) out.text(value);
    }
    out.u64(ended_.size());
    for (const auto& one : ended_) {
        out.text(one.id);
        out.u64(static_cast<std::uint64_t>(one.point));
        out.i64(one.started.us);
        out.i64(one.said.us);
        out.i64(one.meter_start);
        out.text(one.token);
        out.u8(one.lost ? 1 : 0);
    }
    out.i64(list_version_);
    out.text(list_cards_);
    out.u8(clock_.compared() ? 1 : 0);
    out.i64(clock_.behind().us);
    sink_->keep(std::move(bytes));
}

Result<void> Station::restore(std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t format = in.u8();
    if (format < save_format_oldest || format > save_format)
        return fail(Code::corrupt, "of another format");
    known_ = in.u8() == 1;
    for (auto* text : {&about_.vendor, &about_.model, &about_.serial, &about_.firmware})
        *text = in.text();
    next_transaction_ = std::max<std::int64_t>(in.i64(), 1);
    points_.resize(std::min(in.count(), static_cast<std::size_t>(points_max)));
    for (auto& point : points_) {
        point.state = in.one_of(PointState::faulted);
        if (const double ampere = in.f64(); ampere >= 0) point.limit = Limit{ampere, {}};
        const double watt = format >= 4 ? in.f64() : -1;
        if (watt >= 0 && point.limit) point.limit->watt = watt;
        if (const int phases = in.u8(); phases > 0) point.phases = phases;
        if (format < 2) continue;
        point.reserved_for = in.text();
        point.reserved_until = Time{in.i64()};
        if (format >= 3) point.told_before.restore(in);
    }
    running_.resize(std::min(in.count(), running_max));
    for (auto& one : running_) {
        one.id = in.text();
        one.point = static_cast<int>(in.u32());
        one.token = in.text();
        for (std::int64_t* n : {&one.started.us, &one.meter_start, &one.register_wh, &one.energy_wh,
                                &one.heard.us, &one.sequence})
            *n = in.i64();
        const auto flags = in.u8();
        one.started_known = (flags & 1) != 0;
        one.register_known = (flags & 2) != 0;
        one.guessed = (flags & 4) != 0;
        if (format >= 4) one.said.us = in.i64();
        one.signed_values.resize(std::min<std::size_t>(in.count(), 4));
        for (auto& value : one.signed_values) value = in.text();
    }
    ended_.resize(std::min(in.count(), ended_kept));
    for (auto& one : ended_) {
        one.id = in.text();
        one.point = static_cast<int>(in.u32());
        one.started.us = in.i64();
        if (format >= 4) one.said.us = in.i64();
        one.meter_start = in.i64();
        one.token = in.text();
        one.lost = in.u8() == 1;
    }
    if (format >= 2) {
        list_version_ = in.i64();
        list_cards_ = in.text();
    }
    // Who was heard before those were kept was heard long enough.
    const bool compared = format >= 4 ? in.u8() == 1 : known_;
    clock_.restore(compared, Duration{format >= 4 ? in.i64() : 0});
    if (in.ok()) return {};
    *this = Station(id_, options_, *sink_);
    return fail(Code::corrupt, "cut short");
}

}  // namespace foxtail::ocpp
