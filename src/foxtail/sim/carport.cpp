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
constexpr std::string_view box_car = R"({"capacity_wh":40000,"soc":)";

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
    void announce(const World& world, Answer& answer) override { tick(world, answer); }

    void tick(const World& world, Answer& answer) override {
        if (!box_.runs() && steady_ms() >= not_before_ms_) {
            not_before_ms_ = steady_ms() + again_after_ms;
            plugged_ = false;
            box_.start({"node", options_.wallbox, options_.ocpp, box_name, "",
                        print_number(options_.speed, 3)});
        }
        const bool home = second_car_home(world.local());
        if (box_.runs() && home != plugged_) {
            plugged_ = home;
            const Dice dice = world.dice();
            const double soc = 35 + 25 * dice.uniform("second-car", world.local().day);
            box_.say(home ? "{\"plug\":" + std::string(box_car) + print_number(soc, 0) +
                                ",\"card\":\"GUEST\"}}\n"
                          : "{\"unplug\":true}\n");
        }
        for (const std::string& line : box_.lines()) watts_ = drawn_w(line).value_or(watts_);
        if (!box_.runs()) watts_ = 0;
        if (std::abs(watts_ - world.carport.power_w) >= 1)
            answer.acts.push_back({"carport", "power", watts_});
    }

    void hear(std::string_view, std::string_view, const World&, Answer&) override {}
    void leave(Answer& answer) override { answer.acts.push_back({"carport", "power", 0}); }

private:
    CarportOptions options_;
    Beside box_;
    std::int64_t not_before_ms_ = 0;
    bool plugged_ = false;
    double watts_ = 0;
};

}  // namespace

bool second_car_home(const Local& local) {
    return local.weekend() || local.hour() < leaves_h || local.hour() >= returns_h;
}

std::optional<double> drawn_w(std::string_view line) {
    const auto members = read_members(line);
    if (!members) return std::nullopt;
    for (const JsonMember& member : *members) {
        const auto* watts = std::get_if<double>(&member.value);
        if (watts != nullptr && member.path == "tick.watts" && *watts >= 0 && *watts < 50'000)
            return *watts;
    }
    return std::nullopt;
}

std::unique_ptr<Device> make_carport(CarportOptions options) {
    return std::make_unique<Carport>(std::move(options));
}

}  // namespace foxtail::sim
