#include "foxtail/connectors/mqtt/home_assistant/entity.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/json/parse.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt::ha {
namespace {

namespace bj = boost::json;

std::optional<double> number_of(std::string_view text) {
    while (!text.empty() && text.front() <= ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() <= ' ') text.remove_suffix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || stop != text.data() + text.size() || !std::isfinite(number)) {
        return std::nullopt;
    }
    return number;
}

tl::unexpected<Error> unexpected(const Field& field, std::string_view text,
                                 std::string_view right) {
    return fail(Code::invalid_input, field.spec.name + " is \"" + printable(text, 60) +
                                         "\", expected " + std::string(right));
}

using Decoded = Result<std::optional<Value>>;

Decoded decode_number(const Field& field, std::string_view text) {
    const std::optional<double> number = number_of(text);
    if (!number) return unexpected(field, text, "a number");
    double value = *number;
    const Source& source = field.source;
    if (source.scaled) {
        value = (value - source.zero) / (source.full - source.zero) * 100;
        if (source.full - source.zero != 100) value = std::round(value * 100) / 100;
    }
    return std::optional<Value>(Value(value));
}

Decoded decode_comma_list(const Field& field, std::string_view text) {
    std::string json = "[";
    std::string_view rest = text;
    while (true) {
        const std::size_t comma = rest.find(',');
        const std::optional<double> part = number_of(rest.substr(0, comma));
        if (!part) return unexpected(field, text, "numbers between commas");
        if (json.size() > 1) json += ',';
        append_json(json, *part == std::floor(*part) && std::fabs(*part) < 1e15
                              ? Value(static_cast<std::int64_t>(*part))
                              : Value(*part));
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
    }
    return std::optional<Value>(Value(Json{json + "]"}));
}

Decoded decode_text(const Field& field, std::string_view text) {
    if (text.size() > string_value_bytes_max) {
        return fail(Code::exhausted, "text of " + std::to_string(text.size()) + " bytes, limit " +
                                         std::to_string(string_value_bytes_max));
    }
    if (!valid_utf8(text)) return unexpected(field, text, "utf-8 text");
    return std::optional<Value>(Value(std::string(text)));
}

std::string expected_words(const Words& words) {
    std::string out;
    for (const auto& [payload, value] : words) {
        if (out.size() > 80) return out + ", ...";
        out += (out.empty() ? "\"" : ", \"") + payload + "\"";
    }
    return "one of " + out;
}

std::string number_text(double number) {
    if (number == std::floor(number) && std::fabs(number) < 9e15) {
        return std::to_string(static_cast<std::int64_t>(number));
    }
    return to_json(Value(number));
}

}  // namespace

std::optional<std::string> picked_text(const Picker& picker, std::string_view payload,
                                       const bj::value* json) {
    if (!picker.wants_json()) return std::string(payload);
    if (json == nullptr) return std::nullopt;
    const bj::value* found = picker.pick(*json);
    if (found == nullptr) return std::nullopt;
    return rendered(*found);
}

Decoded decode(const Field& field, std::string_view payload, const bj::value* json) {
    const Source& source = field.source;
    std::string text;
    if (source.text_too && (json == nullptr || !json->is_object())) {
        text = payload;
    } else if (source.picker.wants_json()) {
        if (json == nullptr) return unexpected(field, payload, "json");
        const bj::value* found = source.picker.pick(*json);
        if (found == nullptr) return std::optional<Value>();  // this message does not tell
        if (found->is_null()) return std::optional<Value>(Value(Null{}));
        if (source.kind == Source::Kind::json) {
            if (!found->is_structured()) return unexpected(field, payload, "an object");
            return std::optional<Value>(to_value(*found));
        }
        text = rendered(*found);
    } else {
        text = payload;
    }
    if (text.empty()) return std::optional<Value>();
    for (const auto& [word, value] : source.words) {
        if (word == text) return std::optional<Value>(value);
    }
    if (text == "None") return std::optional<Value>(Value(Null{}));
    switch (source.kind) {
        case Source::Kind::text:
            return decode_text(field, text);
        case Source::Kind::number:
            return decode_number(field, text);
        case Source::Kind::comma_list:
            return decode_comma_list(field, text);
        case Source::Kind::words:
            return unexpected(field, text, expected_words(source.words));
        case Source::Kind::json:
            return unexpected(field, text, "json");
    }
    return std::optional<Value>();
}

Result<std::string> encode(const Field& field, const Value& value) {
    const Target& target = *field.target;
    const auto written = [&](const std::string& text) {
        if (!target.json_text) return target.writer.write(text);
        std::string quoted;
        append_json_string(quoted, text);
        return target.writer.write(quoted);
    };
    for (const auto& [word, meaning] : target.words) {
        if (meaning == value) return written(word);
    }
    const auto cannot = [&] {
        return fail(Code::invalid_input,
                    field.spec.name + " cannot be set to " + printable(to_json(value), 60));
    };
    if (!target.words.empty()) return cannot();
    switch (field.spec.type) {
        case Type::number:
        case Type::integer: {
            double number = 0;
            if (std::holds_alternative<bool>(value) || !as_number(value, number) ||
                !std::isfinite(number)) {
                return cannot();
            }
            if (target.scaled) {
                number = target.zero + number / 100 * (target.full - target.zero);
                number = target.round_up ? std::ceil(number) : std::round(number);
            }
            return target.writer.write(number_text(number));
        }
        case Type::string:
            if (const auto* text = std::get_if<std::string>(&value)) return written(*text);
            return cannot();
        case Type::array:
        case Type::object: {
            const auto* json = std::get_if<Json>(&value);
            if (json == nullptr || json->text.size() < 2) return cannot();
            if (!target.comma_list) return target.writer.write(json->text);
            return target.writer.write(json->text.substr(1, json->text.size() - 2));
        }
        case Type::boolean:
        case Type::enumeration:
            return cannot();
    }
    return cannot();
}

}  // namespace foxtail::mqtt::ha
