#include "foxtail/app/program.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/app/files.hpp"
#include "foxtail/app/metrics.hpp"
#include "foxtail/app/program_parts.hpp"
#include "foxtail/base/assert.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/runtime/wakefulness.hpp"

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fcntl.h>
#include <malloc.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foxtail {
namespace {

constexpr std::size_t slow_jobs_max = 64;
constexpr int names_alarm = 101;
constexpr Duration names_every = seconds(5);
constexpr int certificate_alarm = 102;
constexpr Duration certificate_every = hours(12);
constexpr std::uint64_t room_to_take_back = 2 * 1024 * 1024;
constexpr std::string_view owner_token_subject = "token:owner";
constexpr std::uint16_t every_verb = 0x7F;  // discover, read, observe, history, set, run, grant

api::Config api_config_of(const Configuration& configuration) {
    api::Config out;
    out.household = configuration.household;
    const ReceiptsConfig& said = configuration.receipts;
    out.notice = {said.contact, said.jurisdiction, said.language};
    out.version = FOX_VERSION;
    out.hosts = configuration.api_hosts;
    const auto& more = configuration.tls.names;
    out.hosts.insert(out.hosts.end(), more.begin(), more.end());
    return out;
}

}  // namespace

Program::Program(Options options, Loaded loaded)
    : options_(std::move(options)), loaded_(std::move(loaded)), parts_(std::make_unique<Parts>()) {}

Program::~Program() = default;

Result<void> Program::open_data() {
    std::error_code error;
    std::filesystem::create_directories(options_.data, error);
    if (error) return fail(Code::unavailable, options_.data + ": " + error.message());
    ::chmod(options_.data.c_str(), 0700);
    const std::string lock = options_.data + "/lock";
    parts_->lock = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (parts_->lock < 0) return fail(Code::unavailable, lock + ": " + std::strerror(errno));
    if (::flock(parts_->lock, LOCK_EX | LOCK_NB) != 0) {
        return fail(Code::conflict, options_.data + " is in use by another foxtail");
    }
    return {};
}

Result<void> Program::apply_house_rule(const Configuration& configuration) {
    Hub::HouseRule rule;
    rule.verbs = configuration.residents.verbs;
    rule.classes = configuration.residents.classes;
    return parts_->hub->set_house_rule(std::move(rule));
}

/// A backup knows nothing of what was taken back after it was made.
Result<void> Program::heed_restore() {
    const std::string marker = options_.data + "/restored";
    std::error_code error;
    if (!std::filesystem::exists(marker, error)) return {};
    parts_->hub->suspend_outsiders("restored from a backup");
    log(LogLevel::warning,
        "restored from a backup: what outsiders were given waits for 'foxtail grants confirm'");
    // The marker goes once that is on record; if the power fails before, it is done once more.
    parts_->hub->when_durable(parts_->hub->head(), [marker](const Result<void>& durable) {
        std::error_code ignored;
        if (durable) std::filesystem::remove(marker, ignored);
    });
    return {};
}

Result<void> Program::make_owner_token() {
    // The command line of whoever may read this file is the owner's.
    const std::string path = options_.data + "/owner.token";
    Hub& hub = *parts_->hub;
    if (std::ifstream in(path); in) {
        std::string token;
        std::getline(in, token);
        if (hub.authority().find_token(api::hash_secret(token), hub.now().wall) != nullptr)
            return {};
    }
    const auto subject = hub.name_subject(owner_token_subject, SubjectKind::token);
    if (!subject) return fail(subject.error());
    if (auto done = hub.end_tokens(*subject, "replaced by a new one"); !done) return done;
    const auto fresh = api::create_token(parts_->random);
    GrantGiven grant;
    grant.subject = *subject;
    grant.addresses = {"*"};
    grant.verbs = every_verb;
    grant.purpose = "the command line on this machine";
    grant.token_hash = fresh.hash;
    if (const auto given = hub.give(std::move(grant)); !given) return fail(given.error());
    return replace_file(path, fresh.token + "\n");
}

/// The process that proves plans: this program, by another name. The worker's own name for itself,
/// so that a moved or replaced file does not matter.
std::vector<std::string> Program::prover() {
    return {"/proc/self/exe", "plan-worker"};
}

