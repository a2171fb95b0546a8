// Charging stations: which there are, and letting one in that waits.
#include "foxtail/api/json_text.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/json/parse.hpp"

#include <boost/json/object.hpp>

namespace foxtail::api::chargers {

void list(Door& door, Site& site, Call&, const Answer& answer) {
    if (!door.may_manage()) return answer.error(Authority::denied().value());
    std::string out;
    JsonText json(out);
    json.object().key("chargers").array();
    if (site.chargers.list) {
        for (const auto& one : site.chargers.list()) {
            json.object().text("id", one.id).text("state", one.state);
            for (const auto& [name, value] :
                 {std::pair{"protocol", &one.protocol}, std::pair{"maker", &one.maker},
                  std::pair{"model", &one.model}, std::pair{"firmware", &one.firmware},
                  std::pair{"address", &one.address}}) {
                if (!value->empty()) json.text(name, std::string_view(*value));
            }
            if (one.since.known()) json.text("since", format_rfc3339(one.since));
            json.key("things").array();
            for (const auto& thing : one.things) json.text(std::string_view(thing));
            json.end_array().end_object();
        }
    }
    json.end_array().end_object();
    answer.json(std::move(out));
}

void accept(Door& door, Site& site, Call& call, const Answer& answer) {
    if (!door.may_manage()) return answer.error(Authority::denied().value());
    bool without_key = false;
    if (!call.request.body.empty()) {
        const auto body = parse_json(call.request.body, {4096, 4});
        const auto* object = body ? body->if_object() : nullptr;
        const auto* flag = object != nullptr ? object->if_contains("without_key") : nullptr;
        if (object == nullptr || (flag != nullptr && !flag->is_bool()))
            return answer.error(
                {Code::invalid_input, "an object with 'without_key': true or false"});
        without_key = flag != nullptr && flag->get_bool();
    }
    if (!site.chargers.accept)
        return answer.error({Code::not_found, "no charger waits: 'ocpp' is not configured"});
    site.chargers.accept(door, call.parts[0], without_key, [answer](Result<void> done) {
        if (!done) return answer.error(done.error());
        answer.json(R"({"accepted":true})");
    });
}

}  // namespace foxtail::api::chargers
