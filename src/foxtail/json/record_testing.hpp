#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/json/record.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

// For tests of what writes and reads records: bodies of every kind at random, and equality down to
// the bit.
namespace foxtail::testing {

/// A household of `things` things with `properties` properties each: "t3/p1" is property 3 *
/// properties + 1.
class NumberedNames : public Names {
public:
    NumberedNames(std::uint32_t things, std::uint32_t properties, std::uint32_t subjects)
        : things_(things), properties_(properties), subjects_(subjects) {}

    bool append(std::string& out, PropertyId p) const override {
        if (p.index >= things_ * properties_) return false;
        append(out, ThingId{p.index / properties_});
        out += "/p" + std::to_string(p.index % properties_);
        return true;
    }
    bool append(std::string& out, ThingId t) const override {
        if (t.index >= things_) return false;
        out += "t" + std::to_string(t.index);
        return true;
    }
    bool append(std::string& out, SubjectId s) const override {
        if (s.index >= subjects_) return false;
        out += "token:\"" + std::to_string(s.index);  // a quote: names of subjects are free text
        return true;
    }
    [[nodiscard]] std::optional<PropertyId> property(std::string_view address) const override {
        const auto slash = address.find('/');
        if (slash == std::string_view::npos || address.substr(slash, 2) != "/p")
            return std::nullopt;
        const auto t = thing(address.substr(0, slash));
        const auto p = number(address.substr(slash + 2), properties_);
        if (!t || !p) return std::nullopt;
        return PropertyId{t->index * properties_ + *p};
    }
    [[nodiscard]] std::optional<ThingId> thing(std::string_view id) const override {
        if (!id.starts_with('t')) return std::nullopt;
        const auto t = number(id.substr(1), things_);
        return t ? std::optional(ThingId{*t}) : std::nullopt;
    }
    [[nodiscard]] std::optional<SubjectId> subject(std::string_view name) const override {
        if (!name.starts_with("token:\"")) return std::nullopt;
        const auto s = number(name.substr(7), subjects_);
        return s ? std::optional(SubjectId{*s}) : std::nullopt;
    }

private:
    /// Nothing where it is no number below `count`: what asks may be a fuzzer.
    static std::optional<std::uint32_t> number(std::string_view digits, std::uint32_t count) {
        std::uint32_t n = 0;
        const auto* const end = digits.data() + digits.size();
        const auto [stop, wrong] = std::from_chars(digits.data(), end, n);
        if (wrong != std::errc{} || stop != end || n >= count) return std::nullopt;
        return n;
    }
    std::uint32_t things_;
    std::uint32_t properties_;
    std::uint32_t subjects_;
};

/// Equal in type and bits: 21 is not 21.0, 0.0 is not -0.0.
inline bool same_bits(const Value& a, const Value& b) {
    if (a.index() != b.index()) return false;
    const auto* const x = std::get_if<double>(&a);
    if (x == nullptr) return a == b;
    return std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(std::get<double>(b));
}

struct SameBody {
    bool operator()(const Reading& a, const Reading& b) const {
        return a.property == b.property && a.quality == b.quality &&
               a.source_time == b.source_time && same_bits(a.value, b.value);
    }
    bool operator()(const ReadingRefused& a, const ReadingRefused& b) const {
        return a.property == b.property && a.said == b.said && a.reason == b.reason;
    }
    bool operator()(const ThingTold& a, const ThingTold& b) const {
        return a.spec == b.spec && a.brought_by == b.brought_by && a.thing == b.thing &&
               a.ids == b.ids;
    }
    bool operator()(const ThingGone& a, const ThingGone& b) const { return a.thing == b.thing; }
    bool operator()(const EventHappened& a, const EventHappened& b) const {
        return a.thing == b.thing && a.event == b.event && same_bits(a.detail, b.detail);
    }
    bool operator()(const CommandAsked& a, const CommandAsked& b) const {
        return a.property == b.property && a.thing == b.thing && a.action == b.action &&
               same_bits(a.value, b.value) && a.time_to_live == b.time_to_live &&
               a.grant == b.grant && a.confirm_within == b.confirm_within &&
               a.at_home == b.at_home && a.agent == b.agent;
    }
    bool operator()(const WishConfirmed& a, const WishConfirmed& b) const {
        return a.command == b.command && a.property == b.property && a.thing == b.thing &&
               a.action == b.action && same_bits(a.value, b.value);
    }
    bool operator()(const CommandEnded& a, const CommandEnded& b) const {
        return a.command == b.command && a.outcome == b.outcome && a.detail == b.detail;
    }
    bool operator()(const CommandDenied& a, const CommandDenied& b) const {
        return a.address == b.address && same_bits(a.value, b.value) && a.reason == b.reason;
    }
    bool operator()(const RuleRan& a, const RuleRan& b) const {
        return a.rule == b.rule && a.outcome == b.outcome && a.detail == b.detail;
    }
    bool operator()(const RuleWaits& a, const RuleWaits& b) const {
        return a.rule == b.rule && a.run == b.run && a.step == b.step && a.until == b.until &&
               a.agent == b.agent;
    }
    bool operator()(const Noticed& a, const Noticed& b) const {
        return a.text == b.text && a.to == b.to;
    }
    bool operator()(const SubjectNamed& a, const SubjectNamed& b) const {
        return a.id == b.id && a.name == b.name && a.kind == b.kind;
    }
    bool operator()(const GrantGiven& a, const GrantGiven& b) const {
        return a.subject == b.subject && a.addresses == b.addresses && a.verbs == b.verbs &&
               a.from == b.from && a.until == b.until && a.purpose == b.purpose &&
               a.token_hash == b.token_hash && a.terms == b.terms;
    }
    bool operator()(const GrantEnded& a, const GrantEnded& b) const {
        return a.grant == b.grant && a.reason == b.reason && a.erase_by == b.erase_by;
    }
    bool operator()(const Started& a, const Started& b) const {
        return a.boot == b.boot && a.version == b.version;
    }
    bool operator()(const Stopped&, const Stopped&) const { return true; }
    bool operator()(const ClockJumped& a, const ClockJumped& b) const { return a.by == b.by; }
    bool operator()(const Dropped& a, const Dropped& b) const {
        return a.where == b.where && a.count == b.count;
    }
    bool operator()(const InputRefused& a, const InputRefused& b) const {
        return a.source == b.source && a.topic == b.topic && a.sample == b.sample &&
               a.reason == b.reason && a.count == b.count;
    }
    bool operator()(const ConfigLoaded& a, const ConfigLoaded& b) const {
        return a.what == b.what && a.hash == b.hash && a.summary == b.summary;
    }
    bool operator()(const ThingOwned& a, const ThingOwned& b) const {
        return a.thing == b.thing && a.owners == b.owners && a.about == b.about;
    }
    bool operator()(const OutsideRead& a, const OutsideRead& b) const {
        return a.subject == b.subject && a.grant == b.grant && a.how == b.how &&
               a.count == b.count && a.from == b.from && a.until == b.until &&
               a.properties == b.properties && a.used == b.used;
    }
    bool operator()(const Invited& a, const Invited& b) const {
        return a.name == b.name && a.kind == b.kind && a.code_hash == b.code_hash &&
               a.until == b.until && a.person == b.person && a.leaves == b.leaves;
    }
    bool operator()(const InvitationEnded& a, const InvitationEnded& b) const {
        return a.invitation == b.invitation && a.used == b.used && a.reason == b.reason;
    }
    bool operator()(const SubjectLeft& a, const SubjectLeft& b) const {
        return a.subject == b.subject && a.reason == b.reason;
    }
    bool operator()(const SignedIn& a, const SignedIn& b) const {
        return a.subject == b.subject && a.how == b.how && a.source == b.source &&
               a.count == b.count && a.from == b.from && a.until == b.until;
    }
    bool operator()(const SignedOut& a, const SignedOut& b) const {
        return a.subject == b.subject && a.how == b.how && a.source == b.source;
    }
    bool operator()(const SignInRefused& a, const SignInRefused& b) const {
        return a.subject == b.subject && a.how == b.how && a.source == b.source &&
               a.reason == b.reason && a.count == b.count && a.from == b.from && a.until == b.until;
    }
    bool operator()(const GrantsSuspended& a, const GrantsSuspended& b) const {
        return a.reason == b.reason;
    }
    bool operator()(const GrantConfirmed& a, const GrantConfirmed& b) const {
        return a.grant == b.grant;
    }
    bool operator()(const Forgotten& a, const Forgotten& b) const {
        return a.thing == b.thing && a.properties == b.properties && a.happenings == b.happenings &&
               a.from == b.from && a.until == b.until;
    }
    bool operator()(const ErasureTold& a, const ErasureTold& b) const {
        return a.grant == b.grant && a.subject == b.subject && a.done == b.done;
    }
    template <class A>
    bool operator()(const Apart<A>& a, const Apart<A>& b) const {
        return (*this)(*a.get(), *b.get());
    }
    template <class A, class B>
    bool operator()(const A&, const B&) const {
        return false;
    }
};

inline bool same_body(const Body& a, const Body& b) {
    return std::visit(SameBody{}, a, b);
}
inline bool same_record(const Record& a, const Record& b) {
    return a.seq == b.seq && a.time == b.time && a.actor == b.actor && a.cause == b.cause &&
           same_body(a.body, b.body);
}

/// Bodies of every kind, drawn with `seed`.
class RandomBodies {
public:
    explicit RandomBodies(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool chance(unsigned percent) { return below(100) < percent; }

    std::string text() {
        static const std::vector<std::string> pieces = {"a", "lamp", "\"", "\\", "\n", "é", "🌾",
                                                        "{", "]",    ",",  "\t", "0",  " "};
        std::string out;
        for (auto n = below(8); n > 0; --n) out += pieces[below(pieces.size())];
        return out;
    }
    Value value() {
        switch (below(8)) {
            case 0:
                return Null{};
            case 1:
                return chance(50);
            case 2:
                return static_cast<std::int64_t>(random_());
            case 3:
                return static_cast<std::int64_t>(below(200)) - 100;
            case 4:
                return static_cast<double>(below(10000)) / 100;
            case 5: {
                const auto d = std::bit_cast<double>(random_());
                return d - d == 0 ? d : -0.0;  // no NaN, no infinity
            }
            case 6:
                return text();
            default:
                return Json{R"({"a":[1,2.50,"x\"}"],"b":null})"};
        }
    }
    Time time() { return {static_cast<std::int64_t>(below(4'000'000'000'000'000)) + 1}; }
    Time maybe_time() { return chance(40) ? Time{} : time(); }
    Duration duration() {
        return {static_cast<std::int64_t>(below(chance(50) ? 100 : 1'000'000'000)) *
                (chance(50) ? 1 : -1'000)};
    }
    PropertySpec property(std::uint32_t i) {
        PropertySpec p;
        p.name = "p" + std::to_string(i);
        p.title = text();
        p.type = chance(50) ? Type::number : Type::boolean;
        if (p.type == Type::number && chance(50)) {
            p.unit = "Cel";
            p.minimum = -40.5;
            p.maximum = 125;
        }
        if (chance(30)) p.retention = days(30);
        if (chance(30)) p.max_age = seconds(90);
        p.settable = chance(50);
        return p;
    }
    ThingTold told(std::uint32_t thing, std::uint32_t properties) {
        ThingTold t;
        t.thing = {thing};
        t.spec.id = "t" + std::to_string(thing);
        t.spec.title = text();
        t.brought_by = chance(50) ? "mqtt" : "";
        for (std::uint32_t i = 0; i < properties; ++i) {
            t.spec.properties.push_back(property(i));
            t.ids.push_back({thing * properties + i});
        }
        return t;
    }
    GrantTerms terms() {
        GrantTerms t;
        t.forbid = chance(20);
        t.parent = chance(20) ? below(1000) + 1 : 0;
        if (chance(40)) t.except = {"t0/*", "*/p1"};
        if (chance(40)) t.classes = static_cast<std::uint8_t>(1 + below(15));
        t.common = chance(20);
        t.when.weekdays = static_cast<std::uint8_t>(below(128));
        if (chance(40)) {
            t.when.from_minute = static_cast<std::uint16_t>(below(700));
            t.when.until_minute = static_cast<std::uint16_t>(701 + below(700));
        }
        if (chance(40)) {
            t.when.presence = "t0/p0";
            t.when.presence_value = chance(50) ? Value{true} : Value{"home"};
        }
        t.when.reads_per_hour = static_cast<std::uint32_t>(below(3));
        t.when.values_per_month = static_cast<std::uint32_t>(below(3));
        t.when.at_home = chance(30);
        if (chance(40)) t.obligation.granularity = minutes(15);
        if (chance(40)) t.obligation.delay = hours(1);
        if (chance(40)) t.obligation.precision = static_cast<double>(1 + below(1000)) / 16;
        t.obligation.aggregate = static_cast<Aggregate>(below(6));
        if (chance(40)) t.envelope.minimum = static_cast<double>(below(100)) - 50.25;
        if (chance(40)) t.envelope.maximum = static_cast<double>(below(100)) + 50.5;
        if (chance(40)) t.envelope.allowed = {"eco", "true"};
        t.envelope.per_hour = static_cast<std::uint32_t>(below(3));
        t.envelope.confirm = chance(30);
        t.history_from = maybe_time();
        if (chance(40)) t.history_window = days(30);
        if (chance(40)) t.erase_after = days(90);
        if (chance(40)) t.purpose_code = "insurance.usage-based";
        return t;
    }
    Reading reading(PropertyId property) {
        return {property, chance(90) ? Quality::good : Quality::estimated, maybe_time(), value()};
    }
    // tidy: long because there is a case for each kind of record.
    /// Any kind; properties below `properties`, of things with four properties each.
    Body body(std::uint32_t properties, std::uint32_t subjects) {
        const PropertyId p{static_cast<std::uint32_t>(below(properties))};
        const ThingId t{p.index / 4};
        const SubjectId s{static_cast<std::uint32_t>(below(subjects))};
        switch (below(std::variant_size_v<Body>)) {
            case 0:
                return reading(p);
            case 1:
                return ReadingRefused{p, text(), text()};
            case 2:
                return told(t.index, 4);
            case 3:
                return ThingGone{t};
            case 4:
                return EventHappened{t, "action", value()};
            case 5:
                if (chance(30))
                    return CommandAsked{p, t, "", value(), duration(), 0, 7, minutes(10), true, s};
                if (chance(50)) return CommandAsked{p, t, "", value(), duration()};
                return CommandAsked{{}, t, "open", value(), duration()};
            case 6:
                return CommandEnded{random_(), static_cast<Outcome>(below(4)), text()};
            case 7:
                return CommandDenied{"t0/" + text(), value(), text()};
            case 8:
                return RuleRan{text(), static_cast<RunOutcome>(below(2)), text()};
            case 9:
                return RuleWaits{text(), below(1000), static_cast<std::uint32_t>(below(9)),
                                 time(), 0,           chance(50) ? s : SubjectId{}};
            case 10:
                return Noticed{text(), text()};
            case 11:
                return SubjectNamed{s, text() + std::to_string(s.index),
                                    static_cast<SubjectKind>(below(11))};
            case 12:
                return GrantGiven{s,
                                  {text(), text()},
                                  static_cast<std::uint16_t>(random_()),
                                  maybe_time(),
                                  maybe_time(),
                                  text(),
                                  chance(50) ? "" : "0123abcd",
                                  chance(50) ? GrantTerms{} : terms()};
            case 13:
                return GrantEnded{below(1000), text(), maybe_time()};
            case 14:
                return Started{static_cast<std::uint32_t>(random_()), text()};
            case 15:
                return Stopped{};
            case 16:
                return ClockJumped{duration()};
            case 17:
                return Dropped{text(), random_()};
            case 18:
                return InputRefused{text(), text(), text(), text(), below(1000)};
            case 19:
                return ConfigLoaded{text(), text(), text()};
            case 20:
                return ThingOwned{t, {s}, chance(50) ? std::vector<SubjectId>{} : std::vector{s}};
            case 21:
                if (chance(50))
                    return OutsideRead{s,      7,      "read", 9,
                                       time(), time(), {p},    {{7, 9, below(99)}, {8, 1, 1}}};
                return OutsideRead{s, below(99), "read", below(999), time(), time(), {p}};
            case 22:
                return Invited{text(), static_cast<SubjectKind>(below(11)),
                               text(), time(),
                               text(), maybe_time()};
            case 23:
                return InvitationEnded{below(1000), chance(50), text()};
            case 24:
                return SubjectLeft{s, text()};
            case 25:
                return SignedIn{s, text(), text(), below(1000), time(), time()};
            case 26:
                return SignedOut{s, text(), text()};
            case 27:
                return SignInRefused{s, text(), text(), text(), below(1000), time(), time()};
            case 28:
                return GrantsSuspended{text()};
            case 29:
                return GrantConfirmed{below(1000)};
            case 30:
                return Forgotten{t, {p}, chance(50), maybe_time(), maybe_time()};
            case 31:
                return ErasureTold{below(1000), s, chance(50)};
            default:
                if (chance(50)) return WishConfirmed{below(1000), p, t, "", value()};
                return WishConfirmed{below(1000), {}, t, "open", value()};
        }
    }

private:
    std::mt19937_64 random_;
};

}  // namespace foxtail::testing
