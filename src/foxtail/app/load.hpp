#pragma once

#include "foxtail/config/configuration.hpp"

#include <string>
#include <vector>

namespace foxtail {

/// A configuration file with all that it names, read and checked as a whole.
struct Loaded {
    Configuration configuration;
    std::vector<RuleSpec> rules;
    std::string hash;               // of all files' text, for the record
    std::vector<Mistake> mistakes;  // of all files; nothing may start unless this is empty
    std::vector<Mistake> notes;     // what holds, but may not be what was meant
};

/// Reads the file and the rule files it names (relative to it). Never throws; a file that cannot be
/// read is a mistake.
[[nodiscard]] Loaded load_configuration(const std::string& file);

/// "foxtail.yaml:12:8: what is wrong"
[[nodiscard]] std::string format_mistake(const Mistake& mistake);

}  // namespace foxtail
