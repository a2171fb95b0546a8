#include "foxtail/runtime/zone.hpp"

#include <chrono>
#include <stdexcept>

#include <date/tz.h>

namespace foxtail {
namespace {

class TzdbZone final : public Zone {
public:
    explicit TzdbZone(const date::time_zone* zone) : zone_(zone) {}

    [[nodiscard]] Duration offset_at(Time t) const override {
        // Between two transitions the offset stands still, and rules ask for now all the time.
        if (t < from_ || t >= until_) {
            const date::sys_seconds when{std::chrono::seconds(t.us / 1'000'000)};
            const auto info = zone_->get_info(when);
            offset_ = seconds(info.offset.count());
            from_ = Time{bounded(info.begin)};
            until_ = Time{bounded(info.end)};
        }
        return offset_;
    }

private:
    /// The library says "for ever" with years that microseconds cannot hold.
    static std::int64_t bounded(date::sys_seconds when) {
        constexpr std::int64_t most = 9'000'000'000'000;
        const std::int64_t count = when.time_since_epoch().count();
        return (count > most ? most : count < -most ? -most : count) * 1'000'000;
    }
    const date::time_zone* zone_;
    mutable Time from_;
    mutable Time until_;
    mutable Duration offset_;
};

}  // namespace

Result<std::unique_ptr<Zone>> find_zone(const std::string& iana_name) {
    try {
        return std::unique_ptr<Zone>(std::make_unique<TzdbZone>(date::locate_zone(iana_name)));
    } catch (const std::runtime_error&) {
        return fail(Code::not_found, "no time zone '" + iana_name +
                                         "' (expected an IANA name such as Europe/Berlin)");
    }
}

std::string local_zone_name() {
    try {
        return date::current_zone()->name();
    } catch (const std::runtime_error&) {
        return "UTC";
    }
}

}  // namespace foxtail
