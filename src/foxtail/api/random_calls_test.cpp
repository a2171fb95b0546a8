// Random calls, made from the OpenAPI document that is served, in random worlds: things, whose they
// are, what is given and how. Each is answered as the reference evaluator decides: whether, and how
// coarse; and where it says no, as if there were nothing. A failure names the seed of its world.
#include "foxtail/api/openapi_testing.hpp"
#include "foxtail/api/random_world_testing.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <set>

namespace foxtail::api {
namespace {

using testing::CallMaker;
using testing::Operation;
using testing::parsed;
using testing::RandomCall;
using testing::World;
using testing::WorldAsker;
using testing::WorldMember;

namespace bj = boost::json;

// FOXTAIL_CALL_WORLDS says how many.
unsigned worlds() {
    const char* text = std::getenv("FOXTAIL_CALL_WORLDS");
    return text == nullptr ? 8 : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

constexpr int calls_per_world = 450;
// Every answer it gives ends what the next ones need; matrix_test.cpp asks it.
constexpr std::string_view left_out = "POST /auth/signout";

/// What a call has to come to, by the reference alone; nothing = one of the statuses described.
class Oracle {
public:
    Oracle(const World& world, const WorldAsker& asker, const RandomCall& call)
        : world_(world), asker_(asker), call_(call), route_(call.operation->route()) {}

    [[nodiscard]] std::optional<unsigned> status() const {
        if (call_.operation->is_public) return std::nullopt;
        if (asker_.subject.empty()) return 401;
        if (call_.operation->path.starts_with("/things/")) return of_a_thing();
        if (route_ == "GET /history") return if_may(Verb::history, call_.of("address"));
        if (route_ == "GET /readings") return readings();
        if (route_ == "GET /why/{seq}") return why();
        return of_the_house();
    }
    [[nodiscard]] std::string address() const {
        if (call_.has("address")) return call_.of("address");
        return call_.of("id") + "/" + call_.of("name");
    }
    /// The verb that was denied, so that there is nothing as far as the asker is concerned; or the
    /// thing itself is not there for them.
    [[nodiscard]] std::string hidden_parameter() const {
        const bool by_address = route_ == "GET /history" || route_ == "GET /readings";
        if (by_address && call_.has("address")) return "address";
        if (by_address) return "thing";
        if (!call_.operation->path.starts_with("/things/")) return {};
        if (!world_.knows_thing(asker_, call_.of("id"))) return "id";
        static const std::map<std::string, Verb> verbs = {
            {"GET /things/{id}/properties/{name}", Verb::read},
            {"GET /things/{id}/properties/{name}/observe", Verb::read},
            {"PUT /things/{id}/properties/{name}", Verb::set},
            {"POST /things/{id}/actions/{name}", Verb::run}};
        const auto verb = verbs.find(route_);
        const bool denied = verb != verbs.end() && !world_.may(asker_, verb->second, address());
        return denied ? "id" : "";
    }

private:
    [[nodiscard]] std::optional<unsigned> if_may(Verb verb, const std::string& address) const {
        return world_.find(address) != nullptr && world_.may(asker_, verb, address) ? 200U : 404U;
    }
    [[nodiscard]] std::optional<unsigned> of_a_thing() const {
        const std::string thing = call_.of("id");
        const bool knows = world_.knows_thing(asker_, thing);
        const bool agent = asker_.subject.starts_with("agent:");
        if (route_ == "GET /things/{id}/properties/{name}" ||
            route_ == "GET /things/{id}/properties/{name}/observe")
            return if_may(Verb::read, address());
        if (route_ == "PUT /things/{id}/properties/{name}") {
            const bool sets =
                world_.find(address()) != nullptr && world_.may(asker_, Verb::set, address());
            if (sets && agent) return std::nullopt;  // not what is critical
            return sets ? 204U : 404U;
        }
        if (route_ == "PUT /things/{id}/properties") {
            const std::string member = thing + "/" + call_.of("body");
            const bool there = world_.find(member) != nullptr && knows;
            const bool sets =
                there && world_.knows(asker_, member) && world_.may(asker_, Verb::set, member);
            if (sets && agent) return std::nullopt;
            return sets ? 204U : 404U;
        }
        if (route_ == "POST /things/{id}/actions/{name}") {
            const bool runs = call_.of("name") == "act" && thing != "nothing" &&
                              world_.may(asker_, Verb::run, address());
            if (runs && agent) return std::nullopt;
            return runs ? 201U : 404U;
        }
        if (route_ == "GET /things/{id}/events/{name}") {
            const bool there = call_.of("name") == "happened" && knows;
            return there && world_.knows(asker_, address()) ? 200U : 404U;
        }
        if (route_ == "GET /things/{id}/actions/{name}/{seq}") return 404;
        if (route_ == "PUT /things/{id}/ownership") return std::nullopt;
        return knows ? 200U : 404U;
    }
    [[nodiscard]] std::optional<unsigned> readings() const {
        if (call_.has("address")) return if_may(Verb::read, call_.of("address"));
        if (call_.has("thing")) return world_.knows_thing(asker_, call_.of("thing")) ? 200U : 404U;
        return 200;
    }
    [[nodiscard]] std::optional<unsigned> why() const {
        for (const WorldMember& member : world_.members) {
            if (std::to_string(member.reading) != call_.of("seq")) continue;
            return world_.sees_exactly(asker_, member, {Verb::history, Verb::observe}) ? 200U
                                                                                       : 404U;
        }
        return 404;
    }
    [[nodiscard]] std::optional<unsigned> of_the_house() const {
        static const std::set<std::string> everybodys = {"GET /things",   "GET /.well-known/wot",
                                                         "GET /commands", "GET /journal",
                                                         "GET /desk",     "GET /export"};
        if (everybodys.contains(route_)) return 200;
        static const std::set<std::string> kept = {
            "GET /rules",    "GET /subjects", "GET /subjects/invitations",
            "GET /problems", "GET /system",   "GET /metrics",
            "GET /chargers"};
        if (kept.contains(route_)) return asker_.manages ? 200U : 403U;
        if (route_ == "GET /grants") return asker_.gives ? 200U : 403U;
        if (route_ == "GET /stream") return 426;
        return std::nullopt;
    }
    const World& world_;
    const WorldAsker& asker_;
    const RandomCall& call_;
    const std::string route_;
};

class RandomCalls : public ::testing::Test {
public:
    std::set<std::string> asked;
    std::size_t answered = 0;
    std::size_t denied = 0;
    std::size_t coarse = 0;
    std::size_t alike = 0;

    /// A body for those that want one; harmless where no thing is meant.
    static std::string body_for(World& world, const WorldAsker& asker, RandomCall& call) {
        const std::string route = call.operation->route();
        const auto wished = [&](const std::string& address) -> std::string {
            const WorldMember* member = world.find(address);
            if (member == nullptr) return "true";
            // A wish that is turned down stands on record, and the one who wished it knows of it.
            if (world.may(asker, Verb::set, address)) return to_json(member->value);
            return member->type == Type::string   ? "\"wished\""
                   : member->type == Type::number ? "1.5"
                                                  : "false";
        };
        if (!call.operation->body || route == "POST /things/{id}/actions/{name}") return {};
        if (route == "PUT /things/{id}/properties/{name}")
            return wished(call.of("id") + "/" + call.of("name"));
        if (route == "PUT /things/{id}/properties") {
            call.chosen["body"] = world.below(6) == 0 ? "nothing" : world.pick(world.names);
            const std::string name = call.of("body");
            return "{\"" + name + "\":" + wished(call.of("id") + "/" + name) + "}";
        }
        if (route == "PUT /things/{id}/ownership")
            return R"({"owners":["resident:zed"],"about":[]})";
        return route.starts_with("POST /auth/") ? "{" : "{}";
    }

    void compare(World& world, const WorldAsker& asker, RandomCall& call) {
        call.body = body_for(world, asker, call);
        const Oracle oracle(world, asker, call);
        const auto expected = oracle.status();
        const Operation& operation = *call.operation;
        if (operation.streams && expected == 200U) return opens(asker, call, world.below(6) == 0);
        HttpClient client(asker.endpoint);
        const auto answer = client.ask(operation.method, call.target, call.body);
        ASSERT_TRUE(answer);
        asked.insert(operation.route());
        // The hours of a grant may have begun or ended meanwhile.
        if (oracle.status() != expected) return;
        if (expected) {
            EXPECT_EQ(answer->status, *expected) << answer->body;
        } else {
            EXPECT_TRUE(operation.statuses.contains(answer->status)) << answer->status;
        }
        // The store of these tests has no ledger.
        EXPECT_LT(answer->status, operation.path.starts_with("/ledger/") ? 504U : 500U);
        for (const WorldMember& member : world.members) {
            if (member.marker.empty() || world.may_hear(asker, member)) continue;
            EXPECT_EQ(answer->body.find(member.marker), std::string::npos)
                << "tells " << member.address() << ":\n"
                << answer->body;
        }
        ++(answer->status < 300 ? answered : denied);
        if (answer->status == 200) tells(world, asker, call, answer->body);
        if (answer->status == 404) looks_missing(client, oracle, call, *answer);
    }

private:
    /// One that is let in hears of no end.
    void opens(const WorldAsker& asker, const RandomCall& call, bool now) {
        if (!now) return;
        asked.insert(call.operation->route());
        HttpEndpoint endpoint = asker.endpoint;
        endpoint.patience = milliseconds(100);
        const auto answer = HttpClient(endpoint).get(call.target);
        EXPECT_FALSE(answer) << "it ended: " << answer->status;
        ++answered;
    }
    /// How coarse: each value that is told, and that each that may be is.
    void tells(const World& world, const WorldAsker& asker, const RandomCall& call,
               const std::string& body) {
        const std::string route = call.operation->route();
        const auto one = [&](const std::string& address, const bj::value& value) {
            const WorldMember* member = world.find(address);
            if (member == nullptr) return;  // of the house as it was before
            const Verdict verdict = world.decide(asker, Verb::read, address);
            EXPECT_TRUE(verdict.allowed) << address;
            EXPECT_EQ(value, parsed("[" + to_json(World::told(verdict, *member)) + "]").at(0))
                << address;
            if (verdict.obligation.any()) ++coarse;
        };
        if (route == "GET /things/{id}/properties/{name}") {
            one(call.of("id") + "/" + call.of("name"), parsed("[" + body + "]").at(0));
        } else if (route == "GET /things/{id}/properties") {
            const auto all = parsed(body);
            for (const auto& name : world.names) {
                const std::string address = call.of("id") + "/" + name;
                const auto* value = all.as_object().if_contains(name);
                EXPECT_EQ(value != nullptr, world.may(asker, Verb::read, address)) << address;
                if (value != nullptr) one(address, *value);
            }
        } else if (route == "GET /readings") {
            const auto all = parsed(body);
            for (const auto& reading : all.at("readings").as_array())
                one(std::string(reading.at("address").as_string()), reading.at("value"));
        } else if (route == "GET /things") {
            if (call.has("offset") || call.has("limit")) return;
            for (const auto& thing : world.things)
                EXPECT_EQ(body.find("/things/" + thing + "/") != std::string::npos,
                          world.knows_thing(asker, thing))
                    << thing;
        } else if (route == "GET /history" && !call.has("from") && !call.has("to")) {
            const WorldMember* member = world.find(call.of("address"));
            if (!member->marker.empty() && world.sees_exactly(asker, *member, {Verb::history})) {
                EXPECT_NE(body.find(member->marker), std::string::npos) << member->address();
            }
        }
    }
    /// The same to the byte as what there is not.
    void looks_missing(HttpClient& client, const Oracle& oracle, const RandomCall& call,
                       const HttpResponse& hidden) {
        const std::string parameter = oracle.hidden_parameter();
        if (parameter.empty()) return;
        const std::string word = parameter == "address" ? "nothing/at-all" : "nothing";
        const std::string target = CallMaker::instead(call, parameter, word);
        const auto missing = client.ask(call.operation->method, target, call.body);
        ASSERT_TRUE(missing);
        EXPECT_EQ(missing->status, hidden.status) << target;
        EXPECT_EQ(missing->body, hidden.body) << target;
        const auto heads = [](const HttpResponse& answer) {
            std::string out;
            for (const HttpHeader& header : answer.headers) {
                if (!same_ignoring_case(header.name, "Date"))
                    out += header.name + ": " + header.value + "\n";
            }
            return out;
        };
        EXPECT_EQ(heads(*missing), heads(hidden)) << target;
        ++alike;
    }
};

TEST_F(RandomCalls, are_answered_as_the_reference_decides) {
    for (unsigned seed = 1; seed <= worlds(); ++seed) {
        World world(seed);
        const auto served = HttpClient(world.house.as({})).get("/openapi.json");
        ASSERT_TRUE(served);
        const auto document = parsed(served->body);
        const auto operations = testing::operations_of(document.as_object());
        CallMaker maker(world.random, [&](const Operation& operation, const std::string& name) {
            return world.words(operation, name);
        });
        ASSERT_GT(world.given, 8U) << "seed " << seed << ": hardly anything was given";
        for (int i = 0; i < calls_per_world; ++i) {
            // Half of them about things, of which there is most to say.
            const Operation* operation = &operations[world.below(operations.size())];
            while (operation->route() == left_out ||
                   (i % 2 == 0 && !operation->path.starts_with("/things/{id}/properties") &&
                    operation->path != "/readings" && operation->path != "/history"))
                operation = &operations[world.below(operations.size())];
            RandomCall call = maker.make(*operation);
            const WorldAsker& asker = world.askers[world.below(world.askers.size())];
            SCOPED_TRACE("seed " + std::to_string(seed) + ", call " + std::to_string(i) + ": " +
                         (asker.subject.empty() ? "nobody" : asker.subject) + " " +
                         operation->method + " " + call.target);
            compare(world, asker, call);
            if (HasFatalFailure()) return;
        }
        if (seed < worlds()) continue;
        for (const Operation& operation : operations) {
            if (operation.route() == left_out) continue;
            EXPECT_TRUE(asked.contains(operation.route()))
                << operation.route() << " was never asked";
        }
    }
    // The worlds are neither closed nor open.
    EXPECT_GT(answered, 800U);
    EXPECT_GT(denied, 800U);
    EXPECT_GT(coarse, 50U);
    EXPECT_GT(alike, 200U);
}

}  // namespace
}  // namespace foxtail::api
