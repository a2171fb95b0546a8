#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/connectors/mqtt/vehicle.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

struct EvccOptions {
    std::string prefix = "evcc";
    const cars::Signals* signals = &cars::Signals::household();  // outlives the format
    ThingIds::Taken taken;
    StringMap<std::string> known_ids;
};

/// What evcc says of a household's energy (docs.evcc.io, "MQTT API"): `<prefix>/site/<key>`,
/// `<prefix>/loadpoints/<n>/<key>`, `<prefix>/vehicles/<name>/<key>`, set by publishing to
/// `<topic>/set`. A loadpoint is a charging point; the car it serves is a vehicle, which gets what
/// the loadpoint knows of it. Not thread-safe.
class Evcc : public Format {
public:
    explicit Evcc(EvccOptions options = {});
    ~Evcc() override;

    [[nodiscard]] std::string_view name() const override { return "evcc"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;

    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

    static constexpr std::size_t loadpoints_max = 100;
    static constexpr std::size_t cars_max = 100;

private:
    struct Loadpoint;
    struct Topic;
    Vehicle* site_of(const Heard& heard, Sink& sink);
    Loadpoint* loadpoint_of(std::string_view number, const Heard& heard, Sink& sink);
    Vehicle* vehicle_of(std::string_view name, const Heard& heard, Sink& sink);
    bool begin(Vehicle& thing, std::string_view key, std::string_view wish, const Heard& heard,
               Sink& sink);
    void hear_status(const Heard& heard, Sink& sink);
    Result<void> hear_site(std::string_view key, const Heard& heard, Sink& sink);
    Result<void> hear_loadpoint(std::string_view number, std::string_view key, const Heard& heard,
                                Sink& sink);
    Result<void> hear_vehicle(std::string_view name, std::string_view key, const Heard& heard,
                              Sink& sink);
    Result<void> forget_guest(const Loadpoint& point, Sink& sink);
    Result<void> hear_guest(Loadpoint& point, std::string_view key, const Heard& heard, Sink& sink);
    Result<void> hear_flag(Loadpoint& point, std::string_view key, const Heard& heard, Sink& sink);

    EvccOptions options_;
    ThingIds ids_;
    std::unique_ptr<Vehicle> site_;
    std::map<std::string, std::unique_ptr<Loadpoint>, std::less<>> loadpoints_;  // by number
    std::map<std::string, std::unique_ptr<Vehicle>, std::less<>> vehicles_;      // by name
};

}  // namespace foxtail::mqtt
