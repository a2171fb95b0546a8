// Whose a thing is, and whom it is about.
#include "foxtail/api/json_text.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/json/parse.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::api::things {
namespace {

namespace bj = boost::json;

Result<std::vector<std::string>> people(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    const bj::array* array = value == nullptr ? nullptr : value->if_array();
    const auto wrong = fail(Code::invalid_input,
                            "'" + std::string(key) + "' must be a list of at most 64 subjects");
    if (array == nullptr || array->size() > Ownership::people_max) return wrong;
    std::vector<std::string> out;
    for (const bj::value& one : *array) {
        if (!one.is_string()) return wrong;
        out.emplace_back(std::string_view(one.get_string()));
    }
    return out;
}

}  // namespace

void ownership(Door& door, Site&, Call& call, const Answer& answer) {
    const auto whose = door.ownership(call.parts[0]);
    if (!whose) return answer.error(whose.error());
    std::string out;
    JsonText json(out);
    json.object().key("owners").array();
    for (const auto& name : whose->owners) json.text(name);
    json.end_array().key("about").array();
    for (const auto& name : whose->about) json.text(name);
    json.end_array().time("since", whose->since).end_object();
    answer.json(std::move(out));
}

void hand_over(Door& door, Site&, Call& call, const Answer& answer) {
    // Whose it is decides, not whether it is seen: somebody may claim what bears their name.
    const auto parsed = parse_json(call.request.body);
    if (!parsed) return answer.error(parsed.error());
    const bj::object* object = parsed->if_object();
    if (object == nullptr) return answer.problem(400, "the body must be an object");
    const auto owners = people(*object, "owners");
    if (!owners) return answer.error(owners.error());
    const auto about = people(*object, "about");
    if (!about) return answer.error(about.error());
    door.hand_over(call.parts[0], *owners, *about, [answer](Result<Seq> done) {
        if (!done) return answer.error(done.error());
        std::string out;
        JsonText(out).object().number("seq", *done).end_object();
        answer.json(std::move(out));
    });
}

}  // namespace foxtail::api::things
