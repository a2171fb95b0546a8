// The way in: hosts, origins, cookies, signing in, grants.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/runtime/http_testing.hpp"
#include "foxtail/runtime/password.hpp"

namespace foxtail::api {
namespace {

using foxtail::testing::RawSocket;
using testing::header_of;
using testing::House;
using testing::parsed;

unsigned status_with_host(House& house, const std::string& host_lines) {
    RawSocket socket(house.port);
    socket.send("GET /healthz HTTP/1.1\r\n" + host_lines + "Connection: close\r\n\r\n");
    const auto answer = socket.read_all();
    return answer.size() < 12 ? 0 : static_cast<unsigned>(std::stoul(answer.substr(9, 3)));
}

TEST(Server, only_names_that_are_ours_are_answered) {
    House house;
    for (const char* good : {"localhost:8420", "127.0.0.1", "[::1]:80", "192.168.1.5:8420",
                             "HUB.lan", "fox.localhost"}) {
        EXPECT_EQ(status_with_host(house, "Host: " + std::string(good) + "\r\n"), 200U) << good;
    }
    for (const char* evil :
         {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", ""}) {
        EXPECT_EQ(status_with_host(house, "Host: " + std::string(evil) + "\r\n"), 403U) << evil;
    }
    EXPECT_EQ(status_with_host(house, ""), 403U);
    EXPECT_NE(status_with_host(house, "Host: localhost\r\nHost: evil.example\r\n"), 200U);
}

TEST(Server, other_sites_are_not_answered) {
    House house;
    HttpClient client(house.as_owner());
    const std::string own = "http://127.0.0.1:" + std::to_string(house.port);
    EXPECT_EQ(client.ask("GET", "/things", "", {{"Origin", own}})->status, 200U);
    EXPECT_EQ(client.ask("GET", "/things", "", {{"Origin", "http://evil.example"}})->status, 403U);
    EXPECT_EQ(
        client.ask("PUT", "/things/hall-lamp/properties/on", "true", {{"Origin", "null"}})->status,
        403U);
    auto endpoint = house.by_cookie();
    endpoint.headers.push_back({"Origin", "http://evil.example"});
    WebSocketClient socket;
    EXPECT_FALSE(socket.open(endpoint, "/stream"));
}

TEST(Server, a_cookie_changes_something_only_together_with_the_pages_header) {
    House house;
    auto endpoint = house.by_cookie();
    HttpClient page(endpoint);
    EXPECT_EQ(page.put("/things/hall-lamp/properties/on", "false")->status, 204U);
    endpoint.headers.pop_back();
    HttpClient forged(endpoint);
    EXPECT_EQ(forged.get("/things")->status, 200U);
    EXPECT_EQ(forged.put("/things/hall-lamp/properties/on", "true")->status, 403U);
    EXPECT_EQ(forged.post("/grants", "{}")->status, 403U);
    EXPECT_EQ(forged.post("/auth/signout", "")->status, 403U);
}

TEST(Server, every_answer_tells_browsers_what_not_to_do) {
    House house;
    HttpClient client(house.as_owner());
    for (const char* target : {"/healthz", "/things", "/nowhere", "/openapi.json"}) {
        const auto answer = client.get(target).value();
        EXPECT_TRUE(header_of(answer, "Content-Security-Policy").starts_with("default-src 'self'"))
            << target;
        EXPECT_EQ(header_of(answer, "X-Content-Type-Options"), "nosniff") << target;
        EXPECT_EQ(header_of(answer, "Referrer-Policy"), "no-referrer") << target;
        EXPECT_EQ(header_of(answer, "Cache-Control"), "no-store") << target;
        EXPECT_EQ(header_of(answer, "Access-Control-Allow-Origin"), "") << target;
    }
}

TEST(Server, errors_are_problem_documents) {
    House house;
    HttpClient client(house.as_owner());
    const auto answer = client.put("/things/hall-lamp/properties/brightness", "101").value();
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(header_of(answer, "Content-Type"), "application/problem+json");
    const auto problem = parsed(answer.body);
    EXPECT_EQ(problem.at("status").as_int64(), 400);
    EXPECT_EQ(problem.at("title").as_string(), "Bad Request");
    EXPECT_NE(std::string_view(problem.at("detail").as_string()).find("101"),
              std::string_view::npos);
    EXPECT_EQ(header_of(HttpClient(house.as({})).get("/things").value(), "WWW-Authenticate"),
              R"(Bearer realm="foxtail", DPoP algs="ES256 EdDSA")");
}

TEST(Server, a_wrong_token_is_not_made_up_for_by_a_good_cookie) {
    House house;
    auto endpoint = house.by_cookie();
    endpoint.token = "fxt_wrong";
    EXPECT_EQ(HttpClient(endpoint).get("/things")->status, 401U);
}

TEST(Server, sessions_and_tokens_end_when_their_time_is_up) {
    House house;
    const auto ended = house.token("guest", {"*"}, 0x3F, house.clock.now() + milliseconds(1));
    HttpClient guest(house.as(ended));
    unsigned status = 200;
    while (status == 200) status = guest.get("/things")->status;
    EXPECT_EQ(status, 401U);
    house.at_home([&] { house.secrets.book.sessions[0].until = house.clock.now() - seconds(1); });
    EXPECT_TRUE(house.at_home([&] { return house.server->load(); }));
    EXPECT_EQ(HttpClient(house.by_cookie()).get("/things")->status, 401U);
}

// ---- signing up and in
// ----------------------------------------------------------------------------------------------

std::string signup_body(const std::string& code, const std::string& name,
                        const std::string& passphrase) {
    return R"({"code":")" + code + R"(","name":")" + name + R"(","passphrase":")" + passphrase +
           "\"}";
}

TEST(Server, the_first_owner_signs_up_once_and_signs_in_and_out) {
    House house;
    HttpClient client(house.as({}));
    EXPECT_EQ(client.get("/auth/state")->body, R"({"signup_needed":true})");
    const auto code = house.at_home([&] { return house.server->open_signup().value(); });
    EXPECT_EQ(client.post("/auth/signup", signup_body("wrong", "Bert", "correct horse"))->status,
              401U);
    EXPECT_EQ(client.post("/auth/signup", signup_body(code, "Bert", "short"))->status, 400U);
    EXPECT_EQ(client.post("/auth/signup", signup_body(code, "", "correct horse"))->status, 400U);
    const auto in =
        client.post("/auth/signup", signup_body(code, " Bert ", "correct horse")).value();
    ASSERT_EQ(in.status, 204U);
    const auto cookie = header_of(in, "Set-Cookie");
    for (const char* part : {"HttpOnly", "SameSite=Strict", "Path=/"})
        EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
    EXPECT_EQ(client.post("/auth/signup", signup_body(code, "Eve", "correct horse"))->status, 401U);
    EXPECT_EQ(client.get("/auth/state")->body, R"({"signup_needed":false})");
    EXPECT_EQ(house.at_home([&] { return house.server->open_signup().error().code; }),
              Code::conflict);

    HttpEndpoint endpoint = house.as({});
    endpoint.headers = {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-Foxtail", "1"}};
    HttpClient page(endpoint);
    EXPECT_EQ(page.get("/auth/me")->body,
              R"({"subject":"owner:bert","name":"bert","role":"owner"})");
    EXPECT_EQ(page.get("/system")->status, 200U);

    EXPECT_EQ(client.post("/auth/signin", R"({"name":"bert","passphrase":"wrong horse"})")->status,
              401U);
    EXPECT_EQ(
        client.post("/auth/signin", R"({"name":"nobody","passphrase":"correct horse"})")->body,
        client.post("/auth/signin", R"({"name":"bert","passphrase":"wrong horse"})")->body);
    EXPECT_EQ(
        client.post("/auth/signin", R"({"name":"BERT","passphrase":"correct horse"})")->status,
        204U);

    EXPECT_EQ(page.post("/auth/signout", "")->status, 204U);
    EXPECT_EQ(page.get("/auth/me")->status, 401U);
    for (const auto& [subject, hash] : house.secrets.book.passphrases)
        EXPECT_TRUE(hash.starts_with("$argon2id$")) << subject;
}

TEST(Server, who_guesses_is_slowed_down) {
    House house;
    HttpClient client(house.as({}));
    unsigned refused = 0;
    for (int i = 0; i < 20; ++i) {
        if (client.post("/auth/signin", R"({"name":"anna","passphrase":"guess"})")->status == 429)
            ++refused;
    }
    EXPECT_GE(refused, 12U);
}

TEST(Server, a_sign_up_that_cannot_be_kept_leaves_the_link_valid) {
    House house;
    const auto code = house.at_home([&] { return house.server->open_signup().value(); });
    house.at_home([&] { house.secrets.failing = true; });
    HttpClient client(house.as({}));
    EXPECT_EQ(client.post("/auth/signup", signup_body(code, "bert", "correct horse"))->status,
              503U);
    EXPECT_EQ(client.get("/auth/state")->body, R"({"signup_needed":true})");
    house.at_home([&] { house.secrets.failing = false; });
    EXPECT_EQ(client.post("/auth/signup", signup_body(code, "bert", "correct horse"))->status,
              204U);
}

// ---- grants
// ---------------------------------------------------------------------------------------------------------

TEST(Server, a_grant_gives_a_token_that_works_until_it_is_taken_back) {
    House house;
    HttpClient owner(house.as_owner());
    const auto given =
        owner
            .post("/grants",
                  R"({"subject_name":"dash","addresses":["hall-lamp/*"],"verbs":["read","set"]})")
            .value();
    ASSERT_EQ(given.status, 201U) << given.body;
    const auto grant = parsed(given.body);
    const std::string token(grant.at("token").as_string());
    EXPECT_TRUE(token.starts_with("fxt_"));
    EXPECT_EQ(token.size(), 47U);
    HttpClient dash(house.as(token));
    EXPECT_EQ(dash.get("/auth/me")->body,
              R"({"subject":"token:dash","name":"dash","role":"token"})");
    EXPECT_EQ(dash.get("/things/hall-lamp/properties/on")->body, "true");
    EXPECT_EQ(dash.put("/things/hall-lamp/properties/on", "false")->status, 204U);
    EXPECT_EQ(dash.get("/history?address=hall-lamp/on")->status, 404U);
    const auto list = owner.get("/grants")->body;
    EXPECT_EQ(list.find(token), std::string::npos);
    EXPECT_EQ(list.find(hash_secret(token)), std::string::npos);
    EXPECT_EQ(owner.get("/journal?kind=grant")->body.find(hash_secret(token)), std::string::npos);
    const auto id = std::to_string(grant.at("id").as_int64());
    EXPECT_EQ(owner.remove("/grants/" + id)->status, 200U);
    EXPECT_EQ(dash.get("/things")->status, 401U);
    EXPECT_EQ(owner.remove("/grants/" + id)->status, 404U);
}

TEST(Server, a_grant_that_is_not_well_formed_is_refused) {
    House house;
    HttpClient owner(house.as_owner());
    for (
        const char* body :
        {"[]", "{", R"({"subject_name":"x"})",
         R"({"subject_name":"a b","addresses":["*"],"verbs":["read"]})",
         R"({"subject_name":"owner:nobody","addresses":["*"],"verbs":["read"]})",
         R"({"subject_name":"x","addresses":[],"verbs":["read"]})",
         R"({"subject_name":"x","addresses":["*"],"verbs":["fly"]})",
         R"({"subject_name":"x","addresses":["*"],"verbs":["report"]})",
         R"({"subject_name":"x","addresses":["*"],"verbs":["read"],"until":"yesterday"})",
         R"({"subject_name":"x","addresses":["*"],"verbs":["read"],"until":"2001-01-01T00:00:00Z"})"}) {
        EXPECT_EQ(owner.post("/grants", body)->status, 400U) << body;
    }
}

TEST(Server, while_nothing_can_be_recorded_it_says_so) {
    House house;
    HttpClient owner(house.as_owner());
    house.at_home([&] { house.store.failing = true; });
    EXPECT_EQ(owner.put("/things/hall-lamp/properties/on", "false")->status, 503U);
    const auto health = owner.get("/healthz").value();
    EXPECT_EQ(health.status, 503U);
    EXPECT_EQ(health.body, R"({"status":"read_only","reason":"no space left on device"})");
    EXPECT_EQ(owner.get("/things/hall-lamp/properties/brightness")->status, 200U);
    house.at_home([&] { house.store.failing = false; });
    unsigned status = 503;
    while (status == 503) status = owner.get("/healthz")->status;
    EXPECT_EQ(status, 200U);
}

}  // namespace
}  // namespace foxtail::api
