#include "foxtail/base/assert.hpp"
#include "foxtail/journal/note.hpp"

#include <cstdint>

// Notes come from witnesses and other people's files; keys from command lines. What is understood
// must be written the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail::ledger;
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    if (const auto note = parse_note(input)) {
        FOX_ASSERT(format_note(*note) == input, "a note has one way to be written");
        static const SigningKey key("PeterNeumann", {});
        const VerifierKey known[] = {key.verifier()};
        (void)verify_note(*note, known);
    }
    if (const auto key = parse_verifier_key(input))
        FOX_ASSERT(format_verifier_key(*key) == input, "a key has one way to be written");
    return 0;
}
