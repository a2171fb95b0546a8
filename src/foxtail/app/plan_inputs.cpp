#include "foxtail/app/plan_inputs.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/app/plan_json.hpp"
#include "foxtail/planner/plan.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace foxtail {
namespace {

using api::JsonText;
using planner::Kind;
using planner::Override;
using planner::Request;
using planner::Series;

constexpr double per_kwh = 1000;  // watt hours
constexpr double per_c = 100;
constexpr std::size_t changes_max = 48;
constexpr std::size_t stays_max = 24;
constexpr std::size_t said_max = 32;

/// [[from when on, what], ...]: where the series changes within the plan.
void steps(JsonText& json, std::string_view name, const Series& series, const Request& request) {
    if (series.values.empty()) return;
    const Time until = request.now + request.horizon;
    json.key(name).array();
    std::string before;
    std::size_t told = 0;
    for (Time t = request.now; t < until && told < changes_max;) {
        auto value = rounded(series.at(t), per_c);
        if (value != before) {
            json.array().text(format_rfc3339(t)).raw(value).end_array();
            before = std::move(value);
            ++told;
        }
        if (series.step.us <= 0) break;
        const auto passed = t < series.from ? -1 : (t - series.from).us / series.step.us;
        t = series.from + series.step * (passed + 1);
    }
    json.end_array();
}

JsonText& device(JsonText& json, const std::string& name, Kind kind) {
    return json.object()
        .text("name", name)
        .text("kind", planner::kind_names[static_cast<std::size_t>(kind)]);
}

void stays(JsonText& json, const planner::Car& car) {
    json.key("stays").array();
    for (std::size_t i = 0; i < std::min(stays_max, car.sessions.size()); ++i) {
        const auto& stay = car.sessions[i];
        json.object().time("from", stay.arrive).time("until", stay.depart);
        if (stay.target_kwh) json.raw("wanted", rounded(*stay.target_kwh, per_kwh));
        json.raw("trip", rounded(stay.trip_kwh, per_kwh))
            .raw("sure", rounded(stay.confidence, 100));
        json.text("goal", stay.goal).end_object();
    }
    json.end_array();
}

void devices(JsonText& json, const Request& request) {
    json.key("devices").array();
    for (const auto& one : request.batteries) {
        device(json, one.name, Kind::battery).raw("level", rounded(one.energy_kwh, per_kwh));
        json.raw("least", rounded(one.min_kwh, per_kwh)).raw("most", rounded(one.max_kwh, per_kwh));
        steps(json, "reserve", one.reserve_kwh, request);
        json.end_object();
    }
    for (const auto& one : request.cars) {
        device(json, one.name, Kind::car).raw("level", rounded(one.energy_kwh, per_kwh));
        const double most = one.max_kwh > 0 ? one.max_kwh : one.capacity_kwh;
        json.raw("least", rounded(one.floor_kwh, per_kwh)).raw("most", rounded(most, per_kwh));
        stays(json, one);
        json.end_object();
    }
    for (const auto& one : request.zones) {
        device(json, one.name, Kind::heat_pump).raw("level", rounded(one.temperature_c, per_c));
        json.boolean("running", one.running);
        steps(json, "low", one.low_c, request);
        steps(json, "high", one.high_c, request);
        steps(json, "off", one.must_be_off, request);
        json.end_object();
    }
    for (const auto& one : request.tanks) {
        device(json, one.name, Kind::hot_water).raw("level", rounded(one.energy_kwh, per_kwh));
        json.raw("least", rounded(one.min_kwh, per_kwh)).raw("most", rounded(one.max_kwh, per_kwh));
        const double lasts = static_cast<double>(request.horizon.us) / 3.6e9;
        const double drawn = one.draw_kw.mean(request.now, request.now + request.horizon) * lasts;
        json.raw("drawn", rounded(drawn, per_kwh)).end_object();
    }
    for (const auto& one : request.appliances) {
        device(json, one.name, Kind::appliance).time("earliest", one.earliest);
        json.time("ready_by", one.ready_by);
        steps(json, "quiet", one.quiet, request);
        json.end_object();
    }
    json.end_array();
}

const char* what_word(const Override& said) {
    if (said.measured) return "measured";
    switch (said.what) {
        case Override::What::off:
            return "off";
        case Override::What::at_least:
            return "at_least";
        case Override::What::exactly:
            break;
    }
    return "exactly";
}

}  // namespace

std::string plan_inputs_json(const Request& request) {
    std::string out;
    JsonText json(out);
    const auto& grid = request.connection;
    json.object().raw("import_max", rounded(grid.import_max_kw, per_kwh));
    json.raw("export_max", rounded(grid.export_max_kw, per_kwh));
    json.boolean("sun_held_back", grid.curtails);
    if (grid.peak_eur_kw > 0) {
        json.key("peak").object().raw("price", rounded(grid.peak_eur_kw, per_kwh));
        json.raw("so_far", rounded(grid.peak_so_far_kw, per_kwh)).end_object();
    }
    steps(json, "soft_import", grid.soft_import_kw, request);
    if (!request.circuits.empty()) {
        json.key("circuits").array();
        for (const auto& one : request.circuits) {
            json.object().text("name", one.name).raw("most", rounded(one.limit_kw, per_kwh));
            json.key("cars").array();
            for (const auto& share : one.shares) json.text(request.cars[share.car].name);
            json.end_array().end_object();
        }
        json.end_array();
    }
    devices(json, request);
    json.key("said").array();
    for (std::size_t i = 0; i < std::min(said_max, request.overrides.size()); ++i) {
        const auto& one = request.overrides[i];
        json.object().text("device", one.device).text("what", what_word(one));
        json.raw("kw", rounded(one.kw, per_kwh)).time("from", one.from).time("until", one.until);
        json.text("by", one.by).end_object();
    }
    json.end_array().end_object();
    return out;
}

}  // namespace foxtail
