#pragma once

#include "foxtail/hub/door.hpp"

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "world.hpp"

namespace foxtail::sim {

/// The network: devices that obey, refuse, stay silent, answer late, twice or with something else.
class Devices final : public Outlet {
public:
    explicit Devices(World& world) : world_(world) {}
    Result<Sent> send(const Order& order) override;
    void pause(bool) override {}

    struct Sighting {
        Seq command = 0;
        Duration at;
        Duration expires;
        bool when_durable = false;
        Seq durable_then = 0;
    };
    std::vector<Sighting> sent;
    Hub* hub = nullptr;
    std::optional<Inlet> inlet;
    std::uint64_t life = 0;

private:
    World& world_;
};

/// Drives one household with random events from one seed, through crashes and full disks, and
/// checks after every restart that the journal gives the state back byte for byte.
class HouseholdSim {
public:
    explicit HouseholdSim(std::uint64_t seed);
    /// Runs `steps` random events. The answer is empty, or says what went wrong.
    std::string run(int steps);

    World world;
    Disk disk;

private:
    void boot();
    void crash();
    void step();
    void say_something();
    void tell_something();
    void wish_something();
    void change_grants();
    void check_replay();
    void check_journal();
    void broken(const std::string& what);
    ThingSpec random_spec(int thing);
    Value random_value(const PropertySpec& spec, bool fitting);

    FixedZone zone_;
    Devices devices_;
    std::unique_ptr<Hub> hub_;
    std::set<Seq> acknowledged_;
    std::string failure_;
    std::uint64_t life_ = 0;
};

}  // namespace foxtail::sim
