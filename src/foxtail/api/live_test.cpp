#include "foxtail/api/api_testing.hpp"
#include "foxtail/runtime/http_testing.hpp"

#include <functional>
#include <map>

namespace foxtail::api {
namespace {

namespace bj = boost::json;
using foxtail::testing::RawSocket;
using testing::House;
using testing::parsed;

/// A page: folds the frames as docs/api.md says.
class Page {
public:
    Page(const HttpEndpoint& endpoint, const std::string& start) {
        EXPECT_TRUE(socket.open(endpoint, "/stream"));
        EXPECT_TRUE(socket.send(start));
    }
    explicit Page(const HttpEndpoint& endpoint)
        : Page(endpoint, R"({"op":"start","boot":null,"seq":null})") {}

    /// Reads frames until `enough`; false when the connection ended first.
    bool read_until(const std::function<bool()>& enough) {
        while (!enough()) {
            const auto text = socket.read(seconds(20));
            if (!text) return false;
            largest = std::max(largest, text->size());
            apply(parsed(*text));
        }
        return true;
    }
    bool read_picture() {
        return read_until([&] { return whole; });
    }
    std::string start_again() const {
        return R"({"op":"start","boot":")" + boot + "\",\"seq\":" + std::to_string(seq) + "}";
    }

    WebSocketClient socket;
    std::string boot;
    std::int64_t seq = 0;
    bool resumed = false;
    bool whole = false;
    std::size_t frames = 0;
    std::size_t largest = 0;
    std::map<std::string, bj::value> things;
    std::vector<std::string> gone;
    std::map<std::string, bj::value> readings;  // address -> value
    std::map<std::string, std::string> qualities;
    std::vector<std::string> rows;              // addresses as they came
    std::map<std::string, std::string> wanted;  // address -> status
    std::vector<bj::value> records;
    std::vector<bj::value> answers;
    std::int64_t lagged = 0;
    std::string health;

private:
    void apply(const bj::value& frame) {
        ++frames;
        const std::string type(frame.at("type").as_string());
        if (type == "hello") {
            boot = frame.at("boot").as_string();
            resumed = frame.at("resumed").as_bool();
            health = frame.at("health").at("status").as_string();
            if (!resumed) seq = frame.at("seq").as_int64();
        } else if (type == "things") {
            for (const auto& thing : frame.at("things").as_array())
                things[std::string(thing.at("id").as_string())] = thing;
        } else if (type == "gone") {
            for (const auto& id : frame.at("things").as_array()) gone.emplace_back(id.as_string());
        } else if (type == "readings") {
            for (const auto& row : frame.at("readings").as_array()) {
                readings[std::string(row.at(0).as_string())] = row.at(1);
                qualities[std::string(row.at(0).as_string())] = row.at(2).as_string();
                rows.emplace_back(row.at(0).as_string());
            }
            if (const auto* at = frame.as_object().if_contains("seq")) {
                seq = std::max(seq, at->as_int64());
                whole = whole || at->as_int64() > 0;
            }
        } else if (type == "wanted") {
            for (const auto& row : frame.at("wanted").as_array())
                wanted[std::string(row.at(0).as_string())] = row.at(3).as_string();
        } else if (type == "records") {
            for (const auto& record : frame.at("records").as_array()) records.push_back(record);
        } else if (type == "answer") {
            answers.push_back(frame);
        } else if (type == "lagged") {
            lagged += frame.at("records").as_int64();
        } else if (type == "health") {
            health = frame.at("health").at("status").as_string();
        }
    }
};

TEST(LiveView, the_whole_picture_comes_first) {
    House house;
    Page page(house.by_cookie());
    ASSERT_TRUE(page.read_until([&] { return page.whole && !page.records.empty(); }));
    EXPECT_FALSE(page.resumed);
    EXPECT_EQ(page.things.size(), 3U);
    EXPECT_EQ(page.things["hall-lamp"].at("connector").as_string(), "mqtt");
    EXPECT_EQ(page.things["hall-lamp"].at("properties").at("brightness").at("symbol").as_string(),
              "%");
    EXPECT_EQ(page.readings["hall-lamp/on"], bj::value(true));
    EXPECT_EQ(page.readings["anna/place"], bj::value("home"));
    EXPECT_FALSE(page.readings.contains("hall-lamp/power"));
    EXPECT_EQ(page.health, "ok");
    EXPECT_EQ(page.records.front().at("kind").as_string(), "started");
    EXPECT_EQ(page.records.back().at("kind").as_string(), "grant");
    EXPECT_FALSE(page.records.back().at("sentence").as_string().empty());
}

TEST(LiveView, a_change_comes_at_once_and_its_number_with_it) {
    House house;
    Page page(house.as_owner());
    ASSERT_TRUE(page.read_picture());
    const auto before = page.seq;
    house.say("hall-lamp/power", 12.5);
    ASSERT_TRUE(page.read_until(
        [&] { return page.readings.contains("hall-lamp/power") && page.seq > before; }));
    EXPECT_EQ(page.readings["hall-lamp/power"].as_double(), 12.5);
}

TEST(LiveView, a_word_that_does_not_fit_makes_the_value_bad_also_for_who_comes_back) {
    House house;
    const auto say_4000 = [&] {
        const auto* brightness =
            house.devices.inlet->catalogue().find_property("hall-lamp/brightness");
        (void)house.devices.inlet->report({brightness->id, Quality::good, {}, std::int64_t{4000}});
    };
    std::string again;
    {
        Page page(house.as_owner());
        ASSERT_TRUE(page.read_picture());
        EXPECT_EQ(page.qualities["hall-lamp/brightness"], "good");
        again = page.start_again();
        page.socket.close();
    }
    house.at_home(say_4000);
    Page page(house.as_owner(), again);
    ASSERT_TRUE(page.read_picture());
    EXPECT_TRUE(page.resumed);
    EXPECT_EQ(page.qualities["hall-lamp/brightness"], "bad");
    EXPECT_EQ(page.readings["hall-lamp/brightness"].as_int64(), 40) << "the last that fits";
    const auto becomes = [&](std::string_view quality) {
        return page.read_until([&] { return page.qualities["hall-lamp/brightness"] == quality; });
    };
    house.say("hall-lamp/brightness", std::int64_t{41});
    ASSERT_TRUE(becomes("good"));
    house.at_home(say_4000);
    ASSERT_TRUE(becomes("bad"));
}

TEST(LiveView, a_wish_is_answered_and_its_end_is_told) {
    House house;
    Page page(house.as_owner());
    ASSERT_TRUE(page.read_picture());
    ASSERT_TRUE(page.socket.send(R"({"op":"set","id":7,"address":"hall-lamp/on","value":false})"));
    ASSERT_TRUE(page.read_until(
        [&] { return !page.answers.empty() && page.wanted["hall-lamp/on"] == "confirmed"; }));
    EXPECT_EQ(page.answers[0].at("id").as_int64(), 7);
    EXPECT_TRUE(page.answers[0].at("ok").as_bool());
    EXPECT_GT(page.answers[0].at("command").as_int64(), 0);
    ASSERT_TRUE(
        page.socket.send(R"({"op":"set","id":"b","address":"hall-lamp/brightness","value":400})"));
    ASSERT_TRUE(page.socket.send(R"({"op":"set","id":9,"address":"nothing/on","value":true})"));
    ASSERT_TRUE(
        page.socket.send(R"({"op":"run","id":10,"thing":"hall-lamp","action":"blink","input":2})"));
    ASSERT_TRUE(page.read_until(
        [&] { return page.answers.size() == 4 && page.wanted["hall-lamp/blink"] == "confirmed"; }));
    std::map<std::string, bj::value> by_id;
    for (const auto& answer : page.answers) {
        std::string id;
        append_json(id, answer.at("id"));
        by_id[id] = answer;
    }
    EXPECT_EQ(by_id["\"b\""].at("problem").at("status").as_int64(), 400);
    EXPECT_EQ(by_id["9"].at("problem").at("status").as_int64(), 404);
    EXPECT_TRUE(by_id["10"].at("ok").as_bool());
}

TEST(LiveView, many_changes_of_one_property_arrive_as_few) {
    House house;
    Page page(house.as_owner());
    ASSERT_TRUE(page.read_picture());
    page.rows.clear();
    house.at_home([&] {
        for (int i = 0; i < 5000; ++i) house.report("hall-lamp/power", static_cast<double>(i));
    });
    ASSERT_TRUE(page.read_until([&] {
        return page.readings.contains("hall-lamp/power") &&
               page.readings["hall-lamp/power"].as_double() == 4999;
    }));
    EXPECT_LE(page.rows.size(), 2U);
}

TEST(LiveView, who_comes_back_gets_only_what_is_new) {
    House house;
    std::string again;
    {
        Page page(house.as_owner());
        ASSERT_TRUE(page.read_picture());
        again = page.start_again();
        page.socket.close();
    }
    house.say("hall-lamp/brightness", std::int64_t{77});
    house.at_home([&] {
        ThingSpec plug;
        plug.id = "plug";
        plug.title = "Plug";
        plug.properties = {House::property("on", Type::boolean, true)};
        EXPECT_TRUE(house.devices.inlet->tell(plug));
        house.devices.inlet->gone("anna");
    });
    Page page(house.as_owner(), again);
    ASSERT_TRUE(page.read_until([&] { return page.whole && page.records.size() >= 2; }));
    EXPECT_TRUE(page.resumed);
    EXPECT_EQ(page.things.size(), 1U);
    EXPECT_TRUE(page.things.contains("plug"));
    EXPECT_EQ(page.gone, (std::vector<std::string>{"anna"}));
    EXPECT_EQ(page.rows, (std::vector<std::string>{"hall-lamp/brightness"}));
    EXPECT_EQ(page.records[0].at("kind").as_string(), "thing_told");
    EXPECT_EQ(page.records[1].at("kind").as_string(), "thing_gone");
}

TEST(LiveView, numbers_of_another_start_are_not_resumed) {
    House house;
    Page page(house.as_owner(), R"({"op":"start","boot":"1-other","seq":3})");
    ASSERT_TRUE(page.read_picture());
    EXPECT_FALSE(page.resumed);
    EXPECT_EQ(page.things.size(), 3U);
}

TEST(LiveView, a_picture_that_was_not_whole_is_not_resumed_from) {
    House house;
    WebSocketClient socket;
    ASSERT_TRUE(socket.open(house.as_owner(), "/stream"));
    ASSERT_TRUE(socket.send(R"({"op":"start"})"));
    const auto hello = parsed(socket.read(seconds(20)).value());
    EXPECT_EQ(hello.at("seq").as_int64(), 0);
    Page page(house.as_owner(), R"({"op":"start","boot":")" +
                                    std::string(hello.at("boot").as_string()) + R"(","seq":0})");
    ASSERT_TRUE(page.read_picture());
    EXPECT_TRUE(page.resumed);
    EXPECT_EQ(page.things.size(), 3U);
    EXPECT_EQ(page.readings.size(), 4U);
}

