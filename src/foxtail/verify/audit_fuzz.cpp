#include "foxtail/base/assert.hpp"
#include "foxtail/verify/audit.hpp"

#include <cstdint>

// An export is somebody else's file, and who wrote it may want it believed: whatever it is, it must
// be judged without harm, and nothing holds that no key signed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail::ledger;
    std::string_view text(reinterpret_cast<const char*>(bytes), size);
    Audit audit({});
    while (!text.empty()) {
        const auto end = text.find('\n');
        audit.line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    const auto found = audit.finish();
    FOX_ASSERT(!found.good() || (!found.keys.empty() && found.size_signed > 0),
               "nothing is good that nobody signed");
    return 0;
}
