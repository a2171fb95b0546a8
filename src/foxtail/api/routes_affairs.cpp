// The household's own affairs: rules, who may what, what went wrong, how the program does.
#include "foxtail/api/metrics.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/api/show.hpp"
#include "foxtail/api/token.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/json/terms.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::api::affairs {
namespace {

namespace bj = boost::json;
constexpr std::size_t addresses_max = 100;

constexpr std::uint16_t bit(Verb verb) {
    return static_cast<std::uint16_t>(verb);
}

void append_verbs(JsonText& json, std::uint16_t verbs) {
    json.key("verbs").array();
    for (std::uint32_t one = 1; one <= bit(Verb::subscribe); one <<= 1U) {
        if ((verbs & one) != 0) json.text(name(static_cast<Verb>(one)));
    }
    json.end_array();
}

/// What a word of the API stands for: who may read may also follow, and who may do anything with a
/// member may know it.
Result<std::uint16_t> verbs_from(std::string_view word) {
    if (word == "read")
        return static_cast<std::uint16_t>(bit(Verb::discover) | bit(Verb::read) |
                                          bit(Verb::observe));
    const auto verb = verb_from(word);
    if (!verb || *verb == Verb::report) {
        return fail(Code::invalid_input,
                    "'" + printable(word) +
                        "' is no verb; there are read, history, set, run, discover, "
                        "observe, grant, publish, subscribe");
    }
    return static_cast<std::uint16_t>(bit(Verb::discover) | bit(*verb));
}

Result<std::vector<std::string>> texts(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    const bj::array* array = value == nullptr ? nullptr : value->if_array();
    const auto wrong =
        fail(Code::invalid_input, "'" + std::string(key) + "' must be a list of 1 to 100 strings");
    if (array == nullptr || array->empty() || array->size() > addresses_max) return wrong;
    std::vector<std::string> out;
    for (const bj::value& one : *array) {
        if (!one.is_string()) return wrong;
        out.emplace_back(std::string_view(one.get_string()));
    }
    return out;
}

std::string text(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    return value != nullptr && value->is_string()
               ? std::string(std::string_view(value->get_string()))
               : std::string();
}

struct Given {
    std::string subject;
    GrantGiven grant;
};

Result<Given> given_from(const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return fail(parsed.error());
    const bj::object* object = parsed->if_object();
    if (object == nullptr) return fail(Code::invalid_input, "the body must be an object");
    Given given;
    const std::string subject = text(*object, "subject_name");
    const auto colon = subject.find(':');
    if (subject != "everyone" && !valid_name(subject.substr(colon + 1))) {
        return fail(Code::invalid_input,
                    "'subject_name' must be letters, digits, '_', '-', '.', at most 128, after a "
                    "kind such as participant: when it is no token");
    }
    given.subject = subject == "everyone"        ? std::string("hub")
                    : colon == std::string::npos ? "token:" + subject
                                                 : subject;
    auto addresses = texts(*object, "addresses");
    if (!addresses) return fail(std::move(addresses.error()));
    given.grant.addresses = std::move(*addresses);
    const auto words = texts(*object, "verbs");
    if (!words) return fail(words.error());
    for (const auto& word : *words) {
        const auto verbs = verbs_from(word);
        if (!verbs) return fail(verbs.error());
        given.grant.verbs = static_cast<std::uint16_t>(given.grant.verbs | *verbs);
    }
    given.grant.purpose = printable(text(*object, "purpose"), 300);
    if (const bj::value* terms = object->if_contains("terms"); terms != nullptr) {
        auto read = terms_from_json(*terms);
        if (!read) return fail(std::move(read.error()));
        given.grant.terms = std::move(*read);
    }
    const bj::value* until = object->if_contains("until");
    if (until != nullptr && !until->is_null()) {
        const auto time = parse_rfc3339(text(*object, "until"));
        if (!time) return fail(Code::invalid_input, "'until': " + time.error().message);
        given.grant.until = *time;
    }
    return given;
}

}  // namespace

void rules(Door& door, Site&, Call&, const Answer& answer) {
    const auto engine = door.rules();
    if (!engine) return answer.error(engine.error());
    std::string out = R"({"rules":[)";
    for (std::size_t i = 0; i < (*engine)->rules().size(); ++i) {
        if (i > 0) out += ',';
        append_rule(out, door, i);
    }
    out += "]}";
    answer.json(std::move(out));
}

namespace {

bool gives(const Door& door) {
    const SubjectKind kind = door.who().kind;
    return door.may_manage() || kind == SubjectKind::owner || kind == SubjectKind::resident;
}

}  // namespace

void grants(Door& door, Site&, Call&, const Answer& answer) {
    if (!gives(door)) return answer.error(Authority::denied().value());
    std::string out;
    JsonText json(out);
    json.object().key("grants").array();
    door.grants([&](const Grant& grant) {
        json.object().number("id", grant.id).text("subject", door.name_of(grant.given.subject));
        json.text("grantor", door.name_of(grant.grantor)).key("addresses").array();
        for (const auto& address : grant.given.addresses) json.text(address);
        json.end_array();
        append_verbs(json, grant.given.verbs);
        json.time("from", grant.given.from)
            .time("until", grant.given.until)
            .text("purpose", grant.given.purpose);
        std::string terms;
        append_json(terms, grant.given.terms);
        json.raw("terms", terms);
        json.boolean("token", !grant.given.token_hash.empty());
        if (grant.suspended) json.boolean("suspended", true);
        json.end_object();
    });
    json.end_array().end_object();
    answer.json(std::move(out));
}

