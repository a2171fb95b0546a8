#pragma once

#include "foxtail/api/openapi_testing.hpp"
#include "foxtail/api/reference_testing.hpp"

#include <cmath>
#include <random>

// A household made at random, as the API has it and as the reference evaluator has it.
namespace foxtail::api::testing {

constexpr const char* unknown_number = "999999";

struct WorldMember {
    std::string thing;
    std::string name;
    Type type = Type::string;
    Sensitivity sensitivity = Sensitivity::home;
    Value value;
    std::string marker;  // how the value stands in an answer, and nothing else; empty = no such
    Seq reading = 0;
    Time time = {};  // of the reading
    [[nodiscard]] std::string address() const { return thing + "/" + name; }
};

struct WorldAsker {
    std::string subject;  // empty = nobody
    HttpEndpoint endpoint;
    bool manages = false;
    bool gives = false;
};

/// A household made at random.
class World {
public:
    explicit World(unsigned seed) : random(seed) {
        make_members();
        house.at_home([&] {
            for (const std::string& id : things) EXPECT_TRUE(house.devices.inlet->tell(spec(id)));
            EXPECT_TRUE(house.hub.name_subject("resident:carl", SubjectKind::resident));
            Hub::HouseRule rule;
            rule.verbs = bits(
                {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set, Verb::run});
            EXPECT_TRUE(house.hub.set_house_rule(rule));
        });
        person("owner:anna", true);
        person("resident:ben", false);
        person("resident:carl", false);
        for (const char* one : {"participant:utility", "agent:helper", "guest:oma", "token:dash"})
            outsider(one);
        askers.push_back({"", house.as({}), false, false});
        for (int i = 0; i < 9; ++i) hand_over();
        for (int i = 0; i < 30; ++i) give();
        house.at_home([&] {
            for (const WorldMember& member : members) house.report(member.address(), member.value);
        });
        find_readings();
        house.at_home([&] { world = world_of(house.hub, house.devices.inlet->catalogue()); });
        for (const WorldMember& member : members) world.believed[member.address()] = member.value;
    }

    House house;
    std::mt19937 random;
    ReferenceAuthority::World world;
    std::vector<WorldAsker> askers;
    std::vector<WorldMember> members;
    const std::vector<std::string> things = {"ben", "lamp", "door", "car", "meter"};
    const std::vector<std::string> names = {"first", "second", "third"};
    std::size_t given = 0;

