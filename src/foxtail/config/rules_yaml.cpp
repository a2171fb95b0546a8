#include "foxtail/config/rules_yaml.hpp"

#include "foxtail/base/string_map.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/rules/check.hpp"
#include "foxtail/rules/nearest.hpp"
#include "foxtail/rules/sandbox.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace foxtail {
namespace {

using Keys = std::span<const std::string_view>;

constexpr std::array<std::string_view, 6> rule_keys = {"id",   "title", "enabled",
                                                       "when", "if",    "then"};
constexpr std::array<std::string_view, 4> property_keys = {"property", "changes", "becomes",
                                                           "crosses"};
constexpr std::array<std::string_view, 2> crosses_keys = {"above", "below"};
constexpr std::array<std::string_view, 2> event_keys = {"event", "is"};
constexpr std::array<std::string_view, 2> time_keys = {"time", "days"};
constexpr std::array<std::string_view, 1> every_keys = {"every"};
constexpr std::array<std::string_view, 3> sun_keys = {"sun", "offset", "days"};
constexpr std::array<std::string_view, 5> trigger_kinds = {"property", "event", "time", "sun",
                                                           "every"};
constexpr std::array<std::string_view, 4> action_kinds = {"set", "run", "wait", "notify"};
constexpr std::array<std::string_view, 3> run_keys = {"thing", "action", "input"};
constexpr std::array<std::string_view, 2> notify_keys = {"text", "to"};

/// "07:00" or "7:00".
std::optional<int> minute_of_day_from(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon < 1 || colon > 2 || text.size() != colon + 3)
        return std::nullopt;
    int hour = 0;
    int minute = 0;
    for (const char c : text.substr(0, colon)) {
        if (c < '0' || c > '9') return std::nullopt;
        hour = hour * 10 + (c - '0');
    }
    for (const char c : text.substr(colon + 1)) {
        if (c < '0' || c > '9') return std::nullopt;
        minute = minute * 10 + (c - '0');
    }
    if (hour > 23 || minute > 59) return std::nullopt;
    return hour * 60 + minute;
}

struct Day {
    std::string_view name;
    std::uint8_t bits;
};
constexpr std::array<Day, 17> day_names = {{{"mon", 0x02},
                                            {"tue", 0x04},
                                            {"wed", 0x08},
                                            {"thu", 0x10},
                                            {"fri", 0x20},
                                            {"sat", 0x40},
                                            {"sun", 0x01},
                                            {"monday", 0x02},
                                            {"tuesday", 0x04},
                                            {"wednesday", 0x08},
                                            {"thursday", 0x10},
                                            {"friday", 0x20},
                                            {"saturday", 0x40},
                                            {"sunday", 0x01},
                                            {"weekdays", 0x3E},
                                            {"weekend", 0x41},
                                            {"daily", 0x7F}}};

/// Reads one list of rules. One function a part of the format; each tells its own mistakes and goes
/// on.
class RulesReader {
public:
    explicit RulesReader(Yaml& yaml) : yaml_(yaml) {}

    std::vector<RuleSpec> read(const YAML::Node& list) {
        std::vector<RuleSpec> rules;
        if (list.IsDefined() && list.IsNull()) return rules;
        if (!yaml_.is_list(list, "'rules'")) return rules;
        if (list.size() > rules_max) {
            yaml_.wrong(list,
                        std::to_string(list.size()) + " rules, limit " + std::to_string(rules_max));
            return rules;
        }
        for (const auto& node : list) {
            if (yaml_.is_map(node, "a rule")) rules.push_back(rule(node));
        }
        return rules;
    }

private:
    RuleSpec rule(const YAML::Node& node) {
        RuleSpec rule;
        rule.source = yaml_.source(node);
        yaml_.check_keys(node, rule_keys, "a rule");
        read_id(node, rule);
        if (const auto title = Yaml::at(node, "title"); title.IsDefined())
            rule.title = yaml_.text(title, "'title'").value_or("");
        if (const auto enabled = Yaml::at(node, "enabled"); enabled.IsDefined()) {
            rule.enabled = yaml_.flag(enabled, "'enabled'").value_or(true);
        }
        if (const auto condition = Yaml::at(node, "if"); condition.IsDefined()) {
            rule.condition =
                expression(condition, yaml_.text(condition, "'if' (a Lua expression)"), false);
        }
        if (const auto when = Yaml::at(node, "when"); part_is_there(node, when, "when")) {
            if (fits(when, triggers_per_rule_max, "triggers")) {
                for_each(when, [&](const YAML::Node& one) { read_trigger(one, rule.triggers); });
            }
        }
        if (const auto then = Yaml::at(node, "then"); part_is_there(node, then, "then")) {
            if (fits(then, actions_per_rule_max, "actions")) read_actions(then, rule.actions);
        }
        return rule;
    }

