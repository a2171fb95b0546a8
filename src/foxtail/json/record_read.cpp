#include "foxtail/grants/verdict.hpp"
#include "foxtail/json/member_texts.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/json/record.hpp"
#include "foxtail/json/terms.hpp"
#include "foxtail/json/thing.hpp"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

namespace foxtail {
namespace {

template <std::integral T>
bool whole_number(std::string_view text, T& out) {
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, out);
    return error == std::errc{} && at == end;
}

/// Reads what append_seconds() wrote.
bool seconds_from(std::string_view text, Duration& out) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const auto dot = text.find('.');
    std::uint64_t whole = 0;
    std::uint64_t fraction = 0;
    if (!whole_number(text.substr(0, dot), whole) || whole > 9'223'372'036'854) return false;
    if (dot != std::string_view::npos) {
        std::string digits(text.substr(dot + 1));
        if (digits.empty() || digits.size() > 6) return false;
        digits.resize(6, '0');
        if (!whole_number(digits, fraction)) return false;
    }
    const auto us = whole * 1'000'000 + fraction;
    out.us = static_cast<std::int64_t>(negative ? 0 - us : us);
    return true;
}

/// Reads members into a body's fields and remembers the first mistake, so that each body reads as a
/// list of its members.
class BodyReader {
public:
    BodyReader(const MemberTexts& members, const Names& names) : in_(members), names_(names) {}

    void text(std::string_view key, std::string& out) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        string(key, *found, out);
    }
    void optional_text(std::string_view key, std::string& out) {
        if (in_.find(key)) text(key, out);
    }
    void value(std::string_view key, Value& out) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        auto parsed = parse_json_value(*found);
        if (!parsed) return wrong(key, parsed.error().message);
        out = std::move(*parsed);
    }
    template <std::integral T>
    void number(std::string_view key, T& out) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        if (!whole_number(*found, out)) wrong(key, "expected a whole number");
    }
    void flag(std::string_view key, bool& out) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        if (*found != "true" && *found != "false") return wrong(key, "expected true or false");
        out = *found == "true";
    }
    void seconds(std::string_view key, Duration& out) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        if (!seconds_from(*found, out)) wrong(key, "expected seconds");
    }
    void time(std::string_view key, Time& out) {
        const auto found = in_.find(key);
        if (!found) return;
        if (!found->starts_with('"')) return number(key, out.us);
        std::string shown;
        string(key, *found, shown);
        const auto parsed = parse_rfc3339(shown);
        if (!parsed) return wrong(key, parsed.error().message);
        out = *parsed;
    }
    template <class Id>
    void reference(std::string_view key, Id& out) {
        std::string shown;
        text(key, shown);
        if (!error_) called(key, shown, out);
    }
    template <class Each>
    void list(std::string_view key, Each each) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        const auto elements = split_elements(*found);
        if (!elements) return wrong(key, elements.error().message);
        for (const auto element : *elements) each(element);
    }
    void string(std::string_view key, std::string_view json, std::string& out) {
        auto parsed = parse_json_value(json);
        auto* const shown = parsed ? std::get_if<std::string>(&*parsed) : nullptr;
        if (shown == nullptr) return wrong(key, "expected a string");
        out = std::move(*shown);
    }
    void spec(std::string_view key, ThingSpec& out) {
        const auto found = in_.find(key);
        if (!found) return missing(key);
        const auto parsed = parse_json(*found);
        if (!parsed) return wrong(key, parsed.error().message);
        auto spec = thing_from_json(*parsed);
        if (!spec) return wrong(key, spec.error().message);
        out = std::move(*spec);
    }
    void terms(std::string_view key, GrantTerms& out) {
        const auto found = in_.find(key);
        if (!found) return;
        const auto parsed = parse_json(*found);
        if (!parsed) return wrong(key, parsed.error().message);
        auto terms = terms_from_json(*parsed);
        if (!terms) return wrong(key, terms.error().message);
        out = std::move(*terms);
    }
    template <class Id>
    void references(std::string_view key, std::vector<Id>& out) {
        list(key, [&](std::string_view element) {
            std::string shown;
            string(key, element, shown);
            if (!error_) called(key, shown, out.emplace_back());
        });
    }
    template <class E>
    void choice(std::string_view key, E& out, std::optional<E> (*from)(std::string_view)) {
        std::string shown;
        text(key, shown);
        const auto found = from(shown);
        if (!found) return wrong(key, "unknown word");
        out = *found;
    }
    void wrong(std::string_view key, std::string_view why, Code code = Code::invalid_input) {
        if (!error_) error_ = Error{code, std::string(key) + ": " + std::string(why)};
    }
    [[nodiscard]] bool has(std::string_view key) const { return in_.find(key).has_value(); }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    void missing(std::string_view key) { wrong(key, "is missing"); }

    [[nodiscard]] std::optional<PropertyId> find(std::string_view name, PropertyId) const {
        return names_.property(name);
    }
    [[nodiscard]] std::optional<ThingId> find(std::string_view name, ThingId) const {
        return names_.thing(name);
    }
    [[nodiscard]] std::optional<SubjectId> find(std::string_view name, SubjectId) const {
        return names_.subject(name);
    }

    template <class Id>
    void called(std::string_view key, const std::string& shown, Id& out) {
        if (shown.starts_with('#')) {
            if (!whole_number(std::string_view(shown).substr(1), out.index))
                wrong(key, "no number");
            return;
        }
        const std::optional<Id> found = find(shown, out);
        if (!found) return wrong(key, "nothing is called \"" + shown + "\"", Code::not_found);
        out = *found;
    }

    const MemberTexts& in_;
    const Names& names_;
    std::optional<Error> error_;
};

