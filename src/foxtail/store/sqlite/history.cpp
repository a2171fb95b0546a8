#include "foxtail/store/sqlite/reader.hpp"
#include "foxtail/store/sqlite/segment.hpp"

#include <algorithm>
#include <limits>

namespace foxtail::sqlite {
namespace {

constexpr std::size_t points_max = 10'000;
constexpr std::size_t every_reading_max = 100'000;

Value value_of(double number, std::uint8_t tag) {
    switch (tag) {
        case 1:
            return number != 0;
        case 2:
            return static_cast<std::int64_t>(number);
        case 3:
            return number;
        default:
            return Null{};
    }
}

/// Gathers readings into buckets of equal length. Readings nearly always come in the order of time,
/// so the bucket of the reading before is tried first. The last of a bucket is the one that was
/// true last, also when one of before was told later.
class Buckets {
public:
    Buckets(std::int64_t from_ms, std::int64_t before_ms, std::size_t points)
        : from_(from_ms),
          before_(before_ms),
          length_(std::max<std::int64_t>(
              1, (before_ms - from_ms + static_cast<std::int64_t>(points) - 1) /
                     static_cast<std::int64_t>(points))),
          buckets_(points) {}

    [[nodiscard]] bool wants(std::int64_t ms) const { return ms >= from_ && ms < before_; }
    /// Both within one bucket.
    [[nodiscard]] bool one(std::int64_t a, std::int64_t b) const {
        return wants(a) && wants(b) && (a - from_) / length_ == (b - from_) / length_;
    }

    void add(std::int64_t ms, double number, std::uint8_t tag) {
        if (!wants(ms)) return;
        auto& b = at(ms);
        ++b.count;
        if (b.takes_last(ms)) {
            b.last_number = number;
            b.last_tag = tag;
        }
        if (tag != 0) b.add(number, number, number, 1);
    }
    /// Numbers of one type. Runs that fall into one bucket are summed up before the bucket is
    /// touched, whole numbers as such: dividing once a bucket instead of once a reading.
    template <class Number>
    void add_run(const std::vector<std::int64_t>& ms, const std::vector<Number>& number,
                 double divisor, std::uint8_t tag) {
        for (std::size_t i = 0; i < ms.size();) {
            if (!wants(ms[i])) {
                ++i;
                continue;
            }
            auto& b = at(ms[i]);
            const auto end = std::min(start_ + length_, before_);
            const auto first = i;
            Number low = number[i];
            Number high = low;
            Number sum = 0;
            auto latest = i;
            for (; i < ms.size() && ms[i] >= start_ && ms[i] < end; ++i) {
                latest = ms[i] >= ms[latest] ? i : latest;
                low = std::min(low, number[i]);
                high = std::max(high, number[i]);
                sum += number[i];
            }
            const auto scaled = [&](Number n) { return static_cast<double>(n) / divisor; };
            b.count += i - first;
            if (b.takes_last(ms[latest])) {
                b.last_number = scaled(number[latest]);
                b.last_tag = tag;
            }
            b.add(scaled(low), scaled(high), scaled(sum), i - first);
        }
    }
    void add(std::int64_t ms, const Value& value) {
        if (!wants(ms)) return;
        auto& b = at(ms);
        ++b.count;
        if (b.takes_last(ms)) {
            b.last_tag = as_it_is;
            b.last = value;
        }
        double number = 0;
        if (as_number(value, number)) b.add(number, number, number, 1);
    }
    /// A whole segment, from `ms` to `newest_ms`.
    void add(std::int64_t ms, std::int64_t newest_ms, const PropertySummary& summary) {
        auto& b = at(ms);
        b.count += summary.count;
        b.add(summary.min, summary.max, summary.sum, summary.count);
        if (b.takes_last(newest_ms)) {
            b.last_tag = as_it_is;
            b.last = summary.last;
        }
    }

