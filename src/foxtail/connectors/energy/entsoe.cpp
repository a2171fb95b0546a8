#include "foxtail/connectors/energy/pieces.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <string>

#include <boost/property_tree/exceptions.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

namespace foxtail::energy {
namespace {

namespace pt = boost::property_tree;

constexpr int xml_depth_max = 12;
constexpr std::size_t xml_tags_max = 200'000;
constexpr double eur_mwh = 1000;

/// The parser recurses for each level, and knows DOCTYPE: neither is for strangers. What it may not
/// see is told; nothing = it may.
std::optional<std::string> refused(std::string_view text) {
    int depth = 0;
    std::size_t tags = 0;
    for (std::size_t i = text.find('<'); i != std::string_view::npos; i = text.find('<', i)) {
        if (++tags > xml_tags_max) return "more than " + std::to_string(xml_tags_max) + " tags";
        const char kind = i + 1 < text.size() ? text[i + 1] : '\0';
        if (kind == '!') return "a DOCTYPE, comment or CDATA, which no such document needs";
        char quote = 0;
        std::size_t end = i + 1;
        for (; end < text.size() && (quote != 0 || text[end] != '>'); ++end) {
            const char c = text[end];
            if (c == '<') return "a tag within a tag";
            if (quote != 0 ? c == quote : (c == '"' || c == '\'')) quote = quote != 0 ? '\0' : c;
        }
        if (end == text.size()) return "a tag that does not end";
        if (kind == '/') {
            --depth;
        } else if (kind != '?' && text[end - 1] != '/') {
            ++depth;
        }
        if (depth > xml_depth_max) return "deeper than " + std::to_string(xml_depth_max) + " tags";
        i = end;
    }
    return std::nullopt;
}

/// "2026-11-21T23:00Z"
std::optional<Time> short_time(const std::string& text) {
    if (text.size() == 17 && text.back() == 'Z') return shown_time(text.substr(0, 16));
    const auto time = parse_rfc3339(text);
    if (!time) return std::nullopt;
    return *time;
}

Duration resolution_of(const std::string& text) {
    if (text == "PT15M") return minutes(15);
    if (text == "PT30M") return minutes(30);
    if (text == "PT60M" || text == "PT1H") return hours(1);
    return {};
}

std::string child_text(const pt::ptree& tree, const char* name) {
    const auto child = tree.find(name);
    return child == tree.not_found() ? std::string() : child->second.data();
}

std::optional<double> decimal(const std::string& text) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || at != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// Reads the points of one Period. `repeats`: what is left out is as the point before (curve A03).
Result<void> read_period(const pt::ptree& period, bool repeats, double scale,
                         std::vector<Piece>& pieces) {
    const auto span = period.find("timeInterval");
    if (span == period.not_found())
        return fail(Code::invalid_input, "entsoe: a Period has no timeInterval");
    const auto from = short_time(child_text(span->second, "start"));
    const auto until = short_time(child_text(span->second, "end"));
    if (!from || !until || !sensible(*from) || !sensible(*until) || *until <= *from ||
        *until - *from > days(told_days_max))
        return fail(Code::invalid_input, "entsoe: a Period's timeInterval makes no sense");
    const auto resolution = child_text(period, "resolution");
    const auto step = resolution_of(resolution);
    if (step.us == 0)
        return fail(Code::invalid_input,
                    "entsoe: resolution '" + resolution.substr(0, 20) + "' is not PT15M to PT60M");
    const auto count = (*until - *from).us / step.us;
    std::map<std::int64_t, double> points;
    for (const auto& [name, point] : period) {
        if (name != "Point") continue;
        const auto position = decimal(child_text(point, "position"));
        const auto amount = decimal(child_text(point, "price.amount"));
        if (!position || *position < 1 || *position > static_cast<double>(count))
            return fail(Code::invalid_input,
                        "entsoe: a Point's position is not between 1 and " + std::to_string(count));
        if (!amount)
            return fail(Code::invalid_input,
                        "entsoe: Point " + child_text(point, "position") + " has no price.amount");
        points[static_cast<std::int64_t>(*position)] = *amount;
    }
    double value = std::numeric_limits<double>::quiet_NaN();
    for (std::int64_t i = 1; i <= count; ++i) {
        const auto point = points.find(i);
        if (point != points.end()) {
            value = point->second / eur_mwh * scale;
        } else if (!repeats) {
            continue;
        }
        pieces.push_back({*from + step * (i - 1), *from + step * i, value});
        if (pieces.size() > told_entries_max)
            return fail(Code::exhausted,
                        "entsoe: more than " + std::to_string(told_entries_max) + " points");
    }
    return {};
}

Result<Told> read_document(const pt::ptree& document, double scale) {
    std::vector<Piece> pieces;
    std::string currency;
    for (const auto& [name, series] : document) {
        if (name != "TimeSeries") continue;
        // Where several auctions are told, the first is the day-ahead one.
        const auto sequence =
            child_text(series, "classificationSequence_AttributeInstanceComponent.position");
        if (!sequence.empty() && sequence != "1") continue;
        const auto unit = child_text(series, "price_Measure_Unit.name");
        if (!unit.empty() && unit != "MWH")
            return fail(Code::invalid_input,
                        "entsoe: prices for '" + unit.substr(0, 20) + "', not MWH");
        if (currency.empty()) currency = child_text(series, "currency_Unit.name");
        const bool repeats = child_text(series, "curveType") == "A03";
        for (const auto& [part, period] : series) {
            if (part != "Period") continue;
            if (const auto read = read_period(period, repeats, scale, pieces); !read)
                return fail(read.error());
        }
    }
    return assemble(pieces, currency, "entsoe");
}

}  // namespace

Result<Told> parse_entsoe(std::string_view text, double scale) {
    if (const auto why = refused(text)) return fail(Code::invalid_input, "entsoe: it has " + *why);
    pt::ptree tree;
    try {
        std::istringstream in{std::string(text)};
        pt::read_xml(in, tree, pt::xml_parser::trim_whitespace);
    } catch (const pt::ptree_error& wrong) {
        return fail(Code::invalid_input, std::string("entsoe: not XML: ") + wrong.what());
    }
    const auto refusal = tree.find("Acknowledgement_MarketDocument");
    if (refusal != tree.not_found()) {
        const auto reason = refusal->second.find("Reason");
        const auto words = reason == refusal->second.not_found()
                               ? std::string("no reason")
                               : child_text(reason->second, "text");
        return fail(Code::unavailable, "entsoe says: " + words.substr(0, 200));
    }
    const auto document = tree.find("Publication_MarketDocument");
    if (document == tree.not_found())
        return fail(Code::invalid_input, "entsoe: no Publication_MarketDocument");
    return read_document(document->second, scale);
}

}  // namespace foxtail::energy
