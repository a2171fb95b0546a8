#include "foxtail/model/catalogue.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Counts what the whole test program allocates, so that a lookup can be shown to allocate nothing.
// Not inlined: GCC would see free() on what operator new gave and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;  // NOLINT
    std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}  // NOLINT
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);  // NOLINT
}

namespace foxtail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ThingSpec thing_with(std::string id, const std::vector<std::string>& names) {
    ThingSpec spec;
    spec.id = std::move(id);
    for (const auto& name : names) {
        PropertySpec property;
        property.name = name;
        property.type = Type::number;
        spec.properties.push_back(property);
    }
    return spec;
}

Catalogue::Told told(Catalogue& catalogue, const ThingSpec& spec, std::string_view by = "mqtt") {
    const auto foretold = catalogue.would_tell(spec, by);
    const auto result = catalogue.tell(spec, by);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    EXPECT_TRUE(foretold.has_value());
    if (!result || !foretold) return {};
    EXPECT_EQ(foretold->thing, result->thing);
    EXPECT_EQ(foretold->created, result->created);
    EXPECT_EQ(foretold->changed, result->changed);
    return *result;
}

std::vector<std::string> names_of(const Catalogue& catalogue, std::string_view id) {
    std::vector<std::string> names;
    for (const PropertyId property : catalogue.find_thing(id)->properties)
        names.push_back(catalogue.property(property).spec.name +
                        (catalogue.property(property).present ? "" : " (gone)"));
    return names;
}

TEST(Catalogue, gives_dense_numbers_in_the_order_of_telling) {
    Catalogue catalogue;
    const auto lamp = told(catalogue, thing_with("lamp", {"on", "level"}));
    const auto meter = told(catalogue, thing_with("meter", {"power"}));
    EXPECT_TRUE(lamp.created && lamp.changed && meter.created && meter.changed);
    EXPECT_EQ(lamp.thing.index, 0U);
    EXPECT_EQ(meter.thing.index, 1U);
    const std::vector<std::string> addresses{"lamp/on", "lamp/level", "meter/power"};
    ASSERT_EQ(catalogue.properties().size(), addresses.size());
    for (std::uint32_t i = 0; i < addresses.size(); ++i) {
        const Property* property = catalogue.find_property(addresses[i]);
        ASSERT_NE(property, nullptr) << addresses[i];
        EXPECT_EQ(property->id.index, i);
        EXPECT_EQ(property->address, addresses[i]);
        EXPECT_EQ(&catalogue.property(PropertyId{i}), property);
    }
    EXPECT_EQ(catalogue.find_property("meter", "power")->thing, meter.thing);
    EXPECT_EQ(catalogue.find_thing("meter")->brought_by, "mqtt");
    EXPECT_EQ(catalogue.thing(lamp.thing).spec.id, "lamp");
    EXPECT_TRUE(catalogue.knows(PropertyId{2}) && catalogue.knows(ThingId{1}));
    EXPECT_FALSE(catalogue.knows(PropertyId{3}) || catalogue.knows(ThingId{2}));
}

TEST(Catalogue, telling_the_same_again_changes_nothing) {
    Catalogue catalogue;
    told(catalogue, thing_with("lamp", {"on"}));
    const auto again = told(catalogue, thing_with("lamp", {"on"}));
    EXPECT_FALSE(again.created);
    EXPECT_FALSE(again.changed);
    EXPECT_EQ(catalogue.things().size(), 1U);
    EXPECT_EQ(catalogue.properties().size(), 1U);
}

TEST(Catalogue, properties_keep_their_numbers_when_a_thing_is_told_anew) {
    Catalogue catalogue;
    told(catalogue, thing_with("lamp", {"on", "level", "hue"}));
    told(catalogue, thing_with("meter", {"power"}));
    const auto on = catalogue.find_property("lamp/on")->id;
    const auto level = catalogue.find_property("lamp/level")->id;

    const auto without = told(catalogue, thing_with("lamp", {"energy", "level"}));
    EXPECT_FALSE(without.created);
    EXPECT_TRUE(without.changed);
    EXPECT_THAT(names_of(catalogue, "lamp"),
                ElementsAre("energy", "level", "on (gone)", "hue (gone)"));
    EXPECT_EQ(catalogue.find_property("lamp/level")->id, level);
    EXPECT_EQ(catalogue.find_property("lamp/energy")->id.index, 4U);
    ASSERT_NE(catalogue.find_property("lamp/on"), nullptr) << "its history can still be read";
    EXPECT_FALSE(catalogue.find_property("lamp/on")->present);

    auto back = thing_with("lamp", {"on", "level"});
    back.properties[0].type = Type::boolean;
    told(catalogue, back);
    EXPECT_THAT(names_of(catalogue, "lamp"),
                ElementsAre("on", "level", "energy (gone)", "hue (gone)"));
    EXPECT_EQ(catalogue.find_property("lamp/on")->id, on);
    EXPECT_TRUE(catalogue.find_property("lamp/on")->present);
    EXPECT_EQ(catalogue.find_property("lamp/on")->spec.type, Type::boolean);
    EXPECT_EQ(catalogue.properties().size(), 5U);
}

