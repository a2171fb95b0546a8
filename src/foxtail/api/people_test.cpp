// People who are invited, sign up, change their passphrase and move out; what they have meanwhile.
#include "foxtail/api/api_testing.hpp"

#include <thread>

#include <boost/json/array.hpp>

namespace foxtail::api {
namespace {

using testing::header_of;
using testing::House;
using testing::parsed;

std::string text_of(const boost::json::value& value, std::string_view key) {
    return std::string(std::string_view(value.at(key).as_string()));
}

/// Anna's house, where residents may read, set and run what is in common and of class home.
struct Home {
    Home() {
        house.at_home([&] {
            Hub::HouseRule rule;
            rule.verbs = testing::bits(
                {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set, Verb::run});
            EXPECT_TRUE(house.hub.set_house_rule(rule));
        });
    }
    boost::json::value invite(const std::string& body) {
        const auto answer = owner.post("/subjects/invitations", body).value();
        EXPECT_EQ(answer.status, 201U) << answer.body;
        return parsed(answer.body);
    }
    HttpResponse sign_up(const std::string& code, const std::string& passphrase) {
        return nobody
            .post("/auth/signup",
                  R"({"code":")" + code + R"(","passphrase":")" + passphrase + "\"}")
            .value();
    }
    HttpResponse sign_in(const std::string& name, const std::string& passphrase) {
        return nobody
            .post("/auth/signin",
                  R"({"name":")" + name + R"(","passphrase":")" + passphrase + "\"}")
            .value();
    }
    HttpEndpoint with(const HttpResponse& signed_in) const {
        EXPECT_EQ(signed_in.status, 204U) << signed_in.body;
        const auto cookie = header_of(signed_in, "Set-Cookie");
        HttpEndpoint endpoint = house.as({});
        endpoint.headers = {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-Foxtail", "1"}};
        return endpoint;
    }
    HttpEndpoint join(const std::string& body) {
        return with(sign_up(text_of(invite(body), "code"), "correct horse"));
    }
    template <class Kind>
    std::size_t recorded() {
        return house.at_home([&] {
            return static_cast<std::size_t>(std::count_if(
                house.store.records.begin(), house.store.records.end(),
                [](const Record& r) { return std::holds_alternative<Kind>(r.body); }));
        });
    }

    House house;
    HttpClient owner{house.as_owner()};
    HttpClient nobody{house.as({})};
};

TEST(People, an_invitation_lets_one_sign_up_once_under_its_name) {
    Home home;
    const auto made = home.invite(R"({"kind":"resident","name":" Ben "})");
    const std::string code = text_of(made, "code");
    EXPECT_NE(text_of(made, "link").find("/#invite=" + code), std::string::npos);
    EXPECT_EQ(home.nobody.post("/auth/signup", R"({"code":"guess","passphrase":"correct horse"})")
                  ->status,
              401U);
    EXPECT_EQ(home.sign_up(code, "short").status, 400U);
    EXPECT_EQ(home.nobody
                  .post("/auth/signup",
                        R"({"code":")" + code + R"(","name":"eve","passphrase":"correct horse"})")
                  ->status,
              400U);
    HttpClient ben(home.with(home.sign_up(code, "correct horse")));
    EXPECT_EQ(ben.get("/auth/me")->body,
              R"({"subject":"resident:ben","name":"ben","role":"resident"})");
    EXPECT_EQ(home.sign_up(code, "correct horse").status, 401U) << "a code works once";
    HttpClient again(home.with(home.sign_in("BEN", "correct horse")));
    EXPECT_EQ(again.get("/auth/me")->status, 200U);
    // Still nobody maintains the household by passphrase: a resident is no owner.
    EXPECT_EQ(home.nobody.get("/auth/state")->body, R"({"signup_needed":true})");
    for (const char* way : {"/subjects", "/subjects/invitations", "/system", "/rules"})
        EXPECT_EQ(ben.get(way)->status, 403U) << way;
    EXPECT_EQ(ben.post("/subjects/invitations", R"({"name":"eve"})")->status, 403U);
    EXPECT_EQ(ben.remove("/subjects/people/resident:carl")->status, 403U);
    // The code is nowhere, and of the passphrase only its hash is kept.
    home.house.at_home([&] {
        for (const auto& [subject, hash] : home.house.secrets.book.passphrases)
            EXPECT_TRUE(hash.starts_with("$argon2id$")) << subject;
        for (const Record& record : home.house.store.records) {
            if (const auto* invited = std::get_if<Invited>(&record.body)) {
                EXPECT_NE(invited->code_hash, code);
                EXPECT_EQ(invited->code_hash, hash_secret(code));
            }
        }
    });
}

TEST(People, a_name_that_is_or_was_somebodys_is_not_given_again) {
    Home home;
    HttpClient ben(home.join(R"({"name":"ben"})"));
    const auto status = [&](const char* body) {
        return home.owner.post("/subjects/invitations", body)->status;
    };
    EXPECT_EQ(status(R"({"name":"ben"})"), 409U) << "it would take over what is theirs";
    EXPECT_EQ(status(R"({"kind":"guest","name":"ben"})"), 409U);
    EXPECT_EQ(status(R"({"name":"anna"})"), 409U);
    EXPECT_EQ(home.owner.remove("/subjects/people/resident:ben")->status, 200U);
    EXPECT_EQ(status(R"({"name":"ben"})"), 409U) << "what was theirs would be the new one's";
    for (const char* wrong :
         {"[]", "{}", R"({"name":"a:b"})", R"({"name":""})", R"({"name":"x","kind":"owner"})",
          R"({"name":"x","until":"tomorrow"})", R"({"name":"x","until":"2030-01-01T00:00:00Z"})",
          R"({"name":"x","kind":"guest","until":"2020-01-01T00:00:00Z"})",
          R"({"name":"x","person":"hall-lamp"})", R"({"name":"x","person":"nobody"})"})
        EXPECT_EQ(status(wrong), 400U) << wrong;
}

TEST(People, a_new_invitation_for_a_name_ends_the_one_before_and_a_withdrawn_one_is_over) {
    Home home;
    const auto first = home.invite(R"({"name":"ben"})");
    const auto second = home.invite(R"({"name":"ben"})");
    EXPECT_EQ(home.sign_up(text_of(first, "code"), "correct horse").status, 401U);
    const auto list = parsed(home.owner.get("/subjects/invitations")->body);
    ASSERT_EQ(list.at("invitations").as_array().size(), 1U);
    EXPECT_EQ(text_of(list.at("invitations").as_array()[0], "subject"), "resident:ben");
    EXPECT_EQ(home.owner.get("/subjects/invitations")->body.find(text_of(second, "code")),
              std::string::npos);
    const auto id = std::to_string(second.at("id").to_number<std::uint64_t>());
    EXPECT_EQ(home.owner.remove("/subjects/invitations/" + id)->status, 204U);
    EXPECT_EQ(home.owner.remove("/subjects/invitations/" + id)->status, 404U);
    EXPECT_EQ(home.sign_up(text_of(second, "code"), "correct horse").status, 401U);
}

TEST(People, who_guesses_codes_is_slowed_down) {
    Home home;
    unsigned refused = 0;
    for (int i = 0; i < 20; ++i) {
        if (home.sign_up("guess" + std::to_string(i), "correct horse").status == 429) ++refused;
    }
    EXPECT_GE(refused, 12U);
    while (home.recorded<SignInRefused>() == 0) std::this_thread::yield();
    EXPECT_LE(home.recorded<SignInRefused>(), 4U) << "a flood costs a record a minute and reason";
}

TEST(People, a_resident_sees_and_works_what_is_in_common_and_nothing_else) {
    Home home;
    HttpClient ben(home.join(R"({"name":"ben"})"));
    EXPECT_EQ(ben.get("/things/hall-lamp/properties/on")->body, "true");
    EXPECT_EQ(ben.put("/things/hall-lamp/properties/on", "false")->status, 204U);
    EXPECT_EQ(ben.post("/things/hall-lamp/actions/blink", "3")->status, 201U);
    EXPECT_EQ(ben.get("/things/front-door/properties/locked")->status, 404U) << "critical";
    EXPECT_EQ(ben.get("/things/anna/properties/place")->status, 404U) << "a person's";
    // It is a grant like others: to be seen, by them too.
    const auto grants = parsed(ben.get("/grants")->body).at("grants").as_array();
    ASSERT_EQ(grants.size(), 1U);
    EXPECT_EQ(text_of(grants[0], "subject"), "resident:ben");
    // What is somebody's own is no longer in common.
    EXPECT_EQ(
        home.owner.put("/things/hall-lamp/ownership", R"({"owners":["owner:anna"],"about":[]})")
            ->status,
        200U);
    EXPECT_EQ(ben.get("/things/hall-lamp/properties/on")->status, 404U);
    HttpClient anna(home.house.by_cookie());
    EXPECT_EQ(anna.put("/things/hall-lamp/ownership", R"({"owners":[],"about":[]})")->status, 200U);
    EXPECT_EQ(ben.get("/things/hall-lamp/properties/on")->status, 200U);
    home.house.at_home([&] { EXPECT_TRUE(home.house.hub.set_house_rule({})); });
    EXPECT_EQ(ben.get("/things/hall-lamp/properties/on")->status, 404U);
}

TEST(People, the_person_an_invitation_names_is_theirs_alone) {
    Home home;
    EXPECT_EQ(home.owner.get("/things/anna/properties/place")->body, "\"home\"");
    HttpClient her(home.join(R"({"name":"annalena","person":"anna"})"));
    EXPECT_EQ(her.get("/things/anna/properties/place")->body, "null")
        << "what was said before is the household's";
    home.house.say("anna/place", std::string("park"));
    EXPECT_EQ(her.get("/things/anna/properties/place")->body, "\"park\"");
    EXPECT_EQ(home.owner.get("/things/anna/properties/place")->status, 404U)
        << "who maintains the household does not see it";
    EXPECT_EQ(HttpClient(home.house.by_cookie()).get("/things/anna/properties/place")->status,
              404U);
    // Moved out, it stays theirs: closed to everybody.
    EXPECT_EQ(home.owner.remove("/subjects/people/resident:annalena")->status, 200U);
    home.house.say("anna/place", std::string("elsewhere"));
    EXPECT_EQ(home.owner.get("/things/anna/properties/place")->status, 404U);
    HttpClient anna(home.house.by_cookie());
    EXPECT_EQ(
        anna.put("/things/anna/ownership", R"({"owners":["owner:anna"],"about":["owner:anna"]})")
            ->status,
        200U);
    EXPECT_EQ(anna.get("/things/anna/properties/place")->status, 404U)
        << "it goes on being about who has left";
}

TEST(People, nobody_joins_those_a_thing_is_about_to_see_what_is_personal_in_it) {
    Home home;
    HttpClient ben(home.join(R"({"name":"ben"})"));
    HttpClient anna(home.house.by_cookie());
    const auto own = [](HttpClient& by, const std::string& owners, const std::string& about) {
        return by
            .put("/things/anna/ownership",
                 R"({"owners":[)" + owners + R"(],"about":[)" + about + "]}")
            ->status;
    };
    const std::string both = R"("owner:anna","resident:ben")";
    EXPECT_EQ(own(anna, both, R"("resident:ben")"), 200U);
    home.house.say("anna/place", std::string("park"));
    EXPECT_EQ(ben.get("/things/anna/properties/place")->status, 200U);
    EXPECT_EQ(anna.get("/things/anna/properties/place")->status, 404U);
    EXPECT_EQ(own(anna, both, both), 404U) << "an owner cannot make it about herself as well";
    EXPECT_EQ(own(anna, both, R"("owner:anna")"), 404U);
    EXPECT_EQ(own(ben, both, both), 200U) << "whom it is about can";
    home.house.say("anna/place", std::string("station"));
    EXPECT_EQ(anna.get("/things/anna/properties/place")->status, 200U);
}

TEST(People, who_moves_out_is_out_at_once) {
    Home home;
    const auto session = home.join(R"({"name":"ben"})");
    HttpClient ben(session);
    WebSocketClient live;
    ASSERT_TRUE(live.open(session, "/stream"));
    ASSERT_TRUE(live.send(R"({"op":"start","boot":null,"seq":null})"));
    ASSERT_TRUE(live.read(seconds(10)));
    // What he gave is over as well.
    const auto given =
        ben.post("/grants",
                 R"({"subject_name":"participant:insurer","addresses":["x/*"],"verbs":["read"]})");
    ASSERT_EQ(given->status, 201U) << given->body;
    HttpClient insurer(home.house.as(text_of(parsed(given->body), "token")));
    EXPECT_EQ(insurer.get("/things")->status, 200U);
    EXPECT_EQ(home.owner.remove("/subjects/people/resident:ben")->status, 200U);
    EXPECT_EQ(ben.get("/auth/me")->status, 401U);
    EXPECT_EQ(insurer.get("/things")->status, 401U);
    EXPECT_EQ(home.sign_in("ben", "correct horse").status, 401U);
    while (live.read(seconds(10))) {
    }
    EXPECT_EQ(live.close_code(), 4401U);
    EXPECT_EQ(home.owner.remove("/subjects/people/resident:ben")->status, 404U);
    const auto subjects = home.owner.get("/subjects")->body;
    EXPECT_NE(subjects.find(R"("name":"resident:ben","kind":"resident","left":true)"),
              std::string::npos)
        << subjects;
    EXPECT_EQ(home.owner.remove("/subjects/people/owner:anna")->status, 404U)
        << "who maintains the household is not sent away";
}

TEST(People, somebody_may_leave_by_themself) {
    Home home;
    HttpClient ben(home.join(R"({"name":"ben"})"));
    EXPECT_EQ(ben.remove("/subjects/people/resident:ben")->status, 200U);
    EXPECT_EQ(ben.get("/auth/me")->status, 401U);
}

TEST(People, a_guest_has_nothing_but_what_is_given_and_goes_when_the_stay_is_over) {
    Home home;
    const Time end = home.house.clock.now() + seconds(2);
    HttpClient guest(
        home.join(R"({"kind":"guest","name":"oma","until":")" + format_rfc3339(end) + "\"}"));
    EXPECT_EQ(guest.get("/things")->body, "[]");
    EXPECT_EQ(home.owner
                  .post("/grants", R"({"subject_name":"guest:oma","addresses":["hall-lamp/*"],
                                       "verbs":["read","set"]})")
                  ->status,
              201U);
    const auto read = [&] { return guest.get("/things/hall-lamp/properties/on")->status; };
    unsigned status = 0;
    while (home.house.clock.now() < end) {
        status = read();
        if (status != 200) break;
    }
    while (home.house.clock.now() <= end) status = read();
    EXPECT_EQ(read(), 401U);
    EXPECT_EQ(home.sign_in("oma", "correct horse").status, 401U);
    // The end is on record, and what was given has ended with it.
    while (home.recorded<SubjectLeft>() == 0) (void)read();
    EXPECT_EQ(home.owner.get("/grants")->body.find("guest:oma"), std::string::npos);
}

TEST(People, a_changed_passphrase_counts_and_ends_the_other_sessions) {
    Home home;
    const auto here = home.join(R"({"name":"ben"})");
    HttpClient ben(here);
    HttpClient elsewhere(home.with(home.sign_in("ben", "correct horse")));
    const auto change = [&](const std::string& from, const std::string& to) {
        return ben
            .post("/auth/passphrase", R"({"current":")" + from + R"(","passphrase":")" + to + "\"}")
            ->status;
    };
    EXPECT_EQ(change("wrong horse!", "battery staple"), 403U);
    EXPECT_EQ(change("correct horse", "short"), 400U);
    EXPECT_EQ(elsewhere.get("/auth/me")->status, 200U);
    EXPECT_EQ(change("correct horse", "battery staple"), 204U);
    EXPECT_EQ(ben.get("/auth/me")->status, 200U);
    EXPECT_EQ(elsewhere.get("/auth/me")->status, 401U);
    EXPECT_EQ(home.sign_in("ben", "correct horse").status, 401U);
    EXPECT_EQ(home.sign_in("ben", "battery staple").status, 204U);
    EXPECT_EQ(home.owner.post("/auth/passphrase", "{}")->status, 400U) << "a token has none";
    EXPECT_EQ(home.nobody.post("/auth/passphrase", "{}")->status, 401U);
}

TEST(People, a_sign_up_that_cannot_be_kept_leaves_the_invitation_open) {
    Home home;
    const std::string code = text_of(home.invite(R"({"name":"ben"})"), "code");
    home.house.at_home([&] { home.house.secrets.failing = true; });
    EXPECT_EQ(home.sign_up(code, "correct horse").status, 503U);
    home.house.at_home([&] { home.house.secrets.failing = false; });
    EXPECT_EQ(home.sign_in("ben", "correct horse").status, 401U);
    EXPECT_EQ(home.sign_up(code, "correct horse").status, 204U);
}

// ---- sign-ins on record ----

TEST(SignInsOnRecord, who_came_in_and_who_was_refused_is_told_to_whom_it_concerns) {
    Home home;
    HttpClient ben(home.join(R"({"name":"ben"})"));
    EXPECT_EQ(home.sign_in("ben", "wrong horse!").status, 401U);
    EXPECT_EQ(home.sign_in("battery staple", "x").status, 401U)
        << "a passphrase in the name's field";
    EXPECT_EQ(HttpClient(home.house.as("fxt_nonsense")).get("/things")->status, 401U);
    const auto told = [](HttpClient& client, const std::string& kind) {
        std::string sentences;
        const auto answer = parsed(client.get("/journal?kind=" + kind)->body);
        for (const auto& record : answer.at("records").as_array())
            sentences += text_of(record, "sentence") + "\n";
        return sentences;
    };
    // They are on record a little later than they are answered.
    const auto comes = [&](HttpClient& client, const std::string& kind, std::string_view text) {
        for (int i = 0; i < 1000; ++i) {
            if (told(client, kind).find(text) != std::string::npos) return true;
        }
        return false;
    };
    EXPECT_TRUE(comes(home.owner, "sign_in_refused",
                      "Somebody as ben was not let in by passphrase from 127.0.0.1"));
    EXPECT_TRUE(comes(home.owner, "sign_in_refused", "Somebody unknown was not let in by token"));
    EXPECT_EQ(told(home.owner, "sign_in_refused").find("staple"), std::string::npos)
        << "an unknown name may be a secret";
    EXPECT_TRUE(comes(home.owner, "signed_in", "Ben signed in by invitation"));
    EXPECT_TRUE(comes(home.owner, "signed_in", "Token 'boss' signed in by token"));
    // Ben is told of his own, and of nobody else's.
    EXPECT_TRUE(comes(ben, "sign_in_refused", "as ben"));
    EXPECT_EQ(told(ben, "sign_in_refused").find("unknown"), std::string::npos);
    EXPECT_EQ(told(ben, "signed_in").find("boss"), std::string::npos);
    EXPECT_EQ(ben.post("/auth/signout", "")->status, 204U);
    EXPECT_TRUE(comes(home.owner, "signed_out", "Ben signed out"));
}

TEST(SignInsOnRecord, a_token_in_use_is_one_sign_in) {
    Home home;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(home.owner.get("/things")->status, 200U);
    EXPECT_EQ(home.recorded<SignedIn>(), 1U);
}

// ---- how often ----

TEST(Rates, a_grant_that_says_how_often_is_not_read_more_often_by_any_way) {
    Home home;
    const auto given = home.owner.post(
        "/grants", R"({"subject_name":"participant:insurer","addresses":["hall-lamp/*"],
                       "verbs":["read","history"],"terms":{"when":{"reads_per_hour":4}}})");
    ASSERT_EQ(given->status, 201U) << given->body;
    HttpClient insurer(home.house.as(text_of(parsed(given->body), "token")));
    EXPECT_EQ(insurer.get("/things/hall-lamp/properties/on")->status, 200U);
    EXPECT_EQ(insurer.get("/history?address=hall-lamp/on")->status, 200U);
    const auto both = parsed(insurer.get("/readings?thing=hall-lamp")->body);
    EXPECT_EQ(both.at("readings").as_array().size(), 2U) << "as many as are left";
    EXPECT_EQ(insurer.get("/things/hall-lamp/properties/on")->status, 429U);
    EXPECT_EQ(insurer.get("/things/hall-lamp/properties/brightness")->status, 429U);
    EXPECT_EQ(insurer.get("/history?address=hall-lamp/on")->status, 429U);
    EXPECT_EQ(parsed(insurer.get("/journal?kind=reading")->body).at("records").as_array().size(),
              0U);
    EXPECT_EQ(insurer.get("/things/front-door/properties/locked")->status, 404U)
        << "what was never given still looks missing";
    EXPECT_EQ(home.owner.get("/things/hall-lamp/properties/on")->status, 200U);
}

TEST(Rates, a_month_gives_so_many_values_and_what_would_be_more_is_not_told_at_all) {
    Home home;
    const auto given = home.owner.post(
        "/grants", R"({"subject_name":"participant:insurer","addresses":["hall-lamp/*"],
                       "verbs":["read","history"],"terms":{"when":{"values_per_month":4}}})");
    ASSERT_EQ(given->status, 201U) << given->body;
    HttpClient insurer(home.house.as(text_of(parsed(given->body), "token")));
    for (int i = 0; i < 20; ++i) home.house.say("hall-lamp/brightness", std::int64_t{i});
    while (home.recorded<Reading>() < 20) std::this_thread::yield();
    EXPECT_EQ(insurer.get("/history?address=hall-lamp/brightness&points=0")->status, 429U)
        << "of 21 values not even the first four";
    EXPECT_EQ(insurer.get("/history?address=hall-lamp/on&points=0")->status, 200U) << "one";
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(insurer.get("/things/hall-lamp/properties/on")->status, 200U);
    EXPECT_EQ(insurer.get("/things/hall-lamp/properties/on")->status, 429U);
    EXPECT_EQ(parsed(insurer.get("/journal?kind=reading")->body).at("records").as_array().size(),
              0U);
    while (home.recorded<Noticed>() == 0) std::this_thread::yield();
    const auto told = home.owner.get("/journal?kind=notice")->body;
    EXPECT_NE(told.find("participant:insurer asks for more than grant"), std::string::npos) << told;
    EXPECT_EQ(parsed(told).at("records").as_array().size(), 1U) << "once, not each time";
}

// ---- after a restore ----

TEST(Restored, what_outsiders_were_given_waits_until_who_may_confirms_it) {
    Home home;
    const std::string old =
        home.house.token("dash", {"hall-lamp/*"}, testing::bits({Verb::discover, Verb::read}));
    HttpClient dash(home.house.as(old));
    HttpClient anna(home.house.by_cookie());
    HttpClient ben(home.join(R"({"name":"ben"})"));
    EXPECT_EQ(dash.get("/things/hall-lamp/properties/on")->status, 200U);
    const auto bens = ben.post(
        "/grants",
        R"({"subject_name":"participant:insurer","addresses":["ben/*"],"verbs":["read"]})");
    const auto bens_id = std::to_string(parsed(bens->body).at("id").to_number<std::uint64_t>());
    home.house.at_home([&] { home.house.hub.suspend_outsiders("restored from a backup"); });
    EXPECT_EQ(dash.get("/things/hall-lamp/properties/on")->status, 401U);
    EXPECT_EQ(home.owner.get("/things")->status, 401U) << "a maintainer's token is one, too";
    EXPECT_EQ(ben.get("/things/hall-lamp/properties/on")->status, 200U) << "residents live here";
    EXPECT_NE(anna.get("/problems")->body.find("until it is confirmed"), std::string::npos);
    std::string dash_id;
    const auto listed = parsed(anna.get("/grants")->body);
    for (const auto& grant : listed.at("grants").as_array()) {
        if (text_of(grant, "subject") != "token:dash") continue;
        EXPECT_TRUE(grant.at("suspended").as_bool());
        dash_id = std::to_string(grant.at("id").to_number<std::uint64_t>());
    }
    EXPECT_EQ(ben.post("/grants/" + dash_id + "/confirm", "")->status, 403U);
    EXPECT_EQ(anna.post("/grants/" + bens_id + "/confirm", "")->status, 403U)
        << "he may have taken it back since";
    EXPECT_EQ(ben.post("/grants/" + bens_id + "/confirm", "")->status, 204U);
    EXPECT_EQ(anna.post("/grants/" + dash_id + "/confirm", "")->status, 204U);
    EXPECT_EQ(anna.post("/grants/" + dash_id + "/confirm", "")->status, 409U);
    EXPECT_EQ(dash.get("/things/hall-lamp/properties/on")->status, 200U);
}

}  // namespace
}  // namespace foxtail::api
