#include "foxtail/config/yaml.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/rules/nearest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include <yaml-cpp/eventhandler.h>

namespace foxtail {
namespace {

// References in YAML (&name, *name) can make a small file mean a very large one.
constexpr std::size_t bytes_read_max = 16UL * 1024 * 1024;

const char* kind_of(const YAML::Node& node) {
    switch (node.Type()) {
        case YAML::NodeType::Map:
            return "a map";
        case YAML::NodeType::Sequence:
            return "a list";
        case YAML::NodeType::Scalar:
            return "a text";
        case YAML::NodeType::Null:
            return "nothing";
        case YAML::NodeType::Undefined:
            break;
    }
    return "nothing";
}

/// How a scalar stands in a message: 'text', cut.
std::string quoted(const YAML::Node& node) {
    return node.IsScalar() ? "'" + printable(node.Scalar(), 60) + "'" : kind_of(node);
}

bool plain(const YAML::Node& node) {
    return node.Tag() == "?" || node.Tag().empty();
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::optional<std::int64_t> integer_from(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0o")) {
        base = text[1] == 'x' ? 16 : 8;
        text.remove_prefix(2);
    } else if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || (text.front() == '-' && base != 10)) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<double> double_from(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    // from_chars reads "inf" and "nan", which are texts here.
    if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
        return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A scalar as the value it looks like; nothing for a number that is none or infinite.
std::optional<Value> scalar_value(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (!plain(node)) return Value{text};
    if (is_any_of(text, {"true", "True", "TRUE"})) return Value{true};
    if (is_any_of(text, {"false", "False", "FALSE"})) return Value{false};
    if (is_any_of(text, {".inf", "-.inf", "+.inf", ".Inf", "-.Inf", ".INF", "-.INF", ".nan", ".NaN",
                         ".NAN"})) {
        return std::nullopt;
    }
    if (const auto whole = integer_from(text)) return Value{*whole};
    if (const auto number = double_from(text)) return Value{*number};
    return Value{text};
}

/// Notes where the last document began.
struct DocumentStart final : YAML::EventHandler {
    void OnDocumentStart(const YAML::Mark& mark) override {
        line = mark.line + 1;
        column = mark.column + 1;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}

    int line = 0;
    int column = 0;
};

}  // namespace

Yaml::Yaml(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {
    if (text.size() > yaml_file_bytes_max) {
        tell({file_, 0, 0}, "a file of " + std::to_string(text.size()) + " bytes, limit " +
                                std::to_string(yaml_file_bytes_max));
        return;
    }
    std::string_view rest = text_;
    while (true) {
        const auto end = rest.find('\n');
        lines_.push_back(rest.substr(0, end));
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    if (readable()) parse();
}

bool Yaml::readable() {
    int line = 0;
    for (const auto row : lines_) {
        ++line;
        const auto bad = std::find_if(row.begin(), row.end(), [](char c) {
            return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r';
        });
        if (bad != row.end()) {
            tell({file_, line, static_cast<int>(bad - row.begin()) + 1},
                 "a control character; write it as an escape in a quoted text");
            return false;
        }
        if (!valid_utf8(row)) {
            tell({file_, line, 1}, "this line is not UTF-8");
            return false;
        }
    }
    return true;
}

void Yaml::give_up() {
    root_.reset();
    broken_ = true;
}

void Yaml::parse() {
    try {
        root_ = YAML::Load(text_);
        // Load() reads the first document and is silent about what comes after it; LoadAll() of
        // yaml-cpp 0.7 does not come back from ", a]". So the events are read once more, and never
        // further than one step past the first document.
        std::istringstream stream(text_);
        YAML::Parser parser(stream);
        DocumentStart start;
        if (!parser.HandleNextDocument(start)) return;
        if (!parser.HandleNextDocument(start)) return;
        give_up();
        tell({file_, start.line, start.column},
             "the file ends before this: only one document is read, and brackets come in pairs");
    } catch (const YAML::Exception& e) {
        give_up();
        const bool somewhere = !e.mark.is_null();
        tell({file_, somewhere ? e.mark.line + 1 : 0, somewhere ? e.mark.column + 1 : 0},
             "not YAML: " + e.msg);
    } catch (const std::exception& e) {
        give_up();
        tell({file_, 0, 0}, std::string("not YAML: ") + e.what());
    }
}

YAML::Node Yaml::at(const YAML::Node& map, std::string_view key) {
    if (map.IsDefined() && map.IsMap()) {
        for (const auto& entry : map) {
            if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
        }
    }
    return YAML::Node(YAML::NodeType::Undefined);
}

YAML::Node Yaml::required(const YAML::Node& map, std::string_view key, std::string_view what) {
    auto node = at(map, key);
    if (!node.IsDefined()) wrong(map, std::string(what) + " needs '" + std::string(key) + "'");
    return node;
}

Source Yaml::source(const YAML::Node& node) const {
    if (!node.IsDefined()) return {file_, 0, 0};
    const auto mark = node.Mark();
    if (mark.is_null()) return {file_, 0, 0};
    if (node.IsNull()) return end_before(mark.line, mark.column);
    return {file_, mark.line + 1, mark.column + 1};
}

Source Yaml::end_before(int line, int column) const {
    constexpr std::string_view blanks = " \t\r";
    auto row_number = std::min(static_cast<std::size_t>(std::max(line, 0)), lines_.size() - 1);
    auto row = lines_[row_number].substr(0, static_cast<std::size_t>(std::max(column, 0)));
    while (row.find_first_not_of(blanks) == std::string_view::npos && row_number > 0) {
        row = lines_[--row_number];
        row = row.substr(0, row.starts_with('#') ? 0 : row.find(" #"));
    }
    const auto last = row.find_last_not_of(blanks);
    const auto after = last == std::string_view::npos ? 0 : last + 1;
    return {file_, static_cast<int>(row_number) + 1, static_cast<int>(after) + 1};
}

void Yaml::tell(Source source, std::string message) {
    if (mistakes_.size() >= yaml_mistakes_max) {
        ++untold_;
        return;
    }
    mistakes_.push_back({std::move(source), std::move(message)});
}

void Yaml::wrong(const YAML::Node& node, std::string message) {
    tell(source(node), std::move(message));
}

void Yaml::note(const YAML::Node& node, std::string message) {
    notes_.push_back({source(node), std::move(message)});
}

void Yaml::wrong_in_text(const YAML::Node& node, int line, std::string message) {
    Source place = source(node);
    // A text in block style ("|", ">") begins on the line after its sign; any other is on one line
    // for the reader.
    if (place.line > 0 && static_cast<std::size_t>(place.line) <= lines_.size()) {
        const auto row = lines_[static_cast<std::size_t>(place.line) - 1];
        const auto column = static_cast<std::size_t>(place.column) - 1;
        if (column < row.size() && (row[column] == '|' || row[column] == '>')) {
            place.line += line;
            const auto below = std::min(static_cast<std::size_t>(place.line), lines_.size());
            place.column = static_cast<int>(std::min(lines_[below - 1].find_first_not_of(' '),
                                                     lines_[below - 1].size())) +
                           1;
        }
    }
    tell(std::move(place), std::move(message));
}

bool Yaml::is_map(const YAML::Node& node, std::string_view what) {
    if (broken_) return false;  // told already, with its place
    if (node.IsDefined() && node.IsMap()) return true;
    wrong(node, std::string(what) + " must be a map (key: value), not " + kind_of(node));
    return false;
}

bool Yaml::is_list(const YAML::Node& node, std::string_view what) {
    if (broken_) return false;
    if (node.IsDefined() && node.IsSequence()) return true;
    wrong(node, std::string(what) + " must be a list (- ...), not " + kind_of(node));
    return false;
}

void Yaml::check_keys(const YAML::Node& map, std::span<const std::string_view> known,
                      std::string_view what) {
    std::vector<std::string_view> seen;
    for (const auto& entry : map) {
        if (!entry.first.IsScalar()) {
            wrong(entry.first, std::string("a key in ") + std::string(what) +
                                   " must be a text, not " + kind_of(entry.first));
            continue;
        }
        const std::string_view key = entry.first.Scalar();
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            std::string message = std::string(what) + " has no '" + printable(key, 60) + "'";
            auto hint = did_you_mean(key, known);
            if (hint.empty()) {
                hint = "; it can have ";
                for (std::size_t i = 0; i < known.size(); ++i) {
                    if (i != 0) hint += i + 1 == known.size() ? " and " : ", ";
                    hint += "'" + std::string(known[i]) + "'";
                }
            }
            wrong(entry.first, message + hint);
        } else if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
            wrong(entry.first, "'" + std::string(key) + "' stands twice in " + std::string(what));
        } else {
            seen.push_back(key);
        }
    }
}

bool Yaml::count(const YAML::Node& node, std::size_t bytes) {
    if (bytes_read_ > bytes_read_max) return false;
    bytes_read_ += bytes;
    if (bytes_read_ <= bytes_read_max) return true;
    wrong(node, "references (*name) make the file mean more than " +
                    std::to_string(bytes_read_max) + " bytes");
    return false;
}

std::optional<std::string> Yaml::text(const YAML::Node& node, std::string_view what) {
    if (!node.IsDefined() || !node.IsScalar()) {
        wrong(node, std::string(what) + " must be a text, not " + kind_of(node));
        return std::nullopt;
    }
    if (!count(node, node.Scalar().size() + 16)) return std::nullopt;
    return node.Scalar();
}

std::optional<bool> Yaml::flag(const YAML::Node& node, std::string_view what) {
    if (node.IsDefined() && node.IsScalar()) {
        const auto value = scalar_value(node);
        if (value && std::holds_alternative<bool>(*value)) return std::get<bool>(*value);
    }
    wrong(node, std::string(what) + " must be true or false, not " + quoted(node));
    return std::nullopt;
}

std::optional<double> Yaml::number(const YAML::Node& node, std::string_view what) {
    double number = 0;
    if (node.IsDefined() && node.IsScalar()) {
        const auto value = scalar_value(node);
        if (value && !std::holds_alternative<bool>(*value) && as_number(*value, number))
            return number;
    }
    wrong(node, std::string(what) + " must be a number, not " + quoted(node));
    return std::nullopt;
}

std::optional<Duration> Yaml::duration(const YAML::Node& node, std::string_view what) {
    const auto written = text(node, what);
    if (!written) return std::nullopt;
    auto duration = parse_duration(*written);
    if (duration) return *duration;
    wrong(node, std::string(what) + ": " + duration.error().message);
    return std::nullopt;
}

std::optional<Value> Yaml::value(const YAML::Node& node, std::string_view what) {
    if (!node.IsDefined() || node.IsNull()) return Value{Null{}};
    if (!node.IsScalar()) {
        Json json;
        if (!append_json(json.text, node, what, 0)) return std::nullopt;
        return Value{std::move(json)};
    }
    if (!count(node, node.Scalar().size() + 16)) return std::nullopt;
    auto value = scalar_value(node);
    if (!value) wrong(node, std::string(what) + " must be a finite number, not " + quoted(node));
    return value;
}

bool Yaml::append_json(std::string& out, const YAML::Node& node, std::string_view what, int depth) {
    if (!count(node, 16)) return false;
    if (depth > yaml_value_depth_max) {
        wrong(node, std::string(what) + " is nested more than " +
                        std::to_string(yaml_value_depth_max) + " deep");
        return false;
    }
    if (node.IsMap()) return append_json_map(out, node, what, depth);
    if (!node.IsSequence()) {
        const auto scalar = value(node, what);
        if (!scalar) return false;
        foxtail::append_json(out, *scalar);
        return true;
    }
    out += '[';
    bool first = true;
    for (const auto& element : node) {
        if (!first) out += ',';
        first = false;
        if (!append_json(out, element, what, depth + 1)) return false;
    }
    out += ']';
    return true;
}

bool Yaml::append_json_map(std::string& out, const YAML::Node& node, std::string_view what,
                           int depth) {
    out += '{';
    bool first = true;
    for (const auto& entry : node) {
        if (!entry.first.IsScalar()) {
            wrong(entry.first, std::string("a key in ") + std::string(what) +
                                   " must be a text, not " + kind_of(entry.first));
            return false;
        }
        if (!count(entry.first, entry.first.Scalar().size())) return false;
        if (!first) out += ',';
        first = false;
        append_json_string(out, entry.first.Scalar());
        out += ':';
        if (!append_json(out, entry.second, what, depth + 1)) return false;
    }
    out += '}';
    return true;
}

std::vector<Mistake> Yaml::take_mistakes() {
    std::stable_sort(mistakes_.begin(), mistakes_.end(), [](const Mistake& a, const Mistake& b) {
        return a.source.line != b.source.line ? a.source.line < b.source.line
                                              : a.source.column < b.source.column;
    });
    if (untold_ != 0)
        mistakes_.push_back({{file_, 0, 0}, "and " + std::to_string(untold_) + " more mistakes"});
    untold_ = 0;
    return std::move(mistakes_);
}

}  // namespace foxtail
