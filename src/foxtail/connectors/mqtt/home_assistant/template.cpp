#include "foxtail/connectors/mqtt/home_assistant/template.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt::ha {
namespace {

namespace bj = boost::json;

constexpr std::size_t template_bytes_max = 4096;
constexpr std::size_t steps_max = 32;

tl::unexpected<Error> unsupported(std::string_view text) {
    return fail(Code::invalid_input, "template not supported: " + printable(text, 120));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The inside of the first `{{ }}` in `text`, and what stands around it.
struct Braces {
    std::string_view before, inside, after;
};
std::optional<Braces> find_braces(std::string_view text) {
    const std::size_t open = text.find("{{");
    if (open == text.npos) return std::nullopt;
    const std::size_t close = text.find("}}", open + 2);
    if (close == text.npos) return std::nullopt;
    Braces found{text.substr(0, open), text.substr(open + 2, close - open - 2),
                 text.substr(close + 2)};
    if (found.inside.starts_with('-') || found.inside.starts_with('+')) {
        if (found.inside.front() == '-') {
            while (!found.before.empty() && found.before.back() <= ' ') {
                found.before.remove_suffix(1);
            }
        }
        found.inside.remove_prefix(1);
    }
    if (found.inside.ends_with('-') || found.inside.ends_with('+')) {
        if (found.inside.back() == '-') {
            while (!found.after.empty() && found.after.front() <= ' ') found.after.remove_prefix(1);
        }
        found.inside.remove_suffix(1);
    }
    found.inside = trimmed(found.inside);
    return found;
}

/// Takes one `.name`, `["name"]`, `['name']` or `[3]` off the front; false when there is none.
bool take_step(std::string_view& rest, Picker::Step& step) {
    if (rest.starts_with('.')) {
        std::size_t end = 1;
        while (end < rest.size() && is_word(rest[end])) ++end;
        if (end == 1) return false;
        step.key = rest.substr(1, end - 1);
        rest.remove_prefix(end);
        return !(step.key.front() >= '0' && step.key.front() <= '9');
    }
    if (!rest.starts_with('[')) return false;
    const std::size_t close = rest.find(']');
    if (close == rest.npos) return false;
    std::string_view inside = trimmed(rest.substr(1, close - 1));
    if (inside.size() >= 2 && (inside.front() == '"' || inside.front() == '\'')) {
        if (inside.back() != inside.front()) return false;
        inside = inside.substr(1, inside.size() - 2);
        if (inside.find_first_of("\"'\\[]") != inside.npos) return false;
        step.key = inside;
    } else {
        const auto [stop, problem] =
            std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
        if (problem != std::errc() || stop != inside.data() + inside.size() || step.index < 0) {
            return false;
        }
    }
    rest.remove_prefix(close + 1);
    return true;
}

}  // namespace

Picker Picker::member(std::vector<std::string> keys) {
    Picker picker;
    picker.json_ = true;
    for (std::string& key : keys) picker.steps_.push_back({std::move(key), -1});
    return picker;
}

Result<Picker> Picker::parse(std::string_view text) {
    Picker picker;
    if (trimmed(text).empty()) return picker;
    if (text.size() > template_bytes_max) return unsupported(text);
    const auto braces = find_braces(text);
    if (!braces || !trimmed(braces->before).empty() || !trimmed(braces->after).empty()) {
        return unsupported(text);
    }
    std::string_view rest = braces->inside;
    if (rest == "value") return picker;
    constexpr std::string_view root = "value_json";
    if (!rest.starts_with(root)) return unsupported(text);
    rest.remove_prefix(root.size());
    picker.json_ = true;
    while (!rest.empty()) {
        Step step;
        if (picker.steps_.size() >= steps_max || !take_step(rest, step)) return unsupported(text);
        picker.steps_.push_back(std::move(step));
    }
    return picker;
}

const bj::value* Picker::pick(const bj::value& message) const {
    const bj::value* at = &message;
    for (const Step& step : steps_) {
        if (step.index >= 0) {
            const bj::array* array = at->if_array();
            const auto index = static_cast<std::size_t>(step.index);
            if (array == nullptr || index >= array->size()) return nullptr;
            at = &(*array)[index];
        } else {
            const bj::object* object = at->if_object();
            at = object == nullptr ? nullptr : object->if_contains(step.key);
            if (at == nullptr) return nullptr;
        }
    }
    return at;
}

bool operator==(const Picker& a, const Picker& b) {
    return a.json_ == b.json_ &&
           std::equal(a.steps_.begin(), a.steps_.end(), b.steps_.begin(), b.steps_.end(),
                      [](const Picker::Step& x, const Picker::Step& y) {
                          return x.key == y.key && x.index == y.index;
                      });
}

Result<Writer> Writer::parse(std::string_view text, const std::vector<std::string_view>& names) {
    Writer writer;
    if (trimmed(text).empty()) return writer;
    if (text.size() > template_bytes_max || text.find("{%") != text.npos ||
        text.find("{#") != text.npos) {
        return unsupported(text);
    }
    std::string_view rest = text;
    while (const auto braces = find_braces(rest)) {
        const bool known = braces->inside == "value" ||
                           std::find(names.begin(), names.end(), braces->inside) != names.end();
        if (!known || writer.parts_.size() >= steps_max) return unsupported(text);
        writer.parts_.emplace_back(braces->before);
        rest = braces->after;
    }
    if (rest.find("{{") != rest.npos) return unsupported(text);
    writer.parts_.emplace_back(rest);
    return writer;
}

Writer Writer::around(std::string before, std::string after) {
    Writer writer;
    writer.parts_ = {std::move(before), std::move(after)};
    return writer;
}

std::string Writer::write(std::string_view value) const {
    if (parts_.empty()) return std::string(value);
    std::string out = parts_.front();
    for (std::size_t i = 1; i < parts_.size(); ++i) {
        out += value;
        out += parts_[i];
    }
    return out;
}

std::string rendered(const bj::value& value) {
    if (const bj::string* text = value.if_string()) return std::string(*text);
    if (const bool* flag = value.if_bool()) return *flag ? "True" : "False";
    if (value.is_null()) return "None";
    std::string out;
    append_json(out, value);
    return out;
}

}  // namespace foxtail::mqtt::ha
