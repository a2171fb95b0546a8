// Bytes as messages of all sources of cars, one a line: a topic, a space, a payload. Whatever
// comes, every thing told must pass check(), every reading must fit, and no contract may be broken;
// then everything that can be set is set.
#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/mqtt/evcc/evcc.hpp"
#include "foxtail/connectors/mqtt/mapping/mapping.hpp"
#include "foxtail/connectors/mqtt/ovms/ovms.hpp"
#include "foxtail/connectors/mqtt/recording_sink.hpp"
#include "foxtail/connectors/mqtt/teslamate/teslamate.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace foxtail::mqtt {
namespace {

std::vector<cars::MappedThing> described() {
    cars::MappedThing thing;
    thing.id = "m-{1}";
    for (const Type type :
         {Type::boolean, Type::integer, Type::number, Type::string, Type::object}) {
        cars::MappedProperty one;
        one.spec.name = one.spec.title = name(type);
        one.spec.type = type;
        one.spec.settable = true;
        one.topic = "m/+";
        one.path = type == Type::object ? "" : "/v";
        one.time_path = "/t";
        one.scale = type == Type::number ? 1e3 : 1;
        one.command = cars::MappedCommand{"m/{1}/set", "{json}{value}", false, {}};
        thing.properties.push_back(std::move(one));
    }
    thing.budget = {.calls = 5, .money = 1, .wakes = 2};
    return {thing};
}

void set_everything(Format& format, RecordingSink& sink) {
    for (const auto& [id, spec] : sink.things) {
        for (const PropertySpec& property : spec.properties) {
            const auto known = sink.value(id + "/" + property.name);
            const auto sent =
                format.encode({id, property.name, "", {}, known.value_or(Null{}), 1, sink.now});
            if (!sent) continue;
            for (const Publication& one : *sent)
                FOX_ASSERT(one.topic.find_first_of("+#") == std::string::npos,
                           "a topic to write to");
        }
    }
}

void run(Format& format, std::string_view input) {
    RecordingSink sink;
    format.start(sink);
    while (!input.empty()) {
        const std::size_t end = input.find('\n');
        const std::string_view line = input.substr(0, end);
        const std::size_t space = line.find(' ');
        const auto topic = line.substr(0, space);
        if (!topic.empty() && topic.find_first_of("+#") == std::string_view::npos) {
            sink.deliver(format, topic,
                         space == line.npos ? std::string_view() : line.substr(space + 1),
                         line.size() % 3 == 0);
        }
        if (end == input.npos) break;
        input.remove_prefix(end + 1);
    }
    set_everything(format, sink);
    FOX_ASSERT(sink.wrong.empty(), "a format broke the sink's contract");
    FOX_ASSERT(sink.bad.empty(), "a reading outside its property's type or range");
}

void run_all(std::string_view input) {
    TeslaMate teslamate;
    run(teslamate, input);
    OvmsOptions options;
    options.budget = {.calls = 3};
    Ovms ovms(std::move(options));
    run(ovms, input);
    Evcc evcc;
    run(evcc, input);
    Mapping mapping(MappingOptions{.things = described()});
    run(mapping, input);
}

}  // namespace
}  // namespace foxtail::mqtt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    foxtail::mqtt::run_all({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
