#include "foxtail/runtime/http_fetch.hpp"

#include "foxtail/runtime/http_poll.hpp"
#include "foxtail/runtime/http_server.hpp"
#include "foxtail/runtime/local_ca.hpp"
#include "foxtail/runtime/real_environment.hpp"
#include "foxtail/runtime/tls_gate.hpp"

#include <functional>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::HasSubstr;

/// Answers as the test says; keeps what was asked.
class Answering final : public HttpService {
public:
    void serve(HttpRequest&& request, HttpReply reply) override {
        asked.push_back(request);
        if (request.path == "/silent") return kept.push_back(reply);
        reply.answer(answer(request));
    }
    HttpResponse refusal(unsigned status, std::string_view /*detail*/) override {
        return {status, {}, "refused", {}};
    }
    std::function<HttpResponse(const HttpRequest&)> answer = [](const HttpRequest&) {
        return HttpResponse{200, {}, "good", {}};
    };
    std::vector<HttpRequest> asked;
    std::vector<HttpReply> kept;
};

struct Somewhere {
    Somewhere() : server(io, service, HttpLimits{}) {
        port = *server.listen("127.0.0.1", 0);
        plain = "http://127.0.0.1:" + std::to_string(port);
    }
    Result<HttpResponse> ask(FetchRequest request) {
        HttpFetch fetch(io);
        std::optional<Result<HttpResponse>> outcome;
        fetch.ask(std::move(request), [&](Result<HttpResponse> got) { outcome = std::move(got); });
        EXPECT_FALSE(outcome) << "never within ask()";
        run_until([&] { return outcome.has_value(); });
        return std::move(*outcome);
    }
    void run_until(const std::function<bool()>& enough) {
        io.restart();
        while (!enough()) io.run_one();
    }

    boost::asio::io_context io;
    Answering service;
    HttpServer server;
    std::uint16_t port = 0;
    std::string plain;
};

TEST(FetchedUrls, are_taken_apart_and_nonsense_is_refused) {
    EXPECT_EQ(*parse_url("https://a.example/v1?x=1#top"), (Url{true, "a.example", 443, "/v1?x=1"}));
    EXPECT_EQ(*parse_url("http://a.example:8080"), (Url{false, "a.example", 8080, "/"}));
    EXPECT_EQ(*parse_url("http://[::1]:81?q"), (Url{false, "::1", 81, "/?q"}));
    for (const char* wrong :
         {"", "ftp://a/", "http://", "http:///a", "http://a:0/", "http://a:x/", "http://a:99999/",
          "http://[::1/", "http://me:secret@a/", "http://a/b c", "http://a/\r\nHost: b"}) {
        EXPECT_FALSE(parse_url(wrong)) << wrong;
    }
}

TEST(Fetching, brings_the_answer_and_shows_token_headers_and_body) {
    Somewhere at;
    auto got = at.ask({at.plain + "/prices?day=1", "secret", "", {{"X-Day", "1"}}});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->body, "good");
    EXPECT_EQ(at.service.asked[0].path, "/prices");
    EXPECT_EQ(at.service.asked[0].query, "day=1");
    EXPECT_EQ(at.service.asked[0].header("authorization"), "Bearer secret");
    EXPECT_EQ(at.service.asked[0].header("x-day"), "1");
    EXPECT_EQ(at.service.asked[0].method, "GET");
    got = at.ask({at.plain + "/gql", "", "{\"query\":\"{}\"}"});
    EXPECT_EQ(at.service.asked[1].method, "POST");
    EXPECT_EQ(at.service.asked[1].body, "{\"query\":\"{}\"}");
}

TEST(Fetching, follows_redirects_but_not_for_ever_and_keeps_the_token_at_home) {
    Somewhere at;
    Somewhere other;
    at.service.answer = [&](const HttpRequest& request) {
        if (request.path == "/here") return HttpResponse{302, {{"Location", "/there"}}, "", {}};
        if (request.path == "/away")
            return HttpResponse{307, {{"Location", other.plain + "/x"}}, "", {}};
        if (request.path == "/round") return HttpResponse{302, {{"Location", "/round"}}, "", {}};
        return HttpResponse{200, {}, "arrived", {}};
    };
    EXPECT_EQ(at.ask({at.plain + "/here", "secret"})->body, "arrived");
    EXPECT_EQ(at.service.asked.back().header("authorization"), "Bearer secret");
    const auto round = at.ask({at.plain + "/round"});
    EXPECT_EQ(round.error().code, Code::exhausted);
    HttpFetch fetch(at.io);
    std::optional<Result<HttpResponse>> outcome;
    fetch.ask({at.plain + "/away", "secret"},
              [&](Result<HttpResponse> got) { outcome = std::move(got); });
    while (!outcome) {
        at.io.restart();
        at.io.poll();
        other.io.restart();
        other.io.poll();
    }
    EXPECT_EQ((*outcome)->body, "good");
    EXPECT_EQ(other.service.asked.back().header("authorization"), "");
}

