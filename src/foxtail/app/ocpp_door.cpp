#include "foxtail/app/ocpp_door.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/connectors/ocpp/lobby.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace foxtail {
namespace {

constexpr int tick_alarm = 120;
constexpr Duration tick_every = milliseconds(250);
constexpr std::string_view purpose = "chargers from the configuration";
constexpr std::string_view kept_prefix = "station/";
constexpr std::string_view name_prefix = "name/";

std::string topic_of(std::string_view id) {
    return "ocpp/" + percent_encode(id);
}
std::string configured_name(std::string_view id) {
    return "device:ocpp-" + percent_encode(id);
}

}  // namespace

OcppDoor::OcppDoor(boost::asio::io_context& home, Hub& hub, Worker& passwords,
                   OcppConfig configuration)
    : hub_(hub),
      passwords_(passwords),
      configuration_(std::move(configuration)),
      listener_(home, *this),
      salt_(api::random_text(hub.environment().random, 16)),
      reader_(JsonLimits{ocpp::frame_bytes_max, ocpp::frame_depth_max}) {
    know_stations();
}

OcppDoor::~OcppDoor() {
    stop();
}

Result<void> OcppDoor::start() {
    auto inlet = hub_.attach("ocpp", *this);
    if (!inlet) return fail(inlet.error());
    inlet_ = *inlet;
    if (auto done = give_grants(configuration_); !done) return done;
    if (auto done = restore(); !done) return done;
    for (const auto& listener : configuration_.listeners) {
        if (listener.tls) continue;  // its connections come through take()
        const auto port = listener_.listen(listener.address, listener.port);
        if (!port) return fail(port.error());
        endpoints_.push_back({listener.address, *port});
    }
    epoch_ = hub_.authority().epoch();
    if (!configuration_.listeners.empty()) tick();
    return {};
}

void OcppDoor::know_stations() {
    configured_.clear();
    for (const auto& station : configuration_.stations) configured_.emplace(station.id, &station);
}

Result<void> OcppDoor::give_grants(const OcppConfig& configuration) {
    std::vector<Hub::Configured> wanted;
    for (const auto& station : configuration.stations) {
        wanted.push_back({configured_name(station.id),
                          SubjectKind::device,
                          {std::string(topic_prefix) + topic_of(station.id)},
                          static_cast<std::uint16_t>(Verb::publish)});
    }
    return hub_.configure(wanted, purpose);
}

Result<void> OcppDoor::configure(OcppConfig configuration) {
    if (auto done = give_grants(configuration); !done) return done;
    const OcppConfig before = std::exchange(configuration_, std::move(configuration));
    know_stations();
    std::vector<ocpp::LineId> anew;
    const auto credentials = [](const OcppStationConfig* one) {
        return one == nullptr ? std::tuple(false, std::string(), std::string())
                              : std::tuple(true, one->password_hash, one->certificate);
    };
    for (const auto& [name, one] : chargers_) {
        const std::string& id = one->station().id();
        const auto old = std::find_if(before.stations.begin(), before.stations.end(),
                                      [&](const auto& station) { return station.id == id; });
        const auto* was = old == before.stations.end() ? nullptr : &*old;
        const auto* is = configured(id);
        if (credentials(was) != credentials(is)) {
            proven_.erase(id);
            one->subject.reset();  // another, when it was paired and is configured now
            if (one->line != 0) anew.push_back(one->line);
        }
        OcppStationConfig otherwise;
        otherwise.id = id;
        one->set_options(options_for(is != nullptr ? *is : otherwise, configuration_.tags));
    }
    for (const auto& [id, waiting] : waiting_) {
        if (configured(id) != nullptr || !configuration_.pairing) anew.push_back(waiting.line);
    }
    for (const auto line : anew) listener_.close(line, 1012, "come again: it is configured anew");
    recheck();
    return {};
}

void OcppDoor::stop() {
    if (std::exchange(stopped_, true)) return;
    listener_.stop();
}

void OcppDoor::take(int socket, TlsPeer peer) {
    listener_.take(socket, std::move(peer.address),
                   {std::move(peer.name), std::move(peer.fingerprint)});
}

