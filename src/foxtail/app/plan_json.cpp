#include "foxtail/app/plan_json.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/planner/follower.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace foxtail {
namespace {

using api::JsonText;
using planner::Course;
using planner::Kind;
using planner::Plan;

constexpr double per_kw = 1000;        // watts
constexpr double per_price = 100'000;  // thousandths of a cent

void numbers(JsonText& json, std::string_view name, std::size_t count, double parts,
             const std::function<double(std::size_t)>& at) {
    json.key(name).array();
    for (std::size_t i = 0; i < count; ++i) json.raw(rounded(at(i), parts));
    json.end_array();
}

void band(JsonText& json, std::string_view name, const planner::Series& series, const Plan& plan,
          std::size_t count) {
    if (series.values.empty()) return;
    numbers(json, name, count, per_kw,
            [&](std::size_t i) { return series.mean(plan.slots[i].from, plan.slots[i].until); });
}

/// Codes with their values, for whoever makes words of their own.
void told(JsonText& json, std::string_view name, const std::vector<planner::Told>& all) {
    json.key(name).array();
    for (const auto& one : all) {
        json.object().text("code", one.name()).key("values").object();
        for (const auto& [value_name, value] : one.values()) {
            if (const auto* text = std::get_if<std::string>(&value))
                json.text(value_name, *text);
            else
                json.raw(value_name, rounded(std::get<double>(value), 100));
        }
        json.end_object().end_object();
    }
    json.end_array();
}

const char* state_word(planner::Goal::State state) {
    switch (state) {
        case planner::Goal::State::met:
            return "met";
        case planner::Goal::State::at_risk:
            return "at_risk";
        case planner::Goal::State::missed:
            break;
    }
    return "missed";
}

/// One setting said otherwise, as POST /plan/what-if takes it, and what would come of it.
void way_out(JsonText& json, const planning::Way& way) {
    json.object().text("code", planning::way_names[static_cast<std::size_t>(way.kind)]);
    json.key("values").object();
    if (way.kind == planning::Way::Kind::later) json.raw("minutes", rounded(way.amount, 1));
    if (way.kind == planning::Way::Kind::less) json.raw("to", rounded(way.amount, 10));
    json.end_object();
    json.text("set", planning::setting_names[static_cast<std::size_t>(way.setting)]);
    json.raw("value", to_json(way.value)).raw("more", rounded(way.more_eur, 1000));
    json.raw("reached", rounded(way.reached, 100)).text("state", state_word(way.state));
    json.end_object();
}

void goals(JsonText& json, const Course& course, const std::vector<planning::Way>& ways = {}) {
    json.key("goals").array();
    for (std::size_t i = 0; i < course.goals.size(); ++i) {
        const auto& goal = course.goals[i];
        json.object().text("what", goal.what).time("due", goal.due);
        json.text("state", state_word(goal.state));
        json.raw("wanted", rounded(goal.wanted, 100)).raw("reached", rounded(goal.reached, 100));
        json.number("slack_min", goal.slack.us / minutes(1).us);
        bool any = false;
        for (const auto& way : ways) {
            if (way.goal != i) continue;
            if (!std::exchange(any, true)) json.key("ways").array();
            way_out(json, way);
        }
        if (any) json.end_array();
        json.end_object();
    }
    json.end_array();
}

/// "charging", "not_charging", "starting": a word for programs, whenever it would be.
std::string act_of(const planner::Alternative& one) {
    constexpr std::string_view now = " now";
    std::string out = one.what;
    if (out.ends_with(now)) out.resize(out.size() - now.size());
    std::replace(out.begin(), out.end(), ' ', '_');
    return out;
}

double percent_of_level(const planning::Keeper& keeper, const Course& course) {
    for (const auto& car : keeper.site().cars)
        if (course.kind == Kind::car && car.limits.name == course.name)
            return car.limits.capacity_kwh > 0 ? 100 / car.limits.capacity_kwh : 0;
    for (const auto& battery : keeper.site().batteries)
        if (course.kind == Kind::battery && battery.limits.name == course.name)
            return battery.limits.capacity_kwh > 0 ? 100 / battery.limits.capacity_kwh : 0;
    return 0;
}

/// What a plan is told with.
struct Telling {
    const planning::Keeper& keeper;
    const Plan& plan;
    const std::vector<planner::Alternative>& alternatives;
    Time now;
    const planning::Speech& speech;
    const std::vector<planning::Way>& ways;
    std::string_view inputs;
};

void device(JsonText& json, const Telling& told, const Course& course, std::size_t count) {
    const auto& [keeper, plan, alternatives, now, speech, all_ways, unused] = told;
    json.object().text("name", course.name);
    json.text("kind", planner::kind_names[static_cast<std::size_t>(course.kind)]);
    std::vector<planning::Way> ways;
    for (const auto id : planning::devices(keeper.site())) {
        if (id.kind != course.kind || planning::name_of(keeper.site(), id) != course.name) continue;
        json.boolean("act", planning::acts(keeper.site(), keeper.wishes(), id));
        for (const auto& way : all_ways)
            if (way.device == id) ways.push_back(way);
    }
    json.text("why", planning::why_now(plan, course, alternatives, now, speech));
    numbers(json, "kw", count, per_kw, [&](std::size_t i) { return course.steps[i].kw; });
    if (course.kind != Kind::appliance) {
        const double percent = percent_of_level(keeper, course);
        json.text("level_unit", percent > 0 ? "%" : course.kind == Kind::heat_pump ? "Cel" : "kWh");
        numbers(json, "level", count, 100,
                [&](std::size_t i) { return course.steps[i].level * (percent > 0 ? percent : 1); });
    }
    json.key("intent").array();
    for (std::size_t i = 0; i < count; ++i)
        json.text(planner::intent_names[static_cast<std::size_t>(course.steps[i].intent)]);
    json.end_array().key("code").array();
    for (std::size_t i = 0; i < count; ++i)
        json.text(planner::code_names[static_cast<std::size_t>(course.steps[i].code)]);
    json.end_array();
    goals(json, course, ways);
    json.key("alternatives").array();
    for (const auto& one : alternatives) {
        if (one.device != course.name || one.slot >= plan.slots.size()) continue;
        json.object()
            .text("what", planning::alternative_what(one, plan, now, speech))
            .text("act", act_of(one))
            .time("at", plan.slots[one.slot].from);
        json.raw("more", rounded(one.more_eur, 1000)).boolean("possible", one.possible);
        json.end_object();
    }
    json.end_array().end_object();
}

void said(JsonText& json, std::string_view name, const std::vector<planning::Said>& some) {
    json.key(name).array();
    for (const auto& one : some)
        json.object().text("by", one.by).text("value", planning::said_words(one)).end_object();
    json.end_array();
}

void wishes(JsonText& json, const planning::Keeper& keeper) {
    const auto& rule = keeper.site().wish_rule;
    json.object().text("rule", planning::wish_rule_names[static_cast<std::size_t>(rule.kind)]);
    json.key("people").array();
    for (const auto& one : rule.people) json.text(one);
    json.end_array().key("contested").array();
    for (const auto& one : planning::contests(keeper.wishes(), rule)) {
        json.object().text("device", planning::name_of(keeper.site(), one.device));
        json.text("setting", planning::setting_names[static_cast<std::size_t>(one.setting)]);
        said(json, "holds", one.holds);
        said(json, "lost", one.lost);
        json.end_object();
    }
    json.end_array().end_object();
}

std::string text_of(const Telling& all, std::size_t count) {
    const auto& keeper = all.keeper;
    const auto& plan = all.plan;
    const auto& speech = all.speech;
    std::string out;
    JsonText json(out);
    json.object().time("made", plan.made).number("version", keeper.version());
    json.text("because", keeper.because());
    told(json, "changed", keeper.changed());
    json.text("stage", planner::stage_names[static_cast<std::size_t>(plan.stage)]);
    if (plan.gap_eur) json.raw("gap", rounded(*plan.gap_eur, 1000));
    json.raw("cost", rounded(plan.cost_eur, 1000)).text("currency", speech.currency);
    json.time("prices_until", keeper.outlook().buy.known_until);
    json.key("slots").array();
    for (std::size_t i = 0; i < count; ++i) json.text(format_rfc3339(plan.slots[i].from));
    json.end_array();
    json.time("until", count > 0 ? plan.slots[count - 1].until : Time{});
    numbers(json, "buy", count, per_price, [&](std::size_t i) { return plan.buy_eur[i]; });
    numbers(json, "sell", count, per_price, [&](std::size_t i) { return plan.sell_eur[i]; });
    numbers(json, "marginal", count, per_price,
            [&](std::size_t i) { return plan.marginal_eur[i]; });
    numbers(json, "load", count, per_kw, [&](std::size_t i) { return plan.load_kw[i]; });
    numbers(json, "sun", count, per_kw, [&](std::size_t i) { return plan.sun_kw[i]; });
    numbers(json, "import", count, per_kw, [&](std::size_t i) { return plan.import_kw[i]; });
    numbers(json, "export", count, per_kw, [&](std::size_t i) { return plan.export_kw[i]; });
    numbers(json, "curtailed", count, per_kw, [&](std::size_t i) { return plan.curtailed_kw[i]; });
    const auto& outlook = keeper.outlook();
    band(json, "load_p10", outlook.load_p10, plan, count);
    band(json, "load_p90", outlook.load_p90, plan, count);
    band(json, "sun_p10", outlook.sun_p10, plan, count);
    band(json, "sun_p90", outlook.sun_p90, plan, count);
    band(json, "outdoor", outlook.outdoor_c, plan, count);
    json.key("devices").array();
    for (const auto& course : plan.courses) device(json, all, course, count);
    json.end_array().key("at_risk").array();
    for (const auto& one : planning::at_risk(plan, speech)) json.text(one);
    json.end_array().key("wishes");
    wishes(json, keeper);
    if (outlook.sun_until.known()) json.time("sun_until", outlook.sun_until);
    const auto guessed = keeper.guessed();
    json.key("guessed").array();
    for (const auto& one : guessed) json.text(one.words());
    json.end_array();
    told(json, "guesses", guessed);
    if (!all.inputs.empty()) json.raw("inputs", all.inputs);
    json.key("mended").array();
    for (const auto& one : plan.mended)
        json.object().text("where", one.where).text("what", one.what).end_object();
    json.end_array().end_object();
    return out;
}

}  // namespace

