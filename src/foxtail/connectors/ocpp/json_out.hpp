#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail::ocpp {

/// Writes one JSON object after the other parts of a text. end() closes it.
class ObjectOut {
public:
    explicit ObjectOut(std::string& out) : out_(out) { out_ += '{'; }
    ObjectOut& text(std::string_view key, std::string_view value) {
        name(key);
        append_json_string(out_, value);
        return *this;
    }
    ObjectOut& time(std::string_view key, Time value) {
        return text(key, format_rfc3339(to_millisecond(value)));
    }
    ObjectOut& integer(std::string_view key, std::int64_t value) {
        name(key);
        out_ += std::to_string(value);
        return *this;
    }
    /// With at most one digit after the point, which is all the protocol allows for limits.
    ObjectOut& tenths(std::string_view key, double value) {
        name(key);
        const auto tenths = static_cast<std::int64_t>(std::llround(value * 10));
        out_ += std::to_string(tenths / 10);
        if (tenths % 10 != 0) out_ += "." + std::to_string(std::abs(tenths % 10));
        return *this;
    }
    ObjectOut& flag(std::string_view key, bool value) {
        name(key);
        out_ += value ? "true" : "false";
        return *this;
    }
    /// Only where it is so.
    ObjectOut& flag_if(std::string_view key, bool value) {
        return value ? flag(key, value) : *this;
    }
    /// What follows is the caller's: a JSON text of its own.
    ObjectOut& name(std::string_view key) {
        if (!first_) out_ += ',';
        first_ = false;
        append_json_string(out_, key);
        out_ += ':';
        return *this;
    }
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

}  // namespace foxtail::ocpp
