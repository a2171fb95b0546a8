// The person's desk through the API: Anna maintains the house, Ben lives in it and owns a car that
// is about him.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/api/export_text.hpp"

#include <set>

namespace foxtail::api {
namespace {

using testing::bits;
using testing::House;
using testing::parsed;

/// Adds Ben's car: mileage, and where it is (personal).
void bring_car(House& house) {
    house.at_home([&] {
        ThingSpec car;
        car.id = "car";
        car.kind = ThingKind::vehicle;
        car.title = "Car";
        car.maker = "Maker";
        PropertySpec trip = House::property("trip", Type::number, false);
        trip.unit = "km";
        trip.title = "Trip";
        PropertySpec place = House::property("place", Type::string, false);
        place.sensitivity = Sensitivity::personal;
        PropertySpec charge = House::property("charge", Type::integer, true);
        charge.retention = days(30);
        car.properties = {trip, place, charge};
        EXPECT_TRUE(house.devices.inlet->tell(car));
        house.report("car/trip", 7.5);
        house.report("car/place", std::string("=office"));
    });
    HttpClient anna(house.by_cookie());
    EXPECT_EQ(anna.ask("PUT", "/things/car/ownership",
                       R"({"owners":["resident:ben"],"about":["resident:ben"]})")
                  ->status,
              200U);
    // What was said before is the household's; from here on it is Ben's.
    house.say("car/trip", 12.25);
    house.say("car/place", std::string("=office"));
    house.say("car/charge", std::int64_t{80});
}

boost::json::value given(HttpClient& client, const std::string& body) {
    const auto answer = client.ask("POST", "/grants", body).value();
    EXPECT_EQ(answer.status, 201U) << answer.body;
    return parsed(answer.body);
}

const std::string to_the_insurer =
    R"({"subject_name":"participant:insurer","addresses":["car/trip","car/charge"],
        "verbs":["read","history"],"purpose":"tariff","until":"2099-01-01T00:00:00Z",
        "terms":{"obligations":{"precision":5}}})";

bool names(const boost::json::value& list, std::string_view key, std::string_view text) {
    for (const auto& one : list.as_array()) {
        if (one.at(key).as_string() == text) return true;
    }
    return false;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

TEST(Desk, tells_in_plain_words_who_was_given_what) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    const auto id = given(ben, to_the_insurer).at("id").as_int64();
    const auto desk = parsed(ben.get("/desk")->body);
    EXPECT_EQ(desk.at("subject").as_string(), "resident:ben");
    EXPECT_TRUE(desk.at("closed").is_null());
    ASSERT_EQ(desk.at("things").as_array().size(), 1U) << "the lamp is not Ben's";
    EXPECT_EQ(desk.at("things").as_array()[0].at("id").as_string(), "car");
    EXPECT_EQ(desk.at("things").as_array()[0].at("stake").as_string(), "about_you");
    ASSERT_TRUE(names(desk.at("grants"), "subject", "participant:insurer"));
    for (const auto& grant : desk.at("grants").as_array()) {
        if (grant.at("id").as_int64() != id) continue;
        EXPECT_EQ(
            grant.at("sentence").as_string(),
            "participant:insurer may see Car · Trip, Car · charge with the past, only rounded "
            "to 5, until 2099-01-01, for: tariff.");
        EXPECT_EQ(grant.at("stake").as_string(), "yours");
        EXPECT_TRUE(grant.at("given_by_me").as_bool());
        EXPECT_EQ(grant.at("reaches_in_all").as_int64(), 2);
    }
}

TEST(Desk, shows_only_what_is_ones_own) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    HttpClient anna(house.by_cookie());
    given(anna, R"({"subject_name":"plumber","addresses":["hall-lamp/on"],"verbs":["read"]})");
    given(ben, to_the_insurer);
    const auto bens = parsed(ben.get("/desk")->body);
    EXPECT_FALSE(names(bens.at("grants"), "subject", "token:plumber"));
    EXPECT_FALSE(names(bens.at("onlookers"), "subject", "token:plumber"));
    EXPECT_FALSE(names(bens.at("onlookers"), "subject", "owner:anna"))
        << "who maintains the house does not see the car";
    const auto annas = parsed(anna.get("/desk")->body);
    EXPECT_TRUE(names(annas.at("grants"), "subject", "token:plumber"));
    EXPECT_FALSE(names(annas.at("grants"), "subject", "participant:insurer"));
    EXPECT_FALSE(names(annas.at("onlookers"), "subject", "participant:insurer"));
}

