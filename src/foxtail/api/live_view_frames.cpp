#include "foxtail/api/live_view.hpp"
#include "foxtail/api/show.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace foxtail::api {
namespace {

constexpr std::size_t readings_bytes_max = 256 * 1024;  // of one frame

void append_joined(std::string& out, std::string_view item, bool& first) {
    if (!first) out += ',';
    first = false;
    out += item;
}

}  // namespace

// ---- pace
// -----------------------------------------------------------------------------------------------------------

/// Something waits to be told. The first change after a quiet time goes out at once, the others
/// within 50 ms.
void LiveView::changed() {
    if (flush_set_ || flushing_ || phase_ != Phase::live) return;
    flush_set_ = true;
    const auto due = flushed_ + flush_every;
    if (std::chrono::steady_clock::now() >= due) {
        boost::asio::post(*site_.io, [self = weak_from_this()] {
            if (const auto me = self.lock()) me->flush();
        });
        return;
    }
    flush_timer_.expires_at(due);
    flush_timer_.async_wait([self = weak_from_this()](const boost::system::error_code& e) {
        const auto me = self.lock();
        if (!e && me) me->flush();
    });
}

void LiveView::flush() {
    flush_set_ = false;
    if (phase_ != Phase::live) return;
    flushing_ = true;
    flush_seq_ = site_.pulse->seen();
    pump();
}

void LiveView::pump() {
    if (!talk_ || !talk_->idle() || phase_ == Phase::over) return;
    std::string frame;
    if (next_frame(frame)) talk_->send(std::move(frame));
}

bool LiveView::next_frame(std::string& out) {
    if (!answers_.empty() && !hello_due_) {
        out = std::move(answers_.front());
        answers_.pop_front();
        return true;
    }
    if (phase_ == Phase::picture && picture_frame(out)) return true;
    if (phase_ != Phase::live) return false;
    const Hub::Health& health = door_.health();
    if (health.read_only != health_told_.read_only || health.reason != health_told_.reason) {
        health_told_ = health;
        out = R"({"type":"health","health":)";
        append_health(out, health);
        out += '}';
        return true;
    }
    if (flushing_) {
        if (change_frame(out)) return true;
        flushing_ = false;
        flushed_ = std::chrono::steady_clock::now();
    }
    if (time_due_) {
        time_due_ = false;
        out = R"({"type":"time","now":)" + std::to_string(door_.now().us / 1000) + "}";
        return true;
    }
    return false;
}

bool LiveView::picture_frame(std::string& out) {
    if (std::exchange(hello_due_, false)) {
        hello(out);
        return true;
    }
    if (things_frame(out) || gone_frame(out) || rules_frame(out)) return true;
    if (first_readings_frame(out)) return true;
    phase_ = Phase::live;
    flush();
    return false;
}

bool LiveView::change_frame(std::string& out) {
    // Readings last: their number says that everything up to it has been told.
    return things_frame(out) || gone_frame(out) || wanted_frame(out) || waiting_frame(out) ||
           records_frame(out) || rules_frame(out) || problem_frame(out) ||
           changed_readings_frame(out);
}

// ---- frames
// ---------------------------------------------------------------------------------------------------------

void LiveView::hello(std::string& out) const {
    const Subject& who = door_.who();
    JsonText json(out);
    json.object()
        .text("type", "hello")
        .text("household", site_.household)
        .text("version", site_.version);
    json.key("me")
        .object()
        .text("subject", who.name)
        .text("name", bare_name(who.name))
        .text("role", name(who.kind))
        .end_object();
    // Whoever comes back before the picture was whole must get it whole.
    json.text("boot", site_.boot).number("seq", since_number_).number("now", door_.now().us / 1000);
    json.key("health");
    append_health(out, door_.health());
    out += resumed_ ? ",\"resumed\":true}" : ",\"resumed\":false}";
}

bool LiveView::things_frame(std::string& out) {
    const bool at_start = std::exchange(first_things_due_, false) && !resumed_;
    if (things_.empty() && !at_start) return false;
    out = R"({"type":"things","things":[)";
    bool first = true;
    for (std::size_t n = 0; n < things_per_frame && !things_.empty(); ++n) {
        const Thing& thing = door_.names().thing(things_.front());
        things_.pop_front();
        if (!thing.present || !discovers_any(door_, thing)) continue;
        if (!first) out += ',';
        first = false;
        append_thing(out, door_, thing);
    }
    out += "]}";
    return true;
}

bool LiveView::gone_frame(std::string& out) {
    if (gone_.empty()) return false;
    JsonText json(out);
    json.object().text("type", "gone").key("things").array();
    for (const auto& id : std::exchange(gone_, {})) json.text(id);
    json.end_array().end_object();
    return true;
}

