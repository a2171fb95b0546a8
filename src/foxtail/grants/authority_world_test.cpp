// The table and the obvious evaluator must agree everywhere, in worlds made at random: things that
// change hands, people they are about, grants with every kind of limit, passed on, forbidden,
// ended, and a clock that jumps.
#include "foxtail/grants/authority.hpp"
#include "foxtail/grants/reference.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

const std::vector<std::string> pieces = {"a", "b", "lamp", "lamp.1", "hall", "on", "temperature"};
const std::vector<std::string> patterns = {"*",       "*/*",    "a/*",      "*/on", "lamp*/on",
                                           "*a*/t*e", "hall/b", "lamp.*/*", "*1/*", "b/temp*"};

class World {
public:
    explicit World(unsigned seed) : rng_(seed) {
        name(SubjectKind::hub);
        name(SubjectKind::owner);
        name(SubjectKind::owner);
        name(SubjectKind::resident);
        name(SubjectKind::resident);
        name(SubjectKind::participant);
    }

    void step() {
        now.us += static_cast<std::int64_t>(below(3)) * hours(1).us;
        switch (below(12)) {
            case 0:
                return name(static_cast<SubjectKind>(1 + below(10)));
            case 1:
            case 2:
            case 3:
                return tell();
            case 4:
                return end();
            case 5:
            case 6:
                return own();
            case 7:
                return hear();
            case 8:
                switch (below(8)) {
                    case 0:
                    case 1:
                        return jump();
                    case 2:
                        return leave();
                    case 3:
                        return suspend();
                    case 4:
                        return confirm();
                    default:
                        return give();
                }
            default:
                return give();
        }
    }

    void compare(unsigned seed) {
        for (const auto& property : things.properties()) {
            for (std::uint32_t s = 0; s < subjects.size(); ++s) {
                const auto verb = static_cast<Verb>(1U << below(8));
                const Time when{now.us + (static_cast<std::int64_t>(below(9)) - 4) * hours(1).us};
                const bool at_home = below(2) == 0;
                const Asker asker{SubjectId{s}, at_home};
                const auto expected = ReferenceAuthority::decide(slow, subjects[s], verb,
                                                                 property.address, when, at_home);
                const auto got = fast.decide(asker, verb, property.id, when);
                ASSERT_EQ(got, expected)
                    << "seed " << seed << ": " << subjects[s] << " " << foxtail::name(verb) << " "
                    << property.address << "\n  table: " << sentence(got.reason) << " by "
                    << got.grant << " since " << got.since.us
                    << "\n  reference: " << sentence(expected.reason) << " by " << expected.grant
                    << " since " << expected.since.us;
                if (got.allowed) ++allowed;
                if (got.allowed && got.obligation.any()) ++obliged;
                ++reasons[got.reason];
                if (verb == Verb::report) continue;
                ASSERT_EQ(fast.decide_at(asker, verb, property.address, when), expected)
                    << "seed " << seed << " by address: " << subjects[s] << " "
                    << foxtail::name(verb) << " " << property.address;
            }
        }
    }

