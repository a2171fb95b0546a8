// A wish that is sent twice and meant once: the second has the first one's answer.
#include "foxtail/api/once.hpp"

#include "foxtail/api/api_testing.hpp"

namespace foxtail::api {
namespace {

using testing::header_of;
using testing::House;

HttpResponse said(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    return response;
}

TEST(Once, the_first_is_the_first_and_the_second_has_its_answer) {
    Once once;
    const SubjectId anna{1};
    const auto first = once.begin(anna, "a", "turn on", seconds(0));
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->again);
    const auto under_way = once.begin(anna, "a", "turn on", seconds(1));
    ASSERT_FALSE(under_way);
    EXPECT_EQ(under_way.error().code, Code::conflict);
    once.answered(first->turn, said("done"));
    const auto second = once.begin(anna, "a", "turn on", seconds(2));
    ASSERT_TRUE(second);
    ASSERT_TRUE(second->again);
    EXPECT_EQ(second->again->body, "done");
    const auto other = once.begin(anna, "a", "turn off", seconds(2));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::invalid_input);
}

TEST(Once, another_subject_has_keys_of_their_own) {
    Once once;
    once.answered(once.begin({1}, "a", "turn on", {})->turn, said("anna's"));
    const auto ben = once.begin({2}, "a", "turn off", {});
    ASSERT_TRUE(ben);
    EXPECT_FALSE(ben->again) << "and learns nothing of hers";
}

TEST(Once, what_did_nothing_may_be_tried_again) {
    Once once;
    once.forget(once.begin({1}, "a", "turn on", {})->turn);
    EXPECT_TRUE(once.begin({1}, "a", "turn off", {}));
    once.forget(99);
    once.answered(99, said("of nothing"));
}

TEST(Once, keys_end_after_a_day_and_the_table_is_bounded) {
    Once once;
    once.answered(once.begin({1}, "a", "x", seconds(0))->turn, said("done"));
    EXPECT_TRUE(once.begin({1}, "a", "x", Once::kept_for - seconds(1))->again);
    EXPECT_FALSE(once.begin({1}, "a", "x", Once::kept_for)->again);
    EXPECT_EQ(once.size(), 1U);
    for (std::size_t i = 0; i < 3 * Once::keys_max; ++i)
        once.answered(once.begin({2}, std::to_string(i), "x", Once::kept_for)->turn, said("y"));
    EXPECT_EQ(once.size(), 1 + Once::keys_max);
    const auto newest = std::to_string(3 * Once::keys_max - 1);
    EXPECT_TRUE(once.begin({2}, newest, "x", Once::kept_for)->again);
    EXPECT_FALSE(once.begin({2}, "0", "x", Once::kept_for)->again) << "the oldest gave way";
    for (std::uint32_t i = 0; i < Once::subjects_max + 10; ++i)
        EXPECT_TRUE(once.begin({100 + i}, "a", "x", Once::kept_for));
    EXPECT_LE(once.size(), Once::subjects_max + Once::keys_max);
}

TEST(Once, a_key_is_a_string_in_quotes_or_without) {
    EXPECT_EQ(Once::key_from("\"8e03978e-40d5\""), "8e03978e-40d5");
    EXPECT_EQ(Once::key_from("8e03978e-40d5"), "8e03978e-40d5");
    for (const auto& wrong : {std::string("\"\""), std::string("a b"), std::string("a\"b"),
                              std::string("\"a"), std::string("\x80"), std::string(129, 'a')})
        EXPECT_FALSE(Once::key_from(wrong)) << wrong;
}

TEST(Once, two_requests_differ_in_method_path_query_and_body) {
    const auto of = [](std::string method, std::string path, std::string query, std::string body) {
        HttpRequest request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.query = std::move(query);
        request.body = std::move(body);
        return Once::fingerprint(request);
    };
    const auto one = of("PUT", "/a", "b", "c");
    EXPECT_EQ(one, of("PUT", "/a", "b", "c"));
    for (const auto& other : {of("POST", "/a", "b", "c"), of("PUT", "/ab", "", "c"),
                              of("PUT", "/a", "", "bc"), of("PUT", "/a", "bc", "")})
        EXPECT_NE(one, other);
}

/// The same over HTTP: what reaches the devices is counted.
struct WishedTwice : ::testing::Test {
    static HttpEndpoint keyed(HttpEndpoint endpoint, std::string key) {
        endpoint.headers.push_back({"Idempotency-Key", std::move(key)});
        return endpoint;
    }
    std::size_t orders() {
        return house.at_home([&] { return house.devices.orders.size(); });
    }
    House house;
    HttpClient boss{keyed(house.as_owner(), "\"k1\"")};
};

