#include "foxtail/connectors/vss/import.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
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

/// What VSS calls a unit and is the form of a moment, as text or as a number, not a unit.
bool is_form(std::string_view unit) {
    return unit == "iso8601" || unit == "unix-time";
}

std::string_view word_of(const bj::object& node, std::string_view key) {
    const bj::value* value = node.if_contains(key);
    const bj::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

class Reading {
public:
    explicit Reading(Import& into) : into_(into) {}

    Result<void> read(std::string_view json) {
        // The tree is walked as deep as it goes, a branch and its children being two levels.
        const auto parsed = parse_json(json, {.depth_max = 2 * levels_max + 4});
        if (!parsed) return fail(parsed.error());
        const bj::object* top = parsed->if_object();
        if (top == nullptr || top->size() != 1 || !top->begin()->value().is_object()) {
            return fail(Code::invalid_input,
                        "a VSS export is an object with one root, e.g. {\"Vehicle\": {...}}");
        }
        path_.clear();
        if (auto done = walk(top->begin()->value().get_object(), 0); !done) return done;
        return into_.signals.put(std::exchange(found_, {}));
    }

private:
    [[nodiscard]] Result<void> wrong(std::string why) const {
        const std::string where = path_.empty() ? "the root" : printable(path_, 150);
        return fail(Code::invalid_input, where + ": " + std::move(why));
    }

    Result<void> walk(const bj::object& node, std::size_t level) {
        if (level > levels_max) return wrong("more than 24 levels deep");
        const bj::value* children = node.if_contains("children");
        if (children == nullptr && word_of(node, "type") != "branch") return leaf(node);
        if (children == nullptr) return {};  // a branch without anything in it
        if (!children->is_object()) return wrong("'children' must be an object");
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
