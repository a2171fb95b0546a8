#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace foxtail {

/// Hash that lets a map keyed by std::string be searched with a string_view, without a copy.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

template <class T>
using StringMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

}  // namespace foxtail
