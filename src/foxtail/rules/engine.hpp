#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/model/catalogue.hpp"
#include "foxtail/rules/rule.hpp"
#include "foxtail/rules/sight.hpp"
#include "foxtail/twin/twin.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace foxtail {

/// What a rule wishes; the hub decides, records and carries out.
struct Proposal {
    struct Set {
        std::string address;
        Value value;
    };
    struct Run {
        std::string thing;
        std::string action;
        Value input;
    };
    struct Notify {
        std::string text;
        std::string to;
    };
    std::variant<Set, Run, Notify> what;
};

/// One rule's answer to one trigger (or to the end of a wait).
struct RuleRun {
    std::uint32_t rule = 0;  // index in rules()
    bool failed = false;     // an expression failed; `detail` says how
    std::string detail;      // what triggered it: "hall/occupancy became true", "07:00"; "after 5m"
    std::vector<Proposal>
        proposals;  // up to the next wait; none when failed: a part is never carried out in part
    std::optional<Duration> wait;  // pauses so long after the proposals ...
    std::uint32_t resume_at = 0;   // ... and goes on at this action
};

/// Evaluates rules against the twin. Pure: given the same calls it gives the same answers; Lua runs
/// without libraries that reach outside, with a bound on instructions and memory for each
/// evaluation (sandbox.hpp). A rule runs at most once for each call of changed(), happened() or
/// tick(), whichever of its triggers apply. Not thread-safe. Catalogue, twin and zone must outlive
/// it.
class RuleEngine {
public:
    RuleEngine(const Catalogue& catalogue, const Twin& twin, const Zone& zone);
    ~RuleEngine();
    RuleEngine(const RuleEngine&) = delete;
    RuleEngine& operator=(const RuleEngine&) = delete;

    /// From now on rules see only what `sight` lets them, which must outlive the engine. Without it
    /// they see all that is in the twin.
    void look_through(RuleSight& sight);

    /// Replaces all rules, or none when any is wrong: every mistake is told with its place.
    /// Addresses that no thing has (yet) are no mistake: they bind when the thing appears (call
    /// rebind()). Counters of rules that keep their id go on; every other number in use for a rule
    /// is void afterwards.
    using Mistake = foxtail::Mistake;
    std::vector<Mistake> load(std::vector<RuleSpec> rules, Moment now);

    /// Addresses may have appeared: binds what is not bound yet. Costs nothing when everything is.
    void rebind();

    /// True when some rule mentions the property as a trigger. Inline, for the hot path.
    [[nodiscard]] bool mentions(PropertyId property) const {
        return property.index < triggers_of_.size() && !triggers_of_[property.index].empty();
    }
    /// Appends a RuleRun for each rule that the change triggers and whose condition holds (or
    /// fails). The twin must hold the change already. Allocates nothing when no rule is triggered.
    void changed(const Change& change, Moment now, std::vector<RuleRun>& out);
    void happened(std::string_view thing, std::string_view event, const Value& detail, Moment now,
                  std::vector<RuleRun>& out);
    /// Time triggers that are due. After a jump of the wall clock by more than five minutes nothing
    /// fires for the time skipped; the next occurrence is computed afresh. Costs nothing before
    /// next_wake().
    void tick(Moment now, std::vector<RuleRun>& out);
    /// When tick() has something to do next: a point on the clock that never jumps (comparable with
    /// Moment::mono, not a distance), at most a minute ahead so that a jump is noticed. Nothing
    /// without time triggers.
    [[nodiscard]] std::optional<Duration> next_wake(Moment now) const;
    /// Goes on after a wait: actions from `step` on. The condition is not asked again, and
    /// expressions no longer see `value`, `before` and `event`. A rule or step that does not exist
    /// (any more), or is switched off, gives nothing.
    void resume(std::uint32_t rule, std::uint32_t step, Moment now, std::vector<RuleRun>& out);

    [[nodiscard]] const std::vector<RuleSpec>& rules() const;
    /// Grows by one when the rules are replaced.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    /// What the rules that are switched on listen to: properties ("thing/property"), and events
    /// ("thing/event").
    void each_heard(const std::function<void(std::uint32_t rule, const std::string& address,
                                             bool event)>& visit) const;
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const;

    struct Counters {
        std::uint64_t evaluated = 0;  // conditions looked at
        std::uint64_t condition_false = 0;
        std::uint64_t ran = 0;
        std::uint64_t failed = 0;
    };
    [[nodiscard]] const Counters& counters(std::uint32_t rule) const;

private:
    struct Impl;
    struct Bound {
        std::uint32_t rule = 0;
        std::uint32_t trigger = 0;
        friend bool operator<(Bound a, Bound b) {
            return a.rule != b.rule ? a.rule < b.rule : a.trigger < b.trigger;
        }
    };
    bool bind(const std::string& address, Bound bound);
    std::vector<std::vector<Bound>> triggers_of_;  // by property
    std::uint64_t generation_ = 0;
    std::unique_ptr<Impl> impl_;
};

}  // namespace foxtail
