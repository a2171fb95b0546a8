#include "foxtail/rules/sandbox.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/rules/sandbox_state.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace foxtail {
namespace sandbox {
namespace {

constexpr int hook_period_steps = 1000;
// Lua asks for header and terminator together with the text.
constexpr std::size_t string_header_bytes_max = 64;

void* refuse(State& state, Limit limit) {
    // For good: what is left must not let Lua try again and again, each time after collecting all
    // garbage.
    if (state.hit == Limit::none) state.hit = limit;
    state.bytes_left = 0;
    return nullptr;
}

/// lua_Alloc. For a new block Lua gives the kind of object in `old_size`.
void* allocate(void* context, void* block, std::size_t old_size, std::size_t new_size) {
    auto& state = *static_cast<State*>(context);
    const bool text = block == nullptr && old_size == LUA_TSTRING;
    if (block == nullptr) old_size = 0;
    if (new_size == 0) {
        std::free(block);
        state.bytes_used -= old_size;
        return nullptr;
    }
    if (new_size > old_size) {
        const std::size_t growth = new_size - old_size;
        if (growth > sandbox_memory_max || state.bytes_used > sandbox_memory_max - growth) {
            return refuse(state, Limit::memory);
        }
        if (state.scope != nullptr) {
            if (text && new_size > expression_string_bytes_max + string_header_bytes_max)
                return refuse(state, Limit::text);
            if (static_cast<std::int64_t>(growth) > state.bytes_left)
                return refuse(state, Limit::memory);
            state.bytes_left -= static_cast<std::int64_t>(growth);
        }
    }
    void* moved = std::realloc(block, new_size);
    if (moved == nullptr) return nullptr;
    state.bytes_used = state.bytes_used - old_size + new_size;
    return moved;
}

void count_steps(lua_State* lua, lua_Debug* /*where*/) {
    charge(lua, hook_period_steps);
}

int out_of_hand(lua_State* /*lua*/) {
    FOX_ASSERT(false, "Lua failed outside a protected call");
    return 0;
}

struct CompileRequest {
    std::string_view text;
    int ref = LUA_NOREF;
};

int compile_protected(lua_State* lua) {
    auto& request = *static_cast<CompileRequest*>(lua_touserdata(lua, 1));
    if (luaL_loadbufferx(lua, request.text.data(), request.text.size(), "=rule", "t") != LUA_OK)
        return lua_error(lua);
    request.ref = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}

int open_protected(lua_State* lua) {
    push_environment(lua);
    *static_cast<int*>(lua_touserdata(lua, 1)) = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool word_at(std::string_view text, std::size_t at, std::size_t size) {
    const auto letter = [&](std::size_t i) {
        if (i >= text.size()) return false;
        const char c = text[i];
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return (at == 0 || !letter(at - 1)) && !letter(at + size);
}

bool has_word(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        if (word_at(text, at, word.size())) return true;
    }
    return false;
}

/// Splits "rule:3: text" into line and text.
ExpressionMistake parse_message(std::string_view message) {
    ExpressionMistake mistake;
    constexpr std::string_view prefix = "rule:";
    if (message.starts_with(prefix)) {
        int line = 0;
        const auto* const begin = message.data() + prefix.size();
        const auto* const end = message.data() + message.size();
        const auto [after, error] = std::from_chars(begin, end, line);
        if (error == std::errc() && end - after >= 2 && after[0] == ':' && after[1] == ' ') {
            mistake.line = line;
            message = message.substr(static_cast<std::size_t>(after + 2 - message.data()));
        }
    }
    mistake.message = printable(message, 300);
    return mistake;
}

/// People write what their other languages taught them.
std::string_view syntax_hint(std::string_view message) {
    struct Hint {
        std::string_view near;
        std::string_view hint;
    };
    constexpr std::array<Hint, 5> hints = {{
        {"near '='", "; '==' compares, '=' does not"},
        {"near '!'", "; 'not equal' is '~=', 'not' is 'not'"},
        {"near '&'", "; 'and' is 'and'"},
        {"near '|'", "; 'or' is 'or'"},
        {"near '?'", "; a choice is 'condition and yes or no'"},
    }};
    for (const auto& [near, hint] : hints) {
        if (message.find(near) != std::string_view::npos) return hint;
    }
    return {};
}

}  // namespace

void charge(lua_State* lua, std::int64_t steps) {
    auto& state = state_of(lua);
    if (state.scope == nullptr) return;
    state.steps_left -= steps;
    if (state.steps_left < 0) {
        state.hit = Limit::steps;
        luaL_error(lua, "too many steps");
    }
}

}  // namespace sandbox

struct Sandbox::Impl {
    sandbox::State state;
    lua_State* lua = nullptr;
    int environment = LUA_NOREF;
};

Sandbox::Sandbox() : impl_(std::make_unique<Impl>()) {
    impl_->lua = lua_newstate(sandbox::allocate, &impl_->state);
    FOX_ASSERT(impl_->lua != nullptr, "no memory for a Lua state");
    *static_cast<sandbox::State**>(lua_getextraspace(impl_->lua)) = &impl_->state;
    lua_atpanic(impl_->lua, sandbox::out_of_hand);
    lua_pushcfunction(impl_->lua, sandbox::open_protected);
    lua_pushlightuserdata(impl_->lua, &impl_->environment);
    const int status = lua_pcall(impl_->lua, 1, 0, 0);
    FOX_ASSERT(status == LUA_OK, "the sandbox's environment did not open");
}

Sandbox::~Sandbox() {
    lua_close(impl_->lua);
}

std::size_t Sandbox::bytes_used() const {
    return impl_->state.bytes_used;
}

tl::expected<Sandbox::Expression, ExpressionMistake> Sandbox::compile(std::string_view text) {
    if (sandbox::blank(text)) return tl::unexpected(ExpressionMistake{1, "an expression is empty"});
    if (text.size() > expression_bytes_max) {
        return tl::unexpected(
            ExpressionMistake{1, "an expression of " + std::to_string(text.size()) +
                                     " bytes, limit " + std::to_string(expression_bytes_max)});
    }
    const auto attempt =
        [this](std::string_view source) -> tl::expected<Expression, ExpressionMistake> {
        sandbox::CompileRequest request{source};
        impl_->state.hit = sandbox::Limit::none;
        lua_pushcfunction(impl_->lua, sandbox::compile_protected);
        lua_pushlightuserdata(impl_->lua, &request);
        if (lua_pcall(impl_->lua, 1, 0, 0) == LUA_OK) return Expression{request.ref};
        std::size_t size = 0;
        const char* const message = lua_tolstring(impl_->lua, -1, &size);
        auto mistake = sandbox::parse_message(message == nullptr ? std::string_view("?")
                                                                 : std::string_view(message, size));
        mistake.message += sandbox::syntax_hint(mistake.message);
        lua_settop(impl_->lua, 0);
        return tl::unexpected(std::move(mistake));
    };
    auto as_expression = attempt("return " + std::string(text));
    if (as_expression || !sandbox::has_word(text, "return")) return as_expression;
    return attempt(text);
}

bool Sandbox::run(Expression expression, const Scope& scope) {
    lua_State* const lua = impl_->lua;
    auto& state = impl_->state;
    state.steps_left = expression_steps_max;
    state.bytes_left = expression_memory_max;
    state.hit = sandbox::Limit::none;
    lua_sethook(lua, sandbox::count_steps, LUA_MASKCOUNT, sandbox::hook_period_steps);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, expression.ref);
    // An expression can assign to _ENV; the next one must not notice.
    lua_rawgeti(lua, LUA_REGISTRYINDEX, impl_->environment);
    lua_setupvalue(lua, -2, 1);
    state.scope = &scope;
    const int status = lua_pcall(lua, 0, 1, 0);
    state.scope = nullptr;
    return status == LUA_OK;
}

