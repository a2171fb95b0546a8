#include "foxtail/sim/weather.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::sim {
namespace {

constexpr double rad = pi / 180.0;

double clamp01(double x) {
    return std::clamp(x, 0.0, 1.0);
}

/// Cloud that makes the day (slow) and cloud that makes the inverter's curve ragged (fast).
struct Clouds {
    double slow = 0;
    double now = 0;
};

Clouds clouds_at(const Dice& dice, double hours) {
    Clouds clouds;
    clouds.slow = clamp01(0.5 + 0.55 * dice.smooth("cloud.front", hours / 31.0) +
                          0.25 * dice.smooth("cloud.day", hours / 5.3));
    // Broken cloud is raggedest at half cover; a clear or a closed sky has no edges.
    const double ragged = 4.0 * clouds.slow * (1.0 - clouds.slow);
    const double fast =
        dice.smooth("cloud.gap", hours * 9.0) + 0.6 * dice.smooth("cloud.edge", hours * 31.0);
    clouds.now = clamp01(clouds.slow + 0.32 * ragged * fast);
    return clouds;
}

}  // namespace

Sun sun_at(const Site& site, std::int64_t t_ms) {
    const Site utc{site.latitude_deg, site.longitude_deg, 0};
    const Local at = local_time(utc, t_ms);
    const double g = 2.0 * pi * at.day_of_year / 365.25;
    const double declination = 0.006918 - 0.399912 * std::cos(g) + 0.070257 * std::sin(g) -
                               0.006758 * std::cos(2 * g) + 0.000907 * std::sin(2 * g) -
                               0.002697 * std::cos(3 * g) + 0.00148 * std::sin(3 * g);
    const double equation_min =
        229.18 * (0.000075 + 0.001868 * std::cos(g) - 0.032077 * std::sin(g) -
                  0.014615 * std::cos(2 * g) - 0.040849 * std::sin(2 * g));
    const double solar_min = at.second / 60.0 + equation_min + 4.0 * site.longitude_deg;
    const double hour_angle = (solar_min / 4.0 - 180.0) * rad;
    const double lat = site.latitude_deg * rad;
    const double sin_elevation = std::sin(lat) * std::sin(declination) +
                                 std::cos(lat) * std::cos(declination) * std::cos(hour_angle);
    const double azimuth =
        std::atan2(std::sin(hour_angle),
                   std::cos(hour_angle) * std::sin(lat) - std::tan(declination) * std::cos(lat));
    return {std::asin(std::clamp(sin_elevation, -1.0, 1.0)) / rad,
            std::fmod(azimuth / rad + 180.0 + 360.0, 360.0)};
}

double Weather::illuminance_lx() const {
    // 115 lm/W for daylight; twilight fades over six degrees.
    const double twilight = 400.0 * std::pow(clamp01((sun.elevation_deg + 6.0) / 6.0), 3.0);
    return 115.0 * global_w_m2 + twilight * (1.0 - 0.5 * cloud);
}

double Weather::on_plane_w_m2(double tilt_deg, double azimuth_deg) const {
    const double el = sun.elevation_deg * rad;
    const double tilt = tilt_deg * rad;
    const double towards = std::cos((sun.azimuth_deg - azimuth_deg) * rad);
    const double incidence =
        std::sin(el) * std::cos(tilt) + std::cos(el) * std::sin(tilt) * towards;
    const double sky = (1.0 + std::cos(tilt)) / 2.0;
    return beam_w_m2 * std::max(0.0, incidence) + diffuse_w_m2 * sky +
           global_w_m2 * 0.2 * (1.0 - sky);
}

double saturation_g_m3(double temperature_c) {
    const double pressure_hpa = 6.112 * std::exp(17.62 * temperature_c / (243.12 + temperature_c));
    return 216.7 * pressure_hpa / (273.15 + temperature_c);
}

Weather weather_at(const Site& site, const Dice& dice, std::int64_t t_ms) {
    const double hours = static_cast<double>(t_ms) / 3'600'000.0;
    const Local local = local_time(site, t_ms);
    Weather w;
    w.sun = sun_at(site, t_ms);
    const Clouds clouds = clouds_at(dice, hours);
    w.cloud = clouds.now;

    const double height = std::sin(w.sun.elevation_deg * rad);
    if (height > 0) {
        // Haurwitz's clear sky and Kasten's cloud attenuation; the beam vanishes before the light
        // does.
        const double clear = 1098.0 * height * std::exp(-0.057 / std::max(height, 0.01));
        w.global_w_m2 = clear * (1.0 - 0.75 * std::pow(w.cloud, 3.4));
        const double direct_part = 0.85 * std::pow(1.0 - w.cloud, 1.3) * clamp01(height / 0.12);
        w.beam_w_m2 = std::min(980.0, w.global_w_m2 * direct_part / std::max(height, 0.05));
        w.diffuse_w_m2 = std::max(0.0, w.global_w_m2 - w.beam_w_m2 * height);
    }

    const double season = -std::cos(2.0 * pi * (local.day_of_year - 20.0) / 365.25);
    const double front = dice.smooth("front", hours / 74.0);
    const double swing = (1.5 + 5.0 * (1.0 - clouds.slow)) * (0.7 + 0.3 * season);
    w.temperature_c = 10.5 + 9.0 * season + 4.5 * front +
                      1.0 * dice.smooth("front.day", hours / 9.0) +
                      swing * std::cos(2.0 * pi * (local.hour() - 15.0) / 24.0);
    w.wind_m_s = std::max(0.0, 2.6 + 2.2 * dice.smooth("wind", hours / 7.0) +
                                   1.1 * dice.smooth("wind.gust", hours * 20.0));
    w.wind_from_deg = std::fmod(720.0 + 240.0 + 110.0 * dice.smooth("wind.from", hours / 11.0) +
                                    18.0 * dice.smooth("wind.turn", hours * 15.0),
                                360.0);
    const double shower =
        dice.smooth("rain", hours / 2.7) + 0.5 * dice.smooth("rain.burst", hours * 4.0);
    w.rain_mm_h = clouds.slow > 0.7 ? std::max(0.0, 3.2 * (shower - 0.25)) : 0.0;
    w.pressure_hpa =
        1014.0 - 13.0 * (clouds.slow - 0.5) + 7.0 * dice.smooth("pressure", hours / 80.0);
    const double dryness = 34.0 * (1.0 - clouds.slow) *
                           (0.5 + 0.5 * std::cos(2.0 * pi * (local.hour() - 15.0) / 24.0));
    w.humidity_pct = std::clamp(
        88.0 - dryness + (w.rain_mm_h > 0 ? 7.0 : 0.0) + 4.0 * dice.smooth("humid", hours / 6.0),
        25.0, 99.0);
    return w;
}

}  // namespace foxtail::sim
