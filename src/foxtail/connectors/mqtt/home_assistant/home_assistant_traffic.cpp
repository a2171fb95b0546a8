// Who hears which topic, what messages mean to them, and how orders leave.
#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/home_assistant/home_assistant_parts.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt {
namespace {

namespace bj = boost::json;

bool wants_json(const ha::Source& source) {
    return source.picker.wants_json();
}

}  // namespace

std::optional<bool> HomeAssistant::Reachability::reachable() const {
    std::size_t online = 0, offline = 0;
    for (const std::optional<bool>& one : heard) {
        if (one) ++(*one ? online : offline);
    }
    switch (spec.mode) {
        case ha::Availability::Mode::latest:
            return latest;
        case ha::Availability::Mode::all:
            if (offline > 0) return false;
            if (online == heard.size()) return true;
            return std::nullopt;
        case ha::Availability::Mode::any:
            if (online > 0) return true;
            if (offline == heard.size()) return false;
            return std::nullopt;
    }
    return std::nullopt;
}

/// A device is there when any of its entities is.
std::optional<bool> HomeAssistant::Device::is_available() const {
    bool all_known = true;
    for (const auto& one : reachability) {
        const std::optional<bool> reachable = one->reachable();
        if (reachable == true) return true;
        all_known &= reachable.has_value();
    }
    if (reachability.empty() || !all_known) return std::nullopt;
    return false;
}

void HomeAssistant::subscribe(const std::string& topic, const Consumer& consumer) {
    std::unique_ptr<Subscription>& place = subscriptions_[topic];
    if (!place) {
        place = std::make_unique<Subscription>();
        place->topic = topic;
    }
    place->fresh.push_back(consumer);
    to_listen_.insert(topic);
}

void HomeAssistant::detach(const Record* record, const Reachability* reachability,
                           std::string_view topic) {
    const auto found = subscriptions_.find(topic);
    if (found == subscriptions_.end()) return;
    Subscription& subscription = *found->second;
    const auto is_theirs = [&](const Consumer& consumer) {
        return record != nullptr ? consumer.record == record
                                 : consumer.reachability == reachability;
    };
    std::erase_if(subscription.consumers, is_theirs);
    std::erase_if(subscription.fresh, is_theirs);
    if (!subscription.consumers.empty() || !subscription.fresh.empty()) return;
    if (subscription.token) to_unlisten_.emplace_back(subscription.topic, *subscription.token);
    if (subscription.token) subscription_by_token_[*subscription.token] = nullptr;
    to_listen_.erase(subscription.topic);
    subscriptions_.erase(found);
}

void HomeAssistant::attach(Record& record) {
    if (std::exchange(record.attached, true)) return;
    for (std::uint32_t i = 0; i < record.entity.fields.size(); ++i) {
        const std::string& topic = record.entity.fields[i].source.topic;
        if (!topic.empty()) {
            subscribe(topic, {Consumer::Kind::field, &record, record.device, nullptr, i});
        }
    }
    for (std::uint32_t i = 0; i < record.entity.happenings.size(); ++i) {
        subscribe(record.entity.happenings[i].topic,
                  {Consumer::Kind::happening, &record, record.device, nullptr, i});
    }
}

void HomeAssistant::renew_reachability(Device& device) {
    std::vector<std::unique_ptr<Reachability>> before = std::exchange(device.reachability, {});
    for (const auto& [key, record] : device.records) {
        const ha::Availability& spec = record->entity.availability;
        if (spec.items.empty()) continue;
        const auto same = [&](const auto& one) { return one != nullptr && one->spec == spec; };
        if (std::any_of(device.reachability.begin(), device.reachability.end(), same)) continue;
        const auto known = std::find_if(before.begin(), before.end(), same);
        if (known != before.end()) {
            device.reachability.push_back(std::move(*known));
            continue;
        }
        auto made = std::make_unique<Reachability>();
        made->spec = spec;
        made->heard.resize(spec.items.size());
        for (std::uint32_t i = 0; i < spec.items.size(); ++i) {
            subscribe(spec.items[i].topic,
                      {Consumer::Kind::availability, nullptr, &device, made.get(), i});
        }
        device.reachability.push_back(std::move(made));
    }
    for (const auto& one : before) {
        if (one == nullptr) continue;
        for (const auto& item : one->spec.items) detach(nullptr, one.get(), item.topic);
    }
}