    std::size_t below(std::size_t n) { return random() % n; }
    template <class List>
    auto pick(const List& list) {
        return list[below(list.size())];
    }
    [[nodiscard]] const WorldMember* find(const std::string& address) const {
        for (const WorldMember& member : members) {
            if (member.address() == address) return &member;
        }
        return nullptr;
    }
    [[nodiscard]] Verdict decide(const WorldAsker& asker, Verb verb,
                                 const std::string& address) const {
        if (asker.subject.empty()) return {};
        RealClock clock;
        return ReferenceAuthority::decide(world, asker.subject, verb, address, clock.now(), true);
    }
    [[nodiscard]] bool may(const WorldAsker& asker, Verb verb, const std::string& address) const {
        return decide(asker, verb, address).allowed;
    }
    /// Whether the reading as it was said, when it was said, may reach them by one of the verbs.
    [[nodiscard]] bool sees_exactly(const WorldAsker& asker, const WorldMember& member,
                                    std::initializer_list<Verb> verbs) const {
        return std::any_of(verbs.begin(), verbs.end(), [&](Verb verb) {
            const Verdict verdict = decide(asker, verb, member.address());
            return verdict.allowed && !verdict.obligation.any() && member.time >= verdict.since &&
                   (!verdict.before.known() || member.time < verdict.before);
        });
    }
    [[nodiscard]] bool knows(const WorldAsker& asker, const std::string& address) const {
        const bool property = find(address) != nullptr;
        for (const Verb verb : {Verb::discover, property ? Verb::read : Verb::run,
                                property ? Verb::set : Verb::observe}) {
            if (may(asker, verb, address)) return true;
        }
        return false;
    }
    [[nodiscard]] bool knows_thing(const WorldAsker& asker, const std::string& thing) const {
        if (std::find(things.begin(), things.end(), thing) == things.end()) return false;
        if (asker.manages) return true;
        for (const auto& name : names) {
            if (knows(asker, thing + "/" + name)) return true;
        }
        return knows(asker, thing + "/act") || knows(asker, thing + "/happened");
    }
    /// What may be told of a property by the words of docs/api.md: no whole span is over yet.
    [[nodiscard]] static Value told(const Verdict& verdict, const WorldMember& member) {
        const Obligation& obligation = verdict.obligation;
        if (obligation.granularity.us > 0 || member.time < verdict.since) return Null{};
        if (std::holds_alternative<bool>(member.value)) return member.value;
        const auto* number = std::get_if<double>(&member.value);
        if (obligation.home_or_away)
            return number == nullptr ? Value{std::string("away")} : Value{};
        if (number == nullptr || obligation.precision <= 0) return member.value;
        return std::round(*number / obligation.precision) * obligation.precision;
    }
    /// Whether the value may reach them as it is by any verb that looks: a text cannot be rounded.
    [[nodiscard]] bool may_hear(const WorldAsker& asker, const WorldMember& member) const {
        for (const Verb verb : {Verb::read, Verb::observe, Verb::history}) {
            const Verdict verdict = decide(asker, verb, member.address());
            const bool past = verdict.before.known() && member.time >= verdict.before;
            if (verdict.allowed && !past && told(verdict, member) == member.value) return true;
        }
        return false;
    }
    std::vector<std::string> words(const Operation& operation, const std::string& parameter) const {
        const bool of_things = operation.path.starts_with("/things/");
        if (parameter == "id" && of_things) return with(things, "nothing");
        if (parameter == "id" && operation.path.starts_with("/chargers/")) return {"box"};
        if (parameter == "id") return {unknown_number};
        if (parameter == "name" && !of_things) return {"resident:zed"};
        if (parameter == "name" && operation.path.find("/actions/") != std::string::npos)
            return {"act", "act", "act", "nothing"};
        if (parameter == "name" && operation.path.find("/events/") != std::string::npos)
            return {"happened", "happened", "nothing"};
        if (parameter == "name") return with(names, "nothing");
        if (parameter == "thing") return with(things, "nothing");
        if (parameter == "time_to_live") return {"10s"};
        if (parameter == "from" && operation.path == "/history")
            return {"2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"};
        if (parameter == "to" && operation.path == "/history") return {"2099-01-01T00:00:00Z"};
        std::vector<std::string> found;
        if (parameter == "seq") {
            for (const WorldMember& member : members)
                found.push_back(std::to_string(member.reading));
            found.emplace_back(unknown_number);
        } else if (parameter == "address") {
            for (const WorldMember& member : members) found.push_back(member.address());
            found.emplace_back("lamp/nothing");
            found.emplace_back("nothing/first");
        }
        return found;
    }

private:
    static std::vector<std::string> with(std::vector<std::string> list, const char* one) {
        list.emplace_back(one);
        return list;
    }
    void make_members() {
        for (const auto& thing : things) {
            for (const auto& name : names) {
                WorldMember member;
                member.thing = thing;
                member.name = name;
                member.sensitivity = pick(std::vector<Sensitivity>{
                    Sensitivity::home, Sensitivity::home, Sensitivity::personal,
                    Sensitivity::sensitive, Sensitivity::critical});
                const std::size_t kind = name == "third" ? 2 : below(2);
                const auto number =
                    static_cast<double>(41 + members.size()) * 1000 + 7 + 0.0625;  // exact
                member.type = kind == 0 ? Type::string : kind == 1 ? Type::number : Type::boolean;
                member.marker = kind == 0 ? "marker-" + thing + "-" + name : to_json(Value{number});
                if (kind == 0) member.value = Value{member.marker};
                if (kind == 1) member.value = Value{number};
                if (kind == 2) member.value = Value{true};
                if (kind == 2) member.marker.clear();
                members.push_back(std::move(member));
            }
        }
    }
    ThingSpec spec(const std::string& id) {
        ThingSpec out;
        out.id = id;
        out.title = id;
        out.kind = id == "ben"   ? ThingKind::person
                   : id == "car" ? ThingKind::vehicle
                                 : ThingKind::device;
        for (const WorldMember& member : members) {
            if (member.thing != id) continue;
            out.properties.push_back(House::property(member.name, member.type, true));
            out.properties.back().sensitivity = member.sensitivity;
        }
        ActionSpec act;
        act.name = "act";
        act.sensitivity = id == "door" ? Sensitivity::critical : Sensitivity::home;
        out.actions = {act};
        out.events = {{"happened", "Happened", {}}};
        return out;
    }
    void person(const std::string& subject, bool manages) {
        const std::string cookie = "the-session-of-" + subject + "-is-long-enough";
        house.at_home([&] {
            house.secrets.book.sessions.push_back(
                {hash_secret(cookie), subject, house.clock.now() + hours(1)});
            EXPECT_TRUE(house.server->load());
        });
        HttpEndpoint endpoint = house.as({});
        endpoint.headers = {{"Cookie", "foxtail_session=" + cookie}, {"X-Foxtail", "1"}};
        askers.push_back({subject, endpoint, manages, true});
    }
    /// With a token that opens nothing by itself.
    void outsider(const std::string& subject) {
        const auto answer = HttpClient(askers[0].endpoint)
                                .post("/grants", R"({"subject_name":")" + subject +
                                                     R"(","addresses":["nothing/at-all"],
                                                        "verbs":["read"]})")
                                .value();
        ASSERT_EQ(answer.status, 201U) << answer.body;
        const std::string token(parsed(answer.body).at("token").as_string());
        askers.push_back({subject, house.as(token), false, false});
    }
    std::string list_of(std::vector<std::string> from, std::size_t least) {
        const auto first = static_cast<std::ptrdiff_t>(below(from.size()));
        std::rotate(from.begin(), from.begin() + first, from.end());
        std::string out;
        std::size_t many = 0;
        for (const auto& one : from) {
            if (below(2) == 0 && many >= least) continue;
            out += (many++ == 0 ? "\"" : ",\"") + one + "\"";
        }
        return "[" + out + "]";
    }
    void hand_over() {
        const std::vector<std::string> people = {"owner:anna", "resident:ben", "resident:carl"};
        const std::string body = R"({"owners":)" + list_of(people, 0) + R"(,"about":)" +
                                 list_of({pick(people)}, 0) + "}";
        const std::string target = "/things/" + pick(things) + "/ownership";
        // Who may not is refused, which is as good: the world is as it is then.
        EXPECT_TRUE(HttpClient(askers[below(3)].endpoint).put(target, body));
        if (below(4) != 0) return;
        EXPECT_TRUE(HttpClient(askers[1].endpoint)
                        .put("/things/ben/ownership",
                             R"({"owners":["resident:ben"],"about":["resident:ben"]})"));
    }
    std::string pattern() {
        switch (below(4)) {
            case 0:
                return pick(things) + "/*";
            case 1:
                return "*/" + pick(names);
            case 2:
                return below(3) == 0 ? "*" : pick(things) + "/act";
            default:
                return pick(things) + "/" + pick(names);
        }
    }
    std::string terms(bool forbid) {
        std::vector<std::string> said;
        const auto sometimes = [&](std::size_t n, std::string text) {
            if (below(n) == 0) said.push_back(std::move(text));
        };
        if (forbid) said.emplace_back(R"("forbid":true)");
        if (forbid) sometimes(2, R"("spares_household":true)");
        sometimes(5, R"("except":[")" + pattern() + "\"]");
        sometimes(6, R"("classes":)" + list_of({"home", "personal", "sensitive", "critical"}, 1));
        sometimes(8, R"("common":true)");
        sometimes(6, R"("history_window":"2h")");
        sometimes(9, R"("history_from":"2099-01-01T00:00:00Z")");
        switch (below(12)) {
            case 0:
                said.emplace_back(R"("when":{"weekdays":["mon","wed","sat"]})");
                break;
            case 1:
                said.emplace_back(R"("when":{"from":"06:00","until":"18:30"})");
                break;
            case 2:
                if (!forbid) said.emplace_back(R"("when":{"network":"home"})");
                break;
            case 3:
            case 4:
                said.push_back(R"("when":{"presence":{"address":")" + pick(things) +
                               R"(/third","value":)" + (below(3) == 0 ? "false" : "true") + "}}");
                break;
            default:
                break;
        }
        static const std::vector<std::string> obligations = {
            R"({"granularity":"30d"})",
            R"({"granularity":"30d","aggregate":"mean"})",
            R"({"precision":10})",
            R"({"precision":250})",
            R"({"place":"home_or_away"})",
            R"({"delay":"24h"})",
            R"({"precision":0.5,"place":"home_or_away"})"};
        if (!forbid && below(2) == 0) said.push_back(R"("obligations":)" + pick(obligations));
        std::string out;
        for (const auto& one : said) out += (out.empty() ? "" : ",") + one;
        return "{" + out + "}";
    }
    void give() {
        const bool forbid = below(9) == 0;
        std::string to = pick(askers).subject;
        if (to.empty()) to = forbid ? "everyone" : "owner:anna";
        std::string body = R"({"subject_name":")" + to + R"(","addresses":[")" + pattern();
        if (below(2) == 0) body += "\",\"" + pattern();
        body += R"("],"verbs":)" +
                list_of({"read", "history", "set", "run", "discover", "observe"}, 1) +
                R"(,"terms":)" + terms(forbid) + "}";
        const auto answer = HttpClient(askers[below(3)].endpoint).post("/grants", body).value();
        EXPECT_TRUE(answer.status == 201 || answer.status == 400) << body << answer.body;
        if (answer.status == 201) ++given;
    }
    void find_readings() {
        std::promise<void> kept;
        house.at_home([&] {
            house.hub.when_durable(house.hub.head(),
                                   [&](const Result<void>&) { kept.set_value(); });
        });
        kept.get_future().wait();
        house.at_home([&] {
            for (const Record& record : house.store.records) {
                const auto* reading = std::get_if<Reading>(&record.body);
                if (reading == nullptr) continue;
                const auto& address =
                    house.devices.inlet->catalogue().property(reading->property).address;
                for (WorldMember& member : members) {
                    if (member.address() != address) continue;
                    member.reading = record.seq;
                    member.time = record.time;
                }
            }
        });
    }
};

}  // namespace foxtail::api::testing
