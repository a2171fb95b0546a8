#include "foxtail/base/assert.hpp"
#include "foxtail/rules/sandbox.hpp"
#include "foxtail/rules/test_house.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Any text as an expression: compiles or not, runs or fails, in bounded time and memory, twice with
// the same answer.
namespace {

struct World {
    World() {
        house.add("a/n");
        house.add("a/j", foxtail::Type::object);
        house.say("a/n", 1.5);
        house.say("a/j", foxtail::Json{R"({"a":[1,2,{"b":"\u00e9"}]})"});
    }
    foxtail::testing::TestHouse house;
    foxtail::testing::FakeZone zone;
    foxtail::Value value = 21.5;
    foxtail::Value event = foxtail::Json{"[1,2,3]"};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const World world;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)foxtail::check_expression(text);
    foxtail::Sandbox sandbox;
    const auto compiled = sandbox.compile(text);
    if (!compiled) return 0;
    const foxtail::Scope scope{world.house.catalogue,
                               world.house.twin,
                               world.zone,
                               {foxtail::Time{1'795'000'000'000'000}, foxtail::seconds(1)},
                               &world.value,
                               nullptr,
                               &world.event,
                               false};
    const auto first = sandbox.evaluate(*compiled, scope);
    FOX_ASSERT(sandbox.bytes_used() < 8UL * 1024 * 1024, "an expression's memory is bounded");
    foxtail::Sandbox other;
    const auto again = other.evaluate(*other.compile(text), scope);
    FOX_ASSERT(first.has_value() == again.has_value(), "the same expression fails or not");
    if (first)
        FOX_ASSERT(foxtail::to_json(*first) == foxtail::to_json(*again),
                   "the same expression gives the same");
    return 0;
}
