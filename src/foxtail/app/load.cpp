#include "foxtail/app/load.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/app/files.hpp"
#include "foxtail/config/mapping.hpp"
#include "foxtail/config/rules_yaml.hpp"
#include "foxtail/runtime/zone.hpp"

#include <filesystem>
#include <iterator>
#include <map>

namespace foxtail {
namespace {

/// Without the path, which stands in front of it already.
std::string why_not(const std::string& path, const Error& error) {
    const std::string before = path + ": ";
    return error.message.starts_with(before) ? error.message.substr(before.size()) : error.message;
}

/// Nothing, and a mistake of the file that names it, when it cannot be read.
Result<std::string> read_named(Loaded& out, const std::string& named_in, const char* key,
                               const std::filesystem::path& file) {
    auto text = read_file(file.string());
    if (!text) {
        out.mistakes.push_back(
            {{named_in, 0, 0},
             std::string("'") + key + "' names " + file.string() +
                 ", which cannot be read: " + why_not(file.string(), text.error())});
    }
    return text;
}

void take_rules(Loaded& out, const std::string& named_in, const std::filesystem::path& file,
                std::string& all) {
    const auto text = read_named(out, named_in, "rules", file);
    if (!text) return;
    all += *text;
    auto read = read_rules(*text, file.string());
    std::move(read.rules.begin(), read.rules.end(), std::back_inserter(out.rules));
    std::move(read.mistakes.begin(), read.mistakes.end(), std::back_inserter(out.mistakes));
}

void take_mapping(Loaded& out, const std::string& named_in, const std::filesystem::path& file,
                  std::string& all) {
    const auto text = read_named(out, named_in, "mapping", file);
    if (!text) return;
    all += *text;
    auto read = read_mapping(*text, file.string());
    auto& mapped = out.configuration.cars.mapped;
    std::move(read.things.begin(), read.things.end(), std::back_inserter(mapped));
    std::move(read.mistakes.begin(), read.mistakes.end(), std::back_inserter(out.mistakes));
}

/// Rules by the sun need to know where the house stands.
void place_rules(Loaded& out) {
    for (RuleSpec& rule : out.rules) {
        for (Trigger& trigger : rule.triggers) {
            auto* sun = std::get_if<AtSun>(&trigger);
            if (sun == nullptr) continue;
            sun->place = out.configuration.position;
            if (sun->place) continue;
            out.mistakes.push_back(
                {rule.source, "rule '" + rule.id + "' waits for " + sun_text(*sun) +
                                  ", but the configuration does not say where the house stands: "
                                  "'household' needs 'latitude' and 'longitude' in degrees"});
        }
    }
}

}  // namespace

Loaded load_configuration(const std::string& file) {
    Loaded out;
    const auto text = read_file(file);
    if (!text) {
        out.mistakes.push_back({{file, 0, 0}, "cannot be read: " + why_not(file, text.error())});
        return out;
    }
    auto read = read_configuration(*text, file);
    out.configuration = std::move(read.configuration);
    out.mistakes = std::move(read.mistakes);
    out.notes = std::move(read.notes);
    if (auto zone = find_zone(out.configuration.time_zone); !zone) {
        out.mistakes.push_back({{file, 0, 0}, zone.error().message});
    }
    std::string all = *text;
    for (const auto& rule_file : out.configuration.rule_files) {
        take_rules(out, file, std::filesystem::path(file).parent_path() / rule_file, all);
    }
    place_rules(out);
    for (const auto& mapping_file : out.configuration.cars.mapping_files) {
        take_mapping(out, file, std::filesystem::path(file).parent_path() / mapping_file, all);
    }
    std::map<std::string, Source> seen;
    for (const RuleSpec& rule : out.rules) {
        const auto [at, fresh] = seen.emplace(rule.id, rule.source);
        if (!fresh && at->second.file != rule.source.file) {
            out.mistakes.push_back(
                {rule.source, "rule '" + rule.id + "' stands already in " + at->second.file});
        }
    }
    out.hash = api::hash_secret(all);
    return out;
}

std::string format_mistake(const Mistake& mistake) {
    std::string out = mistake.source.file;
    if (mistake.source.line > 0) out += ":" + std::to_string(mistake.source.line);
    if (mistake.source.line > 0 && mistake.source.column > 0)
        out += ":" + std::to_string(mistake.source.column);
    return out + ": " + mistake.message;
}

}  // namespace foxtail
