#include "foxtail/sim/link.hpp"

#include "foxtail/base/assert.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include <mosquitto.h>
#include <unistd.h>

namespace foxtail::sim {
namespace {

constexpr std::int64_t wait_first_ms = 250;
constexpr std::int64_t wait_last_ms = 5000;
constexpr std::uint64_t unsent_max = 2000;

void log(const LinkOptions& options, const std::string& text) {
    std::fprintf(stderr, "foxtail-sim[%s] %s\n", options.client_id.c_str(), text.c_str());
}

struct Library {
    Library() { mosquitto_lib_init(); }
    ~Library() { mosquitto_lib_cleanup(); }
};

}  // namespace

std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

struct Link::Client {
    mosquitto* handle = nullptr;

    explicit Client(Link& link) {
        static const Library library;
        handle = mosquitto_new(link.options_.client_id.c_str(), true, &link);
        FOX_ASSERT(handle != nullptr, "out of memory");
        mosquitto_connect_callback_set(handle, [](mosquitto*, void* self, int code) {
            auto& l = *static_cast<Link*>(self);
            if (code != 0) {
                l.lost("refused: " + std::string(mosquitto_connack_string(code)));
                l.not_before_ms_ = steady_ms() + wait_last_ms;
                return;
            }
            l.connected_ = true;
            if (!l.last_why_.empty()) {
                log(l.options_, "connected again");
                l.last_why_.clear();
            }
            l.trying_ = false;
            l.wait_ms_ = wait_first_ms;
            if (l.on_connected) l.on_connected();
        });
        mosquitto_disconnect_callback_set(handle, [](mosquitto*, void* self, int) {
            auto& l = *static_cast<Link*>(self);
            if (l.connected_ || l.trying_) l.lost("connection lost");
        });
        mosquitto_message_callback_set(
            handle, [](mosquitto*, void* self, const mosquitto_message* m) {
                auto& l = *static_cast<Link*>(self);
                const auto* bytes = static_cast<const char*>(m->payload);
                const auto size = static_cast<std::size_t>(std::max(m->payloadlen, 0));
                if (l.on_message) l.on_message(m->topic, {size == 0 ? "" : bytes, size});
            });
    }
    ~Client() { mosquitto_destroy(handle); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
};

Link::Link(LinkOptions options) : options_(std::move(options)), wait_ms_(wait_first_ms) {
    client_ = std::make_unique<Client>(*this);
    mosquitto* handle = client_->handle;
    mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION,
                         options_.mqtt5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    if (!options_.user.empty()) {
        mosquitto_username_pw_set(handle, options_.user.c_str(), options_.password.c_str());
    }
    if (options_.will) {
        const Message& will = *options_.will;
        mosquitto_will_set(handle, will.topic.c_str(), static_cast<int>(will.payload.size()),
                           will.payload.data(), will.qos, will.retain);
    }
}

Link::~Link() = default;

void Link::lost(const std::string& why) {
    connected_ = false;
    trying_ = false;
    unsent_ = 0;
    // Forty devices that come back in the same millisecond are a stampede.
    const std::int64_t spread = wait_ms_ * (static_cast<std::int64_t>(::getpid()) % 32) / 64;
    not_before_ms_ = steady_ms() + wait_ms_ + spread;
    wait_ms_ = std::min(wait_ms_ * 2, wait_last_ms);
    // Once for each reason: sixteen processes that repeat themselves hide what is new.
    if (why != last_why_) {
        log(options_, why + "; trying again until it works");
        last_why_ = why;
    }
}

void Link::try_connect() {
    trying_ = true;
    const int code = mosquitto_connect(client_->handle, options_.host.c_str(), options_.port, 30);
    if (code != MOSQ_ERR_SUCCESS && trying_) {
        lost(std::string("cannot connect: ") + mosquitto_strerror(code));
    }
}

void Link::turn(int wait_ms) {
    if (!connected_ && !trying_) {
        const std::int64_t left_ms = not_before_ms_ - steady_ms();
        if (left_ms > 0) {
            std::this_thread::sleep_for(
                std::chrono::milliseconds(std::min<std::int64_t>(left_ms, wait_ms)));
            return;
        }
        try_connect();
    }
    if (!connected_ && !trying_) {
        return;
    }
    const int code = mosquitto_loop(client_->handle, wait_ms, 1);
    if (code != MOSQ_ERR_SUCCESS && (connected_ || trying_)) {
        lost(mosquitto_strerror(code));
    }
    if (!mosquitto_want_write(client_->handle)) {
        unsent_ = 0;
    }
}

void Link::subscribe(const std::string& filter) {
    mosquitto_subscribe(client_->handle, nullptr, filter.c_str(), 0);
}

void Link::publish(const Message& message) {
    if (connected_ && mosquitto_want_write(client_->handle)) {
        ++unsent_;
    }
    if (!connected_ || unsent_ > unsent_max) {
        ++dropped_;
        return;
    }
    mosquitto_publish(client_->handle, nullptr, message.topic.c_str(),
                      static_cast<int>(message.payload.size()), message.payload.data(), message.qos,
                      message.retain);
}

void Link::close() {
    if (!connected_) {
        return;
    }
    const std::int64_t until_ms = steady_ms() + 1000;
    while (connected_ && mosquitto_want_write(client_->handle) && steady_ms() < until_ms) {
        mosquitto_loop(client_->handle, 20, 1);
    }
    connected_ = false;
    mosquitto_disconnect(client_->handle);
    mosquitto_loop(client_->handle, 20, 1);
}

}  // namespace foxtail::sim
