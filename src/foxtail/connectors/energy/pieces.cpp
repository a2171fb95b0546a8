#include "foxtail/connectors/energy/pieces.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json/array.hpp>

namespace foxtail::energy {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double piece_value_most = 1e6;
constexpr Time first_sensible{946'684'800'000'000};   // 2000-01-01
constexpr Time last_sensible{4'102'444'800'000'000};  // 2100-01-01

bool whole_steps(const std::vector<Piece>& pieces, Duration step) {
    return std::all_of(pieces.begin(), pieces.end(), [&](const Piece& one) {
        return one.from.us % step.us == 0 && one.until.us % step.us == 0;
    });
}

}  // namespace

bool sensible(Time t) {
    return t >= first_sensible && t < last_sensible;
}

Result<Told> assemble(const std::vector<Piece>& pieces, std::string currency,
                      std::string_view format) {
    const std::string who(format);
    if (pieces.empty()) return fail(Code::invalid_input, who + ": nothing is told");
    if (pieces.size() > told_entries_max)
        return fail(Code::exhausted, who + ": " + std::to_string(pieces.size()) +
                                         " entries, limit " + std::to_string(told_entries_max));
    Time first = pieces.front().from;
    Time last = pieces.front().until;
    for (const auto& one : pieces) {
        if (!sensible(one.from) || !sensible(one.until) || one.until <= one.from)
            return fail(Code::invalid_input, who + ": an entry lasts from " +
                                                 format_rfc3339(one.from) + " to " +
                                                 format_rfc3339(one.until));
        first = std::min(first, one.from);
        last = std::max(last, one.until);
    }
    if (last - first > days(told_days_max))
        return fail(Code::exhausted, who + ": told for " +
                                         std::to_string((last - first).us / days(1).us) +
                                         " days, limit " + std::to_string(told_days_max));
    Told out;
    out.currency = std::move(currency);
    out.series.step = whole_steps(pieces, hours(1)) ? hours(1) : minutes(15);
    const auto step = out.series.step;
    out.series.from = Time{first.us / step.us * step.us};
    const auto size =
        static_cast<std::size_t>(((last - out.series.from).us + step.us - 1) / step.us);
    std::vector<double> sums(size);
    std::vector<double> covered(size);
    for (const auto& one : pieces) {
        if (!std::isfinite(one.value) || std::abs(one.value) > piece_value_most) continue;
        for (Time t = one.from; t < one.until;) {
            const auto index = static_cast<std::size_t>((t - out.series.from).us / step.us);
            const Time end =
                std::min(one.until, out.series.from + step * static_cast<std::int64_t>(index + 1));
            sums[index] += one.value * static_cast<double>((end - t).us);
            covered[index] += static_cast<double>((end - t).us);
            t = end;
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        const bool told = covered[i] >= static_cast<double>(step.us) / 2;
        if (!told) ++out.holes;
        out.series.values.push_back(told ? sums[i] / covered[i] : nothing);
    }
    if (out.holes == size) return fail(Code::invalid_input, who + ": no entry has a value");
    return out;
}

std::optional<double> number_at(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const double number = value->to_number<double>();
    if (!std::isfinite(number)) return std::nullopt;
    return number;
}

std::string text_at(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string().c_str())
                                                  : std::string();
}

const boost::json::object* object_at(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array* array_at(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_array();
}

Result<Time> moment_in(const boost::json::value& value) {
    if (value.is_string()) {
        const auto& text = value.get_string();
        return parse_rfc3339({text.data(), text.size()});
    }
    if (value.is_number()) {
        const double number = value.to_number<double>();
        const double s = std::abs(number) >= 1e11 ? number / 1000 : number;
        if (std::isfinite(s) && s >= 0 && s < 5e9)
            return Time{static_cast<std::int64_t>(std::llround(s)) * 1'000'000};
    }
    return fail(Code::invalid_input, "not a time: RFC 3339, or seconds since 1970");
}

std::optional<Time> shown_time(std::string_view text) {
    std::string full(text.substr(0, 32));
    if (full.size() == 16) full += ":00";
    if (full.size() != 19) return std::nullopt;
    const auto time = parse_rfc3339(full + "Z");
    if (!time) return std::nullopt;
    return *time;
}

}  // namespace foxtail::energy
