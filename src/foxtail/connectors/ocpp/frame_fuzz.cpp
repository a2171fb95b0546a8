// Any text as a frame of a charger, of either version, at a station that knows it: it may refuse,
// and must go on.
#include "foxtail/connectors/ocpp/lobby.hpp"
#include "foxtail/connectors/ocpp/station.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace foxtail::ocpp {
namespace {

class Deaf final : public StationSink {
public:
    void send(std::string frame, bool) override {
        // What we say is JSON, whatever was said to us.
        if (!parse_json(frame)) std::abort();
    }
    void say(int, std::string_view, Value, Time) override {}
    void happened(int, std::string_view, Value detail) override {
        if (!parse_json(to_json(detail))) std::abort();
    }
    void learned() override {}
    void noticed(std::string_view, std::string_view, std::string_view) override {}
    void keep(std::string bytes) override { kept = std::move(bytes); }
    void ended(std::uint64_t, bool, std::string_view) override {}
    std::string kept;
};

void hold_a_conversation(const std::uint8_t* bytes, std::size_t size) {
    const auto version = (bytes[0] & 1U) != 0 ? Version::v201 : Version::v16;
    StationOptions options;
    options.leniencies = (bytes[0] & 2U) != 0 ? 0xFF : 0;
    Deaf sink;
    Station station("FUZZ", options, sink);
    Moment now{Time{1'800'000'000'000'000}, seconds(10)};
    station.connected(version, now);
    std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    // Lines are frames, so that a whole conversation can be found.
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const auto value = parse_json(line, {frame_bytes_max, frame_depth_max});
        station.frame(value ? &*value : nullptr, line, now);
        std::optional<Booted> boot;
        (void)lobby_answer(version, value ? &*value : nullptr, now.wall, boot);
        now.wall = now.wall + seconds(60);
        now.mono = now.mono + seconds(60);
        station.tick(now);
    }
    if (!sink.kept.empty()) {
        Station again("FUZZ", options, sink);
        if (!again.restore(sink.kept)) std::abort();
    }
}

}  // namespace
}  // namespace foxtail::ocpp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size > 0) foxtail::ocpp::hold_a_conversation(bytes, size);
    return 0;
}
