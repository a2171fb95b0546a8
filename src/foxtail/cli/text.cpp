#include "foxtail/cli/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace foxtail::cli {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode 15: combining marks and format characters of the scripts that names are written in.
constexpr std::array<Range, 21> no_width{
    {{0x0300, 0x036F},  {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
     {0x06D6, 0x06DC},  {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D},
     {0x0E31, 0x0E31},  {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
     {0x200B, 0x200F},  {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
     {0xE0100, 0xE01EF}}};
// East Asian Width W and F, and what terminals draw as emoji.
constexpr std::array<Range, 14> two_wide{{{0x1100, 0x115F},
                                          {0x231A, 0x231B},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97F},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F},
                                          {0x1F680, 0x1F6FF},
                                          {0x1F900, 0x1F9FF},
                                          {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [c](const Range& r) { return c >= r.first && c <= r.last; });
}

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// The character at the front of text that is not empty.
Character first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
    char32_t code = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {code, bytes, true};
}

std::size_t columns_of(const Character& c) {
    if (!c.valid) return 1;
    if (in(no_width, c.code)) return 0;
    return in(two_wide, c.code) ? 2 : 1;
}

/// Controls, and the characters that turn the direction of what follows around.
bool obeyed(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

constexpr std::size_t gap = 2;           // between two columns
constexpr std::size_t column_least = 8;  // what a column keeps when room is short

}  // namespace

std::string toned(std::string_view text, Tone tone, bool colour) {
    static constexpr std::array<std::string_view, 6> codes{"", "1", "2", "32", "33", "31"};
    if (!colour || tone == Tone::plain || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    out += codes[static_cast<std::size_t>(tone)];
    out += 'm';
    out += text;
    out += "\x1b[0m";
    return out;
}

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto c = first_of(text);
        width += columns_of(c);
        text.remove_prefix(c.bytes);
    }
    return width;
}

std::string shown(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto c = first_of(text);
        if (!c.valid || obeyed(c.code)) {
            out += '?';
        } else {
            out += text.substr(0, c.bytes);
        }
        text.remove_prefix(c.bytes);
    }
    return out;
}

std::string clipped(std::string_view text, std::size_t columns) {
    if (width_of(text) <= columns) return std::string(text);
    std::string out;
    std::size_t width = 1;  // the ellipsis
    while (!text.empty()) {
        const auto c = first_of(text);
        width += columns_of(c);
        if (width > columns) break;
        out += text.substr(0, c.bytes);
        text.remove_prefix(c.bytes);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return columns == 0 ? std::string() : out + "…";
}

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
    std::string out;
    for (const auto& text : texts) {
        if (!out.empty()) out += between;
        out += text;
    }
    return out;
}

void Table::add(std::vector<Cell> cells) {
    cells.resize(columns_.size(), Cell(""));
    for (auto& cell : cells) cell.text = shown(cell.text);
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t columns_max) const {
    std::vector<std::size_t> out;
    std::size_t total = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = width_of(columns_[i].heading);
        for (const auto& row : rows_) width = std::max(width, width_of(row[i].text));
        out.push_back(width);
        total += width + (i > 0 ? gap : 0);
    }
    while (columns_max > 0 && total > columns_max) {
        const auto widest = std::max_element(out.begin(), out.end());
        if (*widest <= column_least) break;
        --*widest;
        --total;
    }
    return out;
}

std::string Table::text(std::size_t columns_max, bool colour) const {
    const auto width = widths(columns_max);
    std::string out;
    const auto line = [&](const auto& cell_at) {
        std::string row;
        std::size_t owed = 0;  // spaces, written only when something follows
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const Cell& cell = cell_at(i);
            const auto text = clipped(cell.text, width[i]);
            const auto rest = width[i] - width_of(text);
            if (i > 0) owed += gap;
            const bool right = columns_[i].align == Align::right;
            if (right) owed += rest;
            if (!text.empty()) {
                row.append(owed, ' ');
                row += toned(text, cell.tone, colour);
                owed = 0;
            }
            if (!right) owed += rest;
        }
        out += row + "\n";
    };
    std::vector<Cell> headings;
    for (const auto& column : columns_) headings.emplace_back(column.heading, Tone::faint);
    line([&](std::size_t i) -> const Cell& { return headings[i]; });
    for (const auto& row : rows_) line([&](std::size_t i) -> const Cell& { return row[i]; });
    return out;
}

}  // namespace foxtail::cli
