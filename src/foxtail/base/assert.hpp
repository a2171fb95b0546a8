#pragma once

#include <atomic>
#include <cstdint>

namespace foxtail {

/// Prints the broken contract and aborts. The supervisor restarts the process and the journal
/// replays.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line,
                                   const char* why);

/// Counts "should not happen" and logs it once a place; aborts when FOXTAIL_ABORT_ON_BUG is set
/// (tests set it).
void bug_found(const char* file, int line, const char* why);

/// How often FOX_BUG was hit since start; shown in /metrics.
[[nodiscard]] std::uint64_t bugs_found();

}  // namespace foxtail

// A contract of ours that a caller broke: stays on in release, because a house that goes on with a
// wrong state is worse than one that restarts from its journal.
#define FOX_ASSERT(condition, why) \
    ((condition) ? void(0) : ::foxtail::assertion_failed(#condition, __FILE__, __LINE__, why))

// "Should not happen", but the house can go on.
#define FOX_BUG(why) ::foxtail::bug_found(__FILE__, __LINE__, why)
