#pragma once

#include "foxtail/api/bookmarks.hpp"
#include "foxtail/api/gate.hpp"
#include "foxtail/api/pulse.hpp"
#include "foxtail/api/site_chargers.hpp"
#include "foxtail/api/site_planner.hpp"
#include "foxtail/base/environment.hpp"
#include "foxtail/runtime/http_server.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foxtail::api {

/// Somebody connected to a door of the house, for /system.
struct ConnectionShown {
    std::string name;     // "zigbee2mqtt", a client's id
    std::string user;     // subject or user name; empty = anonymous
    std::string address;  // "127.0.0.1:40112"
    Time since;
};
using ConnectionsSource = std::function<std::vector<ConnectionShown>()>;

/// One line of /metrics. Names follow Prometheus: base units, counters end in "_total".
struct Metric {
    std::string name;  // "foxtail_mqtt_messages_total"
    std::string help;  // one sentence
    enum class Kind : std::uint8_t { counter, gauge } kind = Kind::gauge;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
};
using MetricsSource = std::function<void(std::vector<Metric>&)>;

/// What the household says of itself in receipts; empty = nothing, and then it is not in them.
struct Notice {
    std::string contact;
    std::string jurisdiction;
    std::string language;
};

/// What guarded routes know beside their Door: how the program is doing, never what the house is
/// like.
struct Site {
    std::string household;
    Notice notice;
    std::string version;
    std::string boot;                // differs for every start of the program
    std::vector<std::string> hosts;  // beside the loopback names and IP addresses
    Duration started;                // on the clock that never jumps
    boost::asio::io_context* io = nullptr;
    Clock* clock = nullptr;
    Random* random = nullptr;
    Pulse* pulse = nullptr;
    std::vector<MetricsSource> metrics;
    std::vector<ConnectionsSource> connections;
    Chargers chargers;    // empty functions: there is no door for them
    PlannerSite planner;  // an empty function: nothing is planned
    std::function<const HttpServer::Figures&()> http;
    std::function<bool(const Caller&)> still;
    std::function<std::string(const Caller&)> parting_words;  // for who is shut out; mostly none
    std::function<bool(const std::string& subject)> has_passphrase;
    std::function<std::uint64_t()> epoch;  // grows when subjects or grants change
    std::function<void(Seq, std::function<void(Result<void>)>)> when_recorded;
    std::size_t streams = 0;  // live views open
    Bookmarks bookmarks;
};

}  // namespace foxtail::api
