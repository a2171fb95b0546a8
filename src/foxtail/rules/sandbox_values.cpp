#include "foxtail/rules/sandbox_state.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

// Values become Lua values here. Everything runs while an expression does: see sandbox_state.hpp on
// ownership.
namespace foxtail::sandbox {
namespace {

struct Cursor {
    lua_State* lua;
    const char* at;
    const char* end;
    int depth;
};

[[noreturn]] void malformed(const Cursor& in) {
    luaL_error(in.lua, "a value is not well-formed JSON");
    __builtin_unreachable();
}

void skip_blanks(Cursor& in) {
    while (in.at != in.end && std::strchr(" \t\r\n", *in.at) != nullptr && *in.at != '\0') ++in.at;
}

bool take(Cursor& in, char c) {
    skip_blanks(in);
    if (in.at == in.end || *in.at != c) return false;
    ++in.at;
    return true;
}

unsigned hex4(Cursor& in) {
    if (in.end - in.at < 4) malformed(in);
    unsigned code = 0;
    const auto [after, error] = std::from_chars(in.at, in.at + 4, code, 16);
    if (error != std::errc() || after != in.at + 4) malformed(in);
    in.at += 4;
    return code;
}

void add_utf8(luaL_Buffer& out, unsigned code) {
    const auto add = [&out](unsigned byte) { luaL_addchar(&out, static_cast<char>(byte)); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0U | code >> 6U);
        add(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        add(0xE0U | code >> 12U);
        add(0x80U | (code >> 6U & 0x3FU));
        add(0x80U | (code & 0x3FU));
    } else {
        add(0xF0U | code >> 18U);
        add(0x80U | (code >> 12U & 0x3FU));
        add(0x80U | (code >> 6U & 0x3FU));
        add(0x80U | (code & 0x3FU));
    }
}

void add_escape(Cursor& in, luaL_Buffer& out) {
    if (in.at == in.end) malformed(in);
    switch (const char c = *in.at++) {
        case '"':
        case '\\':
        case '/':
            luaL_addchar(&out, c);
            return;
        case 'b':
            luaL_addchar(&out, '\b');
            return;
        case 'f':
            luaL_addchar(&out, '\f');
            return;
        case 'n':
            luaL_addchar(&out, '\n');
            return;
        case 'r':
            luaL_addchar(&out, '\r');
            return;
        case 't':
            luaL_addchar(&out, '\t');
            return;
        case 'u':
            break;
        default:
            malformed(in);
    }
    unsigned code = hex4(in);
    if (code >= 0xD800 && code < 0xDC00 && in.end - in.at >= 6 && in.at[0] == '\\' &&
        in.at[1] == 'u') {
        in.at += 2;
        const unsigned low = hex4(in);
        code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00)
                                             : 0xFFFD;
    } else if (code >= 0xD800 && code < 0xE000) {
        code = 0xFFFD;
    }
    add_utf8(out, code);
}

void push_text(lua_State* lua, const char* text, std::size_t size) {
    if (size > expression_string_bytes_max) {
        luaL_error(lua, "a text of %I bytes is too long for an expression (limit %I)",
                   static_cast<LUAI_UACINT>(size),
                   static_cast<LUAI_UACINT>(expression_string_bytes_max));
    }
    lua_pushlstring(lua, text, size);
}

/// After the opening quote.
void push_json_text(Cursor& in) {
    const char* const begin = in.at;
    while (in.at != in.end && *in.at != '"' && *in.at != '\\') ++in.at;
    if (in.at == in.end) malformed(in);
    if (*in.at == '"') {
        push_text(in.lua, begin, static_cast<std::size_t>(in.at - begin));
        ++in.at;
        return;
    }
    luaL_Buffer out;
    luaL_buffinit(in.lua, &out);
    luaL_addlstring(&out, begin, static_cast<std::size_t>(in.at - begin));
    while (true) {
        if (in.at == in.end) malformed(in);
        const char c = *in.at++;
        if (c == '"') break;
        if (c == '\\') {
            add_escape(in, out);
        } else {
            luaL_addchar(&out, c);
        }
    }
    luaL_pushresult(&out);
}

void push_json_number(Cursor& in) {
    const char* const begin = in.at;
    while (in.at != in.end && std::strchr("+-.eE0123456789", *in.at) != nullptr && *in.at != '\0')
        ++in.at;
    lua_Integer whole = 0;
    if (const auto [after, error] = std::from_chars(begin, in.at, whole);
        error == std::errc() && after == in.at) {
        lua_pushinteger(in.lua, whole);
        return;
    }
    double number = 0;
    const auto [after, error] = std::from_chars(begin, in.at, number);
    if (error != std::errc() || after != in.at) malformed(in);
    lua_pushnumber(in.lua, number);
}

bool take_word(Cursor& in, std::string_view word) {
    if (static_cast<std::size_t>(in.end - in.at) < word.size() ||
        std::string_view(in.at, word.size()) != word)
        return false;
    in.at += word.size();
    return true;
}

void push_json(Cursor& in);

/// After "[". null leaves a hole, as it does in Lua.
void push_json_array(Cursor& in) {
    lua_newtable(in.lua);
    if (take(in, ']')) return;
    lua_Integer place = 0;
    do {
        push_json(in);
        lua_rawseti(in.lua, -2, ++place);
    } while (take(in, ','));
    if (!take(in, ']')) malformed(in);
}

/// After "{".
void push_json_object(Cursor& in) {
    lua_newtable(in.lua);
    if (take(in, '}')) return;
    do {
        if (!take(in, '"')) malformed(in);
        push_json_text(in);
        if (!take(in, ':')) malformed(in);
        push_json(in);
        lua_rawset(in.lua, -3);
    } while (take(in, ','));
    if (!take(in, '}')) malformed(in);
}

void push_json(Cursor& in) {
    charge(in.lua, 4);
    luaL_checkstack(in.lua, 8, "JSON");
    if (++in.depth > expression_json_depth_max) {
        luaL_error(in.lua, "a value is nested more than %d deep", expression_json_depth_max);
    }
    if (take(in, '{')) {
        push_json_object(in);
    } else if (take(in, '[')) {
        push_json_array(in);
    } else if (take(in, '"')) {
        push_json_text(in);
    } else if (take_word(in, "true")) {
        lua_pushboolean(in.lua, 1);
    } else if (take_word(in, "false")) {
        lua_pushboolean(in.lua, 0);
    } else if (take_word(in, "null")) {
        lua_pushnil(in.lua);
    } else {
        push_json_number(in);
    }
    --in.depth;
}

void push_json_value(lua_State* lua, std::string_view text) {
    if (text.size() > expression_json_bytes_max) {
        luaL_error(lua, "a value of %I bytes is too large for an expression (limit %I)",
                   static_cast<LUAI_UACINT>(text.size()),
                   static_cast<LUAI_UACINT>(expression_json_bytes_max));
    }
    charge(lua, static_cast<std::int64_t>(text.size() / 8));
    Cursor in{lua, text.data(), text.data() + text.size(), 0};
    push_json(in);
    skip_blanks(in);
    if (in.at != in.end) malformed(in);
}

}  // namespace

void push_value(lua_State* lua, const Value& value) {
    if (const auto* number = std::get_if<double>(&value)) {
        lua_pushnumber(lua, *number);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        lua_pushinteger(lua, *whole);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
        lua_pushboolean(lua, *flag ? 1 : 0);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        push_text(lua, text->data(), text->size());
    } else if (const auto* json = std::get_if<Json>(&value)) {
        push_json_value(lua, json->text);
    } else {
        lua_pushnil(lua);
    }
}

}  // namespace foxtail::sandbox
