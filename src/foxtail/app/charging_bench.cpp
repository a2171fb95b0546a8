// The fuse guard inside the process: from a meter's reading, reported by a connector, to the limit
// handed to the box's connector. Disk and network are left out; authorisation and records are not.
#include "foxtail/app/charging_desk.hpp"
#include "foxtail/base/assert.hpp"

#include <algorithm>
#include <chrono>
#include <deque>

#include <benchmark/benchmark.h>

namespace foxtail {
namespace {

class GuardWorld final : public Clock, public Random, public Loop {
public:
    Time now() override { return Time{1'790'000'000'000'000 + mono.us}; }
    Duration monotonic() override { return mono; }
    void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{}); }
    void soon(std::function<void()> work) override { queue_.push_back(std::move(work)); }
    void alarm(int, Duration, std::function<void()>) override {}
    void settle() {
        while (!queue_.empty()) {
            const auto work = std::move(queue_.front());
            queue_.pop_front();
            work();
        }
    }
    Duration mono = seconds(1000);

private:
    std::deque<std::function<void()>> queue_;
};

/// Takes everything at once.
class GuardStore final : public Store {
public:
    Result<void> load(const std::function<Result<void>(Seq, std::string_view)>&,
                      const std::function<Result<void>(Record&&)>&) override {
        return {};
    }
    Result<void> kept(SubjectId,
                      const std::function<void(std::string_view, std::string_view)>&) override {
        return {};
    }
    void keep(Keepsake) override {}
    void commit(std::vector<Record>&& batch, Committed done) override {
        const Seq last = batch.empty() ? 0 : batch.back().seq;
        durable_ = std::max(durable_, last);
        done(durable_, std::move(batch));
    }
    void keep_snapshot(Seq, std::string) override {}
    void history(Permit<Verb::history>, HistoryQuery,
                 std::function<void(Result<std::vector<HistoryPoint>>)>) override {}
    void journal(JournalQuery, std::function<void(Result<std::vector<Record>>)>) override {}
    [[nodiscard]] Figures figures() const override { return {}; }
    void keep_for(PropertyId, std::optional<Duration>) override {}
    void close() override {}

private:
    Seq durable_ = 0;
};

class GuardBox final : public Outlet {
public:
    Result<Sent> send(const Order&) override {
        ++orders;
        at = std::chrono::steady_clock::now();
        return Sent::awaiting_report;
    }
    void pause(bool) override {}
    std::uint64_t orders = 0;
    std::chrono::steady_clock::time_point at;
};

class GuardUtc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

constexpr std::size_t guarded_boxes = 4;

ThingSpec guard_thing(std::string id, std::vector<std::string> numbers) {
    ThingSpec thing;
    thing.id = std::move(id);
    for (auto& name : numbers) {
        PropertySpec property;
        property.name = std::move(name);
        property.type = Type::number;
        property.settable = property.name == "limit";
        thing.properties.push_back(property);
    }
    PropertySpec status;
    status.name = "status";
    status.type = Type::string;
    thing.properties.push_back(status);
    return thing;
}

ChargingConfig guard_config() {
    ChargingConfig config;
    charging::CircuitSite main;
    main.name = "main";
    main.limit_a = 80;
    main.metered = true;
    config.site.circuits = {main};
    config.circuits = {{{"current_l1", "meter/current_l1"},
                        {"current_l2", "meter/current_l2"},
                        {"current_l3", "meter/current_l3"}}};
    for (std::size_t i = 0; i < guarded_boxes; ++i) {
        charging::PointSite point;
        point.name = "box" + std::to_string(i);
        point.mode = charging::Mode::now;
        config.site.points.push_back(point);
        ChargingConfig::Map map;
        for (const auto role : charging::point_roles)
            map[std::string(role)] = point.name + "/" + std::string(role);
        config.points.push_back(map);
        config.limits.push_back(point.name + "/limit");
        config.limit_powers.emplace_back();
        config.phases.emplace_back();
        config.starts.emplace_back();
    }
    return config;
}

struct GuardedHouse {
    GuardedHouse() {
        FOX_ASSERT(hub.start("bench").has_value(), "it starts");
        inlet = *hub.attach("house", box);
        const std::vector<std::string> lines = {"current_l1", "current_l2", "current_l3"};
        FOX_ASSERT(inlet->tell(guard_thing("meter", lines)).has_value(), "it fits");
        for (std::size_t i = 0; i < guarded_boxes; ++i) {
            auto numbers = lines;
            numbers.emplace_back("limit");
            FOX_ASSERT(inlet->tell(guard_thing("box" + std::to_string(i), numbers)).has_value(),
                       "it fits");
        }
        desk.emplace(hub, guard_config());
        FOX_ASSERT(desk->start().has_value(), "it starts");
        world.settle();
        quiet();
        for (std::size_t i = 0; i < guarded_boxes; ++i)
            say("box" + std::to_string(i) + "/status", std::string("Charging"));
        for (int second = 0; second < 120; ++second) quiet();
    }
    void say(const std::string& address, Value value) {
        const Property* property = inlet->catalogue().find_property(address);
        FOX_ASSERT(inlet->report({property->id, Quality::good, {}, std::move(value)}).has_value(),
                   "every reading is allowed and fits");
        world.settle();
    }
    /// A minute in which there is room for all, so that they are raised again.
    void quiet() {
        world.mono = world.mono + seconds(20);
        double sum = 5;
        for (std::size_t i = 0; i < guarded_boxes; ++i) {
            const double amps = desk->controller().points()[i].commanded_a;
            for (const auto* line : {"/current_l1", "/current_l2", "/current_l3"})
                say("box" + std::to_string(i) + line, amps);
            sum += amps;
        }
        for (const auto* line : {"meter/current_l1", "meter/current_l2", "meter/current_l3"})
            say(line, sum);
    }

    GuardWorld world;
    GuardStore store;
    GuardUtc zone;
    GuardBox box;
    Hub hub{Environment{world, world, world}, zone, store};
    std::optional<Inlet> inlet;
    std::optional<ChargingDesk> desk;
};

void guard_meter_jump(benchmark::State& state) {
    GuardedHouse house;
    std::vector<double> took;
    for (auto _ : state) {
        for (int i = 0; i < 8; ++i) house.quiet();
        const auto before = house.box.orders;
        const auto begun = std::chrono::steady_clock::now();
        house.say("meter/current_l2", 110.0);
        FOX_ASSERT(house.box.orders > before, "a jump over the fuse leads to an order");
        const std::chrono::duration<double> spent = house.box.at - begun;
        state.SetIterationTime(spent.count());
        took.push_back(spent.count() * 1000);
    }
    std::sort(took.begin(), took.end());
    state.counters["guard.inside_p99_ms"] = took[std::min(took.size() - 1, took.size() * 99 / 100)];
}
BENCHMARK(guard_meter_jump)->UseManualTime()->Iterations(2000);

}  // namespace
}  // namespace foxtail
