#include "foxtail/base/assert.hpp"
#include "foxtail/journal/leaf.hpp"

#include <cstdint>

// Leaves and blocks come from somebody else's export. A leaf that is understood must be written the
// same: else two texts would say one thing, and hash to two.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail::ledger;
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    (void)parse_block(input);
    const auto leaf = parse_leaf(input);
    if (!leaf) return 0;
    std::string again;
    std::visit([&](const auto& l) { append_leaf(again, l); }, *leaf);
    FOX_ASSERT(again == input, "a leaf has one way to be written");
    return 0;
}
