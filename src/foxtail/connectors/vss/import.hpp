#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/cars/signals.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// The JSON export of the Vehicle Signal Specification (COVESA vss-tools, "json" exporter; 4.0, 5.1
// and 6.0): one object with one root, whose branches hold their children and whose leaves hold
// "type", "datatype" and perhaps "unit", "min", "max", "allowed". Instances stand there expanded,
// or (exported with --no-expand) as "instances" of their branch. Struct types are a root of their
// own, "ComplexDataTypes". Pure.

namespace foxtail::vss {

struct Import {
    cars::Signals signals;
    std::size_t leaves = 0;
    std::vector<std::string> unknown_units;  // as written, each once: their values carry no unit
    std::vector<std::string> left_out;       // signals whose type is a struct
};

/// Reads a whole export. Error: invalid_input naming the path and what would be right, exhausted.
[[nodiscard]] Result<Import> read_export(std::string_view json);

/// Lays another export of the same shape over it: new leaves are added; of known ones the members
/// that stand there replace what was. Errors as read_export().
[[nodiscard]] Result<void> lay_over(Import& base, std::string_view json);

}  // namespace foxtail::vss