/// Of devices, cars and chargers, and the desks that look after them.
Result<void> Program::open_doors() {
    const Configuration& configuration = loaded_.configuration;
    auto& io = parts_->io;
    Hub& hub = *parts_->hub;
    parts_->mqtt =
        std::make_unique<MqttDoor>(io, hub, *parts_->slow, configuration, *parts_->formats);
    if (auto done = parts_->mqtt->start(); !done) return done;
    parts_->ocpp = std::make_unique<OcppDoor>(io, hub, *parts_->slow, configuration.ocpp);
    parts_->ocpp->sign_with([data = options_.data, &clock = parts_->clock](
                                const std::string& request, const std::string& id) {
        return certify_charger(data, request, id, clock.now());
    });
    if (auto done = parts_->ocpp->start(); !done) return done;
    parts_->break_glass = std::make_unique<BreakGlass>(hub, configuration.break_glass);
    if (auto done = parts_->break_glass->start(); !done) return done;
    parts_->cars =
        std::make_unique<CarDesk>(hub, configuration.cars.cars, parts_->formats->signals());
    if (auto done = parts_->cars->start(); !done) return done;
    if (configuration.charging.any()) {
        ChargingConfig charging = configuration.charging;
        let_points_follow(charging, configuration.planning);
        parts_->charging = std::make_unique<ChargingDesk>(hub, charging);
        if (auto done = parts_->charging->start(); !done) return done;
    }
    if (configuration.planning.any()) {
        parts_->plan = std::make_unique<PlanDesk>(
            io, hub, *parts_->zone, beside(configuration.planning, options_.config_file),
            configuration.charging, prover());
        if (auto done = parts_->plan->start(); !done) return done;
    }
    return {};
}

Result<void> Program::start() {
    const Configuration& configuration = loaded_.configuration;
    auto zone = find_zone(configuration.time_zone);
    if (!zone) return fail(zone.error());
    parts_->zone = std::move(*zone);
    if (auto done = open_data(); !done) return done;

    sqlite::Options store_options;
    store_options.reserve_bytes = room_to_take_back;
    store_options.path = options_.data + "/journal.db";
    // The writer's part of the heap would keep the most that was ever unsealed at once.
    store_options.rested = [] { (void)malloc_trim(0); };
    auto& io = parts_->io;
    parts_->store = std::make_unique<sqlite::SqliteStore>(
        store_options,
        [&io](std::function<void()> work) { boost::asio::post(io, std::move(work)); });
    parts_->hub = std::make_unique<Hub>(Environment{parts_->clock, parts_->random, parts_->loop},
                                        *parts_->zone, *parts_->store);
    Hub& hub = *parts_->hub;
    hub.set_overlays(configuration.things);
    if (auto done = hub.start(FOX_VERSION); !done) return done;

    const auto mistakes = hub.load_rules(loaded_.rules, loaded_.hash);
    if (!mistakes.empty()) return fail(Code::invalid_input, format_mistake(mistakes.front()));

    if (auto done = apply_house_rule(configuration); !done) return done;
    parts_->secrets = std::make_unique<api::FileSecrets>(options_.data + "/secrets.json");
    parts_->slow = std::make_unique<Worker>(io, "foxtail-slow", slow_jobs_max);
    auto formats = Formats::make(configuration, options_.data + "/thing-names.json");
    if (!formats) return fail(formats.error());
    parts_->formats = std::move(*formats);
    parts_->names_kept = parts_->formats->names();
    if (auto done = open_doors(); !done) return done;

    parts_->api = std::make_unique<api::Server>(io, hub, *parts_->secrets, *parts_->slow,
                                                api_config_of(configuration));
    if (auto done = parts_->api->load(); !done) return done;
    show_connector(*parts_->api, *parts_->mqtt);
    show_chargers(*parts_->api, *parts_->ocpp);
    if (parts_->plan) parts_->api->set_planner(parts_->plan->site());
    const auto port = parts_->api->listen(configuration.api.address, configuration.api.port);
    if (!port) return fail(port.error());
    parts_->api_port = *port;
    if (auto done = open_tls(); !done) return done;
    if (parts_->api->signup_needed()) {
        auto code = parts_->api->open_signup();
        if (!code) return fail(code.error());
        parts_->signup_code = *code;
    }
    if (auto done = heed_restore(); !done) return done;
    if (auto done = make_owner_token(); !done) return done;
    watch_signals();
    watch_names();
    log(LogLevel::info, "serving",
        {{"page", page_address()},
         {"household", configuration.household},
         {"data", options_.data}});
    for (const auto& endpoint : parts_->mqtt->endpoints()) {
        log(LogLevel::info, "listening", {{"mqtt", format_endpoint(endpoint)}});
    }
    for (const auto& endpoint : parts_->ocpp->endpoints())
        log(LogLevel::info, "listening", {{"ocpp", format_endpoint(endpoint)}});
    return {};
}

