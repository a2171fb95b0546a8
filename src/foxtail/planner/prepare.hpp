#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"

#include <vector>

namespace foxtail::planner {

/// What one household's plan may be asked for at most; more is left out, and said so.
constexpr std::size_t batteries_max = 4;
constexpr std::size_t cars_max = 6;
constexpr std::size_t circuits_max = 100;  // each phase of a fuse is one
constexpr std::size_t sessions_max = 12;
constexpr std::size_t zones_max = 4;
constexpr std::size_t tanks_max = 4;
constexpr std::size_t appliances_max = 8;
constexpr std::size_t overrides_max = 40;
constexpr Duration horizon_least = hours(1);
constexpr Duration horizon_most = hours(72);

struct Prepared {
    Request request;
    std::vector<Mended> mended;
};

/// Makes a request sensible and says what was mended: every number finite and within its bounds,
/// missing values filled from their neighbours, series that end early extended by their last day,
/// sessions in order and apart, goals that are over or too high brought within reach, names nobody
/// has left out. Of what it returns there is always a plan.
[[nodiscard]] Prepared prepare(const Request& asked);

}  // namespace foxtail::planner
