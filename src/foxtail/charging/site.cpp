#include "foxtail/charging/site.hpp"

#include <algorithm>

namespace foxtail::charging {

std::optional<Mode> mode_from(std::string_view text) {
    const auto* at = std::find(mode_names.begin(), mode_names.end(), text);
    if (at == mode_names.end()) return std::nullopt;
    return static_cast<Mode>(at - mode_names.begin());
}

std::optional<Status> status_from(std::string_view text) {
    static constexpr std::array<std::string_view, 9> names = {
        "Available", "Preparing", "Charging",    "SuspendedEVSE", "SuspendedEV",
        "Finishing", "Reserved",  "Unavailable", "Faulted"};
    const auto* at = std::find(names.begin(), names.end(), text);
    if (at == names.end()) return std::nullopt;
    return static_cast<Status>(at - names.begin() + 1);
}

bool plugged(Status status) {
    return status >= Status::preparing && status <= Status::finishing;
}

}  // namespace foxtail::charging
