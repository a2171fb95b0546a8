#pragma once

#include "foxtail/sim/device.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace foxtail::sim {

struct DayOptions {
    Setup setup;
    std::int64_t start_ms = 0;  // simulated UTC
    std::int64_t length_ms = day_ms;
    std::int64_t step_ms = 5000;
};

/// Runs the whole household without any server, all devices in one loop, and gives every message in
/// the order of time. The same options give the same messages, byte for byte.
void run_day(const DayOptions& options,
             const std::function<void(std::int64_t t_ms, const Message&)>& out);

/// {"t_ms":...,"topic":...,"payload":...,"retain":...}
[[nodiscard]] std::string to_line(std::int64_t t_ms, const Message& message);

}  // namespace foxtail::sim
