// What is told of points and circuits: only what changed, and running figures once a minute.
#include "foxtail/charging/controller.hpp"

#include <cmath>
#include <utility>

namespace foxtail::charging {
namespace {

constexpr Duration figures_every = seconds(60);
constexpr Duration flow_every = seconds(5);
constexpr Duration grid_silent_after = minutes(2);

double to_step(double value, double step) {
    return std::round(value / step) * step;
}

}  // namespace

void Controller::tell(Fact::Of of, std::size_t index, std::string_view name, Value value) {
    auto& told = of == Fact::Of::flow    ? told_flow_
                 : of == Fact::Of::point ? told_points_[index]
                                         : told_circuits_[index];
    const auto [at, fresh] = told.try_emplace(name, value);
    if (!fresh) {
        if (at->second == value) return;
        at->second = value;
    }
    Fact& fact = facts_.emplace_back();
    fact.of = of;
    fact.index = index;
    fact.name = name;
    fact.value = std::move(value);
}

std::vector<Fact> Controller::take_facts(Moment now) {
    tell_all(now);
    return std::exchange(facts_, {});
}

void Controller::tell_all(Moment now) {
    if (grid_w_) tell_flow(now);
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const Point& point = points_[i];
        const auto say = [&](std::string_view name, Value value) {
            tell(Fact::Of::point, i, name, std::move(value));
        };
        say("mode", std::string(mode_names[static_cast<std::size_t>(point.mode)]));
        say("commanded", point.commanded ? Value{point.commanded_a} : Value{Null{}});
        const auto on = std::max(1, count(point.phases_on()));
        say("commanded_power", point.commanded
                                   ? Value{to_step(point.commanded_a * on * site_.volts, 1)}
                                   : Value{Null{}});
        auto obeyed = point.obeyed(now.mono);
        if (obeyed == Obeyed::yes && point.over_power(now.mono)) obeyed = Obeyed::draws_more;
        say("obeyed", std::string(obeyed_names[static_cast<std::size_t>(obeyed)]));
        say("why", point.why);
        say("phases_seen", std::int64_t{point.phases_seen()});
        say("at_most", point.at_most_a.value_or(point.site().current_max_a));
        say("at_most_power", point.at_most_w.value_or(point.site().power_max_w(site_.volts)));
        say("needed", point.needed_wh);
        say("deadline", point.deadline.known() ? format_rfc3339(point.deadline) : std::string());
        tell_session(i, now);
    }
    for (std::size_t c = 0; c < circuits_.size(); ++c) {
        const Circuit& circuit = circuits_[c];
        const auto say = [&](std::string_view name, Value value) {
            tell(Fact::Of::circuit, c, name, std::move(value));
        };
        say("over", circuit.over());
        say("meter", std::string(!circuit.site().metered    ? "none"
                                 : circuit.silent(now.mono) ? "silent"
                                                            : "heard"));
        say("signal", circuit.signal_w() ? Value{*circuit.signal_w()} : Value{Null{}});
    }
}

/// What is not measured is what is left: the home takes what comes in and goes into nothing else.
void Controller::tell_flow(Moment now) {
    if (flow_told_.us != 0 && now.mono - flow_told_ < flow_every) return;
    flow_told_ = now.mono;
    const auto say = [&](std::string_view name, std::optional<double> watts) {
        tell(Fact::Of::flow, 0, name, watts ? Value{to_step(*watts, 1)} : Value{Null{}});
    };
    const bool heard = grid_w_ && now.mono - grid_at_ <= grid_silent_after;
    double cars = 0;
    for (const Point& point : points_) cars += point.watts();
    std::optional<double> home;
    if (heard) home = *grid_w_ + production_w_.value_or(0) - battery_w_ - cars;
    say("grid", heard ? grid_w_ : std::nullopt);
    say("sun", production_w_);
    say("battery", 0 - battery_w_);
    say("cars", cars);
    say("home", home);
}

void Controller::tell_session(std::size_t index, Moment now) {
    const Point& point = points_[index];
    const auto say = [&](std::string_view name, Value value) {
        tell(Fact::Of::point, index, name, std::move(value));
    };
    if (!point.session) {
        for (const auto* name : {"session_energy", "session_cost", "session_co2", "session_own"})
            say(name, Null{});
        for (const auto* name : {"session", "session_from", "car_reason", "who"})
            say(name, std::string());
        say("car", std::string("unknown"));
        say("car_certainty", 0.0);
        figures_told_[index] = {};
        return;
    }
    const Session& session = *point.session;
    say("session", session.id);
    say("car", session.car.empty() ? std::string("unknown") : session.car);
    say("car_certainty", std::round(session.certainty * 100));
    say("car_reason", session.car_reason);
    say("who", session.who);
    const bool due = figures_told_[index].us == 0 ||
                     now.mono - figures_told_[index] >= figures_every || session.until.known();
    if (!due) return;
    figures_told_[index] = now.mono;
    say("session_from", format_rfc3339(to_millisecond(session.from)));
    say("session_energy", to_step(session.wh, 0.1));
    say("session_own", to_step(session.own_wh, 0.1));
    say("session_cost",
        session.priced_wh > 0 ? Value{to_step(session.cost, 0.0001)} : Value{Null{}});
    say("session_co2", session.co2_wh > 0 ? Value{to_step(session.co2_g, 0.1)} : Value{Null{}});
}

}  // namespace foxtail::charging
