#include "foxtail/runtime/tls_gate.hpp"

#include "foxtail/runtime/acceptor.hpp"

#include <array>
#include <chrono>
#include <list>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail {
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

struct TlsIdentity::Inside {
    std::shared_ptr<ssl::context> context;  // connections keep the one they began with
};

namespace {

constexpr const char* ciphers_before_13 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr std::size_t buffer_bytes = 16 * 1024;  // a TLS record
constexpr int inner_socket_bytes = 64 * 1024;

std::chrono::microseconds in_chrono(Duration d) {
    return std::chrono::microseconds(d.us);
}

}  // namespace

/// One connection: an encrypted side and a clear one, and what flows between.
class TlsPassage : public std::enable_shared_from_this<TlsPassage> {
public:
    TlsPassage(std::shared_ptr<TlsGate::Core> core, tcp::socket socket,
               std::shared_ptr<ssl::context> identity);
    ~TlsPassage();
    void start();
    void close();

private:
    void shaken_hands();
    [[nodiscard]] bool open_inner();
    [[nodiscard]] TlsPeer introduce();
    void carry_in();
    void carry_out();
    void say_farewell();

    std::shared_ptr<TlsGate::Core> core_;
    std::shared_ptr<ssl::context> identity_;
    ssl::stream<tcp::socket> outer_;
    asio::local::stream_protocol::socket inner_;
    asio::steady_timer timer_;
    std::string peer_;
    bool shaking_ = true;
    bool closed_ = false;
    bool leaving_ = false;
    std::array<char, buffer_bytes> in_{};
    std::array<char, buffer_bytes> out_{};
    std::list<TlsPassage*>::iterator place_;
};

struct TlsGate::Core : std::enable_shared_from_this<TlsGate::Core> {
    Core(asio::io_context& c, std::shared_ptr<TlsIdentity::Inside> i, TlsLimits l, Take t)
        : context(c), identity(std::move(i)), limits(l), take(std::move(t)) {}

    void accept(tcp::acceptor& acceptor) {
        acceptor.async_accept([self = shared_from_this(), &acceptor](error_code e, tcp::socket s) {
            if (self->stopped || e == asio::error::operation_aborted) return;
            if (!e) {
                self->greet(std::move(s));
                return self->accept(acceptor);
            }
            // Out of file descriptors, most likely: a moment later somebody may have left.
            auto wait =
                std::make_shared<asio::steady_timer>(self->context, std::chrono::milliseconds(100));
            wait->async_wait([self, &acceptor, wait](error_code) {
                if (!self->stopped) self->accept(acceptor);
            });
        });
    }

    void greet(tcp::socket socket) {
        ++figures.accepted;
        if (figures.connections >= limits.connections_max || !identity->context) {
            ++figures.refused;
            return;  // closes it
        }
        if (figures.handshakes >= limits.handshakes_max && !shaking.empty()) {
            // Half a handshake costs an attacker nothing, so the oldest gives way.
            ++figures.refused;
            shaking.front()->close();
        }
        std::make_shared<TlsPassage>(shared_from_this(), std::move(socket), identity->context)
            ->start();
    }

    asio::io_context& context;
    std::shared_ptr<TlsIdentity::Inside> identity;
    TlsLimits limits;
    Take take;
    Figures figures;
    std::list<tcp::acceptor> acceptors;
    std::list<TlsPassage*> shaking;  // oldest first
    std::list<TlsPassage*> open;
    bool stopped = false;
};

TlsPassage::TlsPassage(std::shared_ptr<TlsGate::Core> core, tcp::socket socket,
                       std::shared_ptr<ssl::context> identity)
    : core_(std::move(core)),
      identity_(std::move(identity)),
      outer_(std::move(socket), *identity_),
      inner_(core_->context),
      timer_(core_->context) {
    ++core_->figures.connections;
    ++core_->figures.handshakes;
    place_ = core_->shaking.insert(core_->shaking.end(), this);
}

TlsPassage::~TlsPassage() {
    close();
    --core_->figures.connections;
}

void TlsPassage::start() {
    error_code failure;
    const auto remote = outer_.next_layer().remote_endpoint(failure);
    if (failure) return close();
    peer_ = remote.address().to_string();
    outer_.next_layer().set_option(tcp::no_delay(true), failure);
    outer_.next_layer().set_option(asio::socket_base::keep_alive(true), failure);
    timer_.expires_after(in_chrono(core_->limits.handshake_time_max));
    timer_.async_wait([self = weak_from_this()](error_code e) {
        const auto me = self.lock();
        if (!e && me && me->shaking_) me->close();
    });
    outer_.async_handshake(ssl::stream_base::server, [self = shared_from_this()](error_code e) {
        if (self->closed_) return;
        if (e) return self->close();
        self->shaken_hands();
    });
}

void TlsPassage::shaken_hands() {
    timer_.cancel();
    shaking_ = false;
    --core_->figures.handshakes;
    core_->open.splice(core_->open.end(), core_->shaking, place_);
    if (core_->stopped || !open_inner()) return close();
    carry_in();
    carry_out();
}

bool TlsPassage::open_inner() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
        return false;
    for (const int end : ends)
        ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &inner_socket_bytes, sizeof inner_socket_bytes);
    error_code failure;
    inner_.assign(asio::local::stream_protocol(), ends[0], failure);
    if (failure) {
        ::close(ends[0]);
        ::close(ends[1]);
        return false;
    }
    core_->take(ends[1], introduce());
    return !closed_;
}

