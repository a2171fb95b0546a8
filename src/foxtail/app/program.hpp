#pragma once

#include "foxtail/app/load.hpp"
#include "foxtail/app/plan_kept.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace foxtail {

/// Everything of one running household: store, hub, doors, signals. Wiring only.
class Program {
public:
    struct Options {
        std::string config_file;  // for HUP and messages
        std::string data;         // folder; made when missing
        // Said on the command line: these go before the configuration's.
        std::optional<LogFormat> log_format = {};
        std::optional<LogLevel> log_level = {};
    };
    Program(Options options, Loaded loaded);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Opens everything, or nothing. Error: a sentence for people.
    [[nodiscard]] Result<void> start();
    /// Runs until TERM or INT (or stop()), then commits and closes. Gives the exit status.
    int run();
    /// Stops run() from within its thread.
    void stop();

    /// "http://127.0.0.1:8420"
    [[nodiscard]] std::string page_address() const;
    /// With the code that makes the first owner; the bare address when there is one already.
    [[nodiscard]] std::string signup_link() const;
    [[nodiscard]] std::uint16_t mqtt_port() const;
    /// 0 where chargers have no door.
    [[nodiscard]] std::uint16_t ocpp_port() const;

private:
    struct Parts;
    void reload();
    [[nodiscard]] Result<void> change_doors(const Configuration& then);
    [[nodiscard]] Result<void> change_cars(const std::vector<CarConfig>& before,
                                           const std::vector<CarConfig>& then);
    [[nodiscard]] Result<void> change_charging(ChargingConfig then, const PlanningConfig& planning);
    [[nodiscard]] Result<void> change_plan(const PlanningConfig& planning,
                                           const ChargingConfig& charging);
    [[nodiscard]] Result<void> begin_plan(const PlanningConfig& planning,
                                          const ChargingConfig& charging, const PlanState& state);
    [[nodiscard]] bool retire_plan();
    [[nodiscard]] Result<void> open_data();
    [[nodiscard]] Result<void> apply_house_rule(const Configuration& configuration);
    [[nodiscard]] Result<void> heed_restore();
    [[nodiscard]] Result<void> make_owner_token();
    [[nodiscard]] Result<void> open_doors();
    [[nodiscard]] Result<void> open_tls();
    [[nodiscard]] static std::vector<std::string> prover();
    void watch_certificate();
    void watch_signals();
    void watch_names();

    Options options_;
    Loaded loaded_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace foxtail