Error Sandbox::error_on_stack() const {
    const auto& state = impl_->state;
    switch (state.hit) {
        case sandbox::Limit::steps:
            return {Code::exhausted,
                    "takes more than " + std::to_string(expression_steps_max) + " steps"};
        case sandbox::Limit::memory:
            return {Code::exhausted, "needs more than " + std::to_string(expression_memory_max) +
                                         " bytes of memory"};
        case sandbox::Limit::text:
            return {Code::exhausted, "makes a text of more than " +
                                         std::to_string(expression_string_bytes_max) + " bytes"};
        case sandbox::Limit::none:
            break;
    }
    if (lua_type(impl_->lua, -1) != LUA_TSTRING) {
        return {Code::invalid_input, std::string("failed with a ") + luaL_typename(impl_->lua, -1)};
    }
    std::size_t size = 0;
    const char* const text = lua_tolstring(impl_->lua, -1, &size);
    auto mistake = sandbox::parse_message({text, size});
    if (mistake.line > 1)
        mistake.message = "line " + std::to_string(mistake.line) + ": " + mistake.message;
    return {Code::invalid_input, std::move(mistake.message)};
}

Sandbox::Verdict Sandbox::holds(Expression expression, const Scope& scope, std::string& why) {
    auto verdict = Verdict::no;
    if (!run(expression, scope)) {
        why = error_on_stack().message;
        verdict = Verdict::failed;
    } else if (lua_type(impl_->lua, -1) == LUA_TBOOLEAN) {
        verdict = lua_toboolean(impl_->lua, -1) != 0 ? Verdict::yes : Verdict::no;
    } else if (lua_type(impl_->lua, -1) != LUA_TNIL) {
        why = std::string("gave a ") + luaL_typename(impl_->lua, -1) + ", must be true or false";
        verdict = Verdict::failed;
    }
    lua_settop(impl_->lua, 0);
    return verdict;
}

