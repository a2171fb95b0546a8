#include "foxtail/app/outlook.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/base/bytes.hpp"
#include "foxtail/forecast/local_time.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foxtail {
namespace {

using planner::Tells;

using forecast::Band;
using planning::Outlook;

constexpr Duration learn_every = seconds(10);
constexpr Duration gap_max = minutes(10);  // what was between two words further apart is not known
constexpr Duration cars_every = hours(1);
constexpr Duration quarter_hour = minutes(15);
constexpr std::uint64_t learned_format = 2;
constexpr std::uint64_t learned_format_unscored = 1;  // before prices and trips had scores

constexpr std::uint64_t prices_format = 1;
constexpr std::uint64_t prices_most = 20'000;
constexpr std::array<std::string_view, 3> source_names = {"prices", "sun", "outdoor"};

void source_json(api::JsonText& json, const Outlooker::Source& source) {
    json.text("source", source.name).boolean("late", source.late);
    if (source.heard.known()) json.time("heard", forecast::cut_down(source.heard, quarter_hour));
    if (!source.failed.empty()) json.text("failed", source.failed);
}

/// Whether what is foretold has a spread; a guess or a trip is one value.
enum class Spread : std::uint8_t { none, band };

void score_json(api::JsonText& json, std::string_view name, const forecast::Score& score,
                Spread spread, const Outlooker::Source* source) {
    json.key(name).object();
    if (source != nullptr) source_json(json, *source);
    for (std::size_t i = 0; i < forecast::lead_names.size(); ++i) {
        const auto figures = score.figures(static_cast<forecast::Lead>(i));
        if (figures.hours == 0) continue;
        json.key(forecast::lead_names.at(i)).object();
        json.number("hours", figures.hours).number("mae", figures.mae);
        json.number("bias", figures.bias);
        if (spread == Spread::band) json.number("coverage", figures.coverage);
        json.number("mean", figures.mean).end_object();
    }
    json.end_object();
}

/// A forecast that is one value.
Band without_spread(planner::Series series) {
    return {series, series, series, series};
}

/// Whether a car is at home; nothing where nobody says so. Where it does not say so itself, its
/// cable does.
std::optional<bool> is_home(const planning::DeviceFacts& heard) {
    return heard.home ? heard.home : heard.plugged;
}

}  // namespace

Outlooker::Outlooker(const PlanningConfig& config, const Zone& zone)
    : config_(config), zone_(zone) {
    for (const auto& car : config_.cars) habits_[car.limits.name];
}

// ---- what comes in ----

void Outlooker::learn(const planning::Keeper& keeper, Moment now) {
    const Duration since = now.wall - learned_;
    if (learned_.known() && since < learn_every && since > Duration{}) return;
    const Time from = std::exchange(learned_, now.wall);
    look_at_cars(keeper, now);
    if (!from.known() || since <= Duration{} || since > gap_max) return;
    const auto& facts = keeper.facts();
    if (const auto load = keeper.base_load_kw()) {
        load_.learn(from, since, *load, facts.somebody_home.value_or(true), zone_);
        load_score_.came(from, since, *load);
    }
    // What comes while it is held back is no measure of the sun.
    if (facts.sun_kw && !facts.sun_held_back()) {
        sun_.learn(from, since, std::max(0.0, *facts.sun_kw));
        sun_score_.came(from, since, std::max(0.0, *facts.sun_kw));
    }
    if (facts.outdoor_c) {
        outdoor_.learn(from, since, *facts.outdoor_c);
        outdoor_score_.came(from, since, *facts.outdoor_c);
    }
    const auto& buy = keeper.outlook().buy;
    if (!buy.eur.values.empty() && from < buy.known_until)
        price_score_.came(from, since, buy.eur.at(from));
    if (const auto away = cars_away(keeper)) trips_score_.came(from, since, *away);
}

