#include "foxtail/rules/nearest.hpp"
#include "foxtail/rules/sandbox_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

// What an expression can call. Left out on purpose: whatever reaches outside (os, io, require,
// load, debug), keeps something (rawset, setmetatable, coroutine), differs from run to run (random,
// addresses, next, table.sort) or takes unbounded time (patterns). Everything runs while an
// expression does: see sandbox_state.hpp on ownership.
namespace foxtail::sandbox {
namespace {

/// Pushes what tostring() gives for the value at `index`: no addresses, which would differ from run
/// to run.
void push_plain_text(lua_State* lua, int index) {
    switch (lua_type(lua, index)) {
        case LUA_TNIL:
        case LUA_TBOOLEAN:
        case LUA_TNUMBER:
        case LUA_TSTRING:
            luaL_tolstring(lua, index, nullptr);
            return;
        default:
            lua_pushstring(lua, luaL_typename(lua, index));
    }
}

// ---- the household
// ----------------------------------------------------------------------------------------

/// What a rule finds at an address.
struct Found {
    const Property* property = nullptr;  // null: no thing has it now, or nobody said anything of it
    const Belief* belief = nullptr;
    bool spans = false;
};

/// The property that argument 1 names. Does not return when the rule may not see it.
Found property_argument(lua_State* lua) {
    std::size_t size = 0;
    const char* const text = luaL_checklstring(lua, 1, &size);
    const Scope& scope = *state_of(lua).scope;
    charge(lua, 10);
    const Property* const property = scope.catalogue.find_property(std::string_view(text, size));
    if (property == nullptr) {
        if (std::memchr(text, '/', size) == nullptr)
            luaL_error(lua, "'%s' is no address (thing/property)", text);
        return {};
    }
    if (property->id.index >= scope.twin.size()) return {};
    RuleSight::Look seen;
    if (scope.sight == nullptr) {
        seen.belief = &scope.twin.belief(property->id);
    } else {
        seen = scope.sight->look(scope.rule, property->id, scope.now);
        if (seen.belief == nullptr)
            luaL_error(lua, "the rule may not see '%s': %s", text, seen.why_not);
    }
    if (!property->present || seen.belief->seq == 0) return {};
    return {property, seen.belief, seen.spans};
}

int get(lua_State* lua) {
    if (const Found found = property_argument(lua); found.property != nullptr) {
        push_value(lua, found.belief->value);
    } else {
        lua_pushnil(lua);
    }
    return 1;
}

int known(lua_State* lua) {
    const Found found = property_argument(lua);
    lua_pushboolean(
        lua, found.property != nullptr && !std::holds_alternative<Null>(found.belief->value));
    return 1;
}

int age(lua_State* lua) {
    if (const Found found = property_argument(lua); found.property != nullptr) {
        const Duration since = state_of(lua).scope->now.wall - found.belief->receipt_time;
        lua_pushnumber(lua, static_cast<double>(std::max<std::int64_t>(since.us, 0)) / 1e6);
    } else {
        lua_pushnil(lua);
    }
    return 1;
}

int quality(lua_State* lua) {
    if (const Found found = property_argument(lua); found.property != nullptr) {
        const Scope& scope = *state_of(lua).scope;
        // How old the newest reading is would say when it came.
        const Quality quality =
            found.belief->refused != 0                          ? Quality::bad
            : std::holds_alternative<Null>(found.belief->value) ? Quality::unknown
            : found.spans
                ? Quality::good
                : scope.twin.quality(found.property->id, found.property->spec, scope.now.wall);
        lua_pushstring(lua, name(quality));
    } else {
        lua_pushnil(lua);
    }
    return 1;
}

void push_now(lua_State* lua) {
    const Scope& scope = *state_of(lua).scope;
    const Civil local = civil_from(scope.now.wall + scope.zone.offset_at(scope.now.wall));
    lua_createtable(lua, 0, 8);
    const auto set = [lua](const char* key, int value) {
        lua_pushinteger(lua, value);
        lua_setfield(lua, -2, key);
    };
    set("year", local.year);
    set("month", local.month);
    set("day", local.day);
    set("hour", local.hour);
    set("minute", local.minute);
    set("second", local.second);
    set("weekday", local.weekday);
    set("minute_of_day", local.hour * 60 + local.minute);
}

/// __index of the environment for what is not a fixed part of it. Upvalues: the names in the order
/// of `Changing`.
int changing_name(lua_State* lua) {
    enum Changing { is_value = 1, is_before, is_event, is_now };
    const Scope& scope = *state_of(lua).scope;
    const auto is = [lua](int which) { return lua_rawequal(lua, 2, lua_upvalueindex(which)) != 0; };
    const Value* value = nullptr;
    if (is(is_value)) {
        value = scope.value;
    } else if (is(is_before)) {
        value = scope.before;
    } else if (is(is_event)) {
        value = scope.event;
    } else if (is(is_now)) {
        push_now(lua);
        return 1;
    } else {
        push_plain_text(lua, 2);
        return luaL_error(lua, "there is no '%s'", lua_tostring(lua, -1));
    }
    if (scope.after_wait) {
        return luaL_error(lua,
                          "after a wait there is no '%s' any more, use get(\"thing/property\")",
                          lua_tostring(lua, 2));
    }
    if (value == nullptr) {
        lua_pushnil(lua);
    } else {
        push_value(lua, *value);
    }
    return 1;
}

int refuse_write(lua_State* lua) {
    push_plain_text(lua, 2);
    return luaL_error(lua, "'%s' cannot be set here, only what 'local' made",
                      lua_tostring(lua, -1));
}

// ---- numbers
// ----------------------------------------------------------------------------------------------

int clamp(lua_State* lua) {
    luaL_checknumber(lua, 1);
    const lua_Number low = luaL_checknumber(lua, 2);
    const lua_Number high = luaL_checknumber(lua, 3);
    luaL_argcheck(lua, low <= high, 3, "the upper bound is below the lower one");
    int which = 1;
    if (lua_compare(lua, 1, 2, LUA_OPLT) != 0) which = 2;
    if (lua_compare(lua, 1, 3, LUA_OPLT) == 0) which = 3;
    lua_pushvalue(lua, which);
    return 1;
}

/// round(2.5) = 3, round(-2.5) = -3, round(21.346, 1) = 21.3; without digits the result is an
/// integer.
int round(lua_State* lua) {
    const lua_Number number = luaL_checknumber(lua, 1);
    const lua_Integer digits = luaL_optinteger(lua, 2, 0);
    luaL_argcheck(lua, digits >= 0 && digits <= 15, 2, "0 to 15 digits");
    if (digits == 0) {
        const lua_Number rounded = std::round(number);
        lua_Integer whole = 0;
        if (lua_numbertointeger(rounded, &whole)) {
            lua_pushinteger(lua, whole);
        } else {
            lua_pushnumber(lua, rounded);
        }
        return 1;
    }
    const lua_Number scale = std::pow(10.0, static_cast<lua_Number>(digits));
    const lua_Number scaled = std::round(number * scale) / scale;
    lua_pushnumber(lua, std::isfinite(scaled) ? scaled : number);
    return 1;
}

// ---- texts and tables
// -------------------------------------------------------------------------------------

int to_string(lua_State* lua) {
    luaL_checkany(lua, 1);
    push_plain_text(lua, 1);
    return 1;
}

/// Calls upvalue 1 after paying for the length of texts and lists among the arguments.
int paid(lua_State* lua) {
    const int count = lua_gettop(lua);
    std::int64_t cost = 1;
    for (int i = 1; i <= count; ++i) {
        const int type = lua_type(lua, i);
        if (type == LUA_TSTRING || type == LUA_TTABLE)
            cost += static_cast<std::int64_t>(lua_rawlen(lua, i) / 8);
    }
    charge(lua, cost);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, LUA_MULTRET);
    return lua_gettop(lua);
}

/// string.format: upvalue 1, without %p and with tostring() of this sandbox for %s.
int format(lua_State* lua) {
    std::size_t size = 0;
    const char* const text = luaL_checklstring(lua, 1, &size);
    charge(lua, static_cast<std::int64_t>(size));
    const int count = lua_gettop(lua);
    int argument = 1;
    for (const char* at = text; at != text + size; ++at) {
        if (*at != '%') continue;
        ++at;
        while (at != text + size && *at != '\0' && std::strchr("-+ #0123456789.", *at) != nullptr)
            ++at;
        if (at == text + size) break;
        if (*at == '%') continue;
        if (*at == 'p') return luaL_error(lua, "'%%p' is not available in 'format'");
        ++argument;
        charge(lua, 50);  // a number can take hundreds of digits
        if (*at == 's' && argument <= count) {
            push_plain_text(lua, argument);
            lua_replace(lua, argument);
        }
    }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, 1);
    return 1;
}

