#pragma once

#include "foxtail/cars/joined.hpp"
#include "foxtail/cars/signals.hpp"
#include "foxtail/config/cars.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/hub/hub.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Joins the sources of each configured car into one vehicle: a connector that brings it, and a
/// subject ("planner:cars") that reads the sources and passes wishes on to them, with grants for
/// exactly those. What it believes and reckons is decided in cars/joined. Lives on the household's
/// thread.
class CarDesk final : public Outlet, public Stream {
public:
    /// All references must outlive it.
    CarDesk(Hub& hub, std::vector<CarConfig> cars, const cars::Signals& signals);
    ~CarDesk() override;
    CarDesk(const CarDesk&) = delete;
    CarDesk& operator=(const CarDesk&) = delete;

    /// After the connectors that bring the sources. Error: unavailable, conflict.
    [[nodiscard]] Result<void> start();
    /// What is reckoned of each car, by its id.
    using States = std::map<std::string, std::string, std::less<>>;
    /// Begins where another left off, whose states() these are.
    [[nodiscard]] Result<void> start_from(States states);
    /// Keeps what has to be kept.
    void stop();
    /// Makes room for another: keeps what it knows, and is not called any more.
    void retire();
    [[nodiscard]] States states() const;

    // ---- Outlet
    Result<Sent> send(const Order& order) override;
    void pause(bool) override {}

    // ---- Stream
    void reading(const Property& property, const Belief& belief, Quality quality) override;
    void record(const Record&) override {}
    void closed() override;

private:
    struct Car;
    struct Heard;
    [[nodiscard]] Result<void> take_grants(const std::vector<std::string>& addresses);
    void describe(Car& car);
    void recall(Car& car);
    void catch_up(Car& car);
    void take_state(std::string_view id, std::string_view bytes);
    void hear_all();
    void hear(Car& car, const Heard& heard);
    [[nodiscard]] bool stands_at(const Car& car, const CarMeterConfig& meter) const;
    void say(Car& car, const std::vector<cars::Saying>& sayings);
    void keep(Car& car);
    void look();

    Hub& hub_;
    const cars::Signals& signals_;
    std::vector<std::unique_ptr<Car>> cars_;
    std::optional<Inlet> inlet_;
    std::optional<Door> door_;
    std::vector<Heard> heard_;  // in this turn; understood in the next
    /// Callbacks may come after the desk is gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    bool stopped_ = false;
};

}  // namespace foxtail
