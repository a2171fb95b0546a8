#pragma once

#include "foxtail/sim/noise.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sim {

/// One quantity as a device would say it now.
struct Sample {
    std::string key;
    std::string json;   // the value as one JSON value, rounded as the device rounds
    double number = 0;  // what `threshold` is compared with
    double threshold =
        0;  // change that is worth a message; 0: any change of `json`; infinite: never by itself
};

[[nodiscard]] Sample number_sample(std::string key, double value, int decimals, double threshold);
[[nodiscard]] Sample text_sample(std::string key, std::string_view value);
[[nodiscard]] Sample flag_sample(std::string key, bool value);

/// Never worth a message by itself; goes along with the others (link quality, battery voltage).
constexpr double never = 1e300;

/// How often a device speaks: not more often than `min_s` for small changes, at least every
/// `max_s`.
struct Pace {
    double min_s = 1;
    double max_s = 3600;
};

/// Decides when a device reports, as reporting configurations in real devices do.
class Reporter {
public:
    explicit Reporter(Pace pace) : pace_(pace) {}

    /// True when the samples are to be sent now; they are then the new reference. A change of a
    /// sample with threshold 0 (a switch, a state) does not wait for `min_s`.
    [[nodiscard]] bool due(std::int64_t t_ms, const std::vector<Sample>& samples);
    /// As due(), and tells which samples changed enough or are to be repeated.
    [[nodiscard]] std::vector<std::size_t> due_each(std::int64_t t_ms,
                                                    const std::vector<Sample>& samples);
    /// The next call is due, whatever changed.
    void force() { sent_.clear(); }

private:
    [[nodiscard]] bool changed(const Sample& sample, std::size_t i, bool may_small) const;
    Pace pace_;
    std::vector<Sample> sent_;
    std::int64_t sent_ms_ = 0;
    std::vector<std::int64_t> each_ms_;
};

/// A sensor's error: wanders slowly within `amplitude`, differs from device to device.
[[nodiscard]] double wander(const Dice& dice, std::string_view device, std::int64_t t_ms,
                            double amplitude, double period_s = 600);

/// As formats write it that know no JSON: a text without its quotes. For values without escapes.
[[nodiscard]] std::string plain_text(const Sample& sample);

/// {"key":value,...}
[[nodiscard]] std::string to_object(const std::vector<Sample>& samples);

}  // namespace foxtail::sim
