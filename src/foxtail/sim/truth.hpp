#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/sim/world.hpp"

#include <map>
#include <string>
#include <string_view>

namespace foxtail::sim {

// How the processes of the demo household share one physics. One process computes the world and
// publishes it on `sim/truth` (a flat JSON object, a member for each quantity, e.g.
// "rooms.kitchen.temperature_c":20.4); devices read from it what they measure. What a device does
// to the world it publishes on `sim/act`:
//   {"from":"bridge-4711","seq":17,"device":"hall/ceiling-lamp","key":"on","value":1}
// `sim/truth` carries under "ack" the last seq taken of each `from`, so that a device which shows
// its relay's new position at once is not told the old one by a truth that was on its way. Every
// minute the world is kept retained on `sim/saved`, from where a restarted world process goes on.
// The hub knows nothing of these topics.
constexpr std::string_view truth_topic = "sim/truth";
constexpr std::string_view act_topic = "sim/act";
constexpr std::string_view saved_topic = "sim/saved";

using Acks = std::map<std::string, std::int64_t, std::less<>>;

[[nodiscard]] std::string encode_truth(const World& world, const Acks& acks);

struct Truth {
    World world;
    Acks acks;
};
/// Error: invalid_input (no JSON, or a member is missing).
[[nodiscard]] Result<Truth> decode_truth(std::string_view text);

struct SentAct {
    std::string from;
    std::int64_t seq = 0;
    Act act;
};
[[nodiscard]] std::string encode_act(const SentAct& sent);
[[nodiscard]] Result<SentAct> decode_act(std::string_view text);

}  // namespace foxtail::sim
