// watch: changes as they happen.
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/watch_feed.hpp"

#include <csignal>
#include <ostream>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace foxtail::cli {
namespace {

constexpr Duration quiet_max = seconds(45);  // the hub says something at least every 15 s
constexpr Duration retry_first = milliseconds(500);
constexpr Duration retry_longest = seconds(10);
constexpr std::uint16_t code_signed_out = 4401;
constexpr std::uint16_t code_too_slow = 4408;

extern "C" void end_watching(int) {
    // All that was said is with the kernel already: lines are flushed as they are made.
    ::_exit(done);
}

/// Until the connection ends (an error), or nobody reads any more (none).
Result<void> follow(const Terminal& terminal, const HttpEndpoint& endpoint, WebSocketClient& socket,
                    WatchFeed& feed, bool& greeted) {
    if (auto opened = socket.open(endpoint, "/stream"); !opened) return opened;
    if (auto said = socket.send(feed.greeting()); !said) return said;
    while (true) {
        const auto frame = socket.read(quiet_max);
        if (!frame) return fail(frame.error());
        greeted = true;
        std::string lines;
        if (auto taken = feed.take(*frame, lines); !taken) return taken;
        if (!lines.empty()) terminal.out << lines << std::flush;
        if (!terminal.out.good() || output_is_closed()) {
            socket.close();
            return {};
        }
    }
}

Result<void> watch(const Terminal& terminal, const HubClient& hub, const WatchOptions& options) {
    WatchFeed feed(options, terminal);
    WebSocketClient socket;
    Duration pause = retry_first;
    bool ever = false;
    while (true) {
        bool greeted = false;
        const auto ended = follow(terminal, hub.connection().endpoint, socket, feed, greeted);
        if (ended) return {};
        if (ended.error().code == Code::denied || socket.close_code() == code_signed_out)
            return fail(hub.unknown_token());
        if (!greeted && !ever) return fail(hub.unreachable(ended.error()));
        if (ended.error().code == Code::corrupt) return ended;
        if (greeted) pause = retry_first;
        if (greeted && socket.close_code() != code_too_slow) {
            terminal.err << "foxtail: the hub went away; waiting for it (Ctrl-C ends)\n";
        }
        ever = true;
        terminal.pause(pause);
        pause = std::min(retry_longest, pause * 2);
    }
}

}  // namespace

void add_watch_command(const Setting& setting) {
    auto options = std::make_shared<WatchOptions>();
    auto* command =
        setting.command(setting.app, "watch", "Shows changes as they happen, until Ctrl-C",
                        "  foxtail watch\n  foxtail watch hall-lamp '*/temperature'\n"
                        "  foxtail watch --json --now | jq .");
    command->add_option("PATTERN", options->patterns,
                        "Things or addresses to watch; '*' stands for anything");
    command->add_flag("--now", options->now, "Begin with the present values");
    command->add_flag("--all", options->all, "Also what was heard again without a change");
    command->add_flag("!--readings", options->records,
                      "Values only, no commands, events, rules and notices");
    command->add_flag("--json", options->json, "A JSON object a line");
    auto to = setting.connection(*command);
    command->callback([setting, options, to] {
        setting.with_hub(*to, [&](HubClient& hub) {
            std::signal(SIGINT, end_watching);
            std::signal(SIGTERM, end_watching);
            auto outcome = watch(setting.terminal, hub, *options);
            std::signal(SIGINT, SIG_DFL);
            std::signal(SIGTERM, SIG_DFL);
            return outcome;
        });
    });
}

}  // namespace foxtail::cli
