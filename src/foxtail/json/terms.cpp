#include "foxtail/json/terms.hpp"

#include "foxtail/json/parse.hpp"
#include "foxtail/model/thing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace foxtail {
namespace {

namespace bj = boost::json;

constexpr std::array<std::string_view, 7> weekday_names = {"mon", "tue", "wed", "thu",
                                                           "fri", "sat", "sun"};
constexpr std::size_t list_max = 100;
constexpr std::string_view confirmed_by_owner = "owner";
constexpr std::string_view own_network = "home";
constexpr std::uint16_t minutes_per_day = 24 * 60;

/// Writes the members of one object that are not as usual.
class TermsWriter {
public:
    explicit TermsWriter(std::string& out) : out_(out) { out_ += '{'; }
    void end() { out_ += '}'; }
    void key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        append_json_string(out_, name);
        out_ += ':';
    }
    void flag(std::string_view name, bool value) {
        if (!value) return;
        key(name);
        out_ += "true";
    }
    void count(std::string_view name, std::uint64_t value) {
        if (value == 0) return;
        key(name);
        out_ += std::to_string(value);
    }
    void text(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        key(name);
        append_json_string(out_, value);
    }
    void length(std::string_view name, Duration value) {
        if (value.us == 0) return;
        key(name);
        append_json_string(out_, format_duration(value));
    }
    void number(std::string_view name, const std::optional<double>& value) {
        if (!value) return;
        key(name);
        append_json(out_, Value{*value});
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        if (values.empty()) return;
        key(name);
        out_ += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out_ += ',';
            append_json_string(out_, values[i]);
        }
        out_ += ']';
    }

private:
    std::string& out_;
    bool first_ = true;
};

std::vector<std::string> class_names(std::uint8_t classes) {
    std::vector<std::string> out;
    for (const auto one : {Sensitivity::home, Sensitivity::personal, Sensitivity::sensitive,
                           Sensitivity::critical}) {
        if ((unsigned{classes} >> static_cast<unsigned>(one) & 1U) != 0)
            out.emplace_back(name(one));
    }
    return out;
}

std::string clock_text(std::uint16_t minute) {
    const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute / 60) + ":" + two(minute % 60);
}

void append_when(std::string& out, const Conditions& when) {
    TermsWriter json(out);
    if (when.weekdays != 0) {
        std::vector<std::string> days;
        for (std::size_t i = 0; i < weekday_names.size(); ++i) {
            if ((when.weekdays >> i & 1) != 0) days.emplace_back(weekday_names[i]);
        }
        json.texts("weekdays", days);
    }
    if (when.from_minute != when.until_minute) {
        json.text("from", clock_text(when.from_minute));
        json.text("until", clock_text(when.until_minute));
    }
    if (!when.presence.empty()) {
        json.key("presence");
        TermsWriter presence(out);
        presence.text("address", when.presence);
        presence.key("value");
        append_json(out, when.presence_value);
        presence.end();
    }
    json.count("reads_per_hour", when.reads_per_hour);
    json.count("values_per_month", when.values_per_month);
    if (when.at_home) json.text("network", own_network);
    json.end();
}

void append_obligation(std::string& out, const Obligation& obligation, Duration erase_after) {
    TermsWriter json(out);
    json.length("granularity", obligation.granularity);
    if (obligation.aggregate != Aggregate::last) json.text("aggregate", name(obligation.aggregate));
    if (obligation.precision > 0) json.number("precision", obligation.precision);
    json.length("delay", obligation.delay);
    if (obligation.home_or_away) json.text("place", "home_or_away");
    json.length("erase_after", erase_after);
    json.end();
}

void append_envelope(std::string& out, const Envelope& envelope) {
    TermsWriter json(out);
    json.number("minimum", envelope.minimum);
    json.number("maximum", envelope.maximum);
    json.texts("allowed", envelope.allowed);
    json.count("per_hour", envelope.per_hour);
    if (envelope.confirm) json.text("confirm", confirmed_by_owner);
    json.end();
}

constexpr std::array<std::string_view, 12> members_of_terms = {
    "forbid", "spares_household", "parent",   "except",       "classes",        "common",
    "when",   "obligations",      "envelope", "history_from", "history_window", "purpose_code"};
constexpr std::array<std::string_view, 7> members_of_when = {
    "weekdays", "from", "until", "presence", "reads_per_hour", "values_per_month", "network"};
constexpr std::array<std::string_view, 6> members_of_obligations = {
    "granularity", "aggregate", "precision", "delay", "erase_after", "place"};
constexpr std::array<std::string_view, 5> members_of_envelope = {"minimum", "maximum", "allowed",
                                                                 "per_hour", "confirm"};

