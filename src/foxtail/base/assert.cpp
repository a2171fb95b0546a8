#include "foxtail/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace foxtail {
namespace {
std::atomic<std::uint64_t> bug_count{0};
}

void assertion_failed(const char* condition, const char* file, int line, const char* why) {
    std::fprintf(stderr, "foxtail: broken contract at %s:%d: %s (%s)\n", file, line, why,
                 condition);
    std::abort();
}

void bug_found(const char* file, int line, const char* why) {
    const auto before = bug_count.fetch_add(1, std::memory_order_relaxed);
    // A bug in a hot path must not fill the disk: after the first hundred only the counter tells.
    if (before < 100) std::fprintf(stderr, "foxtail: bug at %s:%d: %s\n", file, line, why);
    if (std::getenv("FOXTAIL_ABORT_ON_BUG") != nullptr) std::abort();
}

std::uint64_t bugs_found() {
    return bug_count.load(std::memory_order_relaxed);
}

}  // namespace foxtail
