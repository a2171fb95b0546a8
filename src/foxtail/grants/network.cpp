#include "foxtail/grants/verdict.hpp"

#include <array>
#include <charconv>

namespace foxtail {
namespace {

/// Four numbers with dots between them, and nothing else.
bool is_private_ipv4(std::string_view text) {
    std::array<unsigned, 4> part{};
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (i > 0) {
            if (!text.starts_with('.')) return false;
            text.remove_prefix(1);
        }
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), part[i]);
        if (wrong != std::errc() || part[i] > 255) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    if (!text.empty()) return false;
    return part[0] == 127 || part[0] == 10 || (part[0] == 172 && part[1] >= 16 && part[1] < 32) ||
           (part[0] == 192 && part[1] == 168) || (part[0] == 169 && part[1] == 254);
}

}  // namespace

bool is_own_network(std::string_view address) {
    constexpr std::string_view mapped = "::ffff:";
    if (address.starts_with(mapped) && address.find('.') != std::string_view::npos)
        return is_private_ipv4(address.substr(mapped.size()));
    if (address.find(':') == std::string_view::npos) return is_private_ipv4(address);
    if (address == "::1") return true;
    unsigned first = 0;
    const auto colon = address.substr(0, address.find(':'));
    const auto [end, wrong] = std::from_chars(colon.data(), colon.data() + colon.size(), first, 16);
    if (wrong != std::errc() || end != colon.data() + colon.size() || colon.size() > 4)
        return false;
    return (first & 0xFFC0U) == 0xFE80U || (first & 0xFE00U) == 0xFC00U;  // fe80::/10, fc00::/7
}

}  // namespace foxtail
