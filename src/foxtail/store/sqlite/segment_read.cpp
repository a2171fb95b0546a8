#include "foxtail/model/bytes.hpp"
#include "foxtail/store/sqlite/blob.hpp"
#include "foxtail/store/sqlite/segment.hpp"
#include "foxtail/store/sqlite/segment_format.hpp"

#include <algorithm>
#include <array>

namespace foxtail::sqlite {
namespace {

// More than any writer makes; a damaged count must not make the reader allocate.
constexpr std::size_t readings_max = std::size_t{1} << 20;

auto damaged(const char* where) {
    return fail(Code::corrupt, std::string("segment with a damaged ") + where);
}

}  // namespace

/// The columns of messages, decoded.
struct Segment::Messages {
    std::array<std::vector<std::int64_t>, message_columns> columns;
};

Result<Segment> Segment::open(std::string_view blob) {
    const auto body = without_checksum(blob, "segment");
    if (!body) return fail(body.error());
    ByteReader in(*body);
    if (const auto format = in.u8(); format != segment_format) {
        return fail(Code::corrupt, "segment of format " + std::to_string(format));
    }
    Segment s;
    if (!s.read_head(in) || !s.read_shapes(in)) return damaged("head");
    for (std::size_t i = 0; i < message_columns; ++i) s.columns_.push_back(in.text());
    for (std::size_t i = 0; i < s.properties_.size(); ++i) s.value_columns_.push_back(in.text());
    if (!in.ok() || !in.at_end()) return damaged("end");
    return s;
}

bool Segment::read_head(ByteReader& in) {
    messages_ = in.u64();
    readings_ = in.u64();
    first_seq_ = in.u64();
    first_ms_ = in.i64();
    if (readings_ > readings_max || messages_ > readings_) return false;
    const auto n = in.count(3);
    std::size_t total = 0;
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
        PropertySummary p;
        p.property.index = static_cast<std::uint32_t>(in.u64());
        p.count = in.u64();
        if (p.count > readings_) return false;
        total += p.count;
        p.numeric = in.u8() != 0;
        if (p.numeric) {
            p.min = in.f64();
            p.max = in.f64();
            p.sum = in.f64();
            p.last = read_value(in);
        }
        properties_.push_back(p);
    }
    return in.ok() && total == readings_;
}

bool Segment::read_shapes(ByteReader& in) {
    const auto n = in.count();
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
        auto& shape = shapes_.emplace_back();
        const auto size = in.count();
        for (std::size_t k = 0; k < size; ++k) {
            const auto index = in.u64();
            if (index >= properties_.size()) return false;
            shape.push_back(static_cast<std::uint32_t>(index));
        }
    }
    return in.ok();
}

bool Segment::read_integers_of(std::size_t column, std::vector<std::int64_t>& out) const {
    ByteReader in(columns_[column]);
    return read_integers(in, out) && in.at_end();
}

bool Segment::read_shape_column(std::vector<std::int64_t>& out) const {
    out.resize(messages_);
    if (!read_integers_of(shape_of, out)) return false;
    return std::all_of(out.begin(), out.end(), [&](std::int64_t s) {
        return s >= 0 && static_cast<std::size_t>(s) < shapes_.size();
    });
}

bool Segment::read_messages(Messages& out) const {
    if (!read_shape_column(out.columns[shape_of])) return false;
    for (std::size_t c = gap_before; c < source_ahead; ++c) {
        out.columns[c].resize(messages_);
        if (!read_integers_of(c, out.columns[c])) return false;
    }
    const auto& known = out.columns[source_is_known];
    out.columns[source_ahead].resize(
        static_cast<std::size_t>(std::count(known.begin(), known.end(), 1)));
    return read_integers_of(source_ahead, out.columns[source_ahead]);
}