void HomeAssistant::flush_listens(Sink& sink) {
    for (const auto& [topic, token] : std::exchange(to_unlisten_, {})) {
        sink.unlisten(topic, token);
        free_tokens_.push_back(token);
    }
    for (const std::string& topic : std::exchange(to_listen_, {})) {
        const auto found = subscriptions_.find(topic);
        if (found == subscriptions_.end()) continue;
        Subscription& subscription = *found->second;
        if (subscription.token) {
            // Listening again, under a new number, brings the retained message to those who missed
            // it.
            sink.unlisten(topic, *subscription.token);
            subscription_by_token_[*subscription.token] = nullptr;
            free_tokens_.push_back(*subscription.token);
        }
        std::uint32_t token = static_cast<std::uint32_t>(subscription_by_token_.size());
        if (free_tokens_.empty() || free_tokens_.front() == subscription.token) {
            subscription_by_token_.push_back(nullptr);
        } else {
            token = free_tokens_.front();
            free_tokens_.pop_front();
        }
        subscription.token = token;
        subscription_by_token_[token] = &subscription;
        sink.listen(topic, token);
    }
}

void HomeAssistant::deliver(const std::vector<Consumer>& consumers, const Heard& heard,
                            Sink& sink) {
    constexpr const char* not_json = "the payload is no json";
    const bj::value* json = nullptr;
    bool tried = false;
    bool complained = false;
    const auto parsed = [&]() -> const bj::value* {
        if (!std::exchange(tried, true)) {
            const auto read = reader_.read(heard.payload);
            if (read) json = *read;
        }
        return json;
    };
    for (const Consumer& consumer : consumers) {
        switch (consumer.kind) {
            case Consumer::Kind::field: {
                if (heard.payload.empty()) break;  // the retained message was cleared
                const ha::Source& source = consumer.record->entity.fields[consumer.index].source;
                const bool wanted = wants_json(source);
                if (wanted && parsed() == nullptr && !source.text_too) {
                    if (!std::exchange(complained, true)) {
                        sink.refuse(heard.topic, heard.payload, not_json);
                    }
                    if (consumer.index < consumer.record->ids.size())
                        sink.misfit(consumer.record->ids[consumer.index], heard.payload, not_json);
                    break;
                }
                deliver_field(consumer, heard, wanted ? json : nullptr, sink);
                break;
            }
            case Consumer::Kind::happening:
                if (!heard.retained) deliver_happening(consumer, heard, parsed(), sink);
                break;
            case Consumer::Kind::availability:
                deliver_availability(consumer, heard, parsed(), sink);
                break;
        }
    }
}

void HomeAssistant::deliver_field(const Consumer& consumer, const Heard& heard,
                                  const bj::value* json, Sink& sink) {
    Record& record = *consumer.record;
    if (consumer.index >= record.ids.size()) return;
    const ha::Field& field = record.entity.fields[consumer.index];
    auto value = ha::decode(field, heard.payload, json);
    const PropertyId id = record.ids[consumer.index];
    if (!value) {
        // Not the whole message: others may not see what else is in it.
        const auto text = ha::picked_text(field.source.picker, heard.payload, json);
        sink.misfit(id, text.value_or(""), value.error().message);
        return sink.refuse(heard.topic, heard.payload,
                           record.base_name + " " + value.error().message);
    }
    if (!value->has_value()) return;
    const bool went_on = field.off_delay && **value == Value(true);
    sink.say(id, std::move(**value));
    if (went_on) sink.say_later(*field.off_delay, id, false);
}