Result<Value> Sandbox::evaluate(Expression expression, const Scope& scope) {
    lua_State* const lua = impl_->lua;
    Result<Value> result = Value{Null{}};
    if (!run(expression, scope)) {
        result = fail(error_on_stack());
    } else if (const int type = lua_type(lua, -1); type == LUA_TBOOLEAN) {
        result = Value{lua_toboolean(lua, -1) != 0};
    } else if (type == LUA_TNUMBER && lua_isinteger(lua, -1) != 0) {
        result = Value{std::int64_t{lua_tointeger(lua, -1)}};
    } else if (type == LUA_TNUMBER) {
        const double number = lua_tonumber(lua, -1);
        if (std::isfinite(number)) {
            result = Value{number};
        } else {
            result = fail(Code::invalid_input, "gave a number that is infinite or none at all");
        }
    } else if (type == LUA_TSTRING) {
        std::size_t size = 0;
        const char* const text = lua_tolstring(lua, -1, &size);
        if (valid_utf8({text, size})) {
            result = Value{std::string(text, size)};
        } else {
            result = fail(Code::invalid_input, "gave a text that is not UTF-8");
        }
    } else if (type != LUA_TNIL) {
        result = fail(Code::invalid_input, std::string("gave a ") + luaL_typename(lua, -1) +
                                               ", must be true, false, a number, a text or nil");
    }
    lua_settop(lua, 0);
    return result;
}

std::optional<ExpressionMistake> Sandbox::check(std::string_view text, bool after_wait) {
    const auto compiled = compile(text);
    if (!compiled) return compiled.error();
    luaL_unref(impl_->lua, LUA_REGISTRYINDEX, compiled->ref);
    return sandbox::check_words(text, after_wait);
}

std::optional<ExpressionMistake> check_expression(std::string_view text) {
    return Sandbox().check(text);
}

}  // namespace foxtail
