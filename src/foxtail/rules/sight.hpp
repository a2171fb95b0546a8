#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/twin/twin.hpp"

#include <cstdint>
#include <string_view>

namespace foxtail {

/// What a rule may see of the household. Asked at every look, so that what is given and taken back
/// counts at once. Lua runs meanwhile: nothing here throws.
class RuleSight {
public:
    virtual ~RuleSight() = default;

    struct Look {
        const Belief* belief = nullptr;  // valid until the next look; null: it may not
        bool spans = false;              // told by whole spans of time: never stale
        const char* why_not = "";        // a sentence
    };
    /// The present value of a property, as coarse as it is given.
    virtual Look look(std::uint32_t rule, PropertyId property, Moment now) = 0;
    /// Null when changes of the property may trigger the rule, else a sentence why not.
    virtual const char* deaf_to(std::uint32_t rule, PropertyId property, Moment now) = 0;
    /// The same for an event, "thing/event".
    virtual const char* deaf_to(std::uint32_t rule, std::string_view event, Moment now) = 0;
};

}  // namespace foxtail
