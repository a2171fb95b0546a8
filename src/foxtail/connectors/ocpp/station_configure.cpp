// After a charger has booted: what can it do, what shall it tell, and the limits it has to keep.
#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace foxtail::ocpp {
namespace {

// In the order of how much each is missed.
constexpr std::array<std::string_view, 5> wanted_measurands = {
    "Energy.Active.Import.Register", "Current.Import", "Power.Active.Import", "Voltage", "SoC"};
constexpr int limit_profile_id = 4201;
constexpr int fallback_profile_id = 4200;
constexpr int levels_cleared_max = 9;  // one request each
constexpr Duration retold_after = seconds(30);

bool truth(std::string_view text) {
    return text == "true" || text == "True" || text == "TRUE" || text == "1";
}

std::optional<int> number(std::string_view text) {
    int out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return out;
}

bool lists(std::string_view list, std::string_view word) {
    for (std::size_t at = list.find(word); at != std::string_view::npos;
         at = list.find(word, at + 1)) {
        const bool starts = at == 0 || list[at - 1] == ',' || list[at - 1] == ' ';
        const auto end = at + word.size();
        if (starts && (end == list.size() || list[end] == ',' || list[end] == ' ')) return true;
    }
    return false;
}

const char* sampled_key(Version version) {
    return version == Version::v16 ? "MeterValuesSampledData"
                                   : "SampledDataCtrlr.TxUpdatedMeasurands";
}

std::string joined(std::string_view list, std::string_view word) {
    return list.empty() ? std::string(word) : std::string(list) + "," + std::string(word);
}

}  // namespace

std::string Station::setting(std::string_view key) const {
    const auto at = settings_.find(key);
    return at == settings_.end() ? std::string() : at->second;
}

void Station::configure(Moment now) {
    configuring_ = true;
    speak_at_ = now.mono + promise_time_max;
    enqueue_step(AskSettings{{}, next_remote_id_++}, Step::settings, now);
}

void Station::learn(const std::vector<Setting>& settings) {
    const bool old = version_ == Version::v16;
    for (const auto& one : settings) {
        settings_[one.key] = one.value;
        // 2.0.1 names its points by the components it has.
        const auto at = one.key.rfind('@');
        if (!old && at != std::string::npos && one.key.starts_with("EVSE.")) {
            if (const auto point = number(std::string_view(one.key).substr(at + 1)))
                ensure_point(*point);
        }
    }
    if (settings_.size() > 1000) settings_.clear();
    const auto points = number(setting("NumberOfConnectors"));
    if (old && points) ensure_point(std::min(*points, points_max));
    const auto units =
        setting(old ? "ChargingScheduleAllowedChargingRateUnit" : "SmartChargingCtrlr.RateUnit");
    const bool amperes =
        units.empty() || units.find("Current") != std::string::npos || lists(units, "A");
    in_watts_ = !amperes;
    takes_watts_ = units.find("Power") != std::string::npos || lists(units, "W");
    const auto levels = number(
        setting(old ? "ChargeProfileMaxStackLevel" : "SmartChargingCtrlr.ProfileStackLevel"));
    stack_level_max_ = levels.value_or(1);
    const auto features = setting("SupportedFeatureProfiles");
    smart_ = features.empty() || lists(features, "SmartCharging");
    const bool switches = options_.switches_phases.value_or(truth(
        setting(old ? "ConnectorSwitch3to1PhaseSupported" : "SmartChargingCtrlr.Phases3to1")));
    if (switches != switches_phases_) {
        switches_phases_ = switches;
        sink_->learned();
    }
}

void Station::plan(Moment now) {
    measurands_.clear();
    probing_.clear();
    const auto in_force = setting("MeterValuesSampledData");
    if (version_ != Version::v16) {
        std::string all;
        for (const auto& one : wanted_measurands) all = joined(all, one);
        enqueue_step(AskSetting{sampled_key(version_), all}, Step::measurands, now);
        return;
    }
    const bool complete = std::all_of(wanted_measurands.begin(), wanted_measurands.end() - 1,
                                      [&](auto one) { return lists(in_force, one); });
    if (complete) return finish_plan(now);
    const auto most = number(setting("MeterValuesSampledDataMaxLength")).value_or(5);
    std::string all;
    int count = 0;
    for (const auto& one : wanted_measurands) {
        if (count++ < most) all = joined(all, one);
    }
    enqueue_step(AskSetting{sampled_key(version_), all}, Step::measurands, now);
}