/// How many are away just now; nothing while one of them is silent.
std::optional<double> Outlooker::cars_away(const planning::Keeper& keeper) const {
    if (config_.cars.empty()) return std::nullopt;
    double away = 0;
    for (std::size_t i = 0; i < keeper.site().cars.size(); ++i) {
        const auto home = is_home(keeper.facts().devices.at({planner::Kind::car, i}));
        if (!home) return std::nullopt;
        away += *home ? 0 : 1;
    }
    return away;
}

/// What had to be guessed of the prices, and when cars are away: to be compared with what comes.
void Outlooker::note_guesses(const Outlook& outlook, Moment now) {
    const Time end = forecast::cut_down(now.wall, hours(1)) + config_.horizon;
    const auto by_hour = [&](Time from, const auto& value_at) {
        planner::Series out;
        out.from = from;
        out.step = hours(1);
        for (Time t = from; t + out.step <= end; t = t + out.step)
            out.values.push_back(value_at(t));
        return out;
    };
    const Time known = outlook.buy.known_until;
    if (config_.tariff.buy.kind == forecast::Price::Kind::dynamic && known < end) {
        const Time first = std::max(forecast::cut_down(known + hours(1) - Duration{1}, hours(1)),
                                    forecast::cut_down(now.wall, hours(1)) + hours(1));
        auto guessed =
            by_hour(first, [&](Time t) { return outlook.buy.eur.mean(t, t + hours(1)); });
        if (!guessed.values.empty())
            price_score_.foretold(now.wall, without_spread(std::move(guessed)));
    }
    if (config_.cars.empty()) return;
    const auto away = [&](Time t) {
        double cars = 0;
        for (const auto& trip : outlook.trips)
            if (trip.from <= t + minutes(30) && t + minutes(30) < trip.until)
                cars += trip.confidence;
        return cars;
    };
    auto trips = by_hour(forecast::cut_down(now.wall, hours(1)) + hours(1), away);
    if (!trips.values.empty()) trips_score_.foretold(now.wall, without_spread(std::move(trips)));
}

void Outlooker::look_at_cars(const planning::Keeper& keeper, Moment now) {
    const bool all = now.wall - cars_seen_ > cars_every;
    if (all) cars_seen_ = now.wall;
    const auto& cars = keeper.site().cars;
    for (std::size_t i = 0; i < cars.size(); ++i) {
        const auto& heard = keeper.facts().devices.at({planner::Kind::car, i});
        const auto home = is_home(heard);
        if (!home) continue;
        const auto& name = cars[i].limits.name;
        const auto was = was_home_.find(name);
        if (!all && was != was_home_.end() && was->second == *home) continue;
        was_home_[name] = *home;
        std::optional<double> kwh;
        if (heard.level) kwh = *heard.level / 100 * cars[i].limits.capacity_kwh;
        habits_[name].seen(now.wall, *home, kwh, zone_);
    }
}

void Outlooker::told(Of what, planner::Series series, Moment now) {
    switch (what) {
        case Of::prices:
            prices_ = forecast::joined(prices_, series, now.wall - days(14));
            break;
        case Of::sun:
            sun_.told(series, now.wall);
            break;
        case Of::outdoor:
            outdoor_.told(series, now.wall);
            break;
    }
    looked_ = {};
}

void Outlooker::told(std::vector<planning::Trip> trips, std::vector<planning::Absence> absences) {
    trips_ = std::move(trips);
    absences_ = std::move(absences);
    looked_ = {};
}

// ---- what is expected ----

bool Outlooker::due(Moment now) const {
    return forecast::cut_down(now.wall, quarter_hour) != looked_;
}

planner::Series Outlooker::home_series(const planning::Keeper& keeper, Time now) const {
    planner::Series home;
    home.from = forecast::cut_down(now, quarter_hour);
    for (Time t = home.from; t < now + config_.horizon; t = t + home.step)
        home.values.push_back(
            planning::nobody_home(keeper.facts(), keeper.wishes(), absences_, now, t) ? 0 : 1);
    return home;
}

