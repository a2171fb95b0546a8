#include "foxtail/sim/ovms_car.hpp"

#include "foxtail/sim/report.hpp"

#include <cmath>

namespace foxtail::sim {
namespace {

constexpr std::string_view car_base = "ovms/anna/Leaf_green/";
constexpr double car_minutes_max = 24.0 * 60;

Sample yes_no(std::string key, bool value) {
    return text_sample(std::move(key), value ? "yes" : "no");
}

bool is_charging(const CarState& car) {
    return car.power_w > 0 ||
           (!car.home && !car.driving && car.added_away_kwh > 0 && car.soc_pct() < 60);
}

std::string_view charge_state(const CarState& car) {
    if (is_charging(car)) return "charging";
    if (car.stopped) return "stopped";
    return car.soc_pct() + 0.5 >= car.limit_pct ? "done" : "timerwait";
}

double minutes_to_full(const CarState& car) {
    const double kw = car.power_w / 1000.0 * car_charge_efficiency;
    const double room = car_capacity_kwh * car.limit_pct / 100.0 - car.charge_kwh;
    return kw > 0.1 && room > 0 ? std::min(car_minutes_max, std::round(room / kw * 60)) : 0;
}

std::vector<Sample> metrics_of(const World& world) {
    const CarState& car = world.car;
    const bool plugged = car.home && car.plugged;
    // Out of the battery is positive, as the module has it.
    const double out_kw = -car.power_w / 1000.0 * car_charge_efficiency;
    return {
        text_sample("v/type", "E58"),
        number_sample("v/b/soc", car.soc_pct(), 1, 0.5),
        number_sample("v/b/soh", 96, 0, 1),
        number_sample("v/b/capacity", car_capacity_kwh, 1, 1),
        number_sample("v/b/range/est", std::round(car.range_km(world.weather.temperature_c)), 0, 5),
        number_sample("v/b/power", out_kw, 2, 0.5),
        yes_no("v/c/charging", is_charging(car)),
        yes_no("v/c/pilot", plugged),
        text_sample("v/c/state", charge_state(car)),
        number_sample("v/c/limit/soc", car.limit_pct, 0, 0),
        number_sample("v/c/power", car.power_w / 1000.0, 1, 0.5),
        number_sample("v/c/duration/full", minutes_to_full(car), 0, 10),
        number_sample("v/p/odometer", std::floor(car.odometer_km), 0, 1),
        number_sample("v/p/latitude", car.latitude_deg, 5, 0.0005),
        number_sample("v/p/longitude", car.longitude_deg, 5, 0.0005),
        number_sample("v/e/cabintemp", std::round(car.cabin_c * 2) / 2, 1, 2),
        number_sample("v/e/temp", std::round(world.weather.temperature_c), 0, 2),
        yes_no("v/e/hvac", car.climate),
        yes_no("v/e/locked", car.locked),
        yes_no("v/d/cp", plugged),
        yes_no("v/d/hood", false),
        yes_no("v/d/trunk", false),
        text_sample("v/t/pressure", "252,251,249,250"),
    };
}

struct Understood {
    Act act;
    std::string_view says;
};
std::optional<Understood> order_for_car(std::string_view words, const CarState& car) {
    if (words == "climatecontrol on")
        return Understood{{"car", "climate", 1}, "Climate Control on"};
    if (words == "climatecontrol off")
        return Understood{{"car", "climate", 0}, "Climate Control off"};
    if (words == "charge stop") return Understood{{"car", "stopped", 1}, "Charge has been stopped"};
    if (words == "charge start" && car.home && car.plugged)
        return Understood{{"car", "stopped", 0}, "Charge has been started"};
    return std::nullopt;
}

class OvmsCar final : public Device {
public:
    std::string_view name() const override { return "car"; }
    std::vector<std::string> filters() const override {
        return {base() + "client/+/command/+", base() + "client/+/request/metric"};
    }
    std::optional<Message> will() const override { return Message{connected(), "no", true, 1}; }

    void announce(const World& world, Answer& answer) override {
        answer.say(connected(), "yes", true, 1);
        reporter_.force();
        tick(world, answer);
    }

    void tick(const World& world, Answer& answer) override {
        const auto samples = metrics_of(world);
        for (const std::size_t i : reporter_.due_each(world.t_ms, samples))
            answer.say(base() + "metric/" + samples[i].key, plain_text(samples[i]), true);
    }

    void hear(std::string_view topic, std::string_view payload, const World& world,
              Answer& answer) override {
        if (topic.ends_with("/request/metric")) return announce(world, answer);
        constexpr std::string_view command = "/command/";
        const auto at = topic.find(command);
        if (!topic.starts_with(car_base) || at == std::string_view::npos) return;
        const auto understood = order_for_car(payload, world.car);
        answer.say(std::string(topic.substr(0, at)) + "/response/" +
                       std::string(topic.substr(at + command.size())),
                   std::string(understood ? understood->says : "Error: not available"), false, 1);
        if (!understood) return;
        answer.acts.push_back(understood->act);
        // What was set is said again, changed or not: the sender waits for it.
        reporter_.force();
    }

    void leave(Answer& answer) override { answer.say(connected(), "no", true, 1); }

private:
    static std::string base() { return std::string(car_base); }
    static std::string connected() { return base() + "metric/s/v3/connected"; }

    Reporter reporter_{Pace{30, 1800}};
};

}  // namespace

std::unique_ptr<Device> make_ovms_car() {
    return std::make_unique<OvmsCar>();
}

}  // namespace foxtail::sim
