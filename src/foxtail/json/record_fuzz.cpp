#include "foxtail/base/assert.hpp"
#include "foxtail/json/record.hpp"
#include "foxtail/json/record_testing.hpp"

// A journal file comes from a disk, perhaps from somebody else's: "kind\n{...}". What is read must
// be written back the same way, whatever it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;
    static const testing::NumberedNames names(10, 4, 5);
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const auto line = input.find('\n');
    if (line == std::string_view::npos) return 0;
    const auto kind = input.substr(0, line);
    const auto body = body_from_json(kind, input.substr(line + 1), names);
    if (!body) return 0;
    std::string once;
    append_body_json(once, *body, names);
    const auto again = body_from_json(kind, once, names);
    FOX_ASSERT(again.has_value(), "what was written must be readable");
    std::string twice;
    append_body_json(twice, *again, names);
    FOX_ASSERT(once == twice, "writing must be stable");
    return 0;
}
