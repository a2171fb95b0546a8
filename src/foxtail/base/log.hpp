#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace foxtail {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

/// What goes to stderr from now on. For any thread.
void set_log(LogLevel least, LogFormat format);

/// One event, one line on stderr: time, level, what happened, and its details as name and text.
/// Never a secret, never the value of a person's property: those belong in the journal, where
/// access is decided. Thread-safe.
struct LogField {
    std::string_view name;
    std::string text;
};
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace foxtail
