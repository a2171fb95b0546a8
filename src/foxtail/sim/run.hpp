#pragma once

#include "foxtail/sim/device.hpp"
#include "foxtail/sim/link.hpp"
#include "foxtail/sim/truth.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <string>

namespace foxtail::sim {

/// A device's view of the shared world: the newest truth, with its own acts applied that the truth
/// has not taken yet. So a lamp shows its new state at once, and never the old one again. No
/// sockets.
class SharedView {
public:
    explicit SharedView(std::string who) : who_(std::move(who)) {}

    /// Takes a truth message. False when it is not one.
    bool take(std::string_view payload, std::int64_t now_ms);
    /// Applies an act of its own; gives the message for the world, or nothing when the world knows
    /// no such thing.
    [[nodiscard]] std::optional<Message> act(const Act& act, std::int64_t now_ms);

    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] const World& world() const { return world_; }

private:
    struct Pending {
        SentAct sent;
        std::int64_t until_ms =
            0;  // afterwards the world process is believed, which perhaps was restarted
    };
    std::string who_;
    World world_;
    bool known_ = false;
    std::int64_t seq_ = 0;
    std::deque<Pending> pending_;
};

/// Both run until `stop` becomes true.
void run_device(Device& device, LinkOptions options, const std::atomic<bool>& stop);

struct WorldOptions {
    Setup setup;
    std::int64_t start_ms = 0;  // simulated UTC at the start
    double speed = 1;
    bool resume = true;  // goes on from the saved world of the same seed, when there is one
    /// Not 0: only from a saved world of this same run. So a start that was asked for is kept, and
    /// a world process that dies meanwhile still finds its own world again.
    std::int64_t era = 0;
};
void run_world(const WorldOptions& world, LinkOptions options, const std::atomic<bool>& stop);

/// The saved world when it fits: same seed, within two days of `start_ms`. Its time never goes
/// back.
[[nodiscard]] std::optional<World> resume_world(std::string_view saved,
                                                const WorldOptions& options);

}  // namespace foxtail::sim
