#include "foxtail/rules/sandbox.hpp"

#include "foxtail/rules/test_house.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::FakeZone;
using testing::TestHouse;

class SandboxTest : public ::testing::Test {
protected:
    SandboxTest() {
        house.add("hall/lux");
        house.add("hall/door", Type::enumeration);
        house.add("hall/list", Type::array);
        house.add("hall/never");
        house.say("hall/lux", 12.5, Time{100'000'000});
        house.say("hall/door", std::string("open"), Time{100'000'000});
        house.say("hall/list", Json{R"({"a":[1,2.5,"x\u00e9\n",true,null],"b":{"c":-3}})"},
                  Time{100'000'000});
    }

    [[nodiscard]] Scope scope() const {
        return Scope{house.catalogue, house.twin, zone,   Moment{Time{130'000'000}, seconds(1)},
                     &value,          &before,    &event, false};
    }
    std::string run(std::string_view text) { return run_in(sandbox, text); }
    [[nodiscard]] std::string run_in(Sandbox& in, std::string_view text) const {
        const auto compiled = in.compile(text);
        if (!compiled)
            return "syntax, line " + std::to_string(compiled.error().line) + ": " +
                   compiled.error().message;
        const auto result = in.evaluate(*compiled, scope());
        return result ? to_json(*result) : "error: " + result.error().message;
    }

    TestHouse house;
    FakeZone zone{hours(1)};
    Value value = 21.5;
    Value before = std::int64_t{20};
    Value event = std::string("single");
    Sandbox sandbox;
};

TEST_F(SandboxTest, expressions_see_the_trigger_and_the_house) {
    EXPECT_EQ(run("value"), "21.5");
    EXPECT_EQ(run("before"), "20");
    EXPECT_EQ(run("event == 'single'"), "true");
    EXPECT_EQ(run("get('hall/lux') + 1"), "13.5");
    EXPECT_EQ(run("get(\"hall/door\")"), "\"open\"");
    EXPECT_EQ(run("get('hall/never')"), "null");
    EXPECT_EQ(run("get('no/such')"), "null");
    EXPECT_EQ(run("known('hall/lux')"), "true");
    EXPECT_EQ(run("known('hall/never')"), "false");
    EXPECT_EQ(run("age('hall/lux')"), "30.0");
    EXPECT_EQ(run("age('hall/never')"), "null");
    EXPECT_EQ(run("quality('hall/lux')"), "\"good\"");
    EXPECT_EQ(run("quality('hall/never')"), "null");
    EXPECT_EQ(run("get('hall')"), "error: 'hall' is no address (thing/property)");
}

TEST_F(SandboxTest, now_is_local_time) {
    // 130 s after the epoch, one hour east of Greenwich, on a Thursday.
    EXPECT_EQ(run("now.hour"), "1");
    EXPECT_EQ(run("now.minute"), "2");
    EXPECT_EQ(run("now.second"), "10");
    EXPECT_EQ(run("now.weekday"), "4");
    EXPECT_EQ(run("now.minute_of_day"), "62");
    EXPECT_EQ(run("now.year * 10000 + now.month * 100 + now.day"), "19700101");
}

TEST_F(SandboxTest, arrays_and_objects_are_tables) {
    EXPECT_EQ(run("get('hall/list').a[2]"), "2.5");
    EXPECT_EQ(run("get('hall/list').a[3]"), "\"xé\\n\"");
    EXPECT_EQ(run("get('hall/list').a[5]"), "null");
    EXPECT_EQ(run("get('hall/list').b.c"), "-3");
    EXPECT_EQ(run("get('hall/list')"),
              "error: gave a table, must be true, false, a number, a text or nil");
    value = Json{"[" + std::string(expression_json_bytes_max, ' ') + "]"};
    EXPECT_EQ(run("value"),
              "error: a value of 16386 bytes is too large for an expression (limit 16384)");
    value = Json{std::string(20, '[') + std::string(20, ']')};
    EXPECT_EQ(run("value"), "error: a value is nested more than 16 deep");
    value = Json{"[1, oops]"};
    EXPECT_EQ(run("value"), "error: a value is not well-formed JSON");
    value = std::string(5000, 'x');
    EXPECT_EQ(run("value"),
              "error: a text of 5000 bytes is too long for an expression (limit 4096)");
}

