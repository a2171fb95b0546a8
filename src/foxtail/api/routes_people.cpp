// People who come and go: invitations to sign up, and moving out.
#include "foxtail/api/json_text.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/api/token.hpp"
#include "foxtail/json/parse.hpp"

#include <boost/json/object.hpp>

namespace foxtail::api::people {
namespace {

namespace bj = boost::json;
constexpr Duration code_time = hours(72);
constexpr std::size_t code_bytes = 16;

/// The text of a member; nothing when it is not there. Error: invalid_input.
Result<std::string> member(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) return std::string();
    if (!value->is_string())
        return fail(Code::invalid_input, "'" + std::string(key) + "' must be a string");
    return std::string(std::string_view(value->get_string()));
}

Result<Invited> invited_from(const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return fail(parsed.error());
    const bj::object* object = parsed->if_object();
    if (object == nullptr) return fail(Code::invalid_input, "the body must be an object");
    const auto kind = member(*object, "kind");
    const auto name = member(*object, "name");
    const auto person = member(*object, "person");
    const auto until = member(*object, "until");
    for (const auto* one : {&kind, &name, &person, &until}) {
        if (!*one) return fail(one->error());
    }
    Invited invited;
    const auto known = kind->empty() ? SubjectKind::resident : subject_kind_from(*kind);
    if (known != SubjectKind::resident && known != SubjectKind::guest)
        return fail(Code::invalid_input, "'kind' is resident or guest");
    invited.kind = *known;
    const auto bare = person_name(*name);
    if (!bare) return fail(Code::invalid_input, "'name': " + bare.error().message);
    invited.name = std::string(foxtail::name(*known)) + ":" + *bare;
    invited.person = *person;
    if (!until->empty()) {
        const auto time = parse_rfc3339(*until);
        if (!time) return fail(Code::invalid_input, "'until': " + time.error().message);
        invited.leaves = *time;
    }
    return invited;
}

}  // namespace

void invitations(Door& door, Site&, Call&, const Answer& answer) {
    const auto all = door.invitations();
    if (!all) return answer.error(all.error());
    std::string out;
    JsonText json(out);
    json.object().key("invitations").array();
    for (const auto& one : **all) {
        json.object()
            .number("id", one.id)
            .text("subject", one.what.name)
            .text("kind", name(one.what.kind))
            .text("by", door.name_of(one.by))
            .time("expires", one.what.until);
        if (!one.what.person.empty()) json.text("person", one.what.person);
        if (one.what.leaves.known()) json.time("until", one.what.leaves);
        json.end_object();
    }
    json.end_array().end_object();
    answer.json(std::move(out));
}

void invite(Door& door, Site& site, Call& call, const Answer& answer) {
    auto invited = invited_from(call.request.body);
    if (!invited)
        return answer.error(door.may_manage() ? invited.error() : Authority::denied().value());
    std::string code = random_text(*site.random, code_bytes);
    invited->code_hash = hash_secret(code);
    invited->until = door.now() + code_time;
    const Time expires = invited->until;
    // Who lost the way in (a restore brings no passphrases back) may be invited again; who still
    // has it may not, or an invitation would take over what is theirs.
    const bool again = !site.has_passphrase(invited->name);
    std::string link = call.base() + "/#invite=" + code;
    door.invite(std::move(*invited), again,
                [answer, code = std::move(code), link = std::move(link), expires](Result<Seq> seq) {
                    if (!seq) return answer.error(seq.error());
                    std::string out;
                    JsonText(out)
                        .object()
                        .number("id", *seq)
                        .text("link", link)
                        .text("code", code)
                        .time("expires", expires)
                        .end_object();
                    answer.json(201, std::move(out),
                                {{"Location", "/subjects/invitations/" + std::to_string(*seq)}});
                });
}

void withdraw(Door& door, Site&, Call& call, const Answer& answer) {
    const auto id = parse_number(call.parts[0]);
    if (!door.may_manage()) return answer.error(Authority::denied().value());
    if (!id) return answer.problem(404, "no such invitation");
    door.withdraw(*id, [answer](Result<Seq> done) {
        if (!done) return answer.error(done.error());
        answer.nothing();
    });
}

void let_leave(Door& door, Site&, Call& call, const Answer& answer) {
    door.let_leave(call.parts[0], [answer](Result<Seq> done) {
        if (!done) return answer.error(done.error());
        std::string out;
        JsonText(out).object().number("seq", *done).end_object();
        answer.json(std::move(out));
    });
}

}  // namespace foxtail::api::people
