// What was agreed, and what became of it: told to those it concerns, also after the end.
#include "foxtail/api/api_testing.hpp"

namespace foxtail::api {
namespace {

using testing::House;
using testing::parsed;

struct ReceiptTest : ::testing::Test {
    ReceiptTest() {
        house.at_home([&] {
            ThingSpec car;
            car.id = "car";
            car.kind = ThingKind::vehicle;
            car.title = "Car";
            car.properties = {House::property("trip", Type::number, false)};
            EXPECT_TRUE(house.devices.inlet->tell(car));
        });
        owned_by(R"(["resident:ben"])", anna);
    }
    void owned_by(const std::string& owners, HttpClient& says) {
        const auto answer =
            says.put("/things/car/ownership", R"({"owners":)" + owners + R"(,"about":[]})");
        EXPECT_EQ(answer->status, 200U) << answer->body;
    }
    /// To "participant:insurer"; its token is `token`.
    std::string give(HttpClient& by, const std::string& more = {}) {
        const auto answer = by.post("/grants",
                                    R"({"subject_name":"participant:insurer","addresses":["car/*"],
                                        "verbs":["read"],"purpose":"tariff")" +
                                        more + "}")
                                .value();
        EXPECT_EQ(answer.status, 201U) << answer.body;
        const auto said = parsed(answer.body);
        token = std::string(std::string_view(said.at("token").as_string()));
        return std::to_string(said.at("id").to_number<std::uint64_t>());
    }
    static HttpResponse receipt(HttpClient& of, const std::string& id) {
        return of.get("/grants/" + id + "/receipt").value();
    }
    std::string state(const std::string& id) {
        const auto answer = receipt(ben, id);
        EXPECT_EQ(answer.status, 200U) << answer.body;
        return std::string(std::string_view(parsed(answer.body).at("state").as_string()));
    }

    House house;
    HttpClient anna{house.by_cookie()};
    HttpClient ben{house.by_cookie(House::cookie_of_ben)};
    std::string token;
};

TEST_F(ReceiptTest, says_after_the_end_what_was_agreed_and_how_it_ended) {
    const auto id = give(ben);
    const auto before = parsed(receipt(ben, id).body);
    EXPECT_EQ(before.at("state").as_string(), "in force");
    EXPECT_EQ(before.at("events").as_array().size(), 1U);
    const Time began = house.clock.now();
    ASSERT_EQ(ben.remove("/grants/" + id)->status, 200U);
    const auto answer = receipt(ben, id);
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto after = parsed(answer.body);
    EXPECT_EQ(after.at("state").as_string(), "taken back");
    EXPECT_EQ(after.at("pii_processing"), before.at("pii_processing")) << "as it was agreed";
    const auto& end = after.at("events").as_array().at(1);
    EXPECT_EQ(end.at("event_state").as_string(), "consent withdrawn");
    EXPECT_EQ(end.at("entity_id").as_string(), "resident:ben");
    const auto when = parse_rfc3339(std::string_view(end.at("event_time").as_string())).value();
    EXPECT_GE(when, began - milliseconds(1));
    EXPECT_LE(when, house.clock.now());
    EXPECT_EQ(receipt(anna, id).body, answer.body) << "the same bytes for whoever may see it";
    EXPECT_EQ(receipt(ben, id).body, answer.body);
}

TEST_F(ReceiptTest, tells_the_ways_to_end_apart) {
    const auto first = give(ben);
    const auto narrowed = ben.put("/grants/" + first, R"({"addresses":["car/trip"]})").value();
    ASSERT_EQ(narrowed.status, 200U) << narrowed.body;
    EXPECT_EQ(state(first), "narrowed");
    const auto& ended = parsed(receipt(ben, first).body);
    EXPECT_EQ(ended.at("events").as_array().at(1).at("replaced_by"),
              parsed(narrowed.body).at("id"));
    const auto second = std::to_string(parsed(narrowed.body).at("id").to_number<std::uint64_t>());
    EXPECT_EQ(state(second), "in force");

    const Time until = house.clock.now() + milliseconds(300);
    const auto brief = give(ben, R"(,"until":")" + format_rfc3339(until) + '"');
    while (house.clock.now() < until) std::this_thread::yield();
    EXPECT_EQ(state(brief), "ran out");
    house.at_home([] {});  // whether or not its end is on record by now

    owned_by(R"(["owner:anna"])", ben);
    EXPECT_EQ(state(second), "ended") << "who gave it no longer owns the thing";
}

TEST_F(ReceiptTest, of_what_is_over_is_there_for_whom_it_concerned_and_for_nobody_else) {
    const auto mine = give(ben);
    const auto old_token = token;
    HttpClient insurer_then(house.as(old_token));
    EXPECT_EQ(receipt(insurer_then, mine).status, 200U);
    ASSERT_EQ(ben.remove("/grants/" + mine)->status, 200U);
    EXPECT_EQ(receipt(insurer_then, mine).status, 401U) << "the ended token opens nothing";
    const auto newer = give(ben);
    HttpClient insurer(house.as(token));
    EXPECT_EQ(receipt(insurer, mine).body, receipt(ben, mine).body) << "the grantee, still known";

    HttpClient stranger(house.as(house.token("visitor", {"hall-lamp/on"}, 7)));
    for (const auto& id : {mine, newer, std::string("1"), std::string("999999"), std::string("x")})
        EXPECT_EQ(receipt(stranger, id).body, receipt(stranger, "0").body) << id;
    EXPECT_EQ(receipt(stranger, mine).status, 404U);
    EXPECT_EQ(receipt(anna, "1").status, 404U) << "a record, but no grant";

    // Ben owned it then, and anna gives what is hers: it is not his to see what she gave later.
    owned_by(R"(["owner:anna","resident:ben"])", ben);
    const auto common = give(anna);
    ASSERT_EQ(anna.remove("/grants/" + common)->status, 200U);
    EXPECT_EQ(receipt(ben, common).status, 200U) << "it reached his car as well";
    ASSERT_EQ(ben.remove("/grants/" + newer)->status, 200U);
    owned_by(R"(["owner:anna"])", ben);
    const auto hers = give(anna);
    ASSERT_EQ(anna.remove("/grants/" + hers)->status, 200U);
    EXPECT_EQ(receipt(ben, hers).status, 404U);
    EXPECT_EQ(receipt(ben, hers).body, receipt(ben, "999999").body);
    EXPECT_EQ(receipt(ben, common).status, 200U) << "that was then, and stays";
}

TEST_F(ReceiptTest, has_what_a_household_can_honestly_say_and_nothing_else) {
    const auto plain = parsed(receipt(ben, give(ben)).body);
    const auto& processing = plain.at("pii_processing").as_object();
    EXPECT_FALSE(processing.contains("language"));
    EXPECT_FALSE(processing.contains("jurisdiction"));
    EXPECT_FALSE(plain.at("parties").as_array().at(1).as_object().contains("party_contact"));
    EXPECT_EQ(processing.at("storage_locations").as_array().at(0).as_string(), "the hub, at home");
    EXPECT_EQ(processing.at("retention_period").at("at_the_recipient").as_string(), "not agreed");
    EXPECT_EQ(plain.at("schema_version").as_string(), "ISO/IEC TS 27560:2023");

    House told([](Config& config) { config.notice = {"anna@house.example", "AT", "de-AT"}; });
    HttpClient owner(told.by_cookie());
    const auto given = owner
                           .post("/grants", R"({"subject_name":"x","addresses":["hall-lamp/on"],
        "verbs":["read"],"terms":{"obligations":{"erase_after":"90d"}}})")
                           .value();
    ASSERT_EQ(given.status, 201U) << given.body;
    const auto id = std::to_string(parsed(given.body).at("id").to_number<std::uint64_t>());
    const auto full = parsed(receipt(owner, id).body);
    EXPECT_EQ(full.at("pii_processing").at("language").as_string(), "de-AT");
    EXPECT_EQ(full.at("pii_processing").at("jurisdiction").as_string(), "AT");
    EXPECT_EQ(full.at("parties").as_array().at(1).at("party_contact").as_string(),
              "anna@house.example");
    EXPECT_EQ(full.at("pii_processing").at("retention_period").at("at_the_recipient").as_string(),
              "90d after the end");
}

TEST_F(ReceiptTest, is_signed_where_there_is_a_ledger_and_otherwise_says_so) {
    const auto id = give(ben);
    EXPECT_EQ(ben.get("/grants/" + id + "/receipt?signed=true")->status, 503U);
    EXPECT_EQ(ben.get("/grants/" + id + "/receipt?signed=false")->body, receipt(ben, id).body);
    EXPECT_EQ(ben.get("/grants/" + id + "/receipt?signed=maybe")->status, 400U);
    EXPECT_EQ(ben.get("/grants/999999/receipt?signed=true")->status, 404U);
}

}  // namespace
}  // namespace foxtail::api
