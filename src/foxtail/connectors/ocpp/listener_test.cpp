#include "foxtail/connectors/ocpp/listener.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail::ocpp {
namespace {

class Host final : public ListenerHost {
public:
    void admit(const Caller&, std::function<void(Admission)> done) override {
        Admission out;
        out.verdict = Admission::Verdict::welcome;
        out.without_subprotocol = forgives;
        done(out);
    }
    void opened(LineId, const std::string&, Version spoken, const std::string&) override {
        ++lines;
        version = spoken;
    }
    void text(LineId, std::string_view text) override { heard = text.size(); }
    void closed(LineId) override { --lines; }
    void refused(std::string_view, std::string_view, std::string_view why) override {
        refusal = why;
    }

    bool forgives = false;
    int lines = 0;
    std::optional<Version> version;
    std::size_t heard = 0;
    std::string refusal;
};

/// A charger that says just what it is told to, on a line to a listener in the same thread.
class AListener : public ::testing::Test {
protected:
    explicit AListener(ListenerLimits limits = {},
                       const std::string& protocol = "Sec-WebSocket-Protocol: ocpp1.6\r\n")
        : listener(io, host, limits) {
        const auto port = listener.listen("127.0.0.1", 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port.value_or(0));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ::fcntl(socket, F_SETFL, O_NONBLOCK);
        if (protocol.empty()) return;
        ask(protocol);
        EXPECT_TRUE(comes([&] { return host.lines == 1; }));
    }
    ~AListener() override { ::close(socket); }

    void ask(const std::string& protocol) {
        put("GET /ocpp/BOX HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
            protocol + "\r\n");
    }
    /// Runs until it is so; not for ever.
    bool comes(const std::function<bool()>& so) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!so() && std::chrono::steady_clock::now() < end) {
            flush();
            io.run_for(std::chrono::milliseconds(2));
            hear();
        }
        return so();
    }
    void put(std::string_view bytes) { unsent += bytes; }
    void frame(unsigned char head, std::string_view payload) {
        std::string out(1, static_cast<char>(head));
        if (payload.size() < 126) {
            out.push_back(static_cast<char>(0x80 | payload.size()));
        } else {
            out.push_back(static_cast<char>(0xFF));
            for (int shift = 56; shift >= 0; shift -= 8)
                out.push_back(static_cast<char>(payload.size() >> shift & 0xFF));
        }
        out.append(4, '\0');  // a mask that changes nothing
        put(out += payload);
    }

    boost::asio::io_context io;
    Host host;
    Listener listener;
    int socket = -1;
    int pings = 0;
    bool answers = true;

private:
    void flush() {
        const auto n = ::send(socket, unsent.data(), unsent.size(), MSG_NOSIGNAL);
        if (n > 0) unsent.erase(0, static_cast<std::size_t>(n));
    }
    void hear() {
        char bytes[4096];
        for (auto n = ::recv(socket, bytes, sizeof bytes, 0); n > 0;
             n = ::recv(socket, bytes, sizeof bytes, 0)) {
            // An empty ping is two bytes, and nothing else that comes here begins so.
            const std::string_view got(bytes, static_cast<std::size_t>(n));
            if (got.find("\x89") == std::string_view::npos) continue;
            ++pings;
            if (answers) frame(0x8A, "");
        }
    }
    std::string unsent;
};

TEST_F(AListener, takes_a_report_of_more_than_64_kilobytes_and_closes_on_more_than_128) {
    frame(0x81, std::string(100'000, 'x'));
    EXPECT_TRUE(comes([&] { return host.heard == 100'000; }));
    EXPECT_EQ(host.lines, 1);
    frame(0x81, std::string(140'000, 'x'));
    EXPECT_TRUE(comes([&] { return host.lines == 0; }));
    EXPECT_EQ(host.refusal, "a frame of more than 128 KiB");
    EXPECT_EQ(host.heard, 100'000U);
}

class AnImpatientListener : public AListener {
protected:
    static ListenerLimits impatient() {
        ListenerLimits limits;
        limits.silence_max = milliseconds(400);
        return limits;
    }
    AnImpatientListener() : AListener(impatient()) {}
};

TEST_F(AnImpatientListener, keeps_who_answers_its_pings_and_drops_who_does_not) {
    EXPECT_TRUE(comes([&] { return pings >= 4; })) << "it is asked again and again";
    EXPECT_EQ(host.lines, 1);
    answers = false;
    EXPECT_TRUE(comes([&] { return host.lines == 0; })) << "the network went without a goodbye";
}

class AWordlessCharger : public AListener {
protected:
    AWordlessCharger() : AListener({}, "") {}
};

TEST_F(AWordlessCharger, that_names_no_protocol_is_turned_away) {
    ask("");
    EXPECT_TRUE(comes([&] { return !host.refusal.empty(); }));
    EXPECT_EQ(host.refusal, "no sub-protocol that is spoken here (ocpp1.6, ocpp2.0.1)");
    EXPECT_EQ(host.lines, 0);
}

TEST_F(AWordlessCharger, is_taken_to_speak_the_older_one_where_that_is_forgiven) {
    host.forgives = true;
    ask("");
    EXPECT_TRUE(comes([&] { return host.lines == 1; }));
    EXPECT_EQ(host.version, Version::v16);
    EXPECT_EQ(host.refusal, "");
}

TEST_F(AWordlessCharger, that_names_another_protocol_is_turned_away_all_the_same) {
    host.forgives = true;
    ask("Sec-WebSocket-Protocol: chat\r\n");
    EXPECT_TRUE(comes([&] { return !host.refusal.empty(); }));
    EXPECT_EQ(host.lines, 0);
}

}  // namespace
}  // namespace foxtail::ocpp
