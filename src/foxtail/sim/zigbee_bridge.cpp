#include "foxtail/sim/zigbee_bridge.hpp"

#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/zigbee.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace foxtail::sim {
namespace {

const std::string base = "zigbee2mqtt";

struct Member {
    const ZigbeeDevice* device = nullptr;
    Reporter reporter;
    bool online = true;
    std::int64_t last_motion_ms = 0;
};

class ZigbeeBridge final : public Device {
public:
    ZigbeeBridge() {
        for (const ZigbeeDevice& device : zigbee_devices()) {
            members_.push_back({&device, Reporter(pace_of(device.kind))});
        }
    }

    std::string_view name() const override { return "bridge"; }
    std::vector<std::string> filters() const override {
        // Devices' names hold one slash: room/device.
        return {base + "/bridge/request/#", base + "/+/+/set", base + "/+/+/set/+",
                base + "/+/+/get", "homeassistant/status"};
    }
    std::optional<Message> will() const override {
        return Message{base + "/bridge/state", R"({"state":"offline"})", true, 1};
    }

    void announce(const World& world, Answer& answer) override {
        answer.say(base + "/bridge/state", R"({"state":"online"})", true, 1);
        answer.say(base + "/bridge/info", bridge_facts(), true);
        answer.say(base + "/bridge/devices", device_list(), true, 1);
        answer.say(base + "/bridge/groups", "[]", true);
        presses_ = world.button_presses;
        for (Member& member : members_) {
            member.online = reachable(*member.device, world);
            say_availability(member, answer);
            member.reporter.force();
        }
        tick(world, answer);
    }

    void tick(const World& world, Answer& answer) override {
        for (Member& member : members_) {
            const bool online = reachable(*member.device, world);
            if (online != member.online) {
                member.online = online;
                say_availability(member, answer);
            }
            if (!online) {
                continue;
            }
            report(member, world, answer);
        }
        press_button(world, answer);
    }

    void hear(std::string_view topic, std::string_view payload, const World& world,
              Answer& answer) override {
        if (topic == "homeassistant/status") {
            // Devices come from bridge/devices, which is retained; only states are repeated.
            for (Member& member : members_) {
                member.reporter.force();
            }
            return;
        }
        topic.remove_prefix(std::min(topic.size(), base.size() + 1));
        constexpr std::string_view request = "bridge/request/";
        if (topic.starts_with(request)) {
            respond(topic.substr(request.size()), payload, answer);
            return;
        }
        for (Member& member : members_) {
            const std::string_view name = member.device->name;
            if (topic.starts_with(name) && topic.size() > name.size() &&
                topic[name.size()] == '/') {
                take(member, topic.substr(name.size() + 1), payload, world, answer);
                return;
            }
        }
        complain("Entity '" + std::string(topic) + "' is unknown", answer);
    }

    void leave(Answer& answer) override {
        answer.say(base + "/bridge/state", R"({"state":"offline"})", true, 1);
    }

private:
    static std::string topic_of(const Member& member) {
        return base + "/" + std::string(member.device->name);
    }

    static void say_availability(const Member& member, Answer& answer) {
        answer.say(topic_of(member) + "/availability",
                   member.online ? R"({"state":"online"})" : R"({"state":"offline"})", true, 1);
    }

    static std::string bridge_facts() {
        JsonText out;
        out.open().field("version", "2.14.1").field("commit", "simulated");
        out.key("coordinator")
            .open()
            .field("ieee_address", "0x00124b0029e7a1c4")
            .field("type", "zStack3x0")
            .key("meta")
            .open()
            .field("revision", std::int64_t{20240710})
            .close()
            .close();
        out.key("network")
            .open()
            .field("channel", std::int64_t{15})
            .field("pan_id", std::int64_t{6754})
            .field("extended_pan_id", "0x6f78746169736d31")
            .close();
        out.field("log_level", "info").field("permit_join", false).field("restart_required", false);
        out.key("config").open().key("availability").open().field("enabled", true).close();
        out.key("mqtt").open().field("base_topic", base).close().close().close();
        return out.take();
    }

    static std::string device_list() {
        JsonText out;
        out.open('[').raw(describe_coordinator());
        int number = 1;
        for (const ZigbeeDevice& device : zigbee_devices()) {
            out.raw(describe(device, number++));
        }
        out.close();
        return out.take();
    }

