// plan simulate: a house in closed loop over given series, Foxtail against the baselines.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/house_file.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/simulation/bound.hpp"
#include "foxtail/simulation/foxtail.hpp"
#include "foxtail/simulation/run.hpp"
#include "foxtail/solver/cbc.hpp"
#include "foxtail/solver/clp.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <CLI/CLI.hpp>

namespace foxtail::cli {
namespace {

using simulation::Foresight;

struct SimulateOptions {
    std::string csv;
    std::string house;
    int made_up_days = 0;
    std::vector<std::string> from;
    int days = 7;
    int weeks = 1;
    std::vector<std::string> forecasts;
    std::vector<std::string> controllers;
    double prove_s = 0;
    int horizon_h = 0;  // 0 = as far as pays
    bool no_bound = false;
    bool to_end = false;
    bool json = false;
};

/// One controller in one span.
struct Ran {
    simulation::Outcome outcome;
    std::optional<double> captured;
    std::optional<double> plan_p50_ms;
    std::optional<double> plan_p95_ms;
    double seconds = 0;  // for the whole span
};

struct Span {
    Time from;
    Time until;
    std::optional<double> bound_eur;
    std::vector<Ran> ran;
};

Result<std::string> text_of_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(Code::not_found, path + " cannot be read");
    return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<simulation::World> world_of(const SimulateOptions& options) {
    if (options.csv.empty()) {
        if (options.made_up_days == 0)
            return fail(Code::invalid_input, "--csv FILE or --made-up DAYS is needed");
        return simulation::made_up_world(*parse_rfc3339("2026-01-01T00:00:00Z"),
                                         options.made_up_days);
    }
    const auto text = text_of_file(options.csv);
    if (!text) return fail(text.error());
    auto world = simulation::read_csv(*text);
    if (!world) return fail(Code::invalid_input, options.csv + ": " + world.error().message);
    return world;
}

Result<simulation::Habits> habits_of(const SimulateOptions& options) {
    if (options.house.empty() || options.house == "defaults") return simulation::default_habits();
    const auto text = text_of_file(options.house);
    if (!text) return fail(text.error());
    auto read = read_house(*text, options.house);
    if (read.mistakes.empty()) return std::move(read.habits);
    std::string all;
    for (const auto& mistake : read.mistakes) {
        if (!all.empty()) all += "\n";
        all += mistake.source.file + ":" + std::to_string(mistake.source.line) + ":" +
               std::to_string(mistake.source.column) + ": " + mistake.message;
    }
    return fail(Code::invalid_input, all);
}

Result<std::vector<Span>> spans_of(const SimulateOptions& options, const simulation::World& world) {
    std::vector<Span> out;
    std::vector<Time> begins;
    for (const auto& text : options.from) {
        const auto from = parse_moment(text, world.until());
        if (!from) return fail(from.error());
        begins.push_back(*from);
    }
    if (begins.empty())  // a week before is what a forecast learns from
        begins.push_back(std::min(world.from() + days(7), world.until() - days(options.days)));
    for (const auto begin : begins) {
        for (int week = 0; week < options.weeks; ++week) {
            const auto from = begin + days(options.days) * week;
            const auto until = from + days(options.days);
            if (from < world.from() || until > world.until() || from.us % minutes(15).us != 0)
                return fail(Code::invalid_input, format_rfc3339(from) + " to " +
                                                     format_rfc3339(until) +
                                                     " is not within the series, which go from " +
                                                     format_rfc3339(world.from()) + " to " +
                                                     format_rfc3339(world.until()));
            out.push_back({from, until, std::nullopt, {}});
        }
    }
    return out;
}

double milliseconds_at(std::vector<double> seconds, double share) {
    std::ranges::sort(seconds);
    const auto at = static_cast<std::size_t>(share * static_cast<double>(seconds.size()));
    return seconds[std::min(at, seconds.size() - 1)] * 1000;
}

class Runner {
public:
    Runner(const Setting& setting, const SimulateOptions& options, const simulation::World& world,
           const simulation::Habits& habits)
        : clock_(setting.terminal.clock), options_(options), world_(world), habits_(habits) {}