std::optional<RunOutcome> run_outcome_from(std::string_view text) {
    if (text == "ran") return RunOutcome::ran;
    if (text == "failed") return RunOutcome::failed;
    return std::nullopt;
}

void read(BodyReader& in, Reading& r) {
    in.reference("address", r.property);
    in.value("value", r.value);
    in.choice("quality", r.quality, quality_from);
    in.time("source_time", r.source_time);
}
void read(BodyReader& in, ReadingRefused& r) {
    in.reference("address", r.property);
    in.text("said", r.said);
    in.text("reason", r.reason);
}
void read(BodyReader& in, ThingTold& t) {
    in.number("thing", t.thing.index);
    in.list("ids", [&](std::string_view element) {
        PropertyId id;
        if (!whole_number(element, id.index)) in.wrong("ids", "expected whole numbers");
        t.ids.push_back(id);
    });
    in.text("brought_by", t.brought_by);
    in.spec("spec", t.spec);
}
void read(BodyReader& in, ThingGone& t) {
    in.reference("thing", t.thing);
}
void read(BodyReader& in, EventHappened& e) {
    in.reference("thing", e.thing);
    in.text("event", e.event);
    in.value("detail", e.detail);
}
void read(BodyReader& in, CommandAsked& c) {
    if (in.has("address")) in.reference("address", c.property);
    in.reference("thing", c.thing);
    in.optional_text("action", c.action);
    in.value("value", c.value);
    in.seconds("time_to_live_s", c.time_to_live);
    if (in.has("grant")) in.number("grant", c.grant);
    if (in.has("at_home")) in.flag("at_home", c.at_home);
    if (in.has("agent")) in.reference("agent", c.agent);
    if (in.has("confirm_within_s")) in.seconds("confirm_within_s", c.confirm_within);
}
void read(BodyReader& in, WishConfirmed& w) {
    in.number("command", w.command);
    if (in.has("address")) in.reference("address", w.property);
    in.reference("thing", w.thing);
    in.optional_text("action", w.action);
    in.value("value", w.value);
}
void read(BodyReader& in, CommandEnded& c) {
    in.number("command", c.command);
    in.choice("outcome", c.outcome, outcome_from);
    in.text("detail", c.detail);
}
void read(BodyReader& in, CommandDenied& c) {
    in.text("address", c.address);
    in.value("value", c.value);
    in.text("reason", c.reason);
}
void read(BodyReader& in, RuleRan& r) {
    in.text("rule", r.rule);
    in.choice("outcome", r.outcome, run_outcome_from);
    in.text("detail", r.detail);
}
void read(BodyReader& in, RuleWaits& r) {
    in.text("rule", r.rule);
    in.number("run", r.run);
    in.number("step", r.step);
    in.time("until", r.until);
    if (in.has("agent")) in.reference("agent", r.agent);
}
void read(BodyReader& in, Noticed& n) {
    in.text("text", n.text);
    in.text("to", n.to);
}
void read(BodyReader& in, SubjectNamed& s) {
    in.number("id", s.id.index);
    in.text("name", s.name);
    in.choice("kind", s.kind, subject_kind_from);
}
void read(BodyReader& in, GrantGiven& g) {
    in.reference("subject", g.subject);
    in.list("addresses", [&](std::string_view element) {
        in.string("addresses", element, g.addresses.emplace_back());
    });
    in.list("verbs", [&](std::string_view element) {
        std::string shown;
        in.string("verbs", element, shown);
        std::uint16_t bit = 0;
        if (const auto verb = verb_from(shown)) {
            bit = static_cast<std::uint16_t>(*verb);
        } else if (!shown.starts_with('#') ||
                   !whole_number(std::string_view(shown).substr(1), bit)) {
            in.wrong("verbs", "unknown verb");
        }
        g.verbs = static_cast<std::uint16_t>(g.verbs | bit);
    });
    in.time("from", g.from);
    in.time("until", g.until);
    in.text("purpose", g.purpose);
    in.optional_text("token_hash", g.token_hash);
    in.terms("terms", g.terms);
}
void read(BodyReader& in, GrantEnded& g) {
    in.number("grant", g.grant);
    in.text("reason", g.reason);
    in.time("erase_by", g.erase_by);
}
void read(BodyReader& in, Started& s) {
    in.number("boot", s.boot);
    in.text("version", s.version);
}
void read(BodyReader&, Stopped&) {}
void read(BodyReader& in, ClockJumped& c) {
    in.seconds("by_s", c.by);
}
void read(BodyReader& in, Dropped& d) {
    in.text("where", d.where);
    in.number("count", d.count);
}
void read(BodyReader& in, InputRefused& i) {
    in.text("source", i.source);
    in.text("topic", i.topic);
    in.text("sample", i.sample);
    in.text("reason", i.reason);
    in.number("count", i.count);
}
void read(BodyReader& in, ConfigLoaded& c) {
    in.text("what", c.what);
    in.text("hash", c.hash);
    in.text("summary", c.summary);
}

