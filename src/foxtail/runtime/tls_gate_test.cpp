#include "foxtail/runtime/tls_gate.hpp"

#include "foxtail/runtime/http_testing.hpp"
#include "foxtail/runtime/local_ca.hpp"
#include "foxtail/runtime/real_environment.hpp"

#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using foxtail::testing::RawSocket;

const Time tls_noon{1763812800000000};

CertifiedKey certified() {
    static const auto authority = make_authority("Home", tls_noon);
    return *make_server_certificate(*authority, {"localhost", "127.0.0.1"}, tls_noon);
}

/// A gate on a thread of its own; what comes through it is echoed by a thread each.
class TlsGateTest : public ::testing::Test {
protected:
    template <class Work>
    auto on_thread(Work work) {
        std::promise<decltype(work())> done;
        asio::post(io, [&] { done.set_value(work()); });
        return done.get_future().get();
    }
    explicit TlsGateTest(TlsLimits limits = {}) {
        EXPECT_TRUE(identity.show(certified()));
        gate = std::make_unique<TlsGate>(
            io, identity, limits, [this](int socket, const TlsPeer& peer) {
                EXPECT_EQ(peer.address, "127.0.0.1");
                // Before it counts as taken: who has seen that may read this.
                came = peer;
                ++taken;
                std::thread([socket] {
                    // The descriptor does not block; the echo waits by asking the kernel.
                    asio::io_context own;
                    asio::ip::tcp::socket inner(own);
                    inner.assign(tcp::v4(), socket);
                    boost::system::error_code e;
                    std::array<char, 4096> bytes{};
                    while (!e) {
                        const auto n = inner.read_some(asio::buffer(bytes), e);
                        if (!e) asio::write(inner, asio::buffer(bytes, n), e);
                    }
                }).detach();
            });
        port = *gate->listen("127.0.0.1", 0);
        thread = std::thread([this] { io.run(); });
    }
    ~TlsGateTest() override {
        on_thread([this] {
            gate.reset();
            return 0;
        });
        guard.reset();
        thread.join();
    }
    TlsGate::Figures figures() {
        return on_thread([this] { return gate->figures(); });
    }
    /// Asks until it is so, ten seconds at most.
    template <class Question>
    bool becomes(Question question) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (std::chrono::steady_clock::now() < until) {
            if (question(figures())) return true;
        }
        return false;
    }

    asio::io_context io;
    asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
    TlsIdentity identity;
    std::unique_ptr<TlsGate> gate;
    std::uint16_t port = 0;
    std::thread thread;
    std::atomic<int> taken{0};
    TlsPeer came;  // the last
};

/// A client that speaks from one version on up to another.
struct TlsClient {
    explicit TlsClient(std::uint16_t port, int least = TLS1_2_VERSION, int most = TLS1_3_VERSION,
                       const char* ciphers = nullptr, const CertifiedKey* own = nullptr)
        : context(showing(own)), stream(io, context) {
        SSL_set_min_proto_version(stream.native_handle(), least);
        SSL_set_max_proto_version(stream.native_handle(), most);
        // Seclevel 0: so that it is the server who refuses what is weak.
        SSL_set_cipher_list(stream.native_handle(),
                            ciphers != nullptr ? ciphers : "DEFAULT:@SECLEVEL=0");
        stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), port}, error);
        if (!error) stream.handshake(ssl::stream_base::client, error);
    }
    static ssl::context showing(const CertifiedKey* own) {
        ssl::context out(ssl::context::tls_client);
        if (own == nullptr) return out;
        out.use_certificate_chain(asio::buffer(own->certificate));
        out.use_private_key(asio::buffer(own->key), ssl::context::pem);
        return out;
    }
    std::string echo(const std::string& line) {
        asio::write(stream, asio::buffer(line), error);
        std::string back;
        if (!error) asio::read_until(stream, asio::dynamic_buffer(back), '\n', error);
        return back;
    }
    asio::io_context io;
    ssl::context context;
    ssl::stream<tcp::socket> stream;
    boost::system::error_code error;
};

TEST_F(TlsGateTest, WhatIsSaidComesThroughAndBack) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(port, version, version);
        ASSERT_FALSE(client.error) << client.error.message();
        EXPECT_EQ(client.echo("hello\n"), "hello\n");
        const std::string long_line(3'000'000, 'x');
        EXPECT_EQ(client.echo(long_line + "\n").size(), long_line.size() + 1);
        client.stream.shutdown(client.error);
    }
    EXPECT_TRUE(becomes([](const auto& f) { return f.connections == 0; }));
    EXPECT_EQ(taken, 2);
}

TEST_F(TlsGateTest, WhatIsOldOrWeakIsRefused) {
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION})
        EXPECT_TRUE(TlsClient(port, version, version).error);
    for (const char* cipher : {"AES128-SHA:@SECLEVEL=0", "AES256-GCM-SHA384:@SECLEVEL=0",
                               "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", "NULL:aNULL:@SECLEVEL=0"})
        EXPECT_TRUE(TlsClient(port, TLS1_2_VERSION, TLS1_2_VERSION, cipher).error) << cipher;
    EXPECT_EQ(taken, 0);
}

