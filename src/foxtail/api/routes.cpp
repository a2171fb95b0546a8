#include "foxtail/api/routes.hpp"

#include <array>

namespace foxtail::api {
namespace {

constexpr std::size_t parts_max = 16;

const std::array table{
    Route{"GET", "/healthz", open::health},
    Route{"GET", "/readyz", open::ready},
    Route{"GET", "/auth/state", open::state},
    Route{"GET", "/auth/me", open::me},
    Route{"POST", "/auth/signup", open::sign_up, Denial::is_told},
    Route{"POST", "/auth/signin", open::sign_in, Denial::is_told},
    Route{"POST", "/auth/signout", open::sign_out},
    Route{"POST", "/auth/passphrase", open::change_passphrase, Denial::is_told},

    Route{"GET", "/.well-known/wot", things::directory},
    Route{"GET", "/things", things::all},
    Route{"GET", "/things/{id}", things::one},
    Route{"GET", "/things/{id}/ownership", things::ownership},
    Route{"PUT", "/things/{id}/ownership", things::hand_over},
    Route{"GET", "/things/{id}/data-sheet", desk::data_sheet},
    Route{"GET", "/things/{id}/properties", things::read_properties},
    Route{"PUT", "/things/{id}/properties", things::write_properties, Denial::looks_missing, true},
    Route{"GET", "/things/{id}/properties/observe", things::observe_properties},
    Route{"GET", "/things/{id}/properties/{name}", things::read_property},
    Route{"PUT", "/things/{id}/properties/{name}", things::write_property, Denial::looks_missing,
          true},
    Route{"GET", "/things/{id}/properties/{name}/observe", things::observe_property},
    Route{"POST", "/things/{id}/actions/{name}", things::run_action, Denial::looks_missing, true},
    Route{"GET", "/things/{id}/actions/{name}/{seq}", things::action_status},
    Route{"GET", "/things/{id}/events/{name}", things::subscribe_event},
    Route{"GET", "/readings", things::readings},
    Route{"GET", "/commands", things::waiting},
    Route{"GET", "/commands/{seq}", things::command},
    Route{"POST", "/commands/{seq}/confirm", things::confirm},
    Route{"POST", "/commands/{seq}/refuse", things::refuse},
    Route{"GET", "/stream", things::stream},

    Route{"GET", "/history", past::history},
    Route{"GET", "/journal", past::journal},
    Route{"GET", "/why/{seq}", past::why},
    Route{"GET", "/ledger/checkpoint", past::checkpoint},
    Route{"GET", "/ledger/keys", past::ledger_keys},
    Route{"GET", "/ledger/proof/consistency", past::consistency},
    Route{"GET", "/ledger/proof/inclusion", past::inclusion},

    Route{"GET", "/desk", desk::show},
    Route{"PUT", "/desk/privacy", desk::privacy, Denial::is_told},
    Route{"POST", "/desk/forget", desk::forget, Denial::is_told},
    Route{"GET", "/export", desk::take_along},

    Route{"GET", "/rules", affairs::rules, Denial::is_told},
    Route{"GET", "/grants", affairs::grants, Denial::is_told},
    Route{"POST", "/grants", affairs::give, Denial::is_told},
    Route{"PUT", "/grants/{id}", affairs::narrow, Denial::is_told},
    Route{"DELETE", "/grants/{id}", affairs::take_back, Denial::is_told},
    Route{"GET", "/grants/{id}/receipt", affairs::receipt},
    Route{"POST", "/grants/{id}/confirm", affairs::confirm, Denial::is_told},
    Route{"GET", "/erasure", parting::show},
    Route{"POST", "/erasure", parting::erased},
    Route{"GET", "/erasure/receipt", parting::receipt},
    Route{"GET", "/subjects", affairs::subjects, Denial::is_told},
    Route{"GET", "/subjects/invitations", people::invitations, Denial::is_told},
    Route{"POST", "/subjects/invitations", people::invite, Denial::is_told},
    Route{"DELETE", "/subjects/invitations/{id}", people::withdraw, Denial::is_told},
    Route{"DELETE", "/subjects/people/{name}", people::let_leave, Denial::is_told},
    Route{"GET", "/plan", plan::show},
    Route{"GET", "/plan/versions/{version}", plan::version},
    Route{"POST", "/plan/what-if", plan::what_if},
    Route{"GET", "/chargers", chargers::list, Denial::is_told},
    Route{"POST", "/chargers/{id}/accept", chargers::accept, Denial::is_told},
    Route{"GET", "/problems", affairs::problems, Denial::is_told},
    Route{"GET", "/system", affairs::system, Denial::is_told},
    Route{"GET", "/metrics", affairs::metrics, Denial::is_told},
    Route{"GET", "/openapi.json", open::openapi},
};

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty() && parts.size() <= parts_max) {
        path.remove_prefix(1);  // the slash
        const auto slash = path.find('/');
        parts.push_back(path.substr(0, slash));
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
    }
    return parts;
}

bool is_open_part(std::string_view part) {
    return part.starts_with('{');
}

bool matches(const std::vector<std::string_view>& pattern,
             const std::vector<std::string_view>& asked) {
    if (pattern.size() != asked.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_open_part(pattern[i]) ? asked[i].empty() : pattern[i] != asked[i]) return false;
    }
    return true;
}

}  // namespace

std::span<const Route> routes() {
    return table;
}

Result<Found> find_route(std::string_view method, std::string_view path) {
    Found found;
    if (!path.starts_with('/'))
        return fail(Code::invalid_input, "the path must begin with a slash");
    const auto asked = split(path);
    for (const Route& route : table) {
        const auto pattern = split(route.path);
        if (!matches(pattern, asked)) continue;
        if (route.method != method) {
            // Two patterns may match one path: each method is named once.
            if (found.allowed.find(route.method) != std::string::npos) continue;
            if (!found.allowed.empty()) found.allowed += ", ";
            found.allowed += route.method;
            continue;
        }
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (!is_open_part(pattern[i])) continue;
            auto part = percent_decode(asked[i], false);
            if (!part) return fail(std::move(part.error()));
            found.parts.push_back(std::move(*part));
        }
        found.route = &route;
        found.allowed.clear();
        return found;
    }
    return found;
}

}  // namespace foxtail::api
