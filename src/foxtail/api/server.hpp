#pragma once

#include "foxtail/api/secrets.hpp"
#include "foxtail/api/site.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/runtime/http_server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace foxtail {
class Hub;
class Worker;
}  // namespace foxtail

namespace foxtail::api {

struct Config {
    std::string household = "Foxtail";
    Notice notice;
    std::string version;
    std::vector<std::string>
        hosts;  // names the page may be reached by, beside localhost and IP addresses
    HttpLimits limits;
};

/// The household's HTTP and WebSocket API. Everything on the thread that runs `context`.
class Server {
public:
    /// The hub has started. All must outlive the server, and the worker's last job must have ended
    /// before `secrets` goes.
    Server(boost::asio::io_context& context, Hub& hub, Secrets& secrets, Worker& worker,
           Config config);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Reads the secrets. Blocks. Before listen().
    [[nodiscard]] Result<void> load();
    /// As HttpServer::listen().
    [[nodiscard]] Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
    /// As HttpServer::take(): a connection that came over TLS.
    void take(int socket, std::string peer);
    /// Closes all connections. Before the hub stops; the server itself goes only when no callback
    /// of hub, store or worker can come any more.
    void stop();

    [[nodiscard]] bool signup_needed() const;
    /// The code for the first-run link "/#signup=CODE". Blocks. Error: conflict when there is an
    /// owner.
    [[nodiscard]] Result<std::string> open_signup();

    /// Figures and connections of others (connectors, the store) for /metrics and /system.
    void add_metrics(MetricsSource source);
    void add_connections(ConnectionsSource source);
    void set_chargers(Chargers chargers);
    void set_planner(PlannerSite planner);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace foxtail::api
