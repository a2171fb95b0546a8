#include "foxtail/app/break_glass.hpp"

#include "foxtail/app/property_spec.hpp"
#include "foxtail/base/log.hpp"

#include <algorithm>
#include <array>

namespace foxtail {
namespace {

constexpr int glass_alarm = 131;
constexpr std::array<std::string_view, 3> states = {"sealed", "open", "used"};

ThingSpec glass_thing(const std::string& id, const GlassConfig& config) {
    ThingSpec thing;
    thing.id = id;
    thing.kind = ThingKind::service;
    thing.title = config.title;
    thing.description = "A way in for an emergency, open for " + format_duration(config.open_for);
    auto state = word_spec("state", "State", states);
    state.category = Category::primary;
    thing.properties = {state, property_spec("by", "Broken by", Type::string),
                        property_spec("reason", "Reason", Type::string),
                        property_spec("until", "Open until (RFC 3339)", Type::string)};
    ActionSpec smash;
    smash.name = "break";
    smash.title = "Break it";
    smash.sensitivity = Sensitivity::critical;
    smash.input = property_spec("reason", "Reason", Type::string);
    // Whoever lives here may end it. To seal it is for those who are let work what is critical.
    ActionSpec end;
    end.name = "end";
    end.title = "End it";
    ActionSpec seal;
    seal.name = "seal";
    seal.title = "Seal it anew";
    seal.sensitivity = Sensitivity::critical;
    thing.actions = {smash, end, seal};
    thing.events = {{"broken", "It was broken", {}}};
    return thing;
}

}  // namespace

BreakGlass::BreakGlass(Hub& hub, const std::vector<GlassConfig>& glasses) : hub_(hub) {
    for (const GlassConfig& config : glasses)
        all_.push_back({config, "glass-" + config.name, Glass(config.open_for)});
}

BreakGlass::~BreakGlass() {
    if (inlet_) hub_.detach(*this);
}

Result<void> BreakGlass::start() {
    // Where none is prepared, and none was, there is nothing to look after.
    if (all_.empty() && hub_.authority().find("connector:break-glass") == nullptr) return {};
    auto inlet = hub_.attach("break-glass", *this);
    if (!inlet) return fail(inlet.error());
    inlet_ = *inlet;
    const auto restored = inlet_->kept([this](std::string_view name, std::string_view bytes) {
        for (One& one : all_) {
            if (one.thing != name || bytes.empty()) continue;
            if (auto done = one.glass.load(bytes, hub_.now()); !done)
                log(LogLevel::error, "break glass",
                    {{"glass", one.thing}, {"why", done.error().message}});
        }
    });
    if (!restored) return fail(restored.error());
    std::vector<std::string> things;
    for (const One& one : all_) {
        if (auto told = inlet_->tell(glass_thing(one.thing, one.config)); !told)
            return fail(told.error());
        tell(one, 0);
        things.push_back(one.thing);
    }
    inlet_->leave_only(things);
    wake();
    return {};
}

void BreakGlass::stop() {
    hub_.environment().loop.alarm(glass_alarm, hub_.now().mono, [] {});
}

Result<Outlet::Sent> BreakGlass::send(const Order& order) {
    const std::string& thing = inlet_->catalogue().thing(order.thing).spec.id;
    const auto at =
        std::find_if(all_.begin(), all_.end(), [&](const One& one) { return one.thing == thing; });
    if (at == all_.end()) return fail(Code::not_found, "it is no longer prepared");
    Glass& glass = at->glass;
    Result<void> done;
    if (order.action == "break") {
        const auto* reason = std::get_if<std::string>(&order.value);
        done = glass.open(hub_.authority().find(order.asked_by)->name,
                          reason == nullptr ? std::string_view() : std::string_view(*reason),
                          hub_.now());
    } else {
        done = order.action == "end" ? glass.end() : glass.seal();
    }
    if (!done) return fail(std::move(done.error()));
    inlet_->keep(at->thing, glass.save());
    tell(*at, order.record);
    if (order.action == "break") {
        log(LogLevel::warning, "emergency access opened",
            {{"glass", at->thing}, {"by", glass.by()}});
        (void)inlet_->happened(at->thing, "broken", glass.reason());
    }
    wake();
    return Sent::done;
}

void BreakGlass::tell(const One& one, Seq cause) {
    const Glass& glass = one.glass;
    const bool open = glass.state() == Glass::State::open;
    report(one, "by", glass.by(), cause);
    report(one, "reason", glass.reason(), cause);
    report(one, "until", open ? format_rfc3339(glass.until()) : std::string(), cause);
    report(one, "state", std::string(name(glass.state())), cause);
}

void BreakGlass::report(const One& one, std::string_view property, Value value, Seq cause) {
    const Property* known = inlet_->catalogue().find_property(one.thing, property);
    if (known == nullptr) return;
    Reading reading;
    reading.property = known->id;
    reading.value = std::move(value);
    if (const auto done = inlet_->report(std::move(reading), cause); !done)
        log(LogLevel::error, "break glass", {{"glass", one.thing}, {"why", done.error().message}});
}

/// Ends what is over, and comes again for the next.
void BreakGlass::wake() {
    std::optional<Duration> next;
    for (One& one : all_) {
        if (one.glass.expire(hub_.now())) {
            inlet_->keep(one.thing, one.glass.save());
            tell(one, 0);
        }
        if (one.glass.state() == Glass::State::open)
            next = std::min(next.value_or(one.glass.due()), one.glass.due());
    }
    if (next) hub_.environment().loop.alarm(glass_alarm, *next, [this] { wake(); });
}

}  // namespace foxtail
