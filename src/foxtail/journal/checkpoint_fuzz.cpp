#include "foxtail/base/assert.hpp"
#include "foxtail/journal/checkpoint.hpp"

#include <cstdint>

// What is understood must be written the same, and nothing is both a checkpoint and a statement
// about a key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail::ledger;
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const auto checkpoint = parse_checkpoint(input);
    const auto change = parse_key_change(input);
    FOX_ASSERT(!checkpoint || !change, "a signature must not be taken for another's");
    if (checkpoint) FOX_ASSERT(format_checkpoint(*checkpoint) == input, "one way to be written");
    if (change) FOX_ASSERT(format_key_change(*change) == input, "one way to be written");
    return 0;
}