    Catalogue things;
    Authority fast{things};
    ReferenceAuthority::World slow;
    std::vector<std::string> subjects;
    Time now{1'790'000'000'000'000};
    std::uint64_t allowed = 0;
    std::uint64_t obliged = 0;
    std::map<Reason, std::uint64_t> reasons;

private:
    std::uint64_t below(std::uint64_t n) { return rng_() % n; }
    template <class List>
    auto pick(const List& list) {
        return list[below(list.size())];
    }
    SubjectId someone() { return {static_cast<std::uint32_t>(below(subjects.size()))}; }

    void name(SubjectKind kind) {
        const SubjectId id{static_cast<std::uint32_t>(subjects.size())};
        const std::string subject = kind == SubjectKind::hub
                                        ? "hub"
                                        : foxtail::name(kind) + (":" + std::to_string(id.index));
        fast.apply(SubjectNamed{id, subject, kind});
        slow.subjects[subject] = kind;
        subjects.push_back(subject);
    }
    void tell() {
        ThingSpec spec;
        spec.id = pick(pieces);
        // Kind and class stay with the name, so that telling again changes neither.
        if (spec.id == "a") spec.kind = ThingKind::person;
        for (const auto& p : pieces) {
            if (below(2) == 0) continue;
            PropertySpec property{.name = p};
            if (p == "on" || p == "hall") property.sensitivity = Sensitivity::personal;
            if (p == "temperature") property.sensitivity = Sensitivity::sensitive;
            spec.properties.push_back(property);
        }
        const std::string by = below(3) == 0 ? "" : pick(subjects);
        const auto done = things.tell(spec, by);
        if (!done) return;
        fast.told(things.thing(done->thing));
        slow.brought_by[spec.id] = by;
        if (spec.kind == ThingKind::person) slow.people.insert(spec.id);
        for (const auto& property : spec.properties) {
            if (property.sensitivity != Sensitivity::home)
                slow.personal.insert(spec.id + "/" + property.name);
            slow.classes[spec.id + "/" + property.name] = property.sensitivity;
        }
    }
    void own() {
        if (things.things().empty()) return;
        ThingOwned owned;
        owned.thing = {static_cast<std::uint32_t>(below(things.things().size()))};
        ReferenceAuthority::Owned said;
        for (auto n = below(3); n > 0; --n) {
            const SubjectId who{static_cast<std::uint32_t>(1 + below(4))};
            if (said.owners.insert(subjects[who.index]).second) owned.owners.push_back(who);
        }
        for (auto n = below(3); n > 0; --n) {
            const SubjectId who{static_cast<std::uint32_t>(1 + below(4))};
            if (said.about.insert(subjects[who.index]).second) owned.about.push_back(who);
        }
        said.seq = ++seq_;
        said.from = now;
        // Whom it is about is compared as a set.
        std::sort(owned.about.begin(), owned.about.end());
        fast.apply(seq_, now, owned);
        slow.owned[things.thing(owned.thing).spec.id].push_back(said);
    }
    GrantTerms terms() {
        GrantTerms t;
        if (below(3) == 0) t.except = {pick(patterns)};
        if (below(5) == 0) t.classes = static_cast<std::uint8_t>(1 + below(15));
        t.common = below(6) == 0;
        if (below(4) == 0) t.when.weekdays = static_cast<std::uint8_t>(below(128));
        if (below(4) == 0) {
            t.when.from_minute = static_cast<std::uint16_t>(below(1440));
            t.when.until_minute = static_cast<std::uint16_t>(below(1440));
        }
        if (below(5) == 0) {
            t.when.presence = "lamp/on";
            t.when.presence_value = below(2) == 0;
        }
        t.when.at_home = below(5) == 0;
        if (below(3) == 0) t.obligation.granularity = minutes(static_cast<std::int64_t>(below(60)));
        if (below(4) == 0) t.obligation.delay = minutes(static_cast<std::int64_t>(below(60)));
        if (below(4) == 0) t.obligation.precision = static_cast<double>(below(10));
        t.obligation.home_or_away = below(6) == 0;
        t.obligation.aggregate = static_cast<Aggregate>(below(6));
        if (below(5) == 0) t.history_from = now - hours(static_cast<std::int64_t>(below(9)));
        if (below(5) == 0) t.history_window = hours(static_cast<std::int64_t>(1 + below(9)));
        if (below(4) == 0 && !slow.grants.empty()) {
            const auto& parent = slow.grants[below(slow.grants.size())];
            if (!parent.what.terms.forbid) t.parent = parent.id;
        }
        t.forbid = t.parent == 0 && below(8) == 0;
        t.spares_household = t.forbid && below(2) == 0;
        return t;
    }
    void give() {
        GrantGiven given;
        given.subject = someone();
        const SubjectId grantor = someone();
        for (auto n = below(3) + 1; n > 0; --n) given.addresses.push_back(pick(patterns));
        given.verbs = static_cast<std::uint16_t>(rng_() % 1024);
        if (below(3) == 0) given.from = now - hours(static_cast<std::int64_t>(below(4)));
        if (below(3) == 0) given.until = now + hours(static_cast<std::int64_t>(below(9)));
        if (below(2) == 0) given.terms = terms();
        fast.apply(++seq_, given, grantor);
        // What the table knows of the condition's property when the grant is given.
        const Property* watched = things.find_property("lamp/on");
        const auto believed = slow.believed.find("lamp/on");
        if (watched != nullptr && believed != slow.believed.end() && fast.listens_to(watched->id))
            fast.heard(watched->id, believed->second);
        slow.grants.push_back(
            {seq_, subjects[given.subject.index], subjects[grantor.index], given});
    }
    /// A grant ends together with what was passed on from it.
    void end() {
        if (slow.grants.empty()) return;
        std::vector<Seq> ending{pick(slow.grants).id};
        for (std::size_t i = 0; i < ending.size(); ++i) {
            for (const auto& g : slow.grants) {
                if (g.what.terms.parent == ending[i]) ending.push_back(g.id);
            }
        }
        for (const Seq id : ending) {
            fast.apply(GrantEnded{id, ""});
            std::erase_if(slow.grants, [&](const auto& g) { return g.id == id; });
        }
    }
    void leave() {
        if (below(3) != 0) return;
        const SubjectId who{static_cast<std::uint32_t>(1 + below(subjects.size() - 1))};
        fast.apply(SubjectLeft{who, ""});
        slow.left.insert(subjects[who.index]);
    }
    void suspend() {
        fast.apply(GrantsSuspended{""});
        for (auto& g : slow.grants) {
            const SubjectKind kind = slow.subjects.at(g.subject);
            const bool outsider = kind == SubjectKind::participant || kind == SubjectKind::agent ||
                                  kind == SubjectKind::guest || kind == SubjectKind::token;
            if (outsider && !g.what.terms.forbid) g.suspended = true;
        }
    }
    void confirm() {
        if (slow.grants.empty()) return;
        auto& g = slow.grants[below(slow.grants.size())];
        fast.apply(GrantConfirmed{g.id});
        g.suspended = false;
    }
    void hear() {
        const Property* watched = things.find_property("lamp/on");
        if (watched == nullptr) return;
        const bool value = below(2) == 0;
        slow.believed["lamp/on"] = value;
        if (fast.listens_to(watched->id)) fast.heard(watched->id, value);
    }
    /// One jump a world; it is in doubt to the end of it, so that the times asked about are too.
    void jump() {
        if (!slow.doubts.empty()) return;
        const Duration by = minutes(static_cast<std::int64_t>(below(600)) - 300);
        if (by.us >= -Authority::doubt_min.us && by.us <= Authority::doubt_min.us) return;
        fast.apply(now + days(30), ClockJumped{by});
        slow.doubts.push_back(Duration{-by.us});
    }

    std::mt19937 rng_;
    Seq seq_ = 0;
};

// FOXTAIL_AUTHORITY_WORLDS says how many.
unsigned worlds() {
    const char* text = std::getenv("FOXTAIL_AUTHORITY_WORLDS");
    return text == nullptr ? 300 : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

TEST(AuthorityWorld, the_table_agrees_with_the_reference_on_random_worlds) {
    std::uint64_t decided = 0;
    std::uint64_t allowed = 0;
    std::uint64_t obliged = 0;
    std::map<Reason, std::uint64_t> reasons;
    for (unsigned seed = 1; seed <= worlds(); ++seed) {
        World world(seed);
        for (int step = 0; step < 70; ++step) {
            world.step();
            if (step % 10 == 9) world.compare(seed);
            if (::testing::Test::HasFatalFailure()) return;
        }
        allowed += world.allowed;
        obliged += world.obliged;
        for (const auto& [reason, count] : world.reasons) {
            reasons[reason] += count;
            decided += count;
        }
    }
    std::cout << worlds() << " worlds, " << decided << " decisions" << std::endl;
    // The worlds are not empty ones: every reason has been met, and often.
    EXPECT_GT(allowed, 10'000U);
    EXPECT_GT(obliged, 500U);
    for (const Reason reason :
         {Reason::owner, Reason::the_hub, Reason::brought_it, Reason::granted, Reason::about_them,
          Reason::no_grant, Reason::expired, Reason::no_consent, Reason::forbidden})
        EXPECT_GT(reasons[reason], 100U) << sentence(reason);
}

TEST(AuthorityWorld, what_was_saved_decides_the_same) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        World world(seed);
        for (int step = 0; step < 80; ++step) world.step();
        std::string bytes;
        ByteWriter out(bytes);
        world.fast.save(out);
        Authority copy(world.things);
        ByteReader in(bytes);
        ASSERT_TRUE(copy.load(in).has_value()) << "seed " << seed;
        ASSERT_TRUE(in.at_end());
        for (const auto& [address, value] : world.slow.believed) {
            const Property* property = world.things.find_property(address);
            if (copy.listens_to(property->id)) copy.heard(property->id, value);
        }
        for (const auto& property : world.things.properties()) {
            for (std::uint32_t s = 0; s < world.subjects.size(); ++s) {
                for (const Verb verb : {Verb::read, Verb::history, Verb::set}) {
                    ASSERT_EQ(copy.decide({s}, verb, property.id, world.now),
                              world.fast.decide({s}, verb, property.id, world.now))
                        << "seed " << seed << ": " << world.subjects[s] << " "
                        << foxtail::name(verb) << " " << property.address;
                }
            }
        }
        std::string again;
        ByteWriter out_again(again);
        copy.save(out_again);
        ASSERT_EQ(bytes, again) << "seed " << seed;
    }
}

}  // namespace
}  // namespace foxtail
