#include "foxtail/cars/joined.hpp"

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::cars {
namespace {

constexpr double points_apart = 3;       // of a percentage
constexpr double degrees_apart = 0.005;  // about 500 m
constexpr double share_apart = 0.1;      // of anything else
constexpr std::array<std::string_view, 9> momentary = {"W",   "kW", "A",   "V", "km/h",
                                                       "m/s", "s",  "min", "h"};

void append(std::string& out, std::string_view key, std::string_view text) {
    out += out.back() == '{' ? "" : ",";
    append_json_string(out, key);
    out += ':';
    append_json_string(out, text);
}

}  // namespace

bool contradicts(const Value& a, const Value& b, std::string_view unit) {
    double x = 0;
    double y = 0;
    const bool numbers = !std::holds_alternative<bool>(a) && !std::holds_alternative<bool>(b) &&
                         as_number(a, x) && as_number(b, y);
    if (!numbers) return !same_value(a, b);
    if (std::find(momentary.begin(), momentary.end(), unit) != momentary.end()) return false;
    const double apart = std::abs(x - y);
    if (unit == "%") return apart > points_apart;
    if (unit == "deg") return apart > degrees_apart;
    return apart > share_apart * std::max(std::abs(x), std::abs(y)) && apart > 1;
}

std::optional<std::size_t> Joined::believed(std::string_view path) const {
    const auto at = signals_.find(path);
    return at == signals_.end() ? std::nullopt : at->second.said_by;
}

std::optional<bool> Joined::plugged() const {
    const auto at = signals_.find(plugged_path);
    if (at == signals_.end() || !at->second.said_by) return std::nullopt;
    const auto* flag = std::get_if<bool>(&at->second.said.value);
    return flag == nullptr ? std::nullopt : std::optional(*flag);
}

std::optional<std::size_t> Joined::choose(const Signal& signal, Time now) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < signal.candidates.size(); ++i) {
        const Candidate& one = signal.candidates[i];
        if (!one.known()) continue;
        if (!best) {
            best = i;
            continue;
        }
        const Candidate& other = signal.candidates[*best];
        const bool fresh = one.fresh(now);
        if (fresh != other.fresh(now)) {
            if (fresh) best = i;
            continue;
        }
        const int trust = options_.sources[i].trust - options_.sources[*best].trust;
        if (fresh && trust != 0) {
            if (trust > 0) best = i;
            continue;
        }
        if (one.at > other.at) best = i;
    }
    return best;
}

void Joined::decide(const std::string& path, Signal& signal, Time now, std::vector<Saying>& out) {
    const auto best = choose(signal, now);
    if (!best) return;
    const Candidate& one = signal.candidates[*best];
    const bool other = signal.said_by && signal.said_by != best;
    if (signal.said_by && one.at < signal.said.at) return;
    if (signal.said_by == best && one.at == signal.said.at &&
        same_value(one.value, signal.said.value))
        return;
    if (other && one.at == signal.said.at && same_value(one.value, signal.said.value)) {
        signal.said_by = best;
        return;
    }
    signal.said_by = best;
    signal.said = one;
    if (path == soc_path) anchor(one);
    out.push_back({path, one.value, one.at, Quality::good});
}

std::vector<Saying> Joined::hear(std::size_t source, std::string_view path, const Value& value,
                                 Time at, std::string_view unit, std::optional<Duration> max_age,
                                 Time now) {
    std::vector<Saying> out;
    if (source >= options_.sources.size()) return out;
    auto found = signals_.find(path);
    if (found == signals_.end()) {
        if (signals_.size() >= paths_max) return out;
        found = signals_.emplace(std::string(path), Signal{}).first;
        found->second.candidates.resize(options_.sources.size());
    }
    Signal& signal = found->second;
    signal.unit = unit;
    Candidate& mine = signal.candidates[source];
    if (at < mine.at) return out;  // late by radio
    mine = {value, at, max_age};
    decide(found->first, signal, now, out);
    // A word of the car may be older than what the meter has counted since.
    if (path == soc_path) estimate(now, out);
    tell_sources(now, out);
    return out;
}