    void report(Member& member, const World& world, Answer& answer) {
        std::vector<Sample> samples = measure(*member.device, world);
        if (member.device->kind == ZigbeeKind::motion) {
            hold_occupancy(member, world, samples);
        }
        if (member.device->kind == ZigbeeKind::button && samples.size() < 2) {
            return;
        }
        if (member.reporter.due(world.t_ms, samples)) {
            answer.say(topic_of(member), to_object(samples));
        }
    }

    // The sensor sees movement and reports "free" only after a minute without: what it tells is not
    // what is.
    static void hold_occupancy(Member& member, const World& world, std::vector<Sample>& samples) {
        const auto found = std::find_if(samples.begin(), samples.end(),
                                        [](const Sample& s) { return s.key == "occupancy"; });
        if (found->json == "true") {
            member.last_motion_ms = world.t_ms;
        }
        const bool held = member.last_motion_ms != 0 && world.t_ms - member.last_motion_ms < 90'000;
        *found = flag_sample("occupancy", held);
    }

    void press_button(const World& world, Answer& answer) {
        const std::int64_t presses = world.button_presses - presses_;
        presses_ = world.button_presses;
        // A hundred at once is a world that was restarted, not a person.
        if (presses <= 0 || presses > 10) {
            return;
        }
        constexpr std::array<std::string_view, 3> actions{"on", "brightness_move_up",
                                                          "brightness_stop"};
        for (const Member& member : members_) {
            if (member.device->kind != ZigbeeKind::button) {
                continue;
            }
            std::vector<Sample> samples = measure(*member.device, world);
            samples.insert(
                samples.begin(),
                text_sample("action", actions[static_cast<std::size_t>(world.button_kind)]));
            answer.say(topic_of(member), to_object(samples));
        }
    }

    void take(Member& member, std::string_view order, std::string_view payload, const World& world,
              Answer& answer) {
        if (!member.online) {
            complain("Publish '" + std::string(order) + "' to '" +
                         std::string(member.device->name) + "' failed: no network route",
                     answer);
            return;
        }
        if (order == "get") {
            member.reporter.force();
            report(member, world, answer);
            return;
        }
        std::vector<JsonMember> members;
        if (auto read = read_members(payload)) {
            members = std::move(*read);
        } else {
            // A bare word is taken, too: `.../set` with ON.
            members.push_back({"", std::string(payload.substr(0, 64))});
        }
        constexpr std::string_view set_key = "set/";
        for (const JsonMember& wish : members) {
            std::string key = wish.path.empty() ? "state" : wish.path;
            if (order.starts_with(set_key)) {
                key = std::string(order.substr(set_key.size())) +
                      (wish.path.empty() ? "" : "." + wish.path);
            }
            const auto acts =
                take_order(*member.device, world, key, std::get_if<std::string>(&wish.value),
                           std::get_if<double>(&wish.value));
            if (!acts) {
                complain("Publish 'set' '" + key + "' to '" + std::string(member.device->name) +
                             "' failed: " + acts.error().message,
                         answer);
                continue;
            }
            answer.acts.insert(answer.acts.end(), acts->begin(), acts->end());
            // What was set is published, changed or not.
            member.reporter.force();
        }
    }

    static void respond(std::string_view request, std::string_view payload, Answer& answer) {
        JsonText out;
        out.open();
        if (request == "health_check") {
            out.key("data").open().field("healthy", true).close().field("status", "ok");
        } else if (request == "permit_join") {
            out.key("data").open().field("time", std::int64_t{0}).close().field("status", "ok");
        } else {
            out.key("data")
                .open()
                .close()
                .field("error", "the simulated bridge does not do this")
                .field("status", "error");
        }
        if (const auto members = read_members(payload)) {
            for (const JsonMember& member : *members) {
                const auto* text = std::get_if<std::string>(&member.value);
                if (member.path == "transaction" && text != nullptr) {
                    out.field("transaction", *text);
                }
            }
        }
        out.close();
        answer.say(base + "/bridge/response/" + std::string(request), out.take());
    }

    static void complain(const std::string& message, Answer& answer) {
        JsonText out;
        out.open()
            .field("level", "error")
            .field("message", message)
            .field("namespace", "z2m")
            .close();
        answer.say(base + "/bridge/logging", out.take());
    }

    std::vector<Member> members_;
    std::int64_t presses_ = 0;
};

}  // namespace

std::unique_ptr<Device> make_zigbee_bridge() {
    return std::make_unique<ZigbeeBridge>();
}

}  // namespace foxtail::sim
