#include "foxtail/model/thing.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/model/reading.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using ::testing::HasSubstr;

PropertySpec property_of(Type type) {
    PropertySpec spec;
    spec.name = "level";
    spec.type = type;
    if (type == Type::enumeration) spec.allowed = {"off", "heat", "cool"};
    return spec;
}

ThingSpec lamp() {
    ThingSpec spec;
    spec.id = "hall-lamp";
    spec.properties = {property_of(Type::number)};
    spec.properties[0].unit = "%";
    spec.properties[0].minimum = 0;
    spec.properties[0].maximum = 100;
    spec.properties[0].step = 0.5;
    ActionSpec blink;
    blink.name = "blink";
    blink.input = property_of(Type::integer);
    spec.actions = {blink};
    EventSpec pressed;
    pressed.name = "pressed";
    pressed.kinds = {"single", "double"};
    spec.events = {pressed};
    return spec;
}

Value fitted(const PropertySpec& property, Value value) {
    auto result = fit(property, std::move(value));
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result.value_or(Value{Json{"(refused)"}});
}

std::string refusal(const PropertySpec& property, Value value) {
    const auto result = fit(property, std::move(value));
    if (result.has_value()) return "(taken as " + to_json(*result) + ")";
    EXPECT_EQ(result.error().code, Code::invalid_input);
    return result.error().message;
}

TEST(Name, takes_letters_digits_and_three_signs) {
    EXPECT_TRUE(valid_name("Powertrain.TractionBattery.StateOfCharge.Displayed"));
    EXPECT_TRUE(valid_name("0x00158d_A-1"));
    EXPECT_TRUE(valid_name(std::string(name_bytes_max, 'a')));
    for (const std::string_view wrong :
         {"", ".", "..", ".hidden", "a/b", "a b", "a+", "#", "$sys", "é", "a\n"})
        EXPECT_FALSE(valid_name(wrong)) << wrong;
    EXPECT_FALSE(valid_name(std::string(name_bytes_max + 1, 'a')));
    EXPECT_FALSE(valid_name(std::string_view("a\0", 2)));
}

TEST(Name, is_made_from_any_text) {
    EXPECT_EQ(to_name("Hall Lamp"), "Hall_Lamp");
    EXPECT_EQ(to_name("a / + # b"), "a_b");
    EXPECT_EQ(to_name("Küche"), "K_che");
    EXPECT_EQ(to_name("a__b"), "a__b");
    EXPECT_EQ(to_name(".."), "_.");
    EXPECT_EQ(to_name(""), "x");
    EXPECT_EQ(to_name("é"), "_");
    EXPECT_EQ(to_name(std::string(1000, 'a')), std::string(name_bytes_max, 'a'));
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text{static_cast<char>(byte), 'x', static_cast<char>(byte)};
        EXPECT_TRUE(valid_name(to_name(text))) << byte;
        if (valid_name(text)) {
            EXPECT_EQ(to_name(text), text);
        }
    }
}

TEST(Address, is_a_thing_and_a_property) {
    const auto address = parse_address("leaf/Powertrain.Range");
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(address->thing, "leaf");
    EXPECT_EQ(address->name, "Powertrain.Range");
    for (const std::string_view wrong :
         {"", "/", "leaf", "leaf/", "/on", "a/b/c", "a//b", "a b/c", "+/on", "leaf/.x"}) {
        const auto refused = parse_address(wrong);
        ASSERT_FALSE(refused.has_value()) << wrong;
        EXPECT_EQ(refused.error().code, Code::invalid_input);
    }
}

TEST(ThingSpec, a_sound_one_passes) {
    const auto good = check(lamp());
    EXPECT_TRUE(good.has_value()) << good.error().message;
}

