#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace foxtail::ocpp {

/// What a charging point's meter has told of late, by the time it was true: what comes a second
/// time (its answer was lost, or the end of a transaction repeats its readings) is known again, and
/// counts once.
class ToldBefore {
public:
    static constexpr std::size_t measurands_max = 12;
    static constexpr std::size_t times_max = 720;  // two hours at every ten seconds
    static constexpr std::size_t times_kept = 4;   // over a restart: what waits for its answer

    /// False when just this was told of this time already; else it is remembered.
    [[nodiscard]] bool is_new(Time at, std::size_t measurand, double value);

    void save(ByteWriter& out) const;
    void restore(ByteReader& in);

private:
    struct Told {
        Time at;
        std::array<std::optional<float>, measurands_max> values;
    };
    [[nodiscard]] Told& at_time(Time at);

    std::vector<Told> told_;  // a ring once it is full
    std::size_t next_ = 0;    // its oldest, then
    std::size_t newest_ = 0;
};

}  // namespace foxtail::ocpp
