// Bytes as a catalogue's file. What is loaded must be saved to what loads to the same.
#include "foxtail/base/assert.hpp"
#include "foxtail/cars/signals.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto read =
        foxtail::cars::Signals::load(std::string_view(reinterpret_cast<const char*>(bytes), size));
    if (!read) return 0;
    const auto again = foxtail::cars::Signals::load(read->save());
    FOX_ASSERT(again.has_value(), "what was loaded is saved so that it loads");
    FOX_ASSERT(again->save() == read->save(), "and to the same bytes");
    return 0;
}
