#include "foxtail/config/planner.hpp"

#include "foxtail/config/charging.hpp"
#include "foxtail/config/planner_yaml.hpp"
#include "foxtail/planner/prepare.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace foxtail {
namespace {

using forecast::Format;
using forecast::Price;

constexpr double power_kw_most = 1000;
constexpr double eur_most = 100;  // for a kWh
constexpr std::size_t calendars_max = 16;
constexpr std::size_t locations_max = 200;

constexpr std::array<Format, 4> price_formats = {Format::awattar, Format::tibber, Format::entsoe,
                                                 Format::list};
constexpr std::array<Format, 3> sun_formats = {Format::forecast_solar, Format::open_meteo,
                                               Format::list};
constexpr std::array<Format, 2> outdoor_formats = {Format::open_meteo, Format::list};

void read_grid(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 7> keys = {
        "power",       "import_kw",          "export_kw",     "soft_import",
        "peak_eur_kw", "soft_import_signal", "peak_so_far_kw"};
    auto& yaml = pieces.yaml();
    const auto node = yaml.required(map, "grid", "'planning'");
    if (!node || !yaml.is_map(node, "'grid'")) return;
    yaml.check_keys(node, keys, "'grid'");
    out.grid = pieces.meter(node, "power");
    if (!Yaml::at(node, "power"))
        yaml.wrong(node, "'grid' needs 'power', the meter's address, e.g. grid-meter/power");
    auto& to = out.connection;
    to.import_max_kw = pieces.number(node, "import_kw", 0, power_kw_most, to.import_max_kw);
    to.export_max_kw = pieces.number(node, "export_kw", 0, power_kw_most, to.export_max_kw);
    to.peak_eur_kw = pieces.number(node, "peak_eur_kw", 0, 1000, 0);
    to.peak_so_far_kw = pieces.number(node, "peak_so_far_kw", 0, power_kw_most, 0);
    out.soft_import_kw = pieces.by_clock(node, "soft_import", "kw", 0, power_kw_most);
    out.soft_import_signal = pieces.address(node, "soft_import_signal");
}

/// Where the sun is held back. When it need not be, its limit is `most`, else the roof's peak.
void read_sun_limit(PlanningPieces& pieces, const YAML::Node& node, PlanningConfig& out) {
    auto& yaml = pieces.yaml();
    out.sun_limit = pieces.setpoint(node, "limit");
    const bool act = pieces.flag(node, "act", out.act);
    out.connection.curtails = out.sun_limit && act;
    if (!out.sun_limit) {
        if (Yaml::at(node, "act") && act)
            yaml.wrong(Yaml::at(node, "act"),
                       "it cannot act: nothing says how it is told; give it 'limit'");
        return;
    }
    if (out.sun.address.empty())
        yaml.wrong(node, "'limit' needs 'power', the roof's meter: what it takes to hold back");
    const double per_kw = out.sun_limit->per_kw;
    if (per_kw <= 0) yaml.wrong(node, "'per_kw' of 'limit' is more than 0");
    if (Yaml::at(Yaml::at(node, "limit"), "most")) return;
    if (out.sun_peak_kw > 0)
        out.sun_limit->most = out.sun_peak_kw * per_kw;
    else
        yaml.wrong(node, "'limit' is set to 'peak_kw' when nothing is held back: say 'peak_kw'");
}

void read_sun(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 5> keys = {"power", "peak_kw", "forecast",
                                                             "limit", "act"};
    auto& yaml = pieces.yaml();
    out.connection.curtails = false;
    const auto node = Yaml::at(map, "sun");
    if (!node || !yaml.is_map(node, "'sun'")) return;
    yaml.check_keys(node, keys, "'sun'");
    out.sun = pieces.meter(node, "power");
    out.sun_peak_kw = pieces.number(node, "peak_kw", 0, power_kw_most, 0);
    out.sun_forecast = pieces.source(node, "forecast", sun_formats);
    read_sun_limit(pieces, node, out);
    if (out.sun_forecast && out.sun_forecast->format == Format::open_meteo &&
        !Yaml::at(Yaml::at(node, "forecast"), "scale")) {
        if (out.sun_peak_kw > 0) {
            out.sun_forecast->scale = 0.85 * out.sun_peak_kw;  // cables, heat, inverter
        } else {
            yaml.wrong(node, "open_meteo tells radiation: say 'peak_kw' of the roof, or 'scale'");
        }
    }
}

void read_outdoor(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"temperature", "forecast"};
    auto& yaml = pieces.yaml();
    const auto node = Yaml::at(map, "outdoor");
    if (!node || !yaml.is_map(node, "'outdoor'")) return;
    yaml.check_keys(node, keys, "'outdoor'");
    out.outdoor = pieces.address(node, "temperature");
    out.outdoor_forecast = pieces.source(node, "forecast", outdoor_formats);
}

