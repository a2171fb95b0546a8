#include <algorithm>
#include <charconv>

#include "story.hpp"

namespace foxtail::scenario {
namespace {

std::optional<double> number_from(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

double need_number(Words& words, const std::string& text) {
    const auto number = number_from(text);
    if (!number) words.wrong("'" + text + "' is no number");
    return *number;
}

/// "boolean", "number 0..100 %", "one of eco comfort".
void read_type(Words& words, PropertySpec& spec) {
    if (words.take("one of")) {
        spec.type = Type::enumeration;
        while (!words.done()) spec.allowed.push_back(words.word("a value"));
        return;
    }
    const auto named = words.word("a type");
    const auto type = type_from(named);
    if (!type || *type == Type::enumeration) {
        words.wrong(
            "'" + named +
            "' is no type; write boolean, integer, number, string, array, object or 'one of ...'");
    }
    spec.type = *type;
    while (!words.done()) {
        const auto word = words.word("a range or a unit");
        if (const auto dots = word.find(".."); dots != std::string::npos) {
            spec.minimum = need_number(words, word.substr(0, dots));
            spec.maximum = need_number(words, word.substr(dots + 2));
        } else if (word == "step") {
            spec.step = need_number(words, words.word("a number"));
        } else {
            spec.unit = word;
        }
    }
}

/// What follows the type, between commas.
void read_trait(Words& words, PropertySpec& spec) {
    if (words.take("settable")) {
        spec.settable = true;
    } else if (words.take("critical")) {
        spec.sensitivity = Sensitivity::critical;
    } else if (words.take("personal")) {
        spec.sensitivity = Sensitivity::personal;
    } else {
        words.need("max age");
        spec.max_age = words.duration();
    }
    words.end();
}

PropertySpec read_property(const Line& line, std::size_t colon) {
    PropertySpec spec;
    const auto first = line.text.find_first_not_of(' ');
    spec.name = line.text.substr(first, colon - first);
    spec.title = spec.name;
    auto rest = line.text.substr(colon + 1);
    bool type = true;
    while (true) {
        const auto comma = rest.find(',');
        Words words({line.number, rest.substr(0, comma)});
        if (std::exchange(type, false)) {
            read_type(words, spec);
        } else {
            read_trait(words, spec);
        }
        if (comma == std::string::npos) return spec;
        rest.erase(0, comma + 1);
    }
}

}  // namespace

ThingSpec read_thing(const Statement& statement, std::string& connector) {
    ThingSpec spec;
    Words words(statement.head);
    words.need("thing");
    spec.id = words.word("the thing's id");
    spec.title = words.quoted().value_or(spec.id);
    if (words.take("in")) spec.place = words.word("a place");
    if (words.take("from")) connector = words.word("a connector");
    if (words.take("is a person")) spec.kind = ThingKind::person;
    words.end();
    for (const Line& line : statement.body) {
        Words member(line);
        if (member.done()) continue;
        if (member.take("action")) {
            ActionSpec action;
            action.name = member.word("the action's name");
            action.title = action.name;
            if (member.take("critical")) action.sensitivity = Sensitivity::critical;
            member.end();
            spec.actions.push_back(std::move(action));
        } else if (member.take("event")) {
            EventSpec event;
            event.name = member.word("the event's name");
            event.title = event.name;
            while (!member.done()) event.kinds.push_back(member.word("what can happen"));
            spec.events.push_back(std::move(event));
        } else {
            const auto colon = line.text.find(':');
            if (colon == std::string::npos)
                member.wrong("write 'name: type, ...', 'action name' or 'event name'");
            spec.properties.push_back(read_property(line, colon));
        }
    }
    return spec;
}

}  // namespace foxtail::scenario
