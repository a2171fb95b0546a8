// What strangers write and we take apart ourselves: paths, queries, cookies, hosts, bodies.
// libFuzzer entry.
#include "foxtail/api/routes.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace foxtail;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto line = text.find('\n');
    const auto first = text.substr(0, line);
    const auto rest = line == std::string_view::npos ? std::string_view() : text.substr(line + 1);

    const auto found = api::find_route("GET", first.substr(0, first.find('?')));
    if (found && found->route != nullptr && found->parts.size() > 3) std::abort();
    if (const auto query = parse_query(first); query && query->size() > 64) std::abort();
    if (const auto decoded = percent_decode(first, false)) {
        const auto again = percent_decode(percent_encode(*decoded), false);
        if (!again || *again != *decoded) std::abort();
    }
    (void)find_cookie(rest, "foxtail_session");
    (void)has_token(rest, "gzip");
    if (const auto host = host_name_of(first); host && host->empty()) std::abort();
    if (const auto value = parse_json_value(rest)) {
        // What is taken in can be given out and taken in again.
        const auto again = parse_json_value(to_json(*value));
        if (!again || !same_value(*again, *value)) std::abort();
    }
    (void)parse_json(rest, {64 * 1024, 64});
    return 0;
}
