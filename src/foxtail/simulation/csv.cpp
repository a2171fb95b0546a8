#include "foxtail/simulation/world.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::simulation {
namespace {

constexpr std::array<std::string_view, 6> columns = {"time",    "load_kw",  "sun_kw",
                                                     "buy_eur", "sell_eur", "outdoor_c"};
constexpr std::array<double, 6> least = {0, -100, 0, -20, -20, -60};
constexpr std::array<double, 6> most = {0, 1000, 1000, 20, 20, 60};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '"' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> cells_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto comma = line.find(',');
        out.push_back(trimmed(line.substr(0, comma)));
        if (comma == std::string_view::npos) return out;
        line.remove_prefix(comma + 1);
    }
}

class CsvReader {
public:
    Result<World> read(std::string_view text) {
        while (!text.empty()) {
            ++line_;
            const auto end = text.find('\n');
            const auto row = trimmed(text.substr(0, end));
            text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
            if (row.empty() || row.front() == '#') continue;
            const auto cells = cells_of(row);
            auto read = place_.empty() ? read_headings(cells) : read_row(cells);
            if (!read) return fail(read.error());
        }
        return finish();
    }

private:
    tl::unexpected<Error> wrong(const std::string& what) const {
        return fail(Code::invalid_input, "line " + std::to_string(line_) + ": " + what);
    }

    Result<void> read_headings(const std::vector<std::string_view>& cells) {
        for (const auto name : columns) {
            std::size_t at = 0;
            while (at < cells.size() && cells[at] != name) ++at;
            if (at == cells.size())
                return wrong("there is no column '" + std::string(name) +
                             "'; needed are time,load_kw,sun_kw,buy_eur,sell_eur,outdoor_c");
            place_.push_back(at);
        }
        return {};
    }

    Result<void> read_row(const std::vector<std::string_view>& cells) {
        if (times_.size() >= csv_rows_max)
            return wrong("more than " + std::to_string(csv_rows_max) + " rows");
        std::array<std::string_view, columns.size()> text;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (place_[i] >= cells.size())
                return wrong(std::to_string(cells.size()) + " cells, too few for '" +
                             std::string(columns[i]) + "'");
            text[i] = cells[place_[i]];
        }
        const auto time = parse_rfc3339(text[0]);
        if (!time) return wrong("time: " + time.error().message);
        if (auto fits = check_time(*time); !fits) return fits;
        times_.push_back(*time);
        for (std::size_t i = 1; i < columns.size(); ++i) {
            double number = 0;
            const auto* end = text[i].data() + text[i].size();
            const auto read = std::from_chars(text[i].data(), end, number);
            if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number))
                return wrong(std::string(columns[i]) + ": '" + std::string(text[i].substr(0, 20)) +
                             "' is not a number");
            if (number < least[i] || number > most[i])
                return wrong(std::string(columns[i]) + ": " + std::string(text[i].substr(0, 20)) +
                             " is outside of " + std::to_string(std::lround(least[i])) + " to " +
                             std::to_string(std::lround(most[i])));
            values_[i].push_back(number);
        }
        return {};
    }

    Result<void> check_time(Time time) {
        if (times_.empty()) {
            if (time.us <= 0 || time.us % minutes(15).us != 0)
                return wrong("time: not at a quarter of an hour");
            return {};
        }
        const auto step = time - times_.back();
        if (times_.size() == 1) {
            if (step != minutes(15) && step != minutes(60))
                return wrong("time: rows are to be 15 or 60 minutes apart");
            step_ = step;
        }
        if (step != step_)
            return wrong("time: " + format_rfc3339(times_.back() + step_) + " is to come here");
        return {};
    }

    Result<World> finish() {
        if (place_.empty()) return fail(Code::invalid_input, "the file is empty");
        if (times_.size() < 2) return fail(Code::invalid_input, "fewer than two rows");
        World out;
        const std::array<planner::Series*, 6> series = {
            nullptr, &out.load_kw, &out.sun_kw, &out.buy_eur, &out.sell_eur, &out.outdoor_c};
        for (std::size_t i = 1; i < series.size(); ++i)
            *series[i] = {times_.front(), step_, std::move(values_[i])};
        return out;
    }

    std::size_t line_ = 0;
    std::vector<std::size_t> place_;  // of each column in a row
    std::vector<Time> times_;
    std::array<std::vector<double>, columns.size()> values_;
    Duration step_;
};

}  // namespace

Result<World> read_csv(std::string_view text) {
    return CsvReader().read(text);
}

}  // namespace foxtail::simulation
