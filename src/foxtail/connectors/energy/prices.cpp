#include "foxtail/connectors/energy/pieces.hpp"

#include <algorithm>
#include <limits>

#include <boost/json/array.hpp>

namespace foxtail::energy {
namespace {

constexpr double per_mwh = 1000;

std::string entry(std::string_view who, std::size_t i) {
    return std::string(who) + ": entry " + std::to_string(i + 1);
}

/// Each piece lasts until the next begins; the last as long as the one before.
void close_pieces(std::vector<Piece>& pieces) {
    std::sort(pieces.begin(), pieces.end(),
              [](const Piece& a, const Piece& b) { return a.from < b.from; });
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (pieces[i].until > pieces[i].from) continue;
        Duration length = hours(1);
        if (i + 1 < pieces.size()) {
            length = std::min(pieces[i + 1].from - pieces[i].from, hours(1));
        } else if (i > 0) {
            length = std::min(pieces[i].from - pieces[i - 1].from, hours(1));
        }
        pieces[i].until = pieces[i].from + std::max(length, minutes(1));
    }
}

/// The first that is there.
const boost::json::value* first_of(const boost::json::object& object,
                                   std::initializer_list<std::string_view> keys) {
    for (const auto key : keys) {
        if (const auto* value = object.if_contains(key)) return value;
    }
    return nullptr;
}

/// Where Tibber's answer has its days, wherever it was cut out of the whole.
const boost::json::object* days_of(const boost::json::object& root) {
    if (root.if_contains("today") != nullptr) return &root;
    const auto* data = object_at(root, "data");
    const auto* viewer = object_at(data != nullptr ? *data : root, "viewer");
    const auto* homes = viewer != nullptr ? array_at(*viewer, "homes") : nullptr;
    if (homes == nullptr) return nullptr;
    for (const auto& home : *homes) {
        const auto* one = home.if_object();
        const auto* contract = one != nullptr ? object_at(*one, "currentSubscription") : nullptr;
        const auto* prices = contract != nullptr ? object_at(*contract, "priceInfo") : nullptr;
        if (prices != nullptr) return prices;
    }
    return nullptr;
}

}  // namespace

Result<Told> parse_awattar(const boost::json::value& json, double scale) {
    const auto* root = json.if_object();
    const auto* entries = root != nullptr ? array_at(*root, "data") : nullptr;
    if (entries == nullptr) return fail(Code::invalid_input, "awattar: no list 'data'");
    if (entries->size() > told_entries_max)
        return fail(Code::exhausted, "awattar: " + std::to_string(entries->size()) +
                                         " entries, limit " + std::to_string(told_entries_max));
    std::vector<Piece> pieces;
    std::string currency;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const auto* one = (*entries)[i].if_object();
        const auto* start = one != nullptr ? one->if_contains("start_timestamp") : nullptr;
        const auto* end = one != nullptr ? one->if_contains("end_timestamp") : nullptr;
        if (start == nullptr || end == nullptr)
            return fail(Code::invalid_input,
                        entry("awattar", i) + " has no start_timestamp and end_timestamp");
        const auto from = moment_in(*start);
        const auto until = moment_in(*end);
        const auto price = number_at(*one, "marketprice");
        if (!from || !until)
            return fail(Code::invalid_input, entry("awattar", i) + " has no time in milliseconds");
        if (!price)
            return fail(Code::invalid_input, entry("awattar", i) + " has no number 'marketprice'");
        const auto unit = text_at(*one, "unit");
        const auto slash = unit.find('/');
        const bool mwh = slash != std::string::npos && unit.substr(slash) == "/MWh";
        if (!unit.empty() && !mwh)
            return fail(Code::invalid_input,
                        entry("awattar", i) + " is in '" + unit.substr(0, 20) + "', not Eur/MWh");
        if (mwh && currency.empty()) {
            currency = unit.substr(0, slash);
            for (char& c : currency) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        }
        pieces.push_back({*from, *until, *price / per_mwh * scale});
    }
    return assemble(pieces, currency, "awattar");
}

