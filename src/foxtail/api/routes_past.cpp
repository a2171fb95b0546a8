// What has been: history, journal, why.
#include "foxtail/api/routes.hpp"
#include "foxtail/api/show.hpp"
#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <variant>

namespace foxtail::api::past {
namespace {

constexpr std::uint64_t points_max = 100'000;
constexpr std::uint64_t records_max = 1000;

bool is_number(Type type) {
    return type == Type::integer || type == Type::number;
}

std::string history_json(const PropertySpec& spec, const std::string& address,
                         const HistoryQuery& query, const std::vector<HistoryPoint>& points) {
    std::string out;
    out.reserve(128 + points.size() * 64);
    JsonText json(out);
    json.object().text("address", address);
    if (!spec.unit.empty()) json.text("unit", spec.unit);
    json.text("type", name(spec.type))
        .time("from", query.from)
        .time("to", query.to)
        .key("points")
        .array();
    for (const HistoryPoint& point : points) {
        json.array().number(point.time.us / 1000);
        if (is_number(spec.type)) {
            json.number(point.min).number(point.max).number(point.mean);
        } else {
            json.null().null().null();
        }
        json.value(point.last).number(point.count).end_array();
    }
    json.end_array().end_object();
    return out;
}

}  // namespace

void history(Door& door, Site&, Call& call, const Answer& answer) {
    const std::string* address = call.find("address");
    if (address == nullptr) return answer.problem(400, "'address' is missing: thing/property");
    const auto to = call.time("to");
    if (!to) return answer.error(to.error());
    const auto from = call.time("from");
    if (!from) return answer.error(from.error());
    const auto points = call.number("points", 0, points_max, 600);
    if (!points) return answer.error(points.error());
    HistoryQuery query;
    query.to = to->value_or(door.now());
    query.from = from->value_or(query.to - hours(24));
    query.points = static_cast<std::uint32_t>(*points);
    door.history(
        *address, query,
        [door, answer, address = *address, query](Result<std::vector<HistoryPoint>> found) {
            if (!found) return answer.error(found.error());
            const Property* property = door.names().find_property(address);
            answer.json(history_json(property->spec, address, query, *found));
        });
}

namespace {

/// What of the journal is asked for. False in `anything` when nothing can fit.
struct Asked {
    JournalQuery query;
    bool anything = true;
};

/// A name that does not exist and one that may not be seen both find nothing.
void ask_about(const Door& door, std::string_view address, Asked& asked) {
    if (address.find('/') == std::string_view::npos) {
        const Thing* thing = door.names().find_thing(address);
        if (thing != nullptr) asked.query.thing = thing->id;
        asked.anything = thing != nullptr;
        return;
    }
    const Property* property = door.names().find_property(address);
    if (property != nullptr) asked.query.property = property->id;
    asked.anything = property != nullptr;
}

bool is_kind(std::string_view word) {
    for (std::size_t i = 0; i < std::variant_size_v<Body>; ++i) {
        if (word == kind_name(i)) return true;
    }
    return false;
}

Result<Asked> journal_asked(const Door& door, const Call& call) {
    Asked asked;
    const auto from = call.number("from");
    if (!from) return fail(from.error());
    const auto before = call.number("before");
    if (!before) return fail(before.error());
    const auto limit = call.number("limit", 1, records_max, 100);
    if (!limit) return fail(limit.error());
    if (*from) asked.query.from = std::max<Seq>(1, **from);
    if (*before) asked.query.before = **before;
    asked.query.limit = static_cast<std::uint32_t>(*limit);
    asked.query.newest_first = !*from;
    if (const std::string* kind = call.find("kind")) {
        if (!is_kind(*kind))
            return fail(Code::invalid_input,
                        "'kind' is no kind of record; docs/journal-format.md lists them");
        asked.query.kind = *kind;
    }
    const std::string* readings = call.find("readings");
    asked.query.readings = !asked.query.kind.empty() ||
                           (readings != nullptr && (*readings == "true" || *readings == "1"));
    if (const std::string* thing = call.find("thing")) ask_about(door, *thing, asked);
    if (const std::string* address = call.find("address")) ask_about(door, *address, asked);
    return asked;
}

}  // namespace

void journal(Door& door, Site& site, Call& call, const Answer& answer) {
    auto asked = journal_asked(door, call);
    if (!asked) return answer.error(asked.error());
    const auto show = [door, &site, answer](Result<std::vector<Record>> found) {
        if (!found) return answer.error(found.error());
        std::string out = R"({"records":[)";
        Seq last = 0;
        for (std::size_t i = 0; i < found->size(); ++i) {
            if (i > 0) out += ',';
            append_record(out, door, (*found)[i], site.pulse, true);
            last = std::max(last, (*found)[i].seq);
        }
        out += "],\"first\":1,\"last\":" + std::to_string(last) +
               ",\"head\":" + std::to_string(door.may_count() ? door.head() : last) + "}";
        answer.json(std::move(out));
    };
    if (!asked->anything) return show(std::vector<Record>());
    door.journal(std::move(asked->query), show);
}

namespace {

/// What a record is about; empty for what is about no property and no action.
std::string address_in(const Door& door, const Record& record) {
    const auto& names = door.names();
    if (const auto* reading = std::get_if<Reading>(&record.body))
        return names.knows(reading->property) ? names.property(reading->property).address : "";
    const auto* asked = std::get_if<CommandAsked>(&record.body);
    if (asked == nullptr) return {};
    if (asked->action.empty())
        return names.knows(asked->property) ? names.property(asked->property).address : "";
    return names.knows(asked->thing) ? names.thing(asked->thing).spec.id + "/" + asked->action : "";
}

/// Where a plan led to what is asked about: what that plan says of it. Who may see the plan's
/// record may see that: it is in it.
void add_plan(std::string& out, const Door& door, const Site& site,
              const std::vector<Record>& chain) {
    if (!site.planner.why) return;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto* reading = std::get_if<Reading>(&chain[i].body);
        const auto* plan = reading != nullptr ? std::get_if<Json>(&reading->value) : nullptr;
        if (plan == nullptr || address_in(door, chain[i]) != "plan/plan") continue;
        const Record& led_to = chain[i == 0 ? 0 : i - 1];
        auto said = site.planner.why(plan->text, address_in(door, led_to), led_to.time);
        if (!said.empty())
            out += ",\"plan\":{\"record\":" + std::to_string(chain[i].seq) + "," + said.substr(1);
        return;
    }
}

}  // namespace

