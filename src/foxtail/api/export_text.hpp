#pragma once

#include "foxtail/hub/door.hpp"
#include "foxtail/json/record.hpp"

#include <string>
#include <string_view>

namespace foxtail::api {

/// What a person takes along, as lines: JSON objects, or rows of a table. Other people of the house
/// are "somebody" in it; what they did with the person's things is told, who it was is not.
class ExportText {
public:
    enum class Format : std::uint8_t { jsonl, csv };
    ExportText(const Door& door, Format format) : door_(door), format_(format) {}

    /// What it is, of whom, from when; in CSV the names of the columns. Comes first.
    void begin(std::string_view household);
    void thing(const Thing& thing);
    void grant(const Grant& grant, const std::vector<PropertyId>& reached);
    void record(const Record& record);

    [[nodiscard]] std::size_t bytes() const { return out_.size(); }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    struct Row {
        std::string seq, received, kind, address, value, unit, quality, time, actor, sentence;
    };
    void write(const Row& row);

    const Door& door_;
    Format format_;
    std::string out_;
};

/// A cell as RFC 4180 has it. Text that a spreadsheet would take for a formula gets an apostrophe
/// before it: what devices and strangers named must not calculate.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace foxtail::api
