#pragma once

#include "foxtail/api/site_planner.hpp"
#include "foxtail/app/outlook.hpp"
#include "foxtail/app/plan_kept.hpp"
#include "foxtail/app/plan_savings.hpp"
#include "foxtail/app/plan_site.hpp"
#include "foxtail/app/plan_solving.hpp"
#include "foxtail/app/plan_sources.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/hub/hub.hpp"
#include "foxtail/planning/keeper.hpp"
#include "foxtail/planning/peak.hpp"
#include "foxtail/planning/words.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Joins the plan and the hub. It looks and wishes as `planner:house`, through a Door like
/// everybody else, with grants on exactly the addresses that the configuration names; and it is a
/// connector that brings the thing `plan` and one for each planned device (`plan-NAME`), which
/// people set and look at. A published plan is a reading of `plan/plan`, caused by what made it
/// due; a command names that reading as its cause. Lives on the household's thread.
class PlanDesk final : public Outlet, public Stream {
public:
    static constexpr std::string_view subject_name = "planner:house";

    /// All references must outlive the desk. `prover`: the command for tier 2.
    PlanDesk(boost::asio::io_context& io, Hub& hub, const Zone& zone,
             const PlanningConfig& planning, const ChargingConfig& charging,
             std::vector<std::string> prover);
    ~PlanDesk() override;
    PlanDesk(const PlanDesk&) = delete;
    PlanDesk& operator=(const PlanDesk&) = delete;

    /// Error: conflict, unavailable, invalid_input.
    [[nodiscard]] Result<void> start();
    /// Begins where another left off, whose state() this is: a changed configuration is taken up.
    [[nodiscard]] Result<void> start_from(const PlanState& state);
    /// Keeps what must outlive a restart.
    void stop();
    /// Makes room for another: keeps its state, and plans, looks and is looked at no more. Must not
    /// be destroyed before when_idle(), as questions of people may be under way.
    void retire();
    /// Calls `then` on the household's thread after all that was asked is answered; false when too
    /// much waits.
    [[nodiscard]] bool when_idle(std::function<void()> then);
    [[nodiscard]] PlanState state() const;
    /// Whether there is anything to plan for.
    [[nodiscard]] bool configured() const { return config_.any(); }

    /// For the API: what a wish would change.
    [[nodiscard]] api::PlannerSite site();
    [[nodiscard]] const planning::Keeper& keeper() const { return keeper_; }

    // ---- Outlet: what people set on its things
    Result<Sent> send(const Order& order) override;
    void pause(bool paused) override;

    // ---- Stream: what it may see
    void reading(const Property& property, const Belief& belief, Quality quality) override;
    void record(const Record& record) override;
    void closed() override;

private:
    struct Commanded {
        Value value;
        Duration when;
        bool obeyed = false;  // the device has said the same since
    };
    [[nodiscard]] Result<void> give_grants();
    [[nodiscard]] Result<void> tell_things();
    void load_kept();
    void take_state(std::string_view name, std::string_view bytes);
    [[nodiscard]] std::string version_kept() const;
    void hear_what_is_known();
    void hear(const std::vector<PlanTarget>& targets, const Value& value, Seq seq);
    void hear_source(const std::string& address, const Value& value);
    void source_told(Outlooker::Of what, planner::Series series, planner::Told because);
    void pump();
    void publish(const planner::Plan& plan, std::uint64_t number);
    void look_for_prices(std::uint64_t number);
    [[nodiscard]] Seq cause_of_plan();
    void look_for_ways();
    void follow();
    void tell_price(const planner::Plan& plan);
    void hold_back_sun(const planner::Followed& followed);
    void tell(planning::DeviceId device, const planner::Setpoint& setpoint, bool obeys);
    [[nodiscard]] std::string held_back_words(planning::DeviceId device,
                                              std::string_view name) const;
    void command(planning::DeviceId device, const planner::Setpoint& setpoint, bool obeys);
    /// How soon after the order before.
    enum class Haste : std::uint8_t { usual, at_once };
    void command(const std::string& address, Value value, bool again, Haste haste = Haste::usual);
    void notice_hand(const std::string& address, const Value& value, Seq seq);
    void look_for_silence();
    void take_over(planning::DeviceId device);
    void tell_settings(planning::DeviceId device, bool anew);
    void tell_changed_settings();
    void tell_house();
    [[nodiscard]] Value quiet_shown() const;
    [[nodiscard]] static Result<void> set_of_house(planning::Keeper& keeper, std::string_view name,
                                                   const Value& value, const std::string& by,
                                                   Seq seq, Moment now);
    void report(const std::string& thing, std::string_view name, Value value, Seq cause = 0);
    Seq report_anew(const std::string& thing, std::string_view name, Value value, Seq cause);
    void what_if(SubjectId who, const std::string& device, const std::vector<api::PlanWish>& wishes,
                 std::function<void(Result<std::string>)> then);
    [[nodiscard]] std::string device_told(std::string_view address) const;
    [[nodiscard]] std::optional<planning::DeviceId> find(std::string_view name) const;
    [[nodiscard]] std::string asker(SubjectId subject) const;
    void keep_books();
    void watch_peak();
    void tell_wishes();
    void note_proof();
    void tell_savings();
    void keep_if_changed();
    void arm();
    void wake();

    Hub& hub_;
    PlanningConfig config_;
    PlanWiring wiring_;
    planning::Keeper keeper_;
    planning::Speech speech_;
    Outlooker outlooker_;
    PlanSources sources_;
    planning::Ledger ledger_;
    planning::PeakMeter peak_;
    SavingsBook book_;
    PlanSolving solving_;
    std::optional<Inlet> inlet_;
    std::optional<Door> door_;
    std::vector<planner::Alternative> alternatives_;
    std::string inputs_;                                       // of the last answer, as JSON
    std::map<std::string, Commanded, std::less<>> commanded_;  // by address
    std::map<std::string, Value, std::less<>> told_;           // by address
    std::set<std::string, std::less<>> silent_;                // addresses whose meter says nothing
    std::set<planning::DeviceId> untaken_;  // whose charging point is still to be told who decides
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    Seq plan_seq_ = 0;    // the reading of the plan that is followed
    Seq due_seq_ = 0;     // of plan/due, where no other record led to the plan
    Seq source_seq_ = 0;  // of the reading that is heard just now
    Duration due_since_;
    std::uint64_t kept_changes_ = 0;
    std::uint64_t told_changes_ = 0;
    Time kept_quarter_;
    bool first_ = true;  // nothing is known from before
    bool stopped_ = false;
    bool started_ = false;
    bool pumping_ = false;
};

}  // namespace foxtail