void Outlooker::add_prices(Outlook& out, Time from) const {
    const auto& tariff = config_.tariff;
    out.buy = forecast::prices(tariff.buy, prices_, from, config_.horizon, quarter_hour, zone_);
    out.sell = forecast::prices(tariff.sell, prices_, from, config_.horizon, quarter_hour, zone_);
    if (tariff.buy.kind == forecast::Price::Kind::dynamic &&
        out.buy.known_until < from + config_.horizon)
        out.guessed.push_back(
            {Tells::prices_as_before, {{"from", format_rfc3339(out.buy.known_until)}}});
}

void Outlooker::add_trips(Outlook& out, Time now) const {
    out.trips = trips_;
    for (const auto& car : config_.cars) {
        const auto& name = car.limits.name;
        for (const auto& usual :
             habits_.at(name).trips(now, config_.horizon, car.arrive_kwh, zone_)) {
            // A calendar knows better than habit.
            const bool known = std::any_of(trips_.begin(), trips_.end(), [&](const auto& trip) {
                return trip.car == name && trip.from < usual.back && trip.until > usual.leave;
            });
            if (known) continue;
            planning::Trip trip;
            trip.car = name;
            trip.from = usual.under_way ? usual.leave : usual.leave_early;
            trip.until = usual.back;
            trip.kwh = usual.kwh;
            trip.confidence = usual.confidence;
            trip.words = "as usual";
            out.trips.push_back(std::move(trip));
        }
    }
    std::sort(out.trips.begin(), out.trips.end(),
              [](const auto& a, const auto& b) { return a.from < b.from; });
}

Outlook Outlooker::outlook(const planning::Keeper& keeper, Moment now) {
    const Time from = forecast::cut_down(now.wall, quarter_hour);
    looked_ = from;
    Outlook out;
    out.absences = absences_;
    const auto load =
        load_.forecast(from, config_.horizon, quarter_hour, home_series(keeper, now.wall), zone_);
    const auto sun = sun_.forecast(from, config_.horizon, quarter_hour);
    const auto outdoor = outdoor_.forecast(from, config_.horizon, quarter_hour,
                                           keeper.facts().outdoor_c.value_or(8));
    load_score_.foretold(now.wall, load);
    out.load_kw = load.mean;
    out.load_p10 = load.p10;
    out.load_p90 = load.p90;
    out.outdoor_c = outdoor.mean;
    outdoor_score_.foretold(now.wall, outdoor);
    if (!config_.sun.address.empty()) {
        sun_score_.foretold(now.wall, sun);
        out.sun_kw = sun.mean;
        out.sun_p10 = sun.p10;
        out.sun_p90 = sun.p90;
        if (config_.sun_forecast) out.sun_until = sun_.told_until(from);
        if (!config_.sell_said) out.guessed.emplace_back(Tells::own_sun_free);
        if (sun_.hours_known() == 0 && sun_.told_until(from) == from)
            out.guessed.emplace_back(Tells::sun_unknown);
    }
    if (!keeper.facts().grid_kw && !keeper.facts().load_kw)
        out.guessed.emplace_back(Tells::load_meter_silent);
    else if (load_.hours_known() == 0)
        out.guessed.emplace_back(Tells::load_unknown);
    for (const auto& source : sources_) {
        if (!source.late) continue;
        planner::Told::Values told = {
            {"source", std::string(source_names.at(static_cast<std::size_t>(source.what)))},
            {"name", source.name}};
        if (source.heard.known()) told.emplace_back("since", format_rfc3339(source.heard));
        out.guessed.emplace_back(
            source.heard.known() ? Tells::source_silent : Tells::source_never_told,
            std::move(told));
    }
    add_prices(out, from);
    add_trips(out, now.wall);
    note_guesses(out, now);
    return out;
}

bool Outlooker::look_at(std::vector<Source> sources) {
    bool changed = sources.size() != sources_.size();
    for (std::size_t i = 0; i < sources.size() && !changed; ++i)
        changed = sources[i].late != sources_[i].late;
    sources_ = std::move(sources);
    return changed;
}

