#include "foxtail/cars/signals.hpp"

#include "foxtail/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace foxtail::cars {
namespace {

constexpr std::string_view file_mark = "FoxtailVSS";
constexpr std::uint8_t file_version = 1;

constexpr std::array<const char*, 12> datatype_names{"boolean", "int8",  "uint8",  "int16",
                                                     "uint16",  "int32", "uint32", "int64",
                                                     "uint64",  "float", "double", "string"};
constexpr std::array<const char*, 3> kind_names{"sensor", "actuator", "attribute"};

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

Type type_of(const Signal& signal) {
    if (signal.array) return Type::array;
    switch (signal.datatype) {
        case Datatype::boolean:
            return Type::boolean;
        case Datatype::single_precision:
        case Datatype::double_precision:
            return Type::number;
        case Datatype::text:
            return signal.allowed.empty() ? Type::string : Type::enumeration;
        default:
            return Type::integer;
    }
}

void write(ByteWriter& out, const std::optional<double>& number) {
    out.u8(number ? 1 : 0);
    if (number) out.f64(*number);
}

std::optional<double> read_limit(ByteReader& in) {
    if (in.u8() == 0) return std::nullopt;
    return in.f64();
}

Signal read_signal(ByteReader& in) {
    Signal one;
    one.path = in.text();
    one.title = in.text();
    one.kind = in.one_of(SignalKind::attribute);
    one.datatype = in.one_of(Datatype::text);
    one.array = in.u8() != 0;
    one.unit = in.text();
    one.minimum = read_limit(in);
    one.maximum = read_limit(in);
    const std::size_t allowed = in.count();
    for (std::size_t i = 0; i < allowed && in.ok(); ++i) one.allowed.emplace_back(in.text());
    return one;
}

}  // namespace

std::optional<Datatype> datatype_from(std::string_view text) {
    for (std::size_t i = 0; i < datatype_names.size(); ++i) {
        if (text == datatype_names[i]) return static_cast<Datatype>(i);
    }
    return std::nullopt;
}
const char* name(Datatype datatype) {
    return datatype_names[static_cast<std::size_t>(datatype)];
}
const char* name(SignalKind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Bounds> bounds_of(Datatype datatype) {
    switch (datatype) {
        case Datatype::int8:
            return Bounds{-128, 127};
        case Datatype::uint8:
            return Bounds{0, 255};
        case Datatype::int16:
            return Bounds{-32768, 32767};
        case Datatype::uint16:
            return Bounds{0, 65535};
        case Datatype::int32:
            return Bounds{-2147483648.0, 2147483647.0};
        case Datatype::uint32:
            return Bounds{0, 4294967295.0};
        case Datatype::int64:
            return Bounds{-9223372036854775808.0, 9223372036854775807.0};
        case Datatype::uint64:
            return Bounds{0, 18446744073709551615.0};
        default:
            return std::nullopt;
    }
}

Sensitivity sensitivity_of(std::string_view path) {
    const bool opens = has(path, ".Door.") || has(path, ".Trunk.") || has(path, ".Hood.") ||
                       has(path, ".Window.") || has(path, "Sunroof");
    if (path.ends_with("Locked") || path.ends_with("StartStopCharging") ||
        path.starts_with("Foxtail.V2H.") ||
        (opens &&
         (path.ends_with(".IsOpen") || path.ends_with(".Position") || path.ends_with(".Switch"))))
        return Sensitivity::critical;
    if (path.starts_with("Occupant.") || path.starts_with("Driver.")) return Sensitivity::sensitive;
    if (path.starts_with("CurrentLocation.") || has(path, ".Location.") ||
        has(path, "Navigation") || path.ends_with(".EvseId") || path.ends_with(".VIN") ||
        path.ends_with(".LicensePlate") || path.ends_with(".IsOccupied") ||
        path.ends_with(".IsBelted") || path == "Foxtail.Home" || path == "Foxtail.Place" ||
        path == "Foxtail.Destination")
        return Sensitivity::personal;
    return Sensitivity::home;
}

std::string title_of(std::string_view path) {
    // The last two steps say most: "StateOfCharge.Displayed", "Driver.Temperature".
    const auto last = path.rfind('.');
    if (last != std::string_view::npos && last > 0) {
        const auto before = path.rfind('.', last - 1);
        if (before != std::string_view::npos) path.remove_prefix(before + 1);
    }
    const auto capital = [&](std::size_t i) {
        return i < path.size() && path[i] >= 'A' && path[i] <= 'Z';
    };
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '.') {
            out += ' ';
            continue;
        }
        const bool begins = capital(i) && i > 0 && path[i - 1] != '.' && !capital(i - 1);
        if (begins) out += ' ';
        const bool word = capital(i) && i > 0 && !capital(i - 1) && !capital(i + 1);
        out += word && !out.empty() ? static_cast<char>(path[i] - 'A' + 'a') : path[i];
    }
    return out.empty() ? std::string("Signal") : out;
}

