// The numbers of records are no secret, and yet say how much happens in a house: who comes from
// outside is told numbers from which that cannot be counted, and resumes by them all the same.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/runtime/http_testing.hpp"

namespace foxtail::api {
namespace {

namespace bj = boost::json;
using foxtail::testing::RawSocket;
using testing::header_of;
using testing::House;
using testing::parsed;

/// Given the lamp's brightness to the nearest ten, and nothing else.
class Outsider {
public:
    explicit Outsider(House& house)
        : token_(given(house)), endpoint(house.as(token_)), client(endpoint) {}

    std::int64_t number() {
        const auto answer = client.get("/readings?address=hall-lamp/brightness");
        return parsed(answer->body).at("readings").at(0).at("seq").as_int64();
    }
    std::int64_t head() { return parsed(client.get("/journal")->body).at("head").as_int64(); }
    [[nodiscard]] std::string observe(const std::string& more = {}) const {
        return "GET /things/hall-lamp/properties/observe HTTP/1.1\r\nHost: localhost\r\n"
               "Authorization: Bearer " +
               token_ + "\r\n" + more + "\r\n";
    }

private:
    static std::string given(House& house) {
        const auto answer = HttpClient(house.by_cookie()).post("/grants", R"({
            "subject_name":"participant:utility","addresses":["hall-lamp/brightness"],
            "verbs":["read"],"terms":{"obligations":{"precision":10}}})");
        EXPECT_EQ(answer->status, 201U) << answer->body;
        return std::string(parsed(answer->body).at("token").as_string());
    }
    std::string token_;

public:
    HttpEndpoint endpoint;
    HttpClient client;
};

/// So much happens that is none of the utility's business.
void live(House& house) {
    house.at_home([&] {
        for (int i = 0; i < 400; ++i) house.report("front-door/locked", i % 2 == 0);
    });
}

/// A live view: what it was told, and by which number.
struct View {
    View(const HttpEndpoint& endpoint, const std::string& boot_then, std::int64_t seq_then) {
        EXPECT_TRUE(socket.open(endpoint, "/stream"));
        const std::string since = boot_then.empty() ? R"("boot":null,"seq":null)"
                                                    : R"("boot":")" + boot_then +
                                                          "\",\"seq\":" + std::to_string(seq_then);
        EXPECT_TRUE(socket.send(R"({"op":"start",)" + since + "}"));
    }
    /// Up to the next frame of readings that has a number.
    void read() {
        rows.clear();
        while (true) {
            const auto text = socket.read(seconds(20));
            ASSERT_TRUE(text);
            const bj::value frame = parsed(*text);
            const std::string type(frame.at("type").as_string());
            if (type == "hello") {
                boot = std::string(frame.at("boot").as_string());
                resumed = frame.at("resumed").as_bool();
                said_at_first = frame.at("seq").as_int64();
            }
            if (type != "readings") continue;
            for (const auto& row : frame.at("readings").as_array()) rows.push_back(row);
            const auto* at = frame.as_object().if_contains("seq");
            if (at == nullptr) continue;
            seq = at->as_int64();
            return;
        }
    }
    WebSocketClient socket;
    std::string boot;
    std::int64_t seq = -1;
    std::int64_t said_at_first = -1;
    bool resumed = false;
    std::vector<bj::value> rows;
};