std::string Outlooker::scores_json() const {
    std::string out;
    api::JsonText json(out);
    json.object();
    const auto from = [&](Of what) -> const Source* {
        for (const auto& source : sources_)
            if (source.what == what) return &source;
        return nullptr;
    };
    score_json(json, "load", load_score_, Spread::band, nullptr);
    score_json(json, "sun", sun_score_, Spread::band, from(Of::sun));
    score_json(json, "outdoor", outdoor_score_, Spread::band, from(Of::outdoor));
    if (const auto* source = from(Of::prices))
        score_json(json, source_names[0], price_score_, Spread::none, source);
    if (!config_.cars.empty()) score_json(json, "trips", trips_score_, Spread::none, nullptr);
    json.end_object();
    return out;
}

// ---- over a restart ----

std::string Outlooker::save_prices() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(prices_format);
    out.i64(prices_.from.us);
    out.i64(prices_.step.us);
    out.u64(prices_.values.size());
    for (const double value : prices_.values) out.f64(value);
    return bytes;
}

Result<void> Outlooker::load_prices(std::string_view bytes) {
    ByteReader in(bytes);
    planner::Series prices;
    const auto format = in.u64();
    prices.from.us = in.i64();
    prices.step.us = in.i64();
    const auto count = in.u64();
    const bool fits = format == prices_format && prices.step >= minutes(1) &&
                      prices.step <= days(1) && prices.from.us >= 0 && count <= prices_most;
    for (std::uint64_t i = 0; fits && i < count && in.ok(); ++i) prices.values.push_back(in.f64());
    if (!fits || !in.ok()) return fail(Code::corrupt, "prices that were told: cannot be read");
    prices_ = std::move(prices);
    looked_ = {};
    return {};
}

std::string Outlooker::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(learned_format);
    out.text(load_.save());
    out.text(sun_.save());
    out.text(outdoor_.save());
    out.text(load_score_.save());
    out.text(sun_score_.save());
    out.text(outdoor_score_.save());
    out.text(price_score_.save());
    out.text(trips_score_.save());
    out.u64(habits_.size());
    for (const auto& [name, habits] : habits_) {
        out.text(name);
        out.text(habits.save());
    }
    return bytes;
}

Result<void> Outlooker::load(std::string_view bytes) {
    ByteReader in(bytes);
    const auto format = in.u64();
    if (format != learned_format && format != learned_format_unscored)
        return fail(Code::corrupt, "what was learned: another format");
    auto load = load_;
    auto sun = sun_;
    auto outdoor = outdoor_;
    auto load_score = load_score_;
    auto sun_score = sun_score_;
    auto outdoor_score = outdoor_score_;
    auto price_score = price_score_;
    auto trips_score = trips_score_;
    auto habits = habits_;
    for (const auto& done :
         {load.load(in.text()), sun.load(in.text()), outdoor.load(in.text()),
          load_score.load(in.text()), sun_score.load(in.text()), outdoor_score.load(in.text())})
        if (!done) return fail(done.error());
    if (format == learned_format)
        for (const auto& done : {price_score.load(in.text()), trips_score.load(in.text())})
            if (!done) return fail(done.error());
    const auto count = in.u64();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        const std::string name(in.text());
        const auto text = in.text();
        const auto at = habits.find(name);
        if (at == habits.end()) continue;  // no longer configured
        if (auto done = at->second.load(text); !done) return done;
    }
    if (!in.ok()) return fail(Code::corrupt, "what was learned ends early");
    load_ = std::move(load);
    sun_ = std::move(sun);
    outdoor_ = std::move(outdoor);
    load_score_ = std::move(load_score);
    sun_score_ = std::move(sun_score);
    outdoor_score_ = std::move(outdoor_score);
    price_score_ = std::move(price_score);
    trips_score_ = std::move(trips_score);
    habits_ = std::move(habits);
    return {};
}

}  // namespace foxtail