TEST(Desk, who_had_a_thing_before_takes_the_past_along_and_sees_nothing_new) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    HttpClient anna(house.by_cookie());
    const auto grant = given(ben, to_the_insurer);
    HttpClient insurer(house.as(std::string(grant.at("token").as_string())));
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->status, 200U);
    const auto desk = parsed(anna.get("/desk")->body);
    EXPECT_FALSE(names(desk.at("things"), "id", "car"));
    EXPECT_EQ(desk.at("looks").as_array().size(), 0U);
    const auto taken = anna.get("/export?about=me&format=csv")->body;
    EXPECT_NE(taken.find(",reading,car/trip,7.5,km,"), std::string::npos) << taken;
    EXPECT_EQ(taken.find("12.25"), std::string::npos) << taken;
    EXPECT_EQ(taken.find("insurer"), std::string::npos) << taken;
}

TEST(Desk, shows_what_others_really_see_by_the_decision) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    given(ben, to_the_insurer);
    const auto desk = parsed(ben.get("/desk")->body);
    bool found = false;
    for (const auto& onlooker : desk.at("onlookers").as_array()) {
        if (onlooker.at("subject").as_string() != "participant:insurer") continue;
        found = true;
        std::set<std::string> addresses;
        for (const auto& one : onlooker.at("sees").as_array()) {
            addresses.emplace(std::string_view(one.at("address").as_string()));
            EXPECT_EQ(one.at("precision").as_string(), "rounded to 5");
            EXPECT_EQ(one.at("because").as_string(), "granted");
        }
        EXPECT_EQ(addresses, (std::set<std::string>{"car/charge", "car/trip"}));
    }
    EXPECT_TRUE(found);
    // The household's token was given "*", and still does not reach what is Ben's.
    EXPECT_FALSE(names(desk.at("onlookers"), "subject", "token:boss"));
    EXPECT_FALSE(names(desk.at("grants"), "subject", "token:boss"));
}

TEST(Desk, shows_who_looked_at_once_and_only_at_what_is_ones_own) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    HttpClient anna(house.by_cookie());
    const auto grant = given(ben, to_the_insurer);
    HttpClient insurer(house.as(std::string(grant.at("token").as_string())));
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->body, "10.0");
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->status, 200U);
    EXPECT_EQ(insurer.get("/history?address=car/charge")->status, 200U);
    const auto looks = parsed(ben.get("/desk")->body).at("looks").as_array();
    ASSERT_EQ(looks.size(), 2U);
    std::uint64_t reads = 0;
    for (const auto& look : looks) {
        EXPECT_EQ(look.at("subject").as_string(), "participant:insurer");
        EXPECT_EQ(look.at("grant").as_int64(), grant.at("id").as_int64());
        EXPECT_TRUE(look.at("seq").is_null());
        EXPECT_EQ(look.at("purpose").as_string(), "tariff");
        if (look.at("how").as_string() == "read")
            reads = static_cast<std::uint64_t>(look.at("count").as_int64());
    }
    EXPECT_EQ(reads, 2U);
    ben.remove("/grants/" + std::to_string(grant.at("id").as_int64())).value();
    const auto later = parsed(ben.get("/desk")->body).at("looks").as_array();
    ASSERT_EQ(later.size(), 2U);
    EXPECT_EQ(later[0].at("purpose").as_string(), "tariff") << "of a grant that has ended";
    EXPECT_EQ(parsed(anna.get("/desk")->body).at("looks").as_array().size(), 0U);
}

