// Many OCPP 1.6 chargers in one program, for ./bench: each calls, waits for the answer, and calls
// again after a pause (half of it to one and a half: chargers do not march in step). A bare
// WebSocket on epoll that shares no code with the server: a client that collects garbage or queues
// its own timers would measure itself. Prints one JSON object, of the calls after the warm-up.
//   foxtail-chargers PORT PREFIX CHARGERS SECONDS PAUSE_MS heartbeat|meter|day
// `day` is what a charger says of a session: a card, a start, metering every so often, a stop.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "wire.hpp"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace foxtail::bench {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t settle_ns =
    2000 * ms;  // what a charger is asked after its boot is over by then

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "bench: %s\n", why.c_str());
    std::exit(1);
}

std::string time_text() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    char text[40];
    const auto n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    return std::string(text, n) + "." + std::to_string(1000 + now.tv_nsec / ms).substr(1) + "Z";
}

/// A socket with WebSocket frames on it.
class Socket {
public:
    Socket(std::uint16_t port, const std::string& path) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* to = reinterpret_cast<const sockaddr*>(&address);
        if (fd_ < 0 || ::connect(fd_, to, sizeof address) != 0) give_up("cannot connect");
        const int one = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        send_all("GET " + path +
                 " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Zm94dGFpbC1iZW5jaC1rZQ==\r\n"
                 "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n");
        while (in_.find("\r\n\r\n") == std::string::npos) read_some();
        if (!in_.starts_with("HTTP/1.1 101")) give_up("not let in: " + in_.substr(0, 40));
        in_.erase(0, in_.find("\r\n\r\n") + 4);
    }
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    void text(std::string_view payload) { send_all(framed(0x81, payload)); }
    /// Reads once and gives every whole text to `each`.
    template <class Each>
    void receive(Each each) {
        read_some();
        std::uint8_t kind = 0;
        std::string payload;
        while (take(kind, payload)) {
            if (kind == 1) each(std::string_view(payload));
            if (kind == 9) send_all(framed(0x8A, payload));
            if (kind == 8) give_up("the server closed");
        }
    }

private:
    /// With a mask, as the protocol has it of clients.
    static std::string framed(std::uint8_t head, std::string_view payload) {
        static constexpr char mask[] = {0x5A, 0x21, 0x3C, 0x77};
        std::string out(1, static_cast<char>(head));
        if (payload.size() < 126) {
            out.push_back(static_cast<char>(0x80 | payload.size()));
        } else {
            out.push_back(static_cast<char>(0x80 | 126));
            out.push_back(static_cast<char>(payload.size() >> 8 & 0xFF));
            out.push_back(static_cast<char>(payload.size() & 0xFF));
        }
        out.append(mask, 4);
        for (std::size_t i = 0; i < payload.size(); ++i)
            out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
        return out;
    }
    bool take(std::uint8_t& kind, std::string& payload) {
        if (in_.size() < 2) return false;
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in_[i]); };
        std::size_t length = byte(1) & 0x7F;
        std::size_t at = 2;
        if (length == 127) give_up("a frame of more than 64 KiB");
        if (length == 126) {
            if (in_.size() < 4) return false;
            length = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
            at = 4;
        }
        if (in_.size() < at + length) return false;
        kind = byte(0) & 0x0F;
        payload.assign(in_, at, length);
        in_.erase(0, at + length);
        return true;
    }
    void read_some() {
        char buffer[16384];
        const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
        if (n <= 0) give_up("the server closed");
        in_.append(buffer, static_cast<std::size_t>(n));
    }
    void send_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) give_up("cannot send");
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    int fd_ = -1;
    std::string in_;
};

struct Call {
    const char* action;
    std::string payload;
};

