#include "foxtail/connectors/ocpp/fields.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <boost/json/string.hpp>

namespace foxtail::ocpp {
namespace {

namespace bj = boost::json;

struct LeniencyWord {
    Leniency one;
    std::string_view word;
};
constexpr std::array<LeniencyWord, 7> leniency_words = {{
    {Leniency::no_subprotocol, "no_subprotocol"},
    {Leniency::unknown_fields, "unknown_fields"},
    {Leniency::long_texts, "long_texts"},
    {Leniency::loose_types, "loose_types"},
    {Leniency::missing_fields, "missing_fields"},
    {Leniency::unknown_values, "unknown_values"},
    {Leniency::times_without_zone, "times_without_zone"},
}};

/// Characters of UTF-8 text, which is what lengths in the standard count.
std::size_t chars_of(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return count;
}

std::string cut(std::string_view text, std::size_t chars_max) {
    std::size_t count = 0;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
        if (++count > chars_max) break;
    }
    return std::string(text.substr(0, at));
}

std::optional<double> number_in(std::string_view text) {
    double out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out))
        return std::nullopt;
    return out;
}

}  // namespace

std::optional<Leniency> leniency_from(std::string_view word) {
    for (const auto& each : leniency_words) {
        if (each.word == word) return each.one;
    }
    return std::nullopt;
}

std::string_view word_for(Leniency one) {
    for (const auto& each : leniency_words) {
        if (each.one == one) return each.word;
    }
    return {};
}

void Scrutiny::wrong(RpcError error, std::string why) {
    if (!violation_) violation_ = Violation{error, std::move(why)};
}

std::string Fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const bj::value* Fields::find(std::string_view name, Need need) {
    const auto* found = object_.if_contains(name);
    if (found != nullptr) {
        ++asked_;
        return found;
    }
    if (need == Need::required && !scrutiny_.lenient(Leniency::missing_fields))
        scrutiny_.wrong(RpcError::occurrence_constraint, path_of(name) + " is missing");
    return nullptr;
}

void Fields::wrong_type(std::string_view name, const char* wanted) {
    scrutiny_.wrong(RpcError::type_constraint, path_of(name) + " is no " + wanted);
}

std::optional<std::string> Fields::text(std::string_view name, std::size_t chars_max, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return std::nullopt;
    std::string out;
    if (const auto* string = value->if_string()) {
        out = std::string_view(*string);
    } else if (scrutiny_.lenient(Leniency::loose_types) && value->is_int64()) {
        out = std::to_string(value->get_int64());
    } else {
        wrong_type(name, "text");
        return std::nullopt;
    }
    if (chars_of(out) > chars_max) {
        if (scrutiny_.lenient(Leniency::long_texts)) return cut(out, chars_max);
        scrutiny_.wrong(RpcError::property_constraint,
                        path_of(name) + " has " + std::to_string(chars_of(out)) +
                            " characters, limit " + std::to_string(chars_max));
        return std::nullopt;
    }
    return out;
}

std::optional<double> Fields::number(std::string_view name, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return static_cast<double>(value->get_int64());
    if (value->is_uint64()) return static_cast<double>(value->get_uint64());
    if (value->is_double() && std::isfinite(value->get_double())) return value->get_double();
    if (const auto* text = value->if_string();
        text != nullptr && scrutiny_.lenient(Leniency::loose_types)) {
        if (const auto read = number_in(*text)) return read;
    }
    wrong_type(name, "number");
    return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    // JSON knows no integers: 5.0 is one to every schema validator.
    const auto whole = [](double d) { return std::abs(d) < 9e15 && d == std::floor(d); };
    if (value->is_double() && whole(value->get_double()))
        return static_cast<std::int64_t>(value->get_double());
    if (const auto* text = value->if_string();
        text != nullptr && scrutiny_.lenient(Leniency::loose_types)) {
        if (const auto read = number_in(*text); read && whole(*read))
            return static_cast<std::int64_t>(*read);
    }
    wrong_type(name, "whole number");
    return std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view name, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    if (const auto* text = value->if_string();
        text != nullptr && scrutiny_.lenient(Leniency::loose_types)) {
        if (*text == "true") return true;
        if (*text == "false") return false;
    }
    wrong_type(name, "truth value");
    return std::nullopt;
}

std::optional<Time> Fields::time(std::string_view name, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return std::nullopt;
    const auto* text = value->if_string();
    if (text == nullptr) {
        wrong_type(name, "time");
        return std::nullopt;
    }
    const std::string said{std::string_view(*text)};
    if (const auto read = parse_rfc3339(said)) return *read;
    if (scrutiny_.lenient(Leniency::times_without_zone)) {
        if (const auto read = parse_rfc3339(said + "Z")) return *read;
    }
    scrutiny_.wrong(RpcError::property_constraint, path_of(name) + " is no time with its zone");
    return std::nullopt;
}

std::optional<std::size_t> Fields::word(std::string_view name, Words words, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return std::nullopt;
    const auto* text = value->if_string();
    if (text == nullptr) {
        wrong_type(name, "text");
        return std::nullopt;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == std::string_view(*text)) return i;
    }
    if (!scrutiny_.lenient(Leniency::unknown_values))
        scrutiny_.wrong(RpcError::property_constraint,
                        path_of(name) + " is none of the values allowed");
    return std::nullopt;
}

const bj::object* Fields::object(std::string_view name, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return nullptr;
    if (const auto* object = value->if_object()) return object;
    wrong_type(name, "object");
    return nullptr;
}

const bj::array* Fields::array(std::string_view name, std::size_t least, Need need) {
    const auto* value = find(name, need);
    if (value == nullptr) return nullptr;
    const auto* array = value->if_array();
    if (array == nullptr) {
        wrong_type(name, "list");
        return nullptr;
    }
    if (array->size() < least && !scrutiny_.lenient(Leniency::missing_fields))
        scrutiny_.wrong(RpcError::occurrence_constraint, path_of(name) + " is empty");
    return array;
}

const bj::value* Fields::any(std::string_view name) {
    return find(name, Need::optional);
}

void Fields::done() {
    if (asked_ >= object_.size() || scrutiny_.lenient(Leniency::unknown_fields)) return;
    scrutiny_.wrong(RpcError::format_violation,
                    (path_.empty() ? std::string("the payload") : path_) +
                        " has members that the "
                        "standard does not know");
}

}  // namespace foxtail::ocpp
