#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/devices.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/exposes.hpp"
#include "foxtail/json/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

struct Zigbee2MqttBridge {
    std::string base = "zigbee2mqtt";  // Zigbee2MQTT's setting mqtt.base_topic
    std::string id_prefix;             // in front of every thing id of this bridge
};

struct Zigbee2MqttOptions {
    std::vector<Zigbee2MqttBridge> bridges = {{}};
    ThingIds::Taken taken;             // ids that others use
    StringMap<std::string> known_ids;  // from ids() before a restart
};

/// Devices and groups behind Zigbee2MQTT bridges, in its native format
/// (docs/connectors/zigbee2mqtt.md). Not thread-safe.
class Zigbee2Mqtt : public Format {
public:
    /// Something of a device that is not offered, and why.
    struct Refused {
        std::string device;  // friendly name
        std::string path;    // of the expose; empty = the device
        std::string reason;
    };
    struct Refusals {
        std::deque<Refused> list;  // the first refusals_max of the present devices
        std::uint64_t total = 0;
        std::map<std::string, std::uint64_t>
            pseudo_units;  // unit that is none: on how many properties
        std::uint64_t unknown_keys =
            0;  // keys in state messages that no expose names, each counted once
    };
    static constexpr std::size_t refusals_max = 10'000;

    explicit Zigbee2Mqtt(Zigbee2MqttOptions options = {});
    ~Zigbee2Mqtt() override;

    [[nodiscard]] std::string_view name() const override { return "zigbee2mqtt"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    /// Of a device that is not known: about nobody.
    [[nodiscard]] std::optional<std::string_view> tells_of(std::string_view topic) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;

    [[nodiscard]] const Refusals& refusals() const { return refusals_; }
    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

private:
    struct Bridge;
    struct Device;
    struct Key;
    enum class Topic : std::uint8_t {
        nothing,
        bridge_state,
        devices,
        groups,
        state,
        availability,
        whatever  // below the base topic
    };
    struct Slot {
        Topic topic = Topic::nothing;
        Bridge* bridge = nullptr;
        Device* device = nullptr;
    };

    std::uint32_t listen(std::string topic, Slot slot, Sink& sink);
    void unlisten(std::string topic, std::uint32_t token, Sink& sink);
    void on_bridge_state(Bridge& bridge, const Heard& heard, Sink& sink);
    void on_devices(Bridge& bridge, const Heard& heard, Sink& sink);
    void on_groups(Bridge& bridge, const Heard& heard, Sink& sink);
    void on_state(Device& device, const Heard& heard, Sink& sink);
    void on_availability(Device& device, const Heard& heard, Sink& sink);
    void on_whatever(const Bridge& bridge, const Heard& heard, Sink& sink) const;

    [[nodiscard]] z2m::Mapping map_device(const z2m::DeviceEntry& entry) const;
    [[nodiscard]] z2m::Mapping map_group(const Bridge& bridge, const z2m::GroupEntry& entry) const;
    void tell_groups(Bridge& bridge, Sink& sink);
    void tell(Bridge& bridge, const std::string& key, const std::string& friendly, bool disabled,
              std::string_view suffix, z2m::Mapping mapping, Sink& sink);
    void address(Device& device, const std::string& friendly, Sink& sink);
    void remove(Device& device, Sink& sink);
    static void forget_name(const Device& device);
    void note_refusals(const Device& device, Sink& sink);
    void note_unknown_key(Device& device, std::uint32_t tree, std::string_view key,
                          const boost::json::value& value);
    void rebuild_refusals();
    void say_available(Device& device, Sink& sink);
    void say_members(Device& device, std::uint32_t tree, const boost::json::object& object,
                     const Heard& heard, Time source, Sink& sink);
    void say_leaf(Device& device, std::uint32_t leaf, const boost::json::value& raw,
                  const Heard& heard, Time source, Sink& sink);
    void forget_children(Device& device, std::uint32_t tree, Time source, Sink& sink);
    Result<std::string> encode_property(Device& device, const Order& order);
    Result<std::vector<Publication>> encode_action(Device& device, const Order& order);

    ThingIds ids_;
    std::vector<std::unique_ptr<Bridge>> bridges_;
    StringMap<Device*> device_by_thing_;
    std::vector<Slot> slots_;  // by token
    std::vector<std::uint32_t> free_tokens_;
    JsonReader reader_;
    Refusals refusals_;
};

}  // namespace foxtail::mqtt