void why(Door& door, Site& site, Call& call, const Answer& answer) {
    const auto seq = parse_number(call.parts[0]);
    if (!seq) return answer.problem(400, "the number of a record is a whole number");
    door.why(*seq, [door, &site, answer, seq = *seq](Result<std::vector<Record>> chain) {
        if (!chain) return answer.error(chain.error());
        std::string out = "{\"seq\":" + std::to_string(seq) + ",\"chain\":[";
        for (std::size_t i = 0; i < chain->size(); ++i) {
            if (i > 0) out += ',';
            append_record(out, door, (*chain)[i], site.pulse, true);
        }
        out += ']';
        add_plan(out, door, site, *chain);
        out += '}';
        answer.json(std::move(out));
    });
}

// ---- the ledger, for who will not take our word

namespace {

Door::Attested as_text(const Answer& answer) {
    return [answer](Result<std::string> said) {
        if (!said) return answer.error(said.error());
        answer.json(200, std::move(*said), {{"Content-Type", "text/plain; charset=utf-8"}});
    };
}

}  // namespace

void checkpoint(Door& door, Site&, Call&, const Answer& answer) {
    door.checkpoint(as_text(answer));
}

void ledger_keys(Door& door, Site&, Call&, const Answer& answer) {
    door.ledger_keys(as_text(answer));
}

void consistency(Door& door, Site&, Call& call, const Answer& answer) {
    const auto from = call.number("from");
    if (!from) return answer.error(from.error());
    const auto to = call.number("to");
    if (!to) return answer.error(to.error());
    if (!*from || **from == 0)
        return answer.problem(400, "'from' is the number of leaves somebody knows, 1 or more");
    door.consistency(**from, to->value_or(0), as_text(answer));
}

void inclusion(Door& door, Site&, Call& call, const Answer& answer) {
    const auto seq = call.number("seq");
    if (!seq) return answer.error(seq.error());
    if (!*seq) return answer.problem(400, "'seq' is the number of a record");
    door.inclusion(**seq, as_text(answer));
}

}  // namespace foxtail::api::past
