#pragma once

#include "foxtail/connectors/ocpp/fields.hpp"
#include "foxtail/connectors/ocpp/model.hpp"

#include <array>
#include <string_view>

// Lists of words that both versions share, in the order of the standard.
namespace foxtail::ocpp {

constexpr std::array<std::string_view, 27> measurand_words = {
    "Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Current.Offered",
    "Voltage", "SoC", "Current.Export", "Energy.Active.Export.Register",
    "Energy.Reactive.Import.Register", "Energy.Reactive.Export.Register",
    "Energy.Active.Import.Interval", "Energy.Active.Export.Interval",
    "Energy.Reactive.Import.Interval", "Energy.Reactive.Export.Interval", "Power.Active.Export",
    "Power.Reactive.Import", "Power.Reactive.Export", "Power.Offered", "Power.Factor", "Frequency",
    // 1.6 only
    "Temperature", "RPM",
    // 2.0.1 only
    "Energy.Active.Net", "Energy.Reactive.Net", "Energy.Apparent.Net", "Energy.Apparent.Import",
    "Energy.Apparent.Export"};
constexpr std::array<std::string_view, 10> phase_words = {
    "L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"};
constexpr std::array<std::string_view, 5> location_words = {"Outlet", "Body", "Cable", "EV",
                                                            "Inlet"};
constexpr std::array<std::string_view, 8> context_words = {
    "Sample.Periodic",    "Sample.Clock",     "Transaction.Begin", "Transaction.End",
    "Interruption.Begin", "Interruption.End", "Trigger",           "Other"};

[[nodiscard]] constexpr Measurand measurand_at(std::size_t word) {
    switch (word) {
        case 0:
            return Measurand::energy_import;
        case 1:
            return Measurand::power_import;
        case 2:
            return Measurand::current_import;
        case 3:
            return Measurand::current_offered;
        case 4:
            return Measurand::voltage;
        case 5:
            return Measurand::soc;
        default:
            return Measurand::other;
    }
}

/// Phase, location, context and measurand of a sampled value: the same members in both versions.
inline Sample read_sample_kind(Fields& fields) {
    Sample out;
    const auto measurand = fields.word("measurand", measurand_words, Fields::optional);
    out.measurand = measurand_at(measurand.value_or(0));
    const auto phase = fields.word("phase", phase_words, Fields::optional);
    if (phase) {
        if (*phase < 3)
            out.phase = static_cast<Phase>(*phase + 1);
        else if (*phase >= 4 && *phase <= 6)
            out.phase = static_cast<Phase>(*phase - 3);
        else
            out.phase = Phase::other;
        out.line_to_line = *phase >= 7;
    }
    const auto location = fields.word("location", location_words, Fields::optional);
    out.at_outlet = location.value_or(0) == 0;
    (void)fields.word("context", context_words, Fields::optional);
    return out;
}

constexpr std::size_t meter_reads_max = 2000;  // of one message
constexpr std::size_t samples_max = 200;       // of one read
constexpr std::size_t signed_values_max = 8;   // kept of one read

}  // namespace foxtail::ocpp
