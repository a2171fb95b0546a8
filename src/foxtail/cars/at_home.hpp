#pragma once

#include <optional>

namespace foxtail::cars {

/// Where the house stands, in degrees.
struct HomePlace {
    double latitude = 0;
    double longitude = 0;
    friend bool operator==(const HomePlace&, const HomePlace&) = default;
};

/// Whether a car that tells its position is at home. As with people, it comes within one distance
/// and leaves beyond a larger one, so that what satellites are off by does not drive it to and fro.
class AtHome {
public:
    explicit AtHome(HomePlace home) : home_(home) {}

    void heard_latitude(std::optional<double> degrees) { latitude_ = degrees; }
    void heard_longitude(std::optional<double> degrees) { longitude_ = degrees; }
    /// By what was heard until now; nothing while half of it is unknown.
    [[nodiscard]] std::optional<bool> look();

    static constexpr double comes_within_m = 100;
    static constexpr double leaves_beyond_m = 150;

private:
    HomePlace home_;
    std::optional<double> latitude_;
    std::optional<double> longitude_;
    bool home_before_ = false;
};

}  // namespace foxtail::cars