void Station::measurands_answered(const Call& call, const Answered& answered, Moment now) {
    const bool first = call.step == Step::measurands;
    const auto& tried = std::get<AskSetting>(call.asked).value;
    if (answered.done) measurands_ = tried;
    if (first && (answered.done || answered.status.starts_with("Unknown"))) return finish_plan(now);
    // Not all at once: one by one, and those stay that are taken. Too many at a time make some
    // boxes restart, so what was refused is never asked again in this connection.
    if (first) probing_.assign(wanted_measurands.rbegin(), wanted_measurands.rend());
    probe(now);
}

void Station::probe(Moment now) {
    if (probing_.empty()) return finish_plan(now);
    const auto next = probing_.back();
    probing_.pop_back();
    enqueue_step(AskSetting{sampled_key(version_), joined(measurands_, next)},
                 Step::measurand_probe, now);
}

/// A session begins and ends with what the register says, whatever else is told then.
void Station::want_register_at(const char* key, Moment now) {
    const auto said = settings_.find(key);
    if (said == settings_.end() || lists(said->second, wanted_measurands[0])) return;
    enqueue_step(AskSetting{key, joined(said->second, wanted_measurands[0])}, Step::setting, now);
}

void Station::finish_plan(Moment now) {
    const bool old = version_ == Version::v16;
    const auto want = [&](const char* key, Duration every) {
        const auto wanted = std::to_string(every.us / 1'000'000);
        // Who says its settings and not this one does not have it.
        const bool there = settings_.empty() || settings_.contains(key);
        if (there && setting(key) != wanted)
            enqueue_step(AskSetting{key, wanted}, Step::setting, now);
    };
    want(old ? "MeterValueSampleInterval" : "SampledDataCtrlr.TxUpdatedInterval",
         options_.meter_every);
    want(old ? "WebSocketPingInterval" : "OCPPCommCtrlr.WebSocketPingInterval",
         options_.ping_every);
    const auto features = setting("SupportedFeatureProfiles");
    lists_cards_ = old ? features.empty() || lists(features, "LocalAuthListManagement")
                       : setting("LocalAuthListCtrlr.Available") != "false";
    compare_lists(now);
    if (!old) {
        want_register_at("SampledDataCtrlr.TxStartedMeasurands", now);
        want_register_at("SampledDataCtrlr.TxEndedMeasurands", now);
    }
    enqueue_step(AskTrigger{AskTrigger::What::status, 0}, Step::other, now);
    configuring_ = false;
    configured_ = true;
    for (int number = 1; number <= points(); ++number) retell(number, now);
    for (const auto& one : running_) {
        if (!old) enqueue_step(AskTransaction{one.id}, Step::transaction, now);
    }
}

// ---- limits
// ---------------------------------------------------------------------------------------

/// On as many phases as it is seen to take, or all that there could be.
Station::Limit Station::in_amperes(const Point& point, double watt) const {
    int phases = point.phases_seen > 0 ? point.phases_seen : 3;
    if (point.phases && switches_phases_) phases = *point.phases;
    const double ampere = std::floor(watt / (point.volts * phases) * 10 + 1e-6) / 10;
    return {ampere < ampere_min ? 0 : std::min(ampere, options_.current_a_max), watt};
}

Profile Station::profile_for(const Point& point, const Limit& limit, Time now) const {
    const double ampere = limit.watt ? in_amperes(point, *limit.watt).ampere : limit.ampere;
    Profile out;
    out.id = limit_profile_id;
    out.stack_level = ours();
    out.in_watts = in_watts_;
    out.relative = options_.relative_profiles;
    // By its own clock; one that is a little behind must not wait for it.
    out.start = now - clock_.behind() - minutes(1);
    // Should the hub be gone, who had little must not take more before others have come down.
    const bool little = ampere < options_.fallback_a;
    if (options_.lease.us > 0 && out.stack_level > 0)
        out.lasts = Duration{options_.lease.us * (little ? 2 : 1)} + minutes(1);
    if (switches_phases_) out.phases = point.phases;
    // Nobody knows on how many phases the car will charge: one is what cannot be too much.
    int phases = point.phases_seen > 0 ? point.phases_seen : 1;
    if (point.phases && switches_phases_) phases = *point.phases;
    out.limit = in_watts_ ? std::floor(ampere * volts_nominal * phases) : ampere;
    if (limit.watt && takes_watts_) {
        out.in_watts = true;
        out.limit = std::floor(*limit.watt);
    }
    return out;
}