void Joined::recall(std::size_t source, std::string_view path, const Value& value, Time at,
                    std::string_view unit, std::optional<Duration> max_age) {
    if (source >= options_.sources.size() || signals_.size() >= paths_max) return;
    Signal& signal = signals_[std::string(path)];
    signal.unit = unit;
    signal.candidates.resize(options_.sources.size());
    signal.candidates[source] = {value, at, max_age};
}

void Joined::recalled(Time now) {
    std::vector<Saying> silent;
    for (auto& [path, signal] : signals_) decide(path, signal, now, silent);
}

// ---- reckoning ----

std::optional<double> Joined::capacity_wh() const {
    if (options_.capacity_kwh) return *options_.capacity_kwh * 1000;
    for (const std::string_view path :
         {"Foxtail.Battery.NetCapacity", "Powertrain.TractionBattery.NetCapacity"}) {
        const auto at = signals_.find(path);
        double kwh = 0;
        if (at != signals_.end() && at->second.said_by && as_number(at->second.said.value, kwh) &&
            kwh > 0)
            return kwh * 1000;
    }
    return std::nullopt;
}

void Joined::anchor(const Candidate& soc) {
    double percent = 0;
    if (!as_number(soc.value, percent)) return;
    anchor_soc_ = percent;
    anchor_at_ = soc.at;
    while (!portions_.empty() && portions_.front().at <= soc.at) portions_.pop_front();
}

void Joined::estimate(Time now, std::vector<Saying>& out) {
    const auto capacity = capacity_wh();
    if (!capacity || !anchor_soc_ || portions_.empty()) return;
    const Time until = portions_.back().at;
    if (until - anchor_at_ < estimate_after || until > now) return;
    double wh = 0;
    for (const Portion& one : portions_) wh += one.wh;
    const double percent =
        std::min(100.0, *anchor_soc_ + 100 * wh * options_.efficiency / *capacity);
    estimated_at_ = until;
    // To a tenth: more would pretend to know.
    out.push_back(
        {std::string(soc_path), std::round(percent * 10) / 10, until, Quality::estimated});
}

std::vector<Saying> Joined::metered(std::size_t meter, double register_wh, bool here, Time at,
                                    Time now) {
    std::vector<Saying> out;
    if (meter >= meters_.size() || !std::isfinite(register_wh)) return out;
    Meter& one = meters_[meter];
    const auto before = one.register_wh;
    const bool was_here = one.here;
    one.register_wh = register_wh;
    one.here = here;
    // Between two readings the car was there if it was at both. A register that was reset, or
    // jumped, says nothing of what lies between.
    if (!before || !was_here || !here) return out;
    const double step = register_wh - *before;
    if (step < 0 || step > step_wh_max) return out;
    if (anchor_soc_ && at <= anchor_at_) return out;
    // That nothing went in is known too, and keeps the state from growing stale.
    if (step == 0 && at - std::max(estimated_at_, anchor_at_) < estimate_again) return out;
    if (portions_.size() >= portions_max) {
        portions_[1].wh += portions_[0].wh;
        portions_.pop_front();
    }
    portions_.push_back({portions_.empty() ? at : std::max(at, portions_.back().at), step});
    estimate(now, out);
    return out;
}

// ---- contradictions ----

std::optional<std::size_t> Joined::contradicted(const Signal& signal, Time now) const {
    if (!signal.said_by) return std::nullopt;
    const Candidate& mine = signal.candidates[*signal.said_by];
    if (!mine.fresh(now)) return std::nullopt;
    for (std::size_t i = 0; i < signal.candidates.size(); ++i) {
        const Candidate& other = signal.candidates[i];
        if (i != *signal.said_by && other.fresh(now) &&
            contradicts(mine.value, other.value, signal.unit))
            return i;
    }
    return std::nullopt;
}

void Joined::tell_conflicts(Time now, std::vector<Saying>& out) {
    std::string list = "[";
    for (auto& [path, signal] : signals_) {
        const auto other = contradicted(signal, now);
        if (!other) {
            signal.disagree_since.reset();
            continue;
        }
        if (!signal.disagree_since || *signal.disagree_since > now) signal.disagree_since = now;
        if (now - *signal.disagree_since < conflict_lasts) continue;
        list += list.size() > 1 ? ",{" : "{";
        append(list, "property", path);
        append(list, "believed", options_.sources[*signal.said_by].name);
        append(list, "contradicted_by", options_.sources[*other].name);
        list += '}';
    }
    list += ']';
    if (list == told_conflicts_) return;
    told_conflicts_ = list;
    out.push_back({std::string(conflicts_path), Json{std::move(list)}, now, Quality::good});
}

