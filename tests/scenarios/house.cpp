#include "house.hpp"

#include "foxtail/base/assert.hpp"

namespace foxtail::scenario {
namespace {

// Monday, 2 March 2026, 00:00 local time (two hours ahead of UTC).
constexpr Time begin_of_time{1'772'402'400'000'000};

}  // namespace

/// All devices of one connector.
class House::Devices final : public Outlet {
public:
    explicit Devices(House& house) : house_(house) {}

    Result<Sent> send(const Order& order) override {
        const Catalogue& names = inlet->catalogue();
        const std::string thing = names.thing(order.thing).spec.id;
        const std::string address = order.action.empty() ? names.property(order.property).address
                                                         : thing + "/" + order.action;
        house_.sent.push_back({address, order.value, order.command});
        const Behaviour how = behaviour(thing, address);
        if (how.kind == Behaviour::Kind::away) return fail(Code::unavailable, "the device is away");
        for (int i = 0; i < how.times && how.kind != Behaviour::Kind::ignores; ++i) {
            house_.world.later(how.after * (i + 1), [this, how, order] { answer(how, order); });
        }
        return Sent::awaiting_report;
    }
    void pause(bool) override {}

    std::optional<Inlet> inlet;

private:
    [[nodiscard]] Behaviour behaviour(const std::string& thing, const std::string& address) const {
        for (const auto& key : {address, thing}) {
            if (const auto at = house_.behaviours.find(key); at != house_.behaviours.end())
                return at->second;
        }
        return {};
    }
    void answer(const Behaviour& how, const Order& order) {
        if (how.kind == Behaviour::Kind::refuses) {
            inlet->answer(order.command, Outcome::refused, "the device refused");
        } else if (order.action.empty()) {
            (void)inlet->report(
                {order.property, Quality::good, {}, how.instead.value_or(order.value)});
        } else {
            inlet->answer(order.command, Outcome::confirmed, "");
        }
    }
    House& house_;
};

/// Sees what the owner may see, which is everything.
class House::Watcher final : public Stream {
public:
    explicit Watcher(House& house) : house_(house) {}
    void reading(const Property&, const Belief&, Quality) override {}
    void record(const Record& record) override { house_.seen.push_back(record); }
    void closed() override {}

private:
    House& house_;
};

House::House() {
    world.wall = begin_of_time;
    boot();
}

House::~House() = default;

void House::boot() {
    hub_ = std::make_unique<Hub>(Environment{world, world, world}, zone_, disk);
    watcher_ = std::make_unique<Watcher>(*this);
    const auto started = hub_->start("scenario");
    FOX_ASSERT(started.has_value(), "what was written by a hub can be read by a hub");
    for (auto& [name, devices] : connectors_) {
        auto inlet = hub_->attach(name, *devices);
        FOX_ASSERT(inlet.has_value(), "a connector attaches again under its own name");
        devices->inlet = *inlet;
    }
    owner().watch(*watcher_);
    if (!rules_.empty()) (void)hub_->load_rules(rules_, "scenario");
    world.settle();
}

void House::let_go() {
    disk.power_cut();
    world.forget_all();
    hub_.reset();
}

void House::crash() {
    let_go();
    // The numbers of records that were lost are given again.
    const Seq last = disk.records.empty() ? 0 : disk.records.back().seq;
    std::erase_if(seen, [&](const Record& record) { return record.seq > last; });
    boot();
}

void House::restart() {
    bool stopped = false;
    hub_->stop([&] { stopped = true; });
    for (int i = 0; i < 1000 && !stopped; ++i) world.advance(milliseconds(10));
    FOX_ASSERT(stopped, "a house with a working disk stops");
    let_go();
    boot();
}

Inlet& House::connector(const std::string& name) {
    auto& devices = connectors_[name];
    if (!devices) {
        devices = std::make_unique<Devices>(*this);
        auto inlet = hub_->attach(name, *devices);
        FOX_ASSERT(inlet.has_value(), "connectors have names of their own");
        devices->inlet = *inlet;
    }
    return *devices->inlet;
}

std::optional<SubjectId> House::subject(const std::string& name) {
    const auto kind = subject_kind_from(name.substr(0, name.find(':')));
    if (!kind) return std::nullopt;
    const auto subject = hub_->name_subject(name, *kind);
    return subject ? std::optional(*subject) : std::nullopt;
}

Door House::owner() {
    return hub_->door(*subject("owner:house"));
}

std::string House::load_rules(std::vector<RuleSpec> rules) {
    std::string wrong;
    for (const auto& mistake : hub_->load_rules(rules, "scenario")) wrong += mistake.message + "\n";
    if (wrong.empty()) rules_ = std::move(rules);
    return wrong;
}

}  // namespace foxtail::scenario
