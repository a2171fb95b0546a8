// The load side of ./bench: one program, several loads, each prints one JSON object. See
// docs/benchmarks.md.
//   load rule PORT RATE SECONDS                 numbers on bench/in, answers on bench/out
//   load acked PORT PUBLISHERS INFLIGHT SECONDS  QoS 1, so many unacknowledged each
//   load announce PORT COUNT                     COUNT things with ten properties each
//   load say PORT COUNT RATE SECONDS             RATE messages of ten readings a second over them
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "wire.hpp"
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace foxtail::bench {
namespace {

/// Sleeps the coarse part and spins the rest: a sleep alone oversleeps by more than what is
/// measured.
bool due(std::int64_t at) {
    return now_ns() >= at;
}

struct RuleResult {
    std::vector<double> latency_ms;
    std::size_t sent = 0;
};

void rule_load(std::uint16_t port, double rate, double time_s) {
    Wire device(port, "bench-sensor");
    Wire lamp(port, "bench-lamp");
    lamp.subscribe("bench/out");
    const auto total = static_cast<std::size_t>(rate * time_s);
    std::vector<std::int64_t> sent_at(total + 1, 0);
    RuleResult result;
    result.latency_ms.reserve(total);
    const auto take = [&] {
        const bool open = lamp.receive([&](const Wire::Packet& packet) {
            if (packet.type != 3) return;
            const auto n = static_cast<std::size_t>(
                std::llround(std::strtod(std::string(packet.payload).c_str(), nullptr)));
            if (n < 1 || n > total || sent_at[n] == 0) return;
            result.latency_ms.push_back(static_cast<double>(now_ns() - sent_at[n]) / 1e6);
            sent_at[n] = 0;
        });
        if (!open) {
            std::fprintf(stderr, "bench: the server closed the lamp's connection\n");
            std::exit(1);
        }
    };
    const double gap_ns = 1e9 / rate;
    const std::int64_t start = now_ns() + 1'000'000;
    for (std::size_t n = 1; n <= total; ++n) {
        const auto at = start + static_cast<std::int64_t>(static_cast<double>(n) * gap_ns);
        while (!due(at)) {
            const auto left_ns = at - now_ns();
            timespec wait{0, std::max<long>(0, std::min<long>(left_ns, 500'000))};
            pollfd ready{lamp.fd(), POLLIN, 0};
            if (::ppoll(&ready, 1, &wait, nullptr) > 0) take();
        }
        sent_at[n] = now_ns();
        device.publish("bench/in", std::to_string(n));
        device.flush();
        ++result.sent;
        if (device.unsent() > 0 && now_ns() - start > static_cast<std::int64_t>(3e9 * time_s))
            break;
    }
    const auto until = now_ns() + 3'000'000'000;
    while (result.latency_ms.size() < result.sent && now_ns() < until) {
        device.flush();
        pollfd ready{lamp.fd(), POLLIN, 0};
        if (::poll(&ready, 1, 50) > 0) take();
    }
    const auto received = result.latency_ms.size();
    const double p50 = quantile(result.latency_ms, 0.5);
    const double p99 = quantile(result.latency_ms, 0.99);
    std::printf("{\"sent\":%zu,\"received\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f}\n", result.sent,
                received, p50, p99);
}

void acked_load(std::uint16_t port, std::size_t publishers, std::size_t in_flight, double time_s) {
    struct Publisher {
        std::unique_ptr<Wire> wire;
        std::string topic;
        std::vector<std::int64_t> sent_at;  // by packet id - 1
        std::vector<std::uint16_t> free;
        std::uint64_t count = 0;
    };
    std::vector<Publisher> all(publishers);
    const int poll_fd = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < publishers; ++i) {
        Publisher& p = all[i];
        p.wire = std::make_unique<Wire>(port, "bench-acked-" + std::to_string(i));
        p.topic = "bench/acked/" + std::to_string(i);
        p.sent_at.assign(in_flight, 0);
        for (std::size_t id = in_flight; id >= 1; --id)
            p.free.push_back(static_cast<std::uint16_t>(id));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(poll_fd, EPOLL_CTL_ADD, p.wire->fd(), &event);
    }
    // Each topic is a property's, so that every acknowledgement stands for a record on disk.
    Wire announcer(port, "bench-announcer");
    for (const auto& p : all) {
        const auto id = "bench_acked_" + p.topic.substr(p.topic.rfind('/') + 1);
        announcer.publish("homeassistant/sensor/" + id + "/config",
                          R"({"name":"acked","unique_id":")" + id +
                              R"(","unit_of_measurement":"W","state_topic":")" + p.topic + "\"}",
                          0, true);
    }
    announcer.flush();
    ::usleep(500'000);
    std::vector<double> latency_ms;
    const auto start = now_ns();
    const auto until = start + static_cast<std::int64_t>(time_s * 1e9);
    const auto fill = [&](Publisher& p) {
        while (!p.free.empty() && now_ns() < until) {
            const auto id = p.free.back();
            p.free.pop_back();
            p.sent_at[id - 1U] = now_ns();
            p.wire->publish(p.topic, std::to_string(p.count++ % 1000), id);
        }
        p.wire->flush();
    };
    for (auto& p : all) fill(p);
    std::vector<epoll_event> events(publishers);
    while (now_ns() < until + 2'000'000'000) {
        const int n = ::epoll_wait(poll_fd, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < n; ++i) {
            Publisher& p = all[events[static_cast<std::size_t>(i)].data.u64];
            p.wire->receive([&](const Wire::Packet& packet) {
                if (packet.type != 4 || packet.id == 0 || packet.id > in_flight) return;
                latency_ms.push_back(static_cast<double>(now_ns() - p.sent_at[packet.id - 1U]) /
                                     1e6);
                p.free.push_back(packet.id);
            });
            fill(p);
        }
        bool idle = now_ns() >= until;
        for (const auto& p : all) idle = idle && p.free.size() == in_flight;
        if (idle) break;
    }
    const double seconds = static_cast<double>(now_ns() - start) / 1e9;
    const auto acked = latency_ms.size();
    const double p99 = quantile(latency_ms, 0.99);
    std::printf("{\"acked\":%zu,\"acked_per_s\":%.0f,\"p99_ms\":%.3f}\n", acked,
                static_cast<double>(acked) / seconds, p99);
    ::close(poll_fd);
}

void push(Wire& wire) {
    while (!wire.flush()) {
        pollfd ready{wire.fd(), POLLOUT, 0};
        ::poll(&ready, 1, 1000);
    }
}

/// Sensors with ten properties each, announced as Home Assistant does; the same on every call.
void announce(std::uint16_t port, std::size_t count) {
    Wire wire(port, "bench-announcer");
    for (std::size_t i = 0; i < count; ++i) {
        const std::string id = "bench_" + std::to_string(i);
        std::string config = R"({"dev":{"ids":")" + id + R"(","name":")" + id +
                             R"("},"o":{"name":"bench"},"stat_t":"bench/t/)" + id + R"(","cmps":{)";
        for (int p = 0; p < 10; ++p) {
            const std::string n = std::to_string(p);
            config += std::string(p > 0 ? "," : "") + "\"v" + n +
                      R"(":{"p":"sensor","unique_id":")" + id + "_" + n + R"(","name":"Value )" +
                      n + R"(","unit_of_measurement":"W","value_template":"{{ value_json.v)" + n +
                      R"( }}"})";
        }
        wire.publish("homeassistant/device/" + id + "/config", config + "}}", 0, true);
        push(wire);
    }
    std::printf("{\"announced\":%zu}\n", count);
}

void say(std::uint16_t port, std::size_t count, double rate, double time_s) {
    Wire wire(port, "bench-things");
    std::mt19937 rng(1);
    const auto total = static_cast<std::size_t>(rate * time_s);
    const double gap_ns = 1e9 / rate;
    const std::int64_t start = now_ns();
    std::size_t sent = 0;
    for (std::size_t n = 0; n < total; ++n) {
        const auto at = start + static_cast<std::int64_t>(static_cast<double>(n) * gap_ns);
        if (const auto left = at - now_ns(); left > 100'000) {
            push(wire);
            ::usleep(static_cast<useconds_t>(left / 1000));
        }
        std::string payload = "{";
        for (int p = 0; p < 10; ++p)
            payload += std::string(p > 0 ? "," : "") + "\"v" + std::to_string(p) + "\":" +
                       std::to_string(static_cast<double>(rng() % 30000) / 10.0).substr(0, 6);
        wire.publish("bench/t/bench_" + std::to_string(rng() % count), payload + "}");
        if (wire.unsent() > 16384) push(wire);
        wire.receive([](const Wire::Packet&) {});
        ++sent;
    }
    push(wire);
    std::printf("{\"sent\":%zu,\"seconds\":%.3f}\n", sent,
                static_cast<double>(now_ns() - start) / 1e9);
}

}  // namespace
}  // namespace foxtail::bench

int main(int argc, char** argv) {
    using namespace foxtail::bench;  // NOLINT(google-build-using-namespace)
    const auto number = [&](int i) { return i < argc ? std::atof(argv[i]) : 0.0; };
    const std::string what = argc > 2 ? argv[1] : "";
    const auto port = static_cast<std::uint16_t>(number(2));
    if (what == "rule" && argc == 5) {
        rule_load(port, number(3), number(4));
    } else if (what == "acked" && argc == 6) {
        acked_load(port, static_cast<std::size_t>(number(3)), static_cast<std::size_t>(number(4)),
                   number(5));
    } else if (what == "announce" && argc == 4) {
        announce(port, static_cast<std::size_t>(number(3)));
    } else if (what == "say" && argc == 6) {
        say(port, static_cast<std::size_t>(number(3)), number(4), number(5));
    } else {
        std::fprintf(stderr,
                     "usage: load rule PORT RATE SECONDS | acked PORT PUBLISHERS INFLIGHT SECONDS "
                     "| announce PORT COUNT | say PORT COUNT RATE SECONDS\n");
        return 2;
    }
    return 0;
}
