#include "foxtail/grants/narrower.hpp"

#include "foxtail/grants/pattern.hpp"

#include <algorithm>
#include <bitset>
#include <cmath>

namespace foxtail {
namespace {

constexpr std::size_t week_minutes = 7 * 24 * 60;

bool all_covered(const std::vector<std::string>& asked, const std::vector<std::string>& given) {
    return std::all_of(asked.begin(), asked.end(), [&](const std::string& one) {
        return std::any_of(given.begin(), given.end(),
                           [&](const std::string& g) { return covers_pattern(g, one); });
    });
}

/// The minutes of a week in which the conditions hold.
std::bitset<week_minutes> open_minutes(const Conditions& when) {
    std::bitset<week_minutes> open;
    const Time monday{days(4).us};  // 1970-01-05
    for (std::size_t i = 0; i < week_minutes; ++i)
        open[i] = in_hours(when, monday + minutes(static_cast<std::int64_t>(i)));
    return open;
}

/// 0 stands for "no limit".
template <class Number>
bool higher(Number becomes, Number was) {
    return was != Number{} && (becomes == Number{} || becomes > was);
}

bool longer(Duration becomes, Duration was) {
    return higher(becomes.us, was.us);
}

bool multiple(double of, double step) {
    const double times = of / step;
    return times > 0.5 && std::abs(times - std::round(times)) < 1e-9 * times;
}

const char* wider_when(const Conditions& was, const Conditions& becomes) {
    if ((open_minutes(becomes) & ~open_minutes(was)).any()) return "'when': the hours and weekdays";
    if (!was.presence.empty() && (becomes.presence != was.presence ||
                                  !same_value(becomes.presence_value, was.presence_value)))
        return "'when.presence'";
    if (higher(becomes.reads_per_hour, was.reads_per_hour)) return "'when.reads_per_hour'";
    if (was.at_home && !becomes.at_home) return "'when.network'";
    if (higher(becomes.values_per_month, was.values_per_month)) return "'when.values_per_month'";
    return nullptr;
}

const char* wider_obligation(const Obligation& was, const Obligation& becomes) {
    if (was.granularity.us > 0) {
        const bool coarser = becomes.granularity.us >= was.granularity.us &&
                             becomes.granularity.us % was.granularity.us == 0;
        if (!coarser) return "'obligations.granularity' (a multiple of what it was)";
        if (becomes.aggregate != was.aggregate) return "'obligations.aggregate'";
    }
    if (becomes.delay < was.delay) return "'obligations.delay'";
    if (was.home_or_away && !becomes.home_or_away) return "'obligations.place'";
    if (was.precision > 0 && !multiple(becomes.precision, was.precision))
        return "'obligations.precision' (a multiple of what it was)";
    return nullptr;
}

const char* wider_envelope(const Envelope& was, const Envelope& becomes) {
    if (was.minimum && (!becomes.minimum || *becomes.minimum < *was.minimum))
        return "'envelope.minimum'";
    if (was.maximum && (!becomes.maximum || *becomes.maximum > *was.maximum))
        return "'envelope.maximum'";
    const auto was_allowed = [&](const std::string& one) {
        return std::find(was.allowed.begin(), was.allowed.end(), one) != was.allowed.end();
    };
    const bool more = becomes.allowed.empty() ||
                      !std::all_of(becomes.allowed.begin(), becomes.allowed.end(), was_allowed);
    if (!was.allowed.empty() && more) return "'envelope.allowed'";
    if (higher(becomes.per_hour, was.per_hour)) return "'envelope.per_hour'";
    if (was.confirm && !becomes.confirm) return "'envelope.confirm'";
    return nullptr;
}

const char* wider_terms(const GrantTerms& was, const GrantTerms& becomes) {
    if (was.parent != becomes.parent) return "'parent'";
    if (!all_covered(was.except, becomes.except)) return "'except'";
    if (was.classes != 0 && (becomes.classes == 0 || (becomes.classes & ~was.classes) != 0))
        return "'classes'";
    if (was.common && !becomes.common) return "'common'";
    if (const char* wider = wider_when(was.when, becomes.when)) return wider;
    if (const char* wider = wider_obligation(was.obligation, becomes.obligation)) return wider;
    if (const char* wider = wider_envelope(was.envelope, becomes.envelope)) return wider;
    if (becomes.history_from < was.history_from) return "'history_from'";
    if (longer(becomes.history_window, was.history_window)) return "'history_window'";
    if (longer(becomes.erase_after, was.erase_after)) return "'obligations.erase_after'";
    if (becomes.purpose_code != was.purpose_code) return "'purpose_code'";
    return nullptr;
}

const char* wider_member(const GrantGiven& was, const GrantGiven& becomes) {
    if (!all_covered(becomes.addresses, was.addresses)) return "'addresses'";
    if ((becomes.verbs & ~was.verbs) != 0) return "'verbs'";
    if (becomes.from < was.from) return "'from'";
    if (higher(becomes.until.us, was.until.us)) return "'until'";
    if (becomes.purpose != was.purpose) return "'purpose' (what it is for stays)";
    return wider_terms(was.terms, becomes.terms);
}

}  // namespace

Result<void> check_narrower(const GrantGiven& was, const GrantGiven& becomes) {
    if (was.terms.forbid || becomes.terms.forbid)
        return fail(Code::invalid_input, "what is forbidden is taken back, not narrowed");
    if (const char* wider = wider_member(was, becomes)) {
        return fail(Code::invalid_input, std::string(wider) +
                                             " would go further than before; a grant that goes "
                                             "further is a new one");
    }
    return {};
}

}  // namespace foxtail
