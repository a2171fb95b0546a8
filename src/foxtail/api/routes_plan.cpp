// The plan, and what a wish would change in it.
#include "foxtail/api/routes.hpp"
#include "foxtail/json/parse.hpp"

#include <boost/json/object.hpp>

namespace foxtail::api::plan {
namespace {

constexpr std::size_t wishes_max = 8;

}  // namespace

/// The plan is a property like any other: who may read `plan/plan` may read it here.
void show(Door& door, Site&, Call&, const Answer& answer) {
    const auto view = door.read("plan/plan");
    if (!view) return answer.error(view.error());
    answer.json(to_json(view->belief->value));
}

/// Whoever may see the plan and what is set may ask what setting it otherwise would do: it shows
/// nothing that they could not reckon from these.
void what_if(Door& door, Site& site, Call& call, const Answer& answer) {
    if (const auto view = door.read("plan/plan"); !view) return answer.error(view.error());
    const auto body = parse_json(call.request.body, {4096, 4});
    const auto* object = body ? body->if_object() : nullptr;
    const auto* device = object != nullptr ? object->if_contains("device") : nullptr;
    const auto* set = object != nullptr ? object->if_contains("set") : nullptr;
    if (device == nullptr || !device->is_string() || set == nullptr || !set->is_object() ||
        set->get_object().size() > wishes_max)
        return answer.error(
            {Code::invalid_input,
             R"(right would be {"device":"leaf","set":{"goals":"80 % by 08:00"}})"});
    const std::string name(device->get_string());
    std::vector<PlanWish> wishes;
    for (const auto& [setting, wished] : set->get_object()) {
        if (const auto view = door.read("plan-" + name, setting); !view)
            return answer.error(view.error());
        std::string text;
        append_json(text, wished);
        auto value = parse_json_value(text);
        if (!value) return answer.error(value.error());
        wishes.push_back({std::string(setting), std::move(*value)});
    }
    if (!site.planner.what_if)
        return answer.error({Code::not_found, "nothing is planned: 'planning' is not configured"});
    site.planner.what_if(door.subject(), name, wishes, [answer](Result<std::string> said) {
        if (!said) return answer.error(said.error());
        answer.json(std::move(*said));
    });
}

}  // namespace foxtail::api::plan
