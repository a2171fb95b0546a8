#include "foxtail/cars/mapping.hpp"

#include <algorithm>

namespace foxtail::cars {
namespace {

/// The digit of "{n}" at `at`, or 0.
std::size_t place_at(std::string_view text, std::size_t at) {
    const bool is = at + 2 < text.size() && text[at] == '{' && text[at + 2] == '}' &&
                    text[at + 1] >= '1' && text[at + 1] <= '9';
    return is ? static_cast<std::size_t>(text[at + 1] - '0') : 0;
}

}  // namespace

std::size_t places_in(std::string_view text) {
    std::size_t most = 0;
    for (std::size_t i = 0; i < text.size(); ++i) most = std::max(most, place_at(text, i));
    return most;
}

std::string fill_in(std::string_view text, const std::vector<std::string>& filling) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t place = place_at(text, i);
        if (place == 0 || place > filling.size()) {
            out += text[i];
            continue;
        }
        out += filling[place - 1];
        i += 2;
    }
    return out;
}

bool may_be(std::string_view with_places, std::string_view text) {
    // The last place that took some of the text, and where it may take more.
    std::size_t place = std::string_view::npos;
    std::size_t more = 0;
    std::size_t i = 0;
    std::size_t k = 0;
    while (k < text.size()) {
        if (i < with_places.size() && place_at(with_places, i) != 0) {
            place = i += 3;
            more = k;
        } else if (i < with_places.size() && with_places[i] == text[k]) {
            ++i;
            ++k;
        } else if (place != std::string_view::npos) {
            i = place;
            k = ++more;
        } else {
            return false;
        }
    }
    while (i < with_places.size() && place_at(with_places, i) != 0) i += 3;
    return i == with_places.size();
}

}  // namespace foxtail::cars
