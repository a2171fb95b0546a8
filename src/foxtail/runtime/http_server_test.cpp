#include "foxtail/runtime/http_server.hpp"

#include "foxtail/runtime/http_client.hpp"
#include "foxtail/runtime/http_testing.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

namespace asio = boost::asio;
using testing::RawSocket;

/// Sends back what came, and talks when asked to.
class Echo final : public HttpService {
public:
    class Talker final : public HttpTalker {
    public:
        explicit Talker(Echo& echo) : echo_(echo) {}
        void opened(std::shared_ptr<HttpTalk> talk) override { talk_ = std::move(talk); }
        void ready() override {
            ++echo_.written;
            if (echo_.endless) talk_->send(std::string(64 * 1024, 'x'));
        }
        void message(std::string_view text) override {
            if (text == "bye") return talk_->close(4401, "as you wish");
            talk_->send("you said " + std::string(text));
        }
        std::uint16_t too_slow() override {
            ++echo_.slow;
            return 4408;
        }
        void closed() override {
            talk_.reset();
            ++echo_.ended;
        }

    private:
        Echo& echo_;
        std::shared_ptr<HttpTalk> talk_;
    };

    void serve(HttpRequest&& request, HttpReply reply) override {
        ++served;
        if (request.path == "/silent") return;
        if (request.path == "/never") {
            kept.push_back(reply);
            return;
        }
        if (request.path == "/events") return reply.stream(std::make_shared<Talker>(*this), {});
        if (request.wants_websocket) return reply.websocket(std::make_shared<Talker>(*this));
        HttpResponse response;
        response.headers.push_back({"Content-Type", "text/plain"});
        response.body = request.method + " " + request.path + "?" + request.query + " " +
                        std::to_string(request.body.size());
        reply.answer(std::move(response));
    }
    HttpResponse refusal(unsigned status, std::string_view detail) override {
        HttpResponse response;
        response.status = status;
        response.body = std::string(detail);
        return response;
    }
    std::vector<HttpReply> kept;
    std::atomic<int> served = 0;
    std::atomic<int> written = 0;
    std::atomic<int> slow = 0;
    std::atomic<int> ended = 0;
    bool endless = false;
};

