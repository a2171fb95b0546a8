#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"
#include "foxtail/rules/rule.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace foxtail {

constexpr std::size_t yaml_file_bytes_max = 1024 * 1024;
constexpr std::size_t yaml_mistakes_max = 200;  // more are counted, not told
constexpr int yaml_value_depth_max = 16;

/// A YAML file that people wrote. Each question that finds something else than asked for tells the
/// mistake with its place and gives nothing, so that a reader goes on and all mistakes are told in
/// one go. Nothing here throws.
class Yaml {
public:
    /// Parses. A file that is no YAML, not UTF-8, too large or more than one document is a mistake,
    /// and root() is empty.
    Yaml(std::string file, std::string_view text);

    [[nodiscard]] const YAML::Node& root() const { return root_; }

    /// What stands under `key`; an undefined node (false as a condition) when there is nothing or
    /// `map` is no map.
    [[nodiscard]] static YAML::Node at(const YAML::Node& map, std::string_view key);

    /// The same; nothing there is a mistake: "`what` needs 'key'".
    [[nodiscard]] YAML::Node required(const YAML::Node& map, std::string_view key,
                                      std::string_view what);

    void wrong(const YAML::Node& node, std::string message);
    /// What holds, but may not be what was meant.
    void note(const YAML::Node& node, std::string message);
    /// A mistake in line `line` (from 1) of a text that may go over several lines.
    void wrong_in_text(const YAML::Node& node, int line, std::string message);
    [[nodiscard]] Source source(const YAML::Node& node) const;

    /// `what` says in messages what was expected there: "'crosses'", "a rule". True when it is what
    /// was asked for.
    bool is_map(const YAML::Node& node, std::string_view what);
    bool is_list(const YAML::Node& node, std::string_view what);
    /// Tells keys that are not among `known` or stand there twice.
    void check_keys(const YAML::Node& map, std::span<const std::string_view> known,
                    std::string_view what);

    [[nodiscard]] std::optional<std::string> text(const YAML::Node& node, std::string_view what);
    [[nodiscard]] std::optional<bool> flag(const YAML::Node& node, std::string_view what);
    [[nodiscard]] std::optional<double> number(const YAML::Node& node, std::string_view what);
    [[nodiscard]] std::optional<Duration> duration(const YAML::Node& node, std::string_view what);
    /// Anything: what is quoted is a text; null, true, false and numbers are what they look like
    /// (YAML 1.2 core schema: on, off, yes and no are texts); lists and maps become JSON.
    [[nodiscard]] std::optional<Value> value(const YAML::Node& node, std::string_view what);

    /// In the order of the file; empties it.
    [[nodiscard]] std::vector<Mistake> take_mistakes();
    [[nodiscard]] std::vector<Mistake> take_notes() { return std::exchange(notes_, {}); }

private:
    /// Where something is missing: after what stands before. The parser's mark of an empty node is
    /// what comes next.
    [[nodiscard]] Source end_before(int line, int column) const;
    bool readable();
    void parse();
    void give_up();
    void tell(Source source, std::string message);
    bool count(const YAML::Node& node, std::size_t bytes);
    bool append_json(std::string& out, const YAML::Node& node, std::string_view what, int depth);
    bool append_json_map(std::string& out, const YAML::Node& node, std::string_view what,
                         int depth);

    std::string file_;
    std::vector<std::string_view> lines_;
    std::string text_;
    YAML::Node root_;
    bool broken_ = false;  // not YAML at all
    std::vector<Mistake> mistakes_;
    std::vector<Mistake> notes_;
    std::size_t untold_ = 0;
    std::size_t bytes_read_ = 0;
};

}  // namespace foxtail
