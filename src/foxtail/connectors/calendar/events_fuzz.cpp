#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/calendar/events.hpp"

#include <cstdint>

namespace {

struct OneHourEast final : foxtail::Zone {
    [[nodiscard]] foxtail::Duration offset_at(foxtail::Time /*t*/) const override {
        return foxtail::hours(1);
    }
};

}  // namespace

// Calendars come from strangers who may invite anybody: whatever is read lies within the window and
// the limits, in order, and is text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;
    const OneHourEast zone;
    const Time from{1'795'305'600'000'000};
    const Time until = from + days(14);
    const auto all =
        calendar::events_in({reinterpret_cast<const char*>(bytes), size}, from, until, zone);
    if (!all) return 0;
    FOX_ASSERT(all->events.size() <= calendar::events_max, "as many as may be");
    Time last;
    for (const auto& one : all->events) {
        FOX_ASSERT(one.from < until && one.until >= one.from, "within the window");
        FOX_ASSERT(one.until > from || one.from >= from, "not over before it");
        FOX_ASSERT(one.from >= last, "in order");
        FOX_ASSERT(valid_utf8(one.summary) && valid_utf8(one.description), "text");
        last = one.from;
    }
    return 0;
}