/// Reads the members of one object and remembers the first mistake.
class Reader {
public:
    Reader(const bj::value& value, std::string path, std::span<const std::string_view> known,
           std::optional<Error>& error)
        : object_(value.if_object()), path_(std::move(path)), error_(error) {
        if (object_ == nullptr) {
            wrong({}, "must be an object");
            return;
        }
        for (const auto& member : *object_) {
            const std::string_view key(member.key());
            bool found = false;
            for (const auto name : known) found = found || name == key;
            const auto place = place_of_term(key);
            if (!found && !place.empty())
                wrong(key, "is not known there; it belongs in '" + std::string(place) + "'");
            if (!found) wrong(key, "is not known");
        }
    }
    [[nodiscard]] const bj::value* find(std::string_view key) const {
        const bj::value* value = object_ == nullptr ? nullptr : object_->if_contains(key);
        return value == nullptr || value->is_null() ? nullptr : value;
    }
    void flag(std::string_view key, bool& out) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        if (!value->is_bool()) return wrong(key, "must be true or false");
        out = value->get_bool();
    }
    template <class T>
    void count(std::string_view key, T& out) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        const auto whole = value->is_uint64() ? value->get_uint64()
                           : value->is_int64() && value->get_int64() >= 0
                               ? static_cast<std::uint64_t>(value->get_int64())
                               : std::numeric_limits<std::uint64_t>::max();
        if (whole > std::numeric_limits<T>::max() / 2) return wrong(key, "must be a whole number");
        out = static_cast<T>(whole);
    }
    void text(std::string_view key, std::string& out) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        if (!value->is_string() || value->get_string().size() > 300)
            return wrong(key, "must be a string of at most 300 bytes");
        out = std::string_view(value->get_string());
    }
    void length(std::string_view key, Duration& out) {
        std::string shown;
        text(key, shown);
        if (shown.empty()) return;
        const auto parsed = parse_duration(shown);
        if (!parsed) return wrong(key, parsed.error().message);
        if (parsed->us <= 0) return wrong(key, "must be longer than nothing");
        out = *parsed;
    }
    void time(std::string_view key, Time& out) {
        std::string shown;
        text(key, shown);
        if (shown.empty()) return;
        const auto parsed = parse_rfc3339(shown);
        if (!parsed) return wrong(key, parsed.error().message);
        out = *parsed;
    }
    void number(std::string_view key, std::optional<double>& out) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        if (!value->is_number() || !std::isfinite(value->to_number<double>()))
            return wrong(key, "must be a number");
        out = value->to_number<double>();
    }
    void texts(std::string_view key, std::vector<std::string>& out) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        const auto* array = value->if_array();
        if (array == nullptr || array->size() > list_max)
            return wrong(key, "must be a list of at most 100 strings");
        for (const bj::value& one : *array) {
            if (!one.is_string()) return wrong(key, "must be a list of at most 100 strings");
            out.emplace_back(std::string_view(one.get_string()));
        }
    }
    void wrong(std::string_view key, std::string_view why) {
        if (error_) return;
        std::string where = path_;
        if (!key.empty()) where += (where.empty() ? "" : ".") + std::string(key);
        error_ = Error{Code::invalid_input, "'" + where + "' " + std::string(why)};
    }

private:
    const bj::object* object_;
    std::string path_;
    std::optional<Error>& error_;
};

bool minute_from(std::string_view text, std::uint16_t& out) {
    if (text.size() != 5 || text[2] != ':') return false;
    const std::array<int, 4> digits = {text[0] - '0', text[1] - '0', text[3] - '0', text[4] - '0'};
    for (const int d : digits) {
        if (d < 0 || d > 9) return false;
    }
    const int hour = digits[0] * 10 + digits[1];
    const int minute = digits[2] * 10 + digits[3];
    if (minute > 59 || hour * 60 + minute >= minutes_per_day) return false;
    out = static_cast<std::uint16_t>(hour * 60 + minute);
    return true;
}

void read_when(const bj::value& value, Conditions& when, std::optional<Error>& error) {
    Reader in(value, "when", members_of_when, error);
    std::vector<std::string> days;
    in.texts("weekdays", days);
    for (const auto& day : days) {
        std::size_t i = 0;
        while (i < weekday_names.size() && weekday_names[i] != day) ++i;
        if (i == weekday_names.size())
            in.wrong("weekdays", "are mon, tue, wed, thu, fri, sat, sun");
        when.weekdays = static_cast<std::uint8_t>(when.weekdays | 1U << i);
    }
    std::string from;
    std::string until;
    in.text("from", from);
    in.text("until", until);
    if (from.empty() != until.empty()) in.wrong("from", "and 'until' go together");
    if (!from.empty() && !minute_from(from, when.from_minute)) in.wrong("from", "must be as 07:30");
    if (!until.empty() && !minute_from(until, when.until_minute))
        in.wrong("until", "must be as 22:00");
    if (!from.empty() && from == until) in.wrong("from", "must differ from 'until'");
    if (const bj::value* presence = in.find("presence")) {
        static constexpr std::array<std::string_view, 2> members = {"address", "value"};
        Reader of(*presence, "when.presence", members, error);
        of.text("address", when.presence);
        if (when.presence.find('/') == std::string::npos)
            of.wrong("address", "must be a property's address");
        const bj::value* wanted = of.find("value");
        if (wanted == nullptr) {
            of.wrong("value", "is missing");
        } else {
            when.presence_value = to_value(*wanted);
        }
    }
    in.count("reads_per_hour", when.reads_per_hour);
    in.count("values_per_month", when.values_per_month);
    std::string network;
    in.text("network", network);
    if (!network.empty() && network != own_network && network != "any")
        in.wrong("network", "is one of home, any");
    when.at_home = network == own_network;
}

