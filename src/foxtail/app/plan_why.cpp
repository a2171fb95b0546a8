#include "foxtail/app/plan_why.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/app/plan_json.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/planner/follower.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail {
namespace bj = boost::json;
namespace {

using api::JsonText;
using planner::Course;
using planner::Goal;
using planner::Kind;

// ---- reading back

const bj::value& member(const bj::value& of, std::string_view name) {
    static const bj::value nothing;
    const auto* object = of.if_object();
    const auto* found = object != nullptr ? object->if_contains(name) : nullptr;
    return found != nullptr ? *found : nothing;
}
const bj::array& list(const bj::value& of, std::string_view name) {
    static const bj::array none;
    const auto* found = member(of, name).if_array();
    return found != nullptr ? *found : none;
}
std::string text(const bj::value& value) {
    const auto* found = value.if_string();
    return found != nullptr ? std::string(*found) : std::string();
}
double number(const bj::value& value) {
    return value.is_number() ? value.to_number<double>() : 0;
}
Time moment(const bj::value& value) {
    return parse_rfc3339(text(value)).value_or(Time{});
}
/// As many as there are slots: what is left out is nothing.
std::vector<double> numbers(const bj::value& of, std::string_view name, std::size_t count) {
    std::vector<double> out;
    for (const auto& one : list(of, name)) out.push_back(number(one));
    out.resize(count);
    return out;
}
template <typename Word, std::size_t n>
std::optional<Word> word(const std::array<std::string_view, n>& names, const bj::value& said) {
    const auto at = std::find(names.begin(), names.end(), text(said));
    if (at == names.end()) return std::nullopt;
    return static_cast<Word>(at - names.begin());
}

Goal goal_of(const bj::value& said) {
    Goal goal;
    goal.what = text(member(said, "what"));
    goal.due = moment(member(said, "due"));
    const auto state = text(member(said, "state"));
    goal.state = state == "met"      ? Goal::State::met
                 : state == "missed" ? Goal::State::missed
                                     : Goal::State::at_risk;
    goal.wanted = number(member(said, "wanted"));
    goal.reached = number(member(said, "reached"));
    goal.slack = minutes(static_cast<std::int64_t>(number(member(said, "slack_min"))));
    return goal;
}

/// Nothing of what a later version of the program may know, and this one does not.
std::optional<Course> course_of(const bj::value& said, std::size_t count) {
    Course course;
    const auto kind = word<Kind>(planner::kind_names, member(said, "kind"));
    if (!kind) return std::nullopt;
    course.kind = *kind;
    course.name = text(member(said, "name"));
    const auto kw = numbers(said, "kw", count);
    const auto level = numbers(said, "level", count);
    const auto& intents = list(said, "intent");
    const auto& codes = list(said, "code");
    if (intents.size() != count || codes.size() != count) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        const auto intent = word<planner::Intent>(planner::intent_names, intents[i]);
        const auto code = word<planner::Code>(planner::code_names, codes[i]);
        if (!intent || !code) return std::nullopt;
        course.steps.push_back({kw[i], level[i], *intent, *code});
    }
    for (const auto& goal : list(said, "goals")) course.goals.push_back(goal_of(goal));
    return course;
}

// ---- telling

/// The goal that holds the plan in this slot: the next one due that is not reached with more to
/// spare than rounding; nothing where none does.
const Goal* binding_goal(const Course& course, const planner::Slot& held) {
    constexpr double about = 0.02;
    const Goal* found = nullptr;
    for (const Goal& goal : course.goals) {
        if (goal.due.known() && goal.due < held.until) continue;
        const bool spare = goal.reached > goal.wanted + about * std::max(1.0, goal.wanted);
        if (goal.state == Goal::State::met && spare) continue;
        if (found == nullptr || (goal.due.known() && goal.due < found->due)) found = &goal;
    }
    return found;
}

