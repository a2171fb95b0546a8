#include "foxtail/charging/simulated_week_testing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

namespace foxtail::charging {

constexpr double week_volts = 230;
constexpr Duration never{std::numeric_limits<std::int64_t>::max() / 4};
constexpr double hours_of(Duration d) {
    return static_cast<double>(d.us) / 3600e6;
}

// ---- chance ----

std::uint64_t SimulatedWeek::random() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}
double SimulatedWeek::between(double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11U) * 0x1.0p-53;
}
Duration SimulatedWeek::after(double low_s, double high_s) {
    return now_ + microseconds(static_cast<std::int64_t>(between(low_s, high_s) * 1e6));
}

// ---- the household ----

Site SimulatedWeek::make_site() {
    Site site;
    CircuitSite main;
    main.name = "main";
    main.limit_a = std::round(between(25, 50));
    main.metered = true;
    main.safe_a = 6;
    main.stale_after = minutes(10);
    if (chance(0.3)) main.limit_w = 4200;
    site.circuits.push_back(main);
    if (chance(0.5)) {
        CircuitSite sub = main;
        sub.name = "garage";
        sub.parent = 0;
        sub.limit_a = std::round(between(16, 32));
        sub.limit_w.reset();
        sub.metered = chance(0.5);
        site.circuits.push_back(sub);
    }
    const auto n = 1 + random() % 4;
    for (std::uint64_t i = 0; i < n; ++i) {
        PointSite point;
        point.name = "box" + std::to_string(i);
        const auto turn = static_cast<std::uint8_t>(random() % 3);
        point.wiring = {turn, static_cast<std::uint8_t>((turn + 1) % 3),
                        static_cast<std::uint8_t>((turn + 2) % 3)};
        if (chance(0.3)) point.wiring.resize(1);
        point.switches_phases = point.wiring.size() == 3 && chance(0.3);
        point.current_max_a = chance(0.5) ? 16 : 32;
        point.circuit = random() % site.circuits.size();
        point.priority = static_cast<int>(random() % 3);
        point.mode = static_cast<Mode>(1 + random() % 3);
        site.points.push_back(point);
    }
    return site;
}

SimulatedWeek::SimulatedWeek(std::uint64_t seed, Options options)
    : state_(seed * 7919 + 1), options_(options), ends_(days(7)) {
    now_ = seconds(1000);
    site_ = make_site();
    controller_ = make_controller();
    boxes_.resize(site_.points.size());
    fuses_.resize(site_.circuits.size());
    for (Box& box : boxes_) {
        box.pilot = microseconds(static_cast<std::int64_t>(between(3, 30) * 1e6));
        box.tells_register = chance(0.8);
        box.tells_current = chance(0.8);
        box.register_wh = between(0, 1e6);
        box.plugs_at = after(0, 86400);
        box.tells_at = now_;
    }
    // Without a register nobody knows what flowed while the hub was away.
    for (const Box& box : boxes_) options_.restarts = options_.restarts && box.tells_register;
    base_moves_ = now_;
    meters_tell_ = now_;
    ticks_ = now_;
    restarts_at_ = options_.restarts ? after(0, 7 * 86400) : never;
    back_at_ = never;
    wishes_at_ = after(0, 86400);
    signal_turns_ = site_.circuits[0].limit_w ? after(0, 86400) : never;
    checked_at_ = now_;
}

// ---- physics ----

Phases SimulatedWeek::draw(const Box& box, std::size_t index) const {
    Phases out{};
    const Car& car = box.car;
    if (!car.plugged || car.got_wh >= car.need_wh || now_ < car.suspended_until) return out;
    const double limit = now_ < box.lies_until ? site_.points[index].current_max_a : box.limit;
    const double amps = std::min(limit, car.amps_max);
    if (amps < 6) return out;
    const auto& wiring = site_.points[index].wiring;
    const auto lines = std::min<std::size_t>({wiring.size(), static_cast<std::size_t>(car.phases),
                                              static_cast<std::size_t>(box.phases_set)});
    for (std::size_t line = 0; line < lines; ++line) out[wiring[line]] = amps;
    return out;
}

