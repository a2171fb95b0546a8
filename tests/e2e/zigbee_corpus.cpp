// zigbee_corpus DEVICES.json
// Feeds a Zigbee2MQTT `bridge/devices` message (tests/peers/zigbee_devices.mjs) to the format and
// walks the same message a second time, on its own: every expose must have become a property or an
// event, or stand in the list of refusals. Prints a summary. Exit 1 when one is neither, when a
// thing told does not pass check(), or when a device vanished.
#include "foxtail/connectors/mqtt/recording_sink.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"
#include "foxtail/json/parse.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace {

namespace bj = boost::json;
using foxtail::mqtt::RecordingSink;
using foxtail::mqtt::Zigbee2Mqtt;

std::string text_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

struct Count {
    std::size_t devices = 0;
    std::size_t exposes = 0;
    std::size_t mapped = 0;
    std::size_t refused = 0;
    std::size_t missing = 0;
};

class Walk {
public:
    Walk(const RecordingSink& sink, const Zigbee2Mqtt& format) : sink_(sink) {
        for (const auto& refused : format.refusals().list) {
            refused_.insert({refused.device, refused.path});
        }
    }

    void device(const bj::object& device) {
        if (text_of(device, "type") == "Coordinator") return;
        ++count.devices;
        name_ = text_of(device, "friendly_name");
        thing_ = nullptr;
        const auto found = sink_.things.find(foxtail::to_name(name_));
        if (found == sink_.things.end()) {
            missing("the device itself");
            return;
        }
        thing_ = &found->second;
        const bj::object& definition = device.at("definition").as_object();
        for (const bj::value& expose : definition.at("exposes").as_array()) {
            leaves(expose.as_object(), "", "");
        }
    }

    Count count;

private:
    void leaves(const bj::object& expose, const std::string& path, const std::string& name) {
        const std::string key = text_of(expose, "property");
        const bj::value* features = expose.if_contains("features");
        const bool named =
            !key.empty() && (features == nullptr || text_of(expose, "type") == "composite");
        const std::string dot = path.empty() ? "" : ".";
        const std::string here = named ? path + dot + key : path;
        const std::string told = named ? name + dot + foxtail::to_name(key) : name;
        if (features != nullptr) {
            for (const bj::value& feature : features->as_array()) {
                leaves(feature.as_object(), here, told);
            }
            return;
        }
        ++count.exposes;
        if (is_told(told)) {
            ++count.mapped;
        } else if (refused_.contains({name_, here})) {
            ++count.refused;
        } else {
            missing(here);
        }
    }

    [[nodiscard]] bool is_told(const std::string& name) const {
        for (const auto& property : thing_->properties) {
            if (property.name == name) return true;
        }
        for (const auto& event : thing_->events) {
            if (event.name == name) return true;
        }
        return false;
    }

    void missing(const std::string& what) {
        if (++count.missing <= 20) {
            std::fprintf(stderr, "neither mapped nor refused: %s: %s\n", name_.c_str(),
                         what.c_str());
        }
    }

    const RecordingSink& sink_;
    std::set<std::pair<std::string, std::string>> refused_;
    std::string name_;
    const foxtail::ThingSpec* thing_ = nullptr;
};

void print_summary(const Zigbee2Mqtt& format, const RecordingSink& sink, const Count& count) {
    std::size_t properties = 0, settable = 0, actions = 0, events = 0;
    for (const auto& [id, thing] : sink.things) {
        properties += thing.properties.size();
        actions += thing.actions.size();
        events += thing.events.size();
        for (const auto& property : thing.properties) settable += property.settable ? 1 : 0;
    }
    std::printf("devices %zu, things %zu, properties %zu (settable %zu), actions %zu, events %zu\n",
                count.devices, sink.things.size(), properties, settable, actions, events);
    std::printf("exposes %zu: mapped %zu, refused %zu, neither %zu\n", count.exposes, count.mapped,
                count.refused, count.missing);
    std::map<std::string, std::size_t> reasons;
    for (const auto& refused : format.refusals().list) {
        ++reasons[refused.reason];
        if (reasons[refused.reason] <= 200) {
            std::printf("  refused %s %s: %s\n", refused.device.c_str(), refused.path.c_str(),
                        refused.reason.c_str());
        }
    }
    for (const auto& [reason, times] : reasons) std::printf("  %zu x %s\n", times, reason.c_str());
    std::printf("units that are none, shown in titles:");
    for (const auto& [unit, times] : format.refusals().pseudo_units) {
        std::printf(" %s (%llu)", unit.c_str(), static_cast<unsigned long long>(times));
    }
    std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: zigbee_corpus DEVICES.json\n");
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    RecordingSink sink;
    Zigbee2Mqtt format;
    format.start(sink);
    const auto from = std::chrono::steady_clock::now();
    sink.deliver(format, "zigbee2mqtt/bridge/devices", text, true);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;

    const auto message = foxtail::parse_json(text);
    if (!message || !message->is_array()) {
        std::fprintf(stderr, "%s is no bridge/devices message\n", argv[1]);
        return 1;
    }
    Walk walk(sink, format);
    for (const bj::value& device : message->get_array()) walk.device(device.as_object());
    print_summary(format, sink, walk.count);
    std::printf("%zu bytes in %.3f s\n", text.size(), took.count());
    for (const std::string& wrong : sink.wrong) std::fprintf(stderr, "wrong: %s\n", wrong.c_str());
    const bool good = walk.count.missing == 0 && sink.wrong.empty() && walk.count.devices > 0;
    return good ? 0 : 1;
}
