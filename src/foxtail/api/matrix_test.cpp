// Every route of openapi.json x everybody who may ask x properties of every standing, against the
// reference evaluator: what it does not allow is not answered, nor said in passing.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/api/assets.hpp"
#include "foxtail/api/reference_testing.hpp"

#include <map>
#include <set>

#include <boost/json/array.hpp>

namespace foxtail::api {
namespace {

using testing::House;
using testing::parsed;
using testing::world_of;

struct Member {
    std::string thing;
    std::string name;
    Value value;
    std::string marker;  // how the value stands in an answer, and nothing else does
    std::string action;
    Seq reading = 0;
    Time time = {};  // of the reading
    [[nodiscard]] std::string address() const { return thing + "/" + name; }
};

struct Asker {
    std::string subject;  // empty = nobody
    HttpEndpoint endpoint;
    bool manages = false;
    bool gives = false;  // may see and give grants: people
};

class Matrix : public ::testing::Test {
public:
    Matrix() {
        house.at_home([&] {
            for (const ThingSpec& spec : things()) EXPECT_TRUE(house.devices.inlet->tell(spec));
            Hub::HouseRule rule;
            rule.verbs = testing::bits(
                {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set, Verb::run});
            for (const char* one : {"ben", "carl"})
                EXPECT_TRUE(
                    house.hub.name_subject(std::string("resident:") + one, SubjectKind::resident));
            EXPECT_TRUE(house.hub.set_house_rule(rule));
        });
        person("owner:anna", true);
        person("resident:ben", false);
        person("resident:carl", false);
        give_all();
        // After things changed hands: what was before is not everybody's.
        house.at_home([&] {
            for (const Member& member : members) house.report(member.address(), member.value);
        });
        askers.push_back({"", house.as({}), false, false});
        house.at_home([&] { world = world_of(house.hub, house.devices.inlet->catalogue()); });
        find_readings();
    }

    House house;
    ReferenceAuthority::World world;
    std::vector<Asker> askers;
    std::vector<Member> members = {
        {"m-lamp", "scene", Value{"marker-scene"}, "marker-scene", "blink"},
        {"m-door", "word", Value{"marker-door"}, "marker-door", "unlatch"},
        {"ben", "place", Value{"marker-place"}, "marker-place", "call"},
        {"ben", "mood", Value{"marker-mood"}, "marker-mood", "call"},
        {"ben-car", "charge", Value{63.125}, "63.125", "honk"},
    };
    std::set<std::string> asked;  // "GET /things/{id}"

    [[nodiscard]] Verdict decide(const Asker& asker, Verb verb, const std::string& address) const {
        RealClock clock;
        return ReferenceAuthority::decide(world, asker.subject, verb, address, clock.now());
    }
    [[nodiscard]] bool may(const Asker& asker, Verb verb, const std::string& address) const {
        return decide(asker, verb, address).allowed;
    }
    /// Whether the value as it is, from when it is, may reach them by one of the verbs.
    [[nodiscard]] bool sees_exactly(const Asker& asker, const Member& member,
                                    std::initializer_list<Verb> verbs) const {
        return std::any_of(verbs.begin(), verbs.end(), [&](Verb verb) {
            const Verdict verdict = decide(asker, verb, member.address());
            return verdict.allowed && !verdict.obligation.any() && member.time >= verdict.since &&
                   (!verdict.before.known() || member.time < verdict.before);
        });
    }
    [[nodiscard]] bool sees_exactly(const Asker& asker, const Member& member) const {
        return sees_exactly(asker, member, {Verb::read, Verb::observe, Verb::history});
    }
    [[nodiscard]] bool knows(const Asker& asker, const std::string& thing,
                             const std::string& member) const {
        const std::string address = thing + "/" + member;
        for (const Verb verb : {Verb::discover, Verb::read, Verb::set, Verb::run, Verb::observe}) {
            if (may(asker, verb, address)) return true;
        }
        return false;
    }
    [[nodiscard]] bool knows(const Asker& asker, const std::string& thing) const {
        if (asker.manages) return true;
        for (const Member& member : members) {
            if (member.thing != thing) continue;
            if (knows(asker, thing, member.name) || knows(asker, thing, member.action) ||
                knows(asker, thing, "happened"))
                return true;
        }
        return false;
    }
    [[nodiscard]] static bool owns(const Asker& asker, const std::string& thing) {
        const bool bens = thing.starts_with("ben");
        return bens ? asker.subject == "resident:ben" : asker.manages;
    }