TEST_F(WishedTwice, an_action_runs_once) {
    const auto first = boss.post("/things/hall-lamp/actions/blink", "3").value();
    ASSERT_EQ(first.status, 201U) << first.body;
    const auto second = boss.post("/things/hall-lamp/actions/blink", "3").value();
    EXPECT_EQ(second.status, 201U);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(header_of(second, "Location"), header_of(first, "Location"));
    EXPECT_EQ(orders(), 1U);
    HttpClient plain(house.as_owner());
    EXPECT_EQ(plain.post("/things/hall-lamp/actions/blink", "3")->status, 201U);
    EXPECT_EQ(plain.post("/things/hall-lamp/actions/blink", "3")->status, 201U);
    EXPECT_EQ(orders(), 3U) << "without a key each counts";
}

TEST_F(WishedTwice, another_request_with_the_key_is_refused) {
    ASSERT_EQ(boss.post("/things/hall-lamp/actions/blink", "3")->status, 201U);
    EXPECT_EQ(boss.post("/things/hall-lamp/actions/blink", "4")->status, 422U);
    EXPECT_EQ(boss.put("/things/hall-lamp/properties/on", "false")->status, 422U);
    EXPECT_EQ(orders(), 1U);
}

TEST_F(WishedTwice, properties_are_set_once_also_several_together) {
    const auto first = boss.put("/things/hall-lamp/properties", R"({"on":false,"brightness":7})");
    ASSERT_EQ(first->status, 204U) << first->body;
    const auto second = boss.put("/things/hall-lamp/properties", R"({"on":false,"brightness":7})");
    EXPECT_EQ(header_of(*second, "Foxtail-Command"), header_of(*first, "Foxtail-Command"));
    EXPECT_EQ(orders(), 2U);
    HttpClient next(keyed(house.as_owner(), "k2"));
    const auto one = next.put("/things/hall-lamp/properties/on", "true").value();
    const auto again = next.put("/things/hall-lamp/properties/on", "true").value();
    EXPECT_EQ(one.status, 204U);
    EXPECT_EQ(header_of(again, "Foxtail-Command"), header_of(one, "Foxtail-Command"));
    EXPECT_EQ(orders(), 3U);
}

TEST_F(WishedTwice, somebody_else_with_the_same_key_is_somebody_else) {
    ASSERT_EQ(boss.post("/things/hall-lamp/actions/blink", "3")->status, 201U);
    HttpClient other(keyed(house.as(house.token("sitter", {"hall-lamp/*"}, 0x3F)), "\"k1\""));
    EXPECT_EQ(other.post("/things/hall-lamp/actions/blink", "4")->status, 201U);
    EXPECT_EQ(orders(), 2U);
}

TEST_F(WishedTwice, while_the_first_is_under_way_the_second_waits_for_nothing) {
    // It cannot be answered before its record is on disk, which is after both have come.
    HttpClient twin(keyed(house.as_owner(), "\"k1\""));
    std::future<unsigned> first;
    unsigned second = 0;
    house.at_home([&] { house.store.held = true; });
    first = std::async(std::launch::async,
                       [&] { return boss.post("/things/hall-lamp/actions/blink", "3")->status; });
    while (house.at_home([&] { return !house.store.waiting; })) std::this_thread::yield();
    second = twin.post("/things/hall-lamp/actions/blink", "3")->status;
    EXPECT_EQ(second, 409U);
    house.at_home([&] { house.store.let_go(); });
    EXPECT_EQ(first.get(), 201U);
    EXPECT_EQ(twin.post("/things/hall-lamp/actions/blink", "3")->status, 201U);
    EXPECT_EQ(orders(), 1U);
}

TEST_F(WishedTwice, what_was_refused_for_its_form_may_be_sent_right) {
    EXPECT_EQ(boss.put("/things/hall-lamp/properties/on", "\"maybe\"")->status, 400U);
    EXPECT_EQ(boss.put("/things/hall-lamp/properties/on", "false")->status, 204U);
    HttpClient wrong(keyed(house.as_owner(), "two words"));
    EXPECT_EQ(wrong.put("/things/hall-lamp/properties/on", "false")->status, 400U);
    EXPECT_EQ(orders(), 1U);
}

TEST_F(WishedTwice, the_forbidden_and_the_missing_answer_alike_with_a_key_too) {
    const auto token = house.token("sitter", {"hall-lamp/on"}, 0x3F);
    for (const char* key : {"a", "b"}) {
        HttpClient hidden(keyed(house.as(token), key));
        HttpClient missing(keyed(house.as(token), std::string(key) + "2"));
        for (const char* body : {"true", "true", "false"}) {
            const auto one = hidden.put("/things/front-door/properties/locked", body).value();
            const auto two = missing.put("/things/back-door/properties/locked", body).value();
            EXPECT_EQ(one.status, two.status) << body;
            EXPECT_EQ(one.body, two.body) << body;
        }
    }
    EXPECT_EQ(orders(), 0U);
}

}  // namespace
}  // namespace foxtail::api
