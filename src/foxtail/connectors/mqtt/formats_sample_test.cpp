// Real messages: a sample of what a Zigbee2MQTT keeps retained, through both formats that
// understand it.
#include "foxtail/connectors/mqtt/home_assistant/home_assistant.hpp"
#include "foxtail/connectors/mqtt/recording_sink.hpp"
#include "foxtail/connectors/mqtt/test_material.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"
#include "foxtail/json/parse.hpp"

#include <cstdio>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using ::testing::IsEmpty;

std::string unpacked(const std::string& path) {
    std::string text;
    std::FILE* pipe = ::popen(("gzip -dc '" + path + "'").c_str(), "r");
    if (pipe == nullptr) return text;
    char buffer[65536];
    while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
        text.append(buffer, size);
    }
    ::pclose(pipe);
    return text;
}

class Sample : public ::testing::Test {
protected:
    void SetUp() override {
        const std::string path = find_material("mqtt/zigbee2mqtt_sample_retained.json.gz");
        if (path.empty()) GTEST_SKIP() << "the sample is not here";
        auto parsed = parse_json(unpacked(path));
        ASSERT_TRUE(parsed) << parsed.error().message;
        retained = parsed->as_object();
    }
    static std::string payload_of(const boost::json::value& value) {
        if (const auto* text = value.if_string()) return std::string(*text);
        std::string json;
        append_json(json, value);
        return json;
    }
    void deliver_all(Format& format) {
        for (const auto& entry : retained) {
            sink.deliver(format, entry.key(), payload_of(entry.value()), true);
        }
    }

    boost::json::object retained;
    RecordingSink sink;
};

TEST_F(Sample, BecomesThingsThroughZigbee2Mqtt) {
    Zigbee2Mqtt format;
    format.start(sink);
    deliver_all(format);
    EXPECT_THAT(sink.wrong, IsEmpty());
    EXPECT_GT(sink.things.size(), 50u);
    for (const auto& refused : format.refusals().list) {
        EXPECT_FALSE(refused.reason.empty());
    }
    EXPECT_LT(format.refusals().total, 20u);
}

TEST_F(Sample, BecomesThingsThroughDiscovery) {
    HomeAssistant format;
    format.start(sink);
    deliver_all(format);
    EXPECT_THAT(sink.wrong, IsEmpty());
    EXPECT_GT(sink.things.size(), 50u);
    std::size_t announcements = 0, properties = 0;
    for (const auto& entry : retained) {
        if (entry.key().starts_with("homeassistant/")) ++announcements;
    }
    for (const auto& [id, thing] : sink.things) properties += thing.properties.size();
    EXPECT_GT(properties, announcements) << "an announcement became no property";
    // What is refused is refused for its template, and little else.
    std::size_t templates = 0;
    for (const auto& refused : format.refusals()) {
        if (refused.reason.find("no unit that is known") != std::string::npos)
            continue;  // but its values come
        const bool is_template = refused.reason.starts_with("template not supported");
        if (is_template) ++templates;
        EXPECT_TRUE(is_template) << refused.topic << " " << refused.aspect << ": "
                                 << refused.reason;
    }
    EXPECT_LT(templates * 8, announcements);
    RecordProperty("templates_refused", static_cast<int>(templates));
}

}  // namespace
}  // namespace foxtail::mqtt
