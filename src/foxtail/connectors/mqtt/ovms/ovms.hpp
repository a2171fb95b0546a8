#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/cars/budget.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/connectors/mqtt/vehicle.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

struct OvmsOptions {
    std::string prefix = "ovms";
    std::string client = "foxtail";  // how we are called towards the module
    cars::BudgetLimits budget;       // of each car
    double money_per_call = 0;
    bool driver_right = false;            // the cars are steered from their right side
    std::optional<cars::HomePlace> home;  // where a car is at home
    const cars::Signals* signals = &cars::Signals::household();  // outlives the format
    ThingIds::Taken taken;
    StringMap<std::string> known_ids;
};

/// Cars with an OVMS v3 module (docs.openvehicles.com, "MQTT"):
/// `<prefix>/<user>/<vehicle>/metric/<name with slashes>` retained; commands are texts on
/// `.../client/<client>/command/<n>`, answered on `.../response/<n>`. Not thread-safe.
class Ovms : public Format {
public:
    explicit Ovms(OvmsOptions options = {});
    ~Ovms() override;

    [[nodiscard]] std::string_view name() const override { return "ovms"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;
    [[nodiscard]] bool will_answer(const Order& order) const override;
    void remember(std::string_view name, std::string_view bytes) override;

    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

    static constexpr std::size_t cars_max = 100;
    static constexpr std::size_t waiting_max = 50;  // commands of a car without an answer yet

private:
    struct Car;
    Car* car_of(std::string_view owner, std::string_view id, const Heard& heard, Sink& sink);
    [[nodiscard]] Car* car_by_thing(std::string_view thing) const;
    Result<void> hear_metric(Car& car, std::string_view key, const Heard& heard, Sink& sink);
    void hear_response(Car& car, std::string_view number, std::string_view text, Sink& sink);

    OvmsOptions options_;
    ThingIds ids_;
    StringMap<std::unique_ptr<Car>> cars_;  // by "user/vehicle"
    StringMap<std::string> remembered_;     // budgets, by the thing's id
    Sink* sink_ = nullptr;                  // from start() on; orders come without one
};

}  // namespace foxtail::mqtt
