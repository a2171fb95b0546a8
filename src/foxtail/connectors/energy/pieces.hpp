#pragma once

#include "foxtail/connectors/energy/parse.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace foxtail::energy {

/// A value that holds for a time of any length.
struct Piece {
    Time from;
    Time until;
    double value = 0;  // NaN = nothing is told
};

/// Puts pieces onto steps of an hour where all begin and end with one, else of a quarter. A step of
/// which less than half is told is NaN. Errors as parse().
[[nodiscard]] Result<Told> assemble(const std::vector<Piece>& pieces, std::string currency,
                                    std::string_view format);

/// Between 2000 and 2100: else it is no time of a forecast.
[[nodiscard]] bool sensible(Time t);

[[nodiscard]] std::optional<double> number_at(const boost::json::object& object,
                                              std::string_view key);
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::object* object_at(const boost::json::object& object,
                                                   std::string_view key);
[[nodiscard]] const boost::json::array* array_at(const boost::json::object& object,
                                                 std::string_view key);
/// RFC 3339, or seconds (of large numbers: milliseconds) since 1970.
[[nodiscard]] Result<Time> moment_in(const boost::json::value& value);
/// "2026-11-22T07:15", "2026-11-22 07:15:00": what clocks show, as if it were UTC.
[[nodiscard]] std::optional<Time> shown_time(std::string_view text);

[[nodiscard]] Result<Told> parse_awattar(const boost::json::value& json, double scale);
[[nodiscard]] Result<Told> parse_tibber(const boost::json::value& json, double scale);
[[nodiscard]] Result<Told> parse_list(const boost::json::value& json, double scale);
[[nodiscard]] Result<Told> parse_open_meteo(const boost::json::value& json, const Asked& asked);
[[nodiscard]] Result<Told> parse_forecast_solar(const boost::json::value& json, double scale,
                                                const Zone& zone);
[[nodiscard]] Result<Told> parse_entsoe(std::string_view text, double scale);

}  // namespace foxtail::energy
