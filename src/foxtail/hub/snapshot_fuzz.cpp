#include "foxtail/base/assert.hpp"
#include "foxtail/hub/household.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// A snapshot is bytes from a disk. Whatever they are, loading them answers or refuses; what it
// accepts it saves to the same bytes from then on, and a household can live with it.
namespace {

class Utc final : public foxtail::Zone {
public:
    [[nodiscard]] foxtail::Duration offset_at(foxtail::Time) const override { return {}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Utc zone;
    foxtail::Household household(zone);
    if (!household.load({reinterpret_cast<const char*>(data), size})) return 0;
    std::string once;
    household.save(once);
    foxtail::Household again(zone);
    FOX_ASSERT(again.load(once).has_value(), "what was saved loads");
    std::string twice;
    again.save(twice);
    FOX_ASSERT(once == twice, "loading and saving changes nothing");

    const foxtail::Moment now{foxtail::Time{1'790'000'000'000'000}, foxtail::seconds(1)};
    again.start(now, "fuzz");
    again.tick({now.wall + foxtail::days(1), now.mono + foxtail::days(1)});
    for (const auto& property : again.catalogue().properties()) {
        const auto* connector =
            again.authority().find(again.catalogue().thing(property.thing).brought_by);
        if (connector == nullptr) continue;
        (void)again.report(connector->id, {property.id, foxtail::Quality::good, {}, true}, now);
    }
    return 0;
}
