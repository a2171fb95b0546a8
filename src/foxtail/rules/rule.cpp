#include "foxtail/rules/rule.hpp"

#include "foxtail/base/utf8.hpp"

#include <array>
#include <bit>
#include <charconv>

namespace foxtail {

std::string value_text(const Value& value) {
    constexpr std::size_t bytes_max = 80;
    if (const auto* text = std::get_if<std::string>(&value)) return printable(*text, bytes_max);
    if (std::holds_alternative<Null>(value)) return "unknown";
    if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
    return printable(to_json(value), bytes_max);
}

std::string number_text(double number) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return error == std::errc() ? std::string(buffer.data(), end) : "?";
}

std::string time_of_day_text(int minute_of_day) {
    const auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute_of_day / 60) + ":" + two(minute_of_day % 60);
}

std::string sun_text(const AtSun& at) {
    const std::string event = at.event == SunEvent::sunrise ? "sunrise" : "sunset";
    if (at.offset == Duration{}) return event;
    if (at.offset < Duration{}) return format_duration(Duration{} - at.offset) + " before " + event;
    return format_duration(at.offset) + " after " + event;
}

namespace {

std::string days_text(std::uint8_t weekdays) {
    constexpr std::uint8_t all = 0x7F;
    constexpr std::uint8_t working = 0x3E;
    constexpr std::uint8_t weekend = 0x41;
    if ((weekdays & all) == all) return "";
    if ((weekdays & all) == working) return " from Monday to Friday";
    if ((weekdays & all) == weekend) return " on Saturday and Sunday";
    constexpr std::array<const char*, 7> names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};
    // The week starts on Monday for people, whatever the bits say.
    constexpr std::array<unsigned, 7> order = {1, 2, 3, 4, 5, 6, 0};
    const int count = std::popcount(static_cast<unsigned>(weekdays & all));
    std::string out;
    int said = 0;
    for (const unsigned day : order) {
        if ((unsigned{weekdays} >> day & 1U) == 0) continue;
        out += said == 0 ? " on " : said + 1 == count ? " and " : ", ";
        out += names.at(day);
        ++said;
    }
    return out;
}

struct DescribeTrigger {
    std::string operator()(const OnChange& t) const { return t.address + " changes"; }
    std::string operator()(const OnBecomes& t) const {
        return t.address + " becomes " + value_text(t.value);
    }
    std::string operator()(const OnCrosses& t) const {
        std::string out = t.address;
        if (t.above) out += " rises above " + number_text(*t.above);
        if (t.above && t.below) out += " or";
        if (t.below) out += " falls below " + number_text(*t.below);
        return out;
    }
    std::string operator()(const OnEvent& t) const {
        return t.thing + "/" + t.event + (t.detail ? " is " + value_text(*t.detail) : " happens");
    }
    std::string operator()(const AtTime& t) const {
        return "at " + time_of_day_text(t.minute_of_day) + days_text(t.weekdays);
    }
    std::string operator()(const Every& t) const { return "every " + format_duration(t.period); }
    std::string operator()(const AtSun& t) const {
        return (t.offset == Duration{} ? "at " : "") + sun_text(t) + days_text(t.weekdays);
    }
};

std::string or_expression(const std::string& expression, std::string literal) {
    return expression.empty() ? literal : "what '" + printable(expression, 80) + "' gives";
}

struct DescribeAction {
    std::string operator()(const SetAction& a) const {
        return "set " + a.address + " to " + or_expression(a.expression, value_text(a.value));
    }
    std::string operator()(const RunAction& a) const {
        std::string out = "run " + a.thing + "/" + a.action;
        if (a.expression.empty() && std::holds_alternative<Null>(a.input)) return out;
        return out + " with " + or_expression(a.expression, value_text(a.input));
    }
    std::string operator()(const WaitAction& a) const { return "wait " + format_duration(a.time); }
    std::string operator()(const NotifyAction& a) const {
        return "tell " + (a.to.empty() ? "everyone" : a.to) + " " +
               or_expression(a.expression, "'" + printable(a.text, 80) + "'");
    }
};

}  // namespace

std::string describe(const Trigger& trigger) {
    return std::visit(DescribeTrigger{}, trigger);
}
std::string describe(const RuleAction& action) {
    return std::visit(DescribeAction{}, action);
}

std::string describe(const RuleSpec& rule) {
    std::string out = "when ";
    for (std::size_t i = 0; i < rule.triggers.size(); ++i) {
        if (i != 0) out += ", or ";
        out += describe(rule.triggers[i]);
    }
    if (!rule.condition.empty()) out += ", if " + printable(rule.condition, 200);
    out += ": ";
    for (std::size_t i = 0; i < rule.actions.size(); ++i) {
        if (i != 0) out += "; ";
        out += describe(rule.actions[i]);
    }
    return out;
}

}  // namespace foxtail
