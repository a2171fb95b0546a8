#include "foxtail/app/ocpp_charger.hpp"

#include "foxtail/app/property_spec.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/json/parse.hpp"

#include <array>

namespace foxtail {
namespace {

constexpr std::string_view station_prefix = "station/";

PropertySpec reading_of(std::string_view name, std::string_view title, Type type,
                        std::string_view unit = {}, Category category = Category::primary) {
    auto out = property_spec(name, title, type, unit);
    out.category = category;
    return out;
}

void add_meters(std::vector<PropertySpec>& out) {
    out.push_back(reading_of("power", "Power to the car", Type::number, "W"));
    static constexpr std::array<std::array<const char*, 3>, 3> kinds = {{
        {"power", "Power of phase ", "W"},
        {"current", "Current of phase ", "A"},
        {"voltage", "Voltage of phase ", "V"},
    }};
    for (const auto& [name, title, unit] : kinds) {
        for (const char* phase : {"1", "2", "3"}) {
            out.push_back(reading_of(std::string(name) + "_l" + phase, std::string(title) + phase,
                                     Type::number, unit, Category::diagnostic));
        }
    }
    out.push_back(reading_of("energy", "Energy register", Type::number, "W.h"));
    out.push_back(reading_of("session_energy", "Energy of this session", Type::number, "W.h"));
    out.push_back(reading_of("soc", "State of charge", Type::number, "%"));
}

void add_persons(std::vector<PropertySpec>& out) {
    for (const auto& [name, title] : {std::pair{"id_tag", "Card"}, std::pair{"ev_id", "Car's id"},
                                      std::pair{"reserved_for", "Reserved for"}}) {
        auto spec = reading_of(name, title, Type::string);
        spec.sensitivity = Sensitivity::personal;
        out.push_back(std::move(spec));
    }
}

void add_settings(std::vector<PropertySpec>& out, const ocpp::Station& station) {
    auto limit = reading_of("limit", "Limit per phase", Type::number, "A");
    limit.minimum = 0;
    limit.maximum = station.options().current_a_max;
    limit.step = 0.1;
    limit.settable = true;
    out.push_back(std::move(limit));
    auto power = reading_of("limit_power", "Limit of all phases", Type::number, "W");
    power.minimum = 0;
    power.maximum = station.options().current_a_max * ocpp::Station::volts_nominal * 3;
    power.settable = true;
    out.push_back(std::move(power));
    auto phases = reading_of("phases", "Phases", Type::integer);
    phases.minimum = 1;
    phases.maximum = 3;
    phases.settable = station.switches_phases();
    out.push_back(std::move(phases));
    auto service = reading_of("in_service", "In service", Type::boolean);
    service.settable = true;
    out.push_back(std::move(service));
    auto most = reading_of("max_current", "Most current", Type::number, "A", Category::diagnostic);
    out.push_back(std::move(most));
}

void add_actions(ThingSpec& out) {
    PropertySpec tag = reading_of("tag", "Card to charge with", Type::string);
    PropertySpec how = reading_of("how", "Soft or hard", Type::enumeration);
    how.allowed = {"Soft", "Hard"};
    out.actions = {{"start", "Start charging", tag, Sensitivity::home},
                   {"stop", "Stop charging", std::nullopt, Sensitivity::home},
                   {"unlock", "Unlock the plug", std::nullopt, Sensitivity::critical},
                   {"reset", "Restart the charger", how, Sensitivity::home}};
    PropertySpec whom =
        reading_of("whom", "Card and time, as {\"tag\":\"A1\",\"minutes\":60}", Type::object);
    whom.sensitivity = Sensitivity::personal;
    const auto text = [](std::string_view name, std::string_view title) {
        return std::optional(reading_of(name, title, Type::string));
    };
    out.actions.push_back({"reserve", "Keep it free for a card", whom, Sensitivity::home});
    out.actions.push_back({"cancel_reservation", "Free for all", std::nullopt, Sensitivity::home});
    out.actions.push_back(
        {"schedule", "Ask what it will allow over the next day", std::nullopt, Sensitivity::home});
    out.actions.push_back({"read_setting", "Ask for a setting",
                           text("key", "Key, or Component.Variable"), Sensitivity::home});
    out.actions.push_back(
        {"write_setting", "Change a setting", text("setting", "KEY=VALUE"), Sensitivity::critical});
    out.actions.push_back({"update_firmware", "Let it fetch new firmware",
                           text("url", "Where it is"), Sensitivity::critical});
    out.actions.push_back({"diagnostics", "Let it send its diagnostics",
                           text("url", "The folder to send them to"), Sensitivity::critical});
    out.events = {{"session", "A charging session began or ended", {}},
                  {"security", "The charger reports a security event", {}},
                  {"firmware", "The charger's firmware is being changed", {}}};
}

std::string text_of(const Value& value, std::string otherwise) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && !text->empty() ? *text : std::move(otherwise);
}

struct Reservation {
    std::string tag;
    Duration lasts;
};
Result<Reservation> reservation_in(const Value& value) {
    const auto* json = std::get_if<Json>(&value);
    const auto read = parse_json(json != nullptr ? json->text : std::string());
    const auto* object = read ? read->if_object() : nullptr;
    const auto* tag = object != nullptr ? object->if_contains("tag") : nullptr;
    const auto* minutes_said = object != nullptr ? object->if_contains("minutes") : nullptr;
    const auto* number = minutes_said != nullptr ? minutes_said->if_int64() : nullptr;
    if (tag == nullptr || !tag->is_string() || number == nullptr || *number < 1 ||
        *number > 100'000)
        return fail(Code::invalid_input,
                    "a reservation is written {\"tag\":\"A1\",\"minutes\":60}");
    return Reservation{std::string(std::string_view(tag->get_string())), minutes(*number)};
}

}  // namespace

ocpp::StationOptions options_for(const OcppStationConfig& station,
                                 const std::vector<std::string>& tags) {
    ocpp::StationOptions out;
    for (const auto& one : station.lenient) {
        if (const auto leniency = ocpp::leniency_from(one.what))
            out.leniencies = static_cast<ocpp::Leniencies>(
                out.leniencies | static_cast<ocpp::Leniencies>(*leniency));
    }
    out.current_a_max = station.current_a_max;
    out.fallback_a = station.fallback_a;
    out.lease = station.lease;
    out.relative_profiles = station.relative_profiles;
    out.switches_phases = station.switches_phases;
    out.tokens = tags;
    return out;
}

OcppCharger::OcppCharger(Hub& hub, Inlet& inlet, ocpp::Listener& listener, std::string id,
                         std::string thing_prefix, ocpp::StationOptions options)
    : hub_(hub),
      inlet_(inlet),
      listener_(listener),
      thing_prefix_(std::move(thing_prefix)),
      station_(std::move(id), std::move(options), *this) {}

ThingSpec OcppCharger::describe(int point) const {
    const ocpp::Booted& about = station_.about();
    ThingSpec out;
    out.id = thing_prefix_ + "-" + std::to_string(point);
    out.kind = ThingKind::device;
    out.title = station_.id();
    if (point > 1) out.title += " " + std::to_string(point);
    out.maker = about.vendor;
    out.model = about.model;
    out.description = "A charging point that speaks OCPP";
    auto status = reading_of("status", "State", Type::enumeration);
    for (const auto word : ocpp::point_state_words) status.allowed.emplace_back(word);
    out.properties.push_back(std::move(status));
    out.properties.push_back(
        reading_of("online", "Connected", Type::boolean, "", Category::diagnostic));
    out.properties.push_back(reading_of("error", "Error", Type::string));
    add_meters(out.properties);
    add_persons(out.properties);
    out.properties.push_back(
        reading_of("transaction", "Transaction", Type::string, "", Category::diagnostic));
    out.properties.push_back(reading_of("reserved_until", "Reserved until", Type::string));
    for (const auto& [name, title] : {std::pair{"firmware_status", "Firmware update"},
                                      std::pair{"diagnostics_status", "Sending diagnostics"}})
        out.properties.push_back(reading_of(name, title, Type::string, "", Category::diagnostic));
    out.properties.push_back(
        reading_of("schedule", "What it will allow", Type::object, "", Category::diagnostic));
    add_settings(out.properties, station_);
    add_actions(out);
    return out;
}

void OcppCharger::set_options(ocpp::StationOptions options) {
    const bool other_limits = options.current_a_max != station_.options().current_a_max;
    station_.set_options(std::move(options), hub_.now());
    if (other_limits) learned();
}

int OcppCharger::point_of(std::string_view thing) const {
    for (std::size_t i = 0; i < things_.size(); ++i) {
        if (things_[i] == thing) return static_cast<int>(i) + 1;
    }
    return 0;
}

/// Tells every point anew: the hub knows what has changed and what has not.
void OcppCharger::learned() {
    properties_.clear();
    things_.clear();
    for (int point = 1; point <= station_.points(); ++point) {
        const ThingSpec spec = describe(point);
        things_.push_back(spec.id);
        auto& known = properties_.emplace_back();
        const auto told = inlet_.tell(spec);
        if (!told) {
            noticed("things", spec.id, told.error().message);
            continue;
        }
        const auto& thing = inlet_.catalogue().thing(*told);
        for (std::size_t i = 0; i < spec.properties.size() && i < thing.properties.size(); ++i)
            known.emplace(spec.properties[i].name, thing.properties[i]);
        say(point, "max_current", station_.options().current_a_max, hub_.now().wall);
    }
}

void OcppCharger::say(int point, std::string_view property, Value value, Time at) {
    const auto index = static_cast<std::size_t>(point - 1);
    if (point < 1 || index >= properties_.size()) return;
    const auto found = properties_[index].find(property);
    if (found == properties_[index].end()) return;
    const auto said = inlet_.report({found->second, Quality::good, at, std::move(value)});
    if (!said && said.error().code == Code::invalid_input)
        noticed(property, {}, said.error().message);
}

void OcppCharger::happened(int point, std::string_view event, Value detail) {
    const auto index = static_cast<std::size_t>(point - 1);
    if (point < 1 || index >= things_.size()) return;
    const auto said = inlet_.happened(things_[index], event, std::move(detail));
    if (!said && said.error().code == Code::invalid_input) noticed(event, {}, said.error().message);
}

void OcppCharger::noticed(std::string_view topic, std::string_view sample, std::string_view why) {
    inlet_.refuse("ocpp " + station_.id(), topic, sample, why);
}

void OcppCharger::keep(std::string bytes) {
    inlet_.keep(std::string(station_prefix) + station_.id(), std::move(bytes));
}

bool OcppCharger::certificate_wished(std::string request) {
    return own_certificate && own_certificate(std::move(request));
}

void OcppCharger::send(std::string frame, bool when_durable) {
    if (line == 0) return;
    if (!when_durable) return listener_.send(line, std::move(frame));
    // What is acknowledged is durable. Where it cannot be kept the line goes, and the charger tells
    // it again.
    inlet_.when_durable(
        [&listener = listener_, to = line, text = std::move(frame)](Result<void> durable) mutable {
            if (durable) return listener.send(to, std::move(text));
            listener.close(to, 1013, "cannot be kept now");
        });
}

void OcppCharger::ended(std::uint64_t ticket, bool done, std::string_view detail) {
    if (ticket >= own_tickets) {
        if (own_ended) own_ended(ticket, done, detail);
        return;
    }
    inlet_.answer(ticket, done ? Outcome::confirmed : Outcome::refused, detail);
}

Result<void> OcppCharger::carry_out_request(const Order& order, int point, Moment now) {
    const auto ticket = order.command;
    if (order.action == "reserve") {
        const auto whom = reservation_in(order.value);
        if (!whom) return fail(whom.error());
        return station_.reserve(point, whom->tag, whom->lasts, ticket, now);
    }
    if (order.action == "cancel_reservation")
        return station_.cancel_reservation(point, ticket, now);
    if (order.action == "schedule") return station_.schedule(point, ticket, now);
    // What changes the box itself, or shows its inside to others, is for who may give rights away.
    if (!hub_.authority().decide_at(order.asked_by, Verb::grant, {}, now.wall).allowed)
        return fail(Code::denied, "that is for the owner of the house");
    const auto text = text_of(order.value, "");
    if (order.action == "read_setting") return station_.read_setting(text, ticket, now);
    if (order.action == "write_setting") return station_.write_setting(text, ticket, now);
    if (order.action == "update_firmware") return station_.update_firmware(text, ticket, now);
    if (order.action == "diagnostics") return station_.diagnostics(text, ticket, now);
    return fail(Code::invalid_input, "no such action");
}

Result<Outlet::Sent> OcppCharger::carry_out(const Order& order, int point) {
    const Moment now = hub_.now();
    const auto sent = [](Result<void> done) -> Result<Outlet::Sent> {
        if (!done) return fail(done.error());
        return Outlet::Sent::awaiting_report;
    };
    if (order.action == "start")
        return sent(station_.start(point, text_of(order.value, "foxtail"), order.command, now));
    if (order.action == "stop") return sent(station_.stop(point, order.command, now));
    if (order.action == "unlock") return sent(station_.unlock(point, order.command, now));
    if (order.action == "reset")
        return sent(station_.reset(text_of(order.value, "Soft") == "Hard", order.command, now));
    if (!order.action.empty()) return sent(carry_out_request(order, point, now));
    const auto& name = inlet_.catalogue().property(order.property).spec.name;
    if (const auto* on = std::get_if<bool>(&order.value); on != nullptr && name == "in_service")
        return sent(station_.serve(point, *on, order.command, now));
    double number = 0;
    if (!as_number(order.value, number)) return fail(Code::invalid_input, "a number is needed");
    if (name == "limit") return sent(station_.limit(point, number, order.command, now));
    if (name == "limit_power") return sent(station_.limit_power(point, number, order.command, now));
    if (name == "phases")
        return sent(station_.phases(point, static_cast<int>(number), order.command, now));
    return fail(Code::invalid_input, "'" + name + "' cannot be set");
}

}  // namespace foxtail