bool SimulatedWeek::below(std::size_t circuit, std::size_t point) const {
    const auto at = site_.points[point].circuit;
    return at == circuit || (site_.circuits[at].parent && *site_.circuits[at].parent == circuit);
}

Phases SimulatedWeek::flow(std::size_t circuit) const {
    Phases out = fuses_[circuit].base;
    // What a sub-board takes beside the boxes goes through the main fuse as well.
    for (std::size_t c = 1; circuit == 0 && c < fuses_.size(); ++c) {
        for (std::size_t p = 0; p < 3; ++p) out[p] += fuses_[c].base[p];
    }
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        if (!below(circuit, i)) continue;
        const Phases one = draw(boxes_[i], i);
        for (std::size_t p = 0; p < 3; ++p) out[p] += one[p];
    }
    return out;
}

void SimulatedWeek::integrate(Duration until) {
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        const Phases one = draw(boxes_[i], i);
        const double amps = one[0] + one[1] + one[2];
        const double wh = amps * week_volts * hours_of(until - now_);
        boxes_[i].least_amps = std::min(boxes_[i].least_amps, amps);
        boxes_[i].most_amps = std::max(boxes_[i].most_amps, amps);
        boxes_[i].register_wh += wh;
        boxes_[i].car.got_wh += wh;
        boxes_[i].car.session_wh += wh;
    }
    now_ = until;
}

void SimulatedWeek::move_base() {
    base_moves_ = after(20, 900);
    const double sun = std::max(0.0, std::sin((hours_of(now_) / 24 - 0.25) * 6.28318)) * 14;
    for (std::size_t c = 0; c < fuses_.size(); ++c) {
        const double most = *site_.circuits[c].limit_a * (c == 0 ? 0.6 : 0.3);
        if (c > 0 && !site_.circuits[c].metered) continue;  // only boxes hang there
        for (double& amps : fuses_[c].base) {
            if (chance(0.5)) continue;
            amps = chance(0.1) ? most : between(0.2, most * 0.5);
            if (c == 0) amps -= sun * between(0, 1);
        }
    }
    // A rise is the house's own: what the boxes make of it begins here.
    for (Fuse& fuse : fuses_) fuse.over_since.reset();
    if (options_.silences && chance(0.002)) fuses_[0].silent_until = after(600, 3600);
}

void SimulatedWeek::plug(std::size_t index) {
    Box& box = boxes_[index];
    Car car;
    car.plugged = true;
    car.need_wh = between(3000, 40000);
    car.amps_max = chance(0.5) ? 16 : between(8, 32);
    car.phases = 1 + static_cast<int>(random() % 3);
    car.leaves = after(1800, 14 * 3600);
    car.suspended_until = chance(0.2) ? after(30, 1200) : now_;
    box.car = car;
    box.plugs_at = never;
    ++findings_.sessions_true;
    if (options_.lies && chance(0.05)) box.lies_until = after(600, 7200);
    set_status(index);
}

/// Where only the powers told before and after are known, that is how far what flowed may be off.
void SimulatedWeek::note_hidden(Box& box) {
    if (!box.guessed && (back_at_ == never || box.tells_register)) return;
    box.car.hidden_wh +=
        (box.most_amps - box.least_amps) * week_volts * hours_of(now_ - box.told_at);
}

void SimulatedWeek::unplug(std::size_t index) {
    Box& box = boxes_[index];
    tell_box(index, true);
    if (back_at_ != never) note_hidden(box);
    box.session_truths.push_back({box.car.session_wh, box.car.hidden_wh});
    findings_.energy_true_wh += box.car.session_wh;
    box.car = {};
    box.plugs_at = after(1800, 86400);
    set_status(index);
    tell_box(index, true);
}

void SimulatedWeek::set_status(std::size_t index) {
    Box& box = boxes_[index];
    Status status = Status::available;
    if (box.car.plugged) {
        const Phases one = draw(box, index);
        const bool full = box.car.got_wh >= box.car.need_wh || now_ < box.car.suspended_until;
        status = one[0] + one[1] + one[2] > 0 ? Status::charging
                 : full                       ? Status::suspended_ev
                                              : Status::suspended_evse;
    }
    if (status == box.status) return;
    box.status = status;
    tell_box(index, true);
}

