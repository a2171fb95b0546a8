// A charger's frames, and our own calls to it: one outstanding at a time.
#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace foxtail::ocpp {
namespace {

constexpr std::size_t sample_bytes_max = 200;

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

/// What is told of an answer to who asked.
std::string outcome_of(const Asked& asked, const Answered& answered) {
    const auto* settings = std::get_if<AskSettings>(&asked);
    if (settings != nullptr && !settings->keys.empty()) {
        if (answered.settings.empty()) return "the charger knows no such setting";
        const auto& one = answered.settings.front();
        return one.key + "=" + one.value + (one.readonly ? " (read only)" : "");
    }
    if (std::holds_alternative<AskDiagnostics>(asked) && answered.done)
        return answered.file.empty() ? "there is nothing to send" : answered.file;
    return answered.status;
}

}  // namespace

Station::Station(std::string id, StationOptions options, StationSink& sink)
    : id_(std::move(id)), options_(std::move(options)), sink_(&sink) {}

Station::Point* Station::point_at(int point) {
    return point >= 1 && point <= points() ? &points_[static_cast<std::size_t>(point - 1)]
                                           : nullptr;
}

Station::Point* Station::ensure_point(int point) {
    if (point < 1 || point > points_max) return nullptr;
    if (point > points()) {
        points_.resize(static_cast<std::size_t>(point));
        sink_->learned();
    }
    return point_at(point);
}

std::optional<std::string> Station::transaction(int point) const {
    for (const auto& one : running_) {
        if (one.point == point) return one.id;
    }
    return std::nullopt;
}

void Station::connected(Version version, Moment now) {
    if (online_) disconnected(now);
    version_ = version;
    online_ = true;
    configured_ = false;
    configuring_ = false;
    clock_wrong_ = false;
    speak_at_ = now.mono + settle_time;
    for (auto& point : points_) point.prepared = false;
    for (int point = 1; point <= points(); ++point) sink_->say(point, "online", true, now.wall);
}

void Station::set_options(StationOptions options, Moment now) {
    const bool other_cards = options.tokens != options_.tokens;
    const bool other_profiles = options.fallback_a != options_.fallback_a ||
                                options.current_a_max != options_.current_a_max ||
                                options.relative_profiles != options_.relative_profiles ||
                                options.lease != options_.lease;
    options_ = std::move(options);
    // What it falls back to goes out once more, after the limit that is renewed at once.
    for (int number = 1; other_profiles && number <= points(); ++number) {
        Point& point = *point_at(number);
        point.prepared = false;
        point.lease_until = {};
    }
    if (other_cards && online_ && configured_) {
        compare_lists(now);
        if (!lists_cards_) enqueue_step(AskClearCache{}, Step::other, now);
    }
}

void Station::disconnected(Moment now) {
    if (!online_) return;
    online_ = false;
    fail_calls("the charger is not connected");
    for (int point = 1; point <= points(); ++point) sink_->say(point, "online", false, now.wall);
}

void Station::fail_calls(std::string_view why) {
    std::deque<Call> calls = std::exchange(waiting_, {});
    if (outstanding_) calls.push_front(std::move(*std::exchange(outstanding_, std::nullopt)));
    for (const auto& call : calls) {
        if (call.ticket != 0) sink_->ended(call.ticket, false, why);
    }
}

void Station::refuse(std::string_view id_json, RpcError error, std::string_view why,
                     std::string_view sample) {
    sink_->noticed("frame", sample.substr(0, sample_bytes_max), why);
    if (!id_json.empty()) sink_->send(error_frame(id_json, code_of(error, version_), why), false);
}

void Station::answer(std::string_view id, std::string_view payload, bool when_durable) {
    sink_->send(result_frame(id, payload), when_durable);
}

void Station::frame(const boost::json::value* value, std::string_view text, Moment now) {
    if (value == nullptr) {
        const bool told = version_ != Version::v16;  // 1.6 has no answer to what has no id
        return refuse(told ? "\"-1\"" : "", RpcError::unreadable, "not json", text);
    }
    Frame frame;
    if (const auto bad = take_apart(*value, version_, frame))
        return refuse(bad->answer ? bad->id_json : std::string(), bad->error, bad->why, text);
    if (frame.kind == Frame::Kind::result) return take_result(frame, now);
    if (frame.kind == Frame::Kind::error) return take_error(frame, now);
    take_call(frame, now);
}

