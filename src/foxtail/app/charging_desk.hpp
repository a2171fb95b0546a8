#pragma once

#include "foxtail/charging/controller.hpp"
#include "foxtail/config/charging.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/hub/hub.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Joins the charging controller and the hub. It looks and wishes as `planner:charging`, through a
/// Door like everybody else, with grants on exactly the addresses that the configuration names;
/// and it is a connector that brings a thing for each charging point (`charge-NAME`) and circuit
/// (`circuit-NAME`), which people set and look at. A meter's reading has become the box's order
/// before the turn in which it came is over. Lives on the household's thread.
class ChargingDesk final : public Outlet, public Stream {
public:
    static constexpr std::string_view subject_name = "planner:charging";

    /// All references must outlive the desk.
    ChargingDesk(Hub& hub, const ChargingConfig& config);
    ~ChargingDesk() override;
    ChargingDesk(const ChargingDesk&) = delete;
    ChargingDesk& operator=(const ChargingDesk&) = delete;

    /// Error: conflict, unavailable, invalid_input.
    [[nodiscard]] Result<void> start();
    /// Begins where another left off, whose state() this is: a changed configuration is taken up in
    /// the middle of a session.
    [[nodiscard]] Result<void> start_from(std::string_view state);
    /// Keeps what must outlive a restart.
    void stop();
    /// Makes room for another: keeps its state, and is not called any more.
    void retire();
    [[nodiscard]] std::string state() const { return controller_.save(); }
    [[nodiscard]] const ChargingConfig& configuration() const { return config_; }

    [[nodiscard]] const charging::Controller& controller() const { return controller_; }

    // ---- Outlet: what people set on its things
    Result<Sent> send(const Order& order) override;
    void pause(bool paused) override;

    // ---- Stream: what it may see
    void reading(const Property& property, const Belief& belief, Quality quality) override;
    void record(const Record& record) override;
    void closed() override;

private:
    struct Target {
        enum class Of : std::uint8_t { point, circuit, car, house };
        Of of = Of::point;
        std::size_t index = 0;
        std::uint8_t role = 0;
    };
    void listen();
    [[nodiscard]] Result<void> give_grants();
    [[nodiscard]] Result<void> tell_things();
    void tell_setup();
    void load_kept();
    void take_state(std::string_view bytes);
    void hear_what_is_known();
    void hear(const Target& target, const Value& value, Seq seq, Time at = {});
    void look_at_commands();
    void pump();
    void wish(const charging::Proposal& proposal);
    void report(const charging::Fact& fact);
    void keep_if_changed(bool always);
    void arm();
    void wake();
    void look_for_silence();

    Hub& hub_;
    ChargingConfig config_;
    charging::Controller controller_;
    std::optional<Inlet> inlet_;
    std::optional<Door> door_;
    StringMap<std::vector<Target>> targets_;  // by address
    std::vector<Seq> commands_;               // of each point: the last limit's, while under way
    std::vector<std::string> point_things_;
    std::vector<std::string> circuit_things_;
    /// Callbacks of wishes may come after the desk is gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::uint64_t kept_changes_ = 0;
    Duration kept_at_;
    Duration armed_for_;
    bool stopped_ = false;
    bool started_ = false;
    bool pumping_ = false;
};

}  // namespace foxtail