    void read_id(const YAML::Node& node, RuleSpec& rule) {
        const auto id = Yaml::at(node, "id");
        if (!id.IsDefined())
            return yaml_.wrong(node, "a rule needs an 'id', e.g. 'id: evening-hall'");
        rule.id = yaml_.text(id, "'id'").value_or("");
        if (rule.id.empty()) return;
        if (!valid_name(rule.id)) {
            return yaml_.wrong(id, "'" + printable(rule.id, 60) +
                                       "' is no id: letters, digits, '_', '-' and '.', e.g. '" +
                                       to_name(rule.id) + "'");
        }
        const auto [known, fresh] = ids_.emplace(rule.id, rule.source.line);
        if (!fresh)
            yaml_.wrong(id, "the rule in line " + std::to_string(known->second) + " has the id '" +
                                rule.id + "' already");
    }

    bool part_is_there(const YAML::Node& rule, const YAML::Node& part, std::string_view name) {
        const bool there = part.IsDefined() && !part.IsNull() &&
                           !((part.IsSequence() || part.IsMap()) && part.size() == 0);
        if (!there) {
            yaml_.wrong(
                part.IsDefined() ? part : rule,
                "a rule needs '" + std::string(name) + "'" +
                    (name == "when" ? ": what triggers it, e.g. '- property: hall/occupancy'"
                                    : ": what it does, e.g. '- wait: 5m'"));
        }
        return there;
    }

    bool fits(const YAML::Node& node, std::size_t limit, const char* what) {
        if (!node.IsSequence() || node.size() <= limit) return true;
        yaml_.wrong(node,
                    std::to_string(node.size()) + " " + what + ", limit " + std::to_string(limit));
        return false;
    }

    /// A list, or one map for a list of one.
    template <class Read>
    void for_each(const YAML::Node& node, Read read) {
        if (!node.IsSequence()) return read(node);
        for (const auto& one : node) read(one);
    }

    /// Which of `kinds` the map has; a mistake and nothing unless it is exactly one.
    std::optional<std::string_view> kind_of(const YAML::Node& node, Keys kinds,
                                            std::string_view what) {
        if (!yaml_.is_map(node, what)) return std::nullopt;
        std::optional<std::string_view> found;
        for (const auto kind : kinds) {
            if (!Yaml::at(node, kind).IsDefined()) continue;
            if (found) {
                yaml_.wrong(node, std::string(what) + " has both '" + std::string(*found) +
                                      "' and '" + std::string(kind) +
                                      "': write two, each with its own '-'");
                return std::nullopt;
            }
            found = kind;
        }
        if (!found) {
            std::string hint;
            for (const auto& entry : node) {
                if (entry.first.IsScalar() && hint.empty())
                    hint = did_you_mean(entry.first.Scalar(), kinds);
            }
            std::string all;
            for (const auto kind : kinds)
                all += (all.empty()            ? "'"
                        : kind == kinds.back() ? "' or '"
                                               : "', '") +
                       std::string(kind);
            yaml_.wrong(node, std::string(what) + " needs " + all + "'" + hint);
        }
        return found;
    }

    // ---- triggers ----

    void read_trigger(const YAML::Node& node, std::vector<Trigger>& triggers) {
        const auto kind = kind_of(node, trigger_kinds, "a trigger");
        if (!kind) return;
        std::optional<Trigger> trigger;
        if (*kind == "property") trigger = property_trigger(node);
        if (*kind == "event") trigger = event_trigger(node);
        if (*kind == "time") trigger = time_trigger(node);
        if (*kind == "sun") trigger = sun_trigger(node);
        if (*kind == "every") {
            yaml_.check_keys(node, every_keys, "an 'every' trigger");
            if (const auto period = yaml_.duration(Yaml::at(node, "every"), "'every'"))
                trigger = Every{*period};
        }
        if (!trigger) return;
        if (auto mistake = check_trigger(*trigger); !mistake.empty())
            return yaml_.wrong(Yaml::at(node, *kind), std::move(mistake));
        triggers.push_back(std::move(*trigger));
    }

