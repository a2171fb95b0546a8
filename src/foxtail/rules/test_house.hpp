#pragma once

#include "foxtail/base/assert.hpp"
#include "foxtail/model/catalogue.hpp"
#include "foxtail/twin/twin.hpp"

#include <string_view>
#include <utility>
#include <vector>

// For the tests, benchmarks and fuzzers of rules.
namespace foxtail::testing {

/// A day in November, at some time of the program.
constexpr Moment noon{Time{1'795'000'000'000'000}, seconds(100)};

/// A zone with at most one change of its offset.
class FakeZone final : public Zone {
public:
    explicit FakeZone(Duration offset = {}) : before_(offset), after_(offset) {}
    FakeZone(Duration before, Time change, Duration after)
        : before_(before), change_(change), after_(after) {}
    [[nodiscard]] Duration offset_at(Time t) const override {
        return t < change_ ? before_ : after_;
    }

private:
    Duration before_;
    Time change_;
    Duration after_;
};

/// A catalogue and a twin that are told things in one line.
class TestHouse {
public:
    /// Adds "thing/property"; the thing is made, or re-told with one property more.
    PropertyId add(std::string_view address, Type type = Type::number) {
        const auto parts = parse_address(address);
        FOX_ASSERT(parts.has_value(), "a test's address is well-formed");
        ThingSpec spec;
        if (const Thing* const known = catalogue.find_thing(parts->thing)) spec = known->spec;
        spec.id = parts->thing;
        spec.title = parts->thing;
        PropertySpec property;
        property.name = parts->name;
        property.title = parts->name;
        property.type = type;
        if (type == Type::enumeration) property.allowed = {"open", "closed"};
        spec.properties.push_back(property);
        const auto told = catalogue.tell(spec, "test");
        FOX_ASSERT(told.has_value(), "a test's thing is well-formed");
        twin.grow(catalogue.properties().size());
        return catalogue.find_property(address)->id;
    }

    Change say(PropertyId property, Value value, Time when = Time{1'000'000}) {
        const auto change =
            twin.apply(Reading{property, Quality::good, when, std::move(value)}, ++seq, when, 0);
        FOX_ASSERT(change.has_value(), "a test's readings come in order");
        return *change;
    }
    Change say(std::string_view address, Value value, Time when = Time{1'000'000}) {
        const Property* const property = catalogue.find_property(address);
        FOX_ASSERT(property != nullptr, "a test's property was added");
        return say(property->id, std::move(value), when);
    }

    Catalogue catalogue;
    Twin twin;
    Seq seq = 0;
};

}  // namespace foxtail::testing
