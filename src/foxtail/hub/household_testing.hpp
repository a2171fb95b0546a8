#pragma once

#include "foxtail/grants/verdict.hpp"
#include "foxtail/hub/household.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::testing {

class UtcZone final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

struct HouseholdTest : ::testing::Test {
    HouseholdTest() {
        household.start(now, "test");
        owner = *household.name_subject("owner:anna", SubjectKind::owner, the_hub, now);
        zigbee = *household.name_subject("connector:zigbee", SubjectKind::connector, the_hub, now);
        ThingSpec lamp;
        lamp.id = "lamp";
        PropertySpec on;
        on.name = "on";
        on.type = Type::boolean;
        on.settable = true;
        PropertySpec level;
        level.name = "level";
        level.type = Type::number;
        level.minimum = 0;
        level.maximum = 100;
        level.step = 1;
        level.settable = true;
        PropertySpec power;
        power.name = "power";
        power.type = Type::number;
        lamp.properties = {on, level, power};
        lamp.actions = {{"identify", "Identify", {}, Sensitivity::home}};
        lamp.events = {{"pressed", "Pressed", {}}, {"turned", "Turned", {"left", "right", "2"}}};
        EXPECT_TRUE(household.tell(zigbee, lamp, now));
        household.records().clear();
    }
    [[nodiscard]] PropertyId id(std::string_view address) const {
        const Property* property = household.catalogue().find_property(address);
        return property->id;
    }
    Result<Seq> say(std::string_view address, Value value, Time measured = {}) {
        return household.report(zigbee, {id(address), Quality::good, measured, std::move(value)},
                                now);
    }
    Result<Seq> ask(SubjectId who, std::string_view address, Value value,
                    std::optional<Duration> within = {}) {
        Wish wish;
        wish.address = address;
        wish.value = std::move(value);
        wish.time_to_live = within;
        return household.wish(who, wish, now);
    }
    void pass(Duration by) {
        now.wall = now.wall + by;
        now.mono = now.mono + by;
        household.tick(now);
    }
    [[nodiscard]] const Belief& belief(std::string_view address) const {
        return household.belief(
            *household.authority().permit<Verb::read>(owner, id(address), now.wall));
    }
    template <class T>
    [[nodiscard]] std::vector<const T*> said() {
        std::vector<const T*> found;
        for (const Record& record : household.records()) {
            if (const auto* body = std::get_if<T>(&record.body)) found.push_back(body);
        }
        return found;
    }
    [[nodiscard]] const CommandEnded* end_of(Seq command) {
        const CommandEnded* end = nullptr;
        for (const auto* ended : said<CommandEnded>()) {
            if (ended->command == command) end = ended;
        }
        return end;
    }
    RuleSpec rule(std::string name, Trigger trigger, std::vector<RuleAction> actions) {
        RuleSpec spec;
        spec.id = std::move(name);
        spec.triggers = {std::move(trigger)};
        spec.actions = std::move(actions);
        return spec;
    }

    UtcZone zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, seconds(100)};
    SubjectId owner;
    SubjectId zigbee;
};

// ---- readings ----

}  // namespace foxtail::testing