    std::optional<Trigger> property_trigger(const YAML::Node& node) {
        yaml_.check_keys(node, property_keys, "a 'property' trigger");
        const auto address = yaml_.text(Yaml::at(node, "property"), "'property' (thing/property)");
        const auto how = kind_of(node, Keys(property_keys).subspan(1), "a 'property' trigger");
        if (!address || !how) return std::nullopt;
        const auto what = Yaml::at(node, *how);
        if (*how == "changes") {
            const auto changes = yaml_.flag(what, "'changes'");
            if (!changes) return std::nullopt;
            if (*changes) return OnChange{*address};
            yaml_.wrong(what, "'changes' can only be true; to have no trigger leave it out");
            return std::nullopt;
        }
        if (*how == "becomes") {
            auto value = yaml_.value(what, "'becomes'");
            if (!value) return std::nullopt;
            if (!std::holds_alternative<Null>(*value))
                return OnBecomes{*address, std::move(*value)};
            yaml_.wrong(what, "'becomes' needs a value, e.g. 'becomes: true'");
            return std::nullopt;
        }
        return crosses_trigger(what, *address);
    }

    std::optional<Trigger> crosses_trigger(const YAML::Node& node, const std::string& address) {
        if (!yaml_.is_map(node, "'crosses', e.g. {above: 24.5},")) return std::nullopt;
        yaml_.check_keys(node, crosses_keys, "'crosses'");
        OnCrosses crosses{address, std::nullopt, std::nullopt};
        if (const auto above = Yaml::at(node, "above"); above.IsDefined()) {
            crosses.above = yaml_.number(above, "'above'");
            if (!crosses.above) return std::nullopt;
        }
        if (const auto below = Yaml::at(node, "below"); below.IsDefined()) {
            crosses.below = yaml_.number(below, "'below'");
            if (!crosses.below) return std::nullopt;
        }
        return crosses;
    }

    std::optional<Trigger> event_trigger(const YAML::Node& node) {
        yaml_.check_keys(node, event_keys, "an 'event' trigger");
        const auto where = Yaml::at(node, "event");
        const auto written = yaml_.text(where, "'event' (thing/event)");
        if (!written) return std::nullopt;
        OnEvent event;
        if (const auto is = Yaml::at(node, "is"); is.IsDefined()) {
            event.detail = yaml_.value(is, "'is'");
            if (!event.detail) return std::nullopt;
        }
        const auto address = parse_address(*written);
        if (!address) {
            yaml_.wrong(where,
                        "'" + printable(*written, 60) + "' is no event, write it as thing/event");
            return std::nullopt;
        }
        event.thing = address->thing;
        event.event = address->name;
        return event;
    }

    std::optional<Trigger> time_trigger(const YAML::Node& node) {
        yaml_.check_keys(node, time_keys, "a 'time' trigger");
        const auto when = Yaml::at(node, "time");
        const auto written = yaml_.text(when, "'time' (\"07:00\")");
        AtTime at;
        bool good = written.has_value();
        if (const auto minute = minute_of_day_from(written.value_or("")); minute) {
            at.minute_of_day = *minute;
        } else if (written) {
            good = false;
            yaml_.wrong(when,
                        "'" + printable(*written, 60) +
                            "' is no time of day, write it as \"07:00\", from 00:00 to 23:59");
        }
        good = read_days(node, at.weekdays) && good;
        if (!good) return std::nullopt;
        return at;
    }