void tell_goal(JsonText& json, const Course& course, const Goal& goal) {
    constexpr std::string_view between = ": ";
    constexpr std::array<const char*, 3> states = {"met", "at_risk", "missed"};
    json.key("goal").object();
    // "anna: 80 % by 07:00" is anna's; what the configuration wants is nobody's.
    const auto colon = goal.what.find(between);
    if (colon != std::string::npos) json.text("who", goal.what.substr(0, colon));
    json.text("what",
              colon == std::string::npos ? goal.what : goal.what.substr(colon + between.size()));
    json.time("due", goal.due).text("state", states[static_cast<std::size_t>(goal.state)]);
    json.raw("wanted", rounded(goal.wanted, 100)).raw("reached", rounded(goal.reached, 100));
    if (course.kind != Kind::appliance)
        json.text("unit", course.kind == Kind::heat_pump ? "Cel" : "kW.h");
    json.end_object();
}

void tell_slot(JsonText& json, const PlanOnRecord& told, const Course* course, std::size_t index,
               const Zone& zone) {
    const auto& plan = told.plan;
    json.key("slot").object().time("from", plan.slots[index].from);
    json.time("until", plan.slots[index].until);
    if (course != nullptr) {
        const auto& step = course->steps[index];
        json.raw("kw", rounded(step.kw, 1000));
        json.text("intent", planner::intent_names[static_cast<std::size_t>(step.intent)]);
        json.text("code", planner::code_names[static_cast<std::size_t>(step.code)]);
        json.text("sentence", planning::why_slot(plan, *course, index, {zone, told.currency}));
    }
    json.raw("buy", rounded(plan.buy_eur[index], 100'000));
    json.raw("sell", rounded(plan.sell_eur[index], 100'000));
    json.raw("sun", rounded(plan.sun_kw[index], 1000));
    json.raw("load", rounded(plan.load_kw[index], 1000)).end_object();
}

}  // namespace

Result<PlanOnRecord> read_plan(std::string_view json) {
    const auto said = parse_json(json);
    if (!said) return fail(said.error());
    PlanOnRecord out;
    auto& plan = out.plan;
    const auto& begins = list(*said, "slots");
    const std::size_t count = begins.size();
    if (count == 0) return fail(Code::invalid_input, "a plan without slots");
    for (const auto& from : begins) plan.slots.push_back({moment(from), {}});
    for (std::size_t i = 0; i < count; ++i)
        plan.slots[i].until =
            i + 1 < count ? plan.slots[i + 1].from : moment(member(*said, "until"));
    plan.made = moment(member(*said, "made"));
    plan.buy_eur = numbers(*said, "buy", count);
    plan.sell_eur = numbers(*said, "sell", count);
    plan.marginal_eur = numbers(*said, "marginal", count);
    plan.load_kw = numbers(*said, "load", count);
    plan.sun_kw = numbers(*said, "sun", count);
    plan.import_kw = numbers(*said, "import", count);
    plan.export_kw = numbers(*said, "export", count);
    plan.curtailed_kw = numbers(*said, "curtailed", count);
    for (const auto& device : list(*said, "devices"))
        if (auto course = course_of(device, count)) plan.courses.push_back(std::move(*course));
    out.version = static_cast<std::uint64_t>(std::max(0.0, number(member(*said, "version"))));
    out.because = text(member(*said, "because"));
    out.currency = text(member(*said, "currency"));
    for (const auto& one : list(*said, "guessed")) out.guessed.push_back(text(one));
    return out;
}

std::string plan_why_json(const PlanOnRecord& told, std::string_view device, Time at,
                          const Zone& zone) {
    const auto& plan = told.plan;
    std::string out;
    JsonText json(out);
    json.object().number("version", told.version).time("made", plan.made);
    json.text("because", told.because);
    json.text("inputs", "/plan/versions/" + std::to_string(told.version)).key("guessed").array();
    for (const auto& one : told.guessed) json.text(one);
    json.end_array();
    const auto course =
        std::find_if(plan.courses.begin(), plan.courses.end(),
                     [&](const Course& one) { return !device.empty() && one.name == device; });
    const bool known = course != plan.courses.end();
    if (known) json.text("device", course->name);
    const auto held = planner::slot_at(plan, std::max(at, plan.slots.front().from));
    if (held) {
        tell_slot(json, told, known ? &*course : nullptr, *held, zone);
        const auto* goal = known ? binding_goal(*course, plan.slots[*held]) : nullptr;
        if (goal != nullptr) tell_goal(json, *course, *goal);
    }
    json.end_object();
    return out;
}

}  // namespace foxtail
