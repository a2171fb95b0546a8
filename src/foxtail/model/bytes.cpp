#include "foxtail/model/bytes.hpp"

#include <type_traits>

namespace foxtail {
namespace {

enum class Tag : std::uint8_t { null, no, yes, integer, number, string, json };

constexpr std::int64_t microseconds_max = 3'155'760'000'000'000'000;  // 100,000 years

// What each takes at least, so that a false count cannot make the reader allocate far more than was
// read.
constexpr std::size_t property_bytes_min = 13;
constexpr std::size_t action_bytes_min = 4;
constexpr std::size_t event_bytes_min = 3;

std::int64_t read_microseconds(ByteReader& in) {
    const auto us = in.i64();
    if (us >= -microseconds_max && us <= microseconds_max) return us;
    in.reject();
    return 0;
}

template <class T, class Write>
void write_optional(ByteWriter& out, const std::optional<T>& value, Write write_one) {
    out.u8(value ? 1 : 0);
    if (value) write_one(*value);
}

template <class T, class Write>
void write_list(ByteWriter& out, const std::vector<T>& list, Write write_one) {
    out.u64(list.size());
    for (const auto& item : list) write_one(item);
}

template <class T, class Read>
std::vector<T> read_list(ByteReader& in, std::size_t bytes_each, Read read_one) {
    const auto n = in.count(bytes_each);
    std::vector<T> list;
    list.reserve(n);
    for (std::size_t i = 0; i < n && in.ok(); ++i) list.push_back(read_one());
    return list;
}

std::optional<double> read_optional_f64(ByteReader& in) {
    if (in.u8() == 0) return std::nullopt;
    return in.f64();
}

std::optional<Duration> read_optional_duration(ByteReader& in) {
    if (in.u8() == 0) return std::nullopt;
    return read_duration(in);
}

}  // namespace

Time read_time(ByteReader& in) {
    return Time{read_microseconds(in)};
}
Duration read_duration(ByteReader& in) {
    return Duration{read_microseconds(in)};
}

void write(ByteWriter& out, const Value& value) {
    const auto tag = [&](Tag t) { out.u8(static_cast<std::uint8_t>(t)); };
    if (const auto* b = std::get_if<bool>(&value)) {
        tag(*b ? Tag::yes : Tag::no);
    } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
        tag(Tag::integer);
        out.i64(*i);
    } else if (const auto* d = std::get_if<double>(&value)) {
        tag(Tag::number);
        out.f64(*d);
    } else if (const auto* s = std::get_if<std::string>(&value)) {
        tag(Tag::string);
        out.text(*s);
    } else if (const auto* j = std::get_if<Json>(&value)) {
        tag(Tag::json);
        out.text(j->text);
    } else {
        tag(Tag::null);
    }
}

Value read_value(ByteReader& in) {
    switch (in.one_of(Tag::json)) {
        case Tag::null:
            return Null{};
        case Tag::no:
            return false;
        case Tag::yes:
            return true;
        case Tag::integer:
            return in.i64();
        case Tag::number:
            return in.f64();
        case Tag::string:
            return std::string(in.text());
        case Tag::json:
            return Json{std::string(in.text())};
    }
    return Null{};
}

void write(ByteWriter& out, const PropertySpec& p) {
    out.text(p.name);
    out.text(p.title);
    out.u8(static_cast<std::uint8_t>(p.type));
    out.text(p.unit);
    const auto number = [&](double d) { out.f64(d); };
    write_optional(out, p.minimum, number);
    write_optional(out, p.maximum, number);
    write_optional(out, p.step, number);
    write_list(out, p.allowed, [&](const std::string& s) { out.text(s); });
    const auto duration = [&](Duration d) { out.i64(d.us); };
    write_optional(out, p.max_age, duration);
    write_optional(out, p.retention, duration);
    out.u8(static_cast<std::uint8_t>(p.category));
    out.u8(static_cast<std::uint8_t>(p.sensitivity));
    out.u8(static_cast<std::uint8_t>((p.readable ? 1 : 0) | (p.settable ? 2 : 0)));
}

PropertySpec read_property_spec(ByteReader& in) {
    PropertySpec p;
    p.name = in.text();
    p.title = in.text();
    p.type = in.one_of(Type::object);
    p.unit = in.text();
    p.minimum = read_optional_f64(in);
    p.maximum = read_optional_f64(in);
    p.step = read_optional_f64(in);
    p.allowed = read_list<std::string>(in, 1, [&] { return std::string(in.text()); });
    p.max_age = read_optional_duration(in);
    p.retention = read_optional_duration(in);
    p.category = in.one_of(Category::diagnostic);
    p.sensitivity = in.one_of(Sensitivity::critical);
    const auto flags = in.u8();
    p.readable = (flags & 1) != 0;
    p.settable = (flags & 2) != 0;
    return p;
}

void write(ByteWriter& out, const ThingSpec& t) {
    out.text(t.id);
    out.u8(static_cast<std::uint8_t>(t.kind));
    for (const auto* text : {&t.title, &t.place, &t.maker, &t.model, &t.description})
        out.text(*text);
    write_list(out, t.properties, [&](const PropertySpec& p) { write(out, p); });
    write_list(out, t.actions, [&](const ActionSpec& a) {
        out.text(a.name);
        out.text(a.title);
        write_optional(out, a.input, [&](const PropertySpec& p) { write(out, p); });
        out.u8(static_cast<std::uint8_t>(a.sensitivity));
    });
    write_list(out, t.events, [&](const EventSpec& e) {
        out.text(e.name);
        out.text(e.title);
        write_list(out, e.kinds, [&](const std::string& s) { out.text(s); });
    });
}

ThingSpec read_thing_spec(ByteReader& in) {
    ThingSpec t;
    t.id = in.text();
    t.kind = in.one_of(ThingKind::service);
    for (auto* text : {&t.title, &t.place, &t.maker, &t.model, &t.description}) *text = in.text();
    t.properties =
        read_list<PropertySpec>(in, property_bytes_min, [&] { return read_property_spec(in); });
    t.actions = read_list<ActionSpec>(in, action_bytes_min, [&] {
        ActionSpec a;
        a.name = in.text();
        a.title = in.text();
        if (in.u8() != 0) a.input = read_property_spec(in);
        a.sensitivity = in.one_of(Sensitivity::critical);
        return a;
    });
    t.events = read_list<EventSpec>(in, event_bytes_min, [&] {
        EventSpec e;
        e.name = in.text();
        e.title = in.text();
        e.kinds = read_list<std::string>(in, 1, [&] { return std::string(in.text()); });
        return e;
    });
    return t;
}

}  // namespace foxtail
