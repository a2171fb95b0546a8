#include "foxtail/journal/base64.hpp"

#include <sodium.h>

namespace foxtail::ledger {

void append_base64(std::string& out, std::string_view bytes) {
    const auto size = sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    const auto before = out.size();
    out.resize(before + size);
    sodium_bin2base64(out.data() + before, size,
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    out.pop_back();  // libsodium ends it like a C string
}

std::string to_base64(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    std::string out(text.size() / 4 * 3, '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (text.size() % 4 != 0 ||
        sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                          text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text.data() + text.size()) {
        return fail(Code::invalid_input, "not base64");
    }
    out.resize(size);
    return out;
}

}  // namespace foxtail::ledger
