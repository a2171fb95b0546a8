#include "foxtail/base/assert.hpp"
#include "foxtail/planning/goals.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Whatever a person types: no crash, and what was understood reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;  // NOLINT(google-build-using-namespace): one function
    const auto goals =
        planning::parse_goals(std::string_view(reinterpret_cast<const char*>(bytes), size));
    if (!goals) return 0;
    const auto again = planning::parse_goals(planning::format_goals(*goals));
    FOX_ASSERT(again.has_value(), "what was written can be read");
    FOX_ASSERT(*again == *goals, "writing and reading keeps the goals");
    return 0;
}
