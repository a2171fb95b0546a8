// What of the plan outlives a restart, or a changed configuration.
#include "foxtail/app/plan_desk.hpp"
#include "foxtail/base/bytes.hpp"
#include "foxtail/base/log.hpp"

#include <utility>

namespace foxtail {

void PlanDesk::stop() {
    if (!started_ || stopped_) return;
    keep_if_changed();
    inlet_->keep(std::string(plan_kept::learned), outlooker_.save());
    inlet_->keep(std::string(plan_kept::measured), ledger_.save());
    inlet_->keep(std::string(plan_kept::peak), peak_.save());
    stopped_ = true;
}

void PlanDesk::retire() {
    stop();
    stopped_ = true;
    if (started_) {
        hub_.environment().loop.alarm(plan_alarm_id, hub_.now().mono, [] {});
        door_->unwatch(*this);
        started_ = false;
    }
    hub_.detach(*this);
    solving_.prove_no_more();
}

bool PlanDesk::when_idle(std::function<void()> then) {
    return solving_.beside([] { return true; }, [then = std::move(then)](bool) { then(); });
}

std::string PlanDesk::version_kept() const {
    std::string version;
    ByteWriter(version).u64(keeper_.version());
    return version;
}

PlanState PlanDesk::state() const {
    const auto named = [](std::string_view name, std::string bytes) {
        return std::pair{std::string(name), std::move(bytes)};
    };
    return {named(plan_kept::learned, outlooker_.save()),
            named(plan_kept::measured, ledger_.save()),
            named(plan_kept::peak, peak_.save()),
            named(plan_kept::prices, outlooker_.save_prices()),
            named(plan_kept::saved, book_.save()),
            named(plan_kept::version, version_kept()),
            named(plan_kept::wishes, keeper_.save())};
}

void PlanDesk::take_state(std::string_view name, std::string_view bytes) {
    if (name == plan_kept::wishes) first_ = false;
    if (name == plan_kept::version) {
        ByteReader in(bytes);
        keeper_.go_on_from(in.u64());
    }
    const auto done = name == plan_kept::wishes     ? keeper_.load(bytes)
                      : name == plan_kept::learned  ? outlooker_.load(bytes)
                      : name == plan_kept::measured ? ledger_.load(bytes)
                      : name == plan_kept::saved    ? book_.load(bytes)
                      : name == plan_kept::prices   ? outlooker_.load_prices(bytes)
                      : name == plan_kept::peak     ? peak_.load(bytes)
                                                    : Result<void>{};
    if (!done)
        log(LogLevel::error, "planning starts anew",
            {{"what", std::string(name)}, {"why", done.error().message}});
}

void PlanDesk::load_kept() {
    const auto restored = inlet_->kept(
        [this](std::string_view name, std::string_view bytes) { take_state(name, bytes); });
    if (!restored)
        log(LogLevel::error, "planning starts anew", {{"why", restored.error().message}});
    kept_changes_ = keeper_.changes();
}

}  // namespace foxtail
