#include "foxtail/api/live_view.hpp"

#include "foxtail/api/show.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace foxtail::api {
namespace bj = boost::json;

LiveView::LiveView(const Door& door, Site& site, Caller caller)
    : door_(door),
      site_(site),
      caller_(std::move(caller)),
      flush_timer_(*site.io),
      time_timer_(*site.io) {
    ++site_.streams;
}

LiveView::~LiveView() {
    --site_.streams;
}

std::shared_ptr<HttpTalker> make_live_view(const Door& door, Site& site, const Caller& caller) {
    return std::make_shared<LiveView>(door, site, caller);
}

void LiveView::opened(std::shared_ptr<HttpTalk> talk) {
    talk_ = std::move(talk);
    every_so_often();
}

void LiveView::closed() {
    if (watching_) {
        door_.unwatch(*this);
        site_.pulse->ignore(*this);
        watching_ = false;
    }
    phase_ = Phase::over;
    flush_timer_.cancel();
    time_timer_.cancel();
    if (const auto talk = std::exchange(talk_, nullptr))
        talk->close(code_signed_out, with_parting_words("access ended"));
}

/// What is still asked of who is shut out goes along, as the reason of the closing frame.
std::string LiveView::with_parting_words(std::string_view reason) const {
    const auto words = site_.parting_words(caller_);
    return std::string(reason) + (words.empty() ? "" : "; ") + words;
}

void LiveView::shut_out() {
    talk_->close(code_signed_out, with_parting_words("signed out"));
}

std::uint64_t LiveView::number_of(Seq seq) {
    return counts_ || seq == 0 ? seq : site_.bookmarks.tell(door_.subject(), seq);
}

std::optional<Seq> LiveView::record_of(std::uint64_t number) const {
    if (number == 0) return Seq{0};
    if (!counts_) return site_.bookmarks.find(door_.subject(), number);
    return number <= door_.head() ? std::optional<Seq>(number) : std::nullopt;
}

void LiveView::every_so_often() {
    time_timer_.expires_after(time_every);
    time_timer_.async_wait([self = weak_from_this()](const boost::system::error_code& e) {
        const auto me = self.lock();
        if (e || !me || !me->talk_) return;
        // A token's or session's time may be up without anything having happened.
        if (!me->site_.still(me->caller_)) return me->shut_out();
        me->time_due_ = me->phase_ != Phase::greeting;
        me->every_so_often();
        me->pump();
    });
}

// ---- what the client says
// -----------------------------------------------------------------------------------------

void LiveView::message(std::string_view text) {
    if (!talk_) return;
    if (!site_.still(caller_)) return shut_out();
    const auto value = parse_json(text);
    const bj::object* frame = value ? value->if_object() : nullptr;
    const bj::value* op = frame == nullptr ? nullptr : frame->if_contains("op");
    const std::string_view word =
        op != nullptr && op->is_string() ? std::string_view(op->get_string()) : std::string_view();
    if (word == "start") {
        start(*frame);
    } else if (word == "set" || word == "run") {
        wish(*frame, word == "run");
    } else {
        return talk_->close(1008, "not understood");
    }
    pump();
}

void LiveView::start(const bj::object& frame) {
    if (phase_ != Phase::greeting) return talk_->close(1008, "started already");
    const bj::value* boot = frame.if_contains("boot");
    const bj::value* seq = frame.if_contains("seq");
    const bool same_boot =
        boot != nullptr && boot->is_string() && std::string_view(boot->get_string()) == site_.boot;
    counts_ = door_.may_count();
    if (same_boot && seq != nullptr && seq->is_int64() && seq->get_int64() >= 0) {
        const auto number = static_cast<std::uint64_t>(seq->get_int64());
        const auto known = record_of(number);
        resumed_ = known.has_value();
        since_ = known.value_or(0);
        since_number_ = resumed_ ? number : 0;
    }
    phase_ = Phase::picture;
    hello_due_ = true;
    first_things_due_ = true;
    all_rules_ = true;
    picture_seq_ = site_.pulse->seen();
    epoch_ = site_.epoch();
    health_told_ = door_.health();
    if (const auto problems = door_.problems()) problems_told_ = (*problems)->total();
    door_.watch(*this);
    site_.pulse->listen(*this);
    watching_ = true;
    const Catalogue& names = door_.names();
    for (const Thing& thing : names.things()) {
        if (!discovers_any(door_, thing)) continue;
        if (thing.present) shown_.insert(thing.id);
        if (resumed_ && site_.pulse->told_at(thing.id) <= since_) continue;
        if (thing.present) {
            things_.push_back(thing.id);
        } else if (resumed_) {
            gone_.push_back(thing.spec.id);
        }
    }
    fetch_records(since_);
}

