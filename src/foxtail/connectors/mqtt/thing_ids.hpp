#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/string_map.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

/// Gives each outside identity (an IEEE address, a discovery identifier) a thing id made from its
/// name, and keeps it: a renamed device stays the same thing. Ids survive a restart when known() is
/// kept and given back.
class ThingIds {
public:
    /// True for an id that somebody else uses; may be empty.
    using Taken = std::function<bool(std::string_view id)>;

    explicit ThingIds(Taken taken = {}, StringMap<std::string> known = {});

    /// The id of `key`. The first time it is made from `wish`; when that is taken, "-" and `suffix`
    /// follow it. Error: exhausted, after keys_max.
    Result<std::string> id_of(std::string_view key, std::string_view wish, std::string_view suffix);

    /// Key to id, of everything ever seen.
    [[nodiscard]] const StringMap<std::string>& known() const { return id_by_key_; }

    static constexpr std::size_t keys_max = 100'000;

private:
    [[nodiscard]] bool taken(std::string_view id) const;

    Taken taken_;
    StringMap<std::string> id_by_key_;
    StringMap<std::string> key_by_id_;
};

}  // namespace foxtail::mqtt
