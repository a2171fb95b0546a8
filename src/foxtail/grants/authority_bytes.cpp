// Subjects, grants and owners as bytes, for snapshots.
#include "foxtail/grants/authority.hpp"
#include "foxtail/model/bytes.hpp"

#include <cmath>

namespace foxtail {
namespace {

constexpr std::size_t texts_max = 1000;
constexpr unsigned home_bit = 0x80;  // beside the aggregate

void write(ByteWriter& out, const std::vector<std::string>& texts) {
    out.u64(texts.size());
    for (const auto& text : texts) out.text(text);
}

std::vector<std::string> read_texts(ByteReader& in) {
    std::vector<std::string> texts;
    const auto n = in.count();
    if (n > texts_max) in.reject();
    for (std::size_t i = 0; i < n && in.ok(); ++i) texts.emplace_back(in.text());
    return texts;
}

void write(ByteWriter& out, const std::optional<double>& number) {
    out.u8(number ? 1 : 0);
    if (number) out.f64(*number);
}

std::optional<double> read_optional(ByteReader& in) {
    if (in.u8() == 0) return std::nullopt;
    const double number = in.f64();
    if (!std::isfinite(number)) in.reject();
    return number;
}

void write(ByteWriter& out, const GrantTerms& terms) {
    out.u8(terms == GrantTerms{} ? 0 : 1);
    if (terms == GrantTerms{}) return;
    out.u8(static_cast<std::uint8_t>((terms.forbid ? 1 : 0) | (terms.spares_household ? 2 : 0) |
                                     (terms.envelope.confirm ? 4 : 0) |
                                     (terms.when.at_home ? 8 : 0)));
    out.u64(terms.parent);
    write(out, terms.except);
    out.u8(terms.classes);
    out.u8(terms.common ? 1 : 0);
    out.u8(terms.when.weekdays);
    out.u64(terms.when.from_minute);
    out.u64(terms.when.until_minute);
    out.text(terms.when.presence);
    write(out, terms.when.presence_value);
    out.u64(terms.when.reads_per_hour);
    out.i64(terms.obligation.granularity.us);
    out.i64(terms.obligation.delay.us);
    out.f64(terms.obligation.precision);
    const auto aggregate = static_cast<unsigned>(terms.obligation.aggregate);
    out.u8(static_cast<std::uint8_t>(aggregate | (terms.obligation.home_or_away ? home_bit : 0U)));
    write(out, terms.envelope.minimum);
    write(out, terms.envelope.maximum);
    write(out, terms.envelope.allowed);
    out.u64(terms.envelope.per_hour);
    out.i64(terms.history_from.us);
    out.i64(terms.history_window.us);
    out.i64(terms.erase_after.us);
    out.text(terms.purpose_code);
    out.u64(terms.when.values_per_month);
}

std::uint16_t read_minute(ByteReader& in) {
    const auto minute = in.u32();
    if (minute >= 24 * 60) in.reject();
    return static_cast<std::uint16_t>(minute);
}

Duration read_length(ByteReader& in) {
    const Duration length = read_duration(in);
    if (length.us < 0) in.reject();
    return length;
}

GrantTerms read_terms(ByteReader& in, std::uint64_t format) {
    GrantTerms terms;
    if (in.u8() == 0) return terms;
    const auto flags = in.u8();
    if (flags > 15) in.reject();
    terms.forbid = (flags & 1U) != 0;
    terms.spares_household = (flags & 2U) != 0;
    terms.envelope.confirm = (flags & 4U) != 0;
    terms.when.at_home = (flags & 8U) != 0;
    terms.parent = in.u64();
    terms.except = read_texts(in);
    if (format > 2) {
        terms.classes = in.u8();
        if (terms.classes > 15) in.reject();
        terms.common = in.u8() != 0;
    }
    terms.when.weekdays = in.u8();
    terms.when.from_minute = read_minute(in);
    terms.when.until_minute = read_minute(in);
    terms.when.presence = in.text();
    terms.when.presence_value = read_value(in);
    terms.when.reads_per_hour = in.u32();
    terms.obligation.granularity = read_length(in);
    terms.obligation.delay = read_length(in);
    terms.obligation.precision = in.f64();
    if (!(terms.obligation.precision >= 0) || !std::isfinite(terms.obligation.precision))
        in.reject();
    const auto aggregate = in.u8();
    terms.obligation.home_or_away = (aggregate & home_bit) != 0;
    if ((aggregate & ~home_bit) > static_cast<unsigned>(Aggregate::increase)) in.reject();
    terms.obligation.aggregate = static_cast<Aggregate>(aggregate & ~home_bit);
    terms.envelope.minimum = read_optional(in);
    terms.envelope.maximum = read_optional(in);
    terms.envelope.allowed = read_texts(in);
    terms.envelope.per_hour = in.u32();
    terms.history_from = read_time(in);
    terms.history_window = read_length(in);
    terms.erase_after = read_length(in);
    terms.purpose_code = in.text();
    if (format > 4) terms.when.values_per_month = in.u32();
    return terms;
}

}  // namespace

void Authority::save_grants(ByteWriter& out) const {
    out.u64(grants_.size());
    for (const Grant& g : grants_) {
        out.u64(g.id);
        out.u64(g.given.subject.index);
        write(out, g.given.addresses);
        out.u64(g.given.verbs);
        out.i64(g.given.from.us);
        out.i64(g.given.until.us);
        out.text(g.given.purpose);
        out.text(g.given.token_hash);
        out.u64(g.grantor.index);
        write(out, g.given.terms);
        out.u8(g.suspended ? 1 : 0);
    }
}

void Authority::save(ByteWriter& out) const {
    out.u64(subjects_.size());
    for (const Subject& s : subjects_) {
        out.text(s.name);
        out.u8(static_cast<std::uint8_t>(s.kind));
        out.u8(entries_[s.id.index].left ? 1 : 0);
    }
    ownership_.save(out);
    save_grants(out);
    out.i64(doubt_from_.us);
    out.i64(doubt_to_.us);
    out.i64(doubt_ends_.us);
}

bool Authority::load_grants(ByteReader& in, std::uint64_t format) {
    const auto grants = in.count(8);
    for (std::size_t i = 0; i < grants && in.ok(); ++i) {
        Grant g;
        g.id = in.u64();
        g.given.subject.index = in.u32();
        g.given.addresses = read_texts(in);
        const auto verbs = in.u32();
        g.given.verbs = static_cast<std::uint16_t>(verbs);
        g.given.from = read_time(in);
        g.given.until = read_time(in);
        g.given.purpose = in.text();
        g.given.token_hash = in.text();
        if (format > 1) {
            g.grantor.index = in.u32();
            g.given.terms = read_terms(in, format);
        }
        if (format > 2) g.suspended = in.u8() != 0;
        if (!in.ok() || verbs > 0xFFFF || g.given.subject.index >= subjects_.size() ||
            g.grantor.index >= subjects_.size() || g.given.terms.parent >= g.id)
            return false;
        if (!grants_.empty() && grants_.back().id >= g.id) return false;
        grants_.push_back(std::move(g));
        compile(grants_.size() - 1);
    }
    lay_out_probes();
    return in.ok() && grants_.size() == grants;
}

Result<void> Authority::load(ByteReader& in, std::uint64_t format) {
    const auto broken = [] {
        return fail(Code::corrupt, "the snapshot's subjects or grants contradict themselves");
    };
    subjects_.clear();
    by_name_.clear();
    entries_.clear();
    grants_.clear();
    facts_.clear();
    owned_.clear();
    reaches_.clear();
    ownership_.clear();
    presences_.clear();
    listened_.clear();
    const auto subjects = in.count(2);
    for (std::uint32_t i = 0; i < subjects && in.ok(); ++i) {
        SubjectNamed named;
        named.id = {i};
        named.name = in.text();
        named.kind = in.one_of(SubjectKind::token);
        const bool left = format > 2 && in.u8() != 0;
        if (!in.ok() || find(named.name) != nullptr) break;
        apply(named);
        entries_.back().left = left;
    }
    if (!in.ok() || subjects_.size() != subjects) return broken();
    if (format > 1 && !ownership_.load(in, catalogue_.things().size(), subjects_.size()))
        return broken();
    for (const Thing& thing : catalogue_.things()) compile_facts(thing);
    if (subjects == 0 || !load_grants(in, format)) return broken();
    if (format > 1) {
        doubt_from_ = read_duration(in);
        doubt_to_ = read_duration(in);
        doubt_ends_ = read_time(in);
    }
    return in.ok() ? Result<void>() : broken();
}

}  // namespace foxtail
