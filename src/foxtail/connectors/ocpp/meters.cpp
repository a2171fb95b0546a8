#include "foxtail/connectors/ocpp/meters.hpp"

#include <cmath>

namespace foxtail::ocpp {
namespace {

void take(const Sample& sample, PointMeter& out) {
    const auto phase = static_cast<std::size_t>(sample.phase);
    const bool of_phase = phase >= 1 && phase <= 3;
    const auto into = [&](std::array<std::optional<double>, 3>& by_phase) {
        if (of_phase && !sample.line_to_line) by_phase[phase - 1] = sample.value;
    };
    switch (sample.measurand) {
        case Measurand::energy_import:
            if (sample.phase == Phase::none) out.energy_wh = sample.value;
            break;
        case Measurand::power_import:
            if (sample.phase == Phase::none) out.power_w = sample.value;
            into(out.power_w_by_phase);
            break;
        case Measurand::current_import:
            // Without a phase it is the current of each conductor that carries one; which ones
            // these are nobody said, so it stands on the first.
            if (sample.phase == Phase::none && !out.current_a[0]) out.current_a[0] = sample.value;
            into(out.current_a);
            break;
        case Measurand::voltage:
            if (sample.phase == Phase::none && !out.voltage_v[0]) out.voltage_v[0] = sample.value;
            into(out.voltage_v);
            break;
        case Measurand::current_offered:
            out.offered_a = sample.value;
            break;
        case Measurand::soc:
            out.soc = sample.value;
            break;
        case Measurand::other:
            break;
    }
}

std::optional<double> sum(const std::array<std::optional<double>, 3>& phases) {
    std::optional<double> out;
    for (const auto& one : phases) {
        if (one) out = out.value_or(0) + *one;
    }
    return out;
}

}  // namespace

PointMeter sum_up(const MeterRead& read) {
    PointMeter out;
    std::array<std::optional<double>, 3> energy_by_phase;
    // What is measured at the outlet goes last, and so over what is measured elsewhere.
    for (const bool at_outlet : {false, true}) {
        for (const auto& sample : read.samples) {
            if (sample.at_outlet != at_outlet) continue;
            take(sample, out);
            const auto phase = static_cast<std::size_t>(sample.phase);
            if (sample.measurand == Measurand::energy_import && phase >= 1 && phase <= 3)
                energy_by_phase[phase - 1] = sample.value;
        }
    }
    if (!out.energy_wh) out.energy_wh = sum(energy_by_phase);
    if (!out.power_w) out.power_w = sum(out.power_w_by_phase);
    return out;
}

bool to_base_unit(Measurand measurand, std::string_view unit, int multiplier, double& value) {
    if (multiplier < -12 || multiplier > 12) return false;
    double factor = std::pow(10.0, multiplier);
    const auto is = [&](std::string_view base, std::string_view kilo) {
        if (!kilo.empty() && unit == kilo) factor *= 1000;
        return unit.empty() || unit == base || (!kilo.empty() && unit == kilo);
    };
    bool fits = true;
    switch (measurand) {
        case Measurand::energy_import:
            fits = is("Wh", "kWh");
            break;
        case Measurand::power_import:
            fits = is("W", "kW");
            break;
        case Measurand::current_import:
        case Measurand::current_offered:
            fits = is("A", "");
            break;
        case Measurand::voltage:
            fits = is("V", "");
            break;
        case Measurand::soc:
            fits = is("Percent", "") || unit == "%";
            break;
        case Measurand::other:
            break;
    }
    value *= factor;
    return fits && std::isfinite(value);
}

}  // namespace foxtail::ocpp
