#include "foxtail/app/mqtt_values.hpp"

#include "foxtail/api/show.hpp"
#include "foxtail/connectors/mqtt/topic.hpp"

#include <chrono>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace foxtail {
namespace {

constexpr std::string_view ours = "$foxtail/";
constexpr std::string_view things = "$foxtail/things/";
constexpr std::size_t waiting_max = 256;  // messages, before a client has to read
constexpr auto try_again = std::chrono::milliseconds(50);

std::string topic_of(const Property& property) {
    return std::string(things) + property.address;
}

}  // namespace

/// One line's view. What the hub tells it is only that something changed: what it is is asked of
/// the Door when it is sent, so that a right that ended meanwhile has ended.
class MqttValues::View final : public Stream {
public:
    View(MqttValues& all, mqtt::LineId line, Door door) : all_(all), line_(line), door_(door) {
        door_.watch(*this);
    }
    ~View() override {
        if (!over_) door_.unwatch(*this);
    }
    View(const View&) = delete;
    View& operator=(const View&) = delete;

    void reading(const Property& property, const Belief&, Quality) override { spoiled(property); }
    void spoiled(const Property& property) override {
        if (!all_.broker_.wants(line_, topic_of(property))) return;
        changed_.insert(property.id);
        all_.soon();
    }
    void record(const Record&) override {}
    void affairs_changed() override { all_.look_again(); }
    void closed() override {
        over_ = true;
        changed_.clear();
        present_.clear();
        all_.look_again();
    }

    void show_present(std::string_view filter) {
        for (const Property& property : door_.names().properties()) {
            if (property.present && mqtt::matches(filter, topic_of(property)))
                present_.insert(property.id);
        }
        all_.soon();
    }
    /// Sends until the client has enough to read; whether something is left.
    bool pump() {
        const auto send = [&](std::set<PropertyId>& from, bool retained) {
            while (!from.empty() && all_.broker_.waiting(line_) < waiting_max)
                tell(from.extract(from.begin()).value(), retained);
        };
        send(present_, true);
        send(changed_, false);
        return !present_.empty() || !changed_.empty();
    }
    [[nodiscard]] bool over() const { return over_; }
    void leave() {
        if (!std::exchange(over_, true)) door_.unwatch(*this);
        changed_.clear();
        present_.clear();
    }

private:
    void tell(PropertyId id, bool retained) {
        const Property& property = door_.names().property(id);
        const std::string topic = topic_of(property);
        if (!all_.broker_.wants(line_, topic)) return;
        const auto view = door_.read(property.address);
        if (!view || view->belief->told_by() == 0) return;
        std::string text;
        api::append_reading(text, door_, *view);
        all_.broker_.tell(
            line_, {.topic = topic, .payload = std::move(text), .retain = retained, .qos = 1});
    }

    MqttValues& all_;
    mqtt::LineId line_;
    Door door_;
    std::set<PropertyId> present_;  // still to be told as they are
    std::set<PropertyId> changed_;
    bool over_ = false;
};

MqttValues::MqttValues(boost::asio::io_context& home, Hub& hub, mqtt::Broker& broker)
    : home_(home),
      hub_(hub),
      broker_(broker),
      timer_(home),
      me_(std::make_shared<MqttValues*>(this)) {}

MqttValues::~MqttValues() {
    *me_ = nullptr;
}

bool MqttValues::is_ours(std::string_view topic_or_filter) {
    return topic_or_filter.starts_with(ours);
}

const Property* MqttValues::property_of(const Catalogue& names, std::string_view topic) {
    if (!topic.starts_with(things)) return nullptr;
    return names.find_property(topic.substr(things.size()));
}

void MqttValues::subscribed(mqtt::LineId line, mqtt::SubjectId subject, std::string_view filter,
                            bool present) {
    if (!is_ours(filter)) return;
    auto& view = views_[line];
    if (!view || view->over())
        view = std::make_unique<View>(*this, line, hub_.door(asker_of(subject)));
    if (present) view->show_present(filter);
}

/// Its line may have ended while it was telling: it goes away later.
void MqttValues::left(mqtt::LineId line) {
    const auto at = views_.find(line);
    if (at == views_.end()) return;
    at->second->leave();
    look_again();
}

/// What came in one turn goes out together.
void MqttValues::soon() {
    if (std::exchange(set_, true)) return;
    boost::asio::post(home_, [me = me_] {
        if (*me != nullptr) (*me)->pump();
    });
}

void MqttValues::pump() {
    set_ = false;
    bool more = false;
    for (auto& [line, view] : views_) more = view->pump() || more;
    if (!more || std::exchange(set_, true)) return;
    timer_.expires_after(try_again);
    timer_.async_wait([me = me_](const boost::system::error_code& stopped) {
        if (!stopped && *me != nullptr) (*me)->pump();
    });
}

/// Rights have changed: lines that may no longer be there end, and views whose line or access is
/// gone go. Never at once, because the hub is going through its streams.
void MqttValues::look_again() {
    if (std::exchange(look_set_, true)) return;
    boost::asio::post(home_, [me = me_] {
        if (*me == nullptr) return;
        (*me)->look_set_ = false;
        (*me)->broker_.recheck();
        std::erase_if((*me)->views_, [](const auto& one) { return one.second->over(); });
    });
}

}  // namespace foxtail
