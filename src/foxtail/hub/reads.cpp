// Who from outside looked at what: counted as it happens, on record once a minute.
#include "foxtail/hub/hub.hpp"

#include <algorithm>
#include <optional>

namespace foxtail {
namespace {

constexpr int reads_alarm = 5;
constexpr Duration reads_window = minutes(1);
constexpr std::size_t properties_named_max = 100;
constexpr std::size_t looks_max = 10'000;

/// Those who belong to the house, and what makes it run, look at what is theirs.
bool is_from_outside(SubjectKind kind) {
    return kind == SubjectKind::participant || kind == SubjectKind::agent ||
           kind == SubjectKind::token || kind == SubjectKind::guest;
}

}  // namespace

void Hub::looked(SubjectId subject, const Verdict& verdict, PropertyId property, const char* how) {
    // What somebody of the house sees only because it was given to them is a look as well.
    const Subject* who = household_.authority().find(subject);
    const bool counted = used_.contains(subject.index);
    if (verdict.reason != Reason::granted ||
        (!is_from_outside(who->kind) && !counted && !household_.authority().is_personal(property)))
        return;
    if (looks_.empty()) {
        environment_.loop.alarm(reads_alarm, environment_.clock.monotonic() + reads_window,
                                [this] { record_looks(); });
    }
    if (looks_.size() >= looks_max) record_looks();
    Looked& look = looks_[{subject.index, verdict.grant, how}];
    const Time when = now().wall;
    if (look.count++ == 0) look.from = when;
    look.until = when;
    auto& named = look.properties;
    if (named.size() < properties_named_max &&
        std::find(named.begin(), named.end(), property) == named.end())
        named.push_back(property);
}

void Hub::looked_back(Asker subject, const Record& record, Time now) {
    std::optional<PropertyId> property;
    if (const auto* reading = std::get_if<Reading>(&record.body)) property = reading->property;
    if (const auto* refused = std::get_if<ReadingRefused>(&record.body))
        property = refused->property;
    const auto* asked = std::get_if<CommandAsked>(&record.body);
    if (asked != nullptr && asked->action.empty()) property = asked->property;
    const auto* confirmed = std::get_if<WishConfirmed>(&record.body);
    if (confirmed != nullptr && confirmed->action.empty()) property = confirmed->property;
    if (!property) return;
    const Authority& authority = household_.authority();
    Verdict verdict = authority.decide(subject, Verb::history, *property, now);
    if (!verdict.allowed) verdict = authority.decide(subject, Verb::observe, *property, now);
    looked(subject, verdict, *property, "history");
}

void Hub::record_looks() {
    if (looks_.empty() && used_.empty()) return;
    if (health_.read_only) {
        // They wait, and are counted further, until something can be recorded again.
        environment_.loop.alarm(reads_alarm, environment_.clock.monotonic() + reads_window,
                                [this] { record_looks(); });
        return;
    }
    const auto looks = std::exchange(looks_, {});
    auto used = std::exchange(used_, {});
    for (const auto& [key, look] : looks) {
        const auto& [subject, grant, how] = key;
        OutsideRead read{{subject},  grant,           how, look.count, look.from,
                         look.until, look.properties, {}};
        // With the first record of the subject's.
        if (const auto at = used.find(subject); at != used.end()) {
            for (const auto& [of, reads] : at->second)
                read.used.push_back({of, reads.reads, reads.values});
            used.erase(at);
        }
        household_.note(the_hub, std::move(read), now());
    }
    // An answer that came after the look for it was on record.
    for (const auto& [subject, grants] : used) {
        const Time when = now().wall;
        OutsideRead read{{subject}, grants.begin()->first, "history", 0, when, when, {}, {}};
        for (const auto& [of, reads] : grants) read.used.push_back({of, reads.reads, reads.values});
        household_.note(the_hub, std::move(read), now());
    }
    touched();
}

}  // namespace foxtail