/// The level that our limits have, above what it falls back to where there are two.
int Station::ours() const {
    return stack_level_max_ > 0 ? 1 : 0;
}

int Station::highest_cleared() const {
    return std::min(stack_level_max_, levels_cleared_max);
}

void Station::tell_fallback(int number, Step step, Moment now) {
    if (stack_level_max_ <= 0 || options_.lease.us <= 0) return;
    Profile fallback = profile_for(*point_at(number), {options_.fallback_a, {}}, now.wall);
    fallback.id = fallback_profile_id;
    fallback.stack_level = 0;
    fallback.start = fallback.start - days(1);  // also where the clock is hours behind
    fallback.lasts.reset();
    enqueue_step(AskProfile{number, fallback}, step, now);
}

/// What others left there goes: profiles nobody remembers are how limits stop working.
void Station::prepare(int number, Moment now) {
    Point& point = *point_at(number);
    if (point.prepared || point.limit) return;
    if (waiting_.size() + 2 > calls_max) return;  // once its limit is in, tidy() does it
    point.prepared = true;
    enqueue_step(AskClearProfiles{std::nullopt, number, Profile::Purpose::tx_default, std::nullopt},
                 Step::prepare, now);
    tell_fallback(number, Step::prepare, now);
}

/// A box that has taken a limit of ours keeps it until the new one is in its place: what is cleared
/// then, and only after, is what stands above ours. One point at a time, while nothing else waits:
/// the queue has no room for all of a large station's.
void Station::tidy(Moment now) {
    if (!online_ || !configured_ || !smart_) return;
    for (int number = 1; number <= points(); ++number) {
        Point& point = *point_at(number);
        if (point.prepared || !point.limit) continue;
        point.prepared = true;
        tell_fallback(number, Step::other, now);
        AskClearProfiles others{std::nullopt, number, Profile::Purpose::tx_default, std::nullopt};
        const int first = ours() + 1;
        for (int level = first; level <= highest_cleared(); ++level) {
            others.stack_level = level;
            const bool end = level == first || level == highest_cleared();
            enqueue_step(others, end ? Step::tidied : Step::other, now, number);
        }
        return;
    }
}

/// One of 2.0.1 takes no profile beside another's of the same level: that one goes, and ours is
/// told again, once.
bool Station::make_way(const Call& call, const Answered& answered, Moment now) {
    const auto* ask = std::get_if<AskProfile>(&call.asked);
    if (ask == nullptr || answered.done || call.again ||
        answered.status.find("DuplicateProfile") == std::string::npos)
        return false;
    Call clear;
    clear.asked = AskClearProfiles{std::nullopt, ask->point, Profile::Purpose::tx_default,
                                   ask->profile.stack_level};
    clear.step = Step::prepare;
    Call again = call;
    again.again = true;
    // Both at the front, the clearing first.
    waiting_.push_front(std::move(again));
    waiting_.push_front(std::move(clear));
    send_next(now);
    return true;
}

/// Only the newest limit counts: older ones that wait are not sent any more. And what waits for a
/// point, limit or phases, brings back neither of what was before.
void Station::supersede(const Call& newest) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        const bool same_point = at->point == newest.point;
        if (same_point && at->step == Step::limit && newest.step == Step::limit) {
            if (at->ticket != 0) sink_->ended(at->ticket, false, "a newer limit came");
            at = waiting_.erase(at);
            continue;
        }
        if (same_point && (at->step == Step::limit || at->step == Step::phases)) {
            at->asked = newest.asked;
            at->limit = newest.limit;
        }
        ++at;
    }
}

Result<void> Station::send_limit(int number, Limit limit, Step step, std::uint64_t ticket,
                                 Moment now) {
    if (!online_) return fail(Code::unavailable, "the charger is not connected");
    if (!smart_) return fail(Code::invalid_input, "this charger has no smart charging");
    Point* point = point_at(number);
    if (point == nullptr) return fail(Code::not_found, "no such charging point");
    if (step != Step::limit && waiting_.size() >= calls_max) return no_room();
    prepare(number, now);
    Call call;
    const auto phases = point->phases;
    if (step == Step::limit) point->phases = phases_wanted(number);
    call.asked = AskProfile{number, profile_for(*point, limit, now.wall)};
    point->phases = phases;
    call.step = step;
    call.ticket = ticket;
    call.point = number;
    if (limit.watt) limit = in_amperes(*point, *limit.watt);
    call.limit = limit;
    supersede(call);
    return enqueue(std::move(call), now, true);
}