TlsPeer TlsPassage::introduce() {
    TlsPeer out{peer_, {}, {}};
    auto* session = outer_.native_handle();
    X509* shown = SSL_get1_peer_certificate(session);
    if (shown == nullptr) return out;
    // It has been checked by the handshake; who was not asked shows none.
    if (SSL_get_verify_result(session) == X509_V_OK) {
        BIO* text = BIO_new(BIO_s_mem());
        char* bytes = nullptr;
        if (text != nullptr && PEM_write_bio_X509(text, shown) == 1) {
            const long size = BIO_get_mem_data(text, &bytes);
            const std::string_view pem(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
            out.name = certified_name(pem).value_or("");
            out.fingerprint = fingerprint(pem).value_or("");
        }
        BIO_free_all(text);
    }
    X509_free(shown);
    return out;
}

void TlsPassage::close() {
    if (std::exchange(closed_, true)) return;
    if (shaking_) {
        --core_->figures.handshakes;
        ++core_->figures.failed;
        core_->shaking.erase(place_);
    } else {
        core_->open.erase(place_);
    }
    error_code ignored;
    timer_.cancel();
    outer_.next_layer().close(ignored);
    inner_.close(ignored);
}

/// From the network to what is behind.
void TlsPassage::carry_in() {
    outer_.async_read_some(asio::buffer(in_),
                           [self = shared_from_this()](error_code e, std::size_t bytes) {
                               if (self->closed_) return;
                               if (e) {
                                   // What is behind hears the end, and may still have something to
                                   // say.
                                   error_code ignored;
                                   self->inner_.shutdown(asio::socket_base::shutdown_send, ignored);
                                   if (e != asio::error::eof) self->close();
                                   return;
                               }
                               asio::async_write(self->inner_, asio::buffer(self->in_, bytes),
                                                 [self](error_code f, std::size_t) {
                                                     if (self->closed_) return;
                                                     // Nobody is behind any more: what still comes
                                                     // is thrown away.
                                                     if (f && !self->leaving_)
                                                         return self->say_farewell();
                                                     self->carry_in();
                                                 });
                           });
}

/// From what is behind to the network.
void TlsPassage::carry_out() {
    inner_.async_read_some(asio::buffer(out_),
                           [self = shared_from_this()](error_code e, std::size_t bytes) {
                               if (self->closed_) return;
                               if (e) return self->say_farewell();
                               asio::async_write(self->outer_, asio::buffer(self->out_, bytes),
                                                 [self](error_code f, std::size_t) {
                                                     if (self->closed_) return;
                                                     if (f) return self->close();
                                                     self->carry_out();
                                                 });
                           });
}

/// What is behind is done: the other side is told so, and gets a moment to read it.
void TlsPassage::say_farewell() {
    if (std::exchange(leaving_, true)) return;
    timer_.expires_after(in_chrono(core_->limits.farewell_time_max));
    timer_.async_wait([self = shared_from_this()](error_code e) {
        if (!e) self->close();
    });
    outer_.async_shutdown([self = shared_from_this()](error_code) { self->close(); });
}

// ---- what is shown

TlsIdentity::TlsIdentity() : inside_(std::make_shared<Inside>()) {}
TlsIdentity::~TlsIdentity() = default;

namespace {

/// Asks who comes for a certificate of this authority's.
bool ask_guests(SSL_CTX* context, const std::string& authority) {
    BIO* in = BIO_new_mem_buf(authority.data(), static_cast<int>(authority.size()));
    X509* trusted = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
    BIO_free_all(in);
    const bool done = trusted != nullptr &&
                      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted) == 1 &&
                      SSL_CTX_add_client_CA(context, trusted) == 1 &&
                      // A resumed session would not be asked whether its time is over by now.
                      SSL_CTX_set_num_tickets(context, 0) == 1;
    X509_free(trusted);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    return done;
}

}  // namespace

Result<void> TlsIdentity::show(const CertifiedKey& certified, const std::string& guests) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    auto* raw = context->native_handle();
    const bool set = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
                     SSL_CTX_set_cipher_list(raw, ciphers_before_13) == 1 &&
                     SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1;
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // tickets do, and cost no memory
    error_code e;
    context->use_certificate_chain(asio::buffer(certified.certificate), e);
    if (e) return fail(Code::invalid_input, "the certificate is no PEM: " + e.message());
    context->use_private_key(asio::buffer(certified.key), ssl::context::pem, e);
    if (e || SSL_CTX_check_private_key(raw) != 1)
        return fail(Code::invalid_input, "the private key does not fit the certificate");
    if (!set) return fail(Code::invalid_input, "OpenSSL does not know our ciphers");
    if (!guests.empty() && !ask_guests(raw, guests))
        return fail(Code::invalid_input, "the authority for guests is no certificate");
    inside_->context = std::move(context);
    return {};
}

// ---- the gate

TlsGate::TlsGate(asio::io_context& context, const TlsIdentity& identity, TlsLimits limits,
                 Take take)
    : core_(std::make_shared<Core>(context, identity.inside(), limits, std::move(take))) {}

TlsGate::~TlsGate() {
    stop();
    for (auto* list : {&core_->shaking, &core_->open}) {
        while (!list->empty()) list->front()->close();
    }
    core_->take = [](int socket, const TlsPeer&) { ::close(socket); };
}

Result<std::uint16_t> TlsGate::listen(const std::string& address, std::uint16_t port) {
    auto acceptor = open_acceptor(core_->context, address, port);
    if (!acceptor) return fail(acceptor.error());
    error_code ignored;
    const auto bound = acceptor->local_endpoint(ignored).port();
    core_->acceptors.push_back(std::move(*acceptor));
    core_->accept(core_->acceptors.back());
    return bound;
}

void TlsGate::stop() {
    if (std::exchange(core_->stopped, true)) return;
    error_code ignored;
    for (auto& acceptor : core_->acceptors) acceptor.close(ignored);
}

const TlsGate::Figures& TlsGate::figures() const {
    return core_->figures;
}

}  // namespace foxtail
