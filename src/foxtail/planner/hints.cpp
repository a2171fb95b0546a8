#include "foxtail/planner/hints.hpp"

#include <algorithm>
#include <array>
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

/// Means over a slot that has begun differ in their last digits.
bool same_price(double a, double b) {
    return std::abs(a - b) < 1e-9;
}

/// What people want of two moments. What began before the plan, or lasts beyond it, is the same in
/// both: a car that is there is there since "now".
class Wishes {
public:
    Wishes(const Request& a, const Request& b) : a_(&a), b_(&b) {}

    [[nodiscard]] bool same_stays() const {
        return all(a_->cars, b_->cars, [this](const Car& x, const Car& y) {
            return all(x.sessions, y.sessions, [this](const Session& one, const Session& other) {
                return from(one.arrive, other.arrive) && until(one.depart, other.depart) &&
                       one.target_kwh == other.target_kwh && one.trip_kwh == other.trip_kwh &&
                       one.confidence == other.confidence;
            });
        });
    }
    [[nodiscard]] bool same_overrides() const {
        return all(a_->overrides, b_->overrides, [this](const Override& x, const Override& y) {
            return x.device == y.device && x.what == y.what && x.kw == y.kw &&
                   from(x.from, y.from) && until(x.until, y.until);
        });
    }
    [[nodiscard]] bool same_runs() const {
        return all(a_->appliances, b_->appliances, [this](const Appliance& x, const Appliance& y) {
            return until(x.ready_by, y.ready_by) && x.profile_kw == y.profile_kw;
        });
    }
    /// Also when they may run and what bounds them, and where they are: what was decided for
    /// another comfort, or for a car that was fuller, is decided anew.
    [[nodiscard]] bool same_times() const {
        const auto zone = [](const Zone& x, const Zone& y) {
            return x.running == y.running && same_series(x.low_c, y.low_c) &&
                   same_series(x.high_c, y.high_c) && same_series(x.must_be_off, y.must_be_off) &&
                   std::abs(x.temperature_c - y.temperature_c) < 0.5;
        };
        const auto car = [](const Car& x, const Car& y) {
            return x.floor_kwh == y.floor_kwh && x.max_kwh == y.max_kwh &&
                   std::abs(x.energy_kwh - y.energy_kwh) < 1;
        };
        const auto tank = [](const HotWater& x, const HotWater& y) {
            return x.min_kwh == y.min_kwh && x.max_kwh == y.max_kwh &&
                   std::abs(x.energy_kwh - y.energy_kwh) < 1;
        };
        const auto battery = [](const Battery& x, const Battery& y) {
            return same_series(x.reserve_kwh, y.reserve_kwh);
        };
        const auto appliance = [this](const Appliance& x, const Appliance& y) {
            return from(x.earliest, y.earliest) && x.quiet.from == y.quiet.from &&
                   x.quiet.values == y.quiet.values;
        };
        return all(a_->zones, b_->zones, zone) && all(a_->cars, b_->cars, car) &&
               all(a_->tanks, b_->tanks, tank) && all(a_->batteries, b_->batteries, battery) &&
               same_series(a_->connection.soft_import_kw, b_->connection.soft_import_kw) &&
               all(a_->appliances, b_->appliances, appliance);
    }
    [[nodiscard]] bool same() const { return same_stays() && same_overrides() && same_runs(); }

private:
    static bool same_series(const Series& x, const Series& y) {
        return x.from == y.from && x.step == y.step && x.values == y.values;
    }
    template <class Items, class Same>
    static bool all(const Items& a, const Items& b, const Same& same) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
    }
    [[nodiscard]] bool from(Time a, Time b) const {
        return a == b || (a <= a_->now && b <= b_->now);
    }
    [[nodiscard]] bool until(Time a, Time b) const {
        return a == b || (a >= end_of(*a_) && b >= end_of(*b_));
    }
    static Time end_of(const Request& request) {
        return Time{request.now.us - request.now.us % minutes(15).us} + request.horizon;
    }

    const Request* a_;
    const Request* b_;
};

