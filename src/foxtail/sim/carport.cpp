#include "foxtail/sim/carport.hpp"

#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/link.hpp"

#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace foxtail::sim {
namespace {

constexpr std::int64_t again_after_ms = 10'000;
constexpr std::size_t line_max = 4096;
constexpr double leaves_h = 7.3;
constexpr double returns_h = 17.6;
constexpr const char* box_name = "CARPORT";
constexpr std::string_view plug_words = R"({"plug":{"card":"04C8A1F2","capacity_wh":57000,"soc":)";
constexpr std::string_view car_topic = "teslamate/cars/2/";
constexpr double full_pct = 99.5;
constexpr double charge_efficiency = 0.92;  // as the box's own physics have it
constexpr double full_range_km = 430;

/// A program whose input and output are ours. Not copyable; ends it when destroyed.
class Beside {
public:
    Beside() = default;
    ~Beside() { end(); }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

    [[nodiscard]] bool runs() const { return pid_ > 0; }

    void start(std::vector<std::string> words) {
        std::array<int, 2> in{-1, -1};
        std::array<int, 2> out{-1, -1};
        if (::pipe2(in.data(), O_CLOEXEC) != 0) return;
        if (::pipe2(out.data(), O_CLOEXEC) != 0) {
            ::close(in[0]);
            ::close(in[1]);
            return;
        }
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            ::execvp(argv.front(), argv.data());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        in_ = in[1];
        out_ = out[0];
        ::fcntl(out_, F_SETFL, O_NONBLOCK);
        ::fcntl(in_, F_SETFL, O_NONBLOCK);
        if (pid_ < 0) end();
    }

    void say(const std::string& line) {
        if (runs() && ::write(in_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            end();
    }

    /// The whole lines that came since. Ends when the program has.
    std::vector<std::string> lines() {
        std::vector<std::string> all;
        std::array<char, 1024> block{};
        while (runs()) {
            const ssize_t n = ::read(out_, block.data(), block.size());
            if (n < 0 && errno == EAGAIN) break;
            if (n <= 0) {
                end();
                break;
            }
            for (const char c : std::string_view(block.data(), static_cast<std::size_t>(n))) {
                if (c != '\n') {
                    if (line_.size() < line_max) line_ += c;
                    continue;
                }
                all.push_back(std::exchange(line_, {}));
            }
        }
        return all;
    }

private:
    void end() {
        for (int* one : {&in_, &out_}) {
            if (*one >= 0) ::close(std::exchange(*one, -1));
        }
        if (pid_ > 0) {
            ::kill(pid_, SIGTERM);
            ::waitpid(pid_, nullptr, 0);
        }
        pid_ = -1;
        line_.clear();
    }

    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::string line_;
};

class Carport final : public Device {
public:
    explicit Carport(CarportOptions options) : options_(std::move(options)) {
        // A program that went is noticed where it is written to.
        std::signal(SIGPIPE, SIG_IGN);
    }

    std::string_view name() const override { return "carport"; }
    std::vector<std::string> filters() const override { return {}; }
    std::optional<Message> will() const override { return std::nullopt; }
    void announce(const World& world, Answer& answer) override {
        reporter_.force();
        tick(world, answer);
    }

    void tick(const World& world, Answer& answer) override {
        if (!box_.runs() && steady_ms() >= not_before_ms_) {
            not_before_ms_ = steady_ms() + again_after_ms;
            car_.plugged = false;
            box_.start({"node", options_.wallbox, options_.ocpp, box_name, "",
                        print_number(options_.speed, 3)});
        }
        come_and_go(world);
        for (const std::string& line : box_.lines()) {
            const auto tick = tick_of(line);
            if (!tick) continue;
            car_.watts = tick->watts;
            if (car_.plugged) car_.soc_pct = tick->soc_pct.value_or(car_.soc_pct);
        }
        if (!box_.runs()) {
            car_.plugged = false;
            car_.watts = 0;
        }
        if (std::abs(car_.watts - world.carport.power_w) >= 1)
            answer.acts.push_back({"carport", "power", car_.watts});
        const auto samples = second_car_says(car_);
        for (const std::size_t i : reporter_.due_each(world.t_ms, samples))
            answer.say(std::string(car_topic) + samples[i].key, plain_text(samples[i]), true);
    }

    void hear(std::string_view, std::string_view, const World&, Answer&) override {}
    void leave(Answer& answer) override { answer.acts.push_back({"carport", "power", 0}); }

private:
    void come_and_go(const World& world) {
        const bool home = second_car_home(world.local());
        if (home && !car_.home)
            car_.soc_pct = 35 + 25 * world.dice().uniform("second-car", world.local().day);
        car_.home = home;
        if (!box_.runs() || home == car_.plugged) return;
        car_.plugged = home;
        box_.say(home ? std::string(plug_words) + print_number(car_.soc_pct, 0) + "}}\n"
                      : "{\"unplug\":true}\n");
    }

    CarportOptions options_;
    Beside box_;
    std::int64_t not_before_ms_ = 0;
    SecondCar car_;
    Reporter reporter_{Pace{30, 1800}};
};

}  // namespace

bool second_car_home(const Local& local) {
    return local.weekend() || local.hour() < leaves_h || local.hour() >= returns_h;
}

std::optional<BoxTick> tick_of(std::string_view line) {
    const auto members = read_members(line);
    if (!members) return std::nullopt;
    const auto number = [&](std::string_view path, double most) -> std::optional<double> {
        for (const JsonMember& member : *members) {
            const auto* value = std::get_if<double>(&member.value);
            if (member.path == path && value != nullptr && *value >= 0 && *value <= most)
                return *value;
        }
        return std::nullopt;
    };
    const auto watts = number("tick.watts", 50'000);
    if (!watts) return std::nullopt;
    return BoxTick{*watts, number("tick.soc", 100)};
}

std::vector<Sample> second_car_says(const SecondCar& car) {
    const bool charges = car.plugged && car.watts > 0;
    const double kw = charges ? car.watts / 1000 : 0;
    return {
        text_sample("state", charges ? "charging" : "online"),
        text_sample("display_name", "Tesla blue"),
        text_sample("model", "3"),
        text_sample("geofence", car.home ? "Home" : "Work"),
        flag_sample("plugged_in", car.plugged),
        text_sample("charging_state", !car.plugged              ? "Disconnected"
                                      : charges                 ? "Charging"
                                      : car.soc_pct >= full_pct ? "Complete"
                                                                : "Stopped"),
        number_sample("battery_level", car.soc_pct, 0, 1),
        number_sample("est_battery_range_km", car.soc_pct / 100 * full_range_km, 1, 4),
        number_sample("charger_power", kw, 0, 1),
        // Out of the battery is positive, as TeslaMate has it.
        number_sample("power", -kw * charge_efficiency, 0, 1),
        flag_sample("locked", true),
        flag_sample("doors_open", false),
        flag_sample("is_climate_on", false),
    };
}

std::unique_ptr<Device> make_carport(CarportOptions options) {
    return std::make_unique<Carport>(std::move(options));
}

}  // namespace foxtail::sim
