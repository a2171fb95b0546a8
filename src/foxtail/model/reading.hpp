#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace foxtail {

enum class Quality : std::uint8_t {
    good,
    stale,        // older than its property's max age; derived when read, never recorded
    unconfirmed,  // known from before a restart; derived when read, never recorded
    estimated,
    bad,      // the newest word was outside its type or range: derived when read; its value is on
              // record, never in the twin, where the last one that fits stays
    unknown,  // there is no value to tell; derived when read, never recorded
};
[[nodiscard]] const char* name(Quality quality);
[[nodiscard]] std::optional<Quality> quality_from(std::string_view text);

/// Number of a property in its household's catalogue; stable while the household lives, dense from
/// 0.
struct PropertyId {
    std::uint32_t index = 0;
    friend constexpr auto operator<=>(const PropertyId&, const PropertyId&) = default;
};
/// Number of a thing in its household's catalogue; dense from 0, never reused.
struct ThingId {
    std::uint32_t index = 0;
    friend constexpr auto operator<=>(const ThingId&, const ThingId&) = default;
};

/// A fact somebody reported. Past tense: it may be wrong, but it was said.
struct Reading {
    PropertyId property;
    Quality quality = Quality::good;  // good or estimated
    Time source_time;                 // when it was true; unknown = the receipt time
    Value value;
};

}  // namespace foxtail
