#pragma once

#include "foxtail/app/formats.hpp"
#include "foxtail/app/mqtt_values.hpp"
#include "foxtail/config/configuration.hpp"
#include "foxtail/connectors/mqtt/broker.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/hub/hub.hpp"
#include "foxtail/runtime/worker.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace foxtail {

/// The MQTT door: joins the broker, the device formats and the hub, which do not know each other.
/// Decides nothing itself: whoever comes is a subject, and every topic is put to the hub's
/// Authority. A PUBACK leaves once everything that the message led to is durable. Lives on the
/// household's thread.
class MqttDoor final : public mqtt::BrokerHost, public Outlet {
public:
    /// All references must outlive the door. `passwords` computes the slow hashes.
    MqttDoor(boost::asio::io_context& home, Hub& hub, Worker& passwords,
             const Configuration& configuration, const Formats& formats);
    ~MqttDoor() override;

    /// Attaches to the hub, starts the formats and opens the listeners. Error: unavailable (a port
    /// is taken), conflict.
    [[nodiscard]] Result<void> start();
    void stop();
    /// A connection from which somebody else took the TLS off (Broker::take), by this listener.
    void take(int socket, std::string peer, const MqttListenerConfig& listener);
    /// Users and rights as the configuration now says; those no longer allowed are closed.
    [[nodiscard]] Result<void> configure(const Configuration& configuration);
    /// The format of that name hears nothing any more, and may go.
    void drop(std::string_view format);
    /// Another format, while the door is open: it hears what is retained, and takes it as news only
    /// of what was not heard before.
    void add(mqtt::Format& format);
    /// A thing that no format describes any more.
    void gone(std::string_view thing) { inlet_->gone(thing); }

    [[nodiscard]] const std::vector<Endpoint>& endpoints() const { return endpoints_; }
    [[nodiscard]] const mqtt::Broker& broker() const { return broker_; }

    // ---- BrokerHost
    void authenticate(const mqtt::Credentials& credentials,
                      std::function<void(mqtt::Admission)> done) override;
    [[nodiscard]] bool may_connect(mqtt::SubjectId subject, std::string_view credential) override;
    [[nodiscard]] std::optional<mqtt::PublishPermit> may_publish(mqtt::SubjectId subject,
                                                                 std::string_view topic) override;
    [[nodiscard]] std::optional<mqtt::SubscribePermit> may_subscribe(
        mqtt::SubjectId subject, std::string_view filter) override;
    [[nodiscard]] std::optional<mqtt::SubscribePermit> may_receive(mqtt::SubjectId subject,
                                                                   std::string_view topic) override;
    [[nodiscard]] bool asks_each_time(std::string_view topic) override;
    [[nodiscard]] std::uint64_t permissions_epoch() override;
    void published(const mqtt::Inbound& message, mqtt::AckId ack) override;
    void refused(const mqtt::Refusal& refusal) override;
    void retained_changed(const std::string& topic) override;
    void subscribed(mqtt::LineId line, mqtt::SubjectId subject, std::string_view filter,
                    bool present) override {
        values_.subscribed(line, subject, filter, present);
    }
    void left(mqtt::LineId line) override { values_.left(line); }

    // ---- Outlet
    Result<Sent> send(const Order& order) override;
    void pause(bool paused) override;
    void forgotten(const Forgotten& what) override;

private:
    class FormatSink;
    struct Listening {
        FormatSink* sink = nullptr;
        std::uint32_t token = 0;
        friend bool operator==(const Listening&, const Listening&) = default;
    };
    struct Wild {
        std::string filter;
        Listening listening;
    };
    struct Replay {
        std::string filter;
        Listening listening;
    };
    struct Later {
        Duration at;
        Value value;
        FormatSink* sink = nullptr;
    };

    [[nodiscard]] mqtt::Admission admit_token(const mqtt::Credentials& credentials);
    /// Whether the configuration says so just now.
    [[nodiscard]] bool is_users(SubjectId who, std::string_view password_hash) const;
    /// Whom what is said on a topic is about.
    struct About {
        bool somebody = false;
        std::vector<PropertyId> properties;  // none though somebody: not known yet
    };
    [[nodiscard]] About about(std::string_view topic) const;
    [[nodiscard]] bool may_hear(Asker who, const About& whom) const;
    void acknowledge_when_durable(mqtt::AckId ack);
    void restore_retained();
    void remember(std::string_view name, std::string_view bytes);
    void keep_retained(std::string_view topic);
    void keep_all_retained();
    void hear(const mqtt::Heard& heard);
    void hear_retained();
    void say_due();
    void arm_later();
    /// As the household; what may not be said is told as refused.
    void publish(const mqtt::Publication& publication);

    Hub& hub_;
    Worker& passwords_;
    Configuration configuration_;
    mqtt::Broker broker_;
    MqttValues values_;
    std::vector<std::unique_ptr<FormatSink>> sinks_;
    std::optional<Inlet> inlet_;
    StringMap<std::vector<Listening>> exact_;
    std::vector<Wild> wild_;
    std::vector<Replay> replays_;
    std::map<PropertyId, Later> later_;
    /// What the messages that are retained have said: they go when it is forgotten.
    StringMap<std::vector<PropertyId>> said_by_;
    /// What is personal and was said on a topic, in this run.
    StringMap<std::vector<PropertyId>> personal_;
    std::uint64_t whose_ = 0;  // grows with what is known of whom topics speak for
    bool retaining_ = false;   // the message being heard stays
    std::map<std::string, SubjectId, std::less<>> users_;
    SubjectId anonymous_;
    std::set<std::string, std::less<>> unkept_;  // topics whose retained message changed
    std::vector<mqtt::AckId> unsettled_;         // taken, and not on disk because the disk failed
    std::vector<Endpoint> endpoints_;
    int hearing_ = 0;
    std::unordered_set<std::uint32_t> reported_;  // properties, in this run
    StringMap<std::string> kept_;                 // what formats want back, by the keepsake's name
    bool again_ = false;                          // what is retained is heard a second time
};

}  // namespace foxtail
