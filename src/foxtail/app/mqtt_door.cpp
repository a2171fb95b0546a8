#include "foxtail/app/mqtt_door.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/topic.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/runtime/password.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {
namespace {

constexpr int later_alarm = 100;     // off_delay of formats; hub's alarms have smaller keys
constexpr int retained_alarm = 103;  // program.cpp has 101 and 102
// What nobody waits for is written together: many devices say the same topic again and again.
constexpr Duration retained_age_max = seconds(1);
constexpr std::string_view anonymous_name = "device:anonymous";

std::uint16_t bits(Verb verb) {
    return static_cast<std::uint16_t>(verb);
}

std::vector<std::string> with_prefix(const std::vector<std::string>& filters) {
    std::vector<std::string> out;
    out.reserve(filters.size());
    for (const auto& filter : filters) out.push_back(std::string(topic_prefix) + filter);
    return out;
}

void add_rights(std::vector<Hub::Configured>& out, const std::string& subject,
                const TopicRights& rights) {
    out.push_back({subject, SubjectKind::device, with_prefix(rights.publish), bits(Verb::publish)});
    out.push_back(
        {subject, SubjectKind::device, with_prefix(rights.subscribe), bits(Verb::subscribe)});
}

bool has_wildcard(std::string_view filter) {
    return filter.find_first_of("+#") != std::string_view::npos;
}

}  // namespace

/// What one format tells, on its way to the hub.
class MqttDoor::FormatSink final : public mqtt::Sink {
public:
    FormatSink(MqttDoor& door, mqtt::Format& whose) : format(whose), door_(door) {}

    Result<std::vector<PropertyId>> tell(const ThingSpec& spec) override {
        const auto told = door_.inlet_->tell(spec);
        if (!told) return fail(told.error());
        const auto& thing = door_.inlet_->catalogue().thing(*told);
        return std::vector<PropertyId>(
            thing.properties.begin(),
            thing.properties.begin() + static_cast<std::ptrdiff_t>(spec.properties.size()));
    }
    void gone(std::string_view thing) override { door_.inlet_->gone(thing); }
    bool say(PropertyId property, Value value, Time source_time) override {
        note_said(property);
        if (old || (door_.again_ && door_.reported_.contains(property.index))) return false;
        if (!door_.later_.empty()) door_.later_.erase(property);
        report(property, std::move(value), source_time);
        return true;
    }
    void report(PropertyId property, Value value, Time source_time) {
        door_.reported_.insert(property.index);
        const auto said =
            door_.inlet_->report({property, Quality::good, source_time, std::move(value)});
        // The record says what did not fit; the page also shows which topic it came by.
        if (!said && said.error().code == Code::invalid_input)
            refused(topic, sample, said.error().message,
                    door_.inlet_->catalogue().property(property).thing);
    }
    void say_later(Duration delay, PropertyId property, Value value) override {
        note_said(property);
        if (old) return;
        door_.later_[property] = {door_.hub_.now().mono + delay, std::move(value), this};
        door_.arm_later();
    }
    void happened(std::string_view thing, std::string_view event, Value detail) override {
        const auto said = door_.inlet_->happened(thing, event, std::move(detail));
        const Thing* known = door_.inlet_->catalogue().find_thing(thing);
        if (!said && said.error().code == Code::invalid_input && known != nullptr)
            refused(topic, sample, said.error().message, known->id);
    }
    void refuse(std::string_view on, std::string_view what, std::string reason) override {
        const auto of = format.tells_of(on);
        const Thing* thing = of ? door_.inlet_->catalogue().find_thing(*of) : nullptr;
        const bool whole =
            of && (of->empty() || (thing != nullptr && door_.inlet_->about_nobody(thing->id)));
        door_.inlet_->refuse("mqtt/" + std::string(format.name()), on, what, reason,
                             whole ? Inlet::Sample::whole : Inlet::Sample::shape);
    }
    void refused(std::string_view on, std::string_view what, const std::string& reason,
                 ThingId thing) {
        const bool whole = door_.inlet_->about_nobody(thing);
        door_.inlet_->refuse("mqtt/" + std::string(format.name()), on, what, reason,
                             whole ? Inlet::Sample::whole : Inlet::Sample::shape);
    }
    void misfit(PropertyId property, std::string_view what, std::string_view reason) override {
        if (!old && !door_.again_) door_.inlet_->misfit(property, what, reason);
    }
    void listen(std::string_view filter, std::uint32_t token) override {
        const Listening listening{this, token};
        if (has_wildcard(filter)) {
            door_.wild_.push_back({std::string(filter), listening});
        } else {
            door_.exact_[std::string(filter)].push_back(listening);
        }
        door_.replays_.push_back({std::string(filter), listening});
    }
    void unlisten(std::string_view filter, std::uint32_t token) override {
        const Listening listening{this, token};
        std::erase_if(door_.wild_, [&](const Wild& w) {
            return w.filter == filter && w.listening == listening;
        });
        std::erase_if(door_.replays_, [&](const Replay& r) {
            return r.filter == filter && r.listening == listening;
        });
        if (const auto at = door_.exact_.find(filter); at != door_.exact_.end()) {
            std::erase(at->second, listening);
            if (at->second.empty()) door_.exact_.erase(at);
        }
    }
    void publish(mqtt::Publication publication) override { door_.publish(publication); }
    void answer(std::uint64_t command, bool confirmed, std::string_view detail) override {
        door_.inlet_->answer(command, confirmed ? Outcome::confirmed : Outcome::failed, detail);
    }
    void keep(std::string_view name, std::string bytes) override {
        const std::string whole = keepsake_name(format, name);
        door_.kept_[whole] = bytes;
        door_.inlet_->keep(whole, std::move(bytes));
    }
    /// No topic: a topic that is published to has no '#'.
    [[nodiscard]] static std::string keepsake_name(const mqtt::Format& format,
                                                   std::string_view name) {
        return "#" + std::string(format.name()) + "/" + std::string(name);
    }

