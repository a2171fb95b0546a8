#include "foxtail/store/sqlite/segment.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/model/bytes.hpp"
#include "foxtail/store/sqlite/blob.hpp"
#include "foxtail/store/sqlite/segment_format.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

namespace foxtail::sqlite {
namespace {

using Shape = std::vector<std::uint32_t>;

std::int64_t ms_of(Time t) {
    return t.us / 1000;
}

bool one_message(const Entry& a, const Entry& b) {
    return b.seq == a.seq + 1 && a.time == b.time && a.actor == b.actor && a.cause == b.cause &&
           a.reading.quality == b.reading.quality && a.reading.source_time == b.reading.source_time;
}

/// The columns in the making.
struct Building {
    std::vector<PropertyId> properties;
    std::vector<std::vector<const Value*>> values;  // by property
    std::map<Shape, std::int64_t> shapes;
    std::array<std::vector<std::int64_t>, message_columns> columns;

    std::uint32_t index_of(PropertyId property) {
        const auto at = std::find(properties.begin(), properties.end(), property);
        const auto index = static_cast<std::uint32_t>(at - properties.begin());
        if (at == properties.end()) {
            properties.push_back(property);
            values.emplace_back();
        }
        return index;
    }
    std::vector<std::int64_t>& column(MessageColumn c) { return columns[c]; }

    void add_message(const Entry& first, Shape shape, Seq next_expected, std::int64_t first_ms) {
        const auto number = static_cast<std::int64_t>(shapes.size());
        column(shape_of).push_back(shapes.try_emplace(std::move(shape), number).first->second);
        column(gap_before).push_back(static_cast<std::int64_t>(first.seq - next_expected));
        column(time_of).push_back(ms_of(first.time) - first_ms);
        column(actor_of).push_back(first.actor.index);
        column(cause_of).push_back(cause_to_column(first.seq, first.cause));
        column(quality_of).push_back(static_cast<std::int64_t>(first.reading.quality));
        const auto source = first.reading.source_time;
        column(source_is_known).push_back(source.known() ? 1 : 0);
        if (source.known()) column(source_ahead).push_back((source - first.time).us);
    }
};

Building build(std::span<const Entry* const> entries) {
    Building b;
    const auto first_ms = ms_of(entries.front()->time);
    Seq expected = entries.front()->seq;
    for (std::size_t i = 0; i < entries.size();) {
        const auto& first = *entries[i];
        Shape shape;
        auto end = i;
        do {
            const auto index = b.index_of(entries[end]->reading.property);
            // A property said twice begins a new message: in a shape each stands once.
            if (std::find(shape.begin(), shape.end(), index) != shape.end()) break;
            shape.push_back(index);
            b.values[index].push_back(&entries[end]->reading.value);
            ++end;
        } while (end < entries.size() && one_message(*entries[end - 1], *entries[end]));
        b.add_message(first, std::move(shape), expected, first_ms);
        expected = entries[end - 1]->seq + 1;
        i = end;
    }
    return b;
}

/// With something told late among them, the last told need not be the last that was true: then
/// there is no summary.
void append_summary(std::string& out, PropertyId property, const std::vector<const Value*>& values,
                    bool some_late) {
    ByteWriter to(out);
    to.u64(property.index);
    to.u64(values.size());
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double sum = 0;
    bool numeric = !some_late && values.size() >= summary_readings_min;
    for (std::size_t i = 0; numeric && i < values.size(); ++i) {
        double number = 0;
        numeric = as_number(*values[i], number);
        low = std::min(low, number);
        high = std::max(high, number);
        sum += number;
    }
    to.u8(numeric ? 1 : 0);
    if (!numeric) return;
    to.f64(low);
    to.f64(high);
    to.f64(sum);
    foxtail::write(to, *values.back());
}

void append_shapes(std::string& out, const std::map<Shape, std::int64_t>& shapes) {
    std::vector<const Shape*> by_number(shapes.size());
    for (const auto& [shape, number] : shapes) by_number[static_cast<std::size_t>(number)] = &shape;
    ByteWriter to(out);
    to.u64(by_number.size());
    for (const auto* shape : by_number) {
        to.u64(shape->size());
        for (const auto index : *shape) to.u64(index);
    }
}

}  // namespace

std::string encode_segment(std::span<const Entry* const> entries, SegmentHead& head) {
    FOX_ASSERT(!entries.empty(), "a segment holds at least one reading");
    const auto b = build(entries);
    head = {entries.front()->seq,  entries.back()->seq, entries.front()->time,
            entries.front()->time, entries.size(),      b.columns[shape_of].size()};
    bool some_late = false;
    for (const auto* e : entries) {
        some_late = some_late || history_time(e->time, e->reading.source_time) != e->time;
        head.oldest = std::min(head.oldest, history_time(e->time, e->reading.source_time));
        head.newest = std::max(head.newest, e->time);
    }
    std::string out;
    ByteWriter to(out);
    to.u8(segment_format);
    to.u64(head.messages);
    to.u64(head.readings);
    to.u64(head.first_seq);
    to.i64(ms_of(entries.front()->time));
    to.u64(b.properties.size());
    for (std::size_t p = 0; p < b.properties.size(); ++p)
        append_summary(out, b.properties[p], b.values[p], some_late);
    append_shapes(out, b.shapes);
    std::string column;
    for (const auto& values : b.columns) {
        column.clear();
        append_integers(column, values);
        to.text(column);
    }
    for (const auto& values : b.values) {
        column.clear();
        append_values(column, values);
        to.text(column);
    }
    append_checksum(out);
    return out;
}

}  // namespace foxtail::sqlite
