#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/model/value.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Whatever a device sends: no crash, and what was taken survives being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;  // NOLINT(google-build-using-namespace): one function
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto value = parse_json_value(text);
    if (!value.has_value()) {
        FOX_ASSERT(value.error().code == Code::invalid_input, "what is not JSON is invalid input");
        return 0;
    }
    const auto written = to_json(*value);
    FOX_ASSERT(valid_utf8(written), "JSON text is UTF-8");
    const auto again = parse_json_value(written);
    FOX_ASSERT(again.has_value(), "what was written can be read");
    FOX_ASSERT(*again == *value, "writing and reading keeps the value and its type");
    FOX_ASSERT(same_value(*again, *value), "a value is the same as itself");
    FOX_ASSERT(to_json(*again) == written, "the text is canonical after one round");
    return 0;
}