void Station::take_call(const Frame& frame, Moment now) {
    const auto taken = read_call(version_, frame.action, *frame.payload, options_.leniencies);
    if (!taken) {
        sink_->noticed(frame.action, {}, taken.error().why);
        sink_->send(error_frame(quoted(frame.id), code_of(taken.error().error, version_),
                                taken.error().why),
                    false);
        return;
    }
    if (!known_ && version_ != Version::v16 && !std::holds_alternative<Booted>(*taken)) {
        return sink_->send(
            error_frame(quoted(frame.id), code_of(RpcError::security_error, version_),
                        "a boot notification comes first"),
            false);
    }
    std::visit([&](const auto& what) { told(what, frame.id, now); }, *taken);
}

void Station::take_result(const Frame& frame, Moment now) {
    if (!outstanding_ || outstanding_->id != frame.id)
        return sink_->noticed("result", frame.id, "an answer to nothing that was asked");
    const Call call = std::move(*std::exchange(outstanding_, std::nullopt));
    auto read = read_result(version_, call.asked, *frame.payload, options_.leniencies);
    Answered answered;
    if (read) {
        answered = std::move(*read);
    } else {
        answered.status = "an answer that is not as it should be: " + read.error().why;
        sink_->noticed("result", {}, answered.status);
    }
    finished(call, answered, now);
    send_next(now);
}

void Station::take_error(const Frame& frame, Moment now) {
    if (!outstanding_ || outstanding_->id != frame.id)
        return sink_->noticed("error", frame.id, "an answer to nothing that was asked");
    const Call call = std::move(*std::exchange(outstanding_, std::nullopt));
    Answered answered;
    answered.status = std::string(frame.code);
    if (!frame.text.empty()) answered.status += ": " + std::string(frame.text.substr(0, 100));
    finished(call, answered, now);
    send_next(now);
}

Result<void> Station::no_room() {
    return fail(Code::exhausted, std::to_string(calls_max) + " requests wait already");
}

Result<void> Station::enqueue(Call call, Moment now, bool urgent) {
    if (!online_) return fail(Code::unavailable, "the charger is not connected");
    // One limit a point waits at most; it protects a fuse and finds room.
    if (waiting_.size() >= calls_max && call.step != Step::limit) return no_room();
    // It goes before all but what prepares it.
    auto place = waiting_.end();
    if (urgent) {
        place = waiting_.begin();
        for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
            if (at->step == Step::prepare) place = at + 1;
        }
    }
    waiting_.insert(place, std::move(call));
    send_next(now);
    return {};
}

void Station::enqueue_step(Asked asked, Step step, Moment now, int point) {
    Call call;
    call.asked = std::move(asked);
    call.step = step;
    call.point = point;
    if (auto done = enqueue(std::move(call), now); !done)
        sink_->noticed("request", {}, done.error().message);
}

void Station::send_next(Moment now) {
    while (!outstanding_ && !waiting_.empty()) {
        Call call = std::move(waiting_.front());
        waiting_.pop_front();
        const auto written = write_call(version_, call.asked);
        if (!written) {
            if (call.ticket != 0) sink_->ended(call.ticket, false, written.error().message);
            continue;
        }
        call.id = "fox-" + std::to_string(next_call_++);
        call.sent = now.mono;
        auto text = call_frame(call.id, written->action, written->payload);
        outstanding_ = std::move(call);
        sink_->send(std::move(text), false);
    }
    if (!outstanding_) tidy(now);
}

void Station::finished(const Call& call, const Answered& answered, Moment now) {
    if (make_way(call, answered, now)) return;
    switch (call.step) {
        case Step::settings:
            learn(answered.settings);
            // A 2.0.1 charger answers first and reports then: NotifyReport goes on from there.
            if (version_ == Version::v16 || !answered.done) plan(now);
            break;
        case Step::measurands:
        case Step::measurand_probe:
            measurands_answered(call, answered, now);
            break;
        case Step::tidied:
            tidied(std::get<AskClearProfiles>(call.asked), now);
            break;
        case Step::limit:
            limit_answered(call, answered, now);
            break;
        case Step::phases:
            if (Point* point = point_at(call.point); point != nullptr && answered.done) {
                const auto& profile = std::get<AskProfile>(call.asked).profile;
                point->phases = profile.phases;
                sink_->say(call.point, "phases", std::int64_t{profile.phases.value_or(3)},
                           now.wall);
                save();
            }
            break;
        case Step::trigger_boot:
            // Who cannot be asked for it will not say it: go on with what is known.
            if (!answered.done) configure(now);
            break;
        case Step::service:
        case Step::reservation:
        case Step::no_reservation:
        case Step::schedule:
            request_answered(call, answered, now);
            break;
        case Step::certificate:
            say_certified(answered, now);
            break;
        case Step::list_version:
        case Step::list:
            list_answered(call, answered, now);
            break;
        case Step::transaction:
            transaction_answered(call, answered, now);
            break;
        case Step::wish:
        case Step::setting:
        case Step::prepare:
        case Step::other:
            break;
    }
    if (call.ticket != 0)
        sink_->ended(call.ticket, answered.done, outcome_of(call.asked, answered));
}

