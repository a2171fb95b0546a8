#include "foxtail/planner/hints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foxtail::planner {
namespace {

template <class Device>
bool names_match(const std::vector<Device>& a, const std::vector<Device>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Device& x, const Device& y) { return x.name == y.name; });
}

bool same_house(const Request& a, const Request& b) {
    return names_match(a.batteries, b.batteries) && names_match(a.cars, b.cars) &&
           names_match(a.zones, b.zones) && names_match(a.tanks, b.tanks) &&
           names_match(a.appliances, b.appliances);
}

bool same_session(const Session& a, const Session& b) {
    return a.arrive == b.arrive && a.depart == b.depart && a.target_kwh == b.target_kwh &&
           a.trip_kwh == b.trip_kwh && a.confidence == b.confidence;
}

bool same_wishes(const Request& a, const Request& b) {
    const auto over = [](const Override& x, const Override& y) {
        return x.device == y.device && x.what == y.what && x.kw == y.kw && x.from == y.from &&
               x.until == y.until;
    };
    const auto car = [](const Car& x, const Car& y) {
        return std::equal(x.sessions.begin(), x.sessions.end(), y.sessions.begin(),
                          y.sessions.end(), same_session);
    };
    const auto zone = [](const Zone& x, const Zone& y) { return x.running == y.running; };
    const auto appliance = [](const Appliance& x, const Appliance& y) {
        return x.earliest == y.earliest && x.ready_by == y.ready_by && x.profile_kw == y.profile_kw;
    };
    return std::equal(a.overrides.begin(), a.overrides.end(), b.overrides.begin(),
                      b.overrides.end(), over) &&
           std::equal(a.cars.begin(), a.cars.end(), b.cars.begin(), b.cars.end(), car) &&
           std::equal(a.zones.begin(), a.zones.end(), b.zones.begin(), b.zones.end(), zone) &&
           std::equal(a.appliances.begin(), a.appliances.end(), b.appliances.begin(),
                      b.appliances.end(), appliance);
}

class Carrier {
public:
    Carrier(const Formulation& old, const std::vector<double>& x, const Formulation& fresh)
        : old_(old),
          x_(x),
          fresh_(fresh),
          hints_(fresh.model.columns.size(), std::numeric_limits<double>::quiet_NaN()) {
        for (const auto& slot : fresh.scene.slots) {
            const auto middle = slot.from + Duration{(slot.until - slot.from).us / 2};
            const auto& slots = old.scene.slots;
            const auto found = std::find_if(slots.begin(), slots.end(), [&](const Slot& s) {
                return s.from <= middle && middle < s.until;
            });
            from_.push_back(static_cast<std::size_t>(found - slots.begin()));
        }
    }

    /// On or off; where the old model had no whole number, whether it had power.
    void columns(const Columns& old, const Columns& power, const Columns& fresh) {
        for (std::size_t t = 0; t < fresh.size(); ++t) {
            const auto was = from_[t];
            if (fresh[t] == none || was >= old_.scene.size()) continue;
            const int column = old[was] != none ? old[was] : power[was];
            if (column == none) continue;
            const double value = x_[static_cast<std::size_t>(column)];
            const bool on = old[was] != none ? value > 0.5 : value > 0.2;
            hints_[static_cast<std::size_t>(fresh[t])] = on ? 1 : 0;
        }
    }
    void starts(const ApplianceColumns& old, const ApplianceColumns& fresh) {
        for (const auto& start : fresh.starts) {
            const auto from = fresh_.scene.slots[start.slot].from;
            double value = 0;
            for (const auto& before : old.starts) {
                if (old_.scene.slots[before.slot].from == from) {
                    value = x_[static_cast<std::size_t>(before.column)];
                }
            }
            hints_[static_cast<std::size_t>(start.column)] = value > 0.5 ? 1 : 0;
        }
    }
    std::vector<double> take() { return std::move(hints_); }

private:
    const Formulation& old_;
    const std::vector<double>& x_;
    const Formulation& fresh_;
    std::vector<double> hints_;
    std::vector<std::size_t> from_;  // the old slot that covers a new one
};

}  // namespace

std::vector<double> carried_over(const Formulation& old, const std::vector<double>& old_x,
                                 const Formulation& fresh) {
    if (!same_house(old.scene.request, fresh.scene.request)) return {};
    Carrier carrier(old, old_x, fresh);
    for (std::size_t i = 0; i < fresh.zones.size(); ++i) {
        carrier.columns(old.zones[i].on, old.zones[i].power, fresh.zones[i].on);
    }
    for (std::size_t i = 0; i < fresh.tanks.size(); ++i) {
        carrier.columns(old.tanks[i].on, old.tanks[i].on, fresh.tanks[i].on);
    }
    for (std::size_t i = 0; i < fresh.cars.size(); ++i) {
        const auto ranges = std::min(fresh.cars[i].on.size(), old.cars[i].on.size());
        for (std::size_t r = 0; r < ranges; ++r) {
            carrier.columns(old.cars[i].on[r], old.cars[i].power[r], fresh.cars[i].on[r]);
        }
    }
    for (std::size_t i = 0; i < fresh.appliances.size(); ++i) {
        carrier.starts(old.appliances[i], fresh.appliances[i]);
    }
    return carrier.take();
}

bool alike(const Formulation& old, const Formulation& fresh) {
    const auto& a = old.scene;
    const auto& b = fresh.scene;
    if (old.model.columns.size() != fresh.model.columns.size() ||
        old.model.rows.size() != fresh.model.rows.size() || a.size() != b.size() ||
        a.heat_whole != b.heat_whole || a.car_whole != b.car_whole ||
        a.appliance_whole != b.appliance_whole) {
        return false;
    }
    for (std::size_t t = 0; t < a.size(); ++t) {
        if (a.slots[t].until != b.slots[t].until || a.buy[t] != b.buy[t] ||
            a.sell[t] != b.sell[t]) {
            return false;
        }
    }
    for (std::size_t i = 0; i < old.model.columns.size(); ++i) {
        if (old.model.columns[i].whole != fresh.model.columns[i].whole) return false;
    }
    return same_house(a.request, b.request) && same_wishes(a.request, b.request);
}

bool same(const Formulation& old, const Formulation& fresh) {
    const auto& a = old.model;
    const auto& b = fresh.model;
    const auto column = [](const Model::Column& x, const Model::Column& y) {
        return x.lower == y.lower && x.upper == y.upper && x.cost == y.cost && x.whole == y.whole;
    };
    const auto row = [](const Model::Row& x, const Model::Row& y) {
        return x.lower == y.lower && x.upper == y.upper;
    };
    const auto entry = [](const Model::Entry& x, const Model::Entry& y) {
        return x.row == y.row && x.column == y.column && x.value == y.value;
    };
    return old.scene.request.now == fresh.scene.request.now &&
           std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                      column) &&
           std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(), row) &&
           std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                      entry) &&
           same_house(old.scene.request, fresh.scene.request) &&
           same_wishes(old.scene.request, fresh.scene.request);
}

}  // namespace foxtail::planner