/// One session after the other, as a charger tells them.
class Day {
public:
    Call next() {
        const auto step = step_++ % 14;
        const std::string at = "\"timestamp\":\"" + time_text() + "\"";
        const std::string number = "\"transactionId\":" + std::to_string(transaction);
        switch (step) {
            case 0:
                return {"StatusNotification", status("Preparing", at)};
            case 1:
                return {"Authorize", R"({"idTag":"CARD1"})"};
            case 2:
                return {"StartTransaction", R"({"connectorId":1,"idTag":"CARD1","meterStart":)" +
                                                std::to_string(meter_wh_) + "," + at + "}"};
            case 3:
                return {"StatusNotification", status("Charging", at)};
            case 11:
                return {"Heartbeat", "{}"};
            case 12:
                return {"StopTransaction", "{" + number + R"(,"idTag":"CARD1","meterStop":)" +
                                               std::to_string(meter_wh_) + "," + at + "}"};
            case 13:
                return {"StatusNotification", status("Available", at)};
            default:
                meter_wh_ += 25;
                return {"MeterValues", metered(number + ",", at)};
        }
    }
    [[nodiscard]] Call meter() const {
        return {"MeterValues", metered("", "\"timestamp\":\"" + time_text() + "\"")};
    }
    std::int64_t transaction = 0;

private:
    static std::string status(const char* state, const std::string& at) {
        return std::string(R"({"connectorId":1,"errorCode":"NoError","status":")") + state + "\"," +
               at + "}";
    }
    [[nodiscard]] std::string metered(const std::string& number, const std::string& at) const {
        std::string samples = R"({"value":")" + std::to_string(meter_wh_) + R"(","unit":"Wh"})";
        for (const std::string phase : {"L1", "L2", "L3"}) {
            samples +=
                R"(,{"value":"10.1","measurand":"Current.Import","phase":")" + phase +
                R"(","unit":"A"},{"value":"2.32","measurand":"Power.Active.Import","phase":")" +
                phase + R"(","unit":"kW"})";
        }
        return R"({"connectorId":1,)" + number + R"("meterValue":[{)" + at +
               R"(,"sampledValue":[)" + samples + "]}]}";
    }

    unsigned step_ = 0;
    std::int64_t meter_wh_ = 1000;
};

struct Charger {
    std::unique_ptr<Socket> socket;
    Day day;
    std::string id;  // of the call that waits for its answer
    const char* action = "";
    std::int64_t sent = 0;
    std::int64_t due = 0;  // 0 while an answer is waited for
    unsigned number = 0;
};

class Load {
public:
    Load(std::uint16_t port, const std::string& prefix, std::size_t count, double time_s,
         double pause_ms, std::string what)
        : chargers_(count),
          pause_ns_(std::max<std::int64_t>(
              1, static_cast<std::int64_t>(pause_ms * static_cast<double>(ms)))),
          time_ns_(static_cast<std::int64_t>(time_s * 1e9)),
          what_(std::move(what)),
          poll_(::epoll_create1(EPOLL_CLOEXEC)),
          timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
        watch(timer_, count);
        for (std::size_t i = 0; i < count; ++i) {
            Charger& one = chargers_[i];
            one.socket = std::make_unique<Socket>(port, prefix + "/LOAD-" + std::to_string(i));
            send(one, {"BootNotification",
                       R"({"chargePointVendor":"Load","chargePointModel":"Bench"})"});
            while (!one.id.empty())
                one.socket->receive([&](std::string_view text) { heard(one, text); });
            watch(one.socket->fd(), i);
        }
    }

    void run() {
        const auto start = now_ns() + settle_ns;
        measure_from_ = start + time_ns_ / 4;
        until_ = measure_from_ + time_ns_;
        // Spread over one pause, as they would be in life.
        for (auto& one : chargers_)
            one.due = start + static_cast<std::int64_t>(random_()) % pause_ns_;
        std::vector<epoll_event> events(chargers_.size() + 1);
        while (now_ns() < until_) {
            set_timer();
            const int n = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 1000);
            for (int i = 0; i < n; ++i) {
                const auto which = events[static_cast<std::size_t>(i)].data.u64;
                if (which == chargers_.size()) {
                    std::uint64_t rung = 0;
                    (void)!::read(timer_, &rung, sizeof rung);
                    continue;
                }
                Charger& one = chargers_[which];
                one.socket->receive([&](std::string_view text) { heard(one, text); });
            }
            for (auto& one : chargers_) {
                if (one.due != 0 && now_ns() >= one.due)
                    send(one, what_ == "day"     ? one.day.next()
                              : what_ == "meter" ? one.day.meter()
                                                 : Call{"Heartbeat", "{}"});
            }
        }
    }

    void print() {
        std::vector<double> all;
        std::string kinds;
        for (auto& [action, taken] : taken_) {
            all.insert(all.end(), taken.begin(), taken.end());
            char text[160];
            std::snprintf(text, sizeof text,
                          "%s\"%s\":{\"calls\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f}",
                          kinds.empty() ? "" : ",", action.c_str(), taken.size(),
                          quantile(taken, 0.5), quantile(taken, 0.99));
            kinds += text;
        }
        std::printf(
            "{\"calls\":%zu,\"errors\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"kinds\":{%s}}\n",
            all.size(), errors_, all.empty() ? 0 : quantile(all, 0.5),
            all.empty() ? 0 : quantile(all, 0.99), kinds.c_str());
    }