void SimulatedWeek::car_events(std::size_t index) {
    Box& box = boxes_[index];
    if (now_ >= box.plugs_at) plug(index);
    while (!box.coming.empty() && box.coming.front().first <= now_) {
        box.limit = box.coming.front().second;
        box.coming.erase(box.coming.begin());
    }
    if (box.car.plugged && now_ >= box.car.leaves) unplug(index);
    if (now_ >= box.tells_at) {
        if (box.car.plugged && chance(0.005)) box.car.phases = 1;  // a phase is lost
        if (box.car.plugged && chance(0.01)) box.car.suspended_until = after(20, 900);
        // Twice in a row looks as if it had stood still: nobody could tell.
        if (box.tells_register && chance(0.0005) && box.register_told > 0) {
            box.register_wh = 0;
            box.guessed = true;
        }
        tell_box(index, true);
    }
    set_status(index);
}

// ---- what the devices say ----

void SimulatedWeek::tell_box(std::size_t index, bool all) {
    Box& box = boxes_[index];
    box.tells_at = after(30, box.car.plugged ? 240 : 900);
    if (back_at_ != never) return;
    const auto say = [&](PointRole role, const Value& value) {
        controller_->hear(role, index, value, ++seq_, moment());
        take_out();
    };
    static constexpr std::array<const char*, 10> names = {
        "",          "Available", "Preparing",   "Charging", "SuspendedEVSE", "SuspendedEV",
        "Finishing", "Reserved",  "Unavailable", "Faulted"};
    const Phases one = draw(box, index);
    const auto& wiring = site_.points[index].wiring;
    if (box.tells_current) {
        for (std::size_t line = 0; line < wiring.size(); ++line)
            say(static_cast<PointRole>(static_cast<std::size_t>(PointRole::current_l1) + line),
                one[wiring[line]]);
    }
    box.power_told = one[0] + one[1] + one[2];
    note_hidden(box);
    box.guessed = false;
    box.told_at = now_;
    box.least_amps = box.most_amps = *box.power_told;
    say(PointRole::power, (one[0] + one[1] + one[2]) * week_volts);
    box.register_told = std::floor(box.register_wh);
    if (box.tells_register) say(PointRole::energy, box.register_told);
    if (all && site_.points[index].switches_phases)
        say(PointRole::phases, std::int64_t{box.phases_set});
    if (all) say(PointRole::status, std::string(names[static_cast<std::size_t>(box.status)]));
}

void SimulatedWeek::tell_meters() {
    meters_tell_ = after(240, 300);
    if (back_at_ != never) return;
    for (std::size_t c = 0; c < fuses_.size(); ++c) {
        if (!site_.circuits[c].metered) continue;
        if (now_ < fuses_[c].silent_until) {  // it tells as soon as it is back
            meters_tell_ = std::min(meters_tell_, fuses_[c].silent_until);
            continue;
        }
        const Phases amps = flow(c);
        for (std::size_t p = 0; p < 3; ++p) {
            controller_->hear(
                static_cast<CircuitRole>(static_cast<std::size_t>(CircuitRole::power_l1) + p), c,
                amps[p] * week_volts, ++seq_, moment());
        }
        if (c == 0)
            controller_->hear(HouseRole::grid, (amps[0] + amps[1] + amps[2]) * week_volts, ++seq_,
                              moment());
        take_out();
    }
}

/// A grid operator's limit of all phases together.
void SimulatedWeek::turn_signal(bool on) {
    signal_on_ = on;
    signal_turns_ = on ? after(900, 7200) : after(3600, 86400);
    fuses_[0].over_since.reset();  // from now on it must hold
    tell_signal();
}

void SimulatedWeek::tell_signal() {
    if (back_at_ != never) return;
    controller_->hear(CircuitRole::signal_on, 0, signal_on_, ++seq_, moment());
    take_out();
}