    mqtt::Format& format;
    std::string_view topic;  // of the message being heard
    std::string_view sample;
    /// The message is from before a restart: it teaches the format its devices, but what they said
    /// is on record already, and when it was true nobody knows.
    bool old = false;

private:
    void note_said(PropertyId property) {
        if (door_.retaining_) note(door_.said_by_, property);
        const auto sensitivity = door_.inlet_->catalogue().property(property).spec.sensitivity;
        const bool personal =
            sensitivity == Sensitivity::personal || sensitivity == Sensitivity::sensitive;
        if (!personal || format.speaks_for(topic)) return;
        if (note(door_.personal_, property)) ++door_.whose_;
    }
    bool note(StringMap<std::vector<PropertyId>>& by_topic, PropertyId property) {
        auto at = by_topic.find(topic);
        if (at == by_topic.end()) at = by_topic.emplace(topic, std::vector<PropertyId>{}).first;
        auto& said = at->second;
        if (std::find(said.begin(), said.end(), property) != said.end()) return false;
        said.push_back(property);
        return true;
    }

    MqttDoor& door_;
};

namespace {

mqtt::ListenerOptions options_of(const MqttListenerConfig& listener) {
    mqtt::ListenerOptions options;
    options.name = format_endpoint(listener.endpoint);
    options.address = listener.endpoint.address;
    options.port = listener.endpoint.port;
    options.packet_bytes_max = listener.packet_bytes_max;
    if (listener.anonymous) options.anonymous_as = anonymous_name;
    return options;
}

}  // namespace

MqttDoor::MqttDoor(boost::asio::io_context& home, Hub& hub, Worker& passwords,
                   const Configuration& configuration, const Formats& formats)
    : hub_(hub),
      passwords_(passwords),
      configuration_(configuration),
      broker_(home, hub.environment().clock, hub.environment().random, *this),
      values_(home, hub, broker_) {
    for (const auto& format : formats.all())
        sinks_.push_back(std::make_unique<FormatSink>(*this, *format));
}

MqttDoor::~MqttDoor() = default;

Result<void> MqttDoor::configure(const Configuration& configuration) {
    std::vector<Hub::Configured> wanted;
    add_rights(wanted, std::string(anonymous_name), configuration.mqtt_anonymous);
    for (const auto& user : configuration.mqtt_users)
        add_rights(wanted, "device:" + user.name, user.topics);
    if (auto done = hub_.configure(wanted); !done) return done;
    configuration_.mqtt_users = configuration.mqtt_users;
    users_.clear();
    for (const auto& user : configuration_.mqtt_users) {
        const auto subject = hub_.name_subject("device:" + user.name, SubjectKind::device);
        if (!subject) return fail(subject.error());
        users_.emplace(user.name, *subject);
    }
    const auto anonymous = hub_.name_subject(anonymous_name, SubjectKind::device);
    if (!anonymous) return fail(anonymous.error());
    anonymous_ = *anonymous;
    broker_.recheck();
    return {};
}

