#include "foxtail/api/server.hpp"

#include "foxtail/api/gate.hpp"
#include "foxtail/api/once.hpp"
#include "foxtail/api/pulse.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/api/token.hpp"

#include <algorithm>
#include <utility>

namespace foxtail::api {
namespace {

bool changes_something(std::string_view method) {
    return method != "GET" && method != "HEAD";
}

/// DNS rebinding: a foreign page whose name was made to point here sends its own name as Host.
bool host_known(const Site& site, std::string_view host_header) {
    const auto host = host_name_of(host_header);
    if (!host) return false;
    if (*host == "localhost" || host->ends_with(".localhost") || is_ip_literal(*host)) return true;
    return std::any_of(site.hosts.begin(), site.hosts.end(),
                       [&](const auto& one) { return same_ignoring_case(one, *host); });
}

/// A browser says which page sent the request; only our own may. Over TLS that page came over TLS,
/// too; in clear it may have: there may be a proxy before us that takes the TLS off.
bool origin_fits(const HttpRequest& request) {
    const std::string_view origin = request.header("Origin");
    if (origin.empty()) return true;
    const auto scheme = origin.find("://");
    if (request.secure && !same_ignoring_case(origin.substr(0, scheme), "https")) return false;
    return scheme != std::string_view::npos &&
           same_ignoring_case(origin.substr(scheme + 3), request.header("Host"));
}

bool said_once(const HttpRequest& request, std::string_view name) {
    return std::count_if(request.headers.begin(), request.headers.end(), [&](const auto& header) {
               return same_ignoring_case(header.name, name);
           }) <= 1;
}

}  // namespace

struct Server::Inside final : HttpService {
    Inside(boost::asio::io_context& context, Hub& h, Secrets& secrets, Worker& worker,
           const Config& config)
        : hub(h),
          gate(h, secrets, worker),
          pulse(gate.door_of_the_house()),
          http(context, *this, config.limits) {
        Environment& environment = hub.environment();
        site.household = config.household;
        site.notice = config.notice;
        site.version = config.version;
        site.hosts = config.hosts;
        site.boot = std::to_string(hub.boot()) + "-" + random_text(environment.random, 9);
        site.started = environment.clock.monotonic();
        site.io = &context;
        site.clock = &environment.clock;
        site.random = &environment.random;
        site.pulse = &pulse;
        site.http = [this]() -> const HttpServer::Figures& { return http.figures(); };
        site.still = [this](const Caller& caller) { return gate.still(caller); };
        site.parting_words = [this](const Caller& caller) { return gate.parting_words(caller); };
        site.has_passphrase = [this](const std::string& subject) {
            return gate.has_passphrase(subject);
        };
        site.epoch = [this] { return hub.authority().epoch(); };
        site.when_recorded = [this](Seq seq, std::function<void(Result<void>)> then) {
            gate.when_recorded(seq, std::move(then));
        };
        gate.on_ended([this] { pulse.affairs(); });
    }

    void serve(HttpRequest&& request, HttpReply reply) override;
    HttpResponse refusal(unsigned status, std::string_view detail) override {
        HttpResponse response = problem(status, detail);
        add_security_headers(response);
        return response;
    }
    void serve_page(Call& call, const Answer& answer, const Found& found);
    void serve_guarded(const Route& route, Call& call, const HttpReply& reply);

