#include "foxtail/runtime/http_server.hpp"

#include "foxtail/base/log.hpp"
#include "foxtail/runtime/acceptor.hpp"
#include "foxtail/runtime/http_connection.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <unistd.h>

namespace foxtail {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

void HttpServer::Core::accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([self = shared_from_this(), &acceptor](error_code e, tcp::socket socket) {
        if (self->stopped) return;
        if (!e) {
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            const auto peer = socket.remote_endpoint(ignored);
            self->take(std::move(socket), ignored ? std::string() : peer.address().to_string(),
                       false);
            return self->accept(acceptor);
        }
        if (e == asio::error::operation_aborted) return;
        // Out of file descriptors: make room, or wait a moment for somebody to leave.
        const auto now = std::chrono::steady_clock::now();
        if (now - self->told_full >= std::chrono::minutes(1)) {
            log(LogLevel::warning, "newcomers wait", {{"door", "page"}, {"why", e.message()}});
            self->told_full = now;
        }
        self->make_room();
        auto wait =
            std::make_shared<asio::steady_timer>(self->context, std::chrono::milliseconds(100));
        wait->async_wait([self, &acceptor, wait](error_code) {
            if (!self->stopped) self->accept(acceptor);
        });
    });
}

void HttpServer::Core::take(tcp::socket socket, std::string peer, bool secure) {
    ++figures.accepted;
    error_code ignored;
    if (limits.send_buffer_bytes > 0) {
        socket.set_option(tcp::socket::send_buffer_size(static_cast<int>(limits.send_buffer_bytes)),
                          ignored);
    }
    if (figures.connections >= limits.connections_max) make_room();
    if (figures.connections >= limits.connections_max) {
        ++figures.refused;
        return;  // closes it
    }
    std::make_shared<HttpConnection>(shared_from_this(), std::move(socket), std::move(peer), secure)
        ->start();
}

/// Half-open connections are cheap for an attacker, so the one that has said nothing for longest
/// goes first.
void HttpServer::Core::make_room() {
    std::shared_ptr<HttpConnection> oldest;
    std::chrono::steady_clock::time_point oldest_since =
        std::chrono::steady_clock::time_point::max();
    for (const auto& weak : connections) {
        auto one = weak.lock();
        std::chrono::steady_clock::time_point since;
        if (one && one->idle_since(since) && since < oldest_since) {
            oldest_since = since;
            oldest = std::move(one);
        }
    }
    if (!oldest) return;
    ++figures.evicted;
    oldest->shut();
    // It leaves the count when its cancelled operation has come back; the newcomer may have its
    // place now.
    --figures.connections;
    oldest->gave_way();
}

HttpServer::HttpServer(asio::io_context& context, HttpService& service, HttpLimits limits)
    : core_(std::make_shared<Core>(context, service, limits)) {}

HttpServer::~HttpServer() {
    stop();
}

Result<std::uint16_t> HttpServer::listen(const std::string& address, std::uint16_t port) {
    auto acceptor = open_acceptor(core_->context, address, port);
    if (!acceptor) return fail(acceptor.error());
    error_code ignored;
    const auto bound = acceptor->local_endpoint(ignored).port();
    core_->acceptors.push_back(std::move(*acceptor));
    core_->accept(core_->acceptors.back());
    return bound;
}

void HttpServer::take(int socket, std::string peer) {
    tcp::socket taken(core_->context);
    error_code e;
    // Asio only wants to know that it is a stream.
    if (!core_->stopped) taken.assign(tcp::v4(), socket, e);
    if (core_->stopped || e) {
        ::close(socket);
        return;
    }
    core_->take(std::move(taken), std::move(peer), true);
}

void HttpServer::stop() {
    if (core_->stopped) return;
    core_->stopped = true;
    error_code ignored;
    for (auto& acceptor : core_->acceptors) acceptor.close(ignored);
    const auto connections = core_->connections;
    for (const auto& weak : connections) {
        if (const auto one = weak.lock()) one->end();
    }
    const auto closers = core_->closers;
    for (const auto& close : closers) close();
}

const HttpServer::Figures& HttpServer::figures() const {
    return core_->figures;
}

}  // namespace foxtail