    [[nodiscard]] std::vector<HistoryPoint> points() {
        std::vector<HistoryPoint> out;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            auto& b = buckets_[i];
            if (b.count == 0) continue;
            HistoryPoint p;
            p.time = {(from_ + static_cast<std::int64_t>(i) * length_) * 1000};
            p.count = b.count;
            if (b.numbers > 0) {
                p.min = b.min;
                p.max = b.max;
                p.mean = b.sum / static_cast<double>(b.numbers);
            }
            p.last =
                b.last_tag == as_it_is ? std::move(b.last) : value_of(b.last_number, b.last_tag);
            out.push_back(std::move(p));
        }
        return out;
    }

private:
    static constexpr std::uint8_t as_it_is = 255;
    struct Bucket {
        std::uint64_t count = 0;
        std::uint64_t numbers = 0;
        double min = std::numeric_limits<double>::infinity();
        double max = -std::numeric_limits<double>::infinity();
        double sum = 0;
        double last_number = 0;
        std::int64_t last_ms = std::numeric_limits<std::int64_t>::min();
        std::uint8_t last_tag = 0;
        Value last;
        bool takes_last(std::int64_t ms) {
            if (ms < last_ms) return false;
            last_ms = ms;
            return true;
        }
        void add(double low, double high, double total, std::uint64_t n) {
            min = std::min(min, low);
            max = std::max(max, high);
            sum += total;
            numbers += n;
        }
    };

    Bucket& at(std::int64_t ms) {
        if (ms < start_ || ms >= start_ + length_) {
            current_ = static_cast<std::size_t>((ms - from_) / length_);
            start_ = from_ + static_cast<std::int64_t>(current_) * length_;
        }
        return buckets_[current_];
    }

