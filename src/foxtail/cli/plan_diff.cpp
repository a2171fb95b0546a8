#include "foxtail/cli/plan_diff.hpp"

#include "foxtail/cli/hub_client.hpp"
#include "foxtail/cli/words.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

constexpr double kw_shown = 0.05;  // less is no difference worth a line

double hours_between(Time from, Time until) {
    return static_cast<double>((until - from).us) / 3.6e9;
}

double as_double(const bj::value& value) {
    return value.is_number() ? value.to_number<double>() : 0;
}

bool same_number(const bj::value& a, const bj::value& b, double within) {
    return a.is_number() && b.is_number() && std::abs(as_double(a) - as_double(b)) <= within;
}

bj::value text(std::string_view words) {
    return bj::value(bj::string_view(words.data(), words.size()));
}

bj::value moment(Time t) {
    return text(format_rfc3339(t));
}

std::optional<Time> moment_in(const bj::value& value) {
    if (!value.is_string()) return std::nullopt;
    const auto& words = value.get_string();
    const auto time = parse_rfc3339({words.data(), words.size()});
    return time ? std::optional(*time) : std::nullopt;
}

/// The bounds of a plan's slots: one more than it has slots.
std::vector<Time> bounds_of(const bj::value& plan) {
    std::vector<Time> out;
    for (const auto& one : list_of(plan, "slots"))
        if (const auto t = moment_in(one)) out.push_back(*t);
    if (const Time until = time_of(plan, "until"); until.known()) out.push_back(until);
    return out;
}

/// Mean over [from, until) of a list that has one value for each slot.
double mean(const std::vector<Time>& bounds, const bj::array& list, Time from, Time until) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < bounds.size() && i < list.size(); ++i) {
        const auto shared = std::min(bounds[i + 1], until) - std::max(bounds[i], from);
        if (shared.us > 0) sum += as_double(list[i]) * static_cast<double>(shared.us);
    }
    return sum / static_cast<double>(std::max<std::int64_t>(1, (until - from).us));
}

/// What a list of steps ([from when on, what], ...) says at a moment.
const bj::value& step_at(const bj::array& steps, Time t) {
    static const bj::value unknown;
    const bj::value* found = &unknown;
    for (const auto& one : steps) {
        const auto& step = list_of(one);
        if (step.size() != 2) continue;
        const auto from = moment_in(step[0]);
        if (from && *from <= t) found = &step[1];
    }
    return *found;
}

const bj::value& first_of(const bj::value& list) {
    static const bj::value none;
    return list_of(list).empty() ? none : list_of(list).front();
}

bool is_steps(const bj::value& value) {
    return list_of(first_of(value)).size() == 2;
}

class Differ {
public:
    Differ(const bj::value& a, const bj::value& b)
        : a_(a), b_(b), a_bounds_(bounds_of(a)), b_bounds_(bounds_of(b)) {
        // Where both have a bound: finer than that the coarser of them says nothing.
        std::set_intersection(a_bounds_.begin(), a_bounds_.end(), b_bounds_.begin(),
                              b_bounds_.end(), std::back_inserter(bounds_));
        if (bounds_.empty()) return;
        from_ = bounds_.front();
        until_ = bounds_.back();
    }

    bj::object all() {
        bj::object out;
        out["a"] = named(a_);
        out["b"] = named(b_);
        out["common"] = common();
        forecasts();
        // A plan from before inputs were on record has none.
        const bool a_told = member(a_, "inputs").is_object();
        const bool b_told = member(b_, "inputs").is_object();
        if (a_told != b_told) add("inputs", "told", a_told, b_told);
        if (a_told && b_told) {
            house();
            devices();
            said();
        }
        out["inputs"] = std::move(inputs_);
        out["goals"] = goals();
        out["slots"] = slots();
        return out;
    }

private:
    static bj::object named(const bj::value& plan) {
        bj::object out;
        for (const char* name : {"version", "made", "because", "cost", "currency", "until"})
            out[name] = member(plan, name);
        return out;
    }

