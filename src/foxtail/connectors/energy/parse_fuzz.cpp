#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/energy/parse.hpp"

#include <cmath>
#include <cstdint>

namespace {

struct OneHourEast final : foxtail::Zone {
    [[nodiscard]] foxtail::Duration offset_at(foxtail::Time /*t*/) const override {
        return foxtail::hours(1);
    }
};

}  // namespace

// Answers come from strangers: the first byte picks the format. Whatever is taken is a series of
// whole steps within the limits, and no number in it is endless.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;
    using namespace foxtail::energy;
    if (size == 0) return 0;
    const OneHourEast zone;
    const auto format = static_cast<Format>(bytes[0] % forecast::format_names.size());
    const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    for (const auto use : {Use::price, Use::sun, Use::outdoor}) {
        const auto told = parse({format, use, 1}, text, zone);
        if (!told) continue;
        const auto& series = told->series;
        FOX_ASSERT(series.step == minutes(15) || series.step == hours(1), "steps are whole");
        FOX_ASSERT(!series.values.empty() && series.values.size() <= told_days_max * 96 + 2,
                   "the span is bounded");
        FOX_ASSERT(told->holes < series.values.size(), "something is told");
        for (const double value : series.values) FOX_ASSERT(!std::isinf(value), "finite, or none");
    }
    return 0;
}