void read_obligation(const bj::value& value, GrantTerms& terms, std::optional<Error>& error) {
    Reader in(value, "obligations", members_of_obligations, error);
    Obligation& obligation = terms.obligation;
    in.length("granularity", obligation.granularity);
    in.length("delay", obligation.delay);
    in.length("erase_after", terms.erase_after);
    std::string word;
    in.text("aggregate", word);
    if (!word.empty()) {
        const auto aggregate = aggregate_from(word);
        if (!aggregate) in.wrong("aggregate", "is one of last, mean, sum, min, max, increase");
        obligation.aggregate = aggregate.value_or(Aggregate::last);
    }
    std::string place;
    in.text("place", place);
    if (!place.empty() && place != "home_or_away") in.wrong("place", "can be home_or_away");
    obligation.home_or_away = !place.empty();
    std::optional<double> precision;
    in.number("precision", precision);
    if (precision && !(*precision > 0)) in.wrong("precision", "must be above 0");
    obligation.precision = precision.value_or(0);
}

void read_envelope(const bj::value& value, Envelope& envelope, std::optional<Error>& error) {
    Reader in(value, "envelope", members_of_envelope, error);
    in.number("minimum", envelope.minimum);
    in.number("maximum", envelope.maximum);
    in.texts("allowed", envelope.allowed);
    in.count("per_hour", envelope.per_hour);
    std::string confirm;
    in.text("confirm", confirm);
    if (!confirm.empty() && confirm != confirmed_by_owner && confirm != "none")
        in.wrong("confirm", "is one of none, owner");
    envelope.confirm = confirm == confirmed_by_owner;
    if (envelope.minimum && envelope.maximum && *envelope.minimum > *envelope.maximum)
        in.wrong("minimum", "must not be above 'maximum'");
}

}  // namespace

std::string_view place_of_term(std::string_view member) {
    const auto in = [&](std::span<const std::string_view> members) {
        return std::find(members.begin(), members.end(), member) != members.end();
    };
    if (in(members_of_terms)) return "terms";
    if (in(members_of_obligations)) return "terms.obligations";
    if (in(members_of_envelope)) return "terms.envelope";
    return in(members_of_when) ? "terms.when" : std::string_view();
}

void append_json(std::string& out, const GrantTerms& terms) {
    TermsWriter json(out);
    json.flag("forbid", terms.forbid);
    json.flag("spares_household", terms.spares_household);
    json.count("parent", terms.parent);
    json.texts("except", terms.except);
    json.texts("classes", class_names(terms.classes));
    json.flag("common", terms.common);
    if (terms.when != Conditions{}) {
        json.key("when");
        append_when(out, terms.when);
    }
    if (terms.obligation != Obligation{} || terms.erase_after.us != 0) {
        json.key("obligations");
        append_obligation(out, terms.obligation, terms.erase_after);
    }
    if (terms.envelope != Envelope{}) {
        json.key("envelope");
        append_envelope(out, terms.envelope);
    }
    if (terms.history_from.known()) json.text("history_from", format_rfc3339(terms.history_from));
    json.length("history_window", terms.history_window);
    json.text("purpose_code", terms.purpose_code);
    json.end();
}

Result<GrantTerms> terms_from_json(const boost::json::value& value) {
    GrantTerms terms;
    std::optional<Error> error;
    Reader in(value, {}, members_of_terms, error);
    in.flag("forbid", terms.forbid);
    in.flag("spares_household", terms.spares_household);
    if (terms.spares_household && !terms.forbid) in.wrong("spares_household", "goes with 'forbid'");
    in.count("parent", terms.parent);
    in.texts("except", terms.except);
    std::vector<std::string> classes;
    in.texts("classes", classes);
    for (const auto& word : classes) {
        const auto found = sensitivity_from(word);
        if (!found) in.wrong("classes", "are home, personal, sensitive, critical");
        if (found)
            terms.classes =
                static_cast<std::uint8_t>(terms.classes | 1U << static_cast<unsigned>(*found));
    }
    in.flag("common", terms.common);
    if (const bj::value* when = in.find("when")) read_when(*when, terms.when, error);
    if (const bj::value* of = in.find("obligations")) read_obligation(*of, terms, error);
    if (const bj::value* of = in.find("envelope")) read_envelope(*of, terms.envelope, error);
    in.time("history_from", terms.history_from);
    in.length("history_window", terms.history_window);
    in.text("purpose_code", terms.purpose_code);
    if (error) return fail(std::move(*error));
    return terms;
}

}  // namespace foxtail
