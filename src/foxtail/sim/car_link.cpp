#include "foxtail/sim/car_link.hpp"

#include "foxtail/sim/report.hpp"

#include <charconv>

namespace foxtail::sim {
namespace {

constexpr std::string_view link_state = "carlink/leaf/state";
constexpr std::string_view link_online = "carlink/leaf/online";
constexpr std::string_view lock_order = "carlink/leaf/locked/set";
constexpr std::string_view limit_order = "carlink/leaf/limit/set";
constexpr double link_limit_least = 50;
constexpr double link_limit_most = 100;

std::optional<Act> lock_act(std::string_view words) {
    if (words == "true") return Act{"car", "locked", 1};
    if (words == "false") return Act{"car", "locked", 0};
    return std::nullopt;
}

std::optional<Act> limit_act(std::string_view words) {
    double value = 0;
    const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), value);
    const bool whole = error == std::errc() && end == words.data() + words.size();
    if (!whole || !(value >= link_limit_least && value <= link_limit_most)) return std::nullopt;
    return Act{"car", "limit", value};
}

class CarLink final : public Device {
public:
    std::string_view name() const override { return "car-link"; }
    std::vector<std::string> filters() const override {
        return {std::string(lock_order), std::string(limit_order)};
    }
    std::optional<Message> will() const override { return is_online(false); }

    void announce(const World& world, Answer& answer) override {
        answer.messages.push_back(is_online(true));
        reporter_.force();
        tick(world, answer);
    }

    void tick(const World& world, Answer& answer) override {
        const std::vector<Sample> samples = {flag_sample("locked", world.car.locked),
                                             number_sample("limit", world.car.limit_pct, 0, 0)};
        if (reporter_.due(world.t_ms, samples))
            answer.say(std::string(link_state), to_object(samples), true);
    }

    void hear(std::string_view topic, std::string_view payload, const World&,
              Answer& answer) override {
        const auto act = topic == lock_order    ? lock_act(payload)
                         : topic == limit_order ? limit_act(payload)
                                                : std::nullopt;
        if (!act) return;
        answer.acts.push_back(*act);
        // What was set is said again, changed or not: the sender waits for it.
        reporter_.force();
    }

    void leave(Answer& answer) override { answer.messages.push_back(is_online(false)); }

private:
    static Message is_online(bool online) {
        return {std::string(link_online), online ? "yes" : "no", true, 1};
    }

    Reporter reporter_{Pace{5, 1800}};
};

}  // namespace

std::unique_ptr<Device> make_car_link() {
    return std::make_unique<CarLink>();
}

}  // namespace foxtail::sim
