#pragma once

#include "foxtail/rules/sandbox.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <lua.hpp>

// Between the files of the sandbox; nobody else includes it.
//
// Lua reports errors by longjmp, which skips destructors. So no function here that Lua calls, or
// that is given a lua_State while an expression runs, may own anything: plain values and views
// only.
namespace foxtail::sandbox {

enum class Limit : std::uint8_t { none, steps, memory, text };

struct State {
    const Scope* scope = nullptr;  // set while an expression runs
    std::int64_t steps_left = 0;
    std::int64_t bytes_left = 0;
    std::size_t bytes_used = 0;  // held now, by everything
    Limit hit = Limit::none;     // which limit ended the evaluation
};

[[nodiscard]] inline State& state_of(lua_State* lua) {
    return **static_cast<State**>(lua_getextraspace(lua));
}

/// Takes `steps` from what the evaluation may use; does not return when there are none left.
void charge(lua_State* lua, std::int64_t steps);

/// Pushes a value; arrays and objects as tables. Does not return when it is too large.
void push_value(lua_State* lua, const Value& value);

/// Builds the environment every evaluation starts from and leaves it on the stack.
void push_environment(lua_State* lua);

/// What the environment offers, for the check before anything runs.
[[nodiscard]] bool known_name(std::string_view name);
[[nodiscard]] std::string known_name_near(std::string_view name);

/// Looks at the words of an expression, as far as that goes without running it.
[[nodiscard]] std::optional<ExpressionMistake> check_words(std::string_view text, bool after_wait);

}  // namespace foxtail::sandbox
