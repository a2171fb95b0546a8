#pragma once

#include "foxtail/base/environment.hpp"
#include "foxtail/base/moment.hpp"
#include "foxtail/cli/text.hpp"

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace foxtail::cli {

/// All that a command has of the machine it runs on. Tests bring their own.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    const Zone& zone;  // of whoever reads
    Clock& clock;
    std::function<const char*(const char*)> environment;  // as ::getenv
    std::function<void(Duration)> pause;                  // waits
    bool colour = false;
    std::size_t columns = 0;  // 0 = no terminal: nothing is cut

    void line(std::string_view text) const;
    void line(std::string_view text, Tone tone) const;
    void table(const Table& table) const;
    [[nodiscard]] std::string toned(std::string_view text, Tone tone) const {
        return cli::toned(text, tone, colour);
    }
};

/// Colours are for terminals, and not when NO_COLOR (no-color.org) is set or the terminal is dumb.
[[nodiscard]] bool wants_colour(bool is_terminal,
                                const std::function<const char*(const char*)>& environment);

/// Standard output and error of this process.
[[nodiscard]] Terminal standard_terminal();

/// True when nobody reads standard output any more.
[[nodiscard]] bool output_is_closed();

}  // namespace foxtail::cli
