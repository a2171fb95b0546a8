#include "foxtail/config/planner_yaml.hpp"

#include "foxtail/model/thing.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foxtail {
namespace {

using planner::Intent;

constexpr std::size_t clock_lines_max = 64;

std::string quoted(std::string_view key) {
    return "'" + std::string(key) + "'";
}

std::string number_words(double v) {
    auto text = std::to_string(v);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string listed(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

struct DayWord {
    std::string_view word;
    std::uint8_t bits;  // bit 0 = Monday
};
constexpr std::array<DayWord, 10> day_words = {{{"mon", 0x01},
                                                {"tue", 0x02},
                                                {"wed", 0x04},
                                                {"thu", 0x08},
                                                {"fri", 0x10},
                                                {"sat", 0x20},
                                                {"sun", 0x40},
                                                {"weekdays", 0x1F},
                                                {"weekend", 0x60},
                                                {"daily", 0x7F}}};

std::optional<Intent> intent_from(std::string_view word) {
    for (std::size_t i = 0; i < planner::intent_names.size(); ++i) {
        if (planner::intent_names.at(i) == word) return static_cast<Intent>(i);
    }
    return std::nullopt;
}

}  // namespace

std::optional<double> PlanningPieces::bounded(const YAML::Node& node, const std::string& what,
                                              double low, double high) {
    const auto value = yaml_.number(node, what);
    if (!value) return std::nullopt;
    if (*value >= low && *value <= high) return value;
    yaml_.wrong(node, what + " lies between " + number_words(low) + " and " + number_words(high));
    return std::nullopt;
}

std::optional<double> PlanningPieces::maybe(const YAML::Node& map, std::string_view key, double low,
                                            double high) {
    const auto node = Yaml::at(map, key);
    if (!node) return std::nullopt;
    return bounded(node, quoted(key), low, high);
}

double PlanningPieces::number(const YAML::Node& map, std::string_view key, double low, double high,
                              double otherwise) {
    return maybe(map, key, low, high).value_or(otherwise);
}

bool PlanningPieces::flag(const YAML::Node& map, std::string_view key, bool otherwise) {
    const auto node = Yaml::at(map, key);
    return node ? yaml_.flag(node, quoted(key)).value_or(otherwise) : otherwise;
}

std::string PlanningPieces::text(const YAML::Node& map, std::string_view key) {
    const auto node = Yaml::at(map, key);
    return node ? yaml_.text(node, quoted(key)).value_or("") : std::string();
}

Duration PlanningPieces::duration(const YAML::Node& map, std::string_view key, Duration low,
                                  Duration high, Duration otherwise) {
    const auto node = Yaml::at(map, key);
    if (!node) return otherwise;
    const auto value = yaml_.duration(node, quoted(key));
    if (!value) return otherwise;
    if (*value >= low && *value <= high) return *value;
    yaml_.wrong(node, quoted(key) + " lies between " + format_duration(low) + " and " +
                          format_duration(high));
    return otherwise;
}

std::vector<std::string> PlanningPieces::texts(const YAML::Node& map, std::string_view key) {
    std::vector<std::string> out;
    const auto list = Yaml::at(map, key);
    if (!list || !yaml_.is_list(list, quoted(key))) return out;
    for (const auto& one : list) {
        auto word = yaml_.text(one, quoted(key));
        if (!word) continue;
        if (word->empty()) yaml_.wrong(one, "a word is not empty");
        out.push_back(std::move(*word));
    }
    return out;
}

void PlanningPieces::each(const YAML::Node& map, std::string_view key, std::string_view what,
                          std::size_t most, const std::function<void(const YAML::Node&)>& read) {
    const auto list = Yaml::at(map, key);
    if (!list || !yaml_.is_list(list, quoted(key))) return;
    std::size_t count = 0;
    for (const auto& one : list) {
        if (++count > most)
            return yaml_.wrong(one, quoted(key) + " has at most " + std::to_string(most));
        if (yaml_.is_map(one, what)) read(one);
    }
}

std::string PlanningPieces::address(const YAML::Node& map, std::string_view key) {
    const auto node = Yaml::at(map, key);
    if (!node) return {};
    const auto written = yaml_.text(node, quoted(key));
    if (!written) return {};
    if (parse_address(*written)) return *written;
    yaml_.wrong(node, quoted(key) + " is an address such as grid-meter/power");
    return {};
}

std::string PlanningPieces::needed_address(const YAML::Node& map, std::string_view key,
                                           std::string_view what) {
    return yaml_.required(map, key, what) ? address(map, key) : std::string();
}

double PlanningPieces::per_kw(const YAML::Node& map, double otherwise) {
    const double out = number(map, "per_kw", -1e6, 1e6, otherwise);
    if (out == 0)
        yaml_.wrong(Yaml::at(map, "per_kw"),
                    "'per_kw' is 1000 for W, 1 for kW, -1000 the other way round");
    return out;
}

MeterConfig PlanningPieces::meter(const YAML::Node& map, std::string_view key) {
    static constexpr std::array<std::string_view, 2> keys = {"address", "per_kw"};
    MeterConfig out;
    const auto node = Yaml::at(map, key);
    if (!node) return out;
    if (!node.IsMap()) {
        out.address = address(map, key);
        return out;
    }
    yaml_.check_keys(node, keys, quoted(key));
    out.address = needed_address(node, "address", quoted(key));
    out.per_kw = per_kw(node, out.per_kw);
    return out;
}

std::optional<SetpointConfig> PlanningPieces::setpoint(const YAML::Node& map,
                                                       std::string_view key) {
    static constexpr std::array<std::string_view, 4> keys = {"address", "per_kw", "least", "most"};
    const auto node = Yaml::at(map, key);
    if (!node) return std::nullopt;
    SetpointConfig out;
    if (!node.IsMap()) {
        out.address = address(map, key);
        return out;
    }
    yaml_.check_keys(node, keys, quoted(key));
    out.address = needed_address(node, "address", quoted(key));
    out.per_kw = per_kw(node, out.per_kw);
    out.least = number(node, "least", -1e9, 1e9, out.least);
    out.most = number(node, "most", -1e9, 1e9, out.most);
    if (out.least > out.most) yaml_.wrong(node, "'most' is at least 'least'");
    return out;
}

std::optional<ModeConfig> PlanningPieces::mode(const YAML::Node& map, std::string_view key,
                                               std::span<const Intent> intents) {
    static constexpr std::array<std::string_view, 2> keys = {"address", "words"};
    const auto node = Yaml::at(map, key);
    if (!node || !yaml_.is_map(node, quoted(key))) return std::nullopt;
    yaml_.check_keys(node, keys, quoted(key));
    ModeConfig out;
    out.address = needed_address(node, "address", quoted(key));
    std::vector<std::string> possible;
    for (const auto intent : intents)
        possible.emplace_back(planner::intent_names.at(static_cast<std::size_t>(intent)));
    const auto words = yaml_.required(node, "words", quoted(key));
    if (!words || !yaml_.is_map(words, "'words'")) return out;
    for (const auto& one : words) {
        const auto word = yaml_.text(one.first, "an intent");
        if (!word) continue;
        const auto intent = intent_from(*word);
        if (!intent || std::find(intents.begin(), intents.end(), *intent) == intents.end()) {
            yaml_.wrong(one.first, "'" + *word + "' is nothing it can do: " + listed(possible));
            continue;
        }
        if (auto value = yaml_.value(one.second, "what is set for " + *word))
            out.words[*intent] = std::move(*value);
    }
    if (words.size() == 0) yaml_.wrong(words, "'words' say what is set for " + listed(possible));
    return out;
}

std::string PlanningPieces::url(const YAML::Node& map, std::string_view key) {
    const auto node = Yaml::at(map, key);
    if (!node) return {};
    const auto written = yaml_.text(node, quoted(key));
    if (!written) return {};
    const bool scheme = written->starts_with("http://") || written->starts_with("https://");
    const auto host = scheme ? written->substr(written->find("//") + 2) : std::string();
    if (!scheme || host.empty() || host.starts_with('/') || written->size() > 2000 ||
        written->find_first_of(" \t\r\n") != std::string::npos) {
        yaml_.wrong(node, quoted(key) +
                              " begins with http:// or https:// and a host, and has no "
                              "spaces");
        return {};
    }
    if (host.substr(0, host.find('/')).find('@') != std::string::npos)
        yaml_.wrong(node, "a password does not belong into a URL: use 'token_file'");
    return *written;
}

std::optional<SourceConfig> PlanningPieces::source(const YAML::Node& map, std::string_view key,
                                                   std::span<const forecast::Format> formats) {
    static constexpr std::array<std::string_view, 8> keys = {
        "format", "url", "address", "token_file", "token_query", "ask", "every", "scale"};
    const auto node = Yaml::at(map, key);
    if (!node || !yaml_.is_map(node, quoted(key))) return std::nullopt;
    yaml_.check_keys(node, keys, quoted(key));
    SourceConfig out;
    std::vector<std::string> possible;
    for (const auto format : formats)
        possible.emplace_back(forecast::format_names.at(static_cast<std::size_t>(format)));
    if (const auto word = yaml_.required(node, "format", quoted(key))) {
        const auto written = yaml_.text(word, "'format'");
        const auto format = written ? forecast::format_from(*written) : std::nullopt;
        const bool fits =
            format && std::find(formats.begin(), formats.end(), *format) != formats.end();
        if (written && !fits) yaml_.wrong(word, "'format' is " + listed(possible));
        if (fits) out.format = *format;
    }
    out.url = url(node, "url");
    out.address = address(node, "address");
    if (static_cast<bool>(Yaml::at(node, "url")) == static_cast<bool>(Yaml::at(node, "address")))
        yaml_.wrong(node, quoted(key) +
                              " has either 'url', where it is asked, or 'address', the "
                              "property that has it");
    out.token_file = text(node, "token_file");
    out.token_query = text(node, "token_query");
    if (!out.token_query.empty() && out.token_file.empty())
        yaml_.wrong(Yaml::at(node, "token_query"), "'token_query' needs 'token_file'");
    out.ask = text(node, "ask");
    out.every = duration(node, "every", minutes(5), days(1), out.every);
    out.scale = number(node, "scale", -1e6, 1e6, out.scale);
    return out;
}

std::optional<int> PlanningPieces::clock(const YAML::Node& node, std::string_view what, bool end) {
    auto written = yaml_.text(node, what);
    if (!written) return std::nullopt;
    if (written->size() == 4) written->insert(0, "0");
    const auto digit = [&](std::size_t i) { return (*written)[i] - '0'; };
    const bool shape = written->size() == 5 && (*written)[2] == ':' &&
                       written->find_first_not_of("0123456789:") == std::string::npos &&
                       std::count(written->begin(), written->end(), ':') == 1;
    const int minute = shape ? (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4) : -1;
    if (shape && digit(3) < 6 && (minute < 1440 || (end && minute == 1440))) return minute;
    yaml_.wrong(node, std::string(what) + " is a time such as 07:30" + (end ? ", or 24:00" : ""));
    return std::nullopt;
}

std::uint8_t PlanningPieces::day_bits(const YAML::Node& node) {
    std::uint8_t bits = 0;
    const auto add = [&](const YAML::Node& one) {
        const auto word = yaml_.text(one, "a day");
        if (!word) return;
        const auto found = std::find_if(day_words.begin(), day_words.end(),
                                        [&](const DayWord& day) { return day.word == *word; });
        if (found == day_words.end()) {
            yaml_.wrong(one, "'" + *word +
                                 "' is no day: mon, tue, wed, thu, fri, sat, sun, weekdays, "
                                 "weekend or daily");
        } else {
            bits = static_cast<std::uint8_t>(bits | found->bits);
        }
    };
    if (node.IsSequence()) {
        for (const auto& one : node) add(one);
    } else {
        add(node);
    }
    return bits;
}

forecast::ByClock PlanningPieces::line(const YAML::Node& map, std::string_view value_key,
                                       double low, double high) {
    const std::array<std::string_view, 4> keys = {"days", "from", "until", value_key};
    yaml_.check_keys(map, keys, "a line of the table");
    forecast::ByClock out;
    if (const auto node = Yaml::at(map, "days")) out.weekdays = day_bits(node);
    if (const auto node = Yaml::at(map, "from"))
        out.from_minute = clock(node, "'from'", false).value_or(0);
    if (const auto node = Yaml::at(map, "until"))
        out.until_minute = clock(node, "'until'", true).value_or(1440);
    if (yaml_.required(map, value_key, "a line of the table"))
        out.value = number(map, value_key, low, high, 0);
    return out;
}

std::vector<forecast::ByClock> PlanningPieces::by_clock(const YAML::Node& map, std::string_view key,
                                                        std::string_view value_key, double low,
                                                        double high) {
    std::vector<forecast::ByClock> out;
    const auto node = Yaml::at(map, key);
    if (!node) return out;
    if (node.IsScalar()) {
        if (const auto value = bounded(node, quoted(key), low, high))
            out.push_back({0x7F, 0, 1440, *value});
        return out;
    }
    each(map, key, "a line of the table", clock_lines_max,
         [&](const YAML::Node& one) { out.push_back(line(one, value_key, low, high)); });
    return out;
}

std::string PlanningPieces::device_name(const YAML::Node& map, std::string_view what,
                                        std::set<std::string, std::less<>>& names) {
    const auto node = yaml_.required(map, "name", what);
    if (!node) return {};
    const auto name = yaml_.text(node, "'name'");
    if (!name) return {};
    if (!valid_name(*name)) {
        yaml_.wrong(node, "a name has letters, digits, '_', '-' and '.' only");
    } else if (!names.insert(*name).second) {
        yaml_.wrong(node, "there is a device '" + *name + "' in the plan already");
    }
    return *name;
}

}  // namespace foxtail
