#pragma once

namespace foxtail::solver {

/// The worker: reads tasks from `in_fd`, solves each and writes its answer to `out_fd`
/// (frames.hpp), until the other side closes. What the solver prints goes to standard error's
/// place, never into the answers. 0 when it was closed properly, 1 after bytes that are no frame.
[[nodiscard]] int work(int in_fd, int out_fd);

}  // namespace foxtail::solver