Result<void> MqttDoor::start() {
    auto inlet = hub_.attach("mqtt", *this);
    if (!inlet) return fail(inlet.error());
    inlet_ = *inlet;
    if (auto done = configure(configuration_); !done) return done;
    restore_retained();
    for (const auto& sink : sinks_) sink->format.start(*sink);
    hear_retained();
    for (const auto& listener : configuration_.mqtt_listeners) {
        if (listener.tls) continue;  // its connections come through take()
        const auto port = broker_.listen(options_of(listener));
        if (!port) return fail(port.error());
        endpoints_.push_back({listener.endpoint.address, *port});
    }
    return {};
}

void MqttDoor::drop(std::string_view format) {
    const auto at = std::find_if(sinks_.begin(), sinks_.end(),
                                 [&](const auto& sink) { return sink->format.name() == format; });
    if (at == sinks_.end()) return;
    const FormatSink* gone = at->get();
    const auto of_it = [&](const Listening& listening) { return listening.sink == gone; };
    std::erase_if(wild_, [&](const Wild& one) { return of_it(one.listening); });
    std::erase_if(replays_, [&](const Replay& one) { return of_it(one.listening); });
    std::erase_if(later_, [&](const auto& one) { return one.second.sink == gone; });
    for (auto heard = exact_.begin(); heard != exact_.end();) {
        std::erase_if(heard->second, of_it);
        heard = heard->second.empty() ? exact_.erase(heard) : std::next(heard);
    }
    sinks_.erase(at);
}

void MqttDoor::add(mqtt::Format& format) {
    FormatSink& sink = *sinks_.emplace_back(std::make_unique<FormatSink>(*this, format));
    ++whose_;  // it may name topics that were let through
    const std::string mine = FormatSink::keepsake_name(format, "");
    for (const auto& [name, bytes] : kept_) {
        if (name.starts_with(mine)) format.remember(name.substr(mine.size()), bytes);
    }
    format.start(sink);
    again_ = true;
    hear_retained();
    again_ = false;
}

void MqttDoor::take(int socket, std::string peer, const MqttListenerConfig& listener) {
    broker_.take(socket, std::move(peer), options_of(listener));
}

void MqttDoor::stop() {
    broker_.stop();
    keep_all_retained();
}

// ---- who may what
// -----------------------------------------------------------------------------------------

void MqttDoor::authenticate(const mqtt::Credentials& credentials,
                            std::function<void(mqtt::Admission)> done) {
    if (!credentials.anonymous_as.empty()) {
        return done({mqtt::Reason::success,
                     number_of(anonymous_, credentials.source),
                     std::string(anonymous_name),
                     {}});
    }
    // By its form and not by the name, so that how long it takes tells nobody which names there
    // are.
    if (api::is_token(credentials.password.value_or(""))) return done(admit_token(credentials));
    const std::string name(credentials.user_name.value_or(""));
    const auto user =
        std::find_if(configuration_.mqtt_users.begin(), configuration_.mqtt_users.end(),
                     [&](const auto& u) { return u.name == name; });
    const bool known = user != configuration_.mqtt_users.end();
    // An unknown name costs the same work as a wrong password, so that names cannot be found out.
    static const std::string nobody = hash_password("nobody has this password").value_or("");
    const std::string hash = known ? user->password_hash : nobody;
    const std::string password(credentials.password.value_or(""));
    const auto subject = known ? users_.at(name) : SubjectId{};
    const bool taken = passwords_.run(
        [hash, password] { return verify_password(hash, password); },
        [this, hash, subject, name, source = std::string(credentials.source), done](bool right) {
            // The file may have changed while the hash was worked out.
            const bool theirs = is_users(subject, hash);
            if (theirs && right) {
                if (hub_.signed_in(subject, "mqtt", source))
                    log(LogLevel::info, "signed in",
                        {{"who", "device:" + name}, {"by", "mqtt"}, {"from", source}});
                return done(
                    {mqtt::Reason::success, number_of(subject, source), "device:" + name, hash});
            }
            // What nobody is called may be a password in the wrong field.
            if (hub_.sign_in_refused(theirs ? std::optional(subject) : std::nullopt, "mqtt", source,
                                     "name or password is not right"))
                log(LogLevel::warning, "sign-in refused", {{"by", "mqtt"}, {"from", source}});
            done({mqtt::Reason::bad_user_name_or_password, 0, {}, {}});
        });
    if (!taken) done({mqtt::Reason::server_busy, 0, {}, {}});
}

