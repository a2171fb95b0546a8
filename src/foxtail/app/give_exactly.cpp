#include "foxtail/app/give_exactly.hpp"

#include <utility>
#include <vector>

namespace foxtail {

Result<void> give_exactly(Hub& hub, SubjectId subject, std::map<std::string, std::uint16_t> wanted,
                          std::string_view purpose) {
    std::vector<Seq> stale;
    for (const Grant& grant : hub.authority().grants()) {
        if (grant.given.subject != subject || grant.given.purpose != purpose) continue;
        const auto at = grant.given.addresses.size() == 1 ? wanted.find(grant.given.addresses[0])
                                                          : wanted.end();
        if (at == wanted.end() || at->second != grant.given.verbs) {
            stale.push_back(grant.id);
        } else {
            wanted.erase(at);
        }
    }
    Door house = hub.door(the_hub);
    for (const Seq grant : stale)
        house.take_back(grant, "no longer configured", [](const auto&) {});
    for (const auto& [address, verbs] : wanted) {
        GrantGiven grant;
        grant.subject = subject;
        grant.addresses = {address};
        grant.verbs = verbs;
        grant.purpose = purpose;
        if (auto given = hub.give(std::move(grant)); !given) return fail(given.error());
    }
    return {};
}

}  // namespace foxtail
