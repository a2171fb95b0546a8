#include "foxtail/sim/json_text.hpp"

#include "foxtail/base/assert.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

// Boost.JSON compiled into this file, its only user here: the simulated devices share no code with
// the hub.
#include <boost/json/src.hpp>

namespace foxtail::sim {
namespace {

namespace json = boost::json;

constexpr std::size_t members_max = 4096;

bool flatten(const json::value& value, const std::string& path, std::vector<JsonMember>& out) {
    if (out.size() >= members_max) {
        return false;
    }
    switch (value.kind()) {
        case json::kind::object:
            for (const auto& member : value.get_object()) {
                const std::string name(member.key());
                if (!flatten(member.value(), path.empty() ? name : path + "." + name, out)) {
                    return false;
                }
            }
            return true;
        case json::kind::array:
            return true;
        case json::kind::null:
            out.push_back({path, {}});
            return true;
        case json::kind::bool_:
            out.push_back({path, value.get_bool()});
            return true;
        case json::kind::string:
            out.push_back(
                {path, std::string(value.get_string().data(), value.get_string().size())});
            return true;
        default:
            out.push_back({path, value.to_number<double>()});
            return true;
    }
}

}  // namespace

void JsonText::comma() {
    if (!fresh_) {
        out_ += ',';
    }
    fresh_ = false;
}

JsonText& JsonText::open(char bracket) {
    comma();
    out_ += bracket;
    open_.push_back(bracket == '{' ? '}' : ']');
    fresh_ = true;
    return *this;
}

JsonText& JsonText::close() {
    FOX_ASSERT(!open_.empty(), "closing what was never opened");
    out_ += open_.back();
    open_.pop_back();
    fresh_ = false;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    comma();
    out_ += print_string(name);
    out_ += ':';
    fresh_ = true;
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    return raw(print_string(value));
}
JsonText& JsonText::flag(bool value) {
    return raw(value ? "true" : "false");
}
JsonText& JsonText::whole(std::int64_t value) {
    return raw(std::to_string(value));
}
JsonText& JsonText::number(double value, int decimals) {
    return raw(print_number(value, decimals));
}
JsonText& JsonText::null() {
    return raw("null");
}

JsonText& JsonText::raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
}

std::string JsonText::take() {
    FOX_ASSERT(open_.empty(), "an object or list was left open");
    fresh_ = true;
    return std::exchange(out_, {});
}

std::string print_number(double value, int decimals) {
    if (!std::isfinite(value)) {
        return "0";
    }
    std::array<char, 400> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed, decimals)
                         .ptr;
    std::string out(buffer.data(), end);
    if (out.find('.') != std::string::npos) {
        out.erase(out.find_last_not_of('0') + 1);
        if (out.back() == '.') {
            out.pop_back();
        }
    }
    return out == "-0" ? "0" : out;
}

std::string print_string(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
    return out;
}

Result<std::vector<JsonMember>> read_members(std::string_view text) {
    json::error_code error;
    json::parse_options options;
    options.max_depth = 16;
    const json::value value =
        json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) {
        return fail(Code::invalid_input, "not JSON: " + error.message());
    }
    std::vector<JsonMember> members;
    if (!flatten(value, "", members)) {
        return fail(Code::exhausted, "more than " + std::to_string(members_max) + " members");
    }
    return members;
}

}  // namespace foxtail::sim