TEST(ThingSpec, each_mistake_is_told_with_its_member) {
    static constexpr double infinite = std::numeric_limits<double>::infinity();
    const std::vector<std::pair<const char*, std::function<void(ThingSpec&)>>> mistakes{
        {"id", [](ThingSpec& s) { s.id = "hall/lamp"; }},
        {"title", [](ThingSpec& s) { s.title = "\xFF"; }},
        {"description of 65537 bytes", [](ThingSpec& s) { s.description.assign(65537, 'a'); }},
        {"property 'a b' is not a valid name", [](ThingSpec& s) { s.properties[0].name = "a b"; }},
        {"property 'level' stands twice",
         [](ThingSpec& s) { s.properties.push_back(s.properties[0]); }},
        {"1025 property members, limit 1024", [](ThingSpec& s) { s.properties.resize(1025); }},
        {"action 'blink' stands twice", [](ThingSpec& s) { s.actions.push_back(s.actions[0]); }},
        {"event '' is not a valid name", [](ThingSpec& s) { s.events[0].name = ""; }},
        {"did you mean 'Cel'?", [](ThingSpec& s) { s.properties[0].unit = "°C"; }},
        {"unit 'florins'", [](ThingSpec& s) { s.properties[0].unit = "florins"; }},
        {"minimum 200.0 is above maximum 100.0",
         [](ThingSpec& s) { s.properties[0].minimum = 200; }},
        {"maximum is not a finite", [](ThingSpec& s) { s.properties[0].maximum = infinite; }},
        {"minimum is not a finite", [](ThingSpec& s) { s.properties[0].minimum = std::nan(""); }},
        {"step 0.0 is not above 0", [](ThingSpec& s) { s.properties[0].step = 0; }},
        {"minimum on a property of type string",
         [](ThingSpec& s) { s.properties[0].type = Type::string; }},
        {"allowed values on a property of type number",
         [](ThingSpec& s) { s.properties[0].allowed = {"a"}; }},
        {"needs its allowed values",
         [](ThingSpec& s) {
             s.properties[0] = property_of(Type::enumeration);
             s.properties[0].allowed.clear();
         }},
        {"'off' twice",
         [](ThingSpec& s) {
             s.properties[0] = property_of(Type::enumeration);
             s.properties[0].allowed.push_back("off");
         }},
        {"4097 values, limit 4096", [](ThingSpec& s) { s.events[0].kinds.resize(4097); }},
        {"max_age", [](ThingSpec& s) { s.properties[0].max_age = Duration{0}; }},
        {"retention", [](ThingSpec& s) { s.properties[0].retention = Duration{-1}; }},
        {"action 'blink', input: unit", [](ThingSpec& s) { s.actions[0].input->unit = "?"; }},
        {"event 'pressed': kinds has 'single' twice",
         [](ThingSpec& s) { s.events[0].kinds.push_back("single"); }},
    };
    for (const auto& [expected, break_it] : mistakes) {
        auto spec = lamp();
        break_it(spec);
        const auto refused = check(spec);
        ASSERT_FALSE(refused.has_value()) << expected;
        EXPECT_EQ(refused.error().code, Code::invalid_input);
        EXPECT_THAT(refused.error().message, HasSubstr(expected));
    }
}

TEST(Fit, unknown_fits_every_type) {
    for (const Type type : {Type::boolean, Type::integer, Type::number, Type::string,
                            Type::enumeration, Type::array, Type::object}) {
        EXPECT_EQ(fitted(property_of(type), Value{Null{}}), Value{Null{}});
    }
}

TEST(Fit, a_boolean_takes_true_and_false_only) {
    const auto property = property_of(Type::boolean);
    EXPECT_EQ(fitted(property, Value{true}), Value{true});
    EXPECT_THAT(refusal(property, Value{std::int64_t{1}}),
                HasSubstr("value 1 does not fit property 'level': true or false"));
    EXPECT_THAT(refusal(property, Value{std::string("true")}), HasSubstr("true or false"));
}

TEST(Fit, an_integer_takes_whole_doubles_and_nothing_else) {
    const auto property = property_of(Type::integer);
    EXPECT_EQ(fitted(property, Value{21.0}), Value{std::int64_t{21}});
    EXPECT_EQ(fitted(property, Value{std::int64_t{-5}}), Value{std::int64_t{-5}});
    EXPECT_EQ(fitted(property, Value{-9223372036854775808.0}),
              Value{std::numeric_limits<std::int64_t>::min()});
    EXPECT_THAT(refusal(property, Value{21.5}), HasSubstr("an integer"));
    EXPECT_THAT(refusal(property, Value{9223372036854775808.0}), HasSubstr("an integer"));
    EXPECT_THAT(refusal(property, Value{true}), HasSubstr("an integer"));
    EXPECT_THAT(refusal(property, Value{std::string("21")}), HasSubstr("an integer"));
}

