#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/cli/terminal.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace foxtail::cli {

struct WatchOptions {
    std::vector<std::string> patterns;  // none = everything
    bool now = false;                   // the present state first
    bool all = false;                   // also what was heard again without a change
    bool records = true;                // what happened too, not readings alone
    bool json = false;                  // a JSON object a line
};

/// Frames of /stream in, lines out. Frames repeat the present state at the start; only what changes
/// after it is told, unless asked for. Knows how to go on after a lost connection.
class WatchFeed {
public:
    WatchFeed(WatchOptions options, const Terminal& terminal)
        : options_(std::move(options)), terminal_(terminal) {}

    /// What to say first on a new connection.
    [[nodiscard]] std::string greeting();
    /// Appends a line for each change the frame tells. Error: corrupt (no frame).
    [[nodiscard]] Result<void> take(std::string_view frame, std::string& out);

private:
    void take_things(const boost::json::value& frame);
    void take_readings(const boost::json::value& frame, std::string& out);
    void take_record(const boost::json::value& record, std::string& out);
    [[nodiscard]] bool wanted(std::string_view address) const;
    [[nodiscard]] std::string time(Time t) const;

    WatchOptions options_;
    const Terminal& terminal_;
    std::map<std::string, std::string, std::less<>> units_;  // UCUM codes by address
    std::map<std::string, std::string, std::less<>> last_;   // value and quality by address
    std::string boot_;
    std::uint64_t seq_ = 0;         // everything up to it has been told
    std::uint64_t hello_seq_ = 0;   // where this connection began
    std::uint64_t record_seq_ = 0;  // the newest record that was told
    bool live_ = false;             // the picture of the start is whole
    bool resumed_ = false;
    bool known_before_ = false;
};

}  // namespace foxtail::cli
