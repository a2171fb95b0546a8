// What a household's day weighs on disk. Reads the messages of `foxtail-sim day --hours 48` (one
// JSON object a line), lets the device formats understand them and the household record them at the
// simulated time, and writes the records as the store does in life: small batches, each followed by
// upkeep. Counted is what the second day adds, so that devices which tell what they are, once in
// their lives, do not count as readings.
//   foxtail-day MESSAGES FOLDER
#include "foxtail/app/formats.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/hub/household.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/store/sqlite/shared.hpp"
#include "foxtail/store/sqlite/tools.hpp"
#include "foxtail/store/sqlite/writer.hpp"

#include <cstdio>
#include <deque>
#include <fstream>
#include <map>

#include <boost/json.hpp>

namespace foxtail::bench {
namespace {

class Utc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

/// The household and the formats, without sockets.
class Day {
public:
    explicit Day(const Formats& formats) {
        household.start(now, "bench");
        connector =
            *household.name_subject("connector:mqtt", SubjectKind::connector, SubjectId{0}, now);
        for (const auto& format : formats.all()) {
            sinks.push_back(std::make_unique<Sink>(*this, *format));
            format->start(*sinks.back());
        }
    }
    void hear(const std::string& topic, const std::string& payload, bool retain) {
        if (retain) retained[topic] = payload;
        for (std::size_t i = 0; i < listening.size(); ++i) {
            const auto to = listening[i];
            if (matches_topic(to.filter, topic)) pass(to, topic, payload, false);
        }
        // What a format asks for may have been said before.
        while (!asked.empty()) {
            const auto to = asked.front();
            asked.pop_front();
            for (const auto& [t, p] : std::map(retained))
                if (matches_topic(to.filter, t)) pass(to, t, p, true);
        }
    }

    Utc zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, seconds(1)};
    std::uint64_t refused = 0;

private:
    class Sink;
    struct Listening {
        std::string filter;
        std::uint32_t token = 0;
        Sink* sink = nullptr;
    };
    class Sink final : public mqtt::Sink {
    public:
        Sink(Day& day, mqtt::Format& whose) : format(whose), day_(day) {}
        Result<std::vector<PropertyId>> tell(const ThingSpec& spec) override {
            const auto told = day_.household.tell(day_.connector, spec, day_.now);
            if (!told) return fail(told.error());
            const auto& all = day_.household.catalogue().thing(*told).properties;
            return std::vector<PropertyId>(
                all.begin(), all.begin() + static_cast<std::ptrdiff_t>(spec.properties.size()));
        }
        void gone(std::string_view thing) override {
            (void)day_.household.gone(day_.connector, thing, day_.now);
        }
        bool say(PropertyId property, Value value, Time source) override {
            (void)day_.household.report(
                day_.connector, {property, Quality::good, source, std::move(value)}, day_.now);
            return true;
        }
        void say_later(Duration, PropertyId property, Value value) override {
            say(property, std::move(value), {});
        }
        void happened(std::string_view thing, std::string_view event, Value detail) override {
            (void)day_.household.happened(day_.connector, thing, event, std::move(detail),
                                          day_.now);
        }
        void refuse(std::string_view, std::string_view, std::string) override { ++day_.refused; }
        void listen(std::string_view filter, std::uint32_t token) override {
            day_.listening.push_back({std::string(filter), token, this});
            day_.asked.push_back(day_.listening.back());
        }
        void unlisten(std::string_view filter, std::uint32_t token) override {
            const auto is_it = [&](const Listening& l) {
                return l.filter == filter && l.token == token && l.sink == this;
            };
            std::erase_if(day_.listening, is_it);
            std::erase_if(day_.asked, is_it);
        }
        void publish(mqtt::Publication) override {}

        mqtt::Format& format;

    private:
        Day& day_;
    };

    void pass(const Listening& to, const std::string& topic, const std::string& payload,
              bool was_retained) {
        to.sink->format.on_message(to.token, {topic, payload, was_retained, now.wall}, *to.sink);
    }

    SubjectId connector;
    std::vector<std::unique_ptr<Sink>> sinks;
    std::vector<Listening> listening;
    std::deque<Listening> asked;
    std::map<std::string, std::string> retained;
};

int failed(const std::string& why) {
    std::fprintf(stderr, "foxtail-day: %s\n", why.c_str());
    return 1;
}

int run(const std::string& messages, const std::string& folder) {
    constexpr std::size_t batch = 64;  // a few seconds of a household's day
    Configuration configuration;
    configuration.zigbee_bridges.push_back({});
    configuration.home_assistant_ignore_origins = {"Zigbee2MQTT"};
    const auto formats = Formats::make(configuration, folder + "/names.json");
    if (!formats) return failed(formats.error().message);
    sqlite::Options options;
    options.path = folder + "/day.db";
    sqlite::Shared shared;
    sqlite::Writer writer(options, shared);
    if (const auto opened = writer.open(); !opened) return failed(opened.error().message);

    Day day(**formats);
    std::ifstream in(messages);
    std::string line;
    std::int64_t first_ms = 0;
    const auto commit = [&]() -> Result<void> {
        auto& records = day.household.records();
        if (records.empty()) return {};
        if (const auto done = writer.append(records); !done) return fail(done.error());
        records.clear();
        day.household.orders().clear();
        do {
            (void)writer.maintain();
        } while (writer.behind());
        return {};
    };
    const auto seal = [&]() -> Result<sqlite::Stat> {
        if (const auto done = commit(); !done) return fail(done.error());
        if (const auto done = writer.seal_now(); !done) return fail(done.error());
        return sqlite::stat(options.path);
    };
    std::optional<sqlite::Stat> first_day;
    while (std::getline(in, line)) {
        const auto json = parse_json(line);
        if (!json) return failed(json.error().message);
        const auto& message = json->as_object();
        const auto t_ms = message.at("t_ms").to_number<std::int64_t>();
        if (first_ms == 0) first_ms = t_ms;
        day.now = {Time{t_ms * 1000}, seconds(1) + milliseconds(t_ms - first_ms)};
        if (!first_day && t_ms - first_ms >= 86'400'000) {
            const auto stat = seal();
            if (!stat) return failed(stat.error().message);
            first_day = *stat;
        }
        day.household.tick(day.now);
        day.hear(std::string(message.at("topic").as_string()),
                 std::string(message.at("payload").as_string()), message.at("retain").as_bool());
        if (day.household.records().size() < batch) continue;
        if (const auto done = commit(); !done) return failed(done.error().message);
    }
    const auto stat = seal();
    if (!stat) return failed(stat.error().message);
    if (!first_day || stat->readings_sealed <= first_day->readings_sealed)
        return failed("no second day in " + messages);
    const auto readings = static_cast<double>(stat->readings_sealed - first_day->readings_sealed);
    writer.close();
    std::printf(
        "{\"readings\":%.0f,\"bytes_per_reading\":%.3f,\"in_segments\":%.3f,\"first_day\":%.3f,"
        "\"things\":%zu,\"refused\":%llu}\n",
        readings, static_cast<double>(stat->bytes - first_day->bytes) / readings,
        static_cast<double>(stat->segment_bytes - first_day->segment_bytes) / readings,
        static_cast<double>(first_day->bytes) / static_cast<double>(first_day->readings_sealed),
        day.household.catalogue().things().size(), static_cast<unsigned long long>(day.refused));
    return 0;
}

}  // namespace
}  // namespace foxtail::bench

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: foxtail-day MESSAGES FOLDER\n");
        return 2;
    }
    return foxtail::bench::run(argv[1], argv[2]);
}
