#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/cars/mapping.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/connectors/mqtt/vehicle.hpp"
#include "foxtail/json/parse.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

struct MappingOptions {
    std::vector<cars::MappedThing> things;
    std::optional<cars::HomePlace> home;                         // where a car is at home
    const cars::Signals* signals = &cars::Signals::household();  // outlives the format
    ThingIds::Taken taken;
    StringMap<std::string> known_ids;
};

/// Things that their owner described in a mapping file (docs/cars.md): JSON or plain text in, texts
/// out. A thing whose topics have '+' comes once for each text that stands there. Not thread-safe.
class Mapping : public Format {
public:
    explicit Mapping(MappingOptions options = {});
    ~Mapping() override;

    [[nodiscard]] std::string_view name() const override { return "mapping"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;
    void remember(std::string_view name, std::string_view bytes) override;

    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

    static constexpr std::size_t things_max = 1000;  // of all descriptions together

private:
    struct Instance;
    /// One topic of a description, and what is read from it.
    struct Ear {
        std::size_t thing = 0;
        std::string topic;
        std::vector<std::size_t> properties;
    };
    Instance* instance_of(std::size_t thing, const std::vector<std::string>& filling,
                          std::string_view topic, Time at, Sink& sink);
    Result<void> hear(Instance& instance, const cars::MappedProperty& property, const Heard& heard,
                      Sink& sink);

    MappingOptions options_;
    ThingIds ids_;
    std::vector<Ear> ears_;
    std::map<std::string, std::unique_ptr<Instance>> instances_;
    StringMap<std::string> remembered_;  // budgets, by the thing's id
    Sink* sink_ = nullptr;
    JsonReader reader_;
};

/// A JSON pointer (RFC 6901) into a value; null when it leads nowhere.
[[nodiscard]] const boost::json::value* find_at(const boost::json::value& root,
                                                std::string_view pointer);

}  // namespace foxtail::mqtt