TEST_F(SandboxTest, the_library_does_what_rules_need) {
    EXPECT_EQ(run("clamp(value * 2, 10, 40)"), "40");
    EXPECT_EQ(run("clamp(-3, 10, 254)"), "10");
    EXPECT_EQ(run("clamp(30, 10, 254)"), "30");
    EXPECT_EQ(run("clamp(1, 5, 2)"),
              "error: bad argument #3 to 'clamp' (the upper bound is below the lower one)");
    EXPECT_EQ(run("min(3, 2, 4) + max(1, 2) + abs(-5)"), "9");
    EXPECT_EQ(run("round(2.5)"), "3");
    EXPECT_EQ(run("round(-2.5)"), "-3");
    EXPECT_EQ(run("round(21.346, 1)"), "21.3");
    EXPECT_EQ(run("round(1e300)"), "1e+300");
    EXPECT_EQ(run("math.floor(2.7)"), "2");
    EXPECT_EQ(run("'is ' .. tostring(value) .. ', ' .. tostring(nil) .. ', ' .. tostring(true)"),
              "\"is 21.5, nil, true\"");
    EXPECT_EQ(run("string.format('%.1f degrees in %s, %d %%', 21.46, 'hall', 3)"),
              "\"21.5 degrees in hall, 3 %\"");
    EXPECT_EQ(run("('abc'):upper() .. #'abc' .. ('abc'):sub(2) .. ('ab'):rep(2, '-')"),
              "\"ABC3bcab-ab\"");
    EXPECT_EQ(run("('a.c'):find('.')"), "2");
    EXPECT_EQ(run("('abc'):find('x')"), "null");
    EXPECT_EQ(run("('abcabc'):find('b', -3)"), "5");
    EXPECT_EQ(run("('abc'):find('', 9)"), "null");
    EXPECT_EQ(run("('abc'):byte(-1)"), "99");
    EXPECT_EQ(run("tonumber('0x10') + tonumber('z', 36)"), "51");
    EXPECT_EQ(run("select('#', table.unpack({1, 2, 3}))"), "3");
    EXPECT_EQ(run("table.concat({1, 2, 3}, '+')"), "\"1+2+3\"");
    EXPECT_EQ(run("local t = {3, 4}; table.insert(t, 5); table.remove(t, 1); local n = 0; for _, v "
                  "in ipairs(t) do n = n + v end; return n"),
              "9");
}

TEST_F(SandboxTest, nothing_reaches_outside_or_stays) {
    for (const char* const name : {"os",           "io",
                                   "debug",        "require",
                                   "load",         "dofile",
                                   "loadstring",   "coroutine",
                                   "package",      "setmetatable",
                                   "getmetatable", "rawset",
                                   "rawget",       "collectgarbage",
                                   "next",         "print",
                                   "pcall",        "xpcall",
                                   "_G",           "_VERSION",
                                   "utf8",         "warn"}) {
        EXPECT_EQ(run(name), std::string("error: there is no '") + name + "'");
    }
    for (const char* const name :
         {"math.random", "math.randomseed", "string.dump", "string.gsub", "string.match",
          "string.gmatch", "string.pack", "table.sort", "table.move"}) {
        EXPECT_EQ(run(name), "null") << name;
    }
    EXPECT_EQ(run("('x').gsub"), "null");
    EXPECT_EQ(run("x = 1 return 2"), "error: 'x' cannot be set here, only what 'local' made");
    EXPECT_EQ(run("get = nil return 2"), "error: 'get' cannot be set here, only what 'local' made");
    EXPECT_EQ(run("string.upper = nil return 2"),
              "error: 'upper' cannot be set here, only what 'local' made");
    EXPECT_EQ(run("math[{}] = 1 return 2"),
              "error: 'table' cannot be set here, only what 'local' made");
    EXPECT_EQ(run("('x').y = 1 return 2"), "error: attempt to index a string value (constant 'x')");
    EXPECT_EQ(run("table.insert(math, 1) return 2"),
              "error: '1' cannot be set here, only what 'local' made");
    EXPECT_EQ(run("\x1bLua"), "syntax, line 1: unexpected symbol near '<\\27>'");
}