    Result<void> run(Span& span) {
        const auto house = simulation::house_between(habits_, world_, span.from, span.until);
        if (!options_.no_bound) {
            const auto linear = solver::make_clp();
            const auto bound =
                simulation::lower_bound(house, world_, span.from, span.until, *linear);
            if (!bound) return fail(bound.error());
            span.bound_eur = *bound;
        }
        for (const auto& name : options_.controllers) {
            if (name == "arrival") {
                one(house, span, *simulation::charge_on_arrival());
            } else if (name == "cheapest") {
                one(house, span, *simulation::cheapest_slots());
            } else {
                for (const auto& forecast : options_.forecasts) foxtail(house, span, forecast);
            }
        }
        const auto arrival = std::ranges::find_if(
            span.ran, [](const Ran& ran) { return ran.outcome.controller == "arrival"; });
        if (arrival == span.ran.end() || !span.bound_eur) return {};
        const double from = arrival->outcome.cost_eur();
        for (auto& ran : span.ran)
            ran.captured = simulation::captured(from, ran.outcome.cost_eur(), *span.bound_eur);
        return {};
    }

private:
    double now_s() const { return static_cast<double>(clock_.now().us) / 1e6; }

    Ran& one(const simulation::House& house, Span& span, simulation::Controller& controller) {
        const double began = now_s();
        Ran ran;
        ran.outcome = simulation::simulate(house, world_, span.from, span.until, controller);
        ran.seconds = now_s() - began;
        span.ran.push_back(std::move(ran));
        return span.ran.back();
    }

    void foxtail(const simulation::House& house, Span& span, const std::string& forecast) {
        simulation::FoxtailOptions options;
        options.foresight = forecast == "perfect" ? Foresight::perfect : Foresight::naive;
        options.stopwatch = [this] { return now_s(); };
        if (options_.horizon_h > 0) options.horizon = hours(options_.horizon_h);
        if (options_.to_end) {
            options.ends = span.until;
            options.left = simulation::worth_at_end(house, world_, span.from, span.until);
        }
        if (options_.prove_s > 0) {
            options.whole = [this](const planner::WholeTask& task) {
                auto timed = task;
                timed.seconds = options_.prove_s;
                return solver::solve_whole(timed);
            };
        }
        simulation::Foxtail controller(solver::make_clp(), options);
        auto& ran = one(house, span, controller);
        ran.plan_p50_ms = milliseconds_at(controller.plan_seconds(), 0.5);
        ran.plan_p95_ms = milliseconds_at(controller.plan_seconds(), 0.95);
    }

