#include "foxtail/json/record.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/grants/verdict.hpp"
#include "foxtail/json/terms.hpp"
#include "foxtail/json/thing.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>

namespace foxtail {
namespace {

constexpr std::int64_t us_per_second = 1'000'000;

template <std::integral T>
void append_number(std::string& out, T value) {
    std::array<char, 24> buffer{};
    out.append(buffer.data(),
               std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

/// Exact to the microsecond: "30", "0.25", "-3600.000001".
void append_seconds(std::string& out, Duration duration) {
    const bool negative = duration.us < 0;
    const auto us = negative ? 0 - static_cast<std::uint64_t>(duration.us)
                             : static_cast<std::uint64_t>(duration.us);
    if (negative) out += '-';
    append_number(out, us / us_per_second);
    auto rest = us % us_per_second;
    if (rest == 0) return;
    out += '.';
    for (std::uint64_t digit = us_per_second / 10; rest != 0; digit /= 10) {
        out += static_cast<char>('0' + rest / digit);
        rest %= digit;
    }
}

/// Writes one body. Each member begins with a comma but the first.
class BodyWriter {
public:
    BodyWriter(std::string& out, const Names& names) : out_(out), names_(names) {}

    void operator()(const Reading& r) {
        reference("address", r.property);
        value("value", r.value);
        text("quality", name(r.quality));
        time("source_time", r.source_time);
    }
    void operator()(const ReadingRefused& r) {
        reference("address", r.property);
        text("said", r.said);
        text("reason", r.reason);
    }
    void operator()(const ThingTold& t) {
        number("thing", t.thing.index);
        key("ids");
        list(t.ids, [&](PropertyId id) { append_number(out_, id.index); });
        text("brought_by", t.brought_by);
        key("spec");
        append_json(out_, t.spec);
    }
    void operator()(const ThingGone& t) { reference("thing", t.thing); }
    void operator()(const EventHappened& e) {
        reference("thing", e.thing);
        text("event", e.event);
        value("detail", e.detail);
    }
    void operator()(const CommandAsked& c) {
        // An action's command has no property; one that carries a number all the same keeps it.
        if (c.action.empty() || c.property.index != 0) reference("address", c.property);
        reference("thing", c.thing);
        if (!c.action.empty()) text("action", c.action);
        value("value", c.value);
        key("time_to_live_s");
        append_seconds(out_, c.time_to_live);
        if (c.grant != 0) number("grant", c.grant);
        if (c.at_home) {
            key("at_home");
            out_ += "true";
        }
        if (c.agent.index != 0) reference("agent", c.agent);
        if (c.confirm_within.us == 0) return;
        key("confirm_within_s");
        append_seconds(out_, c.confirm_within);
    }
    void operator()(const WishConfirmed& w) {
        number("command", w.command);
        if (w.action.empty()) {
            reference("address", w.property);
        } else {
            text("action", w.action);
        }
        reference("thing", w.thing);
        value("value", w.value);
    }
    void operator()(const CommandEnded& c) {
        number("command", c.command);
        text("outcome", name(c.outcome));
        text("detail", c.detail);
    }
    void operator()(const CommandDenied& c) {
        text("address", c.address);
        value("value", c.value);
        text("reason", c.reason);
    }
    void operator()(const RuleRan& r) {
        text("rule", r.rule);
        text("outcome", r.outcome == RunOutcome::ran ? "ran" : "failed");
        text("detail", r.detail);
    }
    void operator()(const RuleWaits& r) {
        text("rule", r.rule);
        number("run", r.run);
        number("step", r.step);
        time("until", r.until);
        if (r.agent.index != 0) reference("agent", r.agent);
    }
    void operator()(const Noticed& n) {
        text("text", n.text);
        text("to", n.to);
    }
    void operator()(const SubjectNamed& s) {
        number("id", s.id.index);
        text("name", s.name);
        text("kind", name(s.kind));
    }
    void operator()(const GrantGiven& g) {
        reference("subject", g.subject);
        key("addresses");
        list(g.addresses, [&](const std::string& a) { string(a); });
        key("verbs");
        verbs(g.verbs);
        time("from", g.from);
        time("until", g.until);
        text("purpose", g.purpose);
        if (!g.token_hash.empty()) text("token_hash", g.token_hash);
        if (g.terms == GrantTerms{}) return;
        key("terms");
        append_json(out_, g.terms);
    }
    void operator()(const GrantEnded& g) {
        number("grant", g.grant);
        text("reason", g.reason);
        time("erase_by", g.erase_by);
    }
    void operator()(const Started& s) {
        number("boot", s.boot);
        text("version", s.version);
    }
    void operator()(const Stopped&) {}
    void operator()(const ClockJumped& c) {
        key("by_s");
        append_seconds(out_, c.by);
    }
    void operator()(const Dropped& d) {
        text("where", d.where);
        number("count", d.count);
    }
    void operator()(const InputRefused& i) {
        text("source", i.source);
        text("topic", i.topic);
        text("sample", i.sample);
        text("reason", i.reason);
        number("count", i.count);
    }
    void operator()(const ConfigLoaded& c) {
        text("what", c.what);
        text("hash", c.hash);
        text("summary", c.summary);
    }
    void operator()(const ThingOwned& t) {
        reference("thing", t.thing);
        key("owners");
        list(t.owners, [&](SubjectId id) { referenced(id); });
        key("about");
        list(t.about, [&](SubjectId id) { referenced(id); });
    }
    void operator()(const OutsideRead& r) {
        reference("subject", r.subject);
        number("grant", r.grant);
        text("how", r.how);
        number("count", r.count);
        time("from", r.from);
        time("until", r.until);
        key("addresses");
        list(r.properties, [&](PropertyId id) { referenced(id); });
        if (r.used.empty()) return;
        key("used");
        list(r.used, [&](const OutsideRead::Used& used) {
            out_ += "{\"grant\":";
            append_number(out_, used.grant);
            out_ += ",\"reads\":";
            append_number(out_, used.reads);
            out_ += ",\"values\":";
            append_number(out_, used.values);
            out_ += '}';
        });
    }
    void operator()(const Forgotten& f) {
        reference("thing", f.thing);
        key("addresses");
        list(f.properties, [&](PropertyId id) { referenced(id); });
        key("happenings");
        out_ += f.happenings ? "true" : "false";
        time("from", f.from);
        time("until", f.until);
    }
    void operator()(const Invited& i) {
        text("name", i.name);
        text("kind", name(i.kind));
        text("code_hash", i.code_hash);
        time("until", i.until);
        if (!i.person.empty()) text("person", i.person);
        time("leaves", i.leaves);
    }
    void operator()(const InvitationEnded& i) {
        number("invitation", i.invitation);
        key("used");
        out_ += i.used ? "true" : "false";
        text("reason", i.reason);
    }
    void operator()(const SubjectLeft& s) {
        reference("subject", s.subject);
        text("reason", s.reason);
    }
    void operator()(const SignedIn& s) {
        reference("subject", s.subject);
        text("how", s.how);
        text("source", s.source);
        number("count", s.count);
        time("from", s.from);
        time("until", s.until);
    }
    void operator()(const SignedOut& s) {
        reference("subject", s.subject);
        text("how", s.how);
        text("source", s.source);
    }
    void operator()(const SignInRefused& s) {
        if (s.subject != SubjectId{}) reference("subject", s.subject);
        text("how", s.how);
        text("source", s.source);
        text("reason", s.reason);
        number("count", s.count);
        time("from", s.from);
        time("until", s.until);
    }
    void operator()(const GrantsSuspended& g) { text("reason", g.reason); }
    void operator()(const GrantConfirmed& g) { number("grant", g.grant); }
    void operator()(const ErasureTold& e) {
        number("grant", e.grant);
        reference("subject", e.subject);
        key("done");
        out_ += e.done ? "true" : "false";
    }

private:
    void key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
    void string(std::string_view text) {
        // What came from outside is made printable where it comes in; a byte that slipped through
        // must not make the whole record unreadable.
        if (valid_utf8(text)) {
            append_json_string(out_, text);
        } else {
            append_json_string(out_, printable(text, text.size()));
        }
    }
    void text(std::string_view name, std::string_view text) {
        key(name);
        string(text);
    }
    template <std::integral T>
    void number(std::string_view name, T value) {
        key(name);
        append_number(out_, value);
    }
    void value(std::string_view name, const Value& v) {
        key(name);
        append_json(out_, v);
    }
    /// Left out when not known.
    void time(std::string_view name, Time t) {
        constexpr Time first{-62135596800 * us_per_second};  // year 1
        constexpr Time last{253402300800 * us_per_second};   // year 10000
        if (!t.known()) return;
        key(name);
        if (t >= first && t < last) {
            append_json_string(out_, format_rfc3339(t));
        } else {
            append_number(out_, t.us);
        }
    }
    /// Names hold letters, digits and a few signs; subjects' may hold more, so all are escaped.
    template <class Id>
    void reference(std::string_view name, Id id) {
        key(name);
        referenced(id);
    }
    template <class Id>
    void referenced(Id id) {
        name_.clear();
        if (!names_.append(name_, id)) {
            name_ = '#';
            append_number(name_, id.index);
        }
        string(name_);
    }
    template <class T, class Each>
    void list(const std::vector<T>& items, Each each) {
        out_ += '[';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out_ += ',';
            each(items[i]);
        }
        out_ += ']';
    }
    void verbs(std::uint16_t bits) {
        bool first = true;
        out_ += '[';
        for (unsigned bit = 1; bit <= 0x8000; bit <<= 1) {
            if ((bits & bit) == 0) continue;
            if (!first) out_ += ',';
            first = false;
            const std::string_view known = name(static_cast<Verb>(bit));
            out_ += '"';
            if (verb_from(known) == static_cast<Verb>(bit)) {
                out_ += known;
            } else {
                out_ += '#';
                append_number(out_, bit);
            }
            out_ += '"';
        }
        out_ += ']';
    }

    std::string& out_;
    const Names& names_;
    std::string name_;
    bool first_ = true;
};

/// A name, or the number behind a hash when there is none.
template <class Id>
void append_name(std::string& out, Id id, const Names& names) {
    if (names.append(out, id)) return;
    out += '#';
    append_number(out, id.index);
}

}  // namespace

void append_body_json(std::string& out, const Body& body, const Names& names) {
    out += '{';
    BodyWriter writer(out, names);
    std::visit(writer, body);
    out += '}';
}

bool append_subject_matter(std::string& out, const Body& body, const Names& names) {
    if (const auto* r = std::get_if<Reading>(&body)) return names.append(out, r->property);
    if (const auto* r = std::get_if<ReadingRefused>(&body)) return names.append(out, r->property);
    if (const auto* t = apart_if<ThingTold>(body)) {
        out += t->spec.id;
        return true;
    }
    if (const auto* t = std::get_if<ThingGone>(&body)) return names.append(out, t->thing);
    if (const auto* t = std::get_if<ThingOwned>(&body)) return names.append(out, t->thing);
    if (const auto* f = std::get_if<Forgotten>(&body)) return names.append(out, f->thing);
    if (const auto* d = std::get_if<CommandDenied>(&body)) {
        out += d->address;
        return true;
    }
    if (const auto* e = std::get_if<EventHappened>(&body)) {
        if (!names.append(out, e->thing)) return false;
        out += '/';
        out += e->event;
        return true;
    }
    const auto of_wish = [&](const auto& wish) {
        if (wish.action.empty()) return names.append(out, wish.property);
        if (!names.append(out, wish.thing)) return false;
        out += '/';
        out += wish.action;
        return true;
    };
    if (const auto* c = std::get_if<CommandAsked>(&body)) return of_wish(*c);
    if (const auto* w = std::get_if<WishConfirmed>(&body)) return of_wish(*w);
    return false;
}

void append_record_json(std::string& out, const Record& record, const Names& names) {
    out += "{\"seq\":";
    append_number(out, record.seq);
    out += ",\"time\":";
    append_json_string(out, format_rfc3339(record.time));
    out += ",\"actor\":";
    std::string name;
    append_name(name, record.actor, names);
    append_json_string(out, name);
    out += ",\"cause\":";
    if (record.cause == 0) {
        out += "null";
    } else {
        append_number(out, record.cause);
    }
    out += ",\"kind\":\"";
    out += kind_name(record.body);
    out += '"';
    name.clear();
    if (append_subject_matter(name, record.body, names)) {
        out += ",\"address\":";
        append_json_string(out, name);
    }
    out += ",\"body\":";
    append_body_json(out, record.body, names);
    out += '}';
}

}  // namespace foxtail
