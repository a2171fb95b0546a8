#pragma once

#include <compare>
#include <functional>
#include <utility>

namespace foxtail {

/// A value that cannot be mistaken for another of the same representation. Explicit in, explicit
/// out: an implicit conversion would give the safety back.
template <class Tag, class T>
class Strong {
public:
    using Value = T;
    constexpr Strong() = default;
    constexpr explicit Strong(T value) : value_(std::move(value)) {}
    [[nodiscard]] constexpr const T& value() const { return value_; }
    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

private:
    T value_{};
};

}  // namespace foxtail

template <class Tag, class T>
struct std::hash<foxtail::Strong<Tag, T>> {
    std::size_t operator()(const foxtail::Strong<Tag, T>& s) const {
        return std::hash<T>{}(s.value());
    }
};
