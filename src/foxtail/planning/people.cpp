// Several people's wishes for one thing: which holds, and what is said about it.
#include "foxtail/planning/keeper.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

using Mode = DeviceWishes::Mode;

constexpr std::size_t said_max = 128;          // of one device
constexpr Duration lost_told_for = hours(24);  // where what was said last holds
constexpr Duration until_most = days(14);      // of a mode
constexpr std::string_view no_wish = "automatic";

bool takes_back(const Said& one) {
    if (std::holds_alternative<Null>(one.value)) return true;
    return one.setting == Setting::mode && one.value == Value(std::string(no_wish));
}

std::vector<Said> of_setting(const std::vector<Said>& all, Setting setting) {
    std::vector<Said> out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out),
                 [&](const Said& one) { return one.setting == setting; });
    return out;
}

bool is_among(const std::vector<Said>& some, const Said& one) {
    return std::any_of(some.begin(), some.end(),
                       [&](const Said& other) { return other.number == one.number; });
}

std::string words_of(const Said& one) {
    const auto what = said_words(one);
    return fmt::format("{}'s {}", one.by.empty() ? "somebody" : one.by,
                       what.empty() ? "'no goal'" : what);
}

std::string words_of(const std::vector<Said>& some) {
    std::string out;
    for (const Said& one : some) out += (out.empty() ? "" : ", ") + words_of(one);
    return out;
}

}  // namespace

std::string said_words(const Said& said) {
    double number = 0;
    if (const auto* text = std::get_if<std::string>(&said.value)) return *text;
    return as_number(said.value, number) ? fmt::format("{:g}", number) : to_json(said.value);
}

std::string contest_words(const Site& site, const Contest& contest) {
    return fmt::format("{}, {}: {} holds, {} does not (rule: {})", name_of(site, contest.device),
                       setting_names[static_cast<std::size_t>(contest.setting)],
                       words_of(contest.holds), words_of(contest.lost),
                       wish_rule_names[static_cast<std::size_t>(site.wish_rule.kind)]);
}

std::vector<Contest> contests(const Wishes& wishes, const WishRule& rule) {
    std::vector<Contest> out;
    for (const auto& [device, all] : wishes.said) {
        for (std::size_t i = 0; i < setting_names.size(); ++i) {
            Contest contest{device, static_cast<Setting>(i), {}, {}};
            const auto said = of_setting(all, contest.setting);
            if (said.size() < 2) continue;
            contest.holds = holding(said, rule);
            for (const Said& one : said) {
                // Who wanted what holds anyway has lost nothing.
                const bool same = std::any_of(
                    contest.holds.begin(), contest.holds.end(),
                    [&](const Said& other) { return same_value(other.value, one.value); });
                if (!same) contest.lost.push_back(one);
            }
            if (!contest.lost.empty()) out.push_back(std::move(contest));
        }
    }
    return out;
}

std::uint64_t Keeper::next_number() const {
    std::uint64_t last = 0;
    for (const auto& [device, all] : wishes_.said)
        for (const Said& one : all) last = std::max(last, one.number);
    return last + 1;
}

void Keeper::say(DeviceId device, Said said) {
    auto& all = wishes_.said[device];
    const bool last_holds = site_.wish_rule.kind == WishRule::Kind::last;
    const auto mine = std::find_if(all.begin(), all.end(), [&](const Said& one) {
        return one.setting == said.setting && one.by == said.by;
    });
    if (mine != all.end()) {
        const bool same = mine->value == said.value && mine->until == said.until;
        if (same && !mine->lost.known()) return;
        all.erase(mine);
    }
    said.number = next_number();
    if (takes_back(said)) {
        // Where what was said last holds, this was: it is as configured then.
        if (last_holds)
            all.erase(std::remove_if(all.begin(), all.end(),
                                     [&](const Said& one) { return one.setting == said.setting; }),
                      all.end());
        // "automatic" is an answer to another's mode, as long as there is one.
        const bool answers =
            said.setting == Setting::mode && !of_setting(all, said.setting).empty();
        if (!answers) return;
    }
    if (all.size() >= said_max)
        all.erase(std::min_element(all.begin(), all.end(), [](const Said& a, const Said& b) {
            return a.number < b.number;
        }));
    all.push_back(std::move(said));
}

