#pragma once

#include <cstddef>
#include <span>

#include "foxtail/base/time.hpp"

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

/// Everything a household needs from the machine beside its store and its connectors, which are
/// interfaces of the hub (hub/edges.hpp). One real implementation (runtime), one simulated (tests/sim).
struct Environment {
    Clock& clock;
    Random& random;
};

}  // namespace foxtail