    std::int64_t from_;
    std::int64_t before_;
    std::int64_t length_;
    std::int64_t start_ = std::numeric_limits<std::int64_t>::min() / 2;
    std::size_t current_ = 0;
    std::vector<Bucket> buckets_;
};

/// Takes every reading by itself.
class Single {
public:
    Single(std::int64_t from_ms, std::int64_t before_ms) : from_(from_ms), before_(before_ms) {}
    [[nodiscard]] static bool one(std::int64_t, std::int64_t) { return false; }
    void add(std::int64_t ms, double number, std::uint8_t tag) { add(ms, value_of(number, tag)); }
    void add(std::int64_t, std::int64_t, const PropertySummary&) {}
    void add(std::int64_t ms, const Value& value) {
        if (ms < from_ || ms >= before_ || ++count_ > every_reading_max) return;
        HistoryPoint p{{ms * 1000}, 0, 0, 0, value, 1};
        double number = 0;
        if (as_number(value, number)) p.min = p.max = p.mean = number;
        points_.push_back(std::move(p));
    }
    template <class Number>
    void add_run(const std::vector<std::int64_t>& ms, const std::vector<Number>& number,
                 double divisor, std::uint8_t tag) {
        for (std::size_t i = 0; i < ms.size(); ++i) {
            add(ms[i], static_cast<double>(number[i]) / divisor, tag);
        }
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::vector<HistoryPoint> points() {
        std::stable_sort(
            points_.begin(), points_.end(),
            [](const HistoryPoint& a, const HistoryPoint& b) { return a.time < b.time; });
        return std::move(points_);
    }

private:
    std::int64_t from_;
    std::int64_t before_;
    std::size_t count_ = 0;
    std::vector<HistoryPoint> points_;
};

template <class Into>
Result<void> add_segment(const Segment& segment, PropertyId property, std::int64_t oldest,
                         std::int64_t newest, Segment::Series& series, Into& into) {
    const auto& all = segment.properties();
    const auto summary = std::find_if(
        all.begin(), all.end(), [&](const PropertySummary& p) { return p.property == property; });
    if (summary == all.end()) return {};
    if (summary->numeric && into.one(oldest, newest)) {
        into.add(oldest, newest, *summary);
        return {};
    }
    if (auto read = segment.series(property, series); !read) return read;
    const auto n = series.time_ms.size();
    if (!series.is_numbers) {
        for (std::size_t i = 0; i < n; ++i) into.add(series.time_ms[i], series.values[i]);
    } else if (series.numbers.tag.empty()) {
        const auto& numbers = series.numbers;
        if (numbers.divisor != 0) {
            into.add_run(series.time_ms, numbers.whole, numbers.divisor, numbers.same_tag);
        } else {
            into.add_run(series.time_ms, numbers.value, 1.0, numbers.same_tag);
        }
    } else {
        for (std::size_t i = 0; i < n; ++i) {
            into.add(series.time_ms[i], series.numbers.value[i], series.numbers.tag[i]);
        }
    }
    return {};
}

}  // namespace

/// Everything of `property` from `from_ms` to `before_ms` goes into `into`, in the order of
/// numbers.
template <class Into>
Result<void> Reader::gather(PropertyId property, std::int64_t from_ms, std::int64_t before_ms,
                            Into& into) {
    // First what is in memory, then the file: what was sealed in between is then in both, not in
    // neither.
    std::vector<Entry> unsealed;
    shared_.tail.for_each(property, [&](const Entry& entry) { unsealed.push_back(entry); });
    Transaction same_moment(database_);
    if (auto begun = same_moment.begin(false); !begun) return begun;
    const auto sealed_to = database_.number("SELECT value FROM state WHERE name = 'sealed_to'");
    if (!sealed_to) return fail(sealed_to.error());
    const auto prepared = statement(
        "SELECT oldest, newest, body FROM segment WHERE thing IN (?1, ?2) AND newest >= ?3 AND "
        "oldest < ?4 "
        "ORDER BY last_seq");
    if (!prepared) return fail(prepared.error());
    auto& rows = **prepared;
    rows.bind(1, group_of_lone_properties + property.index);
    rows.bind(2, shared_.names.group_of(property).number);
    rows.bind(3, from_ms);
    rows.bind(4, before_ms);
    Segment::Series series;
    while (true) {
        const auto row = rows.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        const auto segment = Segment::open(rows.blob(2));
        if (!segment) return fail(segment.error());
        auto added =
            add_segment(*segment, property, rows.integer(0), rows.integer(1), series, into);
        if (!added) return added;
    }
    rows.reset();
    for (const auto& entry : unsealed) {
        if (entry.seq > static_cast<Seq>(*sealed_to))
            into.add(history_time(entry.time, entry.reading.source_time).us / 1000,
                     entry.reading.value);
    }
    return {};
}

Result<std::vector<HistoryPoint>> Reader::history(PropertyId property, const HistoryQuery& query) {
    if (auto opened = open(); !opened) return fail(opened.error());
    // Readings have whole milliseconds: a border within one belongs to the next.
    const auto from =
        -((-query.from.us) / 1000) + (query.from.us > 0 && query.from.us % 1000 != 0 ? 1 : 0);
    const auto before =
        -((-query.to.us) / 1000) + (query.to.us > 0 && query.to.us % 1000 != 0 ? 1 : 0);
    if (from >= before) return std::vector<HistoryPoint>{};
    if (query.points == 0) {
        Single single(from, before);
        if (auto done = gather(property, from, before, single); !done) return fail(done.error());
        if (single.count() > every_reading_max) {
            return fail(Code::exhausted, std::to_string(single.count()) + " readings, limit " +
                                             std::to_string(every_reading_max) +
                                             ": ask for points or a shorter time");
        }
        return single.points();
    }
    Buckets buckets(from, before, std::min<std::size_t>(query.points, points_max));
    if (auto done = gather(property, from, before, buckets); !done) return fail(done.error());
    return buckets.points();
}

}  // namespace foxtail::sqlite