/// One of `flat`, `table` and `dynamic: true`.
Price read_price(PlanningPieces& pieces, const YAML::Node& map, std::string_view key,
                 const Price& otherwise) {
    static constexpr std::array<std::string_view, 8> keys = {
        "flat", "table", "dynamic", "factor", "adder", "network", "vat", "fee"};
    auto& yaml = pieces.yaml();
    const auto node = Yaml::at(map, key);
    if (!node) return otherwise;
    Price out;
    if (node.IsScalar()) {
        out.flat_eur = pieces.number(map, key, -eur_most, eur_most, otherwise.flat_eur);
        return out;
    }
    const std::string shown = "'" + std::string(key) + "'";
    if (!yaml.is_map(node, shown)) return otherwise;
    yaml.check_keys(node, keys, shown);
    out.flat_eur = pieces.number(node, "flat", -eur_most, eur_most, 0);
    out.table = pieces.by_clock(node, "table", "eur", -eur_most, eur_most);
    const bool dynamic = pieces.flag(node, "dynamic", false);
    if (!out.table.empty()) out.kind = Price::Kind::table;
    if (dynamic) out.kind = Price::Kind::dynamic;
    if (dynamic && !out.table.empty()) yaml.wrong(node, shown + " has either 'table' or 'dynamic'");
    if (!dynamic && !Yaml::at(node, "table") && !Yaml::at(node, "flat"))
        yaml.wrong(node, shown + " needs 'flat', 'table' or 'dynamic: true'");
    out.factor = pieces.number(node, "factor", 0, 10, 1);
    out.adder_eur = pieces.number(node, "adder", -eur_most, eur_most, 0);
    out.network = pieces.by_clock(node, "network", "eur", -eur_most, eur_most);
    out.vat = pieces.number(node, "vat", 0, 1, 0);
    out.fee_eur = pieces.number(node, "fee", -eur_most, eur_most, 0);
    return out;
}

void read_tariff(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 4> keys = {"buy", "sell", "prices", "currency"};
    auto& yaml = pieces.yaml();
    const auto node = yaml.required(map, "tariff", "'planning'");
    if (!node || !yaml.is_map(node, "'tariff'")) return;
    yaml.check_keys(node, keys, "'tariff'");
    (void)yaml.required(node, "buy", "'tariff'");
    out.tariff.buy = read_price(pieces, node, "buy", out.tariff.buy);
    out.tariff.sell = read_price(pieces, node, "sell", out.tariff.sell);
    out.sell_said = static_cast<bool>(Yaml::at(node, "sell"));
    if (!out.sell_said && Yaml::at(map, "sun"))
        yaml.note(node, std::string(own_sun_is_free) + "write 'sell' under 'tariff', or 0");
    out.prices = pieces.source(node, "prices", price_formats);
    if (Yaml::at(node, "currency")) out.currency = pieces.text(node, "currency");
    const bool dynamic =
        out.tariff.buy.kind == Price::Kind::dynamic || out.tariff.sell.kind == Price::Kind::dynamic;
    if (dynamic && !Yaml::at(node, "prices"))
        yaml.wrong(node, "a dynamic tariff needs 'prices', the source that tells them");
    if (!dynamic && out.prices)
        yaml.wrong(Yaml::at(node, "prices"),
                   "nothing asks for 'prices': write dynamic: true under 'buy' or 'sell'");
}

