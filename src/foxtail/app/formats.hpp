#pragma once

#include "foxtail/cars/signals.hpp"
#include "foxtail/config/configuration.hpp"
#include "foxtail/connectors/mqtt/format.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// The device formats that the configuration turns on. They agree on names: what one has given to a
/// thing another does not give to a different one. The names given are kept in `names_file`, so
/// that a device renamed by its gateway stays the same thing across restarts.
class Formats {
public:
    /// Error: corrupt, when the file is there and cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<Formats>> make(const Configuration& configuration,
                                                               std::string names_file);
    ~Formats();
    Formats(const Formats&) = delete;
    Formats& operator=(const Formats&) = delete;

    /// The car formats as the configuration now says, under the names they gave before. `drop` is
    /// called before one goes, `add` when another has taken its place, `gone` for each thing that
    /// was described by the household's mappings and is not any more.
    struct Changed {
        std::function<void(std::string_view format)> drop;
        std::function<void(mqtt::Format& format)> add;
        std::function<void(std::string_view thing)> gone;
    };
    void change_cars(const CarsConfig& now, const CarsConfig& then, const Changed& changed);

    [[nodiscard]] const std::vector<std::unique_ptr<mqtt::Format>>& all() const { return formats_; }
    /// How many names were given; grows when there is something to keep.
    [[nodiscard]] std::size_t names() const;
    /// The names as text for keep(); cheap enough for the household's thread.
    [[nodiscard]] std::string names_text() const;
    /// Replaces the file, durably. For any thread.
    [[nodiscard]] static Result<void> keep(const std::string& names_file, const std::string& text);
    [[nodiscard]] const std::string& names_file() const { return names_file_; }
    /// What cars of this household can say.
    [[nodiscard]] const cars::Signals& signals() const { return *signals_; }

private:
    Formats() = default;
    [[nodiscard]] std::function<bool(std::string_view id)> taken_by_others(std::string_view self);
    void add_car_format(std::string_view name, const CarsConfig& said,
                        StringMap<std::string> known);
    std::unique_ptr<cars::Signals> signals_;  // before the formats that point to it
    std::vector<std::unique_ptr<mqtt::Format>> formats_;
    std::string names_file_;
};

}  // namespace foxtail
