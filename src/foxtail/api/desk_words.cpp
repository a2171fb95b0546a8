#include "foxtail/api/desk_words.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/model/value.hpp"

#include <array>
#include <utility>

namespace foxtail::api {
namespace {

constexpr std::size_t named_max = 5;

constexpr std::uint16_t word_bit(Verb verb) {
    return static_cast<std::uint16_t>(verb);
}

void add(std::string& list, std::string_view one, std::string_view between = ", ") {
    if (!list.empty()) list += between;
    list += one;
}

std::string number_words(double number) {
    std::string text = to_json(Value(number));
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
}

std::string verbs_words(std::uint16_t verbs) {
    const bool sees = (verbs & (word_bit(Verb::read) | word_bit(Verb::observe))) != 0;
    std::string out;
    if (sees) out = "see";
    if ((verbs & word_bit(Verb::history)) != 0 && !sees) out = "see the past of";
    if ((verbs & word_bit(Verb::set)) != 0) add(out, "set", " and ");
    if ((verbs & word_bit(Verb::run)) != 0) add(out, "run actions of", " and ");
    if ((verbs & word_bit(Verb::grant)) != 0) add(out, "pass on", " and ");
    if ((verbs & (word_bit(Verb::publish) | word_bit(Verb::subscribe))) != 0)
        add(out, "use MQTT topics of", " and ");
    return out.empty() ? "know of" : out;
}

std::string property_words(const Door& door, PropertyId id) {
    const Property& property = door.names().property(id);
    const ThingSpec& thing = door.names().thing(property.thing).spec;
    const auto& title = thing.title.empty() ? thing.id : thing.title;
    const auto& name = property.spec.title.empty() ? property.spec.name : property.spec.title;
    return title + " · " + name;
}

std::string what_words(const Door& door, const Grant& grant,
                       const std::vector<PropertyId>& reached) {
    std::string out;
    if (reached.empty() || reached.size() > named_max) {
        for (const auto& address : grant.given.addresses)
            add(out, address == "*" ? "everything" : address);
        for (std::size_t i = 0; i < grant.given.terms.except.size(); ++i)
            out += (i == 0 ? " except " : ", ") + grant.given.terms.except[i];
        return out;
    }
    for (const PropertyId id : reached) add(out, property_words(door, id));
    return out;
}

std::string clock_words(std::uint16_t minute) {
    const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute / 60) + ":" + two(minute % 60);
}

std::string class_words(std::uint8_t classes) {
    std::string out;
    for (const Sensitivity one : {Sensitivity::home, Sensitivity::personal, Sensitivity::sensitive,
                                  Sensitivity::critical}) {
        if ((unsigned{classes} >> static_cast<unsigned>(one) & 1U) != 0)
            add(out, name(one), " or ");
    }
    return out;
}

void add_when(std::string& out, const Conditions& when) {
    static constexpr std::array<const char*, 7> days = {"Mon", "Tue", "Wed", "Thu",
                                                        "Fri", "Sat", "Sun"};
    std::string on;
    for (std::size_t i = 0; i < days.size(); ++i) {
        if ((when.weekdays >> i & 1) != 0) add(on, days[i]);
    }
    if (!on.empty()) out += ", on " + on;
    if (when.from_minute != when.until_minute)
        out += ", from " + clock_words(when.from_minute) + " to " + clock_words(when.until_minute);
    if (!when.presence.empty())
        out += ", while " + when.presence + " is " + to_json(when.presence_value);
    if (when.reads_per_hour != 0)
        out += ", " + std::to_string(when.reads_per_hour) + " values an hour";
    if (when.at_home) out += ", only from the house's own network";
    if (when.values_per_month != 0)
        out += ", " + std::to_string(when.values_per_month) + " values a month";
}

void add_envelope(std::string& out, const Envelope& envelope) {
    if (envelope.minimum) out += ", not below " + number_words(*envelope.minimum);
    if (envelope.maximum) out += ", not above " + number_words(*envelope.maximum);
    std::string allowed;
    for (const auto& one : envelope.allowed) add(allowed, one);
    if (!allowed.empty()) out += ", only " + allowed;
    if (envelope.per_hour != 0)
        out += ", at most " + std::to_string(envelope.per_hour) + " times an hour";
    if (envelope.confirm) out += ", each time only if a person confirms it";
}

}  // namespace

std::string length_words(Duration length) {
    static constexpr std::array<std::pair<std::int64_t, const char*>, 4> units = {
        {{days(1).us, "day"},
         {hours(1).us, "hour"},
         {minutes(1).us, "minute"},
         {seconds(1).us, "second"}}};
    for (const auto& [us, name] : units) {
        if (length.us % us != 0) continue;
        const auto n = length.us / us;
        return std::to_string(n) + " " + name + (n == 1 ? "" : "s");
    }
    return format_duration(length);
}

std::string precision_words(const Obligation& obligation) {
    static constexpr std::array<const char*, 6> figures = {
        "the last value of each ", "the mean of each ",    "the sum of each ",
        "the lowest of each ",     "the highest of each ", "the increase in each "};
    std::string out;
    if (obligation.granularity.us > 0) {
        const auto length = length_words(obligation.granularity);
        out = figures.at(static_cast<std::size_t>(obligation.aggregate)) +
              (length.starts_with("1 ") ? length.substr(2) : length);
    }
    if (obligation.precision > 0) add(out, "rounded to " + number_words(obligation.precision));
    if (obligation.home_or_away) add(out, "of a place whether it is home or away");
    if (obligation.delay.us > 0) add(out, length_words(obligation.delay) + " later");
    return out.empty() ? "exactly" : out;
}

std::string grant_words(const Door& door, const Grant& grant,
                        const std::vector<PropertyId>& reached) {
    const GrantGiven& given = grant.given;
    const std::string& subject = door.name_of(given.subject);
    std::string who = subject == "hub" ? "everybody else" : subject;
    if (subject.starts_with("agent:")) who += ", for " + door.name_of(grant.grantor) + ",";
    std::string out = who + (given.terms.forbid ? " may not " : " may ") +
                      verbs_words(given.verbs) + " " + what_words(door, grant, reached);
    const bool sees = (given.verbs & (word_bit(Verb::read) | word_bit(Verb::observe))) != 0;
    if (sees && (given.verbs & word_bit(Verb::history)) != 0) out += " with the past";
    if (given.terms.common) out += ", of what is the household's in common";
    if (given.terms.classes != 0) out += ", of class " + class_words(given.terms.classes);
    if (given.terms.obligation.any()) out += ", only " + precision_words(given.terms.obligation);
    add_when(out, given.terms.when);
    add_envelope(out, given.terms.envelope);
    if (given.terms.history_window.us > 0)
        out += ", the last " + length_words(given.terms.history_window);
    if (given.terms.history_from.known())
        out += ", from " + format_rfc3339(given.terms.history_from).substr(0, 10) + " on";
    out += given.until.known() ? ", until " + format_rfc3339(given.until).substr(0, 10)
                               : std::string(", until taken back");
    if (!given.purpose.empty()) out += ", for: " + printable(given.purpose, 300);
    if (given.terms.erase_after.us > 0)
        out += "; to be erased " + length_words(given.terms.erase_after) + " after the end";
    return out + ".";
}

}  // namespace foxtail::api