Result<void> Program::open_tls() {
    const Configuration& configuration = loaded_.configuration;
    const auto in_clear = [](const char* what, const Endpoint& endpoint) {
        if (is_loopback(endpoint)) return;
        log(LogLevel::warning, "whoever is on the network can read along: not over TLS",
            {{what, format_endpoint(endpoint)}});
    };
    in_clear("page", configuration.api);
    for (const auto& listener : configuration.mqtt_listeners) {
        if (!listener.tls) in_clear("mqtt", listener.endpoint);
    }
    for (const auto& listener : configuration.ocpp.listeners) {
        if (!listener.tls) in_clear("ocpp", {listener.address, listener.port});
    }
    if (!uses_tls(configuration)) return {};
    parts_->tls = std::make_unique<TlsDoors>(parts_->io, options_.data, options_.config_file);
    TlsDoors& tls = *parts_->tls;
    if (auto done = tls.certify(configuration, parts_->clock.now()); !done) return done;
    if (const auto& at = configuration.tls.listen) {
        const auto port = tls.open(*at, [this](int socket, TlsPeer peer) {
            parts_->api->take(socket, std::move(peer.address));
        });
        if (!port) return fail(port.error());
        log(LogLevel::info, "listening", {{"https", format_endpoint({at->address, *port})}});
    }
    for (const auto& listener : configuration.mqtt_listeners) {
        if (!listener.tls) continue;
        const auto port = tls.open(listener.endpoint, [this, listener](int socket, TlsPeer peer) {
            parts_->mqtt->take(socket, std::move(peer.address), listener);
        });
        if (!port) return fail(port.error());
        log(LogLevel::info, "listening",
            {{"mqtts", format_endpoint({listener.endpoint.address, *port})}});
    }
    for (const auto& listener : configuration.ocpp.listeners) {
        if (!listener.tls) continue;
        const auto port = tls.open_for_chargers(
            {listener.address, listener.port},
            [this](int socket, TlsPeer peer) { parts_->ocpp->take(socket, std::move(peer)); });
        if (!port) return fail(port.error());
        log(LogLevel::info, "listening", {{"ocpps", format_endpoint({listener.address, *port})}});
    }
    show_tls(*parts_->api, tls);
    watch_certificate();
    return {};
}

void Program::watch_certificate() {
    parts_->loop.alarm(certificate_alarm, parts_->clock.monotonic() + certificate_every, [this] {
        auto done = parts_->tls->certify(loaded_.configuration, parts_->clock.now());
        if (!done) log(LogLevel::error, "certificate not renewed", {{"why", done.error().message}});
        watch_certificate();
    });
}

void Program::watch_signals() {
    auto& signals = parts_->signals;
    boost::system::error_code ignored;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) signals.add(signal, ignored);
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGHUP) {
            reload();
            watch_signals();
        } else {
            log(LogLevel::info, "stopping", {{"signal", std::to_string(signal)}});
            stop();
        }
    });
}

void Program::watch_names() {
    parts_->loop.alarm(names_alarm, parts_->clock.monotonic() + names_every, [this] {
        const Formats& formats = *parts_->formats;
        if (formats.names() != parts_->names_kept) {
            parts_->names_kept = formats.names();
            const auto work = [file = formats.names_file(), text = formats.names_text()] {
                return Formats::keep(file, text);
            };
            const bool taken = parts_->slow->run(work, [this](const Result<void>& kept) {
                if (kept) return;
                parts_->names_kept = 0;  // once more with the next look
                log(LogLevel::warning, "thing names not kept", {{"why", kept.error().message}});
            });
            if (!taken) parts_->names_kept = 0;
        }
        watch_names();
    });
}

void Program::stop() {
    if (parts_->stopping) return;
    parts_->stopping = true;
    parts_->signals.cancel();
    if (parts_->tls) parts_->tls->stop();
    if (parts_->api) parts_->api->stop();
    if (parts_->ocpp) parts_->ocpp->stop();
    if (parts_->break_glass) parts_->break_glass->stop();
    if (parts_->cars) parts_->cars->stop();
    if (parts_->plan) parts_->plan->stop();
    if (parts_->charging) parts_->charging->stop();
    if (parts_->mqtt) parts_->mqtt->stop();
    parts_->hub->stop([this] {
        // From a fresh turn: closing waits for the writer, which may be calling back just now.
        boost::asio::post(parts_->io, [this] {
            parts_->store->close();
            if (auto kept =
                    Formats::keep(parts_->formats->names_file(), parts_->formats->names_text());
                !kept) {
                log(LogLevel::warning, "thing names not kept", {{"why", kept.error().message}});
            }
            parts_->io.stop();
        });
    });
}

int Program::run() {
    run_wakeful(parts_->io);
    if (!parts_->stopping) return 1;
    if (bugs_found() > 0)
        log(LogLevel::warning, "bugs found in this run", {{"count", std::to_string(bugs_found())}});
    log(LogLevel::info, "stopped");
    return parts_->status;
}

std::string Program::page_address() const {
    return "http://" + format_endpoint({loaded_.configuration.api.address, parts_->api_port});
}

std::string Program::signup_link() const {
    return parts_->signup_code.empty() ? page_address()
                                       : page_address() + "/#signup=" + parts_->signup_code;
}

std::uint16_t Program::mqtt_port() const {
    return parts_->mqtt->endpoints().empty() ? std::uint16_t{0}
                                             : parts_->mqtt->endpoints().front().port;
}

std::uint16_t Program::ocpp_port() const {
    return parts_->ocpp->endpoints().empty() ? std::uint16_t{0}
                                             : parts_->ocpp->endpoints().front().port;
}

}  // namespace foxtail
