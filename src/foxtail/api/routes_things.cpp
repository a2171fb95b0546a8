// Things, their properties, actions and events: the WoT side of the API, and the live view.
#include "foxtail/api/describe.hpp"
#include "foxtail/api/live.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/api/show.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <memory>

#include <boost/json/object.hpp>

namespace foxtail::api::things {
namespace {

constexpr std::size_t properties_written_max = 100;

std::optional<Seq> last_event_id(const Call& call) {
    return parse_number(call.request.header("Last-Event-ID"));
}

Result<std::optional<Duration>> time_to_live(const Call& call) {
    const std::string* text = call.find("time_to_live");
    if (text == nullptr) return std::optional<Duration>();
    const auto value = parse_duration(*text);
    if (!value) return fail(Code::invalid_input, "'time_to_live': " + value.error().message);
    return std::optional<Duration>(*value);
}

HttpHeader command_header(std::string numbers) {
    return {"Foxtail-Command", std::move(numbers)};
}

template <class Specs>
bool has_member(const Specs& specs, std::string_view name) {
    return std::any_of(specs.begin(), specs.end(),
                       [&](const auto& spec) { return spec.name == name; });
}

tl::unexpected<Error> missing() {
    return Authority::denied();
}

bool waits(const Door& door, Seq command) {
    const auto state = door.command(command);
    return state && state->waits;
}

}  // namespace

void directory(Door&, Site& site, Call& call, const Answer& answer) {
    answer.json(200, directory_description(site.household, call.base()),
                {{"Content-Type", "application/td+json"}});
}

void all(Door& door, Site& site, Call& call, const Answer& answer) {
    const auto offset = call.number("offset");
    if (!offset) return answer.error(offset.error());
    const auto limit = call.number("limit");
    if (!limit) return answer.error(limit.error());
    if (*limit && **limit == 0) return answer.problem(400, "'limit' must be at least 1");
    std::vector<const Thing*> found;
    door.things([&](const Thing& thing) { found.push_back(&thing); });
    std::sort(found.begin(), found.end(),
              [](const Thing* a, const Thing* b) { return a->spec.id < b->spec.id; });
    const std::size_t from = std::min<std::size_t>(offset->value_or(0), found.size());
    const std::size_t count =
        std::min<std::size_t>(limit->value_or(found.size()), found.size() - from);
    std::string out = "[";
    for (std::size_t i = from; i < from + count; ++i) {
        if (i > from) out += ',';
        append_description(out, door, *found[i], site.household, call.base());
    }
    out += ']';
    std::vector<HttpHeader> headers{{"Content-Type", "application/ld+json"}};
    if (from + count < found.size()) {
        headers.push_back({"Link", "</things?offset=" + std::to_string(from + count) +
                                       "&limit=" + std::to_string(count) + ">; rel=\"next\""});
    }
    answer.json(200, std::move(out), std::move(headers));
}

void one(Door& door, Site& site, Call& call, const Answer& answer) {
    const auto thing = door.thing(call.parts[0]);
    if (!thing) return answer.error(thing.error());
    std::string out;
    append_description(out, door, **thing, site.household, call.base());
    answer.json(200, std::move(out), {{"Content-Type", "application/td+json"}});
}

void readings(Door& door, Site&, Call& call, const Answer& answer) {
    const std::string* address = call.find("address");
    const std::string* thing = call.find("thing");
    std::string out = R"({"readings":[)";
    if (address != nullptr) {
        const auto view = door.read(*address);
        if (!view) return answer.error(view.error());
        append_reading(out, door, *view);
    } else {
        if (thing != nullptr) {
            if (const auto known = door.thing(*thing); !known) return answer.error(known.error());
        }
        bool first = true;
        door.readings(thing == nullptr ? std::string_view() : std::string_view(*thing),
                      [&](const PropertyView& view) {
                          if (view.belief->told_by() == 0 && view.belief->wanted_by == 0)
                              return;  // nobody ever said anything
                          if (!first) out += ',';
                          first = false;
                          append_reading(out, door, view);
                      });
    }
    out += "]}";
    answer.json(std::move(out));
}

void read_properties(Door& door, Site&, Call& call, const Answer& answer) {
    const auto thing = door.thing(call.parts[0]);
    if (!thing) return answer.error(thing.error());
    std::string out;
    JsonText json(out);
    json.object();
    door.readings(call.parts[0], [&](const PropertyView& view) {
        if (view.property->spec.readable) json.value(view.property->spec.name, view.belief->value);
    });
    json.end_object();
    answer.json(std::move(out));
}

void read_property(Door& door, Site&, Call& call, const Answer& answer) {
    const auto view = door.read(call.parts[0], call.parts[1]);
    if (!view) return answer.error(view.error());
    const Belief& belief = *view->belief;
    std::vector<HttpHeader> headers{{"Foxtail-Quality", name(view->quality)}};
    if (belief.told_by() != 0) {
        headers.push_back({"Foxtail-Seq", std::to_string(view->number())});
        headers.push_back(
            {"Foxtail-Time", format_rfc3339(belief.source_time.known() ? belief.source_time
                                                                       : belief.receipt_time)});
    }
    answer.json(200, to_json(belief.value), std::move(headers));
}

void write_property(Door& door, Site&, Call& call, const Answer& answer) {
    auto value = parse_json_value(call.request.body);
    if (!value) return answer.error(value.error());
    const auto life = time_to_live(call);
    if (!life) return answer.error(life.error());
    const std::string address = call.parts[0] + "/" + call.parts[1];
    Wish wish;
    wish.address = address;
    wish.value = std::move(*value);
    wish.time_to_live = *life;
    door.wish(wish, [answer, door](Result<Seq> command) {
        if (!command) return answer.error(command.error());
        const std::string seq = std::to_string(*command);
        if (!waits(door, *command)) return answer.nothing({command_header(seq)});
        answer.json(202, R"({"status":"waiting","href":"/commands/)" + seq + "\"}",
                    {command_header(seq)});
    });
}

