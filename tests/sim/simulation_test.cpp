#include <cstdlib>
#include <iostream>

#include "household_sim.hpp"
#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// FOXTAIL_SIM_SEEDS says how many worlds; FOXTAIL_SIM_SEED replays one.
TEST(Simulation, replaying_the_journal_gives_the_same_state_byte_for_byte) {
    const auto only = number_from("FOXTAIL_SIM_SEED", 0);
    const auto first = only != 0 ? only : 1;
    const auto last = only != 0 ? only : number_from("FOXTAIL_SIM_SEEDS", 200);
    std::size_t records = 0;
    for (auto seed = first; seed <= last; ++seed) {
        HouseholdSim sim(seed);
        const auto wrong = sim.run(400);
        ASSERT_EQ(wrong, "") << "seed " << seed << " (replay it with FOXTAIL_SIM_SEED=" << seed
                             << ")";
        records += sim.disk.records.size();
    }
    std::cout << "seeds " << first << ".." << last << ", " << records << " records" << std::endl;
    EXPECT_GT(records, (last - first + 1) * 200) << "the worlds are too quiet to prove anything";
}

// The control: a store that answers before it has written must be caught, or the test above proves
// nothing.
TEST(Simulation, catches_a_store_that_acknowledges_before_the_commit) {
    int caught = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        HouseholdSim sim(seed);
        sim.disk.acknowledges_early = true;
        sim.disk.commit_time = milliseconds(40);
        if (sim.run(400).find("was acknowledged and is not on the disk") != std::string::npos)
            ++caught;
    }
    EXPECT_GT(caught, 0);
}

}  // namespace
}  // namespace foxtail::sim