TEST(Fit, a_number_takes_integers_where_nothing_is_lost) {
    const auto property = property_of(Type::number);
    EXPECT_EQ(fitted(property, Value{std::int64_t{21}}), Value{21.0});
    EXPECT_EQ(fitted(property, Value{21.5}), Value{21.5});
    EXPECT_THAT(refusal(property, Value{(std::int64_t{1} << 53) + 1}), HasSubstr("exactly"));
    EXPECT_THAT(refusal(property, Value{true}), HasSubstr("a number"));
    EXPECT_THAT(refusal(property, Value{Json{"[1]"}}), HasSubstr("a number"));
}

TEST(Fit, nan_and_infinity_never_fit) {
    const auto bugs = bugs_found();
    for (const double wrong :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
          -std::numeric_limits<double>::infinity()}) {
        for (const Type type : {Type::boolean, Type::integer, Type::number, Type::string,
                                Type::enumeration, Type::array, Type::object}) {
            EXPECT_THAT(refusal(property_of(type), Value{wrong}), HasSubstr("NaN or infinity"));
        }
    }
    EXPECT_EQ(bugs_found(), bugs) << "the refusal must not try to write it as JSON";
}

TEST(Fit, ranges_include_their_ends_and_the_step_is_not_asked) {
    auto property = property_of(Type::number);
    property.minimum = 5;
    property.maximum = 30;
    property.step = 0.5;
    EXPECT_EQ(fitted(property, Value{5.0}), Value{5.0});
    EXPECT_EQ(fitted(property, Value{std::int64_t{30}}), Value{30.0});
    EXPECT_EQ(fitted(property, Value{21.37}), Value{21.37});
    EXPECT_EQ(refusal(property, Value{4.9}),
              "value 4.9 does not fit property 'level': at least 5.0");
    EXPECT_EQ(refusal(property, Value{30.1}),
              "value 30.1 does not fit property 'level': at most 30.0");
    property.type = Type::integer;
    EXPECT_EQ(fitted(property, Value{30.0}), Value{std::int64_t{30}});
    EXPECT_THAT(refusal(property, Value{std::int64_t{31}}), HasSubstr("at most"));
}

TEST(Fit, an_enumeration_takes_its_list_only) {
    const auto property = property_of(Type::enumeration);
    EXPECT_EQ(fitted(property, Value{std::string("heat")}), Value{std::string("heat")});
    EXPECT_EQ(refusal(property, Value{std::string("HEAT")}),
              "value \"HEAT\" does not fit property 'level': one of off heat cool");
    EXPECT_THAT(refusal(property, Value{std::int64_t{0}}), HasSubstr("enumeration"));
}

TEST(Fit, a_string_is_utf8_of_at_most_64_kib) {
    const auto property = property_of(Type::string);
    const std::string longest(string_value_bytes_max, 'a');
    EXPECT_EQ(fitted(property, Value{longest}), Value{longest});
    EXPECT_THAT(refusal(property, Value{longest + "a"}), HasSubstr("65537 bytes"));
    EXPECT_THAT(refusal(property, Value{std::string("\xC3(")}), HasSubstr("UTF-8"));
    EXPECT_THAT(refusal(property, Value{1.0}), HasSubstr("type string"));
}

TEST(Fit, each_element_of_an_array_is_one_of_its_list) {
    auto property = property_of(Type::array);
    property.allowed = {"CCS 2", "say \"ü\"", "3"};
    for (const char* good :
         {"[]", R"(["CCS 2"])", R"(["CCS 2","say \"ü\"","CCS 2"])", "[3,\"3\"]", "[ 3 , 3 ]"})
        EXPECT_EQ(fitted(property, Value{Json{good}}), Value{Json{good}}) << good;
    EXPECT_EQ(
        refusal(property, Value{Json{R"(["CCS 2","CHAdeMO"])"}}),
        "value [\"CCS 2\",\"CHAdeMO\"] does not fit property 'level': each element one of CCS 2 "
        "say \"ü\" 3");
    for (const char* bad : {"[4]", "[null]", R"([["CCS 2"]])", R"([{"a":"CCS 2"}])",
                            R"(["CCS 2,"])", R"(["CCS"])", "[33]", R"(["say \\"])"})
        EXPECT_THAT(refusal(property, Value{Json{bad}}), HasSubstr("each element")) << bad;
}

