// The values of Zigbee2MQTT's state and set messages (see exposes.hpp).
#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/exposes.hpp"
#include "foxtail/json/parse.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace foxtail::mqtt::z2m {
namespace {

namespace bj = boost::json;

std::string sample(const bj::value& raw) {
    std::string text;
    append_json(text, raw);
    return printable(text, 60);
}

tl::unexpected<Error> unexpected(const Leaf& leaf, const bj::value& raw, std::string_view right) {
    std::string path;
    for (const std::string& part : leaf.path) path += (path.empty() ? "" : ".") + part;
    return fail(Code::invalid_input,
                path + " is " + sample(raw) + ", expected " + std::string(right));
}

bool equals(const bj::value& raw, const Value& value) {
    switch (raw.kind()) {
        case bj::kind::string: {
            const auto* text = std::get_if<std::string>(&value);
            return text != nullptr && *text == std::string_view(raw.get_string());
        }
        case bj::kind::bool_: {
            const auto* flag = std::get_if<bool>(&value);
            return flag != nullptr && *flag == raw.get_bool();
        }
        case bj::kind::int64:
        case bj::kind::uint64:
        case bj::kind::double_:
            return !std::holds_alternative<bool>(value) && same_value(to_value(raw), value);
        default:
            return false;
    }
}

Result<Value> decode_number(const Leaf& leaf, const bj::value& raw) {
    if (raw.is_number()) {
        Value value = to_value(raw);
        if (std::holds_alternative<Null>(value)) return unexpected(leaf, raw, "a finite number");
        return value;
    }
    if (const bj::string* text = raw.if_string()) {
        double number = 0;
        const char* end = text->data() + text->size();
        const auto [stop, problem] = std::from_chars(text->data(), end, number);
        if (problem == std::errc() && stop == end && std::isfinite(number)) return Value(number);
    }
    return unexpected(leaf, raw, "a number");
}

Result<Value> decode_enumeration(const Leaf& leaf, const PropertySpec& spec, const bj::value& raw) {
    for (std::size_t i = 0; i < leaf.values.size(); ++i) {
        if (equals(raw, leaf.values[i])) return Value(spec.allowed[i]);
    }
    // Not in the list is for the household to judge: it records what was said as bad.
    if (const bj::string* text = raw.if_string()) return Value(std::string(*text));
    if (raw.is_number() || raw.is_bool()) return Value(to_json(to_value(raw)));
    return unexpected(leaf, raw, "one of the allowed values");
}

/// 128.0 as 128: Zigbee2MQTT's converters compare and some devices take whole numbers only.
std::string number_text(double number) {
    if (number == std::floor(number) && std::fabs(number) < 9e15) {
        return std::to_string(static_cast<std::int64_t>(number));
    }
    return to_json(Value(number));
}

tl::unexpected<Error> cannot_set(const PropertySpec& spec, const Value& value) {
    return fail(Code::invalid_input,
                spec.name + " cannot be set to " + printable(to_json(value), 60));
}

}  // namespace

Result<Value> decode(const Leaf& leaf, const PropertySpec& spec, const bj::value& raw) {
    if (raw.is_null()) return Value(Null{});
    switch (leaf.kind) {
        case LeafKind::binary:
            if (equals(raw, leaf.on)) return Value(true);
            if (equals(raw, leaf.off)) return Value(false);
            return unexpected(leaf, raw, to_json(leaf.on) + " or " + to_json(leaf.off));
        case LeafKind::numeric:
            return decode_number(leaf, raw);
        case LeafKind::enumeration:
            return decode_enumeration(leaf, spec, raw);
        case LeafKind::text: {
            if (const bj::string* text = raw.if_string()) return Value(std::string(*text));
            std::string json;
            append_json(json, raw);
            return Value(std::move(json));
        }
        case LeafKind::list:
            if (!raw.is_array()) return unexpected(leaf, raw, "an array");
            return to_value(raw);
    }
    return unexpected(leaf, raw, "something else");
}

Result<std::string> encode(const Leaf& leaf, const PropertySpec& spec, const Value& value) {
    switch (leaf.kind) {
        case LeafKind::binary:
            if (const bool* flag = std::get_if<bool>(&value)) {
                return to_json(*flag ? leaf.on : leaf.off);
            }
            return cannot_set(spec, value);
        case LeafKind::numeric: {
            double number = 0;
            if (std::holds_alternative<bool>(value) || !as_number(value, number) ||
                !std::isfinite(number)) {
                return cannot_set(spec, value);
            }
            return number_text(number);
        }
        case LeafKind::enumeration: {
            const auto* word = std::get_if<std::string>(&value);
            for (std::size_t i = 0; word != nullptr && i < spec.allowed.size(); ++i) {
                if (spec.allowed[i] != *word) continue;
                return leaf.values.empty() ? to_json(value) : to_json(leaf.values[i]);
            }
            return cannot_set(spec, value);
        }
        case LeafKind::text:
            if (std::holds_alternative<std::string>(value)) return to_json(value);
            return cannot_set(spec, value);
        case LeafKind::list:
            if (const auto* json = std::get_if<Json>(&value)) return json->text;
            return cannot_set(spec, value);
    }
    return cannot_set(spec, value);
}

}  // namespace foxtail::mqtt::z2m