namespace {

/// Several wishes answered as one.
struct Together {
    std::size_t open = 0;
    bool waiting = false;  // some of them do, for a person
    std::string numbers;
    std::optional<Error> error;
};

/// What would be refused for its form is refused before the first wish is made.
Result<std::vector<std::pair<std::string, Value>>> wishes_from(const Door& door, const Thing& thing,
                                                               const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return fail(parsed.error());
    const auto* object = parsed->if_object();
    if (object == nullptr || object->empty())
        return fail(Code::invalid_input, "the body must be an object of properties and values");
    if (object->size() > properties_written_max)
        return fail(Code::invalid_input, "more than 100 properties at once");
    std::vector<std::pair<std::string, Value>> out;
    for (const auto& member : *object) {
        const std::string key(member.key());
        const Property* property = door.names().find_property(thing.spec.id, key);
        if (property == nullptr || !property->present || !door.discovers(thing, key))
            return missing();
        if (!property->spec.settable)
            return fail(Code::invalid_input, "'" + property->address + "' cannot be set");
        auto value = fit(property->spec, to_value(member.value()));
        if (!value) return fail(std::move(value.error()));
        out.emplace_back(property->address, std::move(*value));
    }
    return out;
}

}  // namespace

void write_properties(Door& door, Site&, Call& call, const Answer& answer) {
    const auto thing = door.thing(call.parts[0]);
    if (!thing) return answer.error(thing.error());
    auto wishes = wishes_from(door, **thing, call.request.body);
    if (!wishes) return answer.error(wishes.error());
    const auto life = time_to_live(call);
    if (!life) return answer.error(life.error());
    const auto together = std::make_shared<Together>();
    together->open = wishes->size();
    for (auto& [address, value] : *wishes) {
        Wish wish;
        wish.address = address;
        wish.value = std::move(value);
        wish.time_to_live = *life;
        door.wish(wish, [answer, together, door](Result<Seq> command) {
            if (command) {
                together->numbers +=
                    (together->numbers.empty() ? "" : ",") + std::to_string(*command);
                together->waiting = together->waiting || waits(door, *command);
            } else if (!together->error) {
                together->error = command.error();
            }
            if (--together->open > 0) return;
            if (together->error) return answer.error(*together->error);
            if (together->waiting)
                return answer.json(202, R"({"status":"waiting","href":"/commands"})",
                                   {command_header(together->numbers)});
            answer.nothing({command_header(together->numbers)});
        });
    }
}

// ---- live
// ---------------------------------------------------------------------------------------------------------

void observe_properties(Door& door, Site& site, Call& call, const Answer& answer) {
    if (const auto thing = door.thing(call.parts[0]); !thing) return answer.error(thing.error());
    answer.stream(
        make_event_stream(door, site, *call.caller, {call.parts[0], {}, {}}, last_event_id(call)));
}

