// What a charging point's meter tells: late, twice or with a register that begins anew.
#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::ocpp {
namespace {

constexpr double register_wh_max = 1e13;  // ten thousand households for a year

constexpr std::array<std::string_view, ToldBefore::measurands_max> measurand_names = {
    "power_l1",   "power_l2",   "power_l3",   "current_l1", "current_l2", "current_l3",
    "voltage_l1", "voltage_l2", "voltage_l3", "power",      "energy",     "soc"};
constexpr double volts_least = 180;  // of a phase to neutral, where one can charge
constexpr double volts_most = 280;
constexpr std::size_t power_of_all = 9;
constexpr std::size_t energy_register = 10;
constexpr std::size_t state_of_charge = 11;

}  // namespace

/// The register as it stood at the beginning and at the end: what is metered in between is only the
/// most of it.
void Station::say_register(const Running& running, const TransactionTold& told) {
    if (told.meter_wh && running.register_known && running.register_wh == *told.meter_wh)
        (void)say_measurand(running.point, energy_register, static_cast<double>(*told.meter_wh),
                            running.heard, running.heard == told.at);
}

void Station::count(Running& running, double register_wh, Time at) {
    if (running.heard.known() && at < running.heard) return;  // told late: counted already
    if (!(register_wh >= 0 && register_wh < register_wh_max)) {
        return sink_->noticed("meter", {}, "an energy register that no meter has");
    }
    const auto wh = static_cast<std::int64_t>(std::llround(register_wh));
    if (!running.register_known) {
        running.register_known = true;
        if (running.meter_start == 0) running.meter_start = wh;
        running.register_wh = wh;
        running.heard = at;
        return;
    }
    if (wh >= running.register_wh) {
        running.energy_wh += wh - running.register_wh;
    } else if (running.register_wh - wh <= register_jitter_wh && wh > 0) {
        return;  // rounding between two messages, no new beginning
    } else {
        sink_->noticed("meter", std::to_string(wh),
                       "the energy register went back from " + std::to_string(running.register_wh) +
                           " Wh: it began anew");
        running.energy_wh += wh;
    }
    running.register_wh = wh;
    running.heard = at;
}

void Station::take_reads(int number, Running* running, const std::vector<MeterRead>& reads,
                         Moment now) {
    std::vector<const MeterRead*> sorted;
    sorted.reserve(reads.size());
    for (const auto& read : reads) sorted.push_back(&read);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return a->at < b->at; });
    for (const auto* read : sorted) {
        const Time at = event_time(read->at, now);
        const PointMeter meter = sum_up(*read);
        if (running != nullptr) {
            if (meter.energy_wh) count(*running, *meter.energy_wh, at);
            for (const auto& one : read->signed_values) {
                auto& kept = running->signed_values;
                if (kept.size() < 4 && std::find(kept.begin(), kept.end(), one) == kept.end())
                    kept.push_back(one);
            }
        }
        Point* point = point_at(number);
        if (point == nullptr) continue;
        point->metered = now.mono;
        // What was kept while the line was down enters the history where it was true; what is
        // believed now stays what is newest.
        const bool newest = at >= point->meter_at;
        if (newest) point->meter_at = at;
        const bool counted = say_meter(number, meter, at, at == read->at + clock_.behind());
        if (newest) see_phases(*point, meter);
        if (newest && counted && running != nullptr && meter.energy_wh)
            sink_->say(number, "session_energy", static_cast<double>(running->energy_wh), at);
    }
}

/// What was told before of the same time is not told again: the history would count it twice. A
/// clock that was never set says nothing of that.
bool Station::say_measurand(int number, std::size_t measurand, double value, Time at,
                            bool clock_right) {
    Point* point = point_at(number);
    if (clock_right && point != nullptr && !point->told_before.is_new(at, measurand, value))
        return false;
    sink_->say(number, measurand_names[measurand], value, at);
    return true;
}

/// True when something of it is new.
bool Station::say_meter(int number, const PointMeter& meter, Time at, bool clock_right) {
    bool news = false;
    const auto say = [&](std::size_t measurand, const std::optional<double>& value) {
        if (value) news = say_measurand(number, measurand, *value, at, clock_right) || news;
    };
    const std::array<const std::array<std::optional<double>, 3>*, 3> values = {
        &meter.power_w_by_phase, &meter.current_a, &meter.voltage_v};
    std::size_t measurand = 0;
    for (const auto* by_phase : values) {
        for (const auto& value : *by_phase) say(measurand++, value);
    }
    say(power_of_all, meter.power_w);
    say(energy_register, meter.energy_wh);
    say(state_of_charge, meter.soc);
    return news;
}

void Station::see_phases(Point& point, const PointMeter& meter) {
    int drawing = 0;
    for (const auto& one : meter.current_a) drawing += one && *one > 1 ? 1 : 0;
    if (drawing > 0) point.phases_seen = drawing;
    const auto& volts = meter.voltage_v[0];
    if (volts && *volts >= volts_least && *volts <= volts_most) point.volts = *volts;
}

}  // namespace foxtail::ocpp
