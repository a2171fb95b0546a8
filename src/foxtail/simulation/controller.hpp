#pragma once

#include "foxtail/simulation/plant.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace foxtail::simulation {

/// What a controller sees. It may look at the world up to now, and at prices as far as they are
/// published; only a perfect forecast looks further.
struct View {
    const House& house;
    const World& world;
    const Plant& plant;
    [[nodiscard]] const State& state() const { return plant.state(); }
    [[nodiscard]] Time now() const { return plant.state().now; }
};

/// Decides for a house. Asked each minute, in order.
class Controller {
public:
    virtual ~Controller() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    /// At the beginning of each quarter hour, before orders().
    virtual void quarter(const View& view) = 0;
    [[nodiscard]] virtual Orders orders(const View& view) = 0;
};

/// B0: the car charges with all it can when it comes, to what is wanted at its departure; a
/// thermostat heats, two hours ahead of warmer times; machines begin at once; the battery covers
/// the house and takes the surplus.
[[nodiscard]] std::unique_ptr<Controller> charge_on_arrival();

/// B1: as B0, but the car charges in the cheapest of the known slots before its departure (of
/// equally cheap ones the latest), and from the surplus of the sun when there is enough of it.
[[nodiscard]] std::unique_ptr<Controller> cheapest_slots();

/// Prices are published at one in the afternoon (12:00 UTC) for the next day, as day-ahead markets
/// do: how far they are known at `now`.
[[nodiscard]] Time prices_known_until(Time now);

// What B0 and B1 share, and what savings are counted against.
[[nodiscard]] double thermostat_kw(const planner::Zone& zone, const State& state, std::size_t i);
[[nodiscard]] double residual_kw(const View& view, const Orders& orders);
/// Of a battery by itself: takes what goes out, gives what comes in.
[[nodiscard]] double self_consumption_kw(const planner::Battery& battery, double residual);

}  // namespace foxtail::simulation
