#include "foxtail/planner/series.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

std::int64_t index_of(const Series& series, Time t) {
    const auto behind = (t - series.from).us;
    const auto index = behind < 0 ? 0 : behind / series.step.us;
    return std::min(index, static_cast<std::int64_t>(series.values.size()) - 1);
}

}  // namespace

double Series::at(Time t) const {
    if (values.empty()) return 0;
    return values[static_cast<std::size_t>(index_of(*this, t))];
}

double Series::mean(Time begin, Time end) const {
    if (values.empty() || begin >= end) return at(begin);
    const auto last = static_cast<std::int64_t>(values.size()) - 1;
    double sum = 0;
    Time t = begin;
    while (t < end) {
        const auto index = index_of(*this, t);
        auto next = end;
        if (index < last) next = std::min(end, from + step * (index + 1));
        sum += values[static_cast<std::size_t>(index)] * static_cast<double>((next - t).us);
        t = next;
    }
    return sum / static_cast<double>((end - begin).us);
}

}  // namespace foxtail::planner