bool LiveView::first_readings_frame(std::string& out) {
    const auto& properties = door_.names().properties();
    if (picture_whole_) return false;
    std::string rows;
    bool first = true;
    const std::size_t until = std::min(properties.size(), next_property_ + properties_per_frame);
    for (; next_property_ < until && rows.size() < readings_bytes_max; ++next_property_) {
        const Property& property = properties[next_property_];
        const auto view = property.present ? door_.read(property.address)
                                           : Result<PropertyView>(Authority::denied());
        if (!view) continue;
        if (view->belief->told_by() > since_) {
            if (!first) rows += ',';
            first = false;
            append_reading_row(rows, *view);
        }
        const auto command = door_.last_command(*view);
        if (!command || wanted_.contains(property.address)) continue;
        const std::string value = to_json(view->belief->wanted);
        if (!command->outcome)
            under_way_.insert_or_assign(command->seq, Asked{property.address, value, false, false});
        want(property.address, value, *command);
    }
    // Only with the last part does the client have everything up to the picture's number.
    const bool last = next_property_ >= properties.size();
    picture_whole_ = last;
    out = R"({"type":"readings","seq":)" +
          std::to_string(last ? number_of(std::max(picture_seq_, since_)) : since_number_) +
          R"(,"readings":[)";
    out += rows;
    out += "]}";
    return true;
}

bool LiveView::changed_readings_frame(std::string& out) {
    if (changed_.empty()) return false;
    std::string rows;
    bool first = true;
    std::size_t taken = 0;
    for (; taken < changed_.size() && taken < properties_per_frame &&
           rows.size() < readings_bytes_max;
         ++taken) {
        const PropertyId id = changed_[taken];
        marked_[id.index] = false;
        const Property& property = door_.names().property(id);
        const auto view = property.present ? door_.read(property.address)
                                           : Result<PropertyView>(Authority::denied());
        if (!view || view->belief->told_by() == 0) continue;
        if (!first) rows += ',';
        first = false;
        append_reading_row(rows, *view);
    }
    changed_.erase(changed_.begin(), changed_.begin() + static_cast<std::ptrdiff_t>(taken));
    if (first) return changed_.empty() ? false : changed_readings_frame(out);
    out = R"({"type":"readings")";
    if (changed_.empty()) out += ",\"seq\":" + std::to_string(number_of(flush_seq_));
    out += ",\"readings\":[" + rows + "]}";
    return true;
}

bool LiveView::wanted_frame(std::string& out) {
    if (wanted_.empty()) return false;
    out = R"({"type":"wanted","wanted":[)";
    bool first = true;
    for (const auto& [address, row] : std::exchange(wanted_, {})) append_joined(out, row, first);
    out += "]}";
    return true;
}

bool LiveView::waiting_frame(std::string& out) {
    if (!std::exchange(waiting_due_, false)) return false;
    std::string rows;
    append_waiting(rows, door_, true);
    if (rows == waiting_told_) return false;
    out = R"({"type":"waiting","waiting":)" + rows + "}";
    waiting_told_ = std::move(rows);
    return true;
}

bool LiveView::records_frame(std::string& out) {
    if (records_dropped_ > 0) {
        out = R"({"type":"lagged","records":)" +
              std::to_string(std::exchange(records_dropped_, 0)) + "}";
        return true;
    }
    if (records_.empty()) return false;
    out = R"({"type":"records","records":[)";
    bool first = true;
    while (!records_.empty() && out.size() < readings_bytes_max) {
        append_joined(out, records_.front(), first);
        records_.pop_front();
    }
    out += "]}";
    return true;
}

bool LiveView::rules_frame(std::string& out) {
    const auto engine = door_.rules();
    const bool all = std::exchange(all_rules_, false);
    const auto which = std::exchange(rules_, {});
    if (!engine || (!all && which.empty())) return false;
    const auto& rules = (*engine)->rules();
    if (all && rules.empty()) return false;
    std::string list;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!all && !which.contains(rules[i].id)) continue;
        if (!list.empty()) list += ',';
        append_rule(list, door_, i);
    }
    out = R"({"type":"rules","rules":[)" + list + "]}";
    return true;
}

bool LiveView::problem_frame(std::string& out) {
    if (!problems_due_) return false;
    const auto problems = door_.problems();
    const std::uint64_t fresh = problems ? (*problems)->total() - problems_told_ : 0;
    if (fresh == 0) {
        problems_due_ = false;
        return false;
    }
    // Oldest first, one a frame: the page puts each at the top.
    const auto& all = (*problems)->all();
    const std::uint64_t back = std::min<std::uint64_t>({fresh, all.size(), problems_per_flush});
    problems_told_ = (*problems)->total() - (back > 0 ? back - 1 : 0);
    if (back == 0) return false;
    out = R"({"type":"problem","problem":)";
    append_problem(out, all[back - 1]);
    out += ",\"total\":" + std::to_string((*problems)->total()) + "}";
    return true;
}

}  // namespace foxtail::api
