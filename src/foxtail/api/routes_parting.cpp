// For who had a grant that has ended: what they were asked to erase, and that it is.
#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/receipt.hpp"
#include "foxtail/api/routes.hpp"

namespace foxtail::api::parting {
namespace {

std::string shown(const Erasures::Asked& asked) {
    std::string out;
    JsonText json(out);
    json.object();
    append_erasure_members(json, asked);
    json.end_object();
    return out;
}

}  // namespace

void show(Gate&, const Site&, const Erasures::Asked& asked, const Call&, const Answer& answer) {
    answer.json(shown(asked));
}

void erased(Gate& gate, const Site&, const Erasures::Asked& asked, const Call&,
            const Answer& answer) {
    gate.erased(asked.grant, [answer](Result<Erasures::Asked> done) {
        if (!done) return answer.error(done.error());
        answer.json(shown(*done));
    });
}

/// What they agreed to, and that it is over: nothing that they did not have already.
void receipt(Gate& gate, const Site& site, const Erasures::Asked& asked, const Call& call,
             const Answer& answer) {
    tell_receipt(gate.door_for_receipt(asked), site, asked.grant, call, answer);
}

}  // namespace foxtail::api::parting
