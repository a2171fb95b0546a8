#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Text on a terminal: how wide it is, how it is coloured, how it stands in columns.
namespace foxtail::cli {

/// What a piece of text is for; a terminal with colours shows it, others do not need to.
enum class Tone : unsigned char { plain, strong, faint, good, warning, bad };

/// `text` in the tone's colour (ECMA-48), or as it is without colours.
[[nodiscard]] std::string toned(std::string_view text, Tone tone, bool colour);

/// Columns that UTF-8 text takes on a terminal: marks that combine take none, East Asian wide
/// characters and emoji two. Invalid bytes count one each.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// `text` without anything that a terminal would obey: control characters (C0, DEL, C1), direction
/// overrides and invalid bytes become '?'. What devices and people named is shown through this.
[[nodiscard]] std::string shown(std::string_view text);

/// `text` cut to `columns` with a "…" at its end when it was longer.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t columns);

/// With the letters A to Z made small.
[[nodiscard]] std::string lowered(std::string_view text);

/// The members with ", " between them.
[[nodiscard]] std::string joined(const std::vector<std::string>& texts,
                                 std::string_view between = ", ");

struct Cell {
    std::string text;
    Tone tone = Tone::plain;
    Cell(std::string t, Tone n = Tone::plain) : text(std::move(t)), tone(n) {}  // NOLINT
    Cell(const char* t, Tone n = Tone::plain) : text(t), tone(n) {}             // NOLINT
    Cell(std::string_view t, Tone n = Tone::plain) : text(t), tone(n) {}        // NOLINT
};

/// Rows in aligned columns under faint headings. Cells pass through shown().
class Table {
public:
    enum class Align : unsigned char { left, right };
    struct Column {
        std::string heading;
        Align align = Align::left;
    };
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// As many cells as columns; missing ones are empty.
    void add(std::vector<Cell> cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }

    /// With a line's end behind each row. `columns_max` 0 = as wide as it gets; otherwise the
    /// widest columns give way, each to no less than 8.
    [[nodiscard]] std::string text(std::size_t columns_max, bool colour) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths(std::size_t columns_max) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace foxtail::cli
