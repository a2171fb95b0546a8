// What came of a grant is to be erased once it has ended: Ben gives, an insurer has it and answers.
#include "foxtail/api/api_testing.hpp"

namespace foxtail::api {
namespace {

using testing::House;
using testing::parsed;

struct Erasure : ::testing::Test {
    Erasure() {
        house.at_home([&] {
            ThingSpec car;
            car.id = "car";
            car.kind = ThingKind::vehicle;
            car.title = "Car";
            car.properties = {House::property("trip", Type::number, false)};
            EXPECT_TRUE(house.devices.inlet->tell(car));
        });
        EXPECT_EQ(
            anna.put("/things/car/ownership", R"({"owners":["resident:ben"],"about":[]})")->status,
            200U);
        const auto grant = give();
        id = std::to_string(grant.at("id").to_number<std::uint64_t>());
        token = std::string(std::string_view(grant.at("token").as_string()));
    }
    boost::json::value give() {
        const auto answer =
            ben.post("/grants",
                     R"({"subject_name":"participant:insurer","addresses":["car/trip"],
                         "verbs":["read"],"purpose":"tariff",
                         "terms":{"obligations":{"erase_after":"90d"}}})")
                .value();
        EXPECT_EQ(answer.status, 201U) << answer.body;
        return parsed(answer.body);
    }
    boost::json::value end() {
        const auto answer = ben.remove("/grants/" + id).value();
        EXPECT_EQ(answer.status, 200U) << answer.body;
        return parsed(answer.body);
    }
    [[nodiscard]] static std::string erasures(HttpClient& client, const char* where) {
        return serialized(parsed(client.get(where)->body).at("erasures"));
    }
    static std::string serialized(const boost::json::value& value) {
        std::string out;
        foxtail::append_json(out, value);
        return out;
    }

