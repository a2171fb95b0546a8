#include "foxtail/connectors/energy/pieces.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <boost/json/array.hpp>

namespace foxtail::energy {
namespace {

constexpr double blank = std::numeric_limits<double>::quiet_NaN();
constexpr double watts_per_kw = 1000;
// Between two words of Forecast.Solar lies at most an hour by day; longer is a night.
constexpr Duration day_gap_max = minutes(75);

/// The times of a block of open_meteo's: numbers are UTC, texts local by a fixed offset.
Result<std::vector<Time>> times_of(const boost::json::array& list, Duration offset) {
    std::vector<Time> out;
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::optional<Time> t;
        if (const auto* text = list[i].if_string()) {
            t = shown_time({text->data(), text->size()});
            if (t) t = *t - offset;
        } else if (const auto moment = moment_in(list[i])) {
            t = *moment;
        }
        const bool later = t && (out.empty() || *t > out.back());
        if (!t || !sensible(*t) || !later)
            return fail(Code::invalid_input, "open_meteo: entry " + std::to_string(i + 1) +
                                                 " of 'time' is no time after the one before");
        out.push_back(*t);
    }
    return out;
}

double value_in(const boost::json::array& list, std::size_t i) {
    if (i >= list.size() || !list[i].is_number()) return blank;
    return list[i].to_number<double>();
}

struct Block {
    std::vector<Time> times;
    const boost::json::array* values = nullptr;
};

/// The finest block that has one of the wanted variables.
Result<Block> block_of(const boost::json::object& root, Use use) {
    const Duration offset =
        seconds(static_cast<std::int64_t>(number_at(root, "utc_offset_seconds").value_or(0)));
    if (offset > hours(26) || offset < hours(-26))
        return fail(Code::invalid_input, "open_meteo: 'utc_offset_seconds' is out of range");
    const std::vector<std::string_view> wanted =
        use == Use::sun
            ? std::vector<std::string_view>{"global_tilted_irradiance", "shortwave_radiation"}
            : std::vector<std::string_view>{"temperature_2m"};
    for (const std::string_view name : {"minutely_15", "hourly"}) {
        const auto* block = object_at(root, name);
        if (block == nullptr) continue;
        for (const auto variable : wanted) {
            const auto* values = array_at(*block, variable);
            if (values == nullptr) continue;
            const auto* times = array_at(*block, "time");
            if (times == nullptr || times->size() != values->size())
                return fail(
                    Code::invalid_input,
                    "open_meteo: 'time' and '" + std::string(variable) + "' are not of one length");
            if (times->size() > told_entries_max)
                return fail(Code::exhausted, "open_meteo: " + std::to_string(times->size()) +
                                                 " entries, limit " +
                                                 std::to_string(told_entries_max));
            auto read = times_of(*times, offset);
            if (!read) return fail(read.error());
            return Block{std::move(*read), values};
        }
    }
    return fail(Code::invalid_input, "open_meteo: neither 'hourly' nor 'minutely_15' has " +
                                         std::string(wanted.front()));
}

using Moments = std::vector<std::pair<Time, double>>;

/// {"2026-11-22 07:15:00": 123, ...} in the order of time.
Result<Moments> moments_of(const boost::json::object& map, const Zone& zone) {
    if (map.size() > told_entries_max)
        return fail(Code::exhausted, "forecast_solar: " + std::to_string(map.size()) +
                                         " entries, limit " + std::to_string(told_entries_max));
    Moments out;
    for (const auto& [key, value] : map) {
        const std::string_view text(key.data(), key.size());
        Time t;
        if (const auto shown = shown_time(text)) {
            // In the hour that comes twice the roof is dark anyway.
            t = *shown - zone.offset_at(*shown - zone.offset_at(*shown));
        } else if (const auto told = parse_rfc3339(text)) {
            t = *told;
        } else {
            return fail(Code::invalid_input,
                        "forecast_solar: '" + std::string(text.substr(0, 40)) + "' is no time");
        }
        if (!value.is_number() || !sensible(t))
            return fail(Code::invalid_input, "forecast_solar: what is told for '" +
                                                 std::string(text.substr(0, 40)) +
                                                 "' is no number");
        out.emplace_back(t, value.to_number<double>());
    }
    std::sort(out.begin(), out.end());
    const auto twice = std::adjacent_find(
        out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
    if (twice != out.end())
        return fail(Code::invalid_input,
                    "forecast_solar: " + format_rfc3339(twice->first) + " is told twice");
    return out;
}

}  // namespace

Result<Told> parse_open_meteo(const boost::json::value& json, const Asked& asked) {
    const auto* root = json.if_object();
    if (root == nullptr) return fail(Code::invalid_input, "open_meteo: no object");
    if (const auto* error = root->if_contains("error");
        error != nullptr && error->is_bool() && error->get_bool())
        return fail(Code::unavailable,
                    "open_meteo says: " + text_at(*root, "reason").substr(0, 200));
    const auto block = block_of(*root, asked.use);
    if (!block) return fail(block.error());
    std::vector<Piece> pieces;
    const auto& times = block->times;
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        const double here = value_in(*block->values, i);
        const double next = value_in(*block->values, i + 1);
        if (asked.use == Use::sun) {
            // The mean over the time before: what stands at the end of a step is the step's.
            pieces.push_back({times[i], times[i + 1], next / watts_per_kw * asked.scale});
        } else {
            pieces.push_back({times[i], times[i + 1], (here + next) / 2 * asked.scale});
        }
    }
    return assemble(pieces, {}, "open_meteo");
}

Result<Told> parse_forecast_solar(const boost::json::value& json, double scale, const Zone& zone) {
    const auto* root = json.if_object();
    if (root == nullptr) return fail(Code::invalid_input, "forecast_solar: no object");
    if (const auto* message = object_at(*root, "message");
        message != nullptr &&
        (number_at(*message, "code").value_or(0) != 0 || text_at(*message, "type") == "error"))
        return fail(Code::unavailable,
                    "forecast_solar says: " + text_at(*message, "text").substr(0, 200));
    const auto* result = object_at(*root, "result");
    if (result == nullptr) return fail(Code::invalid_input, "forecast_solar: no object 'result'");
    // Energy of each period is exact; powers have to be joined by lines.
    const auto* energies = object_at(*result, "watt_hours_period");
    const auto* powers = object_at(*result, "watts");
    const auto* map = energies != nullptr ? energies : powers != nullptr ? powers : result;
    auto moments = moments_of(*map, zone);
    if (!moments) return fail(moments.error());
    std::vector<Piece> pieces;
    for (std::size_t i = 1; i < moments->size(); ++i) {
        const auto [before, value_before] = (*moments)[i - 1];
        const auto [at, value] = (*moments)[i];
        Piece piece{before, at, 0};
        if (at - before <= day_gap_max) {
            const double h = static_cast<double>((at - before).us) / 3.6e9;
            const double watts = energies != nullptr ? value / h : (value_before + value) / 2;
            piece.value = watts / watts_per_kw * scale;
        }
        pieces.push_back(piece);
    }
    return assemble(pieces, {}, "forecast_solar");
}

}  // namespace foxtail::energy
