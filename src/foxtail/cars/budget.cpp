#include "foxtail/cars/budget.hpp"

#include "foxtail/base/bytes.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::cars {
namespace {

constexpr Duration window = days(1);
constexpr double money_grain = 1e-9;  // sums of cents are not exact in binary

}  // namespace

void Budget::forget(Time now) {
    while (!spent_.empty() && spent_.front().at <= now - window) spent_.pop_front();
}

Budget::Left Budget::left(Time now) const {
    std::int64_t calls = 0;
    std::int64_t wakes = 0;
    double money = 0;
    for (const Spent& one : spent_) {
        if (one.at <= now - window) continue;
        ++calls;
        wakes += one.cost.wakes;
        money += one.cost.money;
    }
    Left out;
    const std::int64_t remembered =
        static_cast<std::int64_t>(calls_max) - static_cast<std::int64_t>(spent_.size());
    if (limits_.calls)
        out.calls =
            std::max<std::int64_t>(0, std::min<std::int64_t>(*limits_.calls - calls, remembered));
    if (limits_.wakes) out.wakes = std::max<std::int64_t>(0, *limits_.wakes - wakes);
    if (limits_.money) out.money = std::max(0.0, *limits_.money - money);
    return out;
}

Result<void> Budget::spend(Time now, Cost cost, std::uint64_t cause, std::string_view what) {
    if (!(cost.money >= 0) || !std::isfinite(cost.money))
        return fail(Code::invalid_input, "a call cannot cost less than nothing");
    forget(now);
    const Left have = left(now);
    const auto refuse = [&](const std::string& of) -> Result<void> {
        std::string when;
        if (!spent_.empty())
            when = "; the oldest call of the last 24 hours was at " +
                   format_rfc3339(to_millisecond(spent_.front().at));
        return fail(Code::exhausted, "the day's budget of " + of + " is spent" + when);
    };
    if ((have.calls && *have.calls < 1) || spent_.size() >= calls_max)
        return refuse(std::to_string(limits_.calls.value_or(calls_max)) + " calls");
    if (have.wakes && *have.wakes < cost.wakes)
        return refuse(std::to_string(*limits_.wakes) + " wake-ups");
    if (have.money && *have.money + money_grain < cost.money) return refuse("money");
    // In order of time, also when the clock was set back: forgetting looks at the front only.
    const Time at = spent_.empty() ? now : std::max(now, spent_.back().at);
    spent_.push_back({at, cost, cause, std::string(what.substr(0, 100))});
    return {};
}

std::string Budget::save() const {
    std::string out;
    ByteWriter writer(out);
    writer.u8(1);
    writer.u64(spent_.size());
    for (const Spent& one : spent_) {
        writer.i64(one.at.us);
        writer.f64(one.cost.money);
        writer.u64(one.cost.wakes);
        writer.u64(one.cause);
        writer.text(one.what);
    }
    return out;
}

Result<void> Budget::load(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != 1) return fail(Code::corrupt, "a budget of another version");
    const std::size_t count = in.count(12);
    if (count > calls_max) return fail(Code::corrupt, "more calls than are remembered");
    std::deque<Spent> read;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        Spent one;
        one.at = Time{in.i64()};
        one.cost.money = in.f64();
        one.cost.wakes = in.u32();
        one.cause = in.u64();
        one.what = in.text();
        const bool later = read.empty() || read.back().at <= one.at;
        if (!later || !(one.cost.money >= 0)) return fail(Code::corrupt, "calls out of order");
        read.push_back(std::move(one));
    }
    if (!in.ok() || !in.at_end()) return fail(Code::corrupt, "a budget cut short");
    spent_ = std::move(read);
    return {};
}

}  // namespace foxtail::cars