// ---- wishes
// ---------------------------------------------------------------------------------------

Result<void> Station::ask(Asked asked, std::uint64_t ticket, Moment now) {
    Call call;
    call.asked = std::move(asked);
    call.step = Step::wish;
    call.ticket = ticket;
    return enqueue(std::move(call), now);
}

Result<void> Station::start(int point, const std::string& token, std::uint64_t ticket, Moment now) {
    if (token.empty() || token.size() > 20)
        return fail(Code::invalid_input, "a tag has 1 to 20 characters");
    // A transaction of 2.0.1 may have begun with the cable, and wait for somebody.
    const Running* running = running_at(point);
    Point* at = point_at(point);
    const bool waits = running != nullptr && running->token.empty() && version_ != Version::v16 &&
                       at != nullptr && at->state == PointState::preparing;
    if (running != nullptr && !waits) return fail(Code::conflict, "it charges already");
    auto asked = ask(AskStart{point, token, next_remote_id_++}, ticket, now);
    if (asked && at != nullptr) at->started_as = token;
    return asked;
}

Result<void> Station::stop(int point, std::uint64_t ticket, Moment now) {
    const auto running = transaction(point);
    if (!running) return fail(Code::not_found, "nothing is being charged there");
    return ask(AskStop{*running}, ticket, now);
}

Result<void> Station::unlock(int point, std::uint64_t ticket, Moment now) {
    return ask(AskUnlock{point}, ticket, now);
}

Result<void> Station::reset(bool hard, std::uint64_t ticket, Moment now) {
    return ask(AskReset{hard}, ticket, now);
}

Result<void> Station::give_key(const std::string& key, std::uint64_t ticket, Moment now) {
    const char* name =
        version_ == Version::v16 ? "AuthorizationKey" : "SecurityCtrlr.BasicAuthPassword";
    return ask(AskSetting{name, key}, ticket, now);
}

// ---- time
// -----------------------------------------------------------------------------------------

void Station::tick(Moment now) {
    forget_lost(now);
    end_reservations_over(now);
    if (!online_) return;
    // A fuse does not wait as long as a question does.
    const bool limit_waits = outstanding_ && outstanding_->step != Step::limit &&
                             std::any_of(waiting_.begin(), waiting_.end(),
                                         [](const Call& one) { return one.step == Step::limit; });
    const Duration patience = limit_waits ? answer_time_before_limit : answer_time_max;
    if (outstanding_ && now.mono - outstanding_->sent >= patience) {
        const Call call = std::move(*std::exchange(outstanding_, std::nullopt));
        Answered answered;
        answered.status = "no answer within " + format_duration(patience);
        sink_->noticed("request", {}, answered.status);
        finished(call, answered, now);
        send_next(now);
    }
    if (!configured_ && now.mono >= speak_at_) speak_up(now);
    if (configured_) renew(now);
}

/// The charger has settled, and said no boot; or it has answered and not told what it promised.
void Station::speak_up(Moment now) {
    if (!configuring_ && known_) return configure(now);
    speak_at_ = now.mono + promise_time_max;
    if (!configuring_) {
        configuring_ = true;
        return enqueue_step(AskTrigger{AskTrigger::What::boot, 0}, Step::trigger_boot, now);
    }
    if (!outstanding_ && waiting_.empty()) plan(now);
}

/// A limit that is not renewed ends: then the box falls back by itself to what is safe.
void Station::renew(Moment now) {
    for (int number = 1; number <= points(); ++number) {
        Point& point = *point_at(number);
        if (point.limit && options_.lease.us > 0 && stack_level_max_ > 0 && smart_ &&
            now.mono + Duration{options_.lease.us / 2} >= point.lease_until) {
            point.lease_until = now.mono + options_.lease;
            retell(number, now);
        }
        const bool silent =
            running_at(number) != nullptr && now.mono - point.metered > options_.meter_every * 4;
        if (silent) {
            point.metered = now.mono;
            enqueue_step(AskTrigger{AskTrigger::What::meters, number}, Step::other, now);
        }
    }
}

void Station::forget_lost(Moment now) {
    for (std::size_t i = 0; i < running_.size();) {
        const Point* point = point_at(running_[i].point);
        const bool lost = online_ && point != nullptr && point->free_since.us != 0 &&
                          now.mono - point->free_since >= lost_after;
        if (lost)
            lose(running_[i].id, "the charger is free and never told of its end", now);
        else
            ++i;
    }
}

}  // namespace foxtail::ocpp