TEST(Numbers, who_is_told_something_coarse_cannot_count_what_happens) {
    House house;
    Outsider utility(house);
    const auto before = utility.number();
    const auto head = utility.head();
    live(house);
    house.say("hall-lamp/brightness", std::int64_t{58});
    const auto answer = utility.client.get("/readings?address=hall-lamp/brightness");
    const auto reading = parsed(answer->body).at("readings").at(0);
    EXPECT_EQ(reading.at("value"), bj::value(60));
    const auto received = parse_rfc3339(std::string(reading.at("received").as_string())).value();
    EXPECT_EQ(reading.at("seq").as_int64(), received.us / 1000) << "nothing that is not told";
    EXPECT_GE(utility.number(), before) << "it still grows";
    const auto one = utility.client.get("/things/hall-lamp/properties/brightness");
    EXPECT_EQ(header_of(*one, "Foxtail-Seq"), std::to_string(received.us / 1000));
    EXPECT_EQ(utility.head(), head) << "the utility sees no records, old or new";
    // The people of the house count records, as ever.
    HttpClient anna(house.by_cookie());
    EXPECT_GT(parsed(anna.get("/journal")->body).at("head").as_int64(), 400);
    EXPECT_LT(parsed(anna.get("/readings?address=hall-lamp/brightness")->body)
                  .at("readings")
                  .at(0)
                  .at("seq")
                  .as_int64(),
              100'000);
}

TEST(Numbers, a_live_view_has_numbers_of_its_own_and_resumes_by_them) {
    House house;
    Outsider utility(house);
    View first(utility.endpoint, {}, 0);
    first.read();
    EXPECT_FALSE(first.resumed);
    EXPECT_EQ(first.said_at_first, 0);
    ASSERT_EQ(first.rows.size(), 1U);
    const auto picture = first.seq;
    live(house);
    house.say("hall-lamp/brightness", std::int64_t{71});
    first.read();
    ASSERT_EQ(first.rows.size(), 1U);
    EXPECT_EQ(first.rows[0].at(1), bj::value(70));
    EXPECT_EQ(first.seq, picture + 1) << "what else happened is not counted";

    live(house);
    View nothing_new(utility.endpoint, first.boot, first.seq);
    nothing_new.read();
    EXPECT_TRUE(nothing_new.resumed);
    EXPECT_EQ(nothing_new.said_at_first, first.seq);
    EXPECT_TRUE(nothing_new.rows.empty());
    house.say("hall-lamp/brightness", std::int64_t{22});
    View again(utility.endpoint, first.boot, first.seq);
    again.read();
    EXPECT_TRUE(again.resumed);
    ASSERT_EQ(again.rows.size(), 1U) << "what came meanwhile";
    EXPECT_EQ(again.rows[0].at(1), bj::value(20));

    View made_up(utility.endpoint, first.boot, 1'000'000);
    made_up.read();
    EXPECT_FALSE(made_up.resumed) << "a number that was never told is no place to go on from";
    EXPECT_EQ(made_up.rows.size(), 1U);
}

TEST(Numbers, an_event_stream_resumes_by_the_time_of_what_was_told_coarse) {
    House house;
    Outsider utility(house);
    // Beside what is coarse something exact, so that both kinds of numbers are in one stream.
    const auto exact = HttpClient(house.by_cookie()).post("/grants", R"({
        "subject_name":"participant:utility","addresses":["hall-lamp/on"],"verbs":["read"]})");
    ASSERT_EQ(exact->status, 201U);
    const auto id_of = [](const std::string& event) {
        const auto at = event.find("id: ") + 4;
        return event.substr(at, event.find('\n', at) - at);
    };
    std::string last_coarse;
    std::string last_exact;
    {
        RawSocket socket(house.port);
        ASSERT_TRUE(socket.send(utility.observe()));
        socket.read_until("\r\n\r\n");
        last_exact = id_of(socket.read_until("\n\n"));
        const auto event = socket.read_until("\n\n");
        EXPECT_TRUE(event.starts_with("event: brightness\n") && event.ends_with("data: 40\n\n"))
            << event;
        last_coarse = id_of(event);
    }
    EXPECT_EQ(last_coarse, std::to_string(utility.number()));
    EXPECT_LT(last_exact.size(), last_coarse.size());
    live(house);
    house.say("hall-lamp/on", false);
    for (const auto& last : {last_coarse, last_exact}) {
        RawSocket socket(house.port);
        ASSERT_TRUE(socket.send(utility.observe("Last-Event-ID: " + last + "\r\n")));
        socket.read_until("\r\n\r\n");
        const auto event = socket.read_until("\n\n");
        EXPECT_TRUE(event.starts_with("event: on\n") && event.ends_with("data: false\n\n"))
            << "after " << last << ": " << event;
    }
}

}  // namespace
}  // namespace foxtail::api
