#include "foxtail/json/parse.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail {
namespace {

namespace bj = boost::json;

bj::parse_options options_of(const JsonLimits& limits) {
    bj::parse_options options;
    options.max_depth = limits.depth_max;
    return options;
}

tl::unexpected<Error> too_long(std::size_t bytes, std::size_t limit) {
    return fail(Code::exhausted,
                "json text of " + std::to_string(bytes) + " bytes, limit " + std::to_string(limit));
}

tl::unexpected<Error> not_json(const bj::error_code& problem, std::size_t at) {
    return fail(Code::invalid_input,
                "not json at byte " + std::to_string(at) + ": " + problem.message());
}

}  // namespace

Result<bj::value> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes_max) return too_long(text.size(), limits.bytes_max);
    bj::parser parser(bj::make_shared_resource<bj::monotonic_resource>(), options_of(limits));
    bj::error_code problem;
    const std::size_t used = parser.write(text.data(), text.size(), problem);
    if (problem) return not_json(problem, used);
    return parser.release();
}

// Order matters: the value lives in the arena, so it goes first.
struct JsonReader::Scratch {
    explicit Scratch(const JsonLimits& limits)
        : arena(arena_bytes.data(), arena_bytes.size()),
          parser(bj::storage_ptr{}, options_of(limits), parser_bytes.data(), parser_bytes.size()) {}

    std::array<unsigned char, 4096> parser_bytes;
    std::array<unsigned char, 16384> arena_bytes;
    bj::monotonic_resource arena;
    bj::parser parser;
    std::optional<bj::value> value;
};

JsonReader::JsonReader(JsonLimits limits)
    : limits_(limits), scratch_(std::make_unique<Scratch>(limits)) {}
JsonReader::~JsonReader() = default;

Result<const bj::value*> JsonReader::read(std::string_view text) {
    if (text.size() > limits_.bytes_max) return too_long(text.size(), limits_.bytes_max);
    Scratch& s = *scratch_;
    s.value.reset();
    s.parser.reset();  // what a failed read left in the arena goes before the arena does
    s.arena.release();
    s.parser.reset(&s.arena);
    bj::error_code problem;
    const std::size_t used = s.parser.write(text.data(), text.size(), problem);
    if (problem) return not_json(problem, used);
    s.value.emplace(s.parser.release());
    return &*s.value;
}

Value to_value(const bj::value& value) {
    switch (value.kind()) {
        case bj::kind::null:
            return Null{};
        case bj::kind::bool_:
            return value.get_bool();
        case bj::kind::int64:
            return value.get_int64();
        case bj::kind::uint64: {
            const std::uint64_t number = value.get_uint64();
            if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                return static_cast<double>(number);
            }
            return static_cast<std::int64_t>(number);
        }
        case bj::kind::double_:
            if (!std::isfinite(value.get_double())) return Null{};
            return value.get_double();
        case bj::kind::string:
            return std::string(std::string_view(value.get_string()));
        case bj::kind::array:
        case bj::kind::object:
            break;
    }
    Json json;
    append_json(json.text, value);
    return json;
}

void append_json(std::string& out, const bj::value& value) {
    if (const bj::object* object = value.if_object()) {
        char before = '{';
        for (const auto& member : *object) {
            out += std::exchange(before, ',');
            append_json_string(out, member.key());
            out += ':';
            append_json(out, member.value());
        }
        if (before == '{') out += before;
        out += '}';
    } else if (const bj::array* array = value.if_array()) {
        char before = '[';
        for (const bj::value& item : *array) {
            out += std::exchange(before, ',');
            append_json(out, item);
        }
        if (before == '[') out += before;
        out += ']';
    } else if (const bj::string* text = value.if_string()) {
        append_json_string(out, *text);
    } else {
        append_json(out, to_value(value));
    }
}

}  // namespace foxtail
