#include "foxtail/connectors/vss/import.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::vss {
namespace {

namespace bj = boost::json;

constexpr std::size_t levels_max = 24;
constexpr std::size_t allowed_max = 512;
constexpr std::size_t word_bytes_max = 200;
constexpr int instances_max = 1000;
constexpr std::size_t nodes_max = 200'000;
constexpr std::size_t left_out_max = 100;
constexpr std::string_view struct_types = "ComplexDataTypes";

/// What VSS calls a unit and is the form of a moment, as text or as a number, not a unit.
bool is_form(std::string_view unit) {
    return unit == "iso8601" || unit == "unix-time";
}

std::string_view word_of(const bj::object& node, std::string_view key) {
    const bj::value* value = node.if_contains(key);
    const bj::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

/// Struct types are named by their path: "VehicleDataTypes.Point".
bool is_struct(std::string_view datatype) {
    return datatype.find('.') != std::string_view::npos;
}

/// "Row[1,3]" is Row1, Row2, Row3; nothing when it is written otherwise.
Result<std::optional<std::vector<std::string>>> range_of(std::string_view text) {
    const auto open = text.find('[');
    if (open == std::string_view::npos) return std::optional<std::vector<std::string>>();
    const auto comma = text.find(',', open);
    const auto number = [&](std::size_t from, std::size_t to) {
        while (from < to && text[from] == ' ') ++from;
        int out = -1;
        const auto [end, error] = std::from_chars(text.data() + from, text.data() + to, out);
        return error == std::errc() && end == text.data() + to ? out : -1;
    };
    const int first = comma == std::string_view::npos ? -1 : number(open + 1, comma);
    const int last = comma == std::string_view::npos ? -1 : number(comma + 1, text.size() - 1);
    if (!text.ends_with(']') || first < 0 || last < first || last - first >= instances_max)
        return fail(Code::invalid_input, "instances '" + printable(text, 60) +
                                             "', expected e.g. Row[1,2] or a list of names");
    std::vector<std::string> out;
    for (int i = first; i <= last; ++i)
        out.push_back(std::string(text.substr(0, open)) + std::to_string(i));
    return std::optional(std::move(out));
}

/// What `instances` says, level by level: a range or a list is a level; names that stand beside
/// each other are one level together.
Result<std::vector<std::vector<std::string>>> levels_of(const bj::value& instances) {
    std::vector<std::vector<std::string>> out;
    std::vector<std::string> together;
    const auto add = [&](const bj::value& one) -> Result<void> {
        if (const bj::string* text = one.if_string()) {
            auto range = range_of(*text);
            if (!range) return fail(range.error());
            if (*range) {
                out.push_back(std::move(**range));
            } else {
                together.emplace_back(*text);
            }
            return {};
        }
        if (!one.is_array()) return fail(Code::invalid_input, "'instances' must be names or lists");
        auto& level = out.emplace_back();
        for (const bj::value& name : one.get_array()) {
            if (!name.is_string())
                return fail(Code::invalid_input, "'instances' must be names or lists of names");
            level.emplace_back(name.get_string());
        }
        return {};
    };
    if (const bj::array* list = instances.if_array()) {
        for (const bj::value& one : *list) {
            if (auto done = add(one); !done) return fail(done.error());
        }
    } else if (auto done = add(instances); !done) {
        return fail(done.error());
    }
    if (!together.empty()) out.push_back(std::move(together));
    return out;
}

class Reading {
public:
    explicit Reading(Import& into) : into_(into) {}

    Result<void> read(std::string_view json) {
        // The tree is walked as deep as it goes, a branch and its children being two levels.
        const auto parsed = parse_json(json, {.depth_max = 2 * levels_max + 4});
        if (!parsed) return fail(parsed.error());
        const bj::object* top = parsed->if_object();
        const bj::object* root = top == nullptr ? nullptr : root_of(*top);
        if (root == nullptr) {
            return fail(Code::invalid_input,
                        "a VSS export is an object with one root, e.g. {\"Vehicle\": {...}}");
        }
        path_.clear();
        if (auto done = walk(*root, 0); !done) return done;
        return into_.signals.put(std::exchange(found_, {}));
    }

private:
    [[nodiscard]] Result<void> wrong(std::string why) const {
        const std::string where = path_.empty() ? "the root" : printable(path_, 150);
        return fail(Code::invalid_input, where + ": " + std::move(why));
    }

    /// The one tree of signals, also beside one of struct types; null where there is none.
    const bj::object* root_of(const bj::object& top) {
        const bj::object* root = nullptr;
        for (const auto& [key, tree] : top) {
            if (key == struct_types && top.size() == 2) {
                has_structs_ = true;
                continue;
            }
            if (root != nullptr || !tree.is_object()) return nullptr;
            root = &tree.get_object();
        }
        return root;
    }

    /// A branch whose instances are not expanded: each child once for each of them, but for those
    /// that say that there is one for all.
    Result<void> walk_instances(const bj::object& node, const bj::object& children,
                                std::size_t level) {
        auto levels = levels_of(node.at("instances"));
        if (!levels) return wrong(levels.error().message);
        std::vector<std::string> names = {""};
        for (const auto& one : *levels) {
            std::vector<std::string> longer;
            for (const auto& before : names) {
                for (const auto& name : one)
                    longer.push_back(before.empty() ? name : before + "." + name);
            }
            if (longer.size() > std::size_t{instances_max})
                return wrong("more than " + std::to_string(instances_max) + " instances");
            names = std::move(longer);
        }
        const std::size_t before = path_.size();
        for (const auto& [key, child] : children) {
            if (!child.is_object()) return wrong(std::string(key) + " must be an object");
            const bj::value* each = child.get_object().if_contains("instantiate");
            const bool once = each != nullptr && each->is_bool() && !each->get_bool();
            for (const auto& name : once ? std::vector<std::string>{""} : names) {
                path_.resize(before);
                for (const std::string_view step :
                     {std::string_view(name), std::string_view(key)}) {
                    if (step.empty()) continue;
                    if (!path_.empty()) path_ += '.';
                    path_ += step;
                }
                if (auto done = walk(child.get_object(), level + 1); !done) return done;
            }
        }
        path_.resize(before);
        return {};
    }

    Result<void> walk(const bj::object& node, std::size_t level) {
        if (level > levels_max) return wrong("more than 24 levels deep");
        if (++walked_ > nodes_max)
            return fail(Code::exhausted, "more than " + std::to_string(nodes_max) +
                                             " branches and signals, instances expanded");
        const bj::value* children = node.if_contains("children");
        if (children == nullptr && word_of(node, "type") != "branch") return leaf(node);
        if (children == nullptr) return {};  // a branch without anything in it
        if (!children->is_object()) return wrong("'children' must be an object");
        if (node.contains("instances")) return walk_instances(node, children->get_object(), level);
        const std::size_t before = path_.size();
        for (const auto& [key, child] : children->get_object()) {
            path_.resize(before);
            if (before > 0) path_ += '.';
            path_ += std::string_view(key);
            if (!child.is_object()) return wrong("must be an object");
            if (auto done = walk(child.get_object(), level + 1); !done) return done;
        }
        path_.resize(before);
        return {};
    }

    Result<void> leaf(const bj::object& node) {
        if (!valid_name(path_)) {
            return wrong("a path has letters, digits, '_', '-' and '.', at most " +
                         std::to_string(name_bytes_max) + " of them");
        }
        if (found_.size() >= cars::signals_max) {
            return fail(Code::exhausted,
                        "more than " + std::to_string(cars::signals_max) + " signals");
        }
        if (has_structs_ && is_struct(word_of(node, "datatype"))) {
            if (into_.left_out.size() < left_out_max) into_.left_out.push_back(path_);
            return {};
        }
        const cars::Signal* known = into_.signals.find(path_);
        cars::Signal one = known == nullptr ? cars::Signal{} : *known;
        one.path = path_;
        if (known == nullptr) {
            // Foxtail's own words where it has some: theirs are sentences for engineers.
            const cars::Signal* ours = cars::Signals::household().find(path_);
            one.title = ours == nullptr ? cars::title_of(path_) : ours->title;
        }
        if (auto done = take_type(node, known != nullptr, one); !done) return done;
        take_unit(node, one);
        if (auto done = take_limits(node, one); !done) return done;
        if (auto done = take_allowed(node, one); !done) return done;
        ++into_.leaves;
        found_.push_back(std::move(one));
        return {};
    }

    Result<void> take_type(const bj::object& node, bool known, cars::Signal& one) const {
        const auto type = word_of(node, "type");
        if (type == "sensor") {
            one.kind = cars::SignalKind::sensor;
        } else if (type == "actuator") {
            one.kind = cars::SignalKind::actuator;
        } else if (type == "attribute") {
            one.kind = cars::SignalKind::attribute;
        } else if (!known || !type.empty()) {
            return wrong("'type' is '" + printable(type, 40) +
                         "', expected sensor, actuator, attribute or branch");
        }
        auto datatype = word_of(node, "datatype");
        if (datatype.empty() && known) return {};
        const std::string_view written = datatype;
        one.array = datatype.ends_with("[]");
        if (one.array) datatype.remove_suffix(2);
        const auto understood = cars::datatype_from(datatype);
        if (!understood) {
            return wrong("'datatype' is '" + printable(written, 40) +
                         "', expected e.g. boolean, uint8, float, string or string[]");
        }
        one.datatype = *understood;
        return {};
    }

    void take_unit(const bj::object& node, cars::Signal& one) {
        const auto unit = word_of(node, "unit");
        if (unit.empty()) return;
        one.unit.clear();
        if (is_form(unit)) return;
        if (const auto code = unit_from_spelling(unit)) {
            one.unit = *code;
            return;
        }
        const std::string shown = printable(unit, 40);
        auto& list = into_.unknown_units;
        if (std::find(list.begin(), list.end(), shown) == list.end() && list.size() < 100)
            list.push_back(shown);
    }

    Result<void> take_limits(const bj::object& node, cars::Signal& one) const {
        const auto limit = [&](std::string_view key, std::optional<double>& into) -> Result<void> {
            const bj::value* value = node.if_contains(key);
            if (value == nullptr) return {};
            double number = 0;
            // Also for integers: exports write 0.0 there.
            if (!value->is_number() || !as_number(to_value(*value), number) ||
                !std::isfinite(number))
                return wrong("'" + std::string(key) + "' must be a number");
            into = number;
            return {};
        };
        if (auto done = limit("min", one.minimum); !done) return done;
        if (auto done = limit("max", one.maximum); !done) return done;
        const auto bounds = cars::bounds_of(one.datatype);
        const double least = one.minimum.value_or(bounds ? bounds->minimum : -HUGE_VAL);
        const double most = one.maximum.value_or(bounds ? bounds->maximum : HUGE_VAL);
        if (least > most) return wrong("'min' is more than 'max'");
        if (bounds && (least > bounds->maximum || most < bounds->minimum)) {
            return wrong("no " + std::string(cars::name(one.datatype)) +
                         " lies between 'min' and 'max'");
        }
        return {};
    }

    Result<void> take_allowed(const bj::object& node, cars::Signal& one) const {
        const bj::value* value = node.if_contains("allowed");
        if (value == nullptr) return {};
        if (!value->is_array() || value->get_array().size() > allowed_max)
            return wrong("'allowed' must be a list of at most 512");
        one.allowed.clear();
        for (const bj::value& item : value->get_array()) {
            // 4.0 has lists of numbers too.
            std::string word = item.is_string()
                                   ? std::string(item.get_string())
                                   : (item.is_number() ? to_json(to_value(item)) : std::string());
            if (word.empty() || word.size() > word_bytes_max ||
                std::find(one.allowed.begin(), one.allowed.end(), word) != one.allowed.end())
                return wrong("'allowed' must list different words");
            one.allowed.push_back(std::move(word));
        }
        return {};
    }

    Import& into_;
    bool has_structs_ = false;
    std::size_t walked_ = 0;
    std::string path_;
    std::vector<cars::Signal> found_;
};

}  // namespace

Result<Import> read_export(std::string_view json) {
    Import out;
    if (auto done = Reading(out).read(json); !done) return fail(done.error());
    return out;
}

Result<void> lay_over(Import& base, std::string_view json) {
    Import next = base;
    if (auto done = Reading(next).read(json); !done) return done;
    base = std::move(next);
    return {};
}

}  // namespace foxtail::vss