std::string rounded(double value, double parts) {
    const double cut = std::round(value * parts) / parts;
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.6g", cut == 0 ? 0.0 : cut);
    return {text, static_cast<std::size_t>(length)};
}

std::string plan_json(const planning::Keeper& keeper, const Plan& plan,
                      const std::vector<planner::Alternative>& alternatives, Time now,
                      const planning::Speech& speech, const std::vector<planning::Way>& ways,
                      std::string_view inputs) {
    std::size_t count = plan.slots.size();
    while (true) {
        auto text = text_of({keeper, plan, alternatives, now, speech, ways, inputs}, count);
        if (text.size() <= string_value_bytes_max || count == 0) return text;
        count = count * 3 / 4;
    }
}

std::string wishes_json(const planning::Keeper& keeper) {
    std::string out;
    JsonText json(out);
    wishes(json, keeper);
    return out;
}

std::string places_json(const PlanWiring& wiring) {
    std::string out;
    JsonText json(out);
    const auto each = [&](const auto& visit) {
        for (const auto& [address, targets] : wiring.targets)
            for (const auto& target : targets) visit(address, target);
    };
    json.object();
    each([&](const std::string& address, const PlanTarget& target) {
        if (target.device || target.house_fact != planning::HouseFact::sun) return;
        json.text("sun", address).raw("sun_per_kw", rounded(target.per_unit, 1000));
    });
    json.key("devices").object();
    for (const auto id : planning::devices(wiring.site)) {
        json.key(planning::name_of(wiring.site, id)).object();
        each([&](const std::string& address, const PlanTarget& target) {
            if (target.device != id) return;
            if (target.device_fact == planning::DeviceFact::power)
                json.text("power", address).raw("per_kw", rounded(target.per_unit, 1000));
            if (target.device_fact == planning::DeviceFact::level) json.text("level", address);
        });
        json.end_object();
    }
    json.end_object().end_object();
    return out;
}

std::string what_if_json(const Plan& plan, const Plan& other, const planning::Speech& speech) {
    std::string out;
    JsonText json(out);
    const double more = other.worth_eur() - plan.worth_eur();
    json.object().raw("more", rounded(more, 1000)).text("currency", speech.currency);
    json.raw("cost", rounded(other.cost_eur, 1000)).raw("cost_now", rounded(plan.cost_eur, 1000));
    json.key("at_risk").array();
    for (const auto& one : planning::at_risk(other, speech)) json.text(one);
    json.end_array().key("devices").array();
    for (const auto& course : other.courses) {
        json.object().text("name", course.name);
        if (const auto slot = planner::slot_at(other, other.made))
            json.text("now", planning::why_slot(other, course, *slot, speech));
        goals(json, course);
        json.end_object();
    }
    json.end_array().end_object();
    return out;
}

}  // namespace foxtail
