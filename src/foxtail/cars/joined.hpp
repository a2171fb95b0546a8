#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/model/thing.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// One car of which several sources speak: what is believed, where they contradict each other, and
// what can be reckoned when all are silent. Pure; time is an argument.
//
// The rule, for each property by itself:
// 1. What is not older than its max age goes before what is.
// 2. Of what is fresh, the source with the higher trust; of equal trust, the newer.
// 3. When nothing is fresh, the newest, whoever said it; it shows as stale.
// 4. What is believed never goes back in time: another source takes over only with something newer.
// A source that says "unknown" says nothing.

namespace foxtail::cars {

struct JoinedSource {
    std::string name;  // the thing's id
    int trust = 1;
};

struct JoinedOptions {
    std::vector<JoinedSource> sources;
    std::size_t meters = 0;
    std::optional<double> capacity_kwh;  // goes before what a source says
    double efficiency = 0.9;             // of charging
};

/// What is to be reported of the car.
struct Saying {
    std::string path;
    Value value;
    Time at;
    Quality quality = Quality::good;
    friend bool operator==(const Saying&, const Saying&) = default;
};

class Joined {
public:
    explicit Joined(JoinedOptions options) : options_(std::move(options)) {
        meters_.resize(options_.meters);
    }

    /// A source's reading. `at` is when it was true; `unit` and `max_age` are its property's.
    std::vector<Saying> hear(std::size_t source, std::string_view path, const Value& value, Time at,
                             std::string_view unit, std::optional<Duration> max_age, Time now);
    /// What a source said before a restart: it counts, and is not said anew. Then recalled(), once.
    void recall(std::size_t source, std::string_view path, const Value& value, Time at,
                std::string_view unit, std::optional<Duration> max_age);
    void recalled(Time now);
    /// A register's reading in W.h; `here`: the car stands at this meter. What it counts while the
    /// car stands there went into the car.
    std::vector<Saying> metered(std::size_t meter, double register_wh, bool here, Time at,
                                Time now);
    /// Time has passed: looks for what grew stale, and for contradictions that last.
    std::vector<Saying> look(Time now);

    /// Whether the car's own word is that it is plugged in; nothing when nobody knows.
    [[nodiscard]] std::optional<bool> plugged() const;
    /// The source that is believed; nothing when nobody spoke of it.
    [[nodiscard]] std::optional<std::size_t> believed(std::string_view path) const;

    /// What cannot be heard again after a restart: registers, and energy since the last state of
    /// charge.
    [[nodiscard]] std::string save() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

    static constexpr std::string_view soc_path =
        "Powertrain.TractionBattery.StateOfCharge.Displayed";
    static constexpr std::string_view plugged_path =
        "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected";
    static constexpr std::string_view conflicts_path = "Foxtail.Conflicts";
    static constexpr std::string_view sources_path = "Foxtail.Sources";
    static constexpr std::string_view believed_path = "Foxtail.Believed";

    static constexpr Duration conflict_lasts = minutes(2);
    static constexpr Duration estimate_after = minutes(5);   // without a word of the car
    static constexpr Duration estimate_again = minutes(10);  // while nothing more goes in
    static constexpr double step_wh_max = 100'000;           // more between two readings is a fault
    static constexpr std::size_t paths_max = 1024;
    static constexpr std::size_t portions_max = 2000;

private:
    struct Candidate {
        Value value = Null{};
        Time at;
        std::optional<Duration> max_age;
        [[nodiscard]] bool known() const { return !std::holds_alternative<Null>(value); }
        [[nodiscard]] bool fresh(Time now) const {
            return known() && (!max_age || now - at <= *max_age);
        }
    };
    struct Signal {
        std::string unit;
        std::vector<Candidate> candidates;  // one a source
        std::optional<std::size_t> said_by;
        Candidate said;
        std::optional<Time> disagree_since;
    };
    struct Meter {
        std::optional<double> register_wh;
        bool here = false;
    };
    /// Energy that went into the car.
    struct Portion {
        Time at;
        double wh = 0;
    };

    [[nodiscard]] std::optional<std::size_t> choose(const Signal& signal, Time now) const;
    void decide(const std::string& path, Signal& signal, Time now, std::vector<Saying>& out);
    void estimate(Time at, std::vector<Saying>& out);
    void anchor(const Candidate& soc);
    [[nodiscard]] std::optional<double> capacity_wh() const;
    [[nodiscard]] std::optional<std::size_t> contradicted(const Signal& signal, Time now) const;
    void tell_conflicts(Time now, std::vector<Saying>& out);
    void tell_sources(Time now, std::vector<Saying>& out);

    JoinedOptions options_;
    std::map<std::string, Signal, std::less<>> signals_;
    std::vector<Meter> meters_;
    std::deque<Portion> portions_;  // since the anchor, oldest first
    std::optional<double> anchor_soc_;
    Time anchor_at_;
    Time estimated_at_;
    std::string told_conflicts_ = "[]";
    std::string told_sources_;
    std::string told_believed_;
};

/// Whether two values of one property contradict each other: numbers further apart than measuring
/// and rounding explain. What changes from second to second (power, speed) never does.
[[nodiscard]] bool contradicts(const Value& a, const Value& b, std::string_view unit);

}  // namespace foxtail::cars
