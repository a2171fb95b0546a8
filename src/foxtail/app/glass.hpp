#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail {

/// One way in for an emergency. Sealed, it opens nothing; broken, it is open for its time, which is
/// counted by the clock that never jumps; then, or when it is ended, it is used, and stays closed
/// until it is sealed anew. Pure: time is told.
class Glass {
public:
    enum class State : std::uint8_t { sealed, open, used };
    static constexpr std::size_t reason_bytes_max = 300;

    explicit Glass(Duration open_for) : open_for_(open_for) {}

    /// Error: invalid_input (no reason), conflict (not sealed).
    [[nodiscard]] Result<void> open(std::string_view by, std::string_view reason, Moment now);
    /// Error: conflict (not open).
    [[nodiscard]] Result<void> end();
    /// Error: conflict (open, or sealed already).
    [[nodiscard]] Result<void> seal();
    /// True when its time has just run out.
    [[nodiscard]] bool expire(Moment now);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::string& by() const { return by_; }
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] Time until() const { return until_; }  // meaningful while it is open
    [[nodiscard]] Duration due() const { return due_; }  // the same on the clock that never jumps

    /// For after a restart. What cannot be read is used: closed, until somebody seals it. While
    /// nobody counted, the clock on the wall has to do; never longer than it opens for.
    [[nodiscard]] std::string save() const;
    [[nodiscard]] Result<void> load(std::string_view bytes, Moment now);

private:
    Duration open_for_;
    State state_ = State::sealed;
    std::string by_;
    std::string reason_;
    Time until_;
    Duration due_;
};

[[nodiscard]] std::string_view name(Glass::State state);

}  // namespace foxtail