TEST_F(SandboxTest, one_evaluation_leaves_nothing_for_the_next) {
    const auto leaky = sandbox.compile("local old = _ENV; _ENV = {mark = 1}; return old.value");
    ASSERT_TRUE(leaky);
    const auto first = sandbox.evaluate(*leaky, scope());
    const auto second = sandbox.evaluate(*leaky, scope());
    ASSERT_TRUE(first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(to_json(*first), to_json(*second));
    EXPECT_EQ(run("local n = now; n.hour = 99; return now.hour"), "1");
}

TEST_F(SandboxTest, texts_have_no_addresses) {
    EXPECT_EQ(run("tostring({})"), "\"table\"");
    EXPECT_EQ(run("tostring(get)"), "\"function\"");
    EXPECT_EQ(run("string.format('%s %5s', {}, get)"), "\"table function\"");
    EXPECT_EQ(run("string.format('%p', {})"), "error: '%p' is not available in 'format'");
    EXPECT_EQ(run("string.format('%-5p', {})"), "error: '%p' is not available in 'format'");
    EXPECT_EQ(run("string.format('%d', {})"),
              "error: bad argument #2 to 'string.format' (number expected, got table)");
    EXPECT_EQ(run("error({})"), "error: failed with a table");
    EXPECT_EQ(run("{} .. 'x'"), "error: attempt to concatenate a table value");
}

TEST_F(SandboxTest, pairs_goes_in_order) {
    const char* const text =
        "local t = {z = 1, a = 2, [10] = 3, [2.5] = 4, [-1] = 5, [true] = 6, [false] = 7, mm = 8}\n"
        "local s = ''; for k, v in pairs(t) do s = s .. tostring(k) .. '=' .. v .. ' ' end; return "
        "s";
    EXPECT_EQ(run(text), "\"false=7 true=6 -1=5 2.5=4 10=3 a=2 mm=8 z=1 \"");
    EXPECT_EQ(run("local t = {a = 1, b = 2, c = 3}; local s = ''; for k in pairs(t) do t.b = nil; "
                  "s = s .. k end; return s"),
              "\"ac\"");
    EXPECT_EQ(run("pairs({[{}] = 1})"),
              "error: 'pairs' needs keys that have an order, not a table");
    EXPECT_EQ(run("local t = {[9007199254740993] = 1, [9007199254740992] = 2}; local s = ''; for k "
                  "in pairs(t) do s = s .. k .. ' ' end; return s"),
              "\"9007199254740992 9007199254740993 \"");
}

TEST_F(SandboxTest, two_sandboxes_give_the_same_answers) {
    for (int round = 0; round < 20; ++round) {
        Sandbox one;
        Sandbox two;
        const std::string text =
            "local t = {}; for i = 1, 50 do t['k' .. (i * 7919 % 101)] = i end\n"
            "local s = ''; for k, v in pairs(t) do s = s .. k .. v end; return s";
        EXPECT_EQ(run_in(one, text), run_in(two, text));
    }
}

TEST_F(SandboxTest, endless_loops_end) {
    const std::string steps = "error: takes more than 50000 steps";
    EXPECT_EQ(run("while true do end return 1"), steps);
    EXPECT_EQ(run("(function() while true do end end)()"), steps);
    EXPECT_EQ(run("local s = ('1'):rep(4000); while true do local _ = s == s .. '' end return 1")
                  .substr(0, 5),
              "error");
    EXPECT_EQ(run("local s = ('x'):rep(4000); while true do s:find('y') end return 1"), steps);
    EXPECT_EQ(run("local t = {}; while true do for k in pairs(t) do end end return 1"),
              "error: needs more than 1048576 bytes of memory");
    EXPECT_EQ(run("local t = {}; for i = 1, 1000 do t[i] = i end; while true do table.insert(t, 1, "
                  "1); table.remove(t, 1) end return 1"),
              steps);
    EXPECT_EQ(run("1 + 1"), "2") << "the next evaluation has a budget of its own";
}

TEST_F(SandboxTest, memory_is_bounded) {
    const std::string memory = "error: needs more than 1048576 bytes of memory";
    const std::string text = "error: makes a text of more than 4096 bytes";
    EXPECT_EQ(run("local s = 'x'; while true do s = s .. s end return 1"), text);
    EXPECT_EQ(run("local t = {}; while true do t[#t + 1] = ('x'):rep(200) .. #t end return 1"),
              memory);
    EXPECT_EQ(run("('x'):rep(1e9)"),
              "error: 'rep' makes a text that is too long (limit 4096 bytes)");
    EXPECT_EQ(run("(''):rep(1e15)"),
              "error: 'rep' makes a text that is too long (limit 4096 bytes)");
    EXPECT_EQ(run("('x'):rep(-1)"), "\"\"");
    EXPECT_EQ(run("table.concat({('x'):rep(4000), ('x'):rep(4000)})"), text);
    EXPECT_EQ(run("local function f() return f() + 1 end return f()"), memory);
    EXPECT_EQ(run("local function f() return f() end return f()"),
              "error: takes more than 50000 steps");
    EXPECT_EQ(run("table.unpack({}, 1, 1e7)"), "error: 'unpack' gives at most 200 values");
    EXPECT_EQ(run("table.unpack({}, math.mininteger, math.maxinteger)"),
              "error: 'unpack' gives at most 200 values");
    EXPECT_EQ(run("1 + 1"), "2");
}

TEST_F(SandboxTest, memory_does_not_grow_over_many_evaluations) {
    const auto garbage =
        sandbox.compile("local t = {}; for i = 1, 500 do t[i] = 'text ' .. i end; return #t");
    ASSERT_TRUE(garbage);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(sandbox.evaluate(*garbage, scope()));
    const auto after_some = sandbox.bytes_used();
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(sandbox.evaluate(*garbage, scope()));
    EXPECT_LT(sandbox.bytes_used(), after_some + 512 * 1024);
}

TEST_F(SandboxTest, texts_are_no_numbers) {
    // Reading a long text as a number is slow, and a step would hide it.
    EXPECT_EQ(run("'10' + 1"),
              "error: attempt to perform arithmetic on a string value (constant '10')");
    EXPECT_EQ(run("'10' < 11"), "error: attempt to compare string with number");
}

TEST_F(SandboxTest, results_are_values_or_reasons) {
    EXPECT_EQ(run("0 / 0"), "error: gave a number that is infinite or none at all");
    EXPECT_EQ(run("-1 / 0"), "error: gave a number that is infinite or none at all");
    EXPECT_EQ(run("1 // 0"), "error: attempt to divide by zero");
    EXPECT_EQ(run("'\\xff'"), "error: gave a text that is not UTF-8");
    EXPECT_EQ(run("nil"), "null");
    EXPECT_EQ(run("get"), "error: gave a function, must be true, false, a number, a text or nil");
    EXPECT_EQ(run("error('no light')"), "error: no light");
    EXPECT_EQ(run("local x = nil\n\nreturn x + 1"),
              "error: line 3: attempt to perform arithmetic on a nil value (local 'x')");
}

TEST_F(SandboxTest, a_condition_is_true_or_false) {
    const auto holds = [&](std::string_view text, std::string& why) {
        return sandbox.holds(*sandbox.compile(text), scope(), why);
    };
    std::string why;
    EXPECT_EQ(holds("value > 20", why), Sandbox::Verdict::yes);
    EXPECT_EQ(holds("value > 22", why), Sandbox::Verdict::no);
    EXPECT_EQ(holds("get('hall/never')", why), Sandbox::Verdict::no);
    EXPECT_EQ(why, "");
    EXPECT_EQ(holds("0", why), Sandbox::Verdict::failed);
    EXPECT_EQ(why, "gave a number, must be true or false");
    EXPECT_EQ(holds("get('hall/never') > 3", why), Sandbox::Verdict::failed);
    EXPECT_EQ(why, "attempt to compare number with nil");
}

TEST_F(SandboxTest, syntax_errors_say_where_and_what_would_be_right) {
    EXPECT_EQ(run("value >"), "syntax, line 1: unexpected symbol near <eof>");
    EXPECT_EQ(run("value = 3"),
              "syntax, line 1: <eof> expected near '='; '==' compares, '=' does not");
    EXPECT_EQ(run("value != 3"),
              "syntax, line 1: <eof> expected near '!'; 'not equal' is '~=', 'not' is 'not'");
    EXPECT_EQ(run("value && 3"), "syntax, line 1: unexpected symbol near '&'; 'and' is 'and'");
    EXPECT_EQ(run("local x = 1\nreturn x +"), "syntax, line 2: unexpected symbol near <eof>");
    EXPECT_EQ(run("  "), "syntax, line 1: an expression is empty");
    EXPECT_EQ(run(std::string(5000, ' ') + "1"),
              "syntax, line 1: an expression of 5001 bytes, limit 4096");
    EXPECT_EQ(run(std::string(2000, '(')).substr(0, 14), "syntax, line 1");
    EXPECT_EQ(run("value > 20 -- a remark"), "true");
}

TEST_F(SandboxTest, after_a_wait_the_trigger_is_gone) {
    Scope later = scope();
    later.after_wait = true;
    const auto result = sandbox.evaluate(*sandbox.compile("value"), later);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message,
              "after a wait there is no 'value' any more, use get(\"thing/property\")");
}