TEST(Fetching, tells_what_went_wrong) {
    Somewhere at;
    EXPECT_EQ(at.ask({"nonsense"}).error().code, Code::invalid_input);
    FetchRequest slow{at.plain + "/silent"};
    slow.patience = milliseconds(20);
    EXPECT_EQ(at.ask(slow).error().code, Code::timed_out);
    at.service.answer = [](const HttpRequest&) {
        return HttpResponse{200, {}, std::string(5000, 'x'), {}};
    };
    FetchRequest large{at.plain + "/"};
    large.bytes_max = 4000;
    EXPECT_EQ(at.ask(large).error().code, Code::exhausted);
    at.server.stop();
    const auto gone = at.ask({at.plain + "/"});
    EXPECT_EQ(gone.error().code, Code::unavailable);
    EXPECT_THAT(gone.error().message, HasSubstr("127.0.0.1:" + std::to_string(at.port)));
}

TEST(Fetching, what_is_dropped_is_never_answered) {
    Somewhere at;
    bool first = false;
    bool second = false;
    {
        HttpFetch fetch(at.io);
        fetch.ask({at.plain + "/silent"}, [&](const auto&) { first = true; });
        at.run_until([&] { return !at.service.kept.empty(); });
        fetch.ask({at.plain + "/"}, [&](const auto&) { second = true; });
        at.run_until([&] { return second; });
        fetch.ask({at.plain + "/silent"}, [&](const auto&) { first = true; });
    }
    at.service.kept.clear();
    at.io.restart();
    at.io.poll();
    EXPECT_FALSE(first);
}

TEST(Fetching, over_tls_only_from_whom_is_trusted_and_under_their_own_name) {
    Somewhere at;
    RealClock clock;
    const auto authority = *make_authority("Home", clock.now());
    TlsIdentity identity;
    ASSERT_TRUE(identity.show(*make_server_certificate(authority, {"127.0.0.1"}, clock.now())));
    TlsGate gate(at.io, identity, {}, [&](int socket, TlsPeer peer) {
        at.server.take(socket, std::move(peer.address));
    });
    const auto port = std::to_string(*gate.listen("127.0.0.1", 0));
    FetchRequest request{"https://127.0.0.1:" + port + "/"};
    const auto stranger = at.ask(request);
    ASSERT_FALSE(stranger);
    EXPECT_EQ(stranger.error().code, Code::unavailable);
    EXPECT_THAT(stranger.error().message, HasSubstr("is not trusted"));
    request.trusted = authority.certificate;
    const auto friendly = at.ask(request);
    ASSERT_TRUE(friendly) << friendly.error().message;
    EXPECT_EQ(friendly->body, "good");
    request.url = "https://localhost:" + port + "/";
    EXPECT_THAT(at.ask(request).error().message, HasSubstr("is not trusted"))
        << "the certificate is for the address only";
    at.service.answer = [&](const HttpRequest&) {
        return HttpResponse{302, {{"Location", at.plain + "/"}}, "", {}};
    };
    request.url = "https://127.0.0.1:" + port + "/";
    EXPECT_THAT(at.ask(request).error().message, HasSubstr("plain HTTP"));
}

TEST(BackingOff, doubles_up_to_the_usual_time_and_minds_what_it_was_asked) {
    Backoff backoff(minutes(10));
    EXPECT_EQ(backoff.after_failure(), minutes(1));
    EXPECT_EQ(backoff.after_failure(), minutes(2));
    EXPECT_EQ(backoff.after_failure(), minutes(4));
    EXPECT_EQ(backoff.after_failure(), minutes(8));
    EXPECT_EQ(backoff.after_failure(), minutes(10));
    EXPECT_EQ(backoff.after_failure(hours(1)), hours(1));
    EXPECT_EQ(backoff.after_failure(days(9)), days(1));
    EXPECT_EQ(backoff.after_answer(), minutes(10));
    EXPECT_EQ(backoff.after_failure(), minutes(1));
}

TEST(Polling, tells_what_is_new_and_what_failed_and_goes_on) {
    Somewhere at;
    std::vector<std::string> told;
    int asked = 0;
    at.service.answer = [&](const HttpRequest& request) {
        ++asked;
        if (request.header("If-None-Match") == "\"1\"" && asked < 4)
            return HttpResponse{304, {}, "", {}};
        if (asked == 4) return HttpResponse{503, {{"Retry-After", "7200"}}, "later", {}};
        return HttpResponse{200, {{"ETag", "\"1\""}}, "news " + std::to_string(asked), {}};
    };
    HttpPoll poll(at.io, {at.plain + "/"}, milliseconds(1), [&](Result<std::string> got) {
        told.push_back(got ? *got : got.error().message);
    });
    poll.ask();
    at.run_until([&] { return told.size() == 2; });
    EXPECT_THAT(told, testing::ElementsAre("news 1", "503 Service Unavailable: later"));
    EXPECT_EQ(poll.figures().asked, 4U);
    EXPECT_EQ(poll.figures().unchanged, 2U);
    EXPECT_EQ(poll.figures().failed_in_a_row, 1);
    EXPECT_EQ(poll.figures().next_in, hours(2));
    poll.ask();
    at.run_until([&] { return told.size() == 3; });
    EXPECT_EQ(told[2], "news 5");
    EXPECT_EQ(poll.figures().last_failure, "");
}

TEST(Polling, may_be_ended_by_whom_it_tells) {
    Somewhere at;
    int told = 0;
    std::unique_ptr<HttpPoll> poll;
    poll = std::make_unique<HttpPoll>(at.io, FetchRequest{at.plain + "/"}, milliseconds(1),
                                      [&](const auto&) {
                                          ++told;
                                          poll.reset();
                                      });
    poll->ask();
    at.run_until([&] { return told == 1; });
    at.io.restart();
    at.io.poll();
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace foxtail
