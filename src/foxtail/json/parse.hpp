#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/model/value.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

namespace foxtail {

/// What text from outside may cost. The depth bounds the stack of everything that walks a value
/// afterwards.
struct JsonLimits {
    std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
    std::size_t depth_max = 64;
};

/// One JSON text (RFC 8259, UTF-8; of keys said twice the last counts). The value owns its memory,
/// taken in large pieces: made for reading once, not for changing. Error: invalid_input with what
/// was wrong, exhausted when longer than the limit.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text,
                                                    const JsonLimits& limits = {});

/// Reads many small texts one after the other, in the same memory: no allocation for a usual
/// message.
class JsonReader {
public:
    explicit JsonReader(JsonLimits limits = {});
    ~JsonReader();
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    /// The value, valid until the next read(); never null. Errors as parse_json().
    [[nodiscard]] Result<const boost::json::value*> read(std::string_view text);

private:
    struct Scratch;
    JsonLimits limits_;
    std::unique_ptr<Scratch> scratch_;
};

/// The value as the household carries it. Whole numbers beyond 64 bits become doubles; a number too
/// large for a double becomes null; arrays and objects become compact text.
[[nodiscard]] Value to_value(const boost::json::value& value);

/// Appends compact JSON text in the order of the members, numbers written as append_json(Value)
/// writes them.
void append_json(std::string& out, const boost::json::value& value);

}  // namespace foxtail
