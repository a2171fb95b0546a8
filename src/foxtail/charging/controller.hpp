#pragma once

#include "foxtail/charging/circuit.hpp"
#include "foxtail/charging/matching.hpp"
#include "foxtail/charging/point.hpp"
#include "foxtail/charging/prices.hpp"
#include "foxtail/charging/share.hpp"
#include "foxtail/charging/site.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::charging {

/// What can be heard of a charging point; names and units as its thing's properties have them.
enum class PointRole : std::uint8_t {
    status,
    online,
    power,
    power_l1,
    power_l2,
    power_l3,
    current_l1,
    current_l2,
    current_l3,
    energy,
    session_energy,
    id_tag,
    ev_id,
    transaction,
    limit,
    phases,
    max_current,
    plan,        // of the planner: A, or true for all and false for nothing
    plan_phases  // of the planner: on how many; null = as they are
};
constexpr std::array<std::string_view, 19> point_roles = {
    "status",         "online",      "power",      "power_l1",    "power_l2",
    "power_l3",       "current_l1",  "current_l2", "current_l3",  "energy",
    "session_energy", "id_tag",      "ev_id",      "transaction", "limit",
    "phases",         "max_current", "plan",       "plan_phases"};

/// Of a circuit's meter (+ into the house) and its signal.
enum class CircuitRole : std::uint8_t {
    current_l1,
    current_l2,
    current_l3,
    power_l1,
    power_l2,
    power_l3,
    power,
    signal_on,  // boolean: the circuit's limit_w holds
    signal_w    // W: this limit holds; null = none
};
constexpr std::array<std::string_view, 9> circuit_roles = {"current_l1", "current_l2", "current_l3",
                                                           "power_l1",   "power_l2",   "power_l3",
                                                           "power",      "signal_on",  "signal_w"};

enum class CarRole : std::uint8_t { cable, charging, home, power };
constexpr std::array<std::string_view, 4> car_roles = {"cable", "charging", "home", "power"};

/// Of the house: grid power (W, + into the house), battery power (W, + into the battery), what the
/// sun gives (W), price (per kWh), CO2 (g/kWh), what is paid for what is fed in (per kWh).
enum class HouseRole : std::uint8_t { grid, battery, production, price, co2, feed_in };
constexpr std::array<std::string_view, 6> house_roles = {"grid",  "battery", "production",
                                                         "price", "co2",     "feed_in"};

/// What people can set, by the names of the point's own thing.
enum class Setting : std::uint8_t { mode, at_most, needed, deadline, car, at_most_power };
constexpr std::array<std::string_view, 6> setting_names = {"mode",     "at_most", "needed",
                                                           "deadline", "car",     "at_most_power"};

/// Something the hub should wish for.
struct Proposal {
    enum class What : std::uint8_t { limit, phases, start };
    What what = What::limit;
    std::size_t point = 0;
    double value = 0;  // A, or number of phases
    std::string tag;   // of start
    Seq because = 0;   // the record that led here; 0 = none
};

/// Something to report about a point's or a circuit's own thing, or about where the house's power
/// comes from and goes to: grid, sun, battery (W, each + into the house), cars and home (W).
struct Fact {
    enum class Of : std::uint8_t { point, circuit, flow };
    Of of = Of::point;
    std::size_t index = 0;
    std::string_view name;  // of the property, or of the event
    Value value;
    bool event = false;
};

/// Charging of one household: facts, wishes and times in; proposals and facts out. Knows no clock
/// and does no I/O: the same calls give the same answers. What it promises: the limits it gives
/// out never add up to more than a circuit has left, a meter's jump is answered in the same call,
/// and a box that does not obey counts with what it is measured to draw. docs/charging.md tells
/// the rest. Not thread-safe.
class Controller {
public:
    explicit Controller(Site site);
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;

    /// Begins, or goes on after a restart; what load() gave stands.
    void start(Moment now);

    /// `at`: when it was true, if that is known and may be long ago.
    void hear(PointRole role, std::size_t point, const Value& value, Seq seq, Moment now,
              Time at = {});
    void hear(CircuitRole role, std::size_t circuit, const Value& value, Seq seq, Moment now);
    void hear(CarRole role, std::size_t car, const Value& value, Seq seq, Moment now);
    void hear(HouseRole role, const Value& value, Seq seq, Moment now);

    /// A person's wish. Error: invalid_input, with what would be right.
    [[nodiscard]] Result<void> set(Setting setting, std::size_t point, const Value& value, Seq seq,
                                   Moment now);
    /// Somebody else set the box's limit: it holds, within the circuits, until unplugged.
    void set_by_hand(std::size_t point, double amps, Seq seq, Moment now);
    /// The same in W of all phases together.
    void set_power_by_hand(std::size_t point, double watts, Seq seq, Moment now);
    /// The box did not take the limit.
    void refused(std::size_t point, std::string reason, Moment now);

    void tick(Moment now);
    /// When tick() has something to do.
    [[nodiscard]] Duration next_wake(Duration now) const;

    /// What came out; the caller empties it. Proposals first: they must not wait for words.
    std::vector<Proposal>& proposals() { return proposals_; }
    /// What changed since it was last asked.
    [[nodiscard]] std::vector<Fact> take_facts(Moment now);
    /// The next take_facts() tells it again, also when it is the same.
    void repeat(std::size_t point, std::string_view name) { told_points_[point].erase(name); }