/// string.rep: upvalue 1, when what comes out is not too long.
int repeat(lua_State* lua) {
    std::size_t size = 0;
    std::size_t between = 0;
    luaL_checklstring(lua, 1, &size);
    const lua_Integer times = luaL_checkinteger(lua, 2);
    luaL_optlstring(lua, 3, "", &between);
    constexpr auto bytes_max = static_cast<lua_Integer>(expression_string_bytes_max);
    const auto one = static_cast<lua_Integer>(size + between);
    if (times > bytes_max || (times > 0 && one * times > bytes_max)) {
        return luaL_error(lua, "'rep' makes a text that is too long (limit %I bytes)",
                          static_cast<LUAI_UACINT>(bytes_max));
    }
    return paid(lua);
}

/// string.find(text, part [, from]): plain, as if the pattern had no special characters.
int find(lua_State* lua) {
    std::size_t size = 0;
    std::size_t part_size = 0;
    const char* const text = luaL_checklstring(lua, 1, &size);
    const char* const part = luaL_checklstring(lua, 2, &part_size);
    lua_Integer from = luaL_optinteger(lua, 3, 1);
    const auto length = static_cast<lua_Integer>(size);
    charge(lua, 1 + length / 8);
    if (from < 0) from = std::max<lua_Integer>(length + from + 1, 1);
    if (from == 0) from = 1;
    const void* found = nullptr;
    if (from <= length + 1) {
        // memmem takes linear time whatever the texts are; a naive search does not.
        found = part_size == 0
                    ? text + from - 1
                    : memmem(text + from - 1, static_cast<std::size_t>(length - from + 1), part,
                             part_size);
    }
    if (found == nullptr) {
        lua_pushnil(lua);
        return 1;
    }
    const auto at = static_cast<const char*>(found) - text;
    lua_pushinteger(lua, at + 1);
    lua_pushinteger(lua, at + static_cast<std::ptrdiff_t>(part_size));
    return 2;
}