/// The old slot that covers the middle of each new one; its number of slots where none does.
std::vector<std::size_t> old_slots(const Scene& old, const Scene& fresh) {
    std::vector<std::size_t> from;
    for (const auto& slot : fresh.slots) {
        const auto middle = slot.from + Duration{(slot.until - slot.from).us / 2};
        const auto found = std::find_if(old.slots.begin(), old.slots.end(), [&](const Slot& s) {
            return s.from <= middle && middle < s.until;
        });
        from.push_back(static_cast<std::size_t>(found - old.slots.begin()));
    }
    return from;
}

class Carrier {
public:
    Carrier(const Formulation& old, const std::vector<double>& x, const Formulation& fresh)
        : old_(old),
          x_(x),
          fresh_(fresh),
          hints_(fresh.model.columns.size(), std::numeric_limits<double>::quiet_NaN()),
          from_(old_slots(old.scene, fresh.scene)) {}

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

using Mark = Formulation::Mark;

/// Where each of the new stands among the old, by what they are marked with.
class Places {
public:
    Places(const std::vector<Mark>& marks, const std::vector<Place>& places) : places_(places) {
        for (std::size_t i = 0; i < marks.size(); ++i) sorted_.emplace_back(key(marks[i]), i);
        std::sort(sorted_.begin(), sorted_.end());
    }
    [[nodiscard]] Place of(const Mark& mark, Place otherwise) const {
        const auto wanted = key(mark);
        const auto found = std::lower_bound(
            sorted_.begin(), sorted_.end(), wanted,
            [](const auto& entry, const Key& sought) { return entry.first < sought; });
        if (found == sorted_.end() || found->first != wanted) return otherwise;
        return places_[found->second];
    }

private:
    using Key = std::array<std::size_t, 4>;
    static Key key(const Mark& m) { return {m.owner, m.slot, m.kind, m.which}; }

    const std::vector<Place>& places_;
    std::vector<std::pair<Key, std::size_t>> sorted_;
};

}  // namespace

Basis carried_basis(const Formulation& old, const Basis& basis, const Formulation& fresh) {
    if (!same_house(old.scene.request, fresh.scene.request) ||
        basis.columns.size() != old.column_marks.size() ||
        basis.rows.size() != old.row_marks.size()) {
        return {};
    }
    const auto from = old_slots(old.scene, fresh.scene);
    const auto carry = [&](const std::vector<Mark>& old_marks, const std::vector<Place>& places,
                           const std::vector<Mark>& marks, Place otherwise) {
        const Places known(old_marks, places);
        std::vector<Place> out;
        for (auto mark : marks) {
            if (mark.slot != Formulation::no_slot) mark.slot = from[mark.slot];
            out.push_back(known.of(mark, otherwise));
        }
        return out;
    };
    return {carry(old.column_marks, basis.columns, fresh.column_marks, Place::lower),
            carry(old.row_marks, basis.rows, fresh.row_marks, Place::basic)};
}

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

bool wanted_alike(const Request& old, const Request& fresh) {
    return same_house(old, fresh) && Wishes(old, fresh).same();
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
        if (a.slots[t].until != b.slots[t].until || !same_price(a.buy[t], b.buy[t]) ||
            !same_price(a.sell[t], b.sell[t])) {
            return false;
        }
    }
    for (std::size_t i = 0; i < old.model.columns.size(); ++i) {
        if (old.model.columns[i].whole != fresh.model.columns[i].whole) return false;
    }
    const Wishes wishes(a.request, b.request);
    return same_house(a.request, b.request) && wishes.same() && wishes.same_times();
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
           Wishes(old.scene.request, fresh.scene.request).same() &&
           Wishes(old.scene.request, fresh.scene.request).same_times();
}

}  // namespace foxtail::planner
