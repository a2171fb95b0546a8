#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/model/thing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

/// A message as a format sees it; views are valid during the call only.
struct Heard {
    std::string_view topic;
    std::string_view payload;
    bool retained = false;  // sent from the retained store, not live
    Time at;                // receipt time
};

/// A message a format wants published.
struct Publication {
    std::string topic;
    std::string payload;
    bool retain = false;
    std::uint8_t qos = 0;
};

/// A wish of the household for one of the format's things.
struct Order {
    std::string_view thing;
    std::string_view property;  // empty when an action is meant
    std::string_view action;    // empty when a property is meant
    PropertyId id;              // of the property
    Value value;                // the wanted value, or the action's input
    std::uint64_t command = 0;  // its record's number: why it is sent
    Time at;                    // now
};

/// Why a unit is shown as not understood; the reading is taken.
constexpr std::string_view unit_is_none =
    "no unit that is known: its values are bare numbers, the unit stands in the title";

/// Where a format tells what it understood. Implemented by the connector (and by a recorder in
/// tests).
class Sink {
public:
    virtual ~Sink() = default;
    /// Adds or replaces a thing; gives the numbers of its properties, in the order of
    /// spec.properties.
    virtual Result<std::vector<PropertyId>> tell(const ThingSpec& spec) = 0;
    virtual void gone(std::string_view thing) = 0;
    /// A reading. An unknown source time is the receipt time. False when it was not taken as news,
    /// because the message is from before a restart: say it again when it is heard again.
    virtual bool say(PropertyId property, Value value, Time source_time = {}) = 0;
    /// Says it after `delay`, unless say() for the same property comes first (Home Assistant's
    /// off_delay).
    virtual void say_later(Duration delay, PropertyId property, Value value) = 0;
    virtual void happened(std::string_view thing, std::string_view event, Value detail) = 0;
    /// Input that was not understood: counted, and shown with topic and sample. `reason` is a
    /// sentence for people.
    virtual void refuse(std::string_view topic, std::string_view sample, std::string reason) = 0;
    /// What came for a property is no value of it at all: its quality is `bad` until something
    /// fits. For people it is told with refuse(), too.
    virtual void misfit(PropertyId property, std::string_view sample, std::string_view reason) {
        (void)property, (void)sample, (void)reason;
    }
    /// Asks for messages of an exact topic, or of a filter with wildcards; `token` comes back with
    /// each. A retained message that is already there is delivered right after the present call.
    virtual void listen(std::string_view topic_filter, std::uint32_t token) = 0;
    virtual void unlisten(std::string_view topic_filter, std::uint32_t token) = 0;
    virtual void publish(Publication publication) = 0;
    /// Ends a command by its number, for what is not seen in a reading: confirmed, or failed with
    /// what the other side said.
    virtual void answer(std::uint64_t command, bool confirmed, std::string_view detail) {
        (void)command, (void)confirmed, (void)detail;
    }
    /// Keeps the newest bytes under a name over a restart; they come back through
    /// Format::remember().
    virtual void keep(std::string_view name, std::string bytes) { (void)name, (void)bytes; }
};

/// One way in which devices speak over MQTT. One file set each; knows neither sockets nor the hub.
class Format {
public:
    virtual ~Format() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;  // "zigbee2mqtt"
    /// Called once; listens to what the format always needs.
    virtual void start(Sink& sink) = 0;
    virtual void on_message(std::uint32_t token, const Heard& heard, Sink& sink) = 0;
    /// True when the thing is this format's.
    [[nodiscard]] virtual bool owns(std::string_view thing) const = 0;
    /// Whose whereabouts what is said on the topic tells, whoever says it: the person's thing,
    /// empty while there is none yet. Nothing: the topic speaks for nobody, as far as its name
    /// tells.
    [[nodiscard]] virtual std::optional<std::string_view> speaks_for(std::string_view topic) const {
        (void)topic;
        return std::nullopt;
    }
    /// What is said on the topic is about this thing of the format's, or ("") about devices and
    /// nobody: refused samples of it may be shown to who may see the thing. Nothing: it may be
    /// about a person, as far as its name tells, and only its shape is shown.
    [[nodiscard]] virtual std::optional<std::string_view> tells_of(std::string_view topic) const {
        (void)topic;
        return std::nullopt;
    }
    /// The messages that carry out the order. Error: not_found, invalid_input, unavailable,
    /// exhausted (the source's budget).
    virtual Result<std::vector<Publication>> encode(const Order& order) = 0;
    /// True when the order just encoded ends with Sink::answer(), though it is not reported back.
    [[nodiscard]] virtual bool will_answer(const Order& order) const {
        (void)order;
        return false;
    }
    /// What was kept before the last restart; before start().
    virtual void remember(std::string_view name, std::string_view bytes) {
        (void)name, (void)bytes;
    }
};

}  // namespace foxtail::mqtt