/// Records that are not on disk yet come live; a page tells doubles by their number.
void LiveView::fetch_records(Seq after) {
    site_.when_recorded(door_.head(), [self = weak_from_this(), after](const Result<void>&) {
        const auto me = self.lock();
        if (!me || me->phase_ == Phase::over) return;
        JournalQuery query;
        query.from = after + 1;
        query.limit = records_first;
        query.newest_first = true;
        query.readings = false;
        me->door_.journal(std::move(query), [self](Result<std::vector<Record>> found) {
            const auto view = self.lock();
            if (!view || view->phase_ == Phase::over || !found) return;
            std::sort(found->begin(), found->end(),
                      [](const Record& a, const Record& b) { return a.seq > b.seq; });
            for (const Record& record : *found) {
                std::string text;
                append_record(text, view->door_, record, view->site_.pulse, true);
                view->records_.push_front(std::move(text));
            }
            view->changed();
        });
    });
}

void LiveView::wish(const bj::object& frame, bool run) {
    const bj::value* id = frame.if_contains("id");
    std::string id_text = "null";
    if (id != nullptr && (id->is_number() || id->is_string())) {
        id_text.clear();
        foxtail::append_json(id_text, *id);
    }
    const auto text = [&](std::string_view key) {
        const bj::value* value = frame.if_contains(key);
        return value != nullptr && value->is_string()
                   ? std::string(std::string_view(value->get_string()))
                   : std::string();
    };
    if (answers_.size() >= answers_max)
        return talk_->close(code_too_slow, "too many wishes without reading their answers");
    const std::string address = run ? text("thing") + "/" + text("action") : text("address");
    const bj::value* value = frame.if_contains(run ? "input" : "value");
    Wish wish;
    wish.address = address;
    wish.run = run;
    if (value != nullptr) wish.value = to_value(*value);
    door_.wish(wish, [self = weak_from_this(), id_text](Result<Seq> outcome) {
        if (const auto me = self.lock())
            me->answer(id_text, std::move(outcome), Denial::looks_missing);
    });
}

void LiveView::answer(const std::string& id, Result<Seq> outcome, Denial denial) {
    if (phase_ == Phase::over) return;
    std::string text;
    JsonText json(text);
    json.object().text("type", "answer").raw("id", id).boolean("ok", outcome.has_value());
    if (outcome) {
        json.number("command", *outcome);
    } else {
        json.raw("problem",
                 problem_json(status_of(outcome.error().code, denial), outcome.error().message));
    }
    json.end_object();
    answers_.push_back(std::move(text));
    pump();
}

// ---- what happens
// -------------------------------------------------------------------------------------------------

void LiveView::reading(const Property& property, const Belief&, Quality) {
    mark(property.id);
    changed();
}

void LiveView::spoiled(const Property& property) {
    mark(property.id);
    changed();
}

void LiveView::mark(PropertyId property) {
    if (marked_.size() <= property.index) marked_.resize(property.index + 1);
    if (marked_[property.index]) return;
    marked_[property.index] = true;
    changed_.push_back(property);
}

