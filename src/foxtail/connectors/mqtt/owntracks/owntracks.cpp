#include "foxtail/connectors/mqtt/owntracks/owntracks.hpp"

#include "foxtail/base/utf8.hpp"

#include <array>
#include <utility>

namespace foxtail::mqtt {
namespace {

constexpr std::uint32_t phone_token = 0;
constexpr std::uint32_t detail_token = 1;

/// Which of a person's properties; the order of person_rows.
struct PersonPart {
    enum Index : std::size_t {
        place,
        latitude,
        longitude,
        accuracy,
        altitude,
        velocity,
        course,
        battery,
        charging,
        connection,
        last_seen,
        available,
        count,
    };
};

struct PersonRow {
    std::string_view name, title;
    Type type;
    std::string_view unit;
    bool ages;
    Category category;
};
constexpr std::array<PersonRow, PersonPart::count> person_rows{{
    {"place", "Place", Type::string, "", true, Category::primary},
    {"latitude", "Latitude", Type::number, "deg", true, Category::primary},
    {"longitude", "Longitude", Type::number, "deg", true, Category::primary},
    {"accuracy", "Accuracy", Type::number, "m", true, Category::diagnostic},
    {"altitude", "Altitude", Type::number, "m", true, Category::primary},
    {"velocity", "Velocity", Type::number, "km/h", true, Category::primary},
    {"course", "Course", Type::number, "deg", true, Category::primary},
    {"battery", "Phone battery", Type::number, "%", true, Category::primary},
    {"charging", "Phone charging", Type::enumeration, "", true, Category::diagnostic},
    {"connection", "Phone connection", Type::enumeration, "", true, Category::diagnostic},
    {"last_seen", "Last seen", Type::string, "", false, Category::diagnostic},
    {"available", "Available", Type::boolean, "", false, Category::diagnostic},
}};

/// `<base>/<user>/<device>[/<kind>]`
struct PhoneTopic {
    std::string_view user, device, kind;
};
std::optional<PhoneTopic> parse_phone_topic(std::string_view base, std::string_view topic) {
    if (!topic.starts_with(base) || topic.size() <= base.size() || topic[base.size()] != '/') {
        return std::nullopt;
    }
    topic.remove_prefix(base.size() + 1);
    PhoneTopic found;
    const std::size_t user_end = topic.find('/');
    if (user_end == topic.npos || user_end == 0) return std::nullopt;
    found.user = topic.substr(0, user_end);
    topic.remove_prefix(user_end + 1);
    const std::size_t device_end = topic.find('/');
    found.device = topic.substr(0, device_end);
    if (device_end != topic.npos) found.kind = topic.substr(device_end + 1);
    if (found.device.empty()) return std::nullopt;
    return found;
}

}  // namespace

struct OwnTracks::Person {
    std::string user;
    std::string device;  // heard last
    ThingSpec spec;
    std::vector<PropertyId> ids;
    owntracks::Presence presence;
    std::optional<std::string> said_place;
    std::optional<bool> said_available;
    Time latest;  // of the newest fix
};

OwnTracks::OwnTracks(OwnTracksOptions options)
    : options_(std::move(options)),
      ids_(options_.taken, std::move(options_.known_ids)),
      reader_(JsonLimits{.bytes_max = 1024 * 1024, .depth_max = 16}) {}

OwnTracks::~OwnTracks() = default;

void OwnTracks::start(Sink& sink) {
    sink.listen(options_.base + "/+/+", phone_token);
    sink.listen(options_.base + "/+/+/+", detail_token);
}

bool OwnTracks::owns(std::string_view thing) const {
    return person_by_thing_.contains(thing);
}

/// All below the base, understood or not, but what is spoken to a phone.
std::optional<std::string_view> OwnTracks::speaks_for(std::string_view topic) const {
    if (!topic.starts_with(options_.base)) return std::nullopt;
    const auto rest = topic.substr(options_.base.size());
    if (!rest.empty() && rest.front() != '/') return std::nullopt;
    const auto phone = parse_phone_topic(options_.base, topic);
    if (phone && phone->kind == "cmd") return std::nullopt;
    const auto person = phone ? people_.find(phone->user) : people_.end();
    if (person == people_.end()) return "";
    return person->second->spec.id;
}

void OwnTracks::on_message(std::uint32_t, const Heard& heard, Sink& sink) {
    const auto topic = parse_phone_topic(options_.base, heard.topic);
    if (!topic) return sink.refuse(heard.topic, heard.payload, "no user and device in the topic");
    if (heard.payload.empty() || topic->kind == "cmd") return;  // cleared, or spoken to a phone
    const auto payload = reader_.read(heard.payload);
    if (!payload) return sink.refuse(heard.topic, heard.payload, payload.error().message);
    auto message = owntracks::read_message(**payload);
    if (!message) return sink.refuse(heard.topic, heard.payload, message.error().message);
    bool sealed_up = false;
    if (const auto* sealed = std::get_if<owntracks::Encrypted>(&*message)) {
        sealed_up = true;  // what was encrypted stays out of lists that others may see
        const auto secret = options_.secrets.find(topic->user);
        if (secret == options_.secrets.end()) {
            return sink.refuse(heard.topic, "",
                               "encrypted, and no secret is configured for this user");
        }
        const auto text = owntracks::decrypt(sealed->text, secret->second);
        if (!text) return sink.refuse(heard.topic, "", text.error().message);
        const auto inner = reader_.read(*text);
        if (!inner) return sink.refuse(heard.topic, "", "the decrypted message is no json");
        message = owntracks::read_message(**inner);
        if (!message) return sink.refuse(heard.topic, "", message.error().message);
    }
    if (std::holds_alternative<owntracks::Other>(*message)) return;
    Person* person = person_of(topic->user, heard, sink);
    if (person == nullptr) return;
    person->device = topic->device;
    if (const auto* location = std::get_if<owntracks::Location>(&*message)) {
        if (!location->misfits.empty()) {
            sink.refuse(heard.topic, sealed_up ? "" : "{" + location->misfits + "}",
                        "outside type or range, and not taken; the rest is");
        }
        on_location(*person, *location, heard, sink);
    } else if (const auto* transition = std::get_if<owntracks::Transition>(&*message)) {
        on_transition(*person, *transition, heard, sink);
    } else if (const auto* one = std::get_if<owntracks::Waypoint>(&*message)) {
        person->presence.learn({one->name, one->latitude, one->longitude, one->radius_m});
    } else if (const auto* many = std::get_if<owntracks::Waypoints>(&*message)) {
        for (const auto& w : many->list) {
            person->presence.learn({w.name, w.latitude, w.longitude, w.radius_m});
        }
    } else if (const auto* card = std::get_if<owntracks::Card>(&*message)) {
        if (!card->name.empty() && card->name != person->spec.title) {
            person->spec.title = card->name;
            tell(*person, sink);
        }
    } else if (std::holds_alternative<owntracks::Lost>(*message)) {
        if (sink.say(person->ids[PersonPart::available], false)) person->said_available = false;
    }
}

OwnTracks::Person* OwnTracks::person_of(std::string_view user, const Heard& heard, Sink& sink) {
    const auto known = people_.find(user);
    if (known != people_.end()) return known->second.get();
    if (people_.size() >= people_max) {
        sink.refuse(heard.topic, user, std::to_string(people_max) + " people, no more are taken");
        return nullptr;
    }
    const auto id = ids_.id_of(user, user, "person");
    if (!id) {
        sink.refuse(heard.topic, user, id.error().message);
        return nullptr;
    }
    auto person = std::make_unique<Person>();
    person->user = user;
    person->presence = owntracks::Presence(options_.rules);
    for (const owntracks::Region& region : options_.regions) person->presence.learn(region);
    ThingSpec& spec = person->spec;
    spec.id = *id;
    spec.kind = ThingKind::person;
    spec.title = printable(user, 100);
    for (const PersonRow& row : person_rows) {
        PropertySpec& property = spec.properties.emplace_back();
        property.name = row.name;
        property.title = row.title;
        property.type = row.type;
        property.unit = row.unit;
        property.category = row.category;
        property.sensitivity = Sensitivity::personal;
        if (row.ages) property.max_age = options_.max_age;
    }
    spec.properties[PersonPart::charging].allowed = {"unknown", "unplugged", "charging", "full"};
    spec.properties[PersonPart::connection].allowed = {"wifi", "offline", "mobile"};
    spec.actions = {{"locate", "Ask for the position", std::nullopt, Sensitivity::personal}};
    spec.events = {{"entered", "Entered a region", {}}, {"left", "Left a region", {}}};
    if (!tell(*person, sink)) return nullptr;
    Person* told = person.get();
    person_by_thing_[spec.id] = told;
    people_.emplace(user, std::move(person));
    return told;
}

bool OwnTracks::tell(Person& person, Sink& sink) {
    auto ids = sink.tell(person.spec);
    if (!ids || ids->size() != PersonPart::count) {
        sink.refuse(options_.base + "/" + person.user, "",
                    "person not taken: " + (ids ? "wrong numbers" : ids.error().message));
        return false;
    }
    person.ids = std::move(*ids);
    return true;
}

void OwnTracks::say_alive(Person& person, const Heard& heard, Sink& sink) {
    if (heard.retained) return;  // from before; it does not show that the phone lives
    sink.say(person.ids[PersonPart::last_seen], format_rfc3339(to_millisecond(heard.at)));
    if (person.said_available == true) return;
    if (sink.say(person.ids[PersonPart::available], true)) person.said_available = true;
}

void OwnTracks::on_location(Person& person, const owntracks::Location& location, const Heard& heard,
                            Sink& sink) {
    say_alive(person, heard, sink);
    if (location.ping || (location.at.known() && location.at < person.latest)) return;
    // A phone whose clock runs ahead must not shut out every later fix.
    const Time at = location.at > heard.at ? heard.at : location.at;
    if (at.known()) person.latest = at;
    const auto say = [&](PersonPart::Index index, const std::optional<double>& number) {
        if (number) sink.say(person.ids[index], *number, at);
    };
    say(PersonPart::latitude, location.latitude);
    say(PersonPart::longitude, location.longitude);
    say(PersonPart::accuracy, location.accuracy_m);
    say(PersonPart::altitude, location.altitude_m);
    say(PersonPart::velocity, location.velocity_km_h);
    say(PersonPart::course, location.course_deg);
    say(PersonPart::battery, location.battery_percent);
    if (location.charging) sink.say(person.ids[PersonPart::charging], *location.charging, at);
    if (location.connection) sink.say(person.ids[PersonPart::connection], *location.connection, at);
    owntracks::Location fix = location;
    fix.at = at;
    // Said again though it is the same: a place that is still reported does not get stale.
    const bool fresh = location.accuracy_m.value_or(0) <= options_.rules.accuracy_max_m;
    say_place(person, person.presence.apply(fix), heard, at, fresh, sink);
}

void OwnTracks::on_transition(Person& person, const owntracks::Transition& transition,
                              const Heard& heard, Sink& sink) {
    say_alive(person, heard, sink);
    owntracks::Transition crossing = transition;
    if (crossing.at > heard.at) crossing.at = heard.at;
    say_place(person, person.presence.apply(crossing), heard, crossing.at, false, sink);
}

void OwnTracks::say_place(Person& person, const std::vector<owntracks::Move>& moves,
                          const Heard& heard, Time at, bool fresh, Sink& sink) {
    const auto now = person.presence.place();
    if (now && (fresh || now != person.said_place)) {
        if (sink.say(person.ids[PersonPart::place], *now, at)) person.said_place = now;
    }
    if (heard.retained) return;  // told again, not crossed again
    for (const owntracks::Move& move : moves) {
        sink.happened(person.spec.id, move.entered ? "entered" : "left", move.region);
    }
}

Result<std::vector<Publication>> OwnTracks::encode(const Order& order) {
    const auto found = person_by_thing_.find(order.thing);
    if (found == person_by_thing_.end()) {
        return fail(Code::not_found, "no person " + printable(order.thing, 60));
    }
    const Person& person = *found->second;
    if (order.action != "locate") {
        return fail(Code::not_found, "a person can only be located, not set");
    }
    std::vector<Publication> sent(1);
    sent[0].topic = options_.base + "/" + person.user + "/" + person.device + "/cmd";
    sent[0].payload = R"({"_type":"cmd","action":"reportLocation"})";
    return sent;
}

}  // namespace foxtail::mqtt