void Joined::tell_sources(Time now, std::vector<Saying>& out) {
    std::string sources = "[";
    for (std::size_t i = 0; i < options_.sources.size(); ++i) {
        bool fresh = false;
        bool heard = false;
        for (const auto& [path, signal] : signals_) {
            heard = heard || signal.candidates[i].known();
            // What never ages says nothing of whether the source lives.
            fresh = fresh || (signal.candidates[i].max_age && signal.candidates[i].fresh(now));
        }
        sources += i > 0 ? ",{" : "{";
        append(sources, "thing", options_.sources[i].name);
        sources += ",\"trust\":" + std::to_string(options_.sources[i].trust);
        append(sources, "state", fresh ? "fresh" : (heard ? "silent" : "never heard"));
        sources += '}';
    }
    sources += ']';
    if (sources != told_sources_) {
        told_sources_ = sources;
        out.push_back({std::string(sources_path), Json{std::move(sources)}, now, Quality::good});
    }
    std::string whom = "{";
    for (const auto& [path, signal] : signals_) {
        if (signal.said_by) append(whom, path, options_.sources[*signal.said_by].name);
    }
    whom += '}';
    if (whom == told_believed_) return;
    told_believed_ = whom;
    out.push_back({std::string(believed_path), Json{std::move(whom)}, now, Quality::good});
}

std::vector<Saying> Joined::look(Time now) {
    std::vector<Saying> out;
    for (auto& [path, signal] : signals_) decide(path, signal, now, out);
    tell_conflicts(now, out);
    tell_sources(now, out);
    return out;
}

// ---- over a restart ----

std::string Joined::save() const {
    std::string out;
    ByteWriter writer(out);
    writer.u8(1);
    writer.u8(anchor_soc_ ? 1 : 0);
    writer.f64(anchor_soc_.value_or(0));
    writer.i64(anchor_at_.us);
    writer.u64(meters_.size());
    for (const Meter& one : meters_) {
        writer.u8(one.register_wh ? 1 : 0);
        writer.f64(one.register_wh.value_or(0));
        writer.u8(one.here ? 1 : 0);
    }
    writer.u64(portions_.size());
    for (const Portion& one : portions_) {
        writer.i64(one.at.us);
        writer.f64(one.wh);
    }
    return out;
}

Result<void> Joined::load(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != 1) return fail(Code::corrupt, "a car's state of another version");
    Joined read(options_);
    const bool anchored = in.u8() != 0;
    const double soc = in.f64();
    if (anchored) read.anchor_soc_ = soc;
    read.anchor_at_ = Time{in.i64()};
    const std::size_t meters = in.count(10);
    for (std::size_t i = 0; i < meters && in.ok(); ++i) {
        const bool known = in.u8() != 0;
        const double wh = in.f64();
        const bool here = in.u8() != 0;
        // The configuration may have another number of meters now.
        if (i < read.meters_.size() && known) read.meters_[i] = {wh, here};
    }
    const std::size_t portions = in.count(9);
    if (portions > portions_max) return fail(Code::corrupt, "a car's state too large");
    for (std::size_t i = 0; i < portions && in.ok(); ++i) {
        const Time at{in.i64()};
        const double wh = in.f64();
        if (!(wh >= 0) || wh > step_wh_max * portions_max)
            return fail(Code::corrupt, "no energy goes into a car like that");
        read.portions_.push_back({at, wh});
    }
    const bool finite = !anchored || (soc >= 0 && soc <= 100);
    if (!in.ok() || !in.at_end() || !finite) return fail(Code::corrupt, "a car's state cut short");
    anchor_soc_ = read.anchor_soc_;
    anchor_at_ = read.anchor_at_;
    meters_ = std::move(read.meters_);
    portions_ = std::move(read.portions_);
    return {};
}

}  // namespace foxtail::cars
