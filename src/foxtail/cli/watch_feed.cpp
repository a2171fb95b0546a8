#include "foxtail/cli/watch_feed.hpp"

#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/hub_client.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

std::string_view string_at(const bj::array& row, std::size_t i) {
    return row[i].is_string() ? std::string_view(row[i].get_string()) : std::string_view();
}

}  // namespace

std::string WatchFeed::greeting() {
    live_ = false;
    if (boot_.empty()) return R"({"op":"start","boot":null,"seq":null})";
    std::string out = R"({"op":"start","boot":)";
    append_json_string(out, boot_);
    return out + ",\"seq\":" + std::to_string(seq_) + "}";
}

bool WatchFeed::wanted(std::string_view address) const {
    if (options_.patterns.empty()) return true;
    return std::any_of(options_.patterns.begin(), options_.patterns.end(),
                       [&](const auto& pattern) { return matches(pattern, address); });
}

std::string WatchFeed::time(Time t) const {
    return terminal_.toned(time_words(t, terminal_.clock.now(), terminal_.zone), Tone::faint);
}

Result<void> WatchFeed::take(std::string_view text, std::string& out) {
    const auto frame = parse_json(text);
    if (!frame || !frame->is_object()) return fail(Code::corrupt, "the hub sent what is no frame");
    const auto type = text_of(*frame, "type");
    if (type == "hello") {
        resumed_ = is_true(*frame, "resumed");
        boot_ = text_of(*frame, "boot");
        hello_seq_ = number_of(*frame, "seq");
        // After a restart of the hub everything comes again; what differs from before is a change.
        known_before_ = !last_.empty();
        if (!resumed_) seq_ = 0;
    } else if (type == "things") {
        take_things(*frame);
    } else if (type == "readings") {
        take_readings(*frame, out);
    } else if (type == "records") {
        for (const auto& record : list_of(*frame, "records")) take_record(record, out);
    } else if (type == "lagged" && !options_.json) {
        out +=
            terminal_.toned(
                count_words(number_of(*frame, "records"), "record") +
                    " left out: they came faster than they were read; see 'foxtail journal list'",
                Tone::warning) +
            "\n";
    }
    return {};
}

void WatchFeed::take_things(const bj::value& frame) {
    for (const auto& thing : list_of(frame, "things")) {
        const bj::object* properties = member(thing, "properties").if_object();
        if (properties == nullptr) continue;
        const auto id = text_of(thing, "id");
        for (const auto& property : *properties) {
            const auto address = id + "/" + std::string(std::string_view(property.key()));
            auto unit = text_of(property.value(), "unit");
            if (unit.empty()) {
                units_.erase(address);
            } else {
                units_[address] = std::move(unit);
            }
        }
    }
}

void WatchFeed::take_readings(const bj::value& frame, std::string& out) {
    const bool tell = live_ || resumed_ || options_.now || known_before_;
    for (const auto& one : list_of(frame, "readings")) {
        const bj::array& row = list_of(one);  // [address, value, quality, time in ms, seq]
        if (row.size() < 5 || !wanted(string_at(row, 0))) continue;
        const auto address = std::string(string_at(row, 0));
        const auto quality = string_at(row, 2);
        // A restart makes what is known unconfirmed; that alone is no change of the thing.
        std::string said(quality == "unconfirmed" ? "good" : quality);
        append_json(said, row[1]);
        auto& last = last_[address];
        const bool heard_again = last == said;
        last = std::move(said);
        // The picture of the start is told only when asked for, and what was known before never
        // again.
        if (!tell || (heard_again && !options_.all)) continue;
        const Time when{row[3].is_int64() ? row[3].get_int64() * 1000 : 0};
        if (options_.json) {
            out += "{\"address\":";
            append_json_string(out, address);
            out += ",\"value\":";
            append_json(out, row[1]);
            out += ",\"quality\":";
            append_json_string(out, quality);
            out += ",\"time\":\"" + format_rfc3339(when) + "\",\"seq\":";
            append_json(out, row[4]);
            out += "}\n";
            continue;
        }
        const auto unit = units_.find(address);
        out += time(when) + "  " + shown(address) + "  ";
        out += terminal_.toned(value_words(row[1], unit == units_.end() ? "" : unit->second),
                               Tone::strong);
        if (const auto note = quality_words(quality); !note.empty()) {
            out += "  " + terminal_.toned(note, quality_tone(quality));
        }
        out += "\n";
    }
    if (!member(frame, "seq").is_number()) return;
    const auto seq = number_of(frame, "seq");
    // The parts of the first picture say where the connection began; the last one says where it is.
    if (live_ || seq > hello_seq_ || (resumed_ && seq >= hello_seq_)) {
        if (!live_ && !resumed_) record_seq_ = std::max(record_seq_, seq);
        live_ = true;
        seq_ = std::max(seq_, seq);
    }
}

void WatchFeed::take_record(const bj::value& record, std::string& out) {
    const auto seq = number_of(record, "seq");
    // Those of before come once more at the start, in the background.
    if (!options_.records || !live_ || seq <= record_seq_) return;
    record_seq_ = seq;
    if (!options_.patterns.empty()) {
        const auto address = text_of(record, "address");
        if (address.empty() || !wanted(address)) return;
    }
    if (options_.json) {
        append_json(out, record);
        out += "\n";
        return;
    }
    out += time(time_of(record, "time")) + "  " +
           terminal_.toned("#" + std::to_string(seq), Tone::faint) + "  ";
    out += shown(text_of(record, "sentence")) + "\n";
}

}  // namespace foxtail::cli