/// A bearer token says who comes; the user name beside it does not matter.
mqtt::Admission MqttDoor::admit_token(const mqtt::Credentials& credentials) {
    const std::string source(credentials.source);
    std::string hash = api::hash_secret(*credentials.password);
    const Subject* subject = hub_.authority().find_token(hash, hub_.now().wall);
    if (subject == nullptr || !hub_.may_enter(subject->id)) {
        if (hub_.sign_in_refused(std::nullopt, "mqtt", source, "no such token (any more)"))
            log(LogLevel::warning, "sign-in refused", {{"by", "mqtt"}, {"from", source}});
        return {mqtt::Reason::bad_user_name_or_password, 0, {}, {}};
    }
    if (hub_.signed_in(subject->id, "mqtt", source))
        log(LogLevel::info, "signed in",
            {{"who", subject->name}, {"by", "mqtt"}, {"from", source}});
    return {mqtt::Reason::success, number_of(subject->id, source), subject->name, std::move(hash)};
}

void MqttDoor::refused(const mqtt::Refusal& refusal) {
    const std::string source =
        "mqtt " + std::string(refusal.subject_name.empty() ? refusal.source : refusal.subject_name);
    if (inlet_) inlet_->refuse(source, refusal.topic, refusal.sample, refusal.why);
}

// ---- in
// ---------------------------------------------------------------------------------------------------

void MqttDoor::published(const mqtt::Inbound& message, mqtt::AckId ack) {
    retaining_ = message.retain;
    hear({message.topic, message.payload, false, {}});
    retaining_ = false;
    if (!ack.wanted()) return;
    if (!inlet_->accepting()) return broker_.give_up(ack);
    if (message.retain) keep_retained(message.topic);
    acknowledge_when_durable(ack);
}

void MqttDoor::acknowledge_when_durable(mqtt::AckId ack) {
    inlet_->when_durable([this, ack](const Result<void>& durable) {
        if (durable) return broker_.acknowledge(ack);
        // It is taken and will be written once something can be: the PUBACK waits for that.
        unsettled_.push_back(ack);
    });
}

// ---- what is retained ----

void MqttDoor::restore_retained() {
    const auto restored = inlet_->kept([this](std::string_view topic, std::string_view bytes) {
        if (topic.starts_with('#')) return remember(topic, bytes);
        if (auto done = broker_.restore_retained(topic, bytes); !done) {
            log(LogLevel::warning, "retained message not restored",
                {{"topic", printable(topic)}, {"why", done.error().message}});
        }
    });
    // The house is better off with some of them missing than standing still.
    if (!restored)
        log(LogLevel::error, "retained messages not restored", {{"why", restored.error().message}});
}

void MqttDoor::remember(std::string_view name, std::string_view bytes) {
    kept_[std::string(name)] = bytes;
    for (const auto& sink : sinks_) {
        const std::string mine = FormatSink::keepsake_name(sink->format, "");
        if (name.starts_with(mine)) sink->format.remember(name.substr(mine.size()), bytes);
    }
}

void MqttDoor::retained_changed(const std::string& topic) {
    if (broker_.retained().look(topic) == nullptr) said_by_.erase(topic);
    if (unkept_.empty()) {
        hub_.environment().loop.alarm(retained_alarm, hub_.now().mono + retained_age_max,
                                      [this] { keep_all_retained(); });
    }
    unkept_.insert(topic);
}

void MqttDoor::keep_retained(std::string_view topic) {
    const auto changed = unkept_.find(topic);
    if (changed == unkept_.end()) return;
    inlet_->keep(*changed, broker_.retained_bytes(topic));
    unkept_.erase(changed);
}

void MqttDoor::keep_all_retained() {
    for (const auto& topic : std::exchange(unkept_, {}))
        inlet_->keep(topic, broker_.retained_bytes(topic));
}

void MqttDoor::hear(const mqtt::Heard& told) {
    mqtt::Heard heard = told;
    heard.at = hub_.now().wall;
    ++hearing_;
    const auto pass_on = [&](const Listening& listening) {
        listening.sink->topic = heard.topic;
        listening.sink->sample = heard.payload.substr(0, 200);
        listening.sink->format.on_message(listening.token, heard, *listening.sink);
    };
    if (const auto at = exact_.find(heard.topic); at != exact_.end()) {
        // A format may listen to more, or to less, while it hears.
        if (at->second.size() == 1) {
            const Listening only = at->second.front();
            pass_on(only);
        } else {
            const auto listeners = at->second;
            for (const auto& listening : listeners) pass_on(listening);
        }
    }
    for (std::size_t i = 0; i < wild_.size(); ++i) {
        if (matches_topic(wild_[i].filter, heard.topic)) {
            const Listening listening = wild_[i].listening;
            pass_on(listening);
        }
    }
    --hearing_;
    if (hearing_ == 0 && !replays_.empty()) hear_retained();
}

