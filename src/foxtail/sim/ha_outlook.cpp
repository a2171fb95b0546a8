// What a market and a weather service tell about tomorrow.
#include "foxtail/base/time.hpp"
#include "foxtail/sim/ha_device.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/physics.hpp"

#include <cmath>
#include <functional>
#include <memory>

namespace foxtail::sim {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t told_ahead_h = 60;

/// [{"from":...,"until":...,"value":...}], an entry an hour.
std::string hours_json(std::int64_t from_ms, std::int64_t until_ms, int decimals,
                       const std::function<double(std::int64_t)>& at) {
    JsonText json;
    json.open('[');
    for (std::int64_t t = from_ms; t < until_ms; t += hour_ms) {
        json.open();
        json.field("from", format_rfc3339(Time{t * 1000}));
        json.field("until", format_rfc3339(Time{(t + hour_ms) * 1000}));
        json.key("value").number(at(t), decimals);
        json.close();
    }
    json.close();
    return json.take();
}

/// Of the exchange, in EUR/kWh: dear in the morning and the evening, cheap at night and, when the
/// sun shines and the wind blows, at noon; sometimes below zero.
double price_at(const World& world, std::int64_t t_ms) {
    const Local local = local_time(world.site, t_ms);
    const auto bump = [&](double centre, double width) {
        const double off = (local.hour() - centre) / width;
        return std::exp(-off * off);
    };
    const double day = world.dice().spread("market.day", local.day);
    const double sun = weather_at(world.site, world.dice(), t_ms).global_w_m2 / 800.0;
    const double demand = 0.045 * bump(8, 2.2) + 0.07 * bump(18.5, 2.6);
    const double hour = 0.006 * world.dice().spread("market.hour", t_ms / hour_ms);
    return 0.085 + 0.03 * day + demand * (local.weekend() ? 0.6 : 1.0) - 0.08 * sun + hour;
}

struct Told {
    std::int64_t hour = -1;
    std::uint64_t seed = 0;
    std::string prices;
    std::string sun;
    std::string outdoor;
};

void tell(const World& world, Told& told) {
    const std::int64_t hour = world.t_ms / hour_ms;
    if (told.hour == hour && told.seed == world.seed) return;
    told.hour = hour;
    told.seed = world.seed;
    // Tomorrow's prices come at one in the afternoon.
    const Local local = world.local();
    const std::int64_t midnight_ms =
        local.day * day_ms - static_cast<std::int64_t>(world.site.utc_offset_min) * 60'000;
    const std::int64_t priced_until = midnight_ms + (local.hour() >= 13 ? 2 : 1) * day_ms;
    told.prices = hours_json(midnight_ms, priced_until, 4,
                             [&](std::int64_t t) { return price_at(world, t); });
    // A forecast is wrong, and the more so the further it looks.
    const std::int64_t from = hour * hour_ms;
    const std::int64_t until = from + told_ahead_h * hour_ms;
    const auto wrong = [&](std::string_view what, std::int64_t t) {
        const double ahead = static_cast<double>(t - from) / static_cast<double>(hour_ms);
        return world.dice().smooth(what, static_cast<double>(t) / 2.2e7) *
               std::min(1.0, ahead / 30);
    };
    told.sun = hours_json(from, until, 2, [&](std::int64_t t) {
        const Weather middle = weather_at(world.site, world.dice(), t + hour_ms / 2);
        return pv_power(middle) / 1000 * (1 + 0.5 * wrong("foretold.sun", t));
    });
    told.outdoor = hours_json(from, until, 1, [&](std::int64_t t) {
        const Weather middle = weather_at(world.site, world.dice(), t + hour_ms / 2);
        return middle.temperature_c + 3 * wrong("foretold.warmth", t);
    });
}

Entity text_entity(std::string id, std::string title) {
    Entity entity;
    entity.platform = "sensor";
    entity.id = std::move(id);
    entity.title = std::move(title);
    return entity;
}

}  // namespace

HaSpec outlook_service() {
    HaSpec spec{"energy-outlook",
                "Energy outlook",
                "outlook_0001",
                "outlook/energy",
                "Meridian",
                "Day-ahead",
                ""};
    spec.form = DiscoveryForm::single;
    spec.state = StateForm::plain;
    spec.pace = {10, 3600};
    spec.entities = {diagnostic(text_entity("prices", "Day-ahead prices")),
                     diagnostic(text_entity("sun", "Forecast of the sun")),
                     diagnostic(text_entity("outdoor", "Forecast of the temperature"))};
    spec.measure = [told = std::make_shared<Told>()](const World& world) {
        tell(world, *told);
        // JSON as it is, not as a string.
        return std::vector<Sample>{
            {"prices", told->prices}, {"sun", told->sun}, {"outdoor", told->outdoor}};
    };
    return spec;
}

}  // namespace foxtail::sim
