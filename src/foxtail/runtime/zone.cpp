#include "foxtail/runtime/zone.hpp"

#include <algorithm>
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
            auto info = zone_->get_info(when);
            // The files list the changes of the clock to the end of 2037; what follows from their
            // rules after that the library does not read. A zone that has no more changes before
            // then is through with them.
            if (info.begin >= last_listed && info.end > listed_to) {
                if (when < listed_to)
                    info.end = listed_to;
                else
                    info = as_in_a_listed_year(when);
            }
            offset_ = seconds(info.offset.count());
            from_ = Time{bounded(info.begin)};
            until_ = Time{bounded(info.end)};
        }
        return offset_;
    }

private:
    static constexpr date::sys_days last_listed = date::year{2037} / date::January / 1;
    static constexpr date::sys_days listed_to = date::year{2038} / date::January / 1;

    /// Rules say "the last Sunday in March": a year from one March to the next is as the newest one
    /// that begins on the same day of the week. From 2026 on each of the seven has one.
    [[nodiscard]] date::sys_info as_in_a_listed_year(date::sys_seconds when) const {
        const auto march = [](date::year year) { return date::sys_days{year / date::March / 1}; };
        const date::year_month_day day{date::floor<date::days>(when)};
        const date::year year =
            day.month() < date::March ? day.year() - date::years(1) : day.year();
        date::year like{2036};
        while (date::weekday{march(like)} != date::weekday{march(year)}) --like;
        const auto later = march(year) - march(like);
        auto info = zone_->get_info(when - later);
        info.begin = std::max<date::sys_seconds>(info.begin + later, march(year));
        info.end = std::min<date::sys_seconds>(info.end + later, march(year + date::years(1)));
        return info;
    }
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