void LiveView::record(const Record& record) {
    if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        const Catalogue& names = door_.names();
        const std::string address = asked->action.empty()
                                        ? names.property(asked->property).address
                                        : names.thing(asked->thing).spec.id + "/" + asked->action;
        const std::string value = to_json(asked->value);
        const bool waits = asked->confirm_within.us > 0;
        const bool mine = record.actor == door_.subject();
        under_way_.insert_or_assign(record.seq, Asked{address, value, waits, mine});
        if (under_way_.size() > under_way_max) under_way_.erase(under_way_.begin());
        if (!waits || mine) want(address, value, {record.seq, std::nullopt, {}, {}, waits});
    } else if (const auto* confirmed = std::get_if<WishConfirmed>(&record.body)) {
        const auto at = under_way_.find(confirmed->command);
        if (at != under_way_.end()) {
            at->second.waits = false;
            want(at->second.address, at->second.value, {confirmed->command, std::nullopt, {}});
        }
    } else if (const auto* ran = std::get_if<RuleRan>(&record.body)) {
        rules_.insert(ran->rule);
    }
    std::string text;
    append_record(text, door_, record, site_.pulse, true);
    note(std::move(text));
    changed();
}

void LiveView::note(std::string record) {
    records_.push_back(std::move(record));
    if (records_.size() <= records_max) return;
    records_.pop_front();
    ++records_dropped_;
}

void LiveView::want(const std::string& address, std::string_view value,
                    const Hub::CommandState& state) {
    std::string row;
    append_wanted_row(row, address, value, state);
    wanted_.insert_or_assign(address, std::move(row));
}

void LiveView::command_ended(const CommandEnded& ended) {
    // Whoever saw the command asked may see how it ended; the record itself is the household's own
    // affair.
    if (waiting_told_ != "[]") waiting_changed();
    const auto at = under_way_.find(ended.command);
    if (at == under_way_.end()) return;
    // What never went out is news to who asked for it.
    if (!at->second.waits || at->second.mine)
        want(at->second.address, at->second.value, {ended.command, ended.outcome, ended.detail});
    under_way_.erase(at);
    changed();
}

void LiveView::waiting_changed() {
    waiting_due_ = true;
    changed();
}

void LiveView::thing_changed(ThingId id) {
    const Thing& thing = door_.names().thing(id);
    const bool visible = thing.present && discovers_any(door_, thing);
    if (visible) {
        if (std::find(things_.begin(), things_.end(), id) == things_.end()) things_.push_back(id);
        shown_.insert(id);
    } else if (shown_.erase(id) > 0) {
        std::erase(things_, id);
        gone_.push_back(thing.spec.id);
    } else {
        return;
    }
    changed();
}

/// What the subject may see has changed: everything is looked at anew.
void LiveView::look_anew() {
    std::set<ThingId> visible;
    things_.clear();
    for (const Thing& thing : door_.names().things()) {
        if (!thing.present || !discovers_any(door_, thing)) continue;
        visible.insert(thing.id);
        things_.push_back(thing.id);
        for (const PropertyId id : thing.properties) mark(id);
    }
    for (const ThingId id : shown_) {
        if (!visible.contains(id)) gone_.push_back(door_.names().thing(id).spec.id);
    }
    shown_ = std::move(visible);
}

void LiveView::affairs_changed() {
    if (!talk_ || phase_ == Phase::over) return;
    if (!site_.still(caller_)) {
        // Not from within the hub's own round of telling.
        boost::asio::post(*site_.io, [self = weak_from_this()] {
            const auto me = self.lock();
            if (me && me->talk_) me->shut_out();
        });
        phase_ = Phase::over;  // nothing more goes out
        return;
    }
    if (site_.epoch() != epoch_) {
        epoch_ = site_.epoch();
        if (!door_.may_manage()) {
            // What waits was decided before: it is not sent any more, and counted.
            records_dropped_ += records_.size();
            records_.clear();
            wanted_.clear();
            look_anew();
        }
    }
    problems_due_ = true;
    waiting_due_ = true;
    changed();
}

}  // namespace foxtail::api