    Hub& hub;
    Gate gate;
    Pulse pulse;
    Site site;
    std::shared_ptr<Once> once = std::make_shared<Once>();
    HttpServer http;
};

void Server::Inside::serve(HttpRequest&& request, HttpReply reply) {
    Call call;
    call.request = std::move(request);
    const Answer early(reply, Denial::looks_missing);
    if (!said_once(call.request, "Host") || !host_known(site, call.request.header("Host"))) {
        return early.problem(403, "this host name is not configured; see 'hosts'");
    }
    if (!said_once(call.request, "Authorization") || !said_once(call.request, "Origin") ||
        !said_once(call.request, "DPoP") || !said_once(call.request, "Idempotency-Key"))
        return early.problem(400, "a header is said twice");
    if (!origin_fits(call.request))
        return early.problem(403, "requests from other sites are not answered");
    auto found = find_route(call.request.method, call.request.path);
    if (!found) return early.error(found.error());
    if (found->route == nullptr) return serve_page(call, early, *found);
    auto query = parse_query(call.request.query);
    if (!query) return early.error(query.error());
    call.query = std::move(*query);
    call.parts = std::move(found->parts);
    const Answer answer(reply, found->route->denial);
    const auto* const parting = std::get_if<Parting>(&found->route->action);
    if (parting != nullptr) {
        if (const auto asked = gate.recognise_ended(call.request))
            return (*parting)(gate, site, *asked, call, answer);
    }
    call.caller = gate.recognise(call.request);
    const bool by_cookie = call.caller && call.caller->by == Caller::By::session;
    if (by_cookie && changes_something(call.request.method) &&
        call.request.header("X-Foxtail") != "1") {
        return early.problem(403, "requests that change something need the header X-Foxtail: 1");
    }
    if (const auto* open_route = std::get_if<Public>(&found->route->action))
        return (*open_route)(gate, call, answer);
    if (!call.caller) return answer.problem(401, "sign in, or send a bearer token");
    if (parting != nullptr) return answer.error(Authority::denied().value());
    serve_guarded(*found->route, call, reply);
}

void Server::Inside::serve_guarded(const Route& route, Call& call, const HttpReply& reply) {
    Door door = hub.door(call.caller->asker());
    const Guarded action = std::get<Guarded>(route.action);
    const Answer answer(reply, route.denial);
    const std::string_view header = call.request.header("Idempotency-Key");
    if (!route.wish || header.empty()) return action(door, site, call, answer);
    const auto key = Once::key_from(header);
    if (!key) return answer.error(key.error());
    const auto begun =
        once->begin(call.caller->subject, *key, Once::fingerprint(call.request), hub.now().mono);
    if (!begun)
        return answer.problem(begun.error().code == Code::conflict ? 409 : 422,
                              begun.error().message);
    if (begun->again) return answer.send(*begun->again);
    // What is refused at once did nothing. Later a part of it may be done, whatever is answered.
    const auto at_once = std::make_shared<bool>(true);
    const auto keep = [kept = once, turn = begun->turn, at_once](const HttpResponse& response) {
        if (*at_once && response.status >= 400) return kept->forget(turn);
        kept->answered(turn, response);
    };
    action(door, site, call, Answer(reply, route.denial, keep));
    *at_once = false;
}

void Server::Inside::serve_page(Call& call, const Answer& answer, const Found& found) {
    if (call.request.method == "GET" && open::page_file(call, answer)) return;
    if (found.allowed.empty()) return answer.problem(404, "no such page or route");
    HttpResponse response = problem(405, "allowed here: " + found.allowed);
    response.headers.push_back({"Allow", found.allowed});
    answer.send(std::move(response));
}

Server::Server(boost::asio::io_context& context, Hub& hub, Secrets& secrets, Worker& worker,
               Config config)
    : inside_(std::make_unique<Inside>(context, hub, secrets, worker, config)) {}
Server::~Server() = default;

Result<void> Server::load() {
    return inside_->gate.load();
}
Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
    return inside_->http.listen(address, port);
}
void Server::take(int socket, std::string peer) {
    inside_->http.take(socket, std::move(peer));
}
void Server::stop() {
    inside_->http.stop();
}
bool Server::signup_needed() const {
    return inside_->gate.signup_needed();
}
Result<std::string> Server::open_signup() {
    return inside_->gate.open_signup();
}
void Server::add_metrics(MetricsSource source) {
    inside_->site.metrics.push_back(std::move(source));
}
void Server::add_connections(ConnectionsSource source) {
    inside_->site.connections.push_back(std::move(source));
}
void Server::set_chargers(Chargers chargers) {
    inside_->site.chargers = std::move(chargers);
}
void Server::set_planner(PlannerSite planner) {
    inside_->site.planner = std::move(planner);
}

}  // namespace foxtail::api