    /// What must outlive a restart. Equal states give equal bytes.
    [[nodiscard]] std::string save() const;
    /// Error: corrupt; nothing is changed then. Points are found again by name.
    [[nodiscard]] Result<void> load(std::string_view bytes);
    /// Grows when something changed that is worth keeping at once.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

    [[nodiscard]] const Site& site() const { return site_; }
    [[nodiscard]] const std::vector<Point>& points() const { return points_; }
    [[nodiscard]] const std::vector<Circuit>& circuits() const { return circuits_; }

private:
    [[nodiscard]] bool heard_draw(PointRole role, std::size_t point, double amount, Moment now);
    void heard_energy(PointRole role, std::size_t point, double wh, Moment then);

    // decide.cpp: who gets how much
    void decide(Moment now);
    [[nodiscard]] std::vector<Room> rooms(Moment now) const;
    [[nodiscard]] bool held(std::size_t point, Moment now) const;
    [[nodiscard]] const char* out_of_hand(std::size_t point, Moment now) const;
    [[nodiscard]] std::optional<Ask> ask_by_mode(Point& point, Ask ask, Moment now) const;
    [[nodiscard]] int phases_taken(const Point& point) const;
    [[nodiscard]] bool keep_to_power(Point& point, Ask& ask) const;
    [[nodiscard]] std::optional<Ask> ask(std::size_t point, Moment now);
    void rank(std::vector<Ask>& asks, Moment now) const;
    [[nodiscard]] double urgency(const Point& point, Moment now) const;
    struct Given {
        double amps = 0;  // of the sharing
        double hard = 0;  // what the circuits alone would allow
        double most = 0;  // asked for
        bool asked = false;
        bool fixed = false;  // nothing to be said to it now
        bool sun = false;
        bool borrows = false;  // its least current does not come from the sun
    };
    [[nodiscard]] double target(std::size_t point, const Given& given, Moment now);
    [[nodiscard]] double start_target(Point& point, const Given& given, Moment now);
    [[nodiscard]] double raise_target(Point& point, const Given& given, Moment now) const;
    void give(std::vector<Given>& given, const std::vector<Room>& all, Moment now);
    [[nodiscard]] std::string tightest(std::size_t point, Moment now) const;
    void explain(std::size_t point, const Given& given, double target, Moment now);
    void keep_sums(std::vector<double>& targets, const std::vector<Given>& given,
                   const std::vector<Room>& all, Moment now) const;
    [[nodiscard]] double left_for(const std::vector<double>& targets, std::size_t point,
                                  const std::vector<Given>& given, const std::vector<Room>& all,
                                  Moment now) const;
    void propose(std::size_t point, double target, Moment now);
    [[nodiscard]] static bool waits_for_card(const Point& point);
    void propose_start(std::size_t point, Moment now);
    void follow_sun(Duration now);
    [[nodiscard]] double sun_each() const;
    [[nodiscard]] bool uses_sun(const Point& point) const;

    // phases.cpp
    void think_of_phases(std::size_t point, Moment now);
    [[nodiscard]] int better_phases(std::size_t point) const;
    void step_switching(std::size_t point, Moment now);

    // sessions.cpp
    void heard_status(std::size_t point, Status status, Time at, Moment now);
    void begin_session(std::size_t point, Time at, Moment now);
    void plug_out(std::size_t point, Time at, Moment now);
    void end_session(std::size_t point, Moment now);
    void tell_ended(std::size_t point, Moment now);
    void gain(std::size_t point, const Energy::Gain& gain, Moment at);
    void note_edges(std::size_t point, Moment now);
    void find_cars(Moment now);
    [[nodiscard]] SessionFacts session_facts(std::size_t point) const;
    void believe(Point& point, const Match& found);
    void find_person(Point& point) const;
    [[nodiscard]] std::string session_json(std::size_t point, bool whole) const;
    [[nodiscard]] Result<void> correct_car(std::size_t point, const std::string& car, Moment now);

    // transactions.cpp
    void heard_transaction(std::size_t point, std::string id, Time at, Moment now);
    void heard_card(std::size_t point, std::string tag, Moment now);
    [[nodiscard]] static bool awaits_end(const Point& point, Moment now);
    [[nodiscard]] Match match_past(SessionFacts facts, Moment now) const;

    // telling.cpp
    void tell(Fact::Of of, std::size_t index, std::string_view name, Value value);
    void tell_all(Moment now);
    void tell_session(std::size_t point, Moment now);
    void tell_flow(Moment now);

    Site site_;
    std::vector<Point> points_;
    std::vector<Circuit> circuits_;
    std::vector<CarFacts> cars_;
    std::vector<std::uint32_t> below_;  // of each circuit: bit per point
    Learned learned_;
    /// What was kept of points that are not configured just now, by name, as it stood: who puts one
    /// back finds its session.
    std::map<std::string, std::string, std::less<>> absent_;
    std::optional<double> grid_w_;
    Duration grid_at_;
    double battery_w_ = 0;
    std::optional<double> production_w_;
    double sun_w_ = 0;
    Prices prices_;  // a feed-in that nobody told is the site's
    GridShare share_;
    Moment started_;
    Seq because_ = 0;
    std::uint64_t sessions_ = 0;
    std::uint64_t changes_ = 0;
    Duration cars_sought_;
    std::vector<std::map<std::string_view, Value>> told_points_;
    std::vector<std::map<std::string_view, Value>> told_circuits_;
    std::map<std::string_view, Value> told_flow_;
    std::vector<Duration> figures_told_;
    Duration flow_told_;
    std::vector<Proposal> proposals_;
    std::vector<Fact> facts_;
};

}  // namespace foxtail::charging
