#pragma once

#include "foxtail/sim/calendar.hpp"
#include "foxtail/sim/noise.hpp"

#include <cstdint>

namespace foxtail::sim {

struct Sun {
    double elevation_deg = 0;  // negative below the horizon
    double azimuth_deg = 0;    // 0 = north, 90 = east
};

/// The sun's place in the sky to about half a degree (Spencer's series; no refraction).
[[nodiscard]] Sun sun_at(const Site& site, std::int64_t t_ms);

struct Weather {
    Sun sun;
    double cloud = 0;         // 0 clear .. 1 overcast
    double beam_w_m2 = 0;     // on a plane that faces the sun
    double diffuse_w_m2 = 0;  // on a horizontal plane
    double global_w_m2 = 0;   // on a horizontal plane
    double temperature_c = 0;
    double humidity_pct = 0;
    double wind_m_s = 0;
    double wind_from_deg = 0;
    double rain_mm_h = 0;
    double pressure_hpa = 0;

    /// Light as the eye counts it, outdoors.
    [[nodiscard]] double illuminance_lx() const;
    /// Irradiance on a plane tilted from the horizontal by `tilt_deg`, facing `azimuth_deg`.
    [[nodiscard]] double on_plane_w_m2(double tilt_deg, double azimuth_deg) const;
};

/// A pure function: seasons, fronts that pass in days, clouds that pass in minutes.
[[nodiscard]] Weather weather_at(const Site& site, const Dice& dice, std::int64_t t_ms);

/// Water vapour in saturated air in g/m3 (Magnus), and back to relative humidity.
[[nodiscard]] double saturation_g_m3(double temperature_c);

}  // namespace foxtail::sim
