#include "foxtail/charging/matching.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::charging {
namespace {

// Evidence in natural logarithms of odds: 0.7 doubles, 2.3 is ten to one.
constexpr double somebody_said = 20;
constexpr double only_car = 1.5;
constexpr double one_of_several = 0.3;
constexpr double own_ev_id = 8;
constexpr double learned_ev_id = 6;
constexpr double own_tag = 5;
constexpr double learned_tag = 3;
constexpr double others_ev_id = -6;
constexpr double others_tag = -2;
constexpr double not_plugged = -6;
constexpr double away = -6;
constexpr double at_home = 0.7;
constexpr double came_home = 2;
constexpr double phases_wrong = -4;
constexpr double phases_right = 0.5;
constexpr double power_same = 1.5;
constexpr double power_other = -1.5;
constexpr double edge_same = 1.5;
constexpr double edge_missing = -0.7;
constexpr double habit_most = 1;
constexpr std::size_t assignments_max = 20'000;

struct Score {
    double odds = 0;
    double strongest = 0;
    std::string reason;
    void add(double weight, std::string_view why) {
        odds += weight;
        if (weight <= strongest) return;
        strongest = weight;
        reason = why;
    }
};

Duration apart(Duration a, Duration b) {
    return a < b ? b - a : a - b;
}

bool among(const std::vector<std::string>& list, const std::string& what) {
    return std::find(list.begin(), list.end(), what) != list.end();
}

std::optional<std::size_t> taught(const std::vector<Learned::Token>& list,
                                  const std::string& token) {
    for (const auto& one : list) {
        if (one.token == token) return one.car;
    }
    return std::nullopt;
}

struct TokenWords {
    double own, learned, others;
    const char* said;
    const char* known;
};

void weigh_token(Score& score, const std::string& token, std::size_t car, const Site& site,
                 std::vector<std::string> CarSite::*list,
                 const std::vector<Learned::Token>& lessons, const TokenWords& words) {
    if (token.empty()) return;
    if (among(site.cars[car].*list, token)) return score.add(words.own, words.said);
    const bool anothers = std::any_of(site.cars.begin(), site.cars.end(),
                                      [&](const CarSite& c) { return among(c.*list, token); });
    if (anothers) return score.add(words.others, {});
    if (const auto whose = taught(lessons, token)) {
        if (*whose == car) {
            score.add(words.learned, words.known);
        } else {
            score.add(words.others, {});
        }
    }
}

void weigh_cable(Score& score, const SessionFacts& session, const CarFacts& car) {
    if (!car.cable) return;
    if (!*car.cable) {
        // What it said before it was plugged in says nothing.
        if (car.cable_heard > session.plugged_at + seconds(60)) score.add(not_plugged, {});
        return;
    }
    if (!car.cable_changed || !session.plug_seen)
        return score.add(1, "it says that it is plugged in");
    const Duration gap = apart(*car.cable_changed, session.plugged_at);
    if (gap <= seconds(10)) {
        score.add(5, "it was plugged in at the same moment");
    } else if (gap <= seconds(60)) {
        score.add(4, "it was plugged in at the same minute");
    } else if (gap <= minutes(15)) {
        score.add(2, "it was plugged in at about the same time");
    } else {
        score.add(-2, {});
    }
}

void weigh_place(Score& score, const SessionFacts& session, const CarFacts& car) {
    if (!car.home) return;
    if (!*car.home) return score.add(away, {});
    score.add(at_home, "it is at home");
    if (car.home_changed && session.plug_seen && *car.home_changed <= session.plugged_at &&
        session.plugged_at - *car.home_changed <= minutes(15))
        score.add(came_home, "it came home just before");
}

void weigh_edges(Score& score, const SessionFacts& session, const CarFacts& car) {
    int same = 0;
    int missing = 0;
    for (const Edge& edge : session.edges) {
        const bool found = std::any_of(car.edges.begin(), car.edges.end(), [&](const Edge& e) {
            return e.on == edge.on && apart(e.at, edge.at) <= seconds(90);
        });
        (found ? same : missing) += 1;
    }
    if (same > 0) score.add(edge_same * std::min(same, 4), "it starts and stops with the box");
    // A car that tells of its charging at all would have told.
    if (!car.edges.empty()) score.odds += edge_missing * std::min(missing, 3);
}

void weigh_power(Score& score, const SessionFacts& session, const CarFacts& car, int phases,
                 Duration now) {
    if (phases > 0 && session.phases_seen > 0) {
        if (session.phases_seen > phases) {
            score.add(phases_wrong, {});
        } else if (session.phases_seen == phases) {
            score.add(phases_right, "it charges on as many phases");
        }
    }
    const bool fresh = car.watts && now - car.watts_heard <= seconds(90);
    if (!fresh || !session.watts || *session.watts < 1000) return;
    const double off = std::abs(*car.watts - *session.watts) / *session.watts;
    // The car's side lacks what its charger loses.
    if (off <= 0.15) {
        score.add(power_same, "it takes the power that the box gives");
    } else if (off > 0.4) {
        score.add(power_other, {});
    }
}

Score weigh(const Site& site, const SessionFacts& session, std::size_t car, const CarFacts& facts,
            const Learned& learned, Duration now) {
    Score score;
    if (session.said) {
        const bool this_one = *session.said == site.cars[car].name;
        score.add(this_one ? somebody_said : -somebody_said, "somebody said so");
        return score;
    }
    if (site.cars.size() == 1) {
        score.add(only_car, "it is the only car here");
    } else {
        score.odds = one_of_several;
    }
    weigh_token(score, session.ev_id, car, site, &CarSite::ev_ids, learned.ev_ids,
                {own_ev_id, learned_ev_id, others_ev_id, "the box read its identity",
                 "the box read an identity that was learned"});
    weigh_token(score, session.tag, car, site, &CarSite::tags, learned.tags,
                {own_tag, learned_tag, others_tag, "its card was held to the box",
                 "a card that was learned was held to the box"});
    weigh_cable(score, session, facts);
    weigh_place(score, session, facts);
    weigh_edges(score, session, facts);
    weigh_power(score, session, facts, site.cars[car].phases, now);
    if (session.point < learned.habit.size() && car < learned.habit[session.point].size()) {
        double all = 2;
        for (const auto n : learned.habit[session.point]) all += n;
        score.add(habit_most * learned.habit[session.point][car] / all, "it usually is here");
    }
    return score;
}

/// Sums the likelihood of every way to put cars to points.
class Assignments {
public:
    explicit Assignments(const std::vector<std::vector<Score>>& scores) : scores_(scores) {
        const std::size_t cars = scores.front().size();
        sums_.assign(scores.size(), std::vector<double>(cars + 1, 0.0));
        chosen_.assign(scores.size(), cars);
        taken_.assign(cars, false);
        double ways = 1;
        for (std::size_t i = 0; i < scores.size(); ++i) ways *= static_cast<double>(cars + 1);
        if (ways <= static_cast<double>(assignments_max)) {
            visit(0, 1);
        } else {
            // Too many to look at together: each for itself.
            for (std::size_t s = 0; s < scores.size(); ++s) {
                for (std::size_t c = 0; c < cars; ++c) sums_[s][c] = std::exp(scores[s][c].odds);
                sums_[s][cars] = 1;
            }
        }
    }
    [[nodiscard]] double likelihood(std::size_t session, std::size_t car) const {
        double all = 0;
        for (const double one : sums_[session]) all += one;
        return sums_[session][car] / all;
    }

private:
    void visit(std::size_t session, double product) {
        const std::size_t cars = taken_.size();
        if (session == scores_.size()) {
            for (std::size_t s = 0; s < chosen_.size(); ++s) sums_[s][chosen_[s]] += product;
            return;
        }
        for (std::size_t car = 0; car <= cars; ++car) {
            if (car < cars && taken_[car]) continue;
            if (car < cars) taken_[car] = true;
            chosen_[session] = car;
            visit(session + 1, product * (car < cars ? std::exp(scores_[session][car].odds) : 1.0));
            if (car < cars) taken_[car] = false;
        }
    }
    const std::vector<std::vector<Score>>& scores_;
    std::vector<std::vector<double>> sums_;
    std::vector<std::size_t> chosen_;
    std::vector<bool> taken_;
};

std::string elimination(const std::vector<Score>& scores, std::size_t car) {
    if (scores[car].strongest >= 1.5) return scores[car].reason;
    return scores[car].reason.empty() ? "no other car can be here"
                                      : scores[car].reason + ", and the others fit less";
}

}  // namespace

