#include "foxtail/cli/arguments.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/cli/text.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/unit.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

tl::unexpected<Error> wrong(std::string message) {
    return fail(Code::invalid_input, std::move(message));
}

std::string quoted(std::string_view text) {
    return "'" + shown(text) + "'";
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

Result<Time> moment(std::string_view text, Time now, std::int64_t direction) {
    if (text == "now") return now;
    if (const auto length = parse_duration(text)) return now + *length * direction;
    const auto time =
        parse_rfc3339(is_date(text) ? std::string(text) + "T00:00:00Z" : std::string(text));
    if (time) return *time;
    return wrong(quoted(text) +
                 " is no time; write 24h, 30m, 7d, 2026-11-22 or 2026-11-22T07:00:00Z");
}

// ---- values
// ---------------------------------------------------------------------------------------

std::string_view schema_text(const bj::value& schema, std::string_view key) {
    const bj::object* object = schema.if_object();
    const bj::value* value = object == nullptr ? nullptr : object->if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
}

Result<std::string> boolean_for(std::string_view text) {
    static constexpr std::array<std::string_view, 4> yes{"true", "on", "yes", "1"};
    static constexpr std::array<std::string_view, 4> no{"false", "off", "no", "0"};
    const auto word = lowered(text);
    if (std::find(yes.begin(), yes.end(), word) != yes.end()) return std::string("true");
    if (std::find(no.begin(), no.end(), word) != no.end()) return std::string("false");
    return wrong(quoted(text) + " is neither true nor false (also: on, off, yes, no)");
}

Result<std::string> number_for(std::string_view text, std::string_view unit, bool whole) {
    const bool plus = text.starts_with('+');
    const auto digits = plus ? text.substr(1) : text;
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || !std::isfinite(number))
        return wrong(quoted(text) + " is no number");
    const auto rest = trimmed(digits.substr(static_cast<std::size_t>(end - digits.data())));
    if (!rest.empty()) {
        const auto said =
            find_unit(rest) != nullptr ? std::optional(rest) : unit_from_spelling(rest);
        if (!said) return wrong(quoted(rest) + " behind the number is no unit");
        if (unit.empty()) return wrong("the property has no unit; leave " + quoted(rest) + " away");
        const auto converted = convert(number, *said, unit);
        if (!converted) {
            return wrong(quoted(rest) + " cannot be converted into the property's unit " +
                         quoted(unit));
        }
        number = *converted;
    }
    if (!whole) return to_json(Value(number));
    const double nearest_whole = std::round(number);
    if (std::abs(number - nearest_whole) > 1e-9 || std::abs(number) > 9.0e18) {
        return wrong(quoted(text) + " is no whole number");
    }
    // The digits themselves, where they are one: a double holds only 53 bits.
    std::int64_t exact = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exact);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size())
        return std::to_string(exact);
    return std::to_string(static_cast<std::int64_t>(nearest_whole));
}

Result<std::string> text_for(const bj::value& schema, std::string_view text) {
    const bj::value* allowed =
        schema.is_object() ? schema.get_object().if_contains("enum") : nullptr;
    std::string chosen(text);
    if (allowed != nullptr && allowed->is_array()) {
        std::vector<std::string> names;
        for (const auto& one : allowed->get_array()) {
            if (one.is_string()) names.emplace_back(std::string_view(one.get_string()));
        }
        auto same = std::find(names.begin(), names.end(), text);
        if (same == names.end()) {
            same = std::find_if(names.begin(), names.end(),
                                [&](const auto& name) { return lowered(name) == lowered(text); });
        }
        if (same == names.end()) {
            return wrong(quoted(text) + " is not allowed; there are " + shown(joined(names)));
        }
        chosen = *same;
    }
    if (!valid_utf8(chosen)) return wrong(quoted(text) + " is not UTF-8");
    std::string out;
    append_json_string(out, chosen);
    return out;
}

// ---- names
// ----------------------------------------------------------------------------------------

/// How many characters must be put in, taken out or replaced.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = corner + (a[i] == b[j] ? 0U : 1U);
            corner = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, corner + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string HubUrl::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" +
           std::to_string(port);
}

Result<HubUrl> parse_url(std::string_view text) {
    const auto said = quoted(text);
    HubUrl url;
    url.tls = text.starts_with("https://");
    if (url.tls) url.port = 8443;
    if (url.tls) text.remove_prefix(8);
    if (!url.tls && text.starts_with("http://")) text.remove_prefix(7);
    while (text.ends_with('/')) text.remove_suffix(1);
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return wrong(said + ": the ']' is missing");
        url.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        url.host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon);
    }
    const auto good = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '-' || c == ':' || c == '_' || c == '%';
    };
    if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), good)) {
        return wrong(said + " is no address of a hub; it looks like http://127.0.0.1:8420");
    }
    if (port.empty()) return url;
    const auto number = port.starts_with(':') ? parse_seq(port.substr(1)) : std::nullopt;
    if (!number || *number == 0 || *number > 65535) return wrong(said + ": the port is 1 to 65535");
    url.port = static_cast<std::uint16_t>(*number);
    return url;
}

Result<Time> parse_moment(std::string_view text, Time now) {
    return moment(text, now, -1);
}
Result<Time> parse_moment_ahead(std::string_view text, Time now) {
    return moment(text, now, 1);
}

Result<Address> parse_address(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
        return wrong(quoted(text) + " is no address; it looks like hall-lamp/on");
    }
    return Address{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::optional<std::uint64_t> parse_seq(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

Result<std::string> value_for(const bj::value& schema, std::string_view text) {
    const auto type = schema_text(schema, "type");
    if (type == "boolean") return boolean_for(trimmed(text));
    if (type == "integer" || type == "number") {
        return number_for(trimmed(text), schema_text(schema, "unit"), type == "integer");
    }
    if (type == "array" || type == "object") {
        const auto parsed = parse_json(text);
        const bool fits = parsed && (type == "array" ? parsed->is_array() : parsed->is_object());
        if (!fits) return wrong(quoted(text) + " is no JSON " + std::string(type));
        std::string out;
        append_json(out, *parsed);
        return out;
    }
    return text_for(schema, text);
}

bool matches(std::string_view pattern, std::string_view address) {
    if (pattern == "*" || pattern.find('/') != std::string_view::npos) {
        return matches_address(pattern, address);
    }
    return matches_address(std::string(pattern) + "/*", address);
}

std::vector<std::string> nearest(std::string_view text, const std::vector<std::string>& names) {
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const auto& name : names) {
        const bool within = text.size() >= 3 && name.find(text) != std::string::npos;
        const std::size_t far =
            within ? 1 : distance(text.substr(0, 128), std::string_view(name).substr(0, 128));
        if (far <= 1 + text.size() / 4) near.emplace_back(far, name);
    }
    std::sort(near.begin(), near.end());
    if (near.size() > 3) near.resize(3);
    std::vector<std::string> out;
    for (auto& one : near) out.push_back(std::move(one.second));
    return out;
}

}  // namespace foxtail::cli
