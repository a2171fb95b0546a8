#include "foxtail/app/plan_savings.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/base/bytes.hpp"
#include "foxtail/simulation/savings.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

namespace foxtail {
namespace {

using planner::Kind;
using planner::Series;
using planning::DeviceId;
using planning::Measured;

constexpr Duration slot = minutes(15);
constexpr std::uint64_t book_format = 1;
constexpr Duration departure_slack = minutes(30);
constexpr double quarter_hours = 0.25;
constexpr double works_kw = 0.03;       // a machine
constexpr std::size_t pause_most = 2;   // quarters within a machine's run
constexpr std::size_t silent_most = 4;  // quarters without a level in a day that counts

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
        out_.house.connection = day_.began.connection;
        out_.house.ladder = day_.began.ladder;
        batteries();
        cars();
        zones();
        tanks();
        machines();
        return std::move(out_);
    }
    /// Devices that are not reckoned with, as too little was heard of them: they count as load.
    [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

private:
    void batteries() {
        for (std::size_t i = 0; i < day_.began.batteries.size(); ++i) {
            const DeviceId id{Kind::battery, i};
            auto battery = day_.began.batteries[i];
            const auto levels = levels_of(id);
            if (levels.empty()) {
                leave_out(id, battery.name);
                continue;
            }
            battery.energy_kwh = levels.front();
            const double kwh = levels.back() + last(id).kw * quarter_hours;
            take(id, battery.name, levels, std::clamp(kwh, 0.0, battery.capacity_kwh));
            out_.house.batteries.push_back(std::move(battery));
        }
    }
    void cars() {
        for (std::size_t i = 0; i < day_.began.cars.size(); ++i) {
            const DeviceId id{Kind::car, i};
            auto car = day_.began.cars[i];
            const auto levels = levels_of(id);
            if (levels.empty()) {
                leave_out(id, car.name);
                continue;
            }
            car.energy_kwh = levels.front();
            car.sessions = stays(id, car, levels);
            const double kwh = levels.back() + last(id).kw * quarter_hours * car.efficiency;
            take(id, car.name, levels, std::clamp(kwh, 0.0, car.capacity_kwh));
            out_.house.cars.push_back(std::move(car));
        }
    }
    void zones() {
        for (std::size_t i = 0; i < day_.began.zones.size(); ++i) {
            const DeviceId id{Kind::heat_pump, i};
            auto zone = day_.began.zones[i];
            const auto levels = levels_of(id);
            places_.emplace_back();
            if (levels.empty()) {
                leave_out(id, zone.name);
                continue;
            }
            zone.temperature_c = levels.front();
            if (zone.cop.values.empty())
                zone.cop = simulation::cop_of(zone.supply_c, out_.world.outdoor_c);
            take(id, zone.name, levels, levels.back());
            places_.back() = out_.house.zones.size();
            out_.house.zones.push_back(std::move(zone));
        }
    }
    void tanks() {
        for (std::size_t i = 0; i < day_.began.tanks.size(); ++i) {
            const DeviceId id{Kind::hot_water, i};
            auto tank = day_.began.tanks[i];
            auto levels = levels_of(id);
            if (levels.empty()) {
                leave_out(id, tank.name);
                continue;
            }
            for (double& kwh : levels) kwh = std::clamp(kwh, 0.0, tank.max_kwh);
            tank.energy_kwh = levels.front();
            if (tank.zone)
                tank.zone = *tank.zone < places_.size() ? places_[*tank.zone] : std::nullopt;
            const double kwh = levels.back() + heated(id, tank, quarters_.size() - 1);
            levels.push_back(std::clamp(kwh, 0.0, tank.max_kwh));
            tank.draw_kw = drawn(id, tank, levels);
            const double at_end = levels.back();
            levels.pop_back();
            take(id, tank.name, levels, at_end);
            out_.house.tanks.push_back(std::move(tank));
        }
    }
    /// Runs as they were measured, and from when on each could have been. What was loaded the
    /// evening before counts from midnight.
    void machines() {
        for (std::size_t i = 0; i < day_.machines.size(); ++i) {
            const DeviceId id{Kind::appliance, i};
            std::size_t since = 0;  // it has been loaded and waiting
            bool ran = false;
            for (std::size_t q = 0; q < quarters_.size(); ++q) {
                const auto device = of(*quarters_[q], id);
                const bool works = device.kw >= works_kw;
                if (!device.armed && !works) since = q + 1;
                if (!works) continue;
                planner::Appliance run;
                run.name = day_.machines[i];
                run.earliest = from_ + slot * static_cast<std::int64_t>(since);
                run.ready_by = out_.until + days(1);  // it ran: nothing was missed
                run.profile_kw = run_from(id, q);
                q += run.profile_kw.size() - 1;
                since = q + 1;
                out_.house.appliances.push_back(std::move(run));
                ran = true;
            }
            if (ran) take(id, day_.machines[i], {}, 0);
        }
    }

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
    [[nodiscard]] Measured::Device last(DeviceId id) const { return of(*quarters_.back(), id); }

    /// A level for each quarter; one that was not heard is as the one before. Empty where it is not
    /// known what was there at the beginning or the end, or for more than an hour. Of a car that is
    /// away nothing has to be known.
    [[nodiscard]] std::vector<double> levels_of(DeviceId id) const {
        const auto needed = [&](const Measured::Device& device) {
            return id.kind != Kind::car || device.plugged;
        };
        std::vector<double> out;
        std::optional<double> known;
        for (const auto* one : quarters_)
            if (!known) known = of(*one, id).level;
        std::size_t silent = 0;
        for (const auto* one : quarters_) {
            const auto device = of(*one, id);
            if (device.level) known = device.level;
            if (!device.level && needed(device)) ++silent;
            out.push_back(known.value_or(0));
        }
        const auto lacks = [&](const Measured& quarter) {
            const auto device = of(quarter, id);
            return !device.level && needed(device);
        };
        if (!known || silent > silent_most || lacks(*quarters_.front()) || lacks(*quarters_.back()))
            return {};
        return out;
    }
    void leave_out(DeviceId id, const std::string& name) {
        left_out_.push_back(name);
        for (std::size_t q = 0; q < quarters_.size(); ++q)
            out_.world.load_kw.values[q] += of(*quarters_[q], id).kw;
    }
    /// `levels`: at the beginning of each quarter; empty for a machine.
    void take(DeviceId id, const std::string& name, std::vector<double> levels, double at_end) {
        simulation::Taken taken;
        taken.kind = id.kind;
        taken.device = name;
        taken.kw = series([&](const Measured& one) { return of(one, id).kw; });
        if (!levels.empty()) {
            levels.push_back(at_end);
            taken.level = {from_, slot, std::move(levels)};
        }
        out_.taken.push_back(std::move(taken));
    }

    /// What came into a tank in a quarter, less what it loses by standing there, kWh.
    [[nodiscard]] double heated(DeviceId id, const planner::HotWater& tank, std::size_t q) const {
        const double cop = tank.cop.values.empty() ? 1 : tank.cop.at(quarters_[q]->from);
        return quarter_hours * (of(*quarters_[q], id).kw * cop - tank.loss_kw);
    }
    /// What was drawn is what is missing between two levels. `levels`: one more than quarters.
    [[nodiscard]] Series drawn(DeviceId id, const planner::HotWater& tank,
                               const std::vector<double>& levels) const {
        Series out{from_, slot, {}};
        double owed = 0;  // a thermometer is slow: what was too little is made up for
        for (std::size_t q = 0; q < quarters_.size(); ++q) {
            const double kwh = heated(id, tank, q) - (levels[q + 1] - levels[q]) + owed;
            owed = std::min(0.0, kwh);
            out.values.push_back(std::max(0.0, kwh) / quarter_hours);
        }
        return out;
    }
    /// A machine's powers from quarter `q` until it rests for long.
    [[nodiscard]] std::vector<double> run_from(DeviceId id, std::size_t q) const {
        std::vector<double> all;
        std::size_t worked = 0;
        for (; q < quarters_.size() && all.size() <= worked + pause_most; ++q) {
            all.push_back(of(*quarters_[q], id).kw);
            if (all.back() >= works_kw) worked = all.size();
        }
        all.resize(worked);
        return all;
    }

    /// When the car was there, what it used between, and what was wanted of it.
    [[nodiscard]] std::vector<planner::Session> stays(DeviceId id, const planner::Car& car,
                                                      const std::vector<double>& levels) const {
        std::vector<planner::Session> all;
        double left_with = levels.front();
        bool there = false;
        for (std::size_t q = 0; q < quarters_.size(); ++q) {
            const auto device = of(*quarters_[q], id);
            const Time t = from_ + slot * static_cast<std::int64_t>(q);
            if (device.plugged && !there) {
                planner::Session stay;
                stay.arrive = t;
                stay.trip_kwh = all.empty() ? 0 : std::max(0.0, left_with - levels[q]);
                all.push_back(stay);
            }
            if (device.plugged) {
                all.back().depart = t + slot;
                left_with = levels[q] + device.kw * quarter_hours * car.efficiency;
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
    std::vector<std::optional<std::size_t>>
        places_;  // of the day's zones among those reckoned with
    std::vector<std::string> left_out_;
};

double cents(double money) {
    return std::round(money * 100) / 100;
}

}  // namespace

DaySaved reckon_savings(const planning::Ledger::Day& day) {
    DaySaved out;
    out.date = day.date;
    if (day.quarters.empty()) return out;
    Replay replay(day);
    const auto found = simulation::savings(replay.build());
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
    for (const auto& name : replay.left_out())
        add(name + ": its level was not known, so it is left out");
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

namespace {

/// The Monday of a date's week (ISO 8601), as a date.
std::string monday_of(const std::string& date) {
    using namespace std::chrono;
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (std::sscanf(date.c_str(), "%d-%u-%u", &year, &month, &day) != 3) return date;
    const year_month_day said{std::chrono::year(year), std::chrono::month(month),
                              std::chrono::day(day)};
    if (!said.ok()) return date;
    const sys_days that{said};
    const year_month_day monday{that - (weekday(that) - Monday)};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(monday.year()),
                       static_cast<unsigned>(monday.month()), static_cast<unsigned>(monday.day()));
}

void add_sums(api::JsonText& json, const DaySaved& of) {
    json.text("day", of.date).number("saved", cents(of.saved()));
    json.number("paid", cents(of.paid)).number("would", cents(of.would));
}

void add_devices(api::JsonText& json, const DaySaved& of) {
    json.key("devices").array();
    for (const auto& one : of.devices)
        json.object().text("name", one.name).number("saved", cents(one.saved)).end_object();
    json.end_array();
}

}  // namespace

std::vector<SavingsBook::Week> SavingsBook::weeks() const {
    std::vector<Week> out;
    for (auto day = days_.rbegin(); day != days_.rend(); ++day) {
        const auto monday = monday_of(day->date);
        if (out.empty() || out.back().sum.date != monday) {
            if (out.size() == weeks_shown) break;
            out.push_back({{monday, 0, 0, {}, {}}, 0});
        }
        auto& week = out.back();
        ++week.count;
        week.sum.paid += day->paid;
        week.sum.would += day->would;
        for (const auto& one : day->devices) {
            const auto same = std::find_if(
                week.sum.devices.begin(), week.sum.devices.end(),
                [&one](const DaySaved::Device& other) { return other.name == one.name; });
            if (same == week.sum.devices.end())
                week.sum.devices.push_back(one);
            else
                same->saved += one.saved;
        }
    }
    return out;
}

std::string SavingsBook::json(std::string_view currency) const {
    std::string out;
    api::JsonText json(out);
    json.object().text("currency", currency).key("days").array();
    const auto shown = std::min(days_shown, days_.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& day = days_[days_.size() - 1 - i];
        json.object();
        add_sums(json, day);
        json.text("note", day.note);
        add_devices(json, day);
        json.end_object();
    }
    json.end_array().key("weeks").array();
    for (const auto& week : weeks()) {
        json.object();
        add_sums(json, week.sum);
        json.number("count", week.count);
        add_devices(json, week.sum);
        json.end_object();
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
