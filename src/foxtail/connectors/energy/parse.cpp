#include "foxtail/connectors/energy/parse.hpp"

#include "foxtail/connectors/energy/pieces.hpp"
#include "foxtail/json/parse.hpp"

#include <cmath>

namespace foxtail::energy {
namespace {

constexpr std::size_t json_depth_max = 16;

bool makes_sense(Format format, Use use) {
    switch (format) {
        case Format::awattar:
        case Format::tibber:
        case Format::entsoe:
            return use == Use::price;
        case Format::open_meteo:
            return use != Use::price;
        case Format::forecast_solar:
            return use == Use::sun;
        case Format::list:
            return true;
    }
    return false;
}

}  // namespace

Result<Told> parse(const Asked& asked, std::string_view text, const Zone& zone) {
    const std::string who(forecast::format_names.at(static_cast<std::size_t>(asked.format)));
    if (!makes_sense(asked.format, asked.use))
        return fail(Code::invalid_input, who + " does not tell that");
    if (!std::isfinite(asked.scale)) return fail(Code::invalid_input, "the scale is no number");
    if (text.size() > told_bytes_max)
        return fail(Code::exhausted, who + ": answer of " + std::to_string(text.size()) +
                                         " bytes, limit " + std::to_string(told_bytes_max));
    if (asked.format == Format::entsoe) return parse_entsoe(text, asked.scale);
    const auto json = parse_json(text, {told_bytes_max, json_depth_max});
    if (!json) return fail(json.error().code, who + ": " + json.error().message);
    switch (asked.format) {
        case Format::awattar:
            return parse_awattar(*json, asked.scale);
        case Format::tibber:
            return parse_tibber(*json, asked.scale);
        case Format::open_meteo:
            return parse_open_meteo(*json, asked);
        case Format::forecast_solar:
            return parse_forecast_solar(*json, asked.scale, zone);
        default:
            return parse_list(*json, asked.scale);
    }
}

}  // namespace foxtail::energy