void read(BodyReader& in, ThingOwned& t) {
    in.reference("thing", t.thing);
    in.references("owners", t.owners);
    in.references("about", t.about);
}
void read(BodyReader& in, OutsideRead& r) {
    in.reference("subject", r.subject);
    in.number("grant", r.grant);
    in.text("how", r.how);
    in.number("count", r.count);
    in.time("from", r.from);
    in.time("until", r.until);
    in.references("addresses", r.properties);
    if (!in.has("used")) return;
    in.list("used", [&](std::string_view element) {
        const auto members = MemberTexts::split(element);
        if (!members) return in.wrong("used", "expected objects");
        OutsideRead::Used& used = r.used.emplace_back();
        for (const auto& [key, number] :
             {std::pair{"grant", &used.grant}, {"reads", &used.reads}, {"values", &used.values}}) {
            const auto found = members->find(key);
            if (!found || !whole_number(*found, *number))
                in.wrong("used", "expected whole numbers");
        }
    });
}
void read(BodyReader& in, Forgotten& f) {
    in.reference("thing", f.thing);
    in.references("addresses", f.properties);
    in.flag("happenings", f.happenings);
    in.time("from", f.from);
    in.time("until", f.until);
}
void read(BodyReader& in, Invited& i) {
    in.text("name", i.name);
    in.choice("kind", i.kind, subject_kind_from);
    in.text("code_hash", i.code_hash);
    in.time("until", i.until);
    in.optional_text("person", i.person);
    in.time("leaves", i.leaves);
}
void read(BodyReader& in, InvitationEnded& i) {
    in.number("invitation", i.invitation);
    in.flag("used", i.used);
    in.text("reason", i.reason);
}
void read(BodyReader& in, SubjectLeft& s) {
    in.reference("subject", s.subject);
    in.text("reason", s.reason);
}
void read(BodyReader& in, SignedIn& s) {
    in.reference("subject", s.subject);
    in.text("how", s.how);
    in.text("source", s.source);
    in.number("count", s.count);
    in.time("from", s.from);
    in.time("until", s.until);
}
void read(BodyReader& in, SignedOut& s) {
    in.reference("subject", s.subject);
    in.text("how", s.how);
    in.text("source", s.source);
}
void read(BodyReader& in, SignInRefused& s) {
    if (in.has("subject")) in.reference("subject", s.subject);
    in.text("how", s.how);
    in.text("source", s.source);
    in.text("reason", s.reason);
    in.number("count", s.count);
    in.time("from", s.from);
    in.time("until", s.until);
}
void read(BodyReader& in, GrantsSuspended& g) {
    in.text("reason", g.reason);
}
void read(BodyReader& in, GrantConfirmed& g) {
    in.number("grant", g.grant);
}
void read(BodyReader& in, ErasureTold& e) {
    in.number("grant", e.grant);
    in.reference("subject", e.subject);
    in.flag("done", e.done);
}

template <std::size_t index>
bool read_kind(std::string_view kind, BodyReader& in, Body& out) {
    if constexpr (index == std::variant_size_v<Body>) {
        return false;
    } else {
        if (kind != kind_name(index)) return read_kind<index + 1>(kind, in, out);
        read(in, out.emplace<index>());
        return true;
    }
}

}  // namespace

Result<Body> body_from_json(std::string_view kind, std::string_view text, const Names& names) {
    const auto members = MemberTexts::split(text);
    if (!members) return fail(members.error());
    Body body;
    BodyReader in(*members, names);
    if (!read_kind<0>(kind, in, body)) {
        return fail(Code::invalid_input,
                    "no kind of record is called \"" + std::string(kind) + "\"");
    }
    if (in.error())
        return fail(Error{in.error()->code, std::string(kind) + "." + in.error()->message});
    return body;
}

}  // namespace foxtail
