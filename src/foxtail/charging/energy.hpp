#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/moment.hpp"

#include <cstdint>

namespace foxtail::charging {

/// What a point has delivered, from the best it tells: its register, else the energy of the
/// running transaction, else its power over time. Each answer is the energy since the last one in
/// Wh. Registers that start again are noticed: what was on the way is filled in from the power. One
/// that stands still while power flows is noticed, too: the power counts until it moves again.
class Energy {
public:
    struct Gain {
        double wh = 0;
        bool estimated = false;
        Time since;  // when it began to flow, as far as that is known
    };
    /// `most_w`: more than the point can give is no energy but a new register.
    Gain heard_register(double wh, double most_w, Moment now);
    Gain heard_transaction(double wh, double most_w, Moment now);
    /// The power until now, then the new one.
    Gain heard_power(double watts, Moment now);
    /// The program was away: nobody knows the power meanwhile.
    void resumed() { power_known_ = false; }

    enum class Source : std::uint8_t { power, transaction, reg };
    /// What counts.
    [[nodiscard]] Source source() const { return source_; }

    void save(ByteWriter& out) const;
    /// `bridged`: as it is saved since that is counted.
    void load(ByteReader& in, bool bridged);

private:
    Gain heard(Source source, double& last, double wh, double most_w, Moment now);
    Gain stood_still(Moment now);

    Source source_ = Source::power;
    double register_wh_ = -1;  // below 0: never heard
    double transaction_wh_ = -1;
    Time heard_at_;  // of the source in use
    double watts_ = 0;
    Duration watts_at_;
    Time power_wall_;
    bool power_known_ = false;
    double since_wh_ = 0;    // from the power, since the source in use told something new
    double bridged_wh_ = 0;  // of it, what counted already since the register stands still
};

}  // namespace foxtail::charging
