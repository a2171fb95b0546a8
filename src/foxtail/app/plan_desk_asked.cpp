// What people ask of the plan: what if, and why.
#include "foxtail/app/plan_desk.hpp"
#include "foxtail/app/plan_json.hpp"
#include "foxtail/app/plan_things.hpp"
#include "foxtail/app/plan_why.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {

using planning::DeviceId;

void PlanDesk::what_if(SubjectId who, const std::string& device,
                       const std::vector<api::PlanWish>& wishes,
                       std::function<void(Result<std::string>)> then) {
    const auto id = find(device);
    if (!id && !device.empty())
        return then(fail(Code::not_found, "no device '" + device + "' is planned"));
    if (keeper_.plan() == nullptr)
        return then(fail(Code::unavailable, "there is no plan yet: prices are not known"));
    const Moment now = hub_.now();
    planning::Keeper other = keeper_;
    for (const auto& wish : wishes) {
        if (!id) {
            auto done = set_of_house(other, wish.setting, wish.value, asker(who), 0, now);
            if (!done) return then(fail(done.error()));
            continue;
        }
        const auto setting = planning::setting_from(wish.setting);
        const auto known = settings_of(id->kind);
        if (!setting || std::find(known.begin(), known.end(), *setting) == known.end())
            return then(fail(Code::invalid_input,
                             "'" + wish.setting + "' is no setting of '" + device + "'"));
        if (auto done = other.set(*id, *setting, wish.value, asker(who), 0, now); !done)
            return then(fail(done.error()));
    }
    const bool sent = solving_.what_if(keeper_.request_with(keeper_.wishes(), now.wall),
                                       other.request_with(other.wishes(), now.wall),
                                       [this, then](PlanSolving::WhatIf made) {
                                           then(what_if_json(made.as_is, made.other, speech_));
                                       });
    if (!sent) then(fail(Code::exhausted, "too many questions at once: ask again in a moment"));
}

api::PlannerSite PlanDesk::site() {
    api::PlannerSite out;
    out.what_if = [this](SubjectId who, const std::string& device,
                         const std::vector<api::PlanWish>& wishes,
                         std::function<void(Result<std::string>)> then) {
        what_if(who, device, wishes, std::move(then));
    };
    out.why = [this](std::string_view plan, std::string_view address, Time at) {
        const auto told = read_plan(plan);
        return told ? plan_why_json(*told, device_told(address), at, keeper_.zone())
                    : std::string();
    };
    return out;
}

/// The device that is told something at `address`, or of which the plan tells something there.
std::string PlanDesk::device_told(std::string_view address) const {
    if (address.empty()) return {};  // nor has every device a target or a mode
    for (const auto& [device, orders] : wiring_.orders) {
        const bool here = (orders.setpoint && orders.setpoint->address == address) ||
                          (orders.mode && orders.mode->address == address) ||
                          orders.target == address || orders.charging_mode == address;
        const bool own = address.starts_with(plan_thing_id(keeper_.site(), device) + "/");
        if (here || own) return planning::name_of(keeper_.site(), device);
    }
    return {};
}

}  // namespace foxtail
