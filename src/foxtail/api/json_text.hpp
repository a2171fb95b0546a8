#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/model/value.hpp"

#include <concepts>
#include <string>
#include <string_view>

namespace foxtail::api {

/// Writes compact JSON text and keeps the commas. Nothing is checked: the caller opens and closes
/// in pairs.
class JsonText {
public:
    explicit JsonText(std::string& out) : out_(out) {}

    JsonText& object() { return open('{'); }
    JsonText& end_object() { return close('}'); }
    JsonText& array() { return open('['); }
    JsonText& end_array() { return close(']'); }
    JsonText& key(std::string_view name) {
        comma();
        append_json_string(out_, name);
        out_ += ':';
        first_ = true;  // no comma before the value
        return *this;
    }
    JsonText& text(std::string_view value) {
        comma();
        if (valid_utf8(value)) {
            append_json_string(out_, value);
        } else {
            append_json_string(out_, printable(value, value.size()));
        }
        return *this;
    }
    JsonText& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonText& null() { return raw("null"); }
    template <std::integral T>
    JsonText& number(T value) {
        return raw(std::to_string(value));
    }
    JsonText& value(const Value& v) {
        comma();
        append_json(out_, v);
        return *this;
    }
    JsonText& number(double v) { return value(Value(v)); }
    /// Text that is JSON already.
    JsonText& raw(std::string_view json) {
        comma();
        out_ += json;
        return *this;
    }
    // members
    JsonText& text(std::string_view name, std::string_view v) { return key(name).text(v); }
    JsonText& boolean(std::string_view name, bool v) { return key(name).boolean(v); }
    template <std::integral T>
    JsonText& number(std::string_view name, T v) {
        return key(name).number(v);
    }
    JsonText& number(std::string_view name, double v) { return key(name).number(v); }
    JsonText& value(std::string_view name, const Value& v) { return key(name).value(v); }
    JsonText& raw(std::string_view name, std::string_view json) { return key(name).raw(json); }
    /// RFC 3339, or null when not known.
    JsonText& time(std::string_view name, Time t) {
        return t.known() ? text(name, format_rfc3339(t)) : key(name).null();
    }

private:
    JsonText& open(char c) {
        comma();
        out_ += c;
        first_ = true;
        return *this;
    }
    JsonText& close(char c) {
        out_ += c;
        first_ = false;
        return *this;
    }
    void comma() {
        if (!first_) out_ += ',';
        first_ = false;
    }
    std::string& out_;
    bool first_ = true;
};

}  // namespace foxtail::api