/// Some boxes clear everything, whichever level they are asked to: with the first of them what we
/// told is gone, and after the last it is all told again.
void Station::tidied(const AskClearProfiles& cleared, Moment now) {
    const int number = cleared.point.value_or(1);
    retell(number, now);
    if (cleared.stack_level == highest_cleared()) tell_fallback(number, Step::other, now);
}

/// The limit that it took last, unless a newer one is on its way.
void Station::retell(int number, Moment now) {
    const Point& point = *point_at(number);
    if (!point.limit || under_way(Step::limit, number) != nullptr) return;
    if (auto done = send_limit(number, *point.limit, Step::limit, 0, now); !done)
        sink_->noticed("limit", {}, done.error().message);
}

Result<void> Station::limit(int point, double ampere, std::uint64_t ticket, Moment now) {
    const double rounded = std::floor(ampere * 10 + 1e-6) / 10;
    if (!std::isfinite(ampere) || rounded < 0 || (rounded > 0 && rounded < ampere_min))
        return fail(Code::invalid_input, "a limit is 0 (pause) or at least 6 A");
    if (rounded > options_.current_a_max)
        return fail(Code::invalid_input,
                    "at most " + std::to_string(std::lround(options_.current_a_max)) + " A here");
    return send_limit(point, {rounded, {}}, Step::limit, ticket, now);
}

Result<void> Station::limit_power(int point, double watt, std::uint64_t ticket, Moment now) {
    const double least = ampere_min * volts_nominal;
    const double most = options_.current_a_max * volts_nominal * 3;
    if (!std::isfinite(watt) || watt < 0 || (watt > 0 && watt < least) || watt > most)
        return fail(Code::invalid_input, "a limit is 0 (pause), or " +
                                             std::to_string(std::lround(least)) + " to " +
                                             std::to_string(std::lround(most)) + " W here");
    return send_limit(point, {0, watt}, Step::limit, ticket, now);
}

void Station::limit_answered(const Call& call, const Answered& answered, Moment now) {
    Point* point = point_at(call.point);
    if (point == nullptr) return;
    if (!answered.done) {
        // Nobody waits for one that is told again: it is told again soon.
        if (call.ticket == 0)
            point->lease_until = now.mono + Duration{options_.lease.us / 2} + retold_after;
        return sink_->noticed("limit", answered.status, "the charger did not take a limit");
    }
    point->limit = call.limit;
    point->lease_until = now.mono + options_.lease;
    const auto watt = call.limit.watt;
    sink_->say(call.point, "limit", call.limit.ampere, now.wall);
    sink_->say(call.point, "limit_power", watt ? Value{*watt} : Value{Null{}}, now.wall);
    save();
}

const Station::Call* Station::under_way(Step step, int number) const {
    const auto is = [&](const Call& one) { return one.step == step && one.point == number; };
    const auto waits = std::find_if(waiting_.begin(), waiting_.end(), is);
    if (waits != waiting_.end()) return &*waits;
    return outstanding_ && is(*outstanding_) ? &*outstanding_ : nullptr;
}

/// The newest limit that it has, is being told, or will be; the phases likewise.
std::optional<Station::Limit> Station::limit_wanted(int number) const {
    if (const Call* call = under_way(Step::limit, number)) return call->limit;
    return points_[static_cast<std::size_t>(number) - 1].limit;
}

std::optional<int> Station::phases_wanted(int number) const {
    if (const Call* call = under_way(Step::phases, number))
        return std::get<AskProfile>(call->asked).profile.phases;
    return points_[static_cast<std::size_t>(number) - 1].phases;
}

Result<void> Station::phases(int number, int phases, std::uint64_t ticket, Moment now) {
    if (phases < 1 || phases > 3) return fail(Code::invalid_input, "1, 2 or 3 phases");
    if (!switches_phases_)
        return fail(Code::invalid_input, "this charger cannot change its phases");
    Point* point = point_at(number);
    if (point == nullptr) return fail(Code::not_found, "no such charging point");
    const auto before = point->phases;
    point->phases = phases;
    const auto wanted = limit_wanted(number).value_or(Limit{options_.current_a_max, {}});
    auto sent = send_limit(number, wanted, Step::phases, ticket, now);
    point->phases = before;  // until it is taken
    return sent;
}

}  // namespace foxtail::ocpp
