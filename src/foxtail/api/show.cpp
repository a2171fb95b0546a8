#include "foxtail/api/show.hpp"

#include "foxtail/api/pulse.hpp"
#include "foxtail/api/sentence.hpp"
#include "foxtail/json/thing.hpp"

#include <algorithm>

namespace foxtail::api {

// ---- names
// --------------------------------------------------------------------------------------------------------

bool DoorNames::append(std::string& out, PropertyId property) const {
    if (!door_.names().knows(property)) return false;
    out += door_.names().property(property).address;
    return true;
}

bool DoorNames::append(std::string& out, ThingId thing) const {
    if (!door_.names().knows(thing)) return false;
    out += door_.names().thing(thing).spec.id;
    return true;
}

bool DoorNames::append(std::string& out, SubjectId subject) const {
    if (subject == door_.subject()) {
        out += door_.who().name;
        return true;
    }
    const auto subjects = door_.subjects();
    if (!subjects || subject.index >= (*subjects)->size()) return false;
    out += (**subjects)[subject.index].name;
    return true;
}

std::optional<PropertyId> DoorNames::property(std::string_view address) const {
    const Property* property = door_.names().find_property(address);
    return property == nullptr ? std::nullopt : std::optional(property->id);
}
std::optional<ThingId> DoorNames::thing(std::string_view id) const {
    const Thing* thing = door_.names().find_thing(id);
    return thing == nullptr ? std::nullopt : std::optional(thing->id);
}
std::optional<SubjectId> DoorNames::subject(std::string_view name) const {
    if (name == door_.who().name) return door_.subject();
    return std::nullopt;
}

// ---- things
// -------------------------------------------------------------------------------------------------------

ThingSpec visible_spec(const Door& door, const Thing& thing) {
    ThingSpec spec = thing.spec;
    const auto hidden = [&](const auto& member) { return !door.discovers(thing, member.name); };
    std::erase_if(spec.properties, hidden);
    std::erase_if(spec.actions, hidden);
    std::erase_if(spec.events, hidden);
    return spec;
}

bool discovers_any(const Door& door, const Thing& thing) {
    const auto sees = [&](const auto& member) { return door.discovers(thing, member.name); };
    const ThingSpec& spec = thing.spec;
    return std::any_of(spec.properties.begin(), spec.properties.end(), sees) ||
           std::any_of(spec.actions.begin(), spec.actions.end(), sees) ||
           std::any_of(spec.events.begin(), spec.events.end(), sees);
}

void append_thing(std::string& out, const Door& door, const Thing& thing) {
    if (door.may_manage()) {
        append_json(out, thing.spec);
    } else {
        append_json(out, visible_spec(door, thing));
    }
    out.pop_back();  // the closing brace
    std::string_view connector = thing.brought_by;
    if (const auto colon = connector.find(':'); colon != std::string_view::npos)
        connector.remove_prefix(colon + 1);
    out += ",\"connector\":";
    append_json_string(out, connector);
    out += '}';
}

// ---- readings
// -----------------------------------------------------------------------------------------------------

namespace {
Time time_of(const Belief& belief) {
    return belief.source_time.known() ? belief.source_time : belief.receipt_time;
}
}  // namespace

const char* status_name(const Hub::CommandState& state) {
    if (state.outcome) return name(*state.outcome);
    return state.waits ? "waiting" : "pending";
}

void append_reading(std::string& out, const Door& door, const PropertyView& view) {
    const Belief& belief = *view.belief;
    JsonText json(out);
    json.object().text("address", view.property->address).value("value", belief.value);
    json.text("quality", name(view.quality))
        .time("time", time_of(belief))
        .time("received", belief.receipt_time);
    json.number("seq", view.number());
    if (!view.property->spec.unit.empty()) json.text("unit", view.property->spec.unit);
    if (const auto command = door.last_command(view)) {
        json.key("wanted").object().value("value", belief.wanted).number("command", command->seq);
        json.text("status", status_name(*command)).end_object();
    }
    json.end_object();
}

void append_reading_row(std::string& out, const PropertyView& view) {
    const Belief& belief = *view.belief;
    JsonText json(out);
    json.array().text(view.property->address).value(belief.value).text(name(view.quality));
    json.number(time_of(belief).us / 1000).number(view.number()).end_array();
}

void append_wanted_row(std::string& out, std::string_view address, std::string_view value_json,
                       const Hub::CommandState& state) {
    JsonText json(out);
    json.array()
        .text(address)
        .raw(value_json)
        .number(state.seq)
        .text(status_name(state))
        .text(state.detail)
        .end_array();
}

void append_waiting(std::string& out, const Door& door, bool only_to_answer) {
    JsonText json(out);
    json.array();
    door.waiting([&](const Door::Waiting& one) {
        if (only_to_answer && !one.to_answer) return;
        const Pending& wish = one.wish;
        const std::string address =
            wish.action.empty() ? door.names().property(wish.property).address
                                : door.names().thing(wish.thing).spec.id + "/" + wish.action;
        Record asked{wish.seq, wish.asked_at, wish.asked_by, 0, CommandAsked{}};
        std::get<CommandAsked>(asked.body).grant = wish.grant;
        json.object().number("seq", wish.seq).text("address", address);
        json.boolean("run", !wish.action.empty()).value("value", wish.value);
        json.text("asked_by", door.name_of(wish.asked_by));
        if (wish.agent != SubjectId{}) json.text("set_off_by", door.name_of(wish.agent));
        json.key("on_behalf_of").array();
        for (const SubjectId giver : door.behalf_of(asked)) json.text(door.name_of(giver));
        json.end_array().number("grant", wish.grant).text("purpose", one.purpose);
        json.time("asked_at", wish.asked_at).time("until", wish.asked_at + wish.confirm_within);
        json.boolean("to_answer", one.to_answer).end_object();
    });
    json.end_array();
}

// ---- records
// ------------------------------------------------------------------------------------------------------

void append_record(std::string& out, const Door& door, const Record& record, const Pulse* pulse,
                   bool with_sentence) {
    const DoorNames names(door);
    if (const auto* given = apart_if<GrantGiven>(record.body);
        given != nullptr && !given->token_hash.empty()) {
        Record shown{record.seq, record.time, record.actor, record.cause, *given};
        apart_if<GrantGiven>(shown.body)->token_hash.clear();
        append_record_json(out, shown, names);
    } else {
        append_record_json(out, record, names);
    }
    std::string about;
    if (const auto* ended = std::get_if<CommandEnded>(&record.body);
        ended != nullptr && pulse != nullptr) {
        about = pulse->command_address(ended->command);
    }
    out.pop_back();
    if (!about.empty()) {
        out += ",\"address\":";
        append_json_string(out, about);
    }
    if (with_sentence) {
        out += ",\"sentence\":";
        JsonText(out).text(sentence(record, {names, door.names(), about, door.behalf_of(record)}));
    }
    out += '}';
}

// ---- the household's affairs
// ----------------------------------------------------------------------------------------

bool append_rule(std::string& out, const Door& door, std::size_t index) {
    const auto engine = door.rules();
    if (!engine || index >= (*engine)->rules().size()) return false;
    const RuleSpec& spec = (*engine)->rules()[index];
    const auto traces = door.traces(spec.id);
    std::string triggers;
    for (const Trigger& trigger : spec.triggers) {
        if (!triggers.empty()) triggers += ", or ";
        triggers += describe(trigger);
    }
    std::string actions;
    for (const RuleAction& action : spec.actions) {
        if (!actions.empty()) actions += "; ";
        actions += describe(action);
    }
    const auto& counters = (*engine)->counters(static_cast<std::uint32_t>(index));
    JsonText json(out);
    json.object().text("id", spec.id).text("title", spec.title).boolean("enabled", spec.enabled);
    json.text("source_file", spec.source.file).number("line", spec.source.line);
    json.text("trigger_text", triggers)
        .text("condition_text", spec.condition)
        .text("action_text", actions);
    json.number("runs", counters.ran)
        .number("condition_false", counters.condition_false)
        .number("failed", counters.failed);
    json.key("last_runs").array();
    if (traces) {
        for (const Hub::RuleTrace& trace : **traces) {
            json.object().number("seq", trace.seq).time("time", trace.time);
            json.text("outcome", trace.failed ? "failed" : "ran").text("detail", trace.detail);
            json.key("cause");
            if (trace.cause == 0) {
                json.null();
            } else {
                json.number(trace.cause);
            }
            json.end_object();
        }
    }
    json.end_array().end_object();
    return true;
}

void append_problem(std::string& out, const Problems::Problem& problem) {
    JsonText(out)
        .object()
        .time("time", problem.time)
        .text("source", problem.source)
        .text("topic", problem.topic)
        .text("sample", problem.sample)
        .text("reason", problem.reason)
        .number("count", problem.count)
        .end_object();
}

void append_health(std::string& out, const Hub::Health& health) {
    JsonText json(out);
    json.object().text("status", health.read_only ? "read_only" : "ok");
    if (!health.reason.empty()) json.text("reason", health.reason);
    json.end_object();
}

}  // namespace foxtail::api
