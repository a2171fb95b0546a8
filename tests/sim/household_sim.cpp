#include "household_sim.hpp"

#include "foxtail/hub/household.hpp"

#include <algorithm>
#include <map>

namespace foxtail::sim {
namespace {

constexpr int things = 6;
constexpr std::uint16_t all_verbs = 0x3FF;

std::string thing_name(int i) {
    return "thing-" + std::to_string(i);
}

RuleSpec rule(std::string id, Trigger trigger, std::string condition,
              std::vector<RuleAction> actions) {
    RuleSpec spec;
    spec.id = std::move(id);
    spec.title = spec.id;
    spec.triggers.push_back(std::move(trigger));
    spec.condition = std::move(condition);
    spec.actions = std::move(actions);
    return spec;
}

std::vector<RuleSpec> some_rules() {
    std::vector<RuleSpec> rules;
    rules.push_back(rule("follow", OnChange{"thing-0/level"}, "value > 20",
                         {SetAction{"thing-1/level", {}, "value / 2"}}));
    rules.push_back(rule("switch", OnBecomes{"thing-1/on", true}, "",
                         {SetAction{"thing-2/on", true, ""}, WaitAction{minutes(2)},
                          SetAction{"thing-2/on", false, ""}}));
    rules.push_back(rule("cross", OnCrosses{"thing-3/level", 50.0, std::nullopt}, "",
                         {NotifyAction{"crossed", "", ""}}));
    // A loop on purpose: each sets what triggers the other.
    rules.push_back(
        rule("ping", OnChange{"thing-4/level"}, "", {SetAction{"thing-5/level", {}, "value + 1"}}));
    rules.push_back(
        rule("pong", OnChange{"thing-5/level"}, "", {SetAction{"thing-4/level", {}, "value + 1"}}));
    rules.push_back(rule("broken", OnEvent{"thing-0", "pressed", std::nullopt},
                         "value.nothing.here > 1", {NotifyAction{"never", "", ""}}));
    rules.push_back(rule("clock", AtTime{7 * 60, 0x7F}, "", {NotifyAction{"morning", "", ""}}));
    rules.push_back(rule("often", Every{minutes(10)}, "", {SetAction{"thing-3/level", 10.0, ""}}));
    return rules;
}

}  // namespace

Result<Outlet::Sent> Devices::send(const Order& order) {
    sent.push_back({order.command, world_.mono, order.expires, order.when_durable, hub->durable()});
    if (world_.chance(0.1)) return fail(Code::unavailable, "the device does not answer");
    if (!order.action.empty()) return Sent::done;
    const int reports = world_.chance(0.15) ? 0 : world_.chance(0.2) ? 2 : 1;
    for (int i = 0; i < reports; ++i) {
        const Duration delay = world_.chance(0.1)
                                   ? seconds(20)
                                   : milliseconds(static_cast<std::int64_t>(world_.below(300)));
        world_.later(delay, [this, property = order.property, value = order.value, before = life] {
            if (before == life && inlet) (void)inlet->report({property, Quality::good, {}, value});
        });
    }
    return Sent::awaiting_report;
}

HouseholdSim::HouseholdSim(std::uint64_t seed) : world(seed), disk(world), devices_(world) {
    boot();
}

void HouseholdSim::broken(const std::string& what) {
    if (failure_.empty()) failure_ = what;
}

void HouseholdSim::boot() {
    ++life_;
    devices_.life = life_;
    disk.use_snapshots = world.chance(0.7);
    disk.failing = false;
    hub_ = std::make_unique<Hub>(Environment{world, world, world}, zone_, disk);
    devices_.hub = hub_.get();
    if (auto started = hub_->start("sim"); !started)
        return broken("start: " + started.error().message);
    auto inlet = hub_->attach("sim", devices_);
    if (!inlet) return broken("attach: " + inlet.error().message);
    devices_.inlet = *inlet;
    const auto mistakes = hub_->load_rules(some_rules(), "hash");
    if (!mistakes.empty()) return broken("rules: " + mistakes.front().message);
    world.advance(milliseconds(50));
}

void HouseholdSim::crash() {
    // Half of the crashes come in the middle of things, with records still on their way to the
    // disk.
    if (world.chance(0.5)) check_replay();
    disk.power_cut();
    world.forget_all();
    devices_.inlet.reset();
    hub_.reset();
    for (const Seq seq : acknowledged_) {
        if (disk.records.empty() || seq > disk.records.back().seq) {
            return broken("record " + std::to_string(seq) +
                          " was acknowledged and is not on the disk");
        }
    }
    // A command that left before the crash and was not on the disk yet is forgotten; its number is
    // given again.
    const Seq last = disk.records.empty() ? 0 : disk.records.back().seq;
    std::erase_if(devices_.sent, [&](const auto& sighting) { return sighting.command > last; });
    world.advance(seconds(static_cast<std::int64_t>(world.below(600))));
    boot();
}

ThingSpec HouseholdSim::random_spec(int i) {
    ThingSpec spec;
    spec.id = thing_name(i);
    PropertySpec on{.name = "on", .title = "On", .type = Type::boolean};
    on.settable = true;
    if (world.chance(0.3)) on.sensitivity = Sensitivity::critical;
    spec.properties.push_back(on);
    PropertySpec level{.name = "level", .title = "Level", .type = Type::number, .unit = "%"};
    level.minimum = 0;
    level.maximum = 100000;
    level.settable = true;
    spec.properties.push_back(level);
    if (world.chance(0.5)) {
        PropertySpec mode{.name = "mode", .title = "Mode", .type = Type::enumeration};
        mode.allowed = {"eco", "comfort"};
        mode.settable = world.chance(0.5);
        spec.properties.push_back(mode);
    }
    spec.events.push_back({"pressed", "Pressed", {}});
    spec.actions.push_back({"identify", "Identify", {}, Sensitivity::home});
    return spec;
}

Value HouseholdSim::random_value(const PropertySpec& spec, bool fitting) {
    if (!fitting) {
        const std::vector<Value> misfits = {std::string("rubbish"), Json{"[1]"}, -5.0, 1e9,
                                            std::numeric_limits<double>::quiet_NaN()};
        return misfits[world.below(misfits.size())];
    }
    if (world.chance(0.03)) return Null{};
    switch (spec.type) {
        case Type::boolean:
            return world.chance(0.5);
        case Type::enumeration:
            return spec.allowed[world.below(spec.allowed.size())];
        default:
            return static_cast<double>(world.below(100));
    }
}

void HouseholdSim::say_something() {
    const auto& properties = devices_.inlet->catalogue().properties();
    if (properties.empty()) return tell_something();
    const Property& property = properties[world.below(properties.size())];
    Reading reading{
        property.id, Quality::good, {}, random_value(property.spec, !world.chance(0.1))};
    if (world.chance(0.1))
        reading.source_time = world.wall - seconds(static_cast<std::int64_t>(world.below(7200)));
    const auto seq = devices_.inlet->report(std::move(reading));
    if (seq && world.chance(0.2)) {
        devices_.inlet->when_durable([this, seq = *seq, life = life_](Result<void> durable) {
            if (life == life_ && durable) acknowledged_.insert(seq);
        });
    }
}

void HouseholdSim::tell_something() {
    const int i = static_cast<int>(world.below(things));
    if (world.chance(0.1)) {
        devices_.inlet->gone(thing_name(i));
    } else if (auto told = devices_.inlet->tell(random_spec(i));
               !told && told.error().code != Code::unavailable) {
        broken("tell: " + told.error().message);
    }
}

void HouseholdSim::wish_something() {
    static const std::vector<std::pair<std::string, SubjectKind>> people = {
        {"owner:anna", SubjectKind::owner},
        {"token:dashboard", SubjectKind::token},
        {"guest:ben", SubjectKind::guest}};
    const auto& [name, kind] = people[world.below(people.size())];
    if (hub_->health().read_only) return;
    const auto subject = hub_->name_subject(name, kind);
    if (!subject) return broken("subject: " + subject.error().message);
    Door door = hub_->door(*subject);
    const std::string member = world.chance(0.1)   ? "nothing"
                               : world.chance(0.4) ? "on"
                               : world.chance(0.2) ? "identify"
                                                   : "level";
    const std::string address =
        thing_name(static_cast<int>(world.below(things + 1))) + "/" + member;
    Wish wish;
    wish.address = address;
    wish.run = member == "identify";
    wish.value = member == "on" ? Value{world.chance(0.5)}
                 : wish.run     ? Value{Null{}}
                                : Value{static_cast<double>(world.below(120000))};
    if (world.chance(0.2))
        wish.time_to_live = milliseconds(static_cast<std::int64_t>(1 + world.below(2000)));
    door.wish(wish, [this, life = life_](Result<Seq> seq) {
        if (life == life_ && seq) acknowledged_.insert(*seq);
    });
}

void HouseholdSim::change_grants() {
    if (hub_->health().read_only) return;
    const auto& grants = hub_->authority().grants();
    if (!grants.empty() && world.chance(0.5)) {
        const auto owner = hub_->name_subject("owner:anna", SubjectKind::owner);
        Door door = hub_->door(*owner);
        door.take_back(grants[world.below(grants.size())].id, "enough",
                       [](const Result<Hub::Certificate>&) {});
        return;
    }
    const auto subject = hub_->name_subject("token:dashboard", SubjectKind::token);
    GrantGiven grant;
    grant.subject = *subject;
    grant.addresses = {
        world.chance(0.3) ? "*" : thing_name(static_cast<int>(world.below(things))) + "/*"};
    grant.verbs = static_cast<std::uint16_t>(world.below(all_verbs + 1));
    if (world.chance(0.5))
        grant.until = world.wall + minutes(static_cast<std::int64_t>(1 + world.below(600)));
    if (auto given = hub_->give(grant); !given) broken("give: " + given.error().message);
}

void HouseholdSim::step() {
    const auto dice = world.below(1000);
    if (dice < 550) {
        say_something();
    } else if (dice < 620) {
        tell_something();
    } else if (dice < 800) {
        wish_something();
    } else if (dice < 830) {
        (void)devices_.inlet->happened(thing_name(static_cast<int>(world.below(things))), "pressed",
                                       std::string("single"));
    } else if (dice < 860) {
        change_grants();
    } else if (dice < 870) {
        world.jump(world.chance(0.5) ? hours(1) : Duration{-hours(1).us});
    } else if (dice < 875) {
        world.jump(days(world.chance(0.5) ? 400 : -400));
    } else if (dice < 885) {
        disk.failing = !disk.failing;
    } else if (dice < 895) {
        crash();
    } else if (dice < 980) {
        world.advance(milliseconds(static_cast<std::int64_t>(world.below(50))));
    } else {
        world.advance(minutes(static_cast<std::int64_t>(world.below(60))));
    }
    world.settle();
}

void HouseholdSim::check_replay() {
    // Everything out to the disk first, so that journal and state speak of the same moment.
    disk.failing = false;
    for (int i = 0; i < 50 && hub_->durable() != hub_->head(); ++i)
        world.advance(milliseconds(200));
    if (hub_->durable() != hub_->head()) return broken("records do not reach a healthy disk");
    Household again(zone_);
    for (const Record& record : disk.records) {
        if (auto done = again.replay(record); !done)
            return broken("replay: " + done.error().message);
    }
    std::string bytes;
    again.save(bytes);
    if (bytes != hub_->state()) return broken("replaying the journal gives another state");
    Household loaded(zone_);
    if (auto done = loaded.load(bytes); !done) return broken("load: " + done.error().message);
    std::string reloaded;
    loaded.save(reloaded);
    if (reloaded != bytes) return broken("a snapshot does not load to itself");
}

void HouseholdSim::check_journal() {
    std::map<Seq, int> ends;
    std::set<Seq> commands;
    Seq before = 0;
    for (const Record& record : disk.records) {
        if (record.seq != before + 1)
            return broken("a gap before record " + std::to_string(record.seq));
        before = record.seq;
        if (record.cause >= record.seq)
            return broken("record " + std::to_string(record.seq) + " is caused by its future");
        if (std::holds_alternative<CommandAsked>(record.body)) commands.insert(record.seq);
        if (const auto* ended = std::get_if<CommandEnded>(&record.body)) {
            if (!commands.contains(ended->command)) return broken("an end without a command");
            if (++ends[ended->command] > 1)
                return broken("command " + std::to_string(ended->command) + " ended twice");
        }
        if (const auto* reading = std::get_if<Reading>(&record.body);
            reading && record.cause != 0 && !commands.contains(record.cause)) {
            return broken("a reading is said to come from what is no command");
        }
    }
    std::set<Seq> seen;
    for (const auto& sent : devices_.sent) {
        if (sent.at > sent.expires)
            return broken("command " + std::to_string(sent.command) +
                          " left after its time to live");
        if (sent.when_durable && sent.durable_then < sent.command)
            return broken("a command left before it was on record");
        if (!seen.insert(sent.command).second)
            return broken("command " + std::to_string(sent.command) + " left twice");
    }
}

std::string HouseholdSim::run(int steps) {
    for (int i = 0; i < steps && failure_.empty(); ++i) step();
    if (failure_.empty()) check_replay();
    // Let every command end, then look at the whole journal.
    if (failure_.empty()) world.advance(seconds(60));
    if (failure_.empty()) check_replay();
    if (failure_.empty()) check_journal();
    return failure_;
}

}  // namespace foxtail::sim
