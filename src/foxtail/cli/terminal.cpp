#include "foxtail/cli/terminal.hpp"

#include "foxtail/cli/words.hpp"
#include "foxtail/runtime/real_environment.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace foxtail::cli {

void Terminal::line(std::string_view text) const {
    out << text << "\n";
}
void Terminal::line(std::string_view text, Tone tone) const {
    line(toned(text, tone));
}
void Terminal::table(const Table& table) const {
    out << table.text(columns, colour);
}

bool wants_colour(bool is_terminal, const std::function<const char*(const char*)>& environment) {
    const char* no_color = environment("NO_COLOR");
    const char* term = environment("TERM");
    if (no_color != nullptr && *no_color != '\0') return false;
    return is_terminal && (term == nullptr || std::string_view(term) != "dumb");
}

Terminal standard_terminal() {
    static const SystemZone zone;
    static RealClock clock;
    const auto environment = [](const char* name) -> const char* { return std::getenv(name); };
    Terminal terminal{std::cout,
                      std::cerr,
                      zone,
                      clock,
                      environment,
                      [](Duration d) {
                          std::this_thread::sleep_for(std::chrono::microseconds(d.us)); }};
    const bool is_terminal = ::isatty(STDOUT_FILENO) != 0;
    terminal.colour = wants_colour(is_terminal, environment);
    winsize size{};
    if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        terminal.columns = size.ws_col;
    return terminal;
}

bool output_is_closed() {
    pollfd waiting{STDOUT_FILENO, 0, 0};
    return ::poll(&waiting, 1, 0) > 0 && (waiting.revents & (POLLERR | POLLNVAL)) != 0;
}

}  // namespace foxtail::cli
