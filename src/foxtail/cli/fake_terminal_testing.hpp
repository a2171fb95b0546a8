#pragma once

#include "foxtail/cli/terminal.hpp"

#include <map>
#include <sstream>
#include <string>

namespace foxtail::cli {

/// A terminal whose clock stands still, at 2026-11-22 12:00 in UTC, and whose environment is the
/// test's.
struct FakeTerminal {
    class StandingClock final : public Clock {
    public:
        Time now() override { return *parse_rfc3339("2026-11-22T12:00:00Z"); }
        Duration monotonic() override { return {}; }
    };
    class Utc final : public Zone {
    public:
        Duration offset_at(Time) const override { return {}; }
    };

    std::ostringstream out;
    std::ostringstream err;
    std::map<std::string, std::string> environment;
    int pauses = 0;
    Utc zone;
    StandingClock clock;
    Terminal terminal{out,
                      err,
                      zone,
                      clock,
                      [this](const char* name) -> const char* {
                          const auto found = environment.find(name);
                          return found == environment.end() ? nullptr : found->second.c_str();
                      },
                      [this](Duration) { ++pauses; }};
};

}  // namespace foxtail::cli