/// string.byte(text [, place]): one byte. The library's own gives as many as are asked for.
int byte(lua_State* lua) {
    std::size_t size = 0;
    const char* const text = luaL_checklstring(lua, 1, &size);
    lua_Integer place = luaL_optinteger(lua, 2, 1);
    if (place < 0) place += static_cast<lua_Integer>(size) + 1;
    if (place < 1 || place > static_cast<lua_Integer>(size)) {
        lua_pushnil(lua);
    } else {
        lua_pushinteger(lua, static_cast<unsigned char>(text[place - 1]));
    }
    return 1;
}

/// table.unpack: upvalue 1, for short lists. Many values at once make every call that passes them
/// on slow.
int unpack(lua_State* lua) {
    constexpr lua_Integer values_max = 200;
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 3);
    const lua_Integer first = luaL_optinteger(lua, 2, 1);
    const lua_Integer last = luaL_optinteger(lua, 3, static_cast<lua_Integer>(lua_rawlen(lua, 1)));
    if (last >= first && static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first) >=
                             lua_Unsigned{values_max}) {
        return luaL_error(lua, "'unpack' gives at most %I values",
                          static_cast<LUAI_UACINT>(values_max));
    }
    return paid(lua);
}

// ---- pairs
// ------------------------------------------------------------------------------------------------