/// A password crosses a network over TLS only.
bool stays_here(std::string_view url) {
    return url.starts_with("http://127.0.0.1:") || url.starts_with("http://127.0.0.1/") ||
           url.starts_with("http://[::1]") || url.starts_with("http://localhost:") ||
           url.starts_with("http://localhost/");
}

void read_caldav(PlanningPieces& pieces, const YAML::Node& map, CalendarConfig& one) {
    auto& yaml = pieces.yaml();
    one.user = pieces.text(map, "user");
    one.password_file = pieces.text(map, "password_file");
    const auto node = Yaml::at(map, "caldav");
    if (!node) {
        for (const char* key : {"user", "password_file"})
            if (const auto stray = Yaml::at(map, key))
                yaml.wrong(stray, "'" + std::string(key) + "' belongs to 'caldav'");
        return;
    }
    if (one.user.empty() || one.password_file.empty())
        yaml.wrong(node, "'caldav' needs 'user' and 'password_file'");
    if (!one.token_file.empty())
        yaml.wrong(Yaml::at(map, "token_file"), "'caldav' takes a 'password_file', no token");
    if (!one.caldav.starts_with("https://") && !stays_here(one.caldav))
        yaml.wrong(node, "a password goes over https:// only");
}

void read_calendar(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 10> keys = {
        "name", "file",          "url",    "token_file", "caldav",
        "user", "password_file", "person", "car",        "every"};
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "a calendar");
    CalendarConfig one;
    if (yaml.required(map, "name", "a calendar")) one.name = pieces.text(map, "name");
    for (const auto& other : out.calendars) {
        if (other.name == one.name)
            yaml.wrong(map, "there is a calendar '" + one.name + "' already");
    }
    one.file = pieces.text(map, "file");
    one.url = pieces.url(map, "url");
    one.caldav = pieces.url(map, "caldav");
    int places = 0;
    for (const char* key : {"file", "url", "caldav"}) places += Yaml::at(map, key) ? 1 : 0;
    if (places != 1)
        yaml.wrong(map, "a calendar has one of 'file', 'url' and 'caldav', e.g. file: anna.ics");
    one.token_file = pieces.text(map, "token_file");
    read_caldav(pieces, map, one);
    one.person = pieces.text(map, "person");
    one.car = pieces.text(map, "car");
    const bool known = std::any_of(out.cars.begin(), out.cars.end(),
                                   [&](const auto& car) { return car.limits.name == one.car; });
    if (!one.car.empty() && !known)
        yaml.wrong(Yaml::at(map, "car"), "there is no car '" + one.car + "' under 'cars'");
    one.every = pieces.duration(map, "every", minutes(1), days(1), one.every);
    out.calendars.push_back(std::move(one));
}

void read_location(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"words", "km"};
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "a location");
    LocationConfig one;
    if (yaml.required(map, "words", "a location")) one.words = pieces.texts(map, "words");
    if (yaml.required(map, "km", "a location")) one.km = pieces.number(map, "km", 0, 5000, 0);
    out.locations.push_back(std::move(one));
}

void read_ladder(PlanningPieces& pieces, const YAML::Node& map, planner::Ladder& out) {
    static constexpr std::array<std::string_view, 7> keys = {
        "car_floor", "deadline", "reserve", "cold", "hot", "water", "soft_limit"};
    const std::array<double*, 7> where = {&out.car_floor_kwh, &out.deadline_kwh, &out.reserve_kwh,
                                          &out.cold_kh,       &out.hot_kh,       &out.water_kwh,
                                          &out.soft_limit_kwh};
    auto& yaml = pieces.yaml();
    const auto node = Yaml::at(map, "penalties");
    if (!node || !yaml.is_map(node, "'penalties'")) return;
    yaml.check_keys(node, keys, "'penalties'");
    for (std::size_t i = 0; i < keys.size(); ++i)
        *where.at(i) = pieces.number(node, keys.at(i), 0, 1000, *where.at(i));
}

