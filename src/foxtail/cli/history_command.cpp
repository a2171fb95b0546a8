// history: how a property was.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/chart.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/model/unit.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

struct HistoryOptions {
    std::string address;
    std::string from = "24h";
    std::string to = "now";
    std::uint32_t points = 24;
    bool chart = true;
    bool json = false;
};

constexpr std::size_t chart_columns = 80;
constexpr int decimals = 3;

std::string target_of(const HistoryOptions& options, Time from, Time to, std::size_t points) {
    return "/history?address=" + percent_encode(options.address) +
           "&from=" + percent_encode(format_rfc3339(from)) +
           "&to=" + percent_encode(format_rfc3339(to)) + "&points=" + std::to_string(points);
}

// [t_ms, min, max, mean, last, count]
constexpr std::size_t members_of_point = 6;

Time time_at(const bj::array& point) {
    return Time{point[0].is_int64() ? point[0].get_int64() * 1000 : 0};
}

std::string number_at(const bj::array& point, std::size_t i) {
    return point[i].is_number() ? number_words(point[i].to_number<double>(), decimals)
                                : std::string();
}

bool is_numeric(const bj::value& answer) {
    const auto type = text_of(answer, "type");
    return type == "number" || type == "integer";
}

void print_table(const Terminal& terminal, const bj::value& answer, std::string_view symbol) {
    const bool numeric = is_numeric(answer);
    const std::string unit = symbol.empty() ? "" : " [" + std::string(symbol) + "]";
    using Align = Table::Align;
    Table table(numeric
                    ? std::vector<Table::Column>{{"TIME"},
                                                 {"MIN", Align::right},
                                                 {"MEAN", Align::right},
                                                 {"MAX", Align::right},
                                                 {"LAST" + unit, Align::right},
                                                 {"READINGS", Align::right}}
                    : std::vector<Table::Column>{{"TIME"}, {"VALUE"}, {"READINGS", Align::right}});
    for (const auto& one : list_of(answer, "points")) {
        const auto& point = list_of(one);
        if (point.size() < members_of_point) continue;
        const auto time = full_time_words(time_at(point), terminal.zone);
        const auto count = value_words(point[5], "");
        if (numeric) {
            table.add({{time, Tone::faint},
                       number_at(point, 1),
                       number_at(point, 3),
                       number_at(point, 2),
                       {number_at(point, 4), Tone::strong},
                       count});
        } else {
            table.add({{time, Tone::faint}, {value_words(point[4], ""), Tone::strong}, count});
        }
    }
    terminal.table(table);
}

Result<void> print_chart(const Terminal& terminal, HubClient& hub, const HistoryOptions& options,
                         Time from, Time to, std::string_view symbol) {
    ChartFrame frame{
        from, to, terminal.columns == 0 ? chart_columns : std::min(terminal.columns, chart_columns),
        8, symbol};
    const auto answer = hub.get(target_of(options, from, to, frame.columns * 4));
    if (!answer) return fail(answer.error());
    const bool boolean = text_of(*answer, "type") == "boolean";
    std::vector<ChartPoint> points;
    for (const auto& one : list_of(*answer, "points")) {
        const auto& point = list_of(one);
        if (point.size() < members_of_point) continue;
        if (boolean && point[4].is_bool())
            points.push_back({time_at(point), point[4].get_bool() ? 1.0 : 0.0});
        if (!boolean && point[3].is_number())
            points.push_back({time_at(point), point[3].to_number<double>()});
    }
    terminal.out << (boolean ? on_off_chart(points, frame, terminal.zone)
                             : bar_chart(points, frame, terminal.zone));
    return {};
}

Result<void> show_history(const Setting& setting, HubClient& hub, const HistoryOptions& options) {
    const Terminal& terminal = setting.terminal;
    const Time now = terminal.clock.now();
    const auto from = parse_moment(options.from, now);
    if (!from) return fail(from.error());
    const auto to = parse_moment(options.to, now);
    if (!to) return fail(to.error());
    if (*from >= *to) return fail(Code::invalid_input, "--from must be before --to");
    const auto target = target_of(options, *from, *to, options.points);
    if (options.json) return setting.print_answer(hub, target);
    const auto answer = hub.get(target);
    if (!answer) return fail(answer.error());
    if (list_of(*answer, "points").empty()) {
        terminal.line("Nothing was heard of " + shown(options.address) + " between " +
                      full_time_words(*from, terminal.zone) + " and " +
                      full_time_words(*to, terminal.zone) + ".");
        return {};
    }
    const Unit* unit = find_unit(text_of(*answer, "unit"));
    const auto symbol = unit == nullptr || unit->symbol == "1" ? std::string_view() : unit->symbol;
    if (options.chart && (is_numeric(*answer) || text_of(*answer, "type") == "boolean")) {
        if (auto drawn = print_chart(terminal, hub, options, *from, *to, symbol); !drawn)
            return drawn;
        terminal.line("");
    }
    print_table(terminal, *answer, symbol);
    return {};
}

}  // namespace

void add_history_command(const Setting& setting) {
    auto options = std::make_shared<HistoryOptions>();
    auto* command = setting.command(
        setting.app, "history", "Shows how a property was, as a chart and a table",
        "  foxtail history kitchen/temperature\n"
        "  foxtail history hall-lamp/on --from 7d --points 50\n"
        "  foxtail history kitchen/temperature --from 2026-11-01 --to 2026-11-08 --json");
    command->add_option("ADDRESS", options->address, "thing/property")->required();
    command->add_option("--from", options->from, "How long ago (24h, 7d) or a time (RFC 3339)")
        ->capture_default_str();
    command->add_option("--to", options->to, "The same for the end")->capture_default_str();
    command
        ->add_option("--points", options->points,
                     "Rows of the table; each tells min, mean, max and last of its span")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    command->add_flag("!--no-chart", options->chart, "Without the chart");
    command->add_flag("--json", options->json,
                      "[time in ms, min, max, mean, last, count] for each point");
    auto to = setting.connection(*command);
    command->callback([setting, options, to] {
        setting.with_hub(*to, [&](HubClient& hub) { return show_history(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