struct Key {
    enum class Kind : std::uint8_t { boolean, number, text } kind = Kind::boolean;
    bool fraction = false;  // a number that is no integer
    double number = 0;      // of numbers and booleans
    lua_Integer whole = 0;  // of integers, which a double does not always tell apart
    const char* text = "";  // lives as long as the table's key does
    std::size_t size = 0;
    lua_Integer place = 0;  // in the list of keys as the table gave them
};

bool before(const Key& a, const Key& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.kind == Key::Kind::text)
        return std::string_view(a.text, a.size) < std::string_view(b.text, b.size);
    if (a.number != b.number) return a.number < b.number;
    return a.fraction != b.fraction ? b.fraction : a.whole < b.whole;
}

Key key_of(lua_State* lua, int index, lua_Integer place) {
    Key key{};
    key.place = place;
    switch (lua_type(lua, index)) {
        case LUA_TBOOLEAN:
            key.kind = Key::Kind::boolean;
            key.number = lua_toboolean(lua, index) != 0 ? 1 : 0;
            break;
        case LUA_TNUMBER:
            key.kind = Key::Kind::number;
            key.number = lua_tonumber(lua, index);
            key.fraction = lua_isinteger(lua, index) == 0;
            key.whole = key.fraction ? 0 : lua_tointeger(lua, index);
            break;
        case LUA_TSTRING:
            key.kind = Key::Kind::text;
            key.text = lua_tolstring(lua, index, &key.size);
            break;
        default:
            luaL_error(lua, "'pairs' needs keys that have an order, not a %s",
                       luaL_typename(lua, index));
    }
    return key;
}

/// One step of pairs(). Upvalues: the table, its keys in order, how many were given.
int next_in_order(lua_State* lua) {
    charge(lua, 2);
    const auto keys = static_cast<lua_Integer>(lua_rawlen(lua, lua_upvalueindex(2)));
    lua_Integer given = lua_tointeger(lua, lua_upvalueindex(3));
    while (given < keys) {
        ++given;
        lua_pushinteger(lua, given);
        lua_replace(lua, lua_upvalueindex(3));
        lua_settop(lua, 0);
        lua_rawgeti(lua, lua_upvalueindex(2), given);
        lua_pushvalue(lua, 1);
        if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 2;
        charge(lua, 1);
    }
    lua_pushnil(lua);
    return 1;
}

/// pairs(table): booleans, then numbers, then texts, each in ascending order. Lua's own order
/// depends on a seed.
int pairs(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    lua_Integer count = 0;
    lua_newtable(lua);  // 2: the keys as the table gives them
    for (lua_pushnil(lua); lua_next(lua, 1) != 0;) {
        charge(lua, 4);
        lua_pop(lua, 1);
        lua_pushvalue(lua, -1);
        lua_rawseti(lua, 2, ++count);
    }
    auto* const keys = static_cast<Key*>(
        lua_newuserdatauv(lua, sizeof(Key) * static_cast<std::size_t>(count) + 1, 0));  // 3
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(lua, 2, i);
        keys[i - 1] = key_of(lua, -1, i);
        lua_pop(lua, 1);
    }
    std::sort(keys, keys + count, before);
    lua_pushvalue(lua, 1);
    lua_createtable(lua, static_cast<int>(count), 0);
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(lua, 2, keys[i - 1].place);
        lua_rawseti(lua, -2, i);
    }
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, next_in_order, 3);
    return 1;
}

// ---- putting it together
// ----------------------------------------------------------------------------------

/// Replaces the table on the stack by an empty one that reads from it and refuses writes.
void freeze(lua_State* lua) {
    lua_newtable(lua);
    lua_createtable(lua, 0, 2);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_write);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

/// target[name] = source[name]; tables at absolute indices.
void copy(lua_State* lua, int source, int target, const char* name) {
    lua_getfield(lua, source, name);
    lua_setfield(lua, target, name);
}

/// target[name] = wrapper around source[name].
void wrap(lua_State* lua, int source, int target, const char* name, lua_CFunction wrapper) {
    lua_getfield(lua, source, name);
    lua_pushcclosure(lua, wrapper, 1);
    lua_setfield(lua, target, name);
}

