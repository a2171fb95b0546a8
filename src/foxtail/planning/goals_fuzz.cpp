#include "foxtail/base/assert.hpp"
#include "foxtail/planning/goals.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

class Utc final : public foxtail::Zone {
public:
    [[nodiscard]] foxtail::Duration offset_at(foxtail::Time) const override { return {}; }
};

void read_as_hold(std::string_view text) {
    using namespace foxtail;  // NOLINT(google-build-using-namespace): one function
    const Utc utc;
    const auto hold = planning::parse_hold(text, utc, Time{1'700'000'000'000'000});
    if (!hold) return;
    const auto again = planning::parse_hold(planning::format_hold(*hold), utc, Time{});
    FOX_ASSERT(again.has_value() && *again == *hold, "writing and reading keeps a hold");
}

}  // namespace

// Whatever a person types: no crash, and what was understood reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;  // NOLINT(google-build-using-namespace): one function
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    read_as_hold(text);
    const auto goals = planning::parse_goals(text);
    if (!goals) return 0;
    const auto again = planning::parse_goals(planning::format_goals(*goals));
    FOX_ASSERT(again.has_value(), "what was written can be read");
    FOX_ASSERT(*again == *goals, "writing and reading keeps the goals");
    return 0;
}