    House house;
    HttpClient anna{house.by_cookie()};
    HttpClient ben{house.by_cookie(House::cookie_of_ben)};
    std::string id;
    std::string token;
};

TEST_F(Erasure, what_was_agreed_stands_in_the_sentence_and_in_the_receipt) {
    const auto desk = ben.get("/desk")->body;
    EXPECT_NE(desk.find("to be erased 90 days after the end"), std::string::npos) << desk;
    const auto receipt = parsed(ben.get("/grants/" + id + "/receipt")->body);
    const auto& erasure = receipt.at("pii_processing").at("erasure");
    EXPECT_EQ(erasure.at("after_end").as_string(), "90d");
    EXPECT_EQ(erasure.at("acknowledged_by").as_string(), "POST /erasure");
}

TEST_F(Erasure, taking_back_says_so_and_the_ended_token_opens_the_answer_and_nothing_else) {
    HttpClient insurer(house.as(token));
    EXPECT_EQ(insurer.get("/things")->status, 200U);
    EXPECT_EQ(insurer.get("/erasure")->status, 404U) << "it is in force";
    EXPECT_EQ(insurer.post("/erasure", "")->status, 404U);
    const auto taken = end();
    const auto erase_by = parse_rfc3339(std::string_view(taken.at("erase_by").as_string())).value();
    EXPECT_GT(erase_by, house.clock.now() + days(89));
    EXPECT_LE(erase_by, house.clock.now() + days(90));

    const auto asked = insurer.get("/erasure").value();
    ASSERT_EQ(asked.status, 200U) << asked.body;
    const auto shown = parsed(asked.body);
    EXPECT_EQ(std::to_string(shown.at("grant").to_number<std::uint64_t>()), id);
    EXPECT_EQ(shown.at("ended_seq"), taken.at("effective_seq"));
    EXPECT_EQ(shown.at("erase_by"), taken.at("erase_by"));
    EXPECT_EQ(shown.at("state").as_string(), "asked");
    EXPECT_EQ(shown.at("purpose").as_string(), "tariff");

    HttpClient unknown(house.as("fxt_nobodys"));
    for (const char* other :
         {"/things", "/things/car/properties/trip", "/desk", "/grants", "/auth/me", "/stream"}) {
        const auto closed = insurer.get(other).value();
        EXPECT_EQ(closed.status, 401U) << other;
        EXPECT_EQ(closed.body, unknown.get(other)->body) << other;
    }
    EXPECT_EQ(insurer.get("/grants/" + id + "/receipt")->status, 401U);
    const auto receipt = insurer.get("/erasure/receipt").value();
    ASSERT_EQ(receipt.status, 200U) << receipt.body;
    EXPECT_EQ(receipt.body, ben.get("/grants/" + id + "/receipt")->body);
    EXPECT_EQ(parsed(receipt.body).at("state").as_string(), "taken back");
    EXPECT_EQ(parsed(receipt.body).at("pii_processing").at("erasure").at("erase_by"),
              taken.at("erase_by"));
    EXPECT_EQ(unknown.get("/erasure/receipt")->status, 401U);
    EXPECT_EQ(unknown.post("/erasure", "")->status, 401U);
    EXPECT_EQ(HttpClient(house.as({})).post("/erasure", "")->status, 401U);
}

TEST_F(Erasure, the_answer_is_kept_once_and_told_to_who_gave_it) {
    end();
    EXPECT_NE(erasures(ben, "/desk").find(R"("state":"asked")"), std::string::npos);
    HttpClient insurer(house.as(token));
    const auto done = insurer.post("/erasure", "").value();
    ASSERT_EQ(done.status, 200U) << done.body;
    EXPECT_EQ(parsed(done.body).at("state").as_string(), "done");
    EXPECT_EQ(insurer.post("/erasure", "")->body, done.body) << "a second time changes nothing";
    EXPECT_EQ(insurer.get("/erasure")->body, done.body);
    for (const char* where : {"/desk", "/grants"}) {
        const auto told = erasures(ben, where);
        EXPECT_NE(told.find(R"("subject":"participant:insurer")"), std::string::npos) << where;
        EXPECT_NE(told.find(R"("state":"done")"), std::string::npos) << where;
    }
    const auto records = parsed(anna.get("/journal?kind=erasure")->body).at("records").as_array();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].at("actor").as_string(), "participant:insurer");
    EXPECT_EQ(records[0].at("sentence").as_string(),
              "Insurer says that what came of grant " + id + " is erased");
    EXPECT_EQ(parsed(ben.get("/journal?kind=erasure")->body).at("records").as_array().size(), 1U)
        << "who gave it is told";
    EXPECT_NE(ben.get("/export?about=me")->body.find("is erased"), std::string::npos);
}

TEST_F(Erasure, it_is_the_givers_matter_and_who_maintains_the_house_sees_it_among_the_grants) {
    end();
    EXPECT_EQ(erasures(anna, "/desk"), "[]");
    EXPECT_NE(erasures(anna, "/grants").find("participant:insurer"), std::string::npos);
    const auto other = house.token("other", {"hall-lamp/on"}, testing::bits({Verb::read}));
    EXPECT_EQ(HttpClient(house.as(other)).get("/erasure")->status, 404U);
    EXPECT_EQ(anna.remove("/subjects/people/resident:ben")->status, 200U);
    EXPECT_NE(erasures(anna, "/desk").find("participant:insurer"), std::string::npos)
        << "who gave it has left: somebody has to be told";
}

TEST_F(Erasure, an_answer_that_cannot_be_kept_is_not_taken) {
    end();
    HttpClient insurer(house.as(token));
    house.at_home([&] { house.store.failing = true; });
    house.say("hall-lamp/on", false);
    unsigned status = 0;
    while (status != 503) status = insurer.get("/healthz")->status;
    EXPECT_EQ(insurer.post("/erasure", "")->status, 503U);
    EXPECT_EQ(parsed(insurer.get("/erasure")->body).at("state").as_string(), "asked");
    house.at_home([&] { house.store.failing = false; });
}

}  // namespace
}  // namespace foxtail::api
