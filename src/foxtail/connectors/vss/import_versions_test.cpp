// How exports of VSS differ by version and by how they were exported: each difference once.
#include "foxtail/connectors/vss/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::vss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string vehicle_with(std::string_view leaves) {
    return R"({"Vehicle":{"type":"branch","description":"","children":{)" + std::string(leaves) +
           "}}}";
}

std::vector<std::string> paths(const Import& read) {
    std::vector<std::string> out;
    for (const auto& one : read.signals.all()) out.push_back(one.path);
    return out;
}

// 4.0: every node has a uuid and its children come first; rows are Left and Right; a trip is a
// float in km; temperatures are "celsius"; gears are lists of numbers.
TEST(VssVersions, of_4_0_have_uuids_small_units_and_lists_of_numbers) {
    const auto read = read_export(R"({"Vehicle":{"children":{
      "TraveledDistance":{"datatype":"float","type":"sensor","unit":"km","uuid":"00000000000000000000000000000001"},
      "Cabin":{"children":{"Door":{"children":{"Row1":{"children":{"Left":{"children":{
          "IsOpen":{"datatype":"boolean","type":"actuator","uuid":"2"}},
        "description":"","type":"branch","uuid":"3"}},"type":"branch","uuid":"4"}},"type":"branch","uuid":"5"}},
        "type":"branch","uuid":"6"},
      "Gear":{"allowed":[1,2,-1],"datatype":"int8","type":"attribute","uuid":"7"},
      "Coolant":{"datatype":"float","type":"sensor","unit":"celsius","uuid":"8"},
      "Seats":{"datatype":"uint8[]","default":[2,3],"type":"attribute","uuid":"9"},
      "Types":{"allowed":["unknown","Not_Fitted"],"datatype":"string[]","type":"attribute","uuid":"10"}},
      "description":"","type":"branch","uuid":"11"}})");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(paths(*read), ElementsAre("Cabin.Door.Row1.Left.IsOpen", "Coolant", "Gear", "Seats",
                                          "TraveledDistance", "Types"));
    EXPECT_EQ(read->signals.property("TraveledDistance")->unit, "km");
    EXPECT_EQ(read->signals.property("TraveledDistance")->type, Type::number);
    EXPECT_EQ(read->signals.property("Coolant")->unit, "Cel");
    EXPECT_THAT(read->signals.find("Gear")->allowed, ElementsAre("1", "2", "-1"));
    EXPECT_EQ(read->signals.property("Seats")->type, Type::array);
    EXPECT_FALSE(fit(*read->signals.property("Types"), Json{R"(["None"])"}));
    EXPECT_THAT(read->unknown_units, IsEmpty());
}

// 5.1: no uuids; limits of integers as floats; deprecations; paths that were others before.
TEST(VssVersions, of_5_1_have_float_limits_of_integers_and_say_what_is_deprecated) {
    const auto read = read_export(vehicle_with(R"(
      "Angle":{"datatype":"int16","type":"sensor","unit":"degrees","min":-180.0,"max":180.5},
      "Old":{"datatype":"uint8","type":"sensor","deprecation":"V5.0 use New","fka":["Vehicle.Older"]},
      "Id":{"datatype":"string","type":"attribute","pattern":"^[A-Z]+$","default":"X","comment":"c"},
      "Empty":{"type":"branch","description":"nothing in it"},
      "Bare":{"type":"branch","children":{}},
      "Time":{"datatype":"string","type":"sensor","unit":"iso8601"},
      "Since":{"datatype":"uint32","type":"sensor","unit":"unix-time"},
      "Set":{"datatype":"float[]","arraysize":4,"type":"actuator","unit":"percent"})"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->leaves, 6U) << "a branch with nothing in it is none";
    const auto angle = read->signals.property("Angle");
    EXPECT_EQ(angle->minimum, -180);
    EXPECT_EQ(angle->maximum, 180.5);
    EXPECT_TRUE(fit(*angle, std::int64_t{180}));
    EXPECT_FALSE(fit(*angle, std::int64_t{181}));
    EXPECT_NE(read->signals.find("Old"), nullptr);
    EXPECT_EQ(read->signals.property("Since")->unit, "");
    EXPECT_THAT(read->unknown_units, IsEmpty());
}

TEST(VssVersions, that_were_extended_say_more_than_is_asked) {
    const auto read = read_export(
        R"({"Vehicle":{"type":"branch","fqn":"Vehicle","expanded":false,"children":{
        "A":{"type":"sensor","datatype":"uint8","fqn":"Vehicle.A","staticUID":"0x1","delete":false,
             "is_instantiated":true,"dbc":{"signal":"x"},"constUID":null}}}})");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(paths(*read), ElementsAre("A"));
}