class House {
public:
    explicit House(HttpLimits limits = {}, bool endless = false) : server_(io_, echo, limits) {
        echo.endless = endless;
        port = server_.listen("127.0.0.1", 0).value();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~House() {
        asio::post(io_, [this] {
            server_.stop();
            echo.kept.clear();
            guard_.reset();
        });
        thread_.join();
    }
    HttpServer::Figures figures() {
        std::promise<HttpServer::Figures> out;
        asio::post(io_, [&] { out.set_value(server_.figures()); });
        return out.get_future().get();
    }
    HttpEndpoint endpoint() const { return {"127.0.0.1", port, {}, seconds(10), {}}; }

    Echo echo;
    std::uint16_t port = 0;

private:
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    HttpServer server_;
    std::thread thread_;
};

TEST(HttpServer, several_requests_are_answered_on_one_connection) {
    House house;
    HttpClient client(house.endpoint());
    EXPECT_EQ(client.get("/a?b=c")->body, "GET /a?b=c 0");
    EXPECT_EQ(client.put("/a", "12345")->body, "PUT /a? 5");
    EXPECT_EQ(client.remove("/x")->body, "DELETE /x? 0");
    EXPECT_EQ(house.figures().accepted, 1U);
    EXPECT_EQ(house.figures().answers.at(200), 3U);
}

TEST(HttpServer, head_gets_the_length_and_no_body) {
    House house;
    RawSocket socket(house.port);
    ASSERT_TRUE(socket.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    const auto answer = socket.read_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 9\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServer, a_request_that_comes_byte_by_byte_is_read_whole) {
    House house;
    RawSocket socket(house.port);
    for (const char c : std::string(
             "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")) {
        ASSERT_TRUE(socket.send(std::string_view(&c, 1)));
    }
    EXPECT_TRUE(socket.read_all().ends_with("PUT /a? 3"));
}

TEST(HttpServer, a_body_waits_for_the_go_ahead_when_the_client_asks_for_it) {
    House house;
    RawSocket socket(house.port);
    ASSERT_TRUE(
        socket.send("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
                    "3\r\nConnection: close\r\n\r\n"));
    EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    ASSERT_TRUE(socket.send("abc"));
    EXPECT_TRUE(socket.read_all().ends_with("PUT /a? 3"));
}

TEST(HttpServer, what_is_no_http_is_refused_and_does_not_reach_the_service) {
    House house;
    const std::vector<std::string> wrong = {
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: minus one\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n",
        std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
    };
    for (const auto& bytes : wrong) {
        RawSocket socket(house.port);
        socket.send(bytes);
        const auto answer = socket.read_all();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << bytes << " -> " << answer;
    }
    EXPECT_EQ(house.echo.served, 0);
    EXPECT_EQ(house.figures().refused, wrong.size());
}

TEST(HttpServer, too_long_a_header_and_too_long_a_body_are_refused) {
    HttpLimits limits;
    limits.header_bytes_max = 2048;
    limits.body_bytes_max = 4096;
    House house(limits);
    RawSocket long_header(house.port);
    long_header.send("GET / HTTP/1.1\r\nX: " + std::string(4000, 'x') + "\r\n\r\n");
    EXPECT_TRUE(long_header.read_all().starts_with("HTTP/1.1 431 "));
    RawSocket announced(house.port);
    announced.send("PUT / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n");
    EXPECT_TRUE(announced.read_all().starts_with("HTTP/1.1 413 "));
    RawSocket chunked(house.port);
    chunked.send("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n" +
                 std::string(0x1001, 'x') + "\r\n");
    EXPECT_TRUE(chunked.read_all().starts_with("HTTP/1.1 413 "));
    EXPECT_EQ(house.echo.served, 0);
}

TEST(HttpServer, who_sends_too_slowly_is_shut_out) {
    HttpLimits limits;
    limits.header_time_max = milliseconds(30);
    limits.body_time_max = milliseconds(30);
    limits.idle_time_max = milliseconds(30);
    House house(limits);
    RawSocket nothing(house.port);
    EXPECT_TRUE(nothing.is_closed());
    RawSocket half_a_header(house.port);
    half_a_header.send("GET / HTTP/1.1\r\nHo");
    EXPECT_TRUE(half_a_header.is_closed());
    RawSocket half_a_body(house.port);
    half_a_body.send("PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345");
    EXPECT_TRUE(half_a_body.is_closed());
    RawSocket idle(house.port);
    idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(idle.is_closed());
}

TEST(HttpServer, of_too_many_connections_the_one_idle_longest_gives_way) {
    HttpLimits limits;
    limits.connections_max = 8;
    House house(limits);
    std::vector<std::unique_ptr<RawSocket>> half_open;
    for (int i = 0; i < 100; ++i) {
        half_open.push_back(std::make_unique<RawSocket>(house.port));
        half_open.back()->send("GET / HT");
    }
    HttpClient client(house.endpoint());
    EXPECT_EQ(client.get("/a")->status, 200U);
    EXPECT_TRUE(half_open.front()->is_closed());
    EXPECT_GE(house.figures().evicted, 90U);
    EXPECT_LE(house.figures().connections, 8U);
}

TEST(HttpServer, a_reply_that_is_dropped_is_answered_all_the_same) {
    House house;
    HttpClient client(house.endpoint());
    EXPECT_EQ(client.get("/silent")->status, 500U);
}

TEST(HttpServer, an_answer_that_does_not_come_is_a_504) {
    HttpLimits limits;
    limits.answer_time_max = milliseconds(30);
    House house(limits);
    HttpClient client(house.endpoint());
    EXPECT_EQ(client.get("/never")->status, 504U);
}

TEST(HttpServer, a_websocket_talks_both_ways_and_tells_its_closing_code) {
    House house;
    WebSocketClient client;
    ASSERT_TRUE(client.open(house.endpoint(), "/"));
    ASSERT_TRUE(client.send("hello"));
    EXPECT_EQ(client.read(seconds(10)).value(), "you said hello");
    ASSERT_TRUE(client.send("bye"));
    EXPECT_FALSE(client.read(seconds(10)));
    EXPECT_EQ(client.close_code(), 4401);
}

TEST(HttpServer, too_long_a_message_ends_the_websocket) {
    HttpLimits limits;
    limits.message_bytes_max = 1000;
    House house(limits);
    WebSocketClient client;
    ASSERT_TRUE(client.open(house.endpoint(), "/"));
    ASSERT_TRUE(client.send(std::string(1001, 'x')));
    EXPECT_FALSE(client.read(seconds(10)));
    EXPECT_EQ(client.close_code(), 1009);
}

TEST(HttpServer, a_reader_that_takes_nothing_is_dropped_and_little_waits_for_it) {
    HttpLimits limits;
    limits.write_time_max = milliseconds(50);
    limits.send_buffer_bytes = 4096;
    House house(limits, true);
    RawSocket socket(house.port, 4096);
    socket.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (house.echo.ended == 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    EXPECT_EQ(house.echo.ended, 1);
    EXPECT_LT(house.echo.written, 50);
}

TEST(HttpServer, an_event_stream_ends_when_its_reader_leaves) {
    House house;
    {
        RawSocket socket(house.port);
        socket.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_NE(socket.read_until("\r\n\r\n").find("text/event-stream"), std::string::npos);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (house.echo.ended == 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    EXPECT_EQ(house.echo.ended, 1);
}

TEST(HttpServer, a_taken_port_and_a_wrong_address_are_told) {
    House house;
    asio::io_context io;
    Echo echo;
    HttpServer other(io, echo, {});
    EXPECT_EQ(other.listen("127.0.0.1", house.port).error().code, Code::conflict);
    EXPECT_EQ(other.listen("localhost", 0).error().code, Code::invalid_input);
}

TEST(HttpClient, nobody_there_is_unavailable) {
    std::uint16_t port = 0;
    {
        House house;
        port = house.port;
    }
    HttpClient client({"127.0.0.1", port, {}, seconds(5), {}});
    EXPECT_EQ(client.get("/").error().code, Code::unavailable);
}

}  // namespace
}  // namespace foxtail