TEST(Catalogue, a_removed_thing_comes_back_with_its_numbers) {
    Catalogue catalogue;
    const auto lamp = told(catalogue, thing_with("lamp", {"on"}));
    EXPECT_TRUE(catalogue.remove(lamp.thing));
    EXPECT_FALSE(catalogue.remove(lamp.thing));
    EXPECT_FALSE(catalogue.remove(ThingId{99}));
    ASSERT_NE(catalogue.find_thing("lamp"), nullptr);
    EXPECT_FALSE(catalogue.find_thing("lamp")->present);
    EXPECT_FALSE(catalogue.find_property("lamp/on")->present);
    EXPECT_EQ(told(catalogue, thing_with("meter", {"power"})).thing.index, 1U);

    const auto back = told(catalogue, thing_with("lamp", {"on"}));
    EXPECT_TRUE(back.created);
    EXPECT_FALSE(back.changed);
    EXPECT_EQ(back.thing, lamp.thing);
    EXPECT_TRUE(catalogue.find_thing("lamp")->present);
    EXPECT_TRUE(catalogue.find_property("lamp/on")->present);
    EXPECT_EQ(catalogue.find_property("lamp/on")->id.index, 0U);
}

TEST(Catalogue, a_connector_cannot_take_over_the_thing_of_another) {
    Catalogue catalogue;
    const auto door = told(catalogue, thing_with("door", {"locked"}), "zigbee");
    const auto same = catalogue.tell(thing_with("door", {"locked"}), "mqtt");
    ASSERT_FALSE(same.has_value());
    EXPECT_EQ(same.error().code, Code::conflict);
    EXPECT_EQ(catalogue.tell(thing_with("door", {"other"}), "mqtt").error().code, Code::conflict);
    EXPECT_EQ(catalogue.would_tell(thing_with("door", {}), "").error().code, Code::conflict);
    EXPECT_EQ(catalogue.find_thing("door")->brought_by, "zigbee");
    EXPECT_EQ(catalogue.properties().size(), 1U);

    catalogue.remove(door.thing);
    EXPECT_TRUE(told(catalogue, thing_with("door", {"locked"}), "mqtt").created);
    EXPECT_EQ(catalogue.find_thing("door")->brought_by, "mqtt");
    EXPECT_EQ(catalogue.tell(thing_with("door", {"locked"}), "zigbee").error().code,
              Code::conflict);
}

TEST(Catalogue, refuses_a_wrong_spec_and_keeps_the_old_one) {
    Catalogue catalogue;
    EXPECT_EQ(catalogue.tell(thing_with("a b", {}), "mqtt").error().code, Code::invalid_input);
    told(catalogue, thing_with("lamp", {"on"}));
    EXPECT_EQ(catalogue.tell(thing_with("lamp", {"on", "on"}), "mqtt").error().code,
              Code::invalid_input);
    EXPECT_THAT(names_of(catalogue, "lamp"), ElementsAre("on"));
    EXPECT_EQ(catalogue.things().size(), 1U);
}

TEST(Catalogue, a_thing_that_invents_names_without_end_is_stopped) {
    Catalogue catalogue;
    std::size_t rounds = 0;
    for (; rounds < 100; ++rounds) {
        std::vector<std::string> names;
        for (int i = 0; i < 500; ++i)
            names.push_back("p" + std::to_string(rounds) + "-" + std::to_string(i));
        const auto result = catalogue.tell(thing_with("noisy", names), "mqtt");
        if (result) continue;
        EXPECT_EQ(result.error().code, Code::exhausted);
        EXPECT_THAT(result.error().message, HasSubstr("limit 4096"));
        break;
    }
    EXPECT_EQ(rounds, 8U);
    EXPECT_EQ(catalogue.properties().size(), 4000U);
    EXPECT_TRUE(catalogue.find_property("noisy/p7-0")->present);
}

