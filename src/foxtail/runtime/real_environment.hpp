#pragma once

#include "foxtail/base/environment.hpp"

namespace foxtail {

/// The machine's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC. Stateless, so usable from any thread.
class RealClock final : public Clock {
public:
    [[nodiscard]] Time now() override;
    [[nodiscard]] Duration monotonic() override;
};

/// The kernel's random numbers through libsodium. Usable from any thread.
class RealRandom final : public Random {
public:
    RealRandom();
    void fill(std::span<std::byte> out) override;
};

}  // namespace foxtail