void observe_property(Door& door, Site& site, Call& call, const Answer& answer) {
    if (const auto view = door.read(call.parts[0], call.parts[1]); !view)
        return answer.error(view.error());
    answer.stream(make_event_stream(door, site, *call.caller, {call.parts[0], call.parts[1], {}},
                                    last_event_id(call)));
}

void subscribe_event(Door& door, Site& site, Call& call, const Answer& answer) {
    const auto thing = door.thing(call.parts[0]);
    const bool there = thing && has_member((*thing)->spec.events, call.parts[1]) &&
                       door.discovers(**thing, call.parts[1]);
    if (!there) return answer.error(missing().value());
    answer.stream(make_event_stream(door, site, *call.caller, {call.parts[0], {}, call.parts[1]},
                                    last_event_id(call)));
}

void stream(Door& door, Site& site, Call& call, const Answer& answer) {
    if (!call.request.wants_websocket) {
        HttpResponse response = problem(426, "this is a WebSocket");
        response.headers.push_back({"Upgrade", "websocket"});
        return answer.send(std::move(response));
    }
    answer.websocket(make_live_view(door, site, *call.caller));
}

// ---- actions
// ------------------------------------------------------------------------------------------------------

void run_action(Door& door, Site&, Call& call, const Answer& answer) {
    Value input;
    if (!call.request.body.empty()) {
        auto value = parse_json_value(call.request.body);
        if (!value) return answer.error(value.error());
        input = std::move(*value);
    }
    const auto life = time_to_live(call);
    if (!life) return answer.error(life.error());
    const std::string address = call.parts[0] + "/" + call.parts[1];
    const std::string place = "/things/" + percent_encode(call.parts[0]) + "/actions/" +
                              percent_encode(call.parts[1]) + "/";
    Wish wish;
    wish.address = address;
    wish.run = true;
    wish.value = std::move(input);
    wish.time_to_live = *life;
    door.wish(wish, [answer, place](Result<Seq> command) {
        if (!command) return answer.error(command.error());
        const std::string seq = std::to_string(*command);
        answer.json(201, R"({"status":"pending","href":"/commands/)" + seq + "\"}",
                    {{"Location", place + seq}, command_header(seq)});
    });
}

namespace {
const char* action_word(const Hub::CommandState& state) {
    if (!state.outcome) return state.waits ? "pending" : "running";
    return *state.outcome == Outcome::confirmed ? "completed" : "failed";
}
}  // namespace

/// The same in the words of the WoT HTTP Basic profile.
void action_status(Door& door, Site&, Call& call, const Answer& answer) {
    const auto seq = parse_number(call.parts[2]);
    const auto state = door.command(seq.value_or(0));
    if (!state) return answer.error(state.error());
    std::string out;
    JsonText json(out);
    json.object().text("status", action_word(*state)).text("href", call.request.path);
    if (state->outcome && *state->outcome != Outcome::confirmed) {
        json.raw("error",
                 problem_json(*state->outcome == Outcome::timed_out ? 504 : 409, state->detail));
    }
    json.end_object();
    answer.json(std::move(out));
}

void command(Door& door, Site&, Call& call, const Answer& answer) {
    const auto seq = parse_number(call.parts[0]);
    const auto state = door.command(seq.value_or(0));
    if (!state) return answer.error(state.error());
    std::string out;
    JsonText(out)
        .object()
        .number("seq", state->seq)
        .text("status", status_name(*state))
        .text("detail", state->detail)
        .end_object();
    answer.json(std::move(out));
}

// ---- what waits for a person
// ------------------------------------------------------------------------------------------------

void waiting(Door& door, Site&, Call&, const Answer& answer) {
    std::string out = R"({"waiting":)";
    append_waiting(out, door, false);
    answer.json(out + "}");
}

namespace {
void answer_wish(Door& door, const Call& call, const Answer& answer, bool yes) {
    const auto seq = parse_number(call.parts[0]);
    door.answer_wish(seq.value_or(0), yes, [answer](Result<Seq> done) {
        if (!done) return answer.error(done.error());
        answer.nothing();
    });
}
}  // namespace

void confirm(Door& door, Site&, Call& call, const Answer& answer) {
    answer_wish(door, call, answer, true);
}

void refuse(Door& door, Site&, Call& call, const Answer& answer) {
    answer_wish(door, call, answer, false);
}

}  // namespace foxtail::api::things