Result<void> OcppDoor::restore() {
    std::vector<std::pair<std::string, std::string>> all;
    auto read = inlet_->kept([&](std::string_view name, std::string_view bytes) {
        if (name.starts_with(kept_prefix)) all.emplace_back(name.substr(kept_prefix.size()), bytes);
    });
    if (!read) return read;
    for (const auto& [id, bytes] : all) {
        if (!may_speak(id)) continue;  // its grant was taken back: its things stay as they were
        OcppCharger& one = charger(id);
        if (auto done = one.station().restore(bytes); !done)
            log(LogLevel::warning, "charger not restored", {{"why", done.error().message}});
        one.learned();
        for (int point = 1; point <= one.station().points(); ++point)
            one.say(point, "online", false, hub_.now().wall);
    }
    return {};
}

/// "A/1" and "A 1" have the same plain name: the second gets a number, and keeps it.
std::string OcppDoor::name_for(const std::string& id) {
    if (const auto at = names_.find(id); at != names_.end()) return at->second;
    const auto taken = [&](const std::string& name) {
        return std::any_of(names_.begin(), names_.end(),
                           [&](const auto& one) { return one.second == name; });
    };
    std::string name = to_name(id);
    for (int number = 2; taken(name); ++number) name = to_name(id) + "_" + std::to_string(number);
    names_.emplace(id, name);
    inlet_->keep(std::string(name_prefix) + id, name);
    return name;
}

OcppCharger& OcppDoor::charger(const std::string& id) {
    if (const auto at = chargers_.find(id); at != chargers_.end()) return *at->second;
    const auto* station = configured(id);
    OcppStationConfig otherwise;
    otherwise.id = id;
    auto fresh = std::make_unique<OcppCharger>(
        hub_, *inlet_, listener_, id, name_for(id),
        options_for(station != nullptr ? *station : otherwise, configuration_.tags));
    fresh->own_ended = [this](std::uint64_t ticket, bool done, std::string_view detail) {
        key_answered(ticket, done, detail);
    };
    fresh->own_certificate = [this, id](std::string request) {
        return sign(id, std::move(request));
    };
    return *chargers_.emplace(id, std::move(fresh)).first->second;
}

// ---- lines
// ----------------------------------------------------------------------------------------

void OcppDoor::opened(ocpp::LineId line, const std::string& identity, ocpp::Version version,
                      const std::string& peer) {
    if (may_speak(identity)) {
        if (!chargers_.contains(identity) && chargers_.size() >= chargers_max)
            return listener_.close(line, 1013, "too many chargers");
        return serve(charger(identity), line, version, peer);
    }
    wait_in_lobby(identity, {line, version, peer, hub_.now().wall, {}});
}

void OcppDoor::serve(OcppCharger& one, ocpp::LineId line, ocpp::Version version,
                     const std::string& peer) {
    const Moment now = hub_.now();
    if (one.line != 0) {
        // The last one wins: a charger that lost its network comes back before we notice.
        const auto before = std::exchange(one.line, 0);
        lines_.erase(before);
        one.noticed("connection", peer, "a second connection took the first one's place");
        listener_.close(before, 1008, "another connection came with this identity");
    }
    one.line = line;
    one.peer = peer;
    one.since = now.wall;
    lines_[line] = &one;
    one.station().connected(version, now);
}

void OcppDoor::wait_in_lobby(const std::string& id, Waiting waiting) {
    if (const auto at = waiting_.find(id); at != waiting_.end()) {
        const auto before = at->second.line;
        waiting_lines_.erase(before);
        waiting_.erase(at);
        listener_.close(before, 1008, "another connection came with this identity");
    } else if (waiting_.size() >= waiting_max) {
        return listener_.close(waiting.line, 1013, "too many wait to be accepted");
    }
    waiting_lines_[waiting.line] = id;
    inlet_->refuse("ocpp", id, waiting.peer,
                   "an unknown charger waits; let it in with: foxtail chargers accept");
    log(LogLevel::info, "an unknown charger waits", {{"from", waiting.peer}});
    waiting_.emplace(id, std::move(waiting));
}