TEST(LiveView, a_narrow_token_sees_its_part_and_new_grants_widen_it_at_once) {
    House house;
    const auto verbs = testing::bits({Verb::discover, Verb::read, Verb::observe});
    const auto token = house.token("narrow", {"hall-lamp/on"}, verbs);
    Page page(house.as(token));
    ASSERT_TRUE(page.read_picture());
    EXPECT_EQ(page.things.size(), 1U);
    EXPECT_EQ(page.things["hall-lamp"].at("properties").as_object().size(), 1U);
    EXPECT_EQ(page.readings.size(), 1U);
    house.say("front-door/locked", false);
    house.say("hall-lamp/brightness", std::int64_t{1});
    house.say("hall-lamp/on", false);
    ASSERT_TRUE(page.read_until([&] { return page.readings["hall-lamp/on"] == bj::value(false); }));
    EXPECT_EQ(page.readings.size(), 1U);
    for (const auto& record : page.records)
        EXPECT_EQ(record.at("kind").as_string(), "thing_told") << record;
    house.token("narrow", {"front-door/*"}, verbs);
    ASSERT_TRUE(page.read_until([&] {
        return page.things.contains("front-door") && page.readings.contains("front-door/locked");
    }));
    EXPECT_FALSE(page.things.contains("anna"));
}

