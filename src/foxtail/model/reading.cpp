#include "foxtail/model/reading.hpp"

namespace foxtail {

const char* name(Quality quality) {
    switch (quality) {
        case Quality::good:
            return "good";
        case Quality::stale:
            return "stale";
        case Quality::unconfirmed:
            return "unconfirmed";
        case Quality::estimated:
            return "estimated";
        case Quality::bad:
            return "bad";
        case Quality::unknown:
            return "unknown";
    }
    return "bad";
}

std::optional<Quality> quality_from(std::string_view text) {
    for (const Quality quality : {Quality::good, Quality::stale, Quality::unconfirmed,
                                  Quality::estimated, Quality::bad, Quality::unknown}) {
        if (text == name(quality)) return quality;
    }
    return std::nullopt;
}

}  // namespace foxtail
