#include "foxtail/api/routes.hpp"

#include "foxtail/api/api_testing.hpp"
#include "foxtail/api/assets.hpp"

#include <map>
#include <set>

namespace foxtail::api {
namespace {

using testing::House;

TEST(Routes, the_openapi_document_has_every_route_and_no_other) {
    std::set<std::string> in_table;
    for (const Route& route : routes())
        in_table.insert(std::string(route.method) + " " + std::string(route.path));
    EXPECT_EQ(in_table.size(), routes().size()) << "a route stands twice in the table";
    std::set<std::string> in_document;
    const auto document = testing::parsed(openapi_json());
    for (const auto& path : document.at("paths").as_object()) {
        for (const auto& operation : path.value().as_object()) {
            std::string method(operation.key());
            std::transform(method.begin(), method.end(), method.begin(),
                           [](char c) { return static_cast<char>(c - 'a' + 'A'); });
            in_document.insert(method + " " + std::string(path.key()));
        }
    }
    EXPECT_EQ(in_table, in_document);
}

TEST(Routes, the_document_says_of_the_same_routes_that_they_are_public) {
    const auto document = testing::parsed(openapi_json());
    for (const Route& route : routes()) {
        std::string method(route.method);
        std::transform(method.begin(), method.end(), method.begin(),
                       [](char c) { return static_cast<char>(c - 'A' + 'a'); });
        const auto& operation = document.at("paths").at(route.path).at(method).as_object();
        EXPECT_EQ(operation.contains("security"), std::holds_alternative<Public>(route.action))
            << route.method << " " << route.path;
    }
}

TEST(Routes, a_path_is_taken_apart_and_decoded) {
    const auto found = find_route("GET", "/things/hall%2Dlamp/properties/on").value();
    ASSERT_NE(found.route, nullptr);
    EXPECT_EQ(found.route->path, "/things/{id}/properties/{name}");
    EXPECT_EQ(found.parts, (std::vector<std::string>{"hall-lamp", "on"}));
    EXPECT_EQ(find_route("GET", "/things/x/properties/observe")->route->path,
              "/things/{id}/properties/observe");
    EXPECT_EQ(find_route("POST", "/things")->allowed, "GET");
    EXPECT_EQ(find_route("PATCH", "/grants")->allowed, "GET, POST");
    // Matches both {name} and observe.
    EXPECT_EQ(find_route("DELETE", "/things/x/properties/observe")->allowed, "GET, PUT");
    EXPECT_EQ(find_route("GET", "/nowhere")->route, nullptr);
    EXPECT_EQ(find_route("GET", "/things/")->route, nullptr);
    EXPECT_EQ(find_route("GET", std::string(100'000, '/'))->route, nullptr);
    EXPECT_FALSE(find_route("GET", "things"));
    EXPECT_FALSE(find_route("GET", "/things/%zz"));
}

/// Every route × who asks. The narrow token may read hall-lamp/on and nothing else.
struct Expected {
    std::string method;
    std::string target;
    std::string body;
    unsigned nobody = 401;
    unsigned stranger = 404;  // a token whose grant is about something that does not exist
    unsigned narrow = 404;
    unsigned owner = 200;
};

constexpr const char* closed_until_then = R"({"closed":true,"until":"2000-01-01T00:00:00Z"})";

// tidy: long because there is a line for each route.
std::vector<Expected> matrix() {
    return {
        {"GET", "/healthz", "", 200, 200, 200, 200},
        {"GET", "/readyz", "", 200, 200, 200, 200},
        {"GET", "/auth/state", "", 200, 200, 200, 200},
        {"GET", "/auth/me", "", 401, 200, 200, 200},
        {"POST", "/auth/signup", "{}", 401, 401, 401, 401},
        {"POST", "/auth/signin", "{", 400, 400, 400, 400},
        {"POST", "/auth/signout", "", 204, 204, 204, 204},
        {"POST", "/auth/passphrase", "{}", 401, 400, 400, 400},
        {"GET", "/openapi.json", "", 200, 200, 200, 200},
        {"GET", "/.well-known/wot", "", 401, 200, 200, 200},
        {"GET", "/things", "", 401, 200, 200, 200},
        {"GET", "/things/hall-lamp", "", 401, 404, 200, 200},
        {"GET", "/things/front-door", "", 401, 404, 404, 200},
        {"GET", "/things/hall-lamp/ownership", "", 401, 404, 200, 200},
        {"PUT", "/things/hall-lamp/ownership", R"({"owners":[],"about":[]})", 401, 404, 404, 200},
        {"GET", "/things/hall-lamp/properties", "", 401, 404, 200, 200},
        {"PUT", "/things/hall-lamp/properties", "{\"brightness\":5}", 401, 404, 404, 204},
        {"GET", "/things/front-door/properties/observe", "", 401, 404, 404, 0},
        {"GET", "/things/hall-lamp/properties/on", "", 401, 404, 200, 200},
        {"GET", "/things/hall-lamp/properties/brightness", "", 401, 404, 404, 200},
        {"PUT", "/things/hall-lamp/properties/on", "false", 401, 404, 404, 204},
        {"PUT", "/things/hall-lamp/properties/nothing", "false", 401, 404, 404, 404},
        {"GET", "/things/hall-lamp/properties/brightness/observe", "", 401, 404, 404, 0},
        {"POST", "/things/hall-lamp/actions/blink", "3", 401, 404, 404, 201},
        {"GET", "/things/hall-lamp/actions/blink/1", "", 401, 404, 404, 404},
        {"GET", "/things/hall-lamp/events/pressed", "", 401, 404, 404, 0},
        {"GET", "/readings", "", 401, 200, 200, 200},
        {"GET", "/readings?address=hall-lamp/brightness", "", 401, 404, 404, 200},
        {"GET", "/readings?thing=front-door", "", 401, 404, 404, 200},
        {"GET", "/commands", "", 401, 200, 200, 200},
        {"GET", "/commands/1", "", 401, 404, 404, 404},
        {"POST", "/commands/99999/confirm", "", 401, 404, 404, 404},
        {"POST", "/commands/99999/refuse", "", 401, 404, 404, 404},
        {"GET", "/stream", "", 401, 426, 426, 426},
        {"GET", "/history?address=hall-lamp/on", "", 401, 404, 404, 200},
        {"GET", "/journal", "", 401, 200, 200, 200},
        {"GET", "/why/1", "", 401, 404, 404, 200},
        {"GET", "/things/hall-lamp/data-sheet", "", 401, 404, 200, 200},
        {"GET", "/desk", "", 401, 200, 200, 200},
        {"PUT", "/desk/privacy", "{\"closed\":false}", 401, 200, 200, 200},
        {"PUT", "/desk/privacy", closed_until_then, 401, 403, 403, 400},
        {"POST", "/desk/forget", R"({"addresses":[]})", 401, 400, 400, 400},
        {"POST", "/desk/forget", R"({"addresses":["hall-lamp/*"]})", 401, 403, 403, 403},
        {"GET", "/export?about=me", "", 401, 200, 200, 200},
        {"GET", "/export?about=ben", "", 401, 400, 400, 400},
        {"GET", "/ledger/checkpoint", "", 401, 404, 404, 503},  // a store of memory has none
        {"GET", "/ledger/keys", "", 401, 404, 404, 503},
        {"GET", "/ledger/proof/consistency?from=1", "", 401, 404, 404, 503},
        {"GET", "/ledger/proof/inclusion?seq=1", "", 401, 404, 404, 503},
        {"GET", "/rules", "", 401, 403, 403, 200},
        {"GET", "/grants", "", 401, 403, 403, 200},
        {"POST", "/grants", "{}", 401, 403, 403, 400},
        {"PUT", "/grants/99999", "{}", 401, 403, 403, 403},
        {"DELETE", "/grants/99999", "", 401, 403, 403, 404},
        {"GET", "/grants/99999/receipt", "", 401, 404, 404, 404},
        {"POST", "/grants/99999/confirm", "", 401, 403, 403, 404},
        {"GET", "/erasure", "", 401, 404, 404, 404},  // but for who had what has ended
        {"POST", "/erasure", "", 401, 404, 404, 404},
        {"GET", "/erasure/receipt", "", 401, 404, 404, 404},
        {"GET", "/subjects", "", 401, 403, 403, 200},
        {"GET", "/subjects/invitations", "", 401, 403, 403, 200},
        {"POST", "/subjects/invitations", "{}", 401, 403, 403, 400},
        {"DELETE", "/subjects/invitations/99999", "", 401, 403, 403, 404},
        {"DELETE", "/subjects/people/guest:nobody", "", 401, 403, 403, 404},
        {"GET", "/problems", "", 401, 403, 403, 200},
        {"GET", "/system", "", 401, 403, 403, 200},
        {"GET", "/metrics", "", 401, 403, 403, 200},
        {"GET", "/chargers", "", 401, 403, 403, 200},
        {"POST", "/chargers/box/accept", "{}", 401, 403, 403, 404},
        {"GET", "/plan", "", 401, 404, 404, 404},
        {"GET", "/plan/versions/7", "", 401, 404, 404, 404},
        {"POST", "/plan/what-if", "{}", 401, 404, 404, 404},
        {"GET", "/nowhere", "", 404, 404, 404, 404},
    };
}

TEST(Routes, each_route_answers_each_caller_as_far_as_the_grants_go) {
    House house;
    const auto stranger =
        house.token("stranger", {"nothing/*"}, 0x1FF & ~static_cast<unsigned>(Verb::grant));
    const auto narrow =
        house.token("narrow", {"hall-lamp/on"}, testing::bits({Verb::discover, Verb::read}));
    HttpClient none(house.as({}));
    HttpClient wrong(house.as("fxt_nonsense"));
    HttpClient as_stranger(house.as(stranger));
    HttpClient as_narrow(house.as(narrow));
    HttpClient as_owner(house.as_owner());
    std::set<std::string> covered;
    for (const Expected& one : matrix()) {
        const auto status = [&](HttpClient& client) {
            return client.ask(one.method, one.target, one.body).value().status;
        };
        const auto name = one.method + " " + one.target;
        EXPECT_EQ(status(none), one.nobody) << name << " without anything";
        EXPECT_EQ(status(wrong), one.nobody) << name << " with a wrong token";
        EXPECT_EQ(status(as_stranger), one.stranger) << name << " with a token for something else";
        EXPECT_EQ(status(as_narrow), one.narrow) << name << " with a token for hall-lamp/on";
        if (one.owner != 0) {
            EXPECT_EQ(status(as_owner), one.owner) << name << " as the owner";
        }
        const auto found = find_route(one.method, one.target.substr(0, one.target.find('?')));
        if (found->route != nullptr)
            covered.insert(one.method + " " + std::string(found->route->path));
    }
    for (const Route& route : routes()) {
        EXPECT_TRUE(covered.contains(std::string(route.method) + " " + std::string(route.path)))
            << route.method << " " << route.path << " is missing in this test's table";
    }
}

TEST(Routes, the_forbidden_and_the_missing_answer_alike) {
    House house;
    HttpClient client(house.as(
        house.token("narrow", {"hall-lamp/on"}, testing::bits({Verb::discover, Verb::read}))));
    const auto same = [&](const std::string& method, const std::string& forbidden,
                          const std::string& missing, const std::string& body) {
        const auto a = client.ask(method, forbidden, body).value();
        const auto b = client.ask(method, missing, body).value();
        EXPECT_EQ(a.status, 404U) << forbidden;
        EXPECT_EQ(b.status, 404U) << missing;
        EXPECT_EQ(a.body, b.body) << forbidden;
    };
    same("GET", "/things/front-door", "/things/nothing", "");
    same("GET", "/things/front-door/properties/locked", "/things/nothing/properties/locked", "");
    same("PUT", "/things/front-door/properties/locked", "/things/nothing/properties/locked",
         "true");
    same("PUT", "/things/hall-lamp/properties", "/things/nothing/properties", "{\"brightness\":1}");
    same("POST", "/things/hall-lamp/actions/blink", "/things/nothing/actions/blink", "3");
    same("GET", "/things/hall-lamp/events/pressed", "/things/nothing/events/pressed", "");
    same("GET", "/history?address=front-door/locked", "/history?address=nothing/locked", "");
    same("GET", "/readings?address=front-door/locked", "/readings?address=nothing/locked", "");
    same("GET", "/readings?thing=front-door", "/readings?thing=nothing", "");
    EXPECT_EQ(testing::parsed(client.get("/journal?address=front-door/locked&kind=reading")->body)
                  .at("records")
                  .as_array()
                  .size(),
              0U);
    EXPECT_EQ(testing::parsed(client.get("/journal?address=nothing/locked&kind=reading")->body)
                  .at("records")
                  .as_array()
                  .size(),
              0U);
}

TEST(Routes, a_wrong_method_tells_the_right_ones) {
    House house;
    HttpClient client(house.as_owner());
    const auto answer = client.ask("DELETE", "/things", "").value();
    EXPECT_EQ(answer.status, 405U);
    EXPECT_EQ(testing::header_of(answer, "Allow"), "GET");
}

}  // namespace
}  // namespace foxtail::api