void MqttDoor::hear_retained() {
    struct Found {
        std::string topic;
        std::string payload;
        bool restored = false;
    };
    // What a format asked for just now may have been said before it asked.
    const bool live = std::exchange(retaining_, true);
    while (!replays_.empty()) {
        const auto replays = std::exchange(replays_, {});
        for (const Replay& replay : replays) {
            std::vector<Found> found;
            mqtt::RetainedStore::Cursor cursor;
            std::size_t budget = broker_.retained().size() + 1;
            while (const auto message =
                       broker_.retained().next(replay.filter, cursor, hub_.now().mono, budget)) {
                found.push_back({std::string(message->topic()), std::string(message->payload()),
                                 message->restored()});
            }
            ++hearing_;
            for (const auto& [topic, payload, restored] : found) {
                replay.listening.sink->old = restored;
                replay.listening.sink->topic = topic;
                replay.listening.sink->sample = std::string_view(payload).substr(0, 200);
                replay.listening.sink->format.on_message(replay.listening.token,
                                                         {topic, payload, true, hub_.now().wall},
                                                         *replay.listening.sink);
                replay.listening.sink->old = false;
            }
            --hearing_;
        }
    }
    retaining_ = live;
}

void MqttDoor::arm_later() {
    if (later_.empty()) return;
    const auto first =
        std::min_element(later_.begin(), later_.end(),
                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    hub_.environment().loop.alarm(later_alarm, first->second.at, [this] { say_due(); });
}

void MqttDoor::say_due() {
    const Duration now = hub_.now().mono;
    std::vector<std::pair<PropertyId, Later>> due;
    for (auto at = later_.begin(); at != later_.end();) {
        if (at->second.at <= now) {
            due.emplace_back(at->first, std::move(at->second));
            at = later_.erase(at);
        } else {
            ++at;
        }
    }
    for (auto& [property, later] : due) later.sink->report(property, std::move(later.value), {});
    arm_later();
}

// ---- out
// --------------------------------------------------------------------------------------------------

Result<Outlet::Sent> MqttDoor::send(const Order& order) {
    const Catalogue& catalogue = inlet_->catalogue();
    const std::string& thing = catalogue.thing(order.thing).spec.id;
    const auto sink = std::find_if(sinks_.begin(), sinks_.end(),
                                   [&](const auto& s) { return s->format.owns(thing); });
    if (sink == sinks_.end())
        return fail(Code::unavailable, "'" + thing + "' has not announced itself since the start");
    mqtt::Order wanted{thing,          {}, order.action, order.property, order.value, order.command,
                       hub_.now().wall};
    bool reported = false;
    if (order.action.empty()) {
        const PropertySpec& spec = catalogue.property(order.property).spec;
        wanted.property = spec.name;
        reported = spec.readable;
    }
    auto publications = (*sink)->format.encode(wanted);
    if (!publications) return fail(publications.error());
    for (const auto& publication : *publications) publish(publication);
    const bool told_later = reported || (*sink)->format.will_answer(wanted);
    return told_later ? Sent::awaiting_report : Sent::done;
}

void MqttDoor::publish(const mqtt::Publication& publication) {
    if (const auto permit = may_publish(the_hub.index, publication.topic))
        return broker_.publish(*permit, publication);
    refused({.reason = mqtt::Reason::not_authorized,
             .why = "not allowed to publish there",
             .topic = publication.topic});
}

/// The topics are cleared as MQTT does it, so that who follows them learns of it.
void MqttDoor::forgotten(const Forgotten& what) {
    if (what.until.known()) return;  // what is retained is of who has it now
    std::vector<std::string> topics;
    for (const PropertyId id : what.properties) {
        later_.erase(id);
        for (const auto& [topic, said] : said_by_) {
            if (std::find(said.begin(), said.end(), id) != said.end()) topics.push_back(topic);
        }
    }
    for (const auto& topic : topics) {
        publish({.topic = topic, .payload = {}, .retain = true, .qos = 1});
        said_by_.erase(topic);
    }
    keep_all_retained();
}

void MqttDoor::pause(bool paused) {
    broker_.pause(paused);
    if (paused) return;
    for (const mqtt::AckId ack : std::exchange(unsettled_, {})) acknowledge_when_durable(ack);
}

}  // namespace foxtail