/// Somebody chooses how it charges, and perhaps says how much by when.
void SimulatedWeek::wish() {
    wishes_at_ = after(3600, 86400);
    if (back_at_ != never) return;
    const auto point = random() % boxes_.size();
    const auto mode = mode_names[random() % mode_names.size()];
    const auto set = [&](Setting setting, const Value& value) {
        EXPECT_TRUE(controller_->set(setting, point, value, ++seq_, moment()));
    };
    set(Setting::mode, std::string(mode));
    const double most_w = site_.points[point].power_max_w(site_.volts);
    set(Setting::at_most_power, chance(0.3) ? std::round(between(1380, most_w)) : most_w);
    if (!chance(0.5)) return;
    set(Setting::needed, std::round(between(1000, 40000)));
    set(Setting::deadline, format_rfc3339(moment().wall + (after(1800, 14 * 3600) - now_)));
    controller_->hear(PointRole::plan, point, std::round(between(0, 16)), ++seq_, moment());
    take_out();
}

// ---- what the controller says ----

void SimulatedWeek::obey(const Proposal& proposal) {
    Box& box = boxes_[proposal.point];
    if (options_.compared) {
        mix(std::to_string(now_.us) + "/" + std::to_string(proposal.point) + "/" +
            std::to_string(static_cast<int>(proposal.what)) + "/" + std::to_string(proposal.value));
    }
    ++findings_.proposals;
    if (proposal.what == Proposal::What::phases) {
        box.phases_set = static_cast<int>(proposal.value);
        box.tells_at = now_ + seconds(3);
        return;
    }
    if (proposal.what != Proposal::What::limit) return;
    if (options_.refusals && chance(0.01)) {
        for (Fuse& fuse : fuses_) fuse.excused_until = now_ + seconds(20) + box.pilot + seconds(30);
        return controller_->refused(proposal.point, "busy", moment());
    }
    box.coming.emplace_back(now_ + box.pilot, proposal.value);
}

void SimulatedWeek::take_out() {
    ++findings_.decisions;
    for (int round = 0; round < 8 && !controller_->proposals().empty(); ++round) {
        const auto proposals = std::exchange(controller_->proposals(), {});
        for (const Proposal& one : proposals) obey(one);
    }
}

void SimulatedWeek::take_facts() {
    for (const Fact& fact : controller_->take_facts(moment())) hear_fact(fact);
}

void SimulatedWeek::hear_fact(const Fact& fact) {
    if (options_.compared) {
        mix(fact.name);
        mix(to_json(fact.value));
    }
    if (fact.event && fact.name == "session") check_energy(fact.index, fact.value);
}