TEST_F(TlsGateTest, NobodyRenegotiates) {
    TlsClient client(port, TLS1_2_VERSION, TLS1_2_VERSION);
    ASSERT_FALSE(client.error);
    SSL_renegotiate(client.stream.native_handle());
    EXPECT_EQ(client.echo("again\n"), "");
}

TEST_F(TlsGateTest, ANewCertificateIsShownToWhoComesNext) {
    TlsClient before(port);
    EXPECT_EQ(before.echo("a\n"), "a\n");
    const auto fresh = certified();
    EXPECT_TRUE(on_thread([&] { return identity.show(fresh).has_value(); }));
    EXPECT_FALSE(on_thread([&] {
        return identity.show({fresh.certificate, "no key"}).has_value();
    }));
    EXPECT_FALSE(on_thread([&] {
        return identity.show({fresh.certificate, certified().key}).has_value();
    }));
    TlsClient after(port);
    EXPECT_EQ(after.echo("b\n"), "b\n");
    EXPECT_EQ(before.echo("c\n"), "c\n");
    X509* one = SSL_get1_peer_certificate(before.stream.native_handle());
    X509* two = SSL_get1_peer_certificate(after.stream.native_handle());
    EXPECT_NE(X509_cmp(one, two), 0);
    X509_free(one);
    X509_free(two);
}

TEST_F(TlsGateTest, WhatIsNoTlsComesToNothing) {
    RawSocket plain(port);
    EXPECT_TRUE(plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    EXPECT_TRUE(becomes([](const auto& f) { return f.failed == 1 && f.connections == 0; }));
    EXPECT_EQ(taken, 0);
}

/// The gate asks for certificates. OpenSSL looks at the real clock.
class GuestsTest : public TlsGateTest {
protected:
    GuestsTest() {
        EXPECT_TRUE(on_thread(
            [this] { return identity.show(certified(), guests.certificate).has_value(); }));
    }
    /// What comes back of a line by somebody with this certificate; empty = no way in.
    std::string said_by(const CertifiedKey* own, int most = TLS1_3_VERSION) {
        TlsClient client(port, TLS1_2_VERSION, most, nullptr, own);
        return client.error ? std::string() : client.echo("in\n");
    }
    Time now = RealClock().now();
    CertifiedKey guests = *make_authority("Home", now, Certifies::guests);
};

TEST_F(GuestsTest, WhoShowsAGoodCertificateIsIntroducedByItsName) {
    const auto box = *make_guest_certificate(guests, "GARAGE 1", now);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        EXPECT_EQ(said_by(&box, version), "in\n");
        EXPECT_EQ(came.name, "GARAGE 1");
        EXPECT_EQ(came.fingerprint, *fingerprint(box.certificate));
    }
    EXPECT_EQ(said_by(nullptr), "in\n") << "a certificate is asked for, not demanded";
    EXPECT_EQ(came.name + came.fingerprint, "");
}

TEST_F(GuestsTest, AForeignOrTimelessCertificateGetsNoFurther) {
    const auto stranger =
        *make_guest_certificate(*make_authority("Home", now, Certifies::guests), "GARAGE 1", now);
    const auto over = *make_guest_certificate(guests, "GARAGE 1", now - days(731));
    const auto early = *make_guest_certificate(guests, "GARAGE 1", now + days(2));
    // An authority of servers, even a trusted one, certifies no guests.
    const auto servers = *make_authority("Home", now);
    const auto host = *make_server_certificate(servers, {"localhost"}, now);
    for (const CertifiedKey& one : {stranger, over, early, host, guests}) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
            EXPECT_EQ(said_by(&one, version), "");
    }
    EXPECT_TRUE(
        on_thread([&] { return identity.show(certified(), servers.certificate).has_value(); }));
    EXPECT_EQ(said_by(&host), "");
    const auto misused = *make_guest_certificate(servers, "GARAGE 1", now);
    EXPECT_EQ(said_by(&misused), "") << "an authority for servers certified a guest";
    EXPECT_FALSE(on_thread([&] { return identity.show(certified(), "no PEM").has_value(); }));
    EXPECT_EQ(taken, 0);
}

class FewHandshakes : public TlsGateTest {
protected:
    static TlsLimits few() {
        TlsLimits limits;
        limits.handshakes_max = 4;
        limits.connections_max = 6;
        limits.handshake_time_max = milliseconds(300);
        return limits;
    }
    FewHandshakes() : TlsGateTest(few()) {}
};

TEST_F(FewHandshakes, HalfOpenOnesAreBoundedInNumberAndTime) {
    std::vector<std::unique_ptr<RawSocket>> silent;
    for (int i = 0; i < 12; ++i) silent.push_back(std::make_unique<RawSocket>(port));
    EXPECT_TRUE(becomes([](const auto& f) { return f.accepted >= 12 && f.handshakes <= 4; }));
    // Somebody who means it comes through meanwhile, and those who say nothing are gone.
    TlsClient client(port);
    EXPECT_FALSE(client.error) << client.error.message();
    EXPECT_EQ(client.echo("hello\n"), "hello\n");
    EXPECT_TRUE(becomes([](const auto& f) { return f.handshakes == 0 && f.connections == 1; }));
}

}  // namespace
}  // namespace foxtail
