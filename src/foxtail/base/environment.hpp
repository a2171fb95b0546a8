#pragma once

#include "foxtail/base/time.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace foxtail {

/// The world's clocks. Only edges ask; the core is told.
class Clock {
public:
    virtual ~Clock() = default;
    /// Wall clock in UTC; may jump.
    [[nodiscard]] virtual Time now() = 0;
    /// Never goes back; only differences mean anything.
    [[nodiscard]] virtual Duration monotonic() = 0;
};

/// Unpredictable bytes for secrets; a seeded sequence in simulation.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> out) = 0;
};

/// The thread a household lives on.
class Loop {
public:
    virtual ~Loop() = default;
    /// Runs `work` on this thread once the present handler has returned. Called from this thread
    /// only.
    virtual void soon(std::function<void()> work) = 0;
    /// Runs `work` at or after `at` (Clock::monotonic). One alarm a key: setting it again replaces
    /// it.
    virtual void alarm(int key, Duration at, std::function<void()> work) = 0;
};

/// Everything a household needs from the machine beside its disk and its network, which are the
/// Store and the Outlets of hub/edges.hpp. One real implementation (runtime), one simulated
/// (tests/sim).
struct Environment {
    Clock& clock;
    Random& random;
    Loop& loop;
};

}  // namespace foxtail
