// What was given for at home, asked for over HTTP from an address that is not.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/runtime/http_testing.hpp"

namespace foxtail::api {
namespace {

using foxtail::testing::RawSocket;
using testing::House;
using testing::parsed;

/// A listener on loopback whose connections are handed to the house as if they came from elsewhere.
class Elsewhere {
public:
    explicit Elsewhere(House& house) : house_(house), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), size), 0);
        EXPECT_EQ(::listen(listener_, 8), 0);
        EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size), 0);
        port_ = ntohs(at.sin_port);
    }
    ~Elsewhere() { ::close(listener_); }
    Elsewhere(const Elsewhere&) = delete;
    Elsewhere& operator=(const Elsewhere&) = delete;

    /// The status line and what follows.
    std::string get(const std::string& from, const std::string& path, const std::string& token) {
        RawSocket client(port_);
        const int taken = ::accept(listener_, nullptr, nullptr);
        house_.at_home([&] { house_.server->take(taken, from); });
        EXPECT_TRUE(client.send("GET " + path +
                                " HTTP/1.1\r\nHost: hub.lan\r\nAuthorization: Bearer " + token +
                                "\r\nConnection: close\r\n\r\n"));
        return client.read_all();
    }

private:
    House& house_;
    int listener_;
    std::uint16_t port_ = 0;
};

TEST(FromOutside, over_http_what_is_for_at_home_is_not_there) {
    House house;
    HttpClient anna(house.by_cookie());
    const auto given = anna.post("/grants", R"({"subject_name":"guest:oma",
        "addresses":["hall-lamp/*"],"verbs":["read","history","set"],
        "terms":{"when":{"network":"home"}}})");
    ASSERT_EQ(given->status, 201U) << given->body;
    const std::string token(parsed(given->body).at("token").as_string());
    Elsewhere elsewhere(house);
    for (const char* path : {"/things/hall-lamp/properties/on", "/things/hall-lamp",
                             "/history?address=hall-lamp/on", "/things/hall-lamp/data-sheet"}) {
        for (const char* near : {"127.0.0.1", "192.168.1.7", "fd00::7"})
            EXPECT_TRUE(elsewhere.get(near, path, token).starts_with("HTTP/1.1 200"))
                << near << path;
        for (const char* far : {"203.0.113.9", "2001:db8::9", ""})
            EXPECT_TRUE(elsewhere.get(far, path, token).starts_with("HTTP/1.1 404")) << far << path;
    }
    EXPECT_TRUE(elsewhere.get("203.0.113.9", "/things/hall-lamp/properties/on/observe", token)
                    .starts_with("HTTP/1.1 404"));
    EXPECT_NE(elsewhere.get("203.0.113.9", "/readings", token).find(R"({"readings":[]})"),
              std::string::npos);
    EXPECT_NE(elsewhere.get("10.1.2.3", "/readings", token).find("hall-lamp/on"),
              std::string::npos);
}

}  // namespace
}  // namespace foxtail::api
