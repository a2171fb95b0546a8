#include "foxtail/rules/check.hpp"

#include "foxtail/base/string_map.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/model/thing.hpp"

#include <cmath>

namespace foxtail {
namespace {

std::string check_address(const std::string& address) {
    if (parse_address(address)) return {};
    return "'" + printable(address, 80) + "' is no address, write it as thing/property";
}

std::string check_name(const char* what, const std::string& name) {
    if (valid_name(name)) return {};
    return std::string("'") + printable(name, 80) + "' is no " + what +
           ": letters, digits, '_', '-' and '.', not starting with '.', at most " +
           std::to_string(name_bytes_max) + " bytes";
}

std::string first_of(std::string a, std::string b) {
    return a.empty() ? b : a;
}

struct CheckTrigger {
    std::string operator()(const OnChange& t) const { return check_address(t.address); }
    std::string operator()(const OnBecomes& t) const { return check_address(t.address); }
    std::string operator()(const OnCrosses& t) const {
        if (!t.above && !t.below) return "'crosses' needs 'above', 'below' or both";
        if (!std::isfinite(t.above.value_or(0)) || !std::isfinite(t.below.value_or(0)))
            return "a bound is not a finite number";
        return check_address(t.address);
    }
    std::string operator()(const OnEvent& t) const {
        return first_of(check_name("thing", t.thing), check_name("event", t.event));
    }
    std::string operator()(const AtTime& t) const {
        if (t.minute_of_day < 0 || t.minute_of_day >= 24 * 60)
            return "a time of day is from 00:00 to 23:59";
        if ((t.weekdays & 0x7FU) == 0) return "a time without any day never comes";
        return {};
    }
    std::string operator()(const AtSun& t) const {
        if (t.offset > sun_offset_max || t.offset < Duration{} - sun_offset_max)
            return "an offset is at most " + format_duration(sun_offset_max) + ", before or after";
        if ((t.weekdays & 0x7FU) == 0) return "a time without any day never comes";
        return {};
    }
    std::string operator()(const Every& t) const {
        if (t.period >= every_period_min) return {};
        return "every " + format_duration(t.period) + " is too often, at least " +
               format_duration(every_period_min);
    }
};

struct CheckAction {
    std::string operator()(const SetAction& a) const { return check_address(a.address); }
    std::string operator()(const RunAction& a) const {
        return first_of(check_name("thing", a.thing), check_name("action", a.action));
    }
    std::string operator()(const WaitAction& a) const {
        if (a.time > Duration{0} && a.time <= wait_time_max) return {};
        return "a wait of " + format_duration(a.time) +
               " is out of range, more than nothing and at most " + format_duration(wait_time_max);
    }
    std::string operator()(const NotifyAction& a) const {
        return a.text.empty() && a.expression.empty() ? "there is nothing to tell" : "";
    }
};

}  // namespace

std::string check_trigger(const Trigger& trigger) {
    return std::visit(CheckTrigger{}, trigger);
}
std::string check_action(const RuleAction& action) {
    return std::visit(CheckAction{}, action);
}

std::vector<Mistake> check_rules(const std::vector<RuleSpec>& rules) {
    std::vector<Mistake> mistakes;
    if (rules.size() > rules_max) {
        mistakes.push_back(
            {{}, std::to_string(rules.size()) + " rules, limit " + std::to_string(rules_max)});
        return mistakes;
    }
    StringMap<bool> ids;
    for (const auto& rule : rules) {
        const auto tell = [&](const std::string& message) {
            if (!message.empty())
                mistakes.push_back(
                    {rule.source, "rule '" + printable(rule.id, 60) + "': " + message});
        };
        tell(check_name("id", rule.id));
        if (!ids.emplace(rule.id, true).second) tell("another rule has this id");
        if (rule.triggers.empty()) tell("nothing triggers it");
        if (rule.actions.empty()) tell("it does nothing");
        if (rule.triggers.size() > triggers_per_rule_max) {
            tell(std::to_string(rule.triggers.size()) + " triggers, limit " +
                 std::to_string(triggers_per_rule_max));
        }
        if (rule.actions.size() > actions_per_rule_max) {
            tell(std::to_string(rule.actions.size()) + " actions, limit " +
                 std::to_string(actions_per_rule_max));
        }
        for (const auto& trigger : rule.triggers) tell(check_trigger(trigger));
        for (const auto& action : rule.actions) tell(check_action(action));
    }
    return mistakes;
}

}  // namespace foxtail
