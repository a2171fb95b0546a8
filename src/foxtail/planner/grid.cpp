#include "foxtail/planner/grid.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

constexpr Duration quarter_hour = minutes(15);
constexpr std::size_t edges_max = 160;

Time floor_to(Time t, Duration step) {
    return {t.us - t.us % step.us};
}

/// Where a series takes another value inside the span.
std::vector<Time> changes(const Series& series, Time begin, Time end) {
    std::vector<Time> found;
    for (std::size_t i = 1; i < series.values.size(); ++i) {
        const auto t = series.from + series.step * static_cast<std::int64_t>(i);
        if (t <= begin || t >= end || series.values[i] == series.values[i - 1]) continue;
        found.push_back(t);
    }
    return found;
}

void add_changes(std::vector<Time>& edges, const Series& series, Time begin, Time end,
                 std::size_t most) {
    const auto found = changes(series, begin, end);
    if (found.size() <= most) edges.insert(edges.end(), found.begin(), found.end());
}

std::vector<Time> edges_of(const Request& request, Time end) {
    std::vector<Time> edges;
    const auto now = request.now;
    for (const auto& car : request.cars) {
        for (const auto& session : car.sessions) {
            edges.push_back(session.arrive);
            edges.push_back(session.depart);
        }
    }
    for (const auto& over : request.overrides) {
        edges.push_back(over.from);
        edges.push_back(over.until);
    }
    for (const auto& appliance : request.appliances) {
        edges.push_back(appliance.earliest);
        edges.push_back(appliance.ready_by);
    }
    // A tariff by the hour or finer lies on the slots as they are; only a few steps are worth a
    // cut.
    constexpr std::size_t few = 16;
    for (const auto& zone : request.zones) {
        for (const auto* series : {&zone.low_c, &zone.high_c, &zone.must_be_off}) {
            add_changes(edges, *series, now, end, few);
        }
    }
    for (const auto& battery : request.batteries) {
        add_changes(edges, battery.reserve_kwh, now, end, few);
    }
    add_changes(edges, request.connection.soft_import_kw, now, end, few);
    add_changes(edges, request.buy_eur, now, end, few);
    add_changes(edges, request.sell_eur, now, end, few);
    if (edges.size() > edges_max) edges.resize(edges_max);
    return edges;
}

std::vector<Time> graded(Time now, Time end) {
    std::vector<Time> bounds{now};
    auto t = floor_to(now, quarter_hour) + quarter_hour;
    if (t - now < slot_shortest) t = t + quarter_hour;
    while (t < end) {
        bounds.push_back(t);
        const auto ahead = t - now;
        const auto step = ahead < hours(12)   ? quarter_hour
                          : ahead < hours(24) ? quarter_hour * 2
                          : ahead < hours(48) ? quarter_hour * 4
                                              : quarter_hour * 8;
        t = floor_to(t, step) + step;
    }
    bounds.push_back(end);
    return bounds;
}

}  // namespace

std::vector<Slot> make_slots(const Request& request) {
    const auto now = request.now;
    const auto end = floor_to(now, quarter_hour) + request.horizon;
    auto bounds = graded(now, end);
    auto edges = edges_of(request, end);
    std::sort(edges.begin(), edges.end());
    for (const auto edge : edges) {
        const auto after = std::lower_bound(bounds.begin(), bounds.end(), edge);
        if (after == bounds.begin() || after == bounds.end()) continue;
        if (*after - edge < slot_shortest || edge - *(after - 1) < slot_shortest) continue;
        bounds.insert(after, edge);
    }
    std::vector<Slot> slots;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) slots.push_back({bounds[i], bounds[i + 1]});
    return slots;
}

double carnot_cop(double supply_c, double outdoor_c) {
    const double lift = std::max(10.0, supply_c - outdoor_c);
    return std::clamp(0.45 * (supply_c + 273.15) / lift, 1.0, 7.0);
}

bool too_loud(const Appliance& appliance, Time begin) {
    if (appliance.quiet.values.empty()) return false;
    const auto lasts = quarter_hour * static_cast<std::int64_t>(appliance.profile_kw.size());
    constexpr double touched = 1e-6;
    return appliance.quiet.mean(begin, begin + lasts) > touched;
}

std::vector<double> by_slot(const Series& series, const std::vector<Slot>& slots) {
    std::vector<double> out;
    out.reserve(slots.size());
    for (const auto& slot : slots) out.push_back(series.mean(slot.from, slot.until));
    return out;
}

}  // namespace foxtail::planner
