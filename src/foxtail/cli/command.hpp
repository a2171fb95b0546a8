#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/cli/hub_client.hpp"
#include "foxtail/cli/terminal.hpp"

#include <functional>
#include <memory>
#include <string>

#include <boost/json/fwd.hpp>

namespace CLI {
class App;
}

namespace foxtail::cli {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int misused = 2;

/// What the commands of one program share.
struct Setting {
    CLI::App& app;
    int& status;
    const Terminal& terminal;

    /// A command below `parent`, with the examples at the end of its help.
    CLI::App* command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& examples) const;
    /// --url, --token-file and --data; the command line is read into them.
    std::shared_ptr<ConnectionOptions> connection(CLI::App& command) const;
    /// --data alone, for commands on the household's files.
    std::shared_ptr<std::string> data(CLI::App& command) const;

    /// Does the work and turns its outcome into a message and the exit status.
    void conclude(const Result<void>& outcome) const;
    void with_hub(const ConnectionOptions& connection,
                  const std::function<Result<void>(HubClient&)>& work) const;
    /// One answer of the hub as it is, for programs.
    [[nodiscard]] Result<void> print_answer(HubClient& hub, const std::string& target) const;
    /// What is to be erased since grants have ended, as GET /grants and GET /desk tell it.
    void list_erasures(const boost::json::value& answer) const;
};

// One for each file of commands.
void add_thing_commands(const Setting& setting);    // things, get
void add_cars_command(const Setting& setting);      // cars
void add_wish_commands(const Setting& setting);     // set, act
void add_watch_command(const Setting& setting);     // watch
void add_history_command(const Setting& setting);   // history
void add_journal_commands(const Setting& setting);  // why, journal
void add_affair_commands(const Setting& setting);   // rules, problems, system
void add_grant_commands(const Setting& setting);    // grants
void add_desk_commands(const Setting& setting);     // desk
void add_people_commands(const Setting& setting);   // people
void add_charger_commands(const Setting& setting);  // chargers
void add_file_commands(const Setting& setting);     // backup, restore
void add_ca_command(const Setting& setting);        // ca
void add_charge_commands(const Setting& setting);   // charge
void add_plan_commands(const Setting& setting);     // plan
void add_witness_command(const Setting& setting);   // witness
/// Below `plan`: simulate.
void add_plan_simulate(const Setting& setting, CLI::App& plan);
void add_completion_command(const Setting& setting);
/// Below `journal`: verify, export, stat.
void add_journal_file_commands(const Setting& setting, CLI::App& journal);

}  // namespace foxtail::cli
