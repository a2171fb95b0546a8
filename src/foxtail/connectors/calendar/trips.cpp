#include "foxtail/connectors/calendar/trips.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/calendar/zones.hpp"

#include <algorithm>
#include <charconv>

namespace foxtail::calendar {
namespace {

constexpr double km_most = 5000;
constexpr std::size_t description_bytes_read = 1000;
constexpr std::size_t trip_remarks_max = 20;
constexpr Duration long_absence = hours(20);

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
/// Part of a word: letters, digits, and all beyond ASCII.
bool in_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Where `word` stands by itself in `text`; both folded.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0) {
    if (word.empty()) return std::string_view::npos;
    for (auto at = text.find(word, from); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool begins = at == 0 || !in_word(text[at - 1]) || !in_word(word.front());
        const bool ends = end == text.size() || !in_word(text[end]) || !in_word(word.back());
        if (begins && ends) return at;
    }
    return std::string_view::npos;
}

bool names(std::string_view text, const std::string& car) {
    const auto name = fold_case(car);
    if (find_word(text, "#" + name) != std::string_view::npos) return true;
    for (auto at = find_word(text, name); at != std::string_view::npos;
         at = find_word(text, name, at + 1)) {
        if (at + name.size() < text.size() && text[at + name.size()] == ':') return true;
    }
    return false;
}

/// The number that ends before `end`; digits, with "," or "." inside.
std::optional<double> number_before(std::string_view text, std::size_t end) {
    auto begin = end;
    while (begin > 0 &&
           (is_digit(text[begin - 1]) || text[begin - 1] == ',' || text[begin - 1] == '.'))
        --begin;
    while (begin < end && !is_digit(text[begin])) ++begin;
    if (begin == end || !is_digit(text[end - 1]) || end - begin > 12) return std::nullopt;
    std::string digits;
    for (std::size_t i = begin; i < end; ++i) {
        const char c = text[i];
        const bool thousands = c == '.' && i + 4 <= end && is_digit(text[i + 1]) &&
                               is_digit(text[i + 2]) && is_digit(text[i + 3]) &&
                               (i + 4 == end || !is_digit(text[i + 4]));
        if (thousands) continue;
        digits += c == ',' ? '.' : c;
    }
    double value = 0;
    const auto* last = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), last, value);
    if (error != std::errc() || at != last || value < 0 || value > km_most) return std::nullopt;
    return value;
}

class Finder {
public:
    Finder(const TripRules& rules, const Zone& house) : rules_(rules), house_(house) {}

    void look_at(const Event& event) {
        const auto title = fold_case(event.summary);
        const auto place = fold_case(event.location);
        const auto all =
            title + "\n" + place + "\n" +
            fold_case(std::string_view(event.description).substr(0, description_bytes_read));
        if (is_absence(event, title))
            out_.absences.push_back({event.from, event.until, event.summary});
        const auto* named = named_car(all);
        const auto told = distance_in(all);
        const auto usual = distance_of_place(title + "\n" + place);
        if (named == nullptr && !told && !usual) return;
        const auto* car = named != nullptr ? named : default_car();
        if (car == nullptr) {
            if (out_.remarks.size() < trip_remarks_max)
                out_.remarks.push_back("'" + printable(event.summary, 60) + "' names no car");
            return;
        }
        add(event, *car, told ? told : usual);
    }
    Journeys take() { return std::move(out_); }

private:
    [[nodiscard]] bool is_absence(const Event& event, std::string_view title) const {
        if (!event.all_day && event.until - event.from < long_absence) return false;
        return std::any_of(rules_.absence_words.begin(), rules_.absence_words.end(),
                           [&](const std::string& word) {
                               return find_word(title, fold_case(word)) != std::string_view::npos;
                           });
    }
    [[nodiscard]] const TripRules::Car* named_car(std::string_view text) const {
        for (const auto& car : rules_.cars) {
            if (names(text, car.name)) return &car;
        }
        return nullptr;
    }
    [[nodiscard]] const TripRules::Car* default_car() const {
        if (rules_.default_car.empty())
            return rules_.cars.size() == 1 ? &rules_.cars.front() : nullptr;
        const auto at = std::find_if(rules_.cars.begin(), rules_.cars.end(), [&](const auto& car) {
            return car.name == rules_.default_car;
        });
        return at == rules_.cars.end() ? nullptr : &*at;
    }
    [[nodiscard]] std::optional<double> distance_of_place(std::string_view text) const {
        for (const auto& place : rules_.places) {
            for (const auto& word : place.words) {
                if (find_word(text, fold_case(word)) != std::string_view::npos) return place.km;
            }
        }
        return std::nullopt;
    }
    void add(const Event& event, const TripRules::Car& car, std::optional<double> km) {
        Trip trip;
        trip.car = car.name;
        trip.km = km;
        trip.kwh = km.value_or(0) * car.kwh_per_km;
        trip.uid = event.uid;
        trip.words = event.summary;
        trip.from = event.from;
        trip.until = event.until;
        if (event.all_day) {
            const auto at = [&](Time midnight, int minute) {
                const Time shown = midnight + house_.offset_at(midnight);
                return moment_shown(house_, shown + minutes(minute));
            };
            trip.from = at(event.from, rules_.day_from_minute);
            // The last day's evening: the event ends at the midnight after it.
            trip.until = std::max(at(event.until, rules_.day_until_minute - 1440), trip.from);
        } else if (km && rules_.km_per_hour > 0) {
            const double way_s = *km / 2 / rules_.km_per_hour * 3600;
            const Duration way = seconds(static_cast<std::int64_t>(way_s));
            trip.from = trip.from - way;
            trip.until = trip.until + way;
        }
        out_.trips.push_back(std::move(trip));
    }

    const TripRules& rules_;
    const Zone& house_;
    Journeys out_;
};

}  // namespace

std::optional<double> distance_in(std::string_view text) {
    const auto folded = fold_case(text);
    for (auto at = folded.find("km"); at != std::string::npos; at = folded.find("km", at + 1)) {
        const auto end = at + 2;
        if (end < folded.size() && (in_word(folded[end]) || folded[end] == '/')) continue;
        auto before = at;
        while (before > 0 && folded[before - 1] == ' ' && at - before < 2) --before;
        if (const auto km = number_before(folded, before)) return km;
    }
    return std::nullopt;
}

Journeys journeys_in(const std::vector<Event>& events, const TripRules& rules, const Zone& house) {
    Finder finder(rules, house);
    for (const auto& event : events) finder.look_at(event);
    auto out = finder.take();
    std::stable_sort(out.trips.begin(), out.trips.end(),
                     [](const Trip& a, const Trip& b) { return a.from < b.from; });
    return out;
}

}  // namespace foxtail::calendar