Result<void> Segment::entries(Seq from, Seq before, std::optional<PropertyId> only,
                              std::vector<Entry>& out) const {
    Messages m;
    if (!read_messages(m)) return damaged("column");
    std::vector<std::vector<Value>> values(properties_.size());
    for (std::size_t p = 0; p < properties_.size(); ++p) {
        if (only && properties_[p].property != *only) continue;
        values[p].resize(properties_[p].count);
        ByteReader in(value_columns_[p]);
        if (!read_values(in, values[p]) || !in.at_end()) return damaged("column of values");
    }
    std::vector<std::size_t> next(properties_.size());
    std::size_t next_source = 0;
    Seq seq = first_seq_;
    for (std::size_t i = 0; i < messages_; ++i) {
        seq += static_cast<Seq>(m.columns[gap_before][i]);
        const Time time{us_of_ms(add(first_ms_, m.columns[time_of][i]))};
        const bool known = m.columns[source_is_known][i] == 1;
        const Time source{known ? add(time.us, m.columns[source_ahead][next_source++]) : 0};
        const SubjectId actor{static_cast<std::uint32_t>(m.columns[actor_of][i])};
        const auto cause = cause_from_column(seq, m.columns[cause_of][i]);
        const auto quality = static_cast<Quality>(m.columns[quality_of][i]);
        for (const auto index : shapes_[static_cast<std::size_t>(m.columns[shape_of][i])]) {
            const auto at = next[index]++;
            if (at >= properties_[index].count) return damaged("count of values");
            const auto property = properties_[index].property;
            if (seq >= from && seq < before && (!only || property == *only)) {
                out.push_back({seq,
                               time,
                               cause,
                               actor,
                               {property, quality, source, std::move(values[index][at])}});
            }
            ++seq;
        }
    }
    return {};
}

/// Leaves of a column of messages what belongs to messages with the property.
bool Segment::keep_messages_with(std::uint32_t property, std::vector<std::int64_t>& column) const {
    const auto has = [&](std::int64_t number) {
        const auto& shape = shapes_[static_cast<std::size_t>(number)];
        return std::find(shape.begin(), shape.end(), property) != shape.end();
    };
    ByteReader in(columns_[shape_of]);
    if (const auto same = read_if_equal(in)) {
        if (*same < 0 || static_cast<std::size_t>(*same) >= shapes_.size()) return false;
        if (!has(*same)) column.clear();
        return true;
    }
    thread_local std::vector<std::int64_t> shapes;
    if (!read_shape_column(shapes)) return false;
    std::vector<char> wanted;
    for (std::size_t s = 0; s < shapes_.size(); ++s)
        wanted.push_back(has(static_cast<std::int64_t>(s)) ? 1 : 0);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < messages_; ++i) {
        column[kept] = column[i];
        kept += wanted[static_cast<std::size_t>(shapes[i])] != 0 ? 1U : 0U;
    }
    column.resize(kept);
    return true;
}

/// What was told late goes where it was true. Of nearly all segments the columns say in one number
/// each that there is nothing to move.
bool Segment::move_late_ones(std::vector<std::int64_t>& time_ms) const {
    constexpr std::int64_t late_us = -told_late_after.us;
    ByteReader in(columns_[source_is_known]);
    const auto all_known = read_if_equal(in);
    if (all_known && *all_known == 0) return true;
    ByteReader ahead_in(columns_[source_ahead]);
    const auto all_ahead = read_if_equal(ahead_in);
    if (all_ahead && *all_ahead >= late_us) return true;
    std::vector<std::int64_t> known(messages_);
    if (!read_integers_of(source_is_known, known)) return false;
    std::vector<std::int64_t> ahead(
        static_cast<std::size_t>(std::count(known.begin(), known.end(), 1)));
    if (!read_integers_of(source_ahead, ahead)) return false;
    std::size_t next = 0;
    for (std::size_t i = 0; i < messages_; ++i) {
        if (known[i] != 1) continue;
        const auto us = ahead[next++];
        if (us >= late_us) continue;
        // Down to the whole millisecond, as time is cut everywhere.
        time_ms[i] = add(time_ms[i], us / 1000 - (us % 1000 != 0 ? 1 : 0));
    }
    return true;
}

Result<void> Segment::series(PropertyId property, Series& out) const {
    out.time_ms.clear();
    out.values.clear();
    out.is_numbers = true;
    const auto at = std::find_if(properties_.begin(), properties_.end(),
                                 [&](const PropertySummary& p) { return p.property == property; });
    if (at == properties_.end()) {
        out.numbers.value.clear();
        return {};
    }
    const auto index = static_cast<std::uint32_t>(at - properties_.begin());
    out.time_ms.resize(messages_);
    if (!read_integers_of(time_of, out.time_ms)) return damaged("column");
    for (auto& ms : out.time_ms) ms = add(first_ms_, ms);
    if (!move_late_ones(out.time_ms)) return damaged("column");
    if (!keep_messages_with(index, out.time_ms)) return damaged("column");
    const auto kept = out.time_ms.size();
    if (kept != at->count) return damaged("count of values");
    ByteReader in(value_columns_[index]);
    if (read_numbers(in, kept, out.numbers)) return {};
    out.is_numbers = false;
    out.values.resize(kept);
    ByteReader again(value_columns_[index]);
    if (!read_values(again, out.values)) return damaged("column of values");
    return {};
}

}  // namespace foxtail::sqlite
