#pragma once

#include "foxtail/hub/door.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "world.hpp"
#include <gtest/gtest.h>

namespace foxtail::sim {

/// A connector that remembers what it was told and answers as the test says.
class FakeOutlet final : public Outlet {
public:
    Result<Sent> send(const Order& order) override {
        sent.push_back(order);
        if (on_send) on_send(order);
        return answer;
    }
    void pause(bool on) override { pauses.push_back(on); }

    std::vector<Order> sent;
    std::vector<bool> pauses;
    Result<Sent> answer = Sent::awaiting_report;
    std::function<void(const Order&)> on_send;
};

/// Remembers what it was shown.
class FakeStream final : public Stream {
public:
    void reading(const Property& property, const Belief& belief, Quality) override {
        readings.emplace_back(property.address, belief.value);
        if (on_reading) on_reading();
    }
    void record(const Record& record) override { records.push_back(record); }
    void affairs_changed() override { ++affairs; }
    void closed() override { ++closings; }

    std::vector<std::pair<std::string, Value>> readings;
    std::vector<Record> records;
    std::function<void()> on_reading;
    int affairs = 0;
    int closings = 0;
};

/// One household with a lamp, a door lock and a garden sensor, alive on a simulated disk.
struct HomeTest : ::testing::Test {
    HomeTest() { boot(); }

    void boot() {
        hub = std::make_unique<Hub>(Environment{world, world, world}, zone, disk);
        ASSERT_TRUE(hub->start("test"));
        inlet = std::make_unique<Inlet>(*hub->attach("house", outlet));
        ASSERT_TRUE(inlet->tell(lamp()));
        ASSERT_TRUE(inlet->tell(lock()));
        settle();
    }
    void crash() {
        disk.power_cut();
        world.forget_all();
        inlet.reset();
        hub.reset();
        boot();
    }
    /// Long enough for everything that is under way to be on disk.
    void settle() { world.advance(milliseconds(100)); }

    static ThingSpec lamp() {
        ThingSpec spec;
        spec.id = "lamp";
        spec.properties.resize(2);
        spec.properties[0].name = "on";
        spec.properties[0].type = Type::boolean;
        spec.properties[0].settable = true;
        spec.properties[1].name = "level";
        spec.properties[1].type = Type::number;
        spec.properties[1].settable = true;
        spec.actions = {{"identify", "Identify", {}, Sensitivity::home}};
        spec.events = {{"pressed", "Pressed", {}}};
        return spec;
    }
    static ThingSpec lock() {
        ThingSpec spec;
        spec.id = "lock";
        spec.properties.resize(1);
        spec.properties[0].name = "locked";
        spec.properties[0].type = Type::boolean;
        spec.properties[0].settable = true;
        spec.properties[0].sensitivity = Sensitivity::critical;
        return spec;
    }
    [[nodiscard]] PropertyId id(std::string_view address) const {
        return inlet->catalogue().find_property(address)->id;
    }
    Result<Seq> say(std::string_view address, Value value) {
        return inlet->report({id(address), Quality::good, {}, std::move(value)});
    }
    [[nodiscard]] Door as(std::string_view name, SubjectKind kind) {
        return hub->door(*hub->name_subject(name, kind));
    }
    [[nodiscard]] Door owner() { return as("owner:anna", SubjectKind::owner); }
    Door token(std::string name, std::vector<std::string> addresses, std::uint16_t verbs,
               Time until = {}) {
        const Door door = as(name, SubjectKind::token);
        GrantGiven grant;
        grant.subject = door.subject();
        grant.addresses = std::move(addresses);
        grant.verbs = verbs;
        grant.until = until;
        EXPECT_TRUE(hub->give(grant));
        settle();
        return door;
    }
    /// The answer, once it has come; nothing before.
    std::shared_ptr<std::optional<Result<Seq>>> ask(Door door, std::string address, Value value,
                                                    bool run = false) {
        auto answer = std::make_shared<std::optional<Result<Seq>>>();
        Wish wish;
        wish.address = address;
        wish.value = std::move(value);
        wish.run = run;
        door.wish(wish, [answer](Result<Seq> seq) { *answer = std::move(seq); });
        return answer;
    }
    template <class T>
    [[nodiscard]] std::size_t on_disk() const {
        std::size_t count = 0;
        for (const Record& record : disk.records)
            count += std::holds_alternative<T>(record.body) ? 1U : 0U;
        return count;
    }

    World world{1};
    Disk disk{world};
    FixedZone zone;
    FakeOutlet outlet;
    std::unique_ptr<Hub> hub;
    std::unique_ptr<Inlet> inlet;
};

constexpr std::uint16_t bits(std::initializer_list<Verb> verbs) {
    std::uint16_t all = 0;
    for (const Verb verb : verbs)
        all = static_cast<std::uint16_t>(all | static_cast<std::uint16_t>(verb));
    return all;
}

}  // namespace foxtail::sim