constexpr std::array math_names = {
    "abs",        "ceil", "floor", "fmod", "huge",      "log",  "max", "maxinteger", "min",
    "mininteger", "modf", "pi",    "sqrt", "tointeger", "type", "ult", "exp",        "sin",
    "cos",        "tan",  "asin",  "acos", "atan",      "deg",  "rad"};
constexpr std::array string_paid = {"char", "len", "lower", "reverse", "sub", "upper"};
constexpr std::array table_paid = {"concat", "insert", "remove"};

void add_math(lua_State* lua, int environment) {
    luaL_requiref(lua, "math", luaopen_math, 0);
    const int source = lua_gettop(lua);
    for (const char* const name : {"abs", "min", "max"}) copy(lua, source, environment, name);
    lua_newtable(lua);
    for (const char* const name : math_names) copy(lua, source, source + 1, name);
    freeze(lua);
    lua_setfield(lua, environment, "math");
    lua_settop(lua, environment);
}

void add_string(lua_State* lua, int environment) {
    luaL_requiref(lua, "string", luaopen_string, 0);
    const int source = lua_gettop(lua);
    lua_newtable(lua);
    const int safe = source + 1;
    for (const char* const name : string_paid) wrap(lua, source, safe, name, paid);
    wrap(lua, source, safe, "format", format);
    wrap(lua, source, safe, "rep", repeat);
    lua_pushcfunction(lua, find);
    lua_setfield(lua, safe, "find");
    lua_pushcfunction(lua, byte);
    lua_setfield(lua, safe, "byte");
    // What ("text"):upper() finds. Without the library's arithmetic: a text is no number, and
    // reading a long one as a number is slow.
    lua_pushliteral(lua, "");
    lua_createtable(lua, 0, 2);
    lua_pushvalue(lua, safe);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
    freeze(lua);
    lua_setfield(lua, environment, "string");
    lua_settop(lua, environment);
}

void add_table(lua_State* lua, int environment) {
    luaL_requiref(lua, "table", luaopen_table, 0);
    const int source = lua_gettop(lua);
    lua_newtable(lua);
    for (const char* const name : table_paid) wrap(lua, source, source + 1, name, paid);
    wrap(lua, source, source + 1, "unpack", unpack);
    freeze(lua);
    lua_setfield(lua, environment, "table");
    lua_settop(lua, environment);
}

void add_base(lua_State* lua, int environment) {
    luaL_requiref(lua, "_G", luaopen_base, 0);
    const int source = lua_gettop(lua);
    for (const char* const name : {"assert", "error", "ipairs", "select", "type"})
        copy(lua, source, environment, name);
    wrap(lua, source, environment, "tonumber", paid);
    constexpr std::array<luaL_Reg, 9> own = {{{"get", get},
                                              {"known", known},
                                              {"age", age},
                                              {"quality", quality},
                                              {"clamp", clamp},
                                              {"round", round},
                                              {"tostring", to_string},
                                              {"pairs", pairs},
                                              {nullptr, nullptr}}};
    lua_pushvalue(lua, environment);
    luaL_setfuncs(lua, own.data(), 0);
    lua_settop(lua, environment);
}

constexpr std::array<std::string_view, 26> names = {
    "value", "before", "event",    "now",      "get",    "known", "age",    "quality", "clamp",
    "round", "min",    "max",      "abs",      "type",   "pairs", "ipairs", "select",  "assert",
    "error", "math",   "tostring", "tonumber", "string", "table", "true",   "false"};

}  // namespace

bool known_name(std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}
std::string known_name_near(std::string_view name) {
    return did_you_mean(name, names);
}

void push_environment(lua_State* lua) {
    lua_newtable(lua);
    const int environment = lua_gettop(lua);
    add_base(lua, environment);
    add_math(lua, environment);
    add_string(lua, environment);
    add_table(lua, environment);
    lua_createtable(lua, 0, 1);
    for (const char* const name : {"value", "before", "event", "now"}) lua_pushstring(lua, name);
    lua_pushcclosure(lua, changing_name, 4);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, environment);
    freeze(lua);
}

}  // namespace foxtail::sandbox
