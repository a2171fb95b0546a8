#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/model/catalogue.hpp"
#include "foxtail/rules/sight.hpp"
#include "foxtail/twin/twin.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct lua_State;

namespace foxtail {

// What one evaluation may use. Far above what a rule needs, far below what would keep a household
// waiting.
constexpr std::size_t expression_bytes_max = 4096;  // source text
constexpr std::int64_t expression_steps_max =
    50'000;  // Lua instructions, and what library calls cost
constexpr std::int64_t expression_memory_max = 1024 * 1024;  // bytes taken in all, freed or not
constexpr std::size_t expression_string_bytes_max =
    4096;  // of any one text an expression makes or looks at
constexpr std::size_t expression_json_bytes_max = 16 * 1024;
constexpr int expression_json_depth_max = 16;
constexpr std::size_t sandbox_memory_max = 64UL * 1024 * 1024;  // all compiled expressions together

/// What is wrong with an expression before it ever ran.
struct ExpressionMistake {
    int line = 1;  // within the expression
    std::string message;
};

/// Sandbox::check() for one expression, when there is no sandbox at hand.
[[nodiscard]] std::optional<ExpressionMistake> check_expression(std::string_view text);

/// What an expression can see while it runs. Pointers may be null: the name is then nil.
struct Scope {
    const Catalogue& catalogue;
    const Twin& twin;
    const Zone& zone;
    Moment now;
    const Value* value = nullptr;
    const Value* before = nullptr;
    const Value* event = nullptr;
    bool after_wait = false;     // `value`, `before` and `event` fail instead of being nil
    RuleSight* sight = nullptr;  // null: the rule sees all that is in the twin
    std::uint32_t rule = 0;      // who looks, for `sight`
};

/// Runs Lua expressions that can neither reach outside nor leave anything behind: each evaluation
/// starts from the same environment, and the same scope gives the same answer. Bounded in steps and
/// memory.
class Sandbox {
public:
    struct Expression {
        int ref = 0;
    };

    Sandbox();
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    /// Takes an expression ("value > 20") or a block that returns ("local x = ...; return x").
    [[nodiscard]] tl::expected<Expression, ExpressionMistake> compile(std::string_view text);

    /// Looks without running and keeps nothing. Finds syntax errors, unknown names ("vlaue") and
    /// addresses without a "/" in get(), known(), age() and quality(); after a wait also `value`,
    /// `before` and `event`. Nothing when it is fine.
    [[nodiscard]] std::optional<ExpressionMistake> check(std::string_view text,
                                                         bool after_wait = false);

    enum class Verdict : std::uint8_t { no, yes, failed };
    /// For conditions: true, false or nil. Anything else, and any error, is `failed` with the
    /// reason in `why`.
    [[nodiscard]] Verdict holds(Expression expression, const Scope& scope, std::string& why);
    /// For values. Error: invalid_input, exhausted (a limit). nil gives Null.
    [[nodiscard]] Result<Value> evaluate(Expression expression, const Scope& scope);

    /// Bytes held by Lua now.
    [[nodiscard]] std::size_t bytes_used() const;

private:
    struct Impl;
    bool run(Expression expression, const Scope& scope);  // true: the result is on Lua's stack
    [[nodiscard]] Error error_on_stack() const;
    std::unique_ptr<Impl> impl_;
};

}  // namespace foxtail