std::string checked(std::string_view text) {
    const auto mistake = check_expression(text);
    return mistake ? std::to_string(mistake->line) + ": " + mistake->message : "fine";
}

TEST(CheckExpression, finds_slips_before_the_rule_ever_runs) {
    EXPECT_EQ(checked("value > 20"), "fine");
    EXPECT_EQ(checked("vlaue > 20"), "1: there is no 'vlaue' (did you mean 'value'?)");
    EXPECT_EQ(checked("value > 20 and\n  nwo.hour > 7"),
              "2: there is no 'nwo' (did you mean 'now'?)");
    EXPECT_EQ(checked("value == null"), "1: there is no 'null', unknown is 'nil'");
    EXPECT_EQ(checked("get(\"hall/lux\") == nil or get('hall/lux') < 30 -- whatever"), "fine");
    EXPECT_EQ(checked("get('hall.lux') < 30"),
              "1: 'hall.lux' is no address, write it as \"thing/property\"");
    EXPECT_EQ(checked("'a ' .. tostring(value):upper() .. [[ no name ]] .. math.floor(0x1F + 1e5)"),
              "fine");
    EXPECT_EQ(checked("local x = 3; return x + value"), "fine");
    EXPECT_EQ(checked("value >"), "1: unexpected symbol near <eof>");
    EXPECT_EQ(checked("--[[ vlaue ]] value"), "fine");
    EXPECT_EQ(checked("\"quoted \\\" vlaue\" == event"), "fine");
}

TEST(CheckExpression, knows_what_is_gone_after_a_wait) {
    const auto mistake = Sandbox().check("value > 3", true);
    ASSERT_TRUE(mistake);
    EXPECT_EQ(mistake->message,
              "after a wait there is no 'value' any more, use get(\"thing/property\")");
    EXPECT_FALSE(Sandbox().check("get('hall/lux') > 3", true));
}

}  // namespace
}  // namespace foxtail