TEST(Catalogue, finds_nothing_under_what_is_no_address) {
    Catalogue catalogue;
    told(catalogue, thing_with("lamp", {"on"}));
    EXPECT_EQ(catalogue.find_property(""), nullptr);
    EXPECT_EQ(catalogue.find_property("lamp"), nullptr);
    EXPECT_EQ(catalogue.find_property("lamp", ""), nullptr);
    EXPECT_EQ(catalogue.find_property("", "on"), nullptr);
    EXPECT_EQ(catalogue.find_property(std::string(name_bytes_max + 1, 'a'), "on"), nullptr);
    EXPECT_EQ(catalogue.find_property("lamp", std::string(100'000, 'a')), nullptr);
    EXPECT_EQ(catalogue.find_thing("Lamp"), nullptr);
}

TEST(Catalogue, the_longest_address_is_found) {
    Catalogue catalogue;
    const std::string thing(name_bytes_max, 't');
    const std::string name(name_bytes_max, 'n');
    told(catalogue, thing_with(thing, {name}));
    ASSERT_NE(catalogue.find_property(thing, name), nullptr);
    EXPECT_EQ(catalogue.find_property(thing, name), catalogue.find_property(thing + "/" + name));
}

TEST(Catalogue, looking_up_and_fitting_a_number_allocates_nothing) {
    Catalogue catalogue;
    told(catalogue, thing_with("a-thing-with-a-rather-long-name", {"a-property-with-a-long-name"}));
    const std::string address = "a-thing-with-a-rather-long-name/a-property-with-a-long-name";
    const std::string_view view = address;
    const auto before = allocations.load();
    bool found = true;
    for (int i = 0; i < 100; ++i) {
        const Property* one = catalogue.find_property(view);
        const Property* two = catalogue.find_property(view.substr(0, 31), view.substr(32));
        found = found && one != nullptr && one == two &&
                catalogue.find_thing(view.substr(0, 31)) != nullptr;
        found = found && fit(one->spec, Value{std::int64_t{21}}).has_value();
    }
    EXPECT_EQ(allocations.load() - before, 0U);
    EXPECT_TRUE(found);
}

TEST(Catalogue, the_same_tellings_give_the_same_numbers_and_a_copy_lives_on_its_own) {
    std::mt19937 random(11);  // NOLINT: the same cases each time
    Catalogue first;
    Catalogue second;
    for (int i = 0; i < 3000; ++i) {
        std::vector<std::string> names;
        for (char c = 'a'; c < 'k'; ++c) {
            if (random() % 2 == 0) names.emplace_back(1, c);
        }
        std::string id = "t";
        id += std::to_string(random() % 20);
        const auto spec = thing_with(id, names);
        const bool gone = random() % 5 == 0;
        for (Catalogue* catalogue : {&first, &second}) {
            const Thing* known = catalogue->find_thing(spec.id);
            if (gone && known != nullptr) {
                catalogue->remove(known->id);
            } else {
                told(*catalogue, spec);
            }
        }
    }
    auto copy = std::make_unique<Catalogue>(first);
    first = Catalogue{};
    const Catalogue last = std::move(*copy);
    copy.reset();
    ASSERT_EQ(last.properties().size(), second.properties().size());
    EXPECT_LE(last.properties().size(), 200U);
    for (const Property& property : second.properties()) {
        const Property* same = last.find_property(property.address);
        ASSERT_NE(same, nullptr);
        EXPECT_EQ(same->id, property.id);
        EXPECT_EQ(same->present, property.present);
        EXPECT_EQ(same->spec, property.spec);
    }
    for (const Thing& thing : second.things()) {
        EXPECT_EQ(last.find_thing(thing.spec.id)->properties, thing.properties);
        // Present properties stand first, in the order of the spec, and are exactly the spec's.
        for (std::size_t i = 0; i < thing.properties.size(); ++i) {
            const Property& property = last.property(thing.properties[i]);
            const bool in_spec = i < thing.spec.properties.size();
            EXPECT_EQ(property.present, in_spec && thing.present);
            if (in_spec) {
                EXPECT_EQ(property.spec, thing.spec.properties[i]);
            }
        }
    }
}

}  // namespace
}  // namespace foxtail
