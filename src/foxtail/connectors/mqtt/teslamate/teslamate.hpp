#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/connectors/mqtt/vehicle.hpp"
#include "foxtail/json/parse.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

struct TeslaMateOptions {
    std::string prefix = "teslamate";
    std::string home = "Home";                                   // the geofence that is home
    const cars::Signals* signals = &cars::Signals::household();  // outlives the format
    ThingIds::Taken taken;
    StringMap<std::string> known_ids;
};

/// Cars that TeslaMate logs (docs.teslamate.org, "MQTT"): `<prefix>/cars/<n>/<key>`, plain text,
/// retained, read only. What is said while the car sleeps was true when it fell asleep: it has the
/// time of `since`. Not thread-safe.
class TeslaMate : public Format {
public:
    explicit TeslaMate(TeslaMateOptions options = {});
    ~TeslaMate() override;

    [[nodiscard]] std::string_view name() const override { return "teslamate"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;

    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

    static constexpr std::size_t cars_max = 100;

private:
    struct Car;
    Car* car_of(std::string_view number, const Heard& heard, Sink& sink);
    Result<void> hear(Car& car, std::string_view key, const Heard& heard, Sink& sink);
    Result<void> hear_json(Car& car, std::string_view key, const Heard& heard, Time at, Sink& sink);
    Result<void> hear_charging(Car& car, std::string_view key, std::string_view text, Time at,
                               Sink& sink);
    Result<void> hear_state(Car& car, const Heard& heard, Sink& sink);

    TeslaMateOptions options_;
    ThingIds ids_;
    StringMap<std::unique_ptr<Car>> cars_;  // by number
    JsonReader reader_;
};

}  // namespace foxtail::mqtt
