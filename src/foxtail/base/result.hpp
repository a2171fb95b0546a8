#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace foxtail {

/// What the caller can *do* about a failure; never where it happened. The list is closed: it maps
/// one to one onto HTTP statuses and MQTT reason codes, so a new cause is a message, not a code.
enum class Code {
    invalid_input,  // Fix the request; the same bytes will fail again.
    not_found,
    denied,       // A grant says no, or no grant says yes.
    conflict,     // True when asked, overtaken since; read again and retry.
    unavailable,  // The other side is away; retry later.
    timed_out,    // It may or may not have happened: ask, do not repeat.
    exhausted,    // A stated limit was reached; the limit is in the message.
    corrupt,      // Stored or received bytes contradict themselves.
};

/// The code's name as it stands in logs, metrics and answers, e.g. "invalid_input".
[[nodiscard]] constexpr const char* name(Code code) {
    switch (code) {
        case Code::invalid_input:
            return "invalid_input";
        case Code::not_found:
            return "not_found";
        case Code::denied:
            return "denied";
        case Code::conflict:
            return "conflict";
        case Code::unavailable:
            return "unavailable";
        case Code::timed_out:
            return "timed_out";
        case Code::exhausted:
            return "exhausted";
        case Code::corrupt:
            return "corrupt";
    }
    return "corrupt";
}

struct Error {
    Code code = Code::corrupt;
    std::string message;  // Lower case, no full stop, with the numbers: "frame of 81920 bytes,
                          // limit 65536".

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or the reason there is none. A thin skin over `tl::expected` that cannot be ignored;
/// becomes an alias of `std::expected` when Debian's compiler has one.
template <class T>
struct [[nodiscard]] Result : tl::expected<T, Error> {
    using tl::expected<T, Error>::expected;
    Result(tl::expected<T, Error> other) : tl::expected<T, Error>(std::move(other)) {}  // NOLINT
};

[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace foxtail