    double grid_costs(const bj::value& plan, const std::vector<Time>& bounds) const {
        const auto& buy = list_of(plan, "buy");
        const auto& sell = list_of(plan, "sell");
        const auto& import = list_of(plan, "import");
        const auto& out = list_of(plan, "export");
        double sum = 0;
        for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
            const Time from = std::max(bounds[i], from_);
            const Time until = std::min(bounds[i + 1], until_);
            if (until <= from || i >= buy.size() || i >= import.size()) continue;
            double eur = as_double(buy[i]) * as_double(import[i]);
            if (i < sell.size() && i < out.size()) eur -= as_double(sell[i]) * as_double(out[i]);
            sum += eur * hours_between(from, until);
        }
        return std::round(sum * 1000) / 1000;
    }

    bj::value common() const {
        if (bounds_.size() < 2) return nullptr;
        bj::object out;
        out["from"] = moment(from_);
        out["until"] = moment(until_);
        out["a"] = grid_costs(a_, a_bounds_);
        out["b"] = grid_costs(b_, b_bounds_);
        return out;
    }

    void add(std::string_view of, std::string_view what, bj::value a, bj::value b) {
        bj::object one;
        one["of"] = text(of);
        one["what"] = text(what);
        one["a"] = std::move(a);
        one["b"] = std::move(b);
        inputs_.push_back(std::move(one));
    }

    /// A forecast: mean of prices and warmth, energy of power.
    void forecast(const char* name, const char* what, double within) {
        const auto& a = list_of(a_, name);
        const auto& b = list_of(b_, name);
        if (a.empty() || b.empty()) return;
        double otherwise = 0;
        for (std::size_t i = 0; i + 1 < bounds_.size(); ++i) {
            const double x = mean(a_bounds_, a, bounds_[i], bounds_[i + 1]);
            const double y = mean(b_bounds_, b, bounds_[i], bounds_[i + 1]);
            if (std::abs(x - y) > within) otherwise += hours_between(bounds_[i], bounds_[i + 1]);
        }
        if (otherwise == 0) return;
        const double times = std::string_view(what) == "kWh" ? hours_between(from_, until_) : 1;
        const auto cut = [&](double value) {
            return bj::value(std::round(value * times * 1000) / 1000);
        };
        add(name, what, cut(mean(a_bounds_, a, from_, until_)),
            cut(mean(b_bounds_, b, from_, until_)));
        inputs_.back().get_object()["hours"] = otherwise;
    }

    void forecasts() {
        forecast("buy", "mean", 0.0005);
        forecast("sell", "mean", 0.0005);
        forecast("sun", "kWh", kw_shown);
        forecast("load", "kWh", kw_shown);
        forecast("outdoor", "mean", 0.1);
    }

    /// Whether two members of inputs say the same of the time that both plans tell of.
    [[nodiscard]] bool same(const bj::value& a, const bj::value& b) const {
        if (same_number(a, b, 0.005)) return true;
        if (!is_steps(a) || !is_steps(b)) return a == b;
        std::set<Time> moments = {from_};
        for (const auto* steps : {&a, &b})
            for (const auto& one : list_of(*steps))
                if (const auto t = moment_in(first_of(one)); t && *t > from_ && *t < until_)
                    moments.insert(*t);
        return std::all_of(moments.begin(), moments.end(), [&](Time t) {
            return same_number(step_at(list_of(a), t), step_at(list_of(b), t), 0.005);
        });
    }

    void members(std::string_view of, const bj::value& a, const bj::value& b,
                 const std::set<std::string_view>& but) {
        std::set<std::string_view> names;
        for (const auto* one : {&a, &b})
            if (const auto* object = one->if_object())
                for (const auto& each : *object)
                    names.emplace(each.key().data(), each.key().size());
        for (const auto name : names)
            if (!but.contains(name) && !same(member(a, name), member(b, name)))
                add(of, name, member(a, name), member(b, name));
    }

    void house() {
        members("house", member(a_, "inputs"), member(b_, "inputs"), {"devices", "said"});
    }

    static const bj::value& find(const bj::array& list, std::string_view name) {
        static const bj::value nothing;
        for (const auto& one : list)
            if (text_of(one, "name") == name) return one;
        return nothing;
    }

    void devices() {
        const auto& a = list_of(member(a_, "inputs"), "devices");
        const auto& b = list_of(member(b_, "inputs"), "devices");
        std::set<std::string> names;
        for (const auto* list : {&a, &b})
            for (const auto& one : *list) names.insert(text_of(one, "name"));
        for (const auto& name : names) {
            const auto& here = find(a, name);
            const auto& there = find(b, name);
            if (here.is_null() != there.is_null()) {
                add(name, "planned", !here.is_null(), !there.is_null());
                continue;
            }
            members(name, here, there, {"name", "kind", "stays"});
            stays(name, list_of(here, "stays"), list_of(there, "stays"));
        }
    }

    /// A stay that has begun begins with the plan.
    bj::value stay_until(const bj::array& stays, const std::string& until) const {
        for (const auto& one : stays) {
            if (text_of(one, "until") != until) continue;
            bj::value out = one;
            if (time_of(one, "from") <= from_) out.get_object()["from"] = moment(from_);
            return out;
        }
        return nullptr;
    }

    void stays(std::string_view device, const bj::array& a, const bj::array& b) {
        std::set<std::string> ends;
        for (const auto* list : {&a, &b})
            for (const auto& one : *list)
                if (time_of(one, "until") > from_) ends.insert(text_of(one, "until"));
        for (const auto& until : ends) {
            auto here = stay_until(a, until);
            auto there = stay_until(b, until);
            if (here != there) add(device, "stay", std::move(here), std::move(there));
        }
    }

    void said() {
        const auto& a = list_of(member(a_, "inputs"), "said");
        const auto& b = list_of(member(b_, "inputs"), "said");
        const auto same_word = [](const bj::value& x, const bj::value& y) {
            return text_of(x, "device") == text_of(y, "device") &&
                   text_of(x, "what") == text_of(y, "what") &&
                   text_of(x, "by") == text_of(y, "by") &&
                   text_of(x, "until") == text_of(y, "until") &&
                   same_number(member(x, "kw"), member(y, "kw"), 0.005);
        };
        const auto only = [&](const bj::array& in, const bj::array& other, bool first) {
            for (const auto& one : in) {
                if (std::any_of(other.begin(), other.end(),
                                [&](const bj::value& each) { return same_word(one, each); }))
                    continue;
                add(text_of(one, "device"), "said", first ? one : bj::value(),
                    first ? bj::value() : one);
            }
        };
        only(a, b, true);
        only(b, a, false);
    }

    [[nodiscard]] std::set<std::string> planned() const {
        std::set<std::string> names;
        for (const auto* plan : {&a_, &b_})
            for (const auto& one : list_of(*plan, "devices")) names.insert(text_of(one, "name"));
        return names;
    }

    bj::array goals() const {
        bj::array out;
        const auto standing = [](const bj::value& device, const std::string& what,
                                 const std::string& due) -> bj::value {
            for (const auto& one : list_of(device, "goals")) {
                if (text_of(one, "what") != what || text_of(one, "due") != due) continue;
                return bj::object{{"state", member(one, "state")},
                                  {"reached", member(one, "reached")}};
            }
            return nullptr;
        };
        for (const auto& name : planned()) {
            const auto& here = find(list_of(a_, "devices"), name);
            const auto& there = find(list_of(b_, "devices"), name);
            std::set<std::pair<std::string, std::string>> all;
            for (const auto* device : {&here, &there})
                for (const auto& one : list_of(*device, "goals"))
                    if (time_of(one, "due") > from_)
                        all.emplace(text_of(one, "due"), text_of(one, "what"));
            for (const auto& [due, what] : all) {
                auto a = standing(here, what, due);
                auto b = standing(there, what, due);
                if (text_of(a, "state") == text_of(b, "state") &&
                    same_number(member(a, "reached"), member(b, "reached"), 0.1))
                    continue;
                out.push_back(bj::object{{"device", text(name)},
                                         {"what", text(what)},
                                         {"due", text(due)},
                                         {"a", std::move(a)},
                                         {"b", std::move(b)}});
            }
        }
        return out;
    }

    /// Where a device is planned otherwise; neighbours make one line.
    bj::array slots() const {
        bj::array out;
        for (const auto& name : planned()) {
            const auto& a = list_of(find(list_of(a_, "devices"), name), "kw");
            const auto& b = list_of(find(list_of(b_, "devices"), name), "kw");
            std::size_t i = 0;
            const auto differs = [&](std::size_t cell) {
                return cell + 1 < bounds_.size() &&
                       std::abs(mean(a_bounds_, a, bounds_[cell], bounds_[cell + 1]) -
                                mean(b_bounds_, b, bounds_[cell], bounds_[cell + 1])) > kw_shown;
            };
            for (; i + 1 < bounds_.size(); ++i) {
                if (!differs(i)) continue;
                const std::size_t begin = i;
                while (differs(i + 1)) ++i;
                const auto cut = [](double kw) { return std::round(kw * 100) / 100; };
                out.push_back(
                    bj::object{{"device", text(name)},
                               {"from", moment(bounds_[begin])},
                               {"until", moment(bounds_[i + 1])},
                               {"a", cut(mean(a_bounds_, a, bounds_[begin], bounds_[i + 1]))},
                               {"b", cut(mean(b_bounds_, b, bounds_[begin], bounds_[i + 1]))}});
            }
        }
        return out;
    }

    const bj::value& a_;
    const bj::value& b_;
    std::vector<Time> a_bounds_;
    std::vector<Time> b_bounds_;
    std::vector<Time> bounds_;  // that both have
    Time from_;
    Time until_;
    bj::array inputs_;
};

