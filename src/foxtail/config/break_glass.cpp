#include "foxtail/config/break_glass.hpp"

#include "foxtail/model/thing.hpp"

#include <array>
#include <set>

namespace foxtail {
namespace {

constexpr std::size_t glasses_max = 20;
constexpr Duration open_least = minutes(1);
constexpr Duration open_most = hours(12);

}  // namespace

std::vector<GlassConfig> read_break_glass(Yaml& yaml, const YAML::Node& list) {
    static constexpr std::array<std::string_view, 3> keys = {"name", "title", "open_for"};
    std::vector<GlassConfig> out;
    if (!list || !yaml.is_list(list, "'break_glass'")) return out;
    std::set<std::string> names;
    for (const auto& item : list) {
        if (!yaml.is_map(item, "a glass")) continue;
        yaml.check_keys(item, keys, "a glass");
        const auto node = yaml.required(item, "name", "a glass");
        if (!node) continue;
        GlassConfig glass;
        glass.name = yaml.text(node, "'name'").value_or("");
        if (!valid_name("glass-" + glass.name) || glass.name.empty())
            yaml.wrong(node, "'name' has letters, digits, '_', '-' and '.', e.g. fire-brigade");
        if (!names.insert(glass.name).second)
            yaml.wrong(node, "'" + glass.name + "' stands there twice");
        glass.title = glass.name;
        if (const auto title = Yaml::at(item, "title"))
            glass.title = yaml.text(title, "'title'").value_or(glass.name);
        if (const auto time = Yaml::at(item, "open_for")) {
            const auto length = yaml.duration(time, "'open_for'");
            if (length && (*length < open_least || *length > open_most))
                yaml.wrong(time, "'open_for' is 1m to 12h: what is open longer is a grant");
            else if (length)
                glass.open_for = *length;
        }
        out.push_back(std::move(glass));
    }
    if (out.size() > glasses_max) yaml.wrong(list, "'break_glass' has at most 20");
    return out;
}

}  // namespace foxtail
