// Bytes as an export, and again as an overlay over a small one. Whatever is taken must survive
// being kept, and every signal must be a property that a thing may have.
#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/vss/import.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

void look(const foxtail::vss::Import& read) {
    const auto again = foxtail::cars::Signals::load(read.signals.save());
    FOX_ASSERT(again.has_value(), "what was imported can be kept");
    FOX_ASSERT(*again == read.signals, "and is the same afterwards");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const auto read = foxtail::vss::read_export(text)) look(*read);
    auto base = foxtail::vss::read_export(
        R"({"V":{"children":{"A":{"type":"sensor","datatype":"uint8","min":1,"max":9}}}})");
    FOX_ASSERT(base.has_value(), "a small export");
    if (foxtail::vss::lay_over(*base, text)) look(*base);
    return 0;
}