// ---- for people

std::string words_of(const bj::value& value, const Zone& zone) {
    if (value.is_null()) return "none";
    if (value.is_number()) return number_words(as_double(value), 3);
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (const auto time = moment_in(value)) return full_time_words(*time, zone);
    if (value.is_string()) return shown(std::string(value.get_string()));
    if (is_steps(value)) {
        std::string out;
        for (const auto& one : list_of(value)) {
            if (out.size() > 120) return out + ", ...";
            out += (out.empty() ? "" : ", ") + words_of(list_of(one)[1], zone) + " from " +
                   words_of(list_of(one)[0], zone);
        }
        return out;
    }
    if (!text_of(value, "device").empty())  // what somebody said
        return shown(text_of(value, "by")) + " " + shown(text_of(value, "what")) + " " +
               words_of(member(value, "kw"), zone) + " kW until " +
               words_of(member(value, "until"), zone);
    const auto& wanted = member(value, "wanted");
    return (wanted.is_null() ? "no goal" : words_of(wanted, zone) + " kWh") + " by " +
           words_of(member(value, "until"), zone) + ", here from " +
           words_of(member(value, "from"), zone) +
           (text_of(value, "goal").empty() ? "" : " (" + shown(text_of(value, "goal")) + ")");
}

}  // namespace