void SimulatedWeek::mix(std::string_view text) {
    for (const char c : text)
        findings_.hash = (findings_.hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
}

// ---- what must hold ----

void SimulatedWeek::check_energy(std::size_t index, const Value& detail) {
    ++findings_.sessions_told;
    const std::string& json = std::get<Json>(detail).text;
    const auto at = json.find("\"energy_wh\":");
    const double told = std::strtod(json.c_str() + at + 12, nullptr);
    findings_.energy_told_wh += told;
    auto& truths = boxes_[index].session_truths;
    if (truths.empty()) {
        findings_.energy_where = json + ": a session that never was";
        findings_.energy_worst = 1;
        return;
    }
    const auto [truth, hidden] = truths.front();
    truths.erase(truths.begin());
    const double off = std::abs(told - truth);
    // Across a register that starts again it is estimated; short sessions cannot be within a share.
    const bool estimated = json.find("\"estimated\":true") != std::string::npos;
    const double leeway = estimated ? std::max(100.0, hidden) : 10;
    const double relative = off < leeway ? 0 : off / std::max(truth, 1.0);
    if (relative <= findings_.energy_worst) return;
    findings_.energy_worst = relative;
    findings_.energy_where = json + " true " + std::to_string(truth);
}

void SimulatedWeek::check() {
    const Duration since = std::exchange(checked_at_, now_);
    for (std::size_t c = 0; c < fuses_.size(); ++c) check_fuse(c, since);
}

void SimulatedWeek::check_fuse(std::size_t c, Duration since) {
    Fuse& fuse = fuses_[c];
    const Phases amps = flow(c);
    const double sum_w = (amps[0] + amps[1] + amps[2]) * week_volts;
    const bool signalled = c == 0 && signal_on_ && sum_w > *site_.circuits[0].limit_w + 1;
    bool over = signalled;
    for (std::size_t p = 0; p < 3; ++p) over = over || amps[p] > *site_.circuits[c].limit_a + 0.1;
    bool can_do_more = false;
    Duration slowest;
    bool liar = false;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        if (!below(c, i)) continue;
        slowest = std::max(slowest, boxes_[i].pilot);
        liar = liar || now_ < boxes_[i].lies_until;
        const Phases one = draw(boxes_[i], i);
        for (std::size_t p = 0; p < 3; ++p) {
            const bool full = signalled || amps[p] > *site_.circuits[c].limit_a + 0.1;
            if (now_ >= boxes_[i].lies_until && full && one[p] > 0) can_do_more = true;
        }
    }
    const bool excused =
        now_ < fuse.silent_until + minutes(1) || now_ < fuse.excused_until || back_at_ != never;
    findings_.watched_h += hours_of(now_ - since);
    if (excused) findings_.excused_h += hours_of(now_ - since);
    if (c == 0 && signal_on_) findings_.signal_h += hours_of(now_ - since);
    if (!over || excused || !can_do_more) {
        fuse.over_since.reset();
        return;
    }
    if (!fuse.over_since) fuse.over_since = now_;
    // That a box lies is seen when it next tells what it draws, at most 240 s later.
    const Duration allowed =
        slowest + seconds(2) + (liar ? seconds(75 + 240) + slowest : Duration{});
    const double late = static_cast<double>((now_ - *fuse.over_since - allowed).us) / 1e6;
    if (late <= findings_.over_longest_s) return;
    findings_.over_longest_s = late;
    findings_.over_where = site_.circuits[c].name + (signalled ? " by signal" : "") + " at " +
                           std::to_string(hours_of(now_)) + " h: " + std::to_string(amps[0]) + " " +
                           std::to_string(amps[1]) + " " + std::to_string(amps[2]);
}

// ---- the run ----

void SimulatedWeek::restart() {
    if (back_at_ == never) {
        back_at_ = after(5, 600);
        restarts_at_ = never;
        return;
    }
    take_facts();  // what was reported before is on record
    const std::string kept = controller_->save();
    controller_ = make_controller();
    EXPECT_TRUE(controller_->load(kept));
    EXPECT_EQ(controller_->save(), kept);
    controller_->start(moment());
    back_at_ = never;
    for (Fuse& fuse : fuses_) fuse.excused_until = now_ + seconds(60);
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        boxes_[i].guessed = boxes_[i].guessed || !boxes_[i].tells_register;
        tell_box(i, true);
    }
    if (site_.circuits[0].limit_w) tell_signal();
    tell_meters();
}

Duration SimulatedWeek::next_event() const {
    Duration next = std::min({ends_, base_moves_, meters_tell_, ticks_, wishes_at_, signal_turns_});
    next = std::min(next, std::min(restarts_at_, back_at_));
    for (const Box& box : boxes_) {
        next = std::min({next, box.plugs_at, box.tells_at});
        if (!box.coming.empty()) next = std::min(next, box.coming.front().first);
        if (box.car.plugged) {
            next = std::min(next, box.car.leaves);
            if (box.car.suspended_until > now_) next = std::min(next, box.car.suspended_until);
        }
        if (box.lies_until > now_) next = std::min(next, box.lies_until);
    }
    return std::max(next, now_ + milliseconds(1));
}

void SimulatedWeek::world_events() {
    if (now_ >= base_moves_) move_base();
    for (std::size_t i = 0; i < boxes_.size(); ++i) car_events(i);
    if (now_ >= wishes_at_) wish();
    if (now_ >= signal_turns_) turn_signal(!signal_on_);
    if (now_ >= restarts_at_ || now_ >= back_at_) restart();
}

