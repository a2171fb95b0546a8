#include "foxtail/api/metrics.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/model/value.hpp"

#include <cmath>
#include <map>

namespace foxtail::api {
namespace {

using Kind = Metric::Kind;

void append_escaped(std::string& out, std::string_view text, bool label) {
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' && label)
            out += "\\\"";
        else
            out += c;
    }
}

void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
    } else if (value == std::floor(value) && std::fabs(value) < 9e15) {
        out += std::to_string(static_cast<std::int64_t>(value));
    } else {
        foxtail::append_json(out, Value(value));
    }
}

void append_line(std::string& out, const Metric& metric) {
    out += metric.name;
    for (std::size_t i = 0; i < metric.labels.size(); ++i) {
        out += i == 0 ? '{' : ',';
        out += metric.labels[i].first;
        out += "=\"";
        append_escaped(out, metric.labels[i].second, true);
        out += '"';
    }
    if (!metric.labels.empty()) out += '}';
    out += ' ';
    append_number(out, metric.value);
    out += '\n';
}

class Collector {
public:
    void counter(std::string_view name, std::string_view help, std::uint64_t value,
                 std::vector<std::pair<std::string, std::string>> labels = {}) {
        all.push_back({"foxtail_" + std::string(name) + "_total", std::string(help), Kind::counter,
                       std::move(labels), static_cast<double>(value)});
    }
    void gauge(std::string_view name, std::string_view help, double value,
               std::vector<std::pair<std::string, std::string>> labels = {}) {
        all.push_back({"foxtail_" + std::string(name), std::string(help), Kind::gauge,
                       std::move(labels), value});
    }
    std::vector<Metric> all;
};

void collect_household(Collector& c, const Door::System& s) {
    c.counter("readings", "Readings recorded.", s.figures.readings);
    c.counter("readings_refused", "Readings that did not fit their property.",
              s.figures.readings_refused);
    c.counter("readings_denied", "Readings for things the connector did not bring.",
              s.figures.readings_denied);
    c.counter("events_refused", "Events of a kind that was not announced, or that cannot be kept.",
              s.figures.events_refused);
    c.counter("commands", "Commands asked for and allowed.", s.figures.commands);
    c.counter("commands_denied", "Commands that no grant allowed.", s.figures.commands_denied);
    c.counter("rule_runs", "Runs of rules.", s.figures.rule_runs);
    c.counter("loops_broken", "Chains of causes that were cut because they were too long.",
              s.figures.loops_broken);
    c.counter("problems", "Inputs from outside that were not understood.", s.problems);
    for (const auto& [where, count] : s.dropped) {
        c.counter("dropped", "Inputs left out because a queue was full.", count,
                  {{"where", where}});
    }
    c.gauge("things", "Things present.", static_cast<double>(s.things));
    c.gauge("properties", "Properties ever known.", static_cast<double>(s.properties));
    c.gauge("read_only", "1 while nothing can be recorded.", s.health.read_only ? 1 : 0);
    c.gauge("journal_head_seq", "Number of the newest record.", static_cast<double>(s.head));
    c.gauge("journal_durable_seq", "Number of the newest record on disk.",
            static_cast<double>(s.durable));
    c.gauge("journal_pending_records", "Records waiting for the next commit.",
            static_cast<double>(s.pending));
    c.gauge("store_bytes", "Size of journal and history on disk.",
            static_cast<double>(s.store.bytes));
    c.gauge("store_records", "Records on disk.", static_cast<double>(s.store.records));
    c.gauge("store_sealed_readings", "Readings in compressed segments.",
            static_cast<double>(s.store.readings_sealed));
    c.counter("store_commits", "Commits.", s.store.commits);
    c.counter("store_failures", "Commits that failed.", s.store.failures);
}

void collect_program(Collector& c, const Site& site) {
    c.gauge("build_info", "1, with the version as a label.", 1, {{"version", site.version}});
    c.gauge("uptime_seconds", "Time since the start.",
            static_cast<double>((site.clock->monotonic() - site.started).us) / 1e6);
    c.gauge("readings_per_second", "Readings recorded, over the last seconds.",
            site.pulse->readings_per_s());
    c.counter("bugs_found", "Things that should not happen and did.", bugs_found());
    c.gauge("api_streams", "Live views open (WebSocket and server-sent events).",
            static_cast<double>(site.streams));
    const auto& http = site.http();
    c.gauge("http_connections", "Connections open.", static_cast<double>(http.connections));
    c.counter("http_connections_accepted", "Connections taken.", http.accepted);
    c.counter("http_connections_evicted", "Idle connections that gave way to new ones.",
              http.evicted);
    c.counter("http_refused", "Requests that were malformed, too large or too slow.", http.refused);
    for (const auto& [status, count] : http.answers) {
        c.counter("http_answers", "Answers, by status.", count,
                  {{"status", std::to_string(status)}});
    }
}

}  // namespace

std::string format_metrics(std::span<const Metric> metrics) {
    // All lines of a name must stand together.
    std::map<std::string_view, std::vector<const Metric*>> by_name;
    std::vector<std::string_view> order;
    for (const Metric& metric : metrics) {
        auto& lines = by_name[metric.name];
        if (lines.empty()) order.push_back(metric.name);
        lines.push_back(&metric);
    }
    std::string out;
    for (const std::string_view name : order) {
        const auto& lines = by_name[name];
        out += "# HELP " + std::string(name) + " ";
        append_escaped(out, lines.front()->help, false);
        out += "\n# TYPE " + std::string(name) +
               (lines.front()->kind == Kind::counter ? " counter\n" : " gauge\n");
        for (const Metric* metric : lines) append_line(out, *metric);
    }
    return out;
}

std::string metrics_text(const Door::System& system, const Site& site) {
    Collector collector;
    collect_program(collector, site);
    collect_household(collector, system);
    for (const auto& source : site.metrics) source(collector.all);
    return format_metrics(collector.all);
}

}  // namespace foxtail::api
