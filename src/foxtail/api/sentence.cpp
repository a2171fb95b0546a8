#include "foxtail/api/sentence.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/model/unit.hpp"

#include <variant>

namespace foxtail::api {
namespace {

constexpr std::size_t value_bytes_shown = 120;

/// A title that begins with its thing's title says it all: "Hall lamp brightness", not "Hall lamp
/// Hall lamp brightness".
std::string joined(const std::string& thing, const std::string& member) {
    if (member.empty()) return thing;
    if (member.size() >= thing.size() && member.compare(0, thing.size(), thing) == 0) return member;
    return thing + " · " + member;
}

std::string title_of(const Thing& thing) {
    return thing.spec.title.empty() ? thing.spec.id : thing.spec.title;
}

template <class Specs>
std::string member_title(const Specs& specs, std::string_view name) {
    for (const auto& spec : specs) {
        if (spec.name == name) return spec.title.empty() ? spec.name : spec.title;
    }
    return std::string(name);
}

class Speaker {
public:
    Speaker(const Record& record, const Wording& wording) : record_(record), w_(wording) {}

    std::string operator()(const Reading& r) const {
        const Property* p = property(r.property);
        std::string text =
            title(r.property) + " is " + spoken(r.value, p == nullptr ? nullptr : &p->spec);
        if (r.quality == Quality::estimated) text += " (estimated)";
        return text;
    }
    std::string operator()(const ReadingRefused& r) const {
        return title(r.property) + " said '" + printable(r.said) +
               "', which was refused: " + r.reason;
    }
    std::string operator()(const ThingTold& t) const {
        return (t.spec.title.empty() ? t.spec.id : t.spec.title) + " was made known by " +
               bare(t.brought_by);
    }
    std::string operator()(const ThingGone& t) const { return title(t.thing) + " is gone"; }
    std::string operator()(const EventHappened& e) const {
        std::string event = e.event;
        if (w_.catalogue.knows(e.thing))
            event = member_title(w_.catalogue.thing(e.thing).spec.events, e.event);
        std::string text = joined(title(e.thing), event);
        if (!std::holds_alternative<Null>(e.detail)) text += ": " + spoken(e.detail, nullptr);
        return text;
    }
    std::string operator()(const CommandAsked& c) const {
        if (!c.action.empty()) {
            std::string action = c.action;
            if (w_.catalogue.knows(c.thing))
                action = member_title(w_.catalogue.thing(c.thing).spec.actions, c.action);
            return actor() + " asked " + title(c.thing) + " to run '" + action + "'" + waits(c);
        }
        const Property* p = property(c.property);
        return actor() + " asked for " + title(c.property) + " to be " +
               spoken(c.value, p == nullptr ? nullptr : &p->spec) + waits(c);
    }
    std::string operator()(const WishConfirmed& c) const {
        std::string text = actor() + " confirmed: ";
        if (!c.action.empty()) return text + title(c.thing) + " to run '" + c.action + "'";
        const Property* p = property(c.property);
        return text + title(c.property) + " to be " +
               spoken(c.value, p == nullptr ? nullptr : &p->spec);
    }
    std::string operator()(const CommandEnded& c) const {
        const std::string what =
            w_.about.empty() ? "command " + std::to_string(c.command) : titled(w_.about);
        switch (c.outcome) {
            case Outcome::confirmed:
                return with(
                    w_.about.empty() ? "the " + what + " was carried out" : what + " did as asked",
                    c.detail);
            case Outcome::refused:
                return with("the command for " + what + " was refused", c.detail);
            case Outcome::failed:
                return with("the command for " + what + " failed", c.detail);
            case Outcome::timed_out:
                return with(what + " did not answer in time", c.detail);
        }
        return what;
    }
    std::string operator()(const CommandDenied& c) const {
        if (c.address.empty()) return actor() + ": " + c.reason;  // many of them
        return with(actor() + " may not set " + titled(c.address), c.reason);
    }
    std::string operator()(const RuleRan& r) const {
        return with("rule '" + r.rule + (r.outcome == RunOutcome::failed ? "' failed" : "' ran"),
                    r.detail);
    }
    std::string operator()(const RuleWaits& r) const {
        return "rule '" + r.rule + "' waits until " + format_rfc3339(r.until);
    }
    std::string operator()(const Noticed& n) const {
        return "notice" + (n.to.empty() ? std::string() : " to " + bare(n.to)) + ": " + n.text;
    }
    std::string operator()(const SubjectNamed& s) const { return s.name + " was named"; }
    std::string operator()(const GrantGiven& g) const {
        std::string text = g.terms.forbid ? actor() + " forbids " +
                                                (g.subject == SubjectId{} ? std::string("everyone")
                                                                          : subject(g.subject)) +
                                                " access to "
                                          : actor() + " gave " + subject(g.subject) + " access to ";
        for (std::size_t i = 0; i < g.addresses.size(); ++i)
            text += (i > 0 ? ", " : "") + g.addresses[i];
        if (g.until.known()) text += " until " + format_rfc3339(g.until);
        return text;
    }
    std::string operator()(const GrantEnded& g) const {
        std::string text = with(actor() + " took back grant " + std::to_string(g.grant), g.reason);
        if (g.erase_by.known())
            text += "; what came of it is to be erased by " + format_rfc3339(g.erase_by);
        return text;
    }
    std::string operator()(const Started& s) const { return "Foxtail " + s.version + " started"; }
    std::string operator()(const Stopped&) const { return "Foxtail stopped"; }
    std::string operator()(const ClockJumped& c) const {
        const bool back = c.by.us < 0;
        return std::string("the clock jumped ") + (back ? "back by " : "ahead by ") +
               format_duration(back ? Duration{-c.by.us} : c.by);
    }
    std::string operator()(const Dropped& d) const {
        return std::to_string(d.count) + " inputs were left out, because the queue '" + d.where +
               "' was full";
    }
    std::string operator()(const InputRefused& i) const {
        const std::string times = i.count > 1 ? " (" + std::to_string(i.count) + " times)" : "";
        return "not understood from " + (i.topic.empty() ? i.source : i.topic) + ": " + i.reason +
               times;
    }
    std::string operator()(const ConfigLoaded& c) const {
        return with(c.what + " read", c.summary);
    }
    std::string operator()(const ThingOwned& t) const {
        std::string text = title(t.thing) + " belongs to ";
        for (std::size_t i = 0; i < t.owners.size(); ++i)
            text += (i > 0 ? ", " : "") + subject(t.owners[i]);
        return t.owners.empty() ? text + "the household" : text;
    }
    std::string operator()(const OutsideRead& r) const {
        return subject(r.subject) + " looked " + std::to_string(r.count) + " times (" + r.how + ")";
    }
    std::string operator()(const Invited& i) const {
        return actor() + " invited " + bare(i.name) + " as a " + name(i.kind);
    }
    std::string operator()(const InvitationEnded& i) const {
        return with("invitation " + std::to_string(i.invitation) +
                        (i.used ? " was taken up" : " has ended"),
                    i.reason);
    }
    std::string operator()(const SubjectLeft& s) const {
        return with(subject(s.subject) + " left the household", s.reason);
    }
    std::string operator()(const SignedIn& s) const {
        return subject(s.subject) + " signed in" + way(s.how, s.source, s.count);
    }
    std::string operator()(const SignedOut& s) const {
        return subject(s.subject) + " signed out" + way({}, s.source, 1);
    }
    std::string operator()(const SignInRefused& s) const {
        const std::string who =
            s.subject == SubjectId{} ? "Somebody unknown" : "Somebody as " + subject(s.subject);
        return with(who + " was not let in" + way(s.how, s.source, s.count), s.reason);
    }
    std::string operator()(const GrantsSuspended& g) const {
        return with("what outsiders were given waits to be confirmed", g.reason);
    }
    std::string operator()(const Forgotten& f) const {
        std::string text = actor() + " had what was said about " + title(f.thing);
        if (f.from.known()) text += " from " + format_rfc3339(f.from);
        if (f.until.known()) text += " until " + format_rfc3339(f.until);
        return text + " forgotten";
    }
    std::string operator()(const GrantConfirmed& g) const {
        return actor() + " confirmed grant " + std::to_string(g.grant);
    }
    std::string operator()(const ErasureTold& e) const {
        return subject(e.subject) +
               (e.done ? " says that what came of grant "
                       : " has not said in time that what came of grant ") +
               std::to_string(e.grant) + " is erased";
    }

private:
    [[nodiscard]] std::string waits(const CommandAsked& c) const {
        const std::string led =
            c.agent.index == 0 ? std::string() : ", set off by " + subject(c.agent);
        if (c.confirm_within.us == 0) return led;
        return led + ", if a person confirms it within " + format_duration(c.confirm_within);
    }
    static std::string way(std::string_view how, std::string_view source, std::uint64_t count) {
        std::string text;
        if (!how.empty()) text += " by " + std::string(how);
        if (!source.empty()) text += " from " + std::string(source);
        if (count > 1) text += ", " + std::to_string(count) + " times";
        return text;
    }
    static std::string with(std::string text, std::string_view detail) {
        if (!detail.empty()) text += ": " + std::string(detail);
        return text;
    }
    static std::string bare(std::string_view subject) {
        const auto colon = subject.find(':');
        const auto kind = subject.substr(0, colon);
        if (colon == std::string_view::npos)
            return std::string(subject == "hub" ? "Foxtail" : subject);
        const std::string name(subject.substr(colon + 1));
        if (kind == "rule") return "rule '" + name + "'";
        if (kind == "token") return "token '" + name + "'";
        return name;
    }
    [[nodiscard]] std::string subject(SubjectId id) const {
        std::string name;
        if (!w_.names.append(name, id)) return "somebody";
        return bare(name);
    }
    [[nodiscard]] std::string actor() const {
        std::string text = subject(record_.actor);
        for (std::size_t i = 0; i < w_.behalf.size(); ++i)
            text += (i == 0 ? " (for " : ", ") + subject(w_.behalf[i]);
        return w_.behalf.empty() ? text : text + ")";
    }
    [[nodiscard]] const Property* property(PropertyId id) const {
        return w_.catalogue.knows(id) ? &w_.catalogue.property(id) : nullptr;
    }
    [[nodiscard]] std::string title(PropertyId id) const {
        const Property* p = property(id);
        if (p == nullptr) return "property " + std::to_string(id.index);
        return joined(title_of(w_.catalogue.thing(p->thing)),
                      p->spec.title.empty() ? p->spec.name : p->spec.title);
    }
    [[nodiscard]] std::string title(ThingId id) const {
        return w_.catalogue.knows(id) ? title_of(w_.catalogue.thing(id))
                                      : "thing " + std::to_string(id.index);
    }
    /// Of "thing/member"; the address itself when nothing is known of it.
    [[nodiscard]] std::string titled(std::string_view address) const {
        if (const Property* p = w_.catalogue.find_property(address)) return title(p->id);
        const auto slash = address.find('/');
        const Thing* thing = w_.catalogue.find_thing(address.substr(0, slash));
        if (thing == nullptr || slash == std::string_view::npos) return printable(address);
        return joined(title_of(*thing),
                      member_title(thing->spec.actions, address.substr(slash + 1)));
    }

    const Record& record_;
    const Wording& w_;
};

}  // namespace

std::string spoken(const Value& value, const PropertySpec* spec) {
    if (std::holds_alternative<Null>(value)) return "unknown";
    if (const auto* text = std::get_if<std::string>(&value))
        return printable(*text, value_bytes_shown);
    std::string out = to_json(value);
    if (std::holds_alternative<double>(value) && out.ends_with(".0")) out.resize(out.size() - 2);
    out = printable(out, value_bytes_shown);
    const Unit* unit = spec == nullptr || spec->unit.empty() ? nullptr : find_unit(spec->unit);
    if (unit != nullptr && unit->symbol != "1")
        out += (unit->symbol == "%" ? "" : " ") + std::string(unit->symbol);
    return out;
}

std::string sentence(const Record& record, const Wording& wording) {
    std::string text = std::visit(Speaker(record, wording), record.body);
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

}  // namespace foxtail::api
