#pragma once

#include "foxtail/api/call.hpp"
#include "foxtail/api/site.hpp"
#include "foxtail/hub/door.hpp"

#include <span>
#include <string_view>
#include <variant>

namespace foxtail::api {

/// A route that reaches the household: it is handed the Door of whoever asks, so the decision has
/// been made before the route runs and is made again at each of its calls.
using Guarded = void (*)(Door& door, Site& site, Call& call, const Answer& answer);
/// A route that everybody may call: it sees the gate's public side and nothing behind it.
using Public = void (*)(Gate& gate, Call& call, const Answer& answer);
/// A route for who had a grant that has ended, by its token, which opens nothing else any more: it
/// is handed what they were asked to erase. To everybody else it looks as if it was not there.
using Parting = void (*)(Gate& gate, const Site& site, const Erasures::Asked& asked,
                         const Call& call, const Answer& answer);

/// One line of the table. There is no fourth kind: what is neither handed a Door nor kept away from
/// one does not compile.
struct Route {
    std::string_view method;
    std::string_view path;  // "/things/{id}"; a {…} stands for one part
    std::variant<Guarded, Public, Parting> action;
    Denial denial = Denial::looks_missing;
    bool wish = false;  // sent twice with one Idempotency-Key it is made once (once.hpp)
};

/// All routes but the page's files; openapi.json describes the same ones.
[[nodiscard]] std::span<const Route> routes();

/// The route for a method and an undecoded path. `parts` gets what stands for the {…}, decoded;
/// `allowed` the methods there are for the path when the one asked for is not among them.
struct Found {
    const Route* route = nullptr;
    std::vector<std::string> parts;
    std::string allowed;
};
[[nodiscard]] Result<Found> find_route(std::string_view method, std::string_view path);

// ---- the routes, by file
// --------------------------------------------------------------------------------------------
namespace things {  // routes_things.cpp
void directory(Door&, Site&, Call&, const Answer&);
void all(Door&, Site&, Call&, const Answer&);
void one(Door&, Site&, Call&, const Answer&);
void readings(Door&, Site&, Call&, const Answer&);
void read_properties(Door&, Site&, Call&, const Answer&);
void write_properties(Door&, Site&, Call&, const Answer&);
void read_property(Door&, Site&, Call&, const Answer&);
void write_property(Door&, Site&, Call&, const Answer&);
void observe_properties(Door&, Site&, Call&, const Answer&);
void observe_property(Door&, Site&, Call&, const Answer&);
void subscribe_event(Door&, Site&, Call&, const Answer&);
void run_action(Door&, Site&, Call&, const Answer&);
void ownership(Door&, Site&, Call&, const Answer&);
void hand_over(Door&, Site&, Call&, const Answer&);
void action_status(Door&, Site&, Call&, const Answer&);
void command(Door&, Site&, Call&, const Answer&);
void waiting(Door&, Site&, Call&, const Answer&);
void confirm(Door&, Site&, Call&, const Answer&);
void refuse(Door&, Site&, Call&, const Answer&);
void stream(Door&, Site&, Call&, const Answer&);
}  // namespace things
namespace past {  // routes_past.cpp
void history(Door&, Site&, Call&, const Answer&);
void journal(Door&, Site&, Call&, const Answer&);
void why(Door&, Site&, Call&, const Answer&);
void checkpoint(Door&, Site&, Call&, const Answer&);
void ledger_keys(Door&, Site&, Call&, const Answer&);
void consistency(Door&, Site&, Call&, const Answer&);
void inclusion(Door&, Site&, Call&, const Answer&);
}  // namespace past
namespace desk {  // routes_desk.cpp, routes_export.cpp
void show(Door&, Site&, Call&, const Answer&);
void privacy(Door&, Site&, Call&, const Answer&);
void forget(Door&, Site&, Call&, const Answer&);
void take_along(Door&, Site&, Call&, const Answer&);
void data_sheet(Door&, Site&, Call&, const Answer&);
}  // namespace desk
namespace affairs {  // routes_affairs.cpp, receipt.cpp
void rules(Door&, Site&, Call&, const Answer&);
void grants(Door&, Site&, Call&, const Answer&);
void give(Door&, Site&, Call&, const Answer&);
void narrow(Door&, Site&, Call&, const Answer&);
void take_back(Door&, Site&, Call&, const Answer&);
void receipt(Door&, Site&, Call&, const Answer&);
void confirm(Door&, Site&, Call&, const Answer&);
void subjects(Door&, Site&, Call&, const Answer&);
void problems(Door&, Site&, Call&, const Answer&);
void system(Door&, Site&, Call&, const Answer&);
void metrics(Door&, Site&, Call&, const Answer&);
}  // namespace affairs
namespace parting {  // routes_parting.cpp
void show(Gate&, const Site&, const Erasures::Asked&, const Call&, const Answer&);
void erased(Gate&, const Site&, const Erasures::Asked&, const Call&, const Answer&);
void receipt(Gate&, const Site&, const Erasures::Asked&, const Call&, const Answer&);
}  // namespace parting
namespace people {  // routes_people.cpp
void invitations(Door&, Site&, Call&, const Answer&);
void invite(Door&, Site&, Call&, const Answer&);
void withdraw(Door&, Site&, Call&, const Answer&);
void let_leave(Door&, Site&, Call&, const Answer&);
}  // namespace people
namespace chargers {  // routes_chargers.cpp
void list(Door&, Site&, Call&, const Answer&);
void accept(Door&, Site&, Call&, const Answer&);
}  // namespace chargers
namespace plan {  // routes_plan.cpp
void show(Door&, Site&, Call&, const Answer&);
void version(Door&, Site&, Call&, const Answer&);
void what_if(Door&, Site&, Call&, const Answer&);
}  // namespace plan
namespace open {  // routes_open.cpp
void health(Gate&, Call&, const Answer&);
void ready(Gate&, Call&, const Answer&);
void openapi(Gate&, Call&, const Answer&);
void state(Gate&, Call&, const Answer&);
void me(Gate&, Call&, const Answer&);
void sign_up(Gate&, Call&, const Answer&);
void sign_in(Gate&, Call&, const Answer&);
void sign_out(Gate&, Call&, const Answer&);
void change_passphrase(Gate&, Call&, const Answer&);
/// A file of the page; false when there is none at the path.
bool page_file(const Call&, const Answer&);
}  // namespace open

}  // namespace foxtail::api
