#pragma once

#include "foxtail/model/thing.hpp"

#include <array>
#include <string_view>

namespace foxtail {

/// A property of a thing that the program itself brings.
[[nodiscard]] inline PropertySpec property_spec(std::string_view name, std::string_view title,
                                                Type type, std::string_view unit = {}) {
    PropertySpec spec;
    spec.name = name;
    spec.title = title;
    spec.type = type;
    spec.unit = unit;
    return spec;
}

/// One that is one of these words.
template <std::size_t n>
[[nodiscard]] PropertySpec word_spec(std::string_view name, std::string_view title,
                                     const std::array<std::string_view, n>& words) {
    auto spec = property_spec(name, title, Type::enumeration);
    for (const auto word : words) spec.allowed.emplace_back(word);
    return spec;
}

}  // namespace foxtail