/// `last`, `earliest_and_highest`, or {order: [anna, ben]}.
void read_wishes(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 1> keys = {"order"};
    static constexpr std::string_view right =
        "'wishes' is last, earliest_and_highest, or {order: [anna, ben]}";
    auto& yaml = pieces.yaml();
    const auto node = Yaml::at(map, "wishes");
    if (!node) return;
    if (node.IsScalar()) {
        const auto said = pieces.text(map, "wishes");
        if (said != "last" && said != "earliest_and_highest")
            return yaml.wrong(node, std::string(right));
        out.wish_rule = said;
        return;
    }
    if (!node.IsMap()) return yaml.wrong(node, std::string(right));
    yaml.check_keys(node, keys, "'wishes'");
    out.wish_rule = "order";
    out.wish_order = pieces.texts(node, "order");
    const std::set<std::string> people(out.wish_order.begin(), out.wish_order.end());
    if (people.empty() || people.size() != out.wish_order.size())
        yaml.wrong(node, "'order' names people, each once, such as [anna, ben]");
}

/// {from: "22:00", until: "06:00"}.
void read_quiet(PlanningPieces& pieces, const YAML::Node& map, PlanningConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"from", "until"};
    auto& yaml = pieces.yaml();
    const auto node = Yaml::at(map, "quiet");
    if (!node || !yaml.is_map(node, "'quiet'")) return;
    yaml.check_keys(node, keys, "'quiet'");
    const auto from = yaml.required(node, "from", "'quiet'");
    const auto until = yaml.required(node, "until", "'quiet'");
    if (!from || !until) return;
    const auto begins = pieces.clock(from, "'from'", false);
    const auto ends = pieces.clock(until, "'until'", false);
    if (!begins || !ends) return;
    if (*begins == *ends)
        yaml.wrong(node,
                   "quiet hours end at another time than they begin; left out there are none");
    out.quiet_from = *begins;
    out.quiet_until = *ends;
}

}  // namespace

PlanningConfig read_planning(Yaml& yaml, const YAML::Node& map, const ChargingConfig& charging) {
    static constexpr std::array<std::string_view, 20> keys = {
        "enabled",    "act",       "horizon",       "grid",      "sun",
        "quiet",      "load",      "presence",      "outdoor",   "tariff",
        "calendars",  "locations", "absence_words", "batteries", "cars",
        "heat_pumps", "hot_water", "appliances",    "penalties", "wishes"};
    PlanningConfig out;
    if (!map || !yaml.is_map(map, "'planning'")) return out;
    yaml.check_keys(map, keys, "'planning'");
    PlanningPieces pieces(yaml);
    out.enabled = pieces.flag(map, "enabled", true);
    out.act = pieces.flag(map, "act", false);
    out.horizon = pieces.duration(map, "horizon", hours(6), planner::horizon_most, out.horizon);
    read_grid(pieces, map, out);
    read_sun(pieces, map, out);
    out.load = pieces.meter(map, "load");
    out.presence = pieces.address(map, "presence");
    read_outdoor(pieces, map, out);
    read_tariff(pieces, map, out);
    DeviceNames names;
    names.charging = &charging;
    read_batteries(pieces, map, names, out);
    read_planned_cars(pieces, map, names, out);
    read_heat_pumps(pieces, map, names, out);
    read_tanks(pieces, map, names, out);
    read_appliances(pieces, map, names, out);
    pieces.each(map, "calendars", "a calendar", calendars_max,
                [&](const YAML::Node& one) { read_calendar(pieces, one, out); });
    pieces.each(map, "locations", "a location", locations_max,
                [&](const YAML::Node& one) { read_location(pieces, one, out); });
    if (Yaml::at(map, "absence_words")) out.absence_words = pieces.texts(map, "absence_words");
    read_ladder(pieces, map, out.ladder);
    read_wishes(pieces, map, out);
    read_quiet(pieces, map, out);
    out.written = YAML::Dump(map);
    return out;
}

}  // namespace foxtail
