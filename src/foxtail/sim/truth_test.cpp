#include "foxtail/sim/truth.hpp"

#include "foxtail/base/time.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/run.hpp"

#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

std::int64_t at(const char* text) {
    return parse_rfc3339(text).value().us / 1000;
}

World some_world() {
    World world = make_world({3, {}}, at("2026-05-06T17:00:00Z"));
    advance(world, world.t_ms + 3'600'000);
    return world;
}

TEST(Truth, reads_back_to_the_same_world_which_goes_on_to_the_same_future) {
    World world = some_world();
    const Acks acks{{"bridge-12", 5}, {"car.with.dots", 9}};
    auto truth = decode_truth(encode_truth(world, acks));
    ASSERT_TRUE(truth.has_value()) << truth.error().message;
    EXPECT_EQ(truth->acks, acks);
    // Compared as a whole, but not printed: the text is seven thousand characters long.
    EXPECT_TRUE(encode_truth(truth->world, acks) == encode_truth(world, acks));
    advance(world, world.t_ms + 1'800'000);
    advance(truth->world, truth->world.t_ms + 1'800'000);
    EXPECT_NEAR(truth->world.meter.load_kwh, world.meter.load_kwh, 1e-6);
    EXPECT_NEAR(truth->world.room(Room::study).temperature_c, world.room(Room::study).temperature_c,
                1e-6);
    EXPECT_EQ(truth->world.lamp(Lamp::bedside).on, world.lamp(Lamp::bedside).on);
}

TEST(Truth, refuses_nonsense_and_clamps_what_would_lead_out_of_a_list) {
    for (const char* wrong : {"", "{}", "[]", "null", "{\"t_ms\":1}", "{\"t_ms\":\"x\"}"}) {
        EXPECT_FALSE(decode_truth(wrong).has_value()) << wrong;
    }
    World world = some_world();
    world.washer.program = 99;
    world.battery.mode = -4;
    const auto truth = decode_truth(encode_truth(world, {}));
    ASSERT_TRUE(truth.has_value());
    EXPECT_EQ(truth->world.washer.program, 2);
    EXPECT_EQ(truth->world.battery.mode, 0);
}

TEST(Truth, acts_travel_whole) {
    const SentAct sent{"bridge-1", 17, {"hall/ceiling-lamp", "on", 1}};
    const auto back = decode_act(encode_act(sent));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->from, sent.from);
    EXPECT_EQ(back->seq, sent.seq);
    EXPECT_EQ(back->act, sent.act);
    EXPECT_FALSE(decode_act(R"({"seq":1})").has_value());
}

TEST(SharedView, shows_its_own_act_at_once_and_never_the_old_state_again) {
    World world = some_world();
    world.lamp(Lamp::hall).on = false;
    SharedView view("bridge-1");
    ASSERT_TRUE(view.take(encode_truth(world, {}), 0));
    const auto message = view.act({"hall/ceiling-lamp", "on", 1}, 10);
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->topic, act_topic);
    EXPECT_TRUE(view.world().lamp(Lamp::hall).on);
    // A truth that was on its way when the lamp was switched.
    ASSERT_TRUE(view.take(encode_truth(world, {}), 20));
    EXPECT_TRUE(view.world().lamp(Lamp::hall).on);
    // The world has taken it; somebody switched it off again later.
    ASSERT_TRUE(view.take(encode_truth(world, {{"bridge-1", 1}}), 30));
    EXPECT_FALSE(view.world().lamp(Lamp::hall).on);
}

TEST(SharedView, believes_the_world_in_the_end_when_an_act_was_lost) {
    World world = some_world();
    world.lamp(Lamp::hall).on = false;
    SharedView view("bridge-1");
    ASSERT_TRUE(view.take(encode_truth(world, {}), 0));
    ASSERT_TRUE(view.act({"hall/ceiling-lamp", "on", 1}, 0).has_value());
    ASSERT_TRUE(view.take(encode_truth(world, {}), 60'000));
    EXPECT_FALSE(view.world().lamp(Lamp::hall).on);
}

TEST(SharedView, sends_nothing_that_no_device_can_do) {
    SharedView view("x");
    EXPECT_FALSE(view.act({"hall/ceiling-lamp", "on", 1}, 0).has_value()) << "no world known yet";
    EXPECT_FALSE(view.take("{}", 0));
    ASSERT_TRUE(view.take(encode_truth(some_world(), {}), 0));
    EXPECT_FALSE(view.act({"attic/lamp", "on", 1}, 0).has_value());
}

TEST(ResumedWorld, goes_on_from_the_saved_one_and_never_back_in_time) {
    const World world = some_world();
    const std::string saved = encode_truth(world, {});
    WorldOptions options;
    options.setup.seed = 3;
    options.start_ms = world.t_ms - 600'000;
    ASSERT_TRUE(resume_world(saved, options).has_value());
    EXPECT_EQ(resume_world(saved, options)->t_ms, world.t_ms);
    EXPECT_NEAR(resume_world(saved, options)->meter.import_kwh, world.meter.import_kwh, 1e-6);
    options.start_ms = world.t_ms + 600'000;
    EXPECT_EQ(resume_world(saved, options)->t_ms, options.start_ms);
    options.start_ms = world.t_ms + 3 * day_ms;
    EXPECT_FALSE(resume_world(saved, options).has_value());
    options.start_ms = world.t_ms;
    options.era = 77;
    EXPECT_FALSE(resume_world(saved, options).has_value()) << "of another run";
    World of_this_run = world;
    of_this_run.era = 77;
    EXPECT_TRUE(resume_world(encode_truth(of_this_run, {}), options).has_value());
    options.era = 0;
    options.setup.seed = 4;
    EXPECT_FALSE(resume_world(saved, options).has_value());
    EXPECT_FALSE(resume_world("", options).has_value());
}

TEST(JsonText, prints_numbers_as_devices_do) {
    EXPECT_EQ(print_number(21.50, 2), "21.5");
    EXPECT_EQ(print_number(3.0, 1), "3");
    EXPECT_EQ(print_number(-0.04, 1), "0");
    EXPECT_EQ(print_number(120, 0), "120");
    EXPECT_EQ(print_number(1e300 * 1e300, 1), "0");
    EXPECT_EQ(print_string("a\"b\\\n"), "\"a\\\"b\\\\\\u000a\"");
}

TEST(JsonText, flattens_what_it_reads) {
    const auto members =
        read_members(R"({"color":{"x":0.3,"y":0.4},"state":"ON","list":[1],"no":null})");
    ASSERT_TRUE(members.has_value());
    ASSERT_EQ(members->size(), 4U);
    EXPECT_EQ((*members)[0].path, "color.x");
    EXPECT_FALSE(read_members("{\"a\":").has_value());
    EXPECT_FALSE(read_members(std::string(100'000, '[')).has_value());
}

}  // namespace
}  // namespace foxtail::sim