void OcppDoor::text(ocpp::LineId line, std::string_view text) {
    const auto value = reader_.read(text);
    const auto* json = value ? *value : nullptr;
    if (const auto at = lines_.find(line); at != lines_.end()) {
        OcppCharger& one = *at->second;
        if (!may_speak(one)) return listener_.close(line, 1008, "not let in");
        return one.station().frame(json, text, hub_.now());
    }
    const auto at = waiting_lines_.find(line);
    if (at == waiting_lines_.end()) return;
    Waiting& waiting = waiting_.find(at->second)->second;
    std::optional<ocpp::Booted> about;
    auto answer = ocpp::lobby_answer(waiting.version, json, hub_.now().wall, about);
    if (about) waiting.about = *about;
    if (!answer.empty()) listener_.send(line, std::move(answer));
}

void OcppDoor::closed(ocpp::LineId line) {
    if (const auto at = lines_.find(line); at != lines_.end()) {
        OcppCharger& one = *at->second;
        lines_.erase(at);
        one.line = 0;
        one.peer.clear();
        one.since = hub_.now().wall;
        return one.station().disconnected(hub_.now());
    }
    const auto at = waiting_lines_.find(line);
    if (at == waiting_lines_.end()) return;
    waiting_.erase(at->second);
    waiting_lines_.erase(at);
}

void OcppDoor::refused(std::string_view identity, std::string_view peer, std::string_view why) {
    if (inlet_) inlet_->refuse("ocpp " + std::string(peer), identity, {}, why);
}

void OcppDoor::tick() {
    if (stopped_) return;
    const Moment now = hub_.now();
    recheck();
    for (const auto& [id, one] : chargers_) one->station().tick(now);
    hub_.environment().loop.alarm(tick_alarm, now.mono + tick_every, [this] { tick(); });
}

/// What was taken back takes effect at once: also for who says nothing just now.
void OcppDoor::recheck() {
    if (hub_.authority().epoch() == epoch_) return;
    epoch_ = hub_.authority().epoch();
    std::vector<ocpp::LineId> gone;
    for (const auto& [line, one] : lines_) {
        if (!may_speak(*one)) gone.push_back(line);
    }
    for (const auto line : gone) listener_.close(line, 1008, "not let in any more");
}

// ---- out
// ------------------------------------------------------------------------------------------

Result<Outlet::Sent> OcppDoor::send(const Order& order) {
    const std::string& thing = inlet_->catalogue().thing(order.thing).spec.id;
    for (const auto& [id, one] : chargers_) {
        const int point = one->point_of(thing);
        if (point == 0) continue;
        if (!may_speak(*one)) return fail(Code::unavailable, "the charger is no longer let in");
        return one->carry_out(order, point);
    }
    return fail(Code::unavailable, "'" + thing + "' belongs to no charger that is let in");
}

void OcppDoor::pause(bool paused) {
    listener_.pause(paused);
}

std::vector<api::ChargerShown> OcppDoor::chargers() const {
    std::vector<api::ChargerShown> out;
    const auto shown = [](const std::string& id, const ocpp::Booted& about) {
        api::ChargerShown one;
        one.id = id;
        one.maker = about.vendor;
        one.model = about.model;
        one.firmware = about.firmware;
        return one;
    };
    const auto protocol = [](ocpp::Version version) {
        return version == ocpp::Version::v16 ? "1.6" : "2.0.1";
    };
    for (const auto& [id, waiting] : waiting_) {
        auto one = shown(id, waiting.about);
        one.state = "waiting";
        one.protocol = protocol(waiting.version);
        one.address = waiting.peer;
        one.since = waiting.since;
        out.push_back(std::move(one));
    }
    for (const auto& [id, each] : chargers_) {
        auto one = shown(id, each->station().about());
        one.state = each->line != 0 ? "online" : "offline";
        if (each->line != 0) one.protocol = protocol(each->station().version());
        one.address = each->peer;
        one.since = each->since;
        one.things = each->things();
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace foxtail
