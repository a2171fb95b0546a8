#pragma once

#include <memory>
#include <utility>

namespace foxtail {

/// A value that lies apart, so that whatever may hold it is no larger than a pointer for it: the
/// rare, large alternative of a variant whose other ones are many and small. Copied and compared as
/// the value is. Never empty, but for one that was moved from, which is only to be assigned to or
/// destroyed.
template <class T>
class Apart {
public:
    Apart() : value_(std::make_unique<T>()) {}
    Apart(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: as the value does
    Apart(const Apart& other) : value_(std::make_unique<T>(*other.value_)) {}
    Apart(Apart&& other) noexcept = default;
    Apart& operator=(const Apart& other) {
        if (this != &other) value_ = std::make_unique<T>(*other.value_);
        return *this;
    }
    Apart& operator=(Apart&& other) noexcept = default;
    ~Apart() = default;

    operator T&() { return *value_; }              // NOLINT: visitors and readers name the value
    operator const T&() const { return *value_; }  // NOLINT

    [[nodiscard]] T* get() { return value_.get(); }
    [[nodiscard]] const T* get() const { return value_.get(); }

private:
    std::unique_ptr<T> value_;
};

}  // namespace foxtail