Result<Told> parse_tibber(const boost::json::value& json, double scale) {
    const auto* root = json.if_object();
    if (root == nullptr) return fail(Code::invalid_input, "tibber: no object");
    if (const auto* errors = array_at(*root, "errors"); errors != nullptr && !errors->empty()) {
        const auto* first = errors->front().if_object();
        const auto words = first != nullptr ? text_at(*first, "message") : std::string();
        return fail(Code::unavailable, "tibber says: " + words.substr(0, 200));
    }
    const auto* days_told = days_of(*root);
    if (days_told == nullptr)
        return fail(Code::invalid_input,
                    "tibber: no data.viewer.homes[].currentSubscription.priceInfo");
    std::vector<Piece> pieces;
    std::string currency;
    for (const std::string_view day : {"yesterday", "today", "tomorrow"}) {
        const auto* list = array_at(*days_told, day);
        if (list == nullptr) continue;
        if (list->size() > told_entries_max)
            return fail(Code::exhausted,
                        "tibber: more than " + std::to_string(told_entries_max) + " entries");
        for (std::size_t i = 0; i < list->size(); ++i) {
            const auto* one = (*list)[i].if_object();
            const auto* start = one != nullptr ? one->if_contains("startsAt") : nullptr;
            const auto total = one != nullptr ? number_at(*one, "total") : std::nullopt;
            const auto at = entry("tibber: '" + std::string(day) + "'", i);
            if (start == nullptr || !total)
                return fail(Code::invalid_input, at + " has no 'startsAt' and number 'total'");
            const auto from = moment_in(*start);
            if (!from) return fail(Code::invalid_input, at + ": " + from.error().message);
            if (!sensible(*from))
                return fail(Code::invalid_input, at + " starts at " + format_rfc3339(*from));
            if (currency.empty()) currency = text_at(*one, "currency");
            pieces.push_back({*from, *from, *total * scale});
        }
    }
    close_pieces(pieces);
    return assemble(pieces, currency, "tibber");
}

Result<Told> parse_list(const boost::json::value& json, double scale) {
    const auto* entries = json.if_array();
    if (const auto* root = json.if_object()) {
        for (const std::string_view key : {"values", "prices", "rates", "data"}) {
            if (entries == nullptr) entries = array_at(*root, key);
        }
    }
    if (entries == nullptr)
        return fail(Code::invalid_input,
                    R"(list: neither a list nor an object with the list "values")");
    if (entries->size() > told_entries_max)
        return fail(Code::exhausted, "list: " + std::to_string(entries->size()) +
                                         " entries, limit " + std::to_string(told_entries_max));
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const auto* one = (*entries)[i].if_object();
        const auto* start = one != nullptr ? first_of(*one, {"from", "start"}) : nullptr;
        const auto* value = one != nullptr ? first_of(*one, {"value", "price"}) : nullptr;
        if (start == nullptr || value == nullptr)
            return fail(Code::invalid_input,
                        entry("list", i) + R"( is not like {"from": "...", "value": 0.31})");
        const auto from = moment_in(*start);
        if (!from) return fail(Code::invalid_input, entry("list", i) + ": " + from.error().message);
        Piece piece{*from, *from, std::numeric_limits<double>::quiet_NaN()};
        if (value->is_number()) {
            piece.value = value->to_number<double>() * scale;
        } else if (!value->is_null()) {
            return fail(Code::invalid_input, entry("list", i) + ": the value is no number");
        }
        if (const auto* end = first_of(*one, {"until", "end"})) {
            const auto until = moment_in(*end);
            if (!until)
                return fail(Code::invalid_input, entry("list", i) + ": " + until.error().message);
            if (*until <= *from)
                return fail(Code::invalid_input, entry("list", i) + " ends before it begins");
            piece.until = *until;
        }
        if (!sensible(*from))
            return fail(Code::invalid_input,
                        entry("list", i) + " begins at " + format_rfc3339(*from));
        pieces.push_back(piece);
    }
    close_pieces(pieces);
    return assemble(pieces, {}, "list");
}

}  // namespace foxtail::energy
