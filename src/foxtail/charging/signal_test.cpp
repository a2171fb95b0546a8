// A limit by signal holds for all phases together, also where the meter tells them one by one.
#include "foxtail/charging/house_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::charging {
namespace {

struct BySignal : ::testing::Test {
    BySignal() {
        controller.start(now());
        controller.hear(PointRole::status, 0, std::string("Charging"), 1, now());
    }
    [[nodiscard]] Moment now() const { return {Time{at.us}, at}; }
    /// A car that takes no more than so much, in a house that takes so much of each phase. The box
    /// tells what the car takes each four minutes, the meter each five seconds.
    void live(double car_a, Phases house, Duration span) {
        for (const Duration until = at + span; at < until; at = at + seconds(5)) {
            const double takes = std::min(car_a, controller.points()[0].commanded_a);
            if (at >= box_tells) {
                controller.hear(PointRole::current_l1, 0, takes, 2, now());
                box_tells = at + minutes(4);
            }
            for (std::size_t p = 0; p < 3; ++p) {
                const auto role =
                    static_cast<CircuitRole>(static_cast<std::size_t>(CircuitRole::current_l1) + p);
                controller.hear(role, 0, house[p] + (p == 1 ? takes : 0), 3, now());
            }
            controller.tick(now());
            controller.proposals().clear();
        }
    }
    [[nodiscard]] double amps() const { return controller.points()[0].commanded_a; }
    [[nodiscard]] static Site site() {
        Site out = one_box(40, Mode::now);
        out.circuits[0].limit_w = 4200;  // 18.26 A
        out.circuits[0].metered = true;
        out.points[0].wiring = {1};
        return out;
    }
    Controller controller{site()};
    Duration at = seconds(100);
    Duration box_tells = at;
};

TEST_F(BySignal, what_the_house_takes_more_is_not_put_down_to_a_box_that_could) {
    controller.hear(CircuitRole::signal_on, 0, true, 4, now());
    live(8.8, {2, 5, 1}, minutes(5));
    EXPECT_LE(2 + 5 + 1 + amps(), 18.26);
    for (int i = 0; i < 100 && amps() < 12; ++i) live(8.8, {2, 0.6, 1}, seconds(5));
    EXPECT_GE(amps(), 12) << "what the car takes is its own affair";
    box_tells = at + minutes(4);
    live(8.8, {2, 0.6, 1}, minutes(1));
    live(8.8, {2, 6.9, 1}, seconds(15));
    EXPECT_LE(2 + 6.9 + 1 + amps(), 18.26) << "the house may take all that it likes";
}

TEST_F(BySignal, it_holds_from_the_moment_it_comes) {
    live(8.8, {2, 0.6, 1}, minutes(9));
    live(8.8, {2, 6.9, 1}, minutes(1));
    EXPECT_GT(amps(), 12);
    controller.hear(CircuitRole::signal_on, 0, true, 4, now());
    EXPECT_LE(2 + 6.9 + 1 + amps(), 18.26) << "before the meter tells again";
}

TEST_F(BySignal, that_the_last_phase_shows_to_be_broken_is_mended_on_all_of_them) {
    controller.hear(CircuitRole::signal_on, 0, true, 4, now());
    live(11.8, {-15, 2.2, -6}, minutes(9));
    ASSERT_EQ(amps(), 16);
    box_tells = at + minutes(4);
    live(11.8, {2.5, 4.2, 0}, seconds(5));
    EXPECT_LE(2.5 + 4.2 + amps(), 18.26) << "the rise of the second phase was put down to the box";
}

}  // namespace
}  // namespace foxtail::charging