    /// Asks and compares; whatever comes back, no value is in it that the reference keeps back.
    HttpResponse ask(HttpClient& client, const Asker& asker, const std::string& route,
                     const std::string& target, const std::string& body, unsigned expected) {
        asked.insert(route);
        const std::string method = route.substr(0, route.find(' '));
        const auto answer = client.ask(method, target, body);
        const auto what =
            (asker.subject.empty() ? "nobody" : asker.subject) + ": " + method + " " + target;
        EXPECT_TRUE(answer) << what;
        if (!answer) return {};
        EXPECT_EQ(answer->status, asker.subject.empty() && expected != 0 ? 401U : expected)
            << what << "\n"
            << answer->body;
        keeps_back(asker, answer->body, what);
        return *answer;
    }
    void keeps_back(const Asker& asker, const std::string& text, const std::string& what) const {
        for (const Member& member : members) {
            if (!asker.subject.empty() && sees_exactly(asker, member)) continue;
            EXPECT_EQ(text.find(member.marker), std::string::npos)
                << what << " tells " << member.address() << ":\n"
                << text;
        }
    }
    void about_member(HttpClient& client, const Asker& asker, const Member& member);
    void events(HttpClient& client, const Asker& asker, const Member& member);
    void lists(HttpClient& client, const Asker& asker);
    void affairs(HttpClient& client, const Asker& asker);
    void open_to_all(HttpClient& client, const Asker& asker);
    void live(const Asker& asker);

private:
    static std::vector<ThingSpec> things() {
        const auto thing = [](std::string id, ThingKind kind, std::string action,
                              Sensitivity of_action) {
            ThingSpec spec;
            spec.id = std::move(id);
            spec.kind = kind;
            spec.title = spec.id;
            ActionSpec one;
            one.name = std::move(action);
            one.sensitivity = of_action;
            spec.actions = {one};
            spec.events = {{"happened", "Happened", {}}};
            return spec;
        };
        const auto member = [](std::string name, Type type, Sensitivity sensitivity) {
            PropertySpec spec = House::property(std::move(name), type, true);
            spec.sensitivity = sensitivity;
            return spec;
        };
        auto lamp = thing("m-lamp", ThingKind::device, "blink", Sensitivity::home);
        lamp.properties = {member("scene", Type::string, Sensitivity::home)};
        auto door = thing("m-door", ThingKind::device, "unlatch", Sensitivity::critical);
        door.properties = {member("word", Type::string, Sensitivity::critical)};
        auto ben = thing("ben", ThingKind::person, "call", Sensitivity::home);
        ben.properties = {member("place", Type::string, Sensitivity::personal),
                          member("mood", Type::string, Sensitivity::sensitive)};
        auto car = thing("ben-car", ThingKind::vehicle, "honk", Sensitivity::home);
        car.properties = {member("charge", Type::number, Sensitivity::home)};
        return {lamp, door, ben, car};
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
    void give(const Asker& by, const std::string& body) {
        const auto answer = HttpClient(by.endpoint).post("/grants", body).value();
        ASSERT_EQ(answer.status, 201U) << answer.body;
        const auto given = parsed(answer.body);
        const auto* token = given.as_object().if_contains("token");
        if (token == nullptr) return;
        const auto name = parsed(body).at("subject_name").as_string();
        askers.push_back({std::string(std::string_view(name)),
                          house.as(std::string(std::string_view(token->as_string()))), false,
                          false});
    }
    void give_all() {
        const Asker anna = askers[0];
        const Asker ben = askers[1];
        for (const char* thing : {"ben", "ben-car"}) {
            if (std::string_view(thing) == "ben-car") {
                const auto handed = HttpClient(anna.endpoint)
                                        .put("/things/ben-car/ownership",
                                             R"({"owners":["resident:ben"],"about":[]})");
                EXPECT_EQ(handed->status, 200U) << handed->body;
                continue;
            }
            const auto claimed =
                HttpClient(ben.endpoint)
                    .put("/things/ben/ownership",
                         R"({"owners":["resident:ben"],"about":["resident:ben"]})");
            EXPECT_EQ(claimed->status, 200U) << claimed->body;
        }
        // Anna is told how Ben is, and not where.
        give(ben, R"({"subject_name":"owner:anna","addresses":["ben/mood"],"verbs":["read"]})");
        give(ben, R"({"subject_name":"participant:insurer","addresses":["ben-car/charge"],
                      "verbs":["read","history"],
                      "terms":{"obligations":{"granularity":"1h","aggregate":"mean"}}})");
        give(anna, R"({"subject_name":"guest:oma","addresses":["m-lamp/*"],
                       "verbs":["read","set"]})");
        // What is not Anna's to give is not opened by her giving it.
        give(anna, R"({"subject_name":"agent:helper","verbs":["read","history","run"],
                       "addresses":["m-lamp/*","m-door/word","ben/*","ben-car/*"]})");
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
                for (Member& member : members) {
                    if (member.address() != address) continue;
                    member.reading = record.seq;
                    member.time = record.time;
                }
            }
        });
        for (const Member& member : members) EXPECT_NE(member.reading, 0U) << member.address();
    }
};

void Matrix::about_member(HttpClient& client, const Asker& asker, const Member& member) {
    const std::string thing = "/things/" + member.thing;
    const std::string property = thing + "/properties/" + member.name;
    const std::string address = member.address();
    const bool knows_thing = knows(asker, member.thing);
    const auto if_read = [&](Verb verb) { return may(asker, verb, address) ? 200U : 404U; };
    ask(client, asker, "GET /things/{id}", thing, "", knows_thing ? 200 : 404);
    ask(client, asker, "GET /things/{id}/ownership", thing + "/ownership", "",
        knows_thing ? 200 : 404);
    ask(client, asker, "PUT /things/{id}/ownership", thing + "/ownership",
        R"({"owners":["resident:zed"],"about":[]})", owns(asker, member.thing) ? 400 : 404);
    ask(client, asker, "GET /things/{id}/data-sheet", thing + "/data-sheet", "",
        knows_thing ? 200 : 404);
    const auto all = ask(client, asker, "GET /things/{id}/properties", thing + "/properties", "",
                         knows_thing ? 200 : 404);
    const auto one =
        ask(client, asker, "GET /things/{id}/properties/{name}", property, "", if_read(Verb::read));
    const Verdict read = decide(asker, Verb::read, address);
    if (!asker.subject.empty() && read.allowed && !read.obligation.any()) {
        EXPECT_NE(all.body.find(member.marker), std::string::npos) << asker.subject << address;
        EXPECT_NE(one.body.find(member.marker), std::string::npos) << asker.subject << address;
    }
    const bool sets = may(asker, Verb::set, address);
    // A wish that is turned down is on record with its value, which the one who wished it knew.
    const std::string value = sets                        ? to_json(member.value)
                              : member.marker == "63.125" ? "1.5"
                                                          : "\"wished\"";
    ask(client, asker, "PUT /things/{id}/properties/{name}", property, value, sets ? 204 : 404);
    ask(client, asker, "PUT /things/{id}/properties", thing + "/properties",
        "{\"" + member.name + "\":" + value + "}", sets ? 204 : 404);
    const std::string action = thing + "/actions/" + member.action;
    ask(client, asker, "POST /things/{id}/actions/{name}", action, "",
        may(asker, Verb::run, member.thing + "/" + member.action) ? 201 : 404);
    ask(client, asker, "GET /things/{id}/actions/{name}/{seq}", action + "/999999", "", 404);
    ask(client, asker, "GET /readings", "/readings?address=" + address, "", if_read(Verb::read));
    ask(client, asker, "GET /readings", "/readings?thing=" + member.thing, "",
        knows_thing ? 200 : 404);
    ask(client, asker, "GET /history", "/history?address=" + address, "", if_read(Verb::history));
    const bool on_record = sees_exactly(asker, member, {Verb::history, Verb::observe});
    ask(client, asker, "GET /why/{seq}", "/why/" + std::to_string(member.reading), "",
        on_record ? 200 : 404);
}

void Matrix::events(HttpClient& client, const Asker& asker, const Member& member) {
    const std::string thing = "/things/" + member.thing;
    struct Way {
        const char* route;
        std::string target;
        bool open;
    };
    const Way ways[] = {
        {"GET /things/{id}/properties/observe", thing + "/properties/observe",
         knows(asker, member.thing)},
        {"GET /things/{id}/properties/{name}/observe",
         thing + "/properties/" + member.name + "/observe",
         may(asker, Verb::read, member.address())},
        {"GET /things/{id}/events/{name}", thing + "/events/happened",
         knows(asker, member.thing, "happened")},
    };
    for (const Way& way : ways) {
        if (!way.open || asker.subject.empty()) {
            ask(client, asker, way.route, way.target, "", 404);
            continue;
        }
        // One that is let in hears of no end.
        asked.insert(way.route);
        HttpEndpoint endpoint = asker.endpoint;
        endpoint.patience = milliseconds(150);
        const auto answer = HttpClient(endpoint).get(way.target);
        EXPECT_FALSE(answer) << asker.subject << " " << way.target << ": " << answer->status;
    }
}

void Matrix::lists(HttpClient& client, const Asker& asker) {
    const auto holds = [&](const HttpResponse& answer, const Member& member, bool expected,
                           const std::string& what) {
        if (asker.subject.empty()) return;
        EXPECT_EQ(answer.body.find(member.marker) != std::string::npos, expected)
            << asker.subject << ": " << what << " and " << member.address();
    };
    const auto things = ask(client, asker, "GET /things", "/things", "", 200);
    const auto readings = ask(client, asker, "GET /readings", "/readings", "", 200);
    const auto journal =
        ask(client, asker, "GET /journal", "/journal?kind=reading&limit=1000", "", 200);
    ask(client, asker, "GET /journal", "/journal?limit=1000", "", 200);
    // Whoever asks hears of their own, which may be nothing.
    ask(client, asker, "GET /desk", "/desk", "", 200);
    ask(client, asker, "PUT /desk/privacy", "/desk/privacy", "{}", 400);
    ask(client, asker, "POST /desk/forget", "/desk/forget", "{}", 400);
    ask(client, asker, "GET /export", "/export?about=me", "", 200);
    ask(client, asker, "GET /.well-known/wot", "/.well-known/wot", "", 200);
    ask(client, asker, "GET /commands", "/commands", "", 200);
    ask(client, asker, "GET /commands/{seq}", "/commands/999999", "", 404);
    for (const char* word : {"confirm", "refuse"})
        ask(client, asker, std::string("POST /commands/{seq}/") + word,
            std::string("/commands/999999/") + word, "", 404);
    ask(client, asker, "GET /stream", "/stream", "", 426);
    for (const Member& member : members) {
        const Verdict read = decide(asker, Verb::read, member.address());
        holds(readings, member, read.allowed && !read.obligation.any(), "GET /readings");
        const bool recorded = sees_exactly(asker, member, {Verb::history, Verb::observe});
        holds(journal, member, recorded, "GET /journal");
        if (asker.subject.empty()) continue;
        EXPECT_EQ(things.body.find("/things/" + member.thing + "/") != std::string::npos,
                  knows(asker, member.thing))
            << asker.subject << " " << member.thing;
    }
}

void Matrix::affairs(HttpClient& client, const Asker& asker) {
    const auto managed = [&](unsigned status) { return asker.manages ? status : 403U; };
    const auto given = [&](unsigned status) { return asker.gives ? status : 403U; };
    for (const char* one : {"/rules", "/subjects", "/subjects/invitations", "/problems", "/system",
                            "/metrics", "/chargers"})
        ask(client, asker, std::string("GET ") + one, one, "", managed(200));
    ask(client, asker, "POST /chargers/{id}/accept", "/chargers/box/accept", "{}", managed(404));
    // Nothing is planned in this house; plan_test.cpp has one where something is.
    ask(client, asker, "GET /plan", "/plan", "", 404);
    ask(client, asker, "GET /plan/versions/{version}", "/plan/versions/7", "", 404);
    ask(client, asker, "POST /plan/what-if", "/plan/what-if", "{}", 404);
    // The store of these tests has no ledger: who may ask is told so.
    for (const auto& [route, query] : {std::pair{"/ledger/checkpoint", ""},
                                       {"/ledger/keys", ""},
                                       {"/ledger/proof/consistency", "?from=1"},
                                       {"/ledger/proof/inclusion", "?seq=1"}})
        ask(client, asker, std::string("GET ") + route, std::string(route) + query, "",
            asker.manages ? 503 : 404);
    ask(client, asker, "GET /grants", "/grants", "", given(200));
    ask(client, asker, "POST /grants", "/grants", "{}", given(400));
    ask(client, asker, "PUT /grants/{id}", "/grants/999999", "{}", 403);
    ask(client, asker, "DELETE /grants/{id}", "/grants/999999", "", managed(404));
    ask(client, asker, "GET /grants/{id}/receipt", "/grants/999999/receipt", "", 404);
    ask(client, asker, "POST /grants/{id}/confirm", "/grants/999999/confirm", "", managed(404));
    // Nothing of theirs has ended.
    ask(client, asker, "GET /erasure", "/erasure", "", 404);
    ask(client, asker, "POST /erasure", "/erasure", "", 404);
    ask(client, asker, "GET /erasure/receipt", "/erasure/receipt", "", 404);
    ask(client, asker, "POST /subjects/invitations", "/subjects/invitations", "{}", managed(400));
    ask(client, asker, "DELETE /subjects/invitations/{id}", "/subjects/invitations/999999", "",
        managed(404));
    ask(client, asker, "DELETE /subjects/people/{name}", "/subjects/people/resident:zed", "",
        managed(404));
}

/// What everybody is answered, whoever they are.
void Matrix::open_to_all(HttpClient& client, const Asker& asker) {
    const bool nobody = asker.subject.empty();
    const auto same = [&](const std::string& route, const std::string& body, unsigned expected) {
        asked.insert(route);
        const auto space = route.find(' ');
        const auto answer = client.ask(route.substr(0, space), route.substr(space + 1), body);
        ASSERT_TRUE(answer) << route;
        EXPECT_EQ(answer->status, expected) << asker.subject << " " << route << answer->body;
        keeps_back(asker, answer->body, route);
    };
    same("GET /healthz", "", 200);
    same("GET /readyz", "", 200);
    same("GET /auth/state", "", 200);
    same("GET /openapi.json", "", 200);
    same("GET /auth/me", "", nobody ? 401 : 200);
    same("POST /auth/signin", "{", 400);
    same("POST /auth/signup", "{", 400);
    same("POST /auth/passphrase", "{}", nobody ? 401 : 400);
}

/// The live view tells each what they may observe and nothing else.
void Matrix::live(const Asker& asker) {
    WebSocketClient view;
    if (asker.subject.empty()) {
        EXPECT_FALSE(view.open(asker.endpoint, "/stream"));
        return;
    }
    ASSERT_TRUE(view.open(asker.endpoint, "/stream")) << asker.subject;
    ASSERT_TRUE(view.send(R"({"op":"start","boot":null,"seq":null})"));
    std::set<std::string> awaited;
    for (const Member& member : members) {
        const Verdict read = decide(asker, Verb::read, member.address());
        if (read.allowed && !read.obligation.any()) awaited.insert(member.marker);
    }
    ASSERT_TRUE(view.send(R"({"op":"set","id":1,"address":"nothing/on","value":1})"));
    bool answered = false;
    std::string all;
    while (!answered || !awaited.empty()) {
        const auto frame = view.read(seconds(20));
        ASSERT_TRUE(frame) << asker.subject << " still waits for "
                           << (awaited.empty() ? "its answer" : *awaited.begin());
        answered = answered || frame->find(R"("type":"answer")") != std::string::npos;
        all += *frame;
        std::erase_if(awaited,
                      [&](const auto& marker) { return frame->find(marker) != std::string::npos; });
    }
    keeps_back(asker, all, "WS /stream");
}

TEST_F(Matrix, every_route_answers_everybody_as_the_reference_decides) {
    std::size_t exact = 0;
    for (const Asker& asker : askers) {
        HttpClient client(asker.endpoint);
        for (const Member& member : members) {
            about_member(client, asker, member);
            events(client, asker, member);
            if (!asker.subject.empty() && sees_exactly(asker, member)) ++exact;
        }
        lists(client, asker);
        affairs(client, asker);
        open_to_all(client, asker);
        live(asker);
    }
    ASSERT_EQ(askers.size(), 7U);
    EXPECT_EQ(exact, 3U + 4U + 1U + 1U + 2U)
        << "anna: lamp, door, mood; ben: lamp, his own; carl, oma: lamp; helper: lamp and door";
    // Signing out ends a session, so it comes last.
    for (const Asker& asker : askers)
        EXPECT_EQ(HttpClient(asker.endpoint).post("/auth/signout", "")->status, 204U);
    asked.insert("POST /auth/signout");

    std::set<std::string> described;
    const auto document = parsed(openapi_json());
    for (const auto& path : document.at("paths").as_object()) {
        for (const auto& operation : path.value().as_object()) {
            std::string method(operation.key());
            std::transform(method.begin(), method.end(), method.begin(),
                           [](char c) { return static_cast<char>(c - 'a' + 'A'); });
            described.insert(method + " " + std::string(path.key()));
        }
    }
    EXPECT_EQ(asked, described)
        << "a route that is not tried here is not known to keep things back";
}

}  // namespace
}  // namespace foxtail::api
