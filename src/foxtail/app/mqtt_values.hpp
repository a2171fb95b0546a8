#pragma once

#include "foxtail/connectors/mqtt/broker.hpp"
#include "foxtail/hub/door.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

namespace foxtail {

/// A subject as the broker knows it: who comes from outside the household's own network is another
/// number to it, so that whatever is asked for them is decided apart.
constexpr mqtt::SubjectId from_outside = 1U << 31U;
[[nodiscard]] inline mqtt::SubjectId number_of(SubjectId subject, std::string_view source) {
    return subject.index | (is_own_network(source) ? 0U : from_outside);
}
[[nodiscard]] inline Asker asker_of(mqtt::SubjectId number) {
    return {SubjectId{number & ~from_outside}, (number & from_outside) == 0};
}

/// What the household believes, told over MQTT to whoever may know it: each property on a topic of
/// its own, "$foxtail/things/THING/PROPERTY", as JSON like the API's. A line that waits for such
/// topics watches as a page does, through a Door of its subject: what was given coarse, late or for
/// some hours comes so and no finer, and each look is on record. The present value comes first,
/// marked as retained; then what changes, of each property the latest. What waits for a slow client
/// is bounded by what there is.
class MqttValues {
public:
    /// All references must outlive it.
    MqttValues(boost::asio::io_context& home, Hub& hub, mqtt::Broker& broker);
    ~MqttValues();
    MqttValues(const MqttValues&) = delete;
    MqttValues& operator=(const MqttValues&) = delete;

    /// Whether a topic or filter is of this kind. Nobody but the household publishes there.
    [[nodiscard]] static bool is_ours(std::string_view topic_or_filter);
    /// The property that a topic tells; null when there is none.
    [[nodiscard]] static const Property* property_of(const Catalogue& names,
                                                     std::string_view topic);

    // ---- as mqtt::BrokerHost tells it
    void subscribed(mqtt::LineId line, mqtt::SubjectId subject, std::string_view filter,
                    bool present);
    void left(mqtt::LineId line);

    /// Lines that watch.
    [[nodiscard]] std::size_t count() const { return views_.size(); }

private:
    class View;
    void soon();
    void pump();
    void look_again();

    boost::asio::io_context& home_;
    Hub& hub_;
    mqtt::Broker& broker_;
    boost::asio::steady_timer timer_;
    std::map<mqtt::LineId, std::unique_ptr<View>> views_;
    bool set_ = false;
    bool look_set_ = false;
    std::shared_ptr<MqttValues*> me_;  // null once this is gone: what was posted finds nobody
};

}  // namespace foxtail
