#pragma once

#include "foxtail/charging/controller.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::charging {

/// One box, on a fuse without a meter.
inline Site one_box(double limit_a, Mode mode, bool switches_phases = false) {
    Site site;
    CircuitSite main;
    main.name = "main";
    main.limit_a = limit_a;
    site.circuits.push_back(main);
    PointSite point;
    point.name = "box";
    point.mode = mode;
    point.switches_phases = switches_phases;
    site.points.push_back(point);
    return site;
}

/// A house with one metered fuse of 25 A and boxes on it; the test says what they say.
struct House {
    /// `limit_w`: of all phases together, while a signal says so.
    explicit House(int boxes = 1, Mode mode = Mode::now, const std::string& start_as = "",
                   std::optional<double> limit_w = {}) {
        Site site;
        CircuitSite main;
        main.name = "main";
        main.limit_a = 25;
        main.limit_w = limit_w;
        main.metered = true;
        main.stale_after = minutes(2);
        site.circuits.push_back(main);
        for (int i = 0; i < boxes; ++i) {
            PointSite point;
            point.name = "box" + std::to_string(i);
            point.mode = mode;
            point.start_tag = start_as;
            site.points.push_back(point);
        }
        site.cars = {{"leaf", {"CARD1"}, {}, "anna", 1}, {"zoe", {}, {}, "", 3}};
        controller = std::make_unique<Controller>(site);
        controller->start(now());
    }
    [[nodiscard]] Moment now() const { return {Time{1'790'000'000'000'000 + at.us}, at}; }
    void say(PointRole role, Value value, std::size_t box = 0) {
        controller->hear(role, box, value, ++seq, now());
        take();
    }
    void meter(double amps) {
        for (const auto role :
             {CircuitRole::current_l1, CircuitRole::current_l2, CircuitRole::current_l3})
            controller->hear(role, 0, amps, ++seq, now());
        take();
    }
    void signal(CircuitRole role, Value value) {
        controller->hear(role, 0, value, ++seq, now());
        take();
    }
    void grid(double watts) {
        controller->hear(HouseRole::grid, watts, ++seq, now());
        take();
    }
    void draws(double amps, std::size_t box = 0) {
        for (const auto role :
             {PointRole::current_l1, PointRole::current_l2, PointRole::current_l3})
            say(role, amps, box);
        say(PointRole::power, amps * 690, box);
    }
    void plug(std::size_t box = 0) {
        say(PointRole::status, std::string("Available"), box);
        say(PointRole::status, std::string("Preparing"), box);
    }
    void pass(int secs) {
        for (int i = 0; i < secs; ++i) {
            at = at + seconds(1);
            controller->tick(now());
            take();
        }
    }
    /// The meter and the boxes say the same every second, boxes obey at once.
    void live(int secs, double base) {
        for (int i = 0; i < secs; ++i) {
            double sum = base;
            for (std::size_t b = 0; b < controller->points().size(); ++b) {
                const double amps = plugged(controller->points()[b].status)
                                        ? controller->points()[b].commanded_a
                                        : 0;
                draws(amps, b);
                sum += amps;
            }
            meter(sum);
            pass(1);
        }
    }
    void take() {
        for (const auto& one : controller->proposals()) said.push_back(one);
        controller->proposals().clear();
        for (auto& one : controller->take_facts(now())) {
            if (one.event) events.push_back(one.value);
            facts[std::string(one.name)] = one.value;
        }
    }
    [[nodiscard]] double limit(std::size_t box = 0) const {
        return controller->points()[box].commanded_a;
    }
    [[nodiscard]] std::string fact(const std::string& name) const {
        const auto found = facts.find(name);
        return found == facts.end() ? "" : to_json(found->second);
    }
    void wish(Setting setting, Value value, std::size_t box = 0) {
        const auto done = controller->set(setting, box, value, ++seq, now());
        ASSERT_TRUE(done) << done.error().message;
        take();
    }

    std::unique_ptr<Controller> controller;
    Duration at = seconds(1000);
    Seq seq = 0;
    std::vector<Proposal> said;
    std::vector<Value> events;
    std::map<std::string, Value> facts;
};

}  // namespace foxtail::charging
