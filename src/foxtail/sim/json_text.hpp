#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace foxtail::sim {

/// Writes JSON the way devices print it: keys in the order given, numbers with few decimals. Commas
/// are kept by the writer; open and close must match (asserted in text()).
class JsonText {
public:
    JsonText& open(char bracket = '{');
    JsonText& close();
    JsonText& key(std::string_view name);
    JsonText& text(std::string_view value);
    JsonText& flag(bool value);
    JsonText& whole(std::int64_t value);
    /// At most `decimals` digits after the point, trailing zeros dropped ("21.5", "3").
    JsonText& number(double value, int decimals);
    JsonText& null();
    /// `json` is one JSON value already.
    JsonText& raw(std::string_view json);

    JsonText& field(std::string_view name, std::string_view value) { return key(name).text(value); }
    JsonText& field(std::string_view name, const char* value) { return key(name).text(value); }
    JsonText& field(std::string_view name, bool value) { return key(name).flag(value); }
    JsonText& field(std::string_view name, std::int64_t value) { return key(name).whole(value); }
    JsonText& field(std::string_view name, double value, int decimals) {
        return key(name).number(value, decimals);
    }

    /// The finished text.
    [[nodiscard]] std::string take();

private:
    void comma();
    std::string out_;
    std::vector<char> open_;
    bool fresh_ = true;  // no comma before the next value
};

/// "21.5", "-3"; never "-0"; 0 for what is not finite.
[[nodiscard]] std::string print_number(double value, int decimals);
/// With quotes and escapes.
[[nodiscard]] std::string print_string(std::string_view text);

using JsonScalar = std::variant<std::monostate, bool, double, std::string>;
struct JsonMember {
    std::string path;  // "color.x": members of nested objects are flattened, lists are left out
    JsonScalar value;
};

/// Reads a JSON object of scalars and objects. A bare scalar gives one member with an empty path.
/// Error: invalid_input. At most 16 levels, 4096 members.
[[nodiscard]] Result<std::vector<JsonMember>> read_members(std::string_view text);

}  // namespace foxtail::sim