/// Makes what holds of people's wishes what the plan is asked.
void Keeper::settle_wishes(DeviceId device, Setting setting, Time now) {
    auto& wishes = wishes_.devices[device];
    auto& all = wishes_.said[device];
    auto said = of_setting(all, setting);
    if (setting == Setting::mode && std::all_of(said.begin(), said.end(), takes_back)) {
        all.erase(std::remove_if(all.begin(), all.end(),
                                 [](const Said& one) { return one.setting == Setting::mode; }),
                  all.end());
        said.clear();
    }
    const auto held = holding(said, site_.wish_rule);
    for (Said& one : all) {
        if (one.setting != setting) continue;
        if (is_among(held, one)) {
            one.lost = {};
        } else if (!one.lost.known()) {
            one.lost = now;
        }
    }
    if (setting == Setting::mode) {
        if (wishes.hand() && held.empty()) return;
        wishes.mode = Mode::automatic;
        wishes.until = {};
        wishes.by.clear();
    } else {
        (void)understand(device, wishes, setting, Null{}, {}, {now, {}});
    }
    std::vector<CarGoal> goals;
    std::vector<std::string> goals_by;
    for (const Said& one : held) {
        // It was understood when it was said.
        (void)understand(device, wishes, setting, one.value, one.by, {now, {}});
        if (setting == Setting::mode && wishes.mode != Mode::automatic) wishes.until = one.until;
        if (setting != Setting::goals || !wishes.goals) continue;
        for (const CarGoal& goal : *wishes.goals) {
            if (std::find(goals.begin(), goals.end(), goal) != goals.end()) continue;
            goals.push_back(goal);
            goals_by.push_back(one.by);
        }
    }
    if (setting != Setting::goals || held.empty()) return;
    if (goals.size() > goals_max) goals.resize(goals_max);
    goals_by.resize(goals.size());
    wishes.goals = std::move(goals);
    wishes.goals_by = std::move(goals_by);
}

/// Whose wish holds after `by` has said something, where people disagree.
void Keeper::add_standing(planner::Told::Values& values, DeviceId device, Setting setting,
                          const std::string& by) const {
    const auto rule = wish_rule_names[static_cast<std::size_t>(site_.wish_rule.kind)];
    for (const Contest& one : contests(wishes_, site_.wish_rule)) {
        if (one.device != device || one.setting != setting) continue;
        const bool lost = std::any_of(one.lost.begin(), one.lost.end(),
                                      [&](const Said& said) { return said.by == by; });
        const auto whose = words_of(lost ? one.holds : one.lost);
        values.emplace_back(lost ? "holder" : "loser", whose);
        values.emplace_back("rule", std::string(rule));
        return;
    }
}

Result<void> Keeper::set_mode_until(DeviceId device, const Value& value, const std::string& by,
                                    Moment now) {
    auto& wishes = wishes_.devices[device];
    const auto* text = std::get_if<std::string>(&value);
    const auto until = parse_rfc3339(text != nullptr ? *text : "");
    if (!until || *until <= now.wall || *until > now.wall + until_most)
        return fail(Code::invalid_input,
                    "a moment within the next two weeks, such as 2026-12-24T18:00:00Z");
    if (wishes.mode == Mode::automatic) return fail(Code::invalid_input, "automatic has no end");
    if (wishes.hand()) {
        wishes.until = *until;
        return {};
    }
    // One's own mode, or the one that holds where anybody may say the last word.
    Said* found = nullptr;
    for (Said& one : wishes_.said[device])
        if (one.setting == Setting::mode &&
            (one.by == by || (found == nullptr && !one.lost.known())))
            found = &one;
    if (found == nullptr) return fail(Code::invalid_input, "automatic has no end");
    if (found->by != by && site_.wish_rule.kind != WishRule::Kind::last)
        return fail(Code::conflict, words_of(*found) + " ends when they say so");
    found->until = *until;
    settle_wishes(device, Setting::mode, now.wall);
    return {};
}

/// Modes end by themselves; what lost against a later word is told for a day.
void Keeper::end_wishes(DeviceId device, Time now) {
    const bool last_holds = site_.wish_rule.kind == WishRule::Kind::last;
    std::vector<Said> ended;
    auto& all = wishes_.said[device];
    const auto over = [&](const Said& one) {
        if (one.until.known() && one.until <= now) return true;
        return last_holds && one.lost.known() && now - one.lost > lost_told_for;
    };
    std::copy_if(all.begin(), all.end(), std::back_inserter(ended), over);
    if (ended.empty()) return;
    all.erase(std::remove_if(all.begin(), all.end(), over), all.end());
    ++changes_;
    const auto tell_end = [&](std::string_view what) {
        wants_plan({planner::Tells::mode_ended,
                    {{"mode", std::string(what)}, {"device", name_of(site_, device)}}},
                   0, false);
    };
    auto& wishes = wishes_.devices[device];
    const bool held = wishes.hold.has_value();
    settle_wishes(device, Setting::hold, now);
    if (held && !wishes.hold) tell_end(setting_names[static_cast<std::size_t>(Setting::hold)]);
    const auto mode = wishes.mode;
    settle_wishes(device, Setting::mode, now);
    if (wishes.mode != mode) tell_end(mode_names[static_cast<std::size_t>(mode)]);
}

}  // namespace foxtail::planning