void give(Door& door, Site& site, Call& call, const Answer& answer) {
    auto given = given_from(call.request.body);
    if (!given) return answer.error(gives(door) ? given.error() : Authority::denied().value());
    // People and rules have their own ways in.
    const auto kind = subject_kind_from(given->subject.substr(0, given->subject.find(':')));
    const bool outsider = kind == SubjectKind::token || kind == SubjectKind::participant ||
                          kind == SubjectKind::agent || kind == SubjectKind::guest;
    const bool token = outsider && !given->grant.terms.forbid;
    FreshToken fresh = create_token(*site.random);
    if (token) given->grant.token_hash = std::move(fresh.hash);
    door.give(
        std::move(given->grant), given->subject,
        [answer, token, secret = std::move(fresh.token)](Result<Seq> seq) {
            if (!seq) return answer.error(seq.error());
            std::string out;
            JsonText json(out);
            json.object().number("id", *seq);
            if (token) json.text("token", secret);
            json.end_object();
            answer.json(201, std::move(out), {{"Location", "/grants/" + std::to_string(*seq)}});
        });
}

void take_back(Door& door, Site&, Call& call, const Answer& answer) {
    const auto id = parse_number(call.parts[0]);
    if (!id) return answer.problem(404, "no such grant");
    door.take_back(*id, "taken back by " + door.who().name,
                   [answer](Result<Hub::Certificate> done) {
                       if (!done) return answer.error(done.error());
                       std::string out;
                       JsonText(out)
                           .object()
                           .number("grant", done->grant)
                           .text("subject", done->subject)
                           .number("effective_seq", done->effective)
                           .number("delivered_last_seq", done->delivered_last)
                           .number("streams_closed", done->streams_closed)
                           .number("commands_cancelled", done->commands_cancelled)
                           .end_object();
                       answer.json(std::move(out));
                   });
}

void confirm(Door& door, Site&, Call& call, const Answer& answer) {
    const auto id = parse_number(call.parts[0]);
    if (!id) return answer.problem(404, "no such grant");
    door.confirm(*id, [answer](Result<Seq> done) {
        if (!done) return answer.error(done.error());
        answer.nothing();
    });
}

void subjects(Door& door, Site&, Call&, const Answer& answer) {
    const auto all = door.subjects();
    if (!all) return answer.error(all.error());
    std::string out;
    JsonText json(out);
    json.object().key("subjects").array();
    for (const Subject& subject : **all) {
        json.object().text("name", subject.name).text("kind", name(subject.kind));
        if (door.left(subject.id)) json.boolean("left", true);
        if (const Time until = door.visit_until(subject); until.known()) json.time("until", until);
        json.end_object();
    }
    json.end_array().end_object();
    answer.json(std::move(out));
}

void problems(Door& door, Site&, Call&, const Answer& answer) {
    const auto all = door.problems();
    if (!all) return answer.error(all.error());
    std::string out = "{\"total\":" + std::to_string((*all)->total()) + ",\"problems\":[";
    bool first = true;
    for (const Problems::Problem& problem : (*all)->all()) {
        if (!first) out += ',';
        first = false;
        append_problem(out, problem);
    }
    out += "]}";
    answer.json(std::move(out));
}

void system(Door& door, Site& site, Call&, const Answer& answer) {
    const auto s = door.system();
    if (!s) return answer.error(s.error());
    std::string out;
    JsonText json(out);
    json.object()
        .text("version", site.version)
        .text("household", site.household)
        .text("boot", site.boot);
    json.number("uptime_s", (site.clock->monotonic() - site.started).us / 1'000'000);
    json.number("seq", s->head).number("durable_seq", s->durable);
    json.boolean("read_only", s->health.read_only).text("reason", s->health.reason);
    json.number("things", s->things)
        .number("properties", s->properties)
        .number("pending", s->pending);
    json.number("problems", s->problems);
    json.key("dropped").object();
    for (const auto& [where, count] : s->dropped) json.number(where, count);
    json.end_object().key("connections").array();
    for (const auto& source : site.connections) {
        for (const ConnectionShown& one : source()) {
            json.object()
                .text("name", one.name)
                .text("user", one.user)
                .text("address", one.address);
            json.time("since", one.since).end_object();
        }
    }
    json.end_array().number("readings_per_s", site.pulse->readings_per_s());
    const auto& f = s->figures;
    json.key("figures")
        .object()
        .number("readings", f.readings)
        .number("readings_refused", f.readings_refused);
    json.number("readings_denied", f.readings_denied).number("commands", f.commands);
    json.number("commands_denied", f.commands_denied).number("rule_runs", f.rule_runs);
    json.number("loops_broken", f.loops_broken).end_object();
    json.key("store").object().number("bytes", s->store.bytes).number("records", s->store.records);
    json.number("readings_sealed", s->store.readings_sealed).number("commits", s->store.commits);
    json.number("failures", s->store.failures).end_object();
    json.number("streams", site.streams).end_object();
    answer.json(std::move(out));
}

void metrics(Door& door, Site& site, Call&, const Answer& answer) {
    const auto system = door.system();
    if (!system) return answer.error(system.error());
    answer.json(200, metrics_text(*system, site),
                {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}});
}

}  // namespace foxtail::api::affairs
