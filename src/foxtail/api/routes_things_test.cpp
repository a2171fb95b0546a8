#include "foxtail/api/api_testing.hpp"

namespace foxtail::api {
namespace {

using testing::header_of;
using testing::House;
using testing::parsed;

TEST(Things, a_description_follows_the_web_of_things) {
    House house;
    HttpClient owner(house.as_owner());
    const auto answer = owner.get("/things/hall-lamp").value();
    EXPECT_EQ(header_of(answer, "Content-Type"), "application/td+json");
    const auto td = parsed(answer.body);
    EXPECT_EQ(td.at("@context").at(0).as_string(), "https://www.w3.org/2022/wot/td/v1.1");
    EXPECT_EQ(td.at("title").as_string(), "Hall lamp");
    EXPECT_EQ(td.at("id").as_string(), "urn:foxtail:Test:hall-lamp");
    EXPECT_EQ(td.at("security").as_string(), "bearer");
    EXPECT_EQ(td.at("securityDefinitions").at("bearer").at("scheme").as_string(), "bearer");
    EXPECT_EQ(td.at("base").as_string(), "http://127.0.0.1:" + std::to_string(house.port));
    const auto& brightness = td.at("properties").at("brightness");
    EXPECT_EQ(brightness.at("type").as_string(), "integer");
    EXPECT_EQ(brightness.at("unit").as_string(), "%");
    EXPECT_EQ(brightness.at("maximum").as_int64(), 100);
    EXPECT_FALSE(brightness.at("readOnly").as_bool());
    EXPECT_TRUE(brightness.at("observable").as_bool());
    EXPECT_EQ(brightness.at("forms").as_array().size(), 3U);
    EXPECT_EQ(brightness.at("forms").at(2).at("subprotocol").as_string(), "sse");
    EXPECT_TRUE(td.at("properties").at("power").at("readOnly").as_bool());
    EXPECT_FALSE(td.at("actions").at("blink").at("synchronous").as_bool());
    EXPECT_EQ(td.at("events").at("pressed").at("data").at("enum").as_array().size(), 2U);
    const auto directory = parsed(owner.get("/.well-known/wot")->body);
    EXPECT_EQ(directory.at("@type").as_string(), "ThingDirectory");
}

TEST(Things, a_description_says_what_the_elements_of_an_array_may_be) {
    House house;
    house.at_home([&] {
        ThingSpec car;
        car.id = car.title = "car";
        auto types = House::property("types", Type::array, false);
        types.allowed = {"CCS 2", "CHAdeMO"};
        car.properties = {types};
        EXPECT_TRUE(house.devices.inlet->tell(car));
        return true;
    });
    const auto td = parsed(HttpClient(house.as_owner()).get("/things/car")->body);
    const auto& types = td.at("properties").at("types").as_object();
    EXPECT_EQ(types.at("type").as_string(), "array");
    EXPECT_FALSE(types.contains("enum"));
    EXPECT_EQ(types.at("items").at("enum").as_array().size(), 2U);
}

TEST(Things, a_description_names_only_what_the_subject_may_know_of) {
    House house;
    HttpClient narrow(house.as(
        house.token("narrow", {"hall-lamp/on"}, testing::bits({Verb::discover, Verb::read}))));
    const auto td = parsed(narrow.get("/things/hall-lamp")->body);
    EXPECT_EQ(td.at("properties").as_object().size(), 1U);
    EXPECT_EQ(td.at("actions").as_object().size(), 0U);
    EXPECT_EQ(td.at("events").as_object().size(), 0U);
    EXPECT_EQ(parsed(narrow.get("/things")->body).as_array().size(), 1U);
    EXPECT_EQ(narrow.get("/things/hall-lamp/properties")->body, R"({"on":true})");
}

TEST(Things, the_list_is_sorted_and_can_be_read_in_pages) {
    House house;
    HttpClient owner(house.as_owner());
    const auto all = parsed(owner.get("/things")->body);
    ASSERT_EQ(all.as_array().size(), 3U);
    EXPECT_EQ(all.at(0).at("title").as_string(), "Anna");
    const auto page = owner.get("/things?offset=1&limit=1").value();
    EXPECT_EQ(parsed(page.body).at(0).at("title").as_string(), "Front door");
    EXPECT_EQ(header_of(page, "Link"), "</things?offset=2&limit=1>; rel=\"next\"");
    EXPECT_EQ(header_of(owner.get("/things?offset=2&limit=1").value(), "Link"), "");
    EXPECT_EQ(owner.get("/things?offset=99")->body, "[]");
    EXPECT_EQ(owner.get("/things?limit=0")->status, 400U);
    EXPECT_EQ(owner.get("/things?limit=-1")->status, 400U);
}

TEST(Things, a_property_is_read_with_its_quality) {
    House house;
    HttpClient owner(house.as_owner());
    const auto answer = owner.get("/things/hall-lamp/properties/brightness").value();
    EXPECT_EQ(answer.body, "40");
    EXPECT_EQ(header_of(answer, "Foxtail-Quality"), "good");
    EXPECT_FALSE(header_of(answer, "Foxtail-Time").empty());
    EXPECT_EQ(owner.get("/things/hall-lamp/properties/power")->body, "null");
    EXPECT_EQ(owner.get("/things/hall-lamp/properties")->body,
              R"({"on":true,"brightness":40,"power":null})");
}

TEST(Things, a_property_whose_newest_word_does_not_fit_is_bad_until_one_does) {
    House house;
    HttpClient owner(house.as_owner());
    const auto said = [&](Value value) {
        house.at_home([&] {
            const auto id =
                house.devices.inlet->catalogue().find_property("hall-lamp", "brightness")->id;
            (void)house.devices.inlet->report({id, Quality::good, {}, std::move(value)});
        });
        return owner.get("/things/hall-lamp/properties/brightness").value();
    };
    const auto good = said(std::int64_t{41});
    const auto bad = said(std::int64_t{4000});
    EXPECT_EQ(bad.body, "41") << "the last that fits";
    EXPECT_EQ(header_of(bad, "Foxtail-Quality"), "bad");
    EXPECT_EQ(header_of(bad, "Foxtail-Time"), header_of(good, "Foxtail-Time"));
    EXPECT_GT(std::stoull(header_of(bad, "Foxtail-Seq")),
              std::stoull(header_of(good, "Foxtail-Seq")));
    const auto reading =
        parsed(owner.get("/readings?address=hall-lamp/brightness")->body).at("readings").at(0);
    EXPECT_EQ(reading.at("quality").as_string(), "bad");
    EXPECT_EQ(reading.at("value").as_int64(), 41);
    EXPECT_EQ(header_of(said(std::int64_t{42}), "Foxtail-Quality"), "good");
}

TEST(Things, a_wish_is_on_record_when_it_is_answered_and_reaches_the_device) {
    House house;
    HttpClient owner(house.as_owner());
    const auto answer = owner.put("/things/hall-lamp/properties/brightness", " 55 ").value();
    ASSERT_EQ(answer.status, 204U) << answer.body;
    const auto command = std::stoull(header_of(answer, "Foxtail-Command"));
    house.at_home([&] {
        EXPECT_GE(house.hub.durable(), command);
        ASSERT_EQ(house.devices.orders.size(), 1U);
        EXPECT_EQ(house.devices.orders[0].command, command);
        EXPECT_EQ(house.devices.orders[0].value, Value(std::int64_t{55}));
    });
    std::string status = "pending";
    while (status == "pending") {
        status = std::string(parsed(owner.get("/commands/" + std::to_string(command))->body)
                                 .at("status")
                                 .as_string());
    }
    EXPECT_EQ(status, "confirmed");
    EXPECT_EQ(owner.get("/things/hall-lamp/properties/brightness")->body, "55");
    const auto reading =
        parsed(owner.get("/readings?address=hall-lamp/brightness")->body).at("readings").at(0);
    EXPECT_EQ(reading.at("wanted").at("value").as_int64(), 55);
    EXPECT_EQ(reading.at("wanted").at("status").as_string(), "confirmed");
    EXPECT_EQ(reading.at("unit").as_string(), "%");
}

TEST(Things, what_cannot_be_set_or_does_not_fit_is_refused) {
    House house;
    HttpClient owner(house.as_owner());
    for (const auto& [name, body] :
         std::vector<std::pair<std::string, std::string>>{{"power", "5"},
                                                          {"brightness", "101"},
                                                          {"brightness", "\"x\""},
                                                          {"brightness", "null"},
                                                          {"on", ""},
                                                          {"on", "tru"},
                                                          {"on", "true false"},
                                                          {"brightness", "1e999"},
                                                          {"on", std::string(100'000, '[')}}) {
        EXPECT_EQ(owner.put("/things/hall-lamp/properties/" + name, body)->status, 400U)
            << name << " " << body.substr(0, 20);
    }
    EXPECT_EQ(owner.put("/things/hall-lamp/properties/on?time_to_live=eternal", "true")->status,
              400U);
    EXPECT_EQ(owner.put("/things/hall-lamp/properties/on?time_to_live=48h", "true")->status, 400U);
    EXPECT_EQ(house.at_home([&] { return house.devices.orders.size(); }), 0U);
}

TEST(Things, several_properties_are_written_together_or_not_at_all) {
    House house;
    HttpClient owner(house.as_owner());
    const auto good =
        owner.put("/things/hall-lamp/properties", R"({"on":false,"brightness":7})").value();
    EXPECT_EQ(good.status, 204U) << good.body;
    EXPECT_NE(header_of(good, "Foxtail-Command").find(','), std::string::npos);
    EXPECT_EQ(house.at_home([&] { return house.devices.orders.size(); }), 2U);
    for (const char* wrong :
         {R"({"on":true,"brightness":200})", R"({"on":true,"power":1})", "{}", "[1]", "{\"on\""}) {
        EXPECT_EQ(owner.put("/things/hall-lamp/properties", wrong)->status, 400U) << wrong;
    }
    EXPECT_EQ(owner.put("/things/hall-lamp/properties", R"({"on":true,"nothing":1})")->status,
              404U);
    EXPECT_EQ(house.at_home([&] { return house.devices.orders.size(); }), 2U);
}

TEST(Things, an_action_runs_and_its_status_can_be_asked) {
    House house;
    HttpClient owner(house.as_owner());
    const auto answer = owner.post("/things/hall-lamp/actions/blink", "3").value();
    ASSERT_EQ(answer.status, 201U) << answer.body;
    const auto href = std::string(parsed(answer.body).at("href").as_string());
    EXPECT_EQ(parsed(answer.body).at("status").as_string(), "pending");
    EXPECT_EQ(href, "/commands/" + header_of(answer, "Foxtail-Command"));
    std::string status = "pending";
    while (status == "pending")
        status = std::string(parsed(owner.get(href)->body).at("status").as_string());
    EXPECT_EQ(status, "confirmed");
    EXPECT_EQ(parsed(owner.get(header_of(answer, "Location"))->body).at("status").as_string(),
              "completed");
    EXPECT_EQ(owner.post("/things/hall-lamp/actions/blink", "\"often\"")->status, 400U);
    EXPECT_EQ(owner.post("/things/hall-lamp/actions/explode", "1")->status, 404U);
}

// ---- the past
// -------------------------------------------------------------------------------------------------------

TEST(Past, history_comes_in_buckets_with_unit_and_type) {
    House house;
    HttpClient owner(house.as_owner());
    house.say("hall-lamp/brightness", std::int64_t{41});
    // Once the wish is durable, so is what was said before it.
    EXPECT_EQ(owner.put("/things/hall-lamp/properties/brightness", "42")->status, 204U);
    const auto history = parsed(owner.get("/history?address=hall-lamp/brightness&points=0")->body);
    EXPECT_EQ(history.at("unit").as_string(), "%");
    EXPECT_EQ(history.at("type").as_string(), "integer");
    ASSERT_GE(history.at("points").as_array().size(), 2U);
    EXPECT_EQ(history.at("points").at(0).as_array().size(), 6U);
    EXPECT_EQ(history.at("points").at(0).at(4).as_int64(), 40);
    const auto place = parsed(owner.get("/history?address=anna/place")->body);
    EXPECT_TRUE(place.at("points").at(0).at(1).is_null());
    EXPECT_EQ(place.at("points").at(0).at(4).as_string(), "home");
    for (const char* wrong :
         {"/history", "/history?address=hall-lamp/on&from=x",
          "/history?address=hall-lamp/on&points=many",
          "/history?address=hall-lamp/on&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
          "/history?address=hall-lamp/on&points=100001", "/history?address=%zz", "/journal?limit=0",
          "/journal?limit=1001", "/journal?kind=rumour"}) {
        EXPECT_EQ(owner.get(wrong)->status, 400U) << wrong;
    }
}

TEST(Past, the_journal_is_read_from_either_end) {
    House house;
    HttpClient owner(house.as_owner());
    const auto from = parsed(owner.get("/journal?from=1&limit=3")->body);
    ASSERT_GE(from.at("records").as_array().size(), 1U);
    EXPECT_EQ(from.at("records").at(0).at("kind").as_string(), "started");
    EXPECT_EQ(from.at("records").at(0).at("sentence").as_string(), "Foxtail test started");
    EXPECT_EQ(from.at("first").as_int64(), 1);
    // That the token came in is on record a little later than it is answered.
    auto newest = parsed(owner.get("/journal?limit=1")->body);
    while (newest.at("last").as_int64() != newest.at("head").as_int64())
        newest = parsed(owner.get("/journal?limit=1")->body);
    EXPECT_EQ(newest.at("records").at(0).at("kind").as_string(), "signed_in");
    EXPECT_EQ(newest.at("last").as_int64(), newest.at("head").as_int64());
    const auto readings = parsed(owner.get("/journal?kind=reading")->body);
    EXPECT_EQ(readings.at("records").as_array().size(), 4U);
    const auto one =
        parsed(owner.get("/journal?address=hall-lamp/on&readings=true")->body).at("records");
    ASSERT_EQ(one.as_array().size(), 1U);
    EXPECT_EQ(one.at(0).at("address").as_string(), "hall-lamp/on");
    EXPECT_EQ(one.at(0).at("sentence").as_string(), "Hall lamp · on is true");
    EXPECT_EQ(owner.get("/journal?from=x")->status, 400U);
}

TEST(Past, why_climbs_to_the_root) {
    House house;
    HttpClient owner(house.as_owner());
    const auto command =
        header_of(owner.put("/things/hall-lamp/properties/on", "false").value(), "Foxtail-Command");
    const auto reading =
        parsed(owner.get("/readings?address=hall-lamp/on")->body).at("readings").at(0);
    const auto why =
        parsed(owner.get("/why/" + std::to_string(reading.at("seq").as_int64()))->body);
    ASSERT_EQ(why.at("chain").as_array().size(), 2U);
    EXPECT_EQ(std::to_string(why.at("chain").at(1).at("seq").as_int64()), command);
    EXPECT_EQ(why.at("chain").at(1).at("sentence").as_string(),
              "Token 'boss' asked for Hall lamp · on to be false");
    EXPECT_TRUE(why.at("chain").at(1).at("cause").is_null());
    EXPECT_EQ(owner.get("/why/999999")->status, 404U);
    EXPECT_EQ(owner.get("/why/x")->status, 400U);
}

TEST(Affairs, figures_are_told_to_the_owner_and_to_prometheus) {
    House house;
    HttpClient owner(house.as_owner());
    house.at_home([&] {
        house.server->add_connections([] {
            return std::vector<ConnectionShown>{
                {"plug", "device:plug", "127.0.0.1:5", Time{1'700'000'000'000'000}}};
        });
        house.server->add_metrics([](std::vector<Metric>& out) {
            out.push_back({"foxtail_mqtt_clients",
                           "Clients connected.",
                           Metric::Kind::gauge,
                           {{"listener", "a\"b"}},
                           2.5});
        });
    });
    const auto system = parsed(owner.get("/system")->body);
    EXPECT_EQ(system.at("household").as_string(), "Test");
    EXPECT_EQ(system.at("things").as_int64(), 3);
    EXPECT_EQ(system.at("connections").at(0).at("name").as_string(), "plug");
    EXPECT_EQ(system.at("figures").at("readings").as_int64(), 4);
    const auto metrics = owner.get("/metrics").value();
    EXPECT_EQ(header_of(metrics, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(metrics.body.find("\nfoxtail_readings_total 4\n"), std::string::npos) << metrics.body;
    EXPECT_NE(metrics.body.find("\nfoxtail_mqtt_clients{listener=\"a\\\"b\"} 2.5\n"),
              std::string::npos);
    EXPECT_NE(metrics.body.find("# TYPE foxtail_http_answers_total counter\n"), std::string::npos);
}

}  // namespace
}  // namespace foxtail::api
