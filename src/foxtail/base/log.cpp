#include "foxtail/base/log.hpp"

#include "foxtail/base/time.hpp"
#include "foxtail/base/utf8.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>

namespace foxtail {
namespace {

std::atomic<LogLevel> least_level{LogLevel::info};
std::atomic<LogFormat> log_format{LogFormat::text};

const char* level_name(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

/// printable() has already taken control characters and broken UTF-8 out.
void append_quoted(std::string& line, std::string_view text) {
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') line += '\\';
        line += c;
    }
    line += '"';
}

}  // namespace

void set_log(LogLevel least, LogFormat format) {
    least_level = least;
    log_format = format;
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level < least_level.load(std::memory_order_relaxed)) return;
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto time =
        format_rfc3339(Time{std::chrono::duration_cast<std::chrono::microseconds>(since).count()});
    std::string line;
    if (log_format.load(std::memory_order_relaxed) == LogFormat::json) {
        line = R"({"time":")" + time + R"(","level":")" + level_name(level) + R"(","event":)";
        append_quoted(line, printable(event, 300));
        for (const auto& field : fields) {
            line += ',';
            append_quoted(line, field.name);
            line += ':';
            append_quoted(line, printable(field.text, 500));
        }
        line += '}';
    } else {
        line = time + ' ' + level_name(level) + ' ' + printable(event, 300);
        for (const auto& field : fields) {
            line += ' ';
            line += field.name;
            line += '=';
            append_quoted(line, printable(field.text, 500));
        }
    }
    line += '\n';
    // One write a line: lines of several threads do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace foxtail