TEST(Fit, arrays_and_objects_are_told_apart) {
    EXPECT_EQ(fitted(property_of(Type::array), Value{Json{"[1]"}}), Value{Json{"[1]"}});
    EXPECT_EQ(fitted(property_of(Type::object), Value{Json{"{}"}}), Value{Json{"{}"}});
    EXPECT_THAT(refusal(property_of(Type::array), Value{Json{"{}"}}), HasSubstr("an array"));
    EXPECT_THAT(refusal(property_of(Type::object), Value{Json{"[1]"}}), HasSubstr("an object"));
    EXPECT_THAT(refusal(property_of(Type::object), Value{Json{}}), HasSubstr("an object"));
    EXPECT_THAT(refusal(property_of(Type::array), Value{std::string("[1]")}),
                HasSubstr("an array"));
    EXPECT_THAT(refusal(property_of(Type::array),
                        Value{Json{"[" + std::string(string_value_bytes_max, '1') + "]"}}),
                HasSubstr("limit 65536"));
}

TEST(Fit, the_reason_shows_hostile_values_cut_and_clean) {
    const auto message =
        refusal(property_of(Type::integer), Value{std::string(100'000, 'a') + "\n"});
    EXPECT_LT(message.size(), 300U);
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(Words, every_name_reads_back) {
    for (const auto kind : {ThingKind::person, ThingKind::vehicle, ThingKind::device,
                            ThingKind::place, ThingKind::service})
        EXPECT_EQ(thing_kind_from(name(kind)), kind);
    for (const auto type : {Type::boolean, Type::integer, Type::number, Type::string,
                            Type::enumeration, Type::array, Type::object})
        EXPECT_EQ(type_from(name(type)), type);
    for (const auto category : {Category::primary, Category::config, Category::diagnostic})
        EXPECT_EQ(category_from(name(category)), category);
    for (const auto sensitivity :
         {Sensitivity::home, Sensitivity::personal, Sensitivity::sensitive, Sensitivity::critical})
        EXPECT_EQ(sensitivity_from(name(sensitivity)), sensitivity);
    for (const auto quality :
         {Quality::good, Quality::stale, Quality::unconfirmed, Quality::estimated, Quality::bad})
        EXPECT_EQ(quality_from(name(quality)), quality);
    EXPECT_FALSE(thing_kind_from("Person"));
    EXPECT_FALSE(type_from(""));
    EXPECT_FALSE(category_from("other"));
    EXPECT_FALSE(sensitivity_from("secret"));
    EXPECT_FALSE(quality_from("GOOD"));
}

// The short cut must never say yes where fit() would refuse or change something.
TEST(Fit, the_short_cut_agrees_with_the_whole_way) {
    std::vector<PropertySpec> specs;
    for (const Type type : {Type::boolean, Type::integer, Type::number, Type::string,
                            Type::enumeration, Type::array, Type::object}) {
        PropertySpec spec;
        spec.name = "p";
        spec.type = type;
        if (type == Type::enumeration) spec.allowed = {"a"};
        specs.push_back(spec);
        if (type != Type::integer && type != Type::number) continue;
        spec.minimum = -1;
        spec.maximum = 10;
        specs.push_back(spec);
    }
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Value> values = {
        Null{}, true, false,    std::int64_t{3}, 3.0,          3.5, -1.0, -1.1,      10.0,
        10.1,   -0.0, infinity, -infinity,       std::nan(""), "a", "b",  Json{"[]"}};
    int yes = 0;
    for (const auto& spec : specs) {
        for (const auto& value : values) {
            if (!fits_as_is(spec, value)) continue;
            ++yes;
            const auto whole_way = fit(spec, value);
            ASSERT_TRUE(whole_way) << name(spec.type) << " " << to_json(value);
            EXPECT_EQ(*whole_way, value) << name(spec.type) << " " << to_json(value);
        }
    }
    EXPECT_EQ(yes, 2 + 7 + 5) << "truth values, numbers without and with a range";
}

}  // namespace
}  // namespace foxtail
