#include "foxtail/grants/verdict.hpp"

#include <array>
#include <utility>

namespace foxtail {
namespace {

constexpr std::array<std::pair<Verb, const char*>, 10> verbs = {{{Verb::discover, "discover"},
                                                                 {Verb::read, "read"},
                                                                 {Verb::observe, "observe"},
                                                                 {Verb::history, "history"},
                                                                 {Verb::set, "set"},
                                                                 {Verb::run, "run"},
                                                                 {Verb::grant, "grant"},
                                                                 {Verb::report, "report"},
                                                                 {Verb::publish, "publish"},
                                                                 {Verb::subscribe, "subscribe"}}};
}

const char* name(Verb verb) {
    for (const auto& [v, text] : verbs) {
        if (v == verb) return text;
    }
    return "unknown";
}

std::optional<Verb> verb_from(std::string_view text) {
    for (const auto& [v, name] : verbs) {
        if (text == name) return v;
    }
    return std::nullopt;
}

const char* sentence(Reason reason) {
    switch (reason) {
        case Reason::owner:
            return "the owner may";
        case Reason::the_hub:
            return "the household's own program may";
        case Reason::brought_it:
            return "the connector brought the thing";
        case Reason::granted:
            return "a grant allows it";
        case Reason::about_them:
            return "it is about the one who asks";
        case Reason::no_grant:
            return "no grant allows it";
        case Reason::expired:
            return "the grant that allowed it is not in force now";
        case Reason::unknown:
            return "no such subject or address";
        case Reason::no_consent:
            return "a person it is about has not given it";
        case Reason::forbidden:
            return "it is forbidden";
    }
    return "no grant allows it";
}

}  // namespace foxtail
