#pragma once

#include "foxtail/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foxtail {

/// The members of one JSON object as pieces of its text: for flat objects whose values are wanted
/// exactly as they were written, without a tree. Points into the text given to split().
class MemberTexts {
public:
    /// Error: invalid_input when `text` is no object whose brackets and strings close. What stands
    /// inside a value is not checked.
    [[nodiscard]] static Result<MemberTexts> split(std::string_view text);

    /// The member's text ("\"on\"", "21.5", "[1,2]"), or nothing. Names are compared as written.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

private:
    std::vector<std::pair<std::string_view, std::string_view>> members_;
};

/// The elements of one JSON array as pieces of its text. Error: as MemberTexts::split().
[[nodiscard]] Result<std::vector<std::string_view>> split_elements(std::string_view text);

}  // namespace foxtail
