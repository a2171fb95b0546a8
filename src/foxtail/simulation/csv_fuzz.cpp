#include "foxtail/simulation/world.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
    const auto world = foxtail::simulation::read_csv({reinterpret_cast<const char*>(bytes), count});
    if (!world) return 0;
    if (world->load_kw.values.size() != world->outdoor_c.values.size()) std::abort();
    for (const double kw : world->sun_kw.values)
        if (!std::isfinite(kw) || kw < 0) std::abort();
    return 0;
}
