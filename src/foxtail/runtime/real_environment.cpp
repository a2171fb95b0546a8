#include "foxtail/runtime/real_environment.hpp"

#include "foxtail/base/assert.hpp"

#include <ctime>

#include <sodium.h>

namespace foxtail {
namespace {

std::int64_t microseconds_of(clockid_t clock) {
    timespec at{};
    FOX_ASSERT(clock_gettime(clock, &at) == 0, "the machine has this clock");
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1000;
}

}  // namespace

Time RealClock::now() {
    return {microseconds_of(CLOCK_REALTIME)};
}

Duration RealClock::monotonic() {
    return {microseconds_of(CLOCK_MONOTONIC)};
}

RealRandom::RealRandom() {
    FOX_ASSERT(sodium_init() >= 0, "libsodium starts");
}

void RealRandom::fill(std::span<std::byte> out) {
    randombytes_buf(out.data(), out.size());
}

}  // namespace foxtail