TEST(LiveView, taking_access_back_closes_the_view_and_nothing_comes_after) {
    House house;
    HttpClient owner(house.as_owner());
    const auto given = parsed(
        owner.post("/grants", R"({"subject_name":"dash","addresses":["*"],"verbs":["read"]})")
            ->body);
    Page page(house.as(std::string(given.at("token").as_string())));
    ASSERT_TRUE(page.read_picture());
    ASSERT_EQ(owner.remove("/grants/" + std::to_string(given.at("id").as_int64()))->status, 200U);
    house.say("hall-lamp/power", 666.0);
    EXPECT_FALSE(page.read_until([&] { return page.readings.contains("hall-lamp/power"); }));
    EXPECT_EQ(page.socket.close_code(), 4401);
}

TEST(LiveView, signing_out_closes_the_pages_of_that_session) {
    House house;
    Page page(house.by_cookie());
    ASSERT_TRUE(page.read_picture());
    EXPECT_EQ(HttpClient(house.by_cookie()).post("/auth/signout", "")->status, 204U);
    EXPECT_FALSE(page.read_until([] { return false; }));
    EXPECT_EQ(page.socket.close_code(), 4401);
}

TEST(LiveView, what_is_not_understood_ends_the_connection) {
    House house;
    for (const char* wrong : {"", "{", "[]", R"({"op":"fly"})", R"({"op":5})", "\"start\""}) {
        WebSocketClient socket;
        ASSERT_TRUE(socket.open(house.as_owner(), "/stream"));
        ASSERT_TRUE(socket.send(wrong));
        EXPECT_FALSE(socket.read(seconds(20))) << wrong;
        EXPECT_EQ(socket.close_code(), 1008) << wrong;
    }
}

