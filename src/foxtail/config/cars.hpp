#pragma once

#include "foxtail/cars/at_home.hpp"
#include "foxtail/cars/budget.hpp"
#include "foxtail/cars/mapping.hpp"
#include "foxtail/config/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace foxtail {

/// One of several that speak for the same car.
struct CarSourceConfig {
    std::string thing;  // its id
    int trust = 1;      // higher goes before lower
    friend bool operator==(const CarSourceConfig&, const CarSourceConfig&) = default;
};

/// Where energy that goes into the car is metered.
struct CarMeterConfig {
    std::string energy;  // address of a register that counts up
    std::string car;     // address of a property that says which car stands there; empty = this one
                         // whenever it is plugged in
    friend bool operator==(const CarMeterConfig&, const CarMeterConfig&) = default;
};

struct CarConfig {
    std::string id;
    std::string title;
    std::string place;
    std::vector<CarSourceConfig> sources;
    std::vector<CarMeterConfig> meters;
    std::optional<double> capacity_kwh;
    double efficiency = 0.9;  // of charging: what arrives in the battery
    friend bool operator==(const CarConfig&, const CarConfig&) = default;
};

/// Everything the configuration says of cars.
struct CarsConfig {
    std::optional<std::string> teslamate_prefix = "teslamate";
    std::string teslamate_home = "Home";
    std::optional<std::string> ovms_prefix = "ovms";
    std::string ovms_client = "foxtail";
    cars::BudgetLimits ovms_budget;
    double ovms_money_per_call = 0;
    bool ovms_driver_right = false;       // the cars are steered from their right side
    std::optional<cars::HomePlace> home;  // the household's position
    std::optional<std::string> evcc_prefix = "evcc";
    std::vector<std::string> mapping_files;  // as written; relative to the configuration file
    std::vector<cars::MappedThing> mapped;   // what stands in them
    std::vector<CarConfig> cars;
    friend bool operator==(const CarsConfig&, const CarsConfig&) = default;
};

/// Reads `teslamate`, `ovms`, `evcc` and `mapping` under `formats`.
void read_car_formats(Yaml& yaml, const YAML::Node& formats, CarsConfig& out);
/// Reads `cars`.
void read_cars(Yaml& yaml, const YAML::Node& map, CarsConfig& out);

}  // namespace foxtail