const Signal* Signals::find(std::string_view path) const {
    const auto at =
        std::lower_bound(signals_.begin(), signals_.end(), path,
                         [](const Signal& one, std::string_view p) { return one.path < p; });
    return at != signals_.end() && at->path == path ? &*at : nullptr;
}

Result<void> Signals::put(std::vector<Signal> more) {
    std::vector<Signal> all = signals_;
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
    std::stable_sort(all.begin(), all.end(),
                     [](const Signal& a, const Signal& b) { return a.path < b.path; });
    std::vector<Signal> kept;
    kept.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i + 1 < all.size() && all[i + 1].path == all[i].path) continue;
        kept.push_back(std::move(all[i]));
    }
    if (kept.size() > signals_max) {
        return fail(Code::exhausted,
                    std::to_string(kept.size()) + " signals, limit " + std::to_string(signals_max));
    }
    signals_ = std::move(kept);
    return {};
}

std::optional<PropertySpec> Signals::property(std::string_view path) const {
    const Signal* signal = find(path);
    if (signal == nullptr) return std::nullopt;
    PropertySpec out;
    out.name = signal->path;
    out.title = signal->title;
    out.type = type_of(*signal);
    out.sensitivity = sensitivity_of(path);
    if (out.type == Type::enumeration || out.type == Type::array) out.allowed = signal->allowed;
    if (out.type != Type::integer && out.type != Type::number) return out;
    out.unit = signal->unit;
    out.minimum = signal->minimum;
    out.maximum = signal->maximum;
    const auto bounds = bounds_of(signal->datatype);
    // What 64 bits can hold is beyond what a double tells apart: no limit there.
    if (bounds && signal->datatype != Datatype::int64 && signal->datatype != Datatype::uint64) {
        out.minimum = std::max(out.minimum.value_or(bounds->minimum), bounds->minimum);
        out.maximum = std::min(out.maximum.value_or(bounds->maximum), bounds->maximum);
    }
    return out;
}

std::string Signals::save() const {
    std::string out(file_mark);
    ByteWriter writer(out);
    writer.u8(file_version);
    writer.u64(signals_.size());
    for (const Signal& one : signals_) {
        writer.text(one.path);
        writer.text(one.title);
        writer.u8(static_cast<std::uint8_t>(one.kind));
        writer.u8(static_cast<std::uint8_t>(one.datatype));
        writer.u8(one.array ? 1 : 0);
        writer.text(one.unit);
        write(writer, one.minimum);
        write(writer, one.maximum);
        writer.u64(one.allowed.size());
        for (const std::string& word : one.allowed) writer.text(word);
    }
    return out;
}

Result<Signals> Signals::load(std::string_view bytes) {
    if (!bytes.starts_with(file_mark))
        return fail(Code::corrupt, "no catalogue of vehicle signals");
    ByteReader in(bytes.substr(file_mark.size()));
    if (const auto version = in.u8(); version != file_version) {
        return fail(Code::corrupt, "a catalogue of version " + std::to_string(version) +
                                       ", this program reads " + std::to_string(file_version));
    }
    const std::size_t count = in.count(8);
    std::vector<Signal> read;
    for (std::size_t i = 0; i < count && in.ok(); ++i) read.push_back(read_signal(in));
    if (!in.ok() || !in.at_end()) return fail(Code::corrupt, "a catalogue cut short");
    Signals out;
    if (auto done = out.put(std::move(read)); !done)
        return fail(Code::corrupt, done.error().message);
    // A file can be written by others: what no thing could carry must not come in.
    ThingSpec probe;
    probe.id = "probe";
    probe.kind = ThingKind::vehicle;
    probe.title = "probe";
    for (const Signal& one : out.signals_) {
        probe.properties = {*out.property(one.path)};
        if (auto good = check(probe); !good) return fail(Code::corrupt, good.error().message);
    }
    return out;
}

}  // namespace foxtail::cars