TEST(Desk, who_looks_back_at_the_journal_is_on_record) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    const auto grant = given(ben, R"({"subject_name":"participant:garage","addresses":["car/trip"],
                                      "verbs":["read","history"]})");
    HttpClient garage(house.as(std::string(grant.at("token").as_string())));
    const auto seen = garage.get("/journal?readings=true&from=1&limit=1000")->body;
    EXPECT_NE(seen.find("12.25"), std::string::npos) << seen;
    const auto looks = parsed(ben.get("/desk")->body).at("looks").as_array();
    ASSERT_EQ(looks.size(), 1U);
    EXPECT_EQ(looks[0].at("how").as_string(), "history");
    EXPECT_EQ(looks[0].at("addresses").as_array().at(0).as_string(), "car/trip");
}

TEST(Desk, a_grant_is_made_narrower_and_never_wider) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    const auto grant = given(ben, to_the_insurer);
    const auto path = "/grants/" + std::to_string(grant.at("id").as_int64());
    HttpClient insurer(house.as(std::string(grant.at("token").as_string())));
    const auto wider = [&](const std::string& body, const std::string& what) {
        const auto answer = ben.ask("PUT", path, body).value();
        EXPECT_EQ(answer.status, 400U) << body;
        EXPECT_NE(answer.body.find(what), std::string::npos) << answer.body;
    };
    wider(R"({"addresses":["car/*"]})", "'addresses'");
    wider(R"({"verbs":["set"]})", "'verbs'");
    wider(R"({"until":null})", "'until'");
    wider(R"({"terms":{}})", "precision");
    wider(R"({"terms":{"obligations":{"precision":7}}})", "precision");
    wider(R"({"subject_name":"x"})", "cannot be narrowed");
    EXPECT_EQ(insurer.get("/things/car/properties/charge")->status, 200U);
    const auto records = house.at_home([&] { return house.store.records.size(); });
    const auto answer =
        ben.ask("PUT", path,
                R"({"addresses":["car/trip"],"terms":{"obligations":{"precision":50}}})")
            .value();
    ASSERT_EQ(answer.status, 200U) << answer.body;
    EXPECT_EQ(parsed(answer.body).at("instead_of"), grant.at("id"));
    // One transaction: the end of the one and the beginning of the other stand side by side.
    const auto kinds = house.at_home([&] {
        std::vector<std::string> all;
        for (std::size_t i = records; i < house.store.records.size(); ++i)
            all.emplace_back(kind_name(house.store.records[i].body));
        return all;
    });
    const auto ended = std::find(kinds.begin(), kinds.end(), "grant_ended");
    ASSERT_NE(ended, kinds.end());
    EXPECT_EQ(*(ended + 1), "grant");
    // The same token goes on, with less.
    EXPECT_EQ(insurer.get("/things/car/properties/charge")->status, 404U);
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->body, "0.0");
    EXPECT_EQ(ben.ask("PUT", path, "{}")->status, 403U) << "the old one is no more";
    HttpClient anna(house.by_cookie());
    const auto next = parsed(answer.body).at("id").as_int64();
    EXPECT_EQ(anna.ask("PUT", "/grants/" + std::to_string(next), "{}")->status, 403U)
        << "only its giver narrows";
}

TEST(Desk, closed_keeps_outsiders_out_and_the_house_running) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    HttpClient anna(house.by_cookie());
    const auto grant = given(ben, to_the_insurer);
    given(ben, R"({"subject_name":"owner:anna","addresses":["car/*"],"verbs":["read","set"]})");
    HttpClient insurer(house.as(std::string(grant.at("token").as_string())));
    HttpClient boss(house.as_owner());
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->status, 200U);
    EXPECT_EQ(anna.get("/things/car/properties/place")->status, 200U);
    const auto closed = parsed(ben.ask("PUT", "/desk/privacy", R"({"closed":true})")->body);
    EXPECT_TRUE(closed.at("closed").as_bool());
    EXPECT_GT(closed.at("effective_seq").as_int64(), 0);
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->status, 404U);
    EXPECT_EQ(insurer.get("/history?address=car/trip")->status, 404U);
    EXPECT_EQ(insurer.get("/things")->body, "[]");
    EXPECT_EQ(anna.get("/things/car/properties/place")->status, 404U) << "it is personal";
    EXPECT_EQ(anna.get("/things/car/properties/trip")->status, 200U) << "she lives here too";
    EXPECT_EQ(ben.get("/things/car/properties/place")->status, 200U);
    // What is the household's does not stop because of Ben.
    EXPECT_EQ(boss.get("/things/hall-lamp/properties/on")->status, 200U);
    EXPECT_EQ(anna.ask("PUT", "/things/hall-lamp/properties/on", "false")->status, 204U);
    const auto desk = parsed(ben.get("/desk")->body);
    EXPECT_EQ(desk.at("closed").at("grant"), closed.at("grant"));
    EXPECT_FALSE(names(desk.at("onlookers"), "subject", "participant:insurer"));
    EXPECT_EQ(
        anna.ask("DELETE", "/grants/" + std::to_string(closed.at("grant").as_int64()), "")->status,
        403U)
        << "nobody opens what somebody else closed";
    EXPECT_EQ(ben.ask("PUT", "/desk/privacy", R"({"closed":false})")->status, 200U);
    EXPECT_EQ(insurer.get("/things/car/properties/trip")->status, 200U);
    EXPECT_EQ(anna.get("/things/car/properties/place")->status, 200U);
}

TEST(Desk, closing_again_replaces_and_an_end_is_kept) {
    House house;
    HttpClient anna(house.by_cookie());
    EXPECT_EQ(anna.ask("PUT", "/desk/privacy", R"({"closed":true})")->status, 200U);
    EXPECT_EQ(anna.ask("PUT", "/desk/privacy", R"({"closed":true,"until":"2099-01-01T00:00:00Z"})")
                  ->status,
              200U);
    EXPECT_EQ(parsed(anna.get("/desk")->body).at("closed").at("until").as_string(),
              "2099-01-01T00:00:00Z");
    std::size_t forbids = 0;
    const auto grants = parsed(anna.get("/grants")->body);
    for (const auto& grant : grants.at("grants").as_array())
        forbids += grant.at("terms").as_object().contains("forbid") ? 1U : 0U;
    EXPECT_EQ(forbids, 1U);
    EXPECT_EQ(HttpClient(house.as_owner()).get("/things/hall-lamp/properties/on")->status, 404U)
        << "a program's token is somebody from outside";
    EXPECT_EQ(anna.ask("PUT", "/desk/privacy", R"({"closed":"yes"})")->status, 400U);
    EXPECT_EQ(anna.ask("PUT", "/desk/privacy", R"({"closed":false})")->status, 200U);
    EXPECT_EQ(parsed(anna.ask("PUT", "/desk/privacy", R"({"closed":false})")->body)
                  .at("effective_seq")
                  .as_int64(),
              0);
}

TEST(Desk, takes_along_what_is_ones_own_with_units_and_quality) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    given(ben, to_the_insurer);
    const auto answer = ben.get("/export?about=me").value();
    ASSERT_EQ(answer.status, 200U);
    std::size_t readings = 0;
    std::size_t grants = 0;
    for (const auto& line : lines_of(answer.body)) {
        const auto one = parsed(line);
        const std::string_view kind(one.at("kind").as_string());
        grants += kind == "grant_in_force" ? 1U : 0U;
        if (kind == "thing") {
            EXPECT_EQ(one.at("thing").at("id").as_string(), "car");
        }
        if (kind != "reading") continue;
        ++readings;
        EXPECT_TRUE(one.at("address").as_string().starts_with("car/")) << line;
        EXPECT_EQ(one.at("body").as_object().contains("value"), true) << line;
        if (one.at("address").as_string() == "car/trip") {
            EXPECT_EQ(one.at("unit").as_string(), "km");
            EXPECT_EQ(one.at("body").at("value").as_double(), 12.25)
                << "what was before is the household's";
        }
    }
    EXPECT_EQ(readings, 3U);
    EXPECT_EQ(grants, 1U);
    EXPECT_EQ(answer.body.find("hall-lamp"), std::string::npos);
    EXPECT_EQ(answer.body.find("anna/"), std::string::npos);
    EXPECT_EQ(answer.body.find("token_hash"), std::string::npos);
}

TEST(Desk, the_table_has_units_and_no_formulas) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    const auto answer = ben.get("/export?about=me&format=csv").value();
    const auto rows = lines_of(answer.body);
    ASSERT_GT(rows.size(), 3U);
    EXPECT_TRUE(
        rows[0].starts_with("record,received (RFC 3339 UTC),kind,address,value,unit (UCUM)"));
    EXPECT_NE(answer.body.find(",reading,car/trip,12.25,km,good,"), std::string::npos)
        << answer.body;
    EXPECT_NE(answer.body.find(",reading,car/place,'=office,"), std::string::npos) << answer.body;
    EXPECT_EQ(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    EXPECT_EQ(csv_cell("-12.5"), "-12.5");
    EXPECT_EQ(csv_cell("-cmd|x"), "'-cmd|x");
    EXPECT_EQ(csv_cell("@x,y"), "\"'@x,y\"");
}

TEST(Desk, what_others_gave_is_not_taken_along) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    HttpClient anna(house.by_cookie());
    given(ben, R"({"subject_name":"owner:anna","addresses":["car/*"],"verbs":["read","history"]})");
    EXPECT_EQ(anna.get("/history?address=car/trip")->status, 200U);
    const auto annas = anna.get("/export?about=me")->body;
    EXPECT_NE(annas.find("hall-lamp/on"), std::string::npos) << "it is the household's";
    EXPECT_EQ(annas.find("12.25"), std::string::npos);
    // Who is no person takes nothing of other people's along either.
    const auto boss = HttpClient(house.as_owner()).get("/export?about=me")->body;
    EXPECT_EQ(boss.find("12.25"), std::string::npos);
}

TEST(Desk, an_export_comes_in_portions_that_lead_on) {
    House house;
    bring_car(house);
    house.at_home([&] {
        for (int i = 0; i < 2500; ++i) house.report("car/trip", 100.0 + i);
    });
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    house.say("car/trip", 1.0);
    std::string target = "/export?about=me&format=csv&cursor=0.1";
    std::size_t rows = 0;
    int portions = 0;
    while (!target.empty() && portions < 100) {
        const auto answer = ben.get(target).value();
        ASSERT_EQ(answer.status, 200U);
        EXPECT_LT(answer.body.size(), 1'000'000U);
        for (const auto& row : lines_of(answer.body))
            rows += row.find(",reading,car/trip,") != std::string::npos ? 1U : 0U;
        const auto link = testing::header_of(answer, "Link");
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        ++portions;
    }
    EXPECT_EQ(rows, 2502U);
    EXPECT_EQ(ben.get("/export?about=me&cursor=x")->status, 400U);
    EXPECT_EQ(ben.get("/export?about=me&format=xls")->status, 400U);
    EXPECT_EQ(ben.get("/export?about=me&cursor=99999999999.1")->body, "");
}

TEST(Desk, a_data_sheet_says_what_how_long_and_who) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    const auto grant = given(ben, to_the_insurer);
    const auto sheet = parsed(ben.get("/things/car/data-sheet")->body);
    EXPECT_EQ(sheet.at("maker").as_string(), "Maker");
    ASSERT_EQ(sheet.at("properties").as_array().size(), 3U);
    const auto& charge = sheet.at("properties").as_array()[2];
    EXPECT_EQ(charge.at("kept_for").as_string(), "30d");
    EXPECT_TRUE(charge.at("yours").as_bool());
    ASSERT_EQ(sheet.at("who_else_can_access").as_array().size(), 1U);
    EXPECT_EQ(sheet.at("who_else_can_access").as_array()[0].as_string(), "participant:insurer");
    HttpClient insurer(house.as(std::string(grant.at("token").as_string())));
    const auto narrow = parsed(insurer.get("/things/car/data-sheet")->body);
    EXPECT_EQ(narrow.at("properties").as_array().size(), 2U) << "not where the car is";
    EXPECT_FALSE(narrow.as_object().contains("who_else_can_access"));
}

void refused(HttpClient& client, const std::string& body, std::string_view words) {
    const auto answer = client.ask("POST", "/grants", body).value();
    EXPECT_EQ(answer.status, 400U) << body;
    EXPECT_NE(answer.body.find(words), std::string::npos) << answer.body;
}

TEST(Giving, a_limit_in_the_wrong_place_is_refused_and_told_where_it_belongs) {
    House house;
    HttpClient anna(house.by_cookie());
    const std::string to =
        R"({"subject_name":"dash","addresses":["hall-lamp/*"],"verbs":["read"],)";
    refused(anna, to + R"("obligations":{"granularity":"15m"}})",
            "'obligations' is not known; it belongs in 'terms'");
    refused(anna, to + R"("except":["hall-lamp/on"]})", "it belongs in 'terms'");
    refused(anna, to + R"("erase_after":"30d"})", "it belongs in 'terms.obligations'");
    refused(anna, to + R"("expires":"2099-01-01T00:00:00Z"})", "a grant ends at 'until'");
    refused(anna, to + R"("color":"red"})", "'color' is not known");
    refused(anna, to + R"("purpose":7})", "'purpose' must be a string");
    refused(anna, to + R"("terms":{"granularity":"15m"}})",
            "'granularity' is not known there; it belongs in 'terms.obligations'");
    refused(anna, to + R"("terms":{"obligations":{"reads_per_hour":5}}})",
            "'obligations.reads_per_hour' is not known there; it belongs in 'terms.when'");
    refused(anna, to + R"("terms":{"obligations":{"exactness":5}}})",
            "'obligations.exactness' is not known");
    const auto id = given(anna, R"({"subject_name":"dash","addresses":["hall-lamp/*"],
                                    "verbs":["read"]})")
                        .at("id")
                        .as_int64();
    const auto narrowed =
        anna.ask("PUT", "/grants/" + std::to_string(id), R"({"except":["hall-lamp/on"]})").value();
    EXPECT_EQ(narrowed.status, 400U);
    EXPECT_NE(narrowed.body.find("'except' cannot be narrowed; it belongs in 'terms'"),
              std::string::npos)
        << narrowed.body;
}

TEST(Giving, a_figure_without_a_span_is_refused_for_it_would_tell_every_value) {
    House house;
    HttpClient anna(house.by_cookie());
    const std::string to = R"({"subject_name":"dash","addresses":["hall-lamp/*"],"verbs":["read"],
                               "terms":{"obligations":{"aggregate":"sum")";
    refused(anna, to + "}}}", "'obligations.aggregate' needs 'obligations.granularity'");
    given(anna, to + R"(,"granularity":"1h"}}})");
}

TEST(Giving, what_can_open_nothing_is_refused) {
    House house;
    HttpClient anna(house.by_cookie());
    refused(anna, R"({"subject_name":"dash","addresses":["*"],"verbs":["publish"]})",
            "no address is one");
    refused(anna, R"({"subject_name":"everyone","addresses":["hall-lamp/*"],"verbs":["subscribe"],
                      "terms":{"forbid":true}})",
            "no address is one");
    refused(anna, R"({"subject_name":"dash","addresses":["mqtt:#"],"verbs":["read","subscribe"]})",
            "every address is a topic");
    refused(anna, R"({"subject_name":"dash","addresses":["mqtt:a/#","hall-lamp/on"],
                      "verbs":["read"]})",
            "need 'publish' or 'subscribe'");
    refused(anna, R"({"subject_name":"dash","addresses":["mqtt:a/#"],"verbs":["subscribe"],
                      "terms":{"classes":["home"]}})",
            "reaches no MQTT topics");
    given(anna, R"({"subject_name":"participant:maker","addresses":["mqtt:a/#","hall-lamp/on"],
                    "verbs":["read","subscribe","publish"]})");
}

TEST(Giving, nobody_from_outside_is_given_the_household) {
    House house;
    HttpClient anna(house.by_cookie());
    for (const char* who : {"participant:maker", "guest:oma", "dash"}) {
        refused(anna,
                R"({"subject_name":")" + std::string(who) +
                    R"(","addresses":["hall-lamp/on","*"],"verbs":["read","grant"]})",
                "nobody from outside gets that");
        given(anna, R"({"subject_name":")" + std::string(who) +
                        R"(","addresses":["hall-lamp/*"],"verbs":["read","grant"]})");
    }
}

ThingSpec critical(std::string thing, std::string property) {
    ThingSpec spec;
    spec.id = std::move(thing);
    spec.properties = {House::property(std::move(property), Type::boolean, true)};
    spec.properties[0].sensitivity = Sensitivity::critical;
    return spec;
}

TEST(Giving, an_agent_runs_nothing_gives_nothing_and_touches_nothing_critical) {
    House house;
    house.at_home([&] {
        ThingSpec door = critical("door", "locked");
        ActionSpec unlatch;
        unlatch.name = "unlatch";
        unlatch.sensitivity = Sensitivity::critical;
        door.actions = {unlatch};
        EXPECT_TRUE(house.devices.inlet->tell(door));
    });
    HttpClient anna(house.by_cookie());
    refused(anna, R"({"subject_name":"agent:butler","addresses":["hall-lamp/*"],
                      "verbs":["read","grant"]})",
            "an agent is not given 'grant'");
    refused(anna, R"({"subject_name":"agent:butler","addresses":["*"],"verbs":["set"]})",
            "/locked' is critical");
    refused(anna, R"({"subject_name":"agent:butler","addresses":["*/unlatch"],"verbs":["run"]})",
            "'door/unlatch' is critical");
    const auto grant = given(anna, R"({"subject_name":"agent:butler","addresses":["*"],
                                       "verbs":["read","set"],"terms":{"except":["*door/*"]}})");
    given(anna, R"({"subject_name":"agent:butler","addresses":["*"],"verbs":["read","set","run"],
                    "terms":{"classes":["home"]}})");
    given(anna, R"({"subject_name":"agent:butler","addresses":["garage/*"],
                    "verbs":["read","set"]})");
    // What comes later is not the agent's either.
    house.at_home([&] { EXPECT_TRUE(house.devices.inlet->tell(critical("garage", "open"))); });
    HttpClient butler(house.as(std::string(grant.at("token").as_string())));
    const auto tried = butler.put("/things/garage/properties/open", "true").value();
    EXPECT_EQ(tried.status, 404U) << tried.body;
    EXPECT_EQ(butler.put("/things/hall-lamp/properties/on", "false")->status, 204U);
    EXPECT_EQ(butler.get("/metrics")->status, 403U);
    const auto told = anna.get("/journal?kind=command")->body;
    EXPECT_NE(told.find("Butler (for anna) asked for"), std::string::npos) << told;
    const auto denied = anna.get("/journal?kind=command_denied")->body;
    EXPECT_NE(denied.find("no grant of the agent's asks that a person confirms"), std::string::npos)
        << denied;
    const auto desk = anna.get("/desk")->body;
    EXPECT_NE(desk.find("agent:butler, for owner:anna, may see"), std::string::npos) << desk;
}

TEST(Giving, what_is_given_and_comes_to_nothing_is_unknown_by_every_way) {
    House house;
    bring_car(house);
    HttpClient ben(house.by_cookie(House::cookie_of_ben));
    const auto grant = given(ben, R"({"subject_name":"participant:insurer",
        "addresses":["car/trip"],"verbs":["read","history"],
        "terms":{"obligations":{"place":"home_or_away"}}})");
    HttpClient insurer(house.as(std::string(grant.at("token").as_string())));
    const auto one = insurer.get("/things/car/properties/trip").value();
    EXPECT_EQ(one.body, "null");
    bool said = false;
    for (const auto& header : one.headers) {
        if (header.name == "Foxtail-Quality") said = header.value == "unknown";
    }
    EXPECT_TRUE(said);
    const auto readings = parsed(insurer.get("/readings?address=car/trip")->body);
    EXPECT_EQ(readings.at("readings").as_array()[0].at("quality").as_string(), "unknown");
    const auto past = parsed(insurer.get("/history?address=car/trip")->body);
    EXPECT_TRUE(past.at("points").as_array().empty()) << "not 0";
}

}  // namespace
}  // namespace foxtail::api