bj::object plan_diff(const bj::value& a, const bj::value& b) {
    return Differ(a, b).all();
}

void print_plan_diff(const Terminal& terminal, const bj::object& diff) {
    const auto& zone = terminal.zone;
    const bj::value all(diff);
    const auto currency = shown(text_of(member(all, "a"), "currency"));
    for (const char* which : {"a", "b"}) {
        const auto& plan = member(all, which);
        terminal.line("Plan " + std::to_string(number_of(plan, "version")) + ", made " +
                      full_time_words(time_of(plan, "made"), zone) + ": " +
                      shown(text_of(plan, "because")) + "; costs " +
                      money_words(as_double(member(plan, "cost")), currency));
    }
    const auto& common = member(all, "common");
    if (common.is_null()) {
        terminal.line("They tell of different times.");
        return;
    }
    terminal.line("From " + full_time_words(time_of(common, "from"), zone) + " to " +
                  full_time_words(time_of(common, "until"), zone) + " the grid costs " +
                  money_words(as_double(member(common, "a")), currency) + " and " +
                  money_words(as_double(member(common, "b")), currency) + ".");
    using Align = Table::Align;
    Table inputs({{"MADE FROM"}, {"WHAT"}, {"FIRST"}, {"SECOND"}});
    for (const auto& one : list_of(all, "inputs"))
        inputs.add({{shown(text_of(one, "of")), Tone::strong},
                    shown(text_of(one, "what")),
                    words_of(member(one, "a"), zone),
                    words_of(member(one, "b"), zone)});
    for (const auto& one : list_of(all, "goals"))
        inputs.add({{shown(text_of(one, "device")), Tone::strong},
                    shown(text_of(one, "what")),
                    shown(text_of(member(one, "a"), "state")),
                    shown(text_of(member(one, "b"), "state"))});
    terminal.table(inputs);
    Table slots(
        {{"DEVICE"}, {"FROM"}, {"UNTIL"}, {"FIRST kW", Align::right}, {"SECOND kW", Align::right}});
    for (const auto& one : list_of(all, "slots"))
        slots.add({{shown(text_of(one, "device")), Tone::strong},
                   full_time_words(time_of(one, "from"), zone),
                   full_time_words(time_of(one, "until"), zone),
                   number_words(as_double(member(one, "a")), 2),
                   number_words(as_double(member(one, "b")), 2)});
    terminal.table(slots);
}

}  // namespace foxtail::cli