TEST(LiveView, a_large_household_comes_in_parts) {
    House house;
    house.at_home([&] {
        for (int i = 0; i < 1000; ++i) {
            ThingSpec spec;
            spec.id = "t" + std::to_string(i);
            spec.title = spec.id;
            for (int p = 0; p < 10; ++p)
                spec.properties.push_back(
                    House::property("p" + std::to_string(p), Type::integer, false));
            EXPECT_TRUE(house.devices.inlet->tell(spec));
            for (int p = 0; p < 10; ++p)
                house.report(spec.id + "/p" + std::to_string(p), std::int64_t{p});
        }
    });
    Page page(house.as_owner());
    ASSERT_TRUE(page.read_picture());
    EXPECT_EQ(page.things.size(), 1003U);
    EXPECT_EQ(page.readings.size(), 10004U);
    EXPECT_LT(page.largest, 1024U * 1024U);
}

TEST(LiveView, a_reader_that_takes_nothing_costs_little_and_is_dropped) {
    HttpLimits limits;
    limits.write_time_max = milliseconds(200);
    limits.send_buffer_bytes = 8192;
    House house(limits);
    RawSocket socket(house.port, 4096);
    socket.send(
        "GET /stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " +
        house.owner_token + "\r\n\r\n");
    ASSERT_TRUE(socket.read_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
    // A masked text frame with an all-zero mask: {"op":"start"}.
    socket.send(std::string("\x81\x8e\0\0\0\0", 6) + R"({"op":"start"})");
    HttpClient owner(house.as_owner());
    const auto streams = [&] {
        return parsed(owner.get("/system")->body).at("streams").as_int64();
    };
    EXPECT_EQ(streams(), 1);
    while (streams() > 0) {
        house.at_home([&] {
            for (int i = 0; i < 500; ++i)
                EXPECT_TRUE(house.devices.inlet->happened("hall-lamp", "pressed", Value("single")));
        });
    }
    EXPECT_EQ(owner.get("/healthz")->status, 200U);
}

TEST(LiveView, health_is_told_when_it_changes) {
    House house;
    Page page(house.as_owner());
    ASSERT_TRUE(page.read_picture());
    // In one go: other records may be on their way to the disk and fail before.
    house.at_home([&] {
        house.store.failing = true;
        house.report("hall-lamp/on", false);
    });
    ASSERT_TRUE(page.read_until([&] { return page.health == "read_only"; }));
    house.at_home([&] { house.store.failing = false; });
    ASSERT_TRUE(page.read_until([&] { return page.health == "ok"; }));
}

// ---- server-sent events
// ---------------------------------------------------------------------------------------------

std::string sse_request(const House& house, const std::string& target,
                        const std::string& more = {}) {
    return "GET " + target +
           " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer " +
           house.owner_token + "\r\n" + more + "\r\n";
}

TEST(EventStream, a_property_tells_its_value_and_then_its_changes) {
    House house;
    RawSocket socket(house.port);
    socket.send(sse_request(house, "/things/hall-lamp/properties/brightness/observe"));
    EXPECT_NE(socket.read_until("\r\n\r\n").find("Content-Type: text/event-stream"),
              std::string::npos);
    const auto first = socket.read_until("\n\n");
    EXPECT_TRUE(first.starts_with("event: brightness\nid: ")) << first;
    EXPECT_TRUE(first.ends_with("\ndata: 40\n\n")) << first;
    house.say("hall-lamp/on", false);
    house.say("hall-lamp/brightness", std::int64_t{41});
    const auto second = socket.read_until("\n\n");
    EXPECT_TRUE(second.starts_with("event: brightness\n") && second.ends_with("data: 41\n\n"))
        << second;
}

TEST(EventStream, all_properties_of_a_thing_and_of_no_other) {
    House house;
    RawSocket socket(house.port);
    socket.send(sse_request(house, "/things/hall-lamp/properties/observe"));
    socket.read_until("\r\n\r\n");
    EXPECT_TRUE(socket.read_until("\n\n").starts_with("event: on\n"));
    EXPECT_TRUE(socket.read_until("\n\n").starts_with("event: brightness\n"));
    house.say("front-door/locked", false);
    house.say("hall-lamp/power", 3.5);
    EXPECT_TRUE(socket.read_until("\n\n").ends_with("data: 3.5\n\n"));
}

TEST(EventStream, who_comes_back_is_told_the_events_in_between) {
    House house;
    const auto press = [&](const char* kind) {
        return house.at_home([&] {
            return house.devices.inlet->happened("hall-lamp", "pressed", Value(std::string(kind)))
                .value();
        });
    };
    const auto first = press("single");
    press("double");
    RawSocket socket(house.port);
    // Durable, so that the journal has it.
    EXPECT_EQ(HttpClient(house.as_owner()).put("/things/hall-lamp/properties/on", "false")->status,
              204U);
    socket.send(sse_request(house, "/things/hall-lamp/events/pressed",
                            "Last-Event-ID: " + std::to_string(first) + "\r\n"));
    socket.read_until("\r\n\r\n");
    const auto missed = socket.read_until("\n\n");
    EXPECT_TRUE(missed.starts_with("event: pressed\n") && missed.ends_with("data: \"double\"\n\n"))
        << missed;
    press("single");
    EXPECT_TRUE(socket.read_until("\n\n").ends_with("data: \"single\"\n\n"));
}

TEST(EventStream, taking_access_back_ends_it) {
    House house;
    HttpClient owner(house.as_owner());
    const auto given = parsed(
        owner.post("/grants", R"({"subject_name":"dash","addresses":["*"],"verbs":["read"]})")
            ->body);
    RawSocket socket(house.port);
    socket.send(
        "GET /things/hall-lamp/properties/on/observe HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
        "Bearer " +
        std::string(given.at("token").as_string()) + "\r\n\r\n");
    EXPECT_NE(socket.read_until("data: true\n\n").find("data: true"), std::string::npos);
    EXPECT_EQ(owner.remove("/grants/" + std::to_string(given.at("id").as_int64()))->status, 200U);
    EXPECT_TRUE(socket.is_closed());
}

}  // namespace
}  // namespace foxtail::api
