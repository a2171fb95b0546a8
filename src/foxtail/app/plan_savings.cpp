#include "foxtail/app/plan_savings.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/base/bytes.hpp"
#include "foxtail/simulation/savings.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail {
namespace {

using planner::Kind;
using planner::Series;
using planning::DeviceId;
using planning::Measured;

constexpr Duration slot = minutes(15);
constexpr std::uint64_t book_format = 1;
constexpr Duration departure_slack = minutes(30);

/// The quarters of a day, one for each; a missing one is as the one before.
std::vector<const Measured*> without_holes(const planning::Ledger::Day& day) {
    std::vector<const Measured*> out;
    Time t = day.quarters.front().from;
    for (const auto& one : day.quarters) {
        for (; t < one.from; t = t + slot) out.push_back(out.back());
        out.push_back(&one);
        t = one.from + slot;
    }
    return out;
}

class Replay {
public:
    explicit Replay(const planning::Ledger::Day& day)
        : day_(day), quarters_(without_holes(day)), from_(day.quarters.front().from) {}

    simulation::Day build() {
        out_.from = from_;
        out_.until = from_ + slot * static_cast<std::int64_t>(quarters_.size());
        out_.world.load_kw = series([](const Measured& one) { return one.load_kw; });
        out_.world.sun_kw = series([](const Measured& one) { return one.sun_kw; });
        out_.world.buy_eur = series([](const Measured& one) { return one.buy_eur; });
        out_.world.sell_eur = series([](const Measured& one) { return one.sell_eur; });
        out_.world.outdoor_c = series([](const Measured& one) { return one.outdoor_c; });
        const auto& began = day_.began;
        auto& house = out_.house;
        house.connection = began.connection;
        house.ladder = began.ladder;
        house.batteries = began.batteries;
        for (std::size_t i = 0; i < house.batteries.size(); ++i) {
            const DeviceId id{Kind::battery, i};
            auto& battery = house.batteries[i];
            battery.energy_kwh = first(id).level;
            take(id, battery.name, [&](const Measured::Device& last) {
                return std::clamp(last.level + last.kw * 0.25, 0.0, battery.capacity_kwh);
            });
        }
        house.cars = began.cars;
        for (std::size_t i = 0; i < house.cars.size(); ++i) {
            const DeviceId id{Kind::car, i};
            auto& car = house.cars[i];
            car.energy_kwh = first(id).level;
            car.sessions = stays(id, car);
            take(id, car.name, [&](const Measured::Device& last) {
                return std::clamp(last.level + last.kw * 0.25 * car.efficiency, 0.0,
                                  car.capacity_kwh);
            });
        }
        house.zones = began.zones;
        for (std::size_t i = 0; i < house.zones.size(); ++i) {
            const DeviceId id{Kind::heat_pump, i};
            house.zones[i].temperature_c = first(id).level;
            take(id, house.zones[i].name, [](const auto& last) { return last.level; });
        }
        return std::move(out_);
    }

private:
    template <class Value>
    [[nodiscard]] Series series(Value value) const {
        Series all{from_, slot, {}};
        for (const auto* one : quarters_) all.values.push_back(value(*one));
        return all;
    }
    [[nodiscard]] Measured::Device of(const Measured& quarter, DeviceId id) const {
        const auto at = quarter.devices.find(id);
        return at == quarter.devices.end() ? Measured::Device{} : at->second;
    }
    [[nodiscard]] Measured::Device first(DeviceId id) const { return of(*quarters_.front(), id); }

    template <class Level>
    void take(DeviceId id, const std::string& name, Level at_end) {
        simulation::Taken taken;
        taken.kind = id.kind;
        taken.device = name;
        taken.kw = series([&](const Measured& one) { return of(one, id).kw; });
        taken.level = series([&](const Measured& one) { return of(one, id).level; });
        taken.level.values.push_back(at_end(of(*quarters_.back(), id)));
        out_.taken.push_back(std::move(taken));
    }

