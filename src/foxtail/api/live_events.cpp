#include "foxtail/api/live.hpp"
#include "foxtail/api/show.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace foxtail::api {
namespace {

constexpr std::size_t events_max = 256;
constexpr std::uint32_t caught_up_max = 1000;
constexpr auto comment_every = std::chrono::seconds(15);

/// One stream of server-sent events (WHATWG HTML section 9.2; WoT HTTP SSE profile): "event:" is
/// the affordance's name, "data:" its JSON, "id:" the number of the record, of what is told coarse
/// its time. Of properties the latest value waits, of events the last 256.
class EventView final : public HttpTalker,
                        public Stream,
                        public Pulse::Ear,
                        public std::enable_shared_from_this<EventView> {
public:
    EventView(const Door& door, Site& site, Caller caller, Watched watched,
              std::optional<Seq> after)
        : door_(door),
          site_(site),
          caller_(std::move(caller)),
          watched_(std::move(watched)),
          after_(after),
          timer_(*site.io) {
        ++site_.streams;
    }
    ~EventView() override { --site_.streams; }

    void opened(std::shared_ptr<HttpTalk> talk) override {
        talk_ = std::move(talk);
        door_.watch(*this);
        site_.pulse->listen(*this);
        if (watched_.event.empty()) {
            catch_up_readings();
        } else if (after_) {
            catch_up_events();
        }
        comment_later();
    }
    void ready() override { pump(); }
    void message(std::string_view) override {}
    std::uint16_t too_slow() override { return 0; }
    void closed() override {
        if (!talk_) return;
        door_.unwatch(*this);
        site_.pulse->ignore(*this);
        timer_.cancel();
        std::exchange(talk_, nullptr)->close(0, {});
    }

    void reading(const Property& property, const Belief&, Quality) override {
        if (!watched_.event.empty() || !is_watched(property)) return;
        changed_.insert(property.id);
        soon();
    }
    void record(const Record& record) override {
        const auto* happened = std::get_if<EventHappened>(&record.body);
        if (happened == nullptr || watched_.event.empty() || happened->event != watched_.event)
            return;
        if (door_.names().thing(happened->thing).spec.id != watched_.thing) return;
        note(record.seq, *happened);
        soon();
    }
    void thing_changed(ThingId) override {}
    void command_ended(const CommandEnded&) override {}
    void affairs_changed() override {
        if (talk_ && (!site_.still(caller_) || !sees_it())) leave();
    }

private:
    /// Whether there is still anything to come: what was taken back ends the stream, and with it
    /// what waited to be sent.
    [[nodiscard]] bool sees_it() const {
        const auto thing = door_.thing(watched_.thing);
        if (!thing) return false;
        if (!watched_.event.empty()) return door_.discovers(**thing, watched_.event);
        if (watched_.property.empty()) return true;
        const auto view = door_.read(watched_.thing, watched_.property);
        // Told too often for now: it goes on later.
        return view || view.error().code == Code::exhausted;
    }
    [[nodiscard]] bool is_watched(const Property& property) const {
        if (door_.names().thing(property.thing).spec.id != watched_.thing) return false;
        return watched_.property.empty() || property.spec.name == watched_.property;
    }
    void catch_up_readings() {
        door_.readings(watched_.thing, [&](const PropertyView& view) {
            if (is_watched(*view.property) && is_later(view)) changed_.insert(view.property->id);
        });
    }
    /// Than what the client had last. A number beyond all records is the time of something that was
    /// told coarse; better twice than never.
    [[nodiscard]] bool is_later(const PropertyView& view) const {
        const Belief& belief = *view.belief;
        if (!after_ || belief.seq == 0) return belief.seq > 0;
        if (view.coarse) return view.number() > *after_;
        if (*after_ <= door_.head()) return belief.seq > *after_;
        return belief.receipt_time.us / 1000 >= static_cast<std::int64_t>(*after_);
    }
    void catch_up_events() {
        const Thing* thing = door_.names().find_thing(watched_.thing);
        if (thing == nullptr) return;
        JournalQuery query;
        query.from = *after_ + 1;
        query.limit = caught_up_max;
        query.kind = "event";
        query.thing = thing->id;
        door_.journal(std::move(query),
                      [self = weak_from_this()](Result<std::vector<Record>> found) {
                          const auto me = self.lock();
                          if (!me || !me->talk_ || !found) return;
                          std::sort(found->begin(), found->end(),
                                    [](const Record& a, const Record& b) { return a.seq < b.seq; });
                          for (const Record& record : *found) me->record(record);
                      });
    }
    void note(Seq seq, const EventHappened& happened) {
        if (seq <= last_event_) return;  // live and from the journal
        last_event_ = seq;
        events_.push_back(one(happened.event, happened.detail, seq));
        if (events_.size() > events_max) events_.pop_front();
    }
    static std::string one(std::string_view name, const Value& value, Seq seq) {
        std::string text =
            "event: " + std::string(name) + "\nid: " + std::to_string(seq) + "\ndata: ";
        foxtail::append_json(text, value);  // JSON text has no line breaks
        text += "\n\n";
        return text;
    }
    /// Readings of one turn go out together.
    void soon() {
        if (std::exchange(set_, true)) return;
        boost::asio::post(*site_.io, [self = weak_from_this()] {
            const auto me = self.lock();
            if (!me) return;
            me->set_ = false;
            me->pump();
        });
    }
    void pump() {
        if (!talk_ || !talk_->idle()) return;
        std::string text;
        for (const PropertyId id : std::exchange(changed_, {})) {
            const Property& property = door_.names().property(id);
            const auto view = door_.read(property.address);
            if (view && view->belief->seq > 0)
                text += one(property.spec.name, view->belief->value,
                            view->coarse ? view->number() : view->belief->seq);
        }
        for (const std::string& event : std::exchange(events_, {})) text += event;
        if (text.empty() && std::exchange(comment_due_, false)) text = ":\n\n";
        if (!text.empty()) talk_->send(std::move(text));
    }
    void comment_later() {
        timer_.expires_after(comment_every);
        timer_.async_wait([self = weak_from_this()](const boost::system::error_code& e) {
            const auto me = self.lock();
            if (e || !me || !me->talk_) return;
            if (!me->site_.still(me->caller_)) return me->leave();
            me->comment_due_ = true;
            me->comment_later();
            me->pump();
        });
    }
    void leave() {
        changed_.clear();
        events_.clear();
        boost::asio::post(*site_.io, [self = weak_from_this()] {
            const auto me = self.lock();
            if (me && me->talk_) me->talk_->close(0, {});
        });
    }

    Door door_;
    Site& site_;
    Caller caller_;
    Watched watched_;
    std::optional<Seq> after_;
    std::shared_ptr<HttpTalk> talk_;
    boost::asio::steady_timer timer_;
    std::set<PropertyId> changed_;
    std::deque<std::string> events_;
    Seq last_event_ = 0;
    bool set_ = false;
    bool comment_due_ = false;
};

}  // namespace

std::shared_ptr<HttpTalker> make_event_stream(const Door& door, Site& site, const Caller& caller,
                                              Watched watched, std::optional<Seq> after) {
    return std::make_shared<EventView>(door, site, caller, std::move(watched), after);
}

}  // namespace foxtail::api
