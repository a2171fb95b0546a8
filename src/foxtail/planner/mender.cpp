#include "foxtail/planner/mender.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace foxtail::planner {
namespace {

constexpr std::size_t said_max = 100;
constexpr std::size_t values_max = 20'000;

std::string text(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g", value);
    return buffer;
}

}  // namespace

Mender::Mender(std::vector<Mended>& said, Time& now) : said_(said), now_(now) {
    constexpr Time first{days(366).us};
    constexpr Time last{days(366LL * 300).us};
    if (now < first || now > last) {
        now_ = now = std::clamp(now, first, last);
        say("request", "the time is not known");
    }
}

void Mender::say(const std::string& where, const std::string& what) {
    if (said_.size() >= said_max) return;
    const auto same = [&](const Mended& m) { return m.where == where && m.what == what; };
    if (std::none_of(said_.begin(), said_.end(), same)) said_.push_back({where, what});
}

void Mender::number(const std::string& where, std::string_view what, double& value, double least,
                    double most, double otherwise) {
    if (std::isnan(value)) {
        value = std::clamp(otherwise, least, std::max(least, most));
        say(where, std::string(what) + " is not known: " + text(value) + " is planned with");
    } else if (value < least || value > most) {
        const double was = value;
        value = std::clamp(value, least, std::max(least, most));
        // What is off by the last digit is nobody's mistake.
        if (std::abs(was - value) > 1e-6) {
            say(where, std::string(what) + " of " + text(was) +
                           " is out of bounds: " + text(value) + " is planned with");
        }
    }
}

void Mender::time(Time& t) const {
    t = std::clamp(t, now_ - days(3660), now_ + days(3660));
}

void Mender::span(Duration& d, Duration least, Duration most) {
    d = std::clamp(d, least, most);
}

void Mender::series(const std::string& where, std::string_view what, Series& series, double least,
                    double most, double otherwise) {
    if (series.values.empty()) return;
    if (series.from.us != 1) time(series.from);
    if (series.step < minutes(1) || series.step > days(366)) {
        say(where, std::string(what) + ": steps of no sensible length: the first value is held");
        series.step = hours(1);
        series.values.resize(1);
    }
    if (series.values.size() > values_max) series.values.resize(values_max);
    const auto known = std::find_if(series.values.begin(), series.values.end(),
                                    [](double v) { return !std::isnan(v); });
    double before = known == series.values.end() ? otherwise : *known;
    std::size_t holes = 0;
    std::size_t outside = 0;
    for (auto& value : series.values) {
        if (std::isnan(value)) {
            value = before;
            ++holes;
        }
        if (value < least || value > most) {
            value = std::clamp(value, least, most);
            ++outside;
        }
        before = value;
    }
    if (holes) {
        say(where, std::string(what) + ": " + std::to_string(holes) +
                       " values are missing; those before them are held");
    }
    if (outside) {
        say(where,
            std::string(what) + ": " + std::to_string(outside) + " values were out of bounds");
    }
}

void Mender::extend(const std::string& where, std::string_view what, Series& series, Time end) {
    // One value alone is a constant on purpose.
    if (series.values.size() < 2 || series.until() >= end) return;
    const auto day =
        static_cast<std::size_t>(std::max<std::int64_t>(1, days(1).us / series.step.us));
    const bool whole_day = series.values.size() >= day;
    say(where, std::string(what) + " ends early: " +
                   (whole_day ? "its last day is repeated" : "its last value is held"));
    if (!whole_day) return;
    while (series.until() < end && series.values.size() < values_max) {
        series.values.push_back(series.values[series.values.size() - day]);
    }
}

}  // namespace foxtail::planner
