#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/home_assistant/config.hpp"
#include "foxtail/connectors/mqtt/home_assistant/entity.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/json/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace foxtail::mqtt {

struct HomeAssistantOptions {
    std::string prefix = "homeassistant";  // of discovery topics, and of `<prefix>/status`
    std::vector<std::string>
        ignore_origins;                // "Zigbee2MQTT", where its own format brings its devices
    ThingIds::Taken taken;             // ids that others use
    StringMap<std::string> known_ids;  // from ids() before a restart
};

/// Devices that announce themselves with Home Assistant's MQTT discovery
/// (docs/connectors/home-assistant-discovery.md). Not thread-safe. Keeps the sink it was started
/// with: what is set optimistically is said when the command is encoded.
class HomeAssistant : public Format {
public:
    struct Refused {
        std::string topic;   // of the announcement
        std::string aspect;  // "sensor", "climate temperature"
        std::string reason;
    };

    explicit HomeAssistant(HomeAssistantOptions options = {});
    ~HomeAssistant() override;

    [[nodiscard]] std::string_view name() const override { return "home_assistant"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    /// An announcement says what there is, and nothing of how it is.
    [[nodiscard]] std::optional<std::string_view> tells_of(std::string_view topic) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;

    /// What of the present announcements is not offered, and why.
    [[nodiscard]] std::vector<Refused> refusals() const;
    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

    static constexpr std::size_t announcements_max = 100'000;

private:
    struct Device;
    struct Record;
    struct Announced;
    struct Consumer;
    struct Subscription;
    struct Reachability;

    void on_config(const Heard& heard, Sink& sink);
    void remove_announcement(const std::string& topic, Sink& sink);
    void take(const Heard& heard, const ha::DiscoveryTopic& topic, const ha::Announcement& found,
              Sink& sink);
    void take_component(Announced& announced, Device& device, const ha::Component& component,
                        bool has_node_id, const Heard& heard, Sink& sink);
    bool claim(Announced& announced, const ha::Component& component, const std::string& unique,
               std::string& base_name, Sink& sink);
    void drop_record(Announced& announced, const std::string& component);
    Device* device_of(const ha::DeviceFacts& facts, const std::string& topic, std::string_view name,
                      Sink& sink);
    void retell(Device& device, Sink& sink);
    void remove_if_empty(Device& device, Sink& sink);
    void attach(Record& record);
    void detach(const Record* record, const Reachability* reachability, std::string_view topic);
    void subscribe(const std::string& topic, const Consumer& consumer);
    void renew_reachability(Device& device);
    void flush_listens(Sink& sink);

    void deliver(const std::vector<Consumer>& consumers, const Heard& heard, Sink& sink);
    void deliver_field(const Consumer& consumer, const Heard& heard, const boost::json::value* json,
                       Sink& sink);
    void deliver_happening(const Consumer& consumer, const Heard& heard,
                           const boost::json::value* json, Sink& sink);
    void deliver_availability(const Consumer& consumer, const Heard& heard,
                              const boost::json::value* json, Sink& sink);
    void say_available(Device& device, Sink& sink);

    HomeAssistantOptions options_;
    ThingIds ids_;
    Sink* sink_ = nullptr;
    StringMap<std::unique_ptr<Announced>> announced_;  // by topic
    std::vector<std::unique_ptr<Device>> devices_;
    StringMap<Device*> device_by_identity_;
    StringMap<Device*> device_by_thing_;
    std::unordered_map<std::string_view, Record*> record_by_unique_id_;  // by their own `unique`
    StringMap<std::unique_ptr<Subscription>> subscriptions_;             // by topic
    std::vector<Subscription*> subscription_by_token_;  // 0 and 1: discovery itself
    std::deque<std::uint32_t> free_tokens_;
    std::set<std::string, std::less<>> to_listen_;  // topics with consumers that have not heard yet
    std::vector<std::pair<std::string, std::uint32_t>> to_unlisten_;
    JsonReader reader_;
    JsonReader config_reader_;
};

}  // namespace foxtail::mqtt
