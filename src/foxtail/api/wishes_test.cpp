// What waits for a person to confirm it, as the API tells and takes it.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/runtime/http_testing.hpp"

namespace foxtail::api {
namespace {

using testing::House;
using testing::parsed;

struct Wishes : ::testing::Test {
    Wishes() {
        const auto given = anna.post("/grants", R"({"subject_name":"agent:butler",
            "addresses":["front-door/*"],"verbs":["set","read"],"purpose":"lets people in",
            "terms":{"envelope":{"confirm":"owner"}}})");
        EXPECT_EQ(given->status, 201U) << given->body;
        butler.emplace(house.as(std::string(parsed(given->body).at("token").as_string())));
    }
    std::string ask() {
        const auto asked = butler->put("/things/front-door/properties/locked", "false");
        EXPECT_EQ(asked->status, 202U) << asked->body;
        return testing::header_of(*asked, "Foxtail-Command");
    }
    std::string status(const std::string& command) {
        const auto answer = butler->get("/commands/" + command);
        EXPECT_EQ(answer->status, 200U) << answer->body;
        return std::string(parsed(answer->body).at("status").as_string());
    }
    std::size_t orders() {
        return house.at_home([&] { return house.devices.orders.size(); });
    }

    House house;
    HttpClient anna{house.by_cookie()};
    HttpClient ben{house.by_cookie(House::cookie_of_ben)};
    std::optional<HttpClient> butler;
};

TEST_F(Wishes, wait_for_the_one_they_are_told_to_and_nobody_else) {
    const auto command = ask();
    EXPECT_EQ(status(command), "waiting");
    EXPECT_EQ(orders(), 0U);
    const auto told = parsed(anna.get("/commands")->body).at("waiting").as_array();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].at("address").as_string(), "front-door/locked");
    EXPECT_EQ(told[0].at("value"), boost::json::value(false));
    EXPECT_EQ(told[0].at("asked_by").as_string(), "agent:butler");
    EXPECT_EQ(told[0].at("on_behalf_of").as_array()[0].as_string(), "owner:anna");
    EXPECT_EQ(told[0].at("purpose").as_string(), "lets people in");
    EXPECT_TRUE(told[0].at("to_answer").as_bool());
    EXPECT_FALSE(parsed(butler->get("/commands")->body)
                     .at("waiting")
                     .as_array()[0]
                     .at("to_answer")
                     .as_bool());
    EXPECT_TRUE(parsed(ben.get("/commands")->body).at("waiting").as_array().empty());
    for (HttpClient* other : {&ben, &*butler}) {
        const auto tried = other->post("/commands/" + command + "/confirm", "");
        const auto missing = other->post("/commands/999999/confirm", "");
        EXPECT_EQ(tried->status, 404U);
        EXPECT_EQ(tried->body, missing->body);
    }
    EXPECT_EQ(orders(), 0U);
    EXPECT_EQ(anna.post("/commands/" + command + "/confirm", "")->status, 204U);
    EXPECT_EQ(orders(), 1U);
    EXPECT_EQ(status(command), "confirmed") << "by the device, which did as it was told";
    const auto seq =
        testing::header_of(*anna.get("/things/front-door/properties/locked"), "Foxtail-Seq");
    const auto chain = parsed(anna.get("/why/" + seq)->body).at("chain").as_array();
    ASSERT_EQ(chain.size(), 3U);
    EXPECT_EQ(chain[1].at("kind").as_string(), "wish_confirmed");
    EXPECT_EQ(chain[1].at("actor").as_string(), "owner:anna");
    EXPECT_EQ(chain[2].at("actor").as_string(), "agent:butler");
}

TEST_F(Wishes, of_a_rule_that_an_agent_set_off_are_told_with_the_agent) {
    const auto given = anna.post("/grants", R"({"subject_name":"agent:cook",
        "addresses":["hall-lamp/*"],"verbs":["set"]})");
    ASSERT_EQ(given->status, 201U) << given->body;
    HttpClient cook(house.as(std::string(parsed(given->body).at("token").as_string())));
    house.at_home([&] {
        RuleSpec welcome;
        welcome.id = "welcome";
        welcome.triggers = {OnBecomes{"hall-lamp/on", true}};
        welcome.actions = {SetAction{"front-door/locked", false, ""}};
        EXPECT_TRUE(house.hub.load_rules({welcome}, "rules").empty());
    });
    house.say("hall-lamp/on", false);
    // Confirmed at once, or under way: as fast as the lamp answers.
    EXPECT_LT(cook.put("/things/hall-lamp/properties/on", "true")->status, 300U);
    const auto told = parsed(anna.get("/commands")->body).at("waiting").as_array();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].at("address").as_string(), "front-door/locked");
    EXPECT_EQ(told[0].at("asked_by").as_string(), "rule:welcome");
    EXPECT_EQ(told[0].at("set_off_by").as_string(), "agent:cook");
    EXPECT_TRUE(told[0].at("to_answer").as_bool());
    EXPECT_EQ(orders(), 1U) << "the lamp's";
    std::string journal;  // of what is on disk
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (journal.find("set off by cook") == std::string::npos &&
           std::chrono::steady_clock::now() < deadline)
        journal = anna.get("/journal?kind=command")->body;
    EXPECT_NE(journal.find("set off by cook"), std::string::npos) << journal;
    const auto command = std::to_string(told[0].at("seq").to_number<std::uint64_t>());
    EXPECT_EQ(cook.post("/commands/" + command + "/confirm", "")->status, 404U);
    EXPECT_EQ(anna.post("/commands/" + command + "/confirm", "")->status, 204U);
    EXPECT_EQ(orders(), 2U);
}

TEST_F(Wishes, are_refused_with_one_word_and_told_apart_from_a_device_that_refuses) {
    const auto command = ask();
    EXPECT_EQ(anna.post("/commands/" + command + "/refuse", "")->status, 204U);
    EXPECT_EQ(status(command), "refused");
    EXPECT_EQ(parsed(butler->get("/commands/" + command)->body).at("detail").as_string(),
              "a person did not confirm it");
    EXPECT_EQ(anna.post("/commands/" + command + "/confirm", "")->status, 404U);
    const auto another = ask();
    EXPECT_EQ(butler->post("/commands/" + another + "/refuse", "")->status, 204U)
        << "who asked takes it back";
    EXPECT_EQ(status(another), "refused");
    EXPECT_EQ(orders(), 0U);
}

TEST_F(Wishes, are_told_on_the_page_at_once_and_gone_from_it_when_they_are_answered) {
    WebSocketClient page;
    ASSERT_TRUE(page.open(house.by_cookie(), "/stream"));
    ASSERT_TRUE(page.send(R"({"op":"start","boot":null,"seq":null})"));
    const auto next_waiting = [&]() -> std::string {
        for (;;) {
            const auto frame = page.read(seconds(20));
            if (!frame) return "the connection ended";
            if (frame->find(R"("type":"waiting")") != std::string::npos) return *frame;
        }
    };
    const auto command = ask();
    const auto told = parsed(next_waiting()).at("waiting").as_array();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].at("seq").to_number<std::uint64_t>(), std::stoull(command));
    EXPECT_EQ(anna.post("/commands/" + command + "/refuse", "")->status, 204U);
    EXPECT_TRUE(parsed(next_waiting()).at("waiting").as_array().empty());
}

}  // namespace
}  // namespace foxtail::api