void SimulatedWeek::run() {
    controller_->start(moment());
    take_out();
    std::vector<Phases> before(fuses_.size());
    while (now_ < ends_) {
        integrate(next_event());
        world_events();
        bool moved = now_ >= meters_tell_;
        for (std::size_t c = 0; c < fuses_.size(); ++c) moved = moved || flow(c) != before[c];
        // A meter tells what it sees; what that leads to changes nothing at the same moment.
        if (moved) tell_meters();
        for (std::size_t c = 0; c < fuses_.size(); ++c) before[c] = flow(c);
        if (now_ >= ticks_) {
            if (back_at_ == never) controller_->tick(moment());
            take_out();
            if (back_at_ == never && now_ >= facts_at_) {
                // What is told costs more than what is decided, and only sessions are looked at.
                facts_at_ = now_ + (options_.compared ? minutes(1) : minutes(10));
                take_facts();
            }
            const Duration wanted = controller_->next_wake(now_) - now_;
            const Duration coarse = wanted <= seconds(1)    ? seconds(10)
                                    : wanted <= seconds(10) ? seconds(60)
                                                            : minutes(5);
            ticks_ = now_ + (options_.fine ? wanted : coarse);
        }
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            set_status(i);
            const Phases one = draw(boxes_[i], i);
            // A box without a register tells its power when it changes.
            if (!boxes_[i].tells_register && boxes_[i].power_told != one[0] + one[1] + one[2])
                tell_box(i, false);
        }
        check();
    }
    options_.lies = false;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        if (boxes_[i].car.plugged) unplug(i);
    }
    if (back_at_ != never) restart();
    now_ = now_ + minutes(1);
    controller_->tick(moment());
    take_out();
    take_facts();
}

// ---- tests ----

namespace {

int asked_for(const char* name, int otherwise) {
    const char* asked = std::getenv(name);
    return asked == nullptr ? otherwise : std::max(1, std::atoi(asked));
}

TEST(SimulatedWeeks, no_fuse_is_over_its_limit_longer_than_the_boxes_take_and_no_session_is_lost) {
    double worst_energy = 0;
    std::uint64_t sessions = 0;
    std::uint64_t decisions = 0;
    double watched_h = 0;
    double excused_h = 0;
    double signal_h = 0;
    const int first = asked_for("FOX_CHARGING_SEED", 1);
    const int weeks = asked_for("FOX_CHARGING_WEEKS", 20);
    for (int seed = first; seed < first + weeks; ++seed) {
        SimulatedWeek week(static_cast<std::uint64_t>(seed), {});
        week.run();
        const auto& found = week.findings();
        ASSERT_LE(found.over_longest_s, 0) << "seed " << seed << ": " << found.over_where;
        ASSERT_EQ(found.sessions_told, found.sessions_true) << "seed " << seed;
        ASSERT_LE(found.energy_worst, 0.005) << "seed " << seed << ": " << found.energy_where;
        ASSERT_NEAR(found.energy_told_wh, found.energy_true_wh, 0.005 * found.energy_true_wh)
            << "seed " << seed;
        worst_energy = std::max(worst_energy, found.energy_worst);
        sessions += static_cast<std::uint64_t>(found.sessions_told);
        decisions += found.decisions;
        watched_h += found.watched_h;
        excused_h += found.excused_h;
        signal_h += found.signal_h;
    }
    RecordProperty("sessions", static_cast<int>(sessions));
    std::printf("%llu sessions, %llu decisions, energy off by at most %.3f %%\n",
                static_cast<unsigned long long>(sessions),
                static_cast<unsigned long long>(decisions), worst_energy * 100);
    std::printf("%.0f hours of fuses, %.0f of them limited by signal, %.0f excused (%.1f %%)\n",
                watched_h, signal_h, excused_h, 100 * excused_h / watched_h);
    EXPECT_GT(signal_h, 0);
    EXPECT_LT(excused_h, 0.1 * watched_h) << "an excuse must stay the exception";
}

TEST(SimulatedWeeks, the_same_seed_gives_the_same_week) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        SimulatedWeek::Options options;
        options.compared = true;
        SimulatedWeek one(seed, options);
        SimulatedWeek two(seed, options);
        one.run();
        two.run();
        EXPECT_EQ(one.findings().hash, two.findings().hash);
        EXPECT_GT(one.findings().proposals, 0U);
    }
}

}  // namespace
}  // namespace foxtail::charging