    Clock& clock_;
    const SimulateOptions& options_;
    const simulation::World& world_;
    const simulation::Habits& habits_;
};

std::string fixed(double value, int digits) {
    std::ostringstream out;
    out.setf(std::ios::fixed);
    out.precision(digits);
    out << (std::abs(value) < 0.5e-6 ? 0.0 : value);
    return out.str();
}

void append_number(std::string& out, const char* name, double value) {
    out += std::string(",\"") + name + "\":" + fixed(value, 6);
}

std::string span_json(const Span& span) {
    std::string out = "{\"from\":\"" + format_rfc3339(span.from) + "\",\"until\":\"" +
                      format_rfc3339(span.until) + "\"";
    if (span.bound_eur) append_number(out, "lower_bound_eur", *span.bound_eur);
    out += ",\"controllers\":[";
    for (const auto& ran : span.ran) {
        const auto& totals = ran.outcome.totals;
        out += &ran == span.ran.data() ? "{\"name\":" : ",{\"name\":";
        append_json_string(out, ran.outcome.controller);
        append_number(out, "cost_eur", ran.outcome.cost_eur());
        if (ran.captured) append_number(out, "captured", *ran.captured);
        append_number(out, "grid_eur", totals.grid_eur);
        append_number(out, "wear_eur", totals.wear_eur);
        append_number(out, "penalty_eur", totals.penalty_eur);
        append_number(out, "left_in_house_eur", ran.outcome.terminal_eur);
        append_number(out, "import_kwh", totals.import_kwh);
        append_number(out, "export_kwh", totals.export_kwh);
        append_number(out, "import_peak_kw", totals.import_peak_kw);
        append_number(out, "over_fuse_kwh", totals.over_fuse_kwh);
        append_number(out, "car_kwh", totals.car_kwh);
        append_number(out, "heat_kwh", totals.heat_kwh);
        append_number(out, "battery_in_kwh", totals.battery_in_kwh);
        append_number(out, "cold_kh", totals.cold_kh);
        append_number(out, "hot_kh", totals.hot_kh);
        append_number(out, "water_kwh_h", totals.water_kwh);
        append_number(out, "shortfall_kwh", totals.shortfall_kwh + totals.stranded_kwh);
        out += ",\"missed_runs\":" + std::to_string(totals.missed_runs);
        out += ",\"heat_pump_starts\":" + std::to_string(totals.heat_pump_starts);
        if (ran.plan_p50_ms) append_number(out, "plan_p50_ms", *ran.plan_p50_ms);
        if (ran.plan_p95_ms) append_number(out, "plan_p95_ms", *ran.plan_p95_ms);
        append_number(out, "seconds", ran.seconds);
        out += "}";
    }
    return out + "]}";
}

void show(const Terminal& terminal, const std::vector<Span>& spans) {
    using Align = Table::Align;
    Table table({{"FROM"},
                 {"CONTROLLER"},
                 {"COST EUR", Align::right},
                 {"CAPTURED", Align::right},
                 {"IMPORT kWh", Align::right},
                 {"EXPORT kWh", Align::right},
                 {"COLD K·h", Align::right},
                 {"SHORT kWh", Align::right},
                 {"STARTS", Align::right},
                 {"PLAN ms p50/p95", Align::right}});
    for (const auto& span : spans) {
        const auto day = format_rfc3339(span.from).substr(0, 10);
        for (const auto& ran : span.ran) {
            const auto& totals = ran.outcome.totals;
            table.add(
                {day, ran.outcome.controller, fixed(ran.outcome.cost_eur(), 2),
                 ran.captured ? fixed(100 * *ran.captured, 1) + " %" : std::string(),
                 fixed(totals.import_kwh, 1), fixed(totals.export_kwh, 1), fixed(totals.cold_kh, 2),
                 fixed(totals.shortfall_kwh + totals.stranded_kwh, 2),
                 std::to_string(totals.heat_pump_starts),
                 ran.plan_p50_ms
                     ? fixed(*ran.plan_p50_ms, 1) + " / " + fixed(ran.plan_p95_ms.value_or(0), 1)
                     : std::string()});
        }
        if (span.bound_eur) table.add({day, "lower bound", fixed(*span.bound_eur, 2), "100.0 %"});
    }
    terminal.table(table);
}

Result<void> simulate_house(const Setting& setting, const SimulateOptions& options) {
    const auto world = world_of(options);
    if (!world) return fail(world.error());
    const auto habits = habits_of(options);
    if (!habits) return fail(habits.error());
    auto spans = spans_of(options, *world);
    if (!spans) return fail(spans.error());
    Runner runner(setting, options, *world, *habits);
    for (auto& span : *spans) {
        if (auto ran = runner.run(span); !ran) return ran;
        if (options.json) {  // a line for each span, as soon as it is there
            setting.terminal.line(span_json(span));
            setting.terminal.out.flush();
        }
    }
    if (!options.json) show(setting.terminal, *spans);
    return {};
}

}  // namespace

void add_plan_simulate(const Setting& setting, CLI::App& plan) {
    auto options = std::make_shared<SimulateOptions>();
    options->forecasts = {"perfect"};
    options->controllers = {"arrival", "cheapest", "foxtail"};
    auto* command = setting.command(
        plan, "simulate", "Lets Foxtail and simpler ways run a house over given series",
        "  foxtail plan simulate --made-up 30\n"
        "  foxtail plan simulate --csv my-year.csv --from 2026-04-08 --forecast naive\n"
        "  foxtail plan simulate --csv my-year.csv --house house.yaml --weeks 4 --json");
    command->add_option("--csv", options->csv, "Load, sun, prices and warmth (docs/simulate.md)")
        ->type_name("FILE");
    command->add_option("--made-up", options->made_up_days, "Instead: so many days by formulas")
        ->check(CLI::Range(9, 1000));
    command->add_option("--house", options->house, "What is in the house (docs/simulate.md)")
        ->type_name("FILE");
    command->add_option("--from", options->from, "Begin then; several are several spans")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--days", options->days, "Days of a span")
        ->capture_default_str()
        ->check(CLI::Range(1, 400));
    command->add_option("--weeks", options->weeks, "So many spans after each other")
        ->capture_default_str()
        ->check(CLI::Range(1, 60));
    command->add_option("--forecast", options->forecasts, "What Foxtail knows: perfect, naive")
        ->delimiter(',')
        ->check(CLI::IsMember({"perfect", "naive"}));
    command->add_option("--controllers", options->controllers, "arrival, cheapest, foxtail")
        ->delimiter(',')
        ->check(CLI::IsMember({"arrival", "cheapest", "foxtail"}));
    command
        ->add_option("--prove", options->prove_s,
                     "Seconds for whole numbers after each plan; 0 = as quick as they come")
        ->check(CLI::Range(0.0, 60.0));
    command
        ->add_option("--horizon", options->horizon_h,
                     "Hours that plans look ahead; 72 with all known, 48 with guesses")
        ->check(CLI::Range(6, 72));
    command->add_flag("--to-end", options->to_end,
                      "Foxtail knows that the span ends, and what is left is worth then");
    command->add_flag("--no-bound", options->no_bound, "Without the lower bound, so no shares");
    command->add_flag("--json", options->json, "JSON, one line a span");
    command->callback([setting, options] { setting.conclude(simulate_house(setting, *options)); });
}

}  // namespace foxtail::cli
