#include "foxtail/cli/chart.hpp"

#include "foxtail/cli/text.hpp"
#include "foxtail/cli/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::cli {
namespace {

constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::size_t eighths = 8;

std::size_t column_of(Time t, const ChartFrame& frame, std::size_t columns) {
    const auto span = std::max<std::int64_t>(1, (frame.to - frame.from).us);
    const auto share = static_cast<double>((t - frame.from).us) / static_cast<double>(span);
    const auto column = share * static_cast<double>(columns);
    return static_cast<std::size_t>(std::clamp(column, 0.0, static_cast<double>(columns) - 1));
}

/// Bounds that are a little wider than the values and end on round numbers.
struct Scale {
    double low = 0;
    double high = 1;
    int decimals = 0;
};

Scale scale_of(double low, double high) {
    double span = high - low;
    if (span <= 0) span = std::max(1.0, std::abs(high) * 0.1);
    const double step = std::pow(10.0, std::floor(std::log10(span)) - 1) * 5;
    Scale scale;
    scale.low = std::floor(low / step) * step;
    scale.high = std::ceil(high / step) * step;
    // Zero is where bars begin, unless the values stay far away from it.
    if (low >= 0 && scale.low > 0 && low < span) scale.low = 0;
    if (scale.low >= low && low < 0) scale.low -= step;
    if (scale.high <= scale.low) {
        // A value that never changed stands in the middle; nothing at all on the floor.
        if (low != 0) scale.low -= step;
        scale.high += low == 0 ? 1 : step;
    }
    scale.decimals = static_cast<int>(std::clamp(-std::floor(std::log10(step)), 0.0, 6.0));
    return scale;
}

std::string left_padded(const std::string& text, std::size_t width) {
    const auto has = width_of(text);
    return std::string(width > has ? width - has : 0, ' ') + text;
}

/// From and to below the area, the day only when it is not the same.
std::string time_axis(const ChartFrame& frame, const Zone& zone, std::size_t indent,
                      std::size_t columns) {
    auto from = full_time_words(frame.from, zone);
    auto to = full_time_words(frame.to, zone);
    from.resize(from.size() - 3);  // seconds
    to.resize(to.size() - 3);
    if (from.substr(0, 10) == to.substr(0, 10)) to = to.substr(11);
    std::string out(indent, ' ');
    out += from;
    const auto used = from.size() + to.size();
    out.append(columns > used ? columns - used : 1, ' ');
    return out + to + "\n";
}

struct Mean {
    double sum = 0;
    std::size_t count = 0;
};

std::vector<std::optional<double>> by_column(const std::vector<ChartPoint>& points,
                                             const ChartFrame& frame, std::size_t columns) {
    std::vector<Mean> means(columns);
    for (const auto& point : points) {
        auto& mean = means[column_of(point.time, frame, columns)];
        mean.sum += point.value;
        ++mean.count;
    }
    std::vector<std::optional<double>> out;
    for (const auto& mean : means) {
        out.push_back(mean.count == 0 ? std::nullopt
                                      : std::optional(mean.sum / static_cast<double>(mean.count)));
    }
    return out;
}

/// A value holds until the next is heard.
void hold_between(std::vector<std::optional<double>>& values) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) continue;
        for (std::size_t j = last ? *last + 1 : i; j < i; ++j) values[j] = values[*last];
        last = i;
    }
}

}  // namespace

std::string bar_chart(const std::vector<ChartPoint>& points, const ChartFrame& frame,
                      const Zone& zone) {
    if (points.empty()) return {};
    const auto [least, most] =
        std::minmax_element(points.begin(), points.end(),
                            [](const auto& a, const auto& b) { return a.value < b.value; });
    const Scale scale = scale_of(least->value, most->value);
    const auto top = with_symbol(number_words(scale.high, scale.decimals), frame.unit);
    const auto bottom = with_symbol(number_words(scale.low, scale.decimals), frame.unit);
    const auto label = std::max(width_of(top), width_of(bottom));
    const std::size_t whole = std::max<std::size_t>(24, frame.columns);
    const std::size_t columns = whole > label + 12 ? whole - label - 2 : 10;
    const std::size_t rows = std::max<std::size_t>(2, frame.rows);
    auto values = by_column(points, frame, columns);
    hold_between(values);

    std::string out;
    for (std::size_t row = rows; row-- > 0;) {
        out += left_padded(row + 1 == rows ? top : row == 0 ? bottom : "", label);
        out += row + 1 == rows || row == 0 ? " ┤" : " │";
        std::string line;
        std::size_t owed = 0;
        for (const auto& value : values) {
            std::size_t fill = 0;
            if (value) {
                const double share = (*value - scale.low) / (scale.high - scale.low);
                const auto height =
                    std::max(1.0, std::round(share * static_cast<double>(rows * eighths)));
                const double here = height - static_cast<double>(row * eighths);
                fill = static_cast<std::size_t>(std::clamp(here, 0.0, 8.0));
            }
            if (fill == 0) {
                ++owed;
                continue;
            }
            line.append(owed, ' ');
            owed = 0;
            line += blocks[fill];
        }
        out += line + "\n";
    }
    return out + time_axis(frame, zone, label + 2, columns);
}

std::string on_off_chart(const std::vector<ChartPoint>& points, const ChartFrame& frame,
                         const Zone& zone) {
    if (points.empty()) return {};
    const std::size_t columns = std::max<std::size_t>(24, frame.columns);
    const auto values = by_column(points, frame, columns);
    // What holds at the end of a column is what its last point said.
    std::vector<std::optional<double>> last(columns);
    for (const auto& point : points) last[column_of(point.time, frame, columns)] = point.value;
    std::string out;
    std::optional<double> holds;
    for (std::size_t i = 0; i < columns; ++i) {
        const bool on = values[i] ? *values[i] > 0 : holds && *holds > 0;
        if (values[i]) holds = last[i];
        out += !holds ? " " : on ? "█" : "·";
    }
    return out + "\n" + time_axis(frame, zone, 0, columns);
}

}  // namespace foxtail::cli
