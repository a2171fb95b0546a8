#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/model/reading.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// How the places of things are spelled. One connector writes "living-room", the other "Living
/// room": the same room, so the first spelling counts for all. Capitals, spaces, "-" and "_" make
/// no difference.
class Places {
public:
    /// The spelling that things other than `thing` use already; `place` as it is when there is
    /// none. Valid until the next told().
    [[nodiscard]] std::string_view spelling(ThingId thing, std::string_view place) const;
    /// The thing is there now (empty: nowhere known).
    void told(ThingId thing, std::string_view place);
    void clear();

private:
    struct Spelling {
        std::string text;
        std::uint32_t things = 0;
    };
    StringMap<Spelling> spellings_;      // by what they have in common
    std::vector<std::string> place_of_;  // the same, by thing
};

}  // namespace foxtail
