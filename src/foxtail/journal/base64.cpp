#include "foxtail/journal/base64.hpp"

#include <array>
#include <cstdint>

namespace foxtail::ledger {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t none = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> out{};
    for (auto& value : out) value = none;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return out;
}
constexpr auto values = make_values();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    const auto before = out.size();
    out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
    char* to = out.data() + before;
    for (std::size_t at = 0; at < bytes.size(); at += 3, to += 4) {
        const auto three =
            byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
        to[0] = alphabet[three >> 18];
        to[1] = alphabet[three >> 12 & 63];
        if (at + 1 < bytes.size()) to[2] = alphabet[three >> 6 & 63];
        if (at + 2 < bytes.size()) to[3] = alphabet[three & 63];
    }
}

std::string to_base64(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    const auto refused = [] { return fail(Code::invalid_input, "not base64"); };
    if (text.size() % 4 != 0) return refused();
    while (!text.empty() && text.back() == '=' && text.size() % 4 != 2) text.remove_suffix(1);
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned known = 0;
    for (const char c : text) {
        const auto value = values[static_cast<unsigned char>(c)];
        if (value == none) return refused();
        bits = (bits << 6 | value) & 0xFFFF;
        known += 6;
        if (known < 8) continue;
        known -= 8;
        out += static_cast<char>(bits >> known);
    }
    if ((bits & ((1U << known) - 1)) != 0) return refused();
    return out;
}

}  // namespace foxtail::ledger
