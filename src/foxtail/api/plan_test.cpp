#include "foxtail/api/api_testing.hpp"

#include <gmock/gmock.h>

namespace foxtail::api {
namespace {

using testing::bits;
using ::testing::HasSubstr;
using testing::House;
using testing::parsed;

/// Anna's house with a plan for one car.
struct PlanRoutes : ::testing::Test {
    PlanRoutes() {
        house.at_home([&] {
            ThingSpec plan;
            plan.id = "plan";
            plan.properties = {House::property("plan", Type::object, false),
                               House::property("quiet", Type::string, true)};
            ThingSpec leaf;
            leaf.id = "plan-leaf";
            leaf.properties = {House::property("goals", Type::string, true),
                               House::property("mode", Type::string, true)};
            EXPECT_TRUE(house.devices.inlet->tell(plan));
            EXPECT_TRUE(house.devices.inlet->tell(leaf));
            PlannerSite site;
            site.what_if = [this](SubjectId asker, const std::string& device,
                                  const std::vector<PlanWish>& wishes,
                                  std::function<void(Result<std::string>)> then) {
                who = asker;
                asked = device;
                for (const auto& wish : wishes)
                    asked += " " + wish.setting + "=" + to_json(wish.value);
                then(std::string(R"({"more":0.84})"));
            };
            site.why = [](std::string_view record, std::string_view address, Time at) {
                if (!record.starts_with("{\"version\"")) return std::string();
                return "{\"told\":\"" + std::string(address) +
                       "\",\"known\":" + (at.known() ? "true" : "false") + "}";
            };
            house.server->set_planner(std::move(site));
        });
        house.say("plan/plan", Json{R"({"cost":3.2})"});
        house.say("plan/quiet", std::string());
        house.say("plan-leaf/goals", std::string("80 % by 07:00"));
        house.say("plan-leaf/mode", std::string("automatic"));
    }
    House house;
    std::string asked;
    SubjectId who{};
    static constexpr std::string_view question = R"({"device":"leaf","set":{"mode":"now"}})";
};

TEST_F(PlanRoutes, who_may_read_the_plan_gets_it) {
    HttpClient owner(house.as_owner());
    EXPECT_EQ(owner.get("/plan")->body, R"({"cost":3.2})");
    const auto other = house.token("other", {"plan-leaf/*"}, bits({Verb::discover, Verb::read}));
    HttpClient client(house.as(other));
    EXPECT_EQ(client.get("/plan")->status, 404U);
}

TEST_F(PlanRoutes, a_plan_of_the_past_is_found_by_its_number) {
    const auto say = [&](int version, const std::string& more) {
        house.say("plan/plan", Json{"{\"version\":" + std::to_string(version) + more + "}"});
        house.say("plan-leaf/goals",
                  std::string("70 % by 0") + std::to_string(version % 10) + ":00");
    };
    for (int version = 3; version <= 40; ++version)
        if (version != 20) say(version, R"(,"cost":1)");
    say(40, R"(,"cost":1,"ways":2)");  // told once more
    house.say("plan/plan", Value{});
    // Durable when they return, and with them all that was said.
    const auto only_read = house.token("only-read", {"plan/plan"}, bits({Verb::read}));
    const auto history = house.token("history", {"plan/plan"}, bits({Verb::read, Verb::history}));
    HttpClient owner(house.as_owner());
    const auto told = [&](const std::string& version) {
        return owner.get("/plan/versions/" + version).value();
    };
    for (const int version : {3, 4, 19, 21, 39}) {
        const auto said = told(std::to_string(version));
        EXPECT_EQ(said.status, 200U) << version;
        EXPECT_EQ(said.body, "{\"version\":" + std::to_string(version) + R"(,"cost":1})");
    }
    EXPECT_THAT(told("40").body, HasSubstr("ways")) << "what was told of it last";
    for (const char* none : {"0", "2", "20", "41", "18446744073709551615"})
        EXPECT_EQ(told(none).status, 404U) << none;
    EXPECT_EQ(told("newest").status, 400U);
    HttpClient reads(house.as(only_read));
    const auto there = reads.get("/plan/versions/39").value();
    EXPECT_EQ(there.status, 404U) << "reading is not looking back";
    EXPECT_EQ(there.body, reads.get("/plan/versions/2")->body);
    HttpClient looks_back(house.as(history));
    EXPECT_EQ(looks_back.get("/plan/versions/39")->status, 200U);
}

TEST_F(PlanRoutes, why_tells_of_the_plan_that_led_there_to_who_may_see_its_record) {
    Seq plan = 0;
    Seq led_to = 0;
    house.at_home([&] {
        const auto tell = [&](const char* address, Value value, Seq cause) {
            const Property* property = house.devices.inlet->catalogue().find_property(address);
            return *house.devices.inlet->report({property->id, Quality::good, {}, value}, cause);
        };
        plan = tell("plan/plan", Json{R"({"version":7})"}, 0);
        led_to = tell("plan-leaf/mode", std::string("now"), plan);
    });
    house.say("plan/quiet", std::string("22:00 to 06:00"));
    const auto target = "/why/" + std::to_string(led_to);
    HttpClient owner(house.as_owner());
    const auto said = parsed(owner.get(target)->body);
    EXPECT_EQ(said.at("plan").at("record").as_int64(), static_cast<std::int64_t>(plan));
    EXPECT_EQ(said.at("plan").at("told").as_string(), "plan-leaf/mode");
    EXPECT_TRUE(said.at("plan").at("known").as_bool());
    // Who may not look back at the plan is told nothing of it.
    const auto only_car =
        house.token("only-car", {"plan-leaf/*"}, bits({Verb::read, Verb::history, Verb::observe}));
    HttpClient sees_car(house.as(only_car));
    const auto less = sees_car.get(target).value();
    EXPECT_EQ(less.status, 200U);
    EXPECT_THAT(less.body, ::testing::Not(HasSubstr("\"plan\":{")));
}

TEST_F(PlanRoutes, what_if_answers_who_sees_the_plan_and_the_setting) {
    HttpClient owner(house.as_owner());
    const auto said = owner.post("/plan/what-if", std::string(question));
    EXPECT_EQ(said->status, 200U) << said->body;
    EXPECT_EQ(said->body, R"({"more":0.84})");
    EXPECT_EQ(asked, "leaf mode=\"now\"");
    EXPECT_NE(who, SubjectId{}) << "whose wish it would be";

    asked.clear();
    const auto only_plan = house.token("only-plan", {"plan/plan"}, bits({Verb::read}));
    HttpClient sees_plan(house.as(only_plan));
    EXPECT_EQ(sees_plan.post("/plan/what-if", std::string(question))->status, 404U);
    const auto only_car = house.token("only-car", {"plan-leaf/*"}, bits({Verb::read}));
    HttpClient sees_car(house.as(only_car));
    EXPECT_EQ(sees_car.post("/plan/what-if", std::string(question))->status, 404U);
    EXPECT_EQ(asked, "");
}

TEST_F(PlanRoutes, without_a_device_it_is_a_setting_of_the_whole_house) {
    const std::string about_house = R"({"set":{"quiet":"22:00 to 06:00"}})";
    HttpClient owner(house.as_owner());
    EXPECT_EQ(owner.post("/plan/what-if", about_house)->status, 200U);
    EXPECT_EQ(asked, " quiet=\"22:00 to 06:00\"");
    EXPECT_EQ(owner.post("/plan/what-if", R"({"device":"","set":{"quiet":""}})")->status, 400U);
    EXPECT_EQ(owner.post("/plan/what-if", R"({"set":{"goals":""}})")->status, 404U);
    const auto only_plan = house.token("only-plan", {"plan/plan"}, bits({Verb::read}));
    HttpClient sees_plan(house.as(only_plan));
    EXPECT_EQ(sees_plan.post("/plan/what-if", about_house)->status, 404U) << "not what is set";
}

TEST_F(PlanRoutes, a_question_that_is_none_is_told_what_would_be_right) {
    HttpClient owner(house.as_owner());
    for (const char* body : {"", "[]", "{}", R"({"device":1,"set":{}})", R"({"device":"leaf"})",
                             R"({"device":"leaf","set":[1]})"}) {
        const auto said = owner.post("/plan/what-if", body);
        EXPECT_EQ(said->status, 400U) << body;
        EXPECT_THAT(said->body, HasSubstr("80 % by 08:00")) << body;
    }
    EXPECT_EQ(owner.post("/plan/what-if", R"({"device":"leaf","set":{"colour":1}})")->status, 404U);
    EXPECT_EQ(owner.post("/plan/what-if", R"({"device":"tesla","set":{"mode":"now"}})")->status,
              404U);
}

}  // namespace
}  // namespace foxtail::api