    /// Where the house stands is in the configuration: whoever loads both puts it in.
    std::optional<Trigger> sun_trigger(const YAML::Node& node) {
        yaml_.check_keys(node, sun_keys, "a 'sun' trigger");
        const auto what = Yaml::at(node, "sun");
        const auto event = yaml_.text(what, "'sun' (sunrise or sunset)");
        AtSun at;
        bool good = event == "sunrise" || event == "sunset";
        if (event == "sunrise") at.event = SunEvent::sunrise;
        if (event && !good)
            yaml_.wrong(what, "'" + printable(*event, 60) + "' is neither sunrise nor sunset");
        if (const auto offset = Yaml::at(node, "offset"); offset.IsDefined()) {
            const auto read = signed_duration(offset);
            at.offset = read.value_or(Duration{});
            good = read && good;
        }
        good = read_days(node, at.weekdays) && good;
        if (!good) return std::nullopt;
        return at;
    }

    /// "30m" after, "-30m" before.
    std::optional<Duration> signed_duration(const YAML::Node& node) {
        const auto written = yaml_.text(node, "'offset' (30m or -30m)");
        if (!written) return std::nullopt;
        const bool before = written->starts_with('-');
        const auto read = parse_duration(std::string_view(*written).substr(before ? 1 : 0));
        if (!read) {
            yaml_.wrong(node, "'offset': " + read.error().message + ", or -30m for before");
            return std::nullopt;
        }
        return before ? Duration{} - *read : *read;
    }

    bool read_days(const YAML::Node& trigger, std::uint8_t& weekdays) {
        const auto named = Yaml::at(trigger, "days");
        if (!named.IsDefined()) return true;
        weekdays = 0;
        bool good = true;
        for_each(named, [&](const YAML::Node& day) { good = read_day(day, weekdays) && good; });
        return good;
    }