void add_edge(std::vector<Edge>& edges, Edge edge) {
    if (edges.size() >= edges_max) edges.erase(edges.begin());
    edges.push_back(edge);
}

void Learned::teach(std::vector<Token>& list, const std::string& token, std::size_t car) {
    if (token.empty()) return;
    for (Token& one : list) {
        if (one.token != token) continue;
        one.car = car;
        return;
    }
    if (list.size() >= tokens_max) list.erase(list.begin());
    list.push_back({token, car});
}

std::vector<Match> match(const Site& site, const std::vector<SessionFacts>& sessions,
                         const std::vector<CarFacts>& cars, const Learned& learned, Duration now) {
    std::vector<Match> out(sessions.size());
    if (sessions.empty() || cars.empty()) return out;
    std::vector<std::vector<Score>> scores;
    for (const SessionFacts& session : sessions) {
        std::vector<Score> row;
        for (std::size_t car = 0; car < cars.size(); ++car)
            row.push_back(weigh(site, session, car, cars[car], learned, now));
        scores.push_back(std::move(row));
    }
    const Assignments ways(scores);
    for (std::size_t s = 0; s < sessions.size(); ++s) {
        std::size_t best = 0;
        for (std::size_t car = 1; car < cars.size(); ++car) {
            if (ways.likelihood(s, car) > ways.likelihood(s, best)) best = car;
        }
        Match& match = out[s];
        const double guest = ways.likelihood(s, cars.size());
        match.certainty = ways.likelihood(s, best);
        if (match.certainty >= certain_enough) {
            match.car = best;
            match.reason = elimination(scores[s], best);
        } else if (guest >= certain_enough) {
            match.guest = true;
            match.certainty = guest;
            match.reason = "none of the cars here fits";
        } else {
            match.reason = "nothing tells the cars apart";
        }
    }
    return out;
}

}  // namespace foxtail::charging
