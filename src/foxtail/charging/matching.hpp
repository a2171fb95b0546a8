#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/charging/site.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::charging {

/// A change from idle to charging or back.
struct Edge {
    Duration at;
    bool on = false;
};
constexpr std::size_t edges_max = 12;
void add_edge(std::vector<Edge>& edges, Edge edge);

/// What is known of a car, whoever said it.
struct CarFacts {
    std::optional<bool> cable;
    Duration cable_heard;                   // when last said
    std::optional<Duration> cable_changed;  // when it was seen to change
    std::optional<bool> home;
    std::optional<Duration> home_changed;
    std::optional<double> watts;
    Duration watts_heard;
    std::vector<Edge> edges;
};

/// What is known of a session whose car is asked for.
struct SessionFacts {
    std::size_t point = 0;
    Duration plugged_at;
    bool plug_seen = false;  // false: it was plugged already when the program started
    std::string tag;
    std::string ev_id;
    int phases_seen = 0;  // 0 = not yet known
    std::optional<double> watts;
    std::vector<Edge> edges;
    std::optional<std::string> said;  // by a person: a car's name, or "guest"
};

/// What people's corrections and sure sessions taught.
struct Learned {
    struct Token {
        std::string token;  // of a card, or of a car's charge controller
        std::size_t car = 0;
    };
    std::vector<Token> tags;
    std::vector<Token> ev_ids;
    std::vector<std::vector<std::uint32_t>> habit;  // [point][car]: sessions
    static constexpr std::size_t tokens_max = 64;
    void teach(std::vector<Token>& list, const std::string& token, std::size_t car);
};

struct Match {
    std::optional<std::size_t> car;  // nothing = unknown, or a guest's
    bool guest = false;
    double certainty = 0;  // 0..1, of what stands in `car`
    std::string reason;
};
constexpr double certain_enough = 0.7;

/// Which car is at which of the points, all looked at together: no car is at two of them. Each
/// answer is the most likely car when it is likely enough, else nothing. Pure.
[[nodiscard]] std::vector<Match> match(const Site& site, const std::vector<SessionFacts>& sessions,
                                       const std::vector<CarFacts>& cars, const Learned& learned,
                                       Duration now);

}  // namespace foxtail::charging
