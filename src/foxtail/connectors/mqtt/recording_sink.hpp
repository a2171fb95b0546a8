#pragma once

#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/model/thing.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foxtail::mqtt {

/// For tests: takes what a format tells as the connector would, and remembers it. Keeps to the
/// contract's checks, so that a format which tells a wrong spec or says what cannot be stored is
/// found out.
class RecordingSink : public Sink {
public:
    struct Said {
        std::string address;
        Value value;
        Time source_time;
        friend bool operator==(const Said&, const Said&) = default;
    };
    struct Refused {
        std::string topic;
        std::string sample;
        std::string reason;
    };
    struct Event {
        std::string thing;
        std::string name;
        Value detail;
    };
    struct Answer {
        std::uint64_t command = 0;
        bool confirmed = false;
        std::string detail;
        friend bool operator==(const Answer&, const Answer&) = default;
    };
    struct Later {
        Duration delay;
        std::string address;
        Value value;
    };

    Result<std::vector<PropertyId>> tell(const ThingSpec& spec) override {
        ++tellings;
        if (const Result<void> checked = check(spec); !checked) {
            wrong.push_back(spec.id + ": " + checked.error().message);
            return fail(checked.error());
        }
        things[spec.id] = spec;
        std::vector<PropertyId> ids;
        for (const PropertySpec& property : spec.properties) {
            const std::string address = spec.id + "/" + property.name;
            const auto next = static_cast<std::uint32_t>(addresses.size());
            const auto [at, created] = ids_.try_emplace(address, next);
            if (created) {
                addresses.push_back(address);
                specs_.push_back(property);
            } else {
                specs_[at->second] = property;
            }
            ids.push_back(PropertyId{at->second});
        }
        return ids;
    }
    void gone(std::string_view thing) override {
        things.erase(std::string(thing));
        gone_things.emplace_back(thing);
    }
    bool say(PropertyId property, Value value, Time source_time = {}) override {
        if (property.index >= addresses.size()) {
            wrong.push_back("a reading of a property never told");
            return true;
        }
        if (from_before_a_restart) return false;
        if (auto fits = fit(specs_[property.index], value); !fits) {
            bad.push_back(addresses[property.index] + ": " + fits.error().message);
        } else {
            value = std::move(*fits);
        }
        latest[addresses[property.index]] = value;
        if (keep_said) said.push_back({addresses[property.index], std::move(value), source_time});
        return true;
    }
    void say_later(Duration delay, PropertyId property, Value value) override {
        later.push_back({delay, addresses.at(property.index), std::move(value)});
    }
    void happened(std::string_view thing, std::string_view event, Value detail) override {
        const auto found = things.find(thing);
        if (found == things.end()) {
            wrong.push_back("an event of a thing never told: " + std::string(thing));
        } else {
            bool known = false;
            for (const EventSpec& spec : found->second.events) known |= spec.name == event;
            if (!known) wrong.push_back("an event never told: " + std::string(event));
        }
        events.push_back({std::string(thing), std::string(event), std::move(detail)});
    }
    void refuse(std::string_view topic, std::string_view sample, std::string reason) override {
        refused.push_back(
            {std::string(topic), std::string(sample.substr(0, 200)), std::move(reason)});
    }
    void misfit(PropertyId property, std::string_view, std::string_view) override {
        misfits.push_back(addresses.at(property.index));
    }
    void listen(std::string_view topic_filter, std::uint32_t token) override {
        listening.emplace(std::string(topic_filter), token);
    }
    void unlisten(std::string_view topic_filter, std::uint32_t token) override {
        const auto [from, to] = listening.equal_range(topic_filter);
        for (auto at = from; at != to; ++at) {
            if (at->second != token) continue;
            listening.erase(at);
            return;
        }
        wrong.push_back("unlisten without listen: " + std::string(topic_filter));
    }
    void publish(Publication publication) override { published.push_back(std::move(publication)); }
    void answer(std::uint64_t command, bool confirmed, std::string_view detail) override {
        answers.push_back({command, confirmed, std::string(detail)});
    }
    void keep(std::string_view name, std::string bytes) override {
        kept[std::string(name)] = std::move(bytes);
    }

    /// Hands a message to the format, as often as it listens to the topic. False when it does not.
    bool deliver(Format& format, std::string_view topic, std::string_view payload,
                 bool retained = false) {
        std::vector<std::uint32_t> tokens;
        for (const auto& [filter, token] : listening) {
            if (matches(filter, topic)) tokens.push_back(token);
        }
        for (const std::uint32_t token : tokens) {
            format.on_message(token, Heard{topic, payload, retained, now}, *this);
        }
        return !tokens.empty();
    }
    /// The last value said, or nothing when none was ever said.
    [[nodiscard]] std::optional<Value> value(std::string_view address) const {
        const auto found = latest.find(address);
        if (found == latest.end()) return std::nullopt;
        return found->second;
    }
    [[nodiscard]] const PropertySpec* property(std::string_view thing,
                                               std::string_view name) const {
        const auto found = things.find(thing);
        if (found == things.end()) return nullptr;
        for (const PropertySpec& spec : found->second.properties) {
            if (spec.name == name) return &spec;
        }
        return nullptr;
    }

    static bool matches(std::string_view filter, std::string_view topic) {
        while (true) {
            if (filter == "#") return true;
            const std::size_t filter_end = filter.find('/');
            const std::size_t topic_end = topic.find('/');
            const std::string_view level = filter.substr(0, filter_end);
            if (level != "+" && level != topic.substr(0, topic_end)) return false;
            if (filter_end == filter.npos || topic_end == topic.npos) {
                return filter_end == filter.npos && topic_end == topic.npos;
            }
            filter.remove_prefix(filter_end + 1);
            topic.remove_prefix(topic_end + 1);
        }
    }

    Time now = {1'750'000'000'000'000};
    bool keep_said = true;
    bool from_before_a_restart = false;
    std::map<std::string, ThingSpec, std::less<>> things;
    std::map<std::string, Value, std::less<>> latest;
    std::vector<std::string> addresses;
    std::vector<Said> said;
    std::vector<Later> later;
    std::vector<Event> events;
    std::vector<Refused> refused;
    std::vector<std::string> gone_things;
    std::vector<Publication> published;
    std::vector<Answer> answers;
    std::map<std::string, std::string, std::less<>> kept;
    std::multimap<std::string, std::uint32_t, std::less<>> listening;
    std::vector<std::string> bad;      // readings outside their property's type or range
    std::vector<std::string> wrong;    // broken contracts of the format
    std::vector<std::string> misfits;  // addresses of what something came for that is no value
    std::size_t tellings = 0;

private:
    std::map<std::string, std::uint32_t, std::less<>> ids_;
    std::vector<PropertySpec> specs_;
};

}  // namespace foxtail::mqtt
