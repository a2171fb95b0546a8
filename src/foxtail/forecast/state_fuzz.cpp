// What was saved comes back from a disk: whatever it is, nothing breaks, and what is taken gives
// finite forecasts and is saved as it was.

#include "foxtail/forecast/state_testing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    foxtail::forecast::try_states({reinterpret_cast<const char*>(data), size});
    return 0;
}
