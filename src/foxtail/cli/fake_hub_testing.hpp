#pragma once

#include "foxtail/runtime/http_server.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace foxtail::cli {

/// Answers on a port of 127.0.0.1, on a thread of its own: what each request gets is the test's to
/// say.
class FakeHub final : public HttpService {
public:
    static constexpr const char* token = "secret-of-the-test";

    FakeHub() : server_(context_, *this, {}), work_(context_.get_executor()) {
        port_ = server_.listen("127.0.0.1", 0).value_or(std::uint16_t{0});
        thread_ = std::thread([this] { context_.run(); });
    }
    ~FakeHub() override {
        boost::asio::post(context_, [this] {
            server_.stop();
            work_.reset();
            context_.stop();
        });
        thread_.join();
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// The answers to "GET /things" in order; the last one stays.
    void answers(const std::string& request, std::string body, unsigned status = 200,
                 std::vector<HttpHeader> headers = {}) {
        const std::scoped_lock lock(mutex_);
        answers_[request].push_back({status, std::move(headers), std::move(body), {}});
    }
    /// "PUT /things/lamp/properties/on true" in the order they came.
    [[nodiscard]] std::vector<std::string> asked() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }
    /// What a WebSocket gets after its first message; then it is closed with the code.
    std::vector<std::string> frames;
    std::uint16_t close_code = 4401;

    void serve(HttpRequest&& request, HttpReply reply) override {
        if (request.header("Authorization") != std::string("Bearer ") + token)
            return reply.answer(refusal(401, "sign in"));
        if (request.wants_websocket) return reply.websocket(std::make_shared<Talker>(*this));
        const auto key = request.method + " " + request.path +
                         (request.query.empty() ? "" : "?" + request.query);
        const std::scoped_lock lock(mutex_);
        asked_.push_back(request.body.empty() ? key : key + " " + request.body);
        auto found = answers_.find(key);
        if (found == answers_.end()) found = answers_.find(request.method + " " + request.path);
        if (found == answers_.end()) return reply.answer(refusal(404, "no such thing"));
        reply.answer(found->second.front());
        if (found->second.size() > 1) found->second.pop_front();
    }
    HttpResponse refusal(unsigned status, std::string_view detail) override {
        return {status,
                {{"Content-Type", "application/problem+json"}},
                R"({"title":"refused","detail":")" + std::string(detail) + "\"}",
                {}};
    }

private:
    class Talker final : public HttpTalker {
    public:
        explicit Talker(FakeHub& hub) : hub_(hub) {}
        void opened(std::shared_ptr<HttpTalk> talk) override { talk_ = std::move(talk); }
        void ready() override {
            if (begun_) next();
        }
        void message(std::string_view) override {
            begun_ = true;
            if (talk_->idle()) next();
        }
        std::uint16_t too_slow() override { return 4408; }
        void closed() override { talk_ = nullptr; }

    private:
        void next() {
            if (!talk_) return;
            if (told_ < hub_.frames.size()) {
                talk_->send(hub_.frames[told_++]);
            } else {
                talk_->close(hub_.close_code, "over");
            }
        }
        FakeHub& hub_;
        std::shared_ptr<HttpTalk> talk_;
        std::size_t told_ = 0;
        bool begun_ = false;
    };

    boost::asio::io_context context_{1};
    HttpServer server_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::map<std::string, std::deque<HttpResponse>> answers_;
    std::vector<std::string> asked_;
    std::thread thread_;
};

}  // namespace foxtail::cli
