#include "foxtail/connectors/mqtt/purse.hpp"

#include "foxtail/model/value.hpp"

namespace foxtail::mqtt {
namespace {

constexpr std::string_view calls_left = "Foxtail.Budget.CallsLeft";
constexpr std::string_view money_left = "Foxtail.Budget.MoneyLeft";
constexpr std::string_view wakes_left = "Foxtail.Budget.WakesLeft";

PropertySpec part(std::string_view name, std::string_view title, Type type) {
    PropertySpec out;
    out.name = name;
    out.title = title;
    out.type = type;
    out.category = Category::diagnostic;
    return out;
}

}  // namespace

void Purse::describe(Vehicle& vehicle) const {
    const cars::BudgetLimits& limits = budget_.limits();
    if (limits.calls) vehicle.add(part(calls_left, "Calls left", Type::integer));
    if (limits.money) vehicle.add(part(money_left, "Money left", Type::number));
    if (limits.wakes) vehicle.add(part(wakes_left, "Wake-ups left", Type::integer));
    vehicle.spec.events.push_back({"spent", "Asked the source", {}});
}

void Purse::tell(Vehicle& vehicle, Time now, Sink& sink) {
    more_from_ = {};
    for (const cars::Spent& one : budget_.spent()) {
        if (one.at + days(1) <= now) continue;
        more_from_ = one.at + days(1);
        break;
    }
    const auto left = budget_.left(now);
    // The properties stand in the thing because describe() put them there.
    if (left.calls) (void)vehicle.say(sink, calls_left, *left.calls).has_value();
    if (left.money) (void)vehicle.say(sink, money_left, *left.money).has_value();
    if (left.wakes) (void)vehicle.say(sink, wakes_left, *left.wakes).has_value();
}

Result<void> Purse::spend(Vehicle& vehicle, const Order& order, const cars::Cost& cost,
                          std::string_view what, Sink& sink) {
    if (auto done = budget_.spend(order.at, cost, order.command, what); !done) return done;
    std::string detail = R"({"for":)";
    append_json_string(detail, what);
    detail += ",\"command\":" + std::to_string(order.command) + "}";
    sink.happened(vehicle.spec.id, "spent", Json{std::move(detail)});
    tell(vehicle, order.at, sink);
    sink.keep("budget/" + vehicle.spec.id, budget_.save());
    return {};
}

}  // namespace foxtail::mqtt