    bool read_day(const YAML::Node& node, std::uint8_t& weekdays) {
        auto written = yaml_.text(node, "a day (mon, tue, ...)");
        if (!written) return false;
        std::transform(written->begin(), written->end(), written->begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        for (const auto& [name, bits] : day_names) {
            if (*written != name) continue;
            weekdays |= bits;
            return true;
        }
        yaml_.wrong(
            node, "'" + printable(*written, 60) +
                      "' is no day: mon, tue, wed, thu, fri, sat, sun, weekdays, weekend or daily");
        return false;
    }

    // ---- actions ----

    void read_actions(const YAML::Node& node, std::vector<RuleAction>& actions) {
        bool after_wait = false;
        YAML::Node last;
        bool last_is_wait = false;
        for_each(node, [&](const YAML::Node& one) {
            last.reset(one);
            last_is_wait = false;
            const auto kind = kind_of(one, action_kinds, "an action");
            if (!kind) return;
            yaml_.check_keys(one, std::array{*kind}, "a '" + std::string(*kind) + "' action");
            const auto what = Yaml::at(one, *kind);
            if (*kind == "set") read_set(what, after_wait, actions);
            if (*kind == "run") add(what, read_run(what, after_wait), actions);
            if (*kind == "notify") add(what, read_notify(what, after_wait), actions);
            if (*kind == "wait") {
                if (const auto time = yaml_.duration(what, "'wait'"))
                    add(what, WaitAction{*time}, actions);
                after_wait = true;
                last_is_wait = true;
            }
        });
        if (last_is_wait) {
            yaml_.wrong(last,
                        "nothing comes after this wait: leave it out, or say what to do then");
        }
        if (actions.size() > actions_per_rule_max) {
            yaml_.wrong(node, std::to_string(actions.size()) + " actions, limit " +
                                  std::to_string(actions_per_rule_max));
        }
    }

    void add(const YAML::Node& node, std::optional<RuleAction> action,
             std::vector<RuleAction>& actions) {
        if (!action) return;
        if (auto mistake = check_action(*action); !mistake.empty())
            return yaml_.wrong(node, std::move(mistake));
        actions.push_back(std::move(*action));
    }

    void read_set(const YAML::Node& node, bool after_wait, std::vector<RuleAction>& actions) {
        if (!yaml_.is_map(node, "'set', e.g. {hall-lamp/on: true},")) return;
        if (node.size() == 0) yaml_.wrong(node, "'set' needs at least one 'thing/property: value'");
        if (node.size() > actions_per_rule_max) {
            return yaml_.wrong(node, std::to_string(node.size()) + " properties, limit " +
                                         std::to_string(actions_per_rule_max));
        }
        for (const auto& entry : node) {
            const auto address = yaml_.text(entry.first, "what 'set' sets (thing/property)");
            if (!address) continue;
            SetAction set{*address, Null{}, ""};
            if (!read_result(entry.second, "a value to set", after_wait, set.value, set.expression))
                continue;
            if (set.expression.empty() && std::holds_alternative<Null>(set.value)) {
                yaml_.wrong(entry.first,
                            "'" + printable(*address, 60) + "' needs a value to be set to");
                continue;
            }
            add(entry.first, std::move(set), actions);
        }
    }

    std::optional<RuleAction> read_run(const YAML::Node& node, bool after_wait) {
        if (!yaml_.is_map(node, "'run', e.g. {thing: blind, action: close},")) return std::nullopt;
        yaml_.check_keys(node, run_keys, "'run'");
        const auto thing = required_text(node, "thing");
        const auto action = required_text(node, "action");
        RunAction run;
        const auto input = Yaml::at(node, "input");
        if (input.IsDefined() &&
            !read_result(input, "'input'", after_wait, run.input, run.expression))
            return std::nullopt;
        if (!thing || !action) return std::nullopt;
        run.thing = *thing;
        run.action = *action;
        return run;
    }

    std::optional<std::string> required_text(const YAML::Node& map, std::string_view key) {
        const auto node = yaml_.required(map, key, "'run'");
        if (!node.IsDefined()) return std::nullopt;
        return yaml_.text(node, "'" + std::string(key) + "' in 'run'");
    }

    std::optional<RuleAction> read_notify(const YAML::Node& node, bool after_wait) {
        NotifyAction notify;
        auto what = node;
        if (node.IsDefined() && node.IsMap()) {
            yaml_.check_keys(node, notify_keys, "'notify'");
            if (const auto to = Yaml::at(node, "to"); to.IsDefined())
                notify.to = yaml_.text(to, "'to'").value_or("");
            what.reset(Yaml::at(node, "text"));
        }
        const auto written = yaml_.text(what.IsDefined() ? what : node, "the text of 'notify'");
        if (!written) return std::nullopt;
        if (written->starts_with('=')) {
            notify.expression = expression(what, written->substr(1), after_wait);
            if (notify.expression.empty()) return std::nullopt;
        } else {
            notify.text = *written;
        }
        return notify;
    }

    // ---- expressions ----

    /// "= ..." is an expression, anything else the value itself. False after a mistake.
    bool read_result(const YAML::Node& node, std::string_view what, bool after_wait, Value& value,
                     std::string& text) {
        if (node.IsDefined() && node.IsScalar() && node.Scalar().starts_with('=')) {
            const auto written = yaml_.text(node, what);
            if (written) text = expression(node, written->substr(1), after_wait);
            return !text.empty();
        }
        auto read = yaml_.value(node, what);
        if (!read) return false;
        value = std::move(*read);
        return true;
    }

    /// The expression when it compiles, else a mistake in its line and an empty text.
    std::string expression(const YAML::Node& node, std::optional<std::string> text,
                           bool after_wait) {
        if (!text) return {};
        const auto mistake = sandbox_.check(*text, after_wait);
        if (!mistake) return std::move(*text);
        yaml_.wrong_in_text(node, mistake->line, "in the expression: " + mistake->message);
        return {};
    }

    Yaml& yaml_;
    Sandbox sandbox_;
    StringMap<int> ids_;
};

}  // namespace

std::vector<RuleSpec> read_rules(Yaml& yaml, const YAML::Node& list) {
    try {
        return RulesReader(yaml).read(list);
    } catch (const YAML::Exception& e) {
        // The reader asks only for what it has seen to be there; this is for what the library
        // thinks of that we do not.
        yaml.wrong(yaml.root(), "not understood: " + e.msg);
        return {};
    }
}

RulesRead read_rules(std::string_view text, std::string_view file) {
    constexpr std::array<std::string_view, 1> keys = {"rules"};
    Yaml yaml{std::string(file), text};
    RulesRead read;
    const auto& root = yaml.root();
    if (root.IsDefined() && !root.IsNull() && yaml.is_map(root, "a file of rules")) {
        yaml.check_keys(root, keys, "a file of rules");
        if (const auto list = Yaml::at(root, "rules"); list.IsDefined())
            read.rules = read_rules(yaml, list);
    }
    read.mistakes = yaml.take_mistakes();
    return read;
}

}  // namespace foxtail