TEST(VssVersions, with_struct_types_are_read_but_for_the_signals_that_have_one) {
    const std::string structs =
        R"("ComplexDataTypes":{"VehicleDataTypes":{"type":"branch","children":{
           "Point":{"type":"struct","children":{"X":{"type":"property","datatype":"double"}}}}}})";
    const std::string signals =
        R"("Vehicle":{"type":"branch","children":{"Here":{"type":"sensor","datatype":"VehicleDataTypes.Point"},
           "All":{"type":"sensor","datatype":"VehicleDataTypes.Point[]"},"Speed":{"type":"sensor","datatype":"float"}}})";
    for (const auto& both : {structs + "," + signals, signals + "," + structs}) {
        const auto read = read_export("{" + both + "}");
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_THAT(paths(*read), ElementsAre("Speed"));
        EXPECT_EQ(read->leaves, 1U);
        EXPECT_THAT(read->left_out, ::testing::UnorderedElementsAre("Here", "All"));
    }
    const auto alone = read_export("{" + signals + "}");
    ASSERT_FALSE(alone) << "a type that nothing says";
    EXPECT_THAT(alone.error().message, HasSubstr("'datatype' is 'VehicleDataTypes.Point'"));
    EXPECT_FALSE(read_export(R"({"A":{"type":"branch"},"B":{"type":"branch"}})"));
    EXPECT_FALSE(read_export("{" + structs + "}")) << "types alone are no signals";
}

TEST(VssVersions, whose_instances_are_not_expanded_are_expanded_here) {
    const std::string leaf = R"("IsOpen":{"type":"actuator","datatype":"boolean"})";
    const auto with = [&](const std::string& instances, const std::string& children) {
        const auto read =
            read_export(vehicle_with(R"("Door":{"type":"branch","instances":)" + instances +
                                     R"(,"children":{)" + children + "}}"));
        return read ? paths(*read) : std::vector<std::string>{read.error().message};
    };
    EXPECT_THAT(with(R"(["Row[1,2]",["DriverSide","PassengerSide"]])", leaf),
                ElementsAre("Door.Row1.DriverSide.IsOpen", "Door.Row1.PassengerSide.IsOpen",
                            "Door.Row2.DriverSide.IsOpen", "Door.Row2.PassengerSide.IsOpen"));
    EXPECT_THAT(with(R"("Row[1,3]")", leaf),
                ElementsAre("Door.Row1.IsOpen", "Door.Row2.IsOpen", "Door.Row3.IsOpen"));
    EXPECT_THAT(with(R"(["Left","Right"])", leaf),
                ElementsAre("Door.Left.IsOpen", "Door.Right.IsOpen"));
    EXPECT_THAT(with("[]", leaf), ElementsAre("Door.IsOpen"));
    EXPECT_THAT(
        with(R"(["Left","Right"])",
             leaf + R"(,"Count":{"type":"attribute","datatype":"uint8","instantiate":false})"),
        ElementsAre("Door.Count", "Door.Left.IsOpen", "Door.Right.IsOpen"));
    EXPECT_THAT(
        with(R"(["Left"])",
             R"("Window":{"type":"branch","instances":["Low","High"],"children":{)" + leaf + "}}"),
        ElementsAre("Door.Left.Window.High.IsOpen", "Door.Left.Window.Low.IsOpen"));
    for (const char* wrong : {R"(["Row[2,1]"])", R"(["Row[1]"])", R"(["Row[1,2"])", "7", "[7]",
                              "[[7]]", R"(["A[1,900]","B[1,900]"])", R"(["Row[0,1000000000]"])"})
        EXPECT_THAT(with(wrong, leaf), ElementsAre(HasSubstr("nstances"))) << wrong;
    std::string deep = R"({"type":"branch","children":{}})";
    for (int i = 0; i < 8; ++i)
        deep = R"({"type":"branch","instances":["R[1,999]"],"children":{"A":)" + deep + "}}";
    const auto read = read_export("{\"Vehicle\":" + deep + "}");
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("more than 200000"));
}

}  // namespace
}  // namespace foxtail::vss
