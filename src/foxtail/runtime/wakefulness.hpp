#pragma once

#include "foxtail/base/time.hpp"

#include <optional>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// Whether a thread with nothing to do should wait awake for the next turn instead of asleep. Being
/// woken takes 15 to 20 us, most of what a reaction takes; waiting awake takes a core. So it is
/// done only while turns come so closely that the core is half used anyway (at least 2,000 a second
/// over the last hundredth), not so closely that it hardly ever sleeps (more than 10,000), and no
/// longer than the next should take to come. Decision 0026.
class Wakefulness {
public:
    static constexpr Duration window = milliseconds(10);
    static constexpr int turns_min = 20;   // of one window
    static constexpr int turns_max = 100;  // of one window
    static constexpr Duration patience{300};

    /// Something was done, and ended at `at` (monotonic, never earlier than the one before).
    void worked(Duration at);
    /// Whether it is worth it to go on waiting awake at `at`.
    [[nodiscard]] bool awake(Duration at) const { return worth_it_ && at - last_ < patience; }

private:
    Duration last_;
    std::optional<Duration> began_;  // the window that is counted now
    int turns_ = 0;
    bool worth_it_ = false;
};

/// Runs the context until it is stopped or has nothing left to wait for, as its own run() does.
void run_wakeful(boost::asio::io_context& context);

}  // namespace foxtail