private:
    void watch(int fd, std::size_t which) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = which;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }
    void set_timer() const {
        std::int64_t next = until_;
        for (const auto& one : chargers_) {
            if (one.due != 0) next = std::min(next, one.due);
        }
        const itimerspec when{{0, 0}, {next / 1'000'000'000, next % 1'000'000'000}};
        ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
    }
    void send(Charger& one, Call call) {
        one.id = std::to_string(++one.number);
        one.action = call.action;
        one.due = 0;
        const std::string frame =
            "[2,\"" + one.id + "\",\"" + call.action + "\"," + call.payload + "]";
        one.sent = now_ns();
        one.socket->text(frame);
    }
    void heard(Charger& one, std::string_view text) {
        const auto now = now_ns();
        const auto first = text.find('"');
        const auto last = first == std::string_view::npos ? first : text.find('"', first + 1);
        if (text.size() < 2 || last == std::string_view::npos)
            give_up("no frame: " + std::string(text));
        const auto id = text.substr(first + 1, last - first - 1);
        if (text[1] == '2') {
            return one.socket->text("[4,\"" + std::string(id) + R"(","NotImplemented","",{}])");
        }
        if (id != one.id) return;
        one.id.clear();
        one.due = now + pause_ns_ / 2 + static_cast<std::int64_t>(random_()) % pause_ns_;
        if (text[1] != '3') ++errors_;
        if (const auto at = text.find("\"transactionId\":"); at != std::string_view::npos)
            one.day.transaction = std::atoll(std::string(text.substr(at + 16)).c_str());
        if (one.sent >= measure_from_ && measure_from_ != 0)
            taken_[one.action].push_back(static_cast<double>(now - one.sent) / 1e6);
    }

    std::vector<Charger> chargers_;
    std::map<std::string, std::vector<double>> taken_;
    std::mt19937 random_{1};
    std::int64_t pause_ns_;
    std::int64_t time_ns_;
    std::int64_t measure_from_ = 0;
    std::int64_t until_ = 0;
    std::string what_;
    std::size_t errors_ = 0;
    int poll_;
    int timer_;
};

}  // namespace
}  // namespace foxtail::bench

int main(int argc, char** argv) {
    using namespace foxtail::bench;  // NOLINT(google-build-using-namespace)
    const std::string what = argc == 7 ? argv[6] : "";
    if (what != "heartbeat" && what != "meter" && what != "day") {
        std::fprintf(
            stderr,
            "usage: foxtail-chargers PORT PREFIX CHARGERS SECONDS PAUSE_MS heartbeat|meter|day\n");
        return 2;
    }
    Load load(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2],
              static_cast<std::size_t>(std::atoi(argv[3])), std::atof(argv[4]), std::atof(argv[5]),
              what);
    load.run();
    load.print();
    return 0;
}
