#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace foxtail {
namespace {

/// Length of the well-formed character at `at`, or 0.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto tail = [&](std::size_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const std::uint8_t first = byte(at);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(at + 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const std::uint8_t low = first == 0xE0 ? 0xA0 : 0x80;
        const std::uint8_t high = first == 0xED ? 0x9F : 0xBF;
        return tail(at + 1, low, high) && tail(at + 2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const std::uint8_t low = first == 0xF0 ? 0x90 : 0x80;
        const std::uint8_t high = first == 0xF4 ? 0x8F : 0xBF;
        return tail(at + 1, low, high) && tail(at + 2) && tail(at + 3) ? 4 : 0;
    }
    return 0;
}

/// Of the characters U+0080 to U+07FF.
unsigned small_letter(unsigned c) {
    const auto within = [c](unsigned from, unsigned to) { return c >= from && c <= to; };
    if ((within(0xC0, 0xDE) && c != 0xD7) || (within(0x391, 0x3A9) && c != 0x3A2) ||
        within(0x410, 0x42F))
        return c + 0x20;
    if (within(0x400, 0x40F)) return c + 0x50;
    // Capital and small letters take turns.
    const bool even_first = (within(0x100, 0x137) && c != 0x130) || within(0x14A, 0x177) ||
                            within(0x460, 0x481) || within(0x48A, 0x4BF);
    const bool odd_first = within(0x139, 0x148) || within(0x179, 0x17E);
    if ((even_first && c % 2 == 0) || (odd_first && c % 2 == 1)) return c + 1;
    if (c == 0x178) return 0xFF;
    return c;
}

}  // namespace

bool valid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto length = character_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto length = character_length(text, at);
        const auto first = static_cast<std::uint8_t>(text[at]);
        if (length != 2) {
            const bool capital = length == 1 && first >= 'A' && first <= 'Z';
            out += capital ? std::string(1, static_cast<char>(first + 0x20))
                           : std::string(text.substr(at, std::max<std::size_t>(length, 1)));
            at += std::max<std::size_t>(length, 1);
            continue;
        }
        const auto second = static_cast<std::uint8_t>(text[at + 1]);
        const auto small =
            small_letter(static_cast<unsigned>((first & 0x1F) << 6 | (second & 0x3F)));
        out += static_cast<char>(0xC0 | small >> 6);
        out += static_cast<char>(0x80 | (small & 0x3F));
        at += 2;
    }
    return out;
}

namespace {

/// Whether terminals and pages obey the character instead of showing it: control characters (those
/// beyond ASCII too, of which U+009B begins a terminal's command), line separators, and what turns
/// the direction of what follows.
bool obeyed(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(character[i]); };
    switch (character.size()) {
        case 1:
            return byte(0) < 0x20 || byte(0) == 0x7F;
        case 2:
            return byte(0) == 0xC2 && byte(1) < 0xA0;
        case 3:
            return byte(0) == 0xE2 && ((byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||
                                       (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9));
        default:
            return false;
    }
}

}  // namespace

std::string printable(std::string_view text, std::size_t bytes_max) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto character = text.substr(at, character_length(text, at));
        const bool shown = !character.empty() && !obeyed(character);
        if (out.size() + (shown ? character.size() : 1) > bytes_max) {
            out += "...";
            break;
        }
        if (shown)
            out += character;
        else
            out += '?';
        at += std::max<std::size_t>(character.size(), 1);
    }
    return out;
}

}  // namespace foxtail
