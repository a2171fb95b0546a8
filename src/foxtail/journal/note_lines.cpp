#include "foxtail/journal/note_lines.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/base64.hpp"

#include <algorithm>
#include <charconv>

namespace foxtail::ledger {

std::optional<std::vector<std::string_view>> lines_of(std::string_view text,
                                                      std::size_t lines_max) {
    std::vector<std::string_view> out;
    if (!valid_utf8(text)) return std::nullopt;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos || end == 0 || out.size() == lines_max)
            return std::nullopt;
        out.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return out;
}

bool read_number(std::string_view text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() &&
           (text.size() == 1 || text.front() != '0');
}

bool read_hash(std::string_view text, Hash& out) {
    const auto bytes = from_base64(text);
    if (!bytes || bytes->size() != out.size()) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

}  // namespace foxtail::ledger
