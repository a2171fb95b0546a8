// What is told of points and circuits: only what changed, and running figures once a minute.
#include "foxtail/charging/controller.hpp"

#include <cmath>
#include <utility>

namespace foxtail::charging {
namespace {

constexpr Duration figures_every = seconds(60);

double to_step(double value, double step) {
    return std::round(value / step) * step;
}

}  // namespace

void Controller::tell(Fact::Of of, std::size_t index, std::string_view name, Value value) {
    auto& told = (of == Fact::Of::point ? told_points_ : told_circuits_)[index];
    const auto [at, fresh] = told.try_emplace(name, value);
    if (!fresh) {
        if (at->second == value) return;
        at->second = value;
    }
    facts_.push_back({of, index, name, std::move(value), false});
}

std::vector<Fact> Controller::take_facts(Moment now) {
    tell_all(now);
    return std::exchange(facts_, {});
}

void Controller::tell_all(Moment now) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const Point& point = points_[i];
        const auto say = [&](std::string_view name, Value value) {
            tell(Fact::Of::point, i, name, std::move(value));
        };
        say("mode", std::string(mode_names[static_cast<std::size_t>(point.mode)]));
        say("commanded", point.commanded ? Value{point.commanded_a} : Value{Null{}});
        say("obeyed", std::string(obeyed_names[static_cast<std::size_t>(point.obeyed(now.mono))]));
        say("why", point.why);
        say("phases_seen", std::int64_t{point.phases_seen()});
        say("at_most", point.at_most_a.value_or(point.site().current_max_a));
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

void Controller::tell_session(std::size_t index, Moment now) {
    const Point& point = points_[index];
    const auto say = [&](std::string_view name, Value value) {
        tell(Fact::Of::point, index, name, std::move(value));
    };
    if (!point.session) {
        for (const auto* name : {"session_energy", "session_cost", "session_co2"})
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
    say("session_from", format_rfc3339(to_millisecond(session.from)));
    say("car", session.car.empty() ? std::string("unknown") : session.car);
    say("car_certainty", std::round(session.certainty * 100));
    say("car_reason", session.car_reason);
    say("who", session.who);
    const bool due = figures_told_[index].us == 0 ||
                     now.mono - figures_told_[index] >= figures_every || session.until.known();
    if (!due) return;
    figures_told_[index] = now.mono;
    say("session_energy", to_step(session.wh, 0.1));
    say("session_cost",
        session.priced_wh > 0 ? Value{to_step(session.cost, 0.0001)} : Value{Null{}});
    say("session_co2", session.co2_wh > 0 ? Value{to_step(session.co2_g, 0.1)} : Value{Null{}});
}

}  // namespace foxtail::charging
