// The household's own affairs: rules, who may what, what went wrong, how the program does.
#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/metrics.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/api/show.hpp"
#include "foxtail/api/token.hpp"

namespace foxtail::api::affairs {

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
        json.object();
        append_grant_members(json, door, grant);
        json.end_object();
    });
    json.end_array();
    append_erasures(json, door, false);
    json.end_object();
    answer.json(std::move(out));
}

void give(Door& door, Site& site, Call& call, const Answer& answer) {
    auto given = grant_from_json(call.request.body);
    if (!given) return answer.error(gives(door) ? given.error() : Authority::denied().value());
    // People and rules have their own ways in.
    const auto kind = subject_kind_from(given->subject.substr(0, given->subject.find(':')));
    const bool outsider = kind == SubjectKind::token || kind == SubjectKind::participant ||
                          kind == SubjectKind::agent || kind == SubjectKind::guest;
    const bool token = outsider && !given->grant.terms.forbid;
    FreshToken fresh = create_token(*site.random);
    if (!token && !given->key.empty()) {
        const Error none{Code::invalid_input, "'key' binds a token, and this makes none"};
        return answer.error(gives(door) ? none : Authority::denied().value());
    }
    if (!given->key.empty()) fresh.hash = bound_hash(fresh.token, given->key);
    if (token) given->grant.token_hash = std::move(fresh.hash);
    door.give(
        std::move(given->grant), given->subject,
        [answer, token, secret = std::move(fresh.token),
         key = std::move(given->key)](Result<Seq> seq) {
            if (!seq) return answer.error(seq.error());
            std::string out;
            JsonText json(out);
            json.object().number("id", *seq);
            if (token) json.text("token", secret);
            if (!key.empty()) json.text("key", key);
            json.end_object();
            answer.json(201, std::move(out), {{"Location", "/grants/" + std::to_string(*seq)}});
        });
}

void narrow(Door& door, Site&, Call& call, const Answer& answer) {
    const auto id = parse_number(call.parts[0]);
    const Grant* was = id ? door.given_by_me(*id) : nullptr;
    if (was == nullptr) return answer.error(Authority::denied().value());
    // What the body leaves out stays as it is.
    auto becomes = narrower_from_json(call.request.body, was->given);
    if (!becomes) return answer.error(becomes.error());
    door.narrow(*id, std::move(*becomes), [answer, id = *id](Result<Seq> seq) {
        if (!seq) return answer.error(seq.error());
        std::string out;
        JsonText(out).object().number("id", *seq).number("instead_of", id).end_object();
        answer.json(std::move(out));
    });
}

void take_back(Door& door, Site&, Call& call, const Answer& answer) {
    const auto id = parse_number(call.parts[0]);
    if (!id) return answer.problem(404, "no such grant");
    door.take_back(*id, "taken back by " + door.who().name,
                   [answer](Result<Hub::Certificate> done) {
                       if (!done) return answer.error(done.error());
                       std::string out;
                       JsonText json(out);
                       json.object();
                       append_certificate_members(json, *done);
                       json.end_object();
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
