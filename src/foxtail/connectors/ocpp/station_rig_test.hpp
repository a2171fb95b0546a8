#pragma once

#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::ocpp {

/// A station with somebody who writes down what it says; time is moved by hand.
class StationRig : public ::testing::Test, public StationSink {
protected:
    struct Said {
        int point = 0;
        std::string property;
        Value value;
        Time at;
    };
    struct End {
        std::uint64_t ticket = 0;
        bool done = false;
        std::string detail;
    };

    StationRig() { options.lease = minutes(15); }

    Station& station() {
        if (!station_) station_ = std::make_unique<Station>("BOX", options, *this);
        return *station_;
    }
    void come(Version version = Version::v16) { station().connected(version, now); }
    /// A frame of the charger's.
    void hear(const std::string& text) {
        const auto value = parse_json(text, {frame_bytes_max, frame_depth_max});
        station().frame(value ? &*value : nullptr, text, now);
    }
    std::string call(const std::string& action, const std::string& payload) {
        const auto id = "c" + std::to_string(++calls_);
        frames.clear();
        hear("[2,\"" + id + "\",\"" + action + "\"," + payload + "]");
        for (const auto& frame : frames) {
            if (frame.find("\"" + id + "\"") != std::string::npos) return frame;
        }
        return "no answer";
    }
    void boot() {
        EXPECT_NE(call("BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})")
                      .find("Accepted"),
                  std::string::npos);
    }
    /// The newest of our calls that no answer was given to: its id, and the frame.
    std::string asked() const { return outstanding; }
    void reply(const std::string& payload) {
        const auto begin = outstanding.find('"') + 1;
        const auto id = outstanding.substr(begin, outstanding.find('"', begin) - begin);
        outstanding.clear();
        hear("[3,\"" + id + "\"," + payload + "]");
    }
    /// Answers whatever is asked until nothing more is: with these settings, and yes to all else.
    void agree(const std::string& settings) {
        for (int i = 0; i < 50 && !outstanding.empty(); ++i) {
            all_asked.push_back(outstanding);
            reply(outstanding.find("GetConfiguration") != std::string::npos
                      ? "{\"configurationKey\":" + settings + "}"
                      : R"({"status":"Accepted"})");
        }
    }
    void pass(Duration time) {
        now.wall = now.wall + time;
        now.mono = now.mono + time;
        station().tick(now);
    }
    const Value* value(const std::string& property, int point = 1) const {
        const auto at = values.find({point, property});
        return at == values.end() ? nullptr : &at->second;
    }
    std::string text(const std::string& property, int point = 1) const {
        const auto* found = value(property, point);
        return found == nullptr ? "nothing" : to_json(*found);
    }
    std::string stamp(Duration ago = {}) const { return format_rfc3339(now.wall - ago); }
    bool was_noticed(const std::string& words) const {
        return std::any_of(notices.begin(), notices.end(), [&](const std::string& one) {
            return one.find(words) != std::string::npos;
        });
    }

    void send(std::string frame, bool when_durable) override {
        if (frame.starts_with("[2,")) outstanding = frame;
        durable = when_durable;
        frames.push_back(std::move(frame));
    }
    void say(int point, std::string_view property, Value said, Time at) override {
        values[{point, std::string(property)}] = said;
        all_said.push_back({point, std::string(property), said, at});
    }
    void happened(int point, std::string_view event, Value detail) override {
        (void)point;
        events.push_back(std::string(event) + " " + std::get<Json>(detail).text);
    }
    void learned() override { ++learnings; }
    void noticed(std::string_view topic, std::string_view, std::string_view why) override {
        notices.push_back(std::string(topic) + ": " + std::string(why));
    }
    void keep(std::string bytes) override { kept = std::move(bytes); }
    void ended(std::uint64_t ticket, bool done, std::string_view detail) override {
        ends.push_back({ticket, done, std::string(detail)});
    }

    StationOptions options;
    Moment now{parse_rfc3339("2026-11-22T12:00:00Z").value_or(Time{}), seconds(1000)};
    std::vector<std::string> frames;
    std::vector<std::string> all_asked;
    std::string outstanding;
    bool durable = false;
    std::map<std::pair<int, std::string>, Value> values;
    std::vector<Said> all_said;
    std::vector<std::string> events;
    std::vector<std::string> notices;
    std::vector<End> ends;
    std::string kept;
    int learnings = 0;

    void restart() {
        station_ = std::make_unique<Station>("BOX", options, *this);
        ASSERT_TRUE(station_->restore(kept));
        outstanding.clear();
    }

private:
    std::unique_ptr<Station> station_;
    int calls_ = 0;
};

}  // namespace foxtail::ocpp
