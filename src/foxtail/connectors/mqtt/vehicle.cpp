#include "foxtail/connectors/mqtt/vehicle.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/model/unit.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace foxtail::mqtt {
namespace {

constexpr std::size_t vehicle_text_bytes_max = 500;
constexpr std::string_view latitude_path = "CurrentLocation.Latitude";
constexpr std::string_view longitude_path = "CurrentLocation.Longitude";
constexpr std::string_view home_path = "Foxtail.Home";
constexpr double whole_max = 9e15;  // up to where a double tells whole numbers apart

}  // namespace

std::optional<bool> flag_from(std::string_view text) {
    for (const std::string_view yes : {"true", "yes", "on", "1", "True"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"false", "no", "off", "0", "False"}) {
        if (text == no) return false;
    }
    return std::nullopt;
}

std::optional<double> number_from(std::string_view text) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    if (problem != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

Result<Value> as_value(const PropertySpec& property, double number, std::string_view unit) {
    if (!unit.empty() && unit != property.unit) {
        const auto converted = convert(number, unit, property.unit);
        if (!converted) {
            return fail(Code::invalid_input, "no way from " + std::string(unit) + " to '" +
                                                 property.unit + "' of " + property.name);
        }
        number = *converted;
    }
    if (!std::isfinite(number)) return fail(Code::invalid_input, "no finite number");
    if (property.type == Type::integer) {
        if (std::abs(number) > whole_max)
            return fail(Code::invalid_input, "a number too large for " + property.name);
        return fit(property, Value{static_cast<std::int64_t>(std::llround(number))});
    }
    return fit(property, Value{number});
}

PropertySpec* Vehicle::add(const cars::Signals& signals, std::string_view path, Duration max_age) {
    if (const auto known = index_of(path)) return &spec.properties[*known];
    auto property = signals.property(path);
    if (!property) return nullptr;
    if (max_age.us > 0) property->max_age = max_age;
    spec.properties.push_back(std::move(*property));
    return &spec.properties.back();
}

void Vehicle::add(PropertySpec property) {
    if (!index_of(property.name)) spec.properties.push_back(std::move(property));
}

void Vehicle::find_home(const cars::Signals& signals, const std::optional<cars::HomePlace>& home) {
    const PropertySpec* latitude = find(latitude_path);
    if (!home || spec.kind != ThingKind::vehicle || latitude == nullptr ||
        find(longitude_path) == nullptr || find(home_path) != nullptr)
        return;
    const auto max_age = latitude->max_age.value_or(Duration{});
    if (add(signals, home_path, max_age) != nullptr) at_home_.emplace(*home);
}

Result<void> Vehicle::tell(Sink& sink) {
    auto ids = sink.tell(spec);
    if (!ids) return fail(ids.error());
    ids_ = std::move(*ids);
    return {};
}

std::optional<std::size_t> Vehicle::index_of(std::string_view path) const {
    for (std::size_t i = 0; i < spec.properties.size(); ++i) {
        if (spec.properties[i].name == path) return i;
    }
    return std::nullopt;
}

const PropertySpec* Vehicle::find(std::string_view path) const {
    const auto at = index_of(path);
    return at ? &spec.properties[*at] : nullptr;
}

Result<void> Vehicle::say(Sink& sink, std::string_view path, Value value, Time at) {
    const auto index = index_of(path);
    if (!index || *index >= ids_.size())
        return fail(Code::not_found, "no property " + printable(path, 100));
    auto fitting = fit(spec.properties[*index], value);
    if (!fitting) {
        sink.misfit(ids_[*index], to_json(value), fitting.error().message);
        return fail(fitting.error());
    }
    sink.say(ids_[*index], std::move(*fitting), at);
    return at_home_ ? look_whether_home(sink, path, value, at) : Result<void>{};
}

Result<void> Vehicle::look_whether_home(Sink& sink, std::string_view path, const Value& value,
                                        Time at) {
    if (path != latitude_path && path != longitude_path) return {};
    double degrees = 0;
    const std::optional<double> heard =
        as_number(value, degrees) ? std::optional(degrees) : std::nullopt;
    if (path == latitude_path) {
        at_home_->heard_latitude(heard);
    } else {
        at_home_->heard_longitude(heard);
    }
    const auto home = at_home_->look();
    return say(sink, home_path, home ? Value{*home} : Value{Null{}}, at);
}

Result<void> Vehicle::say(Sink& sink, const VehicleRow& row, std::string_view text, Time at) {
    if (text.empty()) return say(sink, row.path, Null{}, at);
    const PropertySpec* property = find(row.path);
    if (property == nullptr) return fail(Code::not_found, "no property " + std::string(row.path));
    switch (row.reads) {
        case Reads::flag: {
            const auto flag = flag_from(text);
            if (!flag) {
                return fail(Code::invalid_input,
                            "'" + printable(text, 40) + "' is neither true nor false");
            }
            return say(sink, row.path, *flag, at);
        }
        case Reads::text:
            return say(sink, row.path, printable(text, vehicle_text_bytes_max), at);
        case Reads::number:
            break;
    }
    const auto number = number_from(text);
    if (!number) return fail(Code::invalid_input, "'" + printable(text, 40) + "' is no number");
    auto value = as_value(*property, *number * row.scale, row.unit);
    if (!value) return fail(value.error());
    return say(sink, row.path, std::move(*value), at);
}

}  // namespace foxtail::mqtt
