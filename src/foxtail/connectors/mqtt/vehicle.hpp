#pragma once

#include "foxtail/cars/at_home.hpp"
#include "foxtail/cars/signals.hpp"
#include "foxtail/connectors/mqtt/format.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

/// What a source's text means.
enum class Reads : std::uint8_t {
    number,  // in the source's unit, times `scale`
    flag,    // true, yes, on, 1 / false, no, off, 0
    text,
};

/// One thing that a source says of a car, and which signal that is.
struct VehicleRow {
    std::string_view key;   // the source's name for it
    std::string_view path;  // of the signal
    Reads reads = Reads::number;
    std::string_view unit = {};  // UCUM, as the source means it; empty = the signal's own
    double scale = 1;            // -1 where the source counts the other way round
    Duration max_age = {};       // older is stale; 0 = it does not age
};

/// The source's text as a truth value; nothing for what is none.
[[nodiscard]] std::optional<bool> flag_from(std::string_view text);
/// The whole text as a finite number; nothing for what is none.
[[nodiscard]] std::optional<double> number_from(std::string_view text);

/// `number`, meant in `unit`, as a value of the property: converted, and whole where the property
/// is. Error: invalid_input with what would be right.
[[nodiscard]] Result<Value> as_value(const PropertySpec& property, double number,
                                     std::string_view unit);

/// A vehicle that a format brings: its properties are signals, told all at once, so that a restart
/// tells nothing new.
class Vehicle {
public:
    ThingSpec spec;  // id, title and so on are the format's to fill

    /// Adds the signal as a property; a path already there keeps its place. Null when the catalogue
    /// has no such signal. Valid until the next add().
    PropertySpec* add(const cars::Signals& signals, std::string_view path, Duration max_age = {});
    /// A property that is no signal ("available").
    void add(PropertySpec property);
    /// One that tells its position and not whether it is at home says so from now on, by its
    /// distance. Before tell(), and after what it tells was added.
    void find_home(const cars::Signals& signals, const std::optional<cars::HomePlace>& home);
    /// Tells the sink. Error: the sink's.
    [[nodiscard]] Result<void> tell(Sink& sink);
    [[nodiscard]] const PropertySpec* find(std::string_view path) const;
    /// Says it if it fits. Error: invalid_input, not_found.
    Result<void> say(Sink& sink, std::string_view path, Value value, Time at = {});
    /// Reads the text by its row and says it; an empty text is "unknown". Errors as say().
    Result<void> say(Sink& sink, const VehicleRow& row, std::string_view text, Time at = {});

private:
    [[nodiscard]] std::optional<std::size_t> index_of(std::string_view path) const;
    Result<void> look_whether_home(Sink& sink, std::string_view path, const Value& value, Time at);
    std::vector<PropertyId> ids_;
    std::optional<cars::AtHome> at_home_;
};

}  // namespace foxtail::mqtt
