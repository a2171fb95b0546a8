#pragma once

#include "foxtail/charging/controller.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::charging {

/// A week of a made-up household: its fuses, boxes and cars with their physics, faults and habits,
/// all from one seed. The controller hears only what real devices would say. Steps from event to
/// event; between two of them nothing changes.
class SimulatedWeek {
public:
    struct Options {
        bool lies = true;       // boxes that ignore limits for hours
        bool refusals = true;   // boxes that say no
        bool silences = true;   // meters that fall silent
        bool restarts = true;   // the hub is away for minutes
        bool compared = false;  // findings().hash is wanted
        bool fine = false;      // ticks as often as the controller asks for
    };
    SimulatedWeek(std::uint64_t seed, Options options);
    void run();

    struct Findings {
        double over_longest_s = 0;  // beyond what the boxes' own delays explain; 0 = never
        std::string over_where;
        int sessions_true = 0;
        int sessions_told = 0;
        double energy_worst = 0;  // relative error of one session
        std::string energy_where;
        double energy_true_wh = 0;
        double energy_told_wh = 0;
        double watched_h = 0;        // fuses times hours
        double excused_h = 0;        // of them, when a fuse might have been over its limit
        double signal_h = 0;         // with a limit by signal
        double promised_over_a = 0;  // limits given out beyond what the meters had left
        std::uint64_t proposals = 0;
        std::uint64_t decisions = 0;
        std::uint64_t hash = 0;  // of all that came out
    };
    [[nodiscard]] const Findings& findings() const { return findings_; }

private:
    struct Car {
        bool plugged = false;
        double need_wh = 0;
        double amps_max = 16;
        int phases = 3;
        double got_wh = 0;
        Duration leaves;
        Duration suspended_until;
        double session_wh = 0;  // the truth
        double hidden_wh = 0;   // of it, what nobody outside the box can tell
    };
    struct Session {
        double wh = 0;
        double hidden_wh = 0;
    };
    struct Box {
        Duration pilot;
        double limit = 16;  // in effect
        std::vector<std::pair<Duration, double>> coming;
        Duration lies_until;
        double register_wh = 0;
        double register_told = -1;
        bool tells_register = true;
        bool tells_current = true;
        int phases_set = 3;
        Car car;
        Duration plugs_at;
        Status status = Status::available;
        Duration tells_at;
        std::optional<double> power_told;
        Duration told_at;
        double least_amps = 0;  // since then, all phases together
        double most_amps = 0;
        bool guessed =
            false;  // since then: a register began again, or nobody listened to one without
        std::vector<Session> session_truths;  // ended, waiting to be told
    };
    struct Fuse {
        Phases base{};
        std::optional<Duration> over_since;
        Duration silent_until;
        Duration excused_until;
    };

    std::uint64_t random();
    double between(double low, double high);
    bool chance(double p) { return between(0, 1) < p; }
    Duration after(double low_s, double high_s);

    [[nodiscard]] Site make_site();
    [[nodiscard]] std::unique_ptr<Controller> make_controller() const {
        return std::make_unique<Controller>(site_);
    }
    [[nodiscard]] Moment moment() const { return {Time{1'790'000'000'000'000 + now_.us}, now_}; }
    [[nodiscard]] Phases draw(const Box& box, std::size_t index) const;
    [[nodiscard]] Phases flow(std::size_t circuit) const;
    [[nodiscard]] bool below(std::size_t circuit, std::size_t point) const;
    void integrate(Duration until);
    void world_events();
    void move_base();
    void plug(std::size_t index);
    void unplug(std::size_t index);
    void car_events(std::size_t index);
    void set_status(std::size_t index);
    void note_hidden(Box& box);
    void tell_box(std::size_t index, bool all);
    void tell_meters();
    void turn_signal(bool on);
    void tell_signal();
    void wish();
    void take_out();
    void take_facts();
    void obey(const Proposal& proposal);
    void hear_fact(const Fact& fact);
    void check();
    void check_fuse(std::size_t circuit, Duration since);
    void check_energy(std::size_t index, const Value& detail);
    void restart();
    [[nodiscard]] Duration next_event() const;
    void mix(std::string_view text);

    std::uint64_t state_;
    Options options_;
    Site site_;
    std::unique_ptr<Controller> controller_;
    std::vector<Box> boxes_;
    std::vector<Fuse> fuses_;
    Duration now_;
    Duration ends_;
    Duration base_moves_;
    Duration meters_tell_;
    Duration ticks_;
    Duration facts_at_;
    Duration restarts_at_;
    Duration back_at_;
    Duration wishes_at_;
    Duration signal_turns_;
    bool signal_on_ = false;
    Duration checked_at_;
    Seq seq_ = 0;
    Findings findings_;
};

}  // namespace foxtail::charging
