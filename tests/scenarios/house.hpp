#pragma once

#include "foxtail/hub/door.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "world.hpp"

namespace foxtail::scenario {

/// What a device does when it is told something.
struct Behaviour {
    enum class Kind { obeys, ignores, refuses, away } kind = Kind::obeys;
    Duration after = milliseconds(50);
    int times = 1;                 // how often it reports back
    std::optional<Value> instead;  // what it reports in place of what was asked
};

/// A household in a simulated world, with devices that do as they are told to behave. Time is only
/// what the story says.
class House {
public:
    House();
    ~House();

    /// The power goes: what was not on disk is gone. Starts anew at once.
    void crash();
    /// Stops cleanly and starts anew.
    void restart();
    void boot();

    [[nodiscard]] Hub& hub() { return *hub_; }
    [[nodiscard]] Inlet& connector(const std::string& name);
    /// The subject by its name; "guest:ann" is of the kind in front of the colon. Null when there
    /// is no such kind.
    [[nodiscard]] std::optional<SubjectId> subject(const std::string& name);
    [[nodiscard]] Door owner();
    /// What the rules of the house are from now on. Answers mistakes as lines, or nothing.
    std::string load_rules(std::vector<RuleSpec> rules);

    /// An order that left the house.
    struct Sent {
        std::string address;
        Value value;
        Seq command = 0;
    };
    /// Anything but a reading that came on record (on disk or on its way there), as the owner's
    /// stream saw it.
    std::vector<Record> seen;
    std::vector<Sent> sent;
    std::map<std::string, Behaviour> behaviours;  // by thing or by address

    sim::World world{1};
    sim::Disk disk{world};

private:
    class Devices;
    class Watcher;
    void let_go();

    sim::FixedZone zone_;
    std::unique_ptr<Hub> hub_;
    std::unique_ptr<Watcher> watcher_;
    std::map<std::string, std::unique_ptr<Devices>> connectors_;
    std::vector<RuleSpec> rules_;
};

}  // namespace foxtail::scenario
