#include "foxtail/base/assert.hpp"
#include "foxtail/config/rules_yaml.hpp"
#include "foxtail/rules/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Any bytes as a file of rules: read or refused, never thrown; what is read without a mistake the
// engine takes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = foxtail::read_rules(
        std::string_view(reinterpret_cast<const char*>(data), size), "rules.yaml");
    if (read.mistakes.empty()) {
        FOX_ASSERT(foxtail::check_rules(read.rules).empty(),
                   "rules read without a mistake are good rules");
        for (const auto& rule : read.rules) (void)foxtail::describe(rule);
    }
    return 0;
}