void HomeAssistant::deliver_happening(const Consumer& consumer, const Heard& heard,
                                      const bj::value* json, Sink& sink) {
    Record& record = *consumer.record;
    const ha::Happening& happening = record.entity.happenings[consumer.index];
    std::string name = record.base_name;
    if (!happening.spec.name.empty()) name += "." + happening.spec.name;
    const std::string& thing = record.device->spec.id;
    if (happening.kind == ha::Happening::Kind::picture) {
        return sink.happened(thing, name,
                             Json{"{\"bytes\":" + std::to_string(heard.payload.size()) + "}"});
    }
    const auto text = ha::picked_text(happening.picker, heard.payload, json);
    if (!text || text->empty()) return;
    if (happening.kind == ha::Happening::Kind::payload) {
        if (!happening.payload.empty() && *text != happening.payload) return;
        if (!valid_utf8(*text) || text->size() > string_value_bytes_max) {
            return sink.refuse(heard.topic, heard.payload, "the event's detail is no short text");
        }
        return sink.happened(thing, name, *text);
    }
    const bj::value* object = json;
    if (happening.picker.wants_json() && json != nullptr) object = happening.picker.pick(*json);
    const bj::value* type = object != nullptr && object->is_object()
                                ? object->get_object().if_contains("event_type")
                                : nullptr;
    if (type == nullptr || !type->is_string()) {
        return sink.refuse(heard.topic, heard.payload, "an event without event_type");
    }
    std::string kind(type->get_string());
    const auto& kinds = happening.spec.kinds;
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
        return sink.refuse(heard.topic, heard.payload,
                           "event_type " + printable(kind, 60) + " was not announced");
    }
    sink.happened(thing, name, std::move(kind));
}

void HomeAssistant::deliver_availability(const Consumer& consumer, const Heard& heard,
                                         const bj::value* json, Sink& sink) {
    Reachability& reachability = *consumer.reachability;
    const ha::Availability::Item& item = reachability.spec.items[consumer.index];
    const auto text = ha::picked_text(item.picker, heard.payload, json);
    if (!text) return;
    if (*text != item.online && *text != item.offline) return;
    const bool online = *text == item.online;
    reachability.heard[consumer.index] = online;
    reachability.latest = online;
    say_available(*consumer.device, sink);
}

void HomeAssistant::say_available(Device& device, Sink& sink) {
    if (!device.available) return;
    const std::optional<bool> now = device.is_available();
    if (!now || now == device.said_available) return;
    if (sink.say(*device.available, *now)) device.said_available = now;
}

Result<std::vector<Publication>> HomeAssistant::encode(const Order& order) {
    const auto found = device_by_thing_.find(order.thing);
    if (found == device_by_thing_.end()) {
        return fail(Code::not_found, "no announced device " + printable(order.thing, 60));
    }
    Device& device = *found->second;
    const bool property = !order.property.empty();
    const std::string_view wanted = property ? order.property : order.action;
    const auto named = [&](const Record& record, const std::string& suffix) {
        if (suffix.empty()) return wanted == record.base_name;
        return wanted.size() == record.base_name.size() + 1 + suffix.size() &&
               wanted.starts_with(record.base_name) && wanted.ends_with(suffix) &&
               wanted[record.base_name.size()] == '.';
    };
    const auto publication = [&](const Record& record, const std::string& topic,
                                 std::string payload) {
        std::vector<Publication> sent(1);
        sent[0].topic = topic;
        sent[0].payload = std::move(payload);
        sent[0].retain = record.entity.retain;
        sent[0].qos = record.entity.qos;
        return sent;
    };
    for (const auto& [key, record] : device.records) {
        for (std::size_t i = 0; property && i < record->entity.fields.size(); ++i) {
            const ha::Field& field = record->entity.fields[i];
            if (!named(*record, field.spec.name) || !field.spec.settable) continue;
            if (device.said_available == false) break;
            auto payload = ha::encode(field, order.value);
            if (!payload) return fail(payload.error());
            if (field.optimistic && sink_ != nullptr && i < record->ids.size()) {
                sink_->say(record->ids[i], order.value);
            }
            return publication(*record, field.target->topic, std::move(*payload));
        }
        for (std::size_t i = 0; !property && i < record->entity.deeds.size(); ++i) {
            const ha::Deed& deed = record->entity.deeds[i];
            if (!named(*record, deed.spec.name)) continue;
            if (device.said_available == false) break;
            std::string payload = deed.payload;
            if (deed.spec.input) {
                const auto* text = std::get_if<std::string>(&order.value);
                payload = text != nullptr && !deed.json_text ? *text : to_json(order.value);
            }
            return publication(*record, deed.topic, deed.writer.write(payload));
        }
    }
    if (device.said_available == false) {
        return fail(Code::unavailable, std::string(order.thing) + " is unavailable");
    }
    return fail(Code::not_found, std::string(order.thing) + " has nothing to set or run named " +
                                     printable(wanted, 60));
}

}  // namespace foxtail::mqtt
