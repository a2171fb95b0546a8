// Bytes as messages of a phone, one a line. Whatever comes, every person told must pass check() and
// no contract of the sink may be broken.
#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/owntracks/owntracks.hpp"
#include "foxtail/connectors/mqtt/recording_sink.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    foxtail::mqtt::OwnTracksOptions options;
    options.regions = {{"home", 48, 11, 100}};
    options.secrets = {{"u", "secret"}};
    foxtail::mqtt::RecordingSink sink;
    foxtail::mqtt::OwnTracks format(std::move(options));
    format.start(sink);
    while (!input.empty()) {
        const std::size_t end = input.find('\n');
        const std::string_view payload = input.substr(0, end);
        sink.deliver(format, payload.size() % 2 == 0 ? "owntracks/u/d" : "owntracks/u/d/event",
                     payload, payload.size() % 7 == 0);
        if (end == input.npos) break;
        input.remove_prefix(end + 1);
    }
    FOX_ASSERT(sink.wrong.empty(), "a format broke the sink's contract");
    FOX_ASSERT(sink.bad.empty(), "a reading outside its property's type or range");
    return 0;
}