    /// When the car was there, what it used between, and what was wanted of it.
    [[nodiscard]] std::vector<planner::Session> stays(DeviceId id, const planner::Car& car) const {
        std::vector<planner::Session> all;
        double left_with = first(id).level;
        bool there = false;
        for (std::size_t q = 0; q < quarters_.size(); ++q) {
            const auto device = of(*quarters_[q], id);
            const Time t = from_ + slot * static_cast<std::int64_t>(q);
            if (device.plugged && !there) {
                planner::Session stay;
                stay.arrive = t;
                stay.trip_kwh = all.empty() ? 0 : std::max(0.0, left_with - device.level);
                all.push_back(stay);
            }
            if (device.plugged) {
                all.back().depart = t + slot;
                left_with = device.level + device.kw * 0.25 * car.efficiency;
            }
            there = device.plugged;
        }
        for (auto& stay : all)
            for (const auto& wished : car.sessions)
                if (wished.target_kwh && wished.depart > stay.arrive &&
                    wished.depart <= stay.depart + departure_slack)
                    stay.target_kwh = wished.target_kwh;
        return all;
    }

    const planning::Ledger::Day& day_;
    std::vector<const Measured*> quarters_;
    Time from_;
    simulation::Day out_;
};

double cents(double money) {
    return std::round(money * 100) / 100;
}

}  // namespace

DaySaved reckon_savings(const planning::Ledger::Day& day) {
    DaySaved out;
    out.date = day.date;
    if (day.quarters.empty()) return out;
    const auto found = simulation::savings(Replay(day).build());
    out.paid = found.cost_eur;
    out.would = found.arrival_eur;
    for (const auto& one : found.devices) out.devices.push_back({one.device, one.eur});
    const auto add = [&](const std::string& words) {
        out.note += (out.note.empty() ? "" : "; ") + words;
    };
    for (const auto& one : found.shortfalls) {
        if (one.amount < 0.05) continue;
        add(one.device + ": " + std::to_string(std::llround(one.amount * 10) / 10) + "." +
            std::to_string(std::llround(one.amount * 10) % 10) + " " + one.unit + " missed");
    }
    if (day.missing > 0) add(std::to_string(day.missing * 15) + " minutes were not measured");
    return out;
}

void SavingsBook::add(DaySaved day) {
    days_.push_back(std::move(day));
    if (days_.size() <= days_max) return;
    earlier_ += days_.front().saved();
    days_.pop_front();
}

double SavingsBook::total() const {
    double sum = earlier_;
    for (const auto& day : days_) sum += day.saved();
    return cents(sum);
}

std::string SavingsBook::json(std::string_view currency) const {
    std::string out;
    api::JsonText json(out);
    json.object().text("currency", currency).key("days").array();
    const auto shown = std::min(days_shown, days_.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& day = days_[days_.size() - 1 - i];
        json.object().text("day", day.date).number("saved", cents(day.saved()));
        json.number("paid", cents(day.paid)).number("would", cents(day.would));
        json.text("note", day.note).key("devices").array();
        for (const auto& one : day.devices)
            json.object().text("name", one.name).number("saved", cents(one.saved)).end_object();
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return out;
}

std::string SavingsBook::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(book_format);
    out.f64(earlier_);
    out.u64(days_.size());
    for (const auto& day : days_) {
        out.text(day.date);
        out.f64(day.paid);
        out.f64(day.would);
        out.text(day.note);
        out.u64(day.devices.size());
        for (const auto& one : day.devices) {
            out.text(one.name);
            out.f64(one.saved);
        }
    }
    return bytes;
}

Result<void> SavingsBook::load(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u64() != book_format) return fail(Code::corrupt, "what was saved: another format");
    const double earlier = in.f64();
    std::deque<DaySaved> days;
    const auto count = in.u64();
    for (std::uint64_t i = 0; i < count && i < days_max && in.ok(); ++i) {
        DaySaved day;
        day.date = in.text();
        day.paid = in.f64();
        day.would = in.f64();
        day.note = in.text();
        const auto devices = in.u64();
        for (std::uint64_t k = 0; k < devices && k < 256 && in.ok(); ++k) {
            DaySaved::Device one;
            one.name = in.text();
            one.saved = in.f64();
            day.devices.push_back(std::move(one));
        }
        days.push_back(std::move(day));
    }
    if (!in.ok()) return fail(Code::corrupt, "what was saved ends early");
    earlier_ = earlier;
    days_ = std::move(days);
    return {};
}

}  // namespace foxtail
