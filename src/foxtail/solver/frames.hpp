#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/planner/solver.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foxtail::solver {

/// What goes to a worker and comes back: a frame is the four bytes "FXS1", the length of the rest
/// as four little-endian bytes, and the rest as ByteWriter writes it. Both sides read with bounds
/// checked: the other may be anything.
constexpr std::size_t frame_bytes_max = std::size_t{32} << 20;
constexpr std::size_t frame_head_bytes = 8;

/// What a worker says to a task.
struct Answer {
    std::uint64_t number = 0;
    planner::Solution solution;
};

[[nodiscard]] std::string encode(const planner::WholeTask& task);
[[nodiscard]] std::string encode(const Answer& answer);

/// Error: corrupt. What comes out is consistent: indices within bounds, no number that is NaN,
/// bounds in order.
[[nodiscard]] Result<planner::WholeTask> decode_task(std::string_view payload);
[[nodiscard]] Result<Answer> decode_answer(std::string_view payload);

/// The length that a frame's head announces. Error: corrupt.
[[nodiscard]] Result<std::size_t> decode_head(std::string_view head);

}  // namespace foxtail::solver
